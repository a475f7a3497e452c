"""Points beside jumps of f: on which side they are, and whether the lowest value is taken there.

Functions that are constant but for jumps are replaced by numbers of their own. What remains is
smooth across the jumps, so Newton steps lead to its lowest point with as many digits as it takes,
and on this side of the jump, on it, and beyond it differ in nothing but those numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import mpmath
import numpy as np
import sympy
from mpmath import mpf

from ..arrays import Array
from ..expression.calculus import upwards
from ..expression.classes import (
    Equal,
    Floor,
    Less,
    LessEqual,
    Mod,
    NotEqual,
    PiecewiseConstant,
    Round,
    Sign,
    UnitStep,
)
from .functions import Number, finite
from .linear import Vector, dot, largest
from .program import Precise, Work

_DIGITS = 60
_STEPS = 40  # Newton steps: they double the digits, once they are close
_RETURNS = 8  # Newton steps: back to a jump that is next to the point
_SETTLED = mpf(10) ** -45  # share of the region: a step as short is none
_NEARBY = mpf(10) ** -3  # share of the region: a point farther off is another's
_REGION = mpf(1)  # the same, along jumps: runs are held up where they meet one
_ON_JUMP = mpf(10) ** -35  # share of a level's change across the region: closer is on the jump
_SAME = mpf(10) ** -25  # share of f and of its change across the region: two values differ by more
_HELD = 1e-12  # share of the steepest slope: a multiplier that is less holds nothing
_CURVED = 1e-9  # share of the largest curvature: less may be none
_INDEPENDENT = 1e-6  # sine: normals of jumps that lie closer are not told apart
_PARALLEL = 1e-20  # the same: closer ones are of one jump
_WAYS = 64  # directions: in which f is asked where jumps cross
_MOST_JUMPS = 3  # that meet at a point: there are 27 places around it

_BY_SIDE: dict[type, tuple[int | sympy.Rational, ...]] = {
    Sign: (-1, 0, 1),
    UnitStep: (0, sympy.Rational(1, 2), 1),
    Less: (1, 0, 0),
    LessEqual: (1, 1, 0),
    Equal: (0, 1, 0),
    NotEqual: (1, 0, 1),
}  # below 0, at 0, above 0

JUMPING: tuple[type[sympy.Expr], ...] = (Floor, Round, Mod, *_BY_SIDE)

_NUMBER = 0.05  # microseconds: to hand on the number of a jump

States = Mapping[int, int]


class Beside(Enum):
    """What a point beside jumps is."""

    INSIDE = "at a stationary point of its own piece, which the jump does not touch"
    UNATTAINED = "beside a lowest value that f only comes close to: on the jump it is higher"
    LOWER = "beside a jump beyond which f is lower"
    MINIMUM = "at a minimum on the jump"
    OPEN = "at a point on the jump, where f is as low as beside it"


@dataclass(frozen=True)
class Told:
    """What was found of a point beside jumps.

    Attributes
    ----------
    what : Beside
        What it is.
    there : tuple of float
        The point on the jumps; empty without one.
    limit : float
        What f comes close to there from the point's side.
    """

    what: Beside
    there: tuple[float, ...] = ()
    limit: float = np.nan


@dataclass(frozen=True)
class Jumps:
    """The jumps of a formula.

    Attributes
    ----------
    nodes : tuple of sympy.Expr
        The parts of the formula that jump, from the inside outward.
    levels : tuple of sympy.Expr
        Expressions whose sign, or whose fractional part, decides about each.
    smooth : Precise
        f with a number of its own for each, given after the parameters.
    heights : tuple of Precise
        The levels, with numbers for the jumps inside of them.
    """

    nodes: tuple[sympy.Expr, ...]
    levels: tuple[sympy.Expr, ...]
    smooth: Precise
    heights: tuple[Precise, ...]

    @classmethod
    def of(
        cls, expr: sympy.Expr, variables: Sequence[sympy.Symbol], params: Sequence[sympy.Symbol]
    ) -> Jumps:
        """Find the jumps of a formula."""
        expr = _without_remainders(expr)
        nodes = [n for n in upwards([expr]) if isinstance(n, JUMPING) and n.has(*variables)]
        numbers = {n: sympy.Dummy(real=True) for n in nodes}
        levels = tuple(_level(n) for n in nodes)
        names = (*params, *numbers.values())
        frozen = [_level(n.func(*[a.xreplace(numbers) for a in n.args])) for n in nodes]
        heights = tuple(Precise.of(level, variables, names) for level in frozen)
        smooth = Precise.of(expr.xreplace(numbers), variables, names)
        return cls(tuple(nodes), levels, smooth, heights)

    def offset(self, index: int, level: Array) -> Array:
        """Give how far levels are from the nearest jump."""
        kind = self.nodes[index].func
        if kind is Floor:
            return level - np.rint(level)
        if kind is Round:
            return level - 0.5 - np.rint(level - 0.5)
        return level


def has_jumps(expr: sympy.Expr) -> bool:
    """Tell whether a formula has functions that jump."""
    return bool(expr.has(Mod, PiecewiseConstant))


def _without_remainders(expr: sympy.Expr) -> sympy.Expr:
    """Write remainders with the whole numbers that jump in them."""
    return expr.replace(Mod, lambda u, v: u - v * Floor(u / v))


def _level(node: sympy.Expr) -> sympy.Expr:
    return node.args[0] - node.args[1] if len(node.args) > 1 else node.args[0]


def _jumped(kind: type, level: Number, side: int | None) -> Number:
    """Give what a function is at a level, or on a side of the jump next to it, or on that."""
    if kind is Floor:
        whole = mpmath.nint(level)
        return mpmath.floor(level) if side is None else whole - (side < 0)
    if kind is Round:
        low = mpmath.nint(level - mpf(0.5))
        if side is None:
            return mpmath.nint(level)
        return low + (side > 0) if side else mpmath.nint(low + mpf(0.5))
    value = _BY_SIDE[kind][int(mpmath.sign(level) if side is None else side) + 1]
    return mpf(value) if isinstance(value, int) else mpf(0.5)


@dataclass(frozen=True)
class _Place:
    """A formula with jumps around a point, in units of the region."""

    jumps: Jumps
    params: Vector
    width: Vector
    free: list[int]
    states: States
    work: Work

    def inputs(self, x: Vector, states: States) -> Vector:
        """Give the point, the parameters, and what jumps there on given sides."""
        given = [*x, *self.params]
        numbers = [mpf(0)] * len(self.jumps.nodes)
        self.work.spend(_NUMBER * len(numbers) ** 2)
        for i, height in enumerate(self.jumps.heights):
            (level,) = height.value([*given, *numbers], self.work)
            numbers[i] = _jumped(self.jumps.nodes[i].func, level, states.get(i))
        return [*given, *numbers]

    def shape(self, of: Precise, inputs: Vector) -> tuple[Number, Vector, list[Vector]]:
        """Give a value, and slopes and curvatures in the free variables, in units of the region."""
        value, *rest = of.both(inputs, self.work)
        n, free, width = len(self.width), self.free, self.width
        at = {(i, j): rest[n + i * (i + 1) // 2 + j] for i in range(n) for j in range(i + 1)}
        slopes = [rest[i] * width[i] for i in free]
        curves = [[at[max(i, j), min(i, j)] * width[i] * width[j] for j in free] for i in free]
        return value, slopes, curves

    def heights(
        self, x: Vector, states: States, of: Iterable[int]
    ) -> tuple[dict[int, Number], dict[int, Vector], dict[int, list[Vector]]]:
        """Give how far some levels are from their jumps, with slopes and curvatures."""
        inputs = self.inputs(x, states)
        levels, slopes, curves = {}, {}, {}
        for i in of:
            level, slopes[i], curves[i] = self.shape(self.jumps.heights[i], inputs)
            levels[i] = _offset(self.jumps.nodes[i].func, level)
        return levels, slopes, curves

    def moved(self, x: Vector, step: Vector) -> Vector:
        """Go by a step in the free variables."""
        there = list(x)
        for i, s in zip(self.free, step, strict=True):
            there[i] += s * self.width[i]
        return there

    def lowest(
        self, x: Vector, states: States, on: Sequence[int] = (), within: Number = _NEARBY
    ) -> Vector | None:
        """Give the stationary point nearby, of f on given sides, and on some of the jumps."""
        begin, k = x, len(on)
        for _ in range(_STEPS):
            _, slopes, curves = self.shape(self.jumps.smooth, self.inputs(x, states))
            levels, normals, bends = self.heights(x, states, on)
            normal = [normals[i] for i in on]
            if on:
                curves = _bent(slopes, curves, normal, [bends[i] for i in on])
            step = _solved(curves, normal, [-s for s in slopes], [-levels[i] for i in on])
            if step is None:
                return None
            x = self.moved(x, step[: len(step) - k])
            far = [(a - b) / w for a, b, w in zip(x, begin, self.width, strict=True)]
            if largest(far) > within:
                return None
            if largest(step[: len(step) - k]) <= _SETTLED:
                return x
        return None


def beside_jumps(
    jumps: Jumps,
    point: Sequence[float],
    width: Sequence[float],
    held: Sequence[bool],
    params: Sequence[float],
    states: States,
    close: Sequence[int],
    work: Work | None = None,
) -> Told:
    """Tell what a point beside jumps is.

    Parameters
    ----------
    jumps : Jumps
        The jumps of the formula.
    point, width : sequence of float
        The point, and the size of the searched region in each variable.
    held : sequence of bool
        Which variables are on bounds: they stay.
    params : sequence of float
        Values of the parameters.
    states : mapping of int to int
        For each jump at the point its side: -1 below, 0 on it, 1 above.
    close : sequence of int
        Those of the jumps that count if f shows no stationary point: no double lies between.
    work : Work, optional
        What it may take.

    Returns
    -------
    Told
        What it is.

    Raises
    ------
    TooMuchError
        If it takes longer.
    """
    with mpmath.workdps(_DIGITS):
        free = [i for i, h in enumerate(held) if not h]
        numbers = [[mpf(repr(float(v))) for v in given] for given in (point, params, width)]
        place = _Place(jumps, numbers[1], numbers[2], free, states, work or Work())
        return _told(place, numbers[0], close)


def _told(place: _Place, x: Vector, close: Sequence[int]) -> Told:
    states = place.states
    if not place.free:
        return Told(Beside.OPEN)
    own = place.lowest(x, states)
    at = x if own is None else own
    levels, normals, _ = place.heights(at, states, states)
    touched = [i for i in states if _touches(levels[i], normals[i], states[i], i, own, close)]
    if not touched:
        return Told(Beside.INSIDE)
    groups = _surfaces({i: normals[i] for i in touched})
    on = [min(group) for group in groups]
    p = place.lowest(at, dict.fromkeys(touched, 0), on, _REGION)
    found = p is not None
    if p is None:
        p = _projected(place, at, on) if own is None or _off(levels, on) else own
    what, limit = _beside(place, p, groups, touched, found)
    return Told(what, tuple(map(float, p)), float(limit))


def _beside(
    place: _Place, p: Vector, groups: list[dict[int, int]], touched: Sequence[int], found: bool
) -> tuple[Beside, Number]:
    """Compare f on the jumps with f beside them."""
    value, size = _value(place, p, dict.fromkeys(touched, 0))
    mine, _ = _value(place, p, place.states)
    if not finite(value) or not finite(mine):
        return Beside.OPEN, mine
    if value > mine + size:
        return Beside.UNATTAINED, mine
    _, normals, _ = place.heights(p, place.states, touched)
    if len(groups) <= _MOST_JUMPS and _independent([normals[min(g)] for g in groups]):
        return _around(place, p, groups, value, size, found), mine
    lower = _falls_to_some_side(place, p, touched, value - size)
    return (Beside.LOWER if lower else Beside.OPEN), mine


def _touches(
    level: Number, normal: Vector, side: int, index: int, own: Vector | None, close: Sequence[int]
) -> bool:
    """Tell whether the lowest point of a piece is on a jump, or beyond it."""
    if own is None:
        return index in close and (largest(normal) > 0 or not level)
    on = abs(level) <= _ON_JUMP * largest(normal)
    return bool(on or mpmath.sign(level) != side or not side)


def _off(levels: Mapping[int, Number], on: Sequence[int]) -> bool:
    return any(abs(levels[i]) > _ON_JUMP for i in on)


def _surfaces(normals: Mapping[int, Vector]) -> list[dict[int, int]]:
    """Put jumps together that are at one place, each with the sense of its level there."""
    groups: list[dict[int, int]] = []
    for i, normal in normals.items():
        for group in groups:
            first = normals[min(group)]
            both = dot(normal, first)
            sizes = dot(normal, normal) * dot(first, first)
            if sizes and 1 - both * both / sizes <= _PARALLEL:
                group[i] = int(mpmath.sign(both)) * group[min(group)]
                break
        else:
            groups.append({i: 1})
    return groups


def _independent(normals: Sequence[Vector]) -> bool:
    matrix = np.array([[float(v) for v in normal] for normal in normals])
    sizes = np.linalg.norm(matrix, axis=1)
    if len(matrix) > matrix.shape[1] or not sizes.all() or not np.isfinite(sizes).all():
        return False
    return bool(np.linalg.svd(matrix / sizes[:, None])[1].min() > _INDEPENDENT)


def _falls_to_some_side(place: _Place, p: Vector, on: Sequence[int], value: Number) -> bool:
    """Look at f in random directions from jumps that meet in one point, or cross there."""
    _, normals, bends = place.heights(p, place.states, on)
    ways = np.random.default_rng(0).normal(size=(_WAYS, len(place.free)))
    slopes = np.array([[float(v) for v in normals[i]] for i in on])
    curves = np.array([[[float(v) for v in row] for row in bends[i]] for i in on])
    first = ways @ slopes.T
    second = np.einsum("ki,mij,kj->km", ways, curves, ways)
    crossing = np.abs(slopes).max(axis=1) > _INDEPENDENT * np.abs(curves).max(axis=(1, 2))
    sides = np.sign(np.where(crossing, first, second)).astype(int)
    for some in np.unique(sides, axis=0):
        there, rounding = _value(place, p, dict(zip(on, some.tolist(), strict=True)))
        if finite(there) and there < value - rounding:
            return True
    return False


def _projected(place: _Place, x: Vector, on: Sequence[int]) -> Vector:
    """Give the point on jumps that is next to a point."""
    n = len(place.free)
    flat = [[mpf(i == j) for j in range(n)] for i in range(n)]
    for _ in range(_RETURNS):
        levels, normals, _ = place.heights(x, place.states, on)
        step = _solved(flat, [normals[i] for i in on], [mpf(0)] * n, [-levels[i] for i in on])
        if step is None:
            return x
        x = place.moved(x, step[:n])
    return x


def _value(place: _Place, x: Vector, states: States) -> tuple[Number, Number]:
    """Give f on given sides of the jumps at a point, and what is next to nothing beside it."""
    value, *rest = place.jumps.smooth.first(place.inputs(x, states), place.work)
    slopes = [s * w for s, w in zip(rest, place.width, strict=False)]
    return value, _SAME * (abs(value) + largest([s for s in slopes if finite(s)]))


def _around(
    place: _Place, p: Vector, groups: list[dict[int, int]], value: Number, size: Number, exact: bool
) -> Beside:
    """Look at f on all sides of the jumps through a point."""
    least = exact and len(place.free) == len(p)
    for sides in itertools.product((-1, 0, 1), repeat=len(groups)):
        pairs = zip(groups, sides, strict=True)
        states = {i: side * sense for group, side in pairs for i, sense in group.items()}
        there, rounding = _value(place, p, states)
        if not finite(there):
            least = False
        elif there < value - size - rounding:
            return Beside.LOWER
        elif there <= value + size + rounding:
            least = least and _lowest_there(place, p, states, [min(g) for g in groups], sides)
    return Beside.MINIMUM if least else Beside.OPEN


def _lowest_there(
    place: _Place, p: Vector, states: States, on: list[int], sides: Sequence[int]
) -> bool:
    """Tell whether f rises from a point on given sides of the jumps, to second order."""
    _, slopes, curves = place.shape(place.jumps.smooth, place.inputs(p, states))
    _, normals, bends = place.heights(p, states, on)
    given = [*slopes, *itertools.chain(*curves), *itertools.chain(*(normals[i] for i in on))]
    if not all(map(finite, given)):
        return False
    normal = [normals[i] for i in on]
    multipliers = _multipliers(slopes, normal)
    rest = list(slopes)
    for m, row in zip(multipliers, normal, strict=True):
        rest = [r - m * v for r, v in zip(rest, row, strict=True)]
    steepest = largest([m * largest(row) for m, row in zip(multipliers, normal, strict=True)])
    if largest(rest) > _SAME * (steepest + largest([*itertools.chain(*curves)])):
        return False
    tied = []
    for m, row, side in zip(multipliers, normal, sides, strict=True):
        weak = abs(m) * largest(row) <= _HELD * largest([*itertools.chain(*curves)])
        if side and not weak and m * side < 0:
            return False
        if not side or not weak:
            tied.append([float(v) for v in row])
    bent = _bent(slopes, curves, normal, [bends[i] for i in on])
    seen = float(_SAME * steepest)  # beside steeper slopes the digits show no less
    return _curved_up(np.array([[float(v) for v in row] for row in bent]), np.array(tied), seen)


def _curved_up(hessian: Array, tied: Array, seen: float) -> bool:
    """Tell whether a quadratic form is positive on what is at right angles to some normals."""
    basis = np.linalg.svd(tied)[2][len(tied) :].T if len(tied) else np.eye(len(hessian))
    across = basis.T @ hessian @ basis
    least = np.linalg.eigvalsh(across).min(initial=np.inf)
    return bool(least > max(_CURVED * np.abs(hessian).max(), seen) or not basis.size)


def _bent(
    slopes: Vector, curves: list[Vector], normals: list[Vector], bends: list[list[Vector]]
) -> list[Vector]:
    """Give the curvatures of f along jumps that are curved themselves."""
    result = [list(row) for row in curves]
    for m, bend in zip(_multipliers(slopes, normals), bends, strict=True):
        result = [
            [a - m * b for a, b in zip(row, other, strict=True)]
            for row, other in zip(result, bend, strict=True)
        ]
    return result


def _multipliers(slopes: Vector, normals: list[Vector]) -> Vector:
    """Give the combination of normals that is next to the slopes."""
    gram = [[dot(a, b) for b in normals] for a in normals]
    found = _solved(gram, [], [dot(a, slopes) for a in normals], [])
    return found or [mpf(0)] * len(normals)


def _solved(
    square: list[Vector], rows: list[Vector], right: Vector, below: Vector
) -> Vector | None:
    """Solve a system bordered by rows, and by them as columns; None where it is singular."""
    n, k = len(square), len(rows)
    if not n:
        return []
    matrix = mpmath.matrix(n + k, n + k)
    for i in range(n):
        for j in range(n):
            matrix[i, j] = square[i][j]
        for j in range(k):
            matrix[i, n + j] = matrix[n + j, i] = rows[j][i]
    entries = [*itertools.chain(*square), *itertools.chain(*rows), *right, *below]
    if not all(map(finite, entries)):
        return None
    try:
        return list(mpmath.lu_solve(matrix, mpmath.matrix([*right, *below])))
    except (ZeroDivisionError, ValueError):
        return None


def _offset(kind: type, level: Number) -> Number:
    if kind is Floor:
        return level - mpmath.nint(level)
    if kind is Round:
        return level - mpf(0.5) - mpmath.nint(level - mpf(0.5))
    return level
