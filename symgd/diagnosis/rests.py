"""Coordinates that are nothing but the rest of a longer way: the minimum of x**2 is 0, not 1e-170.

Doubles are so fine beside 0 that runs stop short of it, and so is f where it is steep there.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Mask
from ..facts.cancellation import rounding
from ..problem import Problem

_REST = 1e-12  # share of the start's coordinate: as good as zero, if f is no higher there
_NEAR_ZERO = 1e-9  # share of the start's coordinate: at a kink it is zero, if f is no higher there
_ROUGH = 1e-3  # share of the start's coordinate: it may be left at a degenerate minimum
_DIGITS = 13  # digits: those of a kink's place that are not rounding
_INWARD = (0.5, 2.0**-20)  # shares of such coordinates: where f is asked on the way to zero


def tidy(problem: Problem, points: Array, x0: Array, degenerate: Mask | None = None) -> Array:
    """Make the rests in points zero, where f is defined there and no higher.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    points, x0 : ndarray
        Points, and where their runs started, ``(n, n_vars)``.
    degenerate : ndarray, optional
        Where steps came near only linearly, and so left longer rests, ``(n,)``.

    Returns
    -------
    ndarray
        ``(n, n_vars)``.

    Examples
    --------
    >>> tidy(Problem("x**2"), np.array([[1e-170]]), np.array([[3.0]]))
    array([[0.]])
    >>> tidy(Problem("x*log(x)"), np.array([[1e-170]]), np.array([[3.0]]))
    array([[1.e-170]])
    """
    small = rests(points, x0)
    if degenerate is not None:
        small |= degenerate[:, None] & rests(points, x0, _ROUGH)
    if not small.any():
        return points
    return _replaced(problem, points, np.where(small, 0.0, points))


def tidy_stationary(problem: Problem, points: Array, x0: Array) -> Array:
    """Make rests zero as `tidy` does, at stationary points of any kind: where f is no steeper."""
    others = np.where(rests(points, x0), 0.0, points)
    rows = np.flatnonzero((others != points).any(axis=1))
    its = problem.of(rows)
    with np.errstate(all="ignore"):
        steep, less = (np.abs(its.gradients(x[rows])).max(axis=1) for x in (points, others))
        flatter = rows[(less <= steep) & np.isfinite(its.values(others[rows]))]
    given = points.copy()
    given[flatter] = others[flatter]
    return given


def rests(points: Array, x0: Array, share: float = _REST) -> Mask:
    """Tell which coordinates are next to nothing beside where their runs started."""
    return np.asarray((np.abs(points) <= share * np.abs(x0)) & (points != 0))


def landed(problem: Problem, x: Array, x0: Array) -> Array:
    """Give the ends of runs at kinks without what rounding has left of the last steps.

    Where f is no higher, coordinates next to nothing are zero, and others have fewer digits.
    """
    zeroed = _replaced(problem, x, np.where(rests(x, x0, _NEAR_ZERO), 0.0, x))
    shortened = np.array([[float(f"{v:.{_DIGITS}g}") for v in row] for row in zeroed.tolist()])
    return _replaced(problem, zeroed, shortened.reshape(x.shape))


def _replaced(problem: Problem, points: Array, others: Array) -> Array:
    """Give other points where f is defined there and no higher."""
    rows = np.flatnonzero((others != points).any(axis=1))
    if not len(rows):
        return points
    its, here, there = problem.of(rows), points[rows], others[rows]
    with np.errstate(invalid="ignore"):
        lower = its.values(there) <= its.values(here)
    lower &= (its.run(its.symbolic.holds, there) == 1.0).all(axis=0)
    lower &= np.isfinite(its.values(there))
    given = points.copy()
    given[rows[lower]] = there[lower]
    return given


def falls_inward(problem: Problem, x: Array, x0: Array) -> Mask:
    """Tell where f falls as rests go on towards zero, or is not smooth there, ``(n,)``.

    Values farther away do not show it: log(abs(x)) rises on both sides of 1e-160.
    """
    small = rests(x, x0, _NEAR_ZERO)
    found = np.zeros(len(x), dtype=bool)
    rows = np.flatnonzero(small.any(axis=1))
    if not len(rows):
        return found
    its, here, mine = problem.of(rows), x[rows], small[rows]
    zeroed = np.where(mine, 0.0, here)
    with np.errstate(all="ignore"):
        slopes = its.gradients(zeroed)
    found[rows] = ~(np.isfinite(its.values(zeroed)) & np.isfinite(slopes).all(axis=1))
    for share in _INWARD:
        inside = np.where(mine, share * here, here)
        with np.errstate(invalid="ignore"):
            fall = its.values(here) - its.values(inside)
            found[rows] |= fall > rounding(its, here) + rounding(its, inside)
    return found
