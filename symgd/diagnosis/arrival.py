"""What is noted of runs that belong to a stationary point."""

from __future__ import annotations

import numpy as np

from ..arrays import EPS, Array, Mask, Whole
from ..given.boxes import Box
from ..status import Kind
from .local import Model, every


def equal(points: Array, x: Array) -> Mask:
    """Tell which points are the same but for rounding, ``(n,)``."""
    with np.errstate(invalid="ignore"):
        return every(np.abs(points - x) <= 8 * EPS * np.abs(points))


def on_bound(box: Box, there: Model, y: Array, kinds: Whole) -> Mask:
    """Tell where bounds are part of the reason for a minimum, ``(n,)``."""
    touching = ((y <= box.lower) | (y >= box.upper)).any(axis=1)
    return np.asarray(there.held.any(axis=1) | (touching & (kinds != Kind.MINIMUM)))
