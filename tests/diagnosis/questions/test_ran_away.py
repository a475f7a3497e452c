"""Runs that are far away."""

from __future__ import annotations

from cases import case_at, statuses

from symgd import Status
from symgd.diagnosis.questions.ran_away import far_away, ran_away


def test_far_is_measured_by_the_searched_region():
    x, x0 = [1e6, 3e7, -3e7, 3e7], [0.0, 0.0, 0.0, 2.9e7]
    case = case_at("x", x, x0, width=20)
    assert far_away(case, [0, 1, 2, 3]).tolist() == [False, True, True, False]
    ran_away(case)
    assert statuses(case) == [None, Status.DIVERGED, Status.DIVERGED, None]
    small = case_at("x", x, x0, width=0.1)
    ran_away(small)
    assert statuses(small)[0] is Status.DIVERGED
