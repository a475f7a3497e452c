"""Starting points, some of them beside stationary points: roots of the gradient, by SciPy."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import root

from .tasks import Array, Task

_SHARES = (0.02, 0.2, 0.35, 0.65, 0.8, 0.98)  # of a side of the box, for points on an axis
_BESIDE = 1e-9  # how far from a stationary point a start lies at most
_MOST = 200  # evaluations of the gradient for a root
_ZERO = 1e-9  # of the usual gradient: what is left where it vanishes
_STEPS = (1e-4, 3e-5)  # of a side of the box: differences of gradients that must agree
_AGREE = 0.02
_SINGULAR = 1e-6  # of the largest curvature
_APART = 1e-6  # of a side of the box: two roots closer than this are one
_MARGIN = 1e-3  # of a side of the box: roots closer to a bound are left out


@dataclass(frozen=True)
class Stationary:
    """A point inside the box where the gradient vanishes and no curvature does.

    Attributes
    ----------
    x : ndarray
        The point.
    curvatures : ndarray
        Eigenvalues of the Hessian, ascending, from differences of gradients.
    """

    x: Array
    curvatures: Array

    @property
    def kind(self) -> str:
        """What the curvatures make of it."""
        if self.curvatures[0] > 0:
            return "minimum"
        return "maximum" if self.curvatures[-1] < 0 else "saddle"


def stationary(task: Task, tries: int) -> list[Stationary]:
    """Solve gradient = 0 from the known minima and from random points."""
    guesses = np.concatenate([task.best, task.uniform(tries, "roots")])
    usual = np.nanmedian(np.abs(task.problem.gradients(guesses)).max(axis=1))
    found: list[Stationary] = []
    for guess in guesses:
        x = _root(task, guess)
        left = np.abs(task.problem.gradients(x[None])).max()
        known = any((np.abs(x - each.x) <= _APART * task.width).all() for each in found)
        if known or not left <= _ZERO * usual or not task.inside(x[None], _MARGIN)[0]:
            continue
        curvatures = _curvatures(task, x)
        if curvatures is not None:
            found.append(Stationary(x, curvatures))
    return found


def _root(task: Task, guess: Array) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no progress, not finite: the caller looks at the gradient
        x: Array = root(
            lambda x: task.problem.gradients(x[None])[0], guess, tol=1e-13,
            options={"maxfev": _MOST},
        ).x  # fmt: skip
    return x


def _curvatures(task: Task, x: Array) -> Array | None:
    """Give curvatures; None where differences disagree, as at a kink, or where one vanishes."""
    fine, coarse = (_hessian(task, x, step) for step in sorted(_STEPS))
    if not (np.isfinite(fine).all() and np.isfinite(coarse).all()):
        return None
    curvatures = np.asarray(np.linalg.eigvalsh(fine), dtype=float)
    size = np.abs(curvatures).max()
    if np.abs(fine - coarse).max() > _AGREE * size or np.abs(curvatures).min() <= _SINGULAR * size:
        return None
    return curvatures


def _hessian(task: Task, x: Array, step: float) -> Array:
    steps = np.diag(step * task.width)
    ahead, behind = task.problem.gradients(x + steps), task.problem.gradients(x - steps)
    hessian = (ahead - behind) / (2 * step * task.width[:, None])
    return np.asarray((hessian + hessian.T) / 2)


def families(task: Task, points: list[Stationary], random: int, most: int) -> dict[str, Array]:
    """Give starts by family.

    Parameters
    ----------
    task : Task
        The problem.
    points : list of Stationary
        Its stationary points.
    random : int
        Number of random starts.
    most : int
        Number of saddles, and of maxima, that starts lie beside.

    Returns
    -------
    dict
        Points ``(n, n_vars)``, clipped to the box; families without any are left out.
    """
    centre, origin = (task.lower + task.upper) / 2, np.zeros(len(task.lower))
    beside = partial(_beside, task, points, most)
    starts = {
        "centre": centre[None],
        "origin": origin[None][task.inside(origin[None]) & (origin != centre).any()],
        "axes": _axes(task, centre),
        "random": task.uniform(random, "starts"),
        "at saddles": beside("saddle"),
        "at maxima": beside("maximum"),
    }
    return {
        family: np.clip(found, task.lower, task.upper)
        for family, found in starts.items()
        if len(found)
    }


def _axes(task: Task, centre: Array) -> Array:
    n = len(centre)
    found = np.tile(centre, (n, len(_SHARES), 1))
    for i in range(n):
        found[i, :, i] = task.lower[i] + np.array(_SHARES) * task.width[i]
    return found.reshape(-1, n)


def _beside(task: Task, points: list[Stationary], most: int, kind: str) -> Array:
    """Give each point itself, and two points beside it."""
    x = np.array([each.x for each in points if each.kind == kind][:most])
    if not len(x):
        return x
    shifts = task.rng(kind).normal(size=(2, *x.shape))
    shifts *= _BESIDE / np.linalg.norm(shifts, axis=2, keepdims=True)
    shifts[0] *= task.rng("length").uniform(size=(len(x), 1))
    return np.concatenate([x, x + shifts[0], x + shifts[1]])


def near_minima(task: Task, minima: list[Stationary], count: int) -> Array:
    """Give half as many random points, and half within a fiftieth of the box of a minimum."""
    rng = task.rng("rates")
    chosen = np.array([each.x for each in minima])[rng.integers(len(minima), size=count // 2)]
    near = chosen + 0.02 * task.width * rng.uniform(-1, 1, chosen.shape)
    anywhere = task.uniform(count - count // 2, "rated starts")
    return np.asarray(np.clip(np.concatenate([near, anywhere]), task.lower, task.upper))


def safe_rates(task: Task, minima: list[Stationary], starts: Array) -> Array:
    """Give 2 / largest curvature at the minimum nearest to each start."""
    x = np.array([each.x for each in minima])
    gaps = np.linalg.norm((starts[:, None] - x) / task.width, axis=2)
    rates = np.array([2 / each.curvatures[-1] for each in minima])
    return np.asarray(rates[gaps.argmin(axis=1)])
