"""Files of the first format, whose sweeps held neither rates nor evidence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from ..problem import Problem
from ..status import Kind

_PACES = ("contraction", "largest_rate")

Arrays = dict[str, npt.NDArray[Any]]
Cells = tuple[int | slice, ...]  # an index of the runs with the same parameters


def rename(header: dict[str, Any], arrays: Arrays) -> None:
    """Give header and arrays of such a file their present names, in place.

    Of the evidence of a sweep f at the starts and the conditions that do not hold are found anew.
    """
    content = header["content"]
    if header["type"] == "Result":
        _note_largest_rates(arrays, arrays["runs.lr"])
        arrays["ways_out"] = arrays.pop("beyond")
        arrays |= _paces(content["settings"]["method"], arrays)
        return
    shape = arrays["status"].shape
    points = (*shape, len(content["problem"]["variables"]))
    columns: Arrays = {name: arrays.pop(name).reshape(points) for name in ("x0", "x")}
    for name in ("fun", "grad_norm", "status", "kind", "nit", "minimum"):
        columns[name] = arrays.pop(name)
    columns |= {"lr": _rates(content, arrays, shape), "parent": np.full(shape, -1)}
    _note_largest_rates(arrays, columns["lr"])
    unknown = np.full(shape, np.nan)
    numbers = ("fun0", "curvature_low", "curvature_high", "epochs_left", *_PACES)
    evidence: Arrays = {name: unknown.copy() for name in numbers}
    evidence |= {"fun_last": columns["fun"], "trap": np.full(points, np.nan)}
    evidence |= {name: np.full(shape, -1) for name in ("period", "condition")}
    evidence |= {"trap_kind": np.full(shape, Kind.UNKNOWN)}
    for cells, problem in _problems(content, arrays):
        _complete(columns, evidence, cells, problem)
    columns |= {f"evidence.{name}": column for name, column in evidence.items()}
    arrays |= {f"runs.{name}": column for name, column in columns.items()}
    content["runs"] = {"evidence": {}}


def _note_largest_rates(arrays: Arrays, lr: npt.NDArray[Any]) -> None:
    fixed = np.isfinite(lr).any()
    arrays["minima.largest_rate"] = np.where(fixed, arrays["minima.lr_max"], np.nan)


def _paces(method: str, arrays: Arrays) -> Arrays:
    """Give what theory says of plain descent, the only method that had one."""
    low, high = (arrays[f"runs.evidence.curvature_{which}"] for which in ("low", "high"))
    lr = arrays["runs.lr"] if method == "gd" else np.full(len(low), np.nan)
    with np.errstate(divide="ignore"):
        largest = np.where(np.isfinite(lr), 2 / high, np.nan)
    factor = np.maximum(np.abs(1 - lr * low), np.abs(1 - lr * high))
    return {"runs.evidence.contraction": factor, "runs.evidence.largest_rate": largest}


def _rates(content: Any, arrays: Arrays, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Give the rate of each run; nan for the automatic step."""
    dims = content["dims"]
    if "lr" not in dims:
        return np.full(shape, content["fixed"].get("lr", np.nan), dtype=float)
    behind = [1] * (len(dims) - 1 - dims.index("lr"))
    return np.broadcast_to(arrays["coords.lr"].reshape(-1, *behind), shape).copy()


def _problems(content: Any, arrays: Arrays) -> Iterator[tuple[Cells, Problem]]:
    """Give f for each choice of the swept parameters, and where its runs stand."""
    formula, dims = content["problem"], content["dims"]
    params = formula["params"]
    params |= {name: value for name, value in content["fixed"].items() if name in params}
    problem = Problem(formula["text"], variables=formula["variables"], params=params)
    swept = [dim for dim in dims if dim in params]
    for places in product(*(range(len(arrays[f"coords.{dim}"])) for dim in swept)):
        at = dict(zip(swept, places, strict=True))
        values = {dim: float(arrays[f"coords.{dim}"][i]) for dim, i in at.items()}
        yield tuple(at.get(dim, slice(None)) for dim in dims), problem.with_params(values)


def _complete(columns: Arrays, evidence: Arrays, cells: Cells, problem: Problem) -> None:
    shape = evidence["fun0"][cells].shape
    x0, x = (columns[name][cells].reshape(-1, len(problem.names)) for name in ("x0", "x"))
    evidence["fun0"][cells] = problem.values(x0).reshape(shape)
    for index, holds in reversed([*enumerate(problem.run(problem.symbolic.holds, x))]):
        broken = holds.reshape(shape) != 1.0
        evidence["condition"][cells] = np.where(broken, index, evidence["condition"][cells])
