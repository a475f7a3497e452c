"""Whether f has a minimum beside a point, or only goes on falling.

f itself cannot tell: one Newton step divides what is left of it by about e both where it decays
for ever and at a minimum of high order. How the steps shrink does: towards a minimum of order p
each is (p - 2)/(p - 1) of the last, along an exponential they stay as long, along a power of x
they grow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import mpmath
from mpmath import mpf

from .functions import Number
from .landscape import Landscape, Shape, combined, origin
from .linear import Vector, conjugate, dot, largest, length, quotient
from .program import TooMuchError

_DIGITS = 60
_MORE = 4  # times the digits: with as many it is seen whether what is left goes on to vanish
_LEVELS = (
    _DIGITS,
    240,
    960,
)  # digits: one after the other, until curvatures are more than rounding
_TWICE = 2  # times the digits: a step as short as that many is no step
_SEEN = mpf("0.8")  # of the digits: smaller curvatures are rounding
_TEN, _MARGIN = mpf("2.3"), 20  # logarithm of 10; digits: exponentials are seen with so many more
_SETTLING = 7  # steps: towards the floor of a valley
_WHOLE = mpf(1)  # of a step
_LONG = mpf("0.1")  # ways: a longer step leads elsewhere
_CHECKING = 24  # steps: after these a fall that only rounding left has vanished
_LEFT = mpf("0.01")  # share of a fall: less of it left shows that it vanishes
_BLOCK, _BLOCKS = 4, 10  # steps in a block, and blocks
_TURNING = mpf("0.64")  # squared cosine of two opposite steps: half as long they do not alternate
_LEVEL = mpf("1e-9")  # share: steps that shrink by less do not shrink
_HOMING = mpf("0.85")  # `kappa`: the prediction of what is left shrinks by the way made
_FAR_BLOCKS = (10, 100, 1000)  # blocks of steps: f is asked again so far along the way
_THREE = 3  # blocks in a row that do not shrink


class Ahead(Enum):
    """What lies ahead of Newton steps."""

    MINIMUM = "a stationary point to which they shrink"
    FALLING = "no minimum: they do not shrink"
    DEEP = "a stationary point, unless exponentials that are deeper than the digits count"
    UNDECIDED = "what no digits told"


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes
    ----------
    ahead : Ahead
        What lies ahead.
    point : list of mpf
        Scaled coordinates of the stationary point, or of where the steps were followed to.
    direction : list of mpf
        The last step.
    error : mpf
        How far, in ways, the point may be off.
    concave : bool
        Whether f falls because it curves down, as beside a saddle.
    """

    ahead: Ahead
    point: Vector
    direction: Vector
    error: Number
    concave: bool = False


@dataclass(frozen=True)
class _Step:
    """One Newton step, split into conjugate directions."""

    directions: list[Vector]
    curvatures: Vector
    slopes: Vector
    shares: Vector

    @classmethod
    def at(cls, shape: Shape) -> _Step:
        directions, curvatures = conjugate(shape.hessian)
        slopes = [dot(d, shape.slopes) for d in directions]
        shares = [
            quotient(-slope, abs(c)) if c else mpf(0)
            for slope, c in zip(slopes, curvatures, strict=True)
        ]
        return cls(directions, curvatures, slopes, shares)

    def lengths(self) -> Vector:
        """Give the length along each direction, in ways."""
        return [
            abs(share) * largest(d) for share, d in zip(self.shares, self.directions, strict=True)
        ]

    def along(self, kept: list[bool], factor: Number) -> Vector:
        """Give the part of the step in some of the directions."""
        shares = [factor * s if keep else mpf(0) for s, keep in zip(self.shares, kept, strict=True)]
        return combined([mpf(0)] * len(self.directions), shares, self.directions)

    def upright(self) -> list[bool]:
        """Tell which directions curve up, with a minimum close by."""
        return [
            c > 0 and size < _LONG for c, size in zip(self.curvatures, self.lengths(), strict=True)
        ]

    def open(self) -> list[bool]:
        """Tell which directions have more curvature than rounding leaves, but no minimum nearby."""
        least = self.rounding()
        return [
            abs(c) > least and not upright
            for c, upright in zip(self.curvatures, self.upright(), strict=True)
        ]

    def rounding(self) -> Number:
        """Give the curvature that rounding leaves of the largest."""
        return mpf(10) ** -mpf(_SEEN * mpmath.mp.dps) * largest(self.curvatures)

    def falls(self) -> Vector:
        """Give how far f falls within one way along each direction that is open, to first order."""
        along = zip(self.slopes, self.shares, self.lengths(), self.open(), strict=True)
        return [
            abs(slope * share / size) * min(size, mpf(1)) if open_ and size else mpf(0)
            for slope, share, size, open_ in along
        ]

    def fall(self) -> Number:
        """Give the farthest of these falls."""
        return max(self.falls(), default=mpf(0))


