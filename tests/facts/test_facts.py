"""Facts are found when words need them, once, and never for a result that nobody asks."""

from __future__ import annotations

from collections import Counter
from functools import wraps

import pytest

import symgd
from symgd.facts import facts
from symgd.runs import descent, until

FINDERS = (
    "even_variables", "symmetries", "orbits", "unbounded", "shown", "plateau", "rounding", "unseen",
)  # fmt: skip
COSINE = "cos(2*pi*x) + x**2"
CUBIC = "x**3 - 6*x**2 + 11*x - 6"
CALLS = {
    "minimum": (CUBIC, {"starts": 20}),
    "several minima": (COSINE, {}),
    "trap": (COSINE, {"x0": 0, "lr": 0.01, "epochs": 100}),
    "plateau": ("1 - exp(-(x - 30)**2)", {"x0": 0}),
    "no progress": ("abs(x) + 1e-3*sin(1e9*x)", {"starts": 5}),
    "bound": ("x + y**2", {"bounds": {"x": (-1, 3)}, "starts": 3}),
}
ASKED = ("summary", "explain", "to_dict", "__repr__", "_repr_html_")


@pytest.fixture
def found(monkeypatch):
    """Count what is found, by the name of the function that finds it."""
    count = Counter()

    def counting(name, function):
        @wraps(function)
        def counted(*args, **keywords):
            count[name] += 1
            return function(*args, **keywords)

        return counted

    for name in FINDERS:
        monkeypatch.setattr(facts, name, counting(name, getattr(facts, name)))
    for module, name in ((until, "descend"), (descent, "descend"), (descent, "beside")):
        monkeypatch.setattr(module, name, counting(name, getattr(module, name)))
    return count


@pytest.mark.parametrize("name", CALLS)
def test_a_result_that_nobody_asks_costs_nothing_but_its_runs(name, found):
    expr, settings = CALLS[name]
    result = symgd.minimize(expr, **settings)
    assert result.counts
    result.to_dataframe()
    assert found == {"descend": 1}


@pytest.mark.parametrize("name", CALLS)
def test_whatever_is_asked_is_found_once(name, found):
    expr, settings = CALLS[name]
    result = symgd.minimize(expr, **settings)
    for _ in range(2):
        for asked in ASKED:
            getattr(result, asked)()
        assert result.message
    once = Counter(found)
    for asked in ASKED:
        getattr(result, asked)()
    assert found == once
    assert all(count == 1 for name, count in found.items() if name not in ("descend", "shown"))
    assert found["shown"] <= 2  # of two runs that diverged, the best and another
    assert found["descend"] == 1 + found["beside"]


def test_words_ask_for_what_they_say_and_nothing_else(found):
    result = symgd.minimize(COSINE)
    found.clear()
    assert result.message
    assert found == {"unbounded": 1}
    result.explain()
    assert found == {"unbounded": 1}
    result.summary()
    assert found == {"unbounded": 1, "symmetries": 1, "orbits": 1, "unseen": 1}
    trap = symgd.minimize(COSINE, x0=0, lr=0.01, epochs=100)
    found.clear()
    trap.explain()
    assert found == {"even_variables": 1, "beside": 1, "descend": 1}


def test_a_sweep_finds_the_facts_of_the_run_that_is_told(found):
    sweep = symgd.sweep("a*x**3 + x**2", params={"a": [0.0, 1.0]}, x0=-5.0, lr=0.1, epochs=99)
    found.clear()
    sweep.summary()
    assert found == {}
    for _ in range(2):
        sweep.explain(a=1.0)
    assert found == {"shown": 1}


def test_the_parts_are_public():
    result = symgd.minimize(COSINE, x0=[0.0, 0.3, -0.3])
    assert result.even == result.facts.even == ("x",)
    assert [rule.signs for rule in result.facts.symmetries] == [(-1,)]
    assert result.facts.orbits.tolist() == [0, 0]
    assert symgd.minimize("x**3", x0=0.0, lr=0.01).facts.orbits.tolist() == []  # no minimum
    assert result.facts.unbounded is None
    assert symgd.minimize(CUBIC, x0=2.0).facts.unbounded.degree == 3
