"""The axes of a sweep and what its runs do along them, for the texts about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..arrays import Array
from .numbers import listed, number, several

if TYPE_CHECKING:
    from .data import Sweep


def ascending(sweep: Sweep, dim: str) -> Array:
    """Give the values along an axis, ascending; nan alone where there is no such axis."""
    return np.sort(np.asarray(sweep.coords.get(dim, [np.nan]), dtype=float))


def by_rate_and_epochs(sweep: Sweep, values: Any) -> npt.NDArray[Any]:
    """Arrange one value a run by rate, number of epochs, and all the rest, ``(n, m, cells)``."""
    values = np.asarray(values)
    for axis, dim in enumerate(sweep.dims):
        values = values.take(np.argsort(sweep.coords[dim], kind="stable"), axis=axis)
    front = [sweep.dims.index(dim) for dim in ("lr", "epochs") if dim in sweep.dims]
    values = np.moveaxis(values, front, range(len(front)))
    lengths = len(ascending(sweep, "lr")), len(ascending(sweep, "epochs"))
    return np.asarray(values.reshape(*lengths, -1))


def cells(sweep: Sweep) -> str:
    """Name what varies besides rate and number of epochs; nothing where only one is left."""
    others = [d for d in sweep.dims if d not in ("lr", "epochs") and len(sweep.coords[d]) > 1]
    count = int(np.prod([len(sweep.coords[dim]) for dim in others]))
    if len(others) > 1:
        return f"{several(count, 'combination')} of {listed(others)}"
    if not others:
        return ""
    return several(count, "start") if others == ["x0"] else f"{count:,} values of {others[0]}"


def where(name: str, values: Sequence[float] | Array, holds: Any) -> str:
    """Tell for which values along an axis something holds.

    Examples
    --------
    >>> rates = [0.1, 0.2, 0.3, 0.4]
    >>> where("lr", rates, np.array([False, False, True, True]))
    'from lr = 0.3 on'
    >>> where("lr", rates, np.array([True, False, True, False]))
    'at 2 of 4 values from lr = 0.1 to 0.3'
    """
    order = np.argsort(values, kind="stable")
    values, places = np.asarray(values)[order], np.flatnonzero(np.asarray(holds)[order])
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
