"""Newton steps along creases: to the stationary point of f where some switches are zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import EPS, Array, Columns, Indices, Mask
from .algebra import Frame, dot, largest, length, times, turned
from .surface import Surface

_ALONG = 30  # steps: along creases
_BACK_ON = 8  # steps: back to the creases, at first
_BACK_AGAIN = 2  # steps: back to the creases, after each step along them
_OFF_CREASES = 1e-2  # share of a step: it may end as far off the creases
_SHORTER_STEP = 0.4  # share of a step: it is tried if f rises
_TRIED_STEPS = 12  # steps: tried before f counts as rising
_LONGEST_STEP = 3.0  # units: a step along creases, at most
_LEASH = 30.0  # units: the way along creases, at most
_BARELY = 1e-11  # share of the largest curvature: no step is taken along less
_ROOM = 0.9  # share of the way to a bound: a step may go
_REMNANT = 1e-14  # share of the way: coordinates that are smaller are zero
_ONE_OF_MANY = 0.25  # share of the step before: a step that shrinks less is one of many
_STANDS_FOR = 32.0  # steps: one stands for so many, at most
_NO_STEP = 1e-15  # units: a step that short is none


@dataclass
class Finish(Columns):
    """Where steps along creases have led.

    Attributes
    ----------
    x : ndarray
        ``(m, n)``.
    ended : ndarray
        Whether the steps ran into a point, ``(m,)``; otherwise they were cut short.
    good : ndarray
        Whether everything was finite on the way.
    """

    x: Array
    ended: Mask
    good: Mask


def finish(surface: Surface, x: Array, active: Mask) -> Finish:
    """Go along the creases of active switches ``(m, k)`` to a stationary point.

    The piece of f on the creases, gone on to all sides, is smooth: there is no noise of kinks.
    """
    signs = np.where(active, 0.0, surface.signs(x))
    on = active[:, surface.owner]
    x, good = _restored(surface, x, signs, on)
    found = Finish(x.copy(), np.zeros(len(x), dtype=bool), good)
    begun, last = x.copy(), np.full_like(x, np.nan)
    rows = np.flatnonzero(good)
    for _ in range(_ALONG):
        if not len(rows):
            break
        its = surface.of(rows)
        turn = _Turn(its, found.x[rows], signs[rows], on[rows], last[rows])
        moved, ended, fine = turn.take(begun[rows])
        last[rows] = (moved - found.x[rows]) / its.unit
        found.x[rows], found.ended[rows], found.good[rows] = moved, ended, fine
        away = length((moved - begun[rows]) / its.unit) > _LEASH
        rows = rows[~ended & fine & ~away]
    found.x, good = _restored(surface, found.x, signs, on)
    found.good &= good
    found.x = np.where(np.abs(found.x) <= _REMNANT * surface.unit, 0.0, found.x)
    return found


def _restored(surface: Surface, x: Array, signs: Array, on: Mask) -> tuple[Array, Mask]:
    """Bring points to where rows are zero; tell which of them are finite there."""
    x, good, rows = x.copy(), np.ones(len(x), dtype=bool), np.flatnonzero(on.any(axis=1))
    for _ in range(_BACK_ON):
        if not len(rows):
            break
        its = surface.of(rows)
        here = its.at(x[rows], signs[rows])
        fine = np.isfinite(here.normal).all(axis=(1, 2)) & np.isfinite(here.zero).all(axis=1)
        good[rows] = fine
        rows, its, here = rows[fine], its.of(fine), here.take(fine)
        back = Frame.of(here.normal, on[rows]).back
        step = times(back, np.where(on[rows], here.zero, 0.0)) * its.unit
        moved = surface.box.clip(x[rows] - step)
        moving = (np.abs(moved - x[rows]) > EPS * np.abs(x[rows])).any(axis=1)
        x[rows] = moved
        rows = rows[moving]
    return x, good


class _Turn:
    """One Newton step along the creases."""

    def __init__(self, surface: Surface, x: Array, signs: Array, on: Mask, last: Array) -> None:
        self._surface, self._x, self._signs, self._on = surface, x, signs, on
        here = surface.at(x, signs)
        finite = np.asarray(np.isfinite(here.normal).all(axis=(1, 2)))
        finite &= np.isfinite(here.slope).all(axis=1)
        self._here = here
        self._frame = Frame.of(np.where(finite[:, None, None], here.normal, 0.0), on)
        slope = np.where(finite[:, None], here.slope, 0.0)
        factors = self._frame.factors(slope, on)
        hessian = surface.hessian(x, signs, factors)
        self.fine: Mask = finite & np.isfinite(hessian).all(axis=(1, 2)) & np.isfinite(here.value)
        hessian = np.where(self.fine[:, None, None], hessian, 0.0)
        self._step = self._newton(slope, hessian)
        self._faster = _following(self._step, last)
        self._factors = np.where(self.fine[:, None], factors, 0.0)

    def _newton(self, slope: Array, hessian: Array) -> Array:
        curvatures, ways, mine = self._frame.curvatures(hessian)
        sizes = np.abs(curvatures)
        kept = mine & (sizes > _BARELY * largest(largest(hessian))[:, None])
        parts = np.where(kept, -times(ways, slope) / np.where(kept, sizes, 1.0), 0.0)
        step = times(turned(ways), parts)
        long = length(step)
        return (
            step
            * np.where(long > _LONGEST_STEP, _LONGEST_STEP / np.maximum(long, _LONGEST_STEP), 1.0)[
                :, None
            ]
        )

    def take(self, begun: Array) -> tuple[Array, Mask, Mask]:
        """Take it; tell where it has led, which runs are at the end, and which are finite."""
        step, x, surface = self._step, self._x, self._surface
        small = largest(step) <= np.maximum(4 * EPS * largest(x / surface.unit), _NO_STEP)
        step = step * self._room(step)[:, None]
        moved, open_ = x.copy(), self.fine & ~small
        share = self._faster.copy()
        level = self._here.value - dot(self._factors, self._here.zero)
        level = level + 4 * EPS * np.abs(self._here.value)
        for trial in range(_TRIED_STEPS):
            rows = np.flatnonzero(open_)
            if not len(rows):
                break
            ahead, value = self._ahead(rows, share[rows, None] * step[rows])
            lower = value <= level[rows]
            moved[rows[lower]] = ahead[lower]
            open_[rows[lower]] = False
            several = (self._faster > 1) & (trial == 0)
            share = np.where(several, 1.0, _SHORTER_STEP * share)
        stuck = open_ | (np.abs(moved - x) <= 2 * EPS * np.abs(x)).all(axis=1)
        return moved, (small | stuck) & self.fine, self.fine

    def _room(self, step: Array) -> Array:
        """Give the share of steps that stays inside the bounds."""
        share = np.ones(len(step))
        free = ~self._on
        for row in np.flatnonzero(np.arange(self._on.shape[1]) >= len(self._surface.form.owner)):
            zero, rate = self._here.zero[:, row], dot(self._here.normal[:, row], step)
            with np.errstate(all="ignore"):
                room = np.where(free[:, row] & (rate < 0), -_ROOM * zero / rate, np.inf)
            share = np.minimum(share, np.where(room >= 0, room, np.inf))
        return share

    def _ahead(self, rows: Indices, step: Array) -> tuple[Array, Array]:
        """Go ahead and back to the creases; give f there, less what being off them adds.

        It is infinite where the way back was too long for that to be known.
        """
        its, signs, on = self._surface.of(rows), self._signs[rows], self._on[rows]
        back = self._frame.back[rows]
        x = its.box.clip(self._x[rows] + step * its.unit)
        for _ in range(_BACK_AGAIN if on.any() else 0):
            zeros = its.values(x, signs)[1]
            x = its.box.clip(x - times(back, np.where(on, zeros, 0.0)) * its.unit)
        value, zeros = its.values(x, signs)
        zeros = np.where(on, zeros, 0.0)
        near = length(times(back, zeros)) <= _OFF_CREASES * length(step)
        return x, np.where(near, value - dot(self._factors[rows], zeros), np.inf)


def _following(step: Array, last: Array) -> Array:
    """Give how many steps a step stands for, if those after it shrink as it did from the last."""
    with np.errstate(all="ignore"):
        left = dot(step, last) / dot(last, last)
        factor = np.where(left < 1, np.minimum(1 / (1 - left), _STANDS_FOR), _STANDS_FOR)
        return np.where(left >= _ONE_OF_MANY, factor, 1.0)
