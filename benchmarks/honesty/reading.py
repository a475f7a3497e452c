"""SymPy's own reading of a formula, evaluated by mpmath: no code of symgd takes part."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy.simplify.cse_main import tree_cse

Numbers = Any  # array of mpmath's numbers, shape (n_vars,)

_UNKNOWN = ("hypot", "cbrt", "expm1", "log1p", "log2", "where")
_NAMES = {"max": sympy.Max, "min": sympy.Min, "abs": sympy.Abs, "arctan": sympy.atan}
_INSIDE = sympy.Rational(1, 10**80)  # so far inside an edge of the domain f is still defined
_SHORT = 200  # operations: shorter formulas are evaluated as they stand, roots of squares, too
_FAR = 1e100  # arguments: beyond this mpmath's functions would take for ever


def _shared(expr: Any) -> tuple[Any, Any]:
    """Share parts as they are: SymPy's own search takes x*x for x where 2*x stands beside it."""
    parts, (rest,) = tree_cse([expr], sympy.numbered_symbols("shared"))
    return parts, rest


def _within(name: str) -> Callable[[Any], Any]:
    """Give a function of mpmath that refuses huge arguments."""
    function = getattr(mpmath, name)

    def value(u: Any) -> Any:
        if not abs(u) < _FAR:
            raise OverflowError(name)
        return function(u)

    return value


_CALLS: dict[str, Any] = {name: _within(name) for name in ("exp", "sin", "cos", "tan")}
_CALLS |= {name: _within(name) for name in ("sinh", "cosh", "tanh", "expm1", "erf", "erfc")}
_CALLS |= {
    "cbrt": lambda u: mpmath.sign(u) * mpmath.cbrt(abs(u)), "Max": max, "Min": min,
    "log2": lambda u: mpmath.log(u, 2), "log1p": mpmath.log1p,
    "hypot": mpmath.hypot, "asinh": mpmath.asinh, "max": max, "min": min,
    "where": lambda test, yes, no: yes if test else no,
}  # fmt: skip


_DOUBLES: dict[str, Any] = {
    "Max": lambda *u: np.max(u), "Min": lambda *u: np.min(u), "max": lambda *u: np.max(u),
    "erf": lambda u: math.erf(u), "erfc": lambda u: math.erfc(u), "min": lambda *u: np.min(u),
}  # fmt: skip


class Reading:
    """A formula as SymPy reads it.

    Parameters
    ----------
    text : str
        The formula.
    names : sequence of str
        Its variables, in order.
    """

    def __init__(self, text: str, names: Sequence[str]) -> None:
        symbols = sympy.symbols(list(names), real=True)
        known = _NAMES | {name: sympy.Function(name) for name in _UNKNOWN}
        known |= dict(zip(names, symbols, strict=True))
        expr = sympy.sympify(text, known, rational=True, evaluate=False)
        self._value = self._function(symbols, expr)
        levels = list(dict.fromkeys(_levels(expr)))
        self._double = sympy.lambdify(symbols, expr, modules=[_DOUBLES, "numpy"])
        self._levels = [self._function(symbols, level) for level in levels]

    @staticmethod
    def _function(symbols: Any, expr: Any) -> Callable[[Numbers], Any]:
        shared = False if sympy.count_ops(expr) <= _SHORT else _shared
        function = sympy.lambdify(symbols, expr, modules=[_CALLS, "mpmath"], cse=shared)

        def value(x: Numbers) -> Any:
            try:
                found = function(*x)
                real = isinstance(found, mpmath.mpf | int) and mpmath.isfinite(found)
            except (ArithmeticError, ValueError, TypeError, AttributeError):  # some of it complex
                return None
            return mpmath.mpf(found) if real else None

        return value

    def __call__(self, x: Numbers) -> Any:
        """Evaluate f with the digits of the context; None where it is not a number."""
        return self._value(x)

    def in_doubles(self, x: Any) -> float:
        """Evaluate f as doubles do; not finite where they fail."""
        try:
            with np.errstate(all="ignore"):
                return float(self._double(*np.asarray(x, dtype=float)))
        except (ArithmeticError, ValueError, TypeError):
            return float("nan")

    def levels(self, x: Numbers) -> list[Any]:
        """Evaluate what is 0 where f has kinks, cusps and edges."""
        return [level(x) for level in self._levels]


def _levels(expr: Any) -> Iterator[Any]:
    for part in sympy.preorder_traversal(expr):
        if isinstance(part, sympy.Abs | sympy.sign):
            yield part.args[0]
        elif isinstance(part, sympy.Max | sympy.Min):
            yield from (one - other for one, other in combinations(part.args, 2))
        elif part.is_Pow and part.exp.is_Rational and not part.exp.is_Integer:
            yield part.base - _INSIDE
        elif isinstance(part, sympy.acos | sympy.asin):
            yield 1 - part.args[0] ** 2 - _INSIDE
        elif part.func.__name__ == "cbrt":
            yield part.args[0]
        elif part.func.__name__ == "hypot":
            yield from part.args
        elif isinstance(part, sympy.core.relational.Relational):
            yield part.lhs - part.rhs


def numbers(x: Any) -> Numbers:
    """Give doubles as mpmath's numbers."""
    return np.array([mpmath.mpf(float(each)) for each in x], dtype=object)
