"""Where a formula is defined, for starts that come from a sampler."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..arrays import GOLDEN, Array, Mask
from ..expression.calculus import derivatives
from ..expression.evaluator import Evaluator
from ..expression.functions import own
from ..problem import Problem
from .boxes import Box

_STEPS = 60  # towards the domain, after which a start is given up
_BISECTIONS = 30  # of the way to the edge
_HALVINGS = 8  # of the way beyond it, until that ends inside
_FARTHEST = 2.0  # times the way of the Newton steps that a start goes
_BEYOND = 2.0  # times the way to an edge of the domain that a step takes


@dataclass(frozen=True)
class Inside:
    """The domain of f, as the conditions of its text have it.

    Examples
    --------
    >>> inside = Inside(Problem("log(x - 9.99)"))
    >>> inside(np.array([[9.0], [10.0]]))
    array([False,  True])
    >>> inside(inside.moved(np.array([[-3.0]]), np.array([-10.0]), np.array([10.0])))
    array([ True])
    """

    problem: Problem
    bounds: Box | None = None  # how far starts may go where no place in a box is inside

    def __call__(self, points: Array) -> Mask:
        """Tell which points are inside."""
        with np.errstate(all="ignore"):
            held = self.problem.symbolic.holds(*points.T, *self.problem.param_values)
        return np.asarray(np.all([np.broadcast_to(h, len(points)) == 1 for h in held], axis=0))

    def moved(self, points: Array, lower: Array, upper: Array) -> Array:
        """Move points inside, each to a place of its own on the line to the edge and beyond.

        Points that do not get inside, as where f is defined nowhere in the box, stay as they are.
        """
        x = self._moved(points, lower, upper)
        if self.bounds is None or self(x).any():
            return x
        return self._moved(points, self.bounds.lower, self.bounds.upper)

    def _moved(self, points: Array, lower: Array, upper: Array) -> Array:
        beyond = self._crossed(points, lower, upper)
        near, far = self._edge(points, beyond), _to_the_border(points, beyond, lower, upper)
        # multiples of the golden ratio fill [0, 1) evenly
        share = (GOLDEN * np.arange(1, len(points) + 1) % 1)[:, None]
        x = points.copy()
        for _ in range(_HALVINGS):
            left = ~self(x)
            x[left] = (points + (near + share * (far - near)) * (beyond - points))[left]
            x = np.clip(x, lower, upper)
            share = share / 2
        return np.where(self(x)[:, None], x, np.where(self(beyond)[:, None], beyond, points))

    def _crossed(self, points: Array, lower: Array, upper: Array) -> Array:
        """Take Newton steps across the edge that each point is farthest beyond."""
        x = points.copy()
        for _ in range(_STEPS if self._edges else 0):
            out = ~self(x)
            if not out.any():
                break
            x[out] = np.clip(x[out] + self._steps(x[out]), lower, upper)
        return x

    def _edge(self, outside: Array, inside: Array) -> Array:
        """Bisect: give the least share of the way from outside to inside that is inside."""
        low, high = np.zeros((len(outside), 1)), np.ones((len(outside), 1))
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            held = self(outside + middle * (inside - outside))[:, None]
            low, high = np.where(held, low, middle), np.where(held, middle, high)
        return high

    def _steps(self, x: Array) -> Array:
        """Give Newton steps to the edge that is farthest away, and as far again; 0 for none."""
        n = x.shape[1]
        with np.errstate(all="ignore"):
            found = self._compiled(*x.T, *self.problem.param_values)
            table = np.array([np.broadcast_to(v, len(x)) for v in found])
            table = table.reshape(-1, n + 1, len(x))
            slopes = table[:, 1:]
            size = (slopes**2).sum(axis=1)
            ways = -_BEYOND * table[:, 0] / size
            steps = np.where(np.isfinite(ways) & (table[:, 0] <= 0), ways, 0.0)[:, None] * slopes
            farthest = np.argmax((steps**2).sum(axis=1), axis=0)
        return np.asarray(steps[farthest, :, np.arange(len(x))])

    @property
    def _edges(self) -> list[Any]:
        """Expressions that are above 0 inside."""
        return [edge for c in self.problem.domain for edge in c.edges]

    @cached_property
    def _compiled(self) -> Evaluator:
        symbolic = self.problem.symbolic
        exprs = [e for f in self._edges for e in (f, *map(own, derivatives(f, symbolic.variables)))]
        return symbolic.compile(exprs)


def _to_the_border(points: Array, beyond: Array, lower: Array, upper: Array) -> Array:
    """Give how many times the way from points to others a box has room for, up to a few."""
    way = beyond - points
    with np.errstate(all="ignore"):
        room = np.where(way > 0, (upper - points) / way, (lower - points) / way)
    least = np.where(way == 0, np.inf, room).min(axis=1, keepdims=True, initial=_FARTHEST)
    return np.asarray(least)
