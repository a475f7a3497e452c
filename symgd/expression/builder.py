"""SymPy nodes from the pieces of a formula, refused before SymPy could choke on them.

A constant piece carries its value in double precision, so that nothing infinite, complex or
undefined gets as far as SymPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import sympy
from sympy import S

from ..errors import ExpressionError
from .classes import (
    BothHold,
    EitherHolds,
    Elementary,
    Equal,
    Fails,
    Less,
    LessEqual,
    NotEqual,
    Where,
    fold,
)
from .domain import Condition, condition, distinct, guarded
from .exact import exact_exponent, is_simple, is_simple_argument, keeps_power
from .functions import (
    BY_CLASS,
    BY_NAME,
    NONNEGATIVE,
    NONZERO,
    POSITIVE,
    Function,
    Requirement,
    Shorthand,
    evaluate,
    fits_double,
    to_double,
)
from .tokens import Limits

CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "E": sympy.E}

_EXACT_FACTORS = 8  # irrational factors of a constant that stays exact
_DEEPEST_ROOT = 10_000  # denominators of exponents that SymPy may combine
_LARGEST_WHOLE = 2.0**53
_HIGHEST = 20  # order of polygamma in a formula
_SHOWN = 60  # characters of a sub-expression that a message shows
_TOO_SMALL = "is too small for a floating-point number"


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a formula.

    Parameters
    ----------
    expr : sympy.Expr
        The piece for SymPy.
    text : str
        The piece as the user wrote it.
    value : float, optional
        Value of a constant.
    truth : bool
        Whether it is a condition rather than a number.
    conditions : tuple of Condition
        What must hold for it to be defined.
    """

    expr: sympy.Expr
    text: str
    value: float | None = None
    truth: bool = False
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a product, or a divisor; `text` is the product up to and with it."""

    node: Node
    divides: bool = False
    text: str = ""

    @property
    def expr(self) -> sympy.Expr:
        """The factor, or the reciprocal of the divisor."""
        return 1 / self.node.expr if self.divides else self.node.expr


class Builder:
    """Makes nodes out of nodes; an error it raises does not know its column."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def number(self, text: str) -> Node:
        """Make a whole or a decimal number."""
        value = float(text)
        return Node(sympy.Integer(text) if text.isdigit() else sympy.Float(value), text, value)

    def constant(self, name: str) -> Node:
        """Make pi or e."""
        return Node(CONSTANTS[name], name, float(CONSTANTS[name]))

    def sum(self, text: str, terms: Sequence[Node]) -> Node:
        """Add terms."""
        fixed, rest = _split(terms)
        total = sum(map(_value, fixed))
        constant = _constant(text, total, lambda: sympy.Add(*_exprs(fixed)))
        if rest:
            constant = self._made(text, sympy.Add(constant.expr, *_exprs(rest)))
        return _needing(constant, terms)

    def negative(self, text: str, node: Node) -> Node:
        """Change the sign."""
        value = None if node.value is None else -node.value
        return replace(node, expr=-node.expr, text=text, value=value)

    def product(self, text: str, factors: Sequence[Factor]) -> Node:
        """Multiply factors and divide by divisors."""
        made = self._constant_factor(text, [f for f in factors if f.node.value is not None])
        rest = [f for f in factors if f.node.value is None]
        if rest:
            made = self._made(text, sympy.Mul(made.expr, *[f.expr for f in rest]))
        needs = [_need(NONZERO, [f.node], f.text) for f in rest if f.divides]
        return _needing(made, [f.node for f in factors], needs)

    def _constant_factor(self, text: str, factors: Sequence[Factor]) -> Node:
        value = 1.0
        for factor in factors:
            number = _value(factor.node)
            if factor.divides and number == 0:
                raise _refusal(factor.text, "divides by zero")
            value = value / number if factor.divides else value * number
        if value == 0 and all(_value(f.node) for f in factors):
            raise _refusal(text, _TOO_SMALL)
        if sum(not f.node.expr.is_Rational for f in factors) > _EXACT_FACTORS:
            return _constant(text, value)
        return _constant(text, value, lambda: sympy.Mul(*[f.expr for f in factors]))

    def power(self, text: str, base: Node, exponent: Node) -> Node:
        """Raise to a power."""
        if exponent.value is None:
            return self._variable_power(text, base, exponent)
        if abs(exponent.value) > self._limits.exponent:
            raise _refusal(exponent.text, f"is too large an exponent{self._at_most()}")
        requirement = _power_requirement(exponent.value)
        exact = exact_exponent(exponent.expr, exponent.value)
        if base.value is not None:
            if requirement:
                _demand(requirement, [base], text)
            made = _constant_power(text, base, exponent.value, exact)
            return _needing(made, [base, exponent])
        made = self._made(text, sympy.Pow(base.expr, exact))
        needs = [_need(requirement, [base], text)] if requirement else []
        return _needing(made, [base, exponent], needs)

    def _variable_power(self, text: str, base: Node, exponent: Node) -> Node:
        needs = []
        if base.value is None:
            needs = [_need(NONNEGATIVE, [base], text)]
        else:
            _demand(POSITIVE, [base], text)
        self._check_exponent(base, exponent)
        made = self._made(text, sympy.Pow(base.expr, exponent.expr))
        return _needing(made, [base, exponent], needs)

    def call(self, text: str, row: Function | Shorthand, args: Sequence[Node]) -> Node:
        """Apply a function of the table, or one that is written with these."""
        form = _FORMS.get((row.name, len(args))) or _FORMS.get((row.name, None))
        if form:
            return form(self, text, args)
        if isinstance(row, Shorthand):
            return SHORT_FORMS[row.name](self, text, args)
        if row.ordered:
            _check_order(text, args[0])
        if _all_constant(args):
            return _needing(_constant_call(text, row, args), args)
        if row.symbol is sympy.exp:
            self._check_logarithms(args[0])
        expr = row.symbol(*_exprs(args))
        if not isinstance(expr, row.symbol):
            self._check_growth(text, expr)
        needs = _needs(row.defined, args, text) if row.defined else []
        return _needing(self._made(text, expr), args, needs)

    def extreme(self, text: str, row: Function, args: Sequence[Node]) -> Node:
        """Take the smallest or the largest of several numbers."""
        if _all_constant(args):
            best = (min if row.name == "minimum" else max)(args, key=_value)
            return _needing(replace(best, text=text), args)
        return _needing(self._made(text, fold(row.symbol, _exprs(args))), args)

    def logarithm(self, text: str, u: Node, base: Node) -> Node:
        """Take the logarithm to a base."""
        above = self.call(text, BY_NAME["log"], [u])
        below = replace(self.call(text, BY_NAME["log"], [base]), text=f"log({base.text})")
        return self.product(text, [Factor(above), Factor(below, divides=True, text=text)])

    def quotient(self, text: str, above: str, below: str, u: Node) -> Node:
        """Divide a function of u, or 1, by another."""
        one = self.number("1")
        top, bottom = (self._named(name, u) if name else one for name in (above, below))
        return self.product(text, [Factor(top), Factor(bottom, divides=True, text=text)])

    def _named(self, name: str, u: Node) -> Node:
        return self.call(f"{name}({u.text})", BY_NAME[name], [u])

    def between(self, text: str, u: Node, low: Node, high: Node) -> Node:
        """Keep a number between two others."""
        raised = self.extreme(f"max({u.text}, {low.text})", BY_NAME["maximum"], [u, low])
        return self.extreme(text, BY_NAME["minimum"], [raised, high])

    def ceiling(self, text: str, u: Node) -> Node:
        """Give the least whole number that is not below."""
        return self.negative(text, self._named("floor", self.negative(f"-({u.text})", u)))

    def beta(self, text: str, u: Node, v: Node) -> Node:
        """Give the beta function by logarithms, which do not overflow."""
        total = self.sum(f"{u.text} + {v.text}", [u, v])
        above = [self.call(text, BY_NAME["loggamma"], [node]) for node in (u, v)]
        below = self.negative("", self.call(text, BY_NAME["loggamma"], [total]))
        return self.call(text, BY_NAME["exp"], [self.sum(text, [*above, below])])

    def ordered(self, text: str, name: str, order: str, u: Node) -> Node:
        """Apply a function of an order."""
        return self.call(text, BY_NAME[name], [self.number(order), u])

    def step(self, text: str, u: Node, middle: Node) -> Node:
        """Make a unit step with a value of its own at 0."""
        zero, one = self.number("0"), self.number("1")
        above, below = self._compared(">", u, zero), self._compared("<", u, zero)
        return self.where(text, above, one, self.where(text, below, zero, middle))

    def compare(self, text: str, operators: Sequence[str], sides: Sequence[Node]) -> Node:
        """Compare two or more numbers: ``0 < x < 1``."""
        pairs = zip(operators, sides, sides[1:], strict=False)
        return self.both(text, [self._compared(o, a, b) for o, a, b in pairs])

    def _compared(self, operator: str, left: Node, right: Node) -> Node:
        symbol, swapped = _COMPARISONS[operator]
        return self._indicator("", symbol, (right, left) if swapped else (left, right))

    def both(self, text: str, nodes: Sequence[Node]) -> Node:
        """Join conditions that must all hold."""
        return self._joined(text, BothHold, nodes)

    def either(self, text: str, nodes: Sequence[Node]) -> Node:
        """Join conditions of which one must hold."""
        return self._joined(text, EitherHolds, nodes)

    def _joined(self, text: str, symbol: type[Elementary], nodes: Sequence[Node]) -> Node:
        if len(nodes) == 1:
            return nodes[0]
        middle = len(nodes) // 2
        halves = [self._joined(text, symbol, part) for part in (nodes[:middle], nodes[middle:])]
        return self._indicator(text, symbol, halves)

    def fails(self, text: str, node: Node) -> Node:
        """Negate a condition."""
        return self._indicator(text, Fails, [node])

    def _indicator(self, text: str, symbol: type[Elementary], nodes: Sequence[Node]) -> Node:
        node = Node(symbol(*_exprs(nodes)), text, truth=True)
        if _all_constant(nodes):
            value = BY_CLASS[symbol].at(*map(_value, nodes))
            node = replace(node, expr=sympy.Integer(int(value)), value=value)
        return _needing(node, nodes)

    def where(self, text: str, test: Node, chosen: Node, other: Node) -> Node:
        """Choose by a condition."""
        if test.value is not None:
            taken = chosen if test.value else other
            return _needing(replace(taken, text=text), [test, taken])
        conditions = distinct(
            [
                *test.conditions,
                *guarded(chosen.conditions, test.expr),
                *guarded(other.conditions, Fails(test.expr)),
            ]
        )
        return Node(Where(*_exprs([test, chosen, other])), text, conditions=conditions)

    def _made(self, text: str, expr: sympy.Expr) -> Node:
        """Wrap what SymPy made; a constant if the variables have cancelled."""
        if expr.is_number:
            return _constant(text, evaluate(expr), lambda: expr)
        for term in sympy.Add.make_args(expr):
            for factor in sympy.Mul.make_args(term):
                self._check_factor(text, factor)
        return Node(expr, text)

    def _check_factor(self, text: str, factor: sympy.Expr) -> None:
        """Refuse numbers that would grow without bound in the next power."""
        if (factor.is_Float or factor.is_Rational) and not fits_double(factor):
            raise _refusal(text, "holds a number beyond the range of doubles")
        if factor.is_Pow and factor.exp.is_Rational:
            if abs(factor.exp) > self._limits.exponent:
                raise _refusal(text, f"combines to the exponent {factor.exp}{self._at_most()}")
            if factor.exp.q > _DEEPEST_ROOT:
                raise _refusal(text, "nests too many roots")

    def _check_exponent(self, base: Node, exponent: Node) -> None:
        self._check_logarithms(exponent)
        terms = sympy.Add.make_args(exponent.expr)
        constant = sum(evaluate(t) for t in terms if t.is_number)
        if base.expr is not sympy.E and abs(constant) > self._limits.exponent:
            raise _refusal(exponent.text, f"has too large a constant part{self._at_most()}")

    def _check_logarithms(self, exponent: Node) -> None:
        """Refuse exp(5000*log(x)), which SymPy turns into x**5000."""
        for term in sympy.Add.make_args(exponent.expr):
            if term.has(sympy.log):
                numbers = [evaluate(f) for f in sympy.Mul.make_args(term) if f.is_number]
                if abs(math.prod(numbers)) > self._limits.exponent:
                    raise _refusal(exponent.text, f"is too large an exponent{self._at_most()}")

    def _check_growth(self, text: str, expr: sympy.Expr) -> None:
        """Refuse sin(atan(sin(atan(...)))), which SymPy doubles at each level."""
        nodes = sum(1 for _ in islice(sympy.preorder_traversal(expr), self._limits.operations + 1))
        if nodes > self._limits.operations:
            raise _refusal(text, "becomes too large once it is simplified")

    def _at_most(self) -> str:
        return f"; at most {self._limits.exponent} in size is allowed"


