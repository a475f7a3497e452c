"""What a sweep shows, in words: how many runs arrive, which rates do, and where starts lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..status import SUCCESSES, WORST_FIRST
from .axes import ascending
from .case import AUTOMATIC
from .document import Document, Paragraph, Table, lines
from .numbers import number, point, several, vector
from .sweep_basins import basins
from .sweep_rates import arrivals, too_large

if TYPE_CHECKING:
    from .data import Sweep

_WORDS = {
    "x0": ("start x0", "starts x0"),
    "lr": ("rate lr", "rates lr"),
    "epochs": ("number of epochs", "numbers of epochs"),
}
_CHANGES = ("clip_value", "clip_norm", "noise")  # of gradients


def summary(sweep: Sweep) -> Document:
    """State what the axes of a sweep show, in ASCII.

    That is the runs that fail, the rates that are too large, those that are large enough, and
    where the starts lead.
    """
    parts: Document = []
    with np.errstate(all="ignore"):  # ends of runs that ran away
        for tell in (_headline, too_large, arrivals, _drift, basins):
            parts += tell(sweep)
    return parts


def _headline(sweep: Sweep) -> Document:
    """Say what was run, and how many runs arrive or fail in which way."""
    runs, counts = int(np.size(sweep.status)), sweep.counts
    axes = " times ".join(_axis(sweep, dim) for dim in sweep.dims)
    varied = [part for part in (axes, *_fixed(sweep)) if part]
    parts: Document = [Paragraph(f"{several(runs, 'run')}: {', '.join(varied)}.")]
    failed = [status for status in WORST_FIRST if status in counts and not status.success]
    if runs == 1:
        (status,) = counts
        end = point(sweep.problem.names, np.ravel(sweep.x).tolist())
        height = number(float(np.ravel(sweep.fun)[0]))
        return parts + lines([f"It {status.phrase()} ({status.name}): {end}, f = {height}."])
    if not failed:
        return parts + lines(["All of them arrive at a verified minimum."])
    arrived = runs - sum(counts[status] for status in failed)
    some = {0: "None of them arrives", 1: "1 of them arrives"}.get(arrived)
    others = ", the others do not" if arrived else ""
    rows = [[f"{counts[s]:,}", s.phrase(counts[s]), f"({s.name})"] for s in failed]
    title = f"{some or f'{arrived:,} of them arrive'} at a verified minimum{others}:"
    return [*parts, Table(title, rows, "><<", indent=2, apart=False)]


def _axis(sweep: Sweep, dim: str) -> str:
    """Tell the range of an axis."""
    values, names = ascending(sweep, dim), sweep.problem.names
    if dim == "x0" and len(names) > 1:
        return f"{several(len(values), 'start')} {vector(names)}"
    count = several(len(values), *_WORDS.get(dim, (f"value of {dim}", f"values of {dim}")))
    low, high = (f"{v:,.0f}" if dim == "epochs" else number(v) for v in values[[0, -1]])
    return f"{count} = {low}" if low == high else f"{count} from {low} to {high}"


def _fixed(sweep: Sweep) -> list[str]:
    """Tell what is the same for all runs."""
    names, fixed, settings = sweep.problem.names, sweep.fixed, sweep.settings
    same = [f"{n} = {number(v)}" for n, v in fixed.items() if n not in (*_WORDS, *_CHANGES)]
    if "x0" not in sweep.dims:
        start = np.reshape(sweep.x0, (-1, len(names)))[0]
        whole = "all from" if np.size(sweep.status) > 1 else "from"
        same.insert(0, f"{whole} {point(names, start.tolist())}")
    same += _method(sweep)
    changes = {n: getattr(settings, n) for n in _CHANGES}
    same += [f"{n} = {number(v)}" for n, v in changes.items() if v and n not in sweep.dims]
    if "epochs" not in sweep.dims:
        epochs = several(int(fixed.get("epochs", settings.epochs)), "epoch")
        same.append(epochs if settings.tol == 0 else f"at most {epochs}")
    return same


def _method(sweep: Sweep) -> list[str]:
    """Tell the method, unless it is plain descent, and its rate, unless that is an axis."""
    settings = sweep.settings
    rate = sweep.fixed.get("lr", settings.lr)
    shown = [] if rate is None else [f"lr = {number(rate)}"]
    if settings.schedule is not None:
        shown = [f"lr = {settings.schedule}"]
    shown = [] if "lr" in sweep.dims else shown
    if settings.method not in AUTOMATIC:
        why = f" (auto picked it: {settings.picked})" if settings.picked else ""
        return [f"{settings.method}{why}", *shown]
    return shown or ([] if "lr" in sweep.dims else ["automatic steps"])


def _drift(sweep: Sweep) -> Document:
    """Tell how the minimum moves along the only axis, a parameter."""
    if len(sweep.dims) != 1 or sweep.dims[0] not in sweep.problem.params:
        return []
    if len(sweep.status) < 2:
        return []
    dim, names = sweep.dims[0], sweep.problem.names
    values = sweep.coords[dim]
    first, last = int(values.argmin()), int(values.argmax())
    if not np.isin(sweep.status[[first, last]], SUCCESSES).all():
        return []
    ends = [
        f"{point(names, np.atleast_1d(sweep.x[i]).tolist())} (f = {number(sweep.fun[i])})"
        for i in (first, last)
    ]
    low, high = number(values[first]), number(values[last])
    moves = f"the end moves from {ends[0]} to {ends[1]}"
    return [Paragraph(f"From {dim} = {low} to {high} {moves}.")]
