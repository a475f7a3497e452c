"""Whether rounding alone has kept a run moving at a minimum on a kink."""

from __future__ import annotations

from ...engine.kernel.stops import Stop
from ...status import Kind, Status
from ..case import Case
from ..kinds import LOWEST, near_kink


def kept_at_kinks(case: Case) -> None:
    """Find the runs whose epochs ran out on a kink that is a minimum."""
    found, rows = case.found, case.open(Stop.EPOCHS)
    rows = rows[near_kink(case.problem.of(rows), found.x[rows])]
    if len(rows):
        rows = rows[LOWEST[case.kinds(rows).at_end(found.x[rows], case.x0[rows])]]
        found.kind[rows], found.status[rows] = Kind.KINK_MINIMUM, Status.CONVERGED
