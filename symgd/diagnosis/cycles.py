"""What fixed steps would go on to do: descend, cycle, wander or run away."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ..arrays import EPS, Array
from ..engine.drive.lanes import Ends
from ..engine.drive.slow import follow
from ..given.boxes import Box
from ..methods import Fixed
from ..problem import Problem
from .local import largest, total

_STEPS = 256  # steps: how far ahead; cycles up to half as long are found
_PATIENCE = 32  # times as far ahead: a run whose steps grow is away by then, or comes to a cycle
_STRIDES = 8  # steps: enough for a run that goes straight on
_TAIL = 4  # points: the last ones, which are kept
_SAME = 1e-6  # share of a cycle's width: two points this close are the same
_ROWS = 4096  # runs: followed at a time, for memory


class Course(IntEnum):
    """How a run goes on."""

    DESCENDING = 0
    CYCLING = 1
    ESCAPING = 2
    RESTING = 3  # the steps are too small to change x


def look_ahead(
    problem: Problem, method: Fixed, ends: Ends, box: Box, away: float
) -> npt.NDArray[np.int64]:
    """Tell how runs of fixed steps go on beyond their last epoch, with what they remember.

    Parameters
    ----------
    problem : Problem
        f.
    method : Fixed
        The steps; a setting may be an array with one value a run.
    ends : Ends
        Where the runs are.
    box : Box
        Bounds.
    away : float
        How far from where it is a run has escaped.

    Returns
    -------
    ndarray
        A `Course` each, ``(n,)``.
    """
    course = np.full(len(ends.x), Course.DESCENDING, dtype=np.int64)
    path, _ = follow(problem, method, ends, box, _STRIDES)
    doubtful = np.flatnonzero(~_strides_on(problem, path))
    for first in range(0, len(doubtful), _ROWS):
        rows = doubtful[first : first + _ROWS]
        its = problem.of(rows)
        path, after = follow(its, method.take(rows), ends.take(rows), box, _STEPS)
        values = its.values(path.reshape(-1, path.shape[2])).reshape(path.shape[:2])
        course[rows] = _course(path, values)
        finite = np.isfinite(values).all(axis=0)
        growing = np.flatnonzero(finite & (course[rows] == Course.ESCAPING))
        further = method.take(rows[growing]), after.take(growing)
        returns = growing[~_escapes(its.of(growing), *further, box, away)]
        course[rows[returns]] = Course.CYCLING
    return course


def cycle(
    problem: Problem, method: Fixed, ends: Ends, box: Box
) -> tuple[npt.NDArray[np.int64], Array]:
    """Follow runs that cycle or wander.

    Returns
    -------
    period : ndarray
        Lengths of the cycles, ``(n,)``; 0 for none.
    tail : ndarray
        Their last points, ``(k, n, n_vars)``.
    """
    period = np.zeros(len(ends.x), dtype=np.int64)
    tail = np.empty((_TAIL, *ends.x.shape))
    for first in range(0, len(ends.x), _ROWS):
        rows = np.arange(first, min(first + _ROWS, len(ends.x)))
        mine = problem.of(rows), method.take(rows), ends.take(rows)
        path, _ = follow(*mine, box, _STEPS)
        period[rows], tail[:, rows] = _period(path), path[-_TAIL:]
    return period, tail


def _escapes(
    problem: Problem, method: Fixed, ends: Ends, box: Box, away: float
) -> npt.NDArray[np.bool_]:
    """Tell which runs with growing steps get away, or at least take longer and longer ones.

    Near a minimum steps grow, too, but to those of a cycle.
    """
    escapes, start = np.zeros(len(ends.x), dtype=np.bool_), ends.x.copy()
    longest, longer = np.zeros(len(ends.x)), np.ones(len(ends.x), dtype=np.bool_)
    for _ in range(_PATIENCE):
        rows = np.flatnonzero(~escapes & longer)
        if not len(rows):
            break
        its = problem.of(rows)
        path, after = follow(its, method.take(rows), ends.take(rows), box, _STEPS)
        with np.errstate(all="ignore"):
            way = largest(np.abs(after.x - start[rows]))
            stride = largest(np.abs(np.diff(path, axis=0))).max(axis=0)
        escapes[rows] = ~(way <= away) | ~np.isfinite(its.values(after.x))
        longer[rows] = stride > longest[rows]
        longest[rows] = stride
        ends.put(rows, after)
    return escapes | longer


def _strides_on(problem: Problem, path: Array) -> npt.NDArray[np.bool_]:
    """Tell which runs go on in one direction, each step shorter than the last and downhill."""
    steps = np.diff(path, axis=0)
    with np.errstate(all="ignore"):
        lengths = total(steps**2)
        onward = total(steps[1:] * steps[:-1]) > 0.5 * lengths[1:]
        shrinking = (lengths[1:] < lengths[:-1]) & (lengths[1:] > 0)
        lower = problem.values(path[-1]) < problem.values(path[0])
    return np.asarray((onward & shrinking).all(axis=0) & lower)


def _course(path: Array, values: Array) -> npt.NDArray[np.int64]:
    with np.errstate(all="ignore"):
        noise = 16 * EPS * np.abs(values[:-1])
        falling = (np.diff(values, axis=0) <= noise).all(axis=0) & (values[-1] < values[0])
        quarter = _STEPS // 4
        start, end = _total(values[:quarter]) / quarter, _total(values[-quarter:]) / quarter
        width = values.max(axis=0) - values.min(axis=0)
        strides = largest(np.abs(np.diff(path, axis=0)))
        settling = strides[-quarter:].max(axis=0) < 0.5 * strides[:quarter].max(axis=0)
        way = largest(np.abs(path[-1] - path[0]))
        drifting = (way > 0.5 * _total(strides)) & (np.abs(end - start) <= noise[0])
        sinking = falling | settling | drifting | (end < start - 0.5 * width)
        growing = strides[-quarter:].max(axis=0) > 2 * strides[:quarter].max(axis=0)
        growing &= end > start
    lost = ~np.isfinite(values).all(axis=0)
    course = np.where(sinking, Course.DESCENDING, Course.CYCLING)
    course = np.where((growing & ~sinking) | lost, Course.ESCAPING, course)
    resting = (path[1] == path[0]).all(axis=1)
    return np.where(resting, Course.RESTING, course).astype(np.int64)


def _total(values: Array) -> Array:
    """Add up over the steps, one after the other, however many runs there are."""
    return np.asarray(np.cumsum(values, axis=0)[-1])


def _period(path: Array) -> npt.NDArray[np.int64]:
    """Give the shortest period of the second half of each path; 0 for none."""
    tail = path[_STEPS // 2 :]
    width = np.maximum(largest(tail.max(axis=0) - tail.min(axis=0)), 0.0)
    found = np.zeros(path.shape[1], dtype=np.int64)
    for p in range(1, _STEPS // 4 + 1):
        with np.errstate(all="ignore"):
            gap = largest(np.abs(tail[p:] - tail[:-p])).max(axis=0)
            found = np.where((found == 0) & (gap <= _SAME * width), p, found)
    return found
