"""Points on edges of the domain: rounding leaves half of them outside."""

from __future__ import annotations

import numpy as np

from ..arrays import EPS, Array
from ..given.boxes import Box
from ..problem import Problem

_NEXT_TO = 2.0 ** np.arange(8)  # units in the last place: so far inside a point may be moved


def inside_edges(problem: Problem, x: Array, x0: Array, box: Box) -> Array:
    """Move points that rounding has left outside the domain to the lowest of those next to them.

    Parameters
    ----------
    problem : Problem
        f, for each of the points.
    x, x0 : ndarray
        Points, and starts that lie inside, ``(n, n_vars)``.
    box : Box
        Bounds.

    Returns
    -------
    ndarray
        ``(n, n_vars)``; what is inside stays, and so does what is next to nothing inside.

    Examples
    --------
    >>> p, free = Problem("sqrt(x - y)"), Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> x = inside_edges(p, np.array([[0.3, 0.3 + 1e-16]]), np.array([[1.0, 0.0]]), free)
    >>> x.round(15), p.values(x) < 1e-7
    (array([[0.3, 0.3]]), array([ True]))
    """
    rows = np.flatnonzero(np.isnan(problem.values(x)) & np.isfinite(x).all(axis=1))
    if not len(rows):
        return x
    its, here, n_vars = problem.of(rows), x[rows], x.shape[1]
    sides = np.concatenate([np.eye(n_vars), -np.eye(n_vars)])[:, None]
    size = np.abs(here).max(axis=1)[:, None]
    ways = np.concatenate([sides * size, (x0[rows] - here)[None]])
    around = here + (_NEXT_TO * EPS)[:, None, None, None] * ways
    around = box.clip(around.reshape(-1, n_vars))
    values = its.values(around).reshape(-1, len(rows))
    best = np.where(np.isnan(values), np.inf, values).argmin(axis=0)
    moved = x.copy()
    moved[rows] = around.reshape(-1, *here.shape)[best, np.arange(len(rows))]
    return moved
