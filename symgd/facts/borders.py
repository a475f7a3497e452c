"""Borders at which a formula changes from one piece to another: where a variable has a value."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import sympy

from ..arrays import EPS, Array, Mask
from ..expression.classes import Less, LessEqual
from ..memos import memo
from ..problem import Problem, Symbolic

_JUMP = 1e3  # times what f changes on a way as long: a jump changes it by more


class Border(NamedTuple):
    """The variable, its value there, and the side on which the other piece is, -1 or 1."""

    variable: int
    place: float
    other: int


@memo
def borders(symbolic: Symbolic) -> tuple[Border, ...]:
    """Give the borders of pieces, as ``where(x < 2, ...)`` has one, that are values of a variable.

    Examples
    --------
    >>> from symgd.problem import Problem
    >>> borders(Problem("where(x > -2, 1, x**2)").symbolic)
    (Border(variable=0, place=-2.0, other=1),)
    """
    places = {name: j for j, name in enumerate(symbolic.variables)}
    found = set()
    for node in symbolic.expr.atoms(Less, LessEqual):
        low, high = node.args
        closed = 1 if isinstance(node, LessEqual) else -1
        if low in places and isinstance(high, sympy.Number):
            found.add(Border(places[low], float(high), closed))
        if high in places and isinstance(low, sympy.Number):
            found.add(Border(places[high], float(low), -closed))
    return tuple(sorted(found))


def on_borders(symbolic: Symbolic, points: Array) -> Mask:
    """Tell which coordinates of points ``(n, n_vars)`` lie on borders, to the last bit."""
    found = np.zeros(points.shape, dtype=np.bool_)
    for border in borders(symbolic):
        found[:, border.variable] |= points[:, border.variable] == border.place
    return found


def beyond(symbolic: Symbolic, points: Array, ahead: Array) -> Mask:
    """Tell which ways lead from points on borders to the other piece, ``(n,)``."""
    found = np.zeros(len(points), dtype=np.bool_)
    for border in borders(symbolic):
        x, y = points[:, border.variable], ahead[:, border.variable]
        found |= (x == border.place) & (border.other * (y - x) > 0)
    return found


def unattained(problem: Problem, points: Array, within: Array) -> Mask:
    """Tell which points lie right beside a border on which f jumps up: it is lower the closer.

    `within` is how close that is, ``(n, n_vars)``.
    """
    found = np.zeros(len(points), dtype=np.bool_)
    for border in borders(problem.symbolic):
        off = points[:, border.variable] - border.place
        rows = np.flatnonzero(
            (off * border.other > 0) & (np.abs(off) <= within[:, border.variable])
        )
        if len(rows):
            found[rows] |= _jumps_up(problem.of(rows), points[rows], border)
    return found


def _jumps_up(problem: Problem, points: Array, border: Border) -> Mask:
    """Tell where f on the border is higher by far more than f changes on as long a way off it."""
    on, off = points.copy(), points.copy()
    on[:, border.variable] = border.place
    off[:, border.variable] += points[:, border.variable] - border.place
    here, there, away = map(problem.values, (points, on, off))
    with np.errstate(invalid="ignore"):
        usual = np.abs(away - here) + EPS * (np.abs(there) + np.abs(here))
        return np.asarray(there - here > _JUMP * usual)
