"""What a run would do whose epochs ran out: descend, cycle, run away or rest."""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Whole
from ...engine.kernel.stops import Stop
from ...methods import Fixed
from ...status import Status
from ..arrival import note_curvature
from ..case import Case
from ..cycles import Course, look_ahead
from ..local import model
from ..newton import refine
from .ran_away import away

_BECOMES = {
    Course.DESCENDING: Status.SLOW,
    Course.CYCLING: Status.OSCILLATING,
    Course.ESCAPING: Status.DIVERGED,
    Course.RESTING: Status.NO_PROGRESS,
}
_BEYOND = 10.0  # widths of the last steps: Newton steps lead so far to a minimum among them
_STATUS = np.array([_BECOMES[course] for course in Course])  # by code


def out_of_epochs(case: Case) -> None:
    """Look ahead of fixed steps; others always descend."""
    rows, found, method = case.open(Stop.EPOCHS), case.found, case.how.method
    if not isinstance(method, Fixed) or not len(rows):
        found.status[rows] = Status.SLOW
        return
    outlook = look_ahead(
        case.problem.of(rows), method.take(rows), case.ends.take(rows), case.box, away(case)
    )
    found.status[rows] = _STATUS[outlook.course]
    found.period[rows] = outlook.period
    _limiting_curvature(case, rows, outlook.tail)


def _limiting_curvature(case: Case, rows: Whole, tail: Array) -> None:
    """Note the curvature that limits the rate: at the minimum within a cycle, or along it."""
    problem, box = case.problem.of(rows), case.box
    models = [model(problem, points, box) for points in tail]
    spectra = [there.spectrum() for there in models]
    note_curvature(case, rows, np.concatenate(spectra, axis=1))
    low, high = tail.min(axis=0), tail.max(axis=0)
    reach = _BEYOND * (high - low)
    ahead = [points + there.newton_step() for points, there in zip(tail, models, strict=True)]
    with np.errstate(invalid="ignore"):
        near = [((y >= low - reach) & (y <= high + reach)).all(axis=1) for y in ahead]
    around = np.flatnonzero(np.any(near, axis=0))  # for which no minimum has been found yet
    for points in (tail.mean(axis=0), *tail):
        its = problem.of(around)
        newton = refine(its, points[around], case.x0[rows[around]], box, case.how.tol)
        within = (newton.x >= low[around]) & (newton.x <= high[around])
        inside = newton.settled & np.asarray(within.all(axis=1))
        spectrum = model(its.of(inside), newton.x[inside], box).spectrum()
        note_curvature(case, rows[around[inside]], spectrum)
        around = around[~inside]
