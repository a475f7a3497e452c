"""Whether a point is a minimum where f is finite and its gradient is not, as 0 of sqrt(x)."""

from __future__ import annotations

import numpy as np

from ...status import Kind, Status
from ..case import UNDECIDED, Case
from ..kinds import LOWEST
from ..rests import landed
from .ran_away import far_away


def steep_ends(case: Case) -> None:
    """Judge by values the runs that ended where f has no finite gradient."""
    found = case.found
    rows = np.flatnonzero(case.steep & (found.status == UNDECIDED))
    if not len(rows):
        return
    x = landed(case.problem.of(rows), found.x[rows], case.x0[rows])
    kinds = case.kinds(rows).at_end(x, case.x0[rows])
    lowest = rows[LOWEST[kinds]]
    found.target[lowest] = x[LOWEST[kinds]]
    if case.how.polish:
        case.move(lowest, x[LOWEST[kinds]])
    lost = np.where(far_away(case, rows), Status.DIVERGED, Status.OUT_OF_DOMAIN)
    found.kind[rows] = np.where(LOWEST[kinds], kinds, Kind.UNKNOWN)
    found.status[rows] = np.where(LOWEST[kinds], Status.CONVERGED, lost)
