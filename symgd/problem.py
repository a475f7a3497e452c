"""`Problem`: a formula with its exact gradient and Hessian, and their NumPy callables."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt
import sympy
from sympy.core.cache import clear_cache

from .arrays import Array, Frozen, Mask, Whole
from .enclosure.curvature import Curvature, largest_curvature
from .enclosure.tape import Tape
from .errors import ConfigurationError, ExpressionError
from .expression.calculus import (
    Known,
    degrees,
    derivative_bound,
    derivatives,
    derivatives_bound,
    upwards,
)
from .expression.catalogue import names
from .expression.domain import Condition
from .expression.edges import (
    Edge,
    Shared,
    closed_edges,
    continued,
    other_edges,
    shared_edges,
)
from .expression.evaluator import Evaluator
from .expression.functions import numpy_functions, own
from .expression.guards import Guards, guards, kinks_of
from .expression.parse import Limits, read
from .expression.printing import SourcePrinter, instructions, operations, share
from .expression.typeset import formula, mathml, shown
from .files import replacing
from .given.boxes import read_box
from .given.names import known_keywords, read_names, unknown_name
from .given.numbers import read_number
from .given.types import Count, Number, Pairs, Points
from .memos import memo, on_forget
from .precise.jumps import JUMPING, Jumps, has_jumps
from .precise.program import Precise
from .watch import during

if TYPE_CHECKING:
    from .engine.callables import Jitted
    from .explorer.page import Page

Source: TypeAlias = str | sympy.Expr
on_forget(clear_cache)

_PROBES = 4096  # points: differences are taken of so many at once

_FUNCTIONS = f"""
    Notes
    -----
    A formula may hold::

