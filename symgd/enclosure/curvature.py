"""The largest curvature of a function over a box, proven by interval arithmetic.

Branch and bound: every box has a proven upper bound, every point a proven lower one; the boxes
with the largest bounds are cut until the two meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Mask, Whole
from .eigenvalues import lower_bound, norms, upper_bound

Enclose = Callable[[Array], Array]

_TIGHT = 0.01  # share of the largest curvature seen, up to which a box counts as done
_ALIKE = 1.001  # ratio of norms up to which two cuts count as equally good
_DEEPEST = 16  # cuts of each side after which an unbounded box counts as hopeless
_AT_ONCE = 128  # boxes cut in a round, at most
_HELD = 2**16  # intervals that a round computes, about
_ROUNDS, _FEWEST = 64, 8  # rounds
_OPERATIONS = 2**15  # array operations in all, for formulas of more than 500
_LARGEST = float(np.finfo(float).max)


@dataclass(frozen=True)
class Curvature:
    r"""Proven bounds of the largest curvature of f over a box.

    The largest curvature is the supremum over the box of the largest eigenvalue of the Hessian.
    If it is at most L and f has continuous second derivatives, then for every x of the box whose
    step :math:`y = x - \alpha \nabla f(x)` stays inside, by the descent lemma,

    .. math:: f(y) \le f(x) - \alpha \left(1 - \frac{\alpha L}{2}\right) \|\nabla f(x)\|^2,

    so a fixed rate :math:`0 < \alpha < 2/L` lowers f in each such step. Eigenvalues far below
    zero do no harm to this: only the largest one counts, not the largest size.

    Attributes
    ----------
    upper : float
        Proven: nowhere in the box is the curvature larger. Infinite if that cannot be shown,
        as where the box holds, or seems to hold, a kink, a jump, or a place where f is undefined.
    lower : float
        Proven: the curvature at some point of the box is at least as large; ``-inf`` if no
        point was found that has one.
    lr_safe : float
        Largest double below ``2 / upper``: infinite where f curves nowhere upward, and 0 where
        nothing could be shown.

    References
    ----------
    Y. Nesterov, Introductory Lectures on Convex Optimization (2004), section 1.2.3,
    doi:10.1007/978-1-4419-8853-9.
    """

    upper: float
    lower: float
    lr_safe: float


def largest_curvature(enclose: Enclose, lower: Array, upper: Array, operations: int) -> Curvature:
    """Bound the largest curvature over a box.

    Parameters
    ----------
    enclose : callable
        Takes boxes ``(2, n_vars, m)``, gives matrices ``(2, m, n_vars, n_vars)`` between which all
        Hessians in each box lie; nan where f may not be smooth.
    lower, upper : ndarray
        Corners of the box, ``(n_vars,)``; infinite for open sides.
    operations : int
        How many array operations a call of `enclose` takes; it limits the work.

    Returns
    -------
    Curvature
    """
    with np.errstate(all="ignore"):
        width = max(_HELD // (2 * len(lower) * operations), 1)
        search = _Search(enclose, np.stack([lower, upper]), min(width, _AT_ONCE))
        for _ in range(min(max(_OPERATIONS // operations, _FEWEST), _ROUNDS)):
            search.cut()
            if search.finished:
                break
    return Curvature(search.upper, search.lower, _safe_rate(search.upper))


def _safe_rate(curvature: float) -> float:
    if curvature <= 0:
        return np.inf
    return float(np.nextafter(2 / curvature, 0.0)) if np.isfinite(curvature) else 0.0


@dataclass(frozen=True)
class _Boxes:
    """Boxes ``(2, n_vars, m)``, how often each side was halved, and bounds of the curvature."""

    corners: Array
    cuts: Whole
    bounds: Array

    def taken(self, which: Whole | Mask) -> _Boxes:
        """Give some of them."""
        return _Boxes(self.corners[:, :, which], self.cuts[:, which], self.bounds[which])

    def joined(self, other: _Boxes) -> _Boxes:
        """Give these and others."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return _Boxes(*[np.concatenate(pair, axis=-1) for pair in pairs])

    @property
    def largest(self) -> float:
        """Bound of the curvature in all of them."""
        return float(self.bounds.max(initial=-np.inf))


