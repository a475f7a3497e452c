"""What the words need to know about some runs of a result, computed for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ..facts.known import Known, RunFacts
from ..status import Status

if TYPE_CHECKING:
    from .result import Result


def about(result: Result, rows: Iterable[int] = ()) -> Known:
    """Compute what the words on these runs need, and on the formula."""
    several = len(result.minima) > 1
    return Known(
        even=result.even,
        symmetries=result.symmetries if several else (),
        orbits=result.orbits if several else np.empty(0, dtype=np.int64),
        unbounded=result.unbounded if result.success else None,
        runs={run: _run_facts(result, run) for run in rows},
    )


def _run_facts(result: Result, run: int) -> RunFacts:
    status = Status(int(result.runs.status[run]))
    if status is Status.DIVERGED and result.runs.evidence.condition[run] < 0:
        return RunFacts(fall=result.fall(run))
    if status is Status.PLATEAU:
        return RunFacts(plateau=result.plateau(run))
    if status is Status.NO_PROGRESS:
        return RunFacts(floor=result.floor(run))
    if status is Status.AT_BOUND:
        slopes = result.problem.gradients(result.runs.x[[run]])[0]
        return RunFacts(slopes=tuple(slopes.tolist()))
    return RunFacts()
