"""From where and why each run stopped to its verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..blas import in_one_thread
from ..engine.drive.lanes import Ends
from ..engine.kernel import store
from ..engine.kernel.stops import Stop
from ..errors import Interrupted
from ..given.boxes import Box
from ..problem import Problem
from ..status import Status
from ..watch import answered, during, hurried, look
from .case import UNDECIDED, Case, Judging, Verdicts
from .questions.at_creases import at_creases, denied
from .questions.at_jumps import at_jumps
from .questions.careful_minima import careful_minima
from .questions.down_lines import down_lines
from .questions.halted_elsewhere import halted_elsewhere
from .questions.interrupted import interrupted, stopped
from .questions.kept_at_kinks import kept_at_kinks
from .questions.lost_in_doubles import lost_in_doubles
from .questions.nonfinite import nonfinite
from .questions.on_decays import on_decays
from .questions.on_shared_edges import on_shared_edges
from .questions.ordinary_minima import ordinary_minima
from .questions.other_stationary import other_stationary
from .questions.out_of_epochs import out_of_epochs
from .questions.ran_away import ran_away
from .questions.snap_to_bounds import snap_to_bounds
from .questions.steep_ends import steep_ends
from .questions.where_undefined import where_undefined
from .questions.with_more_digits import with_more_digits

_SLICE = 2**15  # runs: judged at once, at most; it takes some hundred times their memory
_HURRIED = 2**11  # runs: the same where time may pass, which takes the verdicts of those at hand
_ENTRIES = 2**17  # entries of Hessians: made at once
_SMALLEST = 2**8  # runs: judged at once, at least
_QUICKLY = 0.1  # seconds: questions may take so long after Ctrl-C
_HANDFUL = 16  # finished runs: to these all questions are quick
_CLOSER = 1e-3  # share of the way back to the start: where f is asked again that overflowed

Question = Callable[[Case], None]

QUESTIONS: tuple[Question, ...] = (
    interrupted,
    snap_to_bounds,
    where_undefined,
    ordinary_minima,
    at_creases,
    steep_ends,
    careful_minima,
    other_stationary,
    nonfinite,
    ran_away,
    kept_at_kinks,
    out_of_epochs,
    halted_elsewhere,
)
"""In this order; each is about the runs that the ones before it have left open."""

CLAIMS: tuple[Question, ...] = (
    *(denied, with_more_digits, lost_in_doubles, on_shared_edges, on_decays, at_jumps),
    down_lines,
)
"""Asked after all others, about answers that rest on values alone."""

QUICK: tuple[Question, ...] = (interrupted, where_undefined, ordinary_minima, stopped)
"""After an interruption, when nobody waits for an answer that takes long."""

AT_ONCE: tuple[Question, ...] = (stopped,)
"""When that has taken long enough."""


@in_one_thread
@during("judging")
def judge(
    problem: Problem,
    x0: Array,
    ends: Ends,
    box: Box,
    how: Judging,
    found: Verdicts,
    halted: bool = False,
    quickly: float = _QUICKLY,
) -> Verdicts:
    """Give every run its verdict.

    Parameters
    ----------
    problem : Problem
        f.
    x0 : ndarray
        Starts, ``(n_runs, n_vars)``.
    ends : Ends
        Where and why the runs stopped.
    box : Box
        Bounds.
    how : Judging
        What counts as arrived, and whether ends are polished.
    found : Verdicts
        Undecided ones, which are decided in place.
    halted : bool
        Whether Ctrl-C has come already, so that only quick questions are asked.
    quickly : float
        Seconds for these.

    Returns
    -------
    Verdicts
        Those that were given.

    Raises
    ------
    Interrupted
        After Ctrl-C, with all verdicts: on runs that were not judged yet, quick ones.
    """
    x0 = np.asfortranarray(x0)
    most = _HURRIED if hurried() and not halted else _SLICE
    size = max(min(most, _ENTRIES // x0.shape[1] ** 2), _SMALLEST)
    ending = time.monotonic() + quickly if halted else None
    for first in range(0, len(x0), size):
        rows = slice(first, first + size)
        whole = len(x0) <= size  # most calls: taking a part takes time
        parts = (ends, how, found) if whole else (t.take(rows) for t in (ends, how, found))
        given = (problem if whole else problem.of(rows), box, x0[rows], *parts)
        if ending is None:
            try:
                _ask(QUESTIONS, *given)
                continue
            except KeyboardInterrupt:
                answered()
                ending = time.monotonic() + quickly
                found.put(rows, Verdicts.undecided(*x0[rows].shape))
        few = np.count_nonzero(ends.stop[rows] != Stop.INTERRUPTED) <= _HANDFUL
        in_time = time.monotonic() < ending and problem.symbolic.hessian_at_hand
        questions = (QUESTIONS if few else QUICK) if in_time else AT_ONCE
        _ask(questions, *given, in_time and not store.compiling())
    if ending is not None and not halted:
        raise Interrupted(found)
    return found


def _ask(questions: Sequence[Question], *given: Any) -> None:
    case = Case.begin(*given)
    for question in questions:
        if not (case.found.status == UNDECIDED).any():
            break
        question(case)
        look()
    for question in CLAIMS if questions is QUESTIONS else ():
        question(case)
        look()
    found, arrived = case.found, case.found.success
    found.target_kind[arrived] = found.kind[arrived]
    found.fun_last[:] = _last_finite(case)


def _last_finite(case: Case) -> Array:
    """Give f at the end of each run or, where it overflowed, closer to the start."""
    found, x0 = case.found, case.x0
    last = np.where(case.stop == Stop.BOTTOMLESS, -np.inf, found.fun)
    share = 1.0
    rows = np.flatnonzero(np.isnan(last) & (found.status == Status.DIVERGED))
    while len(rows) and share > 0:
        share *= _CLOSER
        closer = x0[rows] + share * (found.x[rows] - x0[rows])
        last[rows] = case.problem.of(rows).values(closer)
        rows = rows[np.isnan(last[rows])]
    return last
