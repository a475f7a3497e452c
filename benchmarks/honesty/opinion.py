"""A second opinion on a point: is f lower beside it? With 100 digits, and no code of symgd.

f is sampled at distances from the resolution of doubles up to a tenth of a point's size: along the
axes, the gradient, eigenvectors of the Hessian and random directions, and along ways that follow
the floor of a curved valley. The same is asked on every crease and bound through the point. With
100 digits, Newton's method first moves the point to the middle of what doubles cannot tell apart.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain, combinations
from typing import Any

import mpmath
import numpy as np

from .reading import Numbers, Reading, numbers

Bounds = Any  # pairs of numbers, or None

_DIGITS, _MANY_DIGITS = 100, 1000
_MET = mpmath.mpf(10) ** -95  # a crease is met so closely
_ZERO = mpmath.mpf(10) ** -42  # of f: less is no change
_NOTHING = mpmath.mpf(10) ** (50 - _MANY_DIGITS)  # the same with more digits
_STEP = mpmath.mpf(10) ** -16  # of a size: for differences of f
_DISTANCES = 10.0 ** np.arange(-15, 0)  # of a size
_BESIDE = 1e-6  # of a size: a lower point so close is the same point
_ON = 1e-6  # of a size: so close to a crease a point counts as on it
_REACH = 1e-3  # of a size: so far Newton's method may lead
_SMALLEST = 0.1  # size of a coordinate that is about 0
_NEWTON = 60  # steps at most: to degenerate minima they shorten by a constant factor
_RANDOM = 12  # directions
_FEW = 4  # variables: up to so many eigenvectors have all digits
_FLOORED = 5  # variables: up to so many the floors of valleys are followed
_SINGULAR = 1e-24  # of the largest curvature: less is the error of differences
_SOFT = 1e-2  # of the largest curvature: along such eigenvectors a valley may be curved
_RELAXED = 12  # steps towards the floor of a valley, at most
_FLOOR = mpmath.mpf(10) ** -70  # of a size: so near the floor of a valley is reached
_FOLLOWED = 1e-6  # of a size: from so far on floors are followed
_ROWS = 4  # creases and bounds through a point whose every combination is looked at
_CRUMB = 1e-12  # of the change of f over the largest distance: a fall that no run need find
_ROUNDED = 10  # rounding errors of f: a smaller difference is none


class Outcome(Enum):
    """What the second opinion says of a point."""

    MINIMUM = "minimum"
    NOT = "not"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Opinion:
    """What was found beside a point.

    Attributes
    ----------
    outcome : Outcome
        Whether it is a minimum, as near as doubles can be.
    words : str
        Where f is lower, and by how much.
    level : bool
        Whether f is the same in some direction.
    beside : bool
        Whether it is no minimum, but a lower stationary point is within a thousandth of its size.
    """

    outcome: Outcome
    words: str = ""
    level: bool = False
    beside: bool = False


class _Chart:
    """Points that meet some creases and bounds, by coordinates along their common directions."""

    def __init__(self, place: _Place, rows: tuple[int, ...], base: Numbers) -> None:
        self.place, self.rows, self.base = place, rows, base
        slopes = place.slopes(rows, base)
        _, lengths, ways = np.linalg.svd(slopes) if rows else (0, np.array([]), np.eye(place.n))
        rank = int((lengths > 1e-9 * max(lengths, default=1)).sum())
        self.basis = ways[rank:].T
        self.back = np.linalg.pinv(slopes, rcond=1e-9) if rows else None

    def __call__(self, t: Numbers) -> Numbers | None:
        """Give a point; None where no such point was found."""
        x = self.place.clip(self.base + self.place.size * self.basis.dot(t))
        return self.onto(x)

    def onto(self, x: Numbers) -> Numbers | None:
        """Give the next point that meets the rows, by Newton's method with a fixed matrix."""
        if not self.rows:
            return x
        for _ in range(40):
            left = self.place.levels(self.rows, x)
            if left is None:
                return None
            if all(abs(each) <= _MET for each in left):
                return self.place.clip(x)
            x = x - self.place.size * self.back.dot(np.array(left, dtype=object))
        return None


