"""Where a run is that no step improves, and that is at no smooth stationary point."""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Mask, Whole
from ...engine.kernel.stops import Stop
from ...status import Kind, Status
from ..case import HALTED, Case
from ..edge import NO_CONDITION, bottomless_edge, bottomless_pole
from ..kinds import LOWEST, near_kink

_FALLEN = 1e12  # times f at the start, or its change beside it: falling more shows a pole
_ASIDE = 1e-3  # share of the searched region: where that change is taken
_FLAT = 1e-8  # gradient, or share of the fall that it would bring across the region: flat


def halted_elsewhere(case: Case) -> None:
    """Judge by values the runs that halted: a kink, a flat region, a pole."""
    rows = case.open(*HALTED)
    if not len(rows):
        return
    found, problem, x, x0 = case.found, case.problem.of(rows), case.found.x[rows], case.x0[rows]
    kinds, flat = case.kinds(rows).at_end(x, x0), _flat(case, rows)
    lowest = LOWEST[kinds]
    found.early[rows] = (case.stop[rows] == Stop.TOLERANCE) & ~lowest & (kinds != Kind.FLAT)
    smooth = flat & ~near_kink(problem, x)
    resting = np.where(smooth, Kind.WEAK_MINIMUM, Kind.KINK_MINIMUM)
    moving = np.where(flat, Kind.FLAT, Kind.NOT_STATIONARY)
    found.kind[rows] = np.where(lowest, resting, moving)
    found.status[rows] = np.where(lowest, Status.CONVERGED, Status.PLATEAU)
    sloping = np.flatnonzero(~lowest & ~flat)
    if len(sloping):
        _on_slopes(case, rows[sloping])


def _on_slopes(case: Case, rows: Whole) -> None:
    """Tell runs that f would lead on without end from those that merely do not get on."""
    found, far = case.found, _fell_far(case, rows)
    found.status[rows] = np.where(far, Status.DIVERGED, Status.NO_PROGRESS)
    rows = rows[~far]
    if not len(rows):
        return
    problem, x, x0 = case.problem.of(rows), found.x[rows], case.x0[rows]
    found.condition[rows] = bottomless_edge(problem, x, x0)
    falling = found.condition[rows] != NO_CONDITION
    left = np.flatnonzero(~falling)
    if len(left):
        falling[left] = bottomless_pole(problem.of(left), x[left], x0[left])
    found.status[rows[falling]] = Status.DIVERGED


def _flat(case: Case, rows: Whole) -> Mask:
    """Tell where the gradient is next to nothing, or would be across the searched region."""
    found = case.found
    gradients = case.problem.of(rows).gradients(found.x[rows])
    size = np.abs(case.box.projected(found.x[rows], gradients)).max(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        reach = (size[:, None] * case.how.width).max(axis=1)
        fall = np.abs(_at_start(case, rows) - found.fun[rows])
        return np.asarray((size <= min(case.how.tol, _FLAT)) | (reach <= _FLAT * fall))


def _fell_far(case: Case, rows: Whole) -> Mask:
    """Tell where f fell by far more than it amounts to, or changes, where the run started."""
    before, after = _at_start(case, rows), case.found.fun[rows]
    beside = case.problem.of(rows).values(case.x0[rows] + _ASIDE * case.how.width)
    with np.errstate(over="ignore", invalid="ignore"):
        change = np.fmax(np.abs(before), np.abs(beside - before))
        return np.asarray(before - after > _FALLEN * change)


def _at_start(case: Case, rows: Whole) -> Array:
    return case.problem.of(rows).values(case.x0[rows])
