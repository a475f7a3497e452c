"""What a point is: a minimum, a maximum, a saddle, a flat region, from Hessian and values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from ..arrays import EPS, Array, Mask, Whole
from ..facts.cancellation import gradient_noise, rounding
from ..given.boxes import Box
from ..problem import Problem
from ..status import Kind
from .creases import falls_along_kink
from .levels import on_level_sets
from .local import PERTURBED, SINGULAR, Model, total
from .probe import Around, Places, around
from .rests import falls_inward

_MEANS = {
    Around.DOWN: Kind.SADDLE,
    Around.SUMMIT: Kind.MAXIMUM,
    Around.VALLEY: Kind.WEAK_MINIMUM,
    Around.LEVEL: Kind.FLAT,
}
_KINDS = np.array([_MEANS.get(code, Kind.UNKNOWN) for code in sorted(Around)])  # by code
LOWEST = np.array([kind.lowest for kind in Kind])  # by code: whether it is a minimum

_NEIGHBOURHOOD = 1e-3  # share of the searched region: it belongs to a start, at least
_BLURRED = 1e-2  # share of that neighbourhood: x must be rounded by less to look around
_WARY = 2.0  # times what the curvature changes by: it has to be above to have a sign
_NEARBY = 1e-2  # share of the way travelled: where f is compared with its curvature
_DIGITS_LOST = 1e-290  # curvature: below it doubles have lost digits
_SMALLER = 1 / 32  # share of a long neighbourhood: it stands for those of shorter runs
_SIGNS = 8  # mixtures: of more variables each cannot be asked alone
_OUTSIDE_DOUBT = 10.0 ** np.arange(1, 9)[:, None]  # times the doubt: where curvature is looked for
_LEAST_DOUBT = 1e-30  # share of the searched region: the doubt about a point, at least
_ALIKE = 0.1  # share of what curvature makes of f: it changes by no more or less
_INSIDE = 1e-2  # share of the neighbourhood: changes of f so close are those that count
_SLOPES_AT = (1e-9, 1e-2)  # shares of the neighbourhood: slopes beside a point, and usual ones
_NO_KINK = 1e-6  # share of the slopes nearby: where those beside a point are less, it has no kink
_FLATTER = 1e6  # times the curvature's rise: f rises more only at a degenerate minimum


@dataclass(frozen=True)
class Kinds:
    """Tells what points are.

    Attributes
    ----------
    problem : Problem
        f.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.
    """

    problem: Problem
    box: Box
    width: Array

    def of(self, rows: Any) -> Kinds:
        """Give what tells points of some runs apart."""
        return replace(self, problem=self.problem.of(rows))

    def at(self, points: Array, x0: Array, here: Model, degenerate: Mask) -> tuple[Whole, Mask]:
        """Tell what stationary points are, from the Hessian or from values around them.

        And which of them lie on smooth sets of minima that doubles show.
        """
        doubt = self._doubt(points, here)
        error = np.fmax(doubt, np.abs(here.newton_step()))
        noise = self._hessian_noise(points, here, error)
        linear = degenerate
        degenerate = degenerate | self._flattened(points, self._length(points, x0), here)
        low, high = here.eigenvalues[:, 0], here.eigenvalues[:, -1]
        kinds = np.full(len(points), Kind.SADDLE, dtype=np.int64)
        kinds[low > noise] = Kind.MINIMUM
        kinds[high < -noise] = Kind.MAXIMUM
        doubtful = degenerate | ~((np.abs(here.eigenvalues) > noise[:, None]).all(axis=1))
        doubtful &= ~(low < -np.maximum(noise, SINGULAR))
        kinked = near_kink(self.problem, points)
        doubtful |= kinked
        level = self._on_sets(points, doubtful & ~linear & ~kinked)
        kinds[level] = Kind.WEAK_MINIMUM
        rows = np.flatnonzero(doubtful & ~level)
        if len(rows):
            its = self.of(rows)
            trusted = ~linear[rows] & its._curved(points[rows], here.take(rows), doubt[rows])
            clear = (low > noise) & ~degenerate
            smooth = np.where(clear, Kind.MINIMUM, Kind.WEAK_MINIMUM)[rows]
            kinds[rows] = its.by_values(points[rows], x0[rows], smooth, error[rows], trusted)
        coarse = ~self.resolved(points, x0, doubtful)
        kinds[coarse] = Kind.UNKNOWN
        return kinds, level & ~coarse

    def _on_sets(self, points: Array, asked: Mask) -> Mask:
        """Tell which of some points lie on sets of minima that doubles show."""
        rows, level = np.flatnonzero(asked), np.zeros(len(points), dtype=bool)
        if len(rows):
            its = self.problem.of(rows)
            level[rows] = on_level_sets(its, points[rows], self.box, self.width)
        return level

    def clear(self, points: Array, length: Array, here: Model) -> Mask:
        """Tell where the Hessian shows a minimum, and nothing speaks against it within a length."""
        noise = self._hessian_noise(points, here, self._doubt(points, here))
        clear = (here.eigenvalues[:, 0] > noise) & ~self._flattened(points, length, here, _SMALLER)
        return np.asarray(clear & ~near_kink(self.problem, points))

    def resolved(self, points: Array, x0: Array, doubtful: Mask | None = None) -> Mask:
        """Tell where numbers are fine enough to look around a point at all.

        That is within its neighbourhood where values are asked, else within the searched region.
        """
        length = np.broadcast_to(self.width, points.shape)
        if doubtful is not None:
            length = np.where(doubtful[:, None], self._length(points, x0), length)
        length = np.maximum(length, np.abs(points - x0))
        coarse = PERTURBED * np.abs(points) > _BLURRED * length
        return np.asarray(~coarse.any(axis=1))

    def _doubt(self, points: Array, here: Model) -> Array:
        """Bound how far off points are: the rounding of x, and of the gradient over curvature."""
        with np.errstate(all="ignore"):
            spread = gradient_noise(self.problem, points) * here.scale**2
        spread = np.where(np.isfinite(spread), spread, 0.0)
        return np.asarray(np.fmax(PERTURBED * np.abs(points), spread))

    def _hessian_noise(self, points: Array, here: Model, doubt: Array) -> Array:
        """Bound the change of the scaled eigenvalues within the doubt about the points."""
        beside = self.box.clip(np.concatenate([points - doubt, points + doubt]))
        ahead = self.problem.hessians(beside).reshape(2, *here.hessian.shape)
        with np.errstate(all="ignore"):
            moved = ahead - here.hessian
            scaled = np.abs(moved * here.scale[:, :, None] * here.scale[:, None, :])
        changes = _WARY * total(scaled).max(axis=-1)
        return np.asarray(np.fmax(np.fmax(changes[0], changes[1]), SINGULAR))

    def _curved(self, points: Array, here: Model, doubt: Array) -> Mask:
        """Tell where f curves up by more than doubt about any variables could make of it.

        That about all of them at once leaves x - y as it is.
        """
        each = doubt * _apart(points.shape[1])[:, None]
        noise = reduce(np.add, [self._hessian_noise(points, here, some) for some in each])
        return np.asarray(here.eigenvalues[:, -1] > noise)

    def _flattened(self, points: Array, length: Array, here: Model, *smaller: float) -> Mask:
        """Tell where f changes far more nearby than its curvature at the point would make it.

        Nearby is measured by a neighbourhood, and by `smaller` shares of it.
        """
        centre, n_vars = self.problem.values(points), points.shape[1]
        shares = np.array([[s * side] for s in (1.0, *smaller) for side in (-_NEARBY, _NEARBY)])
        found = np.zeros(len(points), dtype=bool)
        for j in range(n_vars):
            direction = here.vectors[:, :, j] * here.scale
            with np.errstate(all="ignore"):
                way = shares / np.abs(direction / length).max(axis=1)
                aside = self.box.clip(points + way[..., None] * direction)
                values = self.problem.values(aside.reshape(-1, n_vars)).reshape(way.shape)
                expected = 0.5 * np.abs(here.eigenvalues[:, j]) * way**2
                mine = (np.abs(values - centre) > _FLATTER * expected).any(axis=0)
            rows = np.flatnonzero(mine & ~found)
            if len(rows):
                mine[rows] = ~self.of(rows)._holds(points[rows], here.take(rows), j)
            found |= mine
        steepness = np.abs(np.diagonal(here.hessian, axis1=1, axis2=2))
        found |= (steepness < _DIGITS_LOST).any(axis=1)
        return found & ~here.held.any(axis=1)

    def _holds(self, points: Array, here: Model, j: int) -> Mask:
        """Tell where f curves as the Hessian has it in a direction, beyond all doubt of the point.

        So it is at a minimum that is merely much narrower than the neighbourhood.
        """
        with np.errstate(all="ignore"):
            off = np.abs(here.slopes[:, j] / here.eigenvalues[:, j])
            off = np.fmax(off, (self._doubt(points, here) / here.scale).max(axis=1))
            way = (
                np.fmax(off, _LEAST_DOUBT * (self.width / here.scale).max(axis=1)) * _OUTSIDE_DOUBT
            )
            expected = 0.5 * here.eigenvalues[:, j] * way**2
        noise = _WARY * (rounding(self.problem, points) + np.spacing(0.0))
        holds = expected > noise / _ALIKE
        for side in (-way, way):
            aside = points + side[..., None] * (here.vectors[:, :, j] * here.scale)
            inside = (aside == self.box.clip(aside)).all(axis=2)
            with np.errstate(all="ignore"):
                rise = self.problem.values(aside.reshape(-1, points.shape[1])).reshape(way.shape)
                rise = rise - self.problem.values(points)
                holds &= inside & (np.abs(rise - expected) <= _ALIKE * expected)
        return np.asarray(holds.any(axis=0))

    def _length(self, point: Array, x0: Array) -> Array:
        """Size of the neighbourhood that belongs to a run: the way it came, at least."""
        return np.asarray(np.maximum(np.abs(point - x0), _NEIGHBOURHOOD * self.width))

    def at_end(self, x: Array, x0: Array) -> Whole:
        """Tell what the ends of runs are from values around them."""
        smooth, trusted = np.full(len(x), Kind.KINK_MINIMUM), np.zeros(len(x), dtype=bool)
        kinds = self.by_values(x, x0, smooth, PERTURBED * np.abs(x), trusted)
        rows = np.flatnonzero(LOWEST[kinds])
        falls = falls_inward(self.problem.of(rows), x[rows], x0[rows])
        kinds[rows[falls]] = Kind.UNKNOWN
        return kinds

    def by_values(
        self, points: Array, x0: Array, smooth: Whole, error: Array, trusted: Mask
    ) -> Whole:
        """Tell what points are from values around them; each is known up to an error.

        Where the Hessian is `trusted`, values are asked for in its null directions only. What f
        does not fall around is `smooth`, unless it is a kink.
        """
        length = self._length(points, x0)
        kinked = near_kink(self.problem, points) | (smooth == Kind.KINK_MINIMUM)
        before, after = self.problem.values(x0), self.problem.values(points)
        with np.errstate(invalid="ignore"):
            fall = np.where(np.isfinite(before), np.abs(before - after), 0.0)
        fall = np.fmin(fall, self._nearby(points, length, after))
        error = (error / length).max(axis=1)
        places = Places(points, length, trusted & ~kinked, error, EPS**2 * fall)
        found = around(self.problem, places, self.box)
        kinds = np.where(found == Around.UP, smooth, _KINDS[found])
        rows = np.flatnonzero((found == Around.UP) & kinked)
        if len(rows):
            its = self.problem.of(rows)
            its_kinds = self.of(rows)
            falls = falls_along_kink(its, points[rows], length[rows], self.box)
            bent = its_kinds._bent(points[rows], length[rows])
            lowest = np.where(bent, Kind.KINK_MINIMUM, Kind.WEAK_MINIMUM)
            kinds[rows] = np.where(falls, Kind.SADDLE, lowest)
        return kinds

    def _bent(self, points: Array, length: Array) -> Mask:
        """Tell where slopes do not vanish towards points, as they do where pieces join smoothly."""
        close, usual = (self._steepest(points, share * length, length) for share in _SLOPES_AT)
        return np.asarray(~(close <= _NO_KINK * usual))

    def _steepest(self, points: Array, steps: Array, length: Array) -> Array:
        """Give the largest slope at the ends of steps along the axes, times a length."""
        n_vars = points.shape[1]
        sides = np.concatenate([np.eye(n_vars), -np.eye(n_vars)])[:, None]
        aside = self.box.clip((points + steps * sides).reshape(-1, n_vars))
        slopes = self.problem.gradients(aside) * np.tile(length, (2 * n_vars, 1))
        return np.asarray(np.fmax.reduce(np.abs(slopes).max(axis=1).reshape(2 * n_vars, -1)))

    def _nearby(self, points: Array, length: Array, centre: Array) -> Array:
        """Give the largest change of f along the axes, well within neighbourhoods.

        A start may lie so high that beside its f no change here would count.
        """
        n_vars = points.shape[1]
        aside = _INSIDE * length[None] * np.concatenate([np.eye(n_vars), -np.eye(n_vars)])[:, None]
        values = self.problem.values(self.box.clip((points + aside).reshape(-1, n_vars)))
        with np.errstate(invalid="ignore"):
            changes = np.abs(values.reshape(len(aside), -1) - centre)
        return np.asarray(np.fmax.reduce(np.where(np.isfinite(changes), changes, 0.0)))


def _apart(n_vars: int) -> Array:
    """Give shares of a doubt about each variable, whose effects add up to that of any mixture.

    Of many variables, by a few random signs: their effects add up to as much on average.
    """
    if n_vars <= _SIGNS:
        return np.eye(n_vars)
    return np.random.default_rng(0).choice([-1.0, 1.0], size=(_SIGNS, n_vars))


def near_kink(problem: Problem, points: Array) -> Mask:
    """Tell whether points lie within rounding of a kink or a jump of f."""
    evaluate = problem.symbolic.kinks
    here = problem.run(evaluate, points)
    if not len(here):
        return np.zeros(len(points), dtype=bool)
    scatter = np.zeros_like(here)
    for shift in (-PERTURBED, PERTURBED):
        with np.errstate(invalid="ignore"):
            moved = np.abs(problem.run(evaluate, points * (1 + shift)) - here)
        scatter = np.fmax(scatter, moved)
    return np.asarray((np.abs(here) <= 4 * scatter).any(axis=0) | np.isnan(here).any(axis=0))
