"""Derivatives from the bottom up: each distinct sub-expression is differentiated once.

``expr.diff`` walks down anew from every node and passes Python's recursion limit on
formulas of fifty nested functions; it also writes ``(x*y)**2.5/x``, which is nan at 0,
where ``y*(x*y)**1.5`` is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import Any

import sympy
from sympy import S

from .classes import (
    Absolute,
    Cbrt,
    Elementary,
    Less,
    Maximum,
    Minimum,
    PiecewiseConstant,
    Where,
    chain,
)

_Slopes = Sequence[sympy.Expr]
Known = dict[sympy.Expr, sympy.Expr]


def derivatives(
    expr: sympy.Expr, symbols: Sequence[sympy.Symbol], known: Known | None = None
) -> list[sympy.Expr]:
    """Differentiate an expression made of functions of the table.

    Parameters
    ----------
    expr : sympy.Expr
        What to differentiate.
    symbols : sequence of sympy.Symbol
        The variables.
    known : dict, optional
        Sub-expressions that there are already, by themselves, which is added to. SymPy compares
        equal trees node by node, which takes for ever where they share what they are made of;
        with this there is one of each in the derivatives of several expressions.

    Returns
    -------
    list of sympy.Expr
        The derivative by each of them.

    Examples
    --------
    >>> x, y = sympy.symbols("x y", real=True)
    >>> derivatives(sympy.sin(x**2) + x*y, [x, y])
    [2*x*cos(x**2) + y, x]
    """
    own: dict[sympy.Expr, dict[sympy.Symbol, sympy.Expr]] = {s: {s: S.One} for s in symbols}
    known = {} if known is None else known
    for node in upwards([expr]):
        one = known.setdefault(node, node)
        if one.args:
            parts = [own.get(a, {}) for a in one.args]
            slopes = {
                s: _slope(one, [part.get(s, S.Zero) for part in parts])
                for s in dict.fromkeys(s for part in parts for s in part)
            }
            own[one] = {s: known.setdefault(d, d) for s, d in slopes.items()}
    slopes = own.get(expr, {})
    return [slopes.get(s, S.Zero) for s in symbols]


def derivative_bound(expr: sympy.Expr) -> int:
    """Bound the operations in the derivative of an expression, before it is made.

    A product of k factors becomes a sum of k products, so its derivative costs k squared.
    """
    seen: set[sympy.Expr] = set()
    waiting, total = [expr], 0
    while waiting:
        node = waiting.pop()
        if node in seen or not node.args:
            continue
        seen.add(node)
        waiting.extend(node.args)
        factors = len(node.args)
        total += factors * factors if node.is_Mul else factors + 1
    return total


def derivatives_bound(expr: sympy.Expr, symbols: Sequence[sympy.Symbol]) -> int:
    """Bound the operations in the derivatives by several variables, before they are made.

    Those of linear parts are constant and cost nothing.
    """
    within: dict[sympy.Expr, set[sympy.Expr]] = {s: {s} for s in symbols}
    linear = set(symbols)
    bound = 0
    for node in upwards([expr]):
        parts = [within.get(a, set()) for a in node.args]
        varying = [a for a, part in zip(node.args, parts, strict=True) if part]
        if not varying:
            continue
        within[node] = set().union(*parts)
        if linear.issuperset(varying) and (node.is_Add or (node.is_Mul and len(varying) == 1)):
            linear.add(node)
        else:
            bound += sum(map(len, parts)) * (1 if node.is_Add else len(node.args))
    return bound


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


def degrees(exprs: Sequence[sympy.Expr], variables: Sequence[sympy.Symbol]) -> list[float]:
    """Bound the degrees of polynomials in variables; infinite for anything else."""
    found: dict[sympy.Expr, float] = dict.fromkeys(variables, 1.0)
    for node in upwards(exprs):
        inner = [found[a] for a in node.args]
        if not any(inner):
            found.setdefault(node, 0.0)
        elif node.is_Add:
            found[node] = max(inner)
        elif node.is_Mul:
            found[node] = sum(inner)
        elif node.is_Pow and node.exp.is_Integer and node.exp.is_positive:
            found[node] = int(node.exp) * inner[0]
        else:
            found[node] = inf
    return [found[e] for e in exprs]


def _slope(node: sympy.Expr, slopes: _Slopes) -> sympy.Expr:
    if all(s is S.Zero for s in slopes):
        return S.Zero
    if isinstance(node, Elementary):
        slope = node.total(slopes)
    else:
        slope = _RULES.get(node.func, chain)(node, slopes)
    return _on_constant_pieces(node, slopes, slope) if _is_steep(node) else slope


def _is_steep(node: sympy.Expr) -> bool:
    """Tell whether a function has an infinite slope where it has a value."""
    if node.is_Pow:
        return bool(node.exp.is_positive and (1 - node.exp).is_positive)
    return isinstance(node, _STEEP)


def _on_constant_pieces(node: sympy.Expr, slopes: _Slopes, slope: sympy.Expr) -> sympy.Expr:
    """Give 0 where the argument stays as it is, as that of sqrt(max(x, 0)) does below 0.

    There the rule of the chain has 0 times infinity.
    """
    if not node.args[0].has(*_PIECEWISE) or slopes[0].is_nonzero:
        return slope
    return Where(Less(S.Zero, Absolute(slopes[0])), slope, S.Zero)


def _sum(node: sympy.Add, slopes: _Slopes) -> sympy.Expr:
    return sympy.Add(*[s for s in slopes if s is not S.Zero])


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


_STEEP = (Cbrt, sympy.acos, sympy.asin)
_PIECEWISE = (Maximum, Minimum, Where, PiecewiseConstant)  # they may be constant on a piece
_RULES: dict[Any, Callable[[Any, _Slopes], sympy.Expr]] = {
    sympy.Add: _sum,
    sympy.Mul: _product,
    sympy.Pow: _power,
}
