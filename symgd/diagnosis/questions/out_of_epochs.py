"""What a run would do whose epochs ran out: descend, cycle, run away or rest."""

from __future__ import annotations

import numpy as np

from ...engine.kernel.stops import Stop
from ...methods import Fixed
from ...status import Status
from ..case import Case
from ..outlook import Course, look_ahead
from .ran_away import away

_BECOMES = {
    Course.DESCENDING: Status.SLOW,
    Course.CYCLING: Status.OSCILLATING,
    Course.ESCAPING: Status.DIVERGED,
    Course.RESTING: Status.NO_PROGRESS,
}
_STATUS = np.array([*_BECOMES.values()])  # by code


def out_of_epochs(case: Case) -> None:
    """Look ahead of fixed steps; others always descend."""
    rows, found, method = case.open(Stop.EPOCHS), case.found, case.how.method
    if not isinstance(method, Fixed) or not len(rows):
        found.status[rows] = Status.SLOW
        return
    its = case.problem.of(rows), method.take(rows), case.ends.take(rows)
    found.status[rows] = _STATUS[look_ahead(*its, case.box, away(case), case.how.workers)]
