"""What points on creases are, by conditions of first and second order.

At a point let the switches A be zero, with normals Z and multipliers m such that ``Z'm`` is the
slope of f. If every multiplier is smaller in size than f rises across its crease, and f curves up
along all creases, the point is a strict local minimum; if one is larger, f falls on one side of
that crease. Where several multipliers would do, or one is as large as the rise, each point is
looked at alone, in `alone`.

References
----------
A. Griewank, A. Walther, "First- and second-order optimality conditions for piecewise smooth
objective functions", Optimization Methods and Software 31, 904-930 (2016),
doi:10.1080/10556788.2016.1189549.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import EPS, Array, Columns, Indices, Mask, Whole
from .algebra import Frame, largest, length, times, turned
from .alone import LOWEST, Alone, Claim, finite, hessian_doubt
from .form import Sort
from .surface import Surface

ON = 1e-11  # units: a crease that close is at the point
FOLLOWED = 1e-9  # units: a crease that was followed may be as far away, by rounding
_ROUNDED = 1e-9  # share of the slopes: a difference of that size is rounding
_WEAK = 1e-7  # share of the rise across a crease: a multiplier that close to it decides nothing
_ARRIVED = 1e-6  # units: a Newton step that long shows that the point is none
_STRAIGHT_PIECE = 1e-9  # share of the largest curvature: less is none
_WITHOUT_DIGITS = 1e-290  # curvature: below it doubles have lost digits
_USUAL = 1e-2  # units: where the usual slope is taken
_RESOLVED = 1e-5  # units: x must be rounded by less
_EDGE = 1e-9  # units: a jump that close is at the point


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


@np.errstate(all="ignore")
def verify(surface: Surface, x: Array, active: Mask | None = None) -> Claims:
    """Tell what points are; `active` switches ``(m, k)`` are zero there, and others may be."""
    if active is None:
        active = np.zeros((len(x), len(surface.sorts)), dtype=bool)
    active = active & touching(surface, x, FOLLOWED) | touching(surface, x, ON)
    first, member = _alike(surface, x, active)
    return _Points(surface.of(first), x[first], active[first]).claims().take(member)


def ways_off(surface: Surface, x: Array) -> Array:
    """Give ways on which f falls from points by leaving one of the creases they are on.

    0 where there is none, ``(m, n)``.
    """
    return _Points(surface, x, touching(surface, x, ON)).ways_off()


def touching(surface: Surface, x: Array, share: float) -> Mask:
    """Tell which switches are zero within a share of the units, ``(m, k)``."""
    here = surface.at(x, surface.signs(x))
    with np.errstate(invalid="ignore"):
        near = np.abs(here.zero) <= share * length(here.normal)
    near |= here.zero == 0
    return np.stack([near[:, mine].all(axis=1) for mine in surface.rows], axis=1)


def _alike(surface: Surface, x: Array, active: Mask) -> tuple[Indices, Indices]:
    """Give the first of all points that are the same to the last bit, and whose each is."""
    columns, cases = [x, surface.unit, active], surface.problem.cases
    columns += [] if cases is None else [cases[:, None]]
    keys = np.column_stack(columns).astype(float) + 0.0
    _, first, member = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return first, member.ravel()


class _Points:
    """Points that are looked at together."""

    def __init__(self, surface: Surface, x: Array, active: Mask) -> None:
        self._surface, self._x, self._active = surface, x, active
        self._on = active[:, surface.owner]
        self._signs = np.where(active, 0.0, surface.signs(x))
        self._broken = self._jumps()
        here = surface.at(x, self._signs)
        fine = (EPS * np.abs(x) <= _RESOLVED * surface.unit).all(axis=1)
        self._usable = finite(here) & ~self._broken & fine
        self._here = here.each(self._cleared)
        self._frame = Frame.of(self._here.normal, self._on)
        self._factors = self._frame.factors(self._here.slope, self._on)
        across = np.abs(here.rise[:, surface.owner]) * length(self._here.normal)
        self._steep = np.maximum(largest(self._here.slope), largest(self._cleared(across)))
        self._steep = np.maximum(self._steep, self._beside())
        self._bounds = surface.sorts == Sort.BOUND

    def _cleared(self, column: Array) -> Array:
        """Put zeros where nothing can be told."""
        return np.where(self._usable.reshape(-1, *[1] * (column.ndim - 1)), column, 0.0)

    def claims(self) -> Claims:
        """Tell what all of them are."""
        excess, level = self._excess()
        violated = (self._active & (excess > level)).any(axis=1)
        weak = self._active & (np.abs(excess) <= level)
        flat, curved, falls, still = self._curvature()
        regular = self._frame.regular & ~self._without_normal()
        claim = np.full(len(self._x), Claim.UNKNOWN.value)
        claim[regular & (violated | falls | ~still)] = Claim.NOT
        clear = regular & ~violated & still & ~weak.any(axis=1)
        claim[clear & curved] = Claim.MIN
        asked = self._usable & (claim == Claim.UNKNOWN)
        for row in np.flatnonzero(asked & clear).tolist():
            claim[row] = self._alone(row).along(flat[row])
        for row in np.flatnonzero(asked & regular & ~clear).tolist():
            claim[row] = self._alone(row).on_pieces(np.flatnonzero(weak[row]))
        for row in np.flatnonzero(asked & ~regular).tolist():
            claim[row] = self._vertex(row)
        for row in np.flatnonzero(claim == Claim.LEVEL).tolist():
            claim[row] = self._alone(row).level(self._steep[row])
        claim[~self._usable] = Claim.UNKNOWN
        claim[self._broken] = Claim.BROKEN
        switched = self._active & ~self._bounds
        kinked = switched & ~self._without_rise()
        held = (self._active & self._bounds & (excess < -level)).any(axis=1)
        irregular = ~regular & (self._active & self._bounds).any(axis=1) & LOWEST[claim]
        for row in np.flatnonzero(irregular).tolist():
            held[row] = self._alone(row).needs_bounds()
        return Claims(claim, ~kinked.any(axis=1), ~switched.any(axis=1), held)

    def _alone(self, row: int) -> Alone:
        one = slice(row, row + 1)
        return Alone(
            self._surface.of([row]), self._x[one], self._active[row], self._signs[one],
            self._here.take(one), self._frame.take(one), self._factors[one],
            self._tolerance()[row],
        )  # fmt: skip

    def _vertex(self, row: int) -> int:
        """Judge a point where more creases meet than there are variables, or one has no normal."""
        alone = self._alone(row)
        switch = alone.null_switch()
        if switch is None:
            return alone.at_vertex()
        active, signs = self._active[row : row + 1].copy(), []
        active[0, switch] = False
        for side in (-1.0, 1.0):
            one = _Points(self._surface.of([row]), self._x[row : row + 1], active)
            signs.append(one.sided(switch, side))
        good = [bool(LOWEST[claim]) for claim in signs]
        rises = self._here.rise[row, switch] >= 0
        if rises and any(good):
            return next(claim for claim, fine in zip(signs, good, strict=True) if fine)
        return max(signs) if all(good) else Claim.UNKNOWN

    def sided(self, switch: int, side: float) -> int:
        """Judge a point as if one of its switches had a sign."""
        self._signs[:, switch] = side
        self._usable &= finite(here := self._surface.at(self._x, self._signs))
        self._here = here.each(self._cleared)
        self._frame = Frame.of(self._here.normal, self._on)
        self._factors = self._frame.factors(self._here.slope, self._on)
        return int(self.claims().claim[0])

    def ways_off(self) -> Array:
        """Give the ways off the creases whose multipliers exceed their limits most."""
        excess, level = self._excess()
        excess = np.where(self._active & (excess > level), excess, 0.0)
        leaving = self._surface.owner == excess.argmax(axis=1)[:, None]
        way = times(self._frame.back, np.where(leaving, -self._factors, 0.0))
        size = length(way)
        good = self._usable & (excess.max(axis=1) > 0) & (size > 0) & np.isfinite(size)
        return np.where(good[:, None], way / np.where(good, size, 1.0)[:, None], 0.0)

    def _jumps(self) -> Mask:
        """Tell where f jumps right beside the points."""
        jumps, problem = self._surface.form.jumps, self._surface.problem
        if jumps is None:
            return np.zeros(len(self._x), dtype=bool)
        before = problem.run(jumps, self._x)
        reach = np.zeros_like(before)
        for step in _EDGE * np.concatenate([np.eye(self._x.shape[1]), -np.eye(self._x.shape[1])]):
            with np.errstate(invalid="ignore"):
                change = problem.run(jumps, self._x + step * self._surface.unit) - before
                reach = np.fmax(reach, np.abs(change))
        return np.asarray(~(np.abs(before) > reach).all(axis=0))

    def _without_normal(self) -> Mask:
        """Tell where an active switch has no normal."""
        return np.asarray((self._on & (length(self._here.normal) == 0)).any(axis=1))

    def _without_rise(self) -> Mask:
        """Tell across which creases f has no kink, as it does not rise there."""
        kinks = self._surface.sorts == Sort.KINK
        return np.asarray((np.abs(self._here.rise) <= self._tolerance()) & kinks)

    def _tolerance(self) -> Array:
        """Give the size of multipliers of switches that is rounding."""
        sizes = length(self._here.normal)
        sizes = np.stack([largest(sizes[:, mine]) for mine in self._surface.rows], axis=1)
        return np.asarray(_ROUNDED * self._steep[:, None] / np.where(sizes > 0, sizes, 1.0))

    def _excess(self) -> tuple[Array, Array]:
        """Give by how much multipliers exceed their limits, and how much of that tells nothing."""
        surface, here = self._surface, self._here
        limit = here.rise - times(turned(here.inner), self._factors)
        size = np.stack([length(self._factors[:, mine]) for mine in surface.rows], axis=1)
        share = np.where(self._bounds, 0.0, _WEAK * np.abs(limit))
        level = np.maximum(self._tolerance(), share)
        excess = np.where(self._bounds, -self._factors[:, surface.first], size - limit)
        cusp = surface.sorts == Sort.CUSP
        return np.where(cusp, -limit, excess), np.where(cusp, 0.0, level)

    def _curvature(self) -> tuple[Array, Mask, Mask, Mask]:
        """Give the ways in which f is flat, others nan; where it curves up, falls, and rests."""
        surface = self._surface
        hessian, doubt = hessian_doubt(surface, self._x, self._signs, self._factors)
        self._usable = self._usable & np.isfinite(hessian).all(axis=(1, 2))
        hessian = self._cleared(hessian)
        curvatures, ways, mine = self._frame.curvatures(hessian)
        level = np.maximum(_STRAIGHT_PIECE * largest(largest(hessian)), doubt)
        rounded = 4 * EPS * largest(self._here.slope) / _ARRIVED
        level = np.maximum(level, np.maximum(rounded, _WITHOUT_DIGITS))
        slopes = np.where(mine, times(ways, self._here.slope), 0.0)
        flat = mine & (np.abs(curvatures) <= level[:, None])
        with np.errstate(all="ignore"):
            step = np.where(mine & ~flat, slopes / curvatures, 0.0)
        level_slopes = np.where(flat, slopes, 0.0)
        still = np.asarray(largest(step) <= _ARRIVED)
        still &= largest(level_slopes) <= _ROUNDED * self._steep
        falls = np.asarray((mine & ~flat & (curvatures < 0)).any(axis=1))
        curved = ~np.asarray(flat.any(axis=1) | falls)
        return np.where(flat[..., None], ways, np.nan), curved, falls, still

    def _beside(self) -> Array:
        """Give the size that slopes have nearby."""
        surface, found = self._surface, np.zeros(len(self._x))
        for side in (-_USUAL, _USUAL):
            beside = surface.box.clip(self._x + side * surface.unit)
            slopes = surface.at(beside, self._signs).slope
            found = np.fmax(found, largest(np.where(np.isfinite(slopes), slopes, 0.0)))
        return found
