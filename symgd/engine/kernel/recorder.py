"""What a lane computes, written down as a list of operations instead of LLVM's instructions.

A `Recorder` stands where the functions of a lane expect LLVM's builder. Equal computations are one
`Operation`, as LLVM's passes make them one, so uses can be counted.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

_DOUBLE, _INT64, _BIT = ir.DoubleType(), ir.IntType(64), ir.IntType(1)
_FOLDED: dict[str, Callable[[float, float], float]] = {
    "fadd": operator.add,
    "fsub": operator.sub,
    "fmul": operator.mul,
}


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation on others; a constant and an input are operations on none.

    Attributes
    ----------
    name : str
        LLVM's name of it; ``"constant"`` and ``"input"`` besides.
    operands : tuple
        Operations, and what else decides it.
    type : llvmlite.ir.Type
        Of its result.
    contract : bool
        Whether it may become part of a fused one.
    fixed : bool
        Whether it is an input that does not change from step to step.
    """

    name: str
    operands: tuple[Any, ...]
    type: ir.Type
    contract: bool = False
    fixed: bool = False

    @property
    def inputs(self) -> list[Operation]:
        """The operations among the operands."""
        return [o for o in self.operands if isinstance(o, Operation)]


class Recorder:
    """Takes the place of LLVM's builder; `operations` holds what was asked, in order."""

    def __init__(self) -> None:
        self.module = ir.Module()
        self.operations: list[Operation] = []
        self._known: dict[Any, Operation] = {}

    def input(self, name: str, fixed: bool) -> Operation:
        """Give a number that is not known yet, and may be the same from step to step."""
        self.operations.append(Operation("input", (name,), _DOUBLE, fixed=fixed))
        return self.operations[-1]

    def constant(self, number: float) -> Operation:
        """Give a number that is known."""
        known: Operation = self._value(ir.Constant(_DOUBLE, number))
        return known

    def __getattr__(self, name: str) -> Callable[..., Operation]:
        if name not in _TYPES:
            raise AttributeError(name)
        return lambda *operands, flags=(): self._record(name, operands, _TYPES[name], flags)

    def fcmp_ordered(self, relation: str, left: Any, right: Any) -> Operation:
        """Compare two numbers, of which none is nan."""
        return self._record(f"o{relation}", (left, right), _BIT)

    def fcmp_unordered(self, relation: str, left: Any, right: Any) -> Operation:
        """Compare two numbers, or tell that one is nan."""
        return self._record(f"u{relation}", (left, right), _BIT)

    def bitcast(self, value: Any, kind: ir.Type) -> Operation:
        """Give the bits of a number, or the number with these bits."""
        bits = isinstance(kind, ir.IntType)
        return self._record("bits" if bits else "number", (value,), _INT64 if bits else _DOUBLE)

    def trunc(self, value: Any, kind: ir.Type) -> Operation:
        """Give the lowest bit."""
        return self._record("odd", (value,), _BIT)

    def call(self, function: ir.Function, operands: Any) -> Operation:
        """Call one of LLVM's own functions."""
        return self._record(function.name.split(".")[1], tuple(operands), _DOUBLE)

    def _record(self, name: str, operands: Any, kind: ir.Type, flags: Any = ()) -> Operation:
        values = tuple(self._value(o) for o in operands)
        if name in ("and_", "or_"):  # of bits, or of what holds
            kind = values[0].type
        if name in _FOLDED and all(v.name == "constant" for v in values):
            return self.constant(_FOLDED[name](*(v.operands[0] for v in values)))
        key = name, tuple(map(_identity, values)), "contract" in flags
        if key not in self._known:
            self._known[key] = Operation(name, values, kind, "contract" in flags)
            self.operations.append(self._known[key])
        return self._known[key]

    def _value(self, operand: Any) -> Any:
        """Make an operation of a constant of LLVM's."""
        if not isinstance(operand, ir.Constant):
            return operand
        number = operand.constant
        while not isinstance(number, float | int):  # the same in all lanes
            number = number[0].constant
        kind = _INT64 if isinstance(operand.type, ir.IntType) else _DOUBLE
        number = int(number) if kind is _INT64 else float(number)
        key = "constant", repr(number), kind is _INT64
        return self._known.setdefault(key, Operation("constant", (number,), kind))


_TYPES = (
    dict.fromkeys(("fadd", "fsub", "fmul", "fdiv", "fneg", "select"), _DOUBLE)
    | dict.fromkeys(("and_", "or_", "xor", "add", "sub", "shl", "lshr", "neg"), _INT64)
    | {"not_": _BIT}
)


def _identity(value: Any) -> Any:
    return id(value) if isinstance(value, Operation) else value
