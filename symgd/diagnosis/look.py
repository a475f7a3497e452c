"""A first look at the ends of all runs, by a kernel: where Newton steps lead from there.

Nearly every run ends close to a minimum whose Hessian is clearly positive definite, or where it
clearly is not. Both are told apart here at the price of a few steps of descent; what is not clear
is left to the careful questions. What a look gives depends on its own run only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import add, and_, or_
from typing import Any, ClassVar

import numpy as np

from ..arrays import EPS, Array, Columns, Whole
from ..engine.drive import lanes
from ..engine.kernel.source import kernel
from ..engine.numbers.intrinsics import Truth
from ..engine.numbers.lane import (
    INF,
    Number,
    State,
    larger,
    projected,
    root,
    select,
    smaller,
)
from ..errors import Interrupted
from ..given.boxes import Box
from ..methods.base import Adaptive, Move, Point
from ..problem import Problem
from .local import TOUCHING
from .newton import FIRST_STEP, LINEAR, RISE, TOO_FINE

_VARIABLES = 8  # variables: beyond them LAPACK is faster
_CLEAR = 1e-6  # determinant of the Hessian, scaled to a unit diagonal: it leaves no doubt
_DOWNWARDS = 1e-7  # curvature below zero, of that Hessian along a vector of length 1: it decides
_REGULAR = 1e-6  # pivot: a smaller one leaves the Newton step open
_SLOW = 8.0  # slow steps in a row: they may show a singular Hessian
_EVALUATIONS = 32  # points: at most, on the way to a stationary point
_NO_WAY = 1e-24  # share of the way travelled: no distance even beside a minimum at 0
_SECOND = 1e-8  # share of the way travelled: the last step may be as long
_DISTANT = 1e-2  # share of the way travelled: a run that is as far away has not arrived
_FINE = 1e-6  # share of the way travelled: shorter steps may grow by rounding alone


class Ahead(IntEnum):
    """Where Newton steps lead from the end of a run."""

    UNCLEAR = 0
    MINIMUM = 1  # to a stationary point with a clearly positive definite Hessian
    NOWHERE = 2  # to no minimum, or too far; and no stationary point is beside the end


@dataclass(frozen=True)
class Sight(Columns):
    """What a look shows, one value a run.

    Attributes
    ----------
    ahead : ndarray
        An `Ahead` each.
    fun, grad_norm : ndarray
        f and the largest entry of its projected gradient at the end.
    x : ndarray
        The minimum ahead, ``(n, n_vars)``.
    fun_ahead, grad_norm_ahead : ndarray
        The same there.
    missing, way : ndarray
        How far the run was from there, and how far it had come, measured by the curvature.
    """

    ahead: Whole
    fun: Array
    grad_norm: Array
    x: Array
    fun_ahead: Array
    grad_norm_ahead: Array
    missing: Array
    way: Array

    @classmethod
    def none(cls, x: Array) -> Sight:
        """Give what is known of ends at which nobody has looked."""
        fun, norm, fun_ahead, norm_ahead, missing, way = np.full((6, len(x)), np.nan)
        ahead = np.full(len(x), Ahead.UNCLEAR.value)
        return cls(ahead, fun, norm, x, fun_ahead, norm_ahead, missing, way)


def look(
    problem: Problem,
    x: Array,
    x0: Array,
    box: Box,
    tol: float,
    far: bool = True,
    workers: int | None = None,
) -> Sight:
    """Look at the ends of runs.

    Parameters
    ----------
    problem : Problem
        f.
    x, x0 : ndarray
        Ends and starts, ``(n, n_vars)``.
    box : Box
        Bounds; beside them nothing is clear.
    tol : float
        Share of the way that counts as nothing.
    far : bool
        Whether to go on where a minimum may lie, but too far ahead for the run to have arrived.
    workers : int, optional
        Number of threads; by default one a core.

    Returns
    -------
    Sight
        All is unclear for many variables, and where the Hessian would take long to compile.
    """
    if x.shape[1] > _VARIABLES or not problem.symbolic.small_hessian:
        return Sight.none(x)
    program = _Look()
    compiled = kernel(problem.symbolic, program, bounded=False)
    rows = {
        "x": x.T, "next": x.T, "end": x.T, "start": x0.T, "last": np.full((1, 1), np.inf),
        "low": box.lower[:, None], "high": box.upper[:, None], "share": np.full((1, 1), tol),
        "far": np.full((1, 1), float(far)), "tol": np.full((1, 1), -1.0),
        "limit": np.full((1, 1), float(_EVALUATIONS)),
        "param": problem.param_rows,
    }  # fmt: skip
    try:
        ends = lanes.run(compiled, lanes.Batch(rows, len(x), leap=False), workers)
    except Interrupted:
        raise KeyboardInterrupt from None
    ahead, fun, norm, fun_ahead, norm_ahead, missing, way = ends.memory.T
    found = fun, norm, ends.x, fun_ahead, norm_ahead, missing, way
    return Sight(ahead.astype(np.int64), *found)


@dataclass(frozen=True)
class _Look(Adaptive):
    """Newton steps in the lanes of a kernel.

    The first evaluation is at the end of the run; the last one where the steps have led.
    """

    name: ClassVar[str] = "look"
    asks: ClassVar[frozenset[str]] = frozenset({"value", "gradient", "hessian"})
    descends: ClassVar[bool] = False

    @property
    def text(self) -> str:
        """Its code is that of this package."""
        return ""

    def rows(self, n_vars: int) -> dict[str, int]:
        """Name what is found, and what one evaluation leaves to the next."""
        found = dict.fromkeys(self.kept(n_vars), 1)
        return {**found, "next": n_vars, "value": 1, "last": 1, "rough": 1, "slow": 1, "near": 1}

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name what is only read."""
        return {**dict.fromkeys(("end", "start", "low", "high"), n_vars), "share": 1, "far": 1}

    def kept(self, n_vars: int) -> tuple[str, ...]:
        """Name what is found."""
        return ("ahead", "f", "norm", "f ahead", "norm ahead", "missing", "way")

    def target(self, w: State) -> list[Number]:
        """Go where the Newton step leads."""
        return w.all("next")

    def step(self, w: State, here: Point) -> Move:
        """Take the next Newton step, or tell where they have led."""
        return _Newton(w, here).move()


