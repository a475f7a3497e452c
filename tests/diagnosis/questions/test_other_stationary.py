"""Maxima, saddles and flat regions."""

from __future__ import annotations

import pytest
from cases import case_at, kinds, statuses

from symgd import Kind, Status
from symgd.diagnosis.questions.other_stationary import other_stationary
from symgd.engine.kernel.stops import Stop


@pytest.mark.parametrize(
    ("expr", "x", "x0", "status", "kind"),
    [
        ("-x**2", 0.0, 0.0, Status.STALLED_AT_START, Kind.MAXIMUM),
        ("-(x - 1)**2", 1.0, 2.0, Status.NOT_A_MINIMUM, Kind.MAXIMUM),
        ("x**3", 0.0, 1.0, Status.NOT_A_MINIMUM, Kind.SADDLE),
        ("tanh(x)", -300.0, -9.0, Status.PLATEAU, Kind.FLAT),
        ("(x - 1)**2", 1.0, 2.0, Status.CONVERGED, Kind.MINIMUM),
        ("x", 1.0, 2.0, None, Kind.NOT_STATIONARY),
    ],
)
def test_stationary_points(expr, x, x0, status, kind):
    case = case_at(expr, [x], [x0])
    other_stationary(case)
    assert (statuses(case), kinds(case)) == ([status], [kind])


def test_a_saddle_in_two_variables():
    case = case_at("(x - 1)**2 - 3*y**2", [[1 + 1e-6, 1e-7]], [[3, 1]])
    other_stationary(case)
    assert (statuses(case), kinds(case)) == ([Status.NOT_A_MINIMUM], [Kind.SADDLE])
    assert case.found.smooth[0]
    assert case.found.target[0] == pytest.approx([1, 0], abs=1e-15)
    assert case.found.early[0]  # a smaller tolerance leads past it


def test_a_run_whose_epochs_ran_out_is_beside_it_only_if_it_rests_there():
    case = case_at("-(x - 1)**2", [1 + 1e-5, 1.0], [2.0, 2.0], Stop.EPOCHS)
    other_stationary(case)
    assert statuses(case) == [None, Status.NOT_A_MINIMUM]
