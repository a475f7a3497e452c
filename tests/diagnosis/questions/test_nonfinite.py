"""Runs whose next point is not finite."""

from __future__ import annotations

from cases import case_at, statuses

from symgd import Status
from symgd.diagnosis.questions.nonfinite import nonfinite
from symgd.engine.kernel.stops import Stop


def test_an_overflowing_step_runs_away():
    case = case_at("x**4", [9.0, 9.0], [1.0, 1.0], [Stop.NONFINITE, Stop.EPOCHS])
    nonfinite(case)
    assert statuses(case) == [Status.DIVERGED, None]
