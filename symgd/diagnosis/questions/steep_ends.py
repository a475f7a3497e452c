"""Whether a point is a minimum where f is finite and its gradient is not, as 0 of sqrt(x)."""

from __future__ import annotations

import numpy as np

from ...status import Kind, Status
from ..case import UNDECIDED, Case
from .ran_away import far_away


def steep_ends(case: Case) -> None:
    """Judge by values the runs that ended where f has no finite gradient."""
    found = case.found
    for row in np.flatnonzero(case.steep & (found.status == UNDECIDED)):
        kind = case.kinds(row).at_end(found.x[row], case.x0[row])
        lost = Status.DIVERGED if far_away(case, row) else Status.OUT_OF_DOMAIN
        found.kind[row] = kind if kind.lowest else Kind.UNKNOWN
        found.status[row] = Status.CONVERGED if kind.lowest else lost
