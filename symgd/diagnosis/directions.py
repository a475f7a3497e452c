"""Directions in which a lower point would lie, if there is one.

Random directions miss a narrow cone of descent. So the list also holds the eigenvectors of the
Hessian, the directions along which a kink is kept, and the one that all gradients nearby agree on
to be downhill.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..arrays import EPS, Array
from ..problem import Problem
from .local import Model

_RANDOM = 64  # directions: random ones, for several variables
_KEEPING = 16  # directions: random ones within each space that keeps a kink
_SAMPLED = 1e-7  # share of the neighbourhood: where slopes around the point are taken
_RANK = 1e-9  # share of the largest singular value: normals of kinks closer than it are one
_WEIGHINGS = 100  # steps: towards the shortest mean of gradients, each of which shortens it
_SHORTEST = 1e-10  # share of its square: a mean that much shorter is not worth a step


def all_around(problem: Problem, here: Model, point: Array, length: Array) -> Array:
    """Give steps to all sides of a point, each with its opposite.

    Parameters
    ----------
    problem : Problem
        f.
    here : Model
        The quadratic model at the point.
    point, length : ndarray
        The point, and the size of its neighbourhood in each variable, ``(n_vars,)``.

    Returns
    -------
    ndarray
        Steps that end at the border of the neighbourhood, ``(2 k, n_vars)``.
    """
    n = len(point)
    steps = [np.eye(n)]
    if n > 1:
        rng = np.random.default_rng(0)
        steps.append(rng.normal(size=(_RANDOM, n)))
        if here.finite[0]:
            steps.append((here.vectors[0] * here.scale[0][:, None]).T / length)
        steps += _along_kinks(problem, point, length, rng)
        steps.append(_downhill(problem, point, length, rng)[None])
    return _both_ways(np.concatenate(steps)) * length


def across(here: Model, null: npt.NDArray[np.bool_], length: Array) -> Array:
    """Give steps in the null directions of a Hessian, each with its opposite."""
    basis = (here.vectors[0] * here.scale[0][:, None])[:, null].T / length
    return _both_ways(_mixed(basis, _RANDOM, np.random.default_rng(0))) * length


def _both_ways(steps: Array) -> Array:
    sizes = np.abs(steps).max(axis=1, keepdims=True)
    half = steps[sizes[:, 0] > 0] / sizes[sizes > 0][:, None]
    return np.concatenate([half, -half])


def _mixed(basis: Array, count: int, rng: np.random.Generator) -> Array:
    """Give a basis and random mixtures of it."""
    basis = basis / np.abs(basis).max(axis=1, keepdims=True)
    if len(basis) < 2:
        return basis
    return np.concatenate([basis, rng.normal(size=(count, len(basis))) @ basis])


def _along_kinks(
    problem: Problem, point: Array, length: Array, rng: np.random.Generator
) -> list[Array]:
    """Give directions that keep one kink at the point, and those that keep all of them."""
    normals = _kink_normals(problem, point, length)
    spaces = [normals[i : i + 1] for i in range(len(normals))]
    if len(normals) > 1:
        spaces.append(normals)
    found = []
    for space in spaces:
        _, sizes, vectors = np.linalg.svd(space)
        kept = vectors[np.count_nonzero(sizes > _RANK * sizes[0]) :]
        if len(kept):
            found.append(_mixed(kept, _KEEPING, rng))
    return found


def _kink_normals(problem: Problem, point: Array, length: Array) -> Array:
    """Give the gradients of what is zero at a kink, for the kinks at the point."""
    values, normals = kink_slopes(problem, point, length, _SAMPLED)
    near = np.abs(values) <= _SAMPLED * np.abs(normals).sum(axis=1)
    near &= np.isfinite(normals).all(axis=1) & (normals != 0).any(axis=1)
    return np.asarray(normals[near])


def kink_slopes(problem: Problem, point: Array, length: Array, step: float) -> tuple[Array, Array]:
    """Give what is zero at each kink, at a point, and its slopes in units of the neighbourhood.

    Returns
    -------
    values : ndarray
        ``(n_kinks,)``.
    slopes : ndarray
        By differences over a share of the neighbourhood, ``(n_kinks, n_vars)``.
    """
    n, offsets = len(point), step * np.diag(length)
    around = np.concatenate([point[None], point + offsets, point - offsets])
    values = problem.run(problem.symbolic.kinks, around)
    return values[:, 0], (values[:, 1 : n + 1] - values[:, n + 1 :]) / (2 * step)


def _downhill(problem: Problem, point: Array, length: Array, rng: np.random.Generator) -> Array:
    """Give the direction against the shortest mean of the gradients nearby.

    References
    ----------
    J. V. Burke, A. S. Lewis and M. L. Overton, "A Robust Gradient Sampling Algorithm for
    Nonsmooth, Nonconvex Optimization", SIAM Journal on Optimization 15, 751-779 (2005),
    doi:10.1137/030601296.
    """
    n = len(point)
    nearby = point + _SAMPLED * length * rng.uniform(-1, 1, size=(4 * n + 8, n))
    gradients = problem.gradients(nearby) * length
    gradients = gradients[np.isfinite(gradients).all(axis=1)]
    largest = np.abs(gradients).max(initial=0.0)
    if not largest > 0:
        return np.zeros(n)
    return -_shortest_mean(gradients / largest)


def _shortest_mean(vectors: Array) -> Array:
    """Give the shortest convex mean of vectors, of length 1 at most.

    A corral of vectors is kept in which the shortest mean has positive weights only. The vector
    that shortens it most is added, and those are left out that would get negative weights.

    References
    ----------
    P. Wolfe, "Finding the nearest point in a polytope", Mathematical Programming 11, 128-149
    (1976), doi:10.1007/BF01580381.
    """
    corral = [int((vectors**2).sum(axis=1).argmin())]
    weights = np.ones(1)
    for _ in range(_WEIGHINGS):
        mean = weights @ vectors[corral]
        products = vectors @ mean
        best = int(products.argmin())
        if best in corral or not products[best] < (1 - _SHORTEST) * (mean @ mean) - EPS:
            break
        corral, weights = [*corral, best], np.append(weights, 0.0)
        while (affine := _affine(vectors[corral])).min() <= 0:
            with np.errstate(all="ignore"):
                shares = np.where(affine <= 0, weights / (weights - affine), np.inf)
            moved = weights + min(shares.min(), 1.0) * (affine - weights)
            kept = np.arange(len(corral)) != shares.argmin()
            corral, weights = [c for c, k in zip(corral, kept, strict=True) if k], moved[kept]
        weights = affine
    return np.asarray(weights @ vectors[corral])


def _affine(vectors: Array) -> Array:
    """Give the weights, of any sign and with sum 1, of the shortest mean of a few vectors."""
    weights = np.linalg.lstsq(vectors @ vectors.T + 1.0, np.ones(len(vectors)), rcond=None)[0]
    return np.asarray(weights / weights.sum())
