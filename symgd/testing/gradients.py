"""`assert_gradient_matches`: whether a gradient that somebody wrote belongs to a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..given.numbers import as_floats, read_number
from ..given.types import Number
from ..problem import Problem
from .words import failure, place

Function = Callable[[Any], Any]
_SIDE, _POINTS = 2.0, 16  # of the points that are taken where none is given
_EPS = float(np.finfo(float).eps)
_STEP = _EPS**0.2  # of differences of the fourth order: their two errors are alike


def assert_gradient_matches(
    fun: Problem | str | Function, grad: Function, x: Any = None, *, tol: Number = 1e-6
) -> None:
    r"""Check a gradient against the exact one of a formula, or against differences of a function.

    Parameters
    ----------
    fun : str, Problem or callable
        f: a formula, whose derivatives are exact, or a function of a point ``(n_vars,)``. Of a
        function central differences of the fourth order are taken.
    grad : callable
        The gradient: takes a point ``(n_vars,)``, gives ``(n_vars,)``.
    x : array_like, optional
        Where they are compared: a point ``(n_vars,)``, or several, ``(n_points, n_vars)``. A
        formula needs none; then sixteen points between -2 and 2 are taken where it is defined.
    tol : float
        How far entries may differ, as a share of the largest entry of the gradient there. To this
        comes what rounding, and for differences the choice of the step, may do.

    Raises
    ------
    AssertionError
        If they differ; it tells the point, the variable, and both numbers.
    ConfigurationError
        If an argument is wrong.

    Examples
    --------
    >>> from symgd.testing import assert_gradient_matches
    >>> assert_gradient_matches("x**3 + x*y", lambda p: [3 * p[0] ** 2 + p[1], p[0]])
    >>> assert_gradient_matches("x**3 + x*y", lambda p: [3 * p[0] ** 2, p[0]], x=[1, 2])
    Traceback (most recent call last):
    AssertionError: the gradient does not belong to f
      f:        x**3 + x*y
      point:    x = 1, y = 2
      expected: 5 for the derivative by x
      found:    3
    """
    tolerance = read_number("tol", tol, "a number >= 0", least=0.0)
    if not callable(grad):
        raise ConfigurationError("grad", grad, "the gradient: a callable")
    if callable(fun):
        points = _read("x", x)
        title, names = getattr(fun, "__qualname__", "a function"), _numbered(points.shape[1])
        slopes = (_differences(fun, point) for point in points)
    else:
        problem = fun if isinstance(fun, Problem) else Problem(fun)
        points = _read("x", x, problem)
        title, names = problem.text, problem.names
        slopes = (_exact(problem, point) for point in points)
    for point, (right, error) in zip(points, slopes, strict=True):
        if not np.isfinite(right).all() or not np.isfinite(error):
            raise ConfigurationError("x", place(names, point), "points where f is smooth")
        found = _found(grad, point)
        allowed = tolerance * np.abs(right).max() + error
        for i in np.flatnonzero(~(np.abs(found - right) <= allowed)):
            raise failure(
                "the gradient does not belong to f",
                f=title,
                point=place(names, point),
                expected=f"{right[i]:.10g} for the derivative by {names[i]}",
                found=f"{found[i]:.10g}{_hint(found, right, allowed)}",
            )


def _read(name: str, x: Any, problem: Problem | None = None) -> Array:
    """Read the points, or take some where the formula and its gradient are finite."""
    if x is None and problem is not None:
        shape = 64 * _POINTS, len(problem.names)
        points = np.random.default_rng(0).uniform(-_SIDE, _SIDE, shape)
        with np.errstate(all="ignore"):
            there = np.isfinite(np.reshape(problem.grad(points), shape)).all(axis=1)
            there &= np.isfinite(np.reshape(problem.fun(points), -1))
        points = points[there][:_POINTS]
        if not len(points):
            raise ConfigurationError(name, None, f"points where {problem.text} is defined")
        return np.asarray(points)
    array = None if x is None else as_floats(x)
    takes = "a point (n_vars,), or several, (n_points, n_vars), of finite numbers"
    if array is None or not array.size or array.ndim > 2 or not np.isfinite(array).all():
        raise ConfigurationError(name, x, takes)
    count = len(problem.names) if problem else 0
    array = array.reshape(-1, 1) if count == 1 and array.ndim < 2 else np.atleast_2d(array)
    if problem and array.shape[1] != count:
        raise ConfigurationError(name, x, f"{count} numbers a point: {', '.join(problem.names)}")
    return array


def _numbered(count: int) -> tuple[str, ...]:
    return ("x",) if count == 1 else tuple(f"x[{i}]" for i in range(count))


def _exact(problem: Problem, point: Array) -> tuple[Array, float]:
    """Give the gradient of a formula, and what rounding may do to it."""
    with np.errstate(all="ignore"):
        right = np.asarray(problem.grad(point), dtype=float).reshape(point.shape)
        value = abs(float(np.ravel(problem.fun(point))[0]))
    return right, 1e3 * _EPS * (1 + value)


def _differences(fun: Function, point: Array) -> tuple[Array, float]:
    """Give the gradient by differences of the fourth order, and how far they may be off.

    Formula 25.3.6 of M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964).
    Its error is estimated by the difference to the formula of the second order, times the square
    of the step, and by what rounding of f does.
    """
    right, error = np.empty_like(point), 0.0
    for i in range(len(point)):
        step = _STEP * max(1.0, abs(float(point[i])))
        f = [_value(fun, point, i, k * step) for k in (-2, -1, 1, 2)]
        near, far = (f[2] - f[1]) / (2 * step), (f[3] - f[0]) / (4 * step)
        right[i] = near + (near - far) / 3
        rounding = 16 * _EPS * max(map(abs, f)) / step
        error = max(error, rounding + 100 * step**2 * abs(near - far))
    return right, error


def _value(fun: Function, point: Array, i: int, by: float) -> float:
    moved = point.copy()
    moved[i] += by
    return float(np.ravel(fun(moved))[0])


def _found(grad: Function, point: Array) -> Array:
    given = grad(point.copy())
    found = as_floats(given)
    if found is None or found.size != point.size:
        raise ConfigurationError("grad", given, f"that it returns {point.size} numbers")
    return found.reshape(point.shape)


def _hint(found: Array, right: Array, allowed: float) -> str:
    """Say what is wrong where it is a sign or a factor."""
    if np.abs(found + right).max() <= allowed:
        return ", which has the wrong sign"
    size = float(right @ right)
    factor = float(found @ right) / size if size else 0.0
    alike = np.abs(found - factor * right).max() <= abs(factor) * allowed
    told = factor and min(abs(t - round(t)) for t in (2 * factor, 2 / factor)) < 1e-6
    return f", which is {factor:.6g} times that" if alike and told else ""
