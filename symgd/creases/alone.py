"""Points on creases of which multipliers do not tell what they are: each is looked at alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import product as combinations

import numpy as np

from ..arrays import EPS, Array, Indices, Mask
from ..facts.cancellation import rounding
from .algebra import Frame, largest, length, times
from .form import Sort
from .inner import balanced
from .surface import At, Surface

_PIECES = 6  # switches: of more that decide nothing, the pieces are too many
_CURVED = 1e-9  # share of the largest curvature: a piece with less is straight
_DOUBT = 1e-6  # units: what curvatures change over this is their error
_DOUBLED = 2.0  # times that change: it may amount to it
_OFF_THE_POINT = 1e-3  # units: a minimum farther along the creases is another's
_SIDE = 1e-11  # share of a normal: a way that leaves a crease by less stays on it
_WAYS_AROUND = 24  # ways: random ones from a level point, along which f must not fall first
# units: where f is asked along these
_DISTANCES = 2.0 ** np.arange(-13, 6)
_MIXTURES = 8  # ways: random ones for each in which f is flat
_SHARES_ALONG = (0.1, 0.03, 1e-2, 3e-3, 1e-3)  # units: where f is asked along flat ways
_FALLING = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)  # units: where f is asked along a way down
_RETURNED = 4  # steps: back to the creases, from each point where f is asked
_BLOCKED = 1e-12  # units: a bound is in the way of a step that gets no farther
_FACES = 16  # kinks: as many stand for a cone over a plane
_STRICT = 1 - 1e-6  # share of the rises: multipliers below it leave no doubt
_NOISE = 16 * EPS  # share of f: changes that are rounding
_LEVEL_NOISE = 64 * EPS  # share of f and its slopes: changes far away that are rounding


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


def finite(here: At) -> Mask:
    """Tell at which points all derivatives are finite."""
    count = len(here.value)
    columns = [here.value, here.slope, here.rise, here.zero, here.normal, here.inner]
    size = [int(np.prod(c.shape[1:])) for c in columns]
    flat = [c.reshape(count, n) for c, n in zip(columns, size, strict=True)]
    return np.asarray(np.isfinite(np.concatenate(flat, axis=1)).all(axis=1))


def hessian_doubt(surface: Surface, x: Array, signs: Array, factors: Array) -> tuple[Array, Array]:
    """Give Hessians along creases ``(m, n, n)``, and by how much they change right beside."""
    hessian, change = surface.hessian(x, signs, factors), np.zeros(len(x))
    for side in (-_DOUBT, _DOUBT):
        beside = surface.box.clip(x + side * surface.unit)
        with np.errstate(invalid="ignore"):
            moved = surface.hessian(beside, signs, factors) - hessian
            change = np.fmax(change, largest(largest(moved)))
    return hessian, _DOUBLED * np.where(np.isfinite(change), change, 0.0)


def _units(vectors: Array) -> Array:
    return np.asarray(vectors / length(vectors)[:, None])


def _around(n: int) -> tuple[Array, float]:
    """Give directions d, and c such that c times the sum of all |d*z| is no larger than |z|."""
    if n < 3:
        angles = np.pi / _FACES * np.arange(_FACES if n == 2 else 1)
        ways = np.column_stack([np.cos(angles), np.sin(angles)])[:, :n]
        return ways, float(np.sin(np.pi / 2 / _FACES)) if n == 2 else 1.0
    ways = _units(np.random.default_rng(0).normal(size=(_FACES * n, n)))
    most = float(np.linalg.eigvalsh(ways.T @ ways)[-1])
    return ways, 1 / float(np.sqrt(len(ways) * most))


@dataclass(frozen=True)
class Alone:
    """One point, with all that is known of it.

    Attributes
    ----------
    surface : Surface
        f, for this point.
    x : ndarray
        The point, ``(1, n)``.
    active : ndarray
        Which switches are zero there, ``(k,)``.
    signs : ndarray
        Their signs, ``(1, k)``.
    here : At
        Derivatives at the point.
    frame : Frame
        The directions across creases and along them.
    factors : ndarray
        Multipliers of the rows, ``(1, r)``.
    tolerance : ndarray
        The size of multipliers that is rounding, ``(k,)``.
    """

    surface: Surface
    x: Array
    active: Mask
    signs: Array
    here: At
    frame: Frame
    factors: Array
    tolerance: Array

    def along(self, ways: Array) -> int:
        """Judge the point by values along those ways of some that are not nan."""
        if self._level_piece(self.signs):
            return Claim.LEVEL
        return self._by_values(ways[~np.isnan(ways[:, 0])], self.active)

    def _level_piece(self, signs: Array) -> bool:
        """Tell whether f is level wherever it is flat, on the piece with some signs."""
        form = self.surface.form
        return form.quadratic or form.constant(signs[0, : len(form.sorts)].tolist())

    def on_pieces(self, weak: Indices) -> int:
        """Judge the point on each piece of f on the sides of weak switches."""
        if len(weak) > _PIECES or self.surface.vector[weak].any():
            return Claim.UNKNOWN
        kept = self.active.copy()
        kept[weak] = False
        found: list[int] = []
        level = [np.empty((0, self.x.shape[1]))]
        for combination in combinations((-1.0, 1.0), repeat=len(weak)):
            sides = np.array(combination)
            if self._may_fall(weak, sides):
                claim, ways = self._piece(kept, weak, sides)
                found.append(claim)
                level.append(ways)
        if Claim.NOT in found or Claim.UNKNOWN in found or not found:
            return Claim.NOT if Claim.NOT in found else Claim.UNKNOWN
        if Claim.FLAT in found:
            return self._by_values(np.concatenate(level), kept)
        return max(found)

    def _may_fall(self, weak: Indices, sides: Array) -> bool:
        """Tell whether f may fall on the sides of switches; it rises on others."""
        sorts, factors = self.surface.sorts[weak], self.factors[0, self.surface.first[weak]]
        tiny, rise = self.tolerance[weak], self.here.rise[0, weak]
        one_sided = (sorts == Sort.KINK) & (rise > tiny) & (np.abs(factors) > tiny)
        rises = one_sided & (sides == np.sign(factors))
        return not (rises | ((sorts == Sort.BOUND) & (sides < 0))).any()

    def _piece(self, kept: Mask, weak: Indices, sides: Array) -> tuple[int, Array]:
        """Judge the piece of f on some sides of weak switches, with the others kept.

        FLAT if values have to tell; and the ways along which the piece is level.
        """
        surface, signs = self.surface, self.signs.copy()
        signs[0, weak] = sides
        here, none = surface.at(self.x, signs), np.empty((0, self.x.shape[1]))
        if not finite(here).all():
            return Claim.UNKNOWN, none
        on = kept[None, surface.owner]
        frame = Frame.of(here.normal, on)
        hessian, doubt = hessian_doubt(surface, self.x, signs, frame.factors(here.slope, on))
        if not np.isfinite(hessian).all():
            return Claim.UNKNOWN, none
        values, directions, mine = frame.curvatures(hessian)
        curvatures, ways = values[mine], directions[mine]
        level = max(_CURVED * np.abs(hessian).max(), doubt[0])
        down, flat = curvatures < -level, np.abs(curvatures) <= level
        steps = ways[~flat] @ here.slope[0] / curvatures[~flat]
        if not down.any() and (np.abs(steps) > _OFF_THE_POINT).any():
            return Claim.UNKNOWN, none
        if not down.any():
            straight = Claim.LEVEL if self._level_piece(signs) else Claim.FLAT
            return (straight if flat.any() else Claim.MIN), ways[flat]
        normals = here.normal[0, surface.first[weak]]
        for way in (*ways[down], *-ways[down]):
            if (sides * (normals @ way) >= -_SIDE * np.linalg.norm(normals, axis=1)).all():
                return Claim.NOT, none
        return Claim.UNKNOWN, none

    def _by_values(self, ways: Array, kept: Mask) -> int:
        """Judge the point by values along ways in which f is flat, on creases that are kept."""
        if len(ways) > 1:
            rng = np.random.default_rng(0)
            mixed = rng.normal(size=(_MIXTURES * len(ways), len(ways))) @ ways
            ways = np.concatenate([ways, mixed / length(mixed)[:, None]])
        changes, noise = self._changes(np.concatenate([ways, -ways]), kept)
        sizes = np.where(np.isfinite(changes), np.abs(changes), 0.0)
        noise = noise + EPS * sizes.max(initial=0.0)
        lower, higher = changes < -noise, changes > noise
        if (lower.sum(axis=0) > 1).any():
            return Claim.NOT
        risen = not lower.any() and bool(higher.any(axis=0).all())
        return Claim.FLAT if risen else Claim.UNKNOWN

    def _changes(self, ways: Array, kept: Mask) -> tuple[Array, Array]:
        """Give changes of f along ways on creases, ``(probes, ways)``, and their noise."""
        steps = (np.array(_SHARES_ALONG)[:, None, None] * ways).reshape(-1, self.x.shape[1])
        many = self._copies(len(steps))
        on = kept[self.surface.owner]
        back = np.repeat(Frame.of(self.here.normal, on[None]).back, len(steps), axis=0)
        x = many.box.clip(self.x + steps * many.unit)
        signs = self._signs_at(many, x, kept)
        for _ in range(_RETURNED):
            zeros = np.where(on, many.values(x, signs)[1], 0.0)
            x = many.box.clip(x - times(back, zeros) * many.unit)
            signs = self._signs_at(many, x, kept)
        values, here = many.values(x, signs)[0], self.here.value[0]
        noise = _NOISE * (np.abs(values) + np.abs(here)) + self._scatter()
        blocked = (np.abs(x - self.x) <= _BLOCKED * many.unit).all(axis=1)
        changes = np.where(blocked | ~np.isfinite(values), np.inf, values - here)
        shape = len(_SHARES_ALONG), len(ways)
        return changes.reshape(shape), noise.reshape(shape)

    def _signs_at(self, many: Surface, x: Array, kept: Mask) -> Array:
        """Give signs beside the point: those of active switches that are not kept are new."""
        beside = many.signs(x) if (self.active & ~kept).any() else self.signs
        return np.where(kept, 0.0, np.where(self.active, beside, self.signs))

    def _copies(self, count: int) -> Surface:
        return self.surface.of(np.zeros(count, dtype=np.intp))

    def _scatter(self) -> float:
        """Give the rounding error of the piece of f on the creases."""
        shifts = np.random.default_rng(1).integers(-3, 4, size=(6, self.x.shape[1]))
        signs = np.repeat(self.signs, len(shifts), axis=0)
        values = self._copies(len(shifts)).values(self.x * (1 + shifts * EPS), signs)[0]
        return float(2 * np.abs(values - self.here.value[0]).max())

    def level(self, steepness: float) -> int:
        """Tell whether f, level at first, falls before it rises on some way: a terrace."""
        n = self.x.shape[1]
        ways = np.random.default_rng(0).normal(size=(_WAYS_AROUND if n > 1 else 0, n))
        ways = np.concatenate([np.eye(n), ways / length(ways)[:, None]])
        ways = np.concatenate([ways, -ways])
        steps = (_DISTANCES[:, None, None] * ways).reshape(-1, n)
        many, here = self._copies(len(steps)), self.surface.problem.values(self.x)[0]
        values = many.problem.values(many.box.clip(self.x + steps * many.unit))
        with np.errstate(invalid="ignore"):
            noise = _LEVEL_NOISE * (np.abs(values) + np.abs(here) + steepness)
            change = np.where(np.abs(values - here) <= noise, 0.0, np.sign(values - here))
        change = np.where(np.isnan(change), 1.0, change).reshape(len(_DISTANCES), len(ways))
        first = (change != 0).argmax(axis=0)
        falls = (change[first, np.arange(len(ways))] < 0).any()
        return Claim.UNKNOWN if falls else Claim.LEVEL

    def null_switch(self) -> int | None:
        """Give an active switch that makes no crease, as it is zero without a slope."""
        first, active = self.surface.first, np.flatnonzero(self.active)
        normal, inner = self.here.normal[0, first[active]], self.here.inner[0, first[active]]
        null = (normal == 0).all(axis=1) & (inner == 0).all(axis=1)
        return int(active[null][0]) if null.any() else None

    def at_vertex(self) -> int:
        """Judge a point where more creases meet than are independent."""
        active = np.flatnonzero(self.active)
        full = int(self.frame.rank[0]) == self.x.shape[1]
        vectors = active[self.surface.vector[active]]
        if self.here.inner[0][:, vectors].any():
            return Claim.UNKNOWN
        strict = self._balanced(_STRICT, active)
        if isinstance(strict, np.ndarray) and (full or self._curves_up(strict, active)):
            return Claim.MIN
        if len(vectors):
            return Claim.UNKNOWN
        way = self._way(1.0, active)
        if way is None:
            return Claim.LEVEL if self._linear() else Claim.UNKNOWN
        return self._downhill(way[0])

    def needs_bounds(self) -> bool:
        """Tell whether f would fall outside the bounds."""
        kinks = self.active & (self.surface.sorts != Sort.BOUND)
        return self._way(1.0, np.flatnonzero(kinks)) is not None

    def _curves_up(self, multipliers: Array, active: Indices) -> bool:
        """Tell whether f curves up along all creases, with some multipliers of active switches."""
        if self.surface.vector[active].any():
            return False
        factors = np.zeros_like(self.factors)
        factors[0, self.surface.first[active]] = multipliers
        hessian, doubt = hessian_doubt(self.surface, self.x, self.signs, factors)
        if not np.isfinite(hessian).all():
            return False
        curvatures, _, mine = self.frame.curvatures(hessian)
        level = max(_CURVED * np.abs(hessian).max(), doubt[0])
        return bool((curvatures[mine] > level).all())

    def _way(self, share: float, active: Indices) -> tuple[Array, Array] | None:
        """Give a way down the linear model where active switches meet; None if there is none."""
        found = self._balanced(share, active)
        return found if isinstance(found, tuple) else None

    def _balanced(self, share: float, active: Indices) -> tuple[Array, Array] | Array:
        """Give multipliers where active switches meet, or else a way down the linear model.

        With a share of the rises, and as much less of the slope into the bounds. A cone rises by
        no less than the kinks do that stand for it.
        """
        surface, here = self.surface, self.here
        plain = active[~surface.vector[active]]
        normal, rise = here.normal[0, surface.first[plain]], here.rise[0, plain] * share
        bound, count = surface.sorts[plain] == Sort.BOUND, len(plain)
        steep = max(np.abs(here.slope).max(), np.abs(rise * length(normal)).max(initial=0.0))
        slope = here.slope[0] - (1 - share) * steep * _units(normal[bound]).sum(axis=0)
        for switch in active[surface.vector[active]]:
            ways, share_of = _around(len(surface.rows[switch]))
            rows = ways @ here.normal[0, surface.rows[switch]]
            steepest = here.rise[0, switch] if surface.sorts[switch] == Sort.TIP else steep / EPS
            normal = np.concatenate([normal, rows])
            rise = np.append(rise, np.full(len(rows), share * share_of * steepest))
        inner = np.zeros((len(normal), len(normal)))
        inner[:count, :count] = here.inner[0, surface.first[plain]][:, plain]
        bound = np.append(bound, np.zeros(len(normal) - count, dtype=bool))
        return balanced(slope, rise, normal, inner, np.arange(len(normal)), bound)

    def _linear(self) -> bool:
        """Tell whether f is linear on all its pieces, as far as one can see."""
        hessian = self.surface.hessian(self.x, self.signs, np.zeros_like(self.factors))
        return self.surface.form.quadratic and not hessian.any()

    def _downhill(self, way: Array) -> int:
        """Tell whether f falls along a way on which a linear model falls."""
        if not way.any():
            return Claim.UNKNOWN
        steps = np.array(_FALLING)[:, None] * way / np.abs(way).max()
        many = self._copies(len(steps))
        ahead = many.box.clip(self.x + steps * many.unit)
        falls = self.surface.problem.values(self.x)[0] - many.problem.values(ahead)
        lower = falls > rounding(many.problem, ahead)
        return Claim.NOT if np.count_nonzero(lower) > 1 else Claim.UNKNOWN
