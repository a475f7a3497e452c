"""The functions of the table for mpmath; nan where they are undefined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import mpmath
from mpmath import mpf

Number: TypeAlias = Any  # mpmath tells no types
_NAN = mpmath.nan


def _real(function: Callable[..., Any]) -> Callable[..., Number]:
    """Give nan where a function is infinite, complex or undefined, or an argument is."""

    def value(*arguments: Number) -> Number:
        try:
            found = function(*arguments)
        except (ArithmeticError, ValueError):
            return _NAN
        return found if isinstance(found, mpf) and mpmath.isfinite(found) else _NAN

    return value


def _power(base: Number, exponent: Number) -> Number:
    return base ** (int(exponent) if mpmath.isint(exponent) else exponent)


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


def _where(condition: Number, chosen: Number, other: Number) -> Number:
    return _NAN if mpmath.isnan(condition) else (chosen if condition else other)


def _compared(relation: Callable[[Number, Number], bool]) -> Callable[..., Number]:
    def holds(a: Number, b: Number) -> Number:
        return _NAN if mpmath.isnan(a) or mpmath.isnan(b) else mpf(relation(a, b))

    return holds


def _sum(*terms: Number) -> Number:
    return sum(terms, mpf(0))


def _product(*factors: Number) -> Number:
    result = mpf(1)
    for factor in factors:
        result *= factor
    return result


_NAMESAKES = (
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh"),
    *("atanh", "exp", "expm1", "sqrt", "erf", "erfc", "sign"),
)

FORMS: dict[str, Callable[..., Number]] = {
    "add": _sum,
    "multiply": _product,
    **{name: _real(getattr(mpmath, name)) for name in _NAMESAKES},
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
