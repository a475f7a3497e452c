"""How far f is flat, and where it falls: families whose borders are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgd.facts.plateau import plateau
from symgd.given.boxes import Box
from symgd.problem import Problem

EPS = float(np.finfo(float).eps)
FAR = 1e7  # at least this far, with a width of 20


def look(expr, point, lower=-np.inf, upper=np.inf, width=20.0, params=None):
    p = Problem(expr, params=params)
    n = len(p.names)
    bounds = Box(np.full(n, float(lower)), np.full(n, float(upper)))
    at = np.array(point, dtype=float).reshape(n)
    return plateau(p, at, bounds, np.full(n, float(width)))


# where the term that decides passes some units in the last place of f
TAIL = math.sqrt(-math.log(8 * EPS))  # of exp(-u**2) beside 1

CASES = [
    # the smallest double above 0 is exp(-27.3**2)
    ("exp(-x**2)", 40, (40 - 27.28, FAR), (1, 0), None, None),
    ("-exp(-x**2)", 40, (40 - 27.28, FAR), (-1, 0), 27.28, math.sqrt(math.log(2))),
    ("tanh(x)", 300, (300 - 0.5 * math.log(2 / (8 * EPS)), FAR), (-1, 0), 17.4, 0),
    ("tanh(x)", -300, (FAR, 300 - 0.5 * math.log(2 / (8 * EPS))), (0, 1), None, None),
    ("1/(1 + exp(-x))", 60, (60 + math.log(8 * EPS), FAR), (-1, 0), 33.9, 0),
    ("max(0, x)**2", -5, (FAR, 5), (0, 1), None, None),
    ("-max(0, -x)**2", 7, (7, FAR), (-1, 0), 0, -54 * math.sqrt(0.5)),
    ("1 - exp(-(x - 30)**2)", 0, (FAR, 30 - TAIL), (0, -1), 30 - TAIL, 30 - 0.8326),
    ("1 - exp(-(x + 30)**2)", 0, (30 - TAIL, FAR), (-1, 0), -30 + TAIL, -30 + 0.8326),
    ("Heaviside(x - 3) + Heaviside(x - 7)", 5, (2, 2), (-1, 1), 3, 3),
    ("-Heaviside(x - 3)", -50, (FAR, 53), (0, -1), 3, 3),
    ("where(x < 1, 2, where(x < 4, 3, 0))", 2, (1, 2), (-1, -1), 1, 1),
    ("sign(x - 0.001)", 0, (FAR, 0.001), (0, 1), None, None),
    ("where(x < 1, 2, log(x - 3))", 0, (FAR, 1), (0, np.nan), 3, 3),
    ("0*x + 4", 3, (FAR, FAR), (0, 0), None, None),
]


@pytest.mark.parametrize(("expr", "x", "reach", "change", "falls", "lower"), CASES)
@pytest.mark.parametrize("factor", [1.0, 1e6, 1e-6])
def test_borders(expr, x, reach, change, falls, lower, factor):
    p = f"s*({expr})"
    known = Problem(p, ["x"], params={"s": factor})
    everywhere = Box(np.array([-np.inf]), np.array([np.inf]))
    found = plateau(known, np.array([float(x)]), everywhere, np.array([20.0]))
    assert found.steps.tolist() == [[-1.0], [1.0]]
    assert np.array_equal(found.change, change, equal_nan=True)
    for actual, expected in zip(found.reach, reach, strict=True):
        assert actual > FAR if expected == FAR else actual == pytest.approx(expected, rel=2e-2)
    if falls is None:
        assert found.falls is None
        assert found.lower is None
    elif not math.isnan(found.change.sum()):
        assert found.falls[0] == pytest.approx(falls, abs=0.02 * max(1, abs(x - falls)))
        assert found.lower[0] == pytest.approx(lower, abs=0.02 * max(1, abs(x - lower)))


@given(
    distance=st.floats(1e-6, 1e5), side=st.sampled_from([-1, 1]), height=st.floats(1e-3, 1e3),
    unit=st.sampled_from([1.0, 1e3, 1e-3]),
)  # fmt: skip
def test_a_step_down_is_found_at_any_distance(distance, side, height, unit):
    params = {"a": side * distance * unit, "h": height, "s": float(side)}
    found = look("-h*Heaviside(s*(x - a))", 0.0, width=20 * unit, params=params)
    ahead = (side + 1) // 2
    assert found.change[ahead] == -1
    assert found.change[1 - ahead] == 0
    assert found.reach[ahead] <= distance * unit * (1 + 1e-9)
    assert found.reach[ahead] == pytest.approx(distance * unit, rel=2e-3)
    assert found.falls[0] == pytest.approx(params["a"], rel=2e-3)


@given(edge=st.floats(0.1, 1e4), power=st.integers(1, 3))
def test_a_slope_beyond_a_level_floor(edge, power):
    found = look(f"1 - max(0, x - a)**{power}", 0.0, params={"a": edge})
    first = edge + (16 * EPS) ** (1 / power)  # the fall is more than the rounding of 1 there
    assert edge * (1 - 2e-3) <= found.reach[1] <= first * 1.01
    assert edge <= found.falls[0] <= first * 1.01
    further = 2 * (20 + edge) * 0.5 ** (1 / power)
    assert found.lower[0] == pytest.approx(edge + further, rel=2e-2)


@given(seed=st.integers(0, 10_000))
def test_nothing_changes_within_reach(seed):
    rng = np.random.default_rng(seed)
    params = {"a": rng.uniform(-9, 9), "b": rng.uniform(-9, 9), "c": rng.uniform(0.1, 3)}
    p = Problem("tanh(c*(x - a)) - exp(-(y - b)**2) + max(0, x + y)**2", params=params)
    point = np.array([-60.0, -60.0]) + rng.uniform(-5, 5, 2)
    bounds = Box(np.full(2, -np.inf), np.full(2, np.inf))
    found = plateau(p, point, bounds, np.full(2, 20.0))
    here = p.fun(point)
    for step, reach, change in zip(found.steps, found.reach, found.change, strict=True):
        inside = point + np.linspace(0, min(reach, 1e6), 50)[:, None] * step
        assert np.abs(p.fun(inside) - here).max() <= 64 * EPS * max(1, abs(here))
        if change:
            behind = p.fun(point + (1.01 * reach + 1e-9) * step)
            assert np.sign(behind - here) == change
    assert p.fun(found.lower) < p.fun(found.falls) < here


def test_several_variables():
    found = look("-exp(-(x - 30)**2 - y**2) + max(0, y - 4)", (0, 0))
    assert found.steps.tolist() == [[-1, 0], [1, 0], [0, -1], [0, 1]]
    assert found.change.tolist() == [0, 1 - 2, 0, 1]
    assert found.reach[3] == pytest.approx(4, rel=1e-3)
    assert found.falls[1] == found.lower[1] == 0
    assert found.lower[0] == pytest.approx(30 - math.sqrt(math.log(2)), rel=1e-2)


def test_the_gradient_shows_a_way_that_no_axis_does():
    expr = "1 - exp(-(x - y)**2 - (x + y - 12)**2)"  # a well at (6, 6)
    p = Problem(expr)
    point = np.array([3.2, 3.2])
    assert 0 < np.abs(p.grad(point)).max() < 1e-8
    found = look(expr, point)
    assert len(found.steps) == 6
    assert found.steps[4] == pytest.approx(np.full(2, math.sqrt(0.5)))
    assert (found.change[4], found.change[5]) == (-1, 1)


def test_bounds_end_the_search():
    found = look("tanh(x)", 300, lower=290, upper=301)
    assert found.reach.tolist() == [10, 1]
    assert found.change.tolist() == [0, 0]
    assert found.falls is None
    on_the_bound = look("-max(0, x - 1)", 0, lower=0, upper=1.5)
    assert on_the_bound.reach[0] == 0
    assert on_the_bound.falls[0] == pytest.approx(1, rel=1e-3)
    assert 1 < on_the_bound.lower[0] <= 1.5


def test_f_is_never_asked_outside_the_bounds(monkeypatch):
    p = Problem("1 - exp(-(x - 3)**2 - y**2)")
    seen = []
    values = Problem.values
    monkeypatch.setattr(Problem, "values", lambda s, x: seen.append(x) or values(s, x))
    bounds = Box(np.array([-1.0, -2.0]), np.array([4.0, np.inf]))
    plateau(p, np.array([-1.0, 7.0]), bounds, np.array([5.0, 20.0]))
    asked = np.concatenate(seen)
    near = np.nextafter(asked, 0)  # `rounding` looks at the doubles next to a point
    assert (near >= bounds.lower - 1e-14).all()
    assert (near <= bounds.upper + 1e-14).all()


def test_a_region_is_looked_at_closely():
    for centre in (2.0, 7.7, 16.0, 33.0):  # a well a hundredth of the region wide
        found = look("1 - exp(-((x - c)/0.2)**2)", 0.0, params={"c": centre})
        assert found.falls[0] == pytest.approx(centre - 0.2 * TAIL, abs=0.05)
