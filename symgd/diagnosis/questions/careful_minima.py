"""Whether Newton steps lead to a verified minimum of any kind, and the run has arrived there."""

from __future__ import annotations

import numpy as np

from ...arrays import EPS, Array, Mask, Whole
from ...engine.kernel.stops import Stop
from ...status import Status
from ..arrival import equal, on_bound
from ..case import HALTED, Case
from ..kinds import LOWEST
from ..local import model
from ..newton import refine
from ..rests import tidy


def careful_minima(case: Case) -> None:
    """Find the runs that have arrived at a minimum, and those that were heading for one."""
    rows = case.careful()
    if not len(rows):
        return
    found, how = case.found, case.how
    newton = refine(case.problem.of(rows), found.x[rows], case.x0[rows], case.box, how.tol)
    rows, y = rows[newton.settled], newton.x[newton.settled]
    if not len(rows):
        return
    degenerate = newton.degenerate[newton.settled]
    y = tidy(case.problem.of(rows), y, case.x0[rows], degenerate)
    x, x0 = found.x[rows], case.x0[rows]
    problem = case.problem.of(rows)
    there = model(problem, y, case.box)
    kinds, case.on_set[rows] = case.kinds(rows).at(y, x0, there, degenerate)
    lowest = LOWEST[kinds]
    missing = there.length(y - x)
    linear = np.flatnonzero(degenerate)
    here = model(problem.of(linear), x[linear], case.box)
    missing[linear] = np.fmax(missing[linear], here.length((y - x)[linear]))
    way = there.length(y - x0)
    close = (missing <= how.tol * way) | _unresolved(case, rows, y, missing)
    arrived: Mask = lowest & (close | how.polish)
    held = on_bound(case.box, there, y, kinds)
    found.target[rows[lowest]], found.target_kind[rows[lowest]] = y[lowest], kinds[lowest]
    found.smooth[rows[lowest]] = True
    done = rows[arrived]
    found.status[done] = np.where(held[arrived], Status.AT_BOUND, Status.CONVERGED)
    found.kind[done] = kinds[arrived]
    short = rows[lowest & ~arrived & np.isin(case.stop[rows], HALTED)]
    found.early[short] = case.stop[short] == Stop.TOLERANCE
    found.status[short] = Status.SLOW
    if how.polish:
        case.move(done, y[arrived])


def _unresolved(case: Case, rows: Whole, y: Array, missing: Array) -> Mask:
    """Tell which runs are so close to `y` that rounding hides the difference."""
    fall = 0.5 * missing**2  # what the quadratic model still predicts
    floor = case.stop[rows] == Stop.FLOOR
    level = fall <= 8 * EPS * np.abs(case.found.fun[rows])
    return np.asarray(equal(y, case.found.x[rows]) | (floor & level))
