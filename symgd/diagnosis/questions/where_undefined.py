"""Whether f is defined and finite where a run ended."""

from __future__ import annotations

import numpy as np

from ...engine.kernel.stops import Stop
from ...status import Kind, Status
from ..case import UNDECIDED, Case
from ..edge import NO_CONDITION


def where_undefined(case: Case) -> None:
    """Find the runs that ended where f is undefined or not finite."""
    found = case.found
    asked = found.status == UNDECIDED
    for index, holds in enumerate(case.problem.run(case.problem.symbolic.holds, found.x)):
        found.condition[asked & (holds != 1.0) & (found.condition == NO_CONDITION)] = index
    broken = found.condition != NO_CONDITION
    lost = asked & (broken | ~np.isfinite(found.fun))
    outside = np.where(case.stayed | broken, Status.OUT_OF_DOMAIN, Status.DIVERGED)
    found.status[lost] = outside[lost]
    found.kind[lost] = Kind.UNKNOWN
    found.status[asked & (case.stop == Stop.BOTTOMLESS)] = Status.DIVERGED
