"""Runs that were led halted along a crease on which f only goes on falling."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Mask, Whole
from ..creases.alone import Claim
from ..creases.form import Form
from ..creases.walk import Walk
from ..facts.close import closely, effort
from ..precise.infimum import Ahead, ahead
from ..status import Kind, Status
from .case import HALTED, Case
from .local import largest

_SAMPLE = 4  # runs: where so many on a piece go on falling, so do the others
_STEEP = 0.4  # share of a fall that its second half brings: then f falls as fast as ever
_ENDLESS = 1e3  # ways: a run that f led on so halted as fast as ever has no end


def falls_for_ever(case: Case, rows: Whole, led: Walk, form: Form) -> None:
    """Find the runs along whose creases f falls for ever, and move them to where that shows.

    f is asked there with many digits, with squares for the kinks of the creases.
    """
    if not case.how.polish or not np.isfinite(effort(case.problem)):
        return
    way = largest(np.abs(case.found.x[rows] - case.x0[rows]) / case.how.width)
    led_by = largest(np.abs(led.last - case.found.x[rows]) / case.how.width)
    halted = np.isin(led.what.claim, (Claim.NOT, Claim.UNKNOWN)) & np.isin(case.stop[rows], HALTED)
    halted &= np.isfinite(led.last).all(axis=1)
    endless = halted & (led_by > _ENDLESS * way) & _as_fast_as_ever(case, rows, led.last)
    _move(case, rows[endless], led.last[endless], Status.DIVERGED, Kind.NOT_STATIONARY)
    mine = np.flatnonzero(halted & ~endless & ~led.signs.all(axis=1))
    if not len(mine):
        return
    pieces, member = np.unique(led.signs[mine], axis=0, return_inverse=True)
    for number, signs in enumerate(pieces):
        its = mine[member.ravel() == number]
        if _falling(case, rows[its], led.last[its], form, signs):
            _move(case, rows[its], led.last[its], Status.PLATEAU, Kind.FLAT)


def _falling(case: Case, rows: Whole, points: Array, form: Form, signs: Array) -> bool:
    """Tell whether f goes on falling from points on a piece, of many from some."""
    precise = form.smoothed(tuple(int(s) for s in signs))
    some = np.unique(np.linspace(0, len(rows) - 1, _SAMPLE).astype(int))
    for row, point in zip(rows[some], points[some], strict=True):
        given = case.problem.of([row]), point, case.x0[row], case.box, case.how.width
        found = ahead(closely(*given, precise))
        if found.ahead is not Ahead.FALLING or found.concave:
            return False
    return True


def _as_fast_as_ever(case: Case, rows: Whole, points: Array) -> Mask:
    """Tell where the second half of the way to points brought about as much as the first."""
    problem, begun = case.problem.of(rows), case.found.x[rows]
    before, between, after = map(problem.values, (begun, (begun + points) / 2, points))
    falls = (before > between) & (between > after)
    return np.asarray(falls & (between - after > _STEEP * (before - after)))


def _move(case: Case, rows: Whole, points: Array, status: Status, kind: Kind) -> None:
    """Move runs to points, with these answers."""
    case.move(rows, points)
    case.found.target[rows] = points
    case.found.status[rows], case.found.kind[rows] = status, kind
