"""NumPy's functions that steps and schedules may call, in the lanes of a kernel and on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.numbers import vmath
from ..engine.numbers.intrinsics import Float, Truth
from ..engine.numbers.lane import elementary, select

UFUNCS: dict[str, Any] = {
    f.__name__: f
    for f in (
        np.sqrt, np.exp, np.log, np.sin, np.cos, np.tanh, np.sign, np.minimum, np.maximum,
    )
}  # fmt: skip


def _either(name: str) -> Callable[..., Any]:
    """Give a function of numbers of a lane, or else of arrays."""
    in_lanes, on_arrays = elementary(getattr(vmath, name)), UFUNCS[name]

    def apply(*args: Any) -> Any:
        return (in_lanes if any(isinstance(a, Float) for a in args) else on_arrays)(*args)

    return apply


def _where(condition: Any, x: Any, y: Any) -> Any:
    """Give x where the condition holds and y elsewhere."""
    if isinstance(condition, Truth):
        return select(condition, x, y)
    chosen = np.where(condition, x, y)
    if chosen.dtype == object:
        raise TypeError("only numbers can be chosen from")
    return chosen


FUNCTIONS: dict[str, Callable[..., Any]] = {name: _either(name) for name in UFUNCS}
FUNCTIONS["where"] = _where
