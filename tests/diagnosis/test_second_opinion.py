"""The second opinion is right where the answer is known by construction, for every status."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.honesty.claims import Said
from benchmarks.honesty.opinion import Outcome, opinion
from benchmarks.honesty.reading import Reading
from benchmarks.honesty.sets import clusters, fits, random_formulas, sets
from benchmarks.honesty.tables import sets as table_of_sets
from benchmarks.honesty.tables import statuses
from benchmarks.honesty.truth import Claim, Truth, claim


def told(text, x, bounds=None):
    names = [name for name in "xyz" if name in text.replace("exp", "").replace("max", "")]
    return opinion(Reading(text, names), x, bounds).outcome


MINIMA = [
    ("1e9 + x**2", [1e-5]),
    ("1e-30*x**2", [0.0]),
    ("(x - 0.3)**4", [0.3]),
    ("100*(y - x**2)**2 + (1 - x)**2", [1.0, 1.0]),
    ("(x + y)**2 + 1e-8*(x - y)**2", [0.0, 0.0]),
    ("1000*abs(y - x**2) + abs(x)", [0.0, 0.0]),
    ("(x**2 + y**2 - 1)**2", [np.cos(1.0), np.sin(1.0)]),
    ("abs(x*y - 0.1)", [0.3, 0.1 / 0.3]),
    ("abs(x)**0.1 + x", [0.0]),
    ("max(x**2 - 1, 0)", [0.3]),
    ("acos(0.3*x) - 2*x", [10 / 3]),
    ("sqrt(x - 0.1) + y**2", [0.1, 0.0]),
    ("hypot(x, y - 1)", [0.0, 1.0]),
    ("cbrt(x)**2", [0.0]),
]
OTHERS = [
    ("exp(-x) + y**2", [714.0, 0.0]),
    ("1 + exp(-x)", [40.0]),
    ("1 - exp(-x**2)", [30.0]),
    ("exp(-x**2)", [100.0]),
    ("x**3", [0.0]),
    ("x**2 - 1e-20*y**2", [0.0, 0.0]),
    ("(y - x**2)*(y - 3*x**2)", [0.0, 0.0]),
    ("(y - x**2 - x**3)**2 - x**10", [0.0, 0.0]),
    ("1000*abs(y - x**2) + abs(x)", [0.5, 0.25]),
    ("abs(y - x**2) - 1e-3*x**2", [0.0, 0.0]),
    ("x**2", [1e-5]),
    ("max(x, y) - 0.9*min(x, y) - 1e-6*x", [1.0, 1.0]),
]


@pytest.mark.parametrize(("text", "x"), MINIMA)
def test_minima_are_minima(text, x):
    assert told(text, x) is Outcome.MINIMUM


@pytest.mark.parametrize(("text", "x"), OTHERS)
def test_what_falls_is_no_minimum(text, x):
    assert told(text, x) is Outcome.NOT


def test_a_fall_that_doubles_do_not_feel_is_undecided():
    assert told("1 + (0.01*y*(x - 1))**4", [1.0003, 3.0]) is not Outcome.NOT


def test_bounds_hold():
    assert told("x + y**2", [0.0, 0.0]) is Outcome.NOT
    assert told("x + y**2", [0.0, 0.0], [(0, 1), (None, None)]) is Outcome.MINIMUM
    assert told("x*y", [0.0, 0.0], [(0, 1), (0, 1)]) is Outcome.MINIMUM
    assert told("x*y", [0.0, 0.0], [(0, 1), (-1, 1)]) is Outcome.NOT


@given(
    turn=st.floats(0, 3), power=st.sampled_from([2, 4, 6]), size=st.sampled_from([1e-6, 1, 1e6]),
    sign=st.sampled_from([1, -1]), place=st.integers(-8, 8),
)  # fmt: skip
def test_turned_powers_are_told_from_turned_saddles(turn, power, size, sign, place):
    """u**2 + sign*v**power, turned and shifted: a minimum if and only if the sign is positive."""
    c, s = repr(float(np.cos(turn))), repr(float(np.sin(turn)))
    x, y = f"(x - {place})", f"(y + {place})"
    text = f"{size}*(({c}*{x} + {s}*{y})**2 + {sign}*({c}*{y} - {s}*{x})**{power})"
    right = Outcome.MINIMUM if sign > 0 else Outcome.NOT
    assert told(text, [float(place), float(-place)]) is right


@given(slope=st.floats(0.1, 10), weight=st.floats(1.5, 1e4), fall=st.sampled_from([1e-3, 0, -1e-3]))
def test_creases_are_followed(slope, weight, fall):
    """On the crease y = slope*x**2, f is fall*x**2; away from it, the kink holds."""
    text = f"{weight}*abs(y - {slope!r}*x**2) + {fall}*x**2"
    assert told(text, [0.0, 0.0]) is (Outcome.NOT if fall < 0 else Outcome.MINIMUM)


CLAIMS = [
    ("-x**2", [100.0], "DIVERGED", Truth.TRUE),
    ("1/x", [-3e-16], "DIVERGED", Truth.TRUE),
    ("log(0.3*x - 1)", [3.333333333333335], "DIVERGED", Truth.TRUE),
    ("abs(x)**0.1", [0.0], "DIVERGED", Truth.FALSE),
    ("abs(x) - y**2", [0.0, 0.0], "NOT_A_MINIMUM", Truth.TRUE),
    ("abs(x) + y**2", [0.0, 0.0], "NOT_A_MINIMUM", Truth.FALSE),
    ("x**3", [0.0], "PLATEAU", Truth.TRUE),
    ("0*x + 1", [3.0], "PLATEAU", Truth.TRUE),
    ("abs(x)", [0.0], "PLATEAU", Truth.FALSE),
    ("x**2", [1.0], "SLOW", Truth.TRUE),
    ("x**2", [0.0], "SLOW", Truth.FALSE),
    ("x**2", [1.0], "NO_PROGRESS", Truth.FALSE),
    ("abs(x)", [0.0], "NO_PROGRESS", Truth.TRUE),
    ("sqrt(x)", [0.0], "OUT_OF_DOMAIN", Truth.TRUE),
    ("sqrt(max(x, 0)) + x**2", [-1.0], "OUT_OF_DOMAIN", Truth.FALSE),
    ("log(exp(-x**2)**4)", [30.0], "OUT_OF_DOMAIN", Truth.TRUE),
    ("x**2", [0.0], "CONVERGED", Truth.TRUE),
    ("x**3", [0.0], "CONVERGED", Truth.FALSE),
]


@pytest.mark.parametrize(("text", "x", "status", "right"), CLAIMS)
def test_each_status_is_held_against_f(text, x, status, right):
    names = ["x", "y"][: len(x)]
    assert claim(Reading(text, names), status, [1.0] * len(x), x).truth is right


def test_what_moved_did_not_stall_at_its_start():
    reading = Reading("x**2 - y**2", "xy")
    assert claim(reading, "STALLED_AT_START", [0, 0], [0, 0]).truth is Truth.TRUE
    assert claim(reading, "STALLED_AT_START", [1, 0], [0, 0]).truth is Truth.FALSE


def test_missed_minima_are_seen():
    assert claim(Reading("abs(x)", "x"), "NO_PROGRESS", [1.0], [0.0]).minimum
    assert not claim(Reading("-abs(x)", "x"), "NO_PROGRESS", [1.0], [0.0]).minimum


def test_fits_have_their_certified_sums():
    for task in fits():
        best = task.exact(task.best, 30)[0]
        assert mpmath.almosteq(best, task.fun, rel_eps=1e-8), task.name


def test_clusters_have_their_known_energies():
    """An equilateral triangle and a regular tetrahedron: one unit of energy for each pair."""
    ring = np.array([[0, 0], [1, 0], [0.5, np.sqrt(0.75)]])
    top = [0.5, np.sqrt(0.75) / 3, np.sqrt(2 / 3)]
    tetrahedron = np.vstack([np.c_[ring, np.zeros(3)], top])
    known = {(3, 2): ring * 2 ** (1 / 6), (4, 3): tetrahedron * 2 ** (1 / 6)}
    morse = {(3, 2): ring, (4, 3): tetrahedron}
    by_name = {task.name: task for task in clusters()}
    for (atoms, axes), points in known.items():
        pairs = atoms * (atoms - 1) / 2
        lennard = by_name[f"Lennard-Jones, {atoms} atoms in {axes}-D"]
        assert lennard.values(points.reshape(1, -1))[0] == pytest.approx(-pairs)
        other = by_name[f"Morse, {atoms} atoms in {axes}-D"]
        assert other.values(morse[atoms, axes].reshape(1, -1))[0] == pytest.approx(-pairs)


def test_random_formulas_are_always_the_same_ones():
    first, again = list(random_formulas(5)), list(random_formulas(9))
    assert [task.expr for task in first] == [task.expr for task in again[:5]]
    assert len({task.name for task in sets(5)}) == len(sets(5))


def test_undecided_is_neither_true_nor_false():
    said = [
        Said("a set", "p", "symgd", "CONVERGED", True, Claim(truth), "x at 0") for truth in Truth
    ]
    assert "| CONVERGED | 3 | 1 | 1 | 1 | 50.0% |" in statuses(said)
    assert "| a set | symgd | 3 | 3 | 1 | 1 (33.3%) | 1 (33.3%) | 1 | 0 |" in table_of_sets(said)
