"""Which variables a method may move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..engine.numbers.lane import select

if TYPE_CHECKING:
    from ..engine.numbers.intrinsics import Truth
    from ..engine.numbers.lane import Number, State


def free(w: State, x: Sequence[Number], gradient: Sequence[Number]) -> list[Truth]:
    """Tell which variables no bound holds; an empty list where there are no bounds.

    A bound holds a variable that lies on it, and whose gradient points outside.

    References
    ----------
    D. P. Bertsekas, "Projected Newton Methods for Optimization Problems with Simple Constraints",
    SIAM Journal on Control and Optimization 20, 221-246 (1982), doi:10.1137/0320018.
    """
    sides = zip(x, gradient, w.all("lower"), w.all("upper"))  # noqa: B905 - none without bounds
    return [~((a <= low) & (b >= 0.0) | (a >= high) & (b <= 0.0)) for a, b, low, high in sides]


def only(moving: Sequence[Truth], vector: Sequence[Number]) -> Sequence[Number]:
    """Give a vector with 0 for the variables that do not move; all move where none is told."""
    if not moving:
        return vector
    return [select(m, a, 0.0) for m, a in zip(moving, vector, strict=True)]
