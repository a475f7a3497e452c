"""Whether f has no lowest value inside the bounds, shown along one line.

The proofs are by the leading terms of polynomials and their fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import sympy

from ..arrays import Array
from ..expression.printing import operations
from ..given.boxes import Box
from ..memos import memo
from ..problem import Problem, Symbolic
from .growth import Growth, constant, grow, linear
from .known import Unbounded
from .poles import falling_poles

_OPERATIONS = 200  # operations of a formula: beyond them nothing is proved
_FAR = 1e3  # sizes of the searched region: a run farther away has run away
_BESIDE = 1e-3  # share of its way: a run this close has come to a pole
# sizes of the searched region: where a direction is looked at
_RADII = 2.0 ** np.array([0, 5, 10, 20, 40, 80, 160])
_PROOFS = 6  # lines: looked at exactly, for time
_PAIRED = 8  # variables: diagonals are looked at between so many
_MANY = 256  # directions: further ones, at random


def fall_along(problem: Problem, start: Array, direction: Array) -> Unbounded | None:
    """Prove that f falls without end along a line.

    Parameters
    ----------
    problem : Problem
        f.
    start, direction : ndarray
        The line, ``(n_vars,)``; t grows to infinity.

    Returns
    -------
    Unbounded or None
        None where the terms of f do not show it.

    Examples
    --------
    >>> p = Problem("x*y + cos(x)")
    >>> proof = fall_along(p, np.zeros(2), np.array([1.0, -1.0]))
    >>> proof.term, proof.degree
    (x*y, 2)
    """
    finite = np.isfinite(start).all() and np.isfinite(direction).all()
    if not finite or operations([problem.expr]) > _OPERATIONS:
        return None
    known = _line(problem, start, direction)
    try:
        whole = grow(problem.expr, known)
        if whole.degree <= 0 or whole.sign > 0:
            return None
    except ArithmeticError:
        return None
    term = _terms(problem.expr, lambda part: known[part].degree >= whole.degree)
    return Unbounded(tuple(start.tolist()), tuple(direction.tolist()), term, whole.degree)


def unbounded(problem: Problem, box: Box) -> Unbounded | None:
    """Prove that f has no lowest value inside the bounds.

    Parameters
    ----------
    problem : Problem
        f.
    box : Box
        Bounds.

    Returns
    -------
    Unbounded or None
        None where no proof was found: f may be unbounded even so. Looked at are a few hundred
        directions, and the poles along the axes.

    Examples
    --------
    >>> everywhere = Box(np.array([-np.inf]), np.array([np.inf]))
    >>> proof = unbounded(Problem("x**3 - 6*x**2 + 11*x - 6"), everywhere)
    >>> proof.direction, proof.term
    ((-1.0,), x**3)
    >>> proof = unbounded(Problem("x**2 + 1/(x - 1)"), everywhere)
    >>> proof.start, proof.direction, proof.term
    ((1.0,), (1.0,), 1/(x - 1))
    """
    bounds = tuple(box.lower.tolist()), tuple(box.upper.tolist())
    return _search(_Question(problem.symbolic, problem.param_values, *bounds, problem))


def shown(
    problem: Problem, x0: Array, x: Array, box: Box, width: Array | float
) -> Unbounded | None:
    """Give the proof that f falls without end where a run went: far away, or to a pole.

    Parameters
    ----------
    problem : Problem
        f.
    x0, x : ndarray
        Start and end of the run, ``(n_vars,)``.
    box : Box
        Bounds.
    width : ndarray or float
        Size of the searched region.

    Returns
    -------
    Unbounded or None
        None where no proof was found, or only one about another place.

    Examples
    --------
    >>> everywhere = Box(np.array([-np.inf]), np.array([np.inf]))
    >>> p = Problem("1/x")
    >>> shown(p, np.array([-1.0]), np.array([-1e-72]), everywhere, 20.0).pole
    True
    >>> shown(p, np.array([1.0]), np.array([1e8]), everywhere, 20.0)
    """
    away = np.abs(x - x0).max()
    if not away <= _FAR * np.max(width):
        proof = fall_along(problem, x0, x - x0) or unbounded(problem, box)
        return None if proof is None or proof.pole else proof
    proof = unbounded(problem, box)
    near = proof is not None and np.abs(x - proof.start).max() <= _BESIDE * away
    return proof if proof is not None and proof.pole and near else None


@dataclass(frozen=True)
class _Question:
    """What an answer depends on."""

    symbolic: Symbolic
    params: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    problem: Problem = field(compare=False)


@memo
def _search(question: _Question) -> Unbounded | None:
    problem = question.problem
    box = Box(np.array(question.lower), np.array(question.upper))
    if operations([problem.expr]) > _OPERATIONS:
        return None
    start = _inside(box, 0.0)
    for direction in _promising(problem, box, start)[:_PROOFS]:
        proof = fall_along(problem, start, direction)
        if proof:
            return proof
    return _at_a_pole(problem, box)


def _promising(problem: Problem, box: Box, start: Array) -> Array:
    """Give the directions in which f falls, those first in which it does so far away."""
    directions = _directions(len(start))
    inside = np.where(directions > 0, np.isinf(box.upper), np.isinf(box.lower))
    directions = directions[(inside | (directions == 0)).all(axis=1)]
    targets = start + _RADII[:, None, None] * directions
    values = problem.values(targets.reshape(-1, len(start))).reshape(targets.shape[:2])
    with np.errstate(invalid="ignore"):
        changes = np.diff(values, axis=0)
    changes[~np.isfinite(changes)] = 0.0
    last = len(changes) - 1 - (changes != 0)[::-1].argmax(axis=0)
    falling = changes[last, np.arange(len(directions))] < 0
    ever = (changes < 0).any(axis=0)
    return np.asarray(directions[ever][np.argsort(~falling[ever], kind="stable")])


@memo
def _directions(n: int) -> Array:
    """Give whole directions: the axes, the diagonals between two of them, and many others."""
    axes = np.eye(n)
    pairs = [
        one * axes[i] + other * axes[j]
        for i, j in combinations(range(min(n, _PAIRED)), 2)
        for one in (1, -1)
        for other in (1, -1)
    ]
    others = np.random.default_rng(0).integers(-9, 10, (_MANY if n > 1 else 0, n))
    rows = np.concatenate([axes, -axes, np.reshape(pairs, (-1, n)), others])
    return np.asarray(rows[rows.any(axis=1)]) + 0.0  # no -0.0


def _inside(box: Box, offset: Array | float) -> Array:
    """Give a point inside: within closed bounds on no special place."""
    closed = np.isfinite(box.lower) & np.isfinite(box.upper)
    with np.errstate(invalid="ignore"):
        within = box.lower + 0.6 * (box.upper - box.lower)
    return box.clip(np.where(closed, within, offset))


def _line(problem: Problem, start: Array, direction: Array) -> dict[sympy.Expr, Growth]:
    """Give the growth of each variable and parameter along a line."""
    ends = zip(problem.variables, start.tolist(), direction.tolist(), strict=True)
    values = zip(problem.symbolic.params, problem.param_values, strict=True)
    return {v: linear(a, b) for v, a, b in ends} | {s: constant(value) for s, value in values}


def _terms(expr: sympy.Expr, chosen: Callable[[sympy.Expr], bool]) -> sympy.Expr:
    return sympy.Add(*[part for part in sympy.Add.make_args(expr) if chosen(part)])


def _at_a_pole(problem: Problem, box: Box) -> Unbounded | None:
    """Find a pole along an axis on one side of which f falls without end."""
    rational = problem.expr.is_rational_function(*problem.variables)
    if not rational or problem.expr.is_polynomial(*problem.variables):
        return None
    n = len(problem.names)
    start = _inside(box, 0.5 + np.arange(n) / 8)
    for i in range(min(n, _PAIRED)):
        with suppress(ArithmeticError):
            found = _along_axis(problem, box, start, i)
            if found:
                return found
    return None


def _along_axis(problem: Problem, box: Box, start: Array, i: int) -> Unbounded | None:
    axis = np.eye(len(start))[i]
    known = _line(problem, np.where(axis > 0, 0.0, start), axis)
    poles = falling_poles(grow(problem.expr, known))
    term = _terms(problem.expr, lambda part: len(known[part].under) > 1)
    for pole in poles:
        left = pole.left and box.lower[i] < pole.low and pole.high <= box.upper[i]
        right = pole.right and box.lower[i] <= pole.low and pole.high < box.upper[i]
        if left or right:
            place = np.where(axis > 0, float(pole.low + pole.high) / 2, start)
            way = axis if left else -axis
            return Unbounded(tuple(place.tolist()), tuple(way.tolist()), term, pole.order, True)
    return None
