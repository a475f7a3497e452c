"""Runs on creases, seen with many digits: whether f has a minimum along them or falls for ever."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Mask, Whole
from ..creases.alone import Claim
from ..creases.form import Form
from ..creases.walk import Walk
from ..facts.close import closely, looks
from ..precise.infimum import Ahead, ahead, endless
from ..precise.nature import Nature, nature
from ..precise.program import Precise
from ..status import Kind, Status
from .case import HALTED, Case
from .local import largest

_TOLD_BY = 4  # runs: where so many on a piece go on falling, so do the others
_EACH = 32  # runs: where they do not agree, so many are looked at
_AS_FAST = 0.4  # share of a fall that its second half brings: then f falls as fast as ever
_ENDLESS = 1e3  # ways: a run that f led on so far as fast as ever has no end
_BESIDE_A_TOP = "falls, as it curves down"
_TOLD_BY_VALUES = (Claim.NOT, Claim.UNKNOWN, Claim.FLAT, Claim.LEVEL)


def falls_for_ever(case: Case, rows: Whole, led: Walk, form: Form) -> Mask:
    """Find the runs along whose creases f falls for ever, and move them to where that shows.

    f is asked with many digits, with squares for the kinks of the creases.

    Returns
    -------
    ndarray
        Along which there is a minimum, ``(n,)``.
    """
    rests = np.zeros(len(rows), dtype=bool)
    most = looks(case.problem, _EACH)
    if not case.how.polish or not most:
        return rests
    way = largest(np.abs(case.found.x[rows] - case.x0[rows]) / case.how.width)
    led_by = largest(np.abs(led.last - case.found.x[rows]) / case.how.width)
    asked = np.isin(led.what.claim, _TOLD_BY_VALUES) & np.isin(case.stop[rows], HALTED)
    asked &= np.isfinite([*led.last.T, *led.signs.T]).all(axis=0) & ~case.stayed[rows]
    endless = asked & (led_by > _ENDLESS * way) & _as_fast_as_ever(case, rows, led.last)
    _move(case, rows[endless], led.last[endless], Status.DIVERGED, Kind.NOT_STATIONARY)
    mine = np.flatnonzero(asked & ~endless & ~led.signs.all(axis=1))
    if form.quadratic or not len(mine):
        return rests | form.quadratic
    pieces, member = np.unique(led.signs[mine], axis=0, return_inverse=True)
    for number, signs in enumerate(pieces[: max(most // _TOLD_BY, 1)]):
        its = mine[member.ravel() == number]
        precise = form.smoothed(tuple(int(s) for s in signs))
        for points in (led.last, case.found.x[rows]):  # the second where f is less flat
            seen = _seen(case, rows[its], points[its], precise, most)
            falling = its[seen == Ahead.FALLING]
            _move(case, rows[falling], points[falling], Status.PLATEAU, Kind.FLAT)
            case.denied[rows[its[seen == _BESIDE_A_TOP]]] = True
            rests[its[seen == Ahead.MINIMUM]] = True
            its = its[(seen == Ahead.UNDECIDED) | (seen == _BESIDE_A_TOP)]
            if not len(its):
                break
    return rests


def _seen(case: Case, rows: Whole, points: Array, precise: Precise, most: int) -> Array:
    """Tell what lies ahead of points on a piece: of many by some, if these agree."""
    some = np.unique(np.linspace(0, len(rows) - 1, min(_TOLD_BY, most)).astype(int))
    seen = {i: _ahead(case, rows[i], points[i], precise) for i in some}
    if len(set(seen.values())) == 1:
        return np.full(len(rows), next(iter(seen.values())))
    for i in range(min(len(rows), most)):
        seen[i] = seen.get(i) or _ahead(case, rows[i], points[i], precise)
    return np.array([seen.get(i, Ahead.UNDECIDED) for i in range(len(rows))])


def _ahead(case: Case, row: int, point: Array, precise: Precise) -> Ahead | str:
    given = case.problem.of([row]), point, case.x0[row], case.box, case.how.width
    landscape = closely(*given, precise)
    found = ahead(landscape)
    if found.concave:
        return _BESIDE_A_TOP
    if found.ahead is Ahead.DEEP:
        strict = nature(landscape, found.point, found.error) is Nature.STRICT
        return Ahead.MINIMUM if strict else Ahead.UNDECIDED
    if found.ahead is Ahead.FALLING and endless(landscape).ahead is Ahead.MINIMUM:
        return Ahead.UNDECIDED  # it is far off
    return found.ahead


def _as_fast_as_ever(case: Case, rows: Whole, points: Array) -> Mask:
    """Tell where the second half of the way to points brought about as much as the first."""
    problem, begun = case.problem.of(rows), case.found.x[rows]
    before, between, after = map(problem.values, (begun, (begun + points) / 2, points))
    falls = (before > between) & (between > after)
    return np.asarray(falls & (between - after > _AS_FAST * (before - after)))


def _move(case: Case, rows: Whole, points: Array, status: Status, kind: Kind) -> None:
    """Move runs to points, with these answers; values no longer make a minimum of them."""
    case.move(rows, points)
    case.found.target[rows] = points
    case.found.status[rows], case.found.kind[rows] = status, kind
    case.denied[rows] = True
