"""Linear algebra of many small matrices at once, where each is treated as if it were alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from ..arrays import EPS, Array, Columns, Mask, Whole

_INDEPENDENT = 1e-9  # singular value of rows of length 1: a smaller one is rounding
_GAIN = 1e3 * EPS  # share of the entries: a gain that is rounding
_FREED = 4  # times the unknowns: as often one of them is freed, at most


def total(entries: Array) -> Array:
    """Add up over the last axis, from the first entry on, whatever its memory looks like."""
    if not entries.shape[-1]:
        return np.zeros(entries.shape[:-1])
    return reduce(np.add, [entries[..., i] for i in range(entries.shape[-1])])


def largest(entries: Array) -> Array:
    """Give the largest size over the last axis; 0 of none."""
    sizes = [np.abs(entries[..., i]) for i in range(entries.shape[-1])]
    return reduce(np.maximum, sizes, np.zeros(entries.shape[:-1]))


def dot(a: Array, b: Array) -> Array:
    """Multiply vectors over the last axis."""
    return total(a * b)


def length(vectors: Array) -> Array:
    """Give the lengths of vectors over the last axis."""
    return np.asarray(np.sqrt(dot(vectors, vectors)))


def times(matrices: Array, vectors: Array) -> Array:
    """Multiply matrices ``(m, i, j)`` by vectors ``(m, j)``."""
    return total(matrices * vectors[:, None])


def turned(matrices: Array) -> Array:
    """Give the transposed matrices."""
    return matrices.swapaxes(1, 2)


def product(a: Array, b: Array) -> Array:
    """Multiply matrices ``(m, i, j)`` by matrices ``(m, j, l)``."""
    if not a.shape[2]:
        return np.zeros((len(a), a.shape[1], b.shape[2]))
    return reduce(np.add, [a[:, :, j, None] * b[:, None, j] for j in range(a.shape[2])])


def pseudoinverse(matrices: Array) -> tuple[Array, Mask]:
    """Give the pseudo-inverses of symmetric matrices, and which of these are regular."""
    diagonal = np.diagonal(matrices, axis1=1, axis2=2)
    scale = np.where(diagonal > 0, 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 1.0)
    values, vectors = np.linalg.eigh(matrices * scale[:, :, None] * scale[:, None])
    kept = values > _INDEPENDENT
    inverse = np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)
    whole = product(vectors * inverse[:, None], turned(vectors))
    return whole * scale[:, :, None] * scale[:, None], np.asarray(kept.all(axis=1))


@dataclass(frozen=True)
class Frame(Columns):
    """The directions across active creases and along all of them.

    Attributes
    ----------
    basis : ndarray
        Directions of length 1, as rows, ``(m, n, n)``: those across come first.
    rank : ndarray
        How many are across, ``(m,)``.
    back : ndarray
        The pseudo-inverse of the normals, ``(m, n, r)``: the way back to the creases.
    regular : ndarray
        Whether the normals of the active creases are independent, ``(m,)``.
    """

    basis: Array
    rank: Whole
    back: Array
    regular: Mask

    @classmethod
    def of(cls, normals: Array, active: Mask) -> Frame:
        """Make the frames of active rows of normals ``(m, r, n)``."""
        sizes = length(normals)
        real = active & (sizes > 0)
        unit = np.where(real[..., None], normals / np.where(sizes > 0, sizes, 1.0)[..., None], 0.0)
        left, values, basis = np.linalg.svd(unit)
        kept = values > _INDEPENDENT
        count = values.shape[1]
        inverse = np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)
        back = product(turned(basis)[:, :, :count] * inverse[:, None], turned(left)[:, :count])
        back /= np.where(real, sizes, 1.0)[:, None]
        rank = np.count_nonzero(kept, axis=1)
        return cls(basis, rank, back, rank == np.count_nonzero(real, axis=1))

    @property
    def along(self) -> Mask:
        """Which of the basis, and of what `curvatures` gives, lie along the creases."""
        return np.asarray(np.arange(self.basis.shape[1]) >= self.rank[:, None])

    def factors(self, slopes: Array, active: Mask) -> Array:
        """Give multipliers of active rows, ``(m, r)``, with which normals make slopes."""
        return np.where(active, times(turned(self.back), slopes), 0.0)

    def curvatures(self, hessians: Array) -> tuple[Array, Array, Mask]:
        """Give eigenvalues along the creases, their directions as rows, and which these are."""
        n = self.basis.shape[1]
        reduced = product(product(self.basis, hessians), turned(self.basis))
        both = self.along[:, :, None] & self.along[:, None]
        reduced = np.where(both, reduced, 0.0)
        beyond = 2 * n * largest(largest(reduced)) + 1.0
        reduced += np.where(both, 0.0, np.eye(n) * beyond[:, None, None])
        values, vectors = np.linalg.eigh(reduced)
        mine = np.arange(n) < (n - self.rank)[:, None]
        return values, product(turned(vectors), self.basis), mine


def nonnegative(matrix: Array, right: Array) -> tuple[Array, Array]:
    """Solve a least-squares problem in unknowns that must not be negative.

    Parameters
    ----------
    matrix, right : ndarray
        ``(i, j)`` and ``(i,)``.

    Returns
    -------
    solution, residual : ndarray
        ``(j,)``, and ``right - matrix @ solution``.

    References
    ----------
    C. L. Lawson, R. J. Hanson, "Solving Least Squares Problems", SIAM (1995), chapter 23,
    doi:10.1137/1.9781611971217.

    Examples
    --------
    >>> nonnegative(np.array([[1.0, -1.0], [0.0, 1.0]]), np.array([-1.0, -1.0]))[0]
    array([0., 0.])
    """
    count = matrix.shape[1]
    found, free = np.zeros(count), np.zeros(count, dtype=bool)
    residual = right - matrix @ found
    level = _GAIN * np.abs(matrix).max(initial=0.0) * np.abs(right).max(initial=0.0)
    for _ in range(_FREED * count):
        gain = np.where(free, -np.inf, matrix.T @ residual)
        if free.all() or gain.max() <= level:
            break
        free[gain.argmax()] = True
        found = _feasible(matrix, right, found, free)
        free &= found > 0
        residual = right - matrix @ found
    return found, residual


def _feasible(matrix: Array, right: Array, found: Array, free: Mask) -> Array:
    """Go towards the solution in the free unknowns as far as none gets negative."""
    free = free.copy()
    while free.any():
        solution = np.zeros_like(found)
        solution[free] = np.linalg.lstsq(matrix[:, free], right, rcond=None)[0]
        bad = np.flatnonzero(free & (solution <= 0))
        if not len(bad):
            return solution
        with np.errstate(all="ignore"):
            shares = np.where(found[bad] > 0, found[bad] / (found[bad] - solution[bad]), 0.0)
        found = found + shares.min() * (solution - found)
        free[bad[shares <= shares.min()]] = False
        found = np.where(free, found, 0.0)
    return found
