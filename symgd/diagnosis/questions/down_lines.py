"""Whether f goes on falling from an end where doubles have lost too many digits to see it."""

from __future__ import annotations

import numpy as np

from ...arrays import Whole
from ...facts.cancellation import rounding
from ...facts.close import closely, looks
from ...precise.line import End, Line, down_the_line
from ...status import Kind, Status
from ..case import Case
from ..cells import cells
from ..sample import of_some

_SAME_END = 1e-6  # share of the searched region: ends so close are one
_SAMPLED_ENDS = 8  # ends: where as many of them are the same, so are the others
_SINGLE_ENDS = 32  # ends: no more are looked at one by one


def down_lines(case: Case) -> None:
    """Follow f with many digits from minima that rest on values, and from runs that got stuck."""
    found = case.found
    claimed = found.success & (found.kind == Kind.KINK_MINIMUM) & ~case.creased & ~case.shown
    stuck = (found.status == Status.NO_PROGRESS) & case.how.polish
    rows = np.flatnonzero((claimed | stuck) & ~case.steep)
    if not len(rows):
        return
    first, member = cells(found.x[rows], _SAME_END * case.how.width)
    most = looks(case.problem, _SINGLE_ENDS)
    ends = of_some(rows[first], _SAMPLED_ENDS, most, lambda row: _end(case, row))
    for group, end in enumerate(ends):
        if end is not None:
            _answer(case, rows[member == group], end)


def _end(case: Case, row: int) -> End:
    problem, given = case.problem.of([row]), (case.found.x[row], case.x0[row])
    return down_the_line(closely(problem, *given, case.box, case.how.width))


def _answer(case: Case, rows: Whole, end: End) -> None:
    found = case.found
    if end.what is Line.TURNS and len(end.point) == 1:
        _at_kink(case, rows[~found.success[rows]], np.array(end.point))
    elif end.what in (Line.BOTTOMLESS, Line.FALLS):
        fallen = Status.DIVERGED if end.what is Line.BOTTOMLESS else Status.NO_PROGRESS
        found.status[rows], found.kind[rows] = fallen, Kind.NOT_STATIONARY
        found.target_kind[rows] = Kind.UNKNOWN


def _at_kink(case: Case, rows: Whole, point: np.ndarray) -> None:
    """Move runs to where f turns, which is a minimum of one variable."""
    found = case.found
    if not len(rows):
        return
    problem, there = case.problem.of(rows), np.tile(point, (len(rows), 1))
    with np.errstate(invalid="ignore"):
        low = problem.values(there) <= found.fun[rows] + rounding(problem, found.x[rows])
    rows = rows[low]
    case.move(rows, there[low])
    found.target[rows], found.status[rows] = point, Status.CONVERGED
    found.kind[rows] = found.target_kind[rows] = Kind.KINK_MINIMUM
