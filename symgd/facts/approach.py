"""In which direction f goes on falling from a point, and towards which value."""

from __future__ import annotations

import mpmath
import numpy as np

from ..arrays import Array
from ..given.boxes import Box
from ..precise.infimum import Ahead, ahead, endless
from ..precise.landscape import combined, origin
from ..precise.program import Precise
from ..problem import Problem
from .close import closely, effort
from .known import Approach

_PART = 0.05  # share of the longest way: a variable that moves by less stays
_STEPS = (0, 10**6)  # steps further: a power falls so slowly that it takes as many
_VANISHING = 1e-3  # share of f at the end: where it has fallen below it, it falls to 0
_KNOWN = 1e-4  # share of f: the limit is known where it still falls by no more


def approach(
    problem: Problem,
    point: Array,
    x0: Array,
    box: Box,
    width: Array,
    along: Precise | None = None,
    far: bool = False,
) -> Approach | None:
    """Follow f with many digits to where it goes on falling for ever.

    Parameters
    ----------
    problem : Problem
        f.
    point, x0 : ndarray
        Where a run ended and started, ``(n_vars,)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    along : Precise, optional
        What stands for f where the point is on a crease.
    far : bool
        Whether the run had still far to go.

    Returns
    -------
    Approach or None
        None where f has a minimum there, or where that is not known.

    Examples
    --------
    >>> free = Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> given = np.array([50.0, 0.0]), np.array([0.0, 1.0]), free, np.array([20.0, 20.0])
    >>> approach(Problem("3 + exp(-x) + y**2"), *given)
    Approach(direction=(1.0, 0.0), limit=3.0)
    """
    if not np.isfinite(effort(problem)):
        return None
    landscape = closely(problem, point, x0, box, width, along)
    found = endless(landscape) if far else ahead(landscape)
    if found.ahead is not Ahead.FALLING or found.concave:
        return None
    way = np.array([float(d) for d in found.direction]) * landscape.way
    moved = np.abs(way) / width
    if not moved.max() > 0:
        return None
    way = np.where(moved >= _PART * moved.max(), way, 0.0)
    with mpmath.workdps(4 * mpmath.mp.dps):
        here = landscape.value(origin(landscape))
        ends = (combined(found.point, [step], [found.direction]) for step in _STEPS)
        end = min(value for value in map(landscape.value, ends) if mpmath.isfinite(value))
        limit = _limit(float(here), float(end), float(here - end))
    return Approach(tuple((way / np.abs(way).max() + 0.0).tolist()), limit)


def _limit(here: float, end: float, fall: float) -> float | None:
    if abs(end) <= _VANISHING * abs(here):
        return 0.0
    return end if abs(fall) <= _KNOWN * abs(end) else None
