"""Formulas by grammar: rules that put pieces together, and what is known of what they make.

A piece is text. Everything these rules make is defined for all real numbers: roots and logarithms
are taken of 1 and a square, exponentials of what is bounded above, and divisors are at least 1.
"""

from __future__ import annotations

from dataclasses import dataclass

# Functions that a caller may choose, each as a total function of any piece.
TOTAL = {
    "sin": "sin({0})",
    "cos": "cos({0})",
    "tanh": "tanh({0})",
    "atan": "atan({0})",
    "exp": "exp(-({0})**2)",
    "log": "log(1 + ({0})**2)",
    "sqrt": "sqrt(1 + ({0})**2)",
    "abs": "abs({0})",
    "max": "max({0}, {1})",
    "min": "min({0}, {1})",
}
ROUGH = ("abs", "max", "min")  # those with kinks

# Convex functions of a straight line, none of them below 0.
CONVEX = {
    "exp": "exp(({0})/4)",
    "log": "log(1 + exp({0}))",
    "sqrt": "sqrt(1 + ({0})**2)",
    "abs": "abs({0})",
    "max": "max({0}, 0)",
}


@dataclass(frozen=True)
class Grammar:
    """The rules for one kind of formula.

    Attributes
    ----------
    leaves : tuple of str
        Forms of a straight line ``{0}`` with which a formula begins.
    nodes : tuple of str
        Forms that make a larger piece of the pieces ``{0}`` and ``{1}``.
    top : tuple of str
        Forms that make of any piece ``{0}``, and another one, one that has a bound.
    rest : str
        What is added for a variable ``{0}`` that a formula would not have.
    """

    leaves: tuple[str, ...]
    nodes: tuple[str, ...]
    top: tuple[str, ...] = ("{0}",)
    rest: str = "{0}"


def grammar(functions: tuple[str, ...], convex: bool, bounded: bool) -> Grammar:
    """Choose the rules for formulas of some functions."""
    if convex:
        return _convex(functions, bounded)
    nodes = ["({0} + {1})", "({0} - {1})", "{0}*({1})", "({0})**2", "({0})/(1 + ({1})**2)"]
    nodes += [TOTAL[name] for name in functions]
    leaves = ("({0})", "({0})", "({0})**3")
    if not bounded:
        return Grammar(leaves, tuple(nodes))
    low = ["({0})**2", "({0})**2 + ({1})**4"]
    low += [TOTAL[n] for n in functions if n not in ("max", "min")]
    low += ["max({0}, ({1})**2)"] if "max" in functions else []
    return Grammar(leaves, tuple(nodes), tuple(low), "({0})**2")


def _convex(functions: tuple[str, ...], bounded: bool) -> Grammar:
    """Give rules for sums, multiples and maxima of convex functions, and squares where none is < 0.

    S. Boyd and L. Vandenberghe, Convex Optimization (2004), section 3.2,
    doi:10.1017/CBO9780511804441.
    """
    leaves = ["({0})**2", "({0})**4", *(CONVEX[name] for name in functions if name in CONVEX)]
    nodes = ["({0} + {1})", "({0} + 2*{1})", "0.5*{0}"]
    nodes += ["max({0}, {1})"] if "max" in functions else []
    nodes += ["({0})**2"] if bounded else []  # of what is not negative
    leaves += [] if bounded else ["({0})"]
    return Grammar(tuple(leaves), tuple(nodes), rest="({0})**2")
