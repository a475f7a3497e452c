"""The abs-normal form of a formula: smooth pieces, and the switches between them.

Every ``abs``, ``max``, ``min``, tip and cusp of f is a switch: an argument z with a sign s in
{-1, 0, 1}, and a handle w that stands for what the kink adds. ``abs(u)`` becomes ``s*u + w`` with
z = u. With s the sign of z and w = 0 that is f itself. With s = 0 it is f on the crease z = 0, gone
on smoothly to all sides; and its slope by w is how f rises across the crease. With s = 0 and
w = abs(z) it is the form that a piecewise linear model is made from.

References
----------
A. Griewank, "On stable piecewise linearization and generalized algorithmic differentiation",
Optimization Methods and Software 28, 1139-1178 (2013), doi:10.1080/10556788.2013.796683.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from sympy import S

from ..arrays import Whole
from ..expression.calculus import degrees, derivatives, derivatives_bound, upwards
from ..expression.classes import Absolute, Cbrt, Hypot, Less, LessEqual, Maximum, Minimum, Where
from ..expression.evaluator import Evaluator
from ..expression.functions import BY_CLASS, own
from ..expression.guards import kinks_of
from ..memos import memo
from ..precise.program import Precise, written
from ..problem import Symbolic

_SWITCHES = 40  # switches: more take longer than they are worth
_FORM_OPERATIONS = 4000  # operations in the derivatives of the form: more take longer than a second
_COMPARED = 60  # operations: switches of more are not compared
_KINKS = (Absolute, Maximum, Minimum, Hypot)
_HALF = sympy.Rational(1, 2)  # code: one half


class Sort(IntEnum):
    """What kind of switch it is."""

    KINK = 0  # f has another slope on the other side
    TIP = 1  # a cone: its argument is a vector
    CUSP = 2  # f rises infinitely steeply to all sides
    BOUND = 3  # there is no other side


class Form:
    """A formula with its switches.

    Attributes
    ----------
    value : sympy.Expr
        f in the variables, the signs and the handles.
    arguments : list of sympy.Expr
        What is zero on creases, one a row; several rows belong to the switch of a vector.
    owner : ndarray
        The switch of each row.
    sorts : ndarray
        Codes of `Sort`, one a switch.
    """

    def __init__(self, symbolic: Symbolic, reading: _Reading) -> None:
        self._symbolic = symbolic
        self._joined = reading.joined
        self.value = reading.value
        used = reading.used()
        self._signs = [reading.signs[i] for i in used]
        self._handles = [reading.handles[i] for i in used]
        rows = [(place, z) for place, i in enumerate(used) for z in reading.arguments[i]]
        self.arguments = [z for _, z in rows]
        self.owner: Whole = np.array([place for place, _ in rows], dtype=np.int64)
        self.sorts: Whole = np.array([reading.sorts[i] for i in used], dtype=np.int64)
        self._constant: dict[tuple[int, ...], bool] = {}
        self._smoothed: dict[tuple[int, ...], Precise] = {}

    @cached_property
    def depth(self) -> int:
        """How many switches lie within each other, at most."""
        depths: dict[sympy.Symbol, int] = {}
        for i, (sign, handle) in enumerate(zip(self._signs, self._handles, strict=True)):
            rows = [z for z, owner in zip(self.arguments, self.owner, strict=True) if owner == i]
            inner = [depths[s] for z in rows for s in z.free_symbols if s in depths]
            depths[sign] = depths[handle] = 1 + max(inner, default=0)
        return max(depths.values(), default=0)

    @cached_property
    def values(self) -> Evaluator:
        """f and the rows, for NumPy: of the variables, parameters, signs and handles."""
        return self._symbolic.compile([self.value, *self.arguments], self._more)

    @cached_property
    def first(self) -> Evaluator:
        """The same, and each with its slopes by the variables and the handles."""
        exprs = [self.value, *self.arguments]
        return self._symbolic.compile([e for f in exprs for e in (f, *self._slopes(f))], self._more)

    @cached_property
    def second(self) -> Evaluator:
        """The lower triangle of the Hessian of f less multiples of the rows; also of these."""
        variables = self._symbolic.variables
        multipliers = [sympy.Dummy(f"l{i}", real=True) for i in range(len(self.arguments))]
        gradients = [derivatives(f, variables) for f in (self.value, *self.arguments)]
        total = [
            sympy.Add(g[0], *[-factor * s for factor, s in zip(multipliers, g[1:], strict=True)])
            for g in zip(*gradients, strict=True)
        ]
        lower = [d for i, g in enumerate(total, 1) for d in derivatives(g, variables[:i])]
        return self._symbolic.compile([own(e) for e in lower], (*self._more, *multipliers))

    @cached_property
    def jumps(self) -> Evaluator | None:
        """Expressions at whose zeros f jumps, or has a kink that is no switch."""
        found = kinks_of(_opened(self._symbolic.expr, self._joined), but=_KINKS)
        return self._symbolic.compile(found) if found else None

    @cached_property
    def quadratic(self) -> bool:
        """Whether all pieces of f are quadratic, and all creases straight."""
        value, *arguments = degrees([self.value, *self.arguments], self._symbolic.variables)
        return value <= 2 and max(arguments) <= 1

    def constant(self, signs: Sequence[float]) -> bool:
        """Tell whether f is the same everywhere on the piece with these signs."""
        key = tuple(int(s) for s in signs)
        if key not in self._constant:
            values = dict(zip(self._signs, map(sympy.Integer, key), strict=True))
            values |= dict.fromkeys(self._handles, S.Zero)
            piece = sympy.expand(self.value.xreplace(values))
            self._constant[key] = not piece.has(*self._symbolic.variables)
        return self._constant[key]

    def smoothed(self, signs: tuple[int, ...]) -> Precise:
        """Give the piece with these signs, with squares for the kinks whose sign is 0.

        Along these creases it goes on falling, or has a minimum, just as f does.
        """
        if signs not in self._smoothed:
            values: dict[sympy.Symbol, sympy.Expr] = {}
            for i, sign in enumerate(signs):
                mine = [
                    z for z, owner in zip(self.arguments, self.owner, strict=True) if owner == i
                ]
                square = sympy.Add(*[z.xreplace(values) ** 2 for z in mine])
                values[self._signs[i]] = sympy.Integer(sign)
                values[self._handles[i]] = S.Zero if sign else square
            piece, names = self.value.xreplace(values), self._symbolic
            self._smoothed[signs] = Precise.of(own(piece), names.variables, names.params)
        return self._smoothed[signs]

    @property
    def _more(self) -> list[sympy.Symbol]:
        return [*self._signs, *self._handles]

    def _slopes(self, expr: sympy.Expr) -> Iterator[sympy.Expr]:
        yield from map(own, derivatives(expr, [*self._symbolic.variables, *self._handles]))


@memo
def abs_normal(symbolic: Symbolic) -> Form | None:
    """Give the abs-normal form of a formula.

    Returns
    -------
    Form or None
        None without kinks, and where the form would take long to make.

    Examples
    --------
    >>> from symgd.problem import Problem
    >>> abs_normal(Problem("abs(x - y) + x**2").symbolic).arguments
    [x - y]
    >>> abs_normal(Problem("x**2").symbolic) is None
    True
    """
    if not symbolic.expr.has(*_KINKS, Where, sympy.Pow, sympy.acos, Cbrt):
        return None
    reading = _Reading(symbolic)
    if not reading.used() or len(reading.used()) > _SWITCHES:
        return None
    form = Form(symbolic, reading)
    sizes = [derivatives_bound(e, symbolic.variables) for e in (form.value, *form.arguments)]
    return form if sum(sizes) <= _FORM_OPERATIONS else None


class _Reading:
    """A formula that is read from the bottom up, switch by switch."""

    def __init__(self, symbolic: Symbolic) -> None:
        self.signs: list[sympy.Symbol] = []
        self.handles: list[sympy.Symbol] = []
        self.arguments: list[tuple[sympy.Expr, ...]] = []
        self.sorts: list[Sort] = []
        self.joined: dict[sympy.Expr, sympy.Expr] = {}
        self._variables = frozenset(symbolic.variables)
        self._same: dict[sympy.Expr, tuple[int, sympy.Expr]] = {}
        self._done: dict[sympy.Expr, sympy.Expr] = {}
        for node in upwards([symbolic.expr]):
            self._done[node] = self._read(node)
        self.value = self._done[symbolic.expr]

    def used(self) -> list[int]:
        """Give the switches that f depends on; others were taken in by an even power or a cusp."""
        places = {s: i for i, pair in enumerate(self._pairs()) for s in pair}
        found: set[int] = set()
        waiting = [self.value]
        while waiting:
            more = {places[s] for s in waiting.pop().free_symbols if s in places} - found
            found |= more
            waiting += [z for i in more for z in self.arguments[i]]
        return sorted(found)

    def _pairs(self) -> Iterator[tuple[sympy.Symbol, sympy.Symbol]]:
        return zip(self.signs, self.handles, strict=True)

    def _read(self, node: sympy.Expr) -> sympy.Expr:
        args = [self._done[a] for a in node.args]
        if not args:
            return node
        varies = not self._variables.isdisjoint(node.free_symbols)
        if varies and isinstance(node, Absolute):
            if node.args[0].is_nonnegative:
                return args[0]
            sign, handle = self._kink(args[0])
            return sign * args[0] + handle
        if varies and isinstance(node, Maximum | Minimum):
            a, b = args
            side = 1 if isinstance(node, Maximum) else -1
            sign, handle = self._kink(a - b)
            return _HALF * ((1 + side * sign) * a + (1 - side * sign) * b + side * handle)
        if varies and isinstance(node, Where):
            return self._of_pieces(node, *args)
        if varies and isinstance(node, sympy.acos) and isinstance(node.args[0], sympy.cos):
            return self._zigzag(self._done[node.args[0].args[0]])
        if varies and isinstance(node, Hypot):
            args = [self._done[a.args[0] if isinstance(a, Absolute) else a] for a in node.args]
            return self._vector(Sort.TIP, node.func(*args), tuple(args))
        if varies and isinstance(node, Cbrt) and (inner := _of_even(node.args[0])) is not None:
            return self._vector(Sort.CUSP, node.func(*args), (self._done[inner],))
        if varies and node.is_Pow and (found := self._of_power(node)) is not None:
            sort, arguments, base = found
            return self._vector(sort, base ** args[1], arguments)
        return node if tuple(args) == node.args else node.func(*args)

    def _zigzag(self, angle: sympy.Expr) -> sympy.Expr:
        """Read acos(cos(u)) as 2*asin(abs(sin(u/2))), which has all digits beside its kinks."""
        half = sympy.sin(angle / 2)
        sign, handle = self._kink(half)
        return 2 * sympy.asin(sign * half + handle)

    def _of_pieces(self, node: Where, *args: sympy.Expr) -> sympy.Expr:
        """Read pieces that join along a straight line as a kink: there they differ by c*z.

        In the middle between both, c/2 times the handle makes either of them, to first order.
        """
        border = _straight_border(node, sorted(self._variables, key=str))
        if border is None:
            return node if args == node.args else node.func(*args)
        self.joined[node] = sympy.Add(*node.args[1:], border)
        sign, handle = self._kink(border)
        _, chosen, other = args
        names = sorted(border.free_symbols & self._variables, key=str)
        normal = derivatives(border, names)
        apart = derivatives(chosen - other, names)
        along = sympy.Add(*[a * b for a, b in zip(apart, normal, strict=True)])
        rise = _HALF * along / sympy.Add(*[b**2 for b in normal])
        middle = Where(Less(sign, S.Zero), other, _HALF * (chosen + other))
        return Where(Less(S.Zero, sign), chosen, middle) + rise * handle

    def _of_power(self, node: sympy.Pow) -> tuple[Sort, tuple[sympy.Expr, ...], sympy.Expr] | None:
        """Tell whether a power has a tip or a cusp, where, and what it is a power of."""
        base, power = node.args
        if not (power.is_number and power.is_positive):
            return None
        if isinstance(base, Absolute):
            inner = self._done[base.args[0]]
            return (Sort.CUSP, (inner,), Absolute(inner)) if power < 1 else None
        terms = base.args if base.is_Add else (base,)
        roots = [_root_of_square(term) for term in terms]
        if power > _HALF or None in roots:
            return None
        sort = Sort.TIP if power == _HALF else Sort.CUSP
        return sort, tuple(self._done.get(r, r) for r in roots), self._done[base]

    def _kink(self, argument: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
        """Give a sign and a handle; multiples of one argument share a switch."""
        factor, key = _primitive(argument)
        if key not in self._same:
            self._same[key] = len(self.signs), factor
            return self._new(Sort.KINK, (argument,))
        place, before = self._same[key]
        ratio = factor / before
        return sympy.sign(ratio) * self.signs[place], abs(ratio) * self.handles[place]

    def _vector(
        self, sort: Sort, node: sympy.Expr, arguments: tuple[sympy.Expr, ...]
    ) -> sympy.Expr:
        sign, handle = self._new(sort, arguments)
        return Where(Less(S.Zero, sign), node, S.Zero) + handle

    def _new(self, sort: Sort, arguments: tuple[sympy.Expr, ...]) -> tuple[Any, Any]:
        count = len(self.signs)
        self.signs.append(sympy.Dummy(f"s{count}", real=True))
        self.handles.append(sympy.Dummy(f"w{count}", real=True))
        self.arguments.append(arguments)
        self.sorts.append(sort)
        return self.signs[-1], self.handles[-1]


def _straight_border(node: Where, variables: Sequence[sympy.Symbol]) -> sympy.Expr | None:
    """Give what is 0 on a straight border where pieces join, and positive on the first."""
    condition, chosen, other = node.args
    if not isinstance(condition, Less | LessEqual):
        return None
    if not all(map(_everywhere, upwards([chosen, other]))):
        return None
    border = sympy.expand(written(condition.args[1]) - written(condition.args[0]))
    slopes = {v: s for v in variables if (s := sympy.diff(border, v)) != 0}
    if not slopes or not all(s.is_number for s in slopes.values()):
        return None
    name, slope = next(iter(slopes.items()))
    on = {name: sympy.expand(name - border / slope)}
    apart = sympy.expand((written(chosen) - written(other)).xreplace(on))
    return border if apart == 0 else None


def _everywhere(node: sympy.Expr) -> bool:
    """Tell whether a function is defined for all numbers."""
    if node.is_Pow and node.func is sympy.Pow:
        return bool(node.exp.is_Integer and node.exp.is_nonnegative)
    row = BY_CLASS.get(node.func)
    return row is None or row.defined is None


def _opened(expr: sympy.Expr, joined: dict[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    """Put what they are made of in the place of pieces that join."""
    while any(expr.has(node) for node in joined):
        expr = expr.xreplace(joined)
    return expr


def _of_even(expr: sympy.Expr) -> sympy.Expr | None:
    """Give the expression whose size or whose square an expression is."""
    return expr.args[0] if isinstance(expr, Absolute) else _root_of_square(expr)


def _root_of_square(term: sympy.Expr) -> sympy.Expr | None:
    """Give the expression whose square a term is, but for a positive factor."""
    factor, rest = term.as_coeff_Mul()
    square = rest.is_Pow and rest.exp == 2
    return rest.base if square and factor > 0 and rest.free_symbols else None


def _primitive(expr: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Split an expression into a number and a rest that is the same for all its multiples."""
    if expr.count_ops() > _COMPARED:
        return S.One, expr
    whole = sympy.expand(expr)
    factor = whole.as_ordered_terms()[0].as_coeff_Mul()[0]
    return (factor, sympy.expand(whole / factor)) if factor else (S.One, whole)