def ahead(landscape: Landscape) -> Found:
    """Tell what lies ahead of a point.

    Parameters
    ----------
    landscape : Landscape
        f around the end of a run, in units of its way.

    Returns
    -------
    Found

    Examples
    --------
    >>> import sympy
    >>> from symgd.precise.program import Precise
    >>> x = sympy.Symbol("x", real=True)
    >>> def beside(f, at):
    ...     program = Precise([f, f.diff(x)], [f.diff(x, 2)], [x])
    ...     return ahead(Landscape(program, (at,), (1.0,), (0,))).ahead.name
    >>> beside(sympy.exp(-x), 30.0), beside(x**4, 1e-9), beside(1 / x, 1e50)
    ('FALLING', 'MINIMUM', 'FALLING')
    """
    with mpmath.workdps(_DIGITS):
        try:
            return _ahead(landscape)
        except (_UndefinedError, TooMuchError):
            start = origin(landscape)
            return Found(Ahead.UNDECIDED, start, start, mpf("inf"))


def endless(landscape: Landscape) -> Found:
    """Tell where full Newton steps lead, however long they are.

    `ahead` looks as far as a run came; this looks as far as the steps go. FALLING: they lead to
    no stationary point at all.

    Parameters
    ----------
    landscape : Landscape
        f around the end of a run.

    Returns
    -------
    Found

    Examples
    --------
    >>> import sympy
    >>> from symgd.precise.program import Precise
    >>> x = sympy.Symbol("x", real=True)
    >>> def far_from(f, at):
    ...     program = Precise([f, f.diff(x)], [f.diff(x, 2)], [x])
    ...     return endless(Landscape(program, (at,), (1.0,), (0,))).ahead.name
    >>> far_from(sympy.exp(-x), 3.0), far_from(x**2, 1e9), far_from(x**10, 1e3)
    ('FALLING', 'MINIMUM', 'MINIMUM')
    """
    with mpmath.workdps(_MORE * _DIGITS):
        start = origin(landscape)
        try:
            found = _followed(landscape, start)
            if found.ahead is not Ahead.FALLING or _falls_on(landscape, start, found):
                return found
        except _UndefinedError:
            pass
        return Found(Ahead.UNDECIDED, start, start, mpf("inf"))


def _falls_on(landscape: Landscape, start: Vector, found: Found) -> bool:
    """Tell whether f goes on falling far beyond where steps were followed to."""
    point, value = found.point, landscape.value(found.point)
    falls = bool(value < landscape.value(start))
    for far in _FAR_BLOCKS:
        there = _settled(landscape, combined(point, [mpf(far)], [found.direction]), _SETTLING)
        last, value = value, landscape.value(there)
        falls = falls and bool(value < last)
    return falls


def _open(point: Vector, step: _Step) -> Found:
    """Tell that f falls in directions in which no minimum is close."""
    away = step.open()
    falls = step.falls()
    concave = step.curvatures[falls.index(max(falls))] < 0
    return Found(Ahead.FALLING, point, step.along(away, _WHOLE), mpf(1), concave)


class _UndefinedError(ArithmeticError):
    """A step led to where f is undefined."""


def _ahead(landscape: Landscape) -> Found:
    """Look with more and more digits until that tells the same twice, or there is a minimum."""
    point, last = origin(landscape), None
    for digits in _LEVELS:
        with mpmath.workdps(digits):
            point = _settled(landscape, point, _SETTLING)
            step = _step(landscape, point)
            clear, deepest = _clear(step), landscape.deepest(point)
            seen = deepest < _TEN * (digits - _MARGIN)
            if not (clear and seen) and digits < _LEVELS[-1]:
                continue
            found = _towards(landscape, point, step, clear)
        if found.ahead is (Ahead.MINIMUM if seen else last):
            break
        last = found.ahead
    if found.ahead is Ahead.MINIMUM and not seen:
        return replace(found, ahead=Ahead.DEEP)
    return found


def _clear(step: _Step) -> bool:
    """Tell whether all curvatures are more than what rounding leaves of the largest."""
    return all(abs(c) > step.rounding() for c in step.curvatures)


