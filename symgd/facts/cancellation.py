"""The rounding error of the gradient, from the sizes of the terms that cancel in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce
from itertools import accumulate
from operator import add
from typing import Any

import numpy as np
import sympy
from sympy import S

from ..arrays import EPS, Array, Mask
from ..expression.calculus import upwards
from ..expression.classes import Absolute, Maximum, Minimum, Where
from ..expression.evaluator import Evaluator
from ..expression.functions import own
from ..expression.printing import operations
from ..memos import memo
from ..problem import Problem, Symbolic
from .borders import borders, on_borders

_LARGE = 3000  # operations of a gradient: beyond, the estimate is not worth its cost


def gradient_noise(problem: Problem, points: Array) -> Array:
    """Estimate the rounding error of the gradient's entries.

    Parameters
    ----------
    problem : Problem
        f.
    points : ndarray
        Where, ``(n, n_vars)``.

    Returns
    -------
    ndarray
        Absolute errors, ``(n, n_vars)``: a few units in the last place of the largest terms. 0
        where the terms are not finite, and for gradients of thousands of operations.

    Examples
    --------
    >>> p = Problem("x - sin(x)")
    >>> bool(gradient_noise(p, np.array([[2e-9]]))[0, 0] > 1e-16 > p.grad(2e-9))
    True
    """
    evaluate = _terms(problem.symbolic)
    if evaluate is None:
        return np.zeros_like(points)
    sizes = problem.run(evaluate, points).T
    return np.where(np.isfinite(sizes), 2 * EPS * sizes, 0.0)


@memo
def _terms(symbolic: Symbolic) -> Evaluator | None:
    if operations(symbolic.gradient) > _LARGE:
        return None
    sizes = _sizes(symbolic.gradient)
    return symbolic.compile([own(sizes[g]) for g in symbolic.gradient])


def _sizes(exprs: Sequence[sympy.Expr]) -> dict[sympy.Expr, sympy.Expr]:
    """Give what each part's rounding error is a few units in the last place of.

    The errors of sums add up; those of products and powers are passed on to first order.
    """
    sizes: dict[sympy.Expr, sympy.Expr] = {}
    varying: set[sympy.Basic] = set()
    for node in upwards(exprs):
        varies = node.is_Symbol or not varying.isdisjoint(node.args)
        if varies:
            varying.add(node)
        compound = node.args and varies
        sizes[node] = _combined(node, [sizes[a] for a in node.args]) if compound else Absolute(node)
    return sizes


def _combined(expr: sympy.Expr, parts: list[sympy.Expr]) -> sympy.Expr:
    if expr.is_Add or isinstance(expr, Maximum | Minimum):
        return sympy.Add(*parts, evaluate=False)
    if expr.is_Mul:
        return _of_product([Absolute(a) for a in expr.args], parts)
    if isinstance(expr, Where):
        return Where(expr.args[0], *parts[1:])
    if expr.is_Pow and expr.exp.is_Integer and expr.exp.is_positive:
        base = Absolute(expr.base)
        return base**expr.exp + expr.exp * base ** (expr.exp - 1) * parts[0]
    return Absolute(expr) + _passed_on(expr, parts)


def _of_product(sizes: list[sympy.Expr], errors: list[sympy.Expr]) -> sympy.Expr:
    before = list(accumulate(sizes[:-1], _times, initial=S.One))
    behind = list(accumulate(sizes[:0:-1], _times, initial=S.One))[::-1]
    each = zip(before, errors, behind, strict=True)
    return sympy.Add(*[_times(_times(b, e), a) for b, e, a in each], evaluate=False)


def _times(a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
    """Multiply as it stands: SymPy takes long to put many factors in order, again and again."""
    return sympy.Mul(a, b, evaluate=False)


def _passed_on(expr: sympy.Expr, parts: list[sympy.Expr]) -> Any:
    """Give the errors of a function's arguments, as its slopes pass them on."""
    if expr.is_Pow:
        return Absolute(expr * expr.exp / expr.base) * parts[0]
    slopes = [Absolute(expr.fdiff(i + 1)) for i in range(len(parts))]
    return reduce(add, [s * p for s, p in zip(slopes, parts, strict=True)])


def rounding(problem: Problem, points: Array) -> Array:
    """Estimate the rounding error of f: how far it scatters over neighbouring doubles."""
    values = problem.values(points)
    return np.asarray(4 * EPS * np.abs(values) + 2 * scatter(problem, points, values))


def rounding_between_jumps(problem: Problem, points: Array) -> Array:
    """Estimate the rounding error of f from doubles on the same side of all jumps.

    Beyond a jump f is another one, and no less exact.
    """
    if problem.symbolic.jumps is None:
        return rounding(problem, points)
    values, around = problem.values(points), points * _neighbours(points.shape[1])
    around = np.where(_beyond_jumps(problem, points, around)[..., None], points, around)
    return np.asarray(4 * EPS * np.abs(values) + 2 * _spread(problem, around, values))


def scatter(problem: Problem, points: Array, values: Array) -> Array:
    """Give how far f at six doubles beside each point is from its value there, at most.

    Coordinates on the border of a piece stay: beyond it f is another one, and no less exact.
    """
    around = points * _neighbours(points.shape[1])
    if borders(problem.symbolic):
        around = np.where(on_borders(problem.symbolic, points), points, around)
    return _spread(problem, around, values)


def _spread(problem: Problem, around: Array, values: Array) -> Array:
    """Give how far f at points around each is from its value there, at most."""
    moved = problem.values(around.reshape(-1, around.shape[-1])).reshape(len(around), -1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.fmax(np.fmax.reduce(np.abs(moved - values)), 0.0))


def _beyond_jumps(problem: Problem, points: Array, around: Array) -> Mask:
    """Tell which doubles beside points are not on the same side of all jumps, ``(6, n)``."""
    here, there = (
        problem.run(problem.symbolic.jumping, x)
        for x in (points, around.reshape(-1, *points.shape[1:]))
    )
    same = here[:, None] == there.reshape(len(here), len(around), -1)
    return np.asarray(~same.all(axis=0))


@cache
def _neighbours(n_vars: int) -> Array:
    """Give what six doubles beside a point are multiples of, ``(6, 1, n_vars)``."""
    shifts = np.random.default_rng(1).integers(-3, 4, size=(6, n_vars))
    return np.asarray(1 + shifts * EPS)[:, None]
