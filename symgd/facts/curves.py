"""Edges of the domain that concern several variables: which of them points lie on."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Mask
from ..problem import Problem

_ON_CURVE = 1e-9  # share of the searched region: as far from an edge a point is on it


def on_curves(problem: Problem, x: Array, width: Array) -> Mask:
    """Tell which points are on which edges of several variables.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    x : ndarray
        ``(n, n_vars)``.
    width : ndarray
        Size of the region that is searched, ``(n_vars,)``.

    Returns
    -------
    ndarray
        ``(n_edges, n)``, in the order of ``problem.symbolic.curves``.

    Examples
    --------
    >>> points = np.array([[1.0, 1.0], [2.0, 1.0]])
    >>> on_curves(Problem("sqrt(x - y) + log(x)"), points, np.ones(2))
    array([[ True, False]])
    """
    found = np.zeros((len(problem.symbolic.curves), len(x)), dtype=bool)
    edges = zip(problem.symbolic.curves, problem.symbolic.shared_edges, strict=True)
    for on, (curve, edge) in zip(found, edges, strict=True):
        if curve.zero.is_nonnegative:
            continue  # f is defined on both sides, as sqrt(abs(x - y)) is
        zero, *normal = problem.run(edge, x)[: 1 + x.shape[1]]
        on[:] = np.abs(zero) <= _ON_CURVE * np.sqrt(((np.array(normal).T * width) ** 2).sum(axis=1))
    return found


def touched_curves(problem: Problem, x: Array, width: Array) -> tuple[tuple[str, str], ...]:
    """Give the edges of several variables that a point is on: the part of f, and what it needs.

    Examples
    --------
    >>> touched_curves(Problem("sqrt(x - y) + log(x)"), np.array([1.0, 1.0]), np.ones(2))
    (('sqrt(x - y)', 'x - y >= 0'),)
    """
    on = on_curves(problem, x[None], width)[:, 0]
    conditions = (problem.symbolic.curves[i].condition for i in np.flatnonzero(on))
    return tuple((c.text, c.needs) for c in conditions)
