"""The quadratic model of f around points, in units of its own curvature.

Variables are scaled by the square roots of the diagonal of the Hessian, so nothing here depends
on the unit of a variable, nor on a factor of f.  A variable that its bound holds back, by the
sign of the gradient, is left out of the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arrays import EPS, Array, Indices, Mask
from ..given.boxes import Box
from ..problem import Problem

TOUCHING = 1e-9  # share of the searched region: as good as none
PERTURBED = 32 * EPS  # share of x: its rounding along a run, at most
SINGULAR = 1e-8  # scaled eigenvalue: one this small leaves open what a point is
_BALANCED = 1 + 1e-9  # scaled entry: a larger one asks for another scale
_BALANCINGS = 3  # rounds: more change a scale by next to nothing
_TOGETHER = 2**17  # coordinates: of probes that are thought of at once, for memory
_NULL = 1e-13  # scaled eigenvalue: one this small is rounding, and no step is taken from it


def pick(points: Array, rows: npt.NDArray[np.intp]) -> Array:
    """Give some of many points, which lie in memory by columns."""
    return np.take(points.T, rows, axis=1).T


def put(points: Array, rows: npt.NDArray[np.intp], values: Array) -> None:
    """Replace some of many points, which lie in memory by columns."""
    for column, mine in zip(points.T, values.T, strict=True):
        column[rows] = mine


def portions(rows: Indices, coordinates: int) -> Iterator[Indices]:
    """Give rows bit by bit, where each takes so many coordinates of probes."""
    size = max(_TOGETHER // coordinates, 1)
    for first in range(0, len(rows), size):
        yield rows[first : first + size]


def total(entries: Array) -> Array:
    """Add up over the last axis, from the first entry on.

    NumPy's own order depends on how many rows there are and on how they lie in memory.
    """
    return reduce(np.add, [entries[..., i] for i in range(entries.shape[-1])])


def largest(entries: Array) -> Array:
    """Give the largest over the last axis, which is short: NumPy's own takes ten times as long."""
    return reduce(np.maximum, [entries[..., i] for i in range(entries.shape[-1])])


def every(mask: Mask) -> Mask:
    """Tell where all of the last axis hold, which is short, as `largest`."""
    return reduce(np.logical_and, [mask[..., i] for i in range(mask.shape[-1])])


def times(matrices: Array, vectors: Array) -> Array:
    """Multiply matrices ``(n, i, j)`` by vectors ``(n, j)``, each sum in the order of j."""
    return reduce(np.add, (matrices[:, :, j] * v[:, None] for j, v in enumerate(vectors.T)))


