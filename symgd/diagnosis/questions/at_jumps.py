"""Whether a minimum beside a jump of f is one: its lowest value may only be approached."""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...facts.cancellation import rounding
from ...facts.jumps import at_jumps_of
from ...precise.jumps import Beside, Told
from ...status import Kind, Status
from ..case import Case

_ASKED = (
    *(Status.CONVERGED, Status.AT_BOUND, Status.NO_PROGRESS),
    *(Status.NOT_A_MINIMUM, Status.STALLED_AT_START),
)


def at_jumps(case: Case) -> None:
    """Take claims away where f jumps beside the run, and make those that hold on the jump."""
    if case.problem.symbolic.jumps is None:
        return
    found = case.found
    rows = np.flatnonzero(np.isin(found.status, _ASKED))
    x = np.where(found.success[rows, None], found.target[rows], found.x[rows])
    told = at_jumps_of(case.problem.of(rows), x, case.box, case.how.width)
    for row, what in zip(rows.tolist(), told, strict=True):
        if what is not None:
            _answer(case, row, what)


def _answer(case: Case, row: int, told: Told) -> None:
    if told.what in (Beside.INSIDE, Beside.OPEN):
        return
    if told.what is Beside.MINIMUM and _claimed(case, row, told):
        return
    if case.found.success[row] or told.what is Beside.UNATTAINED or _curved_up(case, row):
        _take_away(case, row)


def _curved_up(case: Case, row: int) -> bool:
    """Tell whether nothing but the jump keeps a point from being a minimum."""
    (hessian,) = case.problem.of([row]).hessians(case.found.x[[row]])
    return bool(np.isfinite(hessian).all() and np.linalg.eigvalsh(hessian)[0] > 0)


def _take_away(case: Case, row: int) -> None:
    found = case.found
    found.status[row], found.kind[row] = Status.NO_PROGRESS, Kind.NOT_STATIONARY
    found.target_kind[row] = Kind.UNKNOWN
    found.smooth[row] = False


def _claimed(case: Case, row: int, told: Told) -> bool:
    """Make a run that has come to a minimum on a jump a success, if it is as low as that."""
    found, problem, there = case.found, case.problem.of([row]), np.array(told.there)
    here, lowest = problem.values(np.array([found.x[row], there]))
    error = rounding(problem, there[None])[0]
    same = abs(told.limit - lowest) <= error  # the jump belongs to the piece of the run
    if case.how.polish and lowest <= here + error:
        case.move(np.array([row]), there[None])
    elif found.success[row] and same:
        return True
    elif not (same and _arrived(case, row, there)):
        return False
    found.target[row] = there
    found.status[row] = Status.CONVERGED
    found.kind[row] = found.target_kind[row] = Kind.KINK_MINIMUM
    found.smooth[row] = False
    return True


def _arrived(case: Case, row: int, there: Array) -> bool:
    """Tell whether a run has come to a point, by the way it came."""
    x, width = case.found.x[row], case.how.width
    missing, way = (np.abs(point - there) / width for point in (x, case.x0[row]))
    return bool(missing.max() <= case.how.tol * way.max())
