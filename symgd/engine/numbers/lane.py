"""The numbers of a lane, for plain Python that writes the kernel's instructions.

A function of a lane runs once for every place where a kernel calls it, on values that stand for
the lane's numbers. Numba never sees its statements, which saves most of a kernel's compile time.
Each value is a vector that holds the numbers of several lanes, as many as the processor computes
with at once; the function need not know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from inspect import signature
from operator import add
from typing import Any

import numpy as np
from llvmlite import ir

from ..kernel import native
from ..kernel.layout import LANES, Layout
from . import vmath
from .intrinsics import Float, Truth, as_node, fabs, floor
from .intrinsics import root as _root
from .intrinsics import select as _select

INF = float("inf")

#: Lanes of a vector.
WIDTH = native.width()
VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)

_INT64 = ir.IntType(64)
_BYTES = 8


class Number(Float):
    """A float64 of a lane outside the elementary functions.

    A product and a sum may become one fused operation, and the sign of zero is ignored.
    Nothing may assume that there is no nan or infinity, nor group operations anew: the first
    would make the tests for them constant, the second a lane's bits depend on its neighbours.
    """

    flags = dict.fromkeys(("fadd", "fsub", "fmul", "fdiv"), ("contract", "nsz"))

    def __abs__(self) -> Number:
        return Number(self.builder, fabs(self).node)

    def __floordiv__(self, other: Float | float) -> Number:
        return Number(self.builder, floor(self / other).node)

    def __rfloordiv__(self, other: float) -> Number:
        return Number(self.builder, floor(other / self).node)

    def __pow__(self, exponent: Float | float) -> Number:
        return elementary(vmath.power)(self, exponent)

    def __rpow__(self, base: float) -> Number:
        return elementary(vmath.power)(base, self)


class State:
    """The numbers of a lane, by the names of their rows."""

    def __init__(self, builder: ir.IRBuilder, base: ir.Value, layout: Layout) -> None:
        self._builder, self._base, self._rows = builder, base, layout.rows

    def __getitem__(self, name: str) -> Number:
        (number,) = self.all(name)
        return number

    def __setitem__(self, name: str, value: Float | float) -> None:
        self.put(name, [value])

    def all(self, name: str) -> list[Number]:
        """Load all rows of a name."""
        return [
            Number(self._builder, self._builder.load(place, align=_BYTES))
            for place in self._places(name)
        ]

    def put(self, name: str, values: Sequence[Float | float]) -> None:
        """Store all rows of a name."""
        for place, value in zip(self._places(name), values, strict=True):
            self._builder.store(as_node(value, VECTOR), place, align=_BYTES)

    def _places(self, name: str) -> list[ir.Value]:
        rows = self._rows[name]
        offsets = [ir.Constant(_INT64, row * LANES) for row in range(rows.start, rows.stop)]
        places = [self._builder.gep(self._base, [offset], inbounds=True) for offset in offsets]
        return [self._builder.bitcast(place, VECTOR.as_pointer()) for place in places]


def elementary(function: Callable[..., Any]) -> Callable[..., Number]:
    """Give an elementary function of `vmath` for use in lane functions.

    Its `order`, if it has one, is the first argument, and a number while the kernel is written.
    """
    orders = int("order" in signature(function).parameters)

    def apply(*args: Float | float) -> Number:
        builder = next((a.builder for a in args if isinstance(a, Float)), None)
        if builder is None:  # arrays: see `slow`
            plain: Number = function(*args)
            return plain
        floats = [Float(builder, as_node(a, VECTOR)) for a in args[orders:]]
        return Number(builder, function(*args[:orders], *floats).node)

    return apply


clip = elementary(vmath.clip)
larger = elementary(vmath.larger)
projected = elementary(vmath.projected)
smaller = elementary(vmath.smaller)


def select(condition: Truth, x: Float | float, y: Float | float) -> Number:
    """Give x where the condition holds and y elsewhere."""
    chosen = _select(condition, x, y)
    return Number(chosen.builder, chosen.node) if isinstance(chosen, Float) else chosen


def dot(a: Sequence[Number], b: Sequence[Number]) -> Number:
    """Give the inner product of two vectors of a lane."""
    return reduce(add, [x * y for x, y in zip(a, b, strict=True)])


def root(x: Number) -> Number:
    """Give the square root."""
    return Number(x.builder, _root(x).node) if isinstance(x, Float) else np.sqrt(x)


def size(values: Sequence[Number]) -> Number:
    """Give the sum of the sizes of a lane's numbers: finite if all of them are."""
    return reduce(add, [abs(v) for v in values])


def chosen(condition: Truth, new: Sequence[Number | float], old: Sequence[Number]) -> list[Number]:
    """Give the new numbers where the condition holds, and the old ones elsewhere."""
    return [select(condition, a, b) for a, b in zip(new, old, strict=True)]
