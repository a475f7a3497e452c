"""Interval arithmetic on arrays, rounded outward.

An interval is an array whose first axis is (lower end, upper end); its second axis runs over many
boxes, which are all done at once.  A result holds every value that the exact operation takes on
the given intervals.  It is nan where the operation is undefined for some of them, or where an end
is unknown, and a nan goes through all further operations.

R. E. Moore, R. B. Kearfott and M. J. Cloud, Introduction to Interval Analysis (2009),
doi:10.1137/1.9780898717716.
"""

from __future__ import annotations

from functools import reduce
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Interval: TypeAlias = npt.NDArray[np.float64]

ULPS = 8  # allowed to a function of NumPy or the C library, which promise 4 at most
_EPS = float(np.finfo(float).eps)
_TINY = float(np.finfo(float).smallest_subnormal)
_OUT = np.array([[-1.0], [1.0]])
_ULP = _EPS * _OUT


def outward(ends: Interval, ulps: int = 1) -> Interval:
    """Move the ends apart by the error of a computed result.

    Adding a multiple of the size does what `np.nextafter` does, at a third of its cost.
    """
    return np.asarray(ends + (np.abs(ends) * (ulps * _ULP) + ulps * _TINY * _OUT))


def pair(lower: npt.NDArray[np.float64], upper: npt.NDArray[np.float64]) -> Interval:
    """Give the interval between two ends."""
    return np.stack([lower, upper])


def hull(values: npt.NDArray[np.float64]) -> Interval:
    """Give the interval from the least to the largest of values along the first axis."""
    return np.stack([values.min(axis=0), values.max(axis=0)])


def pairings(operation: np.ufunc, u: Interval, v: Interval) -> npt.NDArray[np.float64]:
    """Apply an operation to each end of one interval with each of the other, in four rows."""
    values = operation(u[:, None], v[None])
    return np.asarray(values.reshape(4, *values.shape[2:]))


def known(where: npt.NDArray[np.bool_], interval: Interval) -> Interval:
    """Keep an interval where a condition holds, and make it nan elsewhere."""
    return np.where(where, interval, np.nan)


def mignitude(u: Interval) -> npt.NDArray[np.float64]:
    """Give the least size of a number in the interval."""
    return np.asarray(np.maximum(np.maximum(u[0], -u[1]), 0.0))


def magnitude(u: Interval) -> npt.NDArray[np.float64]:
    """Give the largest size of a number in the interval."""
    return np.asarray(np.maximum(-u[0], u[1]))


def sizes(u: Interval) -> Interval:
    """Give the interval of the sizes of its numbers."""
    return pair(mignitude(u), magnitude(u))


def add(u: Interval, v: Interval) -> Interval:
    """Add; a sum that is zero is exact, and nothing underflows."""
    total = u + v
    return np.asarray(total + np.abs(total) * _ULP)


def multiply(u: Interval, v: Interval) -> Interval:
    """Multiply."""
    if u.size == 2 and u[0, 0] == u[1, 0]:
        return _scaled(float(u[0, 0]), v)
    return outward(hull(pairings(np.multiply, u, v)))


def reciprocal(u: Interval) -> Interval:
    """Give 1/u; undefined where u may be zero."""
    return known((u[0] > 0) | (u[1] < 0), outward(1.0 / u[::-1]))


def power(base: Interval, exponent: Interval) -> Interval:
    """Raise to a power; a whole exponent takes a base of any sign."""
    if exponent.size == 2 and exponent[0] == exponent[1] and exponent[0, 0].is_integer():
        return whole_power(base, int(exponent[0, 0]))
    values = hull(pairings(np.power, base, exponent))
    defined = (base[0] > 0) | ((base[0] == 0) & (exponent[0] > 0))
    return np.maximum(known(defined, outward(values, ULPS)), 0.0)


def whole_power(u: Interval, exponent: int) -> Interval:
    """Raise to a whole power."""
    if exponent < 0:
        return reciprocal(whole_power(u, -exponent))
    error = min(max(exponent - 1, 0), ULPS)
    if exponent % 2:  # by way of sizes, since NumPy takes long over negative numbers
        return outward(np.copysign(_product(np.abs(u), exponent), u), error)
    return np.maximum(outward(_product(sizes(u), exponent), error), 0.0)


def _product(values: npt.NDArray[np.float64], exponent: int) -> npt.NDArray[np.float64]:
    if exponent > ULPS:
        return np.asarray(np.power(values, exponent))
    return reduce(np.multiply, [values] * exponent, np.ones_like(values))


def _scaled(factor: float, u: Interval) -> Interval:
    ends = factor * (u if factor > 0 else u[::-1])
    return ends if abs(factor) == 1.0 else outward(ends)
