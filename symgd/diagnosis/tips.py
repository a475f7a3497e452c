"""Points beside tips: where f is finite, its gradient is not, and f falls close by."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Mask
from ..facts.cancellation import rounding
from ..given.boxes import Box
from ..problem import Problem
from .directions import along_axes, at_random

_OFF = 1e-6  # share of the searched region: how far from a tip a run starts anew


def beside_tips(problem: Problem, x: Array, box: Box, width: Array) -> tuple[Array, Mask]:
    """Give the lowest of some points right beside tips, and where f is lower there.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    x : ndarray
        The tips, ``(n, n_vars)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    points : ndarray
        ``(n, n_vars)``.
    lower : ndarray
        Whether f is lower there, and its gradient is finite, ``(n,)``.

    Examples
    --------
    >>> free = Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> p = Problem("sqrt(x**2 + y**2) - 3*x")
    >>> beside_tips(p, np.zeros((1, 2)), free, np.full(2, 20.0))
    (array([[2.e-05, 0.e+00]]), array([ True]))
    """
    length = np.broadcast_to(_OFF * width, x.shape)
    parts = [along_axes(length), at_random(length)]
    steps = np.concatenate([part.step.reshape(len(x), -1, x.shape[1]) for part in parts], axis=1)
    around = x[:, None] + np.concatenate([steps, -steps], axis=1)
    flat = box.clip(around.transpose(1, 0, 2).reshape(-1, x.shape[1]))
    with np.errstate(all="ignore"):
        values = problem.values(flat)
        values[~np.isfinite(problem.gradients(flat)).all(axis=1)] = np.inf
    values = np.where(np.isnan(values), np.inf, values).reshape(-1, len(x))
    best, rows = values.argmin(axis=0), np.arange(len(x))
    points = flat.reshape(-1, *x.shape)[best, rows]
    with np.errstate(invalid="ignore"):
        lower = values[best, rows] < problem.values(x) - rounding(problem, x)
    return points, np.asarray(lower)
