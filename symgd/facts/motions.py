"""Formulas of distances: f does not change when all points are moved or turned together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import sympy

from ..arrays import Array, Whole
from ..expression.calculus import upwards
from ..memos import memo
from ..problem import Problem, Symbolic

_ALIKE_ENDS = 1e-9  # share of the gradient's terms: what is left of their sum is rounding
_TRIED = 8  # points: at all of them f must not change along a motion
_TIE = 1e-3  # share of a distance: of points as far out, the earlier one is taken


@dataclass(frozen=True)
class Motions:
    """Variables that are coordinates of points, where f depends on distances only.

    Attributes
    ----------
    places : ndarray
        For each axis the variables, one a point, ``(2, n_points)`` or ``(3, n_points)``.
    """

    places: Whole

    @property
    def dimension(self) -> int:
        """How many ways of moving and turning there are."""
        return 3 if len(self.places) == 2 else 6

    def settled(self, points: Array) -> Array:
        """Move and turn configurations to where all that are the same but for that coincide.

        Parameters
        ----------
        points : ndarray
            Values of the variables, ``(n, n_vars)``.

        Returns
        -------
        ndarray
            The centre of each is the origin, and the point farthest out lies on the first axis;
            in space, the one farthest from there in the plane of the first two.
        """
        found = points.copy()
        bodies = points[:, self.places].transpose(0, 2, 1)  # (n, n_points, n_axes)
        bodies = bodies - bodies.mean(axis=1, keepdims=True)
        found[:, self.places] = (bodies @ _axes(bodies)).transpose(0, 2, 1)
        return found


def motions(problem: Problem) -> Motions | None:
    """Find the points whose distances f depends on, from the differences in its formula.

    Returns
    -------
    Motions or None
        None where not all variables are coordinates of such points.

    Examples
    --------
    >>> triangle = "((a - b)**2 + (u - v)**2 - 1)**2 + ((a - c)**2 + (u - w)**2 - 1)**2"
    >>> motions(Problem(triangle)).places.tolist()
    [[0, 1, 2], [3, 4, 5]]
    """
    axes = _axes_of(problem.symbolic)
    if not 2 <= len(axes) <= 3 or len({len(axis) for axis in axes}) > 1 or len(axes[0]) < 2:
        return None
    places = np.array(axes)
    return Motions(places) if _unchanged(problem, places) else None


@memo
def _axes_of(symbolic: Symbolic) -> tuple[tuple[int, ...], ...]:
    """Sort all variables into those of which only differences occur; nothing where one is left."""
    number = {variable: i for i, variable in enumerate(symbolic.variables)}
    links = [_difference(node) for node in upwards([symbolic.expr])]
    labels = list(range(len(number)))
    for one, other in (link for link in links if link):
        if one in number and other in number:
            old, new = labels[number[other]], labels[number[one]]
            labels = [new if label == old else label for label in labels]
    return tuple(
        tuple(i for i, label in enumerate(labels) if label == axis)
        for axis in dict.fromkeys(labels)
    )


def _difference(node: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Give the two variables of a difference; nothing for other expressions."""
    if not node.is_Add or len(node.args) != 2:
        return ()
    (factor, one), (other_factor, other) = (a.as_coeff_Mul() for a in node.args)
    return (one, other) if factor + other_factor == 0 else ()


def _unchanged(problem: Problem, places: Whole) -> bool:
    """Tell at random points whether f changes by moving or turning all points together."""
    points = np.random.default_rng(0).standard_normal((_TRIED, len(problem.names)))
    slopes = problem.gradients(points)
    terms = [slopes[:, axis] for axis in places]
    for one, other in combinations(places, 2):
        turn = np.concatenate(
            [points[:, one] * slopes[:, other], -points[:, other] * slopes[:, one]], axis=1
        )
        terms.append(turn)
    return all(
        bool((np.abs(t.sum(axis=1)) <= _ALIKE_ENDS * np.abs(t).sum(axis=1)).all()) for t in terms
    )


def _axes(bodies: Array) -> Array:
    """Give axes that turn with the points, as columns, ``(n, n_axes, n_axes)``."""
    first = _direction(bodies)
    if bodies.shape[2] == 2:
        return np.stack([first, np.stack([-first[:, 1], first[:, 0]], axis=1)], axis=2)
    along = np.einsum("npk,nk->np", bodies, first)
    second = _direction(bodies - along[:, :, None] * first[:, None])
    return np.stack([first, second, np.cross(first, second)], axis=2)


def _direction(bodies: Array) -> Array:
    """Give the direction to the point farthest out; the first axis where all are at the origin."""
    out = np.sqrt((bodies**2).sum(axis=2)) * (1 + _TIE * np.arange(bodies.shape[1], 0, -1))
    far = bodies[np.arange(len(bodies)), out.argmax(axis=1)]
    size = np.sqrt((far**2).sum(axis=1))[:, None]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(size > 0, far / size, np.eye(bodies.shape[2])[0]))
