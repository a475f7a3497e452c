"""The automatic step: each one is tried, and taken if f falls."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

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
    size,
    smaller,
)
from .base import Adaptive, Move, Point

FIRST_STEP = 1e-3  # length of the first try, as a share of the searched region
_SLACK = 4 * 2.0**-52  # rounding of f that a step allows for, relative to f
_SLOPE_SLACK = 1e-14  # rounding of the slopes along a step, relative to them
_ARMIJO = 1e-4  # share of the predicted fall that a step has to bring
_SHORT = 0.1  # of the first step's length: shorter steps over the tip of a cone are not too long
_SAFETY = 0.9  # share of a length at which a test would just fail
_LEAST, _MOST = 0.2, 100.0  # what a good step may make of the length of the next
_GROWTH = 4.0  # the same at most, where f curves downwards
_SHORTEST, _SHORTER = 0.1, 0.5  # what a refused one may make of it
_LONGEST = 1.7e308  # an infinite length would never shrink
_DOUBLING = 0.5  # way from a maximum that a faithful step may add, as a share
_STRAIGHT = 1e-3  # change of the slope along a step, as a share, that bends nothing
_NEXT_TO_NOTHING = 1e-3  # of the first step's length: nothing hides within such a step
_TINY = 1e-290  # square of a step below which rounding takes it all
_VANISHED = 1e-300  # size of a gradient that has lost its digits
_PATIENCE = 20.0  # accepted steps, more than others, that gain nothing beyond rounding


@dataclass(frozen=True)
class Evenness:
    """By what share of the predicted fall the trapezoid rule may miss the true one.

    Attributes
    ----------
    error : float
        Anywhere.
    convex : float
        Where f is convex, as far as a step shows.
    """

    error: float
    convex: float


@dataclass(frozen=True)
class Automatic(Adaptive):
    r"""Gradient descent that chooses its own step, :math:`x_{k+1} = x_k - t_k \nabla f(x_k)`.

    It goes where gradient descent of small steps would go: into the basin in which it began, and
    never across a pole or out of the part of the domain where it is. A step is taken if

    - f falls by Armijo's rule, which allows for the rounding of f, else a run at the rounding
      floor would never stop;
    - the trapezoid rule over the slopes at its two ends gives the change of f. It is exact for a
      quadratic function, so it costs nothing near a minimum, and what lies between the ends, a
      hill or a pole or another basin, spoils it. Across a kink the change has to lie between
      what the two slopes predict;
    - no denominator, radicand or argument of a logarithm has changed its sign.

    Steps that were taken set the next length by the two formulas of Barzilai and Borwein in turn,
    limited by the error of the trapezoid rule; where f curves downwards, to the length at which a
    quadratic maximum is left twice as far behind. A refused one is shortened by a parabola, or by
    that error. The first evaluation is a step of length zero from a value of infinity.

    References
    ----------
    J. Barzilai and J. M. Borwein, "Two-Point Step Size Gradient Methods", IMA Journal of
    Numerical Analysis 8, 141-148 (1988), doi:10.1093/imanum/8.1.141.

    L. Armijo, "Minimization of functions having Lipschitz continuous first partial
    derivatives", Pacific Journal of Mathematics 16, 1-3 (1966), doi:10.2140/pjm.1966.16.1.

    Examples
    --------
    >>> import symgd
    >>> symgd.minimize("(x - 1)**2", x0=5.0, method="automatic").settings.method
    'automatic'
    """

    name: ClassVar[str] = "automatic"
    asks: ClassVar[frozenset[str]] = frozenset({"value", "gradient", "guards"})
    even: ClassVar[Evenness] = Evenness(error=0.1, convex=0.25)

    def rows(self, n_vars: int) -> dict[str, int]:
        """Name the gradient, f, where the lane is, the next length, and how many gained nothing."""
        return {"g": n_vars, "f": 1, "component": 1, "piece": 1, "t": 1, "stall": 1}

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name the length of the first step."""
        return {"scale": 1}

    def kept(self, n_vars: int) -> tuple[str, ...]:
        """Name the length of the next step: a run that goes on does not begin with the first."""
        return ("t",)

    def begin(self, width: Array) -> dict[str, Array]:
        """Give the value before the first one, and the length of the first step."""
        return {"f": np.full((1, 1), np.inf), "scale": np.full((1, 1), FIRST_STEP * width.min())}

    def target(self, w: State) -> list[Number]:
        """Go against the gradient."""
        t = w["t"]
        return [a - t * b for a, b in zip(w.all("x"), w.all("g"), strict=True)]

    def step(self, w: State, here: Point) -> Move:
        """Accept the step if f falls enough, and choose the length of the next."""
        return _Trial(w, here, self.even).move()


