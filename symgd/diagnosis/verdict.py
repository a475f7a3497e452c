"""From where and why each run stopped to its verdict, with the numbers it rests on.

The order of the questions: is f defined here; do Newton steps lead to a verified minimum, and has
the run arrived there; is this another stationary point; and if not, why did the run end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import EPS, Array, Mask, Whole, part
from ..engine.drive.lanes import Ends
from ..engine.kernel.stops import Stop
from ..given.boxes import Box
from ..methods import Fixed, Method
from ..problem import Problem
from ..status import Kind, Status
from .cells import cells
from .cycles import Course, look_ahead
from .edge import bottomless_edge, bottomless_pole
from .kinds import LOWEST, Kinds, near_kink
from .local import PERTURBED, Model, model, pick, put
from .newton import refine, seek, stationary
from .ordinary import ordinary

_SUCCESS = np.array([status.success for status in Status])  # by code
_UNDECIDED = -1
_SLICE = 2**15  # runs judged at once: what that needs in memory is some hundred times as much
_TOUCHING = 1e-9  # share of the searched region that is as good as none
_HALTED = (Stop.TOLERANCE, Stop.FLOOR)
_UNDER_WAY = (Status.SLOW, Status.OSCILLATING)
_NOTHING = 1e-12  # share of the way to a trap that its coordinates are not known to
_REST = 1e-20  # share of a coordinate of the start that is as good as zero
_AWAY = 1e6  # sizes of the searched region beyond which a run that finds no end ran away
_FALLEN = 1e12  # fall of f, in sizes of f at the start and its change there, that shows a pole
_BESIDE = 1e-3  # share of the searched region within which that change is taken
_BESIDE_TRAP = 1e-6  # share of the searched region from which a start feels no slope
_FLAT = 1e-8  # gradient, or share of the fall that it would bring across the region
_OVERFLOW = -1  # in `condition`: no condition fails, a number overflowed


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
    """

    method: Method
    tol: float
    polish: bool
    width: Array

    def take(self, rows: Any) -> Judging:
        """Give how some of the runs are judged."""
        return replace(self, method=self.method.take(rows))


@dataclass
class Verdicts:
    """One row a run: its end after polishing, its status and kind, and the evidence."""

    x: Array
    target: Array  # the stationary point it belongs to; x itself where there is none
    target_kind: (
        Whole  # what that is, where it is a minimum: the run has arrived or is heading there
    )
    fun0: Array
    fun: Array
    fun_last: Array  # f at the end, or where it was last finite on the way there
    grad_norm: Array
    status: Whole
    kind: Whole
    low: Array
    high: Array
    epochs_left: Array
    contraction: Array  # what a step leaves of the error near the minimum ahead; nan if unknown
    largest_rate: Array  # with which the method settles at this curvature; nan if unknown
    period: Whole
    condition: Whole
    trap: Array  # the maximum or saddle beside which a slow run started; nan for none
    trap_kind: Whole
    early: Mask  # stopped by the tolerance, yet neither arrived nor stationary

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


