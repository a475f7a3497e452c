"""One step of runs along creases: to the lowest point of a model of f with its kinks."""

from __future__ import annotations

import numpy as np

from ..arrays import Array, Indices, Mask, Whole
from ..facts.cancellation import rounding
from .algebra import Frame, largest, length, total
from .form import Sort
from .inner import Piecewise, lowest
from .surface import At, Surface
from .verify import ON, touching

_PULL = 1e-3  # share of the slopes: the curvature that is added, for linear pieces have none
_POSITIVE = 1e-10  # share of the largest curvature: the least one that a model may have
_MORE_CONVEX = 1.5  # times what a model lacks to be convex: it is added
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
        self.value, self.noise = surface.problem.values(x), rounding(surface.problem, x)
        self._at_once = touching(surface, x, ON) & surface.vector
        self._kinks = np.flatnonzero(~surface.vector)
        self._lines = np.flatnonzero(~surface.vector[surface.owner])
        signs, handles = surface.unfolded(x)
        here = surface.at(x, np.where(self._at_once, 0.0, signs), handles)
        self.usual, hessian = _PULL * self._slopes(here), self._hessian(active)
        self.usable = self._finite(here, hessian)
        self.pull = np.where(np.isnan(pull), self.usual, pull)
        self.bend, self.fall = np.zeros((2, len(x)))
        self.active = np.zeros(active.shape, dtype=bool)
        self.step = self._lowest(here, hessian)
        self.ahead = surface.box.clip(x + self.step * surface.unit)
        self._reached, self._least = x.copy(), np.full(len(x), np.inf)

    def _slopes(self, here: At) -> Array:
        """Give how steep f is, over all pieces."""
        across = np.abs(here.rise[:, self.surface.owner]) * length(here.normal)
        return largest(here.slope) + total(np.where(np.isfinite(across), across, 0.0))

    def _hessian(self, active: Mask) -> Array:
        """Give the Hessian of f along the creases of the last step."""
        surface, x = self.surface, self.x
        active = active & ~surface.vector | self._at_once
        signs, on = np.where(active, 0.0, surface.signs(x)), active[:, surface.owner]
        factors = np.zeros(on.shape)
        if on.any():
            here = surface.at(x, signs)
            normal = np.where(np.isfinite(here.normal) & on[..., None], here.normal, 0.0)
            factors = Frame.of(normal, on).factors(here.slope, on)
        return surface.hessian(x, signs, factors)

    def _finite(self, here: At, hessian: Array) -> Mask:
        """Tell where there is a model."""
        columns = (hessian.reshape(len(hessian), -1), here.slope, here.rise[:, self._kinks],
                   here.zero[:, self._lines], self.usual[:, None])  # fmt: skip
        finite = np.isfinite(np.concatenate(columns, axis=1)).all(axis=1)
        finite &= np.isfinite(here.normal[:, self._lines]).all(axis=(1, 2))
        return np.asarray(finite & (self.usual > 0))

    def _lowest(self, here: At, hessian: Array) -> Array:
        """Give the steps to the lowest points of the models, not too long."""
        step, rows = np.zeros_like(self.x), np.flatnonzero(self.usable)
        if len(rows):
            model = self._model(here.take(rows), hessian[rows], rows)
            step[rows], met, self.fall[rows] = lowest(model)
            self.active[np.ix_(rows, self._kinks)] = met
        self.usable &= np.isfinite(step).all(axis=1)
        step = np.where(self.usable[:, None], step, 0.0)
        size = length(step)
        share = np.where(size > _FARTHEST, _FARTHEST / np.maximum(size, _FARTHEST), 1.0)
        return step * share[:, None]

    def _model(self, here: At, hessian: Array, rows: Indices) -> Piecewise:
        kinks, lines, sorts = self._kinks, self._lines, self.surface.sorts
        values = np.asarray(np.linalg.eigvalsh(hessian), dtype=np.float64)
        self.bend[rows] = largest(values)
        shift = _MORE_CONVEX * np.maximum(0.0, _POSITIVE * largest(values) - values[:, 0])
        shift += self.pull[rows]
        curved = hessian + shift[:, None, None] * np.eye(hessian.shape[1])
        bound = np.broadcast_to(sorts[kinks] == Sort.BOUND, (len(rows), len(kinks)))
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
        lower = values < self._least[rows]
        self._reached[rows[lower]], self._least[rows[lower]] = x[lower], values[lower]

    def taken(self, rows: Whole) -> tuple[Array, Mask]:
        """Give the points that steps lead to, and for which runs f falls enough there."""
        surface, x, value = self.surface.of(rows), self.x[rows], self.value[rows]
        moved, done = x.copy(), np.zeros(len(rows), dtype=bool)
        whole_way = self._least[rows] < value
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
