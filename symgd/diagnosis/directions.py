"""Directions in which a lower point would lie, if there is one.

Random directions miss a narrow cone of descent. So there are also the eigenvectors of the
Hessian, the directions along which a kink is kept, and the one that all gradients nearby agree on
to be downhill. Random numbers are the same at every point.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, reduce

import numpy as np

from ..arrays import Array, Columns, Indices, Mask, Whole
from ..given.boxes import Box
from ..problem import Problem
from .hull import shortest_mean
from .local import Model, model, total

RANDOM = 64  # directions: random ones, for several variables
_KEEPING = 16  # directions: random ones within each space that keeps a kink, or a large one
_SPARSE = 8  # null directions: between more than these even many random ones are far apart
_SAMPLED = 1e-7  # share of the neighbourhood: where slopes around the point are taken
_RANK = 1e-9  # share of the largest singular value: normals of kinks closer than it are one
_NO_SHARE = 1e-9  # share of the largest coordinate of a direction: a smaller one is none


@dataclass(frozen=True)
class Steps(Columns):
    """Steps from points to the borders of their neighbourhoods.

    Attributes
    ----------
    owner : ndarray
        The row of the point that each belongs to, ``(m,)``.
    step : ndarray
        One of two opposite ones, ``(m, n_vars)``.
    """

    owner: Indices
    step: Array

    @classmethod
    def along(cls, owner: Indices, directions: Array, length: Array) -> Steps:
        """Go in directions, in units of the neighbourhoods; not where there is none."""
        sizes = np.abs(directions).max(axis=1)
        kept = sizes > 0
        owner = owner[kept]
        return cls(owner, directions[kept] / sizes[kept, None] * length[owner])


def along_axes(length: Array) -> Steps:
    """Give steps along the axes.

    Parameters
    ----------
    length : ndarray
        Sizes of the neighbourhoods of the points in each variable, ``(n, n_vars)``.

    Returns
    -------
    Steps
    """
    return _alike(np.eye(length.shape[1]), length)


def at_random(length: Array) -> Steps:
    """Give steps in random directions, as `along_axes` does; none for a single variable."""
    return _alike(_random(length.shape[1]), length)


def _alike(directions: Array, length: Array) -> Steps:
    """Give the same steps, in units of the neighbourhoods, from each point."""
    owner = np.repeat(np.arange(len(length)), len(directions))
    return Steps(owner, (directions * length[:, None]).reshape(-1, length.shape[1]))


@cache
def _random(n: int) -> Array:
    directions = np.random.default_rng(0).normal(size=(RANDOM if n > 1 else 0, n))
    return np.asarray(directions / np.abs(directions).max(axis=1, keepdims=True))


def narrow(problem: Problem, points: Array, length: Array, box: Box) -> Steps:
    """Give steps into narrow cones of descent, which axes and random ones may miss.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    points, length : ndarray
        The points, and the sizes of their neighbourhoods in each variable, ``(n, n_vars)``.
    box : Box
        Bounds.

    Returns
    -------
    Steps
        None for a single variable.
    """
    n = points.shape[1]
    if n == 1:
        return Steps(np.empty(0, dtype=np.intp), np.empty((0, 1)))
    here = model(problem, points, box)
    rows = np.flatnonzero(here.finite)
    axes = (here.vectors * here.scale[:, :, None]).swapaxes(1, 2)[rows] / length[rows, None]
    parts = [Steps.along(np.repeat(rows, n), axes.reshape(-1, n), length)]
    normals, near = _kink_normals(problem, points, length)
    directions, owners, sample = [], [], np.empty((4 * n + 8, *points.shape))
    for mine, spaces in _spaces(normals, near):
        rng = _after_random(n)
        for space in spaces:
            mixed = _mixed(space, _KEEPING, rng)
            oblique = np.count_nonzero(np.abs(mixed) > _NO_SHARE, axis=2) > 1  # as axes are asked
            directions.append(mixed[oblique])
            owners.append(np.repeat(mine, np.count_nonzero(oblique, axis=1)))
        sample[:, mine] = rng.uniform(-1, 1, size=(4 * n + 8, n))[:, None]
    owners.append(np.arange(len(points)))
    directions.append(_downhill(problem, points, length, sample))
    parts.append(Steps.along(np.concatenate(owners), np.concatenate(directions), length))
    return Steps.concatenate(parts)


def _after_random(n: int) -> np.random.Generator:
    """Give the random numbers that follow those of `at_random`."""
    rng = np.random.default_rng(0)
    rng.normal(size=(RANDOM, n))
    return rng


def across(here: Model, null: Mask, length: Array) -> Steps:
    """Give steps in the null directions of Hessians, and between them."""
    n = length.shape[1]
    axes = (here.vectors * here.scale[:, :, None]).swapaxes(1, 2) / length[:, None]
    parts, counts = [], np.count_nonzero(null, axis=1)
    for count in np.unique(counts):
        rows = np.flatnonzero(counts == count)
        order = np.argsort(~null[rows], axis=1, kind="stable")[:, :count]
        number = RANDOM if count <= _SPARSE else _KEEPING
        mixed = _mixed(axes[rows[:, None], order], number, np.random.default_rng(0))
        owner = np.repeat(rows, mixed.shape[1])
        parts.append(Steps.along(owner, mixed.reshape(-1, n), length))
    return Steps.concatenate(parts)


def _mixed(basis: Array, count: int, rng: np.random.Generator) -> Array:
    """Give bases ``(n, k, n_vars)`` and random mixtures of each, along the second axis."""
    basis = basis / np.abs(basis).max(axis=2, keepdims=True)
    size = basis.shape[1]
    if size < 2:
        return basis
    shares = rng.normal(size=(count, size, 1))
    mixtures = reduce(np.add, [shares[:, i] * basis[:, i : i + 1] for i in range(size)])
    return np.concatenate([basis, mixtures], axis=1)


def _spaces(normals: Array, near: Mask) -> list[tuple[Indices, list[Array]]]:
    """Give the points with as many kinks of as many dimensions, and what keeps these kinks.

    Returns
    -------
    list
        Rows of points; and bases of the directions that keep one kink, ``(k, dimensions, n_vars)``,
        for each of the kinks, then of those that keep all of them.
    """
    found: list[tuple[Indices, list[Array]]] = []
    counts = np.count_nonzero(near, axis=1)
    for count in np.unique(counts):
        rows = np.flatnonzero(counts == count)
        if not count:
            found.append((rows, []))
            continue
        order = np.argsort(~near[rows], axis=1, kind="stable")[:, :count]
        mine = normals[rows[:, None], order]
        sets = [mine[:, i : i + 1] for i in range(count)] + ([mine] if count > 1 else [])
        kept = [_complement(vectors) for vectors in sets]
        ranks = np.array([rank for _, rank in kept], dtype=np.int64).reshape(len(kept), len(rows))
        for pattern in np.unique(ranks, axis=1).T:
            alike = (ranks == pattern[:, None]).all(axis=0)
            bases = [v[alike, rank:] for (v, _), rank in zip(kept, pattern, strict=True)]
            found.append((rows[alike], [basis for basis in bases if basis.shape[1]]))
    return found


def _complement(vectors: Array) -> tuple[Array, Whole]:
    """Give orthonormal bases, and how many vectors of each span the given vectors."""
    _, sizes, basis = np.linalg.svd(vectors)
    return basis, np.count_nonzero(sizes > _RANK * sizes[:, :1], axis=1)


def _kink_normals(problem: Problem, points: Array, length: Array) -> tuple[Array, Mask]:
    """Give the gradients of what is zero at kinks, and for which of them that is at the points."""
    values, normals = kink_slopes(problem, points, length, _SAMPLED)
    near = np.abs(values) <= _SAMPLED * total(np.abs(normals))
    near &= np.isfinite(normals).all(axis=2) & (normals != 0).any(axis=2)
    return normals, near


def kink_slopes(problem: Problem, points: Array, length: Array, step: float) -> tuple[Array, Array]:
    """Give what is zero at each kink, at points, and its slopes in units of the neighbourhoods.

    Returns
    -------
    values : ndarray
        ``(n, n_kinks)``.
    slopes : ndarray
        By differences over a share of the neighbourhood, ``(n, n_kinks, n_vars)``.
    """
    count, n = points.shape
    offsets = step * np.eye(n)[:, None] * length
    around = np.concatenate([points[None], points + offsets, points - offsets])
    values = problem.run(problem.symbolic.kinks, around.reshape(-1, n))
    values = values.reshape(len(values), 1 + 2 * n, count)
    with np.errstate(invalid="ignore"):
        slopes = (values[:, 1 : n + 1] - values[:, n + 1 :]) / (2 * step)
    return values[:, 0].T, slopes.transpose(2, 0, 1)


def _downhill(problem: Problem, points: Array, length: Array, sample: Array) -> Array:
    """Give the directions against the shortest mean of the gradients nearby.

    They are taken at shares `sample` of a small neighbourhood, ``(k, n, n_vars)``.

    References
    ----------
    J. V. Burke, A. S. Lewis and M. L. Overton, "A Robust Gradient Sampling Algorithm for
    Nonsmooth, Nonconvex Optimization", SIAM Journal on Optimization 15, 751-779 (2005),
    doi:10.1137/030601296.
    """
    nearby = points + _SAMPLED * length * sample
    gradients = problem.gradients(nearby.reshape(-1, points.shape[1])).reshape(sample.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        gradients = (gradients * length).transpose(1, 0, 2)
    finite = np.asarray(np.isfinite(gradients).all(axis=2))
    gradients = np.where(finite[:, :, None], gradients, 0.0)
    largest = np.abs(gradients).max(axis=(1, 2))
    found = np.zeros_like(points)
    rows = np.flatnonzero(largest > 0)
    if len(rows):
        found[rows] = -shortest_mean(gradients[rows] / largest[rows, None, None], finite[rows])
    return found
