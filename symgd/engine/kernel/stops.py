"""Why a lane stopped, as the kernel sees it; verdicts are made from this elsewhere."""

from __future__ import annotations

from enum import IntEnum


class Stop(IntEnum):
    """What ended a run inside the kernel."""

    RUNNING = 0
    TOLERANCE = 1  # the projected gradient is at most tol
    FLOOR = 2  # no step lowers f by more than its rounding error
    EPOCHS = 3
    NONFINITE = 4  # f, its gradient or the next point is not finite
    BOTTOMLESS = 5  # f reached minus infinity
    INTERRUPTED = 6
