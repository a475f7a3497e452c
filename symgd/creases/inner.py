"""Steps to the lowest point of a model with creases, by following its signature.

The model is quadratic with the kinks of f, a*d + d*B*d/2 + b*(|z| - |c|), where z is
c + Z*d + L*(|z| - |c|). A step goes to the lowest point with the kinks that are active kept; if
kinks are met on the way, one of them becomes active where the model is lowest; and at rest, the
one that is left brings most.

References
----------
A. Griewank, A. Walther, "Finite convergence of an active signature method to local minima of
piecewise linear functions", Optimization Methods and Software 34, 1035-1055 (2019),
doi:10.1080/10556788.2018.1546856.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Columns, Indices, Mask
from .algebra import dot, largest, length, nonnegative, product, pseudoinverse, times, turned

_MET_CREASE = 1e-12  # share of a normal: a crease that close is met
_RESTS = 1e-9  # share of the way: a step that much shorter is none
_SETTLED = 1e-10  # share of the step without creases: one that much shorter is none
_OVER = 1e-9  # share of the multipliers: exceeding the limits by less is rounding
_SIGNATURES = 6  # turns: for each variable and crease, at most
_MORE_SIGNATURES = 30  # turns: for any model, besides
_FEASIBLE = 1e-10  # share of the slopes: a residual of that size is none


@dataclass(frozen=True)
class Piecewise(Columns):
    """Models of many runs, in the notation above.

    Attributes
    ----------
    a, b, c : ndarray
        ``(m, n)``, ``(m, k)`` and ``(m, k)``.
    Z, L : ndarray
        ``(m, k, n)`` and ``(m, k, k)``, which is strictly lower triangular.
    B : ndarray
        Positive definite, ``(m, n, n)``.
    bound : ndarray
        Which rows are bounds: z must not get negative, ``(m, k)``.
    """

    a: Array
    b: Array
    c: Array
    Z: Array
    L: Array
    B: Array
    bound: Mask

    @property
    def nested(self) -> bool:
        """Whether kinks lie within kinks."""
        return bool((self.L != 0).any())

    @property
    def sizes(self) -> Array:
        """How far each z changes over a step of length 1, at most."""
        sizes = length(self.Z)
        if self.nested:
            for i in range(1, sizes.shape[1]):
                sizes[:, i] += dot(np.abs(self.L[:, i, :i]), sizes[:, :i])
        return sizes

    def zeros(self, d: Array) -> Array:
        """Give z at a step ``(m, n)``."""
        z = self.c + times(self.Z, d)
        if self.nested:
            for i in range(1, z.shape[1]):
                change = np.abs(z[:, :i]) - np.abs(self.c[:, :i])
                z[:, i] += dot(self.L[:, i, :i], change)
        return z

    def fall(self, d: Array, z: Array) -> Array:
        """Give the change of the model over a step ``(m, n)``, at which z is known."""
        bent = 0.5 * dot(d, times(self.B, d))
        change = dot(self.a, d) + bent + dot(self.b, np.abs(z) - np.abs(self.c))
        outside = self.bound & (z < -self.near(d))
        return np.where(outside.any(axis=1), np.inf, change)

    def near(self, d: Array) -> Array:
        """Give how close to zero z counts as zero."""
        return _MET_CREASE * self.sizes * (1 + largest(d))[:, None]


def lowest(model: Piecewise) -> tuple[Array, Mask, Array]:
    """Find steps to local minima of models.

    Returns
    -------
    step, active, fall : ndarray
        Steps ``(m, n)``, the creases they end on ``(m, k)``, and the changes of the models.
    """
    m, n = model.a.shape
    d, sign = np.zeros((m, n)), np.sign(model.c)
    sign[np.abs(model.c) <= model.near(d)] = 0.0
    sign[(model.sizes == 0) & (sign == 0)] = 1.0
    inverse = _inverse(model.B)
    rows: Indices = np.arange(m)
    if not sign.shape[1]:
        d = -times(inverse, model.a)
        return d, sign == 0, model.fall(d, model.zeros(d))
    for _ in range(_SIGNATURES * (n + model.c.shape[1]) + _MORE_SIGNATURES):
        part = _Turn(model.take(rows), inverse[rows], d[rows], sign[rows])
        done = part.take()
        d[rows], sign[rows] = part.d, part.sign
        rows = rows[~done]
        if not len(rows):
            break
    return d, sign == 0, model.fall(d, model.zeros(d))


def _inverse(matrices: Array) -> Array:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


class _Turn:
    """One turn of the method for the runs that are not at the end."""

    def __init__(self, model: Piecewise, inverse: Array, d: Array, sign: Array) -> None:
        self._model, self._inverse = model, inverse
        self.d, self.sign = d, sign
        self._normal, self._inner = self._signed()
        self._active = sign == 0
        weights = model.b * sign
        self._slope = model.a + times(turned(self._normal), weights) + times(model.B, d)
        self._limit = model.b + times(turned(self._inner), weights)

    def _signed(self) -> tuple[Array, Array]:
        model = self._model
        if not model.nested:
            return model.Z, model.L
        k = model.c.shape[1]
        solved = _inverse(np.eye(k) - model.L * self.sign[:, None])
        return product(solved, model.Z), product(solved, model.L)

    def take(self) -> Mask:
        """Take a step, or leave a crease; tell which runs are done."""
        active = self._active
        normal = np.where(active[..., None], self._normal, 0.0)
        weighed = product(normal, self._inverse)
        gram = product(weighed, turned(normal)) + np.eye(active.shape[1]) * ~active[:, :, None]
        solved, regular = pseudoinverse(gram)
        factor = np.where(active, times(solved, times(weighed, self._slope)), 0.0)
        step = -times(self._inverse, self._slope - times(turned(normal), factor))
        still = self._size(step) <= _RESTS * self._size(self.d) + _SETTLED * self._whole()
        excess = self._excess(factor)
        leaving = (excess > 0).any(axis=1)
        done = still & ~leaving
        self._leave(still & leaving & regular, factor, excess, gram)
        for row in np.flatnonzero(still & leaving & ~regular).tolist():
            direction = self._vertex(row)
            if direction is None:
                done[row] = True
            else:
                step[row], still[row] = direction, False
        rows = np.flatnonzero(~still)
        done[rows] = ~self._go(rows, step[rows])
        return done

    def _size(self, step: Array) -> Array:
        return np.asarray(np.sqrt(dot(step, times(self._model.B, step))))

    def _whole(self) -> Array:
        return np.asarray(np.sqrt(dot(self._slope, times(self._inverse, self._slope))))

    def _excess(self, factor: Array) -> Array:
        """Give by how much multipliers of active creases exceed their limits, beyond rounding."""
        both = self._active[:, :, None] & self._active[:, None]
        limit = self._limit - times(turned(np.where(both, self._inner, 0.0)), factor)
        excess = np.where(self._model.bound, -factor, np.abs(factor) - limit)
        sizes = np.where(self._active, np.abs(factor) + np.abs(self._limit), 0.0)
        level = _OVER * largest(sizes)[:, None]
        return np.where(self._active & (excess > level), excess, 0.0)

    def _leave(self, which: Mask, factor: Array, excess: Array, gram: Array) -> None:
        rows = np.flatnonzero(which)
        with np.errstate(all="ignore"):
            gain = excess[rows] / np.sqrt(np.diagonal(gram, axis1=1, axis2=2)[rows])
        worst = gain.argmax(axis=1)
        side = np.where(factor[rows, worst] > 0, -1.0, 1.0)
        self.sign[rows, worst] = np.where(self._model.bound[rows, worst], 1.0, side)

    def _vertex(self, row: int) -> Array | None:
        """Give a way down from where more creases meet than there are variables, if any."""
        found = descent(
            self._slope[row], self._limit[row], self._normal[row], self._inner[row],
            np.flatnonzero(self._active[row]), self._model.bound[row],
        )  # fmt: skip
        if found is None:
            return None
        direction, change = found
        active = self._active[row]
        self.sign[row, active] = np.sign(change)
        rate = self._slope[row] @ direction + self._limit[row, active] @ np.abs(change)
        bent = direction @ self._model.B[row] @ direction
        return np.asarray(direction * (-rate / bent if rate < 0 < bent else 1.0))

    def _go(self, rows: Indices, step: Array) -> Mask:
        """Go along steps to where the model is lowest of where they meet a crease or end."""
        model, d, sign = self._model.take(rows), self.d[rows], self.sign[rows]
        z, rate = model.zeros(d), times(self._normal[rows], step)
        towards = (sign != 0) & (rate * sign < 0)
        near = np.abs(z) <= model.near(d)
        caught = towards & near
        which = caught.any(axis=1)
        first = caught.argmax(axis=1)
        sign[np.flatnonzero(which), first[which]] = 0.0
        with np.errstate(all="ignore"):
            share = np.where(towards & ~near, np.abs(z) / np.abs(rate), np.inf)
        share = np.concatenate([share, np.ones((len(rows), 1))], axis=1)
        share[:, :-1][share[:, :-1] >= 1] = np.inf
        falls = np.full(share.shape, np.inf)
        for i, mine in enumerate(share.T):
            given = np.isfinite(mine)
            ahead = d + np.where(given, mine, 0.0)[:, None] * step
            falls[given, i] = model.fall(ahead, model.zeros(ahead))[given]
        best = falls.argmin(axis=1)
        every = np.arange(len(rows))
        better = falls[every, best] < model.fall(d, z)
        moving = better & ~which
        ahead = d + np.where(better, share[every, best], 0.0)[:, None] * step
        after = model.zeros(ahead)
        signs = np.where(np.abs(after) <= model.near(ahead), 0.0, np.sign(after))
        signs = np.where((model.sizes == 0) & (signs == 0), 1.0, signs)
        met = (best < z.shape[1]) & moving
        signs[np.flatnonzero(met), best[met]] = 0.0
        straight = (model.L == 0).all(axis=(1, 2))[:, None]  # creases that are kept are met exactly
        signs = np.where(straight & (sign == 0), 0.0, signs)
        self.d[rows] = np.where(moving[:, None], ahead, d)
        self.sign[rows] = np.where(moving[:, None], signs, sign)
        return np.asarray(moving | which)


def descent(
    slope: Array, limit: Array, normal: Array, inner: Array, active: Indices, bound: Mask
) -> tuple[Array, Array] | None:
    """Find a way down from a point of one model at which active creases meet; None if it is lowest.

    By Farkas' lemma there is one unless multipliers within their limits exist.

    Returns
    -------
    step, change : ndarray
        The direction, and how z changes along it.
    """
    found = balanced(slope, limit, normal, inner, active, bound)
    return found if isinstance(found, tuple) else None


def balanced(
    slope: Array, limit: Array, normal: Array, inner: Array, active: Indices, bound: Mask
) -> tuple[Array, Array] | Array:
    """Find multipliers within their limits; or else a way down, as `descent` does."""
    count, n = len(active), len(slope)
    kinks, sizes = ~bound[active], np.abs(normal[active]).max(axis=1, initial=0.0)
    sizes = np.where(sizes > 0, sizes, 1.0)
    rows = normal[active] / sizes[:, None]
    rise = np.where(kinks, limit[active] * sizes, 0.0)
    scale = max(np.abs(slope).max(), np.abs(rise).max(initial=0.0))
    nest = (inner[np.ix_(active, active)] / sizes[:, None] * sizes).T
    if not (0 < scale < np.inf and np.isfinite(nest).all()):
        return np.zeros(n), np.zeros(count)
    matrix = np.zeros((n + count, 3 * count))
    matrix[:n, :count], matrix[:n, count : 2 * count] = rows.T, -rows.T
    matrix[n:, :count] = np.eye(count) + nest
    matrix[n:, count : 2 * count] = np.eye(count) - nest
    matrix[n:, 2 * count :] = np.eye(count)
    matrix[n:][~kinks] = 0.0
    keep = np.concatenate([np.ones(count, dtype=bool), kinks, kinks])
    right = np.concatenate([slope, rise]) / scale
    solution, residual = nonnegative(matrix[:, keep], right)
    if np.linalg.norm(residual) <= _FEASIBLE:
        factors = solution[:count].copy()
        factors[kinks] -= solution[count : count + np.count_nonzero(kinks)]
        return np.asarray(factors * scale / sizes)
    step, change = -residual[:n], np.zeros(count)
    rate = rows @ step
    for i in range(count):
        change[i] = rate[i] + nest[:i, i] @ np.abs(change[:i])
    tiny = np.abs(change) <= _MET_CREASE * np.linalg.norm(step)
    return step, np.where(tiny, 0.0, change) * sizes
