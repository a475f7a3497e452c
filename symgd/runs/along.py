"""Runs that come to an edge of the domain of f: they go on along it, in the other variables.

An edge that belongs to the domain, as y = 0 does for ``sqrt(y)``, is a bound of its own. No step
can end there where the slope is infinite. So a run that comes down to it is put on it, the
variable becomes a parameter, and the run goes on as one of f in the others. Where it ends, f has
to rise to the inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Array, Mask, Whole
from ..diagnosis.case import Verdicts
from ..engine.drive.lanes import Ends
from ..engine.kernel.stops import Stop
from ..facts.cancellation import rounding
from ..facts.rims import Rim, falls_around, held, rims, rise, sloping
from ..given.boxes import Box
from ..given.options import Options
from ..problem import Problem
from ..status import Kind, Status

_NEAR = 0.01  # share of the way that a run came: a rim it is led to lies within it
_TOUCHING = 1e-6  # share of the searched region: the same for runs that came a shorter way
_TOWARDS = 0.5 ** np.arange(64)  # shares of the distance to a rim: f must fall all along


@dataclass(frozen=True)
class Onward:
    """Where runs have come that were sent on: their ends, verdicts and ways."""

    ends: Ends
    verdicts: Verdicts
    paths: list[Array]


@dataclass(frozen=True)
class Sent:
    """Runs that go on from points.

    Attributes
    ----------
    problem : Problem
        f.
    x : ndarray
        From where, ``(n_runs, n_vars)``.
    begun : ndarray
        Where they began.
    options : Options
        How they are made.
    left : ndarray
        How many steps they have, ``(n_runs,)``.
    """

    problem: Problem
    x: Array
    begun: Array
    options: Options
    left: Whole


@dataclass
class Along:
    """Runs that have been judged, and how they may go on.

    Attributes
    ----------
    problem : Problem
        f.
    x0 : ndarray
        Starts, ``(n_runs, n_vars)``.
    begun : ndarray
        Where they began, from which their ways are measured.
    ends, verdicts, paths
        Where and why the runs stopped, what was decided, and where they were on their way, if
        that is kept. All are changed in place.
    options : Options
        How they were made.
    limits : ndarray
        How many steps each may take, ``(n_runs,)``.
    go : callable
        Sends runs on.
    moving : bool
        Whether runs come to rims that are next to them, and may leave one.
    """

    problem: Problem
    x0: Array
    begun: Array
    ends: Ends
    verdicts: Verdicts
    paths: list[Array]
    options: Options
    limits: Whole
    go: Callable[[Sent], Onward]
    moving: bool = True

    def run(self) -> None:
        """Lead runs on that have come to rims."""
        if not self.problem.symbolic.edges:
            return
        for rows, problem in _cases(self.problem, self._open()):
            self._lead(rows, problem)

    def _open(self) -> Whole:
        """Give the runs that may be at a rim."""
        ended = (self.ends.stop == Stop.INTERRUPTED) | (self.ends.nit >= self.limits)
        return np.flatnonzero(~ended & ~(self._done & (self.verdicts.status == Status.AT_BOUND)))

    @property
    def _done(self) -> Mask:
        """Whether values alone are not what a success rests on."""
        return np.asarray(self.verdicts.success & (self.verdicts.kind != Kind.KINK_MINIMUM))

    def _asked(self, rows: Whole, own: list[Rim]) -> Whole:
        """Leave out what need not be asked: starts outside, and minima beside no rim."""
        beside = _beside(own, self.verdicts.x[rows], self.options.width)
        rows = rows[~self._done[rows] | beside]
        return np.asarray(rows[np.isfinite(self.problem.of(rows).values(self.x0[rows]))])

    def _lead(self, rows: Whole, problem: Problem) -> None:
        own = rims(problem, self.options.width)
        rows = self._asked(rows, own) if own else rows[:0]
        x = self._back_inside(rows, own)
        there = np.isfinite(problem.values(x))
        rows, x = rows[there], x[there]
        for rim in own:
            if not len(rows):
                break
            near, points = self._led_to(problem, rows, x, rim)
            mine = np.flatnonzero(near)
            sign, power, lowest = rise(problem, rim, points[mine], self.options.width)
            onto = held(sign, power)
            self._go_along(problem, rows[mine[onto]], points[mine[onto]], rim, own)
            leave = (sign < 0) & (x[mine, rim.variable] == rim.value)
            leave &= self.moving and not self.options.method.fixed
            self._leave(problem, rows[mine[leave]], lowest[leave])
            rest = np.ones(len(rows), dtype=bool)
            rest[mine[onto | leave]] = False
            rows, x = rows[rest], x[rest]

    def _back_inside(self, rows: Whole, own: list[Rim]) -> Array:
        """Give the ends of runs; those that a step has led over rims lie on these."""
        x = self.verdicts.x[rows].copy()
        for rim in own:
            before = (self.x0[rows, rim.variable] - rim.value) * rim.inward
            after = (x[:, rim.variable] - rim.value) * rim.inward
            x[(before >= 0) & (after < 0), rim.variable] = rim.value
        return x

    def _led_to(self, problem: Problem, rows: Whole, x: Array, rim: Rim) -> tuple[Mask, Array]:
        """Tell which ends are on a rim or next to it with f falling all the way, and where."""
        i, points = rim.variable, x.copy()
        points[:, i] = rim.value
        off, came = x[:, i] - rim.value, np.abs(self.x0[rows, i] - rim.value)
        near = np.abs(off) <= np.maximum(_NEAR * came, _TOUCHING * self.options.width[i])
        near &= (off * rim.inward >= 0) if self.moving else (off == 0)
        way = np.repeat(x[None], len(_TOWARDS), axis=0)
        way[..., i] = rim.value + _TOWARDS[:, None] * off
        values = problem.values(way.reshape(-1, x.shape[1])).reshape(len(way), -1)
        values = np.concatenate([values, problem.values(points)[None]])
        falls = np.diff(values, axis=0) <= rounding(problem, x)
        return near & falls.all(axis=0), points

    def _go_along(
        self, problem: Problem, rows: Whole, points: Array, rim: Rim, own: list[Rim]
    ) -> None:
        """Let runs go on along a rim; where f no longer rises from it, they leave it."""
        if not len(rows):
            return
        onward = self._along(problem, rows, points, rim)
        width, its = self.options.width, onward.verdicts
        finite = np.isfinite(its.x).all(axis=1)
        sign, power, lowest = rise(problem, rim, its.x, width)
        sure = held(sign, power) & (sloping(power) | (its.kind == Kind.MINIMUM))
        sure &= ~falls_around(problem, rim, its.target, own, self.options.box, width)
        doubtful = its.success & ~sure
        its.status[doubtful], its.kind[doubtful] = Status.NO_PROGRESS, Kind.NOT_STATIONARY
        its.status[its.success] = Status.AT_BOUND
        its.kind[(its.kind == Kind.MAXIMUM) & held(sign, power)] = Kind.SADDLE  # it rises inside
        self._put(rows, onward)
        back = finite & (sign < 0) & self.moving
        self._leave(problem, rows[back], lowest[back])

    def _along(self, problem: Problem, rows: Whole, points: Array, rim: Rim) -> Onward:
        """Run and judge f in the other variables."""
        others = np.delete(np.arange(points.shape[1]), rim.variable)
        if not len(others):
            return _alone(problem, points)
        options, box = self.options.take(rows), self.options.box
        x = np.asfortranarray(points[:, others])
        options = replace(
            options, x0=x, box=Box(box.lower[others], box.upper[others]),
            width=options.width[others], sampling=None, until=None,
        )  # fmt: skip
        left = self.limits[rows] - self.ends.nit[rows]
        begun = np.asfortranarray(self.begun[rows][:, others])
        its = problem.at(rim.variable, rim.value)
        return _whole(self.go(Sent(its, x, begun, options, left)), rim)

    def _leave(self, problem: Problem, rows: Whole, points: Array) -> None:
        """Let runs go on from inside of a rim."""
        if len(rows):
            x = np.asfortranarray(points)
            options = replace(self.options.take(rows), x0=x)
            left = np.maximum(self.limits[rows] - self.ends.nit[rows], 1)
            begun = np.asfortranarray(self.begun[rows])
            self._put(rows, self.go(Sent(problem, x, begun, options, left)))

    def _put(self, rows: Whole, onward: Onward) -> None:
        """Put where runs have come in place of where they were."""
        ends, found = onward.ends, onward.verdicts
        moved = (self.ends.nit[rows] > 0) | (self.x0[rows] != found.x).any(axis=1)
        found.status[moved & (found.status == Status.STALLED_AT_START)] = Status.NOT_A_MINIMUM
        self.ends.x[rows], self.ends.stop[rows] = ends.x, ends.stop
        self.ends.nit[rows] += ends.nit
        self.ends.evaluations[rows] += ends.evaluations
        self.verdicts.put(rows, found)
        for row, path in zip(rows, onward.paths, strict=False):
            if self.paths:
                self.paths[row] = np.concatenate([self.paths[row], path[1:]])


def near_edges(problem: Problem, x: Array, width: Array) -> Mask:
    """Tell which points are next to an edge of the domain, or on it.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    x : ndarray
        ``(n, n_vars)``.
    width : ndarray
        Size of the region that is searched, ``(n_vars,)``.

    Returns
    -------
    ndarray
        ``(n,)``.

    Examples
    --------
    >>> near_edges(Problem("sqrt(x)"), np.array([[1.0], [1e-9], [0.0]]), np.ones(1))
    array([False,  True,  True])
    """
    near = np.zeros(len(x), dtype=bool)
    for rows, its in _cases(problem, np.arange(len(x))):
        near[rows] = _beside(rims(its, width), x[rows], width)
    return near


def _beside(own: list[Rim], x: Array, width: Array) -> Mask:
    near = np.zeros(len(x), dtype=bool)
    for rim in own:
        near |= np.abs(x[:, rim.variable] - rim.value) <= _TOUCHING * width[rim.variable]
    return near


def _cases(problem: Problem, rows: Whole) -> Iterator[tuple[Whole, Problem]]:
    """Give the runs that share their parameters, and f with these as numbers."""
    cases = problem.of(rows).cases if len(rows) else None
    if cases is None:
        yield from [(rows, problem)] * bool(len(rows))
        return
    for case in np.unique(cases):
        mine = rows[cases == case]
        its = problem.of(mine[:1])
        yield mine, its.with_params({n: float(np.ravel(v)[0]) for n, v in its.params.items()})


def _alone(problem: Problem, points: Array) -> Onward:
    """Judge a rim of the only variable: it is one point."""
    ends = Ends.at(points.T)
    ends.stop[:] = Stop.FLOOR
    found = Verdicts.undecided(*points.shape)
    found.x[:] = found.target[:] = points
    found.fun[:] = found.fun_last[:] = problem.values(points)
    found.grad_norm[:] = 0.0
    found.status[:] = Status.CONVERGED
    found.kind[:] = found.target_kind[:] = Kind.MINIMUM
    return Onward(ends, found, [])


def _whole(onward: Onward, rim: Rim) -> Onward:
    """Put the variable of a rim back among the others."""

    def back(points: Array) -> Array:
        return np.insert(points, rim.variable, rim.value, axis=1)

    ends, found = onward.ends, onward.verdicts
    verdicts = Verdicts.undecided(len(found.x), found.x.shape[1] + 1)
    for name, column in vars(found).items():
        getattr(verdicts, name)[:] = back(column) if name in ("x", "target") else column
    verdicts.smooth[:] = verdicts.early[:] = False
    return Onward(replace(ends, x=back(ends.x)), verdicts, [*map(back, onward.paths)])
