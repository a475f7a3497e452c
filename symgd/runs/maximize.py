"""`maximize`: `minimize` of -f, with the words and the values of f turned back."""

from __future__ import annotations

import inspect
from typing import Any

from ..given.named import PLACES
from ..given.names import check_keywords
from ..given.options import read_problem
from ..given.types import Points
from ..problem import Problem, Source
from ..results.maximized import Maximized, climbing, negative, turned_back
from .minimize import minimize

_TAKEN = tuple(inspect.signature(minimize).parameters)[2:]


def maximize(expr: Source | Problem, x0: Points | None = None, **arguments: Any) -> Maximized:
    """Maximize a formula by gradient ascent, which is descent on -f, from one or many starts.

    Parameters
    ----------
    expr : str, sympy.Expr or Problem
        The formula f.
    x0 : array_like, mapping or DataFrame, optional
        One start or many, as in `minimize`.
    **arguments
        As in `minimize`.

    Returns
    -------
    Maximized
        A `Result` in which values are those of f, and texts speak of maxima.

    Raises
    ------
    ExpressionError
        If the formula cannot be read.
    ConfigurationError
        If any other argument is wrong.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.maximize("sin(x)*exp(-x**2/20)", x0=1)
    >>> r.x.round(4), round(r.fun, 3), r.success
    (array([1.4289]), 0.894, True)
    """
    check_keywords("maximize", arguments, _TAKEN, PLACES)
    problem = read_problem(expr, arguments.pop("variables", None), arguments.pop("params", None))
    with turned_back():
        return Maximized.of(minimize(negative(problem), x0, **climbing(arguments)))
