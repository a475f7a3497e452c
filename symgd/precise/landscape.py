"""f around a point in units of the way that a run made, with as many digits as mpmath is set to.

A variable on its bound is ``lo + way*s**2`` or ``hi - way*s**2``: f has a minimum within the
bounds if and only if it has one in s. A multiplier becomes a curvature, and a corner at which
f would fall into the box a direction of negative curvature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import mpmath
from mpmath import mpf

from .functions import Number, finite
from .linear import Matrix, Vector
from .program import Precise, Program, Work

_DEFINED = 240  # digits: these tell whether f is defined, and how deep its exponentials go


@dataclass(frozen=True)
class Shape:
    """f, its slopes and its curvatures at a point, in scaled coordinates."""

    value: Number
    slopes: Vector
    hessian: Matrix

    @property
    def finite(self) -> bool:
        """Whether all of it exists."""
        entries = [self.value, *self.slopes, *(entry for row in self.hessian for entry in row)]
        return all(map(finite, entries))


@dataclass(frozen=True)
class Landscape:
    """f around a point.

    Attributes
    ----------
    program : Precise
        f, its gradient and its Hessian, in the variables and parameters.
    point, way : tuple of float
        The point, and the units in which steps are measured.
    side : tuple of int
        -1 for a variable at its lower bound, 1 at its upper one, 0 for a free one.
    params : tuple of float
        Values of the parameters.
    work : Work
        What may be done to look at it; what takes more raises `TooMuchError`.
    """

    program: Precise
    point: tuple[float, ...]
    way: tuple[float, ...]
    side: tuple[int, ...]
    params: tuple[float, ...] = ()
    work: Work = field(default_factory=Work, compare=False)

    def __len__(self) -> int:
        return len(self.point)

    def place(self, s: Vector) -> Vector:
        """Give the variables at scaled coordinates; bounds are the decimals that were written."""
        return [
            mpf(x) + u * way if not side else _exactly(x) - side * u * u * way
            for x, u, way, side in zip(self.point, s, self.way, self.side, strict=True)
        ]

    def value(self, s: Vector) -> Number:
        """Give f at scaled coordinates; nan where it is undefined."""
        return self._computed(self.program.value, s)[0]

    def slopes(self, s: Vector) -> Vector:
        """Give the slopes at scaled coordinates."""
        gradient = self._computed(self.program.first, s)[1:]
        return [g * p for g, p in zip(gradient, self._pace(s), strict=True)]

    def _pace(self, s: Vector) -> Vector:
        """Give how fast the variables change with the coordinates."""
        return [
            mpf(way) if not side else -2 * side * u * way
            for u, way, side in zip(s, self.way, self.side, strict=True)
        ]

    def shape(self, s: Vector) -> Shape:
        """Give f, its slopes and curvatures at scaled coordinates."""
        value, *rest = self._computed(self.program.both, s)
        return self._shape(s, value, rest)

    def step(self, s: Vector) -> Shape:
        """Give slopes and curvatures; f with few digits, as it only has to be defined there."""
        rest = self._computed(self.program.slopes, s)
        with mpmath.workdps(min(mpmath.mp.dps, _DEFINED)):
            (value,) = self._computed(self.program.value, s)
        return self._shape(s, value, rest)

    def _shape(self, s: Vector, value: Number, rest: list[Number]) -> Shape:
        n = len(self)
        gradient, triangle, pace = rest[:n], rest[n:], self._pace(s)
        hessian = [[mpf(0)] * n for _ in range(n)]
        entries = iter(triangle)
        for i in range(n):
            for j in range(i + 1):
                hessian[i][j] = hessian[j][i] = next(entries) * pace[i] * pace[j]
            if self.side[i]:
                hessian[i][i] -= 2 * self.side[i] * self.way[i] * gradient[i]
        return Shape(value, [g * p for g, p in zip(gradient, pace, strict=True)], hessian)

    def deepest(self, s: Vector) -> Number:
        """Give the largest argument of an exponential, or what is made of them."""
        inner = self._deepest(self.program.slopes, s)
        with mpmath.workdps(min(mpmath.mp.dps, _DEFINED)):
            return max(inner, self._deepest(self.program.value, s))

    def _computed(self, program: Program, s: Vector) -> list[Number]:
        return program([*self.place(s), *self._numbers()], self.work)

    def _deepest(self, program: Program, s: Vector) -> Number:
        return program.deepest([*self.place(s), *self._numbers()], self.work)

    def _numbers(self) -> list[Number]:
        return [*map(_exactly, self.params)]


def _exactly(value: float) -> Number:
    return mpmath.mpf(repr(value))


def origin(landscape: Landscape) -> Vector:
    """Give the scaled coordinates of the point itself."""
    return [mpf(0)] * len(landscape)


def combined(point: Vector, shares: Sequence[Number], directions: Sequence[Vector]) -> Vector:
    """Go from a point by shares of directions."""
    result = list(point)
    for share, direction in zip(shares, directions, strict=True):
        if share:
            pairs = zip(result, direction, strict=True)
            result = [r + share * d if d else r for r, d in pairs]
    return result
