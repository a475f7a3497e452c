"""Whether a run ended at a stationary point that is no plain minimum."""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Mask, Whole
from ...engine.kernel.stops import Stop
from ...facts.cancellation import gradient_noise
from ...status import Kind, Status
from ..arrival import on_bound
from ..case import HALTED, UNDECIDED, Case
from ..kinds import LOWEST
from ..local import TOUCHING, model, total
from ..newton import seek
from ..rests import tidy_stationary

_LEVEL = 1e-2  # share of a run's fall: the gradient at a stationary point brings no more
_AT_END = 1e-3  # share of the way travelled: a stationary point farther off is another's


def other_stationary(case: Case) -> None:
    """Find the runs beside a maximum, a saddle, a flat region or a degenerate minimum."""
    rows, found = case.careful(*HALTED, Stop.EPOCHS), case.found
    if not len(rows):
        return
    x = found.x[rows]
    reach = np.maximum(np.abs(x - case.x0[rows]), np.abs(x))
    share = np.where(case.stop[rows] == Stop.EPOCHS, TOUCHING, _AT_END)
    y, near, degenerate = seek(case.problem.of(rows), x, share[:, None] * reach, case.box)
    resting = np.asarray((np.abs(y - x) <= TOUCHING * reach).all(axis=1))
    near &= _level(case, rows, y)
    rows, y, resting, degenerate = rows[near], y[near], resting[near], degenerate[near]
    if not len(rows):
        return
    x0, there = case.x0[rows], model(case.problem.of(rows), y, case.box)
    linear = np.flatnonzero(degenerate)
    y[linear] = tidy_stationary(case.problem.of(rows[linear]), y[linear], x0[linear])
    kinds, case.on_set[rows] = case.kinds(rows).at(y, x0, there, degenerate)
    found.smooth[rows] = True
    lowest = LOWEST[kinds]
    found.kind[rows], found.target[rows] = kinds, y
    found.early[rows] = ~(lowest | resting) & (case.stop[rows] == Stop.TOLERANCE)
    stayed = (np.abs(y - x0) <= TOUCHING * np.abs(y)).all(axis=1) | case.stayed[rows]
    lost = np.where(stayed, Status.STALLED_AT_START, Status.NOT_A_MINIMUM)
    lost = np.where(kinds == Kind.FLAT, Status.PLATEAU, lost)
    lost = np.where(kinds == Kind.UNKNOWN, UNDECIDED, lost)
    held = on_bound(case.box, there, y, kinds)
    arrived = np.where(held, Status.AT_BOUND, Status.CONVERGED)
    arrived = np.where(resting | case.how.polish, arrived, UNDECIDED)
    found.status[rows] = np.where(lowest, arrived, lost)
    if case.how.polish:
        case.move(rows[lowest], y[lowest])


def _level(case: Case, rows: Whole, y: Array) -> Mask:
    """Tell where the gradient would change f by little over the whole way, as beside no cusp.

    There the Hessian is so large that any gradient is within its rounding.
    """
    problem, x0 = case.problem.of(rows), case.x0[rows]
    with np.errstate(all="ignore"):
        slopes = np.abs(case.box.projected(y, problem.gradients(y)))
        fall = np.abs(problem.values(x0) - problem.values(y))
        change = total(slopes * np.abs(y - x0))
    noise = total(gradient_noise(problem, y) * np.abs(y - x0))
    return np.asarray(~(change > _LEVEL * fall + noise))
