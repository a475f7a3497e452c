"""Whether f falls along a curved kink, where every straight way leads up.

On the circle where cos(r) is zero, sqrt(abs(cos(r))) has a cusp. Straight steps along it leave it
and climb; so steps are brought back to the kink before f is looked at.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..facts.cancellation import rounding
from ..given.boxes import Box
from ..problem import Problem
from .directions import kink_slopes

_ON_KINK = 1e-6  # share of the neighbourhood: a kink this close is at the point
# shares of the neighbourhood: ways that are gone along the kink
_KINK_WAYS = 10.0 ** np.arange(-2, -7, -1)
_TANGENTS = 8  # directions: random ones along the kink, for more than two variables
_RETURNS = 8  # Newton steps: back to the kink; each doubles the digits


def falls_along_kink(problem: Problem, point: Array, length: Array, box: Box) -> bool:
    """Tell whether f falls in some direction along a kink through a point.

    Parameters
    ----------
    problem : Problem
        f.
    point, length : ndarray
        The point, and the size of its neighbourhood in each variable, ``(n_vars,)``.
    box : Box
        Bounds.

    Returns
    -------
    bool
        True if f is lower, beyond rounding, after a long and a short step in one direction.

    Examples
    --------
    >>> p = Problem("sqrt(abs(x**2 + y**2 - 1)) + y/10")
    >>> free = Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> falls_along_kink(p, np.array([1.0, 0.0]), np.ones(2), free)
    True
    >>> falls_along_kink(p, np.array([0.0, -1.0]), np.ones(2), free)
    False
    """
    if len(point) == 1:
        return False
    floor = float(problem.values(point[None])[0])
    kinks, slopes = kink_slopes(problem, point, length, _ON_KINK)
    for index, (kink, slope) in enumerate(zip(kinks, slopes, strict=True)):
        size = np.linalg.norm(slope)
        if not 0 < size < np.inf or not abs(kink) <= _ON_KINK * size:
            continue
        ahead = point + _KINK_WAYS[:, None, None] * _tangents(slope / size) * length
        points = ahead.reshape(-1, len(point))
        for _ in range(_RETURNS):
            off = problem.run(problem.symbolic.kinks, points)[index]
            points = points - off[:, None] * slope * length / size**2
        points = box.clip(points)
        fall = floor - problem.values(points) > rounding(problem, points)
        lower = fall.reshape(len(_KINK_WAYS), -1)
        if (lower[1:] & lower[:-1]).any():
            return True
    return False


def _tangents(normal: Array) -> Array:
    """Give directions at right angles to a normal, each with its opposite."""
    n = len(normal)
    basis = np.linalg.svd(normal[None])[2][1:]
    mixed = np.random.default_rng(0).normal(size=(_TANGENTS if n > 2 else 0, n - 1)) @ basis
    ways = np.concatenate([basis, mixed])
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    return np.concatenate([ways, -ways])
