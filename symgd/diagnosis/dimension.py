"""Of which dimension the set of minima is that a minimum belongs to: 0 for a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Mask, Whole
from ..facts.valley import Frames, Valley, length, unit_vectors
from ..given.boxes import Box
from ..problem import Problem
from ..status import Kind
from .kinds import near_kink
from .levels import LEAST_SET, REACHES, WAYS, way_along
from .local import portions

_TWICE = 2  # of these distances: f must be level at so many
_MOVED = 0.2  # share of a step: one whose end is nearer has come back to where it began
_FLATTEST = 0.15  # share of the longest extent of a piece of a set: a shorter one is its bend
_VARIES = 1e-6  # share of a step along a set: a variable that changes by less is the same on it
_MEMBERS_ASKED = 5  # minima of a set: most of them tell its dimension


@dataclass(frozen=True)
class Extent:
    """How large a set of minima is, as a `Minimum` says it."""

    dimension: int
    lowest: Array
    highest: Array
    varies: Mask


def extents(
    problem: Problem, x: Array, kind: Whole, groups: Sequence[Whole], width: Array, box: Box
) -> list[Extent]:
    """Tell how large the sets are that minima form.

    Parameters
    ----------
    problem : Problem
        f.
    x, kind : ndarray
        The minima, ``(n, n_vars)``, and codes of their `Kind`, ``(n,)``.
    groups : sequence of ndarray
        The rows of each set.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.
    box : Box
        Bounds.

    Returns
    -------
    list of Extent
    """
    weak = kind != Kind.MINIMUM
    unknown = [i for i, mine in enumerate(groups) if weak[mine].any()] if weak.any() else []
    valley = Valley(problem, box, np.where(width > 0, width, 1.0))
    found = _sets(valley, x, kind, [groups[i] for i in unknown])
    sets = dict(zip(unknown, found, strict=True))
    points = x[[mine[0] for mine in groups]]
    return [sets.get(i) or _point(point) for i, point in enumerate(points)]


def within(problem: Problem, x: Array, kind: Whole) -> Mask:
    """Tell which minima may lie inside a set, not on the kinks at its edges."""
    weak = kind == Kind.WEAK_MINIMUM
    return np.asarray(weak & ~near_kink(problem, x)) if weak.any() else weak


def _point(x: Array) -> Extent:
    return Extent(0, x, x, np.zeros(len(x), dtype=np.bool_))


def _sets(valley: Valley, x: Array, kind: Whole, groups: Sequence[Whole]) -> list[Extent]:
    """Ask some minima of each set for its dimension, all at once: those inside, where there are."""
    if not groups:
        return []
    interior = within(valley.problem, x, kind)
    asked = [_asked(valley, x, kind, interior, mine) for mine in groups]
    points, smooth = (np.concatenate(column) for column in zip(*asked, strict=True))
    counts = [len(some) for some, _ in asked]
    ends = np.cumsum(counts)[:-1]
    reach = np.repeat([_reach(valley, x[mine]) for mine in groups], counts)
    probes = 2 * len(REACHES) * WAYS * x.shape[1] ** 2
    parts = [
        dimensions(valley, points[part], reach[part], smooth[part])
        for part in portions(np.arange(len(points)), probes)
    ]
    numbers, varies = (np.concatenate(column) for column in zip(*parts, strict=True))
    each = zip(groups, np.split(numbers, ends), np.split(varies, ends), strict=True)
    return [_extent(x[mine], dimension, its) for mine, dimension, its in each]


def _asked(
    valley: Valley, x: Array, kind: Whole, interior: Mask, mine: Whole
) -> tuple[Array, Mask]:
    """Give some minima of a set, and where f is smooth: those inside, or halfway between edges."""
    inside = mine[interior[mine]]
    some = _some(inside if len(inside) else mine)
    if len(some) > 1:
        others = np.roll(some, len(some) // 2)
        between, heights = (x[some] + x[others]) / 2, valley.heights(x[mine]).max()
        level = valley.level(between, np.full(len(some), heights))
        between = between[level & ~near_kink(valley.problem, between)]
        if len(between):
            return between, np.ones(len(between), dtype=np.bool_)
    return x[some], kind[some] != Kind.KINK_MINIMUM


def _some(rows: Whole) -> Whole:
    return rows[np.unique(np.linspace(0, len(rows) - 1, _MEMBERS_ASKED).astype(np.int64))]


def _extent(x: Array, numbers: Whole, varies: Mask) -> Extent:
    """Take what most minima of a set say, the larger of two dimensions that as many do."""
    counts = np.bincount(numbers)
    dimension = len(counts) - 1 - int(counts[::-1].argmax())
    if not dimension:
        return _point(x[0])
    return Extent(dimension, x.min(axis=0), x.max(axis=0), np.asarray(varies.any(axis=0)))


def _reach(valley: Valley, x: Array) -> float:
    """Give the size of a set, as far as it is known."""
    size = float(valley.size(x.max(axis=0) - x.min(axis=0)))
    return min(max(size, LEAST_SET), 1.0)


def dimensions(valley: Valley, x: Array, reach: Array, smooth: Mask) -> tuple[Whole, Mask]:
    """Tell how many directions lead from minima along which f stays as low.

    A direction counts if f is the same to rounding at clearly different points, at several
    distances: 0 is no valley of ``x**4``, though its second derivative vanishes there.

    Parameters
    ----------
    valley : Valley
        f, the bounds, and the size of the region that was searched.
    x : ndarray
        Minima, ``(n, n_vars)``.
    reach : ndarray
        How far the set of each is known to go, in units of the valley, ``(n,)``.
    smooth : ndarray
        Whether f has a Hessian there, ``(n,)``.

    Returns
    -------
    dimension : ndarray
        ``(n,)``.
    varies : ndarray
        Which variables change along the set, ``(n, n_vars)``.
    """
    heights = valley.heights(x)
    frames = valley.frames(x, np.ones(len(x), dtype=bool))
    found = frames.dimension
    level, varies = np.zeros(len(x), dtype=bool), np.zeros(x.shape, dtype=bool)
    rows = np.flatnonzero(smooth)
    if len(rows):
        its = frames.take(rows)
        level[rows], varies[rows] = _along(valley, x[rows], its, heights[rows], reach[rows])
    rows = np.flatnonzero(~level & smooth)
    if len(rows):
        its = valley.narrowed(x[rows], frames.take(rows), heights[rows])
        sure, varies[rows] = _along(valley, x[rows], its, heights[rows], reach[rows])
        found[rows], level[rows] = its.dimension, sure & (its.dimension > 0)
    unsure = np.flatnonzero(~level)
    if len(unsure):
        around = _around(valley, x[unsure], heights[unsure], reach[unsure])
        found[unsure], varies[unsure] = around
    return found, varies & (found > 0)[:, None]


def _along(
    valley: Valley, x: Array, frames: Frames, heights: Array, reach: Array
) -> tuple[Mask, Mask]:
    """Tell where f is level along all directions in which it is not curved."""
    ways = np.stack([way_along(frames, way) for way in unit_vectors(WAYS, x.shape[1])])
    far = np.array([(share, -share) for share in REACHES])[:, :, None, None]
    steps = far[..., None] * reach[:, None] * ways  # (n_reaches, 2, n_ways, n, n_vars)
    each = np.tile(np.arange(len(x)), steps[..., 0, 0].size)
    flat = steps.reshape(-1, x.shape[1])
    y, good = valley.along(x[each], frames.take(each), flat, heights[each])
    good &= valley.size(y - x[each]) > (1 - _MOVED) * length(flat)
    varies = good[:, None] & _different(valley, x[each], y)
    one_side = np.asarray(good.reshape(steps.shape[:-1]).any(axis=1))
    level = np.asarray(one_side.all(axis=1))
    several = np.count_nonzero(level, axis=0) >= _TWICE
    curved = frames.dimension == 0
    sure = several & ~curved | curved & frames.convex
    return sure, np.asarray(varies.reshape(-1, *x.shape).any(axis=0))


def _around(valley: Valley, x: Array, heights: Array, reach: Array) -> tuple[Whole, Mask]:
    """Go down again from points all around minima: where that leads elsewhere is their set."""
    n_vars = x.shape[1]
    sides, fars = unit_vectors(4 * n_vars + 8, n_vars), np.array(REACHES)
    far = fars[:, None, None] * reach  # (n_reaches, 1, n)
    steps = far[..., None] * sides[:, None]  # (n_reaches, n_sides, n, n_vars)
    beside = valley.box.clip(x + steps * valley.unit).reshape(-1, n_vars)
    each = np.tile(heights, steps[..., 0, 0].size)
    y = valley.down(beside, each)
    good = valley.level(y, each).reshape(steps.shape[:-1])
    ways = (y.reshape(steps.shape) - x) / valley.unit
    good &= (length(ways) > _MOVED * far) & (length(ways) < far / _MOVED)
    ways = np.where(good[..., None], ways, 0.0) / far[..., None]
    sizes = np.linalg.svd(ways.swapaxes(1, 2), compute_uv=False)  # (n_reaches, n, n_vars)
    ranks = (sizes > _FLATTEST * sizes.max(axis=2, keepdims=True)).sum(axis=2)
    seen = np.count_nonzero(ranks, axis=0) >= _TWICE
    least = np.where(ranks == 0, n_vars, ranks).min(axis=0)
    varies = np.asarray((np.abs(ways) > _VARIES).any(axis=(0, 1)))
    return np.where(seen, least, 0), varies


def _different(valley: Valley, x: Array, y: Array) -> Mask:
    """Tell in which variables points differ from where a step began."""
    ways = np.abs(y - x) / valley.unit
    return np.asarray(ways > _VARIES * ways.max(axis=1, keepdims=True))