_Form = Callable[[Builder, str, Sequence[Node]], Node]
_HALF = Node(S.Half, "1/2", 0.5)

# Functions that are not one SymPy class, by name and number of arguments (None for any).
_FORMS: dict[tuple[str, int | None], _Form] = {
    ("sqrt", 1): lambda b, text, args: b.power(text, args[0], _HALF),
    ("power", 2): lambda b, text, args: b.power(text, *args),
    ("log", 2): lambda b, text, args: b.logarithm(text, *args),
    ("heaviside", 2): lambda b, text, args: b.step(text, *args),
    ("minimum", None): lambda b, text, args: b.extreme(text, BY_NAME["minimum"], args),
    ("maximum", None): lambda b, text, args: b.extreme(text, BY_NAME["maximum"], args),
    ("where", 3): lambda b, text, args: b.where(text, *args),
    ("less", 2): lambda b, text, args: b.compare(text, ["<"], args),
    ("less_equal", 2): lambda b, text, args: b.compare(text, ["<="], args),
    ("equal", 2): lambda b, text, args: b.compare(text, ["=="], args),
    ("not_equal", 2): lambda b, text, args: b.compare(text, ["!="], args),
    ("logical_and", None): Builder.both,
    ("logical_or", None): Builder.either,
    ("logical_not", 1): lambda b, text, args: b.fails(text, args[0]),
}


