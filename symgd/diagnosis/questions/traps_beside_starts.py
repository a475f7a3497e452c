"""Whether a slow run started right beside a maximum or a saddle."""

from __future__ import annotations

import numpy as np

from ...status import Kind, Status
from ..case import Case
from ..local import model
from ..newton import seek

_TRAPPED = 1e-6  # share of the searched region: a start this close feels no slope
_COORDINATE = 1e-12  # share of the way to a trap: its coordinates are known to this


def traps_beside_starts(case: Case) -> None:
    """Note the maximum or saddle beside which a run started that did not get far."""
    rows = np.flatnonzero(case.found.status == Status.SLOW)
    if not len(rows):
        return
    x0 = case.x0[rows]
    within = np.broadcast_to(_TRAPPED * case.how.width, x0.shape)
    y, found, _ = seek(case.problem.of(rows), x0, within, case.box)
    y = np.where(np.abs(y) <= _COORDINATE * np.abs(y - x0), 0.0, y)
    rows, y = rows[found], y[found]
    if not len(rows):
        return
    there = model(case.problem.of(rows), y, case.box)
    kinds = case.kinds(rows).at(y, case.found.x[rows], there, np.zeros(len(rows), dtype=bool))
    trapped = (kinds == Kind.MAXIMUM) | (kinds == Kind.SADDLE)
    case.found.trap[rows[trapped]] = y[trapped]
    case.found.trap_kind[rows[trapped]] = kinds[trapped]
