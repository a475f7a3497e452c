"""Whether f falls without end towards an edge of its domain or a pole, as log(x) does towards 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import EPS, Array, Indices, Mask, Whole
from ..problem import Problem
from .local import portions, total

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


def bottomless_edge(problem: Problem, x: Array, x0: Array) -> Whole:
    """Tell whether f has no lowest value towards an edge of its domain just ahead of runs.

    Where f falls like a logarithm or a pole, every halving of the distance to the edge brings
    as much as the one before or more; towards a finite limit it brings less and less.

    Parameters
    ----------
    problem : Problem
        f, for each of the runs.
    x, x0 : ndarray
        Ends and starts of the runs, ``(n, n_vars)``.

    Returns
    -------
    ndarray
        Indices into ``problem.domain`` of the condition that fails beyond the edge; -1 for none.

    Examples
    --------
    >>> bottomless_edge(Problem("log(x)"), np.array([[1e-9]]), np.array([[1.0]]))
    array([0])
    >>> bottomless_edge(Problem("sqrt(x)"), np.array([[1e-9]]), np.array([[1.0]]))
    array([-1])
    """
    found = np.full(len(x), NO_CONDITION)
    if not problem.domain:
        return found
    goes_on, ways = _ways(problem, x, x0)
    for ahead in ways:
        rows = np.flatnonzero(goes_on & (found == NO_CONDITION))
        for part in portions(rows, len(_ONWARD) * x.shape[1]):
            edge, condition = _edge(problem.of(part), x[part], ahead[part])
            near = np.flatnonzero(condition != NO_CONDITION)
            falls = _falls_steadily(problem.of(part[near]), edge[near], -ahead[part[near]])
            found[part[near[falls]]] = condition[near[falls]]
    return found


def bottomless_pole(problem: Problem, x: Array, x0: Array) -> Mask:
    """Tell whether f has no lowest value towards a pole just ahead of runs.

    Parameters
    ----------
    problem : Problem
        f, for each of the runs.
    x, x0 : ndarray
        Ends and starts of the runs, ``(n, n_vars)``.

    Returns
    -------
    ndarray
        ``(n,)``.

    Examples
    --------
    >>> bottomless_pole(Problem("tan(x)"), np.array([[1.571]]), np.array([[2.0]]))
    array([ True])
    >>> bottomless_pole(Problem("sin(x)"), np.array([[1.571]]), np.array([[2.0]]))
    array([False])
    """
    found = np.zeros(len(x), dtype=bool)
    goes_on, ways = _ways(problem, x, x0)
    for ahead in ways:
        rows = np.flatnonzero(goes_on & ~found)
        for part in portions(rows, len(_ONWARD) * x.shape[1]):
            its = problem.of(part)
            found[part] = _falls_steadily(its, _turn(its, x[part], ahead[part]), -ahead[part])
    return found


def _ways(problem: Problem, x: Array, x0: Array) -> tuple[Mask, tuple[Array, Array]]:
    """Give the ways on from the ends of runs: straight on, and down, as far as they have come.

    And whether there are any.
    """
    way, gradient = x - x0, problem.gradients(x)
    steepest = np.abs(gradient).max(axis=1)
    goes_on = way.any(axis=1) & (steepest > 0) & (steepest < np.inf)
    with np.errstate(all="ignore"):
        down = -np.abs(way).max(axis=1)[:, None] * gradient / steepest[:, None]
    return goes_on, (way, down)


def _falls_steadily(problem: Problem, edge: Array, back: Array) -> Mask:
    if not len(edge):
        return np.zeros(0, dtype=bool)
    with np.errstate(divide="ignore"):
        finest = _APART * np.abs(edge).max(axis=1) / np.abs(back).max(axis=1)
        last = np.minimum(_LAST, np.trunc(-np.log2(finest)))
    first = np.maximum(_EARLIEST, np.minimum(_FIRST, last - _COUNT))
    enough = last - first >= _FEWEST
    first = np.where(enough, first, _FIRST)
    halvings = np.arange(max(_LAST - _FIRST, _COUNT))[:, None]
    ahead = edge + (0.5 ** (first + halvings))[..., None] * back
    values = problem.values(ahead.reshape(-1, edge.shape[1])).reshape(ahead.shape[:2])
    with np.errstate(invalid="ignore", over="ignore"):
        falls = -np.diff(values, axis=0)
        steady = falls > 0
        steady[1:] &= falls[1:] >= _STEADY * falls[:-1]
    beyond = first + halvings[1:] >= last
    return np.asarray(enough & (steady | beyond).all(axis=0))


def _turn(problem: Problem, x: Array, way: Array) -> Array:
    """Give the last points ahead where f has only fallen: a minimum, a pole, or a jump."""
    here = problem.values(x)

    def falls(rows: Indices, points: Array) -> Mask:
        its, flat = problem.of(rows), points.reshape(-1, x.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            downward = total(its.gradients(flat).reshape(points.shape) * way[rows]) < 0
        return np.asarray((its.values(flat).reshape(points.shape[:2]) <= here[rows]) & downward)

    ahead = x + (_ONWARD * _POLE_AHEAD)[:, None, None] * way
    turned = ~falls(np.arange(len(x)), ahead)
    first, edge = turned.argmax(axis=0), x.copy()
    rows = np.flatnonzero(turned.any(axis=0) & (first > 0))
    if len(rows):
        good, bad = ahead[first[rows] - 1, rows], ahead[first[rows], rows]
        edge[rows] = _bisected(good, bad, lambda points: falls(rows, points))
    return edge


def _edge(problem: Problem, x: Array, way: Array) -> tuple[Array, Whole]:
    """Give the last points ahead where f is defined, and the conditions that fail beyond them.

    -1 where none fails.
    """

    def holds(rows: Indices, points: Array) -> Mask:
        flat = points.reshape(-1, x.shape[1])
        numbers = problem.of(rows).run(problem.symbolic.holds, flat)
        return np.asarray(numbers == 1.0).reshape(-1, *points.shape[:2])

    ahead = x + (_ONWARD * _EDGE_AHEAD)[:, None, None] * way
    defined = holds(np.arange(len(x)), ahead)
    outside = ~defined.all(axis=0)
    first, edge = outside.argmax(axis=0), x.copy()
    condition = np.full(len(x), NO_CONDITION)
    rows = np.flatnonzero(outside.any(axis=0) & (first > 0))
    if len(rows):
        good, bad = ahead[first[rows] - 1, rows], ahead[first[rows], rows]
        condition[rows] = (~defined[:, first[rows], rows]).argmax(axis=0)
        edge[rows] = _bisected(
            good, bad, lambda points: np.asarray(holds(rows, points).all(axis=0))
        )
    return edge, condition


def _bisected(good: Array, bad: Array, test: Callable[[Array], Mask]) -> Array:
    """Give the last points on the ways from good ones to bad ones that pass a test.

    It takes several points for each ``(k, n, n_vars)``, and tells which pass, ``(k, n)``.
    """
    every = np.arange(len(good))
    for _ in range(_SECTIONINGS):
        between = good + _SECTIONS[:, None, None] * (bad - good)
        failing = ~test(between)
        first = np.where(failing.any(axis=0), failing.argmax(axis=0), len(between))
        ends = np.concatenate([good[None], between, bad[None]])
        good, bad = ends[first, every], ends[first + 1, every]
    return good
