"""How the state of a kernel lies in memory.

A run from compiled kernels on disk needs this and neither Numba nor LLVM's instructions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..rules import Rule

_VECTOR_BYTES = 64  # the longest vectors that there are
LANES = 64  # lanes in a block: 8 vectors of AVX-512, 16 of AVX2


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

    def blocks(self, count: int) -> npt.NDArray[np.float64]:
        """Give the state of some blocks, all zero, at an address where no vector is split."""
        shape = (count, self.height, LANES)
        size = math.prod(shape)
        room = np.zeros(size + _VECTOR_BYTES // 8)
        first = -room.ctypes.data % _VECTOR_BYTES // 8
        return room[first : first + size].reshape(shape)


@dataclass(frozen=True)
class Shape:
    """What a formula asks of its kernel.

    Attributes
    ----------
    variables, params : int
        Their numbers.
    partial : bool
        Whether the formula is undefined somewhere.
    bounded : bool
        Whether steps are clipped to bounds.
    """

    variables: int
    params: int
    partial: bool
    bounded: bool


def automatic_layout(shape: Shape) -> Layout:
    """Give the rows of the automatic step."""
    n = shape.variables
    rows = {"x": n, "g": n, "f": 1, "t": 1, "stall": 1, "nfev": 1, "nit": 1, "code": 1}
    return Layout(tuple({**rows, **_read_only(shape), "scale": 1}.items()))


def fixed_layout(shape: Shape, rule: type[Rule]) -> Layout:
    """Give the rows of the fixed steps of a rule."""
    n, slots = shape.variables, rule.slots * shape.variables
    rows = {"x": n, "slot": slots, "oldx": n, "oldslot": slots, "g": n}
    rows |= {"nit": 1, "nfev": 1, "code": 1}
    rows |= {"defined": int(returns(shape, rule)), "steepest": int(rule.slots > 0)}
    return Layout(tuple({**rows, **_read_only(shape), "setting": len(fields(rule))}.items()))


def returns(shape: Shape, rule: type[Rule]) -> bool:
    """Tell whether fixed steps may lead on from a point where f or its gradient is undefined.

    Without a domain, bounds and memory nothing that is not finite ever becomes finite again.
    """
    return shape.partial or shape.bounded or rule.slots > 0


def _read_only(shape: Shape) -> dict[str, int]:
    sides = shape.variables if shape.bounded else 0
    return {"param": shape.params, "lower": sides, "upper": sides, "limit": 1, "tol": 1}