def _ordered(name: str, order: str) -> _Form:
    return lambda b, text, args: b.ordered(text, name, order, *args)


def _quotient(above: str, below: str) -> _Form:
    return lambda b, text, args: b.quotient(text, above, below, *args)


SHORT_FORMS: dict[str, _Form] = {
    "relu": lambda b, text, args: b.extreme(text, BY_NAME["maximum"], [*args, b.number("0")]),
    "clip": lambda b, text, args: b.between(text, *args),
    "ceil": lambda b, text, args: b.ceiling(text, *args),
    "short_sinc": _ordered("sinc", "0"),
    "j0": _ordered("besselj", "0"),
    "j1": _ordered("besselj", "1"),
    "digamma": _ordered("polygamma", "0"),
    "trigamma": _ordered("polygamma", "1"),
    "beta": lambda b, text, args: b.beta(text, *args),
    "sec": _quotient("", "cos"),
    "csc": _quotient("", "sin"),
    "cot": _quotient("cos", "sin"),
    "sech": _quotient("", "cosh"),
    "csch": _quotient("", "sinh"),
    "coth": _quotient("", "tanh"),
}
"""How the builder writes each of `SHORTHANDS`."""

_COMPARISONS: dict[str, tuple[type[Elementary], bool]] = {
    "<": (Less, False),
    "<=": (LessEqual, False),
    ">": (Less, True),
    ">=": (LessEqual, True),
    "==": (Equal, False),
    "!=": (NotEqual, False),
}


