"""What fixed steps would go on to do: descend, cycle, wander or run away.

A kernel follows runs beyond their last epoch and keeps sums of where they come, no path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import and_
from typing import Any, ClassVar

import numpy as np

from ..arrays import EPS, Mask, Whole
from ..engine.drive import lanes, slow
from ..engine.drive.lanes import Ends
from ..engine.kernel.source import kernel
from ..engine.numbers.intrinsics import Truth
from ..engine.numbers.lane import INF, Number, State, chosen, dot, larger, select, smaller
from ..errors import Interrupted
from ..given.boxes import Box
from ..methods.base import Adaptive, Fixed, Move, Point
from ..problem import Problem
from .cycles import STEPS
from .local import largest

_STRIDES = 8  # steps: enough for a run that goes straight on
_PATIENCE = 32  # times as far ahead: a run whose steps grow is away by then, or comes to a cycle
_QUARTER = STEPS // 4


class Course(IntEnum):
    """How a run goes on."""

    DESCENDING = 0
    CYCLING = 1
    ESCAPING = 2
    RESTING = 3  # the steps are too small to change x
    LOST = 4  # f is not finite; for fast functions only, maybe


def look_ahead(
    problem: Problem,
    method: Fixed,
    ends: Ends,
    box: Box,
    away: float,
    workers: int | None = None,
) -> Whole:
    """Tell how runs of fixed steps go on beyond their last epoch, with what they remember.

    Parameters
    ----------
    problem : Problem
        f.
    method : Fixed
        The steps; a setting may be an array with one value a run.
    ends : Ends
        Where the runs are.
    box : Box
        Bounds.
    away : float
        How far from where it is a run has escaped.
    workers : int, optional
        Number of threads; by default one a core.

    Returns
    -------
    ndarray
        A `Course` each, ``(n,)``; never LOST.
    """
    course, after = _followed(problem, method, ends, box, workers)
    growing = np.flatnonzero(course == Course.ESCAPING)
    further = problem.of(growing), method.take(growing), after.take(growing)
    returns = growing[~_escapes(*further, box, away)]
    course[returns] = Course.CYCLING
    course[course == Course.LOST] = Course.ESCAPING
    return course


def _followed(
    problem: Problem, method: Fixed, ends: Ends, box: Box, workers: int | None
) -> tuple[Whole, Ends]:
    """Give how runs go on for some steps, and where they are then."""
    bounded = bool(np.isfinite([box.lower, box.upper]).any())
    compiled = kernel(problem.symbolic, _Outlook(method), bounded)
    rows = {
        "x": ends.x.T, _own("next"): ends.x.T, _own("taken"): ends.nit[None].astype(float),
        "limit": np.full((1, 1), np.inf), "tol": np.full((1, 1), -1.0),
        "param": problem.param_rows, **method.begin(np.ones(ends.x.shape[1])),
    }  # fmt: skip
    if bounded:
        rows |= {"lower": box.lower[:, None], "upper": box.upper[:, None]}
    rows |= compiled.layout.named(np.vstack([np.zeros(len(ends.x)), ends.memory.T]))
    try:
        seen = lanes.run(compiled, lanes.Batch(rows, len(ends.x), leap=False), workers)
        lost = np.flatnonzero(seen.memory[:, 0] == Course.LOST)
        if len(lost):
            mine = {n: v[:, lost] if v.shape[1] > 1 else v for n, v in rows.items()}
            seen.put(lost, slow.run(compiled, problem.of(lost), mine))
    except Interrupted:
        raise KeyboardInterrupt from None
    after = Ends(seen.x, ends.nit + STEPS, ends.evaluations, ends.stop, seen.memory[:, 1:])
    return seen.memory[:, 0].astype(np.int64), after


def _escapes(problem: Problem, method: Fixed, ends: Ends, box: Box, away: float) -> Mask:
    """Tell which runs with growing steps get away, or at least take longer and longer ones.

    Near a minimum steps grow, too, but to those of a cycle.
    """
    escapes, start = np.zeros(len(ends.x), dtype=np.bool_), ends.x.copy()
    longest, longer = np.zeros(len(ends.x)), np.ones(len(ends.x), dtype=np.bool_)
    for _ in range(_PATIENCE):
        rows = np.flatnonzero(~escapes & longer)
        if not len(rows):
            break
        its = problem.of(rows)
        path, after = slow.follow(its, method.take(rows), ends.take(rows), box, STEPS)
        with np.errstate(all="ignore"):
            way = largest(np.abs(after.x - start[rows]))
            stride = largest(np.abs(np.diff(path, axis=0))).max(axis=0)
        escapes[rows] = ~(way <= away) | ~np.isfinite(its.values(after.x))
        longer[rows] = stride > longest[rows]
        longest[rows] = stride
        ends.put(rows, after)
    return escapes | longer


@dataclass(frozen=True)
class _Outlook(Adaptive):
    """Follows a method and keeps sums of the values and the strides on the way.

    The n-th evaluation, counted from zero, is at the point after n steps.
    """

    base: Fixed

    name: ClassVar[str] = "outlook"
    asks: ClassVar[frozenset[str]] = frozenset({"value", "gradient"})
    descends: ClassVar[bool] = False

    @property
    def kind(self) -> Any:
        """What tells its code from others'."""
        return type(self), self.base.kind

    @property
    def text(self) -> str | None:
        """What its code depends on besides this package."""
        return self.base.text

    def rows(self, n_vars: int) -> dict[str, int]:
        """Name what is found, what the method remembers, and sums."""
        points, sums = ("next", "begun", "stride"), (
            "f0", "f", "length", "straight", "falling", "finite", "early f", "late f", "highest",
            "lowest", "early", "late", "strides",
        )  # fmt: skip
        mine = {"course": 1, **dict.fromkeys(points, n_vars), **dict.fromkeys(sums, 1)}
        return {**{_own(name): count for name, count in mine.items()}, **self.base.rows(n_vars)}

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name the settings, and the number of steps before."""
        return {**self.base.constants(n_vars), _own("taken"): 1}

    def kept(self, n_vars: int) -> tuple[str, ...]:
        """Name what is found, and what the method remembers."""
        return (_own("course"), *self.base.rows(n_vars))

    def target(self, w: State) -> list[Number]:
        """Go where the method goes."""
        return w.all(_own("next"))

    def step(self, w: State, here: Point) -> Move:
        """Take notes of a point, and the next step."""
        return _Notes(w, here, self.base).move()


class _Notes:
    """What is noted at a point, with what has been noted before."""

    def __init__(self, w: State, here: Point, method: Fixed) -> None:
        assert here.value is not None
        self.w, self.here, self.method, self.value = w, here, method, here.value
        self.count = w["nfev"]
        self.first = self.count == 0.0
        self.stride = [a - b for a, b in zip(here.x, w.all("x"), strict=True)]
        self.length = dot(self.stride, self.stride)
        self.longest = reduce(larger, [abs(s) for s in self.stride])
        self.f0 = select(self.first, self.value, self._was("f0"))
        self.begun = chosen(self.first, here.x, w.all(_own("begun")))
        self.sums = self._sums()

    def _was(self, name: str) -> Number:
        """Give what was noted before."""
        return self.w[_own(name)]

    def _sums(self) -> dict[str, Number]:
        """Add this point to the sums; the strides are one fewer than the points."""
        was, count, value, first = self._was, self.count, self.value, self.first
        rise = value - was("f") <= 16 * EPS * abs(was("f"))
        early, late = count < float(_QUARTER), count > float(STEPS - _QUARTER)
        started = count <= float(_QUARTER)
        return {
            "straight": self._flag("straight", self._straight()),
            "falling": self._flag("falling", rise),
            "finite": select(abs(value) < INF, select(first, 1.0, was("finite")), 0.0),
            "early f": was("early f") + select(early, value, 0.0),
            "late f": was("late f") + select(late, value, 0.0),
            "highest": larger(select(first, value, was("highest")), value),
            "lowest": smaller(select(first, value, was("lowest")), value),
            "early": select(started, larger(was("early"), self.longest), was("early")),
            "late": select(late, larger(was("late"), self.longest), was("late")),
            "strides": was("strides") + self.longest,
        }

    def _flag(self, name: str, holds: Truth) -> Number:
        """Note whether something has held at all points behind the first one."""
        return select(self.first, 1.0, select(holds, self._was(name), 0.0))

    def _straight(self) -> Truth:
        """Tell whether this stride goes on in the direction of the last one, and is shorter."""
        onward = dot(self.stride, self.w.all(_own("stride"))) > 0.5 * self.length
        shorter = (self.length < self._was("length")) & (self.length > 0.0)
        return (onward & shorter) | (self.count == 1.0)

    def move(self) -> Move:
        moved = _Moved(self.w, self.here.x)
        new, memory = self.method.move(moved, self.here.gradient, self._epoch())  # type: ignore[arg-type]
        ended = self.count == float(STEPS)
        course, done = self._course(ended)
        notes: dict[str, Sequence[Any]] = {name: [value] for name, value in self.sums.items()}
        notes |= {
            "course": [course], "next": new, "begun": self.begun, "stride": self.stride,
            "f0": [self.f0], "f": [self.value], "length": [self.length],
        }  # fmt: skip
        rows = {_own(name): values for name, values in notes.items()}
        rows |= {name: chosen(done, self.w.all(name), values) for name, values in memory.items()}
        return Move(self.first | ~self.first, done, rows)

    def _epoch(self) -> Number:
        return self._was("taken") + self.count + 1.0

    def _course(self, ended: Truth) -> tuple[Number, Truth]:
        """Tell how the run goes on, and whether that is known by now."""
        lower = self.value < self.f0
        straight = (self.count == float(_STRIDES)) & (self.sums["straight"] == 1.0) & lower
        still = [a == b for a, b in zip(self.here.x, self.begun, strict=True)]
        resting = (self.count == 1.0) & reduce(and_, still)
        sinking, growing = self._sinking(lower), self._growing()
        course = select(growing, float(Course.ESCAPING), float(Course.CYCLING))
        course = select(sinking, float(Course.DESCENDING), course)
        course = select(self.sums["finite"] == 1.0, course, float(Course.LOST))
        course = select(straight, float(Course.DESCENDING), course)
        course = select(resting, float(Course.RESTING), course)
        return course, ended | straight | resting

    def _sinking(self, lower: Truth) -> Truth:
        """Tell whether a run comes down in the end, whatever it does on the way."""
        sums = self.sums
        start, end = sums["early f"] / _QUARTER, sums["late f"] / _QUARTER
        falling = (sums["falling"] == 1.0) & lower
        settling = sums["late"] < 0.5 * sums["early"]
        way = [abs(a - b) for a, b in zip(self.here.x, self.begun, strict=True)]
        far = reduce(larger, way) > 0.5 * sums["strides"]
        drifting = far & (abs(end - start) <= 16 * EPS * abs(self.f0))
        width = sums["highest"] - sums["lowest"]
        return falling | settling | drifting | (end < start - 0.5 * width)

    def _growing(self) -> Truth:
        sums = self.sums
        return (sums["late"] > 2.0 * sums["early"]) & (sums["late f"] > sums["early f"])


class _Moved:
    """A lane's state once it is at another point."""

    def __init__(self, w: State, x: Sequence[Number]) -> None:
        self._w, self._x = w, x

    def __getitem__(self, name: str) -> Number:
        (number,) = self.all(name)
        return number

    def all(self, name: str) -> Sequence[Number]:
        return self._x if name == "x" else self._w.all(name)


def _own(name: str) -> str:
    """Give a row a name that no method has."""
    return f"outlook {name}"
