"""Whether f falls without end towards an edge of its domain or a pole, as log(x) does towards 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import EPS, Array, Mask
from ..problem import Problem

NO_CONDITION = -1  # code: no condition of the domain fails, a number overflowed
_EDGE_AHEAD = 1e-3  # share of the way travelled: the edge lies ahead within it
_POLE_AHEAD = 0.1  # share of the way travelled: a pole does, before which fixed steps end sooner
# shares of these two: where an edge or a pole is looked for
_ONWARD = np.concatenate([[0.0], 2.0 ** np.arange(-60, 1)])
_FIRST, _LAST = 20, 44  # halvings of the distance to the edge: between them f is watched
# halvings: the first, and how many, where doubles are too coarse for that
_EARLIEST, _COUNT = 4, 16
_FEWEST = 6  # halvings: fewer tell nothing
_APART = 64 * EPS  # share of x: the distance has to be above, or it is rounding
_SECTIONS = np.arange(1, 32) / 32  # shares of an interval: where it is cut
_SECTIONINGS = 20  # times: 100 halvings
_STEADY = 0.9  # share of the fall before: each halving brings as much, or f has a limit


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
    if not problem.domain:
        return NO_CONDITION
    for ahead in _ways(problem, x, x0):
        edge = _edge(problem, x, ahead)
        if edge is not None and _falls_steadily(problem, edge[0], -ahead):
            return edge[1]
    return NO_CONDITION


def bottomless_pole(problem: Problem, x: Array, x0: Array) -> bool:
    """Tell whether f has no lowest value towards a pole just ahead of a run.

    Parameters
    ----------
    problem : Problem
        f.
    x, x0 : ndarray
        End and start of the run, ``(n_vars,)``.

    Returns
    -------
    bool

    Examples
    --------
    >>> bottomless_pole(Problem("tan(x)"), np.array([1.571]), np.array([2.0]))
    True
    >>> bottomless_pole(Problem("sin(x)"), np.array([1.571]), np.array([2.0]))
    False
    """
    return any(
        _falls_steadily(problem, _turn(problem, x, ahead), -ahead)
        for ahead in _ways(problem, x, x0)
    )


def _ways(problem: Problem, x: Array, x0: Array) -> tuple[Array, ...]:
    """Give the ways on from the end of a run: straight on, and down, as far as it has come."""
    way = x - x0
    gradient = problem.gradients(x[None])[0]
    steepest = np.abs(gradient).max()
    if not way.any() or not 0 < steepest < np.inf:
        return ()
    return way, -np.abs(way).max() * gradient / steepest


def _falls_steadily(problem: Problem, edge: Array, back: Array) -> bool:
    finest = _APART * np.abs(edge).max() / np.abs(back).max()
    last = _LAST if finest == 0 else min(_LAST, int(-np.log2(finest)))
    first = max(_EARLIEST, min(_FIRST, last - _COUNT))
    if last - first < _FEWEST:
        return False
    distances = 0.5 ** np.arange(first, last)
    falls = -np.diff(problem.values(edge + distances[:, None] * back))
    return bool((falls > 0).all() and (falls[1:] >= _STEADY * falls[:-1]).all())


def _turn(problem: Problem, x: Array, way: Array) -> Array:
    """Give the last point ahead where f has only fallen: a minimum, a pole, or a jump."""
    here = problem.values(x[None])[0]

    def falls(points: Array) -> Mask:
        downward = problem.gradients(points) @ way < 0
        return np.asarray((problem.values(points) <= here) & downward)

    ahead = x + _ONWARD[:, None] * _POLE_AHEAD * way
    turned = np.flatnonzero(~falls(ahead))
    if not len(turned) or turned[0] == 0:
        return x
    return _bisected(ahead[turned[0] - 1], ahead[turned[0]], falls)


def _edge(problem: Problem, x: Array, way: Array) -> tuple[Array, int] | None:
    """Give the last point ahead where f is defined, and the condition that fails beyond it."""

    def defined(points: Array) -> Mask:
        return np.asarray(problem.run(problem.symbolic.holds, points) == 1.0)

    ahead = x + _ONWARD[:, None] * _EDGE_AHEAD * way
    holds = defined(ahead)
    outside = np.flatnonzero(~holds.all(axis=0))
    if not len(outside) or outside[0] == 0:
        return None
    good, bad = ahead[outside[0] - 1], ahead[outside[0]]
    condition = int(np.flatnonzero(~holds[:, outside[0]])[0])
    return _bisected(good, bad, lambda p: np.asarray(defined(p).all(axis=0))), condition


def _bisected(good: Array, bad: Array, test: Callable[[Array], Mask]) -> Array:
    """Give the last point on the way from a good one to a bad one that passes a test."""
    for _ in range(_SECTIONINGS):
        between = good + _SECTIONS[:, None] * (bad - good)
        failing = np.flatnonzero(~test(between))
        first = failing[0] if len(failing) else len(between)
        ends = [good, *between, bad]
        good, bad = ends[first], ends[first + 1]
    return good
