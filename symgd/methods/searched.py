"""Methods that search along a line, and choose the next line at the point that they find there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..arrays import Array
from ..engine.numbers.lane import INF, Number, State, chosen, dot, larger, root, select, smaller
from .base import Adaptive, Move, Point
from .bounded import free, only

if TYPE_CHECKING:
    from ..engine.numbers.intrinsics import Truth

FIRST_STEP = 1e-2  # length of the first try, as a share of the searched region
_SLACK = 4 * 2.0**-52  # rounding of f that a step allows for, relative to f
_FALL, _FLATTER = 1e-4, 0.9  # Wolfe's two conditions
_LEAST, _MOST = 0.1, 0.9  # share of an interval at which the next try lies
_OUT = 0.1  # of the way out of the domain or across a pole, where the next try lies
_NEARER, _FARTHER = 1.0, 9.0  # times the last way that a try goes farther
_TRIES = 12.0  # of a line: then any point is taken at which f has fallen
_MOST_TRIES = 200.0  # of a line: halving has come to rounding long before
_DOWN = 1e-14  # cosine of the angle between a line and the gradient, at least
_PATIENCE = 20.0  # accepted steps, more than others, that gain nothing beyond rounding
_BEYOND = 1 + 2.0**-50  # times the way to a bound: a step has to end on it


@dataclass(frozen=True)
class Searched(Adaptive):
    """A method whose directions come from changes of the gradient.

    Along each it looks for a point where f falls enough, and its slope is flatter, by Wolfe's
    conditions: a try at which f has not fallen ends the interval, one that is too steep begins
    it, and cubic interpolation gives the next. A bound that a variable has come to is left out of
    the direction while the gradient points outside.
    """

    asks: ClassVar[frozenset[str]] = frozenset({"value", "gradient", "guards"})

    @abstractmethod
    def memory(self, n_vars: int) -> dict[str, int]:
        """Name what is remembered of changes of the gradient."""

    @abstractmethod
    def learn(self, w: State, way: Sequence[Number], change: Sequence[Number]) -> Learnt:
        """Tell what is remembered after a step, and its change of the gradient."""

    @abstractmethod
    def times(
        self,
        memory: Mapping[str, Sequence[Number]],
        gradient: Sequence[Number],
        moving: Sequence[Truth],
    ) -> Sequence[Number]:
        """Multiply a gradient by the inverse Hessian, as far as that is known."""

    def rows(self, n_vars: int) -> dict[str, int]:
        """Name where the lane is, its line, the interval on it, and what changes have shown."""
        line = ("t", "low", "high", "f low", "slope low", "tries", "pairs")
        memory = {**dict.fromkeys(line, 1), **self.memory(n_vars)}
        return {"g": n_vars, "f": 1, "component": 1, "stall": 1, "d": n_vars, **memory}

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name the length of the first step."""
        return {"scale": 1}

    def kept(self, n_vars: int) -> tuple[str, ...]:
        """Name what changes of the gradient have shown."""
        return ("pairs", *self.memory(n_vars))

    def begin(self, width: Array) -> dict[str, Array]:
        """Give the value before the first one, and the length of the first step."""
        return {"f": np.full((1, 1), np.inf), "scale": np.full((1, 1), FIRST_STEP * width.min())}

    def target(self, w: State) -> list[Number]:
        """Go along the line."""
        t = w["t"]
        return [a + t * b for a, b in zip(w.all("x"), w.all("d"), strict=True)]

    def step(self, w: State, here: Point) -> Move:
        """Accept the point if Wolfe's conditions hold, or go on with the search."""
        return _Trial(self, w, here).move()


@dataclass(frozen=True)
class Learnt:
    """What a step and its change of the gradient have shown.

    Attributes
    ----------
    good : Truth
        Whether they show a curvature that is positive.
    memory : mapping of str to sequence of Number
        What is remembered then.
    """

    good: Truth
    memory: Mapping[str, Sequence[Number]]


