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
    spectra = [model(problem, points, box).spectrum() for points in tail]
    note_curvature(case, rows, np.concatenate(spectra, axis=1))
    low, high = tail.min(axis=0), tail.max(axis=0)
    around = np.arange(len(rows))  # those for which no minimum has been found yet
    for points in (tail.mean(axis=0), *tail):
        its = problem.of(around)
        newton = refine(its, points[around], case.x0[rows[around]], box, case.how.tol)
        within = (newton.x >= low[around]) & (newton.x <= high[around])
        inside = newton.settled & np.asarray(within.all(axis=1))
        spectrum = model(its.of(inside), newton.x[inside], box).spectrum()
        note_curvature(case, rows[around[inside]], spectrum)
        around = around[~inside]
