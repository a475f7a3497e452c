"""A proven lower bound of a formula over boxes in which it may have kinks, jumps and poles.

A logarithm of an interval that begins at 0 begins at minus infinity, and a reciprocal ends at
infinity; a ``where`` whose condition may fall either way is both of its branches. What f takes
outside its domain does not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ..arrays import Array
from ..enclosure.enclosures import ENCLOSURES, Enclosure
from ..enclosure.intervals import (
    ULPS,
    Interval,
    hull,
    known,
    magnitude,
    mignitude,
    outward,
    pair,
    pairings,
    power,
    sizes,
    whole_power,
)
from ..enclosure.tape import OPERATIONS, Tape
from ..expression.classes import Atan2, Floor, Indicator, Mod, Round, Sign, UnitStep, Where
from ..expression.functions import BY_NAME
from ..memos import memo
from ..problem import Problem, Symbolic

_JUMPING = (Where, Sign, UnitStep, Indicator, Atan2, Floor, Round, Mod)


def lower_bounds(problem: Problem, low: Array, high: Array) -> Array:
    """Bound f from below over boxes.

    Parameters
    ----------
    problem : Problem
        f, for one run a box.
    low, high : ndarray
        Corners of the boxes, ``(n, n_vars)``.

    Returns
    -------
    ndarray
        f is nowhere lower in the boxes, where it is defined, ``(n,)``; minus infinity where
        nothing could be shown.

    Examples
    --------
    >>> low, high = np.array([[-1.0]]), np.array([[1.0]])
    >>> lower_bounds(Problem("sqrt(abs(x)) - 1"), low, high).round(6)
    array([-1.])
    >>> lower_bounds(Problem("log(abs(x))"), low, high)
    array([-inf])
    """
    count = len(low)
    params = [np.broadcast_to(p, (2, count)) for p in problem.param_columns(count)]
    (value,) = _tape(problem.symbolic)([*np.stack([low.T, high.T], axis=1), *params])
    bounds = np.broadcast_to(value, (2, count))[0]
    return np.where(np.isnan(bounds), -np.inf, bounds)


@memo
def continuous(symbolic: Symbolic) -> bool:
    """Tell whether f is made of functions alone that have no jumps where they are defined."""
    return not symbolic.expr.has(*_JUMPING)


@memo
def _tape(symbolic: Symbolic) -> _Kinked:
    names = [*symbolic.variables, *symbolic.params]
    return _Kinked([symbolic.expr], names)


def _rising(name: str, least: float) -> Enclosure:
    """Enclose a function that rises on its domain, of the part of an interval that is in it."""
    function = BY_NAME[name].numpy

    def enclose(u: Interval) -> Interval:
        return known(np.asarray(u[1] >= least), outward(function(np.maximum(u, least)), ULPS))

    return enclose


def _product(u: Interval, v: Interval) -> Interval:
    """Multiply; 0 times infinity may be anything."""
    values = pairings(np.multiply, u, v)
    defined = ~(np.isnan(u).any(axis=0) | np.isnan(v).any(axis=0))
    ends = outward(hull(values))
    open_ended = np.isnan(values).any(axis=0)
    return known(np.asarray(defined), np.where(open_ended, pair(-_ALL, _ALL), ends))


_ALL = np.array([np.inf])


def _power(base: Interval, exponent: Interval) -> Interval:
    """Raise to a power, also to a negative one where the base begins at 0 or ends there."""
    if exponent.size == 2 and exponent[0] == exponent[1] and exponent[0, 0].is_integer():
        whole = int(exponent[0, 0])
        return whole_power(base, whole) if whole >= 0 else _inverse(whole_power(base, -whole))
    if exponent.size == 2 and exponent[0] == exponent[1] and exponent[0, 0] < 0:
        return _inverse(_power(base, -exponent))
    return power(pair(np.maximum(base[0], 0.0), base[1]), exponent)


def _inverse(u: Interval) -> Interval:
    ends = np.where(u == 0, 0.0, u)  # no -0
    with np.errstate(divide="ignore"):
        low, high = 1.0 / ends[1], 1.0 / ends[0]
    low = np.where(u[1] == 0, -np.inf, low)
    crossing = (u[0] < 0) & (u[1] > 0)
    ends = pair(np.where(crossing, -np.inf, low), np.where(crossing, np.inf, high))
    return known(np.asarray(~np.isnan(u).any(axis=0)), outward(ends))


def _whichever(condition: Interval, chosen: Interval, other: Interval) -> Interval:
    both = pair(np.minimum(chosen[0], other[0]), np.maximum(chosen[1], other[1]))
    either = np.where(condition[1] == 0, other, both)
    return np.where(condition[0] == 1, chosen, either)


def _hypotenuse(u: Interval, v: Interval) -> Interval:
    near, far = np.hypot(mignitude(u), mignitude(v)), np.hypot(magnitude(u), magnitude(v))
    return np.maximum(outward(pair(near, far), ULPS), 0.0)


def _monotone(name: str) -> Enclosure:
    return _rising(name, -np.inf)


class _Kinked(Tape):
    """Encloses expressions also where they are not smooth."""

    operations: ClassVar[Mapping[str, Enclosure]] = {
        **OPERATIONS,
        **ENCLOSURES,
        "multiply": _product,
        "absolute": sizes,
        "minimum": np.minimum,
        "maximum": np.maximum,
        "sign": _monotone("sign"),
        "heaviside": _monotone("heaviside"),
        "cbrt": _monotone("cbrt"),
        "hypot": _hypotenuse,
        "log": _rising("log", 0.0),
        "log2": _rising("log2", 0.0),
        "log10": _rising("log10", 0.0),
        "log1p": _rising("log1p", -1.0),
        "sqrt": _rising("sqrt", 0.0),
        "power": _power,
        "where": _whichever,
    }
