"""Newton steps on the exact Hessian: to the last digits, and to see what a run was heading for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import EPS, Array, Mask
from ..given.boxes import Box
from ..problem import Problem
from .local import PERTURBED, Model, model, times, total

_NEWTON_STEPS = 240  # steps: enough for x**12, where each gains an eleventh
_FEWEST_STEPS = 40  # steps: enough for x**4, where each gains a third; so many are always taken
_FEW_VARIABLES = 10  # variables: of more, a step costs so much that fewer are taken
_FEW_OPERATIONS = 1500  # operations in second derivatives: of more, too
TOO_FINE = 1e-4  # share of the way travelled: f is too coarse to judge a shorter step
_UNSEEN = 4 * EPS  # share of the way travelled: rounding lets no step close it
_LEVEL_FALL = 1e-10  # share of a run's whole fall: it may be left along null directions
_SINGULAR_STEPS = 4  # linear steps in a run: they tell a singular Hessian
_ASTRAY = 1e-2  # share of the way travelled: such steps may lead away by it
_FINISH = 1e-12  # share of the tolerance: steps that shrink only linearly end there
FIRST_STEP = 10.0  # times the way to a stationary point: the first step towards it, at most
_SEEKING = 8  # steps: towards a stationary point right beside
_AT_ONCE = (3, 6)  # steps: if they shrink linearly, these take what follows with them
RISE = 0.1  # share of a step's predicted fall: f may rise by it
LINEAR = 0.25  # share of the step before: one that shrinks by less is not quadratic


@dataclass(frozen=True)
class Refined:
    """Where Newton steps lead.

    Attributes
    ----------
    x : ndarray
        The points, ``(n, n_vars)``; where the steps failed, the last good one.
    settled : ndarray
        Whether the steps ran into a convex stationary point, to rounding.
    degenerate : ndarray
        Whether they shrank only linearly, as where the Hessian is singular.
    """

    x: Array
    settled: Mask
    degenerate: Mask


def refine(problem: Problem, x: Array, x0: Array, box: Box, tol: float) -> Refined:
    """Take Newton steps from points as long as they shrink.

    Parameters
    ----------
    problem : Problem
        f.
    x, x0 : ndarray
        Points, and where their runs started, ``(n, n_vars)``; the way between the two is the
        length in which a step counts as small.
    box : Box
        Bounds.
    tol : float
        Share of that way below which the steps have settled, if rounding does not say so before.

    Returns
    -------
    Refined
    """
    n = len(x)
    best = x.copy()
    settled = np.zeros(n, dtype=bool)
    linear = np.zeros(n, dtype=int)
    last = np.full(n, np.inf)
    active = np.arange(n)
    here = model(problem, x, box)
    for _ in range(_steps(problem)):
        decrement = here.decrement()
        way = here.length(best[active] - x0[active])
        good = here.finite & here.convex & (decrement < last[active])
        noise = _noise(here, best[active])
        homing = (decrement <= LINEAR * last[active]) & np.isfinite(last[active])
        homing |= linear[active] >= _SINGULAR_STEPS
        good &= _level(problem.of(active), here, best[active], x0[active])
        small = good & (decrement <= np.fmax(noise, _UNSEEN * way))
        small |= good & homing & (decrement <= tol * way)
        settled[active[small]] = True
        linear[active] += decrement > LINEAR * last[active]
        last[active] = np.where(good, decrement, last[active])
        done = ~good | (decrement <= noise / 8)
        # Singular Hessians send the steps down a level valley, too: not far from where it ended.
        astray = np.abs(best - x)[active] > _ASTRAY * np.abs(best - x0)[active]
        enough = astray.any(axis=1) | (decrement <= _FINISH * tol * way)
        done |= settled[active] & (linear[active] >= _SINGULAR_STEPS) & enough
        step = box.clip(best[active] + here.newton_step())
        moved = ~done & (step != best[active]).any(axis=1)
        if not moved.any():
            break
        keep = active[moved]
        target = step[moved]
        rough = decrement[moved] > TOO_FINE * way[moved]
        worse = _rises(problem.of(keep), best[keep], target, decrement[moved]) & rough
        active, target = keep[~worse], target[~worse]
        if not len(active):
            break
        ahead = model(problem.of(active), target, box)
        shrinks = ahead.finite & ahead.convex & (ahead.decrement() < last[active])
        best[active[shrinks]] = target[shrinks]
        active, here = active[shrinks], ahead.take(shrinks)
        if not len(active):
            break
    return Refined(best, settled, linear >= _SINGULAR_STEPS)


def _steps(problem: Problem) -> int:
    """Give how many steps are taken, at most: one costs the cube of the variables, and f''."""
    cubes = (_FEW_VARIABLES / len(problem.variables)) ** 3
    share = min(cubes, _FEW_OPERATIONS / max(problem.symbolic.hessian_size, 1))
    return int(min(max(share * _NEWTON_STEPS, _FEWEST_STEPS), _NEWTON_STEPS))


def seek(problem: Problem, x: Array, within: Array, box: Box) -> tuple[Array, Mask, Mask]:
    """Look for a stationary point of any kind beside points.

    Parameters
    ----------
    problem : Problem
        f.
    x : ndarray
        The points, ``(n, n_vars)``.
    within : ndarray
        How far from them it may lie in each variable, ``(n, n_vars)``.
    box : Box
        Bounds.

    Returns
    -------
    x : ndarray
        The stationary points, ``(n, n_vars)``; the points themselves where there is none.
    found : ndarray
        Whether there is one, ``(n,)``.
    degenerate : ndarray
        Whether the steps shrank only linearly, as where the Hessian is singular.
    """
    y, (found, degenerate) = x.copy(), np.zeros((2, len(x)), dtype=bool)
    here = model(problem, x, box)
    with np.errstate(invalid="ignore"):
        begins = (np.abs(here.newton_step()) <= FIRST_STEP * within).all(axis=1)
    rows = np.flatnonzero(begins & here.finite)
    if len(rows):
        y[rows], found[rows], degenerate[rows] = _stationary(problem.of(rows), x[rows], box)
    found &= (np.abs(y - x) <= within).all(axis=1)
    return np.where(found[:, None], y, x), found, degenerate


def _stationary(problem: Problem, x: Array, box: Box) -> tuple[Array, Mask, Mask]:
    """Give where Newton steps lead from points, whether that is a stationary point, and how.

    Where the Hessian is singular there, as at 0 for x**3, each step leaves the same share of the
    way; what all the following ones would bring is then taken at once.
    """
    y, last = x.copy(), np.zeros_like(x)
    found, degenerate = np.zeros((2, len(x)), dtype=bool)
    for count in range(_SEEKING):
        here = model(problem, y, box)
        size = np.maximum(np.abs(x), np.abs(y))
        noise = 8 * EPS * times(np.abs(here.hessian), size)
        free = np.where(here.held, 0.0, here.gradient)
        with np.errstate(invalid="ignore"):
            found = here.finite & (np.abs(free) <= noise).all(axis=1)
        step = np.where(here.finite[:, None], here.newton_step(), 0.0)
        if count in _AT_ONCE:
            following = _following(step, last)
            degenerate |= ~found & (following > 1)
            step *= following[:, None]
        y, last = np.where(found[:, None], y, box.clip(y + step)), step
    return y, found & _surrounded(problem, y, box), degenerate


def _following(step: Array, last: Array) -> Array:
    """Give how many steps a step stands for, if those after it shrink as it did from the last."""
    with np.errstate(all="ignore"):
        scaled = last / np.abs(last).max(axis=1, keepdims=True) ** 2
        left = total(step * scaled) / total(last * scaled)
        return np.where((left >= LINEAR) & (left < 1), 1 / (1 - left), 1.0)


def _surrounded(problem: Problem, points: Array, box: Box) -> Mask:
    """Tell where f is defined on both sides within rounding: at no edge of its domain."""
    fine = np.ones(len(points), dtype=bool)
    for shift in (-PERTURBED, PERTURBED):
        aside = box.clip(points * (1 + shift))
        fine &= np.isfinite(problem.gradients(aside)).all(axis=1)
        fine &= (problem.run(problem.symbolic.holds, aside) == 1.0).all(axis=0)
    return fine


def _noise(here: Model, points: Array) -> Array:
    """Bound the decrement that the rounding of the points alone can cause."""
    rounding = EPS * times(np.abs(here.hessian), np.abs(points))
    rounding = np.where(here.held, 0.0, rounding)
    components = times(np.abs(here.vectors).swapaxes(1, 2), rounding * here.scale)
    return np.asarray(8 * here.decrement(components))


def _level(problem: Problem, here: Model, points: Array, x0: Array) -> Mask:
    """Tell where f does not fall along null directions, which Newton steps leave alone."""
    fall = here.open_fall(points - x0)
    level: Mask = fall == 0
    rows = np.flatnonzero(fall)
    if len(rows):
        its = problem.of(rows)
        values = its.values(points[rows])
        with np.errstate(invalid="ignore"):
            whole = np.nan_to_num(np.abs(its.values(x0[rows]) - values))
        level[rows] = fall[rows] <= _LEVEL_FALL * whole + 16 * EPS * np.abs(values)
    return level


def _rises(problem: Problem, x: Array, y: Array, decrement: Array) -> Mask:
    before, after = problem.values(x), problem.values(y)
    return ~(after <= before + RISE * decrement**2 + 16 * EPS * np.abs(before))
