"""Functions of one lane of a block: plain Python that writes the kernel's instructions.

A lane function runs once for every place where a kernel calls it, on values that stand for the
lane's numbers. Numba never sees its statements, which saves most of a kernel's compile time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from inspect import Parameter, Signature, signature
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from . import vmath
from .intrinsics import Float, Truth, fabs, floor
from .intrinsics import select as _select

LANES = 64  # lanes in a block: 8 vectors of AVX-512, 16 of AVX2
INF = float("inf")

_DOUBLE = ir.DoubleType()
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

    def __pow__(self, exponent: Float | float) -> Number:
        return elementary(vmath.power)(self, exponent)


@dataclass(frozen=True)
class Layout:
    """The rows of a block's state: how many of each name, in order.

    One array holds them all, so that the compiler can tell that no two rows overlap; rows that
    are only read stand last.
    """

    counts: tuple[tuple[str, int], ...]

    @cached_property
    def rows(self) -> dict[str, slice]:
        """Where the rows of each name lie."""
        rows, start = {}, 0
        for name, count in self.counts:
            rows[name] = slice(start, start + count)
            start += count
        return rows

    @property
    def height(self) -> int:
        """Number of rows."""
        return sum(count for _, count in self.counts)


class State:
    """The numbers of one lane, by the names of their rows."""

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
            self._builder.store(_node(value), place, align=_BYTES)

    def _places(self, name: str) -> list[ir.Value]:
        rows = self._rows[name]
        offsets = [ir.Constant(_INT64, row * LANES) for row in range(rows.start, rows.stop)]
        return [self._builder.gep(self._base, [offset], inbounds=True) for offset in offsets]


def _node(value: Float | float) -> ir.Value:
    return value.node if isinstance(value, Float) else ir.Constant(_DOUBLE, value)


def elementary(function: Any) -> Callable[..., Number]:
    """Give an elementary function of `vmath` for use in lane functions."""

    def apply(*args: Float | float) -> Number:
        builder = next((a.builder for a in args if isinstance(a, Float)), None)
        if builder is None:  # arrays: see `slow`
            plain: Number = function.symbolic(*args)
            return plain
        floats = [Float(builder, _node(a)) for a in args]
        return Number(builder, function.symbolic(*floats).node)

    return apply


def select(condition: Truth, x: Float | float, y: Float | float) -> Number:
    """Give x where the condition holds and y elsewhere."""
    chosen = _select(condition, x, y)
    return Number(chosen.builder, chosen.node) if isinstance(chosen, Float) else chosen


def lane(layout: Layout) -> Callable[[Callable[..., Truth | None]], Any]:
    """Let kernels call a function of a lane's state as ``function(state, block, lane, ...)``.

    Parameters
    ----------
    layout : Layout
        The rows of the state, an array ``(n_blocks, n_rows, LANES)``.

    Returns
    -------
    callable
        Decorator of functions of a `State` and numbers. What they return, a `Truth`, is 1 or 0
        to the kernel; without a result it gets 0.
    """

    def decorate(function: Callable[..., Truth | None]) -> Any:
        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            array = context.make_array(sig.args[0])(context, builder, args[0])
            block, place, *numbers = args[1:]
            offset = builder.mul(block, ir.Constant(_INT64, layout.height * LANES))
            base = builder.gep(array.data, [builder.add(offset, place)], inbounds=True)
            values = [Number(builder, n) for n in numbers]
            truth = function(State(builder, base, layout), *values)
            return _INT64(0) if truth is None else builder.zext(truth.node, _INT64)

        def typing(typingctx: Any, state: Any, block: Any, lane: Any, *args: Any) -> Any:
            floats = [types.float64] * len(args)
            return types.int64(state, types.int64, types.int64, *floats), codegen

        names = list(signature(function).parameters)[1:]
        places = ["typingctx", "state", "block", "lane", *names]
        update_wrapper(typing, function)
        # Numba reads the parameters from the signature.
        typing.__signature__ = Signature(  # type: ignore[attr-defined]
            [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in places]
        )
        return intrinsic(typing)

    return decorate
