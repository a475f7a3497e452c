"""Judging points by values of f around them, where derivatives do not tell.

At several distances and in many directions f is compared with its value at the point, with
regard to rounding. Where the Hessian is singular only the null directions are open, and each
probe is first moved to the floor of the valley by one Newton step in the other directions.

Many points are judged at once, each as if it were alone. What decides most of them is asked
first: near probes to all sides, until f has risen and fallen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce

import numpy as np

from ..arrays import EPS, Array, Columns, Indices, Mask, Whole
from ..facts.borders import beyond, borders, unattained
from ..facts.bottom import continuous, lower_bounds
from ..facts.cancellation import rounding, scatter
from ..given.boxes import Box
from ..problem import Problem
from .directions import RANDOM, Steps, across, along_axes, at_random, narrow
from .local import PERTURBED, SINGULAR, Model, model, portions

_NEAR_PROBES = 10.0 ** np.arange(-8.0, 0.0)  # shares of the neighbourhood: where f is asked first
# times the neighbourhood: where f is asked if it is level so far
_FAR_PROBES = 2.0 ** np.arange(0.0, 12.0)
_DECADES = 3  # decades of distance: over them a jump is told from a steep rise
_COARSE = 1e-3  # share of the change over the neighbourhood: rounding may amount to it
_UNUSUAL = 1e3  # times the rounding of f beside the point: a jump scatters more
_SUDDEN = 0.1  # share of the rise over the neighbourhood: a jump has it at once
_SHARPER = 30.0  # errors of the point: the nearest probe is as far away
_AT_BORDER = 1e-9  # share of the neighbourhood: the border of a piece that close is at the point
_ASKED = 2**11  # probes: evaluated at once, so that they stay in the cache


class Around(IntEnum):
    """What f does around a point."""

    UP = 0  # every way
    DOWN = 1  # some ways, so the point is no minimum
    SUMMIT = 5  # every way
    LEVEL = 2  # no change beyond rounding within reach
    VALLEY = 3  # level both ways along a line, up in the others
    BROKEN = 4  # f jumps, has a pole, or is not resolved by the doubles here


@dataclass(frozen=True)
class Places(Columns):
    """Points around which f is asked, one a row.

    Attributes
    ----------
    point, length : ndarray
        The points, and the sizes of their neighbourhoods in each variable, ``(n, n_vars)``.
    smooth : ndarray
        Whether the point is stationary and the Hessian can be trusted in the directions in which
        f curves up, ``(n,)``.
    error : ndarray
        Share of `length` by which the point may be off; nothing closer is asked, ``(n,)``.
    level : ndarray
        Change of f that counts as none, ``(n,)``.
    """

    point: Array
    length: Array
    smooth: Mask
    error: Array
    level: Array


def around(problem: Problem, places: Places, box: Box) -> Whole:
    """Tell what f does around points, by values alone.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    places : Places
        Where.
    box : Box
        Bounds; outside them f is not asked.

    Returns
    -------
    ndarray
        Codes of `Around`, ``(n,)``; of each point the same whichever others there are.
    """
    found = np.full(len(places.point), Around.BROKEN, dtype=np.int64)
    nearest = np.count_nonzero(~(_SHARPER * places.error[:, None] <= _NEAR_PROBES), axis=1)
    fine = nearest < len(_NEAR_PROBES)
    fine &= ~unattained(problem, places.point, _AT_BORDER * places.length)
    resolved = np.flatnonzero(fine)
    for rows in portions(resolved, RANDOM * places.point.shape[1]):
        mine = _Points(problem.of(rows), places.take(rows), box, nearest[rows])
        found[rows] = mine.judged()
    return found


@dataclass(frozen=True)
class _Asked:
    """What was found along steps to both sides, ``(2, m)``."""

    steps: Steps
    sign: Whole  # of the first change of f; 0 without one
    nearest: Array  # the change at the nearest probe

    def concatenate(self, other: _Asked) -> _Asked:
        return _Asked(
            Steps.concatenate([self.steps, other.steps]),
            np.concatenate([self.sign, other.sign], axis=1),
            np.concatenate([self.nearest, other.nearest], axis=1),
        )


class _Points:
    """Points that are judged together.

    Probes are numbered: for a step i the one to its end is i, the opposite one i + m.
    """

    def __init__(self, problem: Problem, places: Places, box: Box, nearest: Whole) -> None:
        self._problem, self._places, self._box, self._nearest = problem, places, box, nearest
        self._count = len(places.point)
        self._value = problem.values(places.point)
        self._noise = rounding(problem, places.point)
        self._steady()
        self._curved, self._floor, self._null = self._valleys()
        curvatures = self._floor.eigenvalues
        first = curvatures.shape[1] - int((curvatures > SINGULAR).sum(axis=1).max(initial=0))
        self._curvatures = curvatures[:, first:]
        directions = self._floor.vectors[:, :, first:] * self._floor.scale[:, :, None]
        self._columns = np.ascontiguousarray(directions.transpose(1, 2, 0))

    def _steady(self) -> None:
        """Take f as exact at points where it is lowest within their rounding, however steep."""
        exact = 4 * EPS * np.abs(self._value)
        with np.errstate(invalid="ignore"):
            rows = np.flatnonzero(~self._places.smooth & (self._noise > _UNUSUAL * exact))
        if len(rows) and continuous(self._problem.symbolic):
            rows = rows[self._above_bottom(rows) <= 4 * exact[rows]]
            self._noise[rows] = exact[rows]

    def _valleys(self) -> tuple[Mask, Model, Mask]:
        """Tell where f is open in null directions only, with the quadratic models there."""
        rows = np.flatnonzero(self._places.smooth)
        here = model(self._problem.of(rows), self._places.point[rows], self._box)
        null = np.abs(here.eigenvalues) <= SINGULAR
        partly = null.any(axis=1) & ~null.all(axis=1) & (here.eigenvalues > -SINGULAR).all(axis=1)
        partly &= here.finite
        curved = np.zeros(self._count, dtype=bool)
        curved[rows[partly]] = True
        return curved, here.take(partly), null[partly]

    def judged(self) -> Whole:
        """Tell what f does around each of the points."""
        found = np.full(self._count, Around.DOWN, dtype=np.int64)
        valleys, others = np.flatnonzero(self._curved), np.flatnonzero(~self._curved)
        if len(valleys):
            steps = across(self._floor, self._null, self._places.length[valleys])
            self._judge(found, valleys, self._near(_owned(steps, valleys)))
        if len(others):
            self._judge(found, others, self._to_all_sides(others))
        return found

    def _to_all_sides(self, rows: Indices) -> _Asked:
        """Ask in more and more directions around points, until f falls some ways, and not all."""
        length = self._places.length
        asked = self._near(_owned(along_axes(length[rows]), rows))
        for more in (lambda rows: at_random(length[rows]), self._narrow):
            rows = rows[~self._falls(asked)[rows]]
            if not len(rows):
                break
            asked = asked.concatenate(self._near(_owned(more(rows), rows)))
        return asked

    def _narrow(self, rows: Indices) -> Steps:
        mine = self._places.take(rows)
        return narrow(self._problem.of(rows), mine.point, mine.length, self._box)

    def _falls(self, asked: _Asked) -> Mask:
        """Tell around which points f falls some ways, and not all."""
        down = self._any(asked, asked.sign < 0)
        return down & (self._any(asked, asked.sign >= 0) | self._curved)

    def _judge(self, found: Whole, rows: Indices, asked: _Asked) -> None:
        """Judge those of the points that do not merely fall some ways."""
        falls, down = self._falls(asked), self._any(asked, asked.sign < 0)
        found[rows[down[rows] & ~falls[rows]]] = Around.SUMMIT
        rows = rows[~down[rows]]
        asked = _of(asked, rows, self._count)
        broken = self._jumps(asked)
        broken |= self._scattered(_of(asked, np.flatnonzero(~broken), self._count))
        found[rows[broken[rows]]] = Around.BROKEN
        rows = rows[~broken[rows]]
        still = self._any(asked, asked.sign == 0)
        found[rows[~still[rows]]] = Around.UP
        rows = rows[still[rows]]
        if len(rows):
            found[rows] = self._far(_of(asked, rows, self._count))[rows]

    def _any(self, asked: _Asked, told: Mask) -> Mask:
        """Tell for which points something is told of a probe."""
        return self._among(np.broadcast_to(asked.steps.owner, told.shape)[told])

    def _near(self, steps: Steps) -> _Asked:
        """Find the first change along steps to both sides, as far as it is open what f does."""
        owner = np.tile(steps.owner, 2)
        sign, nearest = np.zeros(len(owner), dtype=np.int64), np.zeros(len(owner))
        down, up = np.zeros(self._count, dtype=bool), self._curved.copy()
        waiting = np.arange(len(owner))
        for k, share in enumerate(_NEAR_PROBES):
            mine = waiting[self._nearest[owner[waiting]] <= k]
            changes = self._changes(steps, mine, share)
            sign[mine] = np.sign(changes)
            its = owner[mine]
            first = self._nearest[its] == k
            nearest[mine[first]] = changes[first]
            down[its[changes < 0]] = up[its[changes > 0]] = True
            waiting = waiting[(sign[waiting] == 0) & ~(down & up)[owner[waiting]]]
            if not len(waiting):
                break
        return _Asked(steps, sign.reshape(2, -1), nearest.reshape(2, -1))

    def _jumps(self, asked: _Asked) -> Mask:
        """Tell where f rises at the nearest probe almost as much as at the farthest one."""
        far = len(_NEAR_PROBES) - self._nearest > _DECADES
        rises = (asked.nearest > 0) & np.isfinite(asked.nearest) & far[asked.steps.owner]
        mine = np.flatnonzero(rises)
        changes = self._changes(asked.steps, mine, _NEAR_PROBES[-1])
        sudden = np.zeros(rises.shape, dtype=bool)
        sudden.flat[mine] = asked.nearest.flat[mine] > _SUDDEN * np.abs(changes)
        sudden.flat[mine] &= ~self._beyond(asked.steps, mine)
        broken = self._any(asked, sudden)
        rows = np.flatnonzero(broken)
        if len(rows) and continuous(self._problem.symbolic):
            rises = np.full(self._count, np.inf)
            np.minimum.at(rises, np.tile(asked.steps.owner, 2)[mine], np.abs(changes))
            broken[rows] = self._above_bottom(rows) > _SUDDEN * rises[rows]
        return broken

    def _beyond(self, steps: Steps, probes: Indices) -> Mask:
        """Tell which probes lead from the border of a piece, which belongs to it, to the other."""
        if not borders(self._problem.symbolic):
            return np.zeros(len(probes), dtype=bool)
        owner, targets = self._targets(steps, probes, _NEAR_PROBES[-1])
        return beyond(self._problem.symbolic, self._places.point[owner], targets)

    def _above_bottom(self, rows: Indices) -> Array:
        """Give how much lower f may be than at points before the nearest probes, at most."""
        point, length = self._places.point[rows], self._places.length[rows]
        apart = np.maximum(_NEAR_PROBES[self._nearest[rows], None] * length, PERTURBED * abs(point))
        low, high = self._box.clip(point - apart), self._box.clip(point + apart)
        bottom = lower_bounds(self._problem.of(rows), low, high)
        return np.asarray(self._value[rows] - bottom)

    def _scattered(self, asked: _Asked) -> Mask:
        """Tell where f scatters over the doubles at the point as it does not beside it."""
        steps, owner = asked.steps, np.tile(asked.steps.owner, 2)

        def change(probes: Indices) -> Array:
            mine, ends = self._targets(steps, probes, 1.0)
            return np.abs(self._problem.of(mine).values(ends) - self._value[mine])

        def noise(probes: Indices) -> Array:
            mine, beside = self._targets(steps, probes, _NEAR_PROBES[0])
            return rounding(self._problem.of(mine), beside)

        largest = np.zeros(self._count)
        with np.errstate(invalid="ignore"):
            changes = _in_parts(change, np.arange(len(owner)))
        np.maximum.at(largest, owner, np.where(np.isnan(changes), 0.0, changes))
        doubtful = self._noise > _COARSE * largest
        probes = np.flatnonzero(doubtful[owner])
        usual = _UNUSUAL * _medians(_in_parts(noise, probes), owner[probes], self._count)
        return np.asarray(doubtful & (self._noise > usual))

    def _far(self, asked: _Asked) -> Whole:
        """Judge points with regard to what f does far away, where it is level nearby.

        The farthest probes come first. Where they show a rise, and none before shows a fall, f
        rises; only of steps with a fall all changes have to be known.
        """
        steps, still = asked.steps, asked.sign == 0
        both_ways = ~self._any(asked, still & ~still[::-1])
        valley = both_ways & (self._curved | self._any(asked, ~still))
        mine = np.flatnonzero(still)
        owner = np.tile(steps.owner, 2)[mine]
        last = self._changes(steps, mine, _FAR_PROBES[-1])
        level = self._among(owner[last == 0])
        decided = level & (self._among(owner[last != 0]) | ~valley)
        left = np.flatnonzero(~decided[owner])
        mine, owner, last = mine[left], owner[left], last[left]
        falls = last < 0
        for share in _FAR_PROBES[:-1]:
            falls |= self._changes(steps, mine, share, rises=False) < 0
        sign, some = np.sign(last), np.flatnonzero(falls)
        changes = np.array([self._changes(steps, mine[some], share) for share in _FAR_PROBES])
        sign[some] = _first(_lasting(changes))
        found = np.full(self._count, Around.LEVEL, dtype=np.int64)
        found[~decided & ~self._among(owner[sign != 0])] = Around.VALLEY
        found[~decided & ~self._among(owner[sign <= 0])] = Around.UP
        return found

    def _among(self, owner: Indices) -> Mask:
        """Tell which points are among these."""
        return np.bincount(owner, minlength=self._count) > 0

    def _changes(self, steps: Steps, probes: Indices, share: float, rises: bool = True) -> Array:
        """Give the changes of f at some of the probes; 0 within rounding.

        Without `rises`, 0 for these, too.
        Infinity where f is undefined or a bound is in the way: nothing lower lies there.
        """
        return _in_parts(lambda part: self._change(steps, part, share, rises), probes)

    def _change(self, steps: Steps, probes: Indices, share: float, rises: bool) -> Array:
        owner, targets = self._targets(steps, probes, share)
        its = self._problem.of(owner)
        values, noise = its.values(targets), self._noise.take(owner)
        level, sizes = self._places.level.take(owner), 4 * EPS * np.abs(values)
        with np.errstate(invalid="ignore"):
            changes = self._lowest(owner, targets, values) - self._value.take(owner)
            changes[np.abs(changes) <= sizes + noise + level] = 0.0
        blocked = _all(targets == self._places.point.take(owner, axis=0))
        changes[np.isnan(changes) | blocked] = np.inf
        if not rises:
            changes[changes > 0] = 0.0
        doubtful = np.flatnonzero((changes != 0) & (changes != np.inf))
        scattered = scatter(its.of(doubtful), targets.take(doubtful, axis=0), values[doubtful])
        noise = sizes[doubtful] + 2 * scattered + noise[doubtful] + level[doubtful]
        changes[doubtful[np.abs(changes[doubtful]) <= noise]] = 0.0
        return np.asarray(changes)

    def _targets(self, steps: Steps, probes: Indices, share: float) -> tuple[Indices, Array]:
        """Give the points that probes are about, and where they are."""
        ahead = probes < len(steps.owner)
        place = np.where(ahead, probes, probes - len(steps.owner))
        owner, side = steps.owner.take(place), np.where(ahead, share, -share)
        way = side[:, None] * steps.step.take(place, axis=0)
        return owner, self._box.clip(self._places.point.take(owner, axis=0) + way)

    def _lowest(self, owner: Indices, targets: Array, values: Array) -> Array:
        """Give the lower one of f at targets and at the floor of their valleys."""
        if not self._curved[owner[:1]].any():
            return values
        its, place = self._problem.of(owner), (np.cumsum(self._curved) - 1)[owner]
        return np.fmin(values, its.values(self._on_floor(its, targets, place)))

    def _on_floor(self, problem: Problem, targets: Array, place: Indices) -> Array:
        """Move targets by one Newton step in the directions that curve up."""
        vectors = self._columns.take(place, axis=2)
        curvatures = self._curvatures.take(place, axis=0).T
        held = self._floor.held.take(place, axis=0)
        free = np.where(held, 0.0, problem.gradients(targets)).T
        with np.errstate(all="ignore"):
            slopes = reduce(np.add, (v * f for v, f in zip(vectors, free, strict=True)))
            components = np.where(curvatures > SINGULAR, -slopes / curvatures, 0.0)
            back = (v * c for v, c in zip(vectors.swapaxes(0, 1), components, strict=True))
            return self._box.clip(targets + reduce(np.add, back).T)


def _owned(steps: Steps, rows: Indices) -> Steps:
    """Give steps that were made for some of the points to all of them."""
    return Steps(rows[steps.owner], steps.step)


def _of(asked: _Asked, rows: Indices, count: int) -> _Asked:
    """Give what was found around some of the points."""
    kept = np.flatnonzero(np.isin(np.arange(count), rows)[asked.steps.owner])
    return _Asked(asked.steps.take(kept), asked.sign[:, kept], asked.nearest[:, kept])


def _all(told: Mask) -> Mask:
    """Tell where all of a row is true: NumPy's own takes longer on rows of a few."""
    return reduce(np.logical_and, told.T)


