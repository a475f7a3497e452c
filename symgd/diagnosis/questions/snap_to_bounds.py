"""Whether a run all but touches a bound."""

from __future__ import annotations

import numpy as np

from ..case import Case
from ..local import TOUCHING, every
from ..look import Ahead


def snap_to_bounds(case: Case) -> None:
    """Move ends that all but touch a bound onto it, where f is no higher there."""
    box, found = case.box, case.found
    if not case.how.polish or not np.isfinite([box.lower, box.upper]).any():
        return
    near = TOUCHING * case.how.width
    snapped = np.where(found.x - box.lower <= near, box.lower, found.x)
    snapped = np.where(box.upper - snapped <= near, box.upper, snapped)
    rows = np.flatnonzero(~every(snapped == found.x))
    with np.errstate(invalid="ignore"):
        rows = rows[case.problem.of(rows).values(snapped[rows]) <= found.fun[rows]]
    case.move(rows, snapped[rows])
    found.target[rows] = snapped[rows]
    case.sight.ahead[rows] = Ahead.UNCLEAR
