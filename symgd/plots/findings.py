"""What a picture shows, in a few words: the titles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..status import Kind, Status
from ..views.numbers import listed, number, several, vector
from .data import SUCCESSES, Sweep, coordinate

if TYPE_CHECKING:
    from ..results.result import Result

_BORDERS = 4  # borders between basins that a title tells
_RUN = {
    Status.CONVERGED: "from {start} to the {kind} at {end} in {steps}",
    Status.AT_BOUND: "from {start} to the minimum on a bound at {end}",
    Status.STALLED_AT_START: "from {start} nothing moves: {kind}",
    Status.NOT_A_MINIMUM: "from {start} to no minimum: {kind} at {end}",
    Status.PLATEAU: "from {start} to flat ground at {end}: no minimum near",
    Status.SLOW: "from {start} still descending after {steps}",
    Status.OSCILLATING: "from {start} no rest after {steps}: the step is too large",
    Status.DIVERGED: "from {start} away to infinity",
    Status.OUT_OF_DOMAIN: "from {start} out of the domain of f",
    Status.NO_PROGRESS: "from {start} no further than {end}, which is no verified minimum",
    Status.STOPPED: "from {start} interrupted after {steps}",
}


def place(x: Sequence[float] | Array, digits: int = 4) -> str:
    """Write a point without the names of its variables."""
    entries = [number(float(v), digits) for v in x]
    return entries[0] if len(entries) == 1 else vector(entries)


def named(names: Sequence[str], x: Sequence[float] | Array, digits: int = 4) -> str:
    """Write a point with the names of its variables."""
    return f"{names[0] if len(names) == 1 else vector(list(names))} = {place(x, digits)}"


def of_run(result: Result, run: int) -> str:
    """Tell what one run did."""
    runs, names = result.runs, result.problem.names
    status, kind = Status(int(runs.status[run])), Kind(int(runs.kind[run]))
    inflection = kind == Kind.SADDLE and len(names) == 1
    if status == Status.CONVERGED and not runs.nit[run]:
        return f"x0 = {place(runs.x0[run])} already is a {kind.words}"
    return _RUN[status].format(
        start=f"x0 = {place(runs.x0[run])}",
        kind="inflection point" if inflection else kind.words,
        end=named(names, runs.x[run]),
        steps=several(int(runs.nit[run]), "step"),
    )


def of_runs(result: Result, chosen: Sequence[int]) -> str:
    """Tell what several runs did together."""
    if len(chosen) == 1:
        return of_run(result, chosen[0])
    status = result.runs.status[list(chosen)]
    reached = np.unique(result.runs.minimum[list(chosen)])
    minima = int((reached >= 0).sum())
    lost = ~np.isin(status, SUCCESSES)
    starts = several(len(chosen), "start")
    if lost.all():
        return f"none of {starts} leads to a minimum: {tally(status)}"
    found = f"lead to {minima} {'minima' if minima > 1 else 'minimum'}"
    if not lost.any():
        return f"{starts} {found}"
    return f"{(~lost).sum():,} of {starts} {found}; {tally(status[lost])}"


def tally(status: Any) -> str:
    """Count verdicts, the most frequent first."""
    codes, counts = np.unique(status, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    parts = [f"{counts[i]:,} {Status(int(codes[i])).name}" for i in order]
    return listed(parts, most=3)


def of_sweep(sweep: Sweep) -> str:
    """Tell where along its axes a sweep arrives."""
    success = np.isin(sweep.status, SUCCESSES)
    if not success.any():
        return f"none of {several(success.size, 'run')} arrives: {tally(sweep.status)}"
    if set(sweep.dims) == {"lr", "epochs"}:
        epochs = coordinate(sweep, "epochs")
        longest = success.take(int(np.argmax(epochs)), axis=sweep.dims.index("epochs"))
        within = f"within {several(int(epochs.max()), 'epoch')}"
        return f"{within} runs arrive {reach('lr', coordinate(sweep, 'lr'), longest)}"
    if sweep.dims == ("lr",):
        return f"runs arrive {reach('lr', coordinate(sweep, 'lr'), success)}"
    return f"{success.sum():,} of {several(success.size, 'run')} reach a minimum"


def of_borders(borders: Array, resolution: float, where: str) -> str:
    """Tell a few borders between starts, known to a resolution, to continue a finding."""
    if not 0 < len(borders) <= _BORDERS:
        return ""
    digits = -math.floor(math.log10(resolution))
    told = [number(round(border, digits)) for border in borders.tolist()]
    return f"; {'borders' if len(told) > 1 else 'border'} {where} x0 = {listed(told)}"


def reach(name: str, values: Array, success: Any) -> str:
    """Tell for which values of one axis something holds.

    Examples
    --------
    >>> reach("lr", np.array([0.1, 0.2, 0.3]), np.array([False, True, True]))
    'from lr = 0.2 on'
    """
    order = np.argsort(values, kind="stable")
    values, where = values[order], np.flatnonzero(np.asarray(success)[order])
    if not where.size:
        return f"at no {name}"
    gaps = np.flatnonzero(np.diff(where) > 1)
    first, last = int(where[0]), int(where[gaps[0] if gaps.size else -1])
    low, high = f"{name} = {number(values[first])}", f"{name} = {number(values[last])}"
    if last == len(values) - 1:
        return f"from {low} on" if first else f"at every {name}"
    again = ", and again above" if gaps.size else ""
    if first == last:
        return f"at {low}{again}"
    return (f"from {low} to {high}" if first else f"up to {high}") + again
