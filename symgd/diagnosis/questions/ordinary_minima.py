"""Whether a run is at a clear minimum inside the bounds, as nearly all are."""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Mask, Whole
from ...problem import Problem
from ...status import Kind, Status
from ..arrival import equal
from ..case import Case
from ..cells import cells
from ..kinds import Kinds
from ..local import TOUCHING, every, largest, model, pick, put
from ..look import Ahead
from ..rests import tidy


def ordinary_minima(case: Case) -> None:
    """Find the runs at a clear minimum."""
    how, sight, found, rows = case.how, case.sight, case.found, case.open()
    arrived = (sight.missing <= how.tol * sight.way) | how.polish | equal(sight.x, found.x)
    rows, y = clear_minima(case, rows[arrived[rows]])
    put(found.target, rows, y)
    found.status[rows], found.kind[rows] = Status.CONVERGED, Kind.MINIMUM
    found.smooth[rows] = True
    if how.polish:
        _polish(case, rows, y)


def clear_minima(case: Case, rows: Whole) -> tuple[Whole, Array]:
    """Give those of some runs which a first look has found beside a clear minimum, and that.

    All that lead to one point share one verification. Where it fails, nothing is clear.
    """
    sight = case.sight
    rows = rows[sight.ahead[rows] == Ahead.MINIMUM]
    x0 = pick(case.x0, rows)
    y = tidy(case.problem.of(rows), pick(sight.x, rows), x0)
    if not len(rows):
        return rows, y
    clear = case.kinds(rows).resolved(y, x0)
    if clear.any():
        clear[clear] = _verified(case, case.problem.of(rows[clear]), y[clear], x0[clear])
    sight.ahead[rows[~clear]] = Ahead.UNCLEAR
    return rows[clear], y[clear]


def _polish(case: Case, rows: Whole, y: Array) -> None:
    """Move runs to their minima, where the first look has been, but for what is tidier."""
    found, sight = case.found, case.sight
    put(found.x, rows, y)
    found.fun[rows], found.grad_norm[rows] = sight.fun_ahead[rows], sight.grad_norm_ahead[rows]
    tidied = ~every(y == pick(sight.x, rows))
    case.evaluate(rows[tidied])


def _verified(case: Case, problem: Problem, y: Array, x0: Array) -> Mask:
    """Look at the points that runs lead to, once for all that are the same.

    What is looked at is where a Newton step leads from the middle of a cell of a grid, and f as
    far away as runs may come from, so that it does not depend on which runs there are.

    Returns
    -------
    ndarray
        Whether it is a clear minimum, ``(n,)``.
    """
    width = case.how.width
    size, way = TOUCHING * width, largest(np.abs((y - x0) / width))
    power = np.frexp(np.maximum(way, 0.5))[1].astype(float)  # 0 unless a run came from outside
    cases = problem.cases
    apart = power if cases is None else np.column_stack([power, cases])
    sizes = np.append(size, np.ones(apart.size // len(y)))
    first, member = cells(np.column_stack([y, apart]), sizes)
    its = problem.of(first)
    middle = np.round(y[first] / size) * size + 0.0  # no -0
    with np.errstate(all="ignore"):
        point = middle + model(its, middle, case.box).newton_step()
    there = model(its, point, case.box)
    length = np.exp2(power[first])[:, None] * width
    clear = Kinds(its, case.box, width).clear(point, length, there)[member]
    clear &= every(np.abs(y - pick(point, member)) <= size)
    return clear
