"""Where basins of attraction meet on a line, by bisection between starts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .descent import Batch, descend
from .options import Options
from .problem import Problem
from .result import Minimum

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_FINE = 1e-6  # share of the starts' range to which a border is found
_SAME = 1e-6  # share of it within which two ends are one minimum


def borders(
    problem: Problem, starts: Array, batch: Batch, minima: Sequence[Minimum], options: Options
) -> Array:
    """Find between neighbouring starts the points where what becomes of a run changes.

    Parameters
    ----------
    problem : Problem
        f, of one variable.
    starts : ndarray
        Starts, ``(n,)``.
    batch : Batch
        The judged runs from there.
    minima : sequence of Minimum
        Where they lead.
    options : Options
        How they were made.

    Returns
    -------
    ndarray
        The borders, ascending; accurate to a millionth of the range of the starts.
    """
    extent = float(np.ptp(starts))
    order = np.argsort(starts, kind="stable")
    x, outcome = starts[order], _outcomes(batch, minima, extent)[order]
    changes = np.flatnonzero(outcome[1:] != outcome[:-1])
    left, right, known = x[changes], x[changes + 1], outcome[changes]
    while len(left) and (right - left).max() > _FINE * extent:
        middle = left + (right - left) / 2
        runs = descend(problem, middle[:, None], options)
        same = _outcomes(runs, minima, extent) == known
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    return np.asarray(left + (right - left) / 2)


def _outcomes(batch: Batch, minima: Sequence[Minimum], extent: float) -> Whole:
    """Give for each run the number of its minimum, or below zero a code for its failure."""
    judged = batch.verdicts
    outcome = -1 - judged.status
    for number, minimum in enumerate(minima):
        near = np.abs(judged.target[:, 0] - minimum.x[0]) <= _SAME * extent
        outcome = np.where(judged.heading & near, number, outcome)
    return np.asarray(outcome)