{textwrap.indent(names(), "        ")}
    """  # the rest of the docstring of `Problem`
_SMALL_HESSIAN = 1500  # operations up to which the Hessian is made in no time
_LARGE_HESSIAN = 15_000  # operations beyond which the Hessian is made by differences


class Symbolic:
    """What a formula is, whatever the values of its parameters: made once, then shared.

    Attributes
    ----------
    text : str
        The formula as the user wrote it.
    expr : sympy.Expr
        f.
    variables, params : tuple of sympy.Symbol
        Its names, in the order in which compiled code takes them.
    domain : tuple of Condition
        Where the text is defined.
    """

    def __init__(
        self, expr: Source, variables: Sequence[str] | None, params: Sequence[str]
    ) -> None:
        formula = read(expr, variables=variables, params=params)
        self._key = expr, variables, params
        self.text: str = formula.text
        self.expr: sympy.Expr = formula.expr
        self.variables: tuple[sympy.Symbol, ...] = formula.variables
        self.params: tuple[sympy.Symbol, ...] = formula.params
        self.domain: tuple[Condition, ...] = formula.domain

    @cached_property
    @during("differentiating")
    def gradient(self) -> tuple[sympy.Expr, ...]:
        """First derivatives, one for each variable."""
        limits = Limits()
        if derivative_bound(self.expr) > 10 * limits.operations:
            raise ExpressionError(_TOO_LARGE.format(limits.operations, "operations"), self.text)
        gradient = tuple(map(own, derivatives(self.expr, self.variables)))
        for count, what in ((operations, "operations"), (instructions, "instructions")):
            if count([self.expr, *gradient]) > getattr(limits, what):
                limit = _TOO_LARGE.format(getattr(limits, what), what)
                raise ExpressionError(limit, self.text)
        return gradient

    @cached_property
    @during("differentiating")
    def hessian(self) -> sympy.ImmutableDenseMatrix:
        """Second derivatives, made when first asked for."""
        n = len(self.variables)
        lower = dict(zip(_triangle(n), self._second_derivatives(self.gradient), strict=True))
        return sympy.ImmutableDenseMatrix(n, n, lambda i, j: lower[max(i, j), min(i, j)])

    @property
    def source(self) -> Source:
        """The formula as it was given."""
        return self._key[0]

    @property
    def triangle(self) -> list[sympy.Expr]:
        """The lower triangle of the Hessian, row by row."""
        return [self.hessian[place] for place in _triangle(len(self.variables))]

    def _second_derivatives(self, gradient: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        """Give the lower triangle of the Hessian, row by row."""
        known: Known = {}
        lower = (derivatives(g, self.variables[:i], known) for i, g in enumerate(gradient, 1))
        return [own(entry) for row in lower for entry in row]

    @cached_property
    def fun(self) -> Evaluator:
        """f for NumPy."""
        return self.compile([self.expr])

    @cached_property
    def grad(self) -> Evaluator:
        """The gradient for NumPy."""
        return self.compile(self.gradient)

    @cached_property
    def hess(self) -> Evaluator | None:
        """The lower triangle of the Hessian for NumPy; None where it would be too large."""
        if self.large_hessian:
            return None
        return self.compile(self.triangle)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the variables, in order."""
        return tuple(v.name for v in self.variables)

    @property
    def hessian_at_hand(self) -> bool:
        """Whether the second derivatives are there, or made within a tenth of a second."""
        return "hess" in vars(self) or self.small_hessian

    @property
    def small_hessian(self) -> bool:
        """Whether the second derivatives are made within a tenth of a second."""
        return self.hessian_size <= _SMALL_HESSIAN

    @property
    def large_hessian(self) -> bool:
        """Whether the second derivatives are too large to be written out."""
        return self.hessian_size > _LARGE_HESSIAN

    @cached_property
    def hessian_size(self) -> int:
        """A bound on the operations in the second derivatives, before they are made."""
        return sum(derivatives_bound(g, self.variables) for g in self.gradient)

    @cached_property
    def tape(self) -> Tape:
        """Interval operations for the lower triangle of the Hessian, f, and `domain`.

        SymPy rounds when it multiplies decimal numbers, so here they are names, and exact.
        """
        if self.large_hessian:
            raise ExpressionError("the Hessian is too large to enclose its values", self.text)
        decimals = {number: sympy.Dummy(real=True) for number in self.expr.atoms(sympy.Float)}
        expr = self.expr.xreplace(decimals)
        gradient = [*map(own, derivatives(expr, self.variables))]
        exprs = [*self._second_derivatives(gradient), expr, *(c.holds for c in self.domain)]
        names = (*self.variables, *self.params)
        return Tape(exprs, names, {name: number for number, name in decimals.items()})

    @cached_property
    def precise(self) -> Precise:
        """f, its gradient and the lower triangle of its Hessian with any number of digits."""
        return Precise.of(self.expr, self.variables, self.params)

    @cached_property
    def holds(self) -> Evaluator:
        """Indicators of the conditions of `domain`, for NumPy."""
        return self.compile([c.holds for c in self.domain])

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Edges of the domain that belong to it, each a value of one variable."""
        return closed_edges(self.domain, self.variables)

    @cached_property
    def curves(self) -> tuple[Shared, ...]:
        """Edges of the domain that belong to it, and concern several variables."""
        return shared_edges(self.expr, self.domain, self.variables)

    @cached_property
    def shared_edges(self) -> tuple[Evaluator, ...]:
        """For edges of several variables what is 0 there, f along them, and both's slopes."""
        exprs = [(e.zero, e.along) for e in self.curves]
        own_ones = [[*map(own, pair)] for pair in exprs]
        return tuple(
            self.compile([e for f in pair for e in (f, *map(own, derivatives(f, self.variables)))])
            for pair in own_ones
        )

    @cached_property
    def continued(self) -> Symbolic:
        """f continued beyond edges that are no values of a variable; itself without these."""
        other = other_edges(self.domain, self.variables)
        whole = continued(self.expr) if other else self.expr
        names = self.names, tuple(p.name for p in self.params)
        return self if whole == self.expr else Symbolic(whole, *names)

    @cached_property
    def jumps(self) -> Jumps | None:
        """Where f jumps, for any number of digits; None where nothing in it does."""
        found = Jumps.of(self.expr, self.variables, self.params) if has_jumps(self.expr) else None
        return found if found is not None and found.nodes else None

    @cached_property
    def jump_levels(self) -> Evaluator:
        """Expressions whose signs, or fractional parts, tell on which sides of jumps points are."""
        return self.compile([own(level) for level in self.jumps.levels] if self.jumps else [])

    @cached_property
    def jumping(self) -> Evaluator:
        """The parts of f that jump, for NumPy."""
        return self.compile([own(node) for node in self.jumps.nodes] if self.jumps else [])

    @cached_property
    def continuous_kinks(self) -> Evaluator:
        """Expressions at whose zeros f has a kink that is no jump."""
        return self.compile(kinks_of(self.expr, JUMPING))

    @cached_property
    def kinks(self) -> Evaluator:
        """Expressions at whose zeros f has a kink or a jump, for NumPy."""
        return self.compile(kinks_of(self.expr))

    @cached_property
    def curved_kinks(self) -> Mask:
        """Which of the kinks are not known to be straight, ``(n_kinks,)``."""
        return np.array(degrees(kinks_of(self.expr), self.variables)) > 1

    @cached_property
    def guards(self) -> Guards:
        """What a step must not cross."""
        return guards(self.expr, self.variables, self.params, self.domain, self.fun)

    @cached_property
    def watched(self) -> Evaluator:
        """The numbers of `guards` that there are, for NumPy."""
        return self.compile(self.guards.there)

    @cached_property
    def bend(self) -> sympy.Expr:
        r"""The curvature of f along its gradient, :math:`g^T H g`."""
        pairs = zip(_triangle(len(self.variables)), self.triangle, strict=True)
        g = self.gradient
        return sympy.Add(*[(1 + (i != j)) * g[i] * g[j] * entry for (i, j), entry in pairs])

    @cached_property
    def bent(self) -> Evaluator:
        """That curvature, for NumPy."""
        return self.compile([self.bend])

    def compile(self, exprs: Sequence[sympy.Expr], more: Sequence[sympy.Symbol] = ()) -> Evaluator:
        """Lambdify expressions in the variables and parameters for NumPy.

        Parameters
        ----------
        exprs : sequence of sympy.Expr
            What to evaluate.
        more : sequence of sympy.Dummy, optional
            Further arguments, behind the parameters.

        Returns
        -------
        callable
            Takes one array a variable and one value a parameter, gives a list of arrays.
        """
        further = [sympy.Symbol(f"w{i}", real=True) for i in range(len(more))]
        self._renamed.update(zip(more, further, strict=True))
        shared = share(self.renamed(exprs))
        function = sympy.lambdify(
            (*self._ours, *further),
            shared[1],  # not `exprs`: SymPy goes through a shared part every time
            modules=[numpy_functions()],
            printer=SourcePrinter(),
            cse=lambda _: shared,
        )
        return Evaluator.lambdified(function)

    def renamed(self, exprs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        """Give expressions in which no name is the user's: `v0`, `v1`, ..., `p0`, ..."""
        done = self._renamed
        for node in upwards(exprs):
            if node not in done:
                args = tuple(done[a] for a in node.args)
                done[node] = node if args == node.args else node.func(*args)
        return [done[e] for e in exprs]

    @cached_property
    def _renamed(self) -> dict[sympy.Expr, sympy.Expr]:
        """What has been renamed: SymPy takes long to compare large expressions that are equal."""
        return dict(zip((*self.variables, *self.params), self._ours, strict=True))

    @cached_property
    def _ours(self) -> tuple[sympy.Symbol, ...]:
        names = [f"v{i}" for i in range(len(self.variables))]
        names += [f"p{i}" for i in range(len(self.params))]
        return tuple(sympy.Symbol(name, real=True) for name in names)

    def __deepcopy__(self, _: object) -> Symbolic:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        mine = {name: value for name, value in vars(self).items() if value is not self}
        found = {name: value for name, value in mine.items() if name != "_renamed"}
        return _restored, (self._key, found)


_ALIVE: WeakValueDictionary[Any, Symbolic] = WeakValueDictionary()


@memo
@during("reading the formula")
def _symbolic(expr: Source, variables: tuple[str, ...] | None, params: tuple[str, ...]) -> Symbolic:
    key = expr, variables, params
    return _ALIVE.get(key) or _ALIVE.setdefault(key, Symbolic(*key))


def _restored(key: Any, found: dict[str, Any]) -> Symbolic:
    """Give the formula with this key, and what had been found about it when it was pickled."""
    symbolic = _ALIVE.setdefault(key, Symbolic.__new__(Symbolic))
    vars(symbolic).update({**found, **vars(symbolic)})
    return symbolic


class Problem:
    """A scalar function of real variables, read from a formula.

    Parameters
    ----------
    expr : str or sympy.Expr
        The formula.
    variables : sequence of str, optional
        Order of the unknowns; by default natural order (``x2`` before ``x10``).
    params : mapping of str to float, optional
        Names with fixed values. The values are arguments of the compiled code.

    Raises
    ------
    ExpressionError
        If the formula cannot be read.
    ConfigurationError
        If `variables` or `params` do not fit the formula.

    Examples
    --------
    >>> p = Problem("a*x**2 + y**2", params={"a": 3})
    >>> p.variables
    (x, y)
    >>> p.gradient
    (2*a*x, 2*y)
    >>> p.fun([1.0, 2.0])
    7.0
    >>> p.grad([[1.0, 2.0], [0.0, 1.0]])
    array([[6., 4.],
           [0., 2.]])
    """

    @known_keywords
    def __init__(
        self,
        expr: Source,
        variables: Sequence[str] | None = None,
        params: Mapping[str, Number] | None = None,
    ) -> None:
        if not isinstance(expr, Source):
            raise ExpressionError("a formula is a string or a SymPy expression")
        values = checked_params(params)
        self.symbolic = _symbolic(expr, read_names(variables), tuple(sorted(values)))
        self.params: Mapping[str, Any] = Frozen(values)
        self._differing: tuple[str, ...] = ()  # parameters that differ between runs

    def __repr__(self) -> str:
        extra = f", params={dict(self.params)}" if self.params else ""
        return f"Problem({self.text!r}{extra})"

    def _repr_html_(self) -> str:
        return shown(self.markup, self.text, self.params)

    def _repr_latex_(self) -> str:
        names = ", ".join(sympy.latex(v) for v in self.variables)
        return f"$\\displaystyle f({names}) = {sympy.latex(self.expr)}$"

    @property
    def mathml(self) -> str:
        """``f(x) = ...`` as MathML, with spaces where a line may break."""
        return mathml(self.expr, self.variables)

    @property
    def markup(self) -> str:
        """The formula in HTML: typeset, or its text where a term is too long for a line."""
        return formula(self.mathml, self.text)

    def with_params(self, params: Mapping[str, Number]) -> Problem:
        """Give the same problem with other values of its parameters.

        Parameters
        ----------
        params : mapping of str to float
            New values; parameters that are not named keep theirs.

        Returns
        -------
        Problem
            A problem that shares everything symbolic and compiled with this one.
        """
        values = checked_params(params)
        for name in values:
            if name not in self.params:
                raise unknown_name("params", name, name, sorted(self.params))
        return self.over(values)

    def over(self, columns: Mapping[str, Any]) -> Problem:
        """Give the same formula for several runs, each with its own values of some parameters.

        Parameters
        ----------
        columns : mapping of str to ndarray
            Values of parameters, ``(n_runs,)``.

        Returns
        -------
        Problem
            It is evaluated at one point a run, or at several times as many, run by run each time.
        """
        other = copy(self)
        other.params = Frozen({**self.params, **columns})
        other._differing = tuple(n for n, v in other.params.items() if isinstance(v, np.ndarray))
        return other

    @property
    def continued(self) -> Problem:
        """f continued beyond edges of its domain that are no values of a variable."""
        other = copy(self)
        other.symbolic = self.symbolic.continued
        return other

    def at(self, variable: int, value: float) -> Problem:
        """Give f in all variables but one, which becomes a parameter with a fixed value.

        Parameters
        ----------
        variable : int
            Its index.
        value : float
            What it is.

        Returns
        -------
        Problem
            f is not differentiated by that variable.

        Examples
        --------
        >>> Problem("sqrt(y) + x**2").at(1, 0.0).grad([3.0])
        array([6.])
        """
        names = [*self.names]
        fixed = names.pop(variable)
        source = self.symbolic.source
        single = {name: float(np.ravel(v)[0]) for name, v in self.params.items()}
        other = Problem(source, variables=names, params={**single, fixed: value})
        # Python's own numbers raise an error where NumPy's are infinite.
        scalars = {name: np.float64(v) for name, v in other.params.items()}
        return other.over({**scalars, **{name: self.params[name] for name in self._differing}})

    def of(self, rows: Any) -> Problem:
        """Give the problem of some runs; the same one where no parameter differs between runs."""
        if not self._differing:
            return self
        return self.over({n: _few(self.params[n][rows]) for n in self._differing})

    @property
    def cases(self) -> Whole | None:
        """A number for each run, the same where all parameters are; None where none differs."""
        numbers: Whole | None = None
        for name in self._differing:
            values, places = np.unique(self.params[name], return_inverse=True)
            numbers = places if numbers is None else numbers * len(values) + places
        return numbers

    @property
    def text(self) -> str:
        """The formula as the user wrote it."""
        return self.symbolic.text

    @property
    def expr(self) -> sympy.Expr:
        """f as a SymPy expression."""
        return self.symbolic.expr

    @property
    def variables(self) -> tuple[sympy.Symbol, ...]:
        """The unknowns, in order."""
        return self.symbolic.variables

    @property
    def domain(self) -> tuple[Condition, ...]:
        """Conditions under which the formula is defined."""
        return self.symbolic.domain

    @property
    def gradient(self) -> tuple[sympy.Expr, ...]:
        """First derivatives, one for each variable."""
        return self.symbolic.gradient

    @property
    def hessian(self) -> sympy.ImmutableDenseMatrix:
        """Second derivatives, ``(n_vars, n_vars)``, made when first asked for."""
        return self.symbolic.hessian

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables, in order."""
        return self.symbolic.names

    @property
    def param_values(self) -> tuple[Any, ...]:
        """Values of the parameters, in the order in which compiled code takes them."""
        names = self.symbolic.params
        return tuple(self.params[s.name] for s in names) if names else ()

    @property
    def param_rows(self) -> Array:
        """The same as ``(n_params, n_runs)``, or ``(n_params, 1)`` where no parameter differs."""
        columns = np.broadcast_arrays(*map(np.atleast_1d, self.param_values))
        return np.stack(columns) if columns else np.empty((0, 1))

    def param_columns(self, count: int) -> Sequence[Any]:
        """Give the same for so many points, where several belong to each run in turn."""
        values = self.param_values
        if not self._differing:
            return values
        return [_in_turn(v, count) if isinstance(v, np.ndarray) else v for v in values]

    def fun(self, x: npt.ArrayLike) -> Any:
        """Evaluate f.

        Parameters
        ----------
        x : array_like
            Points, shape ``(..., n_vars)``. One variable: also a number, or numbers ``(n,)``.

        Returns
        -------
        float or ndarray
            Values, shape ``(...)``; for numbers in their shape; nan where f is not defined.

        Examples
        --------
        >>> Problem("x*y").fun([[1.0, 2.0], [3.0, 4.0]])
        array([ 2., 12.])
        >>> p = Problem("x**2")
        >>> p.fun(3.0), p.fun([3.0, 4.0]), p.fun([[3.0], [4.0]])
        (9.0, array([ 9., 16.]), array([ 9., 16.]))
        """
        points, shape, _ = self._points(x)
        return _shaped(self.values(points), shape)

    def grad(self, x: npt.ArrayLike) -> Any:
        """Evaluate the gradient.

        Parameters
        ----------
        x : array_like
            Points, as in `fun`.

        Returns
        -------
        float or ndarray
            Gradients, in the shape of `x`.

        Examples
        --------
        >>> Problem("x*y").grad([1.0, 2.0])
        array([2., 1.])
        >>> p = Problem("x**2")
        >>> p.grad(3.0), p.grad([3.0, 4.0]), p.grad([[3.0], [4.0]]).shape
        (6.0, array([6., 8.]), (2, 1))
        """
        points, shape, entries = self._points(x)
        return _shaped(self.gradients(points), shape + entries)

    def hess(self, x: npt.ArrayLike) -> Any:
        """Evaluate the Hessian.

        Parameters
        ----------
        x : array_like
            Points, as in `fun`.

        Returns
        -------
        float or ndarray
            Hessians, shape ``(..., n_vars, n_vars)``; second derivatives in the shape of `x` where
            that holds numbers.

        Examples
        --------
        >>> Problem("x*y").hess([1.0, 2.0])
        array([[0., 1.],
               [1., 0.]])
        >>> p = Problem("x**2")
        >>> p.hess(3.0), p.hess([3.0, 4.0]), p.hess([[3.0], [4.0]]).shape
        (2.0, array([2., 2.]), (2, 1, 1))
        """
        points, shape, entries = self._points(x)
        return _shaped(self.hessians(points), shape + 2 * entries)

    def curvature(self, box: Pairs | None = None) -> Curvature:
        r"""Bound the largest curvature of f over a box: rates below ``2 / upper`` lower f there.

        The bounds are proven: by interval arithmetic, rounded outward, on the Hessian, over
        smaller and smaller boxes, until they lie within 1 % of each other or a limit is reached.

        Parameters
        ----------
        box : (lo, hi), one pair a variable, or mapping of names to pairs, optional
            Sides of the box; None or an infinity for an open side. By default, everywhere.

        Returns
        -------
        Curvature
            Its bounds ``upper`` and ``lower``, and the rate ``lr_safe``, with the theorem.

        Raises
        ------
        ConfigurationError
            If `box` is no box.
        ExpressionError
            If the Hessian is too large.

        Examples
        --------
        >>> bounds = Problem("cos(2*pi*x) + x**2").curvature((-2, 2))
        >>> round(bounds.upper, 9), round(bounds.lower, 9)  # 4*pi**2 + 2
        (41.478417604, 41.478417604)
        >>> round(bounds.lr_safe, 9)
        0.048217847
        >>> Problem("abs(x)").curvature((-1, 1)).upper  # a kink
        inf
        """
        lower, upper = read_box("box", box, self.names, closed=False)
        operations = 1 + len(self.symbolic.tape)
        return largest_curvature(self._enclosed_hessians, lower, upper, operations)

    def _enclosed_hessians(self, boxes: Array) -> Array:
        """Enclose the Hessian over boxes ``(2, n_vars, m)``; nan where f may not be smooth."""
        n = len(self.variables)
        inputs = [*boxes.swapaxes(0, 1), *(np.full((2, 1), v) for v in self.param_values)]
        enclosed = self.symbolic.tape(inputs)
        entries = len(_triangle(n))
        smooth = ~np.isnan(enclosed[entries]).any(axis=0)
        for holds in enclosed[entries + 1 :]:
            smooth = smooth & (holds[0] == 1)
        hessians = np.empty((2, boxes.shape[2], n, n))
        for (i, j), entry in zip(_triangle(n), enclosed, strict=False):
            hessians[:, :, i, j] = hessians[:, :, j, i] = np.where(smooth, entry, np.nan)
        return hessians

    def as_scipy(self) -> dict[str, Callable[[Array], Any]]:
        """Give the keyword arguments ``fun``, ``jac``, ``hess`` of `scipy.optimize.minimize`.

        Returns
        -------
        dict
            Callables of one point, shape ``(n_vars,)``.

        Examples
        --------
        >>> from scipy.optimize import minimize
        >>> p = Problem("(x - 1)**2 + y**2")
        >>> minimize(**p.as_scipy(), x0=[0.0, 1.0], method="trust-exact").x.round(6)
        array([1., 0.])
        """
        return {
            "fun": self.value_at,
            "jac": lambda x: self.gradients(np.atleast_2d(x))[0],
            "hess": lambda x: self.hessians(np.atleast_2d(x))[0],
        }

    def numba(self) -> Jitted:
        """Give f, its gradient and its Hessian as functions that code compiled by Numba can call.

        They compute with the elementary functions of the kernels, rounded as on paper, and agree
        with `fun`, `grad` and `hess` but for rounding. Parameters keep the values they have now.

        Returns
        -------
        Jitted
            Its ``fun``, ``grad`` and ``hess`` take one point: an array ``(n_vars,)``, or a number
            where there is one variable. Each is compiled when first called.

        Examples
        --------
        >>> from numba import njit
        >>> f = Problem("(x - 1)**2 + exp(y)").numba()
        >>> @njit
        ... def moved(x, lr):
        ...     return x - lr * f.grad(x)
        >>> moved(np.array([3.0, 0.0]), 0.25)
        array([ 2.  , -0.25])
        >>> f.fun(np.array([1.0, 0.0])), f.hess(np.array([1.0, 0.0])).tolist()
        (1.0, [[2.0, 0.0], [0.0, 1.0]])
        """
        from .engine.callables import jitted  # imports Numba

        symbolic = self.symbolic
        hessian = None if symbolic.hess is None else symbolic.hess.source
        params = tuple(map(float, self.param_values))
        n = len(self.variables)
        return jitted(symbolic.fun.source, symbolic.grad.source, hessian, params, n)

    def export(self, path: str | os.PathLike[str]) -> None:
        """Write the loop of gradient descent at a fixed rate as a file in C.

        It needs ``math.h`` only, and its comment says how it is compiled. ``descend`` in it goes
        from a batch of points to the ends that `symgd.minimize` reaches with the same `lr` and
        `epochs`, bit by bit for most formulas; for all of them but for rounding, as long as no
        sine or cosine is of more than ``2**40``. There are no bounds, and parameters become
        constants.

        Parameters
        ----------
        path : str or path
            A name that ends with ``.c``.

        Raises
        ------
        ConfigurationError
            If `path` is no such name.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> file = Path(tempfile.mkdtemp(), "descent.c")
        >>> Problem("cos(2*pi*x) + x**2").export(file)
        >>> [line for line in file.read_text().splitlines() if line.startswith("void")][0]
        'void descend(double *x, long runs, double lr, long epochs, double tol, long *steps);'
        """
        from .engine.export import program

        if not isinstance(path, str | os.PathLike) or Path(path).suffix != ".c":
            raise ConfigurationError("path", path, "a name that ends with .c")
        text = program(self)
        with replacing(path) as file:
            file.write(text.encode())

    @known_keywords
    def explore(
        self,
        x0: Points | None = None,
        *,
        lr: Number | None = None,
        epochs: Count = 100,
        method: str = "gd",
        start_box: Pairs | None = None,
    ) -> Page:
        """Make a page on which start, rate and parameters are moved by hand.

        It shows the path of a run of fixed steps, and tells its verdict in the words of symgd where
        the exact second derivatives decide it. It needs no network: a browser computes everything.

        Parameters
        ----------
        x0 : array_like, optional
            Where the run starts at first, one point.
        lr : float, optional
            Its rate at first; by default one that suits the curvature of f in `start_box`.
        epochs : int
            How many steps it takes at first.
        method : str
            Its method at first: ``gd``, ``momentum``, ``nesterov`` or ``adam``.
        start_box : (lo, hi), one pair a variable, or mapping of names to pairs, optional
            What the pictures show at first; by default -3 to 3 in each variable.

        Returns
        -------
        Page
            A notebook shows it, and its `save` writes it to a file.

        Raises
        ------
        ConfigurationError
            If there are more than two variables, or an argument is wrong.
        ExpressionError
            If the formula is so large that the page would be, too.

        Examples
        --------
        >>> page = Problem("cos(2*pi*x) + x**2").explore(x0=0, start_box=(-2, 2))
        >>> page.html.count("<script"), "://" in page.html
        (1, False)
        """
        from .explorer.page import page
        from .explorer.settings import read_settings

        return page(self, read_settings(self, x0, start_box, lr, epochs, method))

    def value_at(self, x: npt.ArrayLike) -> float:
        """Evaluate f at one point, ``(n_vars,)``."""
        return float(self.values(np.atleast_2d(x))[0])

    def values(self, points: Array) -> Array:
        """Evaluate f at points ``(n, n_vars)``; gives ``(n,)``."""
        value: Array = self.run(self.symbolic.fun, points)[0]
        return value

    def gradients(self, points: Array) -> Array:
        """Evaluate the gradient at points ``(n, n_vars)``; gives ``(n, n_vars)``."""
        return self.run(self.symbolic.grad, points).T

    def hessians(self, points: Array) -> Array:
        """Evaluate the Hessian at points ``(n, n_vars)``; gives ``(n, n_vars, n_vars)``."""
        n = len(self.variables)
        if self.symbolic.hess is None:
            return self._differences(points)
        lower = self.run(self.symbolic.hess, points)
        hessians = np.empty((len(points), n, n))
        for entry, (i, j) in zip(lower, _triangle(n), strict=True):
            hessians[:, i, j] = hessians[:, j, i] = entry
        return hessians

    def run(self, evaluator: Evaluator, points: Array) -> Array:
        """Call what `Symbolic.compile` gave; gives ``(n_expressions, n)``."""
        columns = np.ascontiguousarray(points.T)
        with np.errstate(all="ignore"):
            entries = evaluator.function(*columns, *self.param_columns(len(points)))
        rows = np.empty((len(entries), len(points)))
        for row, entry in zip(rows, entries, strict=True):
            row[:] = entry
        return rows

    def _differences(self, points: Array) -> Array:
        """Central differences of the exact gradient, made symmetric."""
        n = len(self.variables)
        hessians = np.empty((len(points), n, n))
        steps = np.cbrt(np.finfo(float).eps) * np.maximum(np.abs(points), 1.0)
        together = max(_PROBES // max(len(points), 1), 1)
        for columns in np.split(np.arange(n), range(together, n, together)):
            probes = np.tile(points, (2, len(columns), 1, 1))  # (side, column, point, variable)
            moved = probes[:, np.arange(len(columns)), :, columns]  # (column, side, point)
            moved += np.array([1, -1])[:, None] * steps.T[columns][:, None]
            probes[:, np.arange(len(columns)), :, columns] = moved
            ahead, behind = self.gradients(probes.reshape(-1, n)).reshape(probes.shape)
            slopes = (ahead - behind) / (moved[:, 0] - moved[:, 1])[..., None]
            hessians[:, :, columns] = slopes.transpose(1, 2, 0)
        return np.asarray((hessians + hessians.transpose(0, 2, 1)) / 2)

    def _points(self, x: npt.ArrayLike) -> tuple[Array, tuple[int, ...], tuple[int, ...]]:
        """Give points ``(n, n_vars)``, the shape they came in, and that of each."""
        array, n = np.asarray(x, dtype=float), len(self.variables)
        if n == 1 and (array.ndim < 2 or array.shape[-1] != 1):  # numbers
            return array.reshape(-1, 1), array.shape, ()
        if array.shape[-1:] != (n,):
            raise ConfigurationError("x", f"shape {array.shape}", f"shape (..., {n})")
        return array.reshape(-1, n), array.shape[:-1], (n,)


def _few(values: Any) -> Any:
    """Give one value as a number, which goes with any number of points."""
    return values.item() if np.size(values) == 1 else values


def _in_turn(values: Array, count: int) -> Array:
    """Repeat the values of all runs, one after the other, until there are so many."""
    if count == len(values):
        return values
    times, rest = divmod(count, len(values))
    if rest:
        raise ValueError(f"{count} points for {len(values)} runs")
    return np.tile(values, times)


def _shaped(values: Array, shape: tuple[int, ...]) -> Any:
    return values.reshape(shape) if shape else float(values.reshape(()))


def _triangle(n: int) -> list[tuple[int, int]]:
    """Give the places of the lower triangle of a matrix, row by row."""
    return [(i, j) for i in range(n) for j in range(i + 1)]


_TOO_LARGE = (
    "the formula and its gradient need more than {} {}; shorten the formula, "
    "or split it into several"
)


Problem.__doc__ = f"{Problem.__doc__}{_FUNCTIONS}"


def checked_params(params: Mapping[str, Number] | None) -> dict[str, float]:
    """Check that parameters are names with finite numbers."""
    if params is not None and not isinstance(params, Mapping):
        raise ConfigurationError("params", params, "a mapping of names to numbers")
    takes = "a finite real number"
    return {n: read_number(f"params[{n!r}]", v, takes) for n, v in (params or {}).items()}
