"""From judged runs to a `Result`, also from runs of results that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..arrays import Array
from ..diagnosis.case import Verdicts
from ..engine.drive.lanes import Ends
from ..given.options import Options
from ..problem import Problem
from ..results.result import Result
from ..results.runs import Later, Runs, Settings
from ..results.standing import Standing
from .descent import Batch, ways_out
from .gather import gather


def wrap_together(
    problem: Problem,
    runs: Runs,
    standing: Standing,
    settings: Settings,
    history: list[Array] | None,
    options: Options,
) -> Result:
    """Put runs into a result that were judged before, and tell their minima apart anew."""
    found = Verdicts.undecided(*runs.x.shape)
    for name in ("x", "fun", "grad_norm", "status", "kind"):
        getattr(found, name)[:] = getattr(runs, name)
    found.target[:], found.target_kind[:] = standing.target, standing.target_kind
    batch = Batch(runs.x0, standing.begun, Ends.at(standing.x.T), runs.parent, found)
    minima, member = gather(problem, batch, options, found.success)
    runs = replace(runs, minimum=member, status=found.status)
    return result_of(problem, runs, minima, settings, standing, history, options)


def standing_of(batch: Batch, options: Options) -> Standing:
    """Tell where the runs of a batch stand."""
    ends, judged = batch.ends, batch.verdicts
    return Standing(
        batch.begun, ends.x, judged.target, judged.target_kind, ends.nit, ends.evaluations,
        ends.memory, options.method,
    )  # fmt: skip


def result_of(
    problem: Problem,
    runs: Runs,
    minima: Sequence[Any],
    settings: Settings,
    standing: Standing,
    history: list[Array] | None,
    options: Options,
) -> Result:
    """Give a result, with what is told of its best run."""
    best = runs.lowest
    evaluations, end = int(standing.evaluations[best]), np.asarray(runs.x[[best]])
    leave = partial(ways_out, problem, end, options)
    return Result(
        problem=problem,
        runs=runs,
        minima=tuple(minima),
        settings=settings,
        history=history,
        history_every=options.history,
        best=best,
        jac=problem.gradients(end)[0],
        nfev=evaluations if "value" in options.method.asks else 1,
        njev=evaluations,
        ways_out=Later(leave) if _stalled(runs, best) else Later.known(end[:0]),
        standing=standing,
    )


def _stalled(runs: Runs, row: int) -> bool:
    found = Verdicts.undecided(1, runs.x.shape[1])
    found.status[:], found.kind[:] = runs.status[row], runs.kind[row]
    return bool(found.stalled[0])
