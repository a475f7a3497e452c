"""The parts of a formula that a user would name: variables, differences, products, distances."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import sympy

from ..expression.calculus import upwards
from ..expression.evaluator import Evaluator
from ..expression.printing import operations
from ..memos import memo
from ..problem import Symbolic

_PARTS = 256  # parts: of a formula, those with the fewest operations, for time
_TOGETHER_MOST = 4  # terms or factors: of longer sums and products no parts are made
_LONGEST = 2000  # operations of f: of longer formulas no parts are looked at


@memo
def parts(symbolic: Symbolic) -> tuple[sympy.Expr, ...]:
    """Give the parts of f, the shortest first.

    Those are its sub-expressions and what some terms of a sum or some factors of a product make,
    without constant terms and factors.

    Examples
    --------
    >>> from symgd import Problem
    >>> parts(Problem("(a*b - 8)**2").symbolic)
    (a, b, a*b, (a*b - 8)**2)
    """
    if operations([symbolic.expr]) > _LONGEST:
        return symbolic.variables
    variables = set(symbolic.variables)
    found: dict[sympy.Expr, tuple[int, str]] = {}
    for node in upwards([symbolic.expr]):
        for part in _pieces(node, variables):
            if part not in found:
                found[part] = operations([part]), str(part)
    order = sorted(found, key=lambda part: found[part])
    return tuple(order[:_PARTS])


@memo
def evaluator(symbolic: Symbolic) -> Evaluator:
    """Evaluate the parts of f, for NumPy."""
    return symbolic.compile(parts(symbolic))


def _pieces(node: sympy.Expr, variables: set[sympy.Symbol]) -> Iterator[sympy.Expr]:
    """Give what a user would name of one sub-expression."""
    if not node.free_symbols & variables or getattr(node, "is_Boolean", False):
        return
    if not (node.is_Add or node.is_Mul):
        yield node
        return
    members = [a for a in node.args if a.free_symbols & variables]
    sizes = range(1, len(members) + 1) if len(members) <= _TOGETHER_MOST else [len(members)]
    for size in sizes:
        for some in combinations(members, size):
            yield _plain(node.func(*some))


def _root(product: sympy.Expr) -> sympy.Expr:
    """Give x*y for ``x**2*y**2``: where one is constant, the other is."""
    powers = [factor.as_base_exp() for factor in sympy.Mul.make_args(product)]
    if not all(exponent.is_Integer for _, exponent in powers):
        return product
    common = sympy.igcd(*(exponent for _, exponent in powers), 0)
    return sympy.Mul(*(base ** (exponent / common) for base, exponent in powers))


def _plain(expr: sympy.Expr) -> sympy.Expr:
    """Leave out a common factor and a common sign, which say nothing."""
    if expr.is_Add:
        expr = expr.primitive()[1]
    elif expr.is_Mul:
        expr = _root(expr.as_coeff_Mul()[1])
    return -expr if expr.could_extract_minus_sign() else expr
