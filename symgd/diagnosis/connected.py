"""Which minima are one set: where f is level on a way from one to the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from ..arrays import GOLDEN, Array, Mask, Whole
from ..facts.parts import evaluator
from ..facts.valley import Frames, Valley, length, unit_vectors
from ..problem import Problem
from .neighbours import neighbours

_HESSIAN_ENTRIES = (
    2**22
)  # entries: of Hessians at all ends; beyond, only lines are tried, for memory
# shares of a line: in no step with any period of f
_ON_LINE = np.arange(1, 17) * GOLDEN % 1.0
_FOLLOWED = (1e-2, 1e-4)  # shares of the searched region: how far a valley is followed, to see one
_GONE = 0.5  # share of such a step: more is left when it is back on the floor
_KEPT = 1e-6  # share of what a part of f changes by across the valley: it is constant along it
_OTHER = 1e-2  # share of that change: two valleys in which a part differs by more are two
_WALK = 48  # steps: along a valley from one minimum towards another, at most
_WALK_WORK = 1.5e8  # steps times the cubes of variables: all walks together, at most
_CALLS = 500  # cubes: an operation in the Hessian costs as much, as it is asked often in a step
_ON_STEP = np.array([0.25, 0.5, 0.75, 1.0])  # shares of a step: there f has to be level, too
_SHORTER = 0.5  # times a step that led off the valley: the next one
_LONGER = 2.0  # times a step that did not: the next one, at most
_BACK = 0.1  # share of a step: the way back to the floor that the next one should have
_LEAST_STEP = 1e-3  # share of the way: shorter steps are none
_LEADING = 1e-6  # share of the way to another minimum that leads along: less leads nowhere
_MET = 1e-6  # share of the searched region: two points this close have met
_JOININGS = 16  # rounds of joining: each at least halves the number of sets, where all are one
_FRUITLESS = 2  # rounds that join nothing: then only few sets are tried further
_MEMBERS = 16  # minima of each set: among them the nearest ones of two sets are looked for
_TURNS = 12  # walks: of two walkers by turns, towards where two sets meet
_NEARER = 0.99  # share of their distance: two walkers that come no nearer by turns will not meet
_FEW_SETS = 24  # sets: among so few all pairs are tried


def connected(valley: Valley, x: Array) -> Whole:
    """Give for each minimum the first one that belongs to the same set.

    Parameters
    ----------
    valley : Valley
        f, the bounds, and the size of the region that was searched.
    x : ndarray
        Minima, ``(n, n_vars)``.

    Returns
    -------
    ndarray
        Rows, ``(n,)``. Two are in one set where a straight line without a rise joins them, or a
        walk along the floor of the valley leads from one to the other, or others are between.
    """
    labels = np.arange(len(x))
    if len(x) < 2:
        return labels
    heights, near = valley.heights(x), neighbours(x / valley.unit)
    labels = _united(labels, near[_straight(valley, x, heights, near)])
    if not labels.any() or x.size * x.shape[1] > _HESSIAN_ENTRIES:
        return labels
    ends = _Ends.at(valley, x, heights)
    pairs = ends.pairs(near)
    pairs = pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]]
    level = _straight(valley, x, heights, pairs)
    labels = _united(labels, pairs[level])
    pairs = pairs[~level & ends.movable[pairs].all(axis=1)]
    fruitless = 0
    for _ in range(_JOININGS):
        pairs = pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]]
        if not len(pairs):
            break
        chosen = _nearest_of_each(labels[pairs])
        met, _ = ends.walk(pairs[chosen], *x[pairs[chosen].T])
        labels = _united(labels, pairs[chosen[met]])
        pairs = np.delete(pairs, chosen, axis=0)
        fruitless = 0 if met.any() else fruitless + 1
        if fruitless == _FRUITLESS:
            break
    pairs = ends.between_sets(labels)
    return _meeting(ends, pairs, labels)


def _meeting(ends: _Ends, pairs: Whole, labels: Whole) -> Whole:
    """Let two walkers take turns towards each other; where they meet, two sets are one."""
    places, last = ends.x[pairs.T], np.full(len(pairs), np.inf)
    for _ in range(_TURNS):
        met, places[0] = ends.walk(pairs, places[0], places[1])
        labels = _united(labels, pairs[met])
        gap = ends.valley.size(places[0] - places[1])
        on = (labels[pairs[:, 0]] != labels[pairs[:, 1]]) & (gap < _NEARER * last)
        pairs, places, last = pairs[on][:, ::-1], places[::-1, on], gap[on]
        if not len(pairs):
            break
    return labels


@dataclass
class _Work:
    """How much may be walked: each step solves dense equations."""

    left: float = _WALK_WORK

    def allows(self, count: int, problem: Problem) -> bool:
        """Take what steps of some walks cost; tell whether there was something left."""
        before = self.left
        self.left -= count * len(problem.variables) ** 3 + _CALLS * problem.symbolic.hessian_size
        return before > 0


@dataclass(frozen=True)
class _Ends:
    """Minima, and where the valley leads at each."""

    valley: Valley
    x: Array
    heights: Array  # f with its rounding
    frames: Frames
    movable: Mask  # there is a valley
    parts: Array  # values of the parts of f, ``(n, n_parts)``
    kept: Mask  # the parts that are constant along the valley
    change: Array  # by how much each changes across it
    work: _Work = field(default_factory=lambda: _Work())

    @classmethod
    def at(cls, valley: Valley, x: Array, heights: Array) -> _Ends:
        """Follow the valley a little from each of some minima."""
        frames = valley.frames(x, np.ones(len(x), dtype=bool))
        tried = _tried(valley, x, heights, frames)
        for narrow in (True, False):
            rows = np.flatnonzero(~tried[1].any(axis=0))
            if not len(rows):
                break
            others = _other_frames(valley, x[rows], heights[rows], narrow)
            frames.put(rows, others)
            again = _tried(valley, x[rows], heights[rows], others)
            for whole, part in zip(tried, again, strict=True):
                whole[:, rows] = part
        parts = _parts(valley, x)
        kept, change = _constant(valley, x, parts, *tried)
        movable = np.asarray(tried[1].any(axis=0))
        return cls(valley, x, heights, frames, movable, parts, kept, change)

    def pairs(self, near: Whole) -> Whole:
        """Give pairs that may be in one set: neighbours, by place and by what parts of f say."""
        found = [near]
        told = self.kept.any(axis=0)
        if told.any():
            with np.errstate(all="ignore"):
                signs = np.where(self.kept, self.parts, 0.0)[:, told]
                signs /= np.median(self.change[:, told], axis=0)
            found.append(neighbours(np.nan_to_num(signs)))
        pairs = np.unique(np.concatenate(found), axis=0)
        pairs = self.alike(pairs, np.arange(len(self.x)))
        away = self.valley.size(self.x[pairs[:, 0]] - self.x[pairs[:, 1]])
        return pairs[np.argsort(away, kind="stable")]

    def alike(self, pairs: Whole, rows: Whole) -> Whole:
        """Keep the pairs of some minima in which no part of f says that they are two sets."""
        one, other = rows[pairs].T
        both = self.kept[one] & self.kept[other]
        apart = np.abs(self.parts[one] - self.parts[other])
        differs = apart > _OTHER * np.fmin(self.change[one], self.change[other])
        keep = ~(both & differs).any(axis=1)
        return np.stack([one[keep], other[keep]], axis=1)

    def between_sets(self, labels: Whole) -> Whole:
        """Give for any two of a few sets a pair of members that are close to each other."""
        heads = np.unique(labels[self.movable])
        if not 1 < len(heads) <= _FEW_SETS:
            return np.empty((0, 2), dtype=np.int64)
        members = [np.flatnonzero((labels == head) & self.movable) for head in heads]
        some = [rows[np.linspace(0, len(rows) - 1, _MEMBERS).astype(np.int64)] for rows in members]
        found = []
        for one, other in combinations(some, 2):
            away = self.valley.size(self.x[one][:, None] - self.x[other])
            i, j = np.unravel_index(away.argmin(), away.shape)
            found.append((one[i], other[j]))
        return self.alike(np.array(found), np.arange(len(self.x)))

    def walk(self, pairs: Whole, x: Array, target: Array) -> tuple[Mask, Array]:
        """Tell if the valley leads from places to others, each in the set of one of a pair.

        Where it does not, the walk ends where it is nearest to the other; so two walkers that
        take turns meet where two pieces of a set do.

        Each step is the part along the valley of the way that is left, and f has to be level
        between its ends as well: what is across the valley is a function of what is along it, so
        that nothing is jumped over.
        """
        valley, x, heights = self.valley, x.copy(), self.heights[pairs].max(axis=1)
        smooth: Mask = np.asarray(self.frames.smooth[pairs].all(axis=1))
        narrow: Mask = np.asarray(self.frames.narrow[pairs].any(axis=1))
        reach, met = np.full(len(pairs), np.inf), np.zeros(len(pairs), dtype=bool)
        rows = np.arange(len(pairs))
        for _ in range(_WALK):
            left = (target[rows] - x[rows]) / valley.unit
            away = length(left)
            met[rows] = away <= _MET
            frames = valley.frames(x[rows], smooth[rows])
            flatter = np.flatnonzero(narrow[rows] & smooth[rows])
            if len(flatter):
                its = rows[flatter]
                frames.put(flatter, valley.narrowed(x[its], frames.take(flatter), heights[its]))
            ahead = frames.along(left)
            far = length(ahead)
            leads = (far > _LEADING * away) & (reach[rows] > _LEAST_STEP * far) & ~met[rows]
            rows = rows[leads]
            if not (len(rows) and self.work.allows(len(rows), valley.problem)):
                break
            way = np.fmin(far[leads], reach[rows])
            steps = ahead[leads] * (way / far[leads])[:, None]
            y, back, good = _step(valley, x[rows], frames.take(leads), steps, heights[rows])
            good &= valley.size(target[rows] - y) < away[leads]
            x[rows[good]] = y[good]
            with np.errstate(divide="ignore"):
                longer = np.clip(_BACK * way / back, _SHORTER, _LONGER)
            reach[rows] = way * np.where(good, longer, _SHORTER)
        return met, x


def _straight(valley: Valley, x: Array, heights: Array, pairs: Whole) -> Mask:
    """Tell which pairs a straight line joins on which f does not rise."""
    level, rows = np.zeros(len(pairs), dtype=bool), np.arange(len(pairs))
    one, other = x[pairs[:, 0]], x[pairs[:, 1]]
    highest = heights[pairs].max(axis=1)
    for share in _ON_LINE:
        points = one[rows] + share * (other[rows] - one[rows])
        rows = rows[valley.level(points, highest[rows])]
    level[rows] = True
    return level


def _other_frames(valley: Valley, x: Array, heights: Array, narrow: bool) -> Frames:
    """Tell where a valley leads that the Hessian does not show: where it is flatter, or a kink."""
    every = np.ones(len(x), dtype=bool)
    frames = valley.frames(x, every if narrow else ~every)
    return valley.narrowed(x, frames, heights) if narrow else frames


def _step(
    valley: Valley, x: Array, frames: Frames, steps: Array, heights: Array
) -> tuple[Array, Array, Mask]:
    """Take steps along a valley; give where they lead, how far back that was, if it is level."""
    count, n = len(_ON_STEP), len(x)
    each = np.tile(np.arange(n), count)
    parts = (_ON_STEP[:, None, None] * steps).reshape(-1, x.shape[1])
    y, good = valley.along(x[each], frames.take(each), parts, heights[each])
    end, level = y[-n:], np.asarray(good.reshape(count, n).all(axis=0))
    return end, valley.size(end - x - steps * valley.unit), level


def _tried(valley: Valley, x: Array, heights: Array, frames: Frames) -> tuple[Array, Mask]:
    """Give where the valley leads from minima, ``(4, n, n_vars)``, and where that is level."""
    sides = unit_vectors(2, x.shape[1]) * np.array([[1.0], [-1.0]])
    ways = np.stack([frames.along(np.broadcast_to(side, x.shape)) for side in sides])
    size = length(ways)[..., None]
    with np.errstate(invalid="ignore"):
        ways = np.where(size > _KEPT, ways / size, 0.0)
    steps = (np.array(_FOLLOWED)[:, None, None, None] * ways).reshape(-1, x.shape[1])
    each = np.tile(np.arange(len(x)), len(_FOLLOWED) * len(sides))
    y, good = valley.along(x[each], frames.take(each), steps, heights[each])
    good &= valley.size(y - x[each]) > _GONE * length(steps)
    return y.reshape(-1, *x.shape), good.reshape(-1, len(x))


def _parts(valley: Valley, points: Array) -> Array:
    """Give the values of the parts of f, ``(n, n_parts)``."""
    return valley.problem.run(evaluator(valley.problem.symbolic), points).T


def _constant(
    valley: Valley, x: Array, parts: Array, places: Array, level: Mask
) -> tuple[Mask, Array]:
    """Tell which parts of f are constant along the valley, and what they change by across it."""
    followed = np.asarray(level.any(axis=0))
    kept = np.repeat(followed[:, None], parts.shape[1], axis=1)
    changes = []
    for aside in unit_vectors(3, x.shape[1]):
        for far in _FOLLOWED:
            moved = _parts(valley, valley.box.clip(x + far * aside * valley.unit))
            changes.append(np.abs(moved - parts))
    near = np.fmax.reduce(changes[1::2])
    for there, good in zip(places, level, strict=True):
        moved = np.abs(_parts(valley, there) - parts)
        kept &= ~good[:, None] | (moved <= _KEPT * near)
    kept &= (near > 0) & np.isfinite(parts)
    return kept, np.fmax.reduce(changes[::2])


def _nearest_of_each(labels: Whole) -> Whole:
    """Give the first pair of each set, where pairs stand by their length."""
    places = np.concatenate([np.arange(len(labels))] * 2)
    order = np.argsort(places, kind="stable")
    _, first = np.unique(labels.T.ravel()[order], return_index=True)
    return np.asarray(np.unique(places[order][first]))


def _united(labels: Whole, pairs: Whole) -> Whole:
    """Give all that pairs connect the label of the first."""
    while True:
        lowest = labels.copy()
        ends = labels[pairs].min(axis=1)
        for side in pairs.T:
            np.minimum.at(lowest, labels[side], ends)
        lowest = lowest[lowest]
        lowest = lowest[labels]
        if (lowest == labels).all():
            return labels
        labels = lowest
