"""Whether a run ended because its next point is not finite."""

from __future__ import annotations

from ...engine.kernel.stops import Stop
from ...status import Status
from ..case import Case


def nonfinite(case: Case) -> None:
    """Find the runs whose next step overflows: they run away, however close they still are."""
    case.found.status[case.open(Stop.NONFINITE)] = Status.DIVERGED
