"""A formula in HTML: MathML in pieces between which a line may break, or its text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from itertools import pairwise
from typing import Any

import sympy
from sympy.printing.mathml import MathMLPresentationPrinter

from .classes import Elementary

_LONGEST = 40  # characters of the longest term of a formula that is typeset
_NAMED = 4  # variables up to which the head names each
_OPEN = ("mrow", "msup", "mfrac")  # what begins as its first child does
_FONT = "font-family: math, 'Cambria Math', 'STIX Two Math', 'Latin Modern Math', 'STIX Math'"
_SIGNS = {
    "<": "&lt;", ">": "&gt;", "<=": "&le;", ">=": "&ge;", "==": "=", "!=": "&ne;",
    "&": "&and;", "|": "&or;",
}  # fmt: skip


def mathml(expr: sympy.Expr, variables: Sequence[sympy.Symbol]) -> str:
    """Typeset ``f(x) = ...`` as MathML that can stand in a page.

    Parameters
    ----------
    expr : sympy.Expr
        f.
    variables : sequence of sympy.Symbol
        Its variables; many are not named.

    Returns
    -------
    str
        A ``math`` element for the head and for each term of a sum, with spaces between them.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> mathml(x - 1, [x]).count("<math")
    3
    """
    printer = _Typesetter()
    body = printer.node(expr)
    terms = _terms(body) if expr.is_Add else [[body]]
    return " ".join(_element(nodes) for nodes in [printer.head(variables), *terms])


def formula(typeset: str, text: str) -> str:
    """Show what `mathml` gave, or the text where a term is too long for a line."""
    terms = re.split(" (?=<math)", typeset)
    longest = max(len(unescape(re.sub("<[^>]*>", "", term))) for term in terms)
    return typeset if longest <= _LONGEST else _code(text)


def shown(markup: str, text: str, params: Mapping[str, float]) -> str:
    """Show a formula in a notebook: typeset, as it was written, and its parameters.

    Parameters
    ----------
    markup : str
        What `formula` gave.
    text : str
        The formula as it was written.
    params : mapping of str to float
        Values of its parameters.

    Returns
    -------
    str
        One element.
    """
    values = escape(", ".join(f"{name} = {value:.6g}" for name, value in params.items()))
    lines = "".join(f"<div>{line}</div>" for line in (markup, _code(text), values) if line)
    return f'<div style="line-height: 1.8; text-align: left">{lines}</div>'


def _code(text: str) -> str:
    style = "background: transparent; color: inherit; overflow-wrap: anywhere"
    return f'<code style="{style}">{escape(text)}</code>'


def _element(nodes: Sequence[Any]) -> str:
    inside = "".join(node.toxml() for node in nodes)
    return f'<math displaystyle="true" style="{_FONT}"><mrow>{inside}</mrow></math>'


def _terms(row: Any) -> list[list[Any]]:
    """Split the row of a sum before each of its signs."""
    nodes = row.childNodes
    signs = [i for i, node in enumerate(nodes) if i and node.tagName == "mo"]
    for i in signs:
        nodes[i].setAttribute("form", "infix")  # though it stands first
    return [nodes[a:b] for a, b in pairwise([0, *signs, len(nodes)])]


def _polished(node: Any) -> Any:
    """Write minus signs as such, and a dot where a number follows a factor."""
    for sign in node.getElementsByTagName("mo"):
        follower = sign.nextSibling
        if sign.firstChild.data == "-":
            sign.firstChild.data = "&minus;"
        elif sign.firstChild.data == "&InvisibleTimes;" and _first_leaf(follower).tagName == "mn":
            sign.firstChild.data = "&middot;"
    return node


def _first_leaf(node: Any) -> Any:
    while node.tagName in _OPEN and node.firstChild is not None:
        node = node.firstChild
    return node


class _Typesetter(MathMLPresentationPrinter):  # type: ignore[misc]
    """SymPy's printer, with the functions of our own."""

    def node(self, expr: sympy.Expr) -> Any:
        """Give the root of an expression's MathML."""
        return _polished(self._element("mrow", self._print(expr))).firstChild

    def head(self, variables: Sequence[sympy.Symbol]) -> list[Any]:
        """Write ``f(x, y) =``."""
        nodes = [self._leaf("mi", "f")]
        if len(variables) <= _NAMED:
            nodes.append(self._paren_comma_separated(*variables))
        return [*nodes, self._leaf("mo", "=")]

    def mathml_tag(self, e: sympy.Expr) -> str:
        return e.spelling if isinstance(e, Elementary) else str(super().mathml_tag(e))

    def _leaf(self, tag: str, text: str) -> Any:
        leaf = self.dom.createElement(tag)
        leaf.appendChild(self.dom.createTextNode(text))
        return leaf

    def _element(self, tag: str, *children: Any) -> Any:
        element = self.dom.createElement(tag)
        for child in children:
            element.appendChild(child)
        return element

    def _print_Symbol(self, sym: sympy.Symbol) -> Any:
        return super()._print_Symbol(sympy.Symbol(escape(sym.name)))

    def _print_Exp1(self, _: sympy.Expr) -> Any:
        return self._leaf("mi", "e")

    def _print_Absolute(self, e: sympy.Expr) -> Any:
        bar = self._leaf("mo", "|")
        return self._element("mrow", bar, self._print(e.args[0]), bar.cloneNode(deep=True))

    def _print_Cbrt(self, e: sympy.Expr) -> Any:
        return self._element("mroot", self._print(e.args[0]), self._leaf("mn", "3"))

    def _print_Less(self, e: sympy.Expr) -> Any:
        left, glue, right = e.shown()
        sign = self._leaf("mo", _SIGNS[glue[0]])
        return self._element("mrow", self._print(left), sign, self._print(right))

    _print_LessEqual = _print_Equal = _print_NotEqual = _print_Less

    def _print_BothHold(self, e: sympy.Expr) -> Any:
        left, right = (self._paren_comma_separated(a) for a in e.args)
        return self._element("mrow", left, self._leaf("mo", _SIGNS[e.glue[0]]), right)

    _print_EitherHolds = _print_BothHold

    def _print_Fails(self, e: sympy.Expr) -> Any:
        sign = self._leaf("mo", "&not;")
        return self._element("mrow", sign, self._paren_comma_separated(*e.args))

    def _print_Where(self, e: sympy.Expr) -> Any:
        condition, chosen, other = map(self._print, e.args)
        cases = (
            (chosen, self._element("mrow", self._leaf("mtext", "if&nbsp;"), condition)),
            (other, self._leaf("mtext", "otherwise")),
        )
        rows = [self._element("mtr", *map(self._cell, row)) for row in cases]
        brace = self._leaf("mo", "{")
        return self._element("mrow", brace, self._element("mtable", *rows))

    def _cell(self, entry: Any) -> Any:
        cell = self._element("mtd", entry)
        cell.setAttribute("style", "text-align: left")
        return cell
