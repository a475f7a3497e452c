"""The only calls of ``numba.njit``, each flag with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

# "contract" lets a product and a sum become one fused operation; "nsz" ignores the
# sign of zero.  "nnan" and "ninf" would turn isfinite into a constant, and "reassoc"
# would make a lane's bits depend on how the compiler groups its neighbours.
_LANE_FLAGS = {"contract", "nsz"}


def inline(function: Callable[..., Any]) -> Any:
    """Compile a function of floats that vanishes into the loop that calls it.

    Without ``forceinline`` the loop keeps a call and is not turned into vector code.
    """
    return numba.njit(forceinline=True, error_model="numpy", fastmath=_LANE_FLAGS)(function)


def elementary(function: Callable[..., Any]) -> Any:
    """Compile an elementary function: inlined, and rounded exactly as it is written.

    Range reductions rest on error terms such as ``(a - b) - c``; a contracted product
    would count them twice.  Where a fused operation is wanted, the source says so.
    """
    return numba.njit(forceinline=True, error_model="numpy")(function)