@dataclass(frozen=True)
class Model:
    """The quadratic model at points, in scaled coordinates.

    Attributes
    ----------
    gradient : ndarray
        Gradient at the points, ``(n, n_vars)``, as f has it.
    held : ndarray
        Variables left out, ``(n, n_vars)``.
    scale : ndarray
        Length of one unit of each variable, ``(n, n_vars)``.
    eigenvalues : ndarray
        Of the scaled Hessian, ascending, ``(n, n_vars)``; 1 for a variable left out.
    vectors : ndarray
        Their directions, as columns, ``(n, n_vars, n_vars)``.
    slopes : ndarray
        The scaled gradient along those directions, ``(n, n_vars)``.
    hessian : ndarray
        The Hessian itself, ``(n, n_vars, n_vars)``.
    """

    gradient: Array
    held: Mask
    scale: Array
    eigenvalues: Array
    vectors: Array
    slopes: Array
    hessian: Array

    @property
    def convex(self) -> Mask:
        """Whether no eigenvalue is clearly negative, and one is clearly positive."""
        low, high = self.eigenvalues[:, 0], self.eigenvalues[:, -1]
        return np.asarray((low > -SINGULAR) & (high > SINGULAR))

    @property
    def finite(self) -> Mask:
        """Whether the model exists."""
        return np.asarray(np.isfinite(self.slopes).all(axis=1))

    def take(self, rows: Any) -> Model:
        """Give the model at some of the points."""
        return Model(**{name: value[rows] for name, value in vars(self).items()})

    def newton_step(self) -> Array:
        """Give the step to the stationary point of the model; null directions stay."""
        with np.errstate(all="ignore"):
            components = np.where(
                np.abs(self.eigenvalues) > _NULL, -self.slopes / self.eigenvalues, 0.0
            )
        return times(self.vectors, components) * self.scale

    def decrement(self, slopes: Array | None = None) -> Array:
        """Give the length of the Newton step, measured by the curvature itself.

        With `slopes`, of the step that slopes of these sizes would cause.
        """
        with np.errstate(all="ignore"):
            squares = (self.slopes if slopes is None else slopes) ** 2 / np.abs(self.eigenvalues)
        keep = np.abs(self.eigenvalues) > _NULL
        return np.asarray(np.sqrt(total(np.where(keep, squares, 0.0))))

    def open_fall(self, way: Array) -> Array:
        """Give the fall of f along the null directions, to first order, over a way."""
        null = np.abs(self.eigenvalues) <= _NULL
        with np.errstate(all="ignore"):
            components = times(self.vectors.swapaxes(1, 2), way / self.scale)
            falls = np.where(null, np.abs(self.slopes * components), 0.0)
        return total(falls)

    def length(self, steps: Array) -> Array:
        """Measure steps by the curvature, as `decrement` does."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = times(self.vectors.swapaxes(1, 2), steps / self.scale)
            squares = (np.sqrt(np.abs(self.eigenvalues)) * scaled) ** 2
            return np.asarray(np.sqrt(total(squares)))

    def spectrum(self) -> Array:
        """Give the eigenvalues of the Hessian in the free variables; nan for the held ones."""
        free = np.where(self.held[:, :, None] | self.held[:, None, :], 0.0, self.hessian)
        if free.shape[1] == 1:
            return np.where(self.held, np.nan, free[:, :, 0])
        values = np.full(self.held.shape, np.nan)
        finite = np.isfinite(free).all(axis=(1, 2))
        if not self.held.any():
            values[finite] = np.linalg.eigvalsh(free[finite])
            return values
        for count in np.unique(self.held.sum(axis=1)):
            rows = np.flatnonzero(finite & (self.held.sum(axis=1) == count))
            size = free.shape[1] - count
            if len(rows) and size:
                order = np.argsort(self.held[rows], axis=1, kind="stable")[:, :size]
                small = free[rows[:, None, None], order[:, :, None], order[:, None, :]]
                values[rows, :size] = np.linalg.eigvalsh(small)
        return values


def model(problem: Problem, points: Array, box: Box) -> Model:
    """Make the quadratic model of f at points ``(n, n_vars)``."""
    gradient = problem.gradients(points)
    hessian = problem.hessians(points)
    held = box.held(points, gradient)
    scale = _scale(hessian)
    scaled = hessian * scale[:, :, None] * scale[:, None, :]
    diagonal = np.eye(points.shape[1], dtype=bool)
    out = held[:, :, None] | held[:, None, :]
    scaled = np.where(out, diagonal.astype(float), scaled)
    slopes = np.where(held, 0.0, gradient * scale)
    finite = np.isfinite(scaled).all(axis=(1, 2)) & np.isfinite(slopes).all(axis=1)
    scaled[~finite] = 0.0
    eigenvalues, vectors = _eigen(scaled)
    components = times(vectors.swapaxes(1, 2), slopes)
    components[~finite] = np.nan
    return Model(gradient, held, scale, eigenvalues, vectors, components, hessian)


def _eigen(matrices: Array) -> tuple[Array, Array]:
    if matrices.shape[1] == 1:
        return matrices[:, :, 0], np.ones_like(matrices)
    values, vectors = np.linalg.eigh(matrices)
    return values, vectors


def _scale(hessian: Array) -> Array:
    """Give 1/sqrt of the diagonal's size, or less where a row's other entries are larger.

    The largest entries of the rows are then 1; those of a convex f stand on the diagonal.
    """
    sizes = np.abs(hessian)
    diagonal = np.diagonal(sizes, axis1=1, axis2=2)
    with np.errstate(all="ignore"):
        chosen = np.where(diagonal > 0, diagonal, largest(sizes))
        scale = np.where((chosen > 0) & np.isfinite(chosen), 1 / np.sqrt(chosen), 1.0)
        for _ in range(_BALANCINGS):
            rows = largest(sizes * scale[:, :, None] * scale[:, None, :])
            uneven = (rows > _BALANCED) & (rows < np.inf)
            if not uneven.any():
                break
            scale = np.where(uneven, scale / np.sqrt(rows), scale)
    return np.asarray(scale)
