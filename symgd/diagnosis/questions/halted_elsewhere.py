"""Where a run is that no step improves, and that is at no smooth stationary point."""

from __future__ import annotations

import numpy as np

from ...engine.kernel.stops import Stop
from ...status import Kind, Status
from ..case import HALTED, Case
from ..edge import NO_CONDITION, bottomless_edge, bottomless_pole
from ..kinds import near_kink

_FALLEN = 1e12  # times f at the start, or its change beside it: falling more shows a pole
_ASIDE = 1e-3  # share of the searched region: where that change is taken
_FLAT = 1e-8  # gradient, or share of the fall that it would bring across the region: flat


def halted_elsewhere(case: Case) -> None:
    """Judge by values, one by one, the runs that halted: a kink, a flat region, a pole."""
    for row in case.open(*HALTED):
        _judge(case, int(row))


def _judge(case: Case, row: int) -> None:
    found, x, x0 = case.found, case.found.x[row], case.x0[row]
    kind, flat = case.kinds(row).at_end(x, x0), _flat(case, row)
    settled = kind.lowest or kind is Kind.FLAT
    found.early[row] = case.stop[row] == Stop.TOLERANCE and not settled
    found.kind[row] = Kind.NOT_STATIONARY
    if kind.lowest:
        smooth = flat and not near_kink(case.problem.of(row), x[None])[0]
        found.kind[row] = Kind.WEAK_MINIMUM if smooth else Kind.KINK_MINIMUM
        found.status[row] = Status.CONVERGED
    elif flat:
        found.kind[row], found.status[row] = Kind.FLAT, Status.PLATEAU
    elif _fell_far(case, row):
        found.status[row] = Status.DIVERGED
    else:
        problem = case.problem.of(row)
        found.condition[row] = bottomless_edge(problem, x, x0)
        falling = found.condition[row] != NO_CONDITION or bottomless_pole(problem, x, x0)
        found.status[row] = Status.DIVERGED if falling else Status.NO_PROGRESS


def _flat(case: Case, row: int) -> bool:
    """Tell whether the gradient is next to nothing, or would be across the searched region."""
    gradient = case.problem.of(row).gradients(case.found.x[row][None])
    size = np.abs(case.box.projected(case.found.x[row], gradient)).max()
    reach = float((size * case.how.width).max())
    fall = abs(_at_start(case, row) - case.found.fun[row])
    return bool(size <= min(case.how.tol, _FLAT) or reach <= _FLAT * fall)


def _fell_far(case: Case, row: int) -> bool:
    """Tell whether f fell by far more than it amounts to, or changes, where the run started."""
    before, after = _at_start(case, row), case.found.fun[row]
    aside = case.x0[row] + _ASIDE * case.how.width
    beside = case.problem.of(row).values(aside[None])[0]
    return bool(before - after > _FALLEN * np.fmax(abs(before), abs(beside - before)))


def _at_start(case: Case, row: int) -> float:
    return float(case.problem.of(row).values(case.x0[[row]])[0])
