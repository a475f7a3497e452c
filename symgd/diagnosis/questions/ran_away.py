"""Whether a run is so far away that it ran away."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import Mask
from ...status import Status
from ..case import Case
from ..local import largest

_AWAY = 1e6  # sizes of the searched region: a run farther away, without an end, ran away


def ran_away(case: Case) -> None:
    """Find the runs that are far away, and at no stationary point."""
    rows = case.open()
    if len(rows):
        case.found.status[rows[far_away(case, rows)]] = Status.DIVERGED


def far_away(case: Case, rows: Any) -> Mask:
    """Tell which of some runs are far from their starts."""
    way = largest(np.abs(case.found.x[rows] - case.x0[rows]))
    return np.asarray(way > away(case))


def away(case: Case) -> float:
    """Give how far a run must come to have run away."""
    return float(_AWAY * case.how.width.max())
