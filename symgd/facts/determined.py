"""What is determined on a set of minima: the parts of f that are constant on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy

from ..arrays import Array, Mask
from ..given.boxes import Box
from ..problem import Problem
from ..results.runs import Minimum
from .known import Determined
from .motions import motions
from .parts import parts
from .valley import Valley, length, unit_vectors

_PLACES = 12  # points of a set: at all of them what is constant is compared
_STRIDE = 0.1  # share of the extent of a set: from one of these points to the next
_SHORTER_STRIDES = (1.0, 0.1, 0.01)  # times that: a longer one may leave the set
_LONE = 1e-2  # share of the searched region: the extent of a set that one run ended on
_CONSTANT = 1e-7  # share of what a part changes by across a set: on it, that is rounding
_ALL_OVER = 1e-3  # share of that change: at the ends of all runs there it is about the same
_NEAR = 1e-6  # share of a unit: differences over it give slopes of parts of f
_NEW = 1e-3  # share of the slope of a part: what the parts before it do not tell
_STRAIGHT = 1e-8  # share of the extent of a set: a flat one is bent by no more
_WHOLE = 1e-6  # share of the largest coefficient: others are this close to small fractions
_SHOWN_DIGITS = 4  # digits: of decimals in expressions that are told
_STEEP = 1e-2  # share of its change beside a set: an expression has such a slope, or tells nothing
_DENOMINATOR = 12  # largest coefficient: and denominator, of sums that are told


def determined(
    problem: Problem, minimum: Minimum, ends: Array, width: Array, box: Box
) -> Determined:
    """Find the shortest expressions that are the same all over a set of minima.

    They are parts of f or, on flat sets, sums of variables with small whole factors.

    Parameters
    ----------
    problem : Problem
        f.
    minimum : Minimum
        A set of minima: its dimension is above 0.
    ends : ndarray
        Where runs ended on it, ``(n, n_vars)``.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.
    box : Box
        Bounds.

    Returns
    -------
    Determined

    Examples
    --------
    >>> import symgd
    >>> r = symgd.minimize("(x + y - 1)**2")
    >>> box = Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> determined(r.problem, r.minima[0], r.runs.x, np.full(2, 20.0), box)
    Determined(parts=('x + y',), values=(1.0,), complete=True, motions=False)
    """
    wanted = len(minimum.x) - minimum.dimension
    if not box.bounded:
        moving = motions(problem)
        if moving is not None and moving.dimension == minimum.dimension:
            return Determined(motions=True)
    valley = Valley(problem, box, np.where(width > 0, width, 1.0))
    points = _places(valley, minimum)
    if not wanted or len(points) < 2:
        return Determined(complete=not wanted)
    found = [*parts(problem.symbolic), *_sums(problem, points / valley.unit, valley.unit)]
    constant = _constant(valley, points, ends, found)
    chosen = _independent(valley, points, list(constant), wanted)
    values = tuple(constant[part] for part in chosen)
    return Determined(tuple(map(_text, chosen)), values, len(chosen) == wanted)


def _text(part: sympy.Expr) -> str:
    """Write an expression, decimals to a few digits."""
    short = {number: sympy.Float(number, _SHOWN_DIGITS) for number in part.atoms(sympy.Float)}
    return str(part.xreplace(short))


def _places(valley: Valley, minimum: Minimum) -> Array:
    """Go along a set of minima, each time from the last point in another direction."""
    extent = float(valley.size(minimum.highest - minimum.lowest))
    stride = _STRIDE * (min(extent, 1.0) or _LONE)
    start = valley.settled(minimum.x[None])
    heights = np.fmax(valley.heights(start), valley.heights(minimum.x[None]))
    for smooth in (True, False):
        found = [start]
        for direction in unit_vectors(_PLACES, len(minimum.x)):
            frames = valley.frames(found[-1], np.array([smooth]))
            along = frames.along(direction[None])
            along /= max(float(length(along)[0]), np.finfo(float).tiny)
            for share in (sign * s for s in _SHORTER_STRIDES for sign in (1.0, -1.0)):
                y, good = valley.along(found[-1], frames, share * stride * along, heights)
                if good[0] and (y != found[-1]).any():
                    found.append(y)
                    break
        if len(found) > _PLACES // 2:
            return np.concatenate(found)
    return start


def _constant(
    valley: Valley, points: Array, ends: Array, found: Sequence[sympy.Expr]
) -> dict[sympy.Expr, float]:
    """Keep the expressions that are constant on a set, and not beside it; give their values."""
    problem = valley.problem
    evaluate = problem.symbolic.compile(found)
    n_vars = points.shape[1]
    far = valley.size(points - points[0]).max() * unit_vectors(2 * n_vars, n_vars)
    aside = valley.box.clip(points[0] + far * valley.unit)
    ends = np.concatenate([points[:1], ends])
    with np.errstate(all="ignore"):
        values, beside = problem.run(evaluate, points), problem.run(evaluate, aside)
        change = np.nanmax(np.abs(beside - values[:, :1]), axis=1, initial=0.0)
        kept = np.ptp(values, axis=1) <= _CONSTANT * change
        kept &= np.ptp(problem.run(evaluate, ends), axis=1) <= _ALL_OVER * change
        slopes = np.median(length(_slopes(valley, points, found)), axis=1)
        kept &= slopes * length(far).max() > _STEEP * change
    known = np.where(np.abs(values[:, 0]) > _CONSTANT * change, values[:, 0], 0.0).tolist()
    each = zip(found, known, kept & (change > 0), strict=True)
    return {part: value for part, value, keep in each if keep}


def _independent(
    valley: Valley, points: Array, found: Sequence[sympy.Expr], wanted: int
) -> list[sympy.Expr]:
    """Choose the first expressions of which none follows from others, as many as there are."""
    if not found:
        return []
    slopes = _slopes(valley, points, found)
    chosen: list[int] = []
    basis = np.zeros((len(points), 0, points.shape[1]))
    for i in range(len(found)):
        size = length(slopes[i])
        with np.errstate(invalid="ignore", divide="ignore"):
            rest = slopes[i] / size[:, None]
        rest = rest - np.einsum("pk,pki->pi", np.einsum("pki,pi->pk", basis, rest), basis)
        left = length(rest)
        if not np.median(np.where(np.isfinite(left), left, 0.0)) > _NEW:
            continue
        chosen.append(i)
        basis = np.concatenate([basis, np.nan_to_num(rest / left[:, None])[:, None]], axis=1)
        if len(chosen) == wanted:
            break
    return [found[i] for i in chosen]


def _slopes(valley: Valley, points: Array, found: Sequence[sympy.Expr]) -> Array:
    """Give the slopes of expressions in units, ``(n_expressions, n_points, n_vars)``."""
    problem, n_vars = valley.problem, points.shape[1]
    evaluate = problem.symbolic.compile(found)
    shifts = _NEAR * np.eye(n_vars) * valley.unit
    sides = [
        problem.run(evaluate, (points[:, None] + side * shifts).reshape(-1, n_vars))
        for side in (1, -1)
    ]
    return (sides[0] - sides[1]).reshape(len(found), len(points), n_vars) / (2 * _NEAR)


def _sums(problem: Problem, points: Array, unit: Array) -> list[sympy.Expr]:
    """Give sums of variables that are constant where a set is flat; points are in units."""
    ways = points[1:] - points[0]
    _, sizes, vectors = np.linalg.svd(ways)
    rank = int((sizes > _STRAIGHT * sizes[0]).sum()) if len(sizes) else 0
    rows = _reduced(vectors[rank:] / unit)
    whole = [_whole(row) for row in rows]
    return [
        sympy.Add(*[c * v for c, v in zip(row, problem.variables, strict=True)])
        for row in whole
        if row is not None
    ]


def _reduced(rows: Array) -> Array:
    """Bring rows into reduced echelon form: each begins with a 1 that stands alone."""
    rows, done = rows.copy(), 0
    sizes = np.abs(rows).max(axis=0, initial=0.0)
    for column in range(rows.shape[1]):
        if done == len(rows):
            break
        pivot = done + int(np.abs(rows[done:, column]).argmax())
        if np.abs(rows[pivot, column]) <= _STRAIGHT * sizes.max():
            continue
        rows[[done, pivot]] = rows[[pivot, done]]
        rows[done] /= rows[done, column]
        others = np.arange(len(rows)) != done
        rows[others] -= rows[others, column][:, None] * rows[done]
        done += 1
    return rows[:done]


def _whole(row: Array) -> list[int] | None:
    """Give a row times the smallest number that makes it whole; None where none does."""
    for factor in range(1, _DENOMINATOR + 1):
        scaled = row * factor
        near: Mask = np.abs(scaled - np.round(scaled)) <= _WHOLE * np.abs(scaled).max()
        if near.all() and np.abs(scaled).max() <= _DENOMINATOR:
            return [int(c) for c in np.round(scaled)]
    return None
