"""How fast a run comes near its minimum, and with which rates it would."""

from __future__ import annotations

import numpy as np

from ...status import SUCCESSES, Kind, Status
from ..case import Case

_WITH_A_MINIMUM = (*SUCCESSES, Status.SLOW, Status.OSCILLATING)


def paces_ahead(case: Case) -> None:
    """Note what the method's theory says of runs at a smooth minimum, or under way to one."""
    found, method = case.found, case.how.method
    if not method.fixed:
        return
    near = np.isin(found.status, _WITH_A_MINIMUM) & (found.kind != Kind.KINK_MINIMUM)
    rows = np.flatnonzero(near)
    spectra = np.stack([found.low[rows], found.high[rows]], axis=1)
    pace = method.take(rows).near(spectra) if len(rows) else None
    if pace is not None:
        found.contraction[rows], found.largest_rate[rows] = pace.factor, pace.largest_rate
