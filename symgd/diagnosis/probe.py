"""Judging a point by values of f around it, where derivatives do not tell.

At several distances and in many directions f is compared with its value at the point, with
regard to rounding. Where the Hessian is singular only the null directions are open, and each
probe is first moved to the floor of the valley by one Newton step in the other directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from ..arrays import Array
from ..facts.cancellation import rounding
from ..given.boxes import Box
from ..problem import Problem
from .directions import across, all_around
from .local import SINGULAR, Model, model

_NEAR_PROBES = 10.0 ** np.arange(-8.0, 0.0)  # shares of the neighbourhood: where f is asked first
# times the neighbourhood: where f is asked if it is level so far
_FAR_PROBES = 2.0 ** np.arange(0.0, 12.0)
_DECADES = 3  # decades of distance: over them a jump is told from a steep rise
_COARSE = 1e-3  # share of the change over the neighbourhood: rounding may amount to it
_UNUSUAL = 1e3  # times the rounding of f beside the point: a jump scatters more
_SUDDEN = 0.1  # share of the rise over the neighbourhood: a jump has it at once
_SHARPER = 30.0  # errors of the point: the nearest probe is as far away


class Around(IntEnum):
    """What f does around a point."""

    UP = 0  # every way
    DOWN = 1  # some ways, so the point is no minimum
    SUMMIT = 5  # every way
    LEVEL = 2  # no change beyond rounding within reach
    VALLEY = 3  # level both ways along a line, up in the others
    BROKEN = 4  # f jumps, has a pole, or is not resolved by the doubles here


def around(
    problem: Problem,
    point: Array,
    length: Array,
    box: Box,
    smooth: bool,
    error: float = 0.0,
    level: float = 0.0,
) -> Around:
    """Tell what f does around a point, by values alone.

    Parameters
    ----------
    problem : Problem
        f.
    point, length : ndarray
        The point, and the size of the neighbourhood in each variable, ``(n_vars,)``.
    box : Box
        Bounds; outside them f is not asked.
    smooth : bool
        Whether the point is stationary and the Hessian can be trusted in the directions in which
        f curves up.
    error : float
        Share of `length` by which the point may be off; nothing closer is asked.
    level : float
        Change of f that counts as none.

    Returns
    -------
    Around
    """
    here = model(problem, point[None], box)
    eigenvalues = here.eigenvalues[0]
    null = np.abs(eigenvalues) <= SINGULAR
    partly = null.any() and not null.all() and (eigenvalues > -SINGULAR).all()
    curved = bool(smooth and here.finite[0] and partly)  # f is open in null directions only
    floor = here if curved else None
    steps = across(here, null, length) if curved else all_around(problem, here, point, length)
    shares = _NEAR_PROBES[_SHARPER * error <= _NEAR_PROBES]
    if not len(shares):
        return Around.BROKEN
    ask = _Probes(problem, point, box, floor, level)
    changes = ask.changes(steps, shares)
    near = _first(changes)
    if (near < 0).any():
        return Around.SUMMIT if (near < 0).all() and not curved else Around.DOWN
    if (len(shares) > _DECADES and _jumps(changes)) or ask.scattered(steps):
        return Around.BROKEN
    if (near > 0).all():
        return Around.UP
    still = near == 0
    far = _first(_lasting(ask.changes(steps[still], _FAR_PROBES)))
    if (far > 0).all():
        return Around.UP
    both_ways = still.reshape(2, -1).all(axis=0).sum() * 2 == still.sum()
    valley = (far == 0).all() and both_ways and (curved or not still.all())
    return Around.VALLEY if valley else Around.LEVEL


@dataclass(frozen=True)
class _Probes:
    """What is asked about a point, and how."""

    problem: Problem
    point: Array
    box: Box
    floor: Model | None  # moves each probe to the floor of its valley
    level: float

    @cached_property
    def noise(self) -> float:
        """The rounding error of f at the point; where f jumps or has a pole, far more."""
        return float(rounding(self.problem, self.point[None])[0])

    def scattered(self, steps: Array) -> bool:
        """Tell whether f scatters over the doubles at the point as it does not beside it."""
        ends, beside = (self.box.clip(self.point + s * steps) for s in (1.0, _NEAR_PROBES[0]))
        changes = self.problem.values(ends) - self.problem.values(self.point[None])[0]
        usual = _UNUSUAL * np.nanmedian(rounding(self.problem, beside))
        return bool(self.noise > max(usual, _COARSE * np.nanmax(np.abs(changes), initial=0.0)))

    def changes(self, steps: Array, shares: Array) -> Array:
        """Give the changes of f along each step, ``(n_steps, n_shares)``; 0 within rounding.

        Infinity where f is undefined or a bound is in the way: nothing lower lies there.
        """
        targets = self.box.clip(self.point + shares[None, :, None] * steps[:, None, :])
        flat = targets.reshape(-1, len(self.point))
        centre = self.point[None]
        values = self.problem.values(flat)
        if self.floor is not None:
            lowered = _on_floor(self.problem, flat, self.floor, self.box)
            values = np.fmin(values, self.problem.values(lowered))
        noise = rounding(self.problem, flat) + self.noise + self.level
        changes: Array = values - self.problem.values(centre)[0]
        with np.errstate(invalid="ignore"):
            changes[np.abs(changes) <= noise] = 0.0
        blocked = (flat == self.point).all(axis=1)
        changes[np.isnan(changes) | blocked] = np.inf
        return changes.reshape(targets.shape[:2])


def _first(changes: Array) -> Array:
    """Give the sign of the first change along each step; 0 without one."""
    first = (changes != 0).argmax(axis=1)
    return np.asarray(np.sign(np.take_along_axis(changes, first[:, None], axis=1)[:, 0]))


def _lasting(changes: Array) -> Array:
    """Leave out rises behind which f is level again: single ones are rounding."""
    level = np.maximum.accumulate((changes == 0)[:, ::-1], axis=1)[:, ::-1]
    return np.where((changes > 0) & level, 0.0, changes)


def _jumps(changes: Array) -> bool:
    """Tell whether f rises at the nearest probe almost as much as at the farthest one."""
    with np.errstate(invalid="ignore"):
        sudden = changes[:, 0] > _SUDDEN * np.abs(changes[:, -1])
    return bool((sudden & np.isfinite(changes[:, 0])).any())


def _on_floor(problem: Problem, targets: Array, here: Model, box: Box) -> Array:
    """Move points by one Newton step in the directions that curve up."""
    eigenvalues, vectors = here.eigenvalues[0], here.vectors[0] * here.scale[0][:, None]
    free = np.where(here.held[0], 0.0, problem.gradients(targets))
    with np.errstate(all="ignore"):
        components = np.where(eigenvalues > SINGULAR, -(free @ vectors) / eigenvalues, 0.0)
    return box.clip(targets + components @ vectors.T)
