"""What a stationary point is where the Hessian is singular.

Around it f is asked on small spheres in the null directions, each place moved to the floor of
the valley first, as it is done in a Lyapunov-Schmidt reduction. With so many digits a sphere
of a millionth shows terms to the sixteenth order, and nothing is as small as rounding but what
is exactly level.

References
----------
M. Golubitsky and D. G. Schaeffer, "Singularities and Groups in Bifurcation Theory", volume I,
Springer (1985), chapter VII, doi:10.1007/978-1-4612-5034-0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import combinations, product

import mpmath
import numpy as np
from mpmath import mpf

from .functions import Number
from .landscape import Landscape, Shape, combined
from .linear import Vector, conjugate, dot, largest, length
from .program import TooMuchError

_DIGITS = 120
_EXACT = mpf("1e-40")  # ways: a point known to this is exact
_NULL = mpf("1e-20")  # share of the largest curvature: one this small is none
_ROUNDING = mpf("1e-12")  # the same on bounds, where a multiplier is as uncertain as they are
_ASIDE = (mpf(1), mpf(-1), mpf("0.1"), mpf("-0.1"))  # ways: where f is asked how much it changes
_SPHERE = mpf("1e-6")  # ways: radius of the sphere
_LARGER = (mpf("1e-2"), mpf("1e-4"))  # ways: cusps are wide enough there to be seen
_CLEAR = 1000  # errors of the point: the sphere is as large
_WIDE = mpf("0.05")  # ways: a larger sphere says nothing about the point
_ZERO = mpf("1e-100")  # share of the size of f: a change this small is none
_RANDOM = 12  # directions a dimension: where f is asked first
_BEST = 3  # directions: from the lowest ones f is followed down
_TURNS = 24  # turns of a direction: f is followed down by
_SWING = (0.5, 0.7)  # radian, and its share that the next turn has
_SURE = mpf("0.1")  # share of the largest change: a fall this large is no error of the point
_STEADY = mpf("1e-4")  # share of the largest rise on a sphere: a smaller one may be none
_FLOORS = 40  # steps: to the floor of a valley
_APART = (mpf("0.01"), mpf("0.03"), mpf("0.1"))  # ways: as far away a level set goes on
_TERM = 0.5  # microseconds: a coordinate's share of a null direction takes about as long
_STILL = mpf("1e-40")  # share of the size of f: as level is a set of minima


class Nature(Enum):
    """What a stationary point is."""

    MINIMUM = "f curves up in all directions"
    STRICT = "f rises everywhere, in some directions to higher order"
    WEAK = "f falls nowhere, and is level in some directions, or rises by far less than in others"
    SADDLE = "f falls some ways"
    MAXIMUM = "f curves down in all directions"
    UNDECIDED = "what no digits told"


def nature(landscape: Landscape, point: Vector, error: Number) -> Nature:
    """Tell what a stationary point is.

    Parameters
    ----------
    landscape : Landscape
        f.
    point : list of mpf
        The stationary point, in scaled coordinates.
    error : mpf
        How far it may be off, in ways.

    Returns
    -------
    Nature

    Examples
    --------
    >>> import sympy
    >>> from symgd.precise.program import Precise
    >>> x, y = sympy.symbols("x y", real=True)
    >>> def at_origin(f):
    ...     slopes = [f.diff(x), f.diff(y)]
    ...     second = [f.diff(x, 2), f.diff(x, y), f.diff(y, 2)]
    ...     landscape = Landscape(Precise([f, *slopes], second, [x, y]), (0, 0), (1, 1), (0, 0))
    ...     return nature(landscape, [mpf(0), mpf(0)], mpf(0)).name
    >>> at_origin((y - x**2) * (y - 2 * x**2)), at_origin(x**4 + y**6), at_origin(x**2 - 2*y**2)
    ('SADDLE', 'WEAK', 'SADDLE')
    """
    with mpmath.workdps(_DIGITS):
        try:
            shape = landscape.shape(point)
            undefined = not shape.finite
            return (
                Nature.UNDECIDED if undefined else _Place(landscape, point, error, shape).nature()
            )
        except TooMuchError:
            return Nature.UNDECIDED


@dataclass(frozen=True)
class _Place:
    """A stationary point."""

    landscape: Landscape
    point: Vector
    error: Number
    shape: Shape

    @cached_property
    def radius(self) -> Number:
        return _SPHERE if self.exact else max(_SPHERE, _CLEAR * self.error)

    @property
    def exact(self) -> bool:
        return bool(self.error <= _EXACT)

    @property
    def _least(self) -> Number:
        """Share of the largest curvature that a curvature has to have."""
        least = _ROUNDING if any(self.landscape.side) else _NULL
        return least if self.exact else max(least, self.radius)

    @cached_property
    def axes(self) -> list[tuple[Vector, Number]]:
        """Directions that do not mix, of length 1, with the curvatures along them."""
        pairs = zip(*conjugate(self.shape.hessian), strict=True)
        return [([c / size for c in d], k / size**2) for d, k in pairs for size in [length(d)]]

    @cached_property
    def _aside(self) -> list[tuple[Number, Number]]:
        """Shares of a way along the axes, and f there."""
        ways = [(share, d) for d, _ in self.axes for share in _ASIDE]
        values = ((a, self.landscape.value(combined(self.point, [a], [d]))) for a, d in ways)
        return [(share, value) for share, value in values if mpmath.isfinite(value)]

    @cached_property
    def bend(self) -> Number:
        """The curvature that would make f differ as it does a way and a tenth of one away."""
        here = self.shape.value
        bends = (2 * abs(value - here) / share**2 for share, value in self._aside)
        return max(bends, default=mpf(0))

    @cached_property
    def size(self) -> Number:
        """How large f is within a way."""
        return max([abs(self.shape.value), *(abs(value) for _, value in self._aside)])

    def nature(self) -> Nature:
        curvatures = [k for _, k in self.axes]
        limit = self._least * max(self.bend, *map(abs, curvatures))
        if min(curvatures) < -limit:
            return Nature.MAXIMUM if max(curvatures) < -limit else Nature.SADDLE
        if min(curvatures) > limit:
            return Nature.MINIMUM
        null = [d for d, k in self.axes if abs(k) <= limit]
        curved = [(d, k) for d, k in self.axes if k > limit]
        if self.radius > _WIDE:
            return Nature.UNDECIDED
        return _Null(self, null, curved).nature()


@dataclass(frozen=True)
class _Null:
    """A stationary point, and the directions in which its Hessian is singular."""

    place: _Place
    null: list[Vector]
    curved: list[tuple[Vector, Number]]

    @cached_property
    def zero(self) -> Number:
        """A change of f that is none."""
        return _ZERO * self.place.size

    def nature(self) -> Nature:
        lowest, highest, way = self._lowest(self.place.radius)
        if way is None:
            return Nature.UNDECIDED
        zero = self.zero
        if lowest < -zero:
            sure = self.place.exact or -lowest > _SURE * max(abs(highest), -lowest)
            falls = Nature.MAXIMUM if highest < -zero and not self.curved else Nature.SADDLE
            return falls if sure else Nature.UNDECIDED
        several = len(self.null) > 1 and highest > zero
        if self.place.exact and several and self._cusp():
            return Nature.UNDECIDED
        if lowest > zero:
            return Nature.STRICT if lowest > _STEADY * highest else Nature.WEAK
        return self._going_on(way)

    def _cusp(self) -> bool:
        """Tell whether f falls on a larger sphere."""
        return any(self._lowest(radius)[0] < -self.zero for radius in _LARGER)

    def _lowest(self, radius: Number) -> tuple[Number, Number, Vector | None]:
        """Give the lowest and the highest change of f on a sphere, and where the first is."""
        asked = self._asked(self._regular(), radius)
        level = asked and max(abs(c) for c, _ in asked) <= self.zero
        falls = self.place.exact and any(c < -self.zero for c, _ in asked)
        if not (level or falls) and len(self.null) > 1:
            asked += self._asked(self._random(), radius)
        if not asked:
            return mpf(0), mpf(0), None
        best = sorted(asked, key=lambda found: found[0])[:_BEST]
        if len(self.null) > 1 and best[0][0] > self.zero:
            best = [self._followed(*start, radius) for start in best]
        change, way = min(best, key=lambda found: found[0])
        return change, max(c for c, _ in asked), way

    def _asked(self, ways: Iterator[Vector], radius: Number) -> list[tuple[Number, Vector]]:
        """Give the change of f in directions in which it is defined."""
        found = [(self.change(way, radius), way) for way in ways]
        return [(change, way) for change, way in found if mpmath.isfinite(change)]

    def _regular(self) -> Iterator[Vector]:
        """Give the null directions, and those halfway between two."""
        count = len(self.null)
        for i in range(count):
            for side in (1, -1):
                yield [mpf(side * (i == j)) for j in range(count)]
        for i, j in combinations(range(count), 2):
            for one, other in product((1, -1), repeat=2):
                yield _unit([mpf(one * (i == k) + other * (j == k)) for k in range(count)])

    def _random(self) -> Iterator[Vector]:
        count = len(self.null)
        for row in np.random.default_rng(0).normal(size=(_RANDOM * count, count)):
            yield _unit([mpf(float(u)) for u in row])

    def _followed(self, change: Number, way: Vector, radius: Number) -> tuple[Number, Vector]:
        """Turn a direction, by less and less, as long as f is lower there."""
        swing, rng = _SWING[0], np.random.default_rng(1)
        for _ in range(_TURNS):
            turn = [mpf(float(u)) for u in rng.normal(size=len(way))]
            for side in (swing, -swing):
                there = _unit([w + side * t for w, t in zip(way, turn, strict=True)])
                found = self.change(there, radius)
                if found < change:
                    change, way = found, there
                    break
            else:
                swing *= _SWING[1]
        return change, way

    def change(self, way: Vector, radius: Number) -> Number:
        """Give how f differs at a distance from the point, on the floor of the valley."""
        self.place.landscape.work.spend(_TERM * len(way) * len(self.place.point))
        start = combined(self.place.point, [radius * w for w in way], self.null)
        floor = self._floor(start)
        return self.place.landscape.value(floor) - self.place.shape.value if floor else mpmath.nan

    def _floor(self, point: Vector) -> Vector | None:
        """Go to where f does not fall across the valley; None where that does not come near."""
        enough = self.place.radius * _ZERO ** mpf("0.5")
        for _ in range(_FLOORS if self.curved else 0):
            slopes = self.place.landscape.slopes(point)
            if not all(map(mpmath.isfinite, slopes)):
                return None
            shares = [-dot(d, slopes) / k for d, k in self.curved]
            if largest(shares) > 1:
                return None
            point = combined(point, shares, [d for d, _ in self.curved])
            if largest(shares) <= enough:
                break
        return point

    def _going_on(self, way: Vector) -> Nature:
        """Tell a set of minima, which goes on, from a point of very high order."""
        changes = [self.change(way, radius) for radius in _APART]
        if not all(map(mpmath.isfinite, changes)):
            return Nature.UNDECIDED
        if min(changes) < -_STILL * self.place.size:
            return Nature.SADDLE
        return Nature.WEAK


def _unit(vector: Vector) -> Vector:
    size = length(vector)
    return [v / size for v in vector]
