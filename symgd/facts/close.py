"""f around the end of a run, for a look with many digits."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..given.boxes import Box
from ..precise.landscape import Landscape
from ..precise.program import Precise, Work
from ..problem import Problem

_SHORTEST_WAY = 1e-3  # share of the longest way, or of the region: a unit is no shorter
_LOOK_WORK = 4e5  # microseconds: work of one look, at most; what it does not tell stays undecided
_WORTH = 8000  # operations of a step: what looks at some runs may take, all together
_MOST_OPERATIONS = 2500  # operations of one look: more take seconds


def effort(problem: Problem) -> float:
    """Give how many operations a step with many digits takes; infinite where these are too many."""
    if problem.symbolic.large_hessian:
        return np.inf
    cube = len(problem.variables) ** 3
    if cube > _MOST_OPERATIONS:
        return np.inf
    operations = len(problem.symbolic.precise) + cube
    return operations if operations <= _MOST_OPERATIONS else np.inf


def looks(problem: Problem, most: int) -> int:
    """Give how many points may be looked at with digits; none where each takes too long."""
    return int(min(_WORTH / effort(problem), most))


def units(points: Array, x0: Array, width: Array) -> Array:
    """Give powers of two about as long as the ways that runs made, ``(n, n_vars)``."""
    way = np.abs(points - x0)
    way = np.maximum(way, _SHORTEST_WAY * way.max(axis=1, keepdims=True))
    way = np.where(way > 0, way, _SHORTEST_WAY * width)
    return np.asarray(np.exp2(np.ceil(np.log2(way))))


def closely(
    problem: Problem,
    point: Array,
    x0: Array,
    box: Box,
    width: Array,
    precise: Precise | None = None,
) -> Landscape:
    """Make the landscape around a point.

    Parameters
    ----------
    problem : Problem
        f, with one value of each parameter.
    point, x0 : ndarray
        The point, and where its run started, ``(n_vars,)``; the way between the two gives the
        units.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.
    precise : Precise, optional
        What stands for f around the point, if that is not f itself.

    Returns
    -------
    Landscape
    """
    (way,) = units(point[None], x0[None], width)
    side = np.where(point <= box.lower, -1, np.where(point >= box.upper, 1, 0))
    params = tuple(float(np.ravel(v)[0]) for v in problem.param_values)
    given = tuple(map(float, point)), tuple(map(float, way)), tuple(map(int, side))
    return Landscape(precise or problem.symbolic.precise, *given, params, Work(_LOOK_WORK))
