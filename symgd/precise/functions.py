"""The functions of the table for mpmath; nan where they are undefined."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import mpmath
from mpmath import libmp, mpf

Number: TypeAlias = Any  # mpmath tells no types
_NAN = mpmath.nan


def _real(function: Callable[..., Any]) -> Callable[..., Number]:
    """Give nan where a function is infinite, complex or undefined, or an argument is."""

    def value(*arguments: Number) -> Number:
        try:
            found = function(*arguments)
        except (ArithmeticError, ValueError):
            return _NAN
        return found if isinstance(found, mpf) and finite(found) else _NAN

    return value


def finite(number: Number) -> bool:
    """Tell whether a number is neither infinite nor nan, sooner than mpmath does."""
    _, mantissa, exponent, _ = number._mpf_
    return bool(mantissa or not exponent)


def _power(base: Number, exponent: Number) -> Number:
    _, mantissa, power, _ = exponent._mpf_
    whole = power >= 0 and (mantissa or not power)
    return base ** (int(exponent) if whole else exponent)


@lru_cache(maxsize=16)  # values: the other function of the pair asks for them soon
def _both(pair: Callable[..., Any], number: Any, precision: int, rounding: str) -> Any:
    """Give two functions that take as long together as each of them alone."""
    return pair(number, precision, rounding)


def _one(pair: Callable[..., Any], place: int) -> Callable[[Number], Number]:
    def value(u: Number) -> Number:
        both = _both(pair, u._mpf_, *mpmath.mp._prec_rounding)
        return mpmath.mp.make_mpf(both[place])

    return value


def _log(u: Number) -> Number:
    return mpmath.log(u) if u > 0 else _NAN


def _cbrt(u: Number) -> Number:
    return mpmath.sign(u) * mpmath.cbrt(abs(u))


def _hypot(u: Number, v: Number) -> Number:
    return mpmath.sqrt(u * u + v * v)


def _atan2(y: Number, x: Number) -> Number:
    return mpmath.atan2(y, x) if x or y else _NAN


def _step(u: Number) -> Number:
    return (1 + mpmath.sign(u)) / 2


def _sinc(order: Number, u: Number) -> Number:
    n = int(order)
    return mpmath.hyp0f1(n + mpf(3) / 2, -u * u / 4) / math.prod(range(1, 2 * n + 2, 2))


def _softplus(u: Number) -> Number:
    return max(u, mpf(0)) + mpmath.log1p(mpmath.exp(-abs(u)))


def _where(condition: Number, chosen: Number, other: Number) -> Number:
    return _NAN if mpmath.isnan(condition) else (chosen if condition else other)


def _compared(relation: Callable[[Number, Number], bool]) -> Callable[..., Number]:
    def holds(a: Number, b: Number) -> Number:
        return _NAN if mpmath.isnan(a) or mpmath.isnan(b) else mpf(relation(a, b))

    return holds


def _sum(*terms: Number) -> Number:
    precision, rounding = mpmath.mp._prec_rounding
    result = libmp.fzero
    for term in terms:
        result = libmp.mpf_add(result, term._mpf_, precision, rounding)
    return mpmath.mp.make_mpf(result)


def _product(*factors: Number) -> Number:
    precision, rounding = mpmath.mp._prec_rounding
    result = libmp.fone
    for factor in factors:
        result = libmp.mpf_mul(result, factor._mpf_, precision, rounding)
    return mpmath.mp.make_mpf(result)


_NAMESAKES = (
    *("tan", "asin", "acos", "atan", "tanh", "asinh", "acosh", "atanh", "exp", "expm1", "sqrt"),
    *("erf", "erfc", "sign"),
)

FORMS: dict[str, Callable[..., Number]] = {
    "add": _sum,
    "multiply": _product,
    **{name: _real(getattr(mpmath, name)) for name in _NAMESAKES},
    "cos": _real(_one(libmp.mpf_cos_sin, 0)),
    "sin": _real(_one(libmp.mpf_cos_sin, 1)),
    "cosh": _real(_one(libmp.mpf_cosh_sinh, 0)),
    "sinh": _real(_one(libmp.mpf_cosh_sinh, 1)),
    "power": _real(_power),
    "log": _real(_log),
    "log2": _real(lambda u: _log(u) / mpmath.ln2),
    "log10": _real(lambda u: _log(u) / mpmath.ln10),
    "log1p": _real(lambda u: mpmath.log1p(u) if u > -1 else _NAN),
    "cbrt": _real(_cbrt),
    "hypot": _hypot,
    "atan2": _real(_atan2),
    "absolute": abs,
    "maximum": lambda a, b: _NAN if mpmath.isnan(a) or mpmath.isnan(b) else max(a, b),
    "minimum": lambda a, b: _NAN if mpmath.isnan(a) or mpmath.isnan(b) else min(a, b),
    "heaviside": _step,
    "sigmoid": _real(lambda u: 1 / (1 + mpmath.exp(-u))),
    "softplus": _real(_softplus),
    "gamma": _real(lambda u: mpmath.gamma(u) if u > 0 else _NAN),
    "loggamma": _real(lambda u: mpmath.loggamma(u) if u > 0 else _NAN),
    "polygamma": _real(lambda n, u: mpmath.psi(int(n), u) if u > 0 else _NAN),
    "besselj": _real(lambda n, u: mpmath.besselj(int(n), u)),
    "sinc": _real(_sinc),
    "floor": mpmath.floor,
    "rint": mpmath.nint,
    "mod": _real(lambda u, v: u - v * mpmath.floor(u / v)),
    "where": _where,
    "less": _compared(lambda a, b: a < b),
    "less_equal": _compared(lambda a, b: a <= b),
    "equal": _compared(lambda a, b: a == b),
    "not_equal": _compared(lambda a, b: a != b),
    "logical_and": _compared(lambda a, b: bool(a and b)),
    "logical_or": _compared(lambda a, b: bool(a or b)),
    "logical_not": lambda a: _NAN if mpmath.isnan(a) else mpf(not a),
}
"""By the names of the compiled forms, and ``add`` and ``multiply`` of any number."""