class _Newton:
    """A Newton step from a point, and what it shows."""

    def __init__(self, w: State, here: Point) -> None:
        assert here.value is not None
        self.w, self.x, self.value, self.gradient = w, here.x, here.value, here.gradient
        self.first, self.last = w["nfev"] == 0.0, w["last"]
        self.model = _Quadratic(here)
        self.usable = here.usable & (abs(self.value) < INF) & self._inside()
        self.step, self.decrement = self.model.newton(here.gradient)
        self.target = [a + b for a, b in zip(self.x, self.step, strict=True)]
        self.way, self.missing = (self._length(w.all(name)) for name in ("start", "end"))
        self.noise = larger(self.model.noise(self.x), _NO_WAY * self.way)
        self.slow = select(self.decrement > LINEAR * self.last, w["slow"] + 1.0, 0.0)
        self.near = select(self.first, select(self._beside(), 1.0, 0.0), w["near"])
        self.shrinks, self.resting = self.decrement < self.last, self.decrement <= self.noise
        self.good = self._good()

    def _inside(self) -> Truth:
        sides = zip(self.x, self.w.all("low"), self.w.all("high"), strict=True)
        return reduce(and_, [(low < x) & (x < high) for x, low, high in sides])

    def _length(self, since: Sequence[Number]) -> Number:
        """Measure the way from a point to where the step leads."""
        return self.model.length([a - b for a, b in zip(self.target, since, strict=True)])

    def move(self) -> Move:
        arriving = self.w["ahead"] == float(Ahead.MINIMUM)  # now at the minimum
        sure, distant = self._sure(), self._distant()
        ahead = select(sure, float(Ahead.MINIMUM), 0.0)
        ahead = select(self._lost() | distant, float(Ahead.NOWHERE), ahead)
        ahead = select(arriving, select(self.usable, float(Ahead.MINIMUM), 0.0), ahead)
        rows = {"ahead": [ahead], "next": self.target, **self._notes(sure & ~arriving)}
        return Move(self.first | ~self.first, arriving | ~self.good | distant, rows)

    def _notes(self, sure: Truth) -> dict[str, list[Number]]:
        """Give what is found out at this point, or is needed at the next one."""
        w, first, norm = self.w, self.first, self._norm()
        notes = {
            "f": select(first, self.value, w["f"]),
            "norm": select(first, norm, w["norm"]),
            "f ahead": self.value,
            "norm ahead": norm,
            "missing": select(sure, self.missing, w["missing"]),
            "way": select(sure, self.way, w["way"]),
            "value": self.value,
            "last": self.decrement,
            "rough": select(self.decrement > TOO_FINE * self.way, 1.0, 0.0),
            "slow": self.slow,
            "near": self.near,
        }
        return {name: [value] for name, value in notes.items()}

    def _good(self) -> Truth:
        """Tell whether the step leads on towards a clear minimum."""
        shrinks = self.resting | self.shrinks & (self.slow < _SLOW)
        return self.usable & self.model.clear & shrinks & ~self._rises()

    def _sure(self) -> Truth:
        """Tell whether the next step would be nothing but rounding."""
        short = self.decrement <= smaller(self.w["share"], _SECOND) * self.way
        quadratic = self.decrement * self.decrement <= self.noise * self.last
        return self.good & ~self.first & (self.resting | short & quadratic)

    def _distant(self) -> Truth:
        """Tell whether a minimum, if one is ahead, is too far to be the run's."""
        far = self.decrement > _DISTANT * self.way
        return self.first & self.good & far & (self.near == 0.0) & (self.w["far"] == 0.0)

    def _lost(self) -> Truth:
        """Tell whether the steps clearly lead to no minimum, and nothing is beside the end."""
        stray = self.model.clear & (self._rises() | ~self.shrinks & (self.last > _FINE * self.way))
        decided = (self.model.indefinite | stray) & (self.slow < _SLOW)
        return self.usable & ~self.good & decided & (self.near == 0.0)

    def _rises(self) -> Truth:
        """Tell whether a long step has not lowered f."""
        before, last = self.w["value"], self.last
        allowed = before + RISE * last * last + 16 * EPS * abs(before)
        return ~self.first & (self.w["rough"] == 1.0) & ~(self.value <= allowed)

    def _beside(self) -> Truth:
        """Tell whether a stationary point of any kind may be right beside the end."""
        pairs = zip(self.step, self.x, self.w.all("start"), strict=True)
        reach = FIRST_STEP * TOUCHING
        near = [abs(s) <= reach * larger(abs(x - a), abs(x)) for s, x, a in pairs]
        return reduce(and_, near) | ~self.model.regular

    def _norm(self) -> Number:
        sides = zip(self.x, self.gradient, self.w.all("low"), self.w.all("high"), strict=True)
        return reduce(larger, [abs(projected(*side)) for side in sides])


