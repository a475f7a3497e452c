"""Pairs of points that are close to each other, without looking at all pairs."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Whole

_LEAF = 16  # points: among so few each is compared with all
_TREES = 3  # trees: a pair that one of them parts is together in another
_NEAREST = 5  # points: so many neighbours has one in each tree


def neighbours(points: Array) -> Whole:
    """Give pairs of near neighbours, from trees that halve the points along random lines.

    Parameters
    ----------
    points : ndarray
        Points, ``(n, n_vars)``.

    Returns
    -------
    ndarray
        Rows of the two, the lower one first, ``(n_pairs, 2)``; at most 15 a point.

    References
    ----------
    S. Dasgupta and Y. Freund, "Random projection trees and low dimensional manifolds", STOC
    2008, 537-546, doi:10.1145/1374376.1374452.

    Examples
    --------
    >>> neighbours(np.array([[0.0], [5.0], [0.1]])).tolist()
    [[0, 1], [0, 2], [1, 2]]
    """
    n, n_vars = points.shape
    if n < 2:
        return np.empty((0, 2), dtype=np.int64)
    levels = max(int(np.ceil(np.log2(n / _LEAF))), 0)
    lines = np.random.default_rng(0).standard_normal((_TREES, levels, n_vars))
    found = [_in_leaves(points, _sorted(points, tree)) for tree in (lines if levels else lines[:1])]
    pairs = np.sort(np.concatenate(found), axis=1)
    return np.asarray(np.unique(pairs, axis=0))


def _sorted(points: Array, lines: Array) -> Whole:
    """Give the points of each leaf, ``(n_leaves, size)``; a last one may be there twice."""
    n, order = len(points), np.arange(len(points))
    for level, line in enumerate(lines):
        blocks = np.searchsorted(_ends(n, level), np.arange(n), side="right")
        order = order[np.lexsort(((points @ line)[order], blocks))]
    ends = _ends(n, len(lines))
    begins = np.append(0, ends[:-1])
    size = (ends - begins).max()
    places = np.minimum(begins[:, None] + np.arange(size), ends[:, None] - 1)
    return np.asarray(order[places])


def _ends(n: int, level: int) -> Whole:
    """Give where the blocks end that so many halvings leave."""
    return np.asarray(np.arange(1, 2**level + 1) * n // 2**level)


def _in_leaves(points: Array, leaves: Whole) -> Whole:
    """Pair each point with those of its leaf that are nearest."""
    here = points[leaves]
    squares = ((here[:, :, None] - here[:, None]) ** 2).sum(axis=-1)
    squares[leaves[:, :, None] == leaves[:, None]] = np.inf
    count = min(_NEAREST, leaves.shape[1] - 1)
    near = np.argpartition(squares, count - 1, axis=2)[:, :, :count]
    kept = np.isfinite(np.take_along_axis(squares, near, axis=2))
    one = np.broadcast_to(leaves[:, :, None], near.shape)
    other = np.take_along_axis(np.broadcast_to(leaves[:, None], squares.shape), near, axis=2)
    return np.stack([one[kept], other[kept]], axis=1)
