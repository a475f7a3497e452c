"""What points on creases are, by conditions of first and second order.

At a point let the switches A be zero, with normals Z and multipliers m such that ``Z'm`` is the
slope of f. If every multiplier is smaller in size than f rises across its crease, and f curves up
along all creases, the point is a strict local minimum; if one is larger, f falls on one side of
that crease. Where several multipliers would do, or one is as large as the rise, more is asked.

References
----------
A. Griewank, A. Walther, "First- and second-order optimality conditions for piecewise smooth
objective functions", Optimization Methods and Software 31, 904-930 (2016),
doi:10.1080/10556788.2016.1189549.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import product as combinations

import numpy as np

from ..arrays import EPS, Array, Columns, Mask, Whole
from ..facts.cancellation import rounding
from .algebra import Frame, largest, length, times, turned
from .form import Sort
from .inner import descent
from .surface import At, Surface

ON = 1e-11  # units: a crease that close is at the point
CLOSE = 1e-9  # units: one that has been followed may be as far away, by rounding
_LEVEL = 1e-9  # share of the slopes: a difference of that size is rounding
_WEAK = 1e-7  # share of the rise across a crease: a multiplier that close to it decides nothing
_ARRIVED = 1e-6  # units: a Newton step that long shows that the point is none
_CURVED = 1e-9  # share of the largest curvature: less is none
_DOUBT = 1e-6  # units: what curvatures change over this is their error
_ASIDE = 1e-2  # units: where the usual slope is taken
_PIECES = 6  # switches: of more that decide nothing, the pieces are too many
_WAYS = 24  # ways: random ones from a level point, along which f must not fall first
_DISTANCES = 2.0 ** np.arange(-13, 6)  # units: where f is asked along these
_PROBES = (0.1, 0.03, 1e-2, 3e-3, 1e-3)  # units: where f is asked along flat directions
_STRICT = 1 - 1e-6  # share of the rises: multipliers below it leave no doubt
_FINE = 1e-5  # units: x must be rounded by less
_EDGE = 1e-9  # units: a jump that close is at the point


class Claim(IntEnum):
    """What a point is."""

    UNKNOWN = 0
    MIN = 1  # a strict local minimum
    FLAT = 2  # a local minimum from which f rises every way, some ways flatter than quadratic
    LEVEL = 3  # a local minimum from which f is level some ways
    NOT = 4  # none
    BROKEN = 5  # unknown, as f jumps beside it

    @property
    def lowest(self) -> bool:
        """Whether it is a minimum."""
        return self in (Claim.MIN, Claim.FLAT, Claim.LEVEL)


LOWEST = np.array([claim.lowest for claim in Claim])  # code: which claims are minima


@dataclass
class Claims(Columns):
    """What points are.

    Attributes
    ----------
    claim : ndarray
        Codes of `Claim`, ``(m,)``.
    smooth : ndarray
        Whether no crease with a kink is at the point.
    plain : ndarray
        Whether no crease at all is.
    held : ndarray
        Whether a bound is part of the reason.
    """

    claim: Whole
    smooth: Mask
    plain: Mask
    held: Mask


def verify(surface: Surface, x: Array, active: Mask | None = None) -> Claims:
    """Tell what points are; `active` switches ``(m, k)`` are zero there, and others may be."""
    if active is None:
        active = np.zeros((len(x), len(surface.sorts)), dtype=bool)
    active = active & touching(surface, x, CLOSE) | touching(surface, x, ON)
    first, member = _alike(surface, x, active)
    return _Points(surface.of(first), x[first], active[first]).claims().take(member)


def _alike(surface: Surface, x: Array, active: Mask) -> tuple[Array, Array]:
    """Give the first of all points that are the same to the last bit, and whose each is."""
    columns, cases = [x, surface.unit, active], surface.problem.cases
    columns += [] if cases is None else [cases[:, None]]
    keys = np.column_stack([*columns]).astype(float) + 0.0
    _, first, member = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return first, member.ravel()


def ways_off(surface: Surface, x: Array) -> Array:
    """Give ways on which f falls from points by leaving one of the creases they are on.

    0 where there is none, ``(m, n)``.
    """
    return _Points(surface, x, touching(surface, x, ON)).ways_off()


def touching(surface: Surface, x: Array, share: float) -> Mask:
    """Tell which switches are zero within a share of the units, ``(m, k)``."""
    signs = surface.signs(x)
    here = surface.at(x, signs)
    with np.errstate(invalid="ignore"):
        near = np.abs(here.zero) <= share * length(here.normal)
    near |= here.zero == 0
    return whole(surface, near)


def whole(surface: Surface, rows: Mask) -> Mask:
    """Tell for which switches all rows hold, ``(m, k)``."""
    return np.stack(
        [rows[:, surface.owner == i].all(axis=1) for i in range(len(surface.sorts))], axis=1
    )


class _Points:
    """Points that are looked at together."""

    def __init__(
        self, surface: Surface, x: Array, active: Mask, signs: Array | None = None
    ) -> None:
        self._surface, self._x, self._active = surface, x, active
        self._on = active[:, surface.owner]
        self._signs = np.where(active, 0.0, surface.signs(x)) if signs is None else signs
        here = surface.at(x, self._signs)
        fine = (EPS * np.abs(x) <= _FINE * surface.unit).all(axis=1)
        self._jumps = self._broken()
        self._usable = _finite(here) & ~self._jumps & fine
        for name in ("slope", "rise", "zero", "normal", "inner", "value"):
            column = getattr(here, name)
            column[~self._usable] = 0.0
        self._here = here
        self._frame = Frame.of(here.normal, self._on)
        self._factors = np.where(self._on, times(turned(self._frame.back), here.slope), 0.0)
        sizes = np.abs(here.rise[:, surface.owner]) * length(here.normal)
        self._steep = np.maximum(largest(here.slope), largest(sizes))
        self._steep = np.maximum(self._steep, self._beside())

    def claims(self) -> Claims:
        """Tell what all of them are."""
        claim = np.full(len(self._x), Claim.UNKNOWN.value)
        excess, level = self._excess()
        violated = (self._active & (excess > level)).any(axis=1)
        weak = self._active & (np.abs(excess) <= level)
        flat, curved, falls, still = self._curvature()
        regular = self._frame.regular & ~self._null()
        claim[regular & (violated | falls | ~still)] = Claim.NOT
        clear = regular & ~violated & still & ~weak.any(axis=1)
        claim[clear & curved] = Claim.MIN
        asked = self._usable & (claim == Claim.UNKNOWN)
        for row in np.flatnonzero(asked & clear & ~falls):
            claim[row] = self._along_flat(row, flat[row])
        for row in np.flatnonzero(asked & regular & ~clear & ~violated & ~falls):
            claim[row] = self._on_pieces(row, np.flatnonzero(weak[row]))
        for row in np.flatnonzero(asked & ~regular):
            claim[row] = self._vertex(row)
        for row in np.flatnonzero(claim == Claim.LEVEL):
            if self._terrace(row):
                claim[row] = Claim.UNKNOWN
        claim[~self._usable] = Claim.UNKNOWN
        claim[self._jumps] = Claim.BROKEN
        bounds = self._surface.sorts == Sort.BOUND
        switched = self._active & ~bounds
        kinked = switched & ~self._level_rise()
        held = (self._active & bounds & (excess < -level)).any(axis=1)
        irregular = ~regular & (self._active & bounds).any(axis=1) & LOWEST[claim]
        for row in np.flatnonzero(irregular):
            held[row] = self._needs_bounds(row)
        return Claims(claim, ~kinked.any(axis=1), ~switched.any(axis=1), held)

    def ways_off(self) -> Array:
        """Give the ways off the creases whose multipliers exceed their limits most."""
        excess, level = self._excess()
        excess = np.where(self._active & (excess > level), excess, 0.0)
        worst = excess.argmax(axis=1)
        leaving = self._surface.owner == worst[:, None]
        aside = np.where(leaving, -self._factors, 0.0)
        way = times(self._frame.back, aside)
        size = length(way)
        good = self._usable & (excess.max(axis=1) > 0) & (size > 0) & np.isfinite(size)
        return np.where(good[:, None], way / np.where(good, size, 1.0)[:, None], 0.0)

    def _broken(self) -> Mask:
        """Tell where f jumps right beside the points."""
        jumps = self._surface.form.jumps
        found = np.zeros(len(self._x), dtype=bool)
        if jumps is None:
            return found
        problem, unit = self._surface.problem, self._surface.unit
        before = problem.run(jumps, self._x)
        reach = np.zeros_like(before)
        for j in range(self._x.shape[1]):
            for side in (-1.0, 1.0):
                beside = self._x.copy()
                beside[:, j] += side * _EDGE * unit[:, j]
                with np.errstate(invalid="ignore"):
                    reach = np.fmax(reach, np.abs(problem.run(jumps, beside) - before))
        with np.errstate(invalid="ignore"):
            return np.asarray(~(np.abs(before) > reach).all(axis=0))

    def _null(self) -> Mask:
        """Tell where an active switch has no normal."""
        return np.asarray((self._on & (length(self._here.normal) == 0)).any(axis=1))

    def _level_rise(self) -> Mask:
        """Tell across which creases f has no kink: it rises by nothing and has no slope."""
        rise, tiny = np.abs(self._here.rise), self._tolerance()
        return np.asarray((rise <= tiny) & (self._surface.sorts == Sort.KINK))

    def _tolerance(self) -> Array:
        """Give the size of multipliers of switches that is rounding."""
        sizes = length(self._here.normal)
        grouped = np.stack(
            [sizes[:, self._surface.owner == i].max(axis=1) for i in range(len(self._surface.sorts))],
            axis=1,
        )
        return _LEVEL * self._steep[:, None] / np.where(grouped > 0, grouped, 1.0)

    def _excess(self) -> tuple[Array, Array]:
        """Give by how much multipliers exceed their limits, and how much of that decides nothing."""
        surface, here = self._surface, self._here
        limit = here.rise - times(turned(here.inner), self._factors)
        size = np.stack(
            [length(self._factors[:, surface.owner == i]) for i in range(len(surface.sorts))],
            axis=1,
        )
        first = np.array([np.flatnonzero(surface.owner == i)[0] for i in range(len(surface.sorts))])
        excess = size - limit
        excess = np.where(surface.sorts == Sort.BOUND, -self._factors[:, first], excess)
        level = np.maximum(self._tolerance(), np.where(surface.sorts == Sort.BOUND, 0.0, _WEAK * np.abs(limit)))
        cusp = surface.sorts == Sort.CUSP
        excess = np.where(cusp, -limit, excess)
        level = np.where(cusp, 0.0, level)
        return excess, level

    def _curvature(self) -> tuple[Array, Mask, Mask, Mask]:
        """Tell in which directions f is flat, where it curves up, where down, and where it rests."""
        hessian, doubt = self._hessian(self._signs, self._factors)
        self._usable = self._usable & np.isfinite(hessian).all(axis=(1, 2))
        hessian = np.where(self._usable[:, None, None], hessian, 0.0)
        curvatures, ways, mine = self._frame.curvatures(hessian)
        level = np.maximum(_CURVED * largest(largest(hessian)), doubt)
        slopes = np.where(mine, times(ways, self._here.slope), 0.0)
        flat = mine & (np.abs(curvatures) <= level[:, None])
        with np.errstate(all="ignore"):
            step = np.where(mine & ~flat, np.abs(slopes / curvatures), 0.0)
        still = (largest(step) <= _ARRIVED) & (
            np.where(flat, np.abs(slopes), 0.0) <= _LEVEL * self._steep[:, None]
        ).all(axis=1)
        falls = (mine & ~flat & (curvatures < 0)).any(axis=1)
        return np.where(flat[..., None], ways, np.nan), ~(flat.any(axis=1) | falls), falls, still

    def _beside(self) -> Array:
        """Give the size that slopes have nearby."""
        surface, found = self._surface, np.zeros(len(self._x))
        for side in (-1.0, 1.0):
            beside = surface.box.clip(self._x + side * _ASIDE * surface.unit)
            slopes = surface.at(beside, self._signs).slope
            found = np.fmax(found, np.where(np.isfinite(slopes), np.abs(slopes), 0.0).max(axis=1))
        return found

    def _hessian(self, signs: Array, factors: Array) -> tuple[Array, Array]:
        """Give the Hessian along creases, and by how much it changes right beside."""
        surface = self._surface
        hessian = surface.hessian(self._x, signs, factors)
        change = np.zeros(len(self._x))
        for side in (-_DOUBT, _DOUBT):
            beside = surface.hessian(surface.box.clip(self._x + side * surface.unit), signs, factors)
            with np.errstate(invalid="ignore"):
                change = np.fmax(change, largest(largest(beside - hessian)))
        return hessian, 2 * np.where(np.isfinite(change), change, 0.0)

    def _with(self, row: int, active: Mask) -> _Points:
        return _Points(self._surface.of([row]), self._x[row : row + 1], active[None])

    def _along_flat(self, row: int, ways: Array) -> int:
        """Judge a point that is level to second order in some directions by values along these."""
        form = self._surface.form
        if form.quadratic or form.constant(self._signs[row, : len(form.sorts)]):
            return Claim.LEVEL
        return self._by_values(row, ways[~np.isnan(ways[:, 0])], self._active[row])

    def _by_values(self, row: int, ways: Array, kept: Mask) -> int:
        """Judge a point by values along ways in which f is level, on the creases that are kept."""
        if len(ways) > 1:
            rng = np.random.default_rng(0)
            mixed = rng.normal(size=(8 * len(ways), len(ways))) @ ways
            ways = np.concatenate([ways, mixed / length(mixed)[:, None]])
        changes, noise = self._along(row, np.concatenate([ways, -ways]), kept)
        lower, higher = changes < -noise, changes > noise
        if (lower.sum(axis=0) > 1).any():
            return Claim.NOT
        if lower.any() or not higher.any(axis=0).all():
            return Claim.UNKNOWN
        return Claim.FLAT

    def _terrace(self, row: int) -> bool:
        """Tell whether f, level at first, falls before it rises on some way: no minimum of runs."""
        n = self._x.shape[1]
        ways = np.random.default_rng(0).normal(size=(_WAYS if n > 1 else 0, n))
        ways = np.concatenate([np.eye(n), ways / length(ways)[:, None]])
        ways = np.concatenate([ways, -ways])
        count = len(ways) * len(_DISTANCES)
        one = self._surface.of(np.full(count, row))
        ahead = self._x[row] + (_DISTANCES[:, None, None] * ways).reshape(count, n) * one.unit
        ahead = one.box.clip(ahead)
        here = self._surface.problem.of([row]).values(self._x[row : row + 1])[0]
        values = one.problem.values(ahead)
        with np.errstate(invalid="ignore"):
            noise = 64 * EPS * (np.abs(values) + np.abs(here) + self._steep[row])
            change = np.where(np.abs(values - here) <= noise, 0.0, np.sign(values - here))
        change = np.where(np.isnan(change), 1.0, change).reshape(len(_DISTANCES), len(ways))
        first = (change != 0).argmax(axis=0)
        return bool((change[first, np.arange(len(ways))] < 0).any())

    def _along(self, row: int, ways: Array, kept: Mask) -> tuple[Array, Array]:
        """Give changes of f along ways on creases, ``(probes, ways)``, and their noise."""
        count = len(_PROBES) * len(ways)
        one = self._surface.of(np.full(count, row))
        on = kept[self._surface.owner]
        back = np.repeat(self._frame.back[row : row + 1], count, axis=0)
        if (kept != self._active[row]).any():
            back = np.repeat(Frame.of(self._here.normal[[row]], on[None]).back, count, axis=0)
        steps = (np.array(_PROBES)[:, None, None] * ways).reshape(count, -1)
        x = one.box.clip(self._x[row] + steps * one.unit)
        signs = np.where(kept, 0.0, np.where(self._active[row], one.signs(x), self._signs[row]))
        for _ in range(4):
            zeros = one.values(x, signs)[1]
            x = one.box.clip(x - times(back, np.where(on, zeros, 0.0)) * one.unit)
            signs = np.where(kept, 0.0, np.where(self._active[row], one.signs(x), signs))
        values = one.values(x, signs)[0]
        here = self._here.value[row]
        noise = 16 * EPS * (np.abs(values) + np.abs(here))
        noise = noise + self._scatter(row)
        blocked = (np.abs(x - self._x[row]) <= 1e-12 * one.unit).all(axis=1)
        changes = np.where(blocked | ~np.isfinite(values), np.inf, values - here)
        shape = len(_PROBES), len(ways)
        return changes.reshape(shape), noise.reshape(shape)

    def _scatter(self, row: int) -> float:
        """Give the rounding error of the piece of f on the creases."""
        shifts = np.random.default_rng(1).integers(-3, 4, size=(6, self._x.shape[1]))
        one = self._surface.of(np.full(6, row))
        signs = np.repeat(self._signs[row : row + 1], 6, axis=0)
        values = one.values(self._x[row] * (1 + shifts * EPS), signs)[0]
        return float(2 * np.abs(values - self._here.value[row]).max())

    def _on_pieces(self, row: int, weak: Array) -> int:
        """Judge a point where multipliers are as large as the rise: piece by piece beside it."""
        surface = self._surface
        if len(weak) > _PIECES or surface.vector[weak].any():
            return Claim.UNKNOWN
        active = self._active[row].copy()
        active[weak] = False
        found, level = [], [np.empty((0, self._x.shape[1]))]
        for sides in combinations((-1.0, 1.0), repeat=len(weak)):
            if self._side(row, weak, np.array(sides)):
                claim, ways = self._piece(row, active, weak, np.array(sides))
                found.append(claim)
                level.append(ways)
        if Claim.NOT in found or Claim.UNKNOWN in found:
            return Claim.NOT if Claim.NOT in found else Claim.UNKNOWN
        if Claim.FLAT in found:
            return self._by_values(row, np.concatenate(level), active)
        return max(found)

    def _side(self, row: int, weak: Array, sides: Array) -> bool:
        """Tell whether f may fall on the sides of switches: towards no other does it."""
        tiny, rise = self._tolerance()[row, weak], self._here.rise[row, weak]
        kinds = self._surface.sorts[weak]
        first = [int(np.flatnonzero(self._surface.owner == i)[0]) for i in weak]
        factors = self._factors[row, first]
        one_sided = (kinds == Sort.KINK) & (rise > tiny)
        wrong = one_sided & (sides == np.sign(factors)) & (np.abs(factors) > tiny)
        return not (wrong | ((kinds == Sort.BOUND) & (sides < 0))).any()

    def _piece(self, row: int, active: Mask, weak: Array, sides: Array) -> tuple[int, Array]:
        """Judge the piece of f on some sides of weak switches, with the others kept.

        FLAT if values have to tell; and the ways along which the piece is level.
        """
        surface, x = self._surface.of([row]), self._x[row : row + 1]
        signs, none = self._signs[row : row + 1].copy(), np.empty((0, self._x.shape[1]))
        signs[0, weak] = sides
        here = surface.at(x, signs)
        if not _finite(here).all():
            return Claim.UNKNOWN, none
        on = active[None, surface.owner]
        frame = Frame.of(here.normal, on)
        factors = np.where(on, times(turned(frame.back), here.slope), 0.0)
        hessian = surface.hessian(x, signs, factors)
        if not np.isfinite(hessian).all():
            return Claim.UNKNOWN, none
        curvatures, ways, mine = frame.curvatures(hessian)
        level = _CURVED * np.abs(hessian).max() + self._change(surface, x, signs, factors, hessian)
        curvatures, ways = curvatures[mine], ways[mine]
        down, flat = curvatures < -level, np.abs(curvatures) <= level
        if not down.any():
            form = surface.form
            known = form.quadratic or form.constant(signs[0, : len(form.sorts)])
            whole = Claim.LEVEL if known else Claim.FLAT
            return (whole if flat.any() else Claim.MIN), ways[flat]
        normals = here.normal[0][self._first[weak]]
        for way in (*ways[down], *-ways[down]):
            if (sides * (normals @ way) >= -ON * np.linalg.norm(normals, axis=1)).all():
                return Claim.NOT, none
        return Claim.UNKNOWN, none

    def _change(
        self, surface: Surface, x: Array, signs: Array, factors: Array, hessian: Array
    ) -> float:
        beside = surface.hessian(surface.box.clip(x + _DOUBT * surface.unit), signs, factors)
        change = np.abs(beside - hessian).max()
        return float(2 * change) if np.isfinite(change) else 0.0

    def _vertex(self, row: int) -> int:
        """Judge a point where more creases meet than there are variables, or one has no normal."""
        surface, here = self._surface, self._here
        active = np.flatnonzero(self._active[row])
        if surface.vector[active].any():
            return Claim.UNKNOWN
        normal, inner = here.normal[row][self._first], here.inner[row][self._first]
        null = (normal[active] == 0).all(axis=1) & (inner[active] == 0).all(axis=1)
        if null.any():
            return self._without_normal(row, int(active[null][0]))
        full = int(self._frame.rank[row]) == len(here.slope[row])
        if full and self._way(row, _STRICT, active) is None:
            return Claim.MIN
        way = self._way(row, 1.0, active)
        if way is None:
            return Claim.LEVEL if self._linear(row) else Claim.UNKNOWN
        return self._downhill(row, way[0])

    @property
    def _first(self) -> Array:
        """The first row of each switch."""
        return np.unique(self._surface.owner, return_index=True)[1]

    def _way(self, row: int, share: float, active: Array) -> tuple[Array, Array] | None:
        """Give a way down the linear model where active switches meet; None if there is none."""
        here, bound = self._here, self._surface.sorts == Sort.BOUND
        normal, inner = here.normal[row][self._first], here.inner[row][self._first]
        return descent(here.slope[row], here.rise[row] * share, normal, inner, active, bound)

    def _needs_bounds(self, row: int) -> bool:
        """Tell whether f would fall outside the bounds."""
        kinks = self._active[row] & (self._surface.sorts != Sort.BOUND)
        return self._way(row, 1.0, np.flatnonzero(kinks)) is not None

    def _linear(self, row: int) -> bool:
        """Tell whether f is linear on all its pieces, as far as one can see."""
        one = self._surface.of([row])
        signs = self._signs[row : row + 1]
        hessian = one.hessian(self._x[row : row + 1], signs, np.zeros_like(self._factors[row : row + 1]))
        return self._surface.form.quadratic and not hessian.any()

    def _without_normal(self, row: int, switch: int) -> int:
        """Judge a point where a switch is zero without a slope, so that it makes no crease."""
        active = self._active[row].copy()
        active[switch] = False
        rise = self._here.rise[row, switch]
        found = []
        for side in (-1.0, 1.0):
            one = self._with(row, active)
            found.append(int(one.turned(switch, side).claims().claim[0]))
        good = [bool(LOWEST[c]) for c in found]
        if rise >= 0 and any(good):
            return next(c for c, g in zip(found, good, strict=True) if g)
        if rise < 0 and all(good):
            return max(found)
        return Claim.UNKNOWN

    def turned(self, switch: int, side: float) -> _Points:
        """Take a switch that is zero as if it were on one side."""
        signs = self._signs.copy()
        signs[:, switch] = side
        return _Points(self._surface, self._x, self._active, signs)

    def _downhill(self, row: int, way: Array) -> int:
        """Tell whether f falls along a way on which a linear model falls."""
        unit, x = self._surface.unit[row], self._x[row]
        if not way.any():
            return Claim.UNKNOWN
        way = way / np.abs(way).max()
        problem = self._surface.problem.of(np.full(len(_PROBES), row))
        ahead = self._surface.box.clip(x + np.array(_PROBES)[:, None] ** 2 * way * unit)
        one = self._surface.problem.of([row])
        falls = one.values(x[None])[0] - problem.values(ahead)
        lower = falls > rounding(problem, ahead)
        return Claim.NOT if lower.sum() > 1 else Claim.UNKNOWN


def _finite(here: At) -> Mask:
    columns = (here.slope, here.rise, here.zero, here.normal.reshape(len(here.value), -1),
               here.inner.reshape(len(here.value), -1), here.value[:, None])  # fmt: skip
    return np.all([np.isfinite(c).all(axis=1) for c in columns], axis=0)
