"""Starting points as callers give them: numbers by place, or tables by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..forgotten import all_are_variables, forgotten
from .boxes import Box
from .names import unknown_name
from .numbers import as_floats


def read_points(given: Any, names: Sequence[str], box: Box, argument: str = "x0") -> Array:
    """Read one point or many.

    Parameters
    ----------
    given : array_like, mapping, DataFrame, Series or structured array
        Numbers in the order of the variables; or names with numbers, one or several each.
    names : sequence of str
        Names of the variables.
    box : Box
        Where the points have to be.
    argument : str
        What the caller calls them.

    Returns
    -------
    ndarray
        One point ``(n_vars,)``, or many ``(n_runs, n_vars)``.

    Raises
    ------
    ConfigurationError
        If names or shapes do not fit, or a value is no finite number inside the box.
    """
    table = _table(given)
    points = (
        _by_place(argument, given, names) if table is None else _by_name(argument, table, names)
    )
    if not np.isfinite(points).all():
        raise ConfigurationError(argument, points, "finite numbers")
    many = np.atleast_2d(points)
    outside = (many < box.lower) | (many > box.upper)
    if outside.any():
        run, i = np.argwhere(outside)[0]
        raise ConfigurationError(
            argument,
            f"{names[i]} = {many[run, i]:.6g}",
            f"points inside the bounds, {box.lower[i]:.6g} <= {names[i]} <= {box.upper[i]:.6g}",
        )
    return points


def _table(given: Any) -> dict[str, Any] | None:
    """Give columns by their names, from whatever has such; None for plain numbers."""
    if isinstance(given, np.ndarray | np.void):
        keys = given.dtype.names
    elif isinstance(given, Mapping) or hasattr(given, "columns"):
        keys = given.keys() if isinstance(given, Mapping) else given.columns
    else:  # a series of pandas, whose labels may be names
        labels = given.keys() if hasattr(given, "keys") else ()
        keys = labels if len(labels) and all(isinstance(k, str) for k in labels) else None
    return None if keys is None else {str(key): given[key] for key in keys}


def _by_name(argument: str, table: Mapping[str, Any], names: Sequence[str]) -> Array:
    for name in table:
        if name not in names:
            raise unknown_name(argument, list(table), name, names)
    missing = [name for name in names if name not in table]
    if missing:
        takes = f"a number, or several, for each of {list(names)}"
        raise ConfigurationError(argument, f"nothing for {', '.join(missing)}", takes)
    columns = [_column(f"{argument}[{name!r}]", table[name]) for name in names]
    lengths = {len(column) for column in columns if column.ndim}
    if len(lengths) > 1:
        raise ConfigurationError(argument, f"{sorted(lengths)} values", "as many for each name")
    return np.stack(np.broadcast_arrays(*columns), axis=-1)


def _column(argument: str, given: Any) -> Array:
    column = as_floats(given)
    if column is None or column.ndim > 1 or not column.size:
        raise ConfigurationError(argument, given, "a number, or a list of numbers")
    return column


def _by_place(argument: str, given: Any, names: Sequence[str]) -> Array:
    n = len(names)
    many = f"one point of shape ({n},), or many of shape (n_runs, {n})"
    takes = "a number, or numbers of shape (n_runs,)" if n == 1 else many
    read = as_floats(given)
    if read is None:
        raise ConfigurationError(argument, given, takes)
    points = read[..., None] if n == 1 and read.ndim < 2 else read
    if not points.size or points.ndim not in (1, 2) or points.shape[-1] != n:
        ask = f"; {all_are_variables(names)}" if n > 1 and forgotten(names) else ""
        raise ConfigurationError(argument, f"shape {read.shape}", takes + ask)
    return points
