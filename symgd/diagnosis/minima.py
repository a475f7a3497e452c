"""Distinct minima among the ends of many runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_SAME = 1e-6  # share of the width of all ends within which two ends are one minimum


def group(x: Array, fun: Array, width: Array) -> Whole:
    """Number the distinct minima, lowest f first.

    Parameters
    ----------
    x, fun : ndarray
        Verified minima, ``(n, n_vars)``, and f there, ``(n,)``.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    ndarray
        For each row the number of its minimum, ``(n,)``.

    Examples
    --------
    >>> ends = np.array([[1.0], [-2.0], [1.0 + 1e-9]])
    >>> group(ends, np.array([0.5, 0.0, 0.5]), np.array([3.0]))
    array([1, 0, 1])
    """
    if not len(x):
        return np.empty(0, dtype=np.int64)
    cells = np.round(x / np.where(width > 0, _SAME * width, 1.0))
    _, first, member = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    merged = _merge(x[first], _SAME * width)
    labels = merged[member.ravel()]
    lowest = np.full(labels.max() + 1, np.inf)
    np.minimum.at(lowest, labels, fun)
    rank = np.empty(len(lowest), dtype=np.int64)
    rank[np.argsort(lowest, kind="stable")] = np.arange(len(lowest))
    return rank[labels]


def _merge(points: Array, tolerance: Array) -> Whole:
    """Give one label to points that lie on two sides of a cell's border."""
    order = np.argsort(points[:, 0], kind="stable")
    starts = np.searchsorted(points[order, 0], points[order, 0] - tolerance[0])
    labels = np.empty(len(points), dtype=np.int64)
    count = 0
    for place, i in enumerate(order):
        before = order[starts[place] : place]
        same = before[(np.abs(points[before] - points[i]) <= tolerance).all(axis=1)]
        labels[i] = labels[same[0]] if len(same) else count
        count += not len(same)
    return labels
