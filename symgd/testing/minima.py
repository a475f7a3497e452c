"""`assert_minimum`: whether a point is a verified local minimum of a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..given.types import Number, Pairs, Points
from ..problem import Problem, Source
from ..runs.judge import judge
from .words import failure, place


def assert_minimum(
    expr: Source | Problem,
    x: Points,
    *,
    bounds: Pairs | None = None,
    variables: Sequence[str] | None = None,
    params: Mapping[str, Number] | None = None,
) -> None:
    """Check that points are local minima of f, as `symgd.judge` sees it.

    Parameters
    ----------
    expr : str, sympy.Expr or Problem
        The formula f.
    x : array_like, mapping or DataFrame
        One point or several, as `symgd.minimize` takes `x0`.
    bounds, variables, params : optional
        As `symgd.judge` takes them.

    Raises
    ------
    AssertionError
        If one of them is none; it tells the formula, the point, and what is lower.
    ExpressionError, ConfigurationError
        If an argument is wrong.

    Examples
    --------
    >>> from symgd.testing import assert_minimum
    >>> assert_minimum("cos(2*pi*x) + x**2", 0.4758024510242211)
    >>> assert_minimum("x**3", 0)
    Traceback (most recent call last):
    AssertionError: the point is no local minimum
      formula:  x**3
      expected: a local minimum at x = 0
      found:    the point is an inflection point: x = 0, f = 0 (f'' = 0); the gradient there is 0; go on beside it
    """  # noqa: E501
    result = judge(expr, x, bounds=bounds, variables=variables, params=params)
    for point in result.runs.x[~result.runs.success]:
        verdict = judge(result.problem, point, bounds=bounds)
        raise failure(
            "the point is no local minimum",
            formula=result.problem.text,
            expected=f"a local minimum at {place(result.problem.names, point)}",
            found=f"the point {verdict.message}",
        )
