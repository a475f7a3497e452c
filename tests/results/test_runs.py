"""One table of runs over named axes: what a sweep shows of a run is what `minimize` shows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_storage import differences

import symgd
from symgd.arrays import Array, Columns, Frozen
from symgd.results.runs import Later

COSINE = "cos(2*pi*x) + x**2"
NAMES = ("x0", "x", "fun", "grad_norm", "status", "kind", "nit", "lr", "evidence")


@dataclass
class Inner(Columns):
    points: Array


@dataclass
class Outer(Columns):
    value: Array
    inner: Inner


def table(n):
    return Outer(np.arange(n, dtype=float), Inner(np.arange(2.0 * n).reshape(n, 2)))


@given(st.data())
def test_tables_are_cut_and_put_together_as_arrays_are(data):
    n = data.draw(st.integers(1, 9))
    rows = data.draw(st.lists(st.integers(0, n - 1), max_size=9, unique=True))
    whole, part = table(n), table(n).take(np.array(rows, dtype=int))
    np.testing.assert_array_equal(part.value, np.arange(n)[rows])
    np.testing.assert_array_equal(part.inner.points, whole.inner.points[rows])
    both = Outer.concatenate([whole, part])
    np.testing.assert_array_equal(both.inner.points[n:], part.inner.points)
    blank = table(n).each(np.zeros_like)
    blank.put(np.array(rows, dtype=int), part)
    np.testing.assert_array_equal(np.flatnonzero(blank.inner.points[:, 1]), np.sort(rows))
    assert table(n).take(0).value == 0.0
    assert differences(whole, Outer.concatenate([whole])) == []


def test_a_mapping_that_nobody_changes():
    frozen = Frozen({"a": 1, "b": 2})
    assert frozen == {"a": 1, "b": 2}
    assert dict(frozen) == {**frozen}
    assert list(frozen) == ["a", "b"]
    assert (len(frozen), frozen["b"], "c" in frozen) == (2, 2, False)
    assert repr(frozen) == "{'a': 1, 'b': 2}"
    with pytest.raises(TypeError):
        frozen["c"] = 3


def test_what_is_found_later_is_found_once():
    asked = []
    later = Later(lambda: asked.append(1) or 7)
    assert asked == []
    assert (later.value, later.value, asked) == (7, 7, [1])


SWEEPS = {
    "rates and epochs": (COSINE, {"x0": [0.0, 0.3, 1e-9], "lr": [0.01, 0.05], "epochs": [5, 60]}),
    "several variables": (
        "x**2 + log(y) - y", {"x0": [[1, 2], [3, 0.5], [1, -1]], "lr": [0.1, 1.5], "epochs": 30}
    ),
    "automatic": ("(x - 1)**4 + abs(y)", {"x0": [[0, 2], [3, -1]], "epochs": [2, 400]}),
    "parameters": ("a*x**2 + x**4", {"params": {"a": [1.0, -2.0]}, "x0": [0.0, 1.0], "lr": 0.1}),
}  # fmt: skip


@pytest.mark.parametrize("name", SWEEPS)
def test_each_run_of_a_sweep_has_the_evidence_of_the_run_by_itself(name):
    expr, settings = SWEEPS[name]
    sweep = symgd.sweep(expr, **settings)
    assert sweep.runs.shape == sweep.shape
    assert len(sweep.runs.flat) == sweep.status.size
    for row, place in enumerate(np.ndindex(sweep.shape)):
        at = dict(zip(sweep.dims, place, strict=True))
        params = {n: v[at[n]] if n in at else v for n, v in settings.get("params", {}).items()}
        alone = {n: np.asarray(v)[at[n]] if n in at else v for n, v in settings.items()}
        result = symgd.minimize(expr, **{**alone, **({"params": params} if params else {})})
        ours, theirs = sweep.runs.flat.take([row]), result.runs
        for column in NAMES:
            a, b = getattr(ours, column), getattr(theirs, column)
            assert differences(a, b, column) == [], (place, differences(a, b, column))


def body(story):
    """Give the lines of a story but for its title."""
    return story.split("\n", 1)[1]


@pytest.mark.parametrize("name", SWEEPS)
def test_the_story_of_a_run_is_the_one_that_minimize_tells(name):
    expr, settings = SWEEPS[name]
    sweep = symgd.sweep(expr, **settings)
    for place in np.ndindex(sweep.shape):
        at = dict(zip(sweep.dims, place, strict=True))
        params = {n: v[at[n]] if n in at else v for n, v in settings.get("params", {}).items()}
        alone = {n: np.asarray(v)[at[n]] if n in at else v for n, v in settings.items()}
        result = symgd.minimize(expr, **{**alone, **({"params": params} if params else {})})
        story = sweep.explain(**{dim: float(sweep.coords[dim][i]) for dim, i in at.items()})
        if result.beyond.size:  # only `minimize` can escape
            assert body(story).split("use")[0] in result.explain(0)
        else:
            assert body(story) == body(result.explain(0))
        title = story.splitlines()[0]
        assert all(f"{dim} = " in title for dim in sweep.dims)


def test_words_use_the_parameters_of_their_run():
    sweep = symgd.sweep("a*x", params={"a": [1.0, -1.0]}, x0=0.0, bounds=(-3, 5))
    assert "at the lower bound x = -3 its slope is 1" in sweep.explain(a=1)
    assert "at the upper bound x = 5 its slope is -1" in sweep.explain(a=-1)
    assert "slope is -1" in sweep[1].explain()
    assert sweep[1].problem.params["a"] == -1
    falling = symgd.sweep("a*x**3 + x**2", params={"a": [0.0, 1.0]}, x0=-5.0, lr=0.1, epochs=99)
    assert "x**3 outweighs all else" in falling.explain(a=1.0).replace("\n", " ")


def test_the_verdicts_of_a_sweep_are_explained_with_the_nearest_coordinate():
    sweep = symgd.sweep(COSINE, x0=[0.0, 0.3, 1.0], lr=[0.01, 0.05], epochs=[5, 60])
    whole = sweep.explain()
    groups = whole.split("\n\n")
    assert len(groups) == len(sweep.counts)
    for status, count in sweep.counts.items():
        assert f"{status.name}: {count} of 12 runs." in whole
    assert "The run at x0 = " in whole
    assert sweep.explain(x0=0.9, lr=0.011, epochs=6) == sweep.explain(x0=1, lr=0.01, epochs=5)
    assert sweep.explain(lr=0.05) == sweep.sel(lr=0.05).explain()
    assert "of 6 runs" in sweep.explain(lr=0.05)
    for wrong in ({"rate": 1}, {"lr": 7}):
        with pytest.raises(symgd.ConfigurationError):
            sweep.explain(**wrong)


def test_a_report_of_a_sweep_explains_its_verdicts(tmp_path):
    sweep = symgd.sweep("x**2", x0=1.0, lr=[0.001, 0.5, 1.1], epochs=50)
    sweep.report(tmp_path / "s.html")
    page = (tmp_path / "s.html").read_text()
    assert "Every verdict explained" in page
    assert "The run at lr = 0.001 was still on its way down" in page