def _exprs(nodes: Sequence[Node]) -> list[sympy.Expr]:
    return [n.expr for n in nodes]


def _value(node: Node) -> float:
    return math.nan if node.value is None else node.value


def _all_constant(nodes: Iterable[Node]) -> bool:
    return all(n.value is not None for n in nodes)


def _split(nodes: Iterable[Node]) -> tuple[list[Node], list[Node]]:
    """Part the constants from the rest."""
    groups: tuple[list[Node], list[Node]] = ([], [])
    for node in nodes:
        groups[node.value is None].append(node)
    return groups


def _needing(node: Node, parts: Iterable[Node], needs: Iterable[Condition] = ()) -> Node:
    """Let a node need all that its parts need, and something of its own."""
    inherited = [c for part in parts for c in part.conditions]
    return replace(node, conditions=distinct([*inherited, *needs]))


def _need(requirement: Requirement, args: Iterable[Node], text: str) -> Condition:
    return condition(requirement, [(a.expr, a.text) for a in args], text)


def _check_order(text: str, order: Node) -> None:
    if order.value is None or not order.expr.is_Integer or not 0 <= order.value <= _HIGHEST:
        raise _refusal(text, f"needs a whole number from 0 to {_HIGHEST} as its first argument")


def _needs(requirement: Requirement, args: Sequence[Node], text: str) -> list[Condition]:
    """Record what a function needs, unless constants decide it: mod(x, 2) is always defined."""
    need = _need(requirement, args, text)
    if not need.argument.is_number:
        return [need]
    _demand(requirement, args, text)
    return []


