"""`assert_converges`: whether an optimiser of the user's own comes to a minimum."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..given.boxes import Box
from ..given.numbers import as_floats, read_number
from ..given.options import read_problem
from ..given.points import read_points
from ..given.types import Number, Points
from ..problem import Problem
from ..results.result import Result
from ..runs.judge import judge
from ..status import Status
from .known import KnownProblem
from .words import failure, place

Optimiser = Callable[..., Any]
_SIDE, _STARTS = 3.0, 8  # of the starts that are taken where none is given


def assert_converges(
    run: Optimiser,
    problem: KnownProblem | Problem | str,
    x0: Points | None = None,
    *,
    tol: Number = 1e-4,
) -> None:
    """Check that an optimiser comes to a minimum from each start.

    Parameters
    ----------
    run : callable
        The optimiser. What its arguments are called tells how it is called: ``run(fun, x0,
        jac=grad)`` where one is ``jac``, as SciPy's are; ``run(expr, x0=x0)`` where the first
        is ``expr``, as in `symgd.minimize`; ``run(fun, grad, x0)`` else. `x0` has the shape
        ``(n_vars,)``, ``fun(x)`` is a number and ``grad(x)`` has the shape ``(n_vars,)``. It
        returns the end, or what has the end as ``x``.
    problem : KnownProblem, Problem or str
        Of a `KnownProblem` the minima are known. For another formula `symgd.judge` tells whether
        the end is one.
    x0 : array_like, mapping or DataFrame, optional
        The starts, as `symgd.minimize` takes them; by default eight points between -3 and 3.
    tol : float
        How far from a minimum an end may be, as a share of the way from the start, or of
        1 where that is shorter.

    Raises
    ------
    AssertionError
        If a run ends elsewhere; it tells the formula, the start, the end, and what may be wrong.
    ConfigurationError
        If an argument is wrong.

    Examples
    --------
    >>> from symgd.testing import KnownProblem, assert_converges
    >>> bowl = KnownProblem("3 + (x - 1)**2", ("x",), ((1.0,),), 3.0, 2.0)
    >>> def descent(fun, grad, x, lr=0.1):
    ...     for _ in range(200):
    ...         x = x - lr * grad(x)
    ...     return x
    >>> assert_converges(descent, bowl)
    >>> def ascent(fun, grad, x):
    ...     return descent(fun, grad, x, lr=-0.1)
    >>> assert_converges(ascent, bowl, x0=2)
    Traceback (most recent call last):
    AssertionError: the optimiser does not come to a minimum
      formula:  3 + (x - 1)**2
      start:    x = 2
      expected: x = 1 with f = 3
      found:    x = 6.858816904e+15 with f = 4.704336932e+31
      hint:     f rose on the way: is the step against the gradient, and is the rate small enough?
    """
    if not callable(run):
        raise ConfigurationError("run", run, "an optimiser: a callable")
    tolerance = read_number("tol", tol, "a number >= 0", least=0.0)
    known = problem if isinstance(problem, KnownProblem) else None
    formula = (
        problem.problem if isinstance(problem, KnownProblem) else read_problem(problem, None, None)
    )
    for start in _starts(formula, x0):
        end = _end(run, formula, start)
        if known:
            _compare(known, start, end, tolerance)
        else:
            _judge(formula, start, end, tolerance)


def _starts(problem: Problem, x0: Points | None) -> Array:
    if x0 is None:
        shape = _STARTS, len(problem.names)
        return np.random.default_rng(0).uniform(-_SIDE, _SIDE, shape)
    open_sides = np.full(len(problem.names), np.inf)
    return np.atleast_2d(read_points(x0, problem.names, Box(-open_sides, open_sides)))


def _end(run: Optimiser, problem: Problem, start: Array) -> Array:
    """Let the optimiser run, and read where it ended."""

    def fun(x: Any) -> float:
        return float(np.ravel(problem.fun(_point(x, start)))[0])

    def grad(x: Any) -> Array:
        return np.array(problem.grad(_point(x, start)), dtype=float).reshape(start.shape)

    try:
        with np.errstate(all="ignore"):  # a run that leaves the numbers is told as such
            found = _call(run, problem, fun, grad, start.copy())
    except Exception as error:
        error.add_note(f"formula: {problem.text}; start: {place(problem.names, start)}")
        raise
    end = as_floats(getattr(found, "x", found))
    if end is None or end.size != start.size:
        takes = f"an optimiser that returns {start.size} numbers, or what has them as x"
        raise ConfigurationError("run", f"one that returned {found!r}", takes)
    return end.reshape(start.shape)


def _point(x: Any, start: Array) -> Array:
    return np.asarray(x, dtype=float).reshape(start.shape)


def _call(run: Optimiser, problem: Problem, fun: Any, grad: Any, start: Array) -> Any:
    try:
        names = list(signature(run).parameters)
    except ValueError:  # a function in C may not tell
        names = []
    if "jac" in names:
        return run(fun, start, jac=grad)
    if names[:1] == ["expr"]:
        return run(problem, x0=start)
    return run(fun, grad, start)


def _compare(known: KnownProblem, start: Array, end: Array, tol: float) -> None:
    """Compare an end with the nearest of the known minima."""
    right = known.nearest(end if np.isfinite(end).all() else start)
    if not np.abs(end - right).max() <= _allowed(start, right, tol):
        expected = f"{place(known.variables, right)} with f = {known.fun:.10g}"
        raise _failure(known.problem, start, end, expected)


def _allowed(start: Array, right: Array, tol: float) -> float:
    return tol * max(1.0, float(np.abs(right - start).max()))


def _judge(problem: Problem, start: Array, end: Array, tol: float) -> None:
    """Ask for the verdict on an end, and how far the minimum is to which it leads."""
    if not np.isfinite(end).all():
        raise _failure(problem, start, end, "a local minimum")
    result = judge(problem, end, x0=start)
    if not result.success and not _near(result, start, tol):
        verdict = f"the end {result.message}"
        raise _failure(problem, start, end, "a local minimum", verdict)


def _near(result: Result, start: Array, tol: float) -> bool:
    """Tell whether an end leads to a minimum that is close enough."""
    remaining = result.remaining
    if remaining is None or remaining.leads[0] not in (Status.CONVERGED, Status.AT_BOUND):
        return False
    return bool(remaining.distance[0] <= _allowed(start, remaining.x[0], tol))


def _failure(
    problem: Problem, start: Array, end: Array, expected: str, verdict: str = ""
) -> AssertionError:
    names = problem.names
    with np.errstate(all="ignore"):
        before, after = (float(np.ravel(problem.fun(x))[0]) for x in (start, end))
    hint = _hint(start, end, before, after)
    return failure(
        "the optimiser does not come to a minimum",
        formula=problem.text,
        start=place(names, start),
        expected=expected,
        found=f"{place(names, end)} with f = {after:.10g}",
        **({"verdict": verdict} if verdict and after <= before else {}),
        hint=hint,
    )


def _hint(start: Array, end: Array, before: float, after: float) -> str:
    """Say what may be wrong, from where the run began and ended."""
    if not np.isfinite(end).all() or after > before or not np.isfinite(after):
        return "f rose on the way: is the step against the gradient, and is the rate small enough?"
    if (end == start).all():
        return "it never moved: is the gradient zero at the start, or the result thrown away?"
    return "f fell on the way: it may need more steps, a smaller tolerance, or another rate"
