"""Whether runs that get no farther have all but reached an infimum that f only approaches."""

from __future__ import annotations

import numpy as np

from ...arrays import Whole
from ...facts.close import looks
from ...facts.endless import only_approached
from ...status import Kind, Status
from ..case import Case
from ..kinds import near_kink
from ..sample import of_some

_SLIGHT_SLOPE = 1e-3  # share of the fall of a run that its gradient would bring: it is small
_SAMPLED_RUNS = 8  # runs: where so many only fall on, so do the others that have come as far
_SINGLE_RUNS = 64  # runs: no more are looked at one by one


def on_decays(case: Case) -> None:
    """Find them among slow and halted runs: no number of steps would bring them to a minimum.

    Of steps at a fixed rate it is told when somebody asks: loops on paper are cheap.
    """
    if not case.how.polish:
        return
    found = case.found
    slow = np.isin(found.status, (Status.SLOW, Status.NO_PROGRESS))
    slow &= found.target_kind == Kind.UNKNOWN
    rows = np.flatnonzero(slow & np.isin(found.kind, (Kind.NOT_STATIONARY, Kind.UNKNOWN)))
    if not len(rows):
        return
    with np.errstate(all="ignore"):
        fall = case.problem.of(rows).values(case.x0[rows]) - found.fun[rows]
        left = found.grad_norm[rows] * case.how.width.max()
    rows = rows[left <= _SLIGHT_SLOPE * np.abs(fall)]
    halted = found.status[rows] == Status.NO_PROGRESS
    rows = rows[~(halted & near_kink(case.problem.of(rows), found.x[rows]))]
    rows = rows[_falling(case, rows)]
    found.status[rows], found.kind[rows] = Status.PLATEAU, Kind.FLAT


def _falling(case: Case, rows: Whole) -> Whole:
    """Tell from which runs f only falls on; of many by some, if these agree."""
    most = looks(case.problem, _SINGLE_RUNS)
    seen = of_some(rows, _SAMPLED_RUNS, most, lambda row: _only_falls(case, row))
    return np.flatnonzero([answer is True for answer in seen])


def _only_falls(case: Case, row: int) -> bool:
    problem = case.problem.of([row])
    given = case.found.x[row], case.x0[row], case.box, case.how.width
    return only_approached(problem, *given)
