"""Newton's method in a trust region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from ..engine.numbers.intrinsics import Truth
from ..engine.numbers.lane import (
    INF,
    Number,
    State,
    chosen,
    dot,
    larger,
    root,
    select,
    smaller,
)
from .base import Adaptive, Move, Point
from .bounded import free, only
from .boxed import Box, lowest_inside, model, without
from .trust import lowest_within

FIRST_RADIUS = 0.05  # share of the searched region
_SLACK = 4 * 2.0**-52  # rounding of f that a step allows for, relative to f
_ENOUGH = 1e-4  # share of the predicted fall that a step has to bring
_POOR, _GOOD = 0.25, 0.75  # shares of it: the region shrinks below, and grows above
_SHRINK, _GROWTH = 0.25, 2.0
_LARGEST = 1e153  # radius: its square is finite
_AT_BORDER = 1 - 1e-10  # of the radius
_PATIENCE = 20.0  # accepted steps, more than others, that gain nothing beyond rounding
_BENT = 1e-8  # of the largest entry of the Hessian: a curvature downwards that is no rounding


@final
@dataclass(frozen=True)
class Newton(Adaptive):
    r"""Newton's method on the exact Hessian, in a trust region.

    .. math:: x_{k+1} = x_k + s_k, \quad s_k = \arg\min_{|s| \le \Delta_k}
              g_k^T s + \tfrac12 s^T H_k s

    The step is taken if f falls by a share of what the model predicts, and no denominator,
    radicand or argument of a logarithm changes its sign. The radius shrinks to a quarter of the
    step where f falls by less than a quarter of the prediction, and doubles where a step to its
    border brings three quarters of it. The model may curve downwards: then the step goes to the
    border, along that curvature where the gradient says nothing. So a run leaves maxima and
    saddles, also one on which it starts, and no vanishing gradient ends it there. A variable at a
    bound, whose gradient points outside, stays; a step that comes to a bound goes on along it.

    It ends at the minimum that its models lead to, and may leave the basin in which it began.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd edition, Springer (2006), algorithms
    4.1 and 4.3, doi:10.1007/978-0-387-40065-5.

    J. J. Moré and D. C. Sorensen, "Computing a Trust Region Step", SIAM Journal on Scientific and
    Statistical Computing 4, 553-572 (1983), doi:10.1137/0904038.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.minimize("100*(y - x**2)**2 + (1 - x)**2", x0=[-1.2, 1.0], method="newton")
    >>> r.status.name, r.x.round(6), r.nfev < 40
    ('CONVERGED', array([1., 1.]), True)
    """

    name: ClassVar[str] = "newton"
    asks: ClassVar[frozenset[str]] = frozenset({"value", "gradient", "hessian", "guards"})
    most_vars: ClassVar[float] = 16

    def rows(self, n_vars: int) -> dict[str, int]:
        """Name the derivatives, f, where the lane is and goes, the radius, and idle steps."""
        second = n_vars * (n_vars + 1) // 2
        rows = {"g": n_vars, "h": second, "way": n_vars}
        return {**rows, "f": 1, "component": 1, "radius": 1, "stall": 1}

    def kept(self, n_vars: int) -> tuple[str, ...]:
        """Name the radius: a run that goes on does not begin with the first."""
        return ("radius",)

    def begin(self, width: Array) -> dict[str, Array]:
        """Give the value before the first one, and the first radius."""
        return {"f": np.full((1, 1), np.inf), "radius": np.full((1, 1), FIRST_RADIUS * width.min())}

    def target(self, w: State) -> list[Number]:
        """Go to the lowest point of the model; the first evaluation is at the start."""
        return [a + b for a, b in zip(w.all("x"), w.all("way"), strict=True)]

    def step(self, w: State, here: Point) -> Move:
        """Accept the step if f falls enough, and choose the next radius."""
        return _Trial(w, here).move()


def _lowest(
    w: State, x: Sequence[Number], g: Sequence[Number], h: Sequence[Number], radius: Number
) -> Sequence[Number]:
    """Give the way to the lowest point of the model within the trust region and the bounds."""
    moving, matrix = free(w, x, g), _square(h, len(x))
    if not moving:
        return lowest_within(matrix, g, radius)
    box = Box(x, w.all("lower"), w.all("upper"))
    return lowest_inside(box, without(matrix, moving), only(moving, g), radius)


def _square(triangle: Sequence[Number], n: int) -> list[list[Number]]:
    """Give the rows of a lower triangle."""
    entries = iter(triangle)
    return [[next(entries) for _ in range(i + 1)] for i in range(n)]


def _leaves(g: Sequence[Number], h: Sequence[Number], f: Number, way: Sequence[Number]) -> Truth:
    """Tell whether f curves downwards along a way, and falls there by more than its rounding."""
    matrix = _square(h, len(way))
    curvature = 2.0 * (model(matrix, g, way) - dot(g, way))
    bent = curvature < -_BENT * reduce(larger, [abs(a) for a in h]) * dot(way, way)
    return bent & (model(matrix, g, way) < -_SLACK * abs(f))


class _Trial:
    """A tried step, whether it is good, and what follows from it."""

    def __init__(self, w: State, here: Point) -> None:
        assert here.value is not None
        assert here.hessian is not None
        self.w, self.here, self.value, self.hessian = w, here, here.value, here.hessian
        self.f, self.g = w["f"], w.all("g")
        self.first = w["nfev"] == 0.0
        self.way = [b - a for a, b in zip(w.all("x"), here.x, strict=True)]
        self.length = root(dot(self.way, self.way))
        self.change = self.value - self.f
        self.predicted = model(_square(w.all("h"), len(self.way)), self.g, self.way)
        self.slack = select(self.first, 0.0, _SLACK * abs(self.f))
        self.clipped = self._clipped()
        finite = here.usable & (self.value < INF) & ~(self.value == -INF)
        self.inside = finite & self._same()
        falls = self.change <= _ENOUGH * self.predicted + self.slack
        lower = self.predicted < self.slack
        self.good = self.first & finite | ~self.first & self.inside & falls & lower

    def _same(self) -> Truth:
        """Tell whether no denominator, radicand or argument of a logarithm has changed its sign."""
        here = self.here.component
        return self.first | ~self.first if here is None else here == self.w["component"]

    def move(self) -> Move:
        w, here, stall = self.w, self.here, self.w["stall"]
        idle = -self.change <= self.slack
        counted = select(idle, stall + 1.0, larger(stall - 1.0, 0.0))
        stall = select(self.good & ~self.first, counted, stall)
        component = w["component"]
        if here.component is not None:
            component = select(self.first, here.component, component)
        x = chosen(self.good, here.x, w.all("x"))
        g = chosen(self.good, here.gradient, self.g)
        h = chosen(self.good, self.hessian, w.all("h"))
        f, radius = select(self.good, self.value, self.f), self._radius()
        way = _lowest(w, x, g, h, radius)
        rows = {
            "g": g,
            "h": h,
            "way": way,
            "f": [f],
            "component": [component],
            "radius": [radius],
            "stall": [stall],
        }
        return Move(self.good, self._stuck(stall), rows, leaves=_leaves(g, h, f, way))

    def _radius(self) -> Number:
        """Give the radius after a step: f that is lost in rounding tells nothing against it."""
        radius = self.w["radius"]
        fall = self.change - self.slack
        poor = ~(self.good & (fall <= _POOR * self.predicted))
        fine = self.good & (self.change <= _GOOD * self.predicted)
        border = self.length >= _AT_BORDER * radius
        wide = smaller(_LARGEST, larger(radius, _GROWTH * self.length))
        grown = select(fine & (border | self.clipped), wide, radius)
        following = select(poor, _SHRINK * smaller(radius, self.length), grown)
        return select(self.first, radius, following)

    def _clipped(self) -> Truth:
        """Tell whether the step has come to a bound."""
        none = self.length < 0.0
        sides = zip(self.here.x, self.way, self.w.all("lower"), self.w.all("upper"))  # noqa: B905
        came = [((x <= low) | (x >= high)) & (abs(s) > 0.0) for x, s, low, high in sides]
        return reduce(or_, came, none)

    def _stuck(self, stall: Number) -> Truth:
        """Tell whether no step can lower f by more than its rounding.

        One that was kept inside bounds may lead upwards, and a shorter one not.
        """
        still = ~(self.length > 0.0)
        nothing = abs(self.predicted) <= self.slack
        unresolved = still | ~self.good & ~self.clipped & nothing
        return ~self.first & unresolved | (stall > _PATIENCE)
