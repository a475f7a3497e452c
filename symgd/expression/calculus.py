"""Derivatives from the bottom up: each distinct sub-expression is differentiated once.

``expr.diff`` walks down anew from every node and passes Python's recursion limit on
formulas of fifty nested functions; it also writes ``(x*y)**2.5/x``, which is nan at 0,
where ``y*(x*y)**1.5`` is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sympy
from sympy import S

from .classes import Elementary, chain

_Slopes = Sequence[sympy.Expr]


def derivative(expr: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
    """Differentiate an expression made of functions of the table.

    Parameters
    ----------
    expr : sympy.Expr
        What to differentiate.
    symbol : sympy.Symbol
        The variable.

    Returns
    -------
    sympy.Expr
        The derivative.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> derivative(sympy.sin(x**2), x)
    2*x*cos(x**2)
    """
    slopes: dict[sympy.Expr, sympy.Expr] = {}
    for node in upwards([expr]):
        if node.args:
            slopes[node] = _slope(node, [slopes[a] for a in node.args])
        else:
            slopes[node] = S.One if node == symbol else S.Zero
    return slopes[expr]


def upwards(exprs: Iterable[sympy.Expr]) -> Iterator[sympy.Expr]:
    """Give the distinct sub-expressions of expressions, each after its arguments."""
    seen: set[sympy.Expr] = set()
    waiting = [(expr, False) for expr in exprs]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            yield node
        elif node not in seen:
            seen.add(node)
            waiting.append((node, True))
            waiting.extend((a, False) for a in node.args)


def _slope(node: sympy.Expr, slopes: _Slopes) -> sympy.Expr:
    if all(s is S.Zero for s in slopes):
        return S.Zero
    if isinstance(node, Elementary):
        return node.total(slopes)
    return _RULES.get(node.func, chain)(node, slopes)


def _sum(node: sympy.Add, slopes: _Slopes) -> sympy.Expr:
    return sympy.Add(*slopes)


def _product(node: sympy.Mul, slopes: _Slopes) -> sympy.Expr:
    terms = [
        sympy.Mul(*node.args[:i], slope, *node.args[i + 1 :])
        for i, slope in enumerate(slopes)
        if slope is not S.Zero
    ]
    return sympy.Add(*terms)


def _power(node: sympy.Pow, slopes: _Slopes) -> sympy.Expr:
    (base, exponent), (dbase, dexponent) = node.args, slopes
    terms = [exponent * base ** (exponent - 1) * dbase]
    if dexponent is not S.Zero:
        terms.append(node * sympy.log(base) * dexponent)
    return sympy.Add(*terms)


_RULES: dict[Any, Callable[[Any, _Slopes], sympy.Expr]] = {
    sympy.Add: _sum,
    sympy.Mul: _product,
    sympy.Pow: _power,
}
