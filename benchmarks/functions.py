"""The functions that are measured, each with starts and a rate whose runs stay finite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Function:
    """A formula, the box of its starts, and a fixed rate.

    The rate is so small that no run arrives within 1000 steps: an exact zero of the gradient
    would let symgd stop early, and the others would do more work.
    """

    name: str
    expr: str
    variables: tuple[str, ...]
    box: tuple[float, float]
    lr: float

    @cached_property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The unknowns."""
        return tuple(sympy.Symbol(name) for name in self.variables)

    @cached_property
    def symbolic(self) -> sympy.Expr:
        """What SymPy's own reader makes of the formula."""
        return sympy.sympify(self.expr, locals={"e": sympy.E})

    @cached_property
    def gradient(self) -> list[sympy.Expr]:
        """Its first derivatives, by SymPy."""
        return [self.symbolic.diff(symbol) for symbol in self.symbols]

    def starts(self, count: int) -> Array:
        """Draw points from the box, ``(count, n_vars)``; the same ones every time."""
        shape = (count, len(self.variables))
        return np.random.default_rng(0).uniform(*self.box, shape)


def callables(function: Function, modules: Any) -> tuple[Any, Any]:
    """Lambdify f and its gradient."""
    return tuple(
        sympy.lambdify(function.symbols, outcome, modules=modules, cse=True)
        for outcome in (function.symbolic, function.gradient)
    )


COSINE = Function("cos(2 pi x) + x^2", "cos(2*pi*x) + x**2", ("x",), (-3, 3), 1e-4)
RASTRIGIN = Function(
    "Rastrigin-2",
    "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)", ("x", "y"), (-5.12, 5.12), 1e-5,
)  # fmt: skip
SEVEN = (
    COSINE,
    Function("sin(x) exp(-x^2/20)", "sin(x)*exp(-x**2/20)", ("x",), (-6, 6), 1e-2),
    Function("cubic", "x**3 - 6*x**2 + 11*x - 6", ("x",), (1.5, 5), 1e-3),
    Function("Rosenbrock-2", "(1 - x)**2 + 100*(y - x**2)**2", ("x", "y"), (-2, 2), 1e-4),
    Function(
        "Himmelblau", "(x**2 + y - 11)**2 + (x + y**2 - 7)**2", ("x", "y"), (-5, 5), 1e-4,
    ),
    RASTRIGIN,
    Function(
        "Ackley-2",
        "20 + e - 20*exp(-0.2*sqrt((x**2 + y**2)/2)) - exp((cos(2*pi*x) + cos(2*pi*y))/2)",
        ("x", "y"), (-5, 5), 1e-4,
    ),
)  # fmt: skip
