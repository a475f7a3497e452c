"""Where doubles may have lost a part of f that still varies: in a sum, or in a function's limit."""

from __future__ import annotations

import numpy as np
import sympy

from ..arrays import Array, Mask
from ..expression.calculus import upwards
from ..expression.functions import evaluate, kernel_name, numpy_functions
from ..problem import Problem

_LOST = 1e-11  # share of the largest term of a sum: less of it has lost digits that matter
_VANISHED = 1e-290  # value: digits are lost below it
_LIMIT = 1e-11  # distance of a function from its limit: less is rounding
_LIMITS = {
    "exp": (0.0,), "expm1": (-1.0,), "tanh": (-1.0, 1.0), "erf": (-1.0, 1.0), "erfc": (0.0, 2.0),
    "sigmoid": (0.0, 1.0), "softplus": (0.0,),
    "atan": (-np.pi / 2, np.pi / 2), "log1p": (), "cosh": (), "sinh": (),
}  # fmt: skip


def absorbed(problem: Problem, points: Array) -> Mask:
    """Tell at which points a part of f that varies may be lost in doubles.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    points : ndarray
        Where, ``(n, n_vars)``.

    Returns
    -------
    ndarray
        ``(n,)``.

    Examples
    --------
    >>> absorbed(Problem("1 + exp(-x)"), np.array([[1.0], [50.0]]))
    array([False,  True])
    """
    symbols = (*problem.symbolic.variables, *problem.symbolic.params)
    given = [*points.T, *problem.param_columns(len(points))]
    values: dict[sympy.Expr, Array] = dict(zip(symbols, given, strict=True))
    varying = set(problem.symbolic.variables)
    functions, lost = numpy_functions(), np.zeros(len(points), dtype=np.bool_)
    with np.errstate(all="ignore"):
        for node in upwards([problem.expr]):
            if node in values:
                continue
            args = [values[a] for a in node.args]
            if not args:
                values[node] = np.asarray(evaluate(node))
            elif node.is_Add or node.is_Mul:
                values[node] = (np.add if node.is_Add else np.multiply).reduce(
                    np.broadcast_arrays(*args)
                )
            else:
                values[node] = functions[kernel_name(node.func)](*args)
            if varying.isdisjoint(node.args):
                continue
            varying.add(node)
            lost |= _lost(node, values, varying)
    return lost


def _lost(node: sympy.Expr, values: dict[sympy.Expr, Array], varying: set[sympy.Expr]) -> Mask:
    """Tell where a node may not show how what it is made of varies."""
    value = values[node]
    if node.is_Add:
        sizes = np.abs(np.broadcast_arrays(*[values[a] for a in node.args]))
        least = _LOST * sizes.max(axis=0)
        rows = [i for i, a in enumerate(node.args) if a in varying]
        return np.asarray((sizes[rows] < least).any(axis=0))
    if node.is_Mul:
        return np.zeros(np.shape(value), dtype=np.bool_)
    if node.is_Pow and node.func is sympy.Pow:
        return np.asarray((np.abs(value) < _VANISHED) & (values[node.args[0]] != 0))
    ends = _LIMITS.get(kernel_name(node.func), ())
    near = [np.abs(value - end) < (_LIMIT if end else _VANISHED) for end in ends]
    return np.asarray(np.any(near, axis=0)) if near else np.zeros(np.shape(value), dtype=np.bool_)
