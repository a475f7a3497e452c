"""How fast a run that has not arrived comes near, and with which rates it would."""

from __future__ import annotations

import numpy as np

from ...status import Status
from ..case import Case

_UNDER_WAY = (Status.SLOW, Status.OSCILLATING)


def paces_ahead(case: Case) -> None:
    """Note what the method's theory says of runs under way."""
    found, method = case.found, case.how.method
    rows = np.flatnonzero(np.isin(found.status, _UNDER_WAY))
    spectra = np.stack([found.low[rows], found.high[rows]], axis=1)
    pace = method.take(rows).near(spectra) if len(rows) else None
    if pace is not None:
        found.contraction[rows], found.largest_rate[rows] = pace.factor, pace.largest_rate
