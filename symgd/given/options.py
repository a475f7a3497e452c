"""What the user may say besides the formula: checked once, here, and trusted from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..memory import check_paths, check_runs
from ..methods import Method
from ..problem import Problem, Source
from ..watch import during
from .boxes import Box, read_box
from .inside import Inside
from .numbers import read_flag, read_number, read_whole
from .points import read_points
from .starts import Sampling, read_sampler, read_starts
from .stepping import changed, checked_rates, read_changes, read_method, read_polish
from .types import Count, MethodLike, Number, Pairs, Points, Rate, SamplerLike, Starts

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
    schedule : str or None
        The words for the schedule of rates, if there is one.
    clip_value, clip_norm, noise : float or None
        What happens to the gradient before each step.
    seed : int or None
        The seed of the noise, if there is any.
    picked : str or None
        Why this method, if it was picked for the formula.
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
    schedule: str | None = None
    clip_value: float | None = None
    clip_norm: float | None = None
    noise: float | None = None
    seed: int | None = None
    picked: str | None = None

    def started(self, x0: Array) -> Options:
        """Give the options of runs from other starts."""
        return replace(self, method=self.method.started(x0))

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
    sampler: SamplerLike = "spread",
    seed: Count = 0,
    method: MethodLike = "gd",
    lr: Rate | None = None,
    faithful: bool = False,
    clip_value: Number | None = None,
    clip_norm: Number | None = None,
    noise: Number | None = None,
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
    chosen, picked = read_method(problem, method, lr, faithful)
    limit = EPOCHS if epochs is None else read_whole("epochs", epochs, 1)
    exact = chosen.fixed and (epochs is not None or noise is not None)
    default_tol = 0.0 if exact else TOL
    count, until = read_starts(starts)
    if until is not None and x0 is not None:
        raise ConfigurationError("starts", starts, "nothing beside x0: no start follows those")
    first = read_whole("seed", seed, 0)
    chance = read_sampler(sampler, until, len(names)), lower, upper, first
    domain = Inside(problem, box if start_box is None else None) if problem.domain else None
    sampling = Sampling(*chance, domain) if x0 is None else None
    if sampling is not None:
        check_runs("starts", count, count, len(names))
    with during("placing the starts"):
        points = read_points(x0, names, box) if sampling is None else sampling.points(count)
    schedule = checked_rates(chosen, limit)
    changes = read_changes(chosen, clip_value, clip_norm, noise)
    least = default_tol if tol is None else read_number("tol", tol, "a number >= 0", 0.0)
    if "noise" in changes and least > 0:
        takes = "0 beside noise, with which every run takes all of its epochs"
        raise ConfigurationError("tol", tol, takes)
    chosen = changed(chosen, **changes, seed=first).started(np.atleast_2d(points))
    every = int(history) if isinstance(history, bool) else read_whole("history", history, 1)
    if every and least == 0.0:  # else runs may end sooner
        check_paths(history, every, len(np.atleast_2d(points)), len(names), limit)
    return Options(
        x0=np.atleast_2d(points),
        several=points.ndim == 2,
        box=box,
        width=_width(lower, upper),
        method=chosen,
        epochs=limit,
        tol=least,
        polish=read_polish(polish, chosen),
        escape=read_flag("escape", escape),
        workers=None if workers is None else read_whole("workers", workers, 1),
        history=every,
        sampling=sampling,
        until=until if sampling else None,
        picked=picked,
        schedule=schedule,
        seed=first if "noise" in changes else None,
        **changes,
    )


def _width(lower: Array, upper: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.fmin(upper - lower, _WIDEST)


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
