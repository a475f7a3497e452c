"""The call that made a result, as a line of Python that makes it again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .data import is_batch, is_sweep
from .numbers import number, several

if TYPE_CHECKING:
    from ..results.runs import Settings
    from .data import Batch, Formula, Outcome, Sweep

_SAID = ("width", "sampler", "until", "outside", "maximize")

Arguments = dict[str, tuple[str, str]]  # name: value and remark


def call(outcome: Outcome) -> str:
    """Write the call of `minimize` or `sweep` in Python.

    Several starts and the axes of a sweep stand under their names.
    """
    function, arguments = "minimize", Arguments()
    if is_batch(outcome) and outcome.settings.elsewhere:
        function, arguments = "judge", _judged(outcome)
    elif is_batch(outcome):
        function = "maximize" if outcome.settings.maximize else function
        arguments = _started(outcome)
    elif is_sweep(outcome):
        function, arguments = "sweep", _swept(outcome)
    lines = [f"    {outcome.problem.text!r},"]
    for name, (value, remark) in arguments.items():
        lines.append(f"    {name}={value}," + (f"  # {remark}" if remark else ""))
    return "\n".join([f"symgd.{function}(", *lines, ")"])


def _started(batch: Batch) -> Arguments:
    starts = batch.runs.x0[batch.runs.parent < 0]
    x0 = {"x0": _starts(batch.problem, starts)}
    arguments = {**x0, **_names(batch.problem), **_settings(batch.settings)}
    if batch.history is not None:
        arguments["history"] = repr(batch.history_every if batch.history_every > 1 else True), ""
    return arguments


def _judged(batch: Batch) -> Arguments:
    x, x0, settings = batch.runs.x, batch.runs.x0, _settings(batch.settings)
    points = {"x": _starts(batch.problem, x, "x")}
    begun = {} if np.isnan(x0).all() else {"x0": _starts(batch.problem, x0)}
    bounds = {name: settings[name] for name in ("bounds",) if name in settings}
    return {**points, **begun, **bounds, **_names(batch.problem)}


def _swept(sweep: Sweep) -> Arguments:
    problem = sweep.problem
    starts = sweep.x0.reshape(-1, len(problem.names))
    fixed = {name: (_plain(value), "") for name, value in sweep.fixed.items() if name != "x0"}
    axes = {dim: _axis(dim, np.asarray(sweep.coords[dim])) for dim in sweep.dims}
    if "x0" not in axes:
        axes = {"x0": _starts(problem, starts[:1]), **axes}
    elif len(problem.names) > 1:
        axes["x0"] = ("x0", several(len(sweep.coords["x0"]), "start"))
    shown = {**axes, **fixed}
    shown |= {n: v for n, v in _settings(sweep.settings).items() if n not in shown}
    given = {name: shown.pop(name) for name in list(shown) if name in problem.params}
    return {**shown, **_names(problem, given)}


def _names(problem: Formula, given: Mapping[str, tuple[str, str]] | None = None) -> Arguments:
    """Write the order of several variables, and the parameters."""
    arguments: Arguments = {}
    if len(problem.names) > 1:
        arguments["variables"] = repr(list(problem.names)), ""
    if problem.params:
        values = {name: (_plain(value), "") for name, value in problem.params.items()}
        values |= given or {}
        pairs = ", ".join(f"{name!r}: {value}" for name, (value, _) in values.items())
        remarks = [f"{name}: {remark}" for name, (_, remark) in values.items() if remark]
        arguments["params"] = f"{{{pairs}}}", ", ".join(remarks)
    return arguments


_UNWRITTEN = ("width", "sampler", "until", "schedule", "outside", "maximize", "picked")


def _settings(settings: Settings) -> Arguments:
    """Write how the runs were made; what is None or off is left out."""
    named = {f.name: getattr(settings, f.name) for f in fields(settings)}
    written = {n: (_plain(v), "") for n, v in named.items()}
    if settings.schedule is not None:
        written["lr"] = settings.schedule, "of symgd.schedules, or a function"
    closed = not all(math.isinf(side) for pair in settings.bounds for side in pair)
    left_out = {
        **{name: value is None for name, value in named.items()},
        **dict.fromkeys(
            ("width", "sampler", "until", "schedule", "outside", "maximize", "picked"), True
        ),
        "lr": settings.lr is None and settings.schedule is None,
        "escape": not settings.escape,
        "bounds": not closed,
    }
    return {n: value for n, value in written.items() if not left_out.get(n)}


def _starts(problem: Formula, starts: npt.NDArray[np.float64], name: str = "x0") -> tuple[str, str]:
    if len(starts) > 1:
        return name, several(len(starts), "start" if name == "x0" else "point")
    only = starts[0].tolist()
    return _plain(only[0] if len(problem.names) == 1 else only), ""


def _axis(name: str, values: npt.NDArray[Any]) -> tuple[str, str]:
    """Write the name of an axis, with its range as a remark."""
    low, high = number(float(values.min())), number(float(values.max()))
    return name, f"{several(len(values), 'value')} from {low} to {high}"


def _plain(value: Any) -> str:
    """Write a value in Python; what is infinite is an open side."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, float) and math.isinf(value):
        return "None"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return repr(int(value))
    return repr(value)
