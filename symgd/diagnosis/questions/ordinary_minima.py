"""Whether a run is at a clear minimum inside the bounds, as nearly all are."""

from __future__ import annotations

import numpy as np

from ...status import Kind, Status
from ..arrival import epochs_left, note_curvature, tidy
from ..case import Case
from ..cells import cells
from ..local import TOUCHING, model, pick, put
from ..ordinary import ordinary


def ordinary_minima(case: Case) -> None:
    """Find the runs at a clear minimum; all that lead to one point share one verification."""
    rows, how = case.open(), case.how
    x, x0, gradient = (pick(points, rows) for points in (case.found.x, case.x0, case.gradient))
    end = ordinary(case.problem, x, gradient, x0, case.box, how.tol)
    sure = end.sure & ((end.missing <= how.tol * end.way) | how.polish)
    chosen = np.flatnonzero(sure & case.kinds.resolved(end.x, x0))
    if not len(chosen):
        return
    y = tidy(end.x, x0)
    first, member = cells(pick(y, chosen), TOUCHING * how.width)
    shown = chosen[first]
    there = model(case.problem, y[shown], case.box)
    nowhere = np.zeros(len(first), dtype=bool)
    plain = case.kinds.at(y[shown], x0[shown], there, nowhere) == Kind.MINIMUM
    chosen, member = chosen[plain[member]], member[plain[member]]
    rows, y, spectrum = rows[chosen], pick(y, chosen), pick(there.spectrum(), member)
    note_curvature(case, rows, spectrum)
    case.found.status[rows], case.found.kind[rows] = Status.CONVERGED, Kind.MINIMUM
    put(case.found.target, rows, y)
    left = epochs_left(case, rows, spectrum, end.missing[chosen], end.way[chosen])
    case.found.epochs_left[rows] = left
    if how.polish:
        case.move(rows, y)
