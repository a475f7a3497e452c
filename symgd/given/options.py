"""What the user may say besides the formula: checked once, here, and trusted from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..methods import METHODS, Automatic, Faithful, Method
from ..problem import Problem, Source
from .boxes import Box, read_box
from .inside import Inside
from .names import hint
from .numbers import read_flag, read_number, read_whole
from .points import read_points
from .starts import Sampling, read_sampler, read_starts
from .types import Count, MethodLike, Number, Pairs, Points, Sampler, Starts

EPOCHS = 10_000  # the most steps of a run, when the user names no number
TOL = 1e-8
_WIDEST = 1e300
_SIDE = 10.0  # half the default starting box


@dataclass(frozen=True)
class Options:
    """Checked arguments of `minimize`.

    Attributes
    ----------
    x0 : ndarray
        Starts, ``(n_runs, n_vars)``.
    several : bool
        Whether they were given as several, or came from a sampler.
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
    sampling : Sampling or None
        Where starts come from, if they were not given.
    until : float or None
        The share of unseen starts down to which more starts are taken, if that was asked for.
    """

    x0: Array
    several: bool
    box: Box
    width: Array
    method: Method
    epochs: int
    tol: float
    polish: bool
    escape: bool
    workers: int | None
    history: int
    sampling: Sampling | None
    until: float | None

    def take(self, rows: Any) -> Options:
        """Give the options of some runs, where a setting of the method is one value a run."""
        return replace(self, method=self.method.take(rows))

    @property
    def bounded(self) -> bool:
        """Whether any side of the box is closed."""
        return self.box.bounded


def read_problem(
    expr: Source | Problem,
    variables: Sequence[str] | None,
    params: Mapping[str, Number] | None,
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
    x0: Points | None,
    *,
    bounds: Pairs | None = None,
    start_box: Pairs | None = None,
    starts: Starts = 256,
    sampler: Sampler = "spread",
    seed: Count = 0,
    method: MethodLike = "gd",
    lr: Number | None = None,
    faithful: bool = False,
    epochs: Count | None = None,
    tol: Number | None = None,
    polish: bool | None = None,
    escape: bool = False,
    workers: Count | None = None,
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
    chosen = read_method(method, lr, faithful)
    limit = EPOCHS if epochs is None else read_whole("epochs", epochs, 1)
    exact = chosen.fixed and epochs is not None
    default_tol = 0.0 if exact else TOL
    count, until = read_starts(starts)
    if until is not None and x0 is not None:
        raise ConfigurationError("starts", starts, "nothing beside x0: no start follows those")
    chance = read_sampler(sampler, until), lower, upper, read_whole("seed", seed, 0)
    domain = Inside(problem, box if start_box is None else None) if problem.domain else None
    sampling = Sampling(*chance, domain) if x0 is None else None
    points = read_points(x0, names, box) if sampling is None else sampling.points(count)
    return Options(
        x0=np.atleast_2d(points),
        several=points.ndim == 2,
        box=box,
        width=_width(lower, upper),
        method=chosen,
        epochs=limit,
        tol=default_tol if tol is None else read_number("tol", tol, "a number >= 0", 0.0),
        polish=not chosen.fixed if polish is None else read_flag("polish", polish),
        escape=read_flag("escape", escape),
        workers=None if workers is None else read_whole("workers", workers, 1),
        history=int(history) if isinstance(history, bool) else read_whole("history", history, 1),
        sampling=sampling,
        until=until if sampling else None,
    )


def _width(lower: Array, upper: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.fmin(upper - lower, _WIDEST)


def read_method(method: MethodLike, lr: Number | None, faithful: bool = False) -> Method:
    """Read how a step is made: a method, or the name of one and its rate.

    Gradient descent chooses its steps itself where no rate is given, and then it can be faithful.

    Raises
    ------
    ConfigurationError
        If there is no such method, or it cannot do what is asked.
    """
    chosen = _method_object(method, lr) if isinstance(method, Method) else _named(method, lr)
    if not read_flag("faithful", faithful):
        return chosen
    if not isinstance(chosen, Automatic):
        takes = f"False beside the method {chosen.name!r}, whose steps are not chosen"
        raise ConfigurationError("faithful", faithful, takes)
    return Faithful()


def _method_object(method: Method, lr: Number | None) -> Method:
    if lr is not None:
        raise ConfigurationError("lr", lr, "nothing beside a method object, which has its own")
    fresh = replace(method)  # what a rule refers to may have changed since its last call
    fresh.text  # noqa: B018 - a rule that cannot be written down is refused here
    return fresh


def _named(method: Any, lr: Number | None) -> Method:
    if not isinstance(method, str) or method not in METHODS:
        takes = f"a method object, or one of {', '.join(map(repr, METHODS))}{hint(method, METHODS)}"
        raise ConfigurationError("method", method, takes)
    takes = "a number > 0, or None for an automatic step"
    rate = None if lr is None else read_number("lr", lr, takes, float(np.nextafter(0, 1)))
    if method == "gd" and rate is None:
        return Automatic()
    return METHODS[method].with_rate(rate)


def _start_box(given: Any, box: Box, names: Sequence[str]) -> tuple[Array, Array]:
    """Give the corners of the box that starts come from; by default the bounds."""
    lower = np.where(np.isfinite(box.lower), box.lower, np.minimum(-_SIDE, box.upper - 2 * _SIDE))
    upper = np.where(np.isfinite(box.upper), box.upper, np.maximum(_SIDE, box.lower + 2 * _SIDE))
    if given is None:
        return lower, upper
    sides = dict(zip(names, zip(lower, upper, strict=True), strict=True))
    boxes = {**sides, **given} if isinstance(given, Mapping) else given
    first, last = read_box("start_box", boxes, names, closed=True)
    if (first < box.lower).any() or (last > box.upper).any():
        raise ConfigurationError("start_box", given, "a box inside the bounds")
    return first, last
