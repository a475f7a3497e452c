"""A formula with its derivatives as functions in JavaScript.

What `share` and `SourcePrinter` write for NumPy is JavaScript as well: sums, products and calls of
the functions of the table, which ``numbers.js`` defines. No name in it is the user's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..expression.printing import SourcePrinter, share
from ..problem import Problem


def functions(problem: Problem) -> str:
    """Write f and what the page asks of it.

    Parameters
    ----------
    problem : Problem
        The formula; its parameters are arguments.

    Returns
    -------
    str
        ``values``, ``gradient``, ``hessian`` (the lower triangle, row by row) and ``conditions``
        (1 for each that holds): functions of two arrays, the point and the parameters.

    Examples
    --------
    >>> functions(Problem("x**2")).splitlines()[2].strip()
    'return [v0*v0];'
    """
    formula = problem.symbolic
    parts = {
        "values": [formula.expr],
        "gradient": formula.gradient,
        "hessian": formula.triangle,
        "conditions": [condition.holds for condition in formula.domain],
    }
    return "\n".join(_function(problem, name, exprs) for name, exprs in parts.items())


def _function(problem: Problem, name: str, exprs: Sequence[Any]) -> str:
    formula, printer = problem.symbolic, SourcePrinter()
    assignments, outputs = share(formula.renamed(exprs))
    names = [(f"v{i}", f"x[{i}]") for i in range(len(formula.variables))]
    names += [(f"p{i}", f"p[{i}]") for i in range(len(formula.params))]
    names += [(symbol.name, printer.doprint(expr)) for symbol, expr in assignments]
    lines = [f"    const {name} = {value};" for name, value in names]
    results = ", ".join(printer.doprint(expr) for expr in outputs)
    return "\n".join([f"function {name}(x, p) {{", *lines, f"    return [{results}];", "}"])
