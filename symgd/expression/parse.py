"""`read`: a text or a SymPy expression to a formula that is safe to use.

No text ever reaches `eval`, `sympify` or `parse_expr`.  A SymPy expression is written out
and read back, so that both kinds of input pass the same checks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.printing.str import StrPrinter

from ..errors import ConfigurationError, ExpressionError
from .builder import CONSTANTS, Node
from .domain import Condition, distinct
from .functions import ALSO_VARIABLES, BY_SPELLING, own, to_double
from .latex import without_latex
from .parser import PIECEWISE, REFUSED_NAMES, Parser
from .tokens import Limits

__all__ = ["Formula", "Limits", "read"]


@dataclass(frozen=True)
class Formula:
    """A formula that was read and found safe.

    Parameters
    ----------
    text : str
        The formula as the user wrote it; a SymPy expression as it prints.
    expr : sympy.Expr
        The formula for SymPy.
    variables, params : tuple of sympy.Symbol
        Its unknowns and its parameters, all real.
    domain : tuple of Condition
        Where it is defined, from the inside out.
    """

    text: str
    expr: sympy.Expr
    variables: tuple[sympy.Symbol, ...]
    params: tuple[sympy.Symbol, ...]
    domain: tuple[Condition, ...]


def read(
    source: str | sympy.Expr,
    *,
    variables: Sequence[str] | None = None,
    params: Collection[str] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Formula:
    """Read a formula, and refuse whatever is not plainly one.

    Parameters
    ----------
    source : str or sympy.Expr
        The formula.
    variables : sequence of str, optional
        Order of the unknowns; by default natural order (``x2`` before ``x10``).
    params : collection of str
        Names that are parameters.
    limits : Limits
        How large the formula may be.

    Returns
    -------
    Formula
        SymPy expression, variables, parameters, and where it is defined.

    Raises
    ------
    ExpressionError
        If the formula cannot be read; with the column.
    ConfigurationError
        If `variables` or `params` do not fit the formula.

    Examples
    --------
    >>> formula = read("a*log(x - 1)^2 + x10 + x2", params=["a"])
    >>> formula.expr
    a*log(x - 1)**2 + x10 + x2
    >>> formula.variables
    (x, x2, x10)
    >>> formula.domain[0].text, formula.domain[0].needs
    ('log(x - 1)', 'x - 1 > 0')
    """
    text = source if isinstance(source, str) else _spelled(source)
    head = _Head.of(text[: limits.characters])
    fixed = _checked_names("params", params, limits)
    order = None if variables is None else _checked_names("variables", variables, limits)
    _check_disjoint(order, fixed)
    if order is None and head.arguments:
        arguments = _checked_names("variables", head.arguments, limits)
        order = [name for name in arguments if name not in fixed]
    try:
        parser = Parser(text, limits, None if order is None else {*order, *fixed}, head.stop)
        node = parser.formula()
        head.check(text, parser.names)
        return _formula(node, text[head.stop :].strip(), parser.names, order, fixed)
    except RecursionError:
        raise ExpressionError("the formula is nested too deeply", text) from None
    except ExpressionError as error:
        raise _without_latex(error, text) from None


@dataclass(frozen=True)
class _Head:
    """What stands before a formula: ``f(x, y) =``, or ``y =``."""

    name: str = ""
    arguments: tuple[str, ...] = ()
    stop: int = 0

    @classmethod
    def of(cls, text: str) -> _Head:
        found = _HEAD.match(text)
        if not found:
            return cls()
        listed = tuple(name.strip() for name in found[2].split(",")) if found[2] else ()
        return cls(found[1], listed, found.end())

    def check(self, text: str, names: Collection[str]) -> None:
        """Refuse ``x = 3``, ``x = x**2`` and ``sin = x``, which define no function."""
        fault = _name_fault(self.name, Limits()) if self.name else None
        if self.name and (fault or self.name in names or not names):
            column = text.index("=") + 1
            raise ExpressionError("write the formula alone, without '='", text, column)


_HEAD = re.compile(
    r"\s*([A-Za-z]\w*)\s*(?:\(\s*([A-Za-z]\w*(?:\s*,\s*[A-Za-z]\w*)*)\s*\)\s*)?:?=(?!=)", re.ASCII
)


def _without_latex(error: ExpressionError, text: str) -> ExpressionError:
    """Tell what a formula in LaTeX is without it, where that is plain and can be read."""
    plain = without_latex(text) if any(sign in text for sign in "\\{$") else ""
    if not plain:
        return error
    try:
        Parser(plain, Limits(), None).formula()
    except (ExpressionError, RecursionError):
        return error
    return ExpressionError(f"there is no LaTeX here: write {plain}", text, error.column)


def _formula(
    node: Node, text: str, found: Iterable[str], order: list[str] | None, fixed: list[str]
) -> Formula:
    unused = [name for name in fixed if name not in found]
    if unused:
        raise ConfigurationError("params", unused[0], "names that occur in the formula")
    names = sorted(set(found) - set(fixed), key=_natural) if order is None else order
    if not names:
        euler = "; e is Euler's number" if re.search(r"\b[eE]\b", text) else ""
        raise ExpressionError(f"the formula has no variable{euler}", text)
    try:
        conditions = [_owned(c) for c in node.conditions]
        expr = own(node.expr)
    except ExpressionError as error:
        raise ExpressionError(error.message, text) from None
    return Formula(text, expr, _symbols(names), _symbols(fixed), distinct(conditions))


def _owned(condition: Condition) -> Condition:
    return replace(
        condition,
        holds=own(condition.holds),
        argument=own(condition.argument),
        edges=tuple(own(e) for e in condition.edges),
    )


def _symbols(names: Iterable[str]) -> tuple[sympy.Symbol, ...]:
    return tuple(sympy.Symbol(name, real=True) for name in names)


def _natural(name: str) -> list[tuple[bool, int, str]]:
    parts = re.split(r"([0-9]+)", name)
    return [(p.isdigit(), int(p) if p.isdigit() else 0, p) for p in parts]


def _checked_names(argument: str, names: Collection[str], limits: Limits) -> list[str]:
    if isinstance(names, str) or not isinstance(names, Collection):
        raise ConfigurationError(argument, names, "a list of names, such as ['x', 'y']")
    for name in names:
        fault = _name_fault(name, limits)
        if fault:
            raise ConfigurationError(argument, name, f"names of variables; {fault}")
    if len(set(names)) < len(names):
        raise ConfigurationError(argument, list(names), "each name once")
    if argument == "variables" and not names:
        raise ConfigurationError(argument, list(names), "at least one name")
    return list(names)


def _check_disjoint(order: list[str] | None, fixed: list[str]) -> None:
    for name in fixed:
        if name in (order or ()):
            raise ConfigurationError("params", name, "names that are not in variables")


def _name_fault(name: object, limits: Limits) -> str | None:
    """Tell what keeps a name from being a variable."""
    if not isinstance(name, str) or not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name):
        return "a name is a letter, then letters, digits and underscores"
    if len(name) > limits.name:
        return f"a name has at most {limits.name} characters"
    if name in CONSTANTS:
        return f"{name} is {_MEANING[name]}"
    if (name in BY_SPELLING and name not in ALSO_VARIABLES) or name == PIECEWISE:
        return f"{name} is a function"
    return REFUSED_NAMES.get(name)


_MEANING = {"pi": "the number pi", **dict.fromkeys(("e", "E"), "Euler's number 2.718...")}


class _Speller(StrPrinter):  # type: ignore[misc]
    """Writes a decimal number with all the digits that a double has."""

    def _print_Float(self, expr: sympy.Float) -> str:  # noqa: N802 - SymPy's name
        return repr(to_double(expr))


def _spelled(source: Any) -> str:
    """Write out a SymPy expression whose leaves mean the same when they are read back."""
    if not isinstance(source, sympy.Expr):
        raise ExpressionError("a formula is a string or a SymPy expression")
    try:
        text = str(_Speller().doprint(source))
        for leaf in source.atoms(AppliedUndef, sympy.Atom):
            if not _reads_back(leaf):
                raise ExpressionError(f"{leaf} is nothing that symgd can compute", text)
    except RecursionError:
        raise ExpressionError("the formula is nested too deeply") from None
    return text


def _reads_back(leaf: sympy.Basic) -> bool:
    if leaf.is_Symbol and leaf.is_commutative:
        return not isinstance(leaf, sympy.Dummy) and _name_fault(leaf.name, Limits()) is None
    known = (*CONSTANTS.values(), sympy.true, sympy.false)
    return leaf in known or isinstance(leaf, sympy.Rational | sympy.Float)
