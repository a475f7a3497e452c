"""Whether f falls along the edge of its domain, where that is a curve: values cannot tell.

Beside such an edge ``sqrt(x - y)`` has half the digits, and what f does along it is lost in that.
So f is followed without the part that is constant there, down its slope and back to the edge.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Mask
from ...engine.kernel.stops import Stop
from ...expression.evaluator import Evaluator
from ...problem import Problem
from ...status import Kind, Status
from ..case import Case
from ..local import total

_ON_EDGE = 1e-9  # share of the searched region: as far from an edge a point is on it
_ALONG_EDGE = 1e-2 * 0.5 ** np.arange(0, 40, 2)  # shares of the searched region: the ways along
_TO_EDGE = 3  # Newton steps: with them a point is back on the edge
_FELL = 1e-13  # share of f and its slopes: less is rounding


def on_shared_edges(case: Case) -> None:
    """Take claims away from runs on edges along which f goes on falling."""
    found = case.found
    rows = np.flatnonzero(found.success & (found.kind == Kind.KINK_MINIMUM))
    rows = rows[case.stop[rows] != Stop.INTERRUPTED]
    if not len(rows) or not case.problem.domain:
        return
    its, x, width = case.problem.of(rows), found.target[rows], case.how.width
    falls = np.zeros(len(rows), dtype=bool)
    for edge in its.symbolic.shared_edges:
        falls |= _falls_along(its, edge, x, width)
    rows = rows[falls]
    found.status[rows], found.kind[rows] = Status.NO_PROGRESS, Kind.NOT_STATIONARY
    found.target_kind[rows] = Kind.UNKNOWN


def _falls_along(problem: Problem, edge: Evaluator, x: Array, width: Array) -> Mask:
    """Tell which points are on an edge with f falling along it."""
    zero, normal, height, slope = _at(problem, edge, x)
    square = total(normal**2 * width**2)
    with np.errstate(all="ignore"):
        on = np.abs(zero) <= _ON_EDGE * np.sqrt(square)
        share = total(normal * slope * width**2) / square
        down = -(slope - share[:, None] * normal) * width
        steep = np.sqrt(total(down**2))
        down = down / steep[:, None] * width
    if not on.any():
        return np.asarray(on)
    ways = x + _ALONG_EDGE[:, None, None] * down
    flat = ways.reshape(-1, x.shape[1])
    for _ in range(_TO_EDGE):
        zero_there, normal_there, *_ = _at(problem, edge, flat)
        with np.errstate(all="ignore"):
            back = zero_there / total(normal_there**2 * width**2)
            flat = flat - back[:, None] * normal_there * width**2
    lowest = _at(problem, edge, flat)[2].reshape(ways.shape[:2])
    lowest = np.where(np.isnan(lowest), np.inf, lowest).min(axis=0)
    scale = np.abs(height) + total(np.abs(slope * x))
    return np.asarray(on & (steep > 0) & (lowest < height - _FELL * scale))


def _at(problem: Problem, edge: Evaluator, x: Array) -> tuple[Array, Array, Array, Array]:
    """Give what is 0 on an edge, its slopes, f along it, and its slopes."""
    numbers = problem.run(edge, x)
    n = x.shape[1]
    return numbers[0], numbers[1 : n + 1].T, numbers[n + 1], numbers[n + 2 :].T
