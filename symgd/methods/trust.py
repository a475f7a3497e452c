"""The lowest point of a quadratic model within a trust region, without a branch.

The Hessian is brought to tridiagonal form, in which a factorisation costs a few operations a
variable, so that a fixed number of them finds the multiplier to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, and_
from typing import TYPE_CHECKING

from ..engine.numbers.lane import Number, dot, larger, root, select, smaller

if TYPE_CHECKING:
    from ..engine.numbers.intrinsics import Truth

_TRIES = 24  # multipliers that are tried; Newton's method needs about five
_SHORT = 0.99  # of the radius: a shorter step is the hard case, in which f curves down sideways
_INSIDE = 0.01  # of the interval: so far from its ends a new multiplier lies
_ABOVE = 1 + 2.0**-50  # times the largest multiplier: with it the matrix is not singular

Vector = Sequence[Number]


@dataclass(frozen=True)
class _Reflection:
    """Householder's reflection of all variables from one on."""

    first: int
    normal: Vector
    share: Number  # 2 / square of the normal; 0 for none

    def apply(self, vector: Vector, start: int = 0) -> list[Number]:
        """Reflect a vector, whose first entry belongs to the variable `start`."""
        head, tail = vector[: self.first - start], vector[self.first - start :]
        along = self.share * dot(self.normal, tail)
        return [*head, *(a - along * v for a, v in zip(tail, self.normal, strict=True))]


@dataclass(frozen=True)
class _Tridiagonal:
    """A tridiagonal matrix, and the reflections that led to it."""

    diagonal: Vector
    beside: Vector
    reflections: Sequence[_Reflection]

    @classmethod
    def of(cls, matrix: Sequence[Vector]) -> _Tridiagonal:
        """Reduce a symmetric matrix."""
        a = [list(row) for row in matrix]
        n, reflections = len(a), []
        for k in range(n - 2):
            reflection = _reflection([a[i][k] for i in range(k + 1, n)], k + 1)
            a[k + 1][k] = reflection.apply([a[i][k] for i in range(k, n)], k)[1]
            _both_sides(a, reflection)
            reflections.append(reflection)
        return cls([a[i][i] for i in range(n)], [a[i + 1][i] for i in range(n - 1)], reflections)

    def into(self, vector: Vector) -> Vector:
        """Give a vector in the basis of this matrix."""
        return reduce(lambda v, r: r.apply(v), self.reflections, vector)

    def back(self, vector: Vector) -> Vector:
        """Give a vector in the basis from which this one came."""
        return reduce(lambda v, r: r.apply(v), reversed(self.reflections), vector)

    def radii(self) -> list[Number]:
        """Give the radii of Gershgorin's discs."""
        n, sizes = len(self.diagonal), [abs(b) for b in self.beside]
        none = 0.0 * self.diagonal[0]
        return [
            (sizes[i - 1] if i > 0 else none) + (sizes[i] if i < n - 1 else none) for i in range(n)
        ]


def _reflection(column: Vector, first: int) -> _Reflection:
    """Give the reflection that leaves nothing of a vector but its first entry."""
    length = root(dot(column, column))
    head = column[0]
    normal = [head + select(head < 0.0, -length, length), *column[1:]]
    square = dot(normal, normal)
    return _Reflection(first, normal, select(square > 0.0, 2.0 / square, 0.0))


def _both_sides(a: list[list[Number]], reflection: _Reflection) -> None:
    """Apply a reflection to the rows and columns of the rest of a matrix."""
    rest, v, share = range(reflection.first, len(a)), reflection.normal, reflection.share
    image = [share * dot([a[max(i, j)][min(i, j)] for j in rest], v) for i in rest]
    along = 0.5 * share * dot(image, v)
    image = [p - along * b for p, b in zip(image, v, strict=True)]
    for i, row in enumerate(rest):
        for j, column in enumerate(rest[: i + 1]):
            a[row][column] = a[row][column] - v[i] * image[j] - image[i] * v[j]


