"""Minima of all kinds, and how far a run is from them."""

from __future__ import annotations

import pytest
from cases import case_at, kinds, statuses

from symgd import Kind, Status
from symgd.diagnosis.questions.careful_minima import careful_minima
from symgd.engine.kernel.stops import Stop
from symgd.methods import GradientDescent

FIXED = {"method": GradientDescent(0.1), "polish": False}


@pytest.mark.parametrize(
    ("expr", "x", "bounds", "status", "kind", "end"),
    [
        ("(x - 1)**2", 1 + 1e-9, (-9, 9), Status.CONVERGED, Kind.MINIMUM, 1.0),
        ("(x - 1)**4", 1.01, (-9, 9), Status.CONVERGED, Kind.WEAK_MINIMUM, 1.0),
        ("(x - 1)**2", 0.0, (-9, 0), Status.AT_BOUND, Kind.MINIMUM, 0.0),
        ("-(x - 1)**2", 1 + 1e-9, (-9, 9), None, Kind.NOT_STATIONARY, 1 + 1e-9),
        ("x", 1.0, (-9, 9), None, Kind.NOT_STATIONARY, 1.0),
    ],
)
def test_minima(expr, x, bounds, status, kind, end):
    case = case_at(expr, [x], [bounds[0] / 3], bounds=bounds)
    careful_minima(case)
    assert (statuses(case), kinds(case)) == ([status], [kind])
    assert case.found.x[0, 0] == pytest.approx(end, abs=1e-3 * (kind is Kind.WEAK_MINIMUM))


@pytest.mark.parametrize("stop", [Stop.TOLERANCE, Stop.FLOOR])
def test_a_run_that_is_heading_for_a_minimum(stop):
    case = case_at("(x - 1)**2", [1 + 1e-3], [2.0], stop, **FIXED)
    careful_minima(case)
    assert statuses(case) == [Status.SLOW]
    assert case.found.early.tolist() == [stop is Stop.TOLERANCE]
    assert case.found.target[0, 0] == pytest.approx(1)
    assert case.found.target_kind[0] == Kind.MINIMUM
    assert case.found.smooth[0]


def test_what_rounding_hides_is_no_distance():
    case = case_at("1e9 + (x - 1)**2", [1 + 1e-5], [1.1], Stop.FLOOR, **FIXED)
    careful_minima(case)
    assert statuses(case) == [Status.CONVERGED]
