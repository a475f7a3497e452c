"""Curved kinks: f may fall along them where every straight way leads up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgd.diagnosis.creases import falls_along_kink
from symgd.given.boxes import Box
from symgd.problem import Problem

FORMULAS = ["sqrt(abs(x**2 + y**2 - r**2))", "abs(x**2 + y**2 - r**2)", "max(0, r - hypot(x, y))*9"]


def falls(expr, point, **params):
    n = len(point)
    box = Box(np.full(n, -np.inf), np.full(n, np.inf))
    given = Problem(expr, params=params), np.array([point]), np.full((1, n), 4.0), box
    return falls_along_kink(*given).item()


@pytest.mark.parametrize("wall", FORMULAS[:2])
@given(angle=st.floats(-3.1, 3.1), r=st.floats(0.5, 3))
def test_a_tilted_circle_has_one_lowest_point(wall, angle, r):
    point = [r * np.sin(angle), -r * np.cos(angle)]  # the lowest at angle 0
    if abs(angle) > 0.05:
        assert falls(f"{wall} + y/10", point, r=r)
    assert not falls(f"{wall} + y/10", [0.0, -r], r=r)
    assert not falls(wall, point, r=r)


def test_no_kink_no_fall():
    assert not falls("x**2 - y", [0.0, 0.0])
    assert not falls("abs(x - 1) - y", [0.0, 0.0])
    assert not falls("abs(x)", [0.0])


def test_straight_kinks_are_left_to_straight_steps():
    assert not falls("abs(x + y + z) + (x - y)**2 + z/10", [0.0, 0.0, 0.0])


def test_each_point_may_lie_on_another_kink():
    ring = "sqrt(abs((x - {0})**2 + y**2 - 4))"
    p = Problem(f"{ring.format(0)} + {ring.format(9)} + y/10")
    box = Box(np.full(2, -np.inf), np.full(2, np.inf))
    points = np.array([[2.0, 0.0], [11.0, 0.0], [4.0, 0.0]])
    assert falls_along_kink(p, points, np.ones((3, 2)), box).tolist() == [True, True, False]


def test_bounds_end_the_way():
    box = Box(np.array([-3.0, 0.0]), np.array([3.0, 3.0]))
    p = Problem("abs(x) + y/10")
    assert not falls_along_kink(p, np.zeros((1, 2)), np.ones((1, 2)), box).any()
