"""Where a formula is defined, sub-expression by sub-expression, as the user wrote it.

SymPy turns ``exp(log(x))`` into ``x``; the conditions recorded while the text is read
still know that it needs ``x > 0``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import sympy
from sympy import S

from .classes import Where
from .functions import Requirement


@dataclass(frozen=True)
class Condition:
    """One thing that must hold for the formula to be defined.

    Parameters
    ----------
    holds : sympy.Expr
        Indicator: 1 where it holds, 0 where it does not, nan where `argument` itself is
        undefined. Conditions stand from the inside out, so the first that is 0 is to blame.
        Inside a branch of ``where`` it is 1 wherever the other branch is taken.
    argument : sympy.Expr
        The expression whose sign or size decides: ``x - 1`` in ``log(x - 1)``.
    text : str
        The sub-expression as the user wrote it: ``"log(x - 1)"``.
    needs : str
        What it needs, in the user's words: ``"x - 1 > 0"``.
    edges : tuple of sympy.Expr
        They are 0 where it ends to hold; none inside a branch of ``where``.
    """

    holds: sympy.Expr
    argument: sympy.Expr
    text: str
    needs: str
    edges: tuple[sympy.Expr, ...]


def condition(
    requirement: Requirement, args: Iterable[tuple[sympy.Expr, str]], text: str
) -> Condition:
    """Record what a sub-expression needs.

    Parameters
    ----------
    requirement : Requirement
        What its function needs.
    args : iterable of (expression, text)
        The arguments of the function.
    text : str
        The sub-expression as the user wrote it.

    Returns
    -------
    Condition
        The requirement for these arguments.
    """
    exprs, texts = zip(*args, strict=True)
    return Condition(
        requirement.holds(*exprs),
        requirement.argument(*exprs),
        text,
        requirement.words.format(*texts),
        requirement.edges(*exprs),
    )


def guarded(conditions: Iterable[Condition], taken: sympy.Expr) -> tuple[Condition, ...]:
    """Ask for conditions only where their branch of ``where`` is taken.

    Parameters
    ----------
    conditions : iterable of Condition
        What the branch needs.
    taken : sympy.Expr
        Indicator of the branch.

    Returns
    -------
    tuple of Condition
        The same conditions, which now hold wherever the branch is not taken.
    """
    return tuple(replace(c, holds=Where(taken, c.holds, S.One), edges=()) for c in conditions)


def distinct(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Keep the first of conditions that ask for the same thing."""
    first: dict[sympy.Expr, Condition] = {}
    for c in conditions:
        first.setdefault(c.holds, c)
    return tuple(first.values())
