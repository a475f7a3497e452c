"""Which variables f is even in: descent never leaves the plane where such a variable is zero."""

from __future__ import annotations

from enum import IntEnum

import sympy

from ..expression.classes import Where
from ..expression.functions import BY_CLASS
from ..problem import Problem


class Parity(IntEnum):
    """How an expression answers to a change of sign of one variable."""

    NONE = 0
    EVEN = 1
    ODD = -1


_PARITIES = {"even": Parity.EVEN, "odd": Parity.ODD, None: Parity.NONE}


def even_variables(problem: Problem) -> tuple[str, ...]:
    """Name the variables in which f is even, as the expression itself shows.

    Examples
    --------
    >>> even_variables(Problem("cos(2*pi*x) + x**2 + (y - 1)**2"))
    ('x',)
    """
    return tuple(v.name for v in problem.variables if parity(problem.expr, v) is Parity.EVEN)


def parity(expr: sympy.Expr, variable: sympy.Symbol) -> Parity:
    """Tell whether an expression is even or odd in a variable, from its form."""
    if variable not in expr.free_symbols:
        return Parity.EVEN
    if expr == variable:
        return Parity.ODD
    parts = [parity(a, variable) for a in expr.args]
    if all(p is Parity.EVEN for p in parts):
        return Parity.EVEN
    if Parity.NONE in parts:
        return Parity.NONE
    if expr.is_Mul:
        return Parity.ODD if parts.count(Parity.ODD) % 2 else Parity.EVEN
    if expr.is_Add or (isinstance(expr, Where) and parts[0] is Parity.EVEN):
        own = set(parts[1:] if isinstance(expr, Where) else parts)
        return own.pop() if len(own) == 1 else Parity.NONE
    if expr.is_Pow and expr.exp.is_Integer:
        return Parity.EVEN if expr.exp.is_even else Parity.ODD
    row = BY_CLASS.get(expr.func)
    return _PARITIES[row.parity if row else None]
