"""Steep dips that are bounded are minima; what falls without end is none."""

from __future__ import annotations

import numpy as np
import pytest

import symgd
from symgd import Kind, Status

DIPS = {
    "abs(x)**0.1": [0.0],
    "log(1e-20 + abs(x))": [0.0],
    "-1/(1e-15 + abs(x))": [0.0],
    "sqrt(sqrt(abs(x)))": [0.0],
    "log(1e-30 + abs(x) + abs(y))": [0.0, 0.0],
    "log(1e-30 + abs(x - 1))": [1.0],
    "abs(x - 1)**0.05": [1.0],
    "abs(x)": [0.0],
    "abs(x - 0.3)": [0.3],
}
BOTTOMLESS = [
    "log(abs(x))", "log(x**2 + y**2)", "-1/abs(x)", "log(abs(x - pi))", "log(x**2 + (y - 1)**2)",
    "log(x**2) + (y - 1)**2/x**2", "log(abs(x)) + (y - 2)**2/x**2",
]  # fmt: skip


@pytest.mark.parametrize("expr", DIPS)
def test_a_steep_dip_is_a_minimum_at_a_kink(expr):
    result = symgd.minimize(expr, starts=32)
    assert result.counts == {Status.CONVERGED: 32}
    assert {Kind(k) for k in result.runs.kind} == {Kind.KINK_MINIMUM}
    assert (result.runs.x == DIPS[expr]).all()  # no rest of the way is left


@pytest.mark.parametrize("expr", BOTTOMLESS)
def test_what_falls_without_end_is_no_minimum(expr):
    result = symgd.minimize(expr, starts=32)
    assert result.counts == {Status.DIVERGED: 32}


def test_where_doubles_are_too_coarse_nothing_is_claimed_to_fall_for_ever():
    result = symgd.minimize("log(1e-25 + abs(x - pi))", starts=32)  # pi is no double
    assert Status.DIVERGED not in result.counts
    assert (np.abs(result.runs.x - np.pi) < 1e-9).all()


@pytest.mark.parametrize("given", [{"x0": 0.47}, {}])
def test_a_success_has_a_value(given):
    result = symgd.minimize("x*log(x) + 50*x", **given)
    reached = np.isin(result.runs.status, [Status.CONVERGED, Status.AT_BOUND])
    assert np.isfinite(result.runs.fun[reached]).all()
    assert result.runs.x[reached][:, 0] == pytest.approx(np.exp(-51.0), rel=1e-9)


def test_an_infimum_beside_a_pole_is_none():
    result = symgd.minimize("atan(1/x)", x0=-1.0)  # it falls to -pi/2 towards 0, where f is not
    assert not result.success


def test_a_run_leaves_a_tip_from_which_f_falls():
    result = symgd.minimize("sqrt(x**2 + y**2) + (x - 3)**2", [0.0, 0.0])
    assert result.success
    assert result.x == pytest.approx([2.5, 0], abs=1e-9)  # 1 + 2*(x - 3) = 0
    still = symgd.minimize("sqrt(x**2 + y**2) + (x - 3)**2", [0.0, 0.0], lr=0.1)
    assert "start inside" not in still.message


def test_a_tip_that_is_a_minimum_is_kept():
    result = symgd.minimize("sqrt(x**2 + y**2) + x/2", [0.0, 0.0])
    assert (result.success, result.x.tolist()) == (True, [0.0, 0.0])
