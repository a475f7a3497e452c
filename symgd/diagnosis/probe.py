"""Judging a point by values of f around it, where derivatives do not tell.

At several distances and in many directions f is compared with its value at the point, with
regard to rounding. Where the Hessian is singular only the null directions are open, and each
probe is first moved to the floor of the valley by one Newton step in the other directions.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ..problem import Problem
from .local import EPS, SINGULAR, Box, model

Array = npt.NDArray[np.float64]

_NEAR = 10.0 ** np.arange(-8.0, 0.0)  # shares of the length of the neighbourhood
_FAR = 2.0 ** np.arange(0.0, 12.0)
_RANDOM = 64  # directions besides the axes, for several variables


class Around(IntEnum):
    """What f does around a point."""

    UP = 0  # every way
    DOWN = 1  # somewhere there is a lower point
    LEVEL = 2  # no change beyond rounding within reach
    VALLEY = 3  # level both ways along a line, up in the others
    UNDEFINED = 4  # f is not defined on one side


def around(problem: Problem, point: Array, length: Array, box: Box) -> Around:
    """Tell what f does around a point, by values alone.

    Parameters
    ----------
    problem : Problem
        f.
    point, length : ndarray
        The point, and the size of the neighbourhood in each variable, ``(n_vars,)``.
    box : Box
        Bounds; outside them f is not asked.

    Returns
    -------
    Around
    """
    open_directions, curved = _directions(problem, point, box)
    steps = open_directions * length
    near = _first_change(problem, point, steps, _NEAR, box)
    if (near < 0).any():
        return Around.DOWN
    if np.isnan(near).any():
        return Around.UNDEFINED
    if (near > 0).all():
        return Around.UP
    level = near == 0
    far = _first_change(problem, point, steps[level], _FAR, box)
    if (far > 0).all():
        return Around.UP
    both_ways = level.reshape(2, -1).all(axis=0).sum() * 2 == level.sum()
    valley = (far == 0).all() and both_ways and (curved or not level.all())
    return Around.VALLEY if valley else Around.LEVEL


def _directions(problem: Problem, point: Array, box: Box) -> tuple[Array, bool]:
    """Give directions, each with its opposite, ``(2 k, n_vars)``, of largest entry 1.

    Where f curves up in some directions only the others are open, which the flag tells.
    """
    here = model(problem, point[None], box)
    null = np.abs(here.eigenvalues[0]) <= SINGULAR
    curved = bool(here.finite[0] and null.any() and not null.all())
    basis = (here.vectors[0] * here.scale[0][:, None])[:, null].T if curved else np.eye(len(point))
    half = basis / np.abs(basis).max(axis=1, keepdims=True)
    if len(half) > 1:
        mix = np.random.default_rng(0).normal(size=(_RANDOM, len(half))) @ half
        half = np.concatenate([half, mix / np.abs(mix).max(axis=1, keepdims=True)])
    return np.concatenate([half, -half]), curved


def _first_change(
    problem: Problem, point: Array, steps: Array, shares: Array, box: Box
) -> Array:
    """Give the sign of the first change of f beyond rounding along each step.

    0 where there is none, nan where f is undefined first. A bound counts as a rise.
    """
    targets = box.clip(point + shares[None, :, None] * steps[:, None, :])
    flat = targets.reshape(-1, len(point))
    values = _valley_floor(problem, flat, point, box).reshape(targets.shape[:2])
    noise = _noise(problem, flat).reshape(values.shape) + _noise(problem, point[None])[0]
    change = values - problem.values(point[None])[0]
    with np.errstate(invalid="ignore"):
        signs = np.where(np.abs(change) > noise, np.sign(change), 0.0)
    signs[np.isnan(change)] = np.nan
    signs[(targets == point).all(axis=2)] = 1.0
    first = (signs != 0).argmax(axis=1)
    return np.take_along_axis(signs, first[:, None], axis=1)[:, 0]


def _valley_floor(problem: Problem, targets: Array, point: Array, box: Box) -> Array:
    """Give f at targets, or lower: after a Newton step in the directions that curve up."""
    here = model(problem, np.repeat(point[None], len(targets), axis=0), box)
    values = problem.values(targets)
    curved = here.eigenvalues > SINGULAR
    if not here.finite.all() or not curved.any() or curved.all():
        return values
    slopes = np.einsum("nij,ni->nj", here.vectors, problem.gradients(targets) * here.scale)
    with np.errstate(all="ignore"):
        along = np.where(curved, -slopes / here.eigenvalues, 0.0)
    moved = box.clip(targets + np.einsum("nij,nj->ni", here.vectors, along) * here.scale)
    return np.fmin(values, problem.values(moved))


def _noise(problem: Problem, points: Array) -> Array:
    """Estimate the rounding error of f: how far it scatters over neighbouring doubles."""
    values = problem.values(points)
    scatter = np.zeros_like(values)
    for shift in np.random.default_rng(1).integers(-3, 4, size=(6, points.shape[1])):
        moved = problem.values(points * (1 + shift * EPS))
        with np.errstate(invalid="ignore"):
            scatter = np.fmax(scatter, np.abs(moved - values))
    return 4 * EPS * np.abs(values) + 2 * scatter
