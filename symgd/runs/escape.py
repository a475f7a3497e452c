"""Leaving a maximum or a saddle: to both sides along the steepest negative curvature.

Where there is none, as at x = 0 of x**3, one step goes to the lowest point nearby.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Whole
from ..diagnosis.directions import all_around
from ..diagnosis.local import model
from ..given.boxes import Box
from ..problem import Problem

_FIRST = 1e-3  # share of the searched region that the first step away has
_HALVINGS = 30


def beside(problem: Problem, x: Array, width: Array, box: Box) -> tuple[Array, Whole]:
    """Give points beside maxima and saddles from which descent leads away.

    Parameters
    ----------
    problem : Problem
        f.
    x : ndarray
        Stationary points that are no minima, ``(n, n_vars)``.
    width : ndarray
        Size of the searched region, ``(n_vars,)``.
    box : Box
        Bounds.

    Returns
    -------
    starts : ndarray
        Points with a lower f, up to two for each row of `x`, ``(k, n_vars)``.
    origin : ndarray
        The row of `x` that each belongs to, ``(k,)``.
    """
    here = model(problem, x, box)
    direction = here.vectors[:, :, 0] * here.scale
    with np.errstate(all="ignore"):
        share = 1 / np.abs(direction / width).max(axis=1, keepdims=True)
    step = np.where(np.isfinite(share), direction * share, 0.0) * _FIRST
    origin = np.repeat(np.arange(len(x)), 2)
    sides = np.stack([-step, step], axis=1).reshape(-1, x.shape[1])
    floor = problem.values(x)[origin]
    starts = x[origin].copy()
    waiting = np.ones(len(sides), dtype=bool)
    for _ in range(_HALVINGS):
        tried = box.clip(x[origin] + sides)
        with np.errstate(invalid="ignore"):
            lower = waiting & (problem.values(tried) < floor)
        starts[lower] = tried[lower]
        waiting &= ~lower
        sides = sides / 2
    left = np.setdiff1d(np.arange(len(x)), origin[~waiting])
    lowest = [_lowest_nearby(problem, x[i], width, box) for i in left]
    found = [(point, i) for point, i in zip(lowest, left, strict=True) if point is not None]
    starts = np.concatenate([starts[~waiting], *(point[None] for point, _ in found)])
    return starts, np.concatenate([origin[~waiting], np.array([i for _, i in found], dtype=int)])


def _lowest_nearby(problem: Problem, point: Array, width: Array, box: Box) -> Array | None:
    """Give a lower point beside one where the curvature does not show the way down."""
    here = model(problem, point[None], box)
    steps = all_around(problem, here, point, _FIRST * width)
    for share in 10.0 ** np.arange(1, -4, -1):
        tried = box.clip(point + share * steps)
        values = problem.values(tried)
        lowest = int(np.nanargmin(values)) if np.isfinite(values).any() else 0
        if values[lowest] < problem.values(point[None])[0]:
            return np.asarray(tried[lowest])
    return None
