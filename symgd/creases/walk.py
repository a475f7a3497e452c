"""From ends of descent along creases to minima, and what these are.

Each step goes to the lowest point of a model with the creases of f. The creases it ends on are
followed to a stationary point, which is verified; if that fails, the step is taken as far as f
falls, and the next one follows.

References
----------
S. Fiege, A. Walther, A. Griewank, "An algorithm for nonsmooth optimization by successive piecewise
linearization", Mathematical Programming 177, 343-370 (2019), doi:10.1007/s10107-018-1273-5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import EPS, Array, Columns, Mask, Whole
from ..facts.cancellation import rounding
from ..given.boxes import Box
from ..problem import Problem
from .algebra import largest, length
from .finish import finish
from .form import Form, Sort
from .inner import Piecewise, lowest
from .surface import Surface
from .verify import CLOSE, LOWEST, ON, Claim, Claims, touching, verify, ways_off

_STEPS = 40  # steps: of a run along creases, at most
_LEAST = 1e-3  # share of the searched region: the unit of a run that did not get far
_PULL = 1e-3  # share of the slopes: the curvature that is added, for linear pieces have none
_CONVEX = 1e-10  # share of the largest curvature: the least one that a model may have
_ENOUGH = 0.05  # share of the fall that the model foretells: a step has to bring it
_SHARES = (1.0, 0.3, 0.1)  # shares of a step: they are tried in turn
_LINEAR = 0.8  # share of the model's fall: more shows that the pull was too strong
_DOUBLINGS = 7  # times: a step is doubled while f falls
_EASIER, _HARDER = 0.1, 10.0  # times the pull: after a step that was taken, and one that was not
_HARDEST = 1e9  # times the first pull: no step is left to be taken
_OFF = (1.0, 0.1, 1e-2, 1e-3, 1e-4)  # units: steps off a crease, tried in turn
_NEAR = 1e-4  # units: switches that close are tried as zero
_HALVED = 0.5  # share of its size: a tip or a cusp that a step comes nearer by may be its end
_FARTHEST = 1e3  # units: a step, at most
_APART = 1e-6  # units: a lower point that far away shows that the end was none


@dataclass
class Walk(Columns):
    """Where runs were led along creases.

    Attributes
    ----------
    x : ndarray
        The point, ``(m, n)``: a minimum, or where f jumps, or else the end of the run.
    what : Claims
        What it is; NOT also where f falls on from the end of the run.
    """

    x: Array
    what: Claims


def walk(problem: Problem, form: Form, x: Array, x0: Array, box: Box, width: Array) -> Walk:
    """Lead runs from their ends along creases.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    form : Form
        Its abs-normal form.
    x, x0 : ndarray
        Ends and starts, ``(m, n)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n,)``.

    Returns
    -------
    Walk
        Of each run the same whichever others there are.
    """
    share = np.exp2(np.ceil(np.log2(np.maximum(largest((x - x0) / width), _LEAST))))
    surface = Surface(problem, form, box, share[:, None] * width)
    walkers = _Walkers(surface, np.ascontiguousarray(x))
    walkers.go()
    return walkers.ended()


class _Walkers:
    """Runs on their ways."""

    def __init__(self, surface: Surface, x: Array) -> None:
        self._surface, self._begun, self._x = surface, x, x.copy()
        count, switches = len(x), len(surface.sorts)
        none = np.zeros((3, count), dtype=bool)
        self._found = Walk(x.copy(), Claims(np.full(count, Claim.UNKNOWN.value), *none))
        self._pull = np.full(count, np.nan)
        self._active = np.zeros((count, switches), dtype=bool)

    def go(self) -> None:
        """Take steps until all are at an end."""
        rows = np.arange(len(self._x))
        for _ in range(_STEPS):
            if not len(rows):
                break
            rows = rows[self._step(rows)]

    def ended(self) -> Walk:
        """Judge the runs that have found no minimum at their own ends."""
        found, surface = self._found, self._surface
        what = found.what
        rows = np.flatnonzero(what.claim == Claim.UNKNOWN)
        if not len(rows):
            return found
        its = surface.of(rows)
        what.put(rows, verify(its, self._begun[rows]))
        falls = its.problem.values(self._begun[rows]) - its.problem.values(self._x[rows])
        far = length((self._x[rows] - self._begun[rows]) / its.unit) > _APART
        noise = rounding(its.problem, self._begun[rows])
        least = 16 * EPS * np.abs(its.problem.values(self._begun[rows]))
        noise = np.where(what.claim[rows] == Claim.BROKEN, least, noise)
        rows = rows[far & (falls > noise)]
        if not len(rows):
            return found
        jumps = verify(surface.of(rows), self._x[rows]).claim == Claim.BROKEN
        what.claim[rows] = np.where(jumps, Claim.BROKEN, Claim.NOT)
        found.x[rows[jumps]] = self._x[rows[jumps]]
        return found

    def _step(self, rows: Whole) -> Mask:
        """Take one step with some runs; tell which go on."""
        step = _Step(self._surface.of(rows), self._x[rows], self._active[rows], self._pull[rows])
        on = step.usable.copy()
        self._pull[rows], self._active[rows] = step.pull, step.active
        tried: list[Mask] = []
        for active in step.candidates():
            known = [(active == before).all(axis=1) for before in tried]
            mine = np.flatnonzero(on & ~np.any([~on, *known], axis=0))
            if len(mine):
                self._try(rows, step, mine, active[mine], on)
            tried.append(active)
        mine = np.flatnonzero(on)
        on[mine] = self._take(rows[mine], step, mine)
        return on

    def _try(self, rows: Whole, step: _Step, mine: Whole, active: Mask, on: Mask) -> None:
        """Follow the creases of a step; note minima, and where f falls as far as one can go."""
        surface = step.surface.of(mine)
        end = finish(surface, step.ahead[mine], active)
        again = np.flatnonzero(~end.good)
        if len(again):
            end.put(again, finish(surface.of(again), step.x[mine[again]], active[again]))
        more = touching(surface, end.x, ON) & ~active & end.good[:, None]
        again = np.flatnonzero(more.any(axis=1))
        if len(again):
            active = active | more
            end.put(again, finish(surface.of(again), end.x[again], active[again]))
        values = surface.problem.values(end.x)
        with np.errstate(invalid="ignore"):
            level = step.value[mine] + rounding(surface.problem, end.x) + step.noise[mine]
            low = end.good & (values <= level)
        low &= ~(active & ~touching(surface, end.x, CLOSE)).any(axis=1)
        ended = np.flatnonzero(low & end.ended)
        if len(ended):
            claims = verify(surface.of(ended), end.x[ended], active[ended])
            sure = LOWEST[claims.claim]
            its = rows[mine[ended[sure]]]
            self._found.x[its] = end.x[ended[sure]]
            self._found.what.put(its, claims.take(sure))
            on[mine[ended[sure]]] = False
            low[ended[claims.claim != Claim.BROKEN]] = False
        farther = np.flatnonzero(low & (values < step.value[mine]))
        step.reach(mine[farther], end.x[farther], values[farther])

    def _take(self, rows: Whole, step: _Step, mine: Whole) -> Mask:
        """Take steps as far as f falls; tell which runs go on."""
        moved, taken = step.taken(mine)
        self._leave(step.surface.of(mine), step.value[mine], moved, taken)
        self._x[rows] = moved
        self._pull[rows] = step.pull[mine] * np.where(taken, _EASIER, _HARDER)
        harder = np.maximum(self._pull[rows], 1e-6 * step.bend[mine] * _HARDER)
        self._pull[rows] = np.where(taken, self._pull[rows], harder)
        foretold = step.fall[mine] < -4 * EPS * np.abs(step.value[mine])
        left = self._pull[rows] < _HARDEST * step.usual[mine]
        return np.asarray((foretold & left) | taken)

    def _leave(self, surface: Surface, value: Array, moved: Array, taken: Mask) -> None:
        """Leave a crease where no step of the model was good, as at the tip of a cone."""
        rows = np.flatnonzero(~taken)
        if not len(rows):
            return
        ways = ways_off(surface.of(rows), moved[rows])
        for share in _OFF:
            its = surface.of(rows)
            ahead = its.box.clip(moved[rows] + share * ways * its.unit)
            with np.errstate(invalid="ignore"):
                lower = its.problem.values(ahead) < value[rows] - 16 * EPS * np.abs(value[rows])
            moved[rows[lower]], taken[rows[lower]] = ahead[lower], True
            rows, ways = rows[~lower], ways[~lower]
            if not len(rows):
                break


class _Step:
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

    def _model(self, here, hessian, rows, kinks, lines) -> Piecewise:  # type: ignore[no-untyped-def]
        surface = self.surface
        values = np.linalg.eigvalsh(hessian)
        self.bend[rows] = largest(values)
        shift = 1.5 * np.maximum(0.0, _CONVEX * largest(values) - values[:, 0]) + self.pull[rows]
        curved = hessian + shift[:, None, None] * np.eye(hessian.shape[1])
        bound = np.broadcast_to(surface.sorts[kinks] == Sort.BOUND, (len(rows), len(kinks)))
        inner = here.inner[:, lines][:, :, kinks]
        return Piecewise(here.slope, here.rise[:, kinks], here.zero[:, lines],
                         here.normal[:, lines], inner, curved, bound)  # fmt: skip

    def candidates(self) -> list[Mask]:
        """Give sets of switches that may be zero at a minimum nearby."""
        surface, first = self.surface, self.active | self._at_once
        found = [first]
        close = touching(surface, self.ahead, _NEAR) & self.usable[:, None]
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
        for share in _SHARES:
            mine = np.flatnonzero(~done & (fall < 0))
            if not len(mine):
                break
            ahead = surface.box.clip(x[mine] + share * self.step[rows[mine]] * surface.unit[mine])
            values = surface.problem.of(mine).values(ahead)
            with np.errstate(invalid="ignore"):
                good = values <= value[mine] + _ENOUGH * share * fall[mine]
                full = good & (share == 1) & (values <= value[mine] + _LINEAR * fall[mine])
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
