"""How an expression grows along a line: a fraction of polynomials in t that encloses it.

The coefficients are intervals of exact fractions; ``sin(u)`` is a constant between -1 and 1.
What is found holds for all t from some t on.  Nothing is rounded, so the sign of a leading
coefficient is a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import zip_longest
from math import isfinite
from operator import add, mul

import sympy

from ..expression.classes import (
    Absolute,
    Indicator,
    Less,
    LessEqual,
    Maximum,
    Minimum,
    Sigmoid,
    Sign,
    UnitStep,
    Where,
)
from ..expression.functions import BY_CLASS

Interval = tuple[Fraction, Fraction]
Polynomial = tuple[Interval, ...]  # by ascending powers of t; the last is not exactly 0

_PRODUCTS = 64  # degree: beyond it no product is formed

_ZERO: Interval = (Fraction(0), Fraction(0))
_ONE: Interval = (Fraction(1), Fraction(1))


class UnknownGrowthError(ArithmeticError):
    """The growth of an expression cannot be told."""


@dataclass(frozen=True)
class Growth:
    """A fraction of polynomials in t that encloses an expression, from some t on.

    Attributes
    ----------
    over, under : tuple
        Coefficients by ascending powers of t. The leading one of `under` is not 0.
    """

    over: Polynomial
    under: Polynomial = (_ONE,)

    @property
    def degree(self) -> int:
        """The power of t that it grows like."""
        return len(self.over) - len(self.under)

    @property
    def sign(self) -> int:
        """Its sign for large t."""
        return _sign(self.over[-1]) * _sign(self.under[-1]) if self.over else 0

    @property
    def number(self) -> float | None:
        """The double that it is, if it is one."""
        if not self.exact or self.degree > 0 or self.under != (_ONE,):
            return None
        value = self.over[0][0] if self.over else Fraction(0)
        return float(value) if float(value) == value else None

    @property
    def exact(self) -> bool:
        """Whether it is the expression itself, from some t on."""
        return all(low == high for low, high in (*self.over, *self.under))

    def __add__(self, other: Growth) -> Growth:
        if self.under == other.under and self.exact and other.exact:
            return Growth(_sum(self.over, other.over), self.under)
        over = _sum(_product(self.over, other.under), _product(other.over, self.under))
        return Growth(over, _product(self.under, other.under))

    def __mul__(self, other: Growth) -> Growth:
        return Growth(_product(self.over, other.over), _product(self.under, other.under))

    def __neg__(self) -> Growth:
        return self * constant(-1)

    def __pow__(self, exponent: int) -> Growth:
        if abs(exponent) > _PRODUCTS or (exponent < 0 and not self.sign):
            raise UnknownGrowthError
        base = self if exponent >= 0 else self._inverse()
        return base._repeated(abs(exponent))

    def _repeated(self, times: int) -> Growth:
        if times == 0:
            return constant(1)
        half = self._repeated(times // 2)
        return half * half * self if times % 2 else half * half

    def _inverse(self) -> Growth:
        if len(self.over) > 1:
            return Growth(self.under, self.over)
        low, high = self.over[0]
        return Growth(_product(self.under, ((1 / high, 1 / low),)))


def constant(low: float | Fraction, high: float | Fraction | None = None) -> Growth:
    """Enclose what stays between two numbers, or is one number."""
    interval = Fraction(low), Fraction(low if high is None else high)
    return Growth(_trimmed([interval]))


def linear(start: float, slope: float) -> Growth:
    """Give the growth of ``start + slope*t``."""
    return Growth(_trimmed([(Fraction(c), Fraction(c)) for c in (start, slope)]))


def grow(expr: sympy.Expr, known: dict[sympy.Expr, Growth]) -> Growth:
    """Enclose an expression along a line.

    Parameters
    ----------
    expr : sympy.Expr
        An expression made of functions of the table.
    known : dict
        The growth of each symbol; that of each sub-expression is added.

    Returns
    -------
    Growth

    Raises
    ------
    UnknownGrowthError
        If the expression holds something else than sums, products, whole powers, bounded
        functions and choices between them, or where its terms cancel beyond what is known.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> g = grow(x**3 - 6*x**2 + sympy.sin(x), {x: linear(0, -1)})
    >>> g.degree, g.sign
    (3, -1)
    """
    if expr not in known:
        known[expr] = _grown(expr, known)
    return known[expr]


_Known = dict[sympy.Expr, Growth]


def _grown(expr: sympy.Expr, known: _Known) -> Growth:
    if expr.is_Rational:
        return constant(Fraction(int(expr.p), int(expr.q)))
    if expr.is_Float:
        return constant(float(expr))
    rule = _indicator if isinstance(expr, Indicator) else _RULES.get(expr.func, _number)
    return rule(expr, known)


def _add(expr: sympy.Expr, known: _Known) -> Growth:
    return reduce(add, [grow(a, known) for a in expr.args])


def _multiply(expr: sympy.Expr, known: _Known) -> Growth:
    return reduce(mul, [grow(a, known) for a in expr.args])


def _power(expr: sympy.Expr, known: _Known) -> Growth:
    if expr.exp.is_Integer:
        return grow(expr.base, known) ** int(expr.exp)
    return _number(expr, known)


def _number(expr: sympy.Expr, known: _Known) -> Growth:
    """Enclose a function of doubles, which the libraries compute almost to the last place."""
    parts = [grow(a, known).number for a in expr.args]
    numbers = [p for p in parts if p is not None]
    if expr.func not in BY_CLASS or len(numbers) < len(parts):
        raise UnknownGrowthError
    value = BY_CLASS[expr.func].at(*numbers)
    if not isfinite(value):
        raise UnknownGrowthError
    error = _LIBRARY * abs(value) + _UNDERFLOW
    return constant(value - error, value + error)


def _between(low: float, high: float) -> _Rule:
    def rule(expr: sympy.Expr, known: _Known) -> Growth:
        grow(expr.args[0], known)  # it has to be defined
        return constant(low, high)

    return rule


def _exponential(expr: sympy.Expr, known: _Known) -> Growth:
    exponent = grow(expr.args[0], known)
    if exponent.degree > 0 and exponent.sign < 0:
        return constant(0, 1)
    return constant(0.5, 2) if exponent.degree < 0 else _number(expr, known)


def _absolute(expr: sympy.Expr, known: _Known) -> Growth:
    argument = grow(expr.args[0], known)
    return -argument if argument.sign < 0 else argument


def _extreme(larger: int) -> _Rule:
    def rule(expr: sympy.Expr, known: _Known) -> Growth:
        one, other = (grow(a, known) for a in expr.args)
        sign = _sign_of(one + -other)
        return _hull(one, other) if sign is None else one if sign == larger else other

    return rule


def _indicator(expr: sympy.Expr, known: _Known) -> Growth:
    """Tell what a comparison comes to, if that is the same from some t on."""
    parts = [grow(a, known) for a in expr.args]
    sign = _sign_of(parts[0] + -parts[1]) if isinstance(expr, Less | LessEqual) else None
    return constant(0, 1) if not sign else constant(int(sign < 0))


def _where(expr: sympy.Expr, known: _Known) -> Growth:
    condition, chosen, other = expr.args
    holds = grow(condition, known)
    if holds.exact:
        return grow(chosen if holds.over else other, known)
    return _hull(grow(chosen, known), grow(other, known))


_Rule = Callable[[sympy.Expr, _Known], Growth]
_LIBRARY = 1e-13  # relative error: of a function in the C library, generously
_UNDERFLOW = 1e-300  # value: below it doubles may have lost digits
_ANGLE = 1.5708  # radians: more than pi/2
_RULES: Mapping[type, _Rule] = {
    sympy.Add: _add,
    sympy.Mul: _multiply,
    sympy.Pow: _power,
    sympy.exp: _exponential,
    sympy.sin: _between(-1, 1),
    sympy.cos: _between(-1, 1),
    sympy.tanh: _between(-1, 1),
    sympy.erf: _between(-1, 1),
    sympy.erfc: _between(0, 2),
    sympy.atan: _between(-_ANGLE, _ANGLE),
    Sigmoid: _between(0, 1),
    Sign: _between(-1, 1),
    UnitStep: _between(0, 1),
    Absolute: _absolute,
    Maximum: _extreme(1),
    Minimum: _extreme(-1),
    Where: _where,
    type(sympy.pi): lambda expr, known: constant(3.141592653589793, 3.1415926535897936),
    type(sympy.E): lambda expr, known: constant(2.718281828459045, 2.7182818284590455),
}


def _sign(interval: Interval) -> int:
    low, high = interval
    if low <= 0 <= high:
        raise UnknownGrowthError
    return 1 if low > 0 else -1


def _sign_of(growth: Growth) -> int | None:
    """Give a sign that may be unknown."""
    try:
        return growth.sign
    except UnknownGrowthError:
        return None


def _hull(one: Growth, other: Growth) -> Growth:
    """Enclose what is one of two at each t."""
    if not one.under == other.under == (_ONE,):
        raise UnknownGrowthError
    pairs = zip_longest(one.over, other.over, fillvalue=_ZERO)
    return Growth(_trimmed([(min(a[0], b[0]), max(a[1], b[1])) for a, b in pairs]))


def _trimmed(coefficients: Sequence[Interval]) -> Polynomial:
    size = len(coefficients)
    while size and coefficients[size - 1] == _ZERO:
        size -= 1
    return tuple(coefficients[:size])


def _sum(one: Polynomial, other: Polynomial) -> Polynomial:
    pairs = zip_longest(one, other, fillvalue=_ZERO)
    return _trimmed([(a[0] + b[0], a[1] + b[1]) for a, b in pairs])


def _product(one: Polynomial, other: Polynomial) -> Polynomial:
    if len(one) + len(other) > _PRODUCTS + 2:
        raise UnknownGrowthError
    sums = [_ZERO] * (len(one) + len(other))
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            if a != _ZERO and b != _ZERO:
                low, high = _times(a, b)
                sums[i + j] = sums[i + j][0] + low, sums[i + j][1] + high
    return _trimmed(sums)


def _times(a: Interval, b: Interval) -> Interval:
    if a[0] == a[1] and b[0] == b[1]:
        return (a[0] * b[0],) * 2
    products = [u * v for u in a for v in b]
    return min(products), max(products)
