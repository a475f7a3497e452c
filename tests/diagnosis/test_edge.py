"""Runs towards an edge of the domain: does f fall without end there, or to a limit?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgd import Kind, Status, minimize
from symgd.diagnosis.edge import bottomless_edge
from symgd.problem import Problem

place = st.integers(-20, 20).map(lambda k: k / 4)
side = st.sampled_from([-1, 1])


def beside(expr, edge, towards, distance=1e-9):
    """Judge a run that came from `towards` away up to `distance` from the edge."""
    x, x0 = edge + distance * towards, edge + 1.5 * towards
    return bottomless_edge(Problem(expr), np.array([[x]]), np.array([[x0]])).item()


@given(place, side, st.floats(0.1, 10))
def test_a_logarithm_has_no_lowest_value(edge, sign, factor):
    expr = f"{factor!r}*log({sign}*(x - ({edge}))) + x**2"
    assert beside(expr, edge, sign) == 0
    assert beside(f"-({expr})", edge, sign) == -1


@given(place, side, st.floats(0.2, 0.9))
def test_a_power_has_a_limit(edge, sign, power):
    assert beside(f"({sign}*(x - ({edge})))**{power!r}", edge, sign) == -1


@pytest.mark.parametrize("expr", ["x**2", "1/x", "abs(x)"])
def test_no_edge_no_fall(expr):
    assert beside(expr, 0.0, 1.0) == -1


def test_an_edge_where_doubles_are_coarse():
    assert beside("log(x - 1e9)", 1e9, 1.0, 1e-4) == 0
    assert beside("sqrt(x - 1e9)", 1e9, 1.0, 1e-4) == -1


def test_an_edge_in_two_variables():
    p = Problem("log(1 - x**2 - y**2)")
    assert bottomless_edge(p, np.array([[0.6, 0.8 - 1e-12]]), np.array([[0.1, 0.2]])).item() == 0


@given(place, side, st.floats(0.2, 5))
def test_the_verdict_on_a_logarithm(edge, sign, factor):
    result = minimize(f"{factor!r}*log({sign}*(x - ({edge})))", edge + 2 * sign)
    assert result.status is Status.DIVERGED
    words = result.message
    named = "fell without end" in words and f"needs {sign}*(x - ({edge})) > 0" in words
    assert named or "to minus infinity" in words  # where the edge itself was hit


@pytest.mark.parametrize(("expr", "x"), [("asin(x)", -1.0), ("sqrt(1 - x**2)", 1.0)])
def test_a_minimum_at_the_edge_of_the_domain(expr, x):
    result = minimize(expr, 0.1)
    assert (result.status, result.kind) == (Status.AT_BOUND, Kind.MINIMUM)
    assert result.x == pytest.approx([x])
