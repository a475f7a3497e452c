"""What is noted of runs that belong to a stationary point."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Mask, Whole
from ..given.boxes import Box
from ..status import Kind
from .case import Case
from .local import Model

_REST = 1e-20  # share of the start's coordinate: as good as zero, all of it rounding


def tidy(points: Array, x0: Array) -> Array:
    """Make zero what is nothing but the rest of a longer way: the minimum of x**2 is 0."""
    return np.where(np.abs(points) <= _REST * np.abs(x0), 0.0, points)


def note_curvature(case: Case, rows: Whole, spectrum: Array) -> None:
    """Note the smallest and the largest eigenvalue of each row that is a number."""
    case.found.low[rows] = np.fmin.reduce(spectrum, axis=1)
    case.found.high[rows] = np.fmax.reduce(spectrum, axis=1)


def on_bound(box: Box, there: Model, y: Array, kinds: Whole) -> Mask:
    """Tell where bounds are part of the reason for a minimum, ``(n,)``."""
    touching = ((y <= box.lower) | (y >= box.upper)).any(axis=1)
    return np.asarray(there.held.any(axis=1) | (touching & (kinds != Kind.MINIMUM)))


def epochs_left(case: Case, rows: Whole, spectrum: Array, missing: Array, way: Array) -> Array:
    """Predict the steps still needed, where the method's theory tells; ``(n,)``."""
    pace = case.how.method.take(rows).near(spectrum, case.ends.nit[rows] + 1)
    with np.errstate(all="ignore"):
        share = case.how.tol * way / missing
    return np.full(len(missing), np.nan) if pace is None else pace.epochs(share)
