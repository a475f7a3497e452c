"""Lower bounds over boxes with kinks, jumps and poles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgd import Problem
from symgd.facts.bottom import continuous, lower_bounds

BOUNDED = [
    "abs(x)**0.1", "log(1e-20 + abs(x))", "-1/(1e-15 + abs(x))", "sqrt(abs(x)) - abs(x - 1)",
    "max(x, 2*x) + min(x, -x)", "where(x > 0, -1, x)", "cbrt(x)", "hypot(x, 1) - x", "x**2 - x**3",
    "exp(-1/x**2)", "atan(1/x)", "abs(x)**-0.5",
]  # fmt: skip


@pytest.mark.parametrize("expr", BOUNDED)
@given(a=st.floats(-3, 3), b=st.floats(-3, 3), share=st.floats(0, 1))
def test_f_is_nowhere_lower(expr, a, b, share):
    p, low, high = Problem(expr), min(a, b), max(a, b)
    bound = lower_bounds(p, np.array([[low]]), np.array([[high]]))[0]
    with np.errstate(all="ignore"):
        value = p.fun(min(max(low + share * (high - low), low), high))
    assert not value < bound


@pytest.mark.parametrize(
    ("expr", "bound"),
    [("abs(x)**0.1", 0.0), ("log(1e-20 + abs(x))", np.log(1e-20)), ("-1/(0.5 + abs(x))", -2.0)],
)
def test_it_is_reached_at_a_kink(expr, bound):
    low, high = np.array([[-1.0]]), np.array([[1.0]])
    assert lower_bounds(Problem(expr), low, high)[0] == pytest.approx(bound)


@pytest.mark.parametrize("expr", ["log(abs(x))", "-1/abs(x)", "1/x", "-1/x**2", "log(x**2) + x"])
def test_a_pole_has_none(expr):
    assert lower_bounds(Problem(expr), np.array([[-1.0]]), np.array([[1.0]]))[0] == -np.inf


def test_what_may_jump():
    assert continuous(Problem("abs(x) + max(x, 1)").symbolic)
    assert not continuous(Problem("sign(x)").symbolic)
    assert not continuous(Problem("where(x > 0, x, 1)").symbolic)