class _Factored:
    """L D L' of a tridiagonal matrix whose diagonal a multiplier has raised."""

    def __init__(self, t: _Tridiagonal, multiplier: Number) -> None:
        self.pivots = [t.diagonal[0] + multiplier]
        self.below: list[Number] = []
        for entry, side in zip(t.diagonal[1:], t.beside, strict=True):
            self.below.append(side / self.pivots[-1])
            self.pivots.append(entry + multiplier - self.below[-1] * side)
        self.definite: Truth = reduce(and_, [p > 0.0 for p in self.pivots])

    def forward(self, vector: Vector) -> list[Number]:
        """Solve with L."""
        solved = [vector[0]]
        for entry, below in zip(vector[1:], self.below, strict=True):
            solved.append(entry - below * solved[-1])
        return solved

    def backward(self, solved: Vector) -> list[Number]:
        """Solve with D L'."""
        result = [solved[-1] / self.pivots[-1]]
        rest = zip(solved[-2::-1], self.pivots[-2::-1], self.below[::-1], strict=True)
        for entry, pivot, below in rest:
            result.append(entry / pivot - below * result[-1])
        return result[::-1]

    def solve(self, vector: Vector) -> list[Number]:
        return self.backward(self.forward(vector))

    def stretch(self, vector: Vector) -> Number:
        """Give v' A^-1 v."""
        pairs = zip(self.forward(vector), self.pivots, strict=True)
        return reduce(add, [a * a / p for a, p in pairs])


def lowest_within(matrix: Sequence[Vector], gradient: Vector, radius: Number) -> Vector:
    r"""Minimize :math:`g^T s + s^T H s / 2` where :math:`|s| \le \Delta`.

    Parameters
    ----------
    matrix : sequence of sequence of Number
        H, of which the lower triangle is read.
    gradient : sequence of Number
        g.
    radius : Number
        The radius of the trust region.

    Returns
    -------
    sequence of Number
        The step, also where H is indefinite, and where g has no share in the direction in which
        it curves downwards most: the "hard case", in which a step along that is added.

    References
    ----------
    J. J. Moré and D. C. Sorensen, "Computing a Trust Region Step", SIAM Journal on Scientific and
    Statistical Computing 4, 553-572 (1983), doi:10.1137/0904038.
    """
    unit = _size_of(matrix)
    t = _Tridiagonal.of([[a / unit for a in row[: i + 1]] for i, row in enumerate(matrix)])
    g = t.into([-a / unit for a in gradient])
    multiplier = _multiplier(t, g, radius)
    factored = _Factored(t, multiplier)
    step = factored.solve(g)
    return t.back(_to_the_border(factored, g, step, multiplier, radius))


def _size_of(matrix: Sequence[Vector]) -> Number:
    """Give the largest entry in size: squares of smaller numbers might underflow."""
    entries = [abs(a) for i, row in enumerate(matrix) for a in row[: i + 1]]
    largest = reduce(larger, entries)
    return select(largest > 0.0, largest, 1.0)


def _multiplier(t: _Tridiagonal, g: Vector, radius: Number) -> Number:
    """Find the multiplier, by Newton's method on 1 / |s| within an interval that shrinks."""
    ratio, radii = root(dot(g, g)) / radius, t.radii()
    pairs = list(zip(t.diagonal, radii, strict=True))
    low = reduce(larger, [-d for d in t.diagonal], 0.0 * ratio)
    high = _ABOVE * larger(0.0 * ratio, ratio + reduce(larger, [r - d for d, r in pairs]))
    tried = 0.0 * ratio
    found = high
    for _ in range(_TRIES):
        factored = _Factored(t, tried)
        step = factored.solve(g)
        length = root(dot(step, step))
        definite = factored.definite & (length >= 0.0)
        inside = definite & (length <= radius)
        inner = inside & (tried == 0.0)
        low = select(inside, low, larger(low, tried))
        high = select(inside, smaller(high, tried), high)
        found = select(inner, tried, select(definite, tried, high))
        newton = tried + length * length / factored.stretch(step) * (length / radius - 1.0)
        middle = larger(root(low * high), low + _INSIDE * (high - low))
        within = definite & (newton > low) & (newton < high)
        settled = definite & (abs(length - radius) <= 1e-15 * radius)
        following = select(within, newton, middle)
        tried = select(inner | settled, tried, following)
    return found


def _to_the_border(
    factored: _Factored, g: Vector, step: Vector, multiplier: Number, radius: Number
) -> list[Number]:
    """Lengthen a step that should reach the border along the steepest downward curvature."""
    n = len(step)
    line = [1.0 + 0.0 * step[0] + 0.1 * i for i in range(n)]
    for _ in range(2):
        line = factored.solve(line)
        inverse = 1.0 / root(dot(line, line))
        line = [a * inverse for a in line]
    across, missing = dot(step, line), radius * radius - dot(step, step)
    reach = root(larger(0.0, across * across + missing))
    far = select(dot(g, line) < 0.0, -reach - across, reach - across)
    bent = multiplier > 0.0
    length = root(dot(step, step))
    hard = bent & (length < _SHORT * radius)
    scale = select(bent & ~hard, radius / length, 1.0)
    far = select(hard, far, 0.0)
    return [scale * a + far * b for a, b in zip(step, line, strict=True)]
