"""Whether f falls without end towards an edge of its domain, as log(x) does towards 0."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..problem import Problem

Array = npt.NDArray[np.float64]

_NONE = -1
_NEAR = 1e-3  # share of the way travelled within which the edge lies ahead
_FIRST, _LAST = 20, 44  # halvings of the distance to the edge between which f is watched
_STEADY = 0.9  # each halving brings at least this share of the fall before it


def bottomless_edge(problem: Problem, x: Array, x0: Array) -> int:
    """Tell whether f has no lowest value towards an edge of its domain just ahead of a run.

    Where f falls like a logarithm or a pole, every halving of the distance to the edge brings
    as much as the one before or more; towards a finite limit it brings less and less.

    Parameters
    ----------
    problem : Problem
        f.
    x, x0 : ndarray
        End and start of the run, ``(n_vars,)``.

    Returns
    -------
    int
        Index into ``problem.domain`` of the condition that fails beyond the edge; -1 for none.

    Examples
    --------
    >>> bottomless_edge(Problem("log(x)"), np.array([1e-9]), np.array([1.0]))
    0
    >>> bottomless_edge(Problem("sqrt(x)"), np.array([1e-9]), np.array([1.0]))
    -1
    """
    way = x - x0
    gradient = problem.gradients(x[None])[0]
    steepest = np.abs(gradient).max()
    if not problem.domain or not way.any() or not 0 < steepest < np.inf:
        return _NONE
    for ahead in (way, -np.abs(way).max() * gradient / steepest):
        edge = _edge(problem, x, ahead)
        if edge is not None and _falls_steadily(problem, edge[0], -ahead):
            return edge[1]
    return _NONE


def _falls_steadily(problem: Problem, edge: Array, back: Array) -> bool:
    distances = 0.5 ** np.arange(_FIRST, _LAST)
    falls = -np.diff(problem.values(edge + distances[:, None] * back))
    return bool((falls > 0).all() and (falls[1:] >= _STEADY * falls[:-1]).all())


def _edge(problem: Problem, x: Array, way: Array) -> tuple[Array, int] | None:
    """Give the last point ahead where f is defined, and the condition that fails beyond it."""
    ahead = x + np.concatenate([[0.0], 2.0 ** np.arange(-60, 1)])[:, None] * _NEAR * way
    holds = problem.run(problem.symbolic.holds, ahead) == 1.0
    outside = np.flatnonzero(~holds.all(axis=0))
    if not len(outside) or outside[0] == 0:
        return None
    good, bad = ahead[outside[0] - 1], ahead[outside[0]]
    condition = int(np.flatnonzero(~holds[:, outside[0]])[0])
    for _ in range(100):
        middle = good + (bad - good) / 2
        fine = (problem.run(problem.symbolic.holds, middle[None]) == 1.0).all()
        good, bad = (middle, bad) if fine else (good, middle)
    return good, condition
