"""Runs that were interrupted."""

from __future__ import annotations

from cases import case_at, statuses

from symgd import Status
from symgd.diagnosis.questions.interrupted import interrupted, stopped
from symgd.engine.kernel.stops import Stop

STOPS = [Stop.TOLERANCE, Stop.INTERRUPTED, Stop.EPOCHS, Stop.INTERRUPTED]


def test_interrupted_runs_are_left():
    case = case_at("x", [1.0] * 4, [2.0] * 4, STOPS)
    case.found.status[3] = Status.DIVERGED
    interrupted(case)
    assert statuses(case) == [None, Status.STOPPED, None, Status.DIVERGED]


def test_all_that_are_open_are_left():
    case = case_at("x", [1.0] * 4, [2.0] * 4, STOPS)
    case.found.status[3] = Status.DIVERGED
    stopped(case)
    assert statuses(case) == [*[Status.STOPPED] * 3, Status.DIVERGED]
