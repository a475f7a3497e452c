"""Readers of numbers as callers give them: text is none, and neither is True.

Each takes the name of the argument, and raises `ConfigurationError` with it where the value is
wrong.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError

_NO_NUMBER = (str, bytes, bytearray, bool, np.bool_, np.complexfloating)


def as_float(value: Any) -> float | None:
    """Read a number; None if it is none."""
    value = value[()] if isinstance(value, np.ndarray) and not value.ndim else value
    if isinstance(value, _NO_NUMBER) or getattr(value, "shape", None):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def as_floats(values: Any) -> Array | None:
    """Copy numbers of any shape into an array; None if one of them is none, or rows differ."""
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, OverflowError):
        return None
    if array.dtype.kind in "iuf":
        return array.astype(float)
    numbers = [as_float(v) for v in array.ravel()] if array.dtype.kind == "O" else [None]
    return None if None in numbers else np.array(numbers, dtype=float).reshape(array.shape)


def read_number(name: str, value: Any, takes: str, least: float = -np.inf) -> float:
    """Read a finite number that is not below `least`."""
    number = as_float(value)
    if number is None or not np.isfinite(number) or number < least:
        raise ConfigurationError(name, value, takes)
    return number


def read_whole(name: str, value: Any, least: int, most: int = 2**53) -> int:
    """Read a whole number within limits, as 10 or as 10.0."""
    number = _as_whole(value)
    if number is None or not least <= number <= most:
        takes = f"a whole number >= {least}" + (f" and <= {most:,}" if most < 2**53 else "")
        raise ConfigurationError(name, value, takes)
    return number


def _as_whole(value: Any) -> int | None:
    """Read a whole number of any type; None if it is none."""
    if not isinstance(value, _NO_NUMBER):
        with suppress(TypeError):
            return operator.index(value)
    number = as_float(value)
    return int(number) if number is not None and number.is_integer() else None


def read_flag(name: str, value: Any) -> bool:
    """Read True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ConfigurationError(name, value, "True or False")
    return bool(value)


def read_axis(name: str, given: Any, read: Callable[[Any], float]) -> Any:
    """Read one value as a number, or a list of several as an array ``(n,)``."""
    try:
        shape = np.shape(given)
    except ValueError:  # rows of different lengths
        shape = (0, 0)
    if len(shape) > 1 or shape == (0,):
        raise ConfigurationError(name, given, "one value, or a list of at least one")
    return np.array([read(value) for value in given]) if shape else read(given)
