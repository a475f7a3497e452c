"""Cases that questions are asked about, made by hand."""

from __future__ import annotations

import numpy as np

from symgd.diagnosis.case import Case, Judging, Verdicts
from symgd.engine.drive.lanes import Ends
from symgd.engine.kernel.stops import Stop
from symgd.given.boxes import Box
from symgd.methods import Automatic
from symgd.problem import Problem
from symgd.status import Kind, Status

AUTOMATIC = Automatic()


def case_at(
    expr, x, x0, stop=Stop.TOLERANCE, *, method=AUTOMATIC, tol=1e-8, polish=True, width=20.0,
    bounds=(-np.inf, np.inf), nit=5,
):  # fmt: skip
    """Give a case of runs from `x0` to `x`, one a row; numbers for one variable."""
    problem = Problem(expr)
    n = len(problem.names)
    x, x0 = (np.array(p, dtype=float).reshape(-1, n) for p in (x, x0))
    ends = Ends.at(np.ascontiguousarray(x.T))
    ends.stop[:], ends.nit[:] = stop, nit
    box = Box(*(np.full(n, float(side)) for side in bounds))
    how = Judging(method, tol, polish, np.full(n, float(width)))
    found = Verdicts.undecided(len(x), n)
    return Case.begin(problem, box, np.asfortranarray(x0), ends, how, found)


def statuses(case):
    """Give the statuses that were found; None where a run is still open."""
    return [None if code < 0 else Status(code) for code in case.found.status.tolist()]


def kinds(case):
    """Give the kinds that were found."""
    return [Kind(code) for code in case.found.kind.tolist()]
