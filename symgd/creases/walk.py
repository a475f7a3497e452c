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
from ..precise.program import Precise
from ..problem import Problem
from .algebra import largest, length
from .alone import LOWEST, Claim
from .finish import finish
from .form import Form, abs_normal
from .inside import inside_edges
from .step import Step
from .surface import Surface
from .verify import FOLLOWED, ON, Claims, touching, verify, ways_off

_WALKED = 40  # steps: of a run along creases, at most
_STEP_WORK = 4e5  # cubes of variables and switches together: as many steps, at most
_LEAST = 2  # steps: taken whatever they cost
_SHORTEST_UNIT = 1e-3  # share of the searched region: the unit of a run that did not get far
_EASIER, _HARDER = 0.1, 10.0  # times the pull: after a step that was taken, and one that was not
_STIFF = 1e-6  # share of the largest curvature: the pull after a step that was not taken, at least
_CHANGE = 16 * EPS  # share of f: a smaller change is rounding
_HARDEST = 1e9  # times the first pull: no step is left to be taken
_OFF_CREASE = (1.0, 0.1, 1e-2, 1e-3, 1e-4)  # units: steps off a crease, tried in turn
_NO_FALL = 1e-12  # share of the whole fall: a step that brings less is the last one
_SCATTERED = 64.0  # times the rounding of f beside a point: falling by less is no fall
_USUAL_WAY = 1e-2  # units: where the usual change of f is taken
_ELSEWHERE = 1e-6  # units: a lower point that far away shows that the end was none


@dataclass
class Walk(Columns):
    """Where runs were led along creases.

    Attributes
    ----------
    x : ndarray
        The point, ``(m, n)``: a minimum, or where f jumps, or else the end of the run.
    what : Claims
        What it is; NOT also where f falls on from the end of the run.
    last : ndarray
        Where the steps ended, ``(m, n)``: at the minimum, if there is one.
    signs : ndarray
        The signs of the switches there, 0 on creases, ``(m, k)``.
    open : ndarray
        Where f is lower there, and it is not known what it is, ``(m,)``.
    """

    x: Array
    what: Claims
    last: Array
    signs: Array
    open: Mask


@np.errstate(all="ignore")
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
    surface = Surface(problem, form, box, _units(x, x0, width))
    walkers = _Walkers(surface, np.ascontiguousarray(x))
    walkers.go()
    return walkers.ended()


@np.errstate(all="ignore")
def beside_creases(
    problem: Problem, form: Form, x: Array, x0: Array, box: Box, width: Array, share: float
) -> Mask:
    """Tell which ends are on a crease or a bound within a share of their units, as in `walk`."""
    surface = Surface(problem, form, box, _units(x, x0, width))
    return np.asarray(touching(surface, x, max(share, ON)).any(axis=1))


@np.errstate(all="ignore")
def smoothed_at(problem: Problem, x: Array, x0: Array, box: Box, width: Array) -> Precise | None:
    """Give what goes on along the creases at a point as f does; None where it is on none.

    `x` and `x0` are the end and the start of one run, ``(1, n)``.
    """
    form = abs_normal(problem.symbolic)
    if form is None:
        return None
    surface = Surface(problem, form, box, _units(x, x0, width))
    signs = _signs(surface, x)[0]
    on_none = signs.all() or not np.isfinite(signs).all()
    return None if on_none else form.smoothed(tuple(int(s) for s in signs))


def _signs(surface: Surface, x: Array) -> Array:
    """Give the signs of the switches of f at points, 0 for those that are on creases."""
    signs = np.where(touching(surface, x, ON), 0.0, surface.signs(x))
    return signs[:, : len(surface.form.sorts)]


def _units(x: Array, x0: Array, width: Array) -> Array:
    """Give the lengths of runs: their ways, rounded up, ``(m, n)``."""
    share = np.exp2(np.ceil(np.log2(np.maximum(largest((x - x0) / width), _SHORTEST_UNIT))))
    return np.asarray(share[:, None] * width)


