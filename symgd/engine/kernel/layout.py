"""How the state of a kernel lies in memory.

A run from compiled kernels on disk needs this and neither Numba nor LLVM's instructions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

_VECTOR_BYTES = 64  # the longest vectors that there are
LANES = 64  # lanes in a block: 8 vectors of AVX-512, 16 of AVX2


@dataclass(frozen=True)
class Layout:
    """The rows of a block's state: how many of each name, in order.

    One array holds them all, so that the compiler can tell that no two rows overlap; rows that
    are only read stand last.
    """

    counts: tuple[tuple[str, int], ...]
    memory: tuple[str, ...] = ()  # what runs take along that are followed further

    @cached_property
    def rows(self) -> dict[str, slice]:
        """Where the rows of each name lie."""
        rows, start = {}, 0
        for name, count in self.counts:
            rows[name] = slice(start, start + count)
            start += count
        return rows

    @cached_property
    def remembered(self) -> list[int]:
        """The rows of the memory."""
        places = (self.rows[name] for name in self.memory)
        return [row for place in places for row in range(place.start, place.stop)]

    def named(self, memory: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
        """Take the rows of the memory, ``(n_rows, n_runs)``, apart by their names."""
        counts = [self.rows[name].stop - self.rows[name].start for name in self.memory]
        return dict(zip(self.memory, np.split(memory, np.cumsum(counts)[:-1]), strict=False))

    @cached_property
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
