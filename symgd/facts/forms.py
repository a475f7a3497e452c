"""Forms of expressions up to their sign, numbered, so that equal ones are equal numbers.

``sin(x - y)`` and ``sin(y - x)`` are one form with opposite signs.  Nothing is expanded and
nothing computed: what is equal here is equal for all values of the variables.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from ..expression.classes import (
    BothHold,
    EitherHolds,
    Equal,
    Hypot,
    Maximum,
    Minimum,
    NotEqual,
    Where,
)
from ..expression.functions import BY_CLASS

_Form = tuple[int, Hashable]  # a sign, and what is numbered
_Rule = Callable[[Any, Sequence[int]], _Form]

_ONE = 1  # code: the constant 1


class Forms:
    """The form of an expression, and how it answers to signs and exchanges of its variables.

    Parameters
    ----------
    expr : sympy.Expr
        An expression made of functions of the table.
    variables : sequence of sympy.Symbol
        Its variables; other symbols are constants.
    """

    def __init__(self, expr: sympy.Expr, variables: Sequence[sympy.Symbol]) -> None:
        self._numbers: dict[Hashable, int] = {sympy.S.One: _ONE}
        self._leaves = [self._number(variable) for variable in variables]
        self._places = {variable: i for i, variable in enumerate(variables)}
        self._nodes: list[_Node] = []
        self._index: dict[sympy.Expr, int] = {}
        self._touched: list[list[int]] = [[] for _ in variables]  # by variable: nodes that hold it
        self._add(expr)
        self._own: list[int] = []  # numbers of the forms, negative with the opposite sign
        for node in self._nodes:
            self._own.append(self._value(node, self._own, self._leaves))

    def __len__(self) -> int:
        return len(self._nodes)

    def answer(self, order: Sequence[int], signs: Sequence[int]) -> int:
        """Tell what happens when each variable i becomes ``signs[i]`` times variable ``order[i]``.

        Parameters
        ----------
        order, signs : sequence of int
            A permutation of the variables, and 1 or -1 for each.

        Returns
        -------
        int
            1 if the form shows that the expression stays the same, -1 that it changes its sign;
            0 if neither.

        Examples
        --------
        >>> x, y = sympy.symbols("x y", real=True)
        >>> Forms(sympy.sin(x - y), (x, y)).answer([1, 0], [1, 1])
        -1
        """
        images = [sign * self._leaves[place] for place, sign in zip(order, signs, strict=True)]
        moved = [i for i, leaf in enumerate(self._leaves) if images[i] != leaf]
        values = list(self._own)
        for place in sorted(set().union(*(self._touched[i] for i in moved))):
            values[place] = self._value(self._nodes[place], values, images)
        there, here = values[-1], self._own[-1]
        return 0 if abs(there) != abs(here) else 1 if there == here else -1

    def _add(self, expr: sympy.Expr) -> int:
        """Put an expression behind its parts; give its place."""
        if expr not in self._index:
            rule, label, args = _reading(expr)
            parts = [self._add(a) for a in args]
            place = self._places.get(expr, -1)
            held = {place} if place >= 0 else set().union(*(self._nodes[p].held for p in parts))
            for variable in held:
                self._touched[variable].append(len(self._nodes))
            self._index[expr] = len(self._nodes)
            self._nodes.append(_Node(rule, label, parts, held, place))
        return self._index[expr]

    def _value(self, node: _Node, values: Sequence[int], images: Sequence[int]) -> int:
        if node.place >= 0:
            return images[node.place]
        sign, form = node.rule(node.label, [values[p] for p in node.parts])
        return sign * (form if isinstance(form, int) else self._number(form))

    def _number(self, form: Hashable) -> int:
        return self._numbers.setdefault(form, len(self._numbers) + 1)


@dataclass(frozen=True)
class _Node:
    """A sub-expression: how its form is made of those of its parts."""

    rule: _Rule
    label: Any
    parts: list[int]
    held: set[int]  # places of the variables in it
    place: int  # of the variable that it is; -1 for none


def _reading(expr: sympy.Expr) -> tuple[_Rule, Any, Sequence[sympy.Expr]]:
    """Give the rule for an expression, what tells it from others, and its parts."""
    if not expr.args:
        return _leaf, expr, ()
    if expr.is_Pow and expr.exp.is_Integer:
        return (_even if expr.exp.is_even else _odd), expr.exp, (expr.base,)
    if expr.func in _NESTED:
        return _unordered, expr.func, _flat(expr, expr.func)
    row = BY_CLASS.get(expr.func)
    by_parity = _PARITIES[row.parity if row else None]
    return _RULES.get(expr.func, by_parity), expr.func, expr.args


def _flat(expr: sympy.Expr, func: type) -> list[sympy.Expr]:
    """Give the arguments of a tree of one function, such as max(x, max(y, z))."""
    if expr.func is not func:
        return [expr]
    return [part for a in expr.args for part in _flat(a, func)]


def _leaf(label: Any, parts: Sequence[int]) -> _Form:
    return (-1, -label) if label.is_number and label.is_negative else (1, label)


def _sum(label: Any, parts: Sequence[int]) -> _Form:
    terms = sorted(sorted(parts), key=abs)
    if terms[0] > 0:
        return 1, (label, tuple(terms))
    return -1, (label, tuple(-t for t in terms))


def _product(label: Any, parts: Sequence[int]) -> _Form:
    factors = sorted(abs(p) for p in parts if abs(p) != _ONE)
    sign = -1 if sum(p < 0 for p in parts) % 2 else 1
    return sign, factors[0] if len(factors) == 1 else (label, tuple(factors))


def _even(label: Any, parts: Sequence[int]) -> _Form:
    return 1, (label, abs(parts[0]))


def _odd(label: Any, parts: Sequence[int]) -> _Form:
    return (1 if parts[0] > 0 else -1), (label, abs(parts[0]))


def _ordered(label: Any, parts: Sequence[int]) -> _Form:
    return 1, (label, *parts)


def _unordered(label: Any, parts: Sequence[int]) -> _Form:
    return 1, (label, tuple(sorted(parts)))


def _distance(label: Any, parts: Sequence[int]) -> _Form:
    return 1, (label, tuple(sorted(map(abs, parts))))


def _choice(label: Any, parts: Sequence[int]) -> _Form:
    condition, chosen, other = parts
    sign = 1 if chosen > 0 else -1
    return sign, (label, condition, sign * chosen, sign * other)


_NESTED = (Maximum, Minimum, BothHold, EitherHolds)
_PARITIES: dict[str | None, _Rule] = {"even": _even, "odd": _odd, None: _ordered}
_RULES: dict[type, _Rule] = {
    sympy.Add: _sum,
    sympy.Mul: _product,
    Hypot: _distance,
    Where: _choice,
    Equal: _unordered,
    NotEqual: _unordered,
}