class _Place:
    """A point, the box, and the creases and bounds through it."""

    def __init__(self, reading: Reading, x: Numbers, bounds: Bounds) -> None:
        self.reading, self.x, self.n = reading, x, len(x)
        ends = bounds or [(None, None)] * self.n
        self.low = [mpmath.mpf("-inf") if lo is None else mpmath.mpf(float(lo)) for lo, _ in ends]
        self.high = [mpmath.mpf("inf") if hi is None else mpmath.mpf(float(hi)) for _, hi in ends]
        width = [hi - lo for lo, hi in zip(self.low, self.high, strict=True)]
        self.size = np.array(
            [min(max(abs(v), mpmath.mpf(_SMALLEST)), w) for v, w in zip(x, width, strict=True)],
            dtype=object,
        )
        self.sides = [
            (i, end) for i in range(self.n) for end in (self.low[i], self.high[i])
            if abs(x[i] - end) <= _ON * self.size[i]
        ]  # fmt: skip
        self.count = len(self.reading.levels(x))
        self.active = [row for row in range(self.count + len(self.sides)) if self._near(row)]

    def clip(self, x: Numbers) -> Numbers:
        """Give the next point in the box."""
        ends = zip(x, self.low, self.high, strict=True)
        return np.array([min(max(v, lo), hi) for v, lo, hi in ends], dtype=object)

    def levels(self, rows: tuple[int, ...], x: Numbers) -> list[Any] | None:
        """Evaluate rows; None where one is undefined."""
        values = self.reading.levels(x) if any(row < self.count for row in rows) else []
        sides = [x[i] - end for i, end in self.sides]
        found = [(values[r] if r < self.count else sides[r - self.count]) for r in rows]
        return None if any(each is None for each in found) else found

    def slopes(self, rows: tuple[int, ...], x: Numbers) -> np.ndarray:
        """Give slopes of rows per size of a coordinate, shape ``(rows, n)``."""
        found = np.zeros((len(rows), self.n))
        for i in range(self.n):
            step = np.array([mpmath.mpf(0)] * self.n, dtype=object)
            step[i] = _STEP
            ahead, behind = (self.levels(rows, x + sign * self.size * step) for sign in (1, -1))
            if ahead is not None and behind is not None:
                pairs = zip(ahead, behind, strict=True)
                found[:, i] = [float((a - b) / (2 * _STEP)) for a, b in pairs]
        return np.nan_to_num(found, posinf=0, neginf=0)

    def _near(self, row: int) -> bool:
        if row >= self.count:
            return True
        value = self.levels((row,), self.x)
        if value is None:
            return False
        slope = np.abs(self.slopes((row,), self.x)).max()
        return bool(abs(value[0]) <= _ON * slope) or value[0] == 0

    def rounding(self, x: Numbers, coordinates: bool = False) -> Any:
        """Give the rounding error of f in doubles around a point, or that of its coordinates."""
        exact = self.reading(x)
        errors = [mpmath.mpf(0) if coordinates else abs(exact) * mpmath.mpf(2) ** -53]
        for shift in (0, *(s * e for e in np.eye(self.n) for s in (-1, 1))):
            near = x + 3 * shift * mpmath.mpf(2) ** -53 * abs(x)
            with mpmath.workprec(53):
                rounded = self.reading(near)
            value = self.reading(near)
            if rounded is not None and value is not None:
                errors.append(abs(value - (exact if coordinates else rounded)))
        return max(errors)


