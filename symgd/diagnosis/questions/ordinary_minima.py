"""Whether a run is at a clear minimum inside the bounds, as nearly all are."""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Whole
from ...problem import Problem
from ...status import Kind, Status
from ..arrival import tidy
from ..case import Case
from ..cells import cells
from ..kinds import Kinds
from ..local import TOUCHING, model, pick, put
from ..ordinary import corrected, ordinary


def ordinary_minima(case: Case) -> None:
    """Find the runs at a clear minimum; all that lead to one point share one verification."""
    rows, how = case.open(), case.how
    x, x0, gradient = (pick(points, rows) for points in (case.found.x, case.x0, case.gradient))
    end = ordinary(case.problem.of(rows), x, gradient, x0, case.box, how.tol)
    sure = end.sure & ((end.missing <= how.tol * end.way) | how.polish)
    chosen = np.flatnonzero(sure & case.kinds(rows).resolved(end.x, x0))
    if not len(chosen):
        return
    y = pick(tidy(end.x, x0), chosen)
    clear = _verified(case, case.problem.of(rows[chosen]), y, pick(x0, chosen))
    rows, y = rows[chosen[clear]], pick(y, clear)
    case.found.status[rows], case.found.kind[rows] = Status.CONVERGED, Kind.MINIMUM
    case.found.smooth[rows] = True
    put(case.found.target, rows, y)
    if how.polish:
        case.move(rows, y)


def _verified(case: Case, problem: Problem, y: Array, x0: Array) -> Whole:
    """Look at the points that runs lead to, once for all that are the same.

    What is looked at is where a Newton step leads from the middle of a cell of a grid, and f as
    far away as runs may come from, so that it does not depend on which runs there are.

    Returns
    -------
    ndarray
        The rows that lead to a clear minimum.
    """
    width = case.how.width
    size, way = TOUCHING * width, np.abs((y - x0) / width).max(axis=1)
    power = np.frexp(np.maximum(way, 0.5))[1].astype(float)  # 0 unless a run came from outside
    cases = problem.cases
    apart = power if cases is None else np.column_stack([power, cases])
    sizes = np.append(size, np.ones(apart.size // len(y)))
    first, member = cells(np.column_stack([y, apart]), sizes)
    its = problem.of(first)
    middle = np.round(y[first] / size) * size + 0.0  # no -0
    point = corrected(its, middle)
    there = model(its, point, case.box)
    length = np.exp2(power[first])[:, None] * width
    clear = Kinds(its, case.box, width).clear(point, length, there)[member]
    clear &= (np.abs(y - pick(point, member)) <= size).all(axis=1)
    return np.flatnonzero(clear)
