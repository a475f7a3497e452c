"""Straight-line machine code, written as arithmetic on symbolic floats.

A function of `Float` values runs once for every place where a kernel calls it.  The values stand
for one number, or for a vector of the numbers of several lanes; their operators write LLVM
instructions into the kernel.  So it has no branch, no call and no loop by construction, it costs
no type inference, and equal computations of two functions are merged by the optimiser.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

import numpy as np
from llvmlite import ir

from ..kernel import native

_DOUBLE = ir.DoubleType()
_INT64 = ir.IntType(64)
_BIT = ir.IntType(1)
_EXPONENT = 52  # place of the exponent in the bits of a float
_SPLITTER = 2.0**27 + 1
_TWO_52 = 2.0**52
_TINY = 2.0**-960

# Numba hands the flags of a kernel to every instruction that has none, and error terms such
# as (a - b) - c would not survive "contract".  These flags mean nothing where they stand.
_NO_FLAGS = {"fadd": ("arcp",), "fsub": ("arcp",), "fmul": ("arcp",), "fdiv": ("contract",)}


class _Value:
    """A value that the kernel will hold, and the builder that writes its instructions."""

    def __init__(self, builder: ir.IRBuilder, node: ir.Value) -> None:
        self.builder = builder
        self.node = node

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise TypeError("a lane takes no branches: use select")


class Truth(_Value):
    """A truth value of each lane."""

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.builder, self.builder.and_(self.node, other.node))

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.builder, self.builder.or_(self.node, other.node))

    def __invert__(self) -> Truth:
        return Truth(self.builder, self.builder.not_(self.node))


class Bits(_Value):
    """An int64 of each lane; ``>>`` fills with zeros."""

    def _do(self, operation: str, other: Bits | int) -> Bits:
        right = other.node if isinstance(other, Bits) else ir.Constant(self.node.type, other)
        return Bits(self.builder, getattr(self.builder, operation)(self.node, right))

    def __add__(self, other: Bits | int) -> Bits:
        return self._do("add", other)

    def __sub__(self, other: Bits | int) -> Bits:
        return self._do("sub", other)

    def __and__(self, other: Bits | int) -> Bits:
        return self._do("and_", other)

    def __or__(self, other: Bits | int) -> Bits:
        return self._do("or_", other)

    def __xor__(self, other: Bits | int) -> Bits:
        return self._do("xor", other)

    def __lshift__(self, places: int) -> Bits:
        return self._do("shl", places)

    def __rshift__(self, places: int) -> Bits:
        return self._do("lshr", places)

    def __neg__(self) -> Bits:
        return Bits(self.builder, self.builder.neg(self.node))

    def odd(self) -> Truth:
        """Whether the lowest bit is set."""
        return Truth(self.builder, self.builder.trunc(self.node, _as_many(_BIT, self.node)))


class Float(_Value):
    """A float64 of each lane."""

    flags: ClassVar[Mapping[str, tuple[str, ...]]] = _NO_FLAGS

    def _do(self, operation: str, left: Float | float, right: Float | float) -> Self:
        write, kind = getattr(self.builder, operation), self.node.type
        node = write(as_node(left, kind), as_node(right, kind), flags=self.flags[operation])
        return type(self)(self.builder, node)

    def _is(self, relation: str, other: Float | float) -> Truth:
        right = as_node(other, self.node.type)
        return Truth(self.builder, self.builder.fcmp_ordered(relation, self.node, right))

    def __add__(self, other: Float | float) -> Self:
        return self._do("fadd", self, other)

    def __radd__(self, other: float) -> Self:
        return self._do("fadd", other, self)

    def __sub__(self, other: Float | float) -> Self:
        return self._do("fsub", self, other)

    def __rsub__(self, other: float) -> Self:
        return self._do("fsub", other, self)

    def __mul__(self, other: Float | float) -> Self:
        return self._do("fmul", self, other)

    def __rmul__(self, other: float) -> Self:
        return self._do("fmul", other, self)

    def __truediv__(self, other: Float | float) -> Self:
        return self._do("fdiv", self, other)

    def __rtruediv__(self, other: float) -> Self:
        return self._do("fdiv", other, self)

    def __neg__(self) -> Self:
        return type(self)(self.builder, self.builder.fneg(self.node))

    def __lt__(self, other: Float | float) -> Truth:
        return self._is("<", other)

    def __le__(self, other: Float | float) -> Truth:
        return self._is("<=", other)

    def __gt__(self, other: Float | float) -> Truth:
        return self._is(">", other)

    def __ge__(self, other: Float | float) -> Truth:
        return self._is(">=", other)

    def __eq__(self, other: Float | float) -> Truth:  # type: ignore[override]
        return self._is("==", other)

    def __ne__(self, other: Float | float) -> Truth:  # type: ignore[override]
        right = as_node(other, self.node.type)
        return Truth(self.builder, self.builder.fcmp_unordered("!=", self.node, right))


def as_node(x: Float | float, kind: ir.Type) -> ir.Value:
    """Give the node of a value, or a constant of a type."""
    return x.node if isinstance(x, Float) else ir.Constant(kind, x)


def _as_many(element: ir.Type, like: ir.Value) -> ir.Type:
    """Give the type of as many elements as another value has."""
    kind = like.type
    return ir.VectorType(element, kind.count) if isinstance(kind, ir.VectorType) else element


def _call(name: str, *args: Float | float) -> Float:
    first = next(x for x in args if isinstance(x, Float))
    builder, kind = first.builder, first.node.type
    many = f"v{kind.count}" if isinstance(kind, ir.VectorType) else ""
    full = f"llvm.{name}.{many}f64"
    function = builder.module.globals.get(full) or ir.Function(
        builder.module, ir.FunctionType(kind, [kind] * len(args)), full
    )
    return Float(builder, builder.call(function, [as_node(x, kind) for x in args]))


def fabs(x: Float) -> Float:
    """Return the size of x."""
    return _call("fabs", x)


def floor(x: Float) -> Float:
    """Return the largest whole number not above x."""
    if native.rounds():
        return _call("floor", x)
    exact = Float(x.builder, x.node)
    size = fabs(exact)
    whole = copysign((size + _TWO_52) - _TWO_52, exact)
    below = select(whole > exact, whole - 1.0, whole)
    return select(size < _TWO_52, below, exact)


def root(x: Float) -> Float:
    """Return the square root, correctly rounded."""
    return _call("sqrt", x)


def copysign(x: Float | float, sign: Float) -> Float:
    """Return the size of x with the sign of another number."""
    return _call("copysign", x, sign)


def fma(a: Float | float, b: Float | float, c: Float | float) -> Float:
    """Return ``a*b + c``, rounded once.

    Where the processor has no instruction for it, by products of halves of the numbers, which are
    exact. Rounded is then the sum of a rounded sum and its error, which is the same but for ties.

    References
    ----------
    T. J. Dekker, "A floating-point technique for extending the available precision", Numerische
    Mathematik 18, 224-242 (1971), doi:10.1007/BF01397083.
    """
    if native.fuses():
        return _call("fma", a, b, c)
    like = next(x for x in (a, b, c) if isinstance(x, Float))
    a, b, c = (Float(like.builder, as_node(x, like.node.type)) for x in (a, b, c))
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)
    fused = total + (error + rest)
    # The halves overflow, or their products lose digits.
    plain = unordered(fused, fused) | (fabs(total) == math.inf) | (fabs(product) < _TINY)
    return select(plain, total, fused)


def _halves(x: Float) -> tuple[Float, Float]:
    """Split a number into two with half of the digits each."""
    scaled = x * _SPLITTER
    high = scaled - (scaled - x)
    return high, x - high


def horner(x: Float, table: Sequence[float]) -> Float:
    """Return ``table[0] + table[1]*x + table[2]*x**2 + ...``, by fused steps if there are any."""
    *lower, highest, last = table
    total = _multiplied_and_added(last, x, highest)
    for coefficient in reversed(lower):
        total = _multiplied_and_added(total, x, coefficient)
    return total


def _multiplied_and_added(a: Float | float, x: Float, c: float) -> Float:
    """Return ``a*x + c``: terms of a polynomial shrink, and with them the errors of all but one."""
    return fma(a, x, c) if native.fuses() else x * a + c


def two_chains(x: Float, table: Sequence[float]) -> Float:
    """Return the same as `horner`, even and odd powers apart: faster for many terms.

    It loses digits where the two parts nearly cancel.
    """
    square = x * x
    return fma(x, horner(square, table[1::2]), horner(square, table[::2]))


def unordered(x: Float, y: Float | float) -> Truth:
    """Tell whether one of two numbers is nan."""
    return Truth(x.builder, x.builder.fcmp_unordered("uno", x.node, as_node(y, x.node.type)))


def select(condition: Truth, x: Float | float, y: Float | float) -> Float:
    """Give x where the condition holds and y elsewhere; of arrays too."""
    if not isinstance(condition, Truth):
        return np.where(condition, x, y)
    builder, kind = condition.builder, _as_many(_DOUBLE, condition.node)
    return Float(builder, builder.select(condition.node, as_node(x, kind), as_node(y, kind)))


def to_bits(x: Float) -> Bits:
    """Give the bits of a float."""
    return Bits(x.builder, x.builder.bitcast(x.node, _as_many(_INT64, x.node)))


def from_bits(i: Bits) -> Float:
    """Give the float with these bits."""
    return Float(i.builder, i.builder.bitcast(i.node, _as_many(_DOUBLE, i.node)))


def ldexp(x: Float | float, n: Bits) -> Float:
    """Return ``x * 2**n``, x and the result normal; of n only the low 12 bits count."""
    bits = to_bits(x) if isinstance(x, Float) else struct.unpack("<q", struct.pack("<d", x))[0]
    return from_bits((n << _EXPONENT) + bits)
