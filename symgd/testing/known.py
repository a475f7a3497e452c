"""Problems whose minima are known by construction, without asking symgd."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..arrays import Array
from ..problem import Problem


@dataclass(frozen=True)
class KnownProblem:
    """A formula, and where its minima are.

    Attributes
    ----------
    expr : str
        The formula f.
    variables : tuple of str
        Its variables, in order.
    points : tuple of tuple of float
        All local minima; each of them is a global one.
    fun : float
        f there.
    curvature : float
        A bound of the curvature of f everywhere: a fixed rate below ``2 / curvature`` lowers f in
        each step of gradient descent. Infinite where there is none.

    Examples
    --------
    >>> from symgd.testing import KnownProblem
    >>> known = KnownProblem("3 + (x - 1)**2", ("x",), ((1.0,),), 3.0, 2.0)
    >>> known.minima, known.problem.fun(1.0)
    (array([[1.]]), 3.0)
    """

    expr: str
    variables: tuple[str, ...]
    points: tuple[tuple[float, ...], ...]
    fun: float
    curvature: float = float("inf")

    @property
    def minima(self) -> Array:
        """All local minima, ``(n_minima, n_vars)``."""
        return np.array(self.points)

    @cached_property
    def problem(self) -> Problem:
        """The formula with its derivatives."""
        return Problem(self.expr, variables=self.variables)

    def nearest(self, x: Array) -> Array:
        """Give the minimum that is nearest to a point ``(n_vars,)``."""
        return np.asarray(self.minima[np.abs(self.minima - x).max(axis=1).argmin()])
