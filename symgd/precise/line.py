"""f down the straight line of steepest descent, with many digits: where it turns, or has no end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import mpmath
from mpmath import mpf

from .functions import Number, finite
from .landscape import Landscape, origin
from .linear import Vector, dot, largest
from .program import TooMuchError

_LINE_DIGITS = 120
_NEAREST_STEP = mpf(10) ** -17  # ways: the first step down the line
_DECADES = 12  # steps: each is ten times the last one; what is farther off is another point
_CUTS = 100  # halvings: of the step in which f turns
_TOWARDS_END = tuple(range(10, 61, 10))  # halvings: of the way to the end, where f is asked
_STEADILY = mpf("0.9")  # share of the fall before: as much and more shows that f has no limit
_GAP = mpf(10) ** -6  # share of the last fall: f differs by no more on both sides of a kink


class Line(Enum):
    """What f does down a line."""

    FALLS = "it falls as far as it is followed, to other points"
    TURNS = "it falls to a point, is continuous there, and rises behind it"
    BOTTOMLESS = "it falls without end towards a point"
    UNKNOWN = "it cannot be told"


@dataclass(frozen=True)
class End:
    """Where f turns on a line.

    Attributes
    ----------
    what : Line
        What it does there.
    point : tuple of float
        Where; empty if that is not known.
    """

    what: Line
    point: tuple[float, ...] = ()


def down_the_line(landscape: Landscape) -> End:
    """Follow f from a point straight against its gradient.

    Parameters
    ----------
    landscape : Landscape
        f around the point.

    Returns
    -------
    End

    Examples
    --------
    >>> import sympy
    >>> from symgd.precise.program import Precise
    >>> x = sympy.Symbol("x", real=True)
    >>> for f in (sympy.log(sympy.log(1 + x**2)), x**2 + x**3, x):
    ...     program = Precise.of(f, [x], [])
    ...     print(down_the_line(Landscape(program, (1e-9,), (1.0,), (0,))).what.name)
    BOTTOMLESS
    TURNS
    FALLS
    """
    try:
        with mpmath.workdps(_LINE_DIGITS):
            return _end(_Way(landscape))
    except (TooMuchError, ZeroDivisionError):
        return End(Line.UNKNOWN)


class _Way:
    """The line: points on it are told by their distance."""

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape
        slopes = landscape.slopes(origin(landscape))
        steepest = largest(slopes) if all(map(finite, slopes)) else mpf(0)
        self.down: Vector = [-s / steepest for s in slopes] if steepest else []
        self._begun = landscape.value(origin(landscape))

    def at(self, distance: Number) -> Vector:
        return [distance * d for d in self.down]

    def place(self, distance: Number) -> tuple[float, ...]:
        return tuple(map(float, self._landscape.place(self.at(distance))))

    def value(self, distance: Number) -> Number:
        return self._landscape.value(self.at(distance))

    def falls(self, distance: Number) -> bool:
        slopes = self._landscape.slopes(self.at(distance))
        if not all(map(finite, slopes)) or dot(slopes, self.down) >= 0:
            return False
        return bool(self.value(distance) <= self._begun)  # higher behind a pole


def _end(way: _Way) -> End:
    if not way.down:
        return End(Line.UNKNOWN)
    before, behind = mpf(0), _NEAREST_STEP
    for _ in range(_DECADES):
        if not way.falls(behind):
            break
        before, behind = behind, 10 * behind
    else:
        return End(Line.FALLS)
    for _ in range(_CUTS):
        middle = (before + behind) / 2
        before, behind = (middle, behind) if way.falls(middle) else (before, middle)
    return _at_end(way, before, behind)


def _at_end(way: _Way, before: Number, behind: Number) -> End:
    """Tell from the falls of f towards a point, and from f behind it, what it does there."""
    place = way.place(before)
    values = [way.value(before - before / 2**k) for k in _TOWARDS_END]
    last, there = way.value(before), way.value(behind)
    if not all(map(finite, values)):
        return End(Line.UNKNOWN)
    falls = [a - b for a, b in pairwise(values)]
    if falls[0] > 0 and all(b >= _STEADILY * a for a, b in pairwise(falls)):
        return End(Line.BOTTOMLESS, place)
    if finite(last) and finite(there) and abs(there - last) <= _GAP * abs(falls[-1]):
        return End(Line.TURNS, place)
    return End(Line.UNKNOWN)
