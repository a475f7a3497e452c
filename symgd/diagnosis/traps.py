"""The maximum or saddle right beside which a slow run started."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Whole
from ..given.boxes import Box
from ..problem import Problem
from ..status import Kind
from .kinds import Kinds
from .local import model
from .newton import seek

_TRAPPED = 1e-6  # share of the searched region: a start this close feels no slope
_COORDINATE = 1e-12  # share of the way to a trap: its coordinates are known to this


def traps(problem: Problem, x0: Array, x: Array, box: Box, width: Array) -> tuple[Array, Whole]:
    """Find the maxima and saddles beside starts of runs that did not get far.

    Parameters
    ----------
    problem : Problem
        f.
    x0, x : ndarray
        Starts and ends, ``(n, n_vars)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    points : ndarray
        The traps, ``(n, n_vars)``; nan for none.
    kinds : ndarray
        Codes of `Kind`, ``(n,)``; that of UNKNOWN for none.
    """
    points, kinds = np.full(x0.shape, np.nan), np.full(len(x0), Kind.UNKNOWN.value)
    if not len(x0):
        return points, kinds
    y, found, _ = seek(problem, x0, np.broadcast_to(_TRAPPED * width, x0.shape), box)
    y = np.where(np.abs(y) <= _COORDINATE * np.abs(y - x0), 0.0, y)
    rows = np.flatnonzero(found)
    if not len(rows):
        return points, kinds
    its, y = problem.of(rows), y[rows]
    smooth = np.zeros(len(rows), dtype=bool)
    what, _ = Kinds(its, box, width).at(y, x[rows], model(its, y, box), smooth)
    trapped = (what == Kind.MAXIMUM) | (what == Kind.SADDLE)
    points[rows[trapped]], kinds[rows[trapped]] = y[trapped], what[trapped]
    return points, kinds
