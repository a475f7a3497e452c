"""What points are where doubles leave it open, once for all runs that ended at one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import mpmath
import numpy as np

from ...arrays import Array, Mask, Whole
from ...facts.cancellation import gradient_noise
from ...facts.close import closely, effort, units
from ...precise.infimum import Ahead, ahead
from ...precise.landscape import Landscape
from ...precise.nature import Nature, nature
from ...status import Kind, Status
from ..case import Case
from ..cells import cells
from ..kinds import LOWEST, near_kink
from ..levels import on_level_sets
from ..local import TOUCHING, model

_DOUBTFUL = (  # and a minimum on a kink where there is none
    *(Kind.WEAK_MINIMUM, Kind.SADDLE, Kind.MAXIMUM, Kind.FLAT, Kind.UNKNOWN, Kind.KINK_MINIMUM),
)
_AT_REST = (
    *(Status.CONVERGED, Status.AT_BOUND, Status.PLATEAU),
    *(Status.NOT_A_MINIMUM, Status.STALLED_AT_START),
)
_CLEARLY = 1e-6  # scaled eigenvalue: one further below 0 leaves no doubt
_WEAKLY = 1e-8  # share of the fall of f: a bound that holds back no more may hold nothing
_SAMPLE = 8  # points: where so many of a set are the same, so are the others
_EFFORT = 1000  # in the steps to points of one kind: no more of them are looked at
_LOOKS_WORK = 1.5e6  # microseconds: work of all looks at a batch; where it ends nothing is decided
_CLOSELY = 1e-3  # ways: where looks find points no farther off, none is needed at the others
_WITHIN = 0.5  # ways: a stationary point farther off is another's
_KINDS = {
    Nature.MINIMUM: Kind.MINIMUM, Nature.STRICT: Kind.WEAK_MINIMUM, Nature.WEAK: Kind.WEAK_MINIMUM,
    Nature.SADDLE: Kind.SADDLE, Nature.MAXIMUM: Kind.MAXIMUM,
}  # fmt: skip


class _Seen(NamedTuple):
    """What a point turned out to be; FLAT where f only goes on falling."""

    kind: Kind | None = None  # None where it stays undecided
    concave: bool = False
    point: Array | None = None  # the stationary point
    away: float = np.inf  # how far off it is, in ways
    alone: bool = False  # whether f rises all around it


def with_more_digits(case: Case) -> None:
    """Look again, with as many digits as it takes, where a claim rests on values alone."""
    rows = _doubtful(case)
    rows = rows[~_on_sets(case, rows)] if len(rows) else rows
    its = effort(case.problem) if len(rows) else np.inf
    if np.isfinite(its):
        _look_at(case, rows, its)
    _leave_open(case, rows)


def _look_at(case: Case, rows: Whole, its: float) -> None:
    looks = _Looks(case)
    for kind in np.unique(case.found.kind[rows]):
        mine = rows[case.found.kind[rows] == kind]
        first, member = _distinct(case, mine)
        limit = int(max(_EFFORT / its, 1))
        for group, seen in enumerate(_looked(looks, mine[first], limit)):
            if seen.kind is not None:
                alike = mine[member == group]
                case.shown[alike] = True
                _answer(case, alike, seen, seen.kind)


def _leave_open(case: Case, rows: Whole) -> None:
    """Take minima on kinks away where f has no kink: it is smooth, but nothing has shown them."""
    found = case.found
    rows = rows[found.success[rows] & (found.kind[rows] == Kind.KINK_MINIMUM)]
    found.status[rows], found.kind[rows] = Status.NO_PROGRESS, Kind.NOT_STATIONARY
    found.target_kind[rows] = Kind.UNKNOWN


def _doubtful(case: Case) -> Whole:
    """Give the runs at rest at what the Hessian does not show, or on a bound that hardly holds."""
    found, box = case.found, case.box
    doubtful = np.isin(found.kind, _DOUBTFUL)
    doubtful &= ~(case.creased & (found.kind == Kind.KINK_MINIMUM))
    if box.bounded:
        doubtful |= ((found.target <= box.lower) | (found.target >= box.upper)).any(axis=1)
    doubtful &= ~(case.denied & (found.status == Status.PLATEAU))
    rows = np.flatnonzero(doubtful)
    rows = rows[np.isin(found.status[rows], _AT_REST) & ~case.steep[rows]]
    if not len(rows):
        return rows
    problem, y = case.problem.of(rows), found.target[rows]
    here = model(problem, y, box)
    doubtful = np.isin(found.kind[rows], _DOUBTFUL) & (here.eigenvalues[:, 0] > -_CLEARLY)
    doubtful |= _weakly_held(case, rows, here.gradient)
    constant = ~here.hessian.any(axis=(1, 2)) & ~here.gradient.any(axis=1)
    if len(
        problem.run(problem.symbolic.kinks, y)
    ):  # constant pieces end somewhere, maybe where f falls
        doubtful &= ~constant
    return np.asarray(rows[doubtful & here.finite & ~near_kink(problem, y)])


def _on_sets(case: Case, rows: Whole) -> Mask:
    """Find the runs that doubles show on a set of minima, since nothing is lost in them there."""
    found, known = case.found, case.on_set[rows].copy()
    left = rows[~known]
    known[~known] = on_level_sets(
        case.problem.of(left), found.target[left], case.box, case.how.width
    )
    new = rows[known & ~LOWEST[found.kind[rows]]]
    found.status[new] = Status.CONVERGED
    found.kind[new] = found.target_kind[new] = Kind.WEAK_MINIMUM
    return known


def _weakly_held(case: Case, rows: Whole, gradient: Array) -> Mask:
    """Tell where a variable lies on a bound beyond which f would fall by next to nothing."""
    y, box, problem = case.found.target[rows], case.box, case.problem.of(rows)
    touching = (y <= box.lower) | (y >= box.upper)
    with np.errstate(invalid="ignore"):
        fall = np.abs(problem.values(case.x0[rows]) - problem.values(y))
        weak = np.abs(gradient) * case.how.width <= _WEAKLY * fall[:, None]
    weak |= np.abs(gradient) <= gradient_noise(problem, y)
    return np.asarray((touching & weak).any(axis=1))


def _distinct(case: Case, rows: Whole) -> tuple[Whole, Whole]:
    """Give a run for each distinct point, by f there, and the number of the point of each run."""
    y, size = case.found.target[rows], TOUCHING * case.how.width
    powers = np.log2(units(y, case.x0[rows], case.how.width))
    cases = case.problem.of(rows).cases
    apart = powers if cases is None else np.column_stack([powers, cases])
    first, member = cells(np.column_stack([y, apart]), np.append(size, np.ones(apart.shape[1])))
    order = np.argsort(case.found.fun[rows[first]], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return first[order], place[member]


def _looked(looks: _Looks, rows: Whole, limit: int) -> Sequence[_Seen]:
    """Look at points; of many only at some, if these are all of one kind."""
    case = looks.case
    count = min(_SAMPLE, max(limit, 2))
    if len(rows) <= count:
        return [looks.at(row) for row in rows]
    some = np.unique(np.linspace(0, len(rows) - 1, count).astype(int))
    seen = {place: looks.at(rows[place]) for place in some}
    kinds = {found.kind for found in seen.values()}
    if len(kinds) == 1:
        far = _CLOSELY if case.how.polish else case.how.tol
        arrived = all(found.point is None or found.away <= far for found in seen.values())
        common = _Seen(kinds.pop(), away=0.0) if arrived else None
        alone = [found for found in seen.values() if found.alone]
        return [
            seen.get(place) or _same(case, row, alone) or common or looks.at(row)
            for place, row in enumerate(rows)
        ]
    for place in range(min(len(rows), limit)):
        seen[place] = seen.get(place) or looks.at(rows[place])
    return [seen.get(place, _Seen()) for place in range(len(rows))]


def _same(case: Case, row: int, alone: Sequence[_Seen]) -> _Seen | None:
    """Give the one of some points, alone in their neighbourhoods, to which a run has come."""
    way = np.abs(case.found.target[row] - case.x0[row]).max()
    for found in alone:
        away = np.abs(case.found.target[row] - found.point).max()
        if away <= _WITHIN * way:
            return found._replace(away=float(away / way))
    return None


class _Looks:
    """Looks at the ends of runs, as long as there is work left to be done."""

    def __init__(self, case: Case) -> None:
        self.case, self.left = case, _LOOKS_WORK

    def at(self, row: int) -> _Seen:
        """Tell what a point is; undecided when there have been too many."""
        if self.left <= 0:
            return _Seen()
        case = self.case
        landscape = closely(
            case.problem.of([row]), case.found.target[row], case.x0[row], case.box, case.how.width
        )
        before = landscape.work.left
        seen = _look(landscape)
        self.left -= before - landscape.work.left
        return seen


def _look(landscape: Landscape) -> _Seen:
    found = ahead(landscape)
    if found.ahead is Ahead.FALLING:
        return _Seen(Kind.FLAT, found.concave)
    if found.ahead is Ahead.UNDECIDED:
        return _Seen()
    what = nature(landscape, found.point, found.error)
    if found.ahead is Ahead.DEEP and what is not Nature.STRICT:
        return _Seen()
    with mpmath.workdps(2 * mpmath.mp.dps):
        point = np.array([float(x) for x in landscape.place(found.point)])
    away = max(abs(float(s)) for s in found.point)
    return _Seen(_KINDS.get(what), point=point, away=away, alone=what is Nature.STRICT)


def _answer(case: Case, rows: Whole, seen: _Seen, kind: Kind) -> None:
    """Write down what a point turned out to be."""
    found, before = case.found, case.found.kind[rows]
    if LOWEST[kind]:
        rows = _arrived(case, rows, seen)
        found.kind[rows] = found.target_kind[rows] = int(kind)
        return
    if kind is Kind.FLAT:
        rows = rows[~(seen.concave & np.isin(before, (Kind.SADDLE, Kind.MAXIMUM)))]
        found.status[rows] = Status.PLATEAU
    else:
        rows = rows[LOWEST[before] | (before == Kind.FLAT)]
        stayed = case.stayed[rows]
        found.status[rows] = np.where(stayed, Status.STALLED_AT_START, Status.NOT_A_MINIMUM)
    found.kind[rows], found.target_kind[rows] = int(kind), Kind.UNKNOWN


def _arrived(case: Case, rows: Whole, seen: _Seen) -> Whole:
    """Give the runs that are at a minimum, and move to it those that are said to be elsewhere."""
    found, close = case.found, seen.away <= case.how.tol
    new, old = (rows[LOWEST[found.kind[rows]] == already] for already in (False, True))
    if not close and seen.point is not None:
        if not (case.how.polish and seen.away <= _WITHIN):
            _short(case, old)
            return np.asarray(old[:0])
        if (seen.point != case.box.clip(seen.point)).any():
            return np.asarray(old)  # where they are is as good, within the bounds
        case.move(rows, np.tile(seen.point, (len(rows), 1)))
    found.target[rows] = found.x[rows]
    x = found.x[new]
    touching = ((x <= case.box.lower) | (x >= case.box.upper)).any(axis=1)
    found.status[new] = np.where(touching, Status.AT_BOUND, Status.CONVERGED)
    return rows


def _short(case: Case, rows: Whole) -> None:
    """Note runs that have come near a minimum of high order, but not to it."""
    found = case.found
    found.status[rows], found.kind[rows] = Status.SLOW, Kind.NOT_STATIONARY