def steps(variables: int, switches: int) -> int:
    """Tell how many steps a run may take along creases: each one solves dense equations."""
    return int(max(_LEAST, min(_WALKED, _STEP_WORK // (variables + switches) ** 3)))


class _Walkers:
    """Runs on their ways."""

    def __init__(self, surface: Surface, x: Array) -> None:
        self._surface, self._begun, self._x = surface, x, x.copy()
        count, switches = len(x), len(surface.sorts)
        none = np.zeros((3, count), dtype=bool)
        unknown = Claims(np.full(count, Claim.UNKNOWN.value), *none)
        signs = np.ones((count, len(surface.form.sorts)))
        self._found = Walk(x.copy(), unknown, self._x, signs, np.zeros(count, dtype=bool))
        self._pull = np.full(count, np.nan)
        self._active = np.zeros((count, switches), dtype=bool)

    def go(self) -> None:
        """Take steps until all are at an end."""
        rows = np.arange(len(self._x))
        for _ in range(steps(self._x.shape[1], self._active.shape[1])):
            if not len(rows):
                break
            rows = rows[self._step(rows)]

    def ended(self) -> Walk:
        """Judge the runs that have found no minimum at their own ends."""
        found, surface = self._found, self._surface
        what = found.what
        found.last = np.where(LOWEST[what.claim][:, None], found.x, self._x)
        found.signs = _signs(surface, found.last)
        rows = np.flatnonzero(what.claim == Claim.UNKNOWN)
        if not len(rows):
            return found
        its = surface.of(rows)
        what.put(rows, verify(its, self._begun[rows]))
        falls = its.problem.values(self._begun[rows]) - its.problem.values(self._x[rows])
        far = length((self._x[rows] - self._begun[rows]) / its.unit) > _ELSEWHERE
        noise = _SCATTERED * rounding(its.problem, self._begun[rows])
        noise = np.fmax(noise, EPS * self._usual_change(rows))
        least = _CHANGE * np.abs(its.problem.values(self._begun[rows]))
        noise = np.where(what.claim[rows] == Claim.BROKEN, least, noise)
        rows = rows[far & (falls > noise)]
        if not len(rows):
            return found
        there = verify(surface.of(rows), self._x[rows]).claim
        jumps, found.open[rows] = there == Claim.BROKEN, there == Claim.UNKNOWN
        what.claim[rows] = np.where(jumps, Claim.BROKEN, Claim.NOT)
        found.x[rows[jumps]] = self._x[rows[jumps]]
        return found

    def _usual_change(self, rows: Whole) -> Array:
        """Give how much f changes beside the ends of some runs.

        Within their own errors, squares that are zero at the ends may differ by EPS times that.
        """
        surface, begun = self._surface.of(rows), self._begun[rows]
        here, found = surface.problem.values(begun), np.zeros(len(rows))
        for side in (-_USUAL_WAY, _USUAL_WAY):
            for way in np.eye(begun.shape[1]):
                beside = surface.box.clip(begun + side * way * surface.unit)
                change = np.abs(surface.problem.values(beside) - here)
                found = np.fmax(found, np.where(np.isfinite(change), change, 0.0))
        return found

    def _step(self, rows: Whole) -> Mask:
        """Take one step with some runs; tell which go on."""
        step = Step(self._surface.of(rows), self._x[rows], self._active[rows], self._pull[rows])
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
        return np.asarray(on)

    def _try(self, rows: Whole, step: Step, mine: Whole, active: Mask, on: Mask) -> None:
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
        end.x = inside_edges(surface.problem, end.x, step.x[mine], surface.box)
        values = surface.problem.values(end.x)
        with np.errstate(invalid="ignore"):
            level = step.value[mine] + rounding(surface.problem, end.x) + step.noise[mine]
            low = end.good & (values <= level)
        low &= ~(active & ~touching(surface, end.x, FOLLOWED)).any(axis=1)
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

    def _take(self, rows: Whole, step: Step, mine: Whole) -> Mask:
        """Take steps as far as f falls; tell which runs go on."""
        moved, taken = step.taken(mine)
        self._leave(step.surface.of(mine), step.value[mine], moved, taken)
        goes_on = taken & self._falls(rows, moved)
        self._x[rows] = moved
        self._pull[rows] = step.pull[mine] * np.where(taken, _EASIER, _HARDER)
        harder = np.maximum(self._pull[rows], _STIFF * step.bend[mine] * _HARDER)
        self._pull[rows] = np.where(taken, self._pull[rows], harder)
        foretold = step.fall[mine] < -4 * EPS * np.abs(step.value[mine])
        left = self._pull[rows] < _HARDEST * step.usual[mine]
        return np.asarray(np.where(taken, goes_on, foretold & left))

    def _falls(self, rows: Whole, ahead: Array) -> Mask:
        """Tell where f falls by a share of its whole fall so far, on a step to points ahead."""
        problem = self._surface.problem.of(rows)
        begun, here, there = map(problem.values, (self._begun[rows], self._x[rows], ahead))
        return np.asarray(here - there > _NO_FALL * (begun - there))

    def _leave(self, surface: Surface, value: Array, moved: Array, taken: Mask) -> None:
        """Leave a crease where no step of the model was good, as at the tip of a cone."""
        rows = np.flatnonzero(~taken)
        if not len(rows):
            return
        ways = ways_off(surface.of(rows), moved[rows])
        for share in _OFF_CREASE:
            its = surface.of(rows)
            ahead = its.box.clip(moved[rows] + share * ways * its.unit)
            with np.errstate(invalid="ignore"):
                lower = its.problem.values(ahead) < value[rows] - _CHANGE * np.abs(value[rows])
            moved[rows[lower]], taken[rows[lower]] = ahead[lower], True
            rows, ways = rows[~lower], ways[~lower]
            if not len(rows):
                break
