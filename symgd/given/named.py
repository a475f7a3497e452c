"""Methods by their names, with settings of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from ..errors import ConfigurationError
from ..methods import METHODS, Method
from .names import hint
from .numbers import read_number
from .picked import AUTO

PLACES = {  # where settings are given that are no arguments of their own
    field.name: f"method=symgd.methods.{kind.__name__}(lr, {field.name}=...)"
    for kind in reversed(METHODS.values())
    for field in fields(kind)
    if field.name != "lr"
}


def unknown_method(method: object) -> ConfigurationError:
    """Give the error for what is neither a method nor the name of one."""
    for name, kind in METHODS.items():
        if method is kind:
            given = "lr=..." if "lr" in [field.name for field in fields(kind)] else ""
            takes = f"a method object, such as {kind.__name__}({given}), or its name {name!r}"
            return ConfigurationError("method", method, takes)
    known = [*METHODS, AUTO]
    takes = f"a method object, or one of {', '.join(map(repr, known))}{hint(method, known)}"
    return ConfigurationError("method", method, takes)


def with_settings(method: Any, rate: Any, own: Mapping[str, Any]) -> Method:
    """Give a method by its name, its rate and settings of its own.

    Parameters
    ----------
    method : str
        The name.
    rate : float, Schedule or None
        Its rate.
    own : mapping of str to float
        Its settings; at least one.

    Raises
    ------
    ConfigurationError
        If there is no such method, it lacks a setting, or it needs a rate.
    """
    if isinstance(method, str) and method not in (*METHODS, AUTO):
        raise unknown_method(method)
    kind = METHODS.get(method) if isinstance(method, str) else None
    known = [] if kind is None else [field.name for field in fields(kind)]
    for name, value in own.items():
        if name not in known:
            raise ConfigurationError(name, value, _takes(method, name))
    assert kind is not None
    if rate is None:
        kind.with_rate(rate)  # says that it needs one
    elif not callable(rate):
        rate = read_number("lr", rate, "a number > 0, or a schedule", np.nextafter(0, 1))
    return kind.with_rate(1.0).with_settings(lr=rate, **own)


def _takes(method: object, name: str) -> str:
    if not isinstance(method, str):
        return "nothing beside a method that is not given by its name: say it where that is made"
    having = [n for n, kind in METHODS.items() if name in [field.name for field in fields(kind)]]
    takes = f"nothing beside the method {method!r}, which has no such setting"
    return f"{takes}; it is one of {', '.join(having)}"
