"""How f goes on at bounds: its slopes inside of them, and whether it falls beyond."""

from __future__ import annotations

import numpy as np

from ..arrays import EPS, Array, Mask
from ..given.boxes import Box
from ..problem import Problem

_OFF_BOUND = 1e-15  # share of the searched region: as far from a bound slopes are taken
_FINEST = 16 * EPS  # share of x: as far at least, or it is rounding
_KINKED = 1e-6  # share of a slope: one beside a bound that differs more may show a kink on it
_GROWN = 1.5  # times that difference: twice as far away curvature brings more, and a kink does not


def bound_slopes(problem: Problem, x: Array, box: Box, width: Array) -> tuple[Array, Mask]:
    """Give the slopes of f at a point on bounds, as a run inside feels them.

    Parameters
    ----------
    problem : Problem
        f.
    x : ndarray
        The point, ``(n_vars,)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    slopes : ndarray
        The gradient; for a variable on its bound the one-sided derivative, ``(n_vars,)``.
    falls : ndarray
        For each variable on a bound whether f falls beyond it, ``(n_vars,)``.

    Examples
    --------
    >>> box = Box(np.zeros(1), np.ones(1))
    >>> bound_slopes(Problem("max(x, 0)"), np.zeros(1), box, np.ones(1))
    (array([1.]), array([False]))
    >>> bound_slopes(Problem("min(x, 2*x)"), np.zeros(1), box, np.ones(1))
    (array([1.]), array([ True]))
    """
    inward = (x <= box.lower).astype(float) - (x >= box.upper)
    way = inward * np.maximum(_OFF_BOUND * width, _FINEST * np.abs(x))
    here = problem.gradients(x[None])[0]
    with np.errstate(all="ignore"):
        beside = (np.diag(problem.gradients(x + np.diag(w))) for w in (way, 2 * way, -way))
        inside, further, outside = beside
        change, more = np.abs(inside - here), np.abs(further - here)
        kinked = change > _KINKED * np.fmax(np.abs(inside), np.abs(here))
        kinked &= more < _GROWN * change
    kinked |= np.isnan(here)
    slopes = np.where((inward != 0) & kinked & ~np.isinf(here), inside, here)
    return slopes, np.asarray(inward * outside > 0)
