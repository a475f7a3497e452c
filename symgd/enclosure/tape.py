"""Expressions as a list of interval operations: each distinct sub-expression is done once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import ClassVar

import numpy as np
import sympy

from ..expression.calculus import upwards
from ..expression.functions import kernel_name, to_double
from .enclosures import ENCLOSURES, Enclosure
from .intervals import Interval, add, multiply, outward

OPERATIONS: dict[str, Enclosure] = {**ENCLOSURES, "add": add, "multiply": multiply}


class Tape:
    """Encloses expressions over boxes, see `intervals`.

    Parameters
    ----------
    exprs : sequence of sympy.Expr
        Sums, products, powers and functions of the table.
    inputs : sequence of sympy.Symbol
        The names whose intervals are given later.
    numbers : mapping of sympy.Symbol to sympy.Expr, optional
        Names that stand for numbers.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> (value,) = Tape([x**2 + 1], [x])([np.array([[-1.0], [2.0]])])
    >>> value.ravel().round(12)
    array([1., 5.])
    """

    operations: ClassVar[Mapping[str, Enclosure]] = OPERATIONS

    def __init__(
        self,
        exprs: Sequence[sympy.Expr],
        inputs: Sequence[sympy.Symbol],
        numbers: Mapping[sympy.Symbol, sympy.Expr] | None = None,
    ) -> None:
        self._constants: dict[int, Interval] = {}
        self._steps: list[tuple[str, list[int], int]] = []  # operation, operands, target
        self._count = len(inputs)  # of values; the inputs are the first
        place = {name: i for i, name in enumerate(inputs)}
        for name, value in (numbers or {}).items():
            place[name] = self._constant(number(value))
        for node in upwards(exprs):
            if node not in place:
                place[node] = self._place(node, [place[a] for a in node.args])
        self._outputs = [place[e] for e in exprs]

    def __len__(self) -> int:
        return len(self._steps)

    def __call__(self, inputs: Sequence[Interval]) -> list[Interval]:
        """Enclose the expressions for intervals of the inputs."""
        values = dict(enumerate(inputs)) | self._constants
        with np.errstate(all="ignore"):
            for operation, operands, target in self._steps:
                values[target] = self.operations[operation](*[values[i] for i in operands])
        return [values[i] for i in self._outputs]

    def _place(self, node: sympy.Expr, operands: list[int]) -> int:
        if not operands:
            return self._constant(number(node))
        if node.is_Add or node.is_Mul:
            operation = "add" if node.is_Add else "multiply"
            constants_first = sorted(operands, key=lambda i: i not in self._constants)
            return reduce(lambda i, j: self._step(operation, [i, j]), constants_first)
        return self._step(kernel_name(node.func), operands)

    def _step(self, operation: str, operands: list[int]) -> int:
        if all(i in self._constants for i in operands):
            with np.errstate(all="ignore"):
                return self._constant(
                    self.operations[operation](*[self._constants[i] for i in operands])
                )
        target = self._next()
        self._steps.append((operation, operands, target))
        return target

    def _constant(self, value: Interval) -> int:
        place = self._next()
        self._constants[place] = value
        return place

    def _next(self) -> int:
        self._count += 1
        return self._count - 1


def number(expr: sympy.Expr) -> Interval:
    """Enclose a number: by itself if it is a double, else by its neighbours."""
    value = to_double(expr)
    ends = np.full((2, 1), value)
    exact = sympy.Rational(expr) if expr.is_Float else expr
    if exact.is_Rational and Fraction(int(exact.p), int(exact.q)) == Fraction(value):
        return ends
    return outward(ends, 2)
