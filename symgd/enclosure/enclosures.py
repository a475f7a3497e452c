"""Enclosures of the functions of the table, where they are smooth.

What a function takes is an interval of arrays, see `intervals`; what it gives is nan for boxes in
which it may be undefined or have a kink or a jump.  A comparison that may fall either way is the
interval [0, 1], and makes nan of the ``where`` that asks for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..arrays import Mask
from ..expression.functions import BY_NAME
from .intervals import (
    ULPS,
    Interval,
    add,
    hull,
    known,
    magnitude,
    mignitude,
    multiply,
    outward,
    pair,
    pairings,
    power,
    reciprocal,
    sizes,
)

Enclosure = Callable[..., Interval]

_INF = np.inf
_LOWEST_GAMMA = (1.4616, 1.4617)  # around the minimum of the gamma function
_SLACK = 2.0**-50  # error of sine and cosine near their zeros, and of an angle in turns


def _within(least: float, most: float) -> Callable[[Interval], Mask]:
    return lambda u: (u[0] >= least) & (u[1] <= most)


def _inside(least: float, most: float) -> Callable[[Interval], Mask]:
    return lambda u: (u[0] > least) & (u[1] < most)


def _above(least: float) -> Callable[[Interval], Mask]:
    return lambda u: u[0] > least


def _monotone(
    name: str,
    domain: Callable[[Interval], Mask] | None = None,
    image: tuple[float, float] = (-_INF, _INF),
    falling: bool = False,
) -> Enclosure:
    """Enclose a function that rises, or falls, all over its domain."""
    function = BY_NAME[name].numpy

    def enclose(u: Interval) -> Interval:
        ends = function(u[::-1] if falling else u)
        values = np.minimum(np.maximum(outward(ends, ULPS), image[0]), image[1])
        return values if domain is None else known(domain(u), values)

    return enclose


def _of_size(name: str) -> Enclosure:
    """Enclose an even function that rises with the size of its argument."""
    function = BY_NAME[name].numpy
    return lambda u: outward(function(sizes(u)), ULPS)


def _wave(name: str, crest: float) -> Enclosure:
    """Enclose a sine or cosine; it is 1 at `crest` turns, and -1 half a turn later."""
    function = BY_NAME[name].numpy

    def enclose(u: Interval) -> Interval:
        ends, turns = function(u), _turns(u / (2 * np.pi))
        low = np.where(_meets(turns, crest + 0.5), -1.0, ends.min(axis=0) - _SLACK)
        high = np.where(_meets(turns, crest), 1.0, ends.max(axis=0) + _SLACK)
        return pair(np.maximum(low, -1.0), np.minimum(high, 1.0))

    return enclose


def _turns(angle: Interval) -> Interval:
    slack = _SLACK * (1 + np.abs(angle))
    return pair(angle[0] - slack[0], angle[1] + slack[1])


def _meets(turns: Interval, place: float) -> Mask:
    """Tell whether an interval may hold `place` plus a whole number."""
    whole = np.floor(turns - place)
    return np.asarray(whole[0] < whole[1])


def _tangent(u: Interval) -> Interval:
    values = outward(np.tan(u), ULPS)
    poles = _meets(_turns(u / np.pi), 0.5)
    return known(~poles, pair(values[0] - _SLACK, values[1] + _SLACK))


def _away_from_zero(function: Enclosure) -> Enclosure:
    """Keep what a function gives where its argument cannot be zero."""
    return lambda u: known((u[0] > 0) | (u[1] < 0), function(u))


def _hypotenuse(u: Interval, v: Interval) -> Interval:
    near, far = np.hypot(mignitude(u), mignitude(v)), np.hypot(magnitude(u), magnitude(v))
    return known(near > 0, outward(pair(near, far), ULPS))


def _angle(y: Interval, x: Interval) -> Interval:
    uncut = (y[0] > 0) | (y[1] < 0) | (x[0] > 0)
    return known(uncut, outward(hull(pairings(np.arctan2, y, x)), ULPS))


def _between_jumps(name: str, place: float) -> Enclosure:
    """Enclose a function of whole numbers, which jumps at each of them plus `place`."""
    function = BY_NAME[name].numpy

    def enclose(u: Interval) -> Interval:
        return known(_no_whole(u - place), function(u))

    return enclose


def _no_whole(u: Interval) -> Mask:
    """Tell whether an interval holds no whole number."""
    return np.asarray(np.floor(u[1]) < u[0])


def _remainder(u: Interval, v: Interval) -> Interval:
    ratio = multiply(u, reciprocal(v))
    whole = np.floor(ratio)
    return known(_no_whole(ratio), add(u, -multiply(whole, v)[::-1]))


def _valley(name: str) -> Enclosure:
    """Enclose the gamma function or its logarithm, which fall and then rise."""
    function = BY_NAME[name].numpy

    def enclose(u: Interval) -> Interval:
        ends = function(u)
        over = (u[0] < _LOWEST_GAMMA[1]) & (u[1] > _LOWEST_GAMMA[0])
        low = np.where(over, function(_LOWEST_GAMMA[0]), ends.min(axis=0))
        return known(u[0] > 0, _loose(pair(low, ends.max(axis=0))))

    return enclose


def _loose(values: Interval) -> Interval:
    """Allow for the absolute error of a special function beside its zeros."""
    return outward(values, ULPS) + _SLACK * 8 * np.array([-1.0, 1.0])[:, None]


def _polygamma(order: Interval, u: Interval) -> Interval:
    n = int(order[0, 0])
    ends = BY_NAME["polygamma"].numpy(n, u[::-1] if n % 2 else u)
    return known(u[0] > 0, _loose(ends))


def _bessel(order: Interval, u: Interval) -> Interval:
    """Enclose by the value in the middle: no slope of a Bessel function is above 3/4."""
    middle, radius = u.mean(axis=0), (u[1] - u[0]) * 0.375 + _SLACK * 8
    value = BY_NAME["besselj"].numpy(int(order[0, 0]), middle)
    return known(np.isfinite(middle), np.clip(pair(value - radius, value + radius), -1.0, 1.0))


def _sinc(order: Interval, u: Interval) -> Interval:
    """Enclose by the value in the middle, as its slope -x*sinc(n + 1, x) is bounded."""
    n = int(order[0, 0])
    middle, most = u.mean(axis=0), 1 / math.prod(range(1, 2 * n + 2, 2))
    radius = (u[1] - u[0]) / 2 * np.minimum(magnitude(u) * most / (2 * n + 3), most) + _SLACK
    value = BY_NAME["sinc"].numpy(n, middle)
    return known(np.isfinite(middle), np.clip(pair(value - radius, value + radius), -most, most))


def _where(condition: Interval, chosen: Interval, other: Interval) -> Interval:
    return np.where(condition[0] == 1, chosen, known(condition[1] == 0, other))


def _minimum(u: Interval, v: Interval) -> Interval:
    return _where(_less(u, v), u, known(v[1] < u[0], v))


def _maximum(u: Interval, v: Interval) -> Interval:
    return _where(_less(v, u), u, known(u[1] < v[0], v))


def _verdict(certain: Mask, possible: Mask, u: Interval, v: Interval) -> Interval:
    """Give 1, 0, or [0, 1] where both may be; nan where an argument is."""
    defined = ~np.isnan(u).any(axis=0) & ~np.isnan(v).any(axis=0)
    return known(np.asarray(defined), pair(certain.astype(float), possible.astype(float)))


def _less(u: Interval, v: Interval) -> Interval:
    return _verdict(u[1] < v[0], u[0] < v[1], u, v)


def _less_equal(u: Interval, v: Interval) -> Interval:
    return _verdict(u[1] <= v[0], u[0] <= v[1], u, v)


def _equal(u: Interval, v: Interval) -> Interval:
    same = (u[0] == u[1]) & (v[0] == v[1]) & (u[0] == v[0])
    return _verdict(same, (u[0] <= v[1]) & (v[0] <= u[1]), u, v)


def _fails(u: Interval) -> Interval:
    return np.asarray(1.0 - u[::-1])


def _not_equal(u: Interval, v: Interval) -> Interval:
    return _fails(_equal(u, v))


ENCLOSURES: dict[str, Enclosure] = {
    "sin": _wave("sin", crest=0.25),
    "cos": _wave("cos", crest=0.0),
    "tan": _tangent,
    "asin": _monotone("asin", _within(-1, 1)),
    "acos": _monotone("acos", _within(-1, 1), falling=True),
    "atan": _monotone("atan"),
    "atan2": _angle,
    "sinh": _monotone("sinh"),
    "cosh": _of_size("cosh"),
    "tanh": _monotone("tanh", image=(-1, 1)),
    "asinh": _monotone("asinh"),
    "acosh": _monotone("acosh", _within(1, _INF)),
    "atanh": _monotone("atanh", _inside(-1, 1)),
    "exp": _monotone("exp", image=(0, _INF)),
    "expm1": _monotone("expm1", image=(-1, _INF)),
    "log": _monotone("log", _above(0)),
    "log1p": _monotone("log1p", _above(-1)),
    "log2": _monotone("log2", _above(0)),
    "log10": _monotone("log10", _above(0)),
    "sqrt": _monotone("sqrt", _within(0, _INF), image=(0, _INF)),
    "cbrt": _away_from_zero(_monotone("cbrt")),
    "power": power,
    "hypot": _hypotenuse,
    "absolute": _away_from_zero(sizes),
    "sign": _away_from_zero(np.sign),
    "minimum": _minimum,
    "maximum": _maximum,
    "heaviside": _away_from_zero(BY_NAME["heaviside"].numpy),
    "erf": _monotone("erf", image=(-1, 1)),
    "erfc": _monotone("erfc", image=(0, 2), falling=True),
    "sigmoid": _monotone("sigmoid", image=(0, 1)),
    "softplus": _monotone("softplus", image=(0, _INF)),
    "gamma": _valley("gamma"),
    "loggamma": _valley("loggamma"),
    "polygamma": _polygamma,
    "besselj": _bessel,
    "sinc": _sinc,
    "floor": _between_jumps("floor", 0.0),
    "rint": _between_jumps("rint", 0.5),
    "mod": _remainder,
    "where": _where,
    "less": _less,
    "less_equal": _less_equal,
    "equal": _equal,
    "not_equal": _not_equal,
    "logical_and": np.minimum,
    "logical_or": np.maximum,
    "logical_not": _fails,
}
