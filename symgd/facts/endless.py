"""Whether f only goes on falling from where a run stopped on its way, or a minimum lies ahead."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..given.boxes import Box
from ..precise.infimum import Ahead, ahead, endless
from ..problem import Problem
from .close import closely, effort

_STANDS_STILL = 1e-6  # share of the longest part of a step: a variable that moves by less stays


def only_approached(problem: Problem, point: Array, x0: Array, box: Box, width: Array) -> bool:
    """Tell whether f has no minimum ahead of a point, however far away.

    A run that is still on its way may have come so little that a minimum ahead is many ways off.
    So Newton steps are followed besides, as far as they lead: along no decay do they shrink.

    Parameters
    ----------
    problem : Problem
        f.
    point, x0 : ndarray
        Where a run stopped and started, ``(n_vars,)``.
    box : Box
        Bounds: f falls for ever only where none is in the way.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    bool
        False also where it is not known.

    Examples
    --------
    >>> free = Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> given = np.array([3.0, 0.1]), np.array([0.0, 1.0]), free, np.array([20.0, 20.0])
    >>> only_approached(Problem("exp(-x) + y**2"), *given)
    True
    >>> only_approached(Problem("1e-9*(x - 100)**2 + y**2"), *given)
    False
    """
    if not np.isfinite(effort(problem)):
        return False
    landscape = closely(problem, point, x0, box, width)
    near = ahead(landscape)
    if near.ahead is not Ahead.FALLING or near.concave:
        return False
    far = endless(landscape)
    if far.ahead is not Ahead.FALLING:
        return False
    onward = np.array([float(d) for d in far.direction])
    into = np.where(onward > 0, box.upper, box.lower)
    return not np.isfinite(into[np.abs(onward) > _STANDS_STILL * np.abs(onward).max()]).any()
