"""Runs that no step improves, at no smooth stationary point."""

from __future__ import annotations

import pytest
from cases import case_at, kinds, statuses

from symgd import Kind, Status
from symgd.diagnosis.questions.halted_elsewhere import halted_elsewhere
from symgd.engine.kernel.stops import Stop


@pytest.mark.parametrize(
    ("expr", "x", "status", "kind", "condition"),
    [
        ("abs(x - 1)", 1.0, Status.CONVERGED, Kind.KINK_MINIMUM, -1),
        ("x", 1.0, Status.NO_PROGRESS, Kind.NOT_STATIONARY, -1),
        ("1 - exp(-x**2)", 5.0, Status.PLATEAU, Kind.FLAT, -1),
        ("log(x)", 1e-9, Status.DIVERGED, Kind.NOT_STATIONARY, 0),
        ("tan(x)", 1.571, Status.DIVERGED, Kind.NOT_STATIONARY, -1),  # beside a pole
        ("-1/x**2", 1e-8, Status.DIVERGED, Kind.NOT_STATIONARY, -1),  # fell by far
    ],
)
def test_where_runs_halt(expr, x, status, kind, condition):
    case = case_at(expr, [x], [2.0], Stop.FLOOR)
    halted_elsewhere(case)
    assert (statuses(case), kinds(case)) == ([status], [kind])
    assert case.found.condition.tolist() == [condition]


@pytest.mark.parametrize(("expr", "early"), [("x", True), ("abs(x - 1)", False)])
def test_a_tolerance_may_have_been_too_large(expr, early):
    case = case_at(expr, [1.0], [2.0], Stop.TOLERANCE)
    halted_elsewhere(case)
    assert case.found.early.tolist() == [early]


def test_runs_whose_epochs_ran_out_are_not_asked():
    case = case_at("abs(x - 1)", [1.0], [2.0], Stop.EPOCHS)
    halted_elsewhere(case)
    assert statuses(case) == [None]
