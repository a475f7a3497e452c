"""The only calls of ``numba.njit``, each flag with its reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

# "contract" lets a product and a sum become one fused operation; "nsz" ignores the
# sign of zero.  "nnan" and "ninf" would turn isfinite into a constant, and "reassoc"
# would make a lane's bits depend on how the compiler groups its neighbours.
_LANE_FLAGS = {"contract", "nsz"}


def kernel(function: Callable[..., Any]) -> Any:
    """Compile the loop over a batch: without the interpreter's lock, and kept on disk.

    A kernel whose source lies in no file has nowhere to be kept.
    """
    return numba.njit(
        "void(float64[:,:,::1], int64, boolean)",
        nogil=True,
        cache=Path(function.__code__.co_filename).is_file(),
        error_model="numpy",
        fastmath=_LANE_FLAGS,
    )(function)
