"""Whether rounding alone has kept a run moving at a minimum on a kink."""

from __future__ import annotations

from ...engine.kernel.stops import Stop
from ...status import Kind, Status
from ..case import Case
from ..kinds import LOWEST, near_kink
from ..rests import landed


def kept_at_kinks(case: Case) -> None:
    """Find the runs whose epochs ran out on a kink that is a minimum."""
    found, rows = case.found, case.open(Stop.EPOCHS)
    rows = rows[near_kink(case.problem.of(rows), found.x[rows])]
    if len(rows):
        x0 = case.x0[rows]
        x = landed(case.problem.of(rows), found.x[rows], x0)
        lowest = LOWEST[case.kinds(rows).at_end(x, x0)]
        rows, x = rows[lowest], x[lowest]
        found.kind[rows], found.status[rows] = Kind.KINK_MINIMUM, Status.CONVERGED
        found.target[rows] = x
        if case.how.polish:
            case.move(rows, x)
