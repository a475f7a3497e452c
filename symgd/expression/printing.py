"""SymPy expressions to straight-line source: shared sub-expressions, float literals.

The same source runs on NumPy arrays (`Problem.fun`) and on the lanes of a kernel; only
the meaning of the function names differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import sympy
from sympy.printing.printer import Printer

from .functions import INSTRUCTIONS, kernel_name
from .sums import rewritten

Assignments = list[tuple[sympy.Symbol, sympy.Expr]]

_HALF = sympy.Rational(1, 2)
_FEW = 4  # instructions of a function that is hardly more than an operation
_WHOLE_POWERS = 1000  # whole exponents up to this size are products


def _is_number(expr: sympy.Expr) -> bool:
    """Tell whether no symbol is in an expression; SymPy looks for the deepest one first."""
    level: Sequence[sympy.Basic] = [expr]
    while level:
        if any(node.is_Symbol for node in level):
            return False
        level = [a for node in level for a in node.args]
    return True


def _is_whole(exponent: sympy.Expr) -> bool:
    return bool(exponent.is_Integer) and abs(int(exponent)) <= _WHOLE_POWERS


def _power_parts(base: sympy.Expr, exponent: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Give the operands from which `base**exponent` is made by products and roots."""
    if exponent.is_number and exponent.is_negative:
        return (_power(base, -exponent),)
    if _is_whole(exponent):
        whole = int(exponent)
        if whole <= 3:
            return (base,) * whole
        half = _power(base, sympy.Integer(whole // 2))
        return (half, half) + (base,) * (whole % 2)
    if exponent == _HALF:
        return (base,)
    if exponent.is_Rational and exponent.q == 2:
        return (_power(base, exponent - _HALF), _power(base, _HALF))
    return (base, exponent)


def _power(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
    """Give a power that SymPy does not multiply out, as it does with ``(2*x)**2``."""
    return base if exponent == 1 else sympy.Pow(base, exponent, evaluate=False)


def _split_constant(product: sympy.Mul) -> tuple[sympy.Expr, sympy.Expr]:
    constants = [a for a in product.args if _is_number(a)]
    rest = [a for a in product.args if not _is_number(a)]
    return sympy.Mul(*constants), rest[0] if len(rest) == 1 else sympy.Mul(*rest, evaluate=False)


def _operands(expr: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Give the sub-expressions that the source of `expr` is made of."""
    if expr.is_Symbol or _is_number(expr):
        return ()
    if expr.is_Pow and expr.base is not sympy.E:
        return _power_parts(expr.base, expr.exp)
    if expr.is_Mul:
        constant, rest = _split_constant(expr)
        if constant != 1:
            return (rest,)
    return tuple(expr.args)


def _uses(exprs: Iterable[sympy.Expr]) -> Counter[sympy.Expr]:
    """Count how often each distinct sub-expression is needed by another one."""
    uses: Counter[sympy.Expr] = Counter()
    waiting = list(exprs)
    while waiting:
        expr = waiting.pop()
        uses[expr] += 1
        if uses[expr] == 1:
            waiting.extend(_operands(expr))
    return uses


def operations(exprs: Iterable[sympy.Expr]) -> int:
    """Count the operations in expressions whose common parts are computed once."""
    return sum(max(1, len(_operands(e)) - 1) for e in _uses(exprs) if _operands(e))


def instructions(exprs: Iterable[sympy.Expr]) -> int:
    """Count what a kernel computes, with each elementary function as what it is made of."""
    return sum(_weight(e) for e in _uses(exprs) if _operands(e))


def _weight(expr: sympy.Expr) -> int:
    if expr.is_Function:
        return INSTRUCTIONS.get(kernel_name(expr.func), _FEW)
    operands = _operands(expr)
    if expr.is_Pow and expr.base is not sympy.E and operands == (expr.base, expr.exp):
        return INSTRUCTIONS["power"]
    return max(1, len(operands) - 1)


class _Sharer:
    """Replaces each sub-expression that is needed twice by a symbol of its own."""

    def __init__(self, exprs: Sequence[sympy.Expr]) -> None:
        self._uses = _uses(exprs)
        self._done: dict[sympy.Expr, sympy.Expr] = {}
        self.assignments: Assignments = []

    def replace(self, expr: sympy.Expr) -> sympy.Expr:
        operands = _operands(expr)
        if not operands:
            return expr
        if expr not in self._done:
            rebuilt = self._rebuild(expr, [self.replace(o) for o in operands])
            self._done[expr] = self._name(rebuilt) if self._uses[expr] > 1 else rebuilt
        return self._done[expr]

    def _name(self, expr: sympy.Expr) -> sympy.Symbol:
        symbol = sympy.Symbol(f"t{len(self.assignments)}", real=True)
        self.assignments.append((symbol, expr))
        return symbol

    def _rebuild(self, expr: sympy.Expr, operands: list[sympy.Expr]) -> sympy.Expr:
        if expr.is_Pow and expr.base is not sympy.E:
            return _rebuild_power(expr.exp, operands)
        if expr.is_Mul:
            constant, _ = _split_constant(expr)
            factors = operands if constant == 1 else [constant, *operands]
            return sympy.Mul(*factors, evaluate=False)
        if expr.is_Add:
            return sympy.Add(*operands, evaluate=False)
        return expr.func(*operands, evaluate=False)


def _rebuild_power(exponent: sympy.Expr, operands: list[sympy.Expr]) -> sympy.Expr:
    if exponent.is_number and exponent.is_negative:
        return sympy.Pow(operands[0], -1, evaluate=False)
    if exponent == _HALF:
        return sympy.Pow(operands[0], _HALF, evaluate=False)
    if _is_whole(exponent) or (exponent.is_Rational and exponent.q == 2):
        return sympy.Mul(*operands, evaluate=False)
    return sympy.Pow(*operands, evaluate=False)


def share(exprs: Sequence[sympy.Expr]) -> tuple[Assignments, list[sympy.Expr]]:
    """Compute common sub-expressions once, and whole powers by products.

    Parameters
    ----------
    exprs : sequence of sympy.Expr
        The expressions.

    Returns
    -------
    assignments : list of (symbol, expression)
        Names `t0`, `t1`, ... in the order in which they have to be computed.
    outputs : list of sympy.Expr
        `exprs` in terms of those names.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> share([sympy.sin(x) ** 2, sympy.sin(x)])
    ([(t0, sin(x))], [t0*t0, t0])
    """
    cheap = rewritten(exprs)
    sharer = _Sharer(cheap)
    outputs = [sharer.replace(e) for e in cheap]
    return sharer.assignments, outputs


def literal(value: float) -> str:
    """Write a number as a float literal; a negative one in brackets."""
    text = repr(float(value))
    return f"({text})" if text.startswith("-") else text


def _constant(expr: sympy.Expr) -> float | None:
    """Give the nearest double to an expression without symbols, or None."""
    value = expr.evalf(25)
    return float(value) if value.is_Float or value.is_Rational else None


class SourcePrinter(Printer):  # type: ignore[misc]
    """Prints what `share` gives as Python source made of floats and function calls."""

    def _print(self, expr: Any, **kwargs: Any) -> str:
        if isinstance(expr, sympy.Expr) and expr.is_number:
            value = _constant(expr)
            if value is not None:
                return literal(value)
        return str(super()._print(expr, **kwargs))

    def emptyPrinter(self, expr: Any) -> str:
        """Refuse what has no source."""
        raise TypeError(f"no source for {type(expr).__name__}")

    def _print_Symbol(self, expr: sympy.Symbol) -> str:
        return str(expr.name)

    def _print_Add(self, expr: sympy.Add) -> str:
        text = ""
        for term in expr.args:
            part = self._print(term)
            if part.startswith("(-") and term.is_number:
                part = part[1:-1]
            text += f" - {part[1:]}" if part.startswith("-") and text else f" + {part}"
        return text.removeprefix(" + ")

    def _print_Mul(self, expr: sympy.Mul) -> str:
        above = [a for a in expr.args if not _is_reciprocal(a)]
        below = [a.base for a in expr.args if _is_reciprocal(a)]
        constants = [a for a in above if a.is_number]
        coefficient = _constant(sympy.Mul(*constants)) if constants else 1.0
        if coefficient is None:
            coefficient, rest = 1.0, above
        else:
            rest = [a for a in above if not a.is_number]
        factors = [self._operand(a) for a in rest]
        sign = "-" if coefficient < 0 else ""
        if abs(coefficient) != 1.0 or not factors:
            factors.insert(0, repr(abs(coefficient)))
        text = sign + "*".join(factors)
        if below:
            text += "/" + self._group("*".join(self._operand(b) for b in below), len(below))
        return text

    def _print_Pow(self, expr: sympy.Pow) -> str:
        base, exponent = expr.base, expr.exp
        if base is sympy.E:
            return f"exp({self._print(exponent)})"
        if exponent == -1:
            return f"1.0/{self._operand(base)}"
        if exponent == _HALF:
            return f"sqrt({self._print(base)})"
        if exponent in (2, 3):
            return "*".join([self._operand(base)] * int(exponent))
        return f"power({self._print(base)}, {self._print(exponent)})"

    def _print_Function(self, expr: sympy.Function) -> str:
        arguments = ", ".join(self._print(a) for a in expr.args)
        return f"{kernel_name(expr.func)}({arguments})"

    def _operand(self, expr: sympy.Expr) -> str:
        return self._group(self._print(expr), 1 if expr.is_Symbol or expr.is_Function else 2)

    @staticmethod
    def _group(text: str, parts: int) -> str:
        return text if parts == 1 else f"({text})"


def _is_reciprocal(expr: sympy.Expr) -> bool:
    return bool(expr.is_Pow) and expr.base is not sympy.E and expr.exp == -1
