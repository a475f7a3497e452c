"""f around the end of a run, for a look with many digits."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..given.boxes import Box
from ..precise.landscape import Landscape
from ..problem import Problem

_SHORTEST = 1e-3  # share of the longest way, or of the region: a unit is no shorter
_LARGEST = 2500  # operations of one look: more take seconds


def effort(problem: Problem) -> float:
    """Give how many operations a step with many digits takes; infinite where these are too many."""
    if problem.symbolic.large_hessian:
        return np.inf
    cube = len(problem.variables) ** 3
    if cube > _LARGEST:
        return np.inf
    operations = len(problem.symbolic.precise) + cube
    return operations if operations <= _LARGEST else np.inf


def closely(problem: Problem, point: Array, x0: Array, box: Box, width: Array) -> Landscape:
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

    Returns
    -------
    Landscape
    """
    way = np.abs(point - x0)
    way = np.maximum(way, _SHORTEST * way.max())
    way = np.where(way > 0, way, _SHORTEST * width)
    side = np.where(point <= box.lower, -1, np.where(point >= box.upper, 1, 0))
    params = tuple(float(np.ravel(v)[0]) for v in problem.param_values)
    given = tuple(map(float, point)), tuple(map(float, way)), tuple(map(int, side))
    return Landscape(problem.symbolic.precise, *given, params)
