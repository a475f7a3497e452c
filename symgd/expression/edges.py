"""Edges of the domain that belong to it and are values of one variable: 0 of ``sqrt(y)``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import sympy

from .calculus import upwards
from .classes import Absolute, Atan2, Cbrt, Expm1, Less, Log1p, Log2, Log10, NotEqual
from .domain import Condition


@dataclass(frozen=True)
class Edge:
    """A value of one variable at which a formula is defined, and beyond which it is not.

    Parameters
    ----------
    variable : int
        Its index.
    value : sympy.Expr
        Where it is, in the parameters.
    condition : Condition
        What fails beyond.
    """

    variable: int
    value: sympy.Expr
    condition: Condition


def closed_edges(
    domain: Sequence[Condition], variables: Sequence[sympy.Symbol]
) -> tuple[Edge, ...]:
    """Give the edges of a domain that belong to it, where they are values of one variable.

    Parameters
    ----------
    domain : sequence of Condition
        Where a formula is defined.
    variables : sequence of sympy.Symbol
        The unknowns.

    Returns
    -------
    tuple of Edge
        None of conditions that are strict, that depend on several variables or on the branch of
        a ``where``, nor of those that are not solved here.

    Examples
    --------
    >>> from symgd.expression.parse import read
    >>> f = read("sqrt(3 - 2*y) + log(x) + sqrt(x - y)")
    >>> [(e.variable, e.value) for e in closed_edges(f.domain, f.variables)]
    [(1, 3/2)]
    """
    found: dict[tuple[int, sympy.Expr], Edge] = {}
    for condition in domain:
        if condition.holds.has(Less, NotEqual):
            continue
        for edge in condition.edges:
            mine = [i for i, v in enumerate(variables) if edge.has(v)]
            if len(mine) == 1:
                for value in _zeros(edge, variables[mine[0]]):
                    found.setdefault((mine[0], value), Edge(mine[0], value, condition))
    return tuple(found.values())


@dataclass(frozen=True)
class Shared:
    """An edge of the domain that belongs to it, and is a curve or surface.

    Parameters
    ----------
    zero : sympy.Expr
        It is 0 on the edge, and positive inside.
    along : sympy.Expr
        f on the edge, without what is constant there: ``sqrt(x - y)`` has no digits beside it.
    condition : Condition
        What fails beyond.
    """

    zero: sympy.Expr
    along: sympy.Expr
    condition: Condition = field(repr=False)


def shared_edges(
    expr: sympy.Expr, domain: Sequence[Condition], variables: Sequence[sympy.Symbol]
) -> tuple[Shared, ...]:
    """Give the edges of a domain that belong to it, and concern several variables.

    Parameters
    ----------
    expr : sympy.Expr
        f.
    domain : sequence of Condition
        Where it is defined.
    variables : sequence of sympy.Symbol
        The unknowns.

    Returns
    -------
    tuple of Shared

    Examples
    --------
    >>> from symgd.expression.parse import read
    >>> f = read("sqrt(x - y) + x**2")
    >>> shared_edges(f.expr, f.domain, f.variables)
    (Shared(zero=x - y, along=x**2),)
    """
    found = []
    for condition in domain:
        if condition.holds.has(Less, NotEqual):
            continue
        for edge in condition.edges:
            value = _value_on(edge, condition.argument)
            if sum(edge.has(v) for v in variables) > 1 and value is not None:
                along = expr.xreplace({condition.argument: value})
                found.append(Shared(edge, along, condition))
    return tuple(found)


def _value_on(edge: sympy.Expr, argument: sympy.Expr) -> sympy.Expr | None:
    """Give the number that an argument is on an edge; None where that is not plain to see."""
    for side in (-1, 1):
        value = sympy.expand(argument + side * edge)
        if not value.free_symbols:
            return value
    return None


def other_edges(domain: Sequence[Condition], variables: Sequence[sympy.Symbol]) -> bool:
    """Tell whether a domain has edges that belong to it, and are no known values of a variable."""
    for condition in domain:
        for edge in () if condition.holds.has(Less, NotEqual) else condition.edges:
            mine = [v for v in variables if edge.has(v)]
            if len(mine) > 1 or (mine and not _zeros(edge, mine[0])):
                return True
    return False


def continued(expr: sympy.Expr) -> sympy.Expr:
    """Continue f beyond the edges of its domain at which a root is 0, as in a mirror.

    What rises infinitely steeply from an edge then has a cusp there.

    Parameters
    ----------
    expr : sympy.Expr
        f.

    Returns
    -------
    sympy.Expr
        The same as f wherever that is defined.

    Examples
    --------
    >>> x, y = sympy.symbols("x y", real=True)
    >>> continued(sympy.sqrt(x - y) + sympy.acos(x) + sympy.sqrt(1 + x**2))
    sqrt(x**2 + 1) + sqrt(abs(x - y)) + 2*atan2(sqrt(abs(x - 1)), sqrt(abs(x + 1)))
    """
    done: dict[sympy.Expr, sympy.Expr] = {}
    for node in upwards([expr]):
        args = [done[a] for a in node.args]
        done[node] = _mirrored(node, args) or (node.func(*args) if args else node)
    return done[expr]


def _mirrored(node: sympy.Expr, args: list[sympy.Expr]) -> sympy.Expr | None:
    if node.is_Pow and _ends_steeply(node):
        return Absolute(args[0]) ** args[1]
    if isinstance(node, sympy.acos | sympy.asin) and not isinstance(args[0], sympy.cos):
        low, high = (sympy.sqrt(Absolute(args[0] + side)) for side in (1, -1))
        angle = 2 * Atan2(high, low)
        return angle if isinstance(node, sympy.acos) else sympy.pi / 2 - angle
    if isinstance(node, sympy.acosh):
        return 2 * sympy.asinh(sympy.sqrt(Absolute(args[0] - 1)) / sympy.sqrt(2))
    return None


def _ends_steeply(node: sympy.Pow) -> bool:
    """Tell whether a power is a root of what may become negative."""
    base, power = node.args
    return bool(
        power.is_positive and (1 - power).is_positive and base.free_symbols
        and not base.is_nonnegative
    )  # fmt: skip


def _zeros(expr: sympy.Expr, x: sympy.Symbol) -> list[sympy.Expr]:
    """Give the real zeros of an expression in one variable, as far as simple rules tell them."""
    return [
        z
        for z in _solved(expr, x, sympy.S.Zero)
        if z.is_real is not False and z.is_finite is not False
    ]


def _solved(expr: sympy.Expr, x: sympy.Symbol, value: sympy.Expr) -> list[sympy.Expr]:
    if expr.is_polynomial(x):
        return list(_of_polynomial(sympy.Poly(expr - value, x)))
    inner = [a for a in expr.args if a.has(x)]
    if len(inner) != 1:
        return []
    if expr.is_Add or expr.is_Mul:
        outer, rest = expr.as_independent(x, as_Add=expr.is_Add)
        return _solved(rest, x, value - outer if expr.is_Add else value / outer)
    return [z for v in _undone(expr, inner[0], value) for z in _solved(inner[0], x, v)]


def _of_polynomial(polynomial: sympy.Poly) -> Iterator[sympy.Expr]:
    if polynomial.degree() == 1:
        slope, constant = polynomial.all_coeffs()
        yield -constant / slope
    elif polynomial.degree() == 2:
        yield from sympy.roots(polynomial)
    elif polynomial.degree() > 2 and not polynomial.free_symbols_in_domain:
        exact = sympy.Poly(sympy.nsimplify(polynomial.as_expr(), rational=True), polynomial.gen)
        yield from (root.evalf(30) for root in set(sympy.real_roots(exact)))


def _undone(expr: sympy.Expr, inner: sympy.Expr, value: sympy.Expr) -> list[sympy.Expr]:
    """Give the values of an argument at which a function of it has a value."""
    if expr.is_Pow and expr.base == inner:
        if value.is_negative:
            return []
        root = value ** (1 / expr.exp)
        return [root, -root] if expr.exp.is_even else [root]
    if expr.is_Pow:
        return [sympy.log(value) / sympy.log(expr.base)] if value.is_positive else []
    if expr.func in _INVERSES:
        undone = _INVERSES[expr.func](value)
        return [undone] if undone.is_finite is not False else []
    return []


_INVERSES: dict[type, Callable[[sympy.Expr], sympy.Expr]] = {
    sympy.exp: sympy.log,
    sympy.log: sympy.exp,
    Expm1: lambda v: sympy.log(1 + v),
    Log1p: lambda v: sympy.exp(v) - 1,
    Log2: lambda v: 2**v,
    Log10: lambda v: 10**v,
    Cbrt: lambda v: v**3,
    sympy.asin: sympy.sin,
    sympy.acos: sympy.cos,
    sympy.atan: sympy.tan,
    sympy.sinh: sympy.asinh,
    sympy.asinh: sympy.sinh,
    sympy.tanh: sympy.atanh,
    sympy.atanh: sympy.tanh,
}
