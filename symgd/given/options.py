"""What the user may say besides the formula: checked once, here, and trusted from then on."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arrays import Array
from ..errors import ConfigurationError
from ..methods import METHODS, Automatic, Method, MethodName
from ..problem import Problem, Source
from .boxes import Box, as_float, read_box
from .starts import SAMPLERS, sample

EPOCHS = 10_000  # the most steps of a run, when the user names no number
TOL = 1e-8
_WIDEST = 1e300
_STARTS = 10**8  # the most starts of a batch
_SIDE = 10.0  # half the default starting box


@dataclass(frozen=True)
class Options:
    """Checked arguments of `minimize`.

    Attributes
    ----------
    x0 : ndarray
        Starts, ``(n_runs, n_vars)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that is searched, ``(n_vars,)``.
    method : Method
        How a step is made.
    epochs, tol, polish, escape, workers
        As in `minimize`, with every default filled in.
    history : int
        Steps between two points of a path that are kept; 0 for none.
    """

    x0: Array
    box: Box
    width: Array
    method: Method
    epochs: int
    tol: float
    polish: bool
    escape: bool
    workers: int | None
    history: int

    def take(self, rows: Any) -> Options:
        """Give the options of some runs, where a setting of the method is one value a run."""
        return replace(self, method=self.method.take(rows))

    @property
    def bounded(self) -> bool:
        """Whether any side of the box is closed."""
        return bool(np.isfinite(self.box.lower).any() or np.isfinite(self.box.upper).any())


def read_problem(
    expr: Source | Problem,
    variables: Sequence[str] | None,
    params: Mapping[str, float] | None,
) -> Problem:
    """Read the formula with the names of its unknowns and the values of its parameters."""
    if not isinstance(expr, Problem):
        return Problem(expr, variables=variables, params=params)
    if variables is not None and tuple(variables) != expr.names:
        takes = "nothing beside a Problem, which names its own"
        raise ConfigurationError("variables", variables, takes)
    return expr.with_params(params) if params else expr


def read_options(
    problem: Problem,
    x0: npt.ArrayLike | None,
    *,
    bounds: Any,
    start_box: Any,
    starts: int,
    sampler: str,
    seed: int,
    method: MethodName | Method,
    lr: float | None,
    epochs: int | None,
    tol: float | None,
    polish: bool | None,
    escape: bool,
    workers: int | None,
    history: bool | int = False,
) -> Options:
    """Check the arguments of `minimize` and fill in the defaults.

    Raises
    ------
    ConfigurationError
        Names the first argument that is wrong, what it got, and what it takes.
    """
    names = problem.names
    box = Box(*read_box("bounds", bounds, names, closed=False))
    lower, upper = _start_box(start_box, box, names)
    chosen = read_method(method, lr)
    limit = EPOCHS if epochs is None else whole_number("epochs", epochs, 1)
    exact = chosen.fixed and epochs is not None
    default_tol = 0.0 if exact else TOL
    count, spot = whole_number("starts", starts, 1, _STARTS), whole_number("seed", seed, 0)
    if sampler not in SAMPLERS:
        raise ConfigurationError("sampler", sampler, "one of " + ", ".join(SAMPLERS))
    return Options(
        x0=sample(sampler, count, lower, upper, spot) if x0 is None else _points(x0, names, box),
        box=box,
        width=_width(lower, upper),
        method=chosen,
        epochs=limit,
        tol=default_tol if tol is None else _number("tol", tol, "a number >= 0", 0.0),
        polish=not chosen.fixed if polish is None else _flag("polish", polish),
        escape=_flag("escape", escape),
        workers=None if workers is None else whole_number("workers", workers, 1),
        history=int(history) if isinstance(history, bool) else whole_number("history", history, 1),
    )


def _width(lower: Array, upper: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.fmin(upper - lower, _WIDEST)


def read_method(method: MethodName | Method, lr: float | None) -> Method:
    """Read how a step is made: a method, or the name of one and its rate.

    Gradient descent chooses its steps itself where no rate is given.

    Raises
    ------
    ConfigurationError
        If there is no such method, or it cannot do what is asked.
    """
    if isinstance(method, Method):
        if lr is not None:
            raise ConfigurationError("lr", lr, "nothing beside a method object, which has its own")
        return method
    if not isinstance(method, str) or method not in METHODS:
        takes = f"a method object, or one of {', '.join(map(repr, METHODS))}"
        raise ConfigurationError("method", method, takes)
    takes = "a number > 0, or None for an automatic step"
    rate = None if lr is None else _number("lr", lr, takes, float(np.nextafter(0, 1)))
    if method == "gd" and rate is None:
        return Automatic()
    return METHODS[method].with_rate(rate)


def _number(name: str, value: Any, takes: str, least: float) -> float:
    number = as_float(value)
    if number is None or not np.isfinite(number) or number < least:
        raise ConfigurationError(name, value, takes)
    return number


def whole_number(name: str, value: Any, least: int, most: int = 2**53) -> int:
    """Read a whole number within limits.

    Raises
    ------
    ConfigurationError
        If it is none, or outside.
    """
    takes = f"a whole number >= {least}" + (f" and <= {most:,}" if most < 2**53 else "")
    if isinstance(value, bool | np.bool_):
        raise ConfigurationError(name, value, takes)
    try:
        number = operator.index(value)
    except TypeError:
        raise ConfigurationError(name, value, takes) from None
    if not least <= number <= most:
        raise ConfigurationError(name, value, takes)
    return number


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise ConfigurationError(name, value, "True or False")
    return bool(value)


def _points(x0: npt.ArrayLike, names: Sequence[str], box: Box) -> Array:
    n = len(names)
    many = f"one point of shape ({n},), or many of shape (n_runs, {n})"
    takes = "a number, or numbers of shape (n_runs,)" if n == 1 else many
    try:
        if np.iscomplexobj(x0):
            raise TypeError
        points = np.array(x0, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise ConfigurationError("x0", x0, takes) from None
    shaped = points.reshape(-1, 1) if n == 1 and points.ndim < 2 else np.atleast_2d(points)
    if not points.size or shaped.ndim != 2 or shaped.shape[1] != n or (n > 1 and points.ndim == 0):
        raise ConfigurationError("x0", f"shape {points.shape}", takes)
    if not np.isfinite(shaped).all():
        raise ConfigurationError("x0", points, "finite numbers")
    outside = (shaped < box.lower) | (shaped > box.upper)
    if outside.any():
        run, i = np.argwhere(outside)[0]
        raise ConfigurationError(
            "x0",
            f"{names[i]} = {shaped[run, i]:.6g}",
            f"points inside the bounds, {box.lower[i]:.6g} <= {names[i]} <= {box.upper[i]:.6g}",
        )
    return np.ascontiguousarray(shaped)


def _start_box(given: Any, box: Box, names: Sequence[str]) -> tuple[Array, Array]:
    """Give the corners of the box that starts come from; by default the bounds."""
    lower = np.where(np.isfinite(box.lower), box.lower, np.minimum(-_SIDE, box.upper - 2 * _SIDE))
    upper = np.where(np.isfinite(box.upper), box.upper, np.maximum(_SIDE, box.lower + 2 * _SIDE))
    if given is None:
        return lower, upper
    named = {n: pair for n, pair in given.items()} if isinstance(given, Mapping) else given
    if isinstance(named, Mapping):
        sides = zip(names, lower, upper, strict=True)
        named = {**{n: (lo, hi) for n, lo, hi in sides}, **named}
    first, last = read_box("start_box", named, names, closed=True)
    if (first < box.lower).any() or (last > box.upper).any():
        raise ConfigurationError("start_box", given, "a box inside the bounds")
    return first, last
