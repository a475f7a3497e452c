"""Whether a run was interrupted."""

from __future__ import annotations

from ...engine.kernel.stops import Stop
from ...status import Status
from ..case import Case


def interrupted(case: Case) -> None:
    """Leave the runs that were interrupted where they are."""
    case.found.status[case.open(Stop.INTERRUPTED)] = Status.STOPPED


def stopped(case: Case) -> None:
    """Leave all runs that are still open: the judging was interrupted."""
    case.found.status[case.open()] = Status.STOPPED
