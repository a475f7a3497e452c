"""One step of runs along creases: to the lowest point of a model of f with its kinks."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Indices, Mask, Whole
from ..facts.cancellation import rounding
from .algebra import largest, length
from .form import Sort
from .inner import Piecewise, lowest
from .surface import At, Surface
from .verify import ON, touching

_PULL = 1e-3  # share of the slopes: the curvature that is added, for linear pieces have none
_POSITIVE = 1e-10  # share of the largest curvature: the least one that a model may have
_ENOUGH = 0.05  # share of the fall that the model foretells: a step has to bring it
_TAKEN = (1.0, 0.3, 0.1)  # shares of a step: they are tried in turn
_TOO_SHORT = 0.8  # share of the model's fall: more shows that the pull was too strong
_DOUBLINGS = 7  # times: a step is doubled while f falls
_WITHIN_REACH = 1e-4  # units: switches that close are tried as zero
_HALVED = 0.5  # share of its size: a tip or a cusp that a step comes nearer by may be its end
_FARTHEST = 1e3  # units: a step, at most


class Step:
    """One step of runs that are on their way."""

    def __init__(self, surface: Surface, x: Array, active: Mask, pull: Array) -> None:
        self.surface, self.x = surface, x
        problem = surface.problem
        self.value, self.noise = problem.values(x), rounding(problem, x)
        self._at_once = touching(surface, x, ON) & surface.vector
        signs, handles = surface.unfolded(x)
        here = surface.at(x, np.where(self._at_once, 0.0, signs), handles)
        sizes = np.abs(here.rise[:, surface.owner]) * length(here.normal)
        slopes = largest(here.slope) + sizes.sum(axis=1) * 0
        for column in sizes.T:
            slopes = slopes + np.where(np.isfinite(column), column, 0.0)
        self.usual = _PULL * slopes
        signs = np.where(active & ~surface.vector | self._at_once, 0.0, surface.signs(x))
        multipliers = np.zeros((len(x), len(surface.owner)))
        hessian = surface.hessian(x, signs, multipliers)
        finite = np.isfinite(hessian).all(axis=(1, 2)) & np.isfinite(here.slope).all(axis=1)
        kinks = np.flatnonzero(~surface.vector)
        lines = np.flatnonzero(~surface.vector[surface.owner])
        finite &= np.isfinite(here.rise[:, kinks]).all(axis=1)
        finite &= np.isfinite(here.zero[:, lines]).all(axis=1) & (self.usual > 0)
        finite &= np.isfinite(here.normal[:, lines]).all(axis=(1, 2)) & np.isfinite(self.usual)
        self.usable = finite
        self.pull = np.where(np.isnan(pull), self.usual, pull)
        self.bend = np.zeros(len(x))
        self.fall, self.active = np.zeros(len(x)), np.zeros(active.shape, dtype=bool)
        step, rows = np.zeros_like(x), np.flatnonzero(finite)
        if len(rows):
            model = self._model(here.take(rows), hessian[rows], rows, kinks, lines)
            step[rows], met, self.fall[rows] = lowest(model)
            self.active[np.ix_(rows, kinks)] = met
        self.usable &= np.isfinite(step).all(axis=1)
        step = np.where(self.usable[:, None], step, 0.0)
        size = length(step)
        step *= np.where(size > _FARTHEST, _FARTHEST / np.maximum(size, _FARTHEST), 1.0)[:, None]
        self.step = step
        self.ahead = surface.box.clip(x + step * surface.unit)
        self._reached, self._lowest = x.copy(), np.full(len(x), np.inf)
        self._here = here

    def _model(
        self, here: At, hessian: Array, rows: Indices, kinks: Indices, lines: Indices
    ) -> Piecewise:
        surface = self.surface
        values = np.asarray(np.linalg.eigvalsh(hessian), dtype=np.float64)
        self.bend[rows] = largest(values)
        shift = 1.5 * np.maximum(0.0, _POSITIVE * largest(values) - values[:, 0]) + self.pull[rows]
        curved = hessian + shift[:, None, None] * np.eye(hessian.shape[1])
        bound = np.broadcast_to(surface.sorts[kinks] == Sort.BOUND, (len(rows), len(kinks)))
        inner = here.inner[:, lines][:, :, kinks]
        return Piecewise(here.slope, here.rise[:, kinks], here.zero[:, lines],
                         here.normal[:, lines], inner, curved, bound)  # fmt: skip

    def candidates(self) -> list[Mask]:
        """Give sets of switches that may be zero at a minimum nearby."""
        surface, first = self.surface, self.active | self._at_once
        found = [first]
        close = touching(surface, self.ahead, _WITHIN_REACH) & self.usable[:, None]
        near = first | close
        if surface.vector.any():
            found.append(first | self._met())
        if (near & ~first).any():
            found.append(near)
        return found

    def _met(self) -> Mask:
        """Tell which tips and cusps a step comes to."""
        surface = self.surface
        after = surface.at(self.ahead, surface.signs(self.ahead))
        before = surface.at(self.x, surface.signs(self.x))
        size = length(self.step)
        found = np.zeros_like(self.active)
        for i in np.flatnonzero(surface.vector):
            mine = surface.owner == i
            now, then = length(after.zero[:, mine]), length(before.zero[:, mine])
            steep = largest(length(before.normal[:, mine]))
            with np.errstate(invalid="ignore"):
                found[:, i] = (now <= _HALVED * then) | (then <= steep * (size + 0.01))
        return found

    def reach(self, rows: Whole, x: Array, values: Array) -> None:
        """Note a lower point that was reached along creases."""
        lower = values < self._lowest[rows]
        self._reached[rows[lower]], self._lowest[rows[lower]] = x[lower], values[lower]

    def taken(self, rows: Whole) -> tuple[Array, Mask]:
        """Give the points that steps lead to, and for which runs f falls enough there."""
        surface, x, value = self.surface.of(rows), self.x[rows], self.value[rows]
        moved, done = x.copy(), np.zeros(len(rows), dtype=bool)
        whole_way = self._lowest[rows] < value
        moved[whole_way], done[whole_way] = self._reached[rows[whole_way]], True
        fall = self.fall[rows]
        for share in _TAKEN:
            mine = np.flatnonzero(~done & (fall < 0))
            if not len(mine):
                break
            ahead = surface.box.clip(x[mine] + share * self.step[rows[mine]] * surface.unit[mine])
            values = surface.problem.of(mine).values(ahead)
            with np.errstate(invalid="ignore"):
                good = values <= value[mine] + _ENOUGH * share * fall[mine]
                full = good & (share == 1) & (values <= value[mine] + _TOO_SHORT * fall[mine])
            moved[mine[good]], done[mine[good]] = ahead[good], True
            self._double(rows, mine[full], moved)
        return moved, done

    def _double(self, rows: Whole, mine: Whole, moved: Array) -> None:
        """Double steps while f falls."""
        surface = self.surface.of(rows)
        best = surface.problem.of(mine).values(moved[mine])
        for power in range(1, _DOUBLINGS + 1):
            if not len(mine):
                break
            step = 2.0**power * self.step[rows[mine]] * surface.unit[mine]
            ahead = surface.box.clip(self.x[rows[mine]] + step)
            values = surface.problem.of(mine).values(ahead)
            with np.errstate(invalid="ignore"):
                lower = values < best
            mine, best = mine[lower], values[lower]
            moved[mine] = ahead[lower]
