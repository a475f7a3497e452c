"""The lowest point of a quadratic model within a trust region and bounds, without a branch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from ..engine.numbers.lane import Number, chosen, clip, dot, larger, root, select, smaller
from .bounded import only
from .trust import lowest_within

if TYPE_CHECKING:
    from ..engine.numbers.intrinsics import Truth

_BEYOND = 1 + 2.0**-50  # times the way to a bound; then the kernel clips
_TURNS = 2  # times that a step goes on along the bounds that it has come to

Vector = Sequence[Number]
Triangle = Sequence[Vector]  # the lower triangle of a symmetric matrix, row by row


class Box:
    """Bounds around a point.

    Parameters
    ----------
    x, lower, upper : sequence of Number
        The point, and its bounds.
    """

    def __init__(self, x: Vector, lower: Vector, upper: Vector) -> None:
        self._sides = list(zip(x, lower, upper, strict=True))

    def clipped(self, way: Vector) -> list[Number]:
        """Clip a way to the bounds, and a little beyond: a step has to end on them."""
        return [
            clip(s, _BEYOND * (low - x), _BEYOND * (high - x))
            for (x, low, high), s in zip(self._sides, way, strict=True)
        ]

    def room(self, way: Vector, further: Vector) -> Number:
        """Give the share of a further way until a variable comes to a bound, 1 at most."""
        share = 1.0 + 0.0 * way[0]
        for (x, low, high), begun, s in zip(self._sides, way, further, strict=True):
            room = larger(0.0, select(s < 0.0, low - x - begun, high - x - begun) / s)
            share = select(s == 0.0, share, smaller(share, room))
        return share

    def open(self, way: Vector, further: Vector) -> list[Truth]:
        """Tell which variables no bound holds, at the end of a way, on a further one."""
        ends = zip(self._sides, way, further, strict=True)
        return [
            ~((x + a <= low) & (s < 0.0) | (x + a >= high) & (s > 0.0))
            for (x, low, high), a, s in ends
        ]


def lowest_inside(box: Box, matrix: Triangle, g: Vector, radius: Number) -> Vector:
    """Minimize the model within a trust region, as far as a few turns at bounds lead.

    A step goes on until a variable comes to its bound, then to the lowest point for the others,
    and so on. The model tells whether that is better than to clip such a step, or one against the
    gradient, which is taken where nothing else lowers the model: a shorter one then does.

    Parameters
    ----------
    box : Box
        The bounds.
    matrix : sequence of sequence of Number
        The lower triangle of the Hessian.
    g : sequence of Number
        The gradient; 0 for variables that do not move.
    radius : Number
        The radius of the trust region.

    Returns
    -------
    sequence of Number
        The step, which ends inside the bounds.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd edition, Springer (2006), algorithm
    16.3, doi:10.1007/978-0-387-40065-5.
    """
    best: Vector = box.clipped([-_fall(matrix, g, radius) * a for a in g])
    lowest = model(matrix, g, best)
    way: Vector = [0.0 * a for a in g]
    held, slope, free = matrix, g, [radius >= 0.0 for _ in g]
    for _ in range(_TURNS):
        further = only(free, lowest_within(held, slope, radius))
        share = box.room(way, further)
        whole, cut = (
            box.clipped([a + scale * s for a, s in zip(way, further, strict=True)])
            for scale in (1.0 + 0.0 * share, smaller(_BEYOND * share, 1.0))
        )
        for candidate in (whole, cut):
            value = model(matrix, g, candidate)
            better = value < smaller(lowest, 0.0)
            best, lowest = chosen(better, candidate, best), select(better, value, lowest)
        way = cut
        free = [f & o for f, o in zip(free, box.open(way, further), strict=True)]
        held = without(matrix, free)
        slope = only(free, [a + b for a, b in zip(g, _times(matrix, way), strict=True)])
    return best


def without(matrix: Triangle, moving: Sequence[Truth]) -> list[list[Number]]:
    """Take variables that do not move out of a Hessian: a curvature of their own is left."""
    unit = reduce(larger, [abs(row[-1]) for row in matrix])
    return [
        [
            select(moving[i] & moving[j], a, unit if i == j else 0.0 * unit)
            for j, a in enumerate(row)
        ]
        for i, row in enumerate(matrix)
    ]


def model(matrix: Triangle, g: Vector, step: Vector) -> Number:
    """Give the change of f along a step by the quadratic model."""
    return dot(g, step) + 0.5 * dot(step, _times(matrix, step))


def _times(matrix: Triangle, vector: Vector) -> list[Number]:
    n = len(vector)
    return [dot([matrix[max(i, j)][min(i, j)] for j in range(n)], vector) for i in range(n)]


def _fall(matrix: Triangle, g: Vector, radius: Number) -> Number:
    """Give how far to go against the gradient: to the lowest point, or the border."""
    square, bend = dot(g, g), dot(g, _times(matrix, g))
    border = radius / root(square)
    lowest = select(bend > 0.0, square / bend, border)
    return select(square > 0.0, smaller(border, lowest), 0.0)
