"""Distinct minima among the ends of many runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..problem import Problem
from .local import rounding

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_SAME = 1e-6  # share of the width of all ends within which two ends are one minimum
_ALONG = np.arange(1, 17) * (np.sqrt(5) - 1) / 2 % 1.0  # in no step with any period of f
_VALLEYS = 64  # valleys that a weak minimum is compared with


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
    cells = np.round(x / np.where(width > 0, _SAME * width, 1.0))
    _, first, member = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    labels = _close(x[first], _SAME * width)[member.ravel()]
    _, first, member = np.unique(labels, return_index=True, return_inverse=True)
    valleys = np.arange(len(first))
    rows = np.flatnonzero(weak[first])
    valleys[rows] = rows[_joined(problem, x[first[rows]], fun[first[rows]])]
    return _ranked(valleys[member], fun)


def _close(points: Array, tolerance: Array) -> Whole:
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


def _joined(problem: Problem, x: Array, fun: Array) -> Whole:
    """Give for each weak minimum the first one to which a straight line leads without a rise."""
    first = np.arange(len(x))
    heads: list[int] = []
    for i in range(len(x)):
        for head in heads[:_VALLEYS]:
            line = x[head] + _ALONG[:, None] * (x[i] - x[head])
            noise = rounding(problem, line).max()
            if (problem.values(line) <= max(fun[i], fun[head]) + noise).all():
                first[i] = head
                break
        else:
            heads.append(i)
    return first


def _ranked(labels: Whole, fun: Array) -> Whole:
    """Count labels anew, by the lowest f of their members."""
    _, labels = np.unique(labels, return_inverse=True)
    lowest = np.full(labels.max() + 1, np.inf)
    np.minimum.at(lowest, labels, fun)
    rank = np.empty(len(lowest), dtype=np.int64)
    rank[np.argsort(lowest, kind="stable")] = np.arange(len(lowest))
    return rank[labels]
