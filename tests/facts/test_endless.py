"""Whether f only falls on: decays have no minimum ahead, and what is built with one has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgd import Problem
from symgd.facts.endless import only_approached
from symgd.given.boxes import Box

FREE = Box(np.full(2, -np.inf), np.full(2, np.inf))
WIDTH = np.array([20.0, 20.0])
DECAYS = [
    "exp(-{x})",
    "1/{x}",
    "1/(1 + {x}**2)",
    "exp(-{x}**2)",
    "1 - tanh({x})",
    "exp(-sqrt({x}))",
]
GROWING = ["{x}**2", "{x}**4", "exp({x})", "{x}**10"]
scales = st.sampled_from([1e-6, 1.0, 1e6])
places = st.floats(1.0, 6.0)


def asked(expr, x, box=FREE, unit=1.0):
    point, start = unit * np.array([x, 0.1]), unit * np.array([0.5, 1.0])
    return only_approached(Problem(expr, variables=["x", "y"]), point, start, box, unit * WIDTH)


@given(st.sampled_from(DECAYS), places, scales, st.sampled_from([1e-3, 1.0, 1e3]))
def test_a_decay_has_no_minimum_ahead(decay, x, scale, unit):
    f = f"{scale}*({decay.format(x=f'(x/{unit})')} + (y/{unit})**2)"
    assert asked(f, x, unit=unit)


@given(st.sampled_from(DECAYS), st.sampled_from(GROWING), places, st.floats(-10, -1), scales)
def test_a_decay_that_is_outweighed_in_the_end_has_one(decay, growing, x, power, scale):
    tiny = growing.format(x="x")
    assert not asked(f"{scale}*({decay.format(x='x')} + 10**({power})*{tiny} + y**2)", x)


@given(st.floats(-12, 0), st.integers(-(10**6), 10**6).map(lambda n: n / 1000))
def test_a_minimum_far_away_is_one(power, far):
    assert not asked(f"10**({power})*(x - {far})**2 + y**2", 3.0)


@pytest.mark.parametrize("x", [3.0, 20.0])
def test_a_bound_in_the_way_holds_a_minimum(x):
    upper = Box(np.full(2, -np.inf), np.array([25.0, np.inf]))
    behind = Box(np.array([-1.0, -np.inf]), np.full(2, np.inf))
    assert not asked("exp(-x) + y**2", x, upper)
    assert asked("exp(-x) + y**2", x, behind)