class _Trial:
    """A try along a line, whether it is taken, and what follows from it."""

    def __init__(self, method: Searched, w: State, here: Point) -> None:
        assert here.value is not None
        self.method, self.w, self.here, self.value = method, w, here, here.value
        self.x, self.g, self.d, self.f = w.all("x"), w.all("g"), w.all("d"), w["f"]
        self.first = w["nfev"] == 0.0
        self.t, self.low, self.high, self.tries = w["t"], w["low"], w["high"], w["tries"]
        self.way = [b - a for a, b in zip(self.x, here.x, strict=True)]
        self.slope, self.ahead = dot(self.g, self.way), dot(here.gradient, self.way)
        self.change = self.value - self.f
        self.slack = select(self.first, 0.0, _SLACK * abs(self.f))
        self.border = self._border()
        self.bent = self.t > self.border
        finite = here.usable & (self.value < INF) & ~(self.value == -INF)
        self.inside = finite & self._same()
        self.falls = self.inside & (self.change <= _FALL * self.slope + self.slack)
        self.falls = self.falls & (self.slope < 0.0)
        self.flat = (self.ahead >= _FLATTER * self.slope) | self.bent | (self.tries >= _TRIES)
        self.good = self.first & finite | ~self.first & self.falls & self.flat

    def _same(self) -> Truth:
        """Tell whether no denominator, radicand or argument of a logarithm has changed its sign."""
        here = self.here.component
        return self.first | ~self.first if here is None else here == self.w["component"]

    def _border(self) -> Number:
        """Give how far the line goes until it comes to a bound."""
        w, nearest = self.w, INF + 0.0 * self.t
        sides = zip(self.x, self.d, w.all("lower"), w.all("upper"))  # noqa: B905 - or none
        for x, d, low, high in sides:
            room = select(d < 0.0, low - x, high - x) / d
            nearest = select(d == 0.0, nearest, smaller(nearest, room))
        return nearest * _BEYOND

    def move(self) -> Move:
        w, here, good = self.w, self.here, self.good
        idle = -self.change <= self.slack
        counted = select(idle, w["stall"] + 1.0, larger(w["stall"] - 1.0, 0.0))
        stall = select(good & ~self.first, counted, w["stall"])
        component = w["component"]
        if here.component is not None:
            component = select(self.first, here.component, component)
        line, lost = self._line()
        rows = {
            "g": chosen(good, here.gradient, self.g),
            "f": [select(good, self.value, self.f)],
            "component": [component],
            "stall": [stall],
            **line,
        }
        return Move(good, lost & ~self.first | (stall > _PATIENCE), rows)

    def _line(self) -> tuple[dict[str, Sequence[Number]], Truth]:
        """Give the next line, or the next try on this one, and whether there is none."""
        w, good, failed = self.w, self.good, self._failed()
        memory, pairs, learnt = self._memory(failed)
        here = chosen(good, self.here.x, self.x)
        gradient = chosen(good, self.here.gradient, self.g)
        moving = free(w, here, gradient)
        held = only(moving, gradient)
        ahead = [-a for a in self.method.times(memory, held, moving)]
        size = root(dot(held, held))
        down = dot(held, ahead) < -_DOWN * size * root(dot(ahead, ahead))
        known = (pairs > 0.0) & down
        direction = [select(known, a, -b) for a, b in zip(ahead, held, strict=True)]
        farther = good & ~self.first & ~learnt
        steepest = reduce(larger, [abs(a) for a in held])
        begin = select(known, 1.0, select(farther, 2.0 * self.t, w["scale"] / steepest))
        new: dict[str, Number | float] = {
            "t": begin,
            "low": 0.0,
            "high": INF,
            "f low": select(good, self.value, self.f),
            "slope low": dot(held, direction),
            "tries": 0.0,
        }
        fresh, search = good | failed, self._search()
        line = {name: [select(fresh, new[name], value)] for name, value in search.items()}
        line["d"] = chosen(fresh, direction, self.d)
        line["pairs"] = [select(known, pairs, 0.0)]
        return {**line, **memory}, failed & (w["pairs"] == 0.0)

    def _memory(self, failed: Truth) -> tuple[dict[str, Sequence[Number]], Number, Truth]:
        """Give what changes of the gradient have shown, how many, and whether this one has."""
        w, names = self.w, self.method.memory(len(self.x))
        change = [b - a for a, b in zip(self.g, self.here.gradient, strict=True)]
        learnt = self.method.learn(w, self.way, change)
        new = self.good & ~self.first & learnt.good
        memory: dict[str, Sequence[Number]] = {
            name: chosen(new, learnt.memory[name], w.all(name)) for name in names
        }
        pairs = select(new, w["pairs"] + 1.0, w["pairs"])
        return memory, select(failed, 0.0, pairs), learnt.good

    def _failed(self) -> Truth:
        """Tell whether no try on this line can lower f by more than its rounding."""
        still = ~(reduce(larger, [abs(a) for a in self.way]) > 0.0)
        unresolved = ~self.falls & (-self.slope <= self.slack)
        return ~self.first & ~self.good & (still | unresolved | (self.tries >= _MOST_TRIES))

    def _search(self) -> dict[str, Number]:
        """Give the next try, the interval it lies in, and f and its slope where that begins."""
        w, t, low, high = self.w, self.t, self.low, self.high
        slope = self.ahead / t
        width = t - low
        back = low + width * select(self.inside, self._cubic(width, slope), _OUT)
        back = select(self.bent, smaller(back, self.border), back)
        secant = slope / (w["slope low"] - slope)
        secant = select(secant > 0.0, secant, INF)
        farther = t + width * larger(_NEARER, smaller(_FARTHER, secant))
        farther = select(high < INF, 0.5 * (t + high), farther)
        return {
            "t": select(self.falls, farther, back),
            "low": select(self.falls, t, low),
            "high": select(self.falls, high, t),
            "f low": select(self.falls, self.value, w["f low"]),
            "slope low": select(self.falls, slope, w["slope low"]),
            "tries": self.tries + 1.0,
        }

    def _cubic(self, width: Number, slope: Number) -> Number:
        """Give where the cubic is lowest that has f and its slopes at both ends, as a share."""
        before = self.w["slope low"]
        middle = before + slope - 3.0 * (self.value - self.w["f low"]) / width
        spread = root(larger(0.0, middle * middle - before * slope))
        share = 1.0 - (slope + spread - middle) / (slope - before + 2.0 * spread)
        return larger(_LEAST, smaller(_MOST, share))  # not nan, whatever share is
