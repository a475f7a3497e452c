"""Points on smooth sets of minima: f is level along them and rises across, as doubles show."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Mask, Whole
from ..facts.absorbed import absorbed
from ..facts.cancellation import rounding
from ..facts.valley import UNEVEN, Frames, Valley, length, unit_vectors
from ..given.boxes import Box
from ..problem import Problem
from .local import portions

REACHES = (0.1, 0.01, 0.001)  # shares of the size of a set: f is asked that far along it
WAYS = 3  # directions: random ones along a valley, each to both sides
LEAST_SET = 1e-2  # share of the searched region: a set is followed so far, at least
_UNCHANGED = 1e-6  # length: that much of a random direction of length 1 leads along a valley
_MOVED_BY = 0.8  # share of a step: where doubles are so coarse that less is made, nothing shows
_ASKED_WAYS = 16  # directions: random ones around a point of a set, none of which leads down
_SMALLEST_LENGTH = 1e-300  # length: a shorter direction is none


def on_level_sets(problem: Problem, points: Array, box: Box, width: Array) -> Mask:
    """Tell which points f is level beside, to rounding, in all directions in which it may be.

    f curves up in all others, and nothing that varies is lost in doubles near the point.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    points : ndarray
        Where the gradient is zero, ``(n, n_vars)``.
    box : Box
        Bounds; points on them are left out.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    ndarray
        ``(n,)``; of each point the same whichever others there are.
    """
    found = np.zeros(len(points), dtype=bool)
    inside = np.flatnonzero(((points > box.lower) & (points < box.upper)).all(axis=1))
    probes = max(2 * len(REACHES) * WAYS, _ASKED_WAYS + points.shape[1])
    for rows in portions(inside, probes * points.shape[1]):
        valley = Valley(problem.of(rows), box, width)
        rows = rows[~lost_around(valley, points[rows])]
        if len(rows):
            found[rows] = _level(Valley(problem.of(rows), box, width), points[rows])
    return found


def lost_around(valley: Valley, x: Array) -> Mask:
    """Tell where a part of f is lost not only at a point, but as far around as f is asked."""
    lost = np.flatnonzero(absorbed(valley.problem, x))
    far = REACHES[0] * LEAST_SET * valley.unit
    for way in unit_vectors(WAYS, x.shape[1]):
        for side in (far, -far):
            problem = valley.problem.of(lost)
            lost = lost[absorbed(problem, valley.box.clip(x[lost] + side * way))]
    return np.isin(np.arange(len(x)), lost)


def _level(valley: Valley, x: Array) -> Mask:
    frames = valley.frames(x, np.ones(len(x), dtype=bool))
    found = np.zeros(len(x), dtype=bool)
    some = (frames.dimension > 0) & (frames.dimension < x.shape[1])
    rows = np.flatnonzero(frames.convex & some)
    if len(rows):
        rows = rows[_level_along(valley, x, frames, rows)]
        found[rows] = _falls_nowhere(valley.of(rows), x[rows], frames.take(rows))
    return found


def _level_along(valley: Valley, x: Array, frames: Frames, rows: Whole) -> Mask:
    """Tell from which points f stays level to both sides along their valleys."""
    valley, x, frames = valley.of(rows), x[rows], frames.take(rows)
    ways = np.stack([way_along(frames, way) for way in unit_vectors(WAYS, x.shape[1])])
    far = np.array([(share, -share) for share in REACHES]).reshape(-1, 1, 1, 1)
    steps = far * LEAST_SET * ways  # (2 * n_reaches, n_ways, n, n_vars)
    each = np.tile(np.arange(len(x)), steps[..., 0, 0].size)
    flat = steps.reshape(-1, x.shape[1])
    heights, values = valley.heights(x), valley.problem.values(x)
    y, good = valley.along(x[each], frames.take(each), flat, heights[each])
    good &= valley.size(y - x[each]) > _MOVED_BY * length(flat)
    noise = UNEVEN * ((heights - values)[each] + rounding(valley.problem, y))
    good &= valley.problem.values(y) >= values[each] - noise
    return np.asarray(good.reshape(-1, len(x)).all(axis=0))


def _falls_nowhere(valley: Valley, x: Array, frames: Frames) -> Mask:
    """Tell where f rises on both sides in each direction across a valley, and falls in none."""
    values, noise = valley.problem.values(x), rounding(valley.problem, x)
    sizes = np.fmax(length(frames.across.swapaxes(1, 2)), _SMALLEST_LENGTH)
    across = (frames.across / sizes[:, None]).transpose(2, 0, 1)
    around = [np.broadcast_to(way, x.shape) for way in unit_vectors(_ASKED_WAYS, x.shape[1])]
    ways = np.stack([*across, *around])  # (n_ways, n, n_vars)
    rises = np.arange(len(ways))[:, None] < len(across)
    found = np.ones(len(x), dtype=bool)
    for share in (side * reach * LEAST_SET for reach in REACHES for side in (1, -1)):
        beside = valley.box.clip(x + share * ways * valley.unit).reshape(-1, x.shape[1])
        change = valley.problem.values(beside).reshape(len(ways), -1) - values
        right = change > np.where(rises, noise, -noise)
        some = np.flatnonzero(~(right | rises))  # these fall, if it is not rounding
        rows = some % len(x)
        scattered = rounding(valley.problem.of(rows), beside[some])
        right.flat[some] = change.flat[some] > -noise[rows] - scattered
        found &= (right | ~np.any(ways, axis=-1)).all(axis=0)
    return found


def way_along(frames: Frames, direction: Array) -> Array:
    """Give a direction along valleys, of length 1; 0 where there is none."""
    along = frames.along(np.broadcast_to(direction, frames.tangent.shape[:2]))
    size = length(along)[:, None]
    with np.errstate(invalid="ignore"):
        return np.where(size > _UNCHANGED, along / size, 0.0)