def opinion(reading: Reading, x: Any, bounds: Bounds = None) -> Opinion:
    """Look for lower values of f beside a point.

    Parameters
    ----------
    reading : Reading
        The formula.
    x : array_like
        The point, shape ``(n_vars,)``.
    bounds : list of pairs, optional
        The box; None for a side that is open.

    Returns
    -------
    Opinion

    Examples
    --------
    >>> from benchmarks.honesty.reading import Reading
    >>> opinion(Reading("(y - x**2)*(y - 3*x**2)", "xy"), [0.0, 0.0]).outcome.value
    'not'
    >>> opinion(Reading("abs(x - 0.1) + y**4", "xy"), [0.1, 1e-9]).outcome.value
    'minimum'
    """
    if not np.isfinite(np.asarray(x, dtype=float)).all():
        return Opinion(Outcome.NOT, "the point is not finite")
    with mpmath.workdps(_DIGITS):
        near = next((y for y in _next_to(x) if reading(y) is not None), None)
        if near is None:
            return Opinion(Outcome.NOT, "f is not defined there")
        return _asked(_Place(reading, near, bounds), reading(near))


def _next_to(x: Any) -> Iterator[Numbers]:
    """Give a point, and doubles next to it: an edge may lie between two of them."""
    point = numbers(x)
    yield point
    for i in range(len(point)):
        for sign in (-1, 1):
            step = 4 * sign * mpmath.mpf(2) ** -53 * np.eye(len(point))[i]
            yield point + step * abs(point)


def descends(reading: Reading, x: Any, bounds: Bounds = None) -> bool:
    """Tell whether a step against the gradient lowers f by more than its rounding errors."""
    with mpmath.workdps(_DIGITS):
        place = _Place(reading, numbers(x), bounds)
        chart, here = _Chart(place, (), place.x), reading(place.x)
        gradient, _ = _derivatives(place, chart, np.zeros(place.n, dtype=object))
        if gradient is None or not max(abs(gradient)):
            return False
        way = -gradient / place.size**2 / max(abs(gradient / place.size**2))
        found = (reading(chart(way * mpmath.mpf(step))) for step in _DISTANCES)
        changes = [value - here for value in found if value is not None]
        crumb = _CRUMB * max(map(abs, changes), default=0)
        least = max(_ROUNDED * place.rounding(place.x), crumb)
        return any(change < -least for change in changes)


def _asked(place: _Place, here: Any) -> Opinion:
    base = _middle(place, here)
    value, rounding = place.reading(base), _ROUNDED * place.rounding(place.x)
    unfelt = _ROUNDED * place.rounding(base, coordinates=True)
    moved = max(abs(base - place.x) / place.size)
    if here - value > rounding and moved > _BESIDE:
        words = f"lower by {_short(here - value)} beside, {_short(moved)} away"
        return Opinion(Outcome.NOT, words, beside=True)
    doubt, level = "", False
    rng = np.random.default_rng(zlib.crc32(str(base).encode()))
    for rows in _combinations(place.active):
        chart = _Chart(place, rows, base)
        if chart.onto(base) is None or not chart.basis.shape[1]:
            continue
        for way in _ways(place, chart, rng):
            found = _along(place, way, value, (rounding, unfelt))
            if found is not None and found.outcome is Outcome.NOT:
                return found
            level |= found is not None and found.level
            doubt = doubt or (found.words if found else "")
    return Opinion(Outcome.UNDECIDED if doubt else Outcome.MINIMUM, doubt, level)


def _combinations(rows: list[int]) -> Iterator[tuple[int, ...]]:
    """Give all sets of rows; where these are many, none, each and all."""
    if len(rows) <= _ROWS:
        return chain.from_iterable(combinations(rows, k) for k in range(len(rows) + 1))
    return iter([(), *((row,) for row in rows), tuple(rows)])


def _middle(place: _Place, here: Any) -> Numbers:
    """Go to the next stationary point on all creases through the point, if it is as low."""
    chart = _Chart(place, tuple(place.active), place.x)
    x = chart.onto(place.x)
    if x is None or max(abs(x - place.x) / place.size) > 10 * _ON:
        return place.x
    for rows in (tuple(place.active), ()):
        x = _newton(place, rows, x)
    value = place.reading(x)
    near = max(abs(x - place.x) / place.size) <= _BESIDE
    lower = value is not None and value <= here + (0 if not near else abs(here) * _BESIDE)
    return x if lower else place.x


