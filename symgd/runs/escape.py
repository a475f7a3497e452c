"""Leaving a maximum or a saddle: to both sides along the steepest negative curvature.

Where there is none, as at x = 0 of x**3, one step goes to the lowest point nearby.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Mask, Whole
from ..diagnosis.directions import RANDOM, along_axes, at_random, narrow
from ..diagnosis.local import model, portions
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
    begun, owners = [starts[~waiting]], [origin[~waiting]]
    for rows in portions(left, RANDOM * x.shape[1]):
        lowest, lower = _lowest_nearby(problem, x[rows], width, box)
        begun.append(lowest)
        owners.append(rows[lower])
    return np.concatenate(begun), np.concatenate(owners)


def _lowest_nearby(problem: Problem, points: Array, width: Array, box: Box) -> tuple[Array, Mask]:
    """Give lower points beside those where the curvature does not show the way down.

    And for which of the points there is one.
    """
    length = np.broadcast_to(_FIRST * width, points.shape)
    parts = [along_axes(length), at_random(length), narrow(problem, points, length, box)]
    owner = np.concatenate([part.owner for part in parts] * 2)
    ways = np.concatenate([sign * part.step for sign in (1, -1) for part in parts])
    floor, lowest = problem.values(points), points.copy()
    found = np.zeros(len(points), dtype=bool)
    for share in 10.0 ** np.arange(1, -4, -1):
        tried = box.clip(points[owner] + share * ways)
        values = problem.values(tried)
        order = np.lexsort((values, owner))
        first = order[np.searchsorted(owner[order], np.arange(len(points)))]
        lower = ~found & (values[first] < floor)
        lowest[lower], found = tried[first[lower]], found | lower
    return lowest[found], found
