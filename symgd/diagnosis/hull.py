"""The shortest vector in the convex hulls of many sets of vectors."""

from __future__ import annotations

from functools import reduce

import numpy as np

from ..arrays import EPS, Array, Indices, Mask
from .local import times, total

_WEIGHINGS = 100  # steps: towards the shortest mean of gradients, each of which shortens it
_WEIGHING_WORK = 3e6  # cubes of variables: as many steps, at most; the mean is good by then
_SHORTEST = 1e-10  # share of its square: a mean that much shorter is not worth a step


def shortest_mean(vectors: Array, given: Mask) -> Array:
    """Give the shortest convex mean of each of many sets of vectors, of length 1 at most.

    A corral of vectors is kept in which the shortest mean has positive weights only. The vector
    that shortens it most is added, and those are left out that would get negative weights.

    Parameters
    ----------
    vectors : ndarray
        ``(n, k, n_vars)``.
    given : ndarray
        Which of them belong to the sets, ``(n, k)``; one in each at least.

    Returns
    -------
    ndarray
        ``(n, n_vars)``.

    References
    ----------
    P. Wolfe, "Finding the nearest point in a polytope", Mathematical Programming 11, 128-149
    (1976), doi:10.1007/BF01580381.

    Examples
    --------
    >>> shortest_mean(np.array([[[1.0, 0.5], [-1.0, 0.5], [0.0, 1.0]]]), np.ones((1, 3), bool))
    array([[0. , 0.5]])
    """
    return _Corrals(vectors, given).means()


class _Corrals:
    """The corrals of all sets; those of one size go on together."""

    def __init__(self, vectors: Array, given: Mask) -> None:
        self._vectors, self._given = vectors, given
        squares = np.where(given, total(vectors**2), np.inf)
        self._members = np.zeros(given.shape, dtype=np.intp)
        self._members[:, 0] = squares.argmin(axis=1)
        self._weights = np.zeros(given.shape)
        self._weights[:, 0] = 1.0
        self._size = np.ones(len(vectors), dtype=np.intp)
        self._added = np.zeros(len(vectors), dtype=np.intp)
        self._open = np.ones(len(vectors), dtype=bool)
        self._mean = np.zeros((len(vectors), vectors.shape[2]))

    def means(self) -> Array:
        """Let all corrals go on until their means are the shortest."""
        while self._open.any():
            sizes = np.where(self._open, self._size, 0)
            for size in np.unique(sizes[self._open]):
                self._go_on(np.flatnonzero(sizes == size), int(size))
        return self._mean

    def _go_on(self, rows: Indices, size: int) -> None:
        inside = self._vectors[rows[:, None], self._members[rows, :size]]
        affine = _affine(inside)
        outside = affine.min(axis=1) <= 0
        self._shrink(rows[outside], affine[outside], size)
        self._grow(rows[~outside], affine[~outside], inside[~outside], size)

    def _shrink(self, rows: Indices, affine: Array, size: int) -> None:
        """Move the weights as far towards the affine ones as none is negative; drop one."""
        weights = self._weights[rows, :size]
        with np.errstate(all="ignore"):
            shares = np.where(affine <= 0, weights / (weights - affine), np.inf)
        share = np.minimum(shares.min(axis=1), 1.0)[:, None]
        moved = weights + share * (affine - weights)
        dropped = np.arange(size) == shares.argmin(axis=1)[:, None]
        order = np.argsort(dropped, axis=1, kind="stable")
        self._weights[rows, :size] = np.take_along_axis(moved, order, axis=1)
        self._members[rows, :size] = np.take_along_axis(self._members[rows, :size], order, axis=1)
        self._size[rows] = size - 1

    def _grow(self, rows: Indices, affine: Array, inside: Array, size: int) -> None:
        """Add the vector that shortens the mean most, if there is one."""
        self._weights[rows, :size] = affine
        mean = times(inside.swapaxes(1, 2), affine)
        products = np.where(self._given[rows], total(self._vectors[rows] * mean[:, None]), np.inf)
        best = products.argmin(axis=1)
        lowest = products[np.arange(len(rows)), best]
        shorter = lowest < (1 - _SHORTEST) * total(mean * mean) - EPS
        shorter &= (self._members[rows, :size] != best[:, None]).all(axis=1)
        shorter &= self._added[rows] < min(_WEIGHINGS, _WEIGHING_WORK // mean.shape[1] ** 3)
        self._mean[rows[~shorter]] = mean[~shorter]
        self._open[rows[~shorter]] = False
        rows = rows[shorter]
        if len(rows):
            self._members[rows, size], self._weights[rows, size] = best[shorter], 0.0
            self._size[rows] = size + 1
            self._added[rows] += 1


def _affine(vectors: Array) -> Array:
    """Give the weights, of any sign and with sum 1, of the shortest means of few vectors.

    They solve least-squares problems with symmetric matrices, as LAPACK's `gelsd` does.
    """
    size = vectors.shape[1]
    if size == 1:
        return np.ones(vectors.shape[:2])
    columns = [vectors[:, :, i] for i in range(vectors.shape[2])]
    products = reduce(np.add, [c[:, :, None] * c[:, None] for c in columns])
    values, basis = np.linalg.eigh(products + 1.0)
    sizes = np.abs(values)
    with np.errstate(all="ignore"):
        inverse = np.where(sizes > EPS * size * sizes.max(axis=1, keepdims=True), 1 / values, 0.0)
    weights = times(basis, total(basis.swapaxes(1, 2)) * inverse)
    return np.asarray(weights / total(weights)[:, None])
