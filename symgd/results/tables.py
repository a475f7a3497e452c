"""Results as tables: columns, and what pandas and xarray make of them, imported when first used."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import MissingPackageError
from ..status import Kind, Status

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from .result import Result
    from .sweep import SweepResult

_COLUMNS = ("fun", "grad_norm", "status", "kind", "nit")
_MEMBERS: dict[str, type[Status] | type[Kind]] = {"status": Status, "kind": Kind}
_OURS = {"x", "start", "variable", "minimum", *_COLUMNS}

Columns = dict[str, npt.NDArray[Any]]


def columns(result: Result) -> Columns:
    """Give the runs of a result as named columns; verdicts are codes."""
    runs = result.runs
    return {
        **_points("x0", result.problem.names, runs.x0),
        **_points("x", result.problem.names, runs.x),
        **{name: getattr(runs, name) for name in _COLUMNS},
        **{name: getattr(runs, name) for name in ("lr", "minimum", "parent")},
    }


def sweep_columns(sweep: SweepResult) -> Columns:
    """Give the runs of a sweep as named columns; verdicts are codes."""
    names = sweep.problem.names
    places = np.indices(sweep.shape).reshape(len(sweep.dims), sweep.status.size)
    axes = {
        _axis(dim): np.asarray(sweep.coords[dim])[at]
        for dim, at in zip(sweep.dims, places, strict=True)
    }
    rows = (sweep.status.size, len(names))
    return {
        **axes,
        **_points("x0", names, sweep.x0.reshape(rows)),
        **_points("x", names, sweep.x.reshape(rows)),
        **{name: getattr(sweep, name).ravel() for name in _COLUMNS},
        "minimum": sweep.minimum.ravel(),
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


def worded(name: str, codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give the words of the verdicts in place of their codes; other columns stay as they are."""
    if name not in _MEMBERS:
        return codes
    return np.asarray(np.array([member.name for member in _MEMBERS[name]], dtype=object)[codes])


def dataset(result: Result) -> xr.Dataset:
    """Give the runs of a result as labelled arrays; `Result.to_xarray` says how."""
    runs, names = result.runs, result.problem.names
    last = _last(names)
    variables = {
        "start": (("run", *last), _flat(runs.x0)),
        "x": (("run", *last), _flat(runs.x)),
        **{name: ("run", getattr(runs, name), _meaning(name)) for name in _COLUMNS},
        **{name: ("run", getattr(runs, name)) for name in ("lr", "minimum", "parent")},
    }
    coords = {"run": np.arange(len(runs)), **last}
    return _package("xarray").Dataset(variables, coords, attrs=_about(result))


def sweep_dataset(sweep: SweepResult) -> xr.Dataset:
    """Give the runs of a sweep as labelled arrays; `SweepResult.to_xarray` says how."""
    dims = tuple(map(_axis, sweep.dims))
    last = _last(sweep.problem.names)
    variables = {
        "x": ((*dims, *last), sweep.x),
        **{name: (dims, getattr(sweep, name), _meaning(name)) for name in _COLUMNS},
        "minimum": (dims, sweep.minimum),
    }
    along = [dim == "x0" for dim in sweep.dims]  # starts differ along this axis only
    starts = sweep.x0[tuple(slice(None) if here else 0 for here in along)]
    coords = {
        **{_axis(name): value for name, value in sweep.fixed.items()},
        **{_axis(dim): np.asarray(sweep.coords[dim]) for dim in sweep.dims},
        "start": ((*(["x0"] if any(along) else []), *last), starts),
        **last,
    }
    return _package("xarray").Dataset(variables, coords, attrs=_about(sweep))


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


def _last(names: Sequence[str]) -> dict[str, list[str]]:
    """Give the axis of the variables, which one variable does not have."""
    return {} if len(names) == 1 else {"variable": list(names)}


def _flat(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return points[:, 0] if points.shape[1] == 1 else points


def _about(result: Result | SweepResult) -> dict[str, Any]:
    settings = result.settings
    return {"formula": result.problem.text, "method": settings.method, "tol": settings.tol}
