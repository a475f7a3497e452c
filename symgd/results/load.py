"""`load`: results from the files that `save` wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Whole, columns
from ..errors import SymgdError
from ..methods import SETTINGS
from ..status import Kind, Status
from . import storage
from .maximized import Maximized
from .outcome import Outcome
from .result import Result
from .runs import Minimum
from .standing import Standing, fresh
from .sweep import SweepResult

_POINTS = ("x0", "x", "trap")  # columns with one entry a variable
_AXES = {"x0", "epochs", *SETTINGS}  # besides parameters

Checks = Iterator[tuple[str, bool]]


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
    outcome: Result | SweepResult = storage.load(path, kinds)
    for name, holds in _checks(outcome):
        if not holds:
            raise SymgdError(f"{Path(path).name} is damaged: {name} does not fit the rest")
    if isinstance(outcome, Result) and outcome.settings.maximize:
        return Maximized.of(outcome)
    return outcome


def _checks(outcome: Result | SweepResult) -> Checks:
    """Say of each part of a result whether it fits the others; later ones rely on earlier ones."""
    yield from _axes_fit(outcome)
    yield from _columns_fit(outcome)
    yield "bounds", len(outcome.settings.bounds) == len(outcome.problem.names)
    yield "width", len(outcome.settings.width) == len(outcome.problem.names)
    yield "method", outcome.settings.method.isprintable()
    yield "schedule", (outcome.settings.schedule or "").isprintable()
    yield "sampler", (outcome.settings.sampler or "").isprintable()
    yield "picked", (outcome.settings.picked or "").isprintable()
    yield "until", 0 < (outcome.settings.until or 0.5) < 1
    for minimum in outcome.minima:
        yield from _minimum_fits(minimum, len(outcome.problem.names))
    if isinstance(outcome, Result):
        yield from _result_fits(outcome)
    else:
        yield "borders", outcome.borders.ndim == 1


def _axes_fit(outcome: Outcome) -> Checks:
    known = {*_AXES, *outcome.problem.params, "run"}
    yield "dims", outcome.dims == tuple(outcome.coords) and known.issuperset(outcome.dims)
    yield "fixed", known.issuperset(outcome.fixed)
    for name, values in outcome.coords.items():
        yield f"coords.{name}", np.ndim(values) == 1 and len(values) > 0
    shape = tuple(map(len, outcome.coords.values()))
    for table in (outcome.runs, outcome.runs.evidence):
        for name, column in columns(table).items():
            points = (len(outcome.problem.names),) if name in _POINTS else ()
            yield name, name == "evidence" or np.shape(column) == (*shape, *points)


def _columns_fit(outcome: Outcome) -> Checks:
    runs, evidence = outcome.runs, outcome.runs.evidence
    yield "status", bool(np.isin(runs.status, list(Status)).all())
    yield "kind", bool(np.isin(runs.kind, list(Kind)).all())
    yield "trap_kind", bool(np.isin(evidence.trap_kind, list(Kind)).all())
    yield "minimum", _below(runs.minimum, len(outcome.minima))
    yield "parent", _below(runs.parent, np.size(runs.parent))
    yield "condition", _below(evidence.condition, len(outcome.problem.domain))
    yield "nit", bool((runs.nit >= 0).all())
    yield "period", bool((evidence.period >= -1).all())


def _minimum_fits(minimum: Minimum, n_vars: int) -> Checks:
    yield "minima.x", minimum.x.shape == minimum.eigenvalues.shape == (n_vars,)
    yield "minima.runs", bool((minimum.runs >= 0).all())
    yield "minima.dimension", -1 <= minimum.dimension <= n_vars
    for name in ("lowest", "highest", "varies"):
        yield f"minima.{name}", getattr(minimum, name).shape == (n_vars,)


def _result_fits(result: Result) -> Checks:
    n, n_vars = len(result.runs), len(result.problem.names)
    yield "best", 0 <= result.best < n
    yield "jac", result.jac.shape == (n_vars,)
    yield "ways_out", result.ways_out.value.ndim == 2
    yield "minima.runs", all(_below(minimum.runs, n) for minimum in result.minima)
    yield "history_every", result.history_every >= 0
    if result.standing is not None:
        yield from _standing_fits(result.standing, n, n_vars)
    if result.history is not None:
        yield "history", len(result.history) == n
        yield "history", all(len(p) > 0 and p.shape[1:] == (n_vars,) for p in result.history)


def _standing_fits(standing: Standing, n: int, n_vars: int) -> Checks:
    for name in ("begun", "x", "target"):
        yield f"standing.{name}", getattr(standing, name).shape == (n, n_vars)
    for name in ("target_kind", "steps", "evaluations"):
        yield f"standing.{name}", getattr(standing, name).shape == (n,)
    yield "standing.target_kind", bool(np.isin(standing.target_kind, list(Kind)).all())
    yield "standing.steps", bool((standing.steps >= 0).all())
    method = standing.method
    yield "standing.memory", standing.memory.ndim == 2 and len(standing.memory) == n
    if method is not None:
        kept = fresh(method, n_vars, np.ones(n_vars))
        yield "standing.memory", standing.memory.shape[1] == len(kept)


def _below(indices: Whole, number: int) -> bool:
    """Tell whether indices are -1, for none, or lead to one of so many things."""
    return bool(((indices >= -1) & (indices < number)).all())