def _towards(landscape: Landscape, point: Vector, step: _Step, clear: bool) -> Found:
    """Follow the steps, unless f falls on in directions in which no minimum is close."""
    fall = step.fall()
    if not fall:
        return _followed(landscape, point, closed=not clear)
    with mpmath.workdps(_MORE * mpmath.mp.dps):
        deep = _settled(landscape, point, _CHECKING)
        if _step(landscape, deep).fall() > _LEFT * fall:
            return _open(deep, step)
        return _level(landscape, deep)


def _level(landscape: Landscape, point: Vector) -> Found:
    """Follow the steps in the directions in which f curves up, where it is level in others."""
    return _followed(landscape, point, closed=True)


def _settled(landscape: Landscape, point: Vector, steps: int) -> Vector:
    """Go to the floor of the valley by Newton steps in the directions that curve up."""
    for _ in range(steps):
        step = _step(landscape, point)
        move = step.along(step.upright(), _WHOLE)
        if largest(move) <= mpf(10) ** (2 - mpmath.mp.dps) * (1 + largest(point)):
            break
        point = _sum(point, move)
    return point


def _followed(landscape: Landscape, start: Vector, closed: bool = False) -> Found:
    """Follow full Newton steps, block by block; `closed`, only where f curves up."""
    point, last, factor = start, None, mpf(1)
    rests: list[tuple[Number, Vector]] = []  # what is left of the way, as each block predicts it
    before, growing, way = None, 0, mpf(0)
    target = mpf(10) ** -mpf(45 * mpmath.mp.dps / _DIGITS)
    for _ in range(_BLOCKS):
        begin = point
        for _ in range(_BLOCK):
            step = _step(landscape, point)
            kept = step.upright() if closed else [True] * len(landscape)
            move = step.along(kept, factor)
            if largest(move) <= target * (1 + largest(point)):
                return _arrived(landscape, point, move, closed)
            if last is not None and _turning(move, last):
                factor /= 2
                move = [m / 2 for m in move]
            point, last = _sum(point, move), move
        way = length(_difference(point, begin))
        if before is not None:
            growing = growing + 1 if way >= before * (1 - _LEVEL) else 0
            if growing >= _THREE:
                return Found(Ahead.FALLING, point, _difference(point, begin), mpf(1))
            rests.append((way / before, _difference(point, begin)))
        before = way
    return _judged(point, rests)


def _turning(move: Vector, last: Vector) -> bool:
    cosine = dot(move, last)  # times both lengths
    return bool(cosine < 0 and cosine**2 > _TURNING * dot(move, move) * dot(last, last))


def _arrived(landscape: Landscape, point: Vector, move: Vector, closed: bool) -> Found:
    """Tell a stationary point from where a step is short only because f has all but vanished.

    Digits that show a step that short do in most cases; they take a third of the time of twice
    as many.
    """
    least, deep = _TWICE * mpmath.mp.dps, point
    for digits in (least + _MARGIN, _MORE * mpmath.mp.dps):
        with mpmath.workdps(digits):
            deep = _settled(landscape, deep, 4)
            step = _step(landscape, deep)
            kept = step.upright() if closed else [True] * len(landscape)
            left = largest(step.along(kept, _WHOLE))
            if left <= mpf(10) ** -least * (1 + largest(deep)):
                return Found(Ahead.MINIMUM, deep, move, left)
    return Found(Ahead.UNDECIDED, point, move, left)


def _judged(point: Vector, rests: list[tuple[Number, Vector]]) -> Found:
    """Judge steps that kept shrinking, but not to nothing, by how they do."""
    ratio, move = rests[-1]
    if ratio >= 1 - _LEVEL:
        return Found(Ahead.FALLING, point, move, mpf(1))
    rest = length(move) / (1 - ratio)
    earlier, previous = rests[-2]
    if earlier >= 1 - _LEVEL:
        return Found(Ahead.UNDECIDED, point, move, rest)
    kappa = (length(previous) / (1 - earlier) - rest) / length(move)
    if kappa >= _HOMING:
        there = combined(point, [ratio / (1 - ratio)], [move])
        before = combined(_difference(point, move), [earlier / (1 - earlier)], [previous])
        return Found(Ahead.MINIMUM, there, move, length(_difference(there, before)))
    return Found(Ahead.FALLING, point, move, mpf(1))  # of infinite order, as only at a pole


def _step(landscape: Landscape, point: Vector) -> _Step:
    shape = landscape.step(point)
    if not shape.finite:
        raise _UndefinedError
    return _Step.at(shape)


def _sum(a: Vector, b: Vector) -> Vector:
    return [x + y for x, y in zip(a, b, strict=True)]


def _difference(a: Vector, b: Vector) -> Vector:
    return [x - y for x, y in zip(a, b, strict=True)]
