"""Which constants SymPy is given exactly: ``3/4``, ``sqrt(2)/pi``, ``1 + sqrt(5)``.

All others become decimal numbers, since SymPy may take hours over the sign of a sum of roots,
and the memory of the machine over a root of a large whole number.
"""

from __future__ import annotations

import sympy

from .functions import BY_CLASS

_BITS = 256  # size of a fraction that stays exact
_DIVISOR = 12  # in exponents of constants and in multiples of pi that stay exact
_ROOT = 100  # denominators of written exponents that stay fractions


def is_simple(expr: sympy.Expr) -> bool:
    """Tell whether a constant is short, with at most one irrational term.

    Examples
    --------
    >>> is_simple(1 + sympy.sqrt(5)), is_simple(sympy.sqrt(2) + sympy.sqrt(3))
    (True, False)
    """
    terms = sympy.Add.make_args(expr)
    return sum(not t.is_Rational for t in terms) <= 1 and all(
        _is_simple_factor(f) for t in terms for f in sympy.Mul.make_args(t)
    )


def _is_simple_factor(factor: sympy.Expr) -> bool:
    if factor.is_Rational:
        return _bits(factor) <= _BITS
    if factor.is_Float or factor in (sympy.pi, sympy.E):
        return True
    if factor.is_Pow and factor.base is not sympy.E:
        return bool(factor.exp.is_Rational) and _is_simple_factor(factor.base)
    return factor.func in BY_CLASS and all(map(is_simple_argument, factor.args))


def is_simple_argument(expr: sympy.Expr) -> bool:
    """Tell whether SymPy may see a function of it: a short fraction or multiple of pi."""
    multiple = expr / sympy.pi
    return bool(
        (expr.is_Rational and _bits(expr) <= _BITS // 4)
        or (multiple.is_Rational and _bits(multiple) <= 20 and multiple.q <= _DIVISOR)
    )


def _bits(fraction: sympy.Expr) -> int:
    return max(int(fraction.p).bit_length(), int(fraction.q).bit_length())


def keeps_power(base: sympy.Expr, exponent: sympy.Expr) -> bool:
    """Tell whether a power of constants is small enough for SymPy."""
    if base.is_Add or not exponent.is_Rational or exponent.q > _DIVISOR:
        return False
    return not base.is_Rational or _bits(base) * abs(exponent) <= _BITS


def exact_exponent(exponent: sympy.Expr, value: float) -> sympy.Expr:
    """Give a constant exponent as a whole number, a small fraction, or a decimal number."""
    if value.is_integer():
        return sympy.Integer(int(value))
    if exponent.is_Rational and exponent.q > _ROOT:
        return sympy.Float(value)
    return exponent
