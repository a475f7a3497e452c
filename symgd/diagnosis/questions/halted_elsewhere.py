"""Where a run is that no step improves, and that is at no smooth stationary point."""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Mask, Whole
from ...engine.kernel.stops import Stop
from ...facts.bottom import lower_bounds
from ...status import Kind, Status
from ..case import HALTED, Case
from ..edge import NO_CONDITION, bottomless_edge, bottomless_pole
from ..kinds import LOWEST, near_kink
from ..rests import landed

_FALLEN = 1e12  # times f at the start, or its change beside it: falling more shows a pole
_ASIDE = 1e-3  # share of the searched region: where that change is taken
_POLE_WITHIN = 0.2  # share of the way travelled: the pole that a run would go to lies within it
_FLAT = 1e-8  # share of f, or of its fall, that the gradient would bring across the region: flat


def halted_elsewhere(case: Case) -> None:
    """Judge by values the runs that halted: a kink, a flat region, a pole."""
    rows = case.open(*HALTED)
    if not len(rows):
        return
    found, problem, x0 = case.found, case.problem.of(rows), case.x0[rows]
    x = landed(problem, found.x[rows], x0)
    kinds = case.kinds(rows).at_end(x, x0)
    lowest = LOWEST[kinds]
    found.target[rows[lowest]] = x[lowest]
    if case.how.polish:
        case.move(rows[lowest], x[lowest])
    flat = _flat(case, rows) & ~near_kink(problem, x)
    found.early[rows] = (case.stop[rows] == Stop.TOLERANCE) & ~lowest & (kinds != Kind.FLAT)
    resting = np.where(flat, Kind.WEAK_MINIMUM, Kind.KINK_MINIMUM)
    moving = np.where(flat, Kind.FLAT, Kind.NOT_STATIONARY)
    found.kind[rows] = np.where(lowest, resting, moving)
    found.status[rows] = np.where(lowest, Status.CONVERGED, Status.PLATEAU)
    sloping = np.flatnonzero(~lowest & ~flat)
    if len(sloping):
        _on_slopes(case, rows[sloping])


def _on_slopes(case: Case, rows: Whole) -> None:
    """Tell runs that f would lead on without end from those that merely do not get on."""
    found = case.found
    bounded = _bounded(case, rows)
    found.status[rows[bounded]] = Status.NO_PROGRESS
    rows = rows[~bounded]
    if not len(rows):
        return
    far = _fell_far(case, rows)
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


def _bounded(case: Case, rows: Whole) -> Mask:
    """Tell where f has a lower bound, proven, as far as a run would have to go on."""
    x = case.found.x[rows]
    reach = _POLE_WITHIN * np.abs(x - case.x0[rows]).max(axis=1)[:, None]
    low, high = case.box.clip(x - reach), case.box.clip(x + reach)
    return np.asarray(lower_bounds(case.problem.of(rows), low, high) > -np.inf)


def _flat(case: Case, rows: Whole) -> Mask:
    """Tell where the gradient is next to nothing, or would be across the searched region."""
    found = case.found
    gradients = case.problem.of(rows).gradients(found.x[rows])
    held = case.box.held(found.x[rows], gradients)
    size = np.abs(np.where(held, 0.0, gradients)).max(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        reach = (size[:, None] * case.how.width).max(axis=1)
        fall = np.fmax(np.abs(_at_start(case, rows) - found.fun[rows]), np.abs(found.fun[rows]))
        return np.asarray(reach <= _FLAT * fall)


def _fell_far(case: Case, rows: Whole) -> Mask:
    """Tell where f fell by far more than it amounts to, or changes, where the run started."""
    before, after = _at_start(case, rows), case.found.fun[rows]
    beside = case.problem.of(rows).values(case.x0[rows] + _ASIDE * case.how.width)
    with np.errstate(over="ignore", invalid="ignore"):
        change = np.fmax(np.abs(before), np.abs(beside - before))
        return np.asarray(before - after > _FALLEN * change)


def _at_start(case: Case, rows: Whole) -> Array:
    return case.problem.of(rows).values(case.x0[rows])
