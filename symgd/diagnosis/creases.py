"""Whether f falls along a curved kink, where every straight way leads up.

On the circle where cos(r) is zero, sqrt(abs(cos(r))) has a cusp. Straight steps along it leave it
and climb; so steps are brought back to the kink before f is looked at. Directions along straight
kinks are in `directions`.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from ..arrays import Array, Mask
from ..facts.cancellation import rounding
from ..given.boxes import Box
from ..problem import Problem
from .directions import kink_slopes
from .local import portions, total

_ON_KINK = 1e-6  # share of the neighbourhood: a kink this close is at the point
# shares of the neighbourhood: ways that are gone along the kink
_KINK_WAYS = 10.0 ** np.arange(-2, -7, -1)
_TANGENTS = 8  # directions: random ones along the kink, for more than two variables
_RETURNS = 8  # Newton steps: back to the kink; each doubles the digits


def falls_along_kink(problem: Problem, points: Array, length: Array, box: Box) -> Mask:
    """Tell whether f falls in some direction along a kink through each of many points.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    points, length : ndarray
        The points, and the sizes of their neighbourhoods in each variable, ``(n, n_vars)``.
    box : Box
        Bounds.

    Returns
    -------
    ndarray
        True if f is lower, beyond rounding, after a long and a short step in one direction,
        ``(n,)``.

    Examples
    --------
    >>> p = Problem("sqrt(abs(x**2 + y**2 - 1)) + y/10")
    >>> free = Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> falls_along_kink(p, np.array([[1.0, 0.0], [0.0, -1.0]]), np.ones((2, 2)), free)
    array([ True, False])
    """
    found = np.zeros(len(points), dtype=bool)
    if points.shape[1] == 1:
        return found
    kinks, slopes = kink_slopes(problem, points, length, _ON_KINK)
    with np.errstate(all="ignore"):
        sizes = np.sqrt(total(slopes * slopes))
        near = (sizes > 0) & (sizes < np.inf) & (np.abs(kinks) <= _ON_KINK * sizes)
    near &= problem.symbolic.curved_kinks
    ways = 2 * (points.shape[1] + _TANGENTS)
    for index in np.flatnonzero(near.any(axis=0)):
        rows = np.flatnonzero(near[:, index] & ~found)
        for part in portions(rows, len(_KINK_WAYS) * ways * points.shape[1]):
            mine = points[part], length[part], slopes[part, index], sizes[part, index]
            found[part] = _falls_along(problem.of(part), int(index), *mine, box)
    return found


def _falls_along(
    problem: Problem, index: int, points: Array, length: Array, slope: Array, size: Array, box: Box
) -> Mask:
    """Tell whether f falls along the kink with this index, to which the slopes belong."""
    tangents = _tangents(slope / size[:, None]) * length
    ahead = points + _KINK_WAYS[:, None, None, None] * tangents
    shape, back = ahead.shape, slope * length / size[:, None] ** 2
    for _ in range(_RETURNS):
        off = problem.run(problem.symbolic.kinks, ahead.reshape(-1, shape[-1]))[index]
        ahead = ahead - off.reshape(shape[:-1])[..., None] * back
    ahead = box.clip(ahead.reshape(-1, shape[-1]))
    falls = problem.values(points) - problem.values(ahead).reshape(shape[:-1])
    lower = falls.ravel() > 0
    some = np.flatnonzero(lower)
    lower[some] = falls.ravel()[some] > rounding(problem.of(some % len(points)), ahead[some])
    lower = lower.reshape(shape[:-1])
    return np.asarray((lower[1:] & lower[:-1]).any(axis=(0, 1)))


def _tangents(normals: Array) -> Array:
    """Give directions at right angles to normals, each with its opposite, ``(k, n, n_vars)``."""
    n = normals.shape[1]
    basis = np.linalg.svd(normals[:, None])[2][:, 1:]
    shares = np.random.default_rng(0).normal(size=(_TANGENTS if n > 2 else 0, n - 1))
    mixed = [
        reduce(np.add, [s * b for s, b in zip(row, basis.swapaxes(0, 1), strict=True)])
        for row in shares
    ]
    ways = np.array([*basis.swapaxes(0, 1), *mixed])
    ways /= np.sqrt(total(ways * ways))[..., None]
    return np.concatenate([ways, -ways])
