"""Runs that no short step leads on: longer ones are tried straight ahead, and only down."""

import mpmath
import numpy as np
import pytest

import symgd
from symgd import Problem
from symgd.diagnosis.onward import lower_ahead
from symgd.given.boxes import Box
from symgd.results.runs import SUCCESS


def ahead(expr, x, x0):
    x, x0 = np.array([x], dtype=float), np.array([x0], dtype=float)
    n = x.shape[1]
    free = Box(np.full(n, -np.inf), np.full(n, np.inf))
    points, lower = lower_ahead(Problem(expr), x, x0, free, np.full(n, 20.0))
    return points[0], bool(lower[0])


@pytest.mark.parametrize("expr", ["x**2 + y", "exp(x) + 3*y", "sqrt(1 + x**2) - y"])
def test_a_point_on_a_slope_has_lower_ones_ahead(expr):
    point, lower = ahead(expr, (0.5, 0.2), (2, 1))
    assert lower
    assert Problem(expr).fun(point) < Problem(expr).fun([0.5, 0.2])


@pytest.mark.parametrize("expr", ["abs(x) + abs(y)", "max(x, -x, y, -2*y)", "hypot(x, y)"])
def test_beside_a_minimum_there_are_none(expr):
    assert not ahead(expr, (0, 0), (2, 1))[1]


def test_nothing_behind_a_ridge_is_looked_at():
    expr = "-x + 1e6*exp(-(x - 1)**2*400)"  # lower at 5, behind a ridge at 1
    point, lower = ahead(expr, (0.9,), (-3,))
    assert not lower or point[0] < 1


@pytest.mark.parametrize("angle", [1.2, 2.5])
def test_runs_go_on_along_valleys_with_a_cusp(angle):
    along, across = (
        f"({float(np.cos(angle))!r}*x + {float(np.sin(angle))!r}*y)",
        "cos(sqrt(x**2 + y**2))",
    )
    result = symgd.minimize(f"0.01*{along} + sqrt(abs({across}))", starts=12)
    assert symgd.Status.AT_BOUND not in result.counts
    oracle = [np.cos(angle), np.sin(angle)]  # on each circle the lowest point is opposite
    assert symgd.Status.NO_PROGRESS not in result.counts
    found = result.runs.x[SUCCESS[result.runs.status]]
    assert len(found) >= 8
    radius = np.linalg.norm(found, axis=1)
    np.testing.assert_allclose(found, -radius[:, None] * oracle, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(np.cos(radius), 0, atol=1e-9)


@pytest.mark.parametrize("scale", ["1", "1e6", "1e-6"])
def test_runs_go_on_along_creases_to_where_f_is_level(scale):
    expr = f"{scale}*(max(z - 0.5, 0.3*x) + (z - 1)**2 + log(1 + 16*z**4))"
    result = symgd.minimize(expr, starts=12, bounds=[(-3, 2), (-3, 2)])
    lowest = float(mpmath.findroot(lambda z: 2 * z - 1 + 64 * z**3 / (1 + 16 * z**4), 0.2))
    found = result.runs.x[SUCCESS[result.runs.status]]
    assert len(found) >= 11
    np.testing.assert_allclose(found[:, 1], lowest, atol=1e-6)
    assert (0.3 * found[:, 0] <= lowest - 0.5 + 1e-6).all()
