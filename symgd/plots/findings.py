"""What a picture shows, in a few words: the titles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..status import SUCCESSES, Kind, Status
from ..views.axes import where
from ..views.case import kind_words
from ..views.data import Batch, Sweep
from ..views.mirror import told
from ..views.numbers import listed, number, place, point, several
from .data import coordinate

_BORDERS = 4  # borders between basins that a title tells


def run_title(result: Batch, run: int) -> str:
    """Tell what one run did."""
    runs, names = result.runs, result.problem.names
    if result.settings.elsewhere:
        return f"{point(names, runs.x[run])}: {tally(runs.status[[run]])}"
    status, kind = Status(int(runs.status[run])), Kind(int(runs.kind[run]))
    if status == Status.CONVERGED and not runs.nit[run]:
        return f"x0 = {place(runs.x0[run])} already is a {kind.words}"
    return told(result, status.title).format(
        start=f"x0 = {place(runs.x0[run])}",
        kind=kind_words(kind, names),  # of f itself, also where it was maximized
        end=point(names, runs.x[run]),
        steps=several(int(runs.nit[run]), "step"),
    )


def runs_title(result: Batch, chosen: Sequence[int]) -> str:
    """Tell what several runs did together."""
    if len(chosen) == 1:
        return run_title(result, chosen[0])
    status = result.runs.status[list(chosen)]
    reached = np.unique(result.runs.minimum[list(chosen)])
    minima = int((reached >= 0).sum())
    lost = ~np.isin(status, SUCCESSES)
    if result.settings.elsewhere:
        return f"{several(len(chosen), 'point')}: {tally(status)}"
    starts = several(len(chosen), "start")
    if lost.all():
        return told(result, f"none of {starts} leads to a minimum: {tally(status)}")
    found = told(result, f"lead to {minima} {'minima' if minima > 1 else 'minimum'}")
    if not lost.any():
        return f"{starts} {found}"
    return f"{(~lost).sum():,} of {starts} {found}; {tally(status[lost])}"


def tally(status: Any) -> str:
    """Count verdicts, the most frequent first."""
    codes, counts = np.unique(status, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    parts = [f"{counts[i]:,} {Status(int(codes[i])).name}" for i in order]
    return listed(parts, most=3)


def sweep_title(sweep: Sweep) -> str:
    """Tell where along its axes a sweep arrives."""
    success = np.isin(sweep.status, SUCCESSES)
    if not success.any():
        return f"none of {several(success.size, 'run')} arrives: {tally(sweep.status)}"
    if set(sweep.dims) == {"lr", "epochs"}:
        epochs = coordinate(sweep, "epochs")
        longest = success.take(int(np.argmax(epochs)), axis=sweep.dims.index("epochs"))
        within = f"within {several(int(epochs.max()), 'epoch')}"
        return f"{within} runs arrive {where('lr', coordinate(sweep, 'lr'), longest)}"
    if sweep.dims == ("lr",):
        return f"runs arrive {where('lr', coordinate(sweep, 'lr'), success)}"
    return f"{success.sum():,} of {several(success.size, 'run')} reach a minimum"


def borders_title(borders: Array, resolution: float, word: str) -> str:
    """Tell a few borders between starts, known to a resolution, to continue a finding."""
    if not 0 < len(borders) <= _BORDERS:
        return ""
    digits = -math.floor(math.log10(resolution))
    places = [number(round(border, digits)) for border in borders.tolist()]
    return f"; {'borders' if len(places) > 1 else 'border'} {word} x0 = {listed(places)}"
