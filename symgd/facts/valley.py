"""The floor of a valley: along it from a minimum, and back down to where f is as low."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import Array, Mask, Whole
from ..given.boxes import Box
from ..problem import Problem
from .cancellation import rounding_between_jumps

_UNCURVED = 1e-8  # share of the largest curvature: f may be level in such a direction
_LEAST_VALUE = 1e-290  # value of f: below it doubles have lost digits
_UNSLOPED = 1e-4  # share of the largest squared slope nearby: as before, where f is not smooth
_STEPS_BACK = 8  # Newton steps: back to the floor; each doubles the digits
_TINY = 1e-12  # times the curvature across: added, so that no equation is singular
_STEPS_DOWN = 48  # steps: down to the floor by f and its gradient, each with the order so far
_ORDERS = 24.0  # order: f rises from its floor by a power of the distance, at most this
_A_LITTLE_ALONG = 1e-4  # share of a unit: where slopes along a valley are asked for
_BESIDE_FLOOR = 1e-5  # share of a unit: where slopes beside a point are asked for
_CHANGED = 5.0  # times the curvature across a valley: more means that it may be another one
UNEVEN = 16.0  # times the rounding of f: squares of next to nothing scatter by so much
_TRUE = 0.3  # share of a step along the floor: the way back to it is shorter


@dataclass(frozen=True)
class Frames:
    """Where a valley leads at points, in units of each variable.

    Attributes
    ----------
    tangent : ndarray
        Projection on the directions in which f may be level, ``(n, n_vars, n_vars)``.
    across : ndarray
        The others as columns, so long that f has curvature 1 along them, ``(n, n_vars, n_vars)``;
        the rest are 0.
    smooth : ndarray
        Whether that is by the Hessian, ``(n,)``, and not by slopes nearby.
    convex : ndarray
        Whether no curvature is negative, ``(n,)``.
    narrow : ndarray
        Whether directions without curvature are left out in which f rises, ``(n,)``.
    """

    tangent: Array
    across: Array
    smooth: Mask
    convex: Mask
    narrow: Mask

    @property
    def there(self) -> Mask:
        """Which columns of `across` are directions, ``(n, n_vars)``."""
        return np.asarray(self.across.any(axis=1))

    @property
    def dimension(self) -> Whole:
        """The number of directions in which f may be level, ``(n,)``."""
        return np.asarray(np.rint(np.trace(self.tangent, axis1=1, axis2=2)), dtype=np.int64)

    def take(self, rows: Any) -> Frames:
        """Give those of some points."""
        return Frames(**{name: column[rows] for name, column in vars(self).items()})

    def put(self, rows: Any, other: Frames) -> None:
        """Replace those of some points, in place."""
        for name, column in vars(self).items():
            column[rows] = getattr(other, name)

    def along(self, directions: Array) -> Array:
        """Give the part of directions that leads along the valley."""
        return turned(self.tangent, directions)


def turned(matrices: Array, vectors: Array) -> Array:
    """Multiply matrices ``(n, i, j)`` by vectors ``(n, j)``."""
    return np.asarray(np.einsum("nij,nj->ni", matrices, vectors))


@dataclass(frozen=True)
class Valley:
    """Where f is as low as at minima.

    Attributes
    ----------
    problem : Problem
        f.
    box : Box
        Bounds.
    unit : ndarray
        A length in each variable in which f is looked at, ``(n_vars,)``.
    """

    problem: Problem
    box: Box
    unit: Array

    def of(self, rows: Any) -> Valley:
        """Give the valleys of some runs."""
        return replace(self, problem=self.problem.of(rows))

    def frames(self, points: Array, smooth: Mask) -> Frames:
        """Tell where the valley leads: by the Hessian, or else by slopes beside the points.

        Beside ``abs(u)`` and ``u**4`` all slopes are across the valley, where u is not 0. A
        variable that is held by its bound stays.
        """
        curvatures = self._curvatures(points, smooth)
        top = curvatures.max(axis=(1, 2))
        free = ~self._held(points, np.where(smooth, top, np.sqrt(np.abs(top))))
        least = np.where(smooth, _UNCURVED, _UNSLOPED)
        return _split(curvatures, free, least, smooth)

    def narrowed(self, points: Array, frames: Frames, heights: Array) -> Frames:
        """Leave out the directions in which f is flat only to second order, as in z for ``z**4``.

        Those are where slopes point to, a little way along, where f is higher than on the floor.
        """
        shape = points.shape
        squares = np.zeros((*shape, shape[1]))
        for direction in unit_vectors(2 * shape[1], shape[1]):
            along = frames.along(np.broadcast_to(_A_LITTLE_ALONG * direction, shape))
            y, _ = self._back(self.box.clip(points + along * self.unit), frames, heights)
            slopes = frames.along(self.problem.gradients(y) * self.unit)
            slopes[self.level(y, heights)] = 0.0
            squares += slopes[:, :, None] * slopes[:, None]
        squares[~np.isfinite(squares).all(axis=(1, 2))] = 0.0
        free = np.asarray(frames.tangent.any(axis=1))
        across = _split(squares, free, np.full(len(points), _UNSLOPED), frames.smooth)
        tangent = np.asarray(frames.tangent @ across.tangent @ frames.tangent)
        return replace(frames, tangent=tangent, narrow=np.ones(len(points), dtype=bool))

    def _held(self, points: Array, sizes: Array) -> Mask:
        """Tell which variables their bounds hold back, by more than rounding."""
        slopes = self.problem.gradients(points)
        firm = np.abs(slopes * self.unit) > _UNCURVED * sizes[:, None]
        return self.box.held(points, slopes) & firm

    def _curvatures(self, points: Array, smooth: Mask) -> Array:
        """Give Hessians, or squares of slopes beside the points, in units."""
        if smooth.all():
            return self._hessians(points)
        curvatures = self._slopes(points)
        if smooth.any():
            curvatures[smooth] = self._hessians(points[smooth])
        return curvatures

    def _hessians(self, points: Array) -> Array:
        hessians = self.problem.hessians(points) * self.unit * self.unit[:, None]
        hessians[~np.isfinite(hessians).all(axis=(1, 2))] = 0.0
        return hessians

    def _slopes(self, points: Array) -> Array:
        n_vars = points.shape[1]
        aside = _BESIDE_FLOOR * unit_vectors(2 * n_vars + 2, n_vars)
        around = self.box.clip(points + aside[:, None] * self.unit)
        slopes = self.problem.gradients(around.reshape(-1, n_vars)).reshape(around.shape)
        slopes = np.where(np.isfinite(slopes), slopes * self.unit, 0.0)
        return np.asarray(np.einsum("dni,dnj->nij", slopes, slopes))

    def heights(self, points: Array) -> Array:
        """Give f at points, with its rounding."""
        return (
            self.problem.values(points)
            + rounding_between_jumps(self.problem, points)
            + _LEAST_VALUE
        )

    def level(self, points: Array, heights: Array) -> Mask:
        """Tell where f is no higher than it is said to be, but for rounding."""
        with np.errstate(invalid="ignore"):
            excess = self.problem.values(points) - heights
            level = excess <= 0
            above = np.flatnonzero(~level)
            level[above] = excess[above] <= UNEVEN * rounding_between_jumps(
                self.problem, points[above]
            )
        return np.asarray(level)

    def along(
        self, points: Array, frames: Frames, steps: Array, heights: Array
    ) -> tuple[Array, Mask]:
        """Go along the valley: a step in units, then back down to the floor across it.

        Parameters
        ----------
        points : ndarray
            Where, ``(n, n_vars)``.
        frames : Frames
            Where the valley leads there.
        steps : ndarray
            The steps, in units, ``(n, n_vars)``.
        heights : ndarray
            f on the floor, with its rounding, ``(n,)``.

        Returns
        -------
        points : ndarray
            Where that leads, ``(n, n_vars)``.
        level : ndarray
            Whether f is as low there, and the way back to the floor was short, ``(n,)``.
        """
        aside = self.box.clip(points + steps * self.unit)
        y, good = aside.copy(), np.zeros(len(points), dtype=bool)
        for rows, back in (
            (np.flatnonzero(frames.smooth), self._back),
            (np.flatnonzero(~frames.smooth), self._down),
        ):
            if len(rows):
                y[rows], good[rows] = back(aside[rows], frames.take(rows), heights[rows])
        good &= self.size(y - aside) <= _TRUE * length(steps)
        near = np.flatnonzero(good)
        good[near] = self.level(y[near], heights[near])
        return y, good

    def settled(self, points: Array) -> Array:
        """Move points that are close to the floor of a valley onto it, where f is smooth."""
        frames = self.frames(points, np.ones(len(points), dtype=bool))
        y, good = self._back(points, frames, np.full(len(points), -np.inf))
        return np.where(good[:, None], y, points)

    def size(self, ways: Array) -> Array:
        """Measure ways in units."""
        return length(ways / self.unit)

    def _back(self, points: Array, frames: Frames, heights: Array) -> tuple[Array, Mask]:
        """Take Newton steps across the valley until f is as low, or as long as they shrink.

        Tell if it is the same valley.
        """
        y, last = points.copy(), np.full(len(points), np.inf)
        good, rows = np.ones(len(points), dtype=bool), np.arange(len(points))
        across, unit = frames.across, np.eye(points.shape[1])
        rest = unit * ~frames.there[:, None] + _TINY * unit
        for _ in range(_STEPS_BACK):
            its = across[rows]
            curved = its.swapaxes(1, 2) @ self._hessians(y[rows]) @ its
            slopes = turned(its.swapaxes(1, 2), self.problem.gradients(y[rows]) * self.unit)
            good[rows] = _alike(curved, frames.there[rows]) & np.isfinite(slopes).all(axis=1)
            on = good[rows]
            rows, its, curved, slopes = rows[on], its[on], curved[on], slopes[on]
            solved = np.asarray(
                np.linalg.solve(curved + rest[rows], slopes[..., None]), dtype=float
            )
            size = length(solved[..., 0])
            shrinks = size < last[rows]
            last[rows] = size
            rows, steps = rows[shrinks], (its @ solved)[shrinks, :, 0]
            if not len(rows):
                break
            y[rows] = self.box.clip(y[rows] - steps * self.unit)
            rows = rows[~(self.problem.values(y[rows]) <= heights[rows])]
            if not len(rows):
                break
        return y, good

    def _down(self, points: Array, frames: Frames, heights: Array) -> tuple[Array, Mask]:
        """Go down across the valley by f and its gradient; tell if it is the same valley."""
        y = self.down(points, heights, np.eye(points.shape[1]) - frames.tangent)
        curved = np.einsum("nik,nij,njk->nk", frames.across, self._slopes(y), frames.across)
        return y, _alike(curved[:, :, None] * np.eye(points.shape[1]), frames.there)

    def down(self, points: Array, heights: Array, across: Array | None = None) -> Array:
        """Go down by f and its gradient alone, across the valley or all the way.

        Where f rises from its floor by the p-th power of the distance, a step to where its
        tangent plane is as low goes 1/p of the way; p is found from how the steps shrink.
        See B. T. Polyak, "Minimization of unsmooth functionals", USSR Computational Mathematics
        and Mathematical Physics 9(3), 14-29 (1969), doi:10.1016/0041-5553(69)90061-5.
        """
        y, order = points.copy(), np.ones(len(points))
        last = np.full(len(points), np.inf)
        rows = np.arange(len(points))
        for _ in range(_STEPS_DOWN):
            above = self.problem.values(y[rows]) - heights[rows]
            slopes = self.problem.gradients(y[rows]) * self.unit
            if across is not None:
                slopes = turned(across[rows], slopes)
            with np.errstate(all="ignore"):
                steep = length(slopes)
                way = above / steep  # 1/p of the way to the floor
                learnt = order[rows] / (1 - way / last[rows])
                known = np.isfinite(learnt) & (learnt >= 1) & (learnt <= _ORDERS)
                order[rows] = np.where(known, learnt, order[rows])
                last[rows] = way
                steps = -(order[rows] * way / steep)[:, None] * slopes
            on = (above > 0) & np.isfinite(steps).all(axis=1)
            if not on.any():
                break
            rows = rows[on]
            y[rows] = self.box.clip(y[rows] + steps[on] * self.unit)
        return y


def _split(curvatures: Array, free: Mask, least: Array, smooth: Mask) -> Frames:
    """Tell apart the directions that are curved and those that are not, of free variables."""
    both = free[:, :, None] & free[:, None, :]
    values, vectors = np.linalg.eigh(curvatures * both)
    sizes = np.abs(values)
    level = sizes <= least[:, None] * sizes.max(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        lengths = np.where(level, 0.0, 1 / np.sqrt(sizes))
    null = vectors * level[:, None]
    tangent = (null @ null.swapaxes(1, 2)) * both
    convex = (level | (values > 0)).all(axis=1)
    return Frames(tangent, vectors * lengths[:, None], smooth, convex, np.zeros_like(smooth))


def _alike(curved: Array, there: Mask) -> Mask:
    """Tell where f is curved across the valley about as it was, which is 1."""
    rises = np.diagonal(curved, axis1=1, axis2=2)
    with np.errstate(invalid="ignore"):
        ordinary = (rises > 1 / _CHANGED) & (rises < _CHANGED)
    return np.asarray((ordinary | ~there).all(axis=1))


def length(vectors: Array) -> Array:
    """Give the Euclidean length over the last axis."""
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", vectors, vectors)))


def unit_vectors(count: int, n_vars: int) -> Array:
    """Give random directions of length 1, the same ones always, ``(count, n_vars)``."""
    vectors = np.random.default_rng(0).standard_normal((count, n_vars))
    return np.asarray(vectors / length(vectors)[:, None])
