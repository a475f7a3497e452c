"""Whether rounding alone has kept a run moving at a minimum on a kink."""

from __future__ import annotations

from ...engine.kernel.stops import Stop
from ...status import Kind, Status
from ..case import Case
from ..kinds import near_kink


def kept_at_kinks(case: Case) -> None:
    """Find the runs whose epochs ran out on a kink that is a minimum."""
    found, rows = case.found, case.open(Stop.EPOCHS)
    for row in rows[near_kink(case.problem.of(rows), found.x[rows])]:
        if case.kinds(row).at_end(found.x[row], case.x0[row]).lowest:
            found.kind[row], found.status[row] = Kind.KINK_MINIMUM, Status.CONVERGED
