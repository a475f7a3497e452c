"""What points beside jumps of f are, and of which jumps they are said to be at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import Array, Mask
from ..given.boxes import Box
from ..precise.jumps import Beside, Jumps, Told, beside_jumps
from ..precise.program import TooMuchError, Work
from ..problem import Problem
from .close import effort

_AT_JUMP = 1e-8  # share of the searched region: a jump this close may be at the point
_NO_DOUBLE_BETWEEN = 1e-12  # share of the searched region: a jump this close is at the point
_JUMP_WORK = 4e5  # microseconds: what one point may take
_ALL_WORK = 1e6  # microseconds: what all points may take; the rest stays as it was told before
_NOT_THERE = 2  # sides: that of a jump that is not at the point


def at_jumps_of(problem: Problem, points: Array, box: Box, width: Array) -> list[Told | None]:
    """Tell what points are that lie beside jumps of f.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    points : ndarray
        Where, ``(n, n_vars)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    list of Told or None
        One a point; None where no jump is near, or where looking takes too long.

    Examples
    --------
    >>> free = Box(np.array([-np.inf]), np.array([np.inf]))
    >>> beside = np.array([[-5e-32], [0.5]])
    >>> at_jumps_of(Problem("floor(x) + x**2"), beside, free, np.array([1.0]))[0].what.name
    'UNATTAINED'
    >>> at_jumps_of(Problem("ceil(x) + x**2"), beside, free, np.array([1.0]))[0].what.name
    'MINIMUM'
    """
    told: list[Told | None] = [None] * len(points)
    jumps = problem.symbolic.jumps if len(points) else None
    if jumps is None or not np.isfinite(effort(problem)):
        return told
    sides, close = _sides(problem, jumps, points, width)
    plain = ~_kinked(problem, points, _AT_JUMP * width)
    known: dict[tuple[bytes, ...], Told] = {}
    work = Work(_ALL_WORK)
    for row in np.flatnonzero((sides != _NOT_THERE).any(axis=1)):
        params = np.array([float(np.ravel(v)[0]) for v in problem.of([row]).param_values])
        given = _middle(points[row], box, width), params, sides[row], close[row]
        key = tuple(a.tobytes() for a in given)
        if key not in known:
            known[key] = _looked(jumps, *given, box, width, work)
        told[row] = known[key] if plain[row] else _unproven(known[key])
    return told


def _unproven(told: Told) -> Told:
    """Give what is known where f has kinks besides, on which no slopes can be trusted."""
    return Told(Beside.OPEN, told.there, told.limit) if told.what is Beside.MINIMUM else told


def _sides(problem: Problem, jumps: Jumps, x: Array, width: Array) -> tuple[Array, Mask]:
    """Tell on which side of each jump points are, and which jumps no double lies before."""

    def offsets(points: Array) -> Array:
        levels = problem.run(problem.symbolic.jump_levels, points)
        return np.array([jumps.offset(i, level) for i, level in enumerate(levels)]).T

    near, close = (_within(offsets, x, s * width) for s in (_AT_JUMP, _NO_DOUBLE_BETWEEN))
    return np.where(near, np.sign(offsets(x)), _NOT_THERE).astype(int), close


def _kinked(problem: Problem, x: Array, way: Array) -> Mask:
    """Tell which points are on kinks that are no jumps."""
    kinks = problem.symbolic.continuous_kinks
    if not len(problem.run(kinks, x)):
        return np.zeros(len(x), dtype=bool)
    return np.asarray(_within(lambda points: problem.run(kinks, points).T, x, way).any(axis=1))


def _within(offsets: Callable[[Array], Array], x: Array, way: Array) -> Mask:
    """Tell which zeros are no farther off than a way in some variable."""
    here = offsets(x)
    change = np.zeros_like(here)
    for step in (*np.diag(way), *np.diag(-way)):
        change = np.fmax(change, np.abs(offsets(x + step) - here))
    return np.asarray(np.abs(here) <= change)


def _middle(point: Array, box: Box, width: Array) -> Array:
    """Give the middle of the cell of a point, so that all that lie in it are one; bounds stay."""
    size = _AT_JUMP * width
    return np.where(_held(point, box), point, np.round(point / size) * size + 0.0)


def _held(point: Array, box: Box) -> Mask:
    return np.asarray((point <= box.lower) | (point >= box.upper))


def _looked(
    jumps: Jumps,
    point: Array,
    params: Array,
    side: Array,
    close: Mask,
    box: Box,
    width: Array,
    work: Work,
) -> Told:
    """Look at a point with what is left of the work for all of them."""
    states = {int(i): int(side[i]) for i in np.flatnonzero(side != _NOT_THERE)}
    near = np.flatnonzero(close).tolist()
    held, mine = _held(point, box).tolist(), Work(min(_JUMP_WORK, work.left))
    most = mine.left
    try:
        given = point.tolist(), width.tolist(), held, params.tolist(), states, near
        return beside_jumps(jumps, *given, work=mine)
    except TooMuchError:
        return Told(Beside.INSIDE)
    finally:
        work.left -= most - max(mine.left, 0)