def judge(problem: Problem, x0: Array, ends: Ends, box: Box, how: Judging) -> Verdicts:
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

    Returns
    -------
    Verdicts
    """
    if len(x0) <= _SLICE:
        return _Judge(problem, x0, ends, box, how).verdicts()
    columns: dict[str, Any] = {}
    for first in range(0, len(x0), _SLICE):
        rows = slice(first, first + _SLICE)
        judged = _Judge(problem, x0[rows], part(ends, rows), box, how.take(rows)).verdicts()
        for name, values in vars(judged).items():
            shape = (len(x0), *values.shape[1:])
            columns.setdefault(name, np.empty(shape, values.dtype, "F"))[rows] = values
    return Verdicts(**columns)


class _Judge:
    """The columns that are filled, question by question."""

    def __init__(self, problem: Problem, x0: Array, ends: Ends, box: Box, how: Judging) -> None:
        self.problem, self.ends, self.box, self.how = problem, ends, box, how
        self.x0 = np.asfortranarray(x0)
        self.kinds = Kinds(problem, box, how.width)
        n = len(x0)
        self.x = ends.x.copy("F")
        self.target = ends.x.copy("F")
        self.target_kind = np.full(n, Kind.UNKNOWN, dtype=np.int64)
        self.gradient = np.zeros_like(self.x)
        self.status = np.full(n, _UNDECIDED, dtype=np.int64)
        self.kind = np.full(n, Kind.NOT_STATIONARY, dtype=np.int64)
        self.low, self.high = np.full(n, np.nan), np.full(n, np.nan)
        self.left = np.full(n, np.nan)
        self.period = np.full(n, -1, dtype=np.int64)
        self.condition = np.full(n, _OVERFLOW, dtype=np.int64)
        self.trap = np.full_like(self.x, np.nan)
        self.trap_kind = np.full(n, Kind.UNKNOWN, dtype=np.int64)
        self.early = np.zeros(n, dtype=bool)

    def verdicts(self) -> Verdicts:
        fun0 = self.problem.values(self.x0)
        if self.how.polish:
            self._snap()
        self._defined()
        self._minima()
        if len(self._open()):
            self._stationary()
            self._by_stop()
        self._traps(np.flatnonzero(self.status == Status.SLOW))
        contraction, largest_rate = self._paces()
        gradient = self.problem.gradients(self.x)
        with np.errstate(invalid="ignore"):
            grad_norm = np.abs(self.box.projected(self.x, gradient)).max(axis=1)
        fun = self.problem.values(self.x)
        arrived = np.asarray(_SUCCESS[self.status])
        self.target_kind[arrived] = self.kind[arrived]
        return Verdicts(
            self.x, self.target, self.target_kind, fun0, fun, self._last_finite(fun), grad_norm,
            self.status, self.kind, self.low, self.high, self.left, contraction,
            largest_rate, self.period, self.condition,
            self.trap, self.trap_kind, self.early,
        )  # fmt: skip

    def _snap(self) -> None:
        """Move ends that all but touch a bound onto it, where f is no higher there."""
        if not np.isfinite([self.box.lower, self.box.upper]).any():
            return
        near = _TOUCHING * self.how.width
        snapped = np.where(self.x - self.box.lower <= near, self.box.lower, self.x)
        snapped = np.where(self.box.upper - snapped <= near, self.box.upper, snapped)
        rows = np.flatnonzero((snapped != self.x).any(axis=1))
        with np.errstate(invalid="ignore"):
            lower = self.problem.values(snapped[rows]) <= self.problem.values(self.x[rows])
        self.x[rows[lower]] = self.target[rows[lower]] = snapped[rows[lower]]

    def _open(self, *stops: Stop) -> Whole:
        """Give the rows without a verdict, of runs that stopped in one of these ways."""
        rows = np.flatnonzero(self.status == _UNDECIDED)
        return rows[np.isin(self.ends.stop[rows], stops)] if stops and len(rows) else rows

    def _defined(self) -> None:
        """Find the runs that ended where f or its gradient is not finite."""
        for index, holds in enumerate(self.problem.run(self.problem.symbolic.holds, self.x)):
            self.condition[(holds != 1.0) & (self.condition == _OVERFLOW)] = index
        finite = np.isfinite(self.problem.values(self.x)) & (self.condition == _OVERFLOW)
        self.gradient = self.problem.gradients(self.x)
        steep = finite & ~np.isfinite(self.gradient).all(axis=1)
        outside = self._stayed() | (self.condition != _OVERFLOW)
        self.status[~finite] = np.where(outside, Status.OUT_OF_DOMAIN, Status.DIVERGED)[~finite]
        self.status[self.ends.stop == Stop.BOTTOMLESS] = Status.DIVERGED
        self.kind[~finite] = Kind.UNKNOWN
        for row in np.flatnonzero(steep & (self.status == _UNDECIDED)):
            self._judge_steep(int(row))

    def _stayed(self) -> Mask:
        return np.asarray((self.x == self.x0).all(axis=1))

    def _judge_steep(self, row: int) -> None:
        """Judge a point where f is finite and its gradient is not, such as 0 of sqrt(x)."""
        kind = self._by_values(row)
        far = np.abs(self.x[row] - self.x0[row]).max() > _AWAY * self.how.width.max()
        self.kind[row] = kind if kind.lowest else Kind.UNKNOWN
        lost = Status.DIVERGED if far else Status.OUT_OF_DOMAIN
        self.status[row] = Status.CONVERGED if kind.lowest else lost

    def _last_finite(self, fun: Array) -> Array:
        """Give f at the end of each run or, where it overflowed, closer to the start."""
        last = np.where(self.ends.stop == Stop.BOTTOMLESS, -np.inf, fun)
        share = 1.0
        rows = np.flatnonzero(np.isnan(last) & (self.status == Status.DIVERGED))
        while len(rows) and share > 0:
            share *= 1e-3
            last[rows] = self.problem.values(self.x0[rows] + share * (self.x[rows] - self.x0[rows]))
            rows = rows[np.isnan(last[rows])]
        return last

    def _minima(self) -> None:
        """Find the runs that have arrived at a verified minimum."""
        self._ordinary(self._open())
        rows = self._open()
        if not len(rows):
            return
        found = refine(self.problem, self.x[rows], self.x0[rows], self.box, self.how.tol)
        rows, y = rows[found.settled], _tidy(found.x, self.x0[rows])[found.settled]
        if not len(rows):
            return
        there = model(self.problem, y, self.box)
        kinds = self.kinds.of(y, self.x0[rows], there, found.degenerate[found.settled])
        lowest = LOWEST[kinds]
        spectrum = there.spectrum()
        self._note(rows, spectrum)
        missing = there.length(y - self.x[rows])
        linear = np.flatnonzero(found.degenerate[found.settled])
        here = model(self.problem, self.x[rows[linear]], self.box)
        missing[linear] = np.fmax(missing[linear], here.length((y - self.x[rows])[linear]))
        way = there.length(y - self.x0[rows])
        close = (missing <= self.how.tol * way) | self._unresolved(rows, y, missing)
        arrived: Mask = lowest & (close | self.how.polish)
        held = self._on_bound(there, y, kinds)
        self.target[rows[lowest]], self.target_kind[rows[lowest]] = y[lowest], kinds[lowest]
        self.left[rows[lowest]] = self._epochs_left(rows, spectrum, missing, way)[lowest]
        done = rows[arrived]
        self.status[done] = np.where(held[arrived], Status.AT_BOUND, Status.CONVERGED)
        self.kind[done] = kinds[arrived]
        if self.how.polish:
            self.x[done] = y[arrived]
        short = rows[lowest & ~arrived & np.isin(self.ends.stop[rows], _HALTED)]
        self.early[short] = self.ends.stop[short] == Stop.TOLERANCE
        self.status[short] = Status.SLOW

    def _ordinary(self, rows: Whole) -> None:
        """Find those at a clear minimum; all that lead to one point share one verification."""
        x, x0 = pick(self.x, rows), pick(self.x0, rows)
        gradient = pick(self.gradient, rows)
        found = ordinary(self.problem, x, gradient, x0, self.box, self.how.tol)
        sure = found.sure & ((found.missing <= self.how.tol * found.way) | self.how.polish)
        chosen = np.flatnonzero(sure & self.kinds.resolved(found.x, x0))
        if not len(chosen):
            return
        y = _tidy(found.x, x0)
        first, member = cells(pick(y, chosen), _TOUCHING * self.how.width)
        shown = chosen[first]
        there = model(self.problem, y[shown], self.box)
        nowhere = np.zeros(len(first), dtype=bool)
        plain = self.kinds.of(y[shown], x0[shown], there, nowhere) == Kind.MINIMUM
        chosen, member = chosen[plain[member]], member[plain[member]]
        rows, y, spectrum = rows[chosen], pick(y, chosen), pick(there.spectrum(), member)
        self._note(rows, spectrum)
        self.status[rows], self.kind[rows] = Status.CONVERGED, Kind.MINIMUM
        put(self.target, rows, y)
        self.left[rows] = self._epochs_left(
            rows, spectrum, found.missing[chosen], found.way[chosen]
        )
        if self.how.polish:
            put(self.x, rows, y)

    def _note(self, rows: Whole, spectrum: Array) -> None:
        self.low[rows], self.high[rows] = spectrum[:, 0], _last(spectrum)

    def _on_bound(self, there: Model, y: Array, kinds: Whole) -> Mask:
        """Tell where bounds are part of the reason for a minimum."""
        touching = ((y <= self.box.lower) | (y >= self.box.upper)).any(axis=1)
        return np.asarray(there.held.any(axis=1) | (touching & (kinds != Kind.MINIMUM)))

    def _unresolved(self, rows: Whole, y: Array, missing: Array) -> Mask:
        """Tell which runs are so close to `y` that rounding hides the difference."""
        x = self.x[rows]
        equal = (np.abs(y - x) <= 8 * EPS * np.abs(y)).all(axis=1)
        fall = 0.5 * missing**2  # what the quadratic model still predicts
        floor = self.ends.stop[rows] == Stop.FLOOR
        return np.asarray(equal | (floor & (fall <= 8 * EPS * np.abs(self.problem.values(x)))))

    def _epochs_left(self, rows: Whole, spectrum: Array, missing: Array, way: Array) -> Array:
        """Predict the steps still needed, where the method's theory tells."""
        pace = self.how.method.take(rows).near(spectrum, self.ends.nit[rows] + 1)
        with np.errstate(all="ignore"):
            share = self.how.tol * way / missing
        return np.full(len(missing), np.nan) if pace is None else pace.epochs(share)

    def _paces(self) -> tuple[Array, Array]:
        """Tell how fast runs that have not arrived come near, and with which rates they would."""
        contraction, largest_rate = np.full((2, len(self.x)), np.nan)
        rows = np.flatnonzero(np.isin(self.status, _UNDER_WAY))
        spectra = np.stack([self.low[rows], self.high[rows]], axis=1)
        pace = self.how.method.take(rows).near(spectra) if len(rows) else None
        if pace is not None:
            contraction[rows], largest_rate[rows] = pace.factor, pace.largest_rate
        return contraction, largest_rate

    def _stationary(self) -> None:
        """Find the runs that ended at a stationary point that is no plain minimum."""
        rows = self._open(*_HALTED, Stop.EPOCHS)
        if not len(rows):
            return
        y, found = seek(self.problem, self.x[rows], self.x0[rows], self.box)
        reach = np.maximum(np.abs(y - self.x0[rows]), np.abs(y))
        resting = np.asarray((np.abs(y - self.x[rows]) <= _TOUCHING * reach).all(axis=1))
        found &= resting | (self.ends.stop[rows] != Stop.EPOCHS)
        rows, y = rows[found], y[found]
        if not len(rows):
            return
        there = model(self.problem, y, self.box)
        kinds = self.kinds.of(y, self.x0[rows], there, np.zeros(len(rows), dtype=bool))
        self._note(rows, there.spectrum())
        lowest, resting = LOWEST[kinds], resting[found]
        self.kind[rows], self.target[rows] = kinds, y
        self.early[rows] = ~(lowest | resting) & (self.ends.stop[rows] == Stop.TOLERANCE)
        stayed = (np.abs(y - self.x0[rows]) <= _TOUCHING * np.abs(y)).all(axis=1)
        stayed |= self._stayed()[rows]
        lost = np.where(stayed, Status.STALLED_AT_START, Status.NOT_A_MINIMUM)
        status = np.where(kinds == Kind.FLAT, Status.PLATEAU, lost)
        status = np.where(kinds == Kind.UNKNOWN, _UNDECIDED, status)
        held = self._on_bound(there, y, kinds)
        bound = np.where(held, Status.AT_BOUND, Status.CONVERGED)
        there_yet = np.where(resting | self.how.polish, bound, _UNDECIDED)
        self.status[rows] = np.where(lowest, there_yet, status)
        if self.how.polish:
            self.x[rows[lowest]] = y[lowest]

    def _by_stop(self) -> None:
        """Name the cause for the runs that ended anywhere else."""
        self.status[self._open(Stop.INTERRUPTED)] = Status.STOPPED
        self.status[self._open(Stop.NONFINITE)] = Status.DIVERGED
        away = np.abs(self.x - self.x0).max(axis=1) > _AWAY * self.how.width.max()
        self.status[away & (self.status == _UNDECIDED)] = Status.DIVERGED
        self._at_kinks(self._open(Stop.EPOCHS))
        self._out_of_steps(self._open(Stop.EPOCHS))
        for row in self._open(*_HALTED):
            self._judge_values(row)

    def _at_kinks(self, rows: Whole) -> None:
        """Find the runs that only rounding has kept moving at a minimum on a kink."""
        for row in rows[near_kink(self.problem, self.x[rows])]:
            if self._by_values(row).lowest:
                self.kind[row], self.status[row] = Kind.KINK_MINIMUM, Status.CONVERGED

    def _traps(self, rows: Whole) -> None:
        """Note the maximum or saddle beside which a run started that did not get far."""
        if not len(rows):
            return
        x0 = self.x0[rows]
        y, found = stationary(self.problem, x0, self.box)
        found &= (np.abs(y - x0) <= _BESIDE_TRAP * self.how.width).all(axis=1)
        y = np.where(np.abs(y) <= _NOTHING * np.abs(y - x0), 0.0, y)
        rows, y = rows[found], y[found]
        if not len(rows):
            return
        there = model(self.problem, y, self.box)
        kinds = self.kinds.of(y, self.x[rows], there, np.zeros(len(rows), dtype=bool))
        trapped = (kinds == Kind.MAXIMUM) | (kinds == Kind.SADDLE)
        self.trap[rows[trapped]], self.trap_kind[rows[trapped]] = y[trapped], kinds[trapped]

    def _by_values(self, row: int) -> Kind:
        error = PERTURBED * np.abs(self.x[row])
        return self.kinds.by_values(self.x[row], self.x0[row], Kind.KINK_MINIMUM, error)

    def _judge_values(self, row: int) -> None:
        """Judge a run that no step improves, and that is at no smooth stationary point."""
        gradient = self.problem.gradients(self.x[row][None])
        size = np.abs(self.box.projected(self.x[row], gradient)).max()
        kind = self._by_values(row)
        before, after = self.problem.values(np.stack([self.x0[row], self.x[row]]))
        reach = float((size * self.how.width).max())
        flat = bool(size <= min(self.how.tol, _FLAT) or reach <= _FLAT * abs(before - after))
        settled = kind.lowest or kind is Kind.FLAT
        self.early[row] = self.ends.stop[row] == Stop.TOLERANCE and not settled
        if kind.lowest:
            smooth = flat and not near_kink(self.problem, self.x[row][None])[0]
            self.kind[row] = Kind.WEAK_MINIMUM if smooth else Kind.KINK_MINIMUM
            self.status[row] = Status.CONVERGED
            return
        self.kind[row] = Kind.NOT_STATIONARY
        beside = self.problem.values((self.x0[row] + _BESIDE * self.how.width)[None])[0]
        usual = np.fmax(abs(before), abs(beside - before))
        if flat:
            self.kind[row], self.status[row] = Kind.FLAT, Status.PLATEAU
        elif before - after > _FALLEN * usual:
            self.status[row] = Status.DIVERGED
        else:
            self.condition[row] = bottomless_edge(self.problem, self.x[row], self.x0[row])
            falling = self.condition[row] != _OVERFLOW
            falling = falling or bottomless_pole(self.problem, self.x[row], self.x0[row])
            self.status[row] = Status.DIVERGED if falling else Status.NO_PROGRESS

    def _out_of_steps(self, rows: Whole) -> None:
        method = self.how.method
        if not isinstance(method, Fixed) or not len(rows):
            self.status[rows] = Status.SLOW
            return
        outlook = look_ahead(self.problem, method.take(rows), part(self.ends, rows), self.box)
        verdict = {
            Course.DESCENDING: Status.SLOW,
            Course.CYCLING: Status.OSCILLATING,
            Course.ESCAPING: Status.DIVERGED,
            Course.RESTING: Status.NO_PROGRESS,
        }
        self.status[rows] = [verdict[Course(c)] for c in outlook.course]
        self.period[rows] = outlook.period
        self._curvature(rows, outlook.tail)

    def _curvature(self, rows: Whole, tail: Array) -> None:
        """Note the curvature that limits the rate: at the minimum within a cycle, or along it."""
        spectra = [model(self.problem, points, self.box).spectrum() for points in tail]
        self.low[rows] = np.fmin.reduce([s[:, 0] for s in spectra])
        self.high[rows] = np.fmax.reduce([_last(s) for s in spectra])
        low, high = tail.min(axis=0), tail.max(axis=0)
        around = np.arange(len(rows))  # those for which no minimum has been found yet
        for points in (tail.mean(axis=0), *tail):
            x, x0 = points[around], self.x0[rows[around]]
            found = refine(self.problem, x, x0, self.box, self.how.tol)
            within = (found.x >= low[around]) & (found.x <= high[around])
            inside = found.settled & np.asarray(within.all(axis=1))
            spectrum = model(self.problem, found.x[inside], self.box).spectrum()
            self._note(rows[around[inside]], spectrum)
            around = around[~inside]


def _tidy(points: Array, x0: Array) -> Array:
    """Make zero what is nothing but the rest of a longer way: the minimum of x**2 is 0."""
    return np.where(np.abs(points) <= _REST * np.abs(x0), 0.0, points)


def _last(spectrum: Array) -> Array:
    """Give the last entry of each row that is a number; nan without one."""
    return np.asarray(np.fmax.reduce(spectrum, axis=1))
