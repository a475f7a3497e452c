"""Expressions as a list of operations on mpmath's numbers, each distinct one done once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy

from ..expression.calculus import Known, derivatives, upwards
from ..expression.functions import kernel_name, own
from .functions import FORMS, Number

_DEEP = {"exp", "expm1", "tanh", "sinh", "cosh", "erf", "erfc", "sigmoid", "softplus"}
_SLOW = {
    "erf": 100,
    "erfc": 300,
    "gamma": 100,
    "loggamma": 100,
    "polygamma": 1000,
    "besselj": 100,
    "sinc": 100,
}  # operations that take as long, with hundreds of digits
_SIMPLE = {
    *("add", "multiply", "power", "sqrt", "sign", "absolute", "maximum", "minimum", "where"),
    *("less", "less_equal", "equal", "not_equal", "logical_and", "logical_or", "logical_not"),
}
_COSTS = ((2.0, 8e-6), (15.0, 3e-4), (20.0, 5e-3))  # microseconds: simple, other, slow operations


def written(expr: sympy.Expr) -> sympy.Expr:
    """Give an expression with its decimal numbers as the fractions that were written."""
    return expr.xreplace({n: fraction(float(n)) for n in expr.atoms(sympy.Float)})


def fraction(value: float) -> sympy.Rational:
    """Give the shortest decimal number that rounds to a double."""
    return sympy.Rational(repr(float(value)))


@dataclass
class Work:
    """Work that may be done, in about the microseconds that it takes.

    Attributes
    ----------
    left : float
        What is left of it.
    """

    left: float = np.inf

    def spend(self, cost: float) -> None:
        """Take some of it.

        Raises
        ------
        TooMuchError
            If there is not as much left.
        """
        self.left -= cost
        if self.left < 0:
            raise TooMuchError


class TooMuchError(ArithmeticError):
    """There is no work left to be done."""


class Program:
    """Computes expressions with the digits that mpmath is set to.

    Parameters
    ----------
    exprs : sequence of sympy.Expr
        Sums, products, powers and functions of the table.
    inputs : sequence of sympy.Symbol
        The names whose values are given later.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> with mpmath.workdps(15):
    ...     (value,) = Program([1 - sympy.cos(x)], [x])([mpmath.mpf("1e-20")])
    >>> mpmath.nstr(value, 5)
    '0.0'
    >>> with mpmath.workdps(60):
    ...     (value,) = Program([1 - sympy.cos(x)], [x])([mpmath.mpf("1e-20")])
    >>> mpmath.nstr(value, 5)
    '5.0e-41'
    """

    def __init__(self, exprs: Sequence[sympy.Expr], inputs: Sequence[sympy.Symbol]) -> None:
        place: dict[sympy.Expr, int] = {name: i for i, name in enumerate(inputs)}
        self._constants: list[sympy.Expr] = []
        self._steps: list[tuple[str, list[int]]] = []
        self._deep: list[tuple[str, list[int]]] = []
        nodes = [node for node in upwards(exprs) if node not in place]
        for node in nodes:
            if not node.args:
                place[node] = len(place)
                self._constants.append(node)
        for node in nodes:
            if node.args:
                self._steps.append((_name(node), [place[a] for a in node.args]))
                if _is_deep(node):
                    self._deep.append(self._steps[-1])
                place[node] = len(place)
        self._outputs = [place[e] for e in exprs]
        names = [name for name, _ in self._steps]
        slow = sum(name in _SLOW for name in names)
        simple = sum(name in _SIMPLE for name in names)
        self._counts = simple, len(names) - simple - slow, slow
        self._numbers: tuple[int, list[Number]] = 0, []
        self._last: tuple[Any, list[Number]] = None, []

    def __len__(self) -> int:
        return sum(_SLOW.get(name, 1) for name, _ in self._steps)

    def cost(self) -> float:
        """Give about the microseconds of a computation: digits make it grow by their square."""
        square = float(mpmath.mp.dps) ** 2
        return sum(n * (a + b * square) for n, (a, b) in zip(self._counts, _COSTS, strict=True))

    def __call__(self, inputs: Sequence[Number], work: Work | None = None) -> list[Number]:
        """Compute the expressions; nan where one is undefined.

        Raises
        ------
        TooMuchError
            If it takes more work than there is.
        """
        values = self._values(inputs, work)
        return [values[i] for i in self._outputs]

    def deepest(self, inputs: Sequence[Number], work: Work | None = None) -> Number:
        """Give the largest argument of a function that comes to a limit as exponentials do."""
        values = self._values(inputs, work)
        sizes = [_depth(name, *[values[i] for i in operands]) for name, operands in self._deep]
        return max(sizes, default=mpmath.mpf(0))

    def _values(self, inputs: Sequence[Number], work: Work | None = None) -> list[Number]:
        place = mpmath.mp.prec, *(number._mpf_ for number in inputs)
        known, values = self._last
        if known != place:
            if work is not None:
                work.spend(self.cost())
            values = [*inputs, *self._constant_values()]
            for name, operands in self._steps:
                values.append(FORMS[name](*[values[i] for i in operands]))
            self._last = place, values
        return values

    def _constant_values(self) -> list[Number]:
        if self._numbers[0] != mpmath.mp.prec:
            self._numbers = mpmath.mp.prec, [_number(c) for c in self._constants]
        return self._numbers[1]


def _is_deep(node: sympy.Expr) -> bool:
    return _name(node) in _DEEP or bool(node.is_Pow and node.exp.free_symbols)


def _depth(name: str, *operands: Number) -> Number:
    """Give the argument of an exponential; of a power, that of the one that it is."""
    first, *exponent = operands
    if not exponent:
        return abs(first)
    return abs(exponent[0] * mpmath.log(abs(first))) if first else mpmath.inf


def _name(node: sympy.Expr) -> str:
    if node.is_Add or node.is_Mul:
        return "add" if node.is_Add else "multiply"
    return kernel_name(node.func)


def _number(expr: sympy.Expr) -> Number:
    if expr.is_Rational:
        return mpmath.mpf(int(expr.p)) / int(expr.q)
    return mpmath.mpf({sympy.pi: mpmath.pi, sympy.E: mpmath.e}[expr])


class Precise:
    """f, its gradient, and the lower triangle of its Hessian.

    Parameters
    ----------
    first, second : sequence of sympy.Expr
        f and its gradient; the lower triangle of the Hessian, row by row.
    inputs : sequence of sympy.Symbol
        The variables, and the parameters.
    """

    def __init__(
        self,
        first: Sequence[sympy.Expr],
        second: Sequence[sympy.Expr],
        inputs: Sequence[sympy.Symbol],
    ) -> None:
        self.first = Program(first, inputs)
        self.both = Program([*first, *second], inputs)
        self.value = Program(first[:1], inputs)
        self.slopes = Program([*first[1:], *second], inputs)

    @classmethod
    def of(
        cls, expr: sympy.Expr, variables: Sequence[sympy.Symbol], params: Sequence[sympy.Symbol]
    ) -> Precise:
        """Differentiate a formula, with its decimals as they were written."""
        value = written(expr)
        gradient = [*map(own, derivatives(value, variables))]
        known: Known = {}
        lower = (derivatives(g, variables[:i], known) for i, g in enumerate(gradient, 1))
        second = [own(entry) for row in lower for entry in row]
        return cls([value, *gradient], second, (*variables, *params))

    def __len__(self) -> int:
        return len(self.both)
