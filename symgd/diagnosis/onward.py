"""Lower points ahead of runs that no longer get on: short steps may end where longer ones fall."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Mask
from ..creases.form import abs_normal
from ..creases.walk import walk
from ..facts.cancellation import rounding
from ..given.boxes import Box
from ..problem import Problem
from .local import largest

_TRIED_AHEAD = 2.0 ** np.arange(-44, -2)  # units: steps that are tried in each direction
_LEAST_UNIT = 1e-3  # share of the searched region: the unit of a run that did not get far
_FELT = 4.0  # times the rounding of f: a change that is one


def lower_beyond(
    problem: Problem, x: Array, x0: Array, box: Box, width: Array
) -> tuple[Array, Mask]:
    """Give lower points ahead of runs, straight on or else along creases, and where there are any.

    Parameters and results are those of `lower_ahead`.

    Examples
    --------
    >>> free = Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> given = np.array([[0.5, 0.5]]), np.array([[1.0, 2.0]]), free, np.full(2, 20.0)
    >>> lower_beyond(Problem("100*abs(x - y) + x + (x + 1)**4"), *given)[1]
    array([ True])
    """
    points, lower = lower_ahead(problem, x, x0, box, width)
    rows = np.flatnonzero(~lower)
    if len(rows):
        given = problem.of(rows), x[rows], x0[rows], box, width
        points[rows], lower[rows] = _lower_on_creases(*given)
    return points, lower


def _lower_on_creases(
    problem: Problem, x: Array, x0: Array, box: Box, width: Array
) -> tuple[Array, Mask]:
    """Give where runs are led along creases, and whether f is lower there."""
    form = abs_normal(problem.continued.symbolic)
    if form is None:
        return x, np.zeros(len(x), dtype=bool)
    points = walk(problem.continued, form, x, x0, box, width).last
    with np.errstate(invalid="ignore"):
        falls = problem.values(x) - problem.values(points)
        lower = (falls > _FELT * rounding(problem, x)) & np.isfinite(falls)
    return points, np.asarray(lower & np.isfinite(problem.gradients(points)).all(axis=1))


def lower_ahead(
    problem: Problem, x: Array, x0: Array, box: Box, width: Array
) -> tuple[Array, Mask]:
    """Give the lowest points on straight ways down, and where there are any.

    The ways are the steepest one, the same in units of the way that the run came, and the axes.
    Behind the first rise nothing is asked, so no ridge is crossed.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    x, x0 : ndarray
        Ends and starts of runs, ``(n, n_vars)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    points : ndarray
        ``(n, n_vars)``.
    lower : ndarray
        Whether f is lower there by more than its rounding error, ``(n,)``.

    Examples
    --------
    >>> free = Box(np.array([-np.inf]), np.array([np.inf]))
    >>> given = np.array([[1.0]]), np.array([[2.0]]), free, np.array([20.0])
    >>> lower_ahead(Problem("x**2"), *given)
    (array([[0.875]]), array([ True]))
    """
    unit = np.maximum(np.abs(x - x0), _LEAST_UNIT * width)
    ways = _ways_down(problem, x, unit, box)
    ahead = x + _TRIED_AHEAD[:, None, None, None] * ways  # (n_steps, n_ways, n, n_vars)
    shape, ahead = ahead.shape, box.clip(ahead.reshape(-1, x.shape[1]))
    values, here, noise = problem.values(ahead), problem.values(x), _FELT * rounding(problem, x)
    values = np.where(np.isfinite(values), values, np.inf).reshape(shape[:3])
    with np.errstate(invalid="ignore"):
        risen = np.logical_or.accumulate(values - here > noise)
        values = np.where(risen | ~(values - here < -noise), np.inf, values)
    values, rows = values.reshape(-1, len(x)), np.arange(len(x))
    best = values.argmin(axis=0)
    points = ahead.reshape(-1, *x.shape)[best, rows]
    fine = np.isfinite(problem.gradients(points)).all(axis=1)
    return points, np.asarray(np.isfinite(values[best, rows]) & fine)


def _ways_down(problem: Problem, x: Array, unit: Array, box: Box) -> Array:
    """Give directions of descent that are a unit long, ``(n_ways, n, n_vars)``."""
    slopes = box.projected(x, problem.gradients(x))
    slopes = np.where(np.isfinite(slopes), slopes, 0.0)
    longest = largest(unit)[:, None]
    steepest, scaled = (-slopes * size for size in (longest, unit))
    axes = -np.sign(slopes) * unit * np.eye(x.shape[1])[:, None]
    with np.errstate(all="ignore"):
        ways = np.array(
            [
                steepest / largest(np.abs(slopes))[:, None],
                scaled * unit / largest(np.abs(scaled))[:, None],
                *axes,
            ]
        )
    return np.where(np.isfinite(ways), ways, 0.0)