class _Trial:
    """A tried step, whether it is good, and what follows from it."""

    def __init__(self, w: State, here: Point, limits: Evenness) -> None:
        assert here.value is not None
        self.w, self.here, self.value, self.limits = w, here, here.value, limits
        self.f, self.g = w["f"], w.all("g")
        self.way = [b - a for a, b in zip(w.all("x"), here.x, strict=True)]
        self.slope, self.ahead = dot(self.g, self.way), dot(here.gradient, self.way)
        self.change = self.value - self.f
        self.first = w["nfev"] == 0.0
        self.slack = select(self.first, 0.0, _SLACK * abs(self.f))
        self.finite = here.usable & (self.value < INF)
        self.falls = self.change <= _ARMIJO * self.slope + self.slack
        self.uneven = self._unevenness()
        self.smooth = self._same("piece")
        self.inside = self.finite & self._same("component")
        self.even = self._is_even()
        self.good = self.first & self.finite | self.inside & self.falls & self.even
        self.good = self.good & ~(self.value == -INF)

    def _unevenness(self) -> Number:
        """Give what the trapezoid rule misses, relative to the fall that the slope predicts."""
        inverse = 1.0 / abs(self.slope)
        ratio = self.ahead * inverse
        miss = abs(self.change * inverse + 0.5 - 0.5 * ratio)
        rounding = 3.0 * self.slack * inverse + _SLOPE_SLACK * (1.0 + abs(ratio))
        return larger(miss - rounding, 0.0)

    def _is_even(self) -> Truth:
        """Tell whether the two ends tell all that lies between them.

        Where the slope only rises, as that of a convex f does, more error is allowed. Across a
        kink the change of f has to lie between what the two slopes predict; over a jump it does
        not. A step next to nothing, as over the tip of a cone or off a jump, skips nothing.
        """
        rounding = self.slack + _SLOPE_SLACK * (abs(self.slope) + abs(self.ahead))
        high, low = self.change - rounding, self.change + rounding
        rises = (self.slope <= low) & (high <= self.ahead)
        drops = (self.ahead <= low) & (high <= self.slope)
        short = reduce(larger, [abs(a) for a in self.way]) <= _SHORT * self.w["scale"]
        even = (self.uneven <= self.limits.error) | rises & (self.uneven <= self.limits.convex)
        return even | rises & short | ~self.smooth & (rises | drops | short)

    def _same(self, name: str) -> Truth:
        """Tell whether a number of `expression.guards` is what it was."""
        here = getattr(self.here, name)
        return self.first | ~self.first if here is None else here == self.w[name]

    def move(self) -> Move:
        t, stall, here = self.w["t"], self.w["stall"], self.here
        idle = -self.change <= self.slack
        counted = select(idle, stall + 1.0, larger(stall - 1.0, 0.0))
        stall = select(self.good, counted, stall)
        component, piece = self.w["component"], self.w["piece"]
        if here.component is not None:
            component = select(self.first, here.component, component)
        if here.piece is not None:
            piece = select(self.good, here.piece, piece)
        rows = {
            "g": chosen(self.good, here.gradient, self.g),
            "f": [select(self.good, self.value, self.f)],
            "component": [component],
            "piece": [piece],
            "t": [select(self.good, self._longer(t), self._shorter(t))],
            "stall": [stall],
        }
        return Move(self.good, self._stuck(stall), rows)

    def _longer(self, t: Number) -> Number:
        """Give the length after a good step.

        Changes of the gradient are taken in units of its size: their squares would underflow.
        """
        here = self.here
        inverse = 1.0 / here.free
        pairs = zip(here.gradient, self.g, strict=True)
        change = [(a - b) * inverse for a, b in pairs]
        curved, square = dot(self.way, change), dot(self.way, self.way)
        nit = self.w["nit"]
        first = ((nit // 2.0) * 2.0 == nit) | ~(curved > 0.0)  # of the two formulas
        over = select(first, square, curved)
        spectral = over / select(first, abs(curved), dot(change, change)) * inverse
        growth = larger(_SAFETY * root(self.limits.error / self.uneven), _LEAST)
        growth = select(self.uneven > self.limits.error, _MOST, growth)
        upwards = smaller(smaller(growth, _MOST) * t, spectral)
        downwards = smaller(growth, _GROWTH) * t
        left = select(square > _TINY, spectral, INF)
        length = select(curved > 0.0, upwards, smaller(downwards, left))
        begin = select(t > 0.0, t, self.w["scale"] * inverse)
        length = select(self.first, begin, length)
        return self._short_of_ripples(length)

    def _short_of_ripples(self, length: Number) -> Number:
        """Keep a faithful step from leaving a maximum too far behind."""
        bend = self.here.bend
        if bend is None:
            return length
        square = dot(self.here.gradient, self.here.gradient)
        return select(bend < 0.0, smaller(length, _DOUBLING * square / -bend), length)

    def _shorter(self, t: Number) -> Number:
        """Give the length after a bad step.

        Of a parabola it is the lowest point, and the error of the trapezoid rule grows as the
        square of the length; a step out of the domain tells nothing but that it was too long.
        """
        t = smaller(t, _LONGEST)
        parabola = 0.5 * self.slope / (self.slope - self.change)
        share = select(self.falls, _SAFETY * root(self.limits.error / self.uneven), parabola)
        share = larger(_SHORTEST, smaller(_SHORTER, share))  # not nan, whatever share is
        return select(self.inside, share, _SHORTEST) * t

    def _stuck(self, stall: Number) -> Truth:
        """Tell whether no step can lower f by more than its rounding.

        Rounding is also what keeps f from following its slope along a short step on which that
        hardly changes: terms may cancel, so that f itself does not show how large it is.
        """
        length = size(self.way)
        straight = abs(self.ahead - self.slope) <= _STRAIGHT * abs(self.slope)
        short = length <= _NEXT_TO_NOTHING * self.w["scale"]
        noisy = self.inside & self.smooth & straight & short
        still = ~(length > 0.0)
        unresolved = still | (~self.good & ((-self.slope <= self.slack) | noisy))
        vanished = self.good & (self.here.free < _VANISHED)
        return (~self.first & unresolved) | vanished | (stall > _PATIENCE)
