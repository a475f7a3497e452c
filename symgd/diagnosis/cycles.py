"""What fixed steps go round: the period of a cycle, and its points."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Whole
from ..engine.drive.lanes import Ends
from ..engine.drive.slow import follow
from ..given.boxes import Box
from ..methods import Fixed
from ..problem import Problem
from .local import largest

STEPS = 256  # steps: how far ahead; cycles up to half as long are found
_TAIL = 4  # points: the last ones, which are kept
_SAME = 1e-6  # share of a cycle's width: two points this close are the same
_ROWS = 4096  # runs: followed at a time, for memory


def cycle(problem: Problem, method: Fixed, ends: Ends, box: Box) -> tuple[Whole, Array]:
    """Follow runs that cycle or wander.

    Parameters
    ----------
    problem : Problem
        f.
    method : Fixed
        The steps; a setting may be an array with one value a run.
    ends : Ends
        Where the runs are.
    box : Box
        Bounds.

    Returns
    -------
    period : ndarray
        Lengths of the cycles, ``(n,)``; 0 for none.
    tail : ndarray
        Their last points, ``(k, n, n_vars)``.
    """
    period = np.zeros(len(ends.x), dtype=np.int64)
    tail = np.empty((_TAIL, *ends.x.shape))
    for first in range(0, len(ends.x), _ROWS):
        rows = np.arange(first, min(first + _ROWS, len(ends.x)))
        mine = problem.of(rows), method.take(rows), ends.take(rows)
        path, _ = follow(*mine, box, STEPS)
        period[rows], tail[:, rows] = _period(path), path[-_TAIL:]
    return period, tail


def _period(path: Array) -> Whole:
    """Give the shortest period of the second half of each path; 0 for none."""
    tail = path[STEPS // 2 :]
    width = np.maximum(largest(tail.max(axis=0) - tail.min(axis=0)), 0.0)
    found = np.zeros(path.shape[1], dtype=np.int64)
    for p in range(1, STEPS // 4 + 1):
        with np.errstate(all="ignore"):
            gap = largest(np.abs(tail[p:] - tail[:-p])).max(axis=0)
            found = np.where((found == 0) & (gap <= _SAME * width), p, found)
    return found
