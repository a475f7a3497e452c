"""Distinct minima among the ends of many runs."""

from __future__ import annotations

import numpy as np

from ..arrays import EPS, GOLDEN, Array, Mask, Whole
from ..facts.cancellation import rounding
from ..problem import Problem
from .cells import cells

_ONE_MINIMUM = 1e-6  # share of the width of all ends: two this close are one
# shares of a line: in no step with any period of f
_ON_LINE = np.arange(1, 17) * GOLDEN % 1.0
_TIED = 16 * EPS  # share of f: minima that differ by less stand in the order of their places
_VALLEYS = 64  # valleys: a weak minimum is compared with so many, for time


def distinct(problem: Problem, x: Array, fun: Array, weak: Mask, width: Array) -> Whole:
    """Tell distinct minima apart, and count them, lowest f first.

    Parameters
    ----------
    problem : Problem
        f.
    x, fun, weak : ndarray
        Verified minima, ``(n, n_vars)``, f there and whether the Hessian is singular, ``(n,)``.
        Weak minima with no rise on the straight line between them are one valley, and one
        minimum: what they differ by is how far the runs came.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    ndarray
        For each row the number of its minimum, ``(n,)``.

    Examples
    --------
    >>> ends = np.array([[1.0], [-1.0], [1.0 + 1e-9]])
    >>> f = np.array([0.5, 0.0, 0.5])
    >>> distinct(Problem("x**4"), ends, f, np.zeros(3, dtype=bool), np.array([3.0]))
    array([1, 0, 1])
    """
    first, member = cells(x, _ONE_MINIMUM * width)
    kept, place = np.unique(_close(x[first], _ONE_MINIMUM * width), return_inverse=True)
    heads = first[kept]
    valleys = np.arange(len(heads))
    rows = np.flatnonzero(weak[heads])
    valleys[rows] = rows[_joined(problem, x[heads[rows]], fun[heads[rows]])]
    return _ranked(valleys[place][member], x, fun)


def _close(points: Array, tolerance: Array) -> Whole:
    """Give one label to points that lie on two sides of a cell's border."""
    weights = np.arange(1, points.shape[1] + 1) * GOLDEN % 1.0 + 0.5
    key = points @ weights
    order = np.argsort(key)
    reach = np.searchsorted(key[order], key[order] + weights @ tolerance, side="right")
    labels = np.arange(len(points))
    for lag in range(1, int((reach - np.arange(len(points))).max(initial=1))):
        one, other = order[:-lag], order[lag:]
        near = (np.abs(points[one] - points[other]) <= tolerance).all(axis=1)
        for i, j in zip(one[near], other[near], strict=True):
            labels[labels == labels[j]] = labels[i]
    return labels


def _joined(problem: Problem, x: Array, fun: Array) -> Whole:
    """Give for each weak minimum the first one to which a straight line leads without a rise."""
    first, alone = np.arange(len(x)), np.arange(len(x))
    heights = fun + rounding(problem, x)
    for _ in range(_VALLEYS):
        if len(alone) < 2:
            break
        head, alone = alone[0], alone[1:]
        level = alone
        for share in _ON_LINE:
            points = x[head] + share * (x[level] - x[head])
            level = level[_no_higher(problem, points, np.fmax(heights[level], heights[head]))]
            if not len(level):
                break
        first[level] = head
        alone = alone[first[alone] != head]
    return first


def _no_higher(problem: Problem, points: Array, heights: Array) -> Mask:
    """Tell where f is no higher than it is said to be, but for rounding."""
    excess = problem.values(points) - heights
    level = excess <= 0
    above = np.flatnonzero(~level)
    level[above] = excess[above] <= rounding(problem, points[above])
    return level


def _ranked(labels: Whole, x: Array, fun: Array) -> Whole:
    """Count labels anew, by the lowest f of their members; where that is the same, by x."""
    fun = np.where(np.isnan(fun), np.finfo(float).max, fun)  # as x*log(x) is at 0
    order = np.argsort(labels, kind="stable")
    first = np.flatnonzero(np.diff(labels[order], prepend=-1))
    least = np.repeat(np.minimum.reduceat(fun[order], first), np.diff(first, append=len(fun)))
    lowest = np.minimum.reduceat(np.where(fun[order] == least, order, len(fun)), first)
    lowest = lowest[np.argsort(fun[lowest], kind="stable")]
    apart = np.diff(fun[lowest], prepend=-np.inf) > _TIED * np.abs(fun[lowest])
    lowest = lowest[np.lexsort((*x[lowest].T[::-1], np.cumsum(apart)))]
    rank = np.empty(labels.max() + 1, dtype=np.int64)
    rank[labels[lowest]] = np.arange(len(lowest))
    return np.asarray(rank[labels])
