"""Points that are one point, to some tolerance."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Whole, unrelated


def cells(points: Array, size: Array) -> tuple[Whole, Whole]:
    """Sort points into the cells of a grid.

    Parameters
    ----------
    points : ndarray
        Points, ``(n, n_vars)``.
    size : ndarray
        Size of a cell, ``(n_vars,)``.

    Returns
    -------
    first : ndarray
        The first row in each cell, ``(n_cells,)``.
    member : ndarray
        For each row the number of its cell, ``(n,)``.

    Examples
    --------
    >>> cells(np.array([[0.1], [5.2], [0.2]]), np.array([1.0]))
    (array([0, 1]), array([0, 1, 0]))
    """
    grid = np.round(points / np.where(size > 0, size, 1.0))
    weights = unrelated(points.shape[1])
    order = np.argsort(grid @ weights)  # few cells share a value
    new = np.zeros(len(points), dtype=bool)
    new[:1] = True
    for column in grid.T:
        ordered = column[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    member = np.empty(len(points), dtype=np.int64)
    member[order] = np.cumsum(new) - 1
    return np.minimum.reduceat(order, np.flatnonzero(new)), member