class _Quadratic:
    """The quadratic model at a point, its Hessian scaled to a unit diagonal and factored L D L'.

    Of one that is not definite the diagonal is 1 or -1.
    """

    def __init__(self, here: Point) -> None:
        assert here.hessian is not None
        self._n = n = len(here.x)
        entries = iter(here.hessian)
        self._hessian = {(i, j): next(entries) for i in range(n) for j in range(i + 1)}
        self._scale = [1.0 / root(abs(self._hessian[i, i])) for i in range(n)]
        self._factor: dict[tuple[int, int], Number] = {}
        self._pivots: list[Number] = []
        for j in range(n):
            self._eliminate(j)
        self.clear = self._clear()
        self.regular = reduce(and_, [abs(p) > _REGULAR for p in self._pivots])
        self.indefinite = self._indefinite()

    def _eliminate(self, j: int) -> None:
        factor, pivots = self._factor, self._pivots
        for i in range(j, self._n):
            entry = self._hessian[i, j] * self._scale[i] * self._scale[j]
            for k in range(j):
                entry = entry - factor[i, k] * factor[j, k] * pivots[k]
            if i == j:
                pivots.append(entry)
            else:
                factor[i, j] = entry / pivots[j]

    def _clear(self) -> Truth:
        """Tell whether it is clearly positive definite.

        The eigenvalues sum to n, so the lowest is above a third of the determinant.
        """
        determinant = reduce(lambda a, b: a * b, self._pivots)
        return reduce(and_, [p > 0.0 for p in self._pivots]) & (determinant > _CLEAR)

    def _indefinite(self) -> Truth:
        """Tell whether f clearly curves downwards along a line.

        Behind the pivots that are positive, the first one that is not belongs to such a line.
        """
        found: list[Truth] = []
        fine = abs(self._pivots[0]) < INF
        for j, p in enumerate(self._pivots):
            found.append(fine & (p < -_DOWNWARDS * self._along(j)))
            fine = fine & (p > _REGULAR)
        return reduce(or_, found)

    def _along(self, j: int) -> Any:
        """Give the square of the vector along which the curvature is the pivot."""
        vector: list[Any] = [0.0] * j + [1.0]
        for i in reversed(range(j)):
            vector[i] = -_total(self._factor[k, i] * vector[k] for k in range(i + 1, j + 1))
        return reduce(add, [v * v for v in vector])

    def newton(self, gradient: Sequence[Number]) -> tuple[list[Number], Number]:
        """Give the Newton step, and its length measured by the curvature."""
        factor, pivots, scale = self._factor, self._pivots, self._scale
        solved: list[Number] = []
        for i in range(self._n):
            known = [factor[i, k] * solved[k] for k in range(i)]
            solved.append(_less(-gradient[i] * scale[i], known))
        size = _total(s * s / p for s, p in zip(solved, pivots, strict=True))
        steps = [s / p for s, p in zip(solved, pivots, strict=True)]
        for i in reversed(range(self._n)):
            steps[i] = _less(steps[i], [factor[k, i] * steps[k] for k in range(i + 1, self._n)])
        return [s * a for s, a in zip(steps, scale, strict=True)], root(abs(size))

    def length(self, steps: Sequence[Number]) -> Number:
        """Measure a step by the curvature."""
        scaled = [s / a for s, a in zip(steps, self._scale, strict=True)]
        squares = []
        for j in range(self._n):
            below = [self._factor[i, j] * scaled[i] for i in range(j + 1, self._n)]
            entry = reduce(add, below, scaled[j])
            squares.append(self._pivots[j] * entry * entry)
        return root(abs(_total(squares)))

    def noise(self, x: Sequence[Number]) -> Number:
        """Give the length of a Newton step that the rounding of a point alone causes."""
        squares = []
        for i in range(self._n):
            row = [self._hessian[max(i, j), min(i, j)] for j in range(self._n)]
            size = _total(abs(h * a) for h, a in zip(row, x, strict=True))
            squares.append((EPS * size * self._scale[i]) * (EPS * size * self._scale[i]))
        return 8.0 * root(_total(squares))


def _total(numbers: Iterable[Number]) -> Number:
    return reduce(add, numbers)


def _less(number: Number, others: Sequence[Any]) -> Number:
    for other in others:
        number = number - other
    return number