def _in_parts(evaluate: Callable[[Indices], Array], probes: Indices) -> Array:
    parts = [probes[i : i + _ASKED] for i in range(0, len(probes), _ASKED)]
    return np.concatenate([np.empty(0), *map(evaluate, parts)])


def _first(changes: Array) -> Array:
    """Give the sign of the first change along each step ``(n_shares, n)``; 0 without one."""
    first = (changes != 0).argmax(axis=0)
    return np.asarray(np.sign(changes[first, np.arange(changes.shape[1])]))


def _lasting(changes: Array) -> Array:
    """Leave out rises behind which f is level again: single ones are rounding."""
    level = np.maximum.accumulate((changes == 0)[::-1])[::-1]
    return np.where((changes > 0) & level, 0.0, changes)


def _medians(values: Array, owner: Indices, count: int) -> Array:
    """Give the median of the values, as far as they are numbers, that belong to each point."""
    kept = ~np.isnan(values)
    values, owner = values[kept], owner[kept]
    ordered = values[np.lexsort((values, owner))]
    number = np.bincount(owner, minlength=count)
    rows = np.flatnonzero(number)
    start, medians = (np.cumsum(number) - number)[rows], np.full(count, np.nan)
    low, high = (ordered[start + (number[rows] + odd) // 2 - 1] for odd in (1, 2))
    medians[rows] = (low + high) / 2
    return medians
