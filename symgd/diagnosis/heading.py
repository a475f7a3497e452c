"""Where runs were heading that have not arrived: the minimum to which Newton steps lead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import Array
from ..engine.drive.lanes import Ends
from ..given.boxes import Box
from ..problem import Problem
from ..status import Kind, Status
from .case import Case, Judging, Verdicts
from .local import put
from .questions.careful_minima import careful_minima
from .questions.ordinary_minima import clear_minima

UNDER_WAY = (Status.SLOW, Status.OSCILLATING, Status.NO_PROGRESS)


@dataclass(frozen=True)
class Judged:
    """Runs with their verdicts, and all that these came from.

    Attributes
    ----------
    problem : Problem
        f.
    box : Box
        Bounds.
    how : Judging
        What counted as arrived.
    x0 : ndarray
        Starts, ``(n_runs, n_vars)``.
    ends : Ends
        Where the runs stopped, and what they remembered.
    verdicts : Verdicts
        What was decided.
    """

    problem: Problem
    box: Box
    how: Judging
    x0: Array
    ends: Ends
    verdicts: Verdicts

    def take(self, rows: Any) -> Judged:
        """Give some of the runs."""
        parts = {name: getattr(self, name).take(rows) for name in ("how", "ends", "verdicts")}
        return replace(self, problem=self.problem.of(rows), x0=self.x0[rows], **parts)


def heading(judged: Judged) -> Verdicts:
    """Find the minima for which runs were heading when they stopped.

    Parameters
    ----------
    judged : Judged
        The runs.

    Returns
    -------
    Verdicts
        The same, with these minima as targets.
    """
    found = judged.verdicts
    under_way = np.isin(found.status, UNDER_WAY) & (found.target_kind == Kind.UNKNOWN)
    rows = np.flatnonzero(under_way & (found.kind == Kind.NOT_STATIONARY))
    if not len(rows):
        return found
    runs = judged.take(rows)
    blank = Verdicts.undecided(*runs.x0.shape)
    x0 = np.asfortranarray(runs.x0)
    case = Case.begin(runs.problem, judged.box, x0, runs.ends, runs.how, blank, far=True)
    clear, y = clear_minima(case, case.open())
    put(blank.target, clear, y)
    blank.target_kind[clear], blank.smooth[clear] = Kind.MINIMUM, True
    careful_minima(case)
    known = np.flatnonzero(blank.smooth)
    whole = found.each(np.copy)
    for name in ("target", "target_kind", "smooth"):
        getattr(whole, name)[rows[known]] = getattr(blank, name)[known]
    return whole
