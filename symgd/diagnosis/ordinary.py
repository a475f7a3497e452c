"""The ordinary end of a run: close to a minimum whose Hessian is clearly positive definite.

Nearly every run ends like this, so it is recognised for all runs at once, by columns, before the
careful questions are put to the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import EPS, Array, Mask
from ..given.boxes import Box
from ..problem import Problem

_VARIABLES = 8  # variables: beyond them LAPACK is faster than columns
_CLEAR = 1e-6  # determinant of the Hessian, scaled to a unit diagonal: it leaves no doubt
_TWO_STEPS = 1e-4  # share of the way travelled: two Newton steps are enough from there
_NO_WAY = 1e-24  # share of the way travelled: no distance even beside a minimum at 0
_SECOND = 1e-8  # share of the way travelled: the second step may be as long


@dataclass(frozen=True)
class Ordinary:
    """Where two Newton steps lead.

    Attributes
    ----------
    x : ndarray
        The points, ``(n, n_vars)``.
    sure : ndarray
        Whether the steps shrank as they do at a clear minimum inside the bounds, ``(n,)``.
    missing, way : ndarray
        How far the run was from there, and how far it had come, measured by the curvature.
    """

    x: Array
    sure: Mask
    missing: Array
    way: Array


def ordinary(
    problem: Problem, x: Array, gradient: Array, x0: Array, box: Box, tol: float
) -> Ordinary:
    """Take two Newton steps from the ends of runs, and see which converge beyond doubt.

    Parameters
    ----------
    problem : Problem
        f.
    x, gradient, x0 : ndarray
        Ends of the runs, the gradient there, and their starts, ``(n, n_vars)``.
    box : Box
        Bounds.
    tol : float
        Share of the way that counts as nothing.

    Returns
    -------
    Ordinary
    """
    nobody = np.zeros(len(x), dtype=bool)
    if problem.symbolic.hess is None or x.shape[1] > _VARIABLES:
        return Ordinary(x, nobody, np.zeros(len(x)), np.zeros(len(x)))
    with np.errstate(all="ignore"):
        here = _Curvature(problem, x)
        one, first = here.newton(gradient.T)
        middle = x + one.T
        two, second = here.newton(problem.run(problem.symbolic.grad, middle))
        y = middle + two.T
        missing, way = here.length((y - x).T), here.length((y - x0).T)
        noise = np.maximum(here.noise(y.T), _NO_WAY * way)
        sure = here.clear & (first <= _TWO_STEPS * way)
        sure &= (second <= noise) | (
            (second <= min(tol, _SECOND) * way) & (second * second <= noise * first)
        )
    for point in (middle, y):
        sure &= ((point > box.lower) & (point < box.upper)).all(axis=1)
    return Ordinary(y, sure, missing, way)


def corrected(problem: Problem, points: Array) -> Array:
    """Take one Newton step from points right beside clear minima, ``(n, n_vars)``."""
    with np.errstate(all="ignore"):
        step, _ = _Curvature(problem, points).newton(problem.run(problem.symbolic.grad, points))
    return points + step.T


class _Curvature:
    """Hessians at many points, scaled to a unit diagonal and factored as L D L'.

    Everything is a list of columns, one value a point in each.
    """

    def __init__(self, problem: Problem, points: Array) -> None:
        assert problem.symbolic.hess is not None
        self._n = points.shape[1]
        places = [(i, j) for i in range(self._n) for j in range(i + 1)]
        entries = problem.run(problem.symbolic.hess, points)
        self._hessian = dict(zip(places, entries, strict=True))
        self._scale = [1 / np.sqrt(self._hessian[i, i]) for i in range(self._n)]
        self._factor, self._pivots = self._factored()
        determinant = np.prod(self._pivots, axis=0)
        # The eigenvalues sum to n, so the lowest is above a third of the determinant.
        self.clear: Mask = np.isfinite(determinant) & (determinant > _CLEAR)
        for pivot in self._pivots:
            self.clear &= pivot > 0

    def _factored(self) -> tuple[dict[tuple[int, int], Array], list[Array]]:
        factor: dict[tuple[int, int], Array] = {}
        pivots: list[Array] = []
        for j in range(self._n):
            for i in range(j, self._n):
                entry = np.ones_like(self._scale[i])
                if i > j:
                    entry = self._hessian[i, j] * self._scale[i] * self._scale[j]
                for k in range(j):
                    entry = entry - factor[i, k] * factor[j, k] * pivots[k]
                if i == j:
                    pivots.append(entry)
                else:
                    factor[i, j] = entry / pivots[j]
        return factor, pivots

    def newton(self, gradient: Array) -> tuple[Array, Array]:
        """Give Newton steps ``(n_vars, n)`` and their lengths, measured by the curvature."""
        solved: list[Array] = []
        for i in range(self._n):
            known = sum(self._factor[i, k] * solved[k] for k in range(i))
            solved.append(-gradient[i] * self._scale[i] - known)
        squares = [s * s / p for s, p in zip(solved, self._pivots, strict=True)]
        steps = [s / p for s, p in zip(solved, self._pivots, strict=True)]
        for i in reversed(range(self._n)):
            for k in range(i + 1, self._n):
                steps[i] = steps[i] - self._factor[k, i] * steps[k]
        scaled = [s * scale for s, scale in zip(steps, self._scale, strict=True)]
        return np.array(scaled), np.asarray(np.sqrt(sum(squares)))

    def length(self, steps: Array) -> Array:
        """Measure steps ``(n_vars, n)`` by the curvature."""
        scaled = [s / scale for s, scale in zip(steps, self._scale, strict=True)]
        total = np.zeros(steps.shape[1])
        for j in range(self._n):
            below = (self._factor[i, j] * scaled[i] for i in range(j + 1, self._n))
            total += self._pivots[j] * (scaled[j] + sum(below)) ** 2
        return np.asarray(np.sqrt(total))

    def noise(self, points: Array) -> Array:
        """Give the length of a Newton step that the rounding of the points alone causes."""
        total = np.zeros(points.shape[1])
        for i in range(self._n):
            row = [self._hessian[max(i, j), min(i, j)] for j in range(self._n)]
            sizes = (np.abs(h * p) for h, p in zip(row, points, strict=True))
            total += (EPS * sum(sizes) * self._scale[i]) ** 2
        return np.asarray(8 * np.sqrt(total))
