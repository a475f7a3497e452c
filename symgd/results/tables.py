"""Results as tables: columns, and what pandas and xarray make of them, imported when first used."""

from __future__ import annotations

import csv
import importlib
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import MissingPackageError
from ..status import Kind, Status
from .runs import Runs, Settings

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

TABLED = ("fun", "grad_norm", "status", "kind", "nit")
_RUN = "run"  # the axis of a result
_MEMBERS: dict[str, type[Status] | type[Kind]] = {"status": Status, "kind": Kind}
_OURS = {"x", "start", "variable", "minimum", *TABLED}

Columns = dict[str, npt.NDArray[Any]]


class _Tabled(Protocol):
    """What becomes a table: both results."""

    @property
    def problem(self) -> Any: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def dims(self) -> tuple[str, ...]: ...
    @property
    def coords(self) -> Mapping[str, Any]: ...
    @property
    def fixed(self) -> Mapping[str, float]: ...
    @property
    def tabled(self) -> tuple[str, ...]: ...
    def coordinates(self) -> dict[str, npt.NDArray[Any]]: ...


def columns(outcome: _Tabled) -> Columns:
    """Give the runs as named columns; verdicts are codes."""
    names, runs = outcome.problem.names, outcome.runs.flat
    axes = outcome.coordinates()
    return {
        **{_axis(dim): values for dim, values in axes.items() if dim != _RUN},
        **_points("x0", names, runs.x0),
        **_points("x", names, runs.x),
        **{name: getattr(runs, name) for name in outcome.tabled},
    }


def frame(columns: Columns) -> pd.DataFrame:
    """Give columns as a table, with the words of the verdicts as categories."""
    pandas = _package("pandas")
    verdicts = {
        name: pandas.Categorical.from_codes(columns[name], [member.name for member in members])
        for name, members in _MEMBERS.items()
    }
    table: pd.DataFrame = pandas.DataFrame(columns | verdicts)
    table.index.name = "run"
    return table


def written(columns: Columns) -> str:
    """Write columns as comma-separated values, a line a run; no digit is lost."""
    values = [worded(name, column).tolist() for name, column in columns.items()]
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(["run", *columns])
    lines.writerows((run, *row) for run, row in enumerate(zip(*values, strict=True)))
    return file.getvalue()


def json_lines(columns: Columns) -> str:
    """Write columns as JSON Lines, an object a run; no digit is lost, and what JSON lacks is null.

    Examples
    --------
    >>> print(json_lines({"x": np.array([0.1, np.inf]), "nit": np.array([3, 4])}), end="")
    {"run": 0, "x": 0.1, "nit": 3}
    {"run": 1, "x": null, "nit": 4}
    """
    values = [_with_null(worded(name, column)) for name, column in columns.items()]
    names = ["run", *columns]
    rows = enumerate(zip(*values, strict=True))
    encode = json.JSONEncoder(allow_nan=False).encode
    return "".join(f"{encode(dict(zip(names, (run, *row), strict=True)))}\n" for run, row in rows)


def _with_null(column: npt.NDArray[Any]) -> list[Any]:
    """Give a column as a list, with None for numbers that JSON lacks."""
    if column.dtype.kind != "f":
        return list(column.tolist())
    return [value if math.isfinite(value) else None for value in column.tolist()]


def worded(name: str, codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give the words of the verdicts in place of their codes; other columns stay as they are."""
    if name not in _MEMBERS:
        return codes
    return np.asarray(np.array([member.name for member in _MEMBERS[name]], dtype=object)[codes])


def dataset(outcome: _Tabled) -> xr.Dataset:
    """Give the runs as labelled arrays; `Outcome.to_xarray` says how."""
    names, runs, dims = outcome.problem.names, outcome.runs, outcome.dims
    last = {} if len(names) == 1 else {"variable": list(names)}
    starts = [dim in ("x0", _RUN) for dim in dims]  # along others they do not differ
    start = runs.x0[tuple(slice(None) if differ else 0 for differ in starts)]
    start_dims = [dim for dim, differ in zip(dims, starts, strict=True) if differ]
    axes = tuple(map(_axis, dims))
    arrays = {
        "x": ((*axes, *last), _bare(runs.x)),
        **{name: (axes, getattr(runs, name), _meaning(name)) for name in outcome.tabled},
    }
    coords = {
        **{_axis(name): value for name, value in outcome.fixed.items()},
        **{_axis(dim): np.asarray(outcome.coords[dim]) for dim in dims},
        **last,
    }
    (arrays if _RUN in dims else coords)["start"] = ((*start_dims, *last), _bare(start))
    settings = outcome.settings
    about = {"formula": outcome.problem.text, "method": settings.method, "tol": settings.tol}
    return _package("xarray").Dataset(arrays, coords, attrs=about)


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingPackageError(name, "tables") from error


def _points(
    word: str, names: Sequence[str], points: npt.NDArray[np.float64]
) -> dict[str, npt.NDArray[np.float64]]:
    """Give a column a variable; a formula's names hold no brackets, so none is met twice."""
    if len(names) == 1:
        return {word: points[:, 0]}
    return {f"{word}[{name}]": points[:, i] for i, name in enumerate(names)}


def _meaning(name: str) -> dict[str, Any]:
    """Tell what codes mean, by the convention of netCDF files."""
    if name not in _MEMBERS:
        return {}
    members = list(_MEMBERS[name])
    return {
        "flag_values": np.array([int(member) for member in members]),
        "flag_meanings": " ".join(member.name for member in members),
    }


def _axis(name: str) -> str:
    """Name an axis; a parameter that is called as one of our own columns stands in brackets."""
    return f"params[{name}]" if name in _OURS else name


def _bare(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Leave out the axis of the variables where there is one only."""
    return np.asarray(points[..., 0] if points.shape[-1] == 1 else points)
