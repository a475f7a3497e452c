"""`scipy_method`: a method for `scipy.optimize.minimize` that runs symgd, and gives its verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..given.names import check_keywords
from ..given.numbers import read_flag
from ..problem import Problem
from ..results.result import Result
from .minimize import minimize

_NO_OPTIONS = ("expr", "x0", "bounds", "variables", "params", "start_box", "starts", "sampler")
_SETTINGS = [n for n in signature(minimize).parameters if n not in _NO_OPTIONS]
_OPTIONS = [*_SETTINGS, "maxiter", "disp"]


def scipy_method(
    fun: Problem | Callable[..., Any],
    x0: Sequence[float] | Array,
    args: tuple[Any, ...] = (),
    *,
    jac: Any = None,
    hess: Any = None,
    hessp: Any = None,
    bounds: Any = None,
    constraints: Any = (),
    callback: Any = None,
    **options: Any,
) -> Any:
    """Minimize a formula for SciPy: ``scipy.optimize.minimize(p.fun, x0, method=scipy_method)``.

    symgd reads a formula and cannot do that to a Python function, so `fun` has to tell which
    formula it is. Then the run is that of `symgd.minimize` from one start.

    Parameters
    ----------
    fun : Problem or callable
        A `Problem`, its ``fun``, the ``fun`` that `Problem.as_scipy` gives, or a callable of yours
        whose attribute ``problem`` is the `Problem` that it evaluates.
    x0 : array_like
        The start, shape ``(n_vars,)``.
    args : tuple
        Empty: a `Problem` has its parameters in ``params``.
    jac, hess, hessp : optional
        Not called: derivatives follow from the formula.
    bounds : scipy.optimize.Bounds or sequence of (lo, hi), optional
        Bounds of the variables.
    constraints, callback : optional
        Empty and None: there are no other constraints, and the loop is compiled. With the option
        ``history`` the way of the run is in ``result.history``.
    **options
        SciPy's ``tol`` and ``options``: the arguments of `symgd.minimize` for one run, as
        ``method``, ``lr``, ``epochs``, ``polish``, ``escape``, ``history``; and SciPy's own
        ``maxiter``, which is ``epochs``, and ``disp``, which prints the message.

    Returns
    -------
    scipy.optimize.OptimizeResult
        With the code of the `Status` as ``status``, its sentence as ``message``, ``success`` for a
        verified minimum only, and the `Result` of symgd as ``result``.

    Raises
    ------
    ConfigurationError
        If `fun` is no formula, or anything else is given that is wrong.

    Examples
    --------
    >>> import symgd
    >>> from scipy.optimize import minimize
    >>> p = symgd.Problem("cos(2*pi*x) + x**2")
    >>> r = minimize(p.fun, 0.5, method=symgd.scipy_method)
    >>> r.success, r.message
    (True, "reached a minimum: x = 0.4758, f = -0.7621 (f'' = 41.02), after 4 steps")
    >>> trap = minimize(p.fun, 0, method=symgd.scipy_method, options={"lr": 0.01, "maxiter": 100})
    >>> trap.success, symgd.Status(trap.status).name
    (False, 'STALLED_AT_START')
    """
    problem = _problem_of(fun)
    start = np.atleast_1d(np.asarray(x0))
    _refuse(problem, start, args, constraints, callback)
    check_keywords("scipy_method", options, _OPTIONS)
    shown = read_flag("disp", options.pop("disp", False))
    settings = _epochs(options)
    result = minimize(problem, _one(start), bounds=_pairs(bounds, len(start)), **settings)
    if shown:
        print(result.message)
    return _as_scipys(problem, result)


def _problem_of(fun: Any) -> Problem:
    """Find the formula that a function evaluates."""
    named = fun if isinstance(fun, Problem) else getattr(fun, "problem", None)
    if isinstance(named, Problem):
        return named
    owner = getattr(fun, "__self__", None)
    if isinstance(owner, Problem) and fun in (owner.fun, owner.value_at):
        return owner
    takes = (
        "the fun of a symgd.Problem, as symgd.Problem('cos(2*pi*x) + x**2').fun, or a callable "
        "whose attribute problem is one: a Python function cannot be read as a formula"
    )
    raise ConfigurationError("fun", getattr(fun, "__qualname__", fun), takes)


def _refuse(problem: Problem, start: Array, args: Any, constraints: Any, callback: Any) -> None:
    """Refuse what SciPy hands on and what cannot be heeded."""
    n = len(problem.names)
    if start.shape != (n,):
        takes = f"one start, {n} number{'s' * (n > 1)} for {', '.join(problem.names)}"
        raise ConfigurationError("x0", f"shape {start.shape}", takes)
    if len(args):
        takes = "nothing: parameters are those of the Problem, symgd.Problem(..., params={...})"
        raise ConfigurationError("args", args, takes)
    if np.size(constraints):
        takes = "nothing: there are bounds and no other constraints"
        raise ConfigurationError("constraints", constraints, takes)
    if callback is not None:
        takes = "None: the loop is compiled; options={'history': True} keeps its way"
        raise ConfigurationError("callback", getattr(callback, "__qualname__", callback), takes)


def _one(start: Array) -> Any:
    return start[0] if len(start) == 1 else start


def _epochs(options: dict[str, Any]) -> dict[str, Any]:
    """Take SciPy's word for `epochs`."""
    if "maxiter" not in options:
        return options
    if options.get("epochs") is not None:
        raise ConfigurationError("maxiter", options["maxiter"], "nothing beside epochs")
    return {"epochs" if name == "maxiter" else name: value for name, value in options.items()}


def _pairs(bounds: Any, n: int) -> Any:
    """Give bounds as pairs, one a variable."""
    if not (hasattr(bounds, "lb") and hasattr(bounds, "ub")):
        return bounds
    sides = np.atleast_1d(bounds.lb, bounds.ub)
    if any(side.shape not in ((1,), (n,)) for side in sides):
        raise ConfigurationError("bounds", bounds, f"one number for all variables a side, or {n}")
    return list(zip(*(np.broadcast_to(side, n).tolist() for side in sides), strict=True))


def _as_scipys(problem: Problem, result: Result) -> Any:
    from scipy.optimize import OptimizeResult

    found = {**result.problem.params, **dict(zip(result.problem.names, result.x, strict=True))}
    x = np.array([float(found[name]) for name in problem.names])  # with those that bounds fix
    return OptimizeResult(
        x=x,
        fun=result.fun,
        jac=problem.gradients(x[None])[0],
        nit=result.nit,
        nfev=result.nfev,
        njev=result.njev,
        status=int(result.status),
        success=result.success,
        message=result.message,
        result=result,
    )
