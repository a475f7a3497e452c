"""Leaving a maximum or a saddle: to both sides along the steepest negative curvature."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..problem import Problem
from .local import Box, model

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_FIRST = 1e-3  # share of the searched region that the first step away has
_HALVINGS = 30


def beyond(problem: Problem, x: Array, width: Array, box: Box) -> tuple[Array, Whole]:
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
    return starts[~waiting], origin[~waiting]