def _refusal(text: str, reason: str) -> ExpressionError:
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return ExpressionError(f"{shown} {reason}")


def _demand(requirement: Requirement, args: Sequence[Node], text: str) -> None:
    """Decide at once whether constant arguments fulfil a requirement."""
    if evaluate(requirement.holds(*[sympy.Float(_value(a)) for a in args])) != 1:
        needs = requirement.words.format(*[a.text for a in args])
        raise _refusal(text, f"is not defined: it needs {needs[:_SHOWN]}")


def _power_requirement(exponent: float) -> Requirement | None:
    if exponent.is_integer():
        return None if exponent >= 0 else NONZERO
    return NONNEGATIVE if exponent > 0 else POSITIVE


def _constant(text: str, value: float, exact: Callable[[], sympy.Expr] | None = None) -> Node:
    """Make a constant: exact if that is simple, else its value."""
    if math.isnan(value):
        raise _refusal(text, "is not a real number")
    if math.isinf(value):
        raise _refusal(text, "is too large for a floating-point number")
    expr = exact() if exact else sympy.Float(value)
    if not is_simple(expr):
        expr = sympy.Float(value)
    return Node(expr, text, to_double(expr) if expr.is_Rational else value)


def _constant_power(text: str, base: Node, exponent: float, exact: sympy.Expr) -> Node:
    value = BY_NAME["power"].at(_value(base), exponent)
    if value == 0 and base.value != 0:
        raise _refusal(text, _TOO_SMALL)
    if not keeps_power(base.expr, exact):
        return _constant(text, value)
    return _constant(text, value, lambda: sympy.Pow(base.expr, exact))


def _constant_call(text: str, row: Function, args: Sequence[Node]) -> Node:
    if row.defined:
        _demand(row.defined, args, text)
    value = row.at(*map(_value, args))
    if issubclass(row.symbol, Elementary):
        whole = value.is_integer() and abs(value) < _LARGEST_WHOLE
        return _constant(text, value, (lambda: sympy.Integer(int(value))) if whole else None)
    if not all(map(is_simple_argument, _exprs(args))):
        return _constant(text, value)
    return _constant(text, value, lambda: row.symbol(*_exprs(args)))
