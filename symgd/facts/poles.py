"""Poles of rational functions of t, and on which side the function falls without end there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import sympy
from sympy import QQ, Poly

from .growth import Growth, Polynomial, UnknownGrowthError, constant

_DEGREE = 12  # degree of a denominator: its roots are looked for up to it
_ROOT = QQ(1, 10**18)  # distance: how closely a root is enclosed that is no fraction
_T = sympy.Symbol("t", real=True)


@dataclass(frozen=True)
class Pole:
    """A pole with f going to minus infinity on at least one side.

    Attributes
    ----------
    low, high : Fraction
        It lies between them; they are equal where it is a fraction.
    order : int
        f is like a constant over the distance to this power.
    left, right : bool
        Whether f goes to minus infinity as t comes from below, and from above.
    """

    low: Fraction
    high: Fraction
    order: int
    left: bool
    right: bool


def falling_poles(growth: Growth) -> Iterator[Pole]:
    """Find the poles at which a rational function goes to minus infinity, in ascending order.

    Parameters
    ----------
    growth : Growth
        The function of t; without exact coefficients nothing is found.

    Examples
    --------
    >>> from .growth import grow, linear
    >>> t = sympy.Symbol("t", real=True)
    >>> [pole] = falling_poles(grow(1 / (t - 1), {t: linear(0, 1)}))
    >>> pole.low, pole.order, pole.left, pole.right
    (Fraction(1, 1), 1, True, False)
    """
    if not growth.exact or not 1 < len(growth.under) <= _DEGREE + 1:
        return
    over, under = _poly(growth.over).cancel(_poly(growth.under), include=True)
    found = [(end, order) for factor, order in under.sqf_list()[1] for end in _roots(factor)]
    for (low, high), order in sorted(found):
        sign = _sign(over, under, low, high, order)
        left = sign * (-1) ** order < 0
        if left or sign < 0:
            yield Pole(low, high, order, left, sign < 0)


def _poly(coefficients: Polynomial) -> Poly:
    entries = [QQ(low.numerator, low.denominator) for low, _ in reversed(coefficients)]
    return Poly.from_list(entries or [0], _T, domain=QQ)


def _roots(factor: Poly) -> list[tuple[Fraction, Fraction]]:
    """Enclose the real roots of a factor, which are simple."""
    ends = (pair for pair, _ in factor.intervals(eps=_ROOT))
    return [(_fraction(low), _fraction(high)) for low, high in ends]


def _fraction(number: sympy.Rational) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _sign(over: Poly, under: Poly, low: Fraction, high: Fraction, order: int) -> int:
    """Give the sign of f just above a root of the denominator; 0 where it is not known."""
    slope = reduce(lambda poly, _: poly.diff(), range(order), under)
    root = constant(low, high)
    try:
        return _at(over, root).sign * _at(slope, root).sign
    except UnknownGrowthError:
        return 0


def _at(poly: Poly, place: Growth) -> Growth:
    coefficients: Sequence[sympy.Rational] = poly.all_coeffs()
    steps = (constant(_fraction(c)) for c in coefficients)
    return reduce(lambda value, c: value * place + c, steps, constant(0))
