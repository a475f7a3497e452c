"""Distinct minima among the ends of many runs."""

from __future__ import annotations

import numpy as np

from ..arrays import EPS, Array, Mask, Whole, unrelated
from ..facts.motions import motions
from ..facts.valley import Valley
from ..given.boxes import Box
from ..problem import Problem
from .cells import cells
from .connected import connected

_ONE_MINIMUM = 1e-6  # share of the width of all ends: two this close are one
_TIED = 16 * EPS  # share of f: minima that differ by less stand in the order of their places


def distinct(
    problem: Problem,
    x: Array,
    fun: Array,
    weak: Mask,
    width: Array,
    box: Box | None = None,
) -> Whole:
    """Tell distinct minima apart, and count them, lowest f first.

    Parameters
    ----------
    problem : Problem
        f.
    x, fun, weak : ndarray
        Verified minima, ``(n, n_vars)``, f there and whether more of them may be around it,
        ``(n,)``. Those between which f is level all the way, on a line or along the floor of a
        valley, are one set, and one minimum: what they differ by is how far the runs came.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.
    box : Box, optional
        Bounds, if there are any.

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
    heads, place = _places(x, _ONE_MINIMUM * width)
    sets = np.arange(len(heads))
    if len(heads) > 1 and weak[heads].any():
        box = box or Box(*np.outer([-np.inf, np.inf], np.ones(len(width))))
        valley = Valley(problem, box, np.where(width > 0, width, 1.0))
        floor, others = x[heads], ~weak[heads]
        floor[others] = valley.settled(floor[others])
        rows = _as_low(valley, floor, weak[heads])
        sets[rows] = rows[_sets(valley, floor[rows])]
    return ranked(sets[place], x, fun)


def _as_low(valley: Valley, x: Array, weak: Mask) -> Whole:
    """Give the rows of weak minima, and of others as low, which may be taken for ordinary ones."""
    heights = valley.heights(x)
    lowest = valley.problem.values(x[weak]).min()
    level = (heights >= lowest) & (valley.problem.values(x) <= heights[weak].max())
    return np.flatnonzero(weak | level)


def _places(x: Array, tolerance: Array) -> tuple[Whole, Whole]:
    """Give the first of the points at each place, and for each point the number of its place."""
    first, member = cells(x, tolerance)
    kept, place = np.unique(_close(x[first], tolerance), return_inverse=True)
    return first[kept], place[member]


def _sets(valley: Valley, x: Array) -> Whole:
    """Give for each weak minimum the first one of the same set.

    Where f depends on distances, points that are moved and turned to one place are one.
    """
    bounded = np.isfinite([valley.box.lower, valley.box.upper]).any()
    moving = None if bounded else motions(valley.problem)
    if moving is None:
        return connected(valley, x)
    settled = moving.settled(x)
    heads, place = _places(settled, _ONE_MINIMUM * valley.unit)
    return np.asarray(heads[connected(valley, settled[heads])][place])


def _close(points: Array, tolerance: Array) -> Whole:
    """Give one label to points that lie on two sides of a cell's border."""
    weights = unrelated(points.shape[1])
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


def ranked(labels: Whole, x: Array, fun: Array) -> Whole:
    """Count labels anew, by the lowest f of their members; where that is the same, by x.

    Parameters
    ----------
    labels : ndarray
        Numbers of sets, ``(n,)``.
    x, fun : ndarray
        Their points, ``(n, n_vars)``, and f there, ``(n,)``.

    Returns
    -------
    ndarray
        ``(n,)``.

    Examples
    --------
    >>> ranked(np.array([7, 3]), np.array([[0.0], [1.0]]), np.array([2.0, 1.0]))
    array([1, 0])
    """
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
