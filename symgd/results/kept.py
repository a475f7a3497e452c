"""Methods in files: their names and numbers, and those of what is around them; never code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from .. import schedules
from ..methods import METHODS, Fixed, Method
from ..methods.clipped import Clipped
from ..methods.noisy import Noisy
from ..methods.schedule import Composed, Schedule
from ..methods.scheduled import Scheduled, scheduled

Plain = Mapping[str, Any]


def packed(method: Method) -> dict[str, Any] | None:
    """Give a method of this package as plain values; None where it is, or holds, code of others.

    Examples
    --------
    >>> packed(Clipped(METHODS["gd"].with_rate(0.5), most=1.0, norm=True))
    {'name': 'gd', 'settings': {'lr': 0.5}, 'around': {'clip_norm': 1.0}}
    """
    around: dict[str, Any] = {}
    while isinstance(method, Clipped | Noisy | Scheduled):
        around |= _changes(method)
        method = method.base
    numbers = all(isinstance(value, float | int) for value in method.settings.values())
    if type(method) is not METHODS.get(method.name) or not numbers or None in around.values():
        return None
    plain = {"name": method.name, "settings": method.settings}
    return plain | {"around": around} if around else plain


def unpacked(plain: Plain) -> Method:
    """Make the method again; where there is noise, `started` tells it the runs."""
    method: Method = METHODS[plain["name"]](**plain["settings"])
    around = plain.get("around", {})
    if not around:
        return method
    if not isinstance(method, Fixed):
        raise ValueError(f"{method.name} is told to change its gradients")
    if "schedule" in around:
        method = scheduled(method, _schedule(around["schedule"]))
    for name in ("clip_norm", "clip_value"):
        if name in around:
            method = Clipped(method, float(around[name]), norm=name == "clip_norm")
    if "noise" in around:
        noise, seed = around["noise"]
        method = Noisy(method, float(noise), int(seed), np.empty((2, 0)))
    return method


def _changes(method: Clipped | Noisy | Scheduled) -> dict[str, Any]:
    if isinstance(method, Scheduled):
        return {"schedule": _parts(method.schedule)}
    (name,) = method.own
    if isinstance(method, Noisy):
        return {name: None if np.ndim(method.noise) else [method.noise, method.seed]}
    return {name: None if np.ndim(method.most) else method.most}


def _parts(schedule: Schedule) -> dict[str, Any] | None:
    """Give a schedule by its name and fields; None for one that is, or holds, a function."""
    if not isinstance(schedule, Composed) or type(schedule).__name__ not in schedules.__all__:
        return None
    found = {f.name: _plain(getattr(schedule, f.name)) for f in fields(schedule)}
    missing = [v is None or (isinstance(v, list) and None in v) for v in found.values()]
    return None if any(missing) else {type(schedule).__name__: found}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return _parts(value) if isinstance(value, Schedule) else value


def _schedule(plain: Plain) -> Schedule:
    ((name, given),) = plain.items()
    if name not in schedules.__all__:
        raise ValueError(f"{name} is no schedule")
    made: Schedule = getattr(schedules, name)(**{k: _value(v) for k, v in given.items()})
    return made


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_value(v) for v in plain]
    return _schedule(plain) if isinstance(plain, Mapping) else plain
