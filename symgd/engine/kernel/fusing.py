"""Which products and sums LLVM makes one fused operation, where they may be one.

A product becomes part of a sum if nothing else uses it. Of two products in a sum it is the one in
front: a sum with a negative part is a difference, and else the part of the lower rank comes first.
Ranks are those of LLVM's pass Reassociate: inputs in their order, and a result above its operands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .recorder import Operation

_SUMS = ("fadd", "fsub")


@dataclass(frozen=True)
class Part:
    """A part of a sum, whose sign is 1 or -1."""

    sign: int
    value: Operation


def parts(total: Operation) -> tuple[Part, Part]:
    """Give the parts of a sum or a difference, without the negations around them."""
    left, right = (_unsigned(o) for o in total.inputs)
    return left, Part(-right.sign, right.value) if total.name == "fsub" else right


def _unsigned(value: Operation) -> Part:
    sign = 1
    while value.name == "fneg":
        (value,), sign = value.inputs, -sign
    return Part(sign, value)


class Fusing:
    """What becomes of the sums among operations.

    Parameters
    ----------
    operations : sequence of Operation
        What is computed, in order, and all of it used.
    results : sequence of Operation
        What is kept.
    """

    def __init__(self, operations: Sequence[Operation], results: Sequence[Operation]) -> None:
        self._uses: Counter[Operation] = Counter()
        self._rank: dict[Operation, int] = {}
        self._varies: set[Operation] = set()
        for result in results:
            self._use(result)
        for operation in operations:
            self._use_operands(operation)
            self._rate(operation)
        self.fused = {o: found for o in operations if (found := self._fused(o)) is not None}

    def used(self, operation: Operation) -> bool:
        """Tell whether anything but a sum it is part of uses a value."""
        return self._uses[operation] > 0

    def _use(self, operation: Operation) -> None:
        self._uses[operation] += 1
        if operation.name == "fneg" and self._uses[operation] == 1:
            self._use(*operation.inputs)

    def _use_operands(self, operation: Operation) -> None:
        if operation.name in _SUMS:
            self._uses.update(part.value for part in parts(operation))
        elif operation.name != "fneg":
            for operand in operation.inputs:
                self._use(operand)

    def _rate(self, operation: Operation) -> None:
        if operation.name == "input":
            self._rank[operation] = 1 + len(self._rank)
            if not operation.fixed:
                self._varies.add(operation)
            return
        above = max((self._rank.get(o, 0) for o in operation.inputs), default=0)
        self._rank[operation] = above + (operation.name != "fneg")
        if not self._varies.isdisjoint(operation.inputs):
            self._varies.add(operation)

    def _fused(self, total: Operation) -> tuple[Part, Part] | None:
        """Give the product and the other part of a fused sum; None if it is none."""
        if total.name not in _SUMS or not total.contract:
            return None
        first, second = parts(total)
        if self._behind(first, second):
            first, second = second, first
        if self._fusible(first, total):
            return first, second
        return (second, first) if self._fusible(second, total) else None

    def _behind(self, first: Part, second: Part) -> bool:
        signs = self._sign(first), self._sign(second)
        if signs[0] != signs[1]:
            return signs[0] < 0
        return self._rank.get(second.value, 0) < self._rank.get(first.value, 0)

    def _sign(self, part: Part) -> int:
        """Give the sign of a part when negative constants are taken out of its product."""
        value = part.value
        taken_out = value.name == "fmul" and self._uses[value] == 1 and any(
            o.name == "constant" and o.operands[0] < 0 for o in value.inputs
        )  # fmt: skip
        return -part.sign if taken_out else part.sign

    def _fusible(self, part: Part, total: Operation) -> bool:
        product = part.value
        alone = product.name == "fmul" and product.contract and self._uses[product] == 1
        # What stays the same from step to step is computed before the loop.
        return alone and (product in self._varies or total not in self._varies)
