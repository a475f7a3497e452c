"""Bounds of the largest eigenvalue of symmetric matrices whose entries are intervals.

Nothing here depends on the accuracy of the eigenvalues that LAPACK computes: they are verified.
For entries between two ends the largest eigenvalue lies between those of the matrix of the middles,
give or take the spectral radius of the matrix of the distances from them (Weyl's inequality), and
below that of the matrix of sizes, with the upper ends on the diagonal (Perron and Frobenius).

M. Hladik, D. Daney and E. Tsigaridas, "Bounds on real eigenvalues and singular values of interval
matrices", SIAM Journal on Matrix Analysis and Applications 31, 2116-2129 (2010),
doi:10.1137/090753991.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..blas import in_one_thread

_EPS = float(np.finfo(float).eps)
_TINY = 1e-300  # more than whatever underflows


# Matrices are given by the lower and the upper ends of their entries, ``(m, n, n)`` each.


def norms(lower: Array, upper: Array) -> Array:
    """Give Frobenius norms of the sizes of the entries: a rough bound, which each entry lowers."""
    return np.asarray(np.linalg.norm(np.maximum(_sizes(lower, upper), 0.0), axis=(1, 2)))


def upper_bound(lower: Array, upper: Array) -> Array:
    """Bound the largest eigenvalue of each interval matrix from above; nan if unknown."""
    by_sizes = _largest(_sizes(lower, upper))[1]
    if lower.shape[-1] <= 2:
        return by_sizes  # exact, since no sign matters
    middle, radius = _middle(lower, upper, upper)
    by_middle = _up(_largest(middle)[1] + _largest(radius)[1])
    return np.fmin(by_sizes, by_middle)


def lower_bound(lower: Array, upper: Array) -> Array:
    """Bound the largest eigenvalue of each interval matrix from below; nan if unknown."""
    middle, radius = _middle(lower, upper, lower)
    return -_up(_largest(radius)[1] - _largest(middle)[0])


def _sizes(lower: Array, upper: Array) -> Array:
    return _on_diagonal(np.maximum(-lower, upper), upper)


def _middle(lower: Array, upper: Array, diagonal: Array) -> tuple[Array, Array]:
    """Give the middles and the distances from them; the diagonal is taken at one end."""
    middle = lower / 2 + upper / 2
    radius = _up(np.maximum(upper - middle, middle - lower))
    return _on_diagonal(middle, diagonal), _on_diagonal(radius, np.zeros_like(radius))


def _on_diagonal(matrices: Array, diagonal: Array) -> Array:
    return np.where(np.eye(matrices.shape[-1], dtype=bool), diagonal, matrices)


def _largest(matrices: Array) -> tuple[Array, Array]:
    """Enclose the largest eigenvalues of symmetric matrices ``(m, n, n)``; nan if unknown."""
    n = matrices.shape[-1]
    if n == 1:
        return matrices[:, 0, 0], matrices[:, 0, 0]
    value, error = _of_two(matrices) if n == 2 else _verified(matrices)
    error += _TINY * matrices.any(axis=(1, 2))
    return -_up(error - value), _up(value + error)


def _of_two(matrices: Array) -> tuple[Array, Array]:
    a, b, c = matrices[:, 0, 0] / 2, matrices[:, 0, 1], matrices[:, 1, 1] / 2
    middle, distance = a + c, np.hypot(a - c, b)
    return middle + distance, 4 * _EPS * (np.abs(middle) + distance)


@in_one_thread
def _verified(matrices: Array) -> tuple[Array, Array]:
    """Compute eigenvalues, and bound their error by what eigenvectors leave of the matrices.

    For ``A = V diag(w) V' + E`` they are those of the diagonal times a factor between the extreme
    eigenvalues of ``V V'`` (Ostrowski), give or take the norm of E (Weyl).
    """
    n = matrices.shape[-1]
    finite = np.asarray(np.isfinite(matrices).all(axis=(1, 2)))
    matrices = np.where(finite[:, None, None], matrices, 0.0)
    w, v = np.linalg.eigh(matrices)
    rounding, across = (n + 4) * _EPS, np.abs(v).transpose(0, 2, 1)
    left_over = np.abs(matrices - (v * w[:, None, :]) @ v.transpose(0, 2, 1))
    left_over += rounding * ((np.abs(v) * np.abs(w)[:, None, :]) @ across)
    skew = np.abs(v @ v.transpose(0, 2, 1) - np.eye(n)) + rounding * (np.abs(v) @ across)
    largest = np.where(finite, w[:, -1], np.nan)
    norms = left_over.sum(axis=2).max(axis=1) + np.abs(largest) * skew.sum(axis=2).max(axis=1)
    return largest, norms * (1 + rounding)


def _up(x: Array) -> Array:
    return np.asarray(x + _EPS * np.abs(x))
