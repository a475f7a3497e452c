"""What the questions about runs share: the formula, the runs, and the columns they fill."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np

from ..arrays import Array, Columns, Mask, Whole
from ..engine.drive.lanes import Ends
from ..engine.kernel.stops import Stop
from ..given.boxes import Box
from ..methods import Method
from ..problem import Problem
from ..status import Kind, Status
from .edge import NO_CONDITION
from .kinds import LOWEST, Kinds
from .local import every, largest, pick, put
from .look import Ahead, Sight, look

_MASKS = ("smooth", "early")
_SUCCESS = np.array([status.success for status in Status])  # by code
HALTED = (Stop.TOLERANCE, Stop.FLOOR)
UNDECIDED = -1  # code: no question has been answered yet
_POINTS = ("x", "target")
_CODES = {
    "target_kind": Kind.UNKNOWN, "status": UNDECIDED, "kind": Kind.NOT_STATIONARY,
    "condition": NO_CONDITION,
}  # fmt: skip


@dataclass(frozen=True)
class Judging:
    """How runs are judged.

    Attributes
    ----------
    method : Method
        How steps are made, with one value a run where a setting is an array.
    tol : float
        Share of the way travelled that may be missing at a minimum.
    polish : bool
        Whether the ends are moved to where Newton steps lead.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.
    workers : int, optional
        Number of threads; by default one a core.
    """

    method: Method
    tol: float
    polish: bool
    width: Array
    workers: int | None = None

    def take(self, rows: Any) -> Judging:
        """Give how some of the runs are judged."""
        return replace(self, method=self.method.take(rows))


@dataclass
class Verdicts(Columns):
    """One row a run: its end after polishing, its status and kind, and where it leads."""

    x: Array
    target: Array  # the stationary point it belongs to; x itself where there is none
    target_kind: Whole  # what that is, where it is a minimum that the run is at or heading for
    fun: Array
    fun_last: Array  # f at the end, or where it was last finite on the way there
    grad_norm: Array
    status: Whole
    kind: Whole
    condition: Whole
    smooth: Mask  # the Hessian shows what the target is
    early: Mask  # stopped by the tolerance, yet neither arrived nor stationary

    @classmethod
    def undecided(cls, n_runs: int, n_vars: int) -> Verdicts:
        """Begin with columns in which no question is answered."""
        points = np.full((len(_POINTS), n_vars, n_runs), np.nan)
        names = _numbers()
        numbers = np.full((len(names), n_runs), np.nan)
        codes = np.full((len(_CODES), n_runs), np.array([*_CODES.values()])[:, None])
        columns: dict[str, Any] = dict(zip(_POINTS, points.transpose(0, 2, 1), strict=True))
        columns |= zip(names, numbers, strict=True)
        columns |= zip(_CODES, codes, strict=True)
        columns |= zip(_MASKS, np.zeros((len(_MASKS), n_runs), dtype=np.bool_), strict=True)
        return cls(**columns)

    @property
    def success(self) -> Mask:
        """Which runs reached a verified minimum."""
        return np.asarray(_SUCCESS[self.status])

    @property
    def heading(self) -> Mask:
        """Which runs have reached a verified minimum, or were on their way to one."""
        return np.asarray(LOWEST[self.target_kind])

    @property
    def stalled(self) -> Mask:
        """Which runs ended on a maximum or a saddle."""
        stuck = (self.status == Status.STALLED_AT_START) | (self.status == Status.NOT_A_MINIMUM)
        return np.asarray(stuck & ((self.kind == Kind.MAXIMUM) | (self.kind == Kind.SADDLE)))


@dataclass(frozen=True)
class Case:
    """Runs that are judged together; the questions write their answers into `found`.

    Attributes
    ----------
    problem : Problem
        f.
    box : Box
        Bounds.
    how : Judging
        What counts as arrived, and whether ends are polished.
    x0 : ndarray
        Starts, ``(n_runs, n_vars)``, by columns.
    ends : Ends
        Where and why the runs stopped.
    found : Verdicts
        The columns that are filled.
    sight : Sight
        What a first look showed.
    steep : ndarray
        Where the gradient is not finite, ``(n_runs,)``.
    denied : ndarray
        Where values cannot show a minimum, as f falls along a crease, ``(n_runs,)``.
    on_set : ndarray
        Where the run leads to a smooth set of minima that doubles show, ``(n_runs,)``.
    creased : ndarray
        Where conditions on creases have shown a minimum, ``(n_runs,)``.
    shown : ndarray
        Where many digits, or conditions of second order, have shown what the point is,
        ``(n_runs,)``.
    """

    problem: Problem
    box: Box
    how: Judging
    x0: Array
    ends: Ends
    found: Verdicts
    sight: Sight
    steep: Mask
    denied: Mask
    on_set: Mask
    creased: Mask
    shown: Mask

    @classmethod
    def begin(
        cls,
        problem: Problem,
        box: Box,
        x0: Array,
        ends: Ends,
        how: Judging,
        found: Verdicts,
        looking: bool = True,
        far: bool = False,
    ) -> Case:
        """Begin with runs of which only f, its gradient and what lies ahead are known.

        Minima `far` ahead are looked for where ends are polished, or on request.
        """
        found.x[:] = found.target[:] = ends.x
        given = problem, found.x, x0, box, how.tol, how.polish or far, how.workers
        sight = look(*given) if looking else Sight.none(found.x)
        found.fun[:], found.grad_norm[:] = sight.fun, sight.grad_norm
        masks = np.zeros((5, len(x0)), dtype=np.bool_)
        case = cls(problem, box, how, x0, ends, found, sight, *masks)
        unclear = np.flatnonzero(sight.ahead == Ahead.UNCLEAR)
        case.evaluate(unclear)
        return case

    @property
    def stop(self) -> Whole:
        """Why the runs stopped, codes of `Stop`, ``(n_runs,)``."""
        return self.ends.stop

    def kinds(self, rows: Any) -> Kinds:
        """Give what tells points of some runs apart."""
        return Kinds(self.problem.of(rows), self.box, self.how.width)

    @property
    def stayed(self) -> Mask:
        """Which runs never moved."""
        return every(self.found.x == self.x0)

    def open(self, *stops: Stop) -> Whole:
        """Give the rows without a verdict, of runs that stopped in one of these ways."""
        rows = np.flatnonzero(self.found.status == UNDECIDED)
        return rows[_among(stops)[self.stop[rows]]] if stops and len(rows) else rows

    def careful(self, *stops: Stop) -> Whole:
        """Give the rows without a verdict, of which the first look did not show enough.

        It does so of runs that took all their steps; no others should be away from a minimum.
        """
        rows = self.open(*stops)
        unclear = (self.sight.ahead[rows] == Ahead.UNCLEAR) | (self.stop[rows] != Stop.EPOCHS)
        return np.asarray(rows[unclear])

    def move(self, rows: Whole, points: Array) -> None:
        """Put the ends of runs elsewhere, with f and the gradient there."""
        put(self.found.x, rows, points)
        self.evaluate(rows)

    def evaluate(self, rows: Whole) -> None:
        """Note f and the gradient at the ends of runs."""
        problem, points = self.problem.of(rows), pick(self.found.x, rows)
        gradient = problem.gradients(points)
        self.steep[rows] = ~every(np.isfinite(gradient))
        self.found.fun[rows] = problem.values(points)
        with np.errstate(invalid="ignore"):
            self.found.grad_norm[rows] = largest(np.abs(self.box.projected(points, gradient)))


@cache
def _numbers() -> tuple[str, ...]:
    """Name the columns of one number a run, which begin as nan."""
    others = {*_POINTS, *_CODES, *_MASKS}
    return tuple(f.name for f in fields(Verdicts) if f.name not in others)


@cache
def _among(stops: tuple[Stop, ...]) -> Mask:
    """Tell for each code whether it is one of these."""
    return np.array([stop in stops for stop in range(max(Stop) + 1)])
