"""`load`: results from the files that `save` wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Whole
from ..errors import SymgdError
from ..status import Kind, Status
from . import storage
from .result import Result, Runs
from .sweep import SweepResult

_POINTS = ("x0", "x", "trap")  # columns with one entry a variable


def load(path: str | os.PathLike[str]) -> Result | SweepResult:
    """Read a result or a sweep that ``save`` wrote.

    The formula is read as one from a stranger: nothing in the file is ever run.

    Parameters
    ----------
    path : str or path
        Name of the file.

    Returns
    -------
    Result or SweepResult
        With the same bits in every array.

    Raises
    ------
    SymgdError
        If the file is damaged, from a newer symgd, or no result at all.
    OSError
        If it cannot be opened.

    Examples
    --------
    >>> import symgd, tempfile
    >>> from pathlib import Path
    >>> r = symgd.minimize("(x - 1)**2 + 3", x0=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     r.save(Path(folder) / "result.npz")
    ...     symgd.load(Path(folder) / "result.npz").x
    array([1.])
    """
    kinds: tuple[type[Any], ...] = (Result, SweepResult)
    result: Result | SweepResult = storage.load(path, kinds)
    facts = _of_result(result) if isinstance(result, Result) else _of_sweep(result)
    for name, holds in facts:
        if not holds:
            raise SymgdError(f"{Path(path).name} is damaged: {name} does not fit the rest")
    return result


def _of_result(result: Result) -> Iterator[tuple[str, bool]]:
    """Say of each part of a result whether it fits the others."""
    runs, n_vars, n = result.runs, len(result.problem.names), len(result.runs)
    for columns in (runs, runs.evidence):
        for name, column in vars(columns).items():
            shape = (n, n_vars) if name in _POINTS else (n,)
            yield name, np.shape(column) == shape or column is runs.evidence
    yield from _indices(runs, len(result.minima))
    yield "best", 0 <= result.best < n
    yield "jac", result.jac.shape == (n_vars,)
    yield "parent", _below(runs.parent, n)
    yield "condition", _below(runs.evidence.condition, len(result.problem.domain))
    yield "history", result.history is None or len(result.history) == n
    yield "bounds", len(result.settings.bounds) == n_vars


def _of_sweep(sweep: SweepResult) -> Iterator[tuple[str, bool]]:
    n_vars, shape = len(sweep.problem.names), tuple(map(len, sweep.coords.values()))
    yield "dims", sweep.dims == tuple(sweep.coords)
    for name in ("fun", "grad_norm", "status", "kind", "nit", "minimum"):
        yield name, getattr(sweep, name).shape == shape
    for name in ("x0", "x"):
        yield name, getattr(sweep, name).shape == (shape if n_vars == 1 else (*shape, n_vars))
    yield from _indices(sweep, len(sweep.minima))


def _indices(columns: Runs | SweepResult, minima: int) -> Iterator[tuple[str, bool]]:
    yield "status", bool(np.isin(columns.status, list(Status)).all())
    yield "kind", bool(np.isin(columns.kind, list(Kind)).all())
    yield "minimum", _below(columns.minimum, minima)


def _below(indices: Whole, number: int) -> bool:
    """Tell whether indices are -1, for none, or lead to one of so many things."""
    return bool(((indices >= -1) & (indices < number)).all())
