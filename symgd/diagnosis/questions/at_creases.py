"""Whether a run is at a minimum on a kink, by slopes to all sides, or can go on along it."""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Mask, Whole
from ...creases.alone import LOWEST, Claim
from ...creases.form import Form, abs_normal
from ...creases.inside import inside_edges
from ...creases.walk import Walk, beside_creases, walk
from ...engine.kernel.stops import Stop
from ...facts.curves import on_curves
from ...given.boxes import Box
from ...problem import Problem
from ...status import Kind, Status
from ..case import HALTED, UNDECIDED, Case
from ..falling import falls_for_ever
from ..local import largest
from ..look import Ahead

_KINDS = np.array([Kind.KINK_MINIMUM if c is not Claim.LEVEL else Kind.WEAK_MINIMUM for c in Claim])

_BY_VALUES = (Kind.KINK_MINIMUM, Kind.WEAK_MINIMUM)


def at_creases(case: Case) -> None:
    """Lead runs along the creases of f to minima, and deny minima where f falls on.

    Smooth minima that are found so are left to the questions that follow.
    """
    found, rows = case.found, case.open(*HALTED, Stop.EPOCHS, Stop.NONFINITE)
    continued = case.problem.continued if len(rows) else case.problem
    form = abs_normal(continued.symbolic) if len(rows) else None
    rows = rows if form is None else _worth_leading(case, form, rows)
    if form is None or not len(rows):
        return
    x, x0 = found.x[rows], case.x0[rows]
    led = walk(continued.of(rows), form, x, x0, case.box, case.how.width)
    if continued.symbolic is not case.problem.symbolic:
        _keep_inside(case, rows, led, form)
    lowest = LOWEST[led.what.claim]
    near = _near(case, rows, led)
    case.denied[rows] = (led.what.claim == Claim.NOT) | (lowest & ~near)
    begun = ~case.stayed[rows] | (case.stop[rows] == Stop.NONFINITE)
    arrived = lowest & (near | (case.how.polish & begun))
    case.denied[rows[arrived]] = False
    rests = falls_for_ever(case, rows, led, form)
    case.shown[rows] |= rests
    arrived &= found.status[rows] == UNDECIDED
    if case.how.polish:
        onward = led.open & ~arrived & begun & rests
        case.denied[rows[onward]] = False
        led.x[onward] = led.last[onward]
        broken = (led.what.claim == Claim.BROKEN) & begun
        moving = arrived | onward | (broken & (found.status[rows] == UNDECIDED))
        case.move(rows[moving], led.x[moving])
        case.sight.ahead[rows[moving]] = Ahead.UNCLEAR
    found.target[rows[arrived]] = led.x[arrived]
    _decide(case, rows, led, arrived)


def _worth_leading(case: Case, form: Form, rows: Whole) -> Whole:
    """Leave out runs on their way that are far from creases and will not be moved to one."""
    if case.how.polish:
        return rows
    going = np.flatnonzero(case.stop[rows] == Stop.EPOCHS)
    its, how = rows[going], case.how
    given = (case.problem.continued.of(its), form, case.found.x[its], case.x0[its], case.box)
    return np.delete(rows, going[~beside_creases(*given, how.width, how.tol)])


def _keep_inside(case: Case, rows: Whole, led: Walk, form: Form) -> None:
    """Move points back inside that lie next to edges; lead the runs again that went outside."""
    its, box = case.problem.of(rows), case.box
    lost = np.flatnonzero(~_inside(its, led, case.x0[rows], box))
    if len(lost):
        x, x0 = case.found.x[rows[lost]], case.x0[rows[lost]]
        again = walk(its.of(lost), form, x, x0, box, case.how.width)
        missing = ~_inside(its.of(lost), again, x0, box)
        again.x[missing] = again.last[missing] = x[missing]
        again.what.claim[missing], again.open[missing] = Claim.UNKNOWN, False
        led.put(lost, again)


def _inside(problem: Problem, led: Walk, x0: Array, box: Box) -> Mask:
    """Tell which runs were led to where f is defined, but for rounding, and correct that."""
    for points in (led.x, led.last):
        points[:] = inside_edges(problem, points, x0, box)
    return np.isfinite(problem.values(led.x)) & np.isfinite(problem.values(led.last))


def _near(case: Case, rows: Whole, led: Walk) -> Mask:
    """Tell which runs have arrived where they were led."""
    with np.errstate(invalid="ignore"):
        missing = largest(np.abs(led.x - case.found.x[rows]) / case.how.width)
        way = largest(np.abs(led.x - case.x0[rows]) / case.how.width)
    return np.asarray(missing <= case.how.tol * way)


def _decide(case: Case, rows: Whole, led: Walk, arrived: Mask) -> None:
    """Give verdicts to the runs that are at minima on kinks, or on level pieces."""
    claim, found = led.what.claim, case.found
    sure = arrived & (~led.what.smooth | (claim == Claim.LEVEL))
    its = rows[sure]
    found.kind[its], case.creased[its] = _KINDS[claim[sure]], True
    case.shown[its] |= claim[sure] == Claim.MIN
    x = found.target[its]
    held = led.what.held[sure] | ((x <= case.box.lower) | (x >= case.box.upper)).any(axis=1)
    held |= on_curves(case.problem.of(its), x, case.how.width).any(axis=0)
    found.status[its] = np.where(held, Status.AT_BOUND, Status.CONVERGED)
    found.smooth[its] = led.what.plain[sure]


def denied(case: Case) -> None:
    """Take claims away from runs that ended where f falls along a crease or across it."""
    found = case.found
    rows = np.flatnonzero(case.denied & found.success & np.isin(found.kind, _BY_VALUES))
    moved = largest(np.abs(found.x[rows] - case.ends.x[rows]) / case.how.width)
    way = largest(np.abs(found.x[rows] - case.x0[rows]) / case.how.width)
    rows = rows[moved <= case.how.tol * way]
    found.status[rows], found.kind[rows] = Status.NO_PROGRESS, Kind.NOT_STATIONARY
