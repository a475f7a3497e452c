"""Where the page of a run opens that symgd has made: its method, rate, epochs and start."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..methods import METHODS as CLASSES
from ..problem import Problem
from ..results.runs import Minimum, Runs
from ..results.runs import Settings as Made
from ..status import AWAY, Status
from .page import Page, page
from .settings import METHODS, MOST_EPOCHS, read_settings

_CHOSEN = ("automatic", "faithful", "elsewhere")  # no fixed steps, which the page could repeat
_NEVER = ("schedule", "clip_value", "clip_norm", "noise")
_AIR = 0.15  # share of the region on either side
_THIN = 0.25  # of its widest side: what another side is at least


def opened(
    problem: Problem,
    made: Made,
    runs: Runs,
    minima: Sequence[Minimum],
    row: int,
    given: Mapping[str, Any],
) -> Page:
    """Write the page of a run.

    Parameters
    ----------
    problem : Problem
        The formula, with the parameters of this run.
    made : Settings
        How the runs were made.
    runs : Runs
        All of them, over one axis.
    minima : sequence of Minimum
        Those that the page shows besides the run.
    row : int
        The run.
    given : mapping of str to float
        Its own ``epochs`` and settings of its method, where these are known.

    Returns
    -------
    Page
        Opened at plain steps of a rate that suits the curvature, where the run chose its steps.

    Raises
    ------
    ConfigurationError
        If there are more than two variables, or the page has no such runs.
    ExpressionError
        If the formula is so large that the page would be, too.
    """
    start = runs.x[row] if np.isnan(runs.x0[row]).any() else runs.x0[row]
    region = _region([start, *_ends(problem, runs, row), *(minimum.x for minimum in minima)])
    x0 = start if len(start) > 1 else start[0]
    if made.method in _CHOSEN:
        return page(problem, read_settings(problem, x0, region, None, 100, "gd"))
    _refuse(made, given)
    epochs = _epochs(runs, row, int(given.get("epochs", made.epochs)))
    rate = float(runs.lr[row])
    return page(problem, read_settings(problem, x0, region, rate, epochs, made.method))


def _refuse(made: Made, given: Mapping[str, Any]) -> None:
    """Refuse runs that the page would not repeat."""
    other = "; problem.explore() opens a page of its own"
    if made.method not in METHODS:
        takes = f"one of {list(METHODS)} on a page of the explorer{other}"
        raise ConfigurationError("method", made.method, takes)
    for name in _NEVER:
        value = getattr(made, name)
        if value is not None:
            takes = f"nothing on a page of the explorer, whose steps are plain{other}"
            raise ConfigurationError("lr" if name == "schedule" else name, value, takes)
    if any(math.isfinite(side) for pair in made.bounds for side in pair):
        takes = f"nothing on a page of the explorer, whose runs have none{other}"
        raise ConfigurationError("bounds", made.bounds, takes)
    for field in fields(CLASSES[made.method]):
        if field.name != "lr" and given.get(field.name, field.default) != field.default:
            takes = f"{field.default} on a page of the explorer{other}"
            raise ConfigurationError(field.name, given[field.name], takes)


def _epochs(runs: Runs, row: int, most: int) -> int:
    """Give the steps to take: those of a run that arrived, as a page stops at no gradient but 0."""
    nit = int(runs.nit[row])
    arrived = Status(int(runs.status[row])).success and nit > 0
    return min(nit if arrived else most, MOST_EPOCHS)


def _ends(problem: Problem, runs: Runs, row: int) -> list[Array]:
    """Give where a run ended, unless it is gone; of one that swings also about its other side."""
    end, status = runs.x[row], Status(int(runs.status[row]))
    if status in AWAY:
        return []
    if status != Status.OSCILLATING:
        return [end]
    across = end - runs.lr[row] * problem.gradients(end[None])[0]
    return [end, across] if np.isfinite(across).all() else [end]


def _region(places: Sequence[Array]) -> Array:
    """Give a region with all places in it, ``(n_vars, 2)``."""
    low, high = np.min(places, axis=0), np.max(places, axis=0)
    sides = high - low if (high > low).any() else 2 * np.maximum(1.0, np.abs(low))
    half = np.maximum(sides, _THIN * sides.max()) * (0.5 + _AIR)
    middle = (low + high) / 2
    return np.asarray(np.stack([middle - half, middle + half], axis=1))
