"""The published problems. What f is, for the judge, is read by SymPy's own reader."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
import sympy

import symgd

Array = npt.NDArray[np.float64]
Values = Callable[[Array], Array]  # points (n, n_vars) to values (n,)

_FILE = Path(__file__).parents[2] / "tests" / "data" / "problems.json"


@dataclass(frozen=True)
class Task:
    """A formula, the box it is to be minimized in, and what is known about it.

    Attributes
    ----------
    name, expr : str
        What it is called, and f.
    variables : tuple of str
        Order of the unknowns.
    lower, upper : ndarray
        The box, shape ``(n_vars,)``.
    fun : float
        Lowest value of f in the box.
    best : ndarray
        Points with that value, shape ``(k, n_vars)``.
    smooth : bool
        Whether f has two derivatives everywhere that matters.
    group : str
        The set it belongs to.
    bounded : bool
        Whether the box is a bound of the problem, and not only where starts lie.
    """

    name: str
    expr: str
    variables: tuple[str, ...]
    lower: Array
    upper: Array
    fun: float
    best: Array
    smooth: bool
    group: str = "published"
    bounded: bool = True

    @property
    def width(self) -> Array:
        """Sides of the box."""
        return self.upper - self.lower

    @property
    def bounds(self) -> list[tuple[float, float]] | None:
        """The box as `minimize` takes it; None where it is no bound."""
        if not self.bounded:
            return None
        return list(zip(self.lower.tolist(), self.upper.tolist(), strict=True))

    def rng(self, purpose: str) -> np.random.Generator:
        """Give random numbers that depend on nothing but the problem's name and their purpose."""
        return np.random.default_rng(zlib.crc32(f"{self.name} {purpose}".encode()))

    def uniform(self, count: int, purpose: str) -> Array:
        """Draw points from the box."""
        shape = (count, len(self.lower))
        return self.rng(purpose).uniform(self.lower, self.upper, shape)

    def inside(self, points: Array, margin: float = 0.0) -> npt.NDArray[np.bool_]:
        """Tell which points lie in the box, as far from its sides as a share of its width."""
        gap = margin * self.width
        within = (points >= self.lower + gap) & (points <= self.upper - gap)
        return np.asarray(within.all(axis=1))

    @cached_property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        """The unknowns."""
        return tuple(sympy.Symbol(name, real=True) for name in self.variables)

    @cached_property
    def symbolic(self) -> sympy.Expr:
        """What SymPy makes of the formula."""
        return sympy.sympify(self.expr, locals=dict(zip(self.variables, self.symbols, strict=True)))

    @cached_property
    def values(self) -> Values:
        """Evaluate f in double precision."""
        function = self._lambdified("numpy")

        def values(points: Array) -> Array:
            with np.errstate(all="ignore"):
                return np.asarray(np.zeros(len(points)) + function(*points.T))

        return values

    @cached_property
    def exact(self) -> Callable[[Array, int], Any]:
        """Evaluate f with many digits: an array of mpmath's numbers, nan where undefined."""
        function = self._lambdified("mpmath")

        def value(point: Array) -> mpmath.mpf:
            try:
                outcome = function(*map(mpmath.mpf, point.tolist()))
            except (ZeroDivisionError, ValueError, OverflowError):
                return mpmath.nan
            return mpmath.nan if isinstance(outcome, mpmath.mpc) else outcome

        def values(points: Array, digits: int) -> Any:
            with mpmath.workdps(digits):
                return np.array([value(point) for point in points], dtype=object)

        return values

    def _lambdified(self, modules: str) -> Callable[..., Any]:
        function: Callable[..., Any] = sympy.lambdify(
            self.symbols, self.symbolic, modules, cse=True
        )
        return function

    @cached_property
    def problem(self) -> symgd.Problem:
        """The same as symgd reads it, with the derivatives that all contestants are given."""
        return symgd.Problem(self.expr, variables=self.variables)


def tasks(file: Path = _FILE) -> list[Task]:
    """Read all problems."""
    return [
        Task(
            name=row["name"],
            expr=row["expr"],
            variables=tuple(row["vars"]),
            lower=np.array(row["bounds"])[:, 0],
            upper=np.array(row["bounds"])[:, 1],
            fun=row["fglob"],
            best=np.atleast_2d(np.array(row["xglob"], dtype=float)),
            smooth=row["class"] == "smooth",
        )
        for row in json.loads(file.read_text())
    ]


def task(name: str) -> Task:
    """Give one problem."""
    return next(each for each in tasks() if each.name == name)
