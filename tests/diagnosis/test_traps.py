"""Starts right beside a maximum or a saddle."""

from __future__ import annotations

import numpy as np
import pytest

from symgd import Kind
from symgd.diagnosis.traps import traps
from symgd.given.boxes import Box
from symgd.problem import Problem


def trap(expr, x0):
    problem, starts = Problem(expr), np.array([x0], dtype=float)
    n = starts.shape[1]
    box = Box(np.full(n, -np.inf), np.full(n, np.inf))
    points, kinds = traps(problem, starts, starts + 1e-3, box, np.full(n, 20.0))
    return points[0].tolist(), Kind(kinds[0])


def test_traps_are_named():
    assert trap("-(x - 3)**2 + (x - 3)**4", [3 + 1e-9]) == ([3.0], Kind.MAXIMUM)
    assert trap("x*y + x**4 + y**4", [1e-9, 2e-9]) == ([0.0, 0.0], Kind.SADDLE)


@pytest.mark.parametrize(
    ("expr", "x0"),
    [("(x - 3)**2", 3 + 1e-9), ("-(x - 3)**2", 3.1), ("x", 3.0)],  # a minimum; far away; none
)
def test_elsewhere_there_is_none(expr, x0):
    point, kind = trap(expr, [x0])
    assert np.isnan(point).all()
    assert kind is Kind.UNKNOWN