def _newton(place: _Place, rows: tuple[int, ...], x: Numbers) -> Numbers:
    chart, before = _Chart(place, rows, x), 0.0
    k = chart.basis.shape[1]
    for _ in range(0 if not k else _NEWTON if k <= _FLOORED else _NEWTON // 10):
        gradient, hessian = _derivatives(place, chart, np.zeros(k, dtype=object))
        if gradient is None:
            return x
        curvatures, vectors = _eigen(hessian)
        if not max(curvatures) > 0:
            return x
        stiff = curvatures > _SINGULAR * max(curvatures)
        along = vectors[:, stiff]
        step = -along.dot(along.T.dot(gradient) / curvatures[stiff])
        size = float(max(abs(step))) if along.size else 0.0
        ratio = size / before if before else 0.0
        if 0.3 < ratio < 0.95:  # a degenerate minimum: the steps are a geometric series
            step, before = step / (1 - ratio), 0.0
        else:
            before = size
        there = chart(step)
        if there is None or max(abs(there - place.x) / place.size) > _REACH:
            return x
        old, new = place.reading(x), place.reading(there)
        if new is None or old is None or new > old + abs(old) * _ZERO:
            return x
        x = there
        if size < 1e-28:
            return x
        chart = _Chart(place, rows, x)
    return x


def _derivatives(place: _Place, chart: _Chart, t: Numbers) -> tuple[Any, Any]:
    """Give gradient and Hessian in a chart by differences; None where f is not defined."""
    k = len(t)
    steps = np.array([[_STEP * (i == j) for j in range(k)] for i in range(k)], dtype=object)

    def value(shift: Numbers) -> Any:
        x = chart(t + shift)
        return None if x is None else place.reading(x)

    here, ahead, behind = value(0 * t), [value(s) for s in steps], [value(-s) for s in steps]
    if any(each is None for each in (here, *ahead, *behind)):
        return None, None
    gradient = np.array([(a - b) / (2 * _STEP) for a, b in zip(ahead, behind, strict=True)])
    hessian = np.zeros((k, k), dtype=object)
    for i in range(k):
        hessian[i, i] = (ahead[i] + behind[i] - 2 * here) / _STEP**2
        for j in range(i):
            both, none = value(steps[i] + steps[j]), value(-steps[i] - steps[j])
            if both is None or none is None:
                return None, None
            mixed = both + none - ahead[i] - ahead[j] - behind[i] - behind[j] + 2 * here
            hessian[i, j] = hessian[j, i] = mixed / (2 * _STEP**2)
    return gradient, hessian


def _eigen(hessian: Numbers) -> tuple[Numbers, Numbers]:
    """Give eigenvalues and eigenvectors, with all digits where there are few variables."""
    size = max(1, *(abs(each) for each in hessian.flat))
    if len(hessian) > _FEW:
        values, vectors = np.linalg.eigh((hessian / size).astype(float))
        return values.astype(object) * size, vectors
    values, vectors = mpmath.eigsy(mpmath.matrix(hessian.tolist()))
    return np.array(list(values)), np.array(vectors.tolist())


@dataclass(frozen=True)
class _Way:
    """A way away from a point: a direction in a chart, and the valley's floor that it follows."""

    chart: _Chart
    direction: Any
    place: _Place
    stiff: Any = None
    curvatures: Any = None

    @property
    def distances(self) -> np.ndarray:
        """Where it is asked, as shares of a size."""
        return _DISTANCES if self.stiff is None else _DISTANCES[_DISTANCES >= _FOLLOWED]

    def point(self, distance: float) -> Numbers | None:
        """Give the point at a distance."""
        t = self.direction * mpmath.mpf(distance)
        if self.stiff is not None:
            for _ in range(_RELAXED):
                gradient = self._gradient(t)
                if gradient is None or max(abs(gradient)) < _FLOOR * max(self.curvatures):
                    break
                step = self.stiff.dot(gradient / self.curvatures)
                if not max(abs(step)) < 1:
                    return None
                t = t - step
        return self.chart(t)

    def _gradient(self, t: Numbers) -> Any:
        """Give the slopes along the stiff directions."""
        found = []
        for column in self.stiff.T:
            step = column * _STEP
            ends = [self.chart(t + step), self.chart(t - step)]
            values = [None if x is None else self.place.reading(x) for x in ends]
            if values[0] is None or values[1] is None:
                return None
            found.append((values[0] - values[1]) / (2 * _STEP))
        return np.array(found)


def _ways(place: _Place, chart: _Chart, rng: np.random.Generator) -> Iterator[_Way]:
    k = chart.basis.shape[1]
    directions = [
        *np.eye(k),
        *(rng.normal(size=(0 if k == 1 else _RANDOM if k <= _FLOORED else _RANDOM // 3, k))),
    ]
    gradient, hessian = _derivatives(place, chart, np.zeros(k, dtype=object))
    if gradient is not None:
        curvatures, vectors = _eigen(hessian)
        size = max(abs(gradient))
        directions += [*vectors.T, *([gradient / size] if size else [])]
        stiff = np.asarray(curvatures > _SOFT * max(abs(curvatures)), dtype=bool)
        for soft in vectors.T[~stiff] if stiff.any() and k <= _FLOORED else ():
            for sign in (1, -1):
                yield _Way(chart, sign * soft, place, vectors[:, stiff], curvatures[stiff])
    for way in directions:
        for sign in (1, -1):
            yield _Way(chart, sign * way / max(abs(way)), place)


def _along(place: _Place, way: _Way, here: Any, errors: tuple[Any, Any]) -> Opinion | None:
    """Say whether f falls along a way from the very point; None where it rises."""
    changes = []
    for distance in way.distances:
        x = way.point(distance)
        value = None if x is None else place.reading(x)
        changes.append(None if value is None else value - here)
    known = [(d, c) for d, c in zip(way.distances, changes, strict=True) if c is not None]
    rounding, unfelt = errors
    least = max(abs(here) * _ZERO, unfelt * _MET**0.5)
    felt = [(d, c) for d, c in known if abs(c) > max(least, unfelt)]
    if not felt and any(c < -least for _, c in known):
        return Opinion(Outcome.UNDECIDED, f"less than rounding along {_shown(way)}")
    if not felt:
        return _level(place, way, _DISTANCES[-2]) if known else None
    if felt[0][1] > 0:
        return None
    still = [d for d, _ in known if d < felt[0][0]]
    if still and still[-1] >= _BESIDE and way.stiff is None:
        return _level(place, way, still[-1])
    end = next((i for i, (_, c) in enumerate(felt) if c > 0), len(felt))
    falling = felt[:end]
    depth, reach = min(c for _, c in falling), falling[-1][0]
    words = f"f changes by {_short(depth)} within {reach:g} along {_shown(way)}"
    if reach <= _BESIDE:
        return None
    if end < len(felt) and -depth <= rounding:
        return Opinion(Outcome.UNDECIDED, words)
    return Opinion(Outcome.NOT, words)


def _level(place: _Place, way: _Way, distance: float) -> Opinion:
    """Ask again with more digits where f seems to be the same."""
    with mpmath.workdps(_MANY_DIGITS):
        base, there = place.reading(way.chart.base), way.point(distance)
        value = None if there is None else place.reading(there)
        if value is not None and base is not None and value < base - abs(base) * _NOTHING:
            words = f"f falls by {_short(base - value)} along {_shown(way)}"
            still = all(way.chart.base == place.x)  # or Newton's method may not quite be there
            return Opinion(Outcome.NOT if still else Outcome.UNDECIDED, words, True)
    return Opinion(Outcome.MINIMUM, "", True)


def _shown(way: _Way) -> str:
    step = way.chart.basis.dot(np.asarray(way.direction, dtype=float))
    return f"{(step * way.place.size.astype(float)).round(4).tolist()}"


def _short(number: Any) -> str:
    return str(mpmath.nstr(number, 3))
