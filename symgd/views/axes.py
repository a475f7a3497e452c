"""The axes of a sweep and what its runs do along them, for the texts about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..arrays import Array, Mask
from ..status import Status
from .numbers import listed, number, several

if TYPE_CHECKING:
    from ..results.sweep import SweepResult


SUCCESSES = [status for status in Status if status.success]
_DOES = {
    Status.CONVERGED: ("arrives at a minimum", "arrive at a minimum"),
    Status.AT_BOUND: ("arrives at a minimum on a bound", "arrive at a minimum on a bound"),
    Status.STALLED_AT_START: (
        "never moves: the gradient is zero where it starts",
        "never move: the gradient is zero where they start",
    ),
    Status.NOT_A_MINIMUM: ("ends on a maximum or a saddle", "end on a maximum or a saddle"),
    Status.PLATEAU: (
        "ends where f is flat and no minimum is near",
        "end where f is flat and no minimum is near",
    ),
    Status.SLOW: (
        "is still descending when the epochs end",
        "are still descending when the epochs end",
    ),
    Status.OSCILLATING: ("cycles or wanders without end", "cycle or wander without end"),
    Status.DIVERGED: ("runs away to infinity", "run away to infinity"),
    Status.OUT_OF_DOMAIN: ("ends outside the domain of f", "end outside the domain of f"),
    Status.NO_PROGRESS: (
        "gets stuck where no step lowers f further",
        "get stuck where no step lowers f further",
    ),
    Status.STOPPED: ("was interrupted", "were interrupted"),
}


def does(status: Status, count: int = 1) -> str:
    """Tell what a run of this status does, or several.

    Examples
    --------
    >>> does(Status.DIVERGED), does(Status.DIVERGED, 2)
    ('runs away to infinity', 'run away to infinity')
    """
    return _DOES[status][count != 1]


def along(sweep: SweepResult, dim: str) -> Array:
    """Give the values along an axis, ascending; nan alone where there is no such axis."""
    return np.sort(np.asarray(sweep.coords.get(dim, [np.nan]), dtype=float))


def by_rate_and_epochs(sweep: SweepResult, values: Any) -> npt.NDArray[Any]:
    """Arrange one value a run by rate, number of epochs, and all the rest, ``(n, m, cells)``."""
    values = np.asarray(values)
    for axis, dim in enumerate(sweep.dims):
        values = values.take(np.argsort(sweep.coords[dim], kind="stable"), axis=axis)
    front = [sweep.dims.index(dim) for dim in ("lr", "epochs") if dim in sweep.dims]
    values = np.moveaxis(values, front, range(len(front)))
    lengths = len(along(sweep, "lr")), len(along(sweep, "epochs"))
    return np.asarray(values.reshape(*lengths, -1))


def cells(sweep: SweepResult) -> str:
    """Name what varies besides rate and number of epochs; nothing where only one is left."""
    others = [d for d in sweep.dims if d not in ("lr", "epochs") and len(sweep.coords[d]) > 1]
    count = int(np.prod([len(sweep.coords[dim]) for dim in others]))
    if len(others) > 1:
        return f"{several(count, 'combination')} of {listed(others)}"
    if not others:
        return ""
    return several(count, "start") if others == ["x0"] else f"{count:,} values of {others[0]}"


def where(name: str, values: Sequence[float] | Array, holds: Mask) -> str:
    """Tell for which of ascending values something holds.

    Examples
    --------
    >>> rates = [0.1, 0.2, 0.3, 0.4]
    >>> where("lr", rates, np.array([False, False, True, True]))
    'from lr = 0.3 on'
    >>> where("lr", rates, np.array([True, False, True, False]))
    'at 2 of 4 values from lr = 0.1 to 0.3'
    """
    places = np.flatnonzero(holds)
    if not places.size:
        return f"at no {name} tried"
    first, last = int(places[0]), int(places[-1])
    if places.size == len(values):
        return f"at every {name} tried" if len(values) > 1 else f"at {name} = {number(values[0])}"
    low, high = f"{name} = {number(values[first])}", number(values[last])
    if places.size <= last - first:
        return f"at {places.size:,} of {several(len(values), 'value')} from {low} to {high}"
    if first == last:
        return f"at {low} only"
    if last == len(values) - 1:
        return f"from {low} on"
    return f"from {low} to {high}" if first else f"up to {name} = {high}"


def capital(sentence: str) -> str:
    """Begin a sentence."""
    return sentence[:1].upper() + sentence[1:]