class _Search:
    """What is known so far; points are ``(n_vars, m)``."""

    def __init__(self, enclose: Enclose, whole: Array, width: int) -> None:
        self._enclose, self._whole = enclose, whole
        self._width = width  # boxes that are cut at once
        uncut = np.zeros((whole.shape[1], 1), dtype=np.int64)
        self._open = _Boxes(whole[:, :, None], uncut, np.array([np.inf]))
        self._done = -np.inf  # largest bound of the boxes that need no more cuts
        self._best = _middle(self._open.corners)[:, 0]  # the point of `lower`
        self.lower = -np.inf

    @property
    def upper(self) -> float:
        """Largest curvature that is not excluded."""
        return max(self._done, self._open.largest)

    @property
    def finished(self) -> bool:
        """Whether no box is open, or one is beyond hope."""
        deep = self._open.cuts.min(axis=0) >= _DEEPEST
        return not deep.size or bool((deep & np.isinf(self._open.bounds)).any())

    def cut(self) -> None:
        """Halve the boxes with the largest bounds, and look at some points."""
        parents, others = self._parted()
        halves, points = _halves(parents.corners), self._points(parents)
        hessians = self._enclose(np.concatenate([halves, np.stack([points, points])], axis=2))
        inside, at_points = np.split(hessians, [halves.shape[2]], axis=1)
        self._look(points, lower_bound(*at_points))
        chosen, cuts = _choose(norms(*inside), parents.cuts)
        bounds = np.fmin(upper_bound(*inside[:, chosen]), np.tile(parents.bounds, 2))
        self._open = others.joined(_Boxes(halves[:, :, chosen], cuts, bounds))
        self._close()

    def _parted(self) -> tuple[_Boxes, _Boxes]:
        """Part those with the largest bounds, and among equals the smallest, from the others."""
        bounds = self._open.bounds
        order = np.lexsort((-self._open.cuts.sum(axis=0), -bounds))
        count = self._width
        if np.isinf(bounds[order[0]]):  # nothing else matters before
            count = min(count, int(np.isinf(bounds).sum()))
        return self._open.taken(order[:count]), self._open.taken(order[count:])

    def _points(self, boxes: _Boxes) -> Array:
        """Give middles, and the best point moved to each side of the whole box."""
        n = len(self._best)
        aside = np.repeat(self._best[:, None], 2 * n, axis=1)
        ends = np.where(np.isfinite(self._whole), self._whole, self._best)
        aside[np.tile(np.arange(n), 2), np.arange(2 * n)] = ends.ravel()
        return np.concatenate([_middle(boxes.corners), aside], axis=1)

    def _look(self, points: Array, curvatures: Array) -> None:
        curvatures = np.where(np.isnan(curvatures), -np.inf, curvatures)
        best = int(curvatures.argmax())
        if curvatures[best] > self.lower:
            self.lower, self._best = float(curvatures[best]), points[:, best]

    def _close(self) -> None:
        """Put boxes aside whose bound is close enough to what was seen."""
        if np.isfinite(self.lower):
            goal = self.lower + _TIGHT * max(abs(self.lower), np.finfo(float).tiny)
            still = self._open.bounds > goal
            self._done = max(self._done, self._open.taken(~still).largest)
            self._open = self._open.taken(still)


def _choose(norms: Array, cuts: Whole) -> tuple[Whole, Whole]:
    """Choose for each box the cut that lowers the Hessian most; if about equal, the longest side.

    Gives which halves are taken, and how often their sides are cut then.
    """
    n, m = cuts.shape
    after = np.where(np.isnan(norms), np.inf, norms).reshape(n, 2, m).max(axis=1)
    best = after <= _ALIKE * after.min(axis=0)
    side = np.where(best, cuts, np.iinfo(np.int64).max).argmin(axis=0)
    chosen = (2 * side + [[0], [1]]) * m + np.arange(m)
    return chosen.ravel(), np.tile(cuts + (side == np.arange(n)[:, None]), 2)


def _halves(boxes: Array) -> Array:
    """Halve each side in turn; the result runs over sides, halves, boxes."""
    _, n, m = boxes.shape
    halves = np.repeat(boxes, 2 * n, axis=2).reshape(2, n, m, n, 2).transpose(0, 1, 3, 4, 2).copy()
    middle = _middle(boxes)
    for side in range(n):
        halves[1, side, side, 0] = halves[0, side, side, 1] = middle[side]
    return halves.reshape(2, n, -1)


def _middle(boxes: Array) -> Array:
    """Give points inside boxes; ever further out where a side is open."""
    lower, upper = boxes
    inside = lower / 2 + upper / 2
    above = np.where(lower < 0, 0.0, 2 * lower + 1)
    below = np.where(upper > 0, 0.0, 2 * upper - 1)
    one_sided = np.where(np.isfinite(lower), above, below)
    middle = np.where(np.isfinite(lower) & np.isfinite(upper), inside, one_sided)
    return np.clip(middle, -_LARGEST, _LARGEST)
