"""What the user may say besides the formula: checked once, here, and trusted from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..memory import check_paths, check_runs
from ..methods import METHODS, Automatic, Faithful, Fixed, Method, Newton, OwnRule
from ..methods.clipped import Clipped
from ..methods.noisy import Noisy
from ..methods.schedule import read_schedule
from ..methods.scheduled import Scheduled, scheduled
from ..problem import Problem, Source
from .boxes import Box, read_box
from .inside import Inside
from .names import hint
from .numbers import read_flag, read_number, read_whole
from .picked import AUTO, pick, refuse_too_large
from .points import read_points
from .starts import Sampling, read_sampler, read_starts
from .types import Count, MethodLike, Number, Pairs, Points, Rate, SamplerLike, Starts

EPOCHS = 10_000  # the most steps of a run, when the user names no number
TOL = 1e-8
_WIDEST = 1e300
_TINIEST = float(np.nextafter(0, 1))
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
    chosen, why = _pick(problem, lr, faithful) if _is_auto(method) else (None, None)
    chosen = chosen or read_method(method, lr, faithful)
    refuse_too_large(problem, chosen)
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
    points = read_points(x0, names, box) if sampling is None else sampling.points(count)
    schedule = _checked_rates(chosen, limit)
    changes = _read_changes(chosen, clip_value, clip_norm, noise)
    least = default_tol if tol is None else read_number("tol", tol, "a number >= 0", 0.0)
    if "noise" in changes and least > 0:
        takes = "0 beside noise, with which every run takes all of its epochs"
        raise ConfigurationError("tol", tol, takes)
    chosen = _changed(chosen, **changes, seed=first).started(np.atleast_2d(points))
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
        polish=not chosen.fixed if polish is None else _read_polish(polish, chosen),
        escape=read_flag("escape", escape),
        workers=None if workers is None else read_whole("workers", workers, 1),
        history=every,
        sampling=sampling,
        until=until if sampling else None,
        picked=why,
        schedule=schedule,
        seed=first if "noise" in changes else None,
        **changes,
    )


def _read_changes(method: Method, value: Any, norm: Any, noise: Any) -> dict[str, float]:
    """Read what happens to the gradient before each step; what is None is left out."""
    found = {}
    given = ("clip_value", value, _TINIEST), ("clip_norm", norm, _TINIEST), ("noise", noise, 0.0)
    for name, number, least in given:
        if number is None:
            continue
        if not method.fixed:
            takes = f"None for the method {method.name!r}, whose steps are chosen: give lr"
            raise ConfigurationError(name, number, takes)
        found[name] = read_number(name, number, f"a number {'>' if least else '>='} 0", least)
    return found


def _changed(
    method: Method,
    *,
    seed: int,
    clip_value: float | None = None,
    clip_norm: float | None = None,
    noise: float | None = None,
) -> Method:
    """Give a method that is given other gradients: with noise, then cut by value and by norm."""
    for most, norm in ((clip_norm, True), (clip_value, False)):
        if most is not None:
            assert isinstance(method, Fixed)
            method = Clipped(method, most, norm)
    if noise is not None:
        assert isinstance(method, Fixed)
        method = Noisy(method, noise, seed, np.empty((2, 0)))
    return method


def _checked_rates(method: Method, epochs: int) -> str | None:
    """Check the rates of a schedule, and give its words; None if there is none."""
    if not isinstance(method, Scheduled):
        return None
    rates = method.schedule.until(epochs)
    wrong = np.flatnonzero(~(np.isfinite(rates) & (rates >= 0)))
    if len(wrong):
        got = f"{method.schedule.words}, whose rate number {wrong[0] + 1} is {rates[wrong[0]]:.4g}"
        raise ConfigurationError("lr", got, "rates that are finite and not below 0")
    return method.schedule.words


def _is_auto(method: MethodLike) -> bool:
    return isinstance(method, str) and method == AUTO


def _pick(problem: Problem, lr: Rate | None, faithful: bool) -> tuple[Method, str]:
    """Pick a method, none of which takes a rate or follows ripples."""
    if lr is not None:
        raise ConfigurationError(
            "lr", lr, f"None beside the method {AUTO!r}, which chooses its steps"
        )
    if read_flag("faithful", faithful):
        raise ConfigurationError("faithful", faithful, f"False beside the method {AUTO!r}")
    return pick(problem)


def _read_polish(polish: bool, method: Method) -> bool:
    """Read whether ends are finished by Newton steps, unless all steps are such."""
    if read_flag("polish", polish) and isinstance(method, Newton):
        takes = "None or False beside the method 'newton', whose own steps are Newton's to the end"
        raise ConfigurationError("polish", polish, takes)
    return polish


def _width(lower: Array, upper: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.fmin(upper - lower, _WIDEST)


def read_method(method: MethodLike, lr: Rate | None, faithful: bool = False) -> Method:
    """Read how a step is made: a method, or the name of one and its rate.

    Gradient descent chooses its steps itself where no rate is given, and then it can be faithful.

    Raises
    ------
    ConfigurationError
        If there is no such method, or it cannot do what is asked.
    """
    if callable(method) and not isinstance(method, type):
        method = OwnRule.of(method, lr)
        lr = None
    chosen = _method_object(method, lr) if isinstance(method, Method) else _named(method, lr)
    if not read_flag("faithful", faithful):
        return chosen
    if not isinstance(chosen, Automatic):
        takes = f"False beside the method {chosen.name!r}, whose steps are not chosen"
        raise ConfigurationError("faithful", faithful, takes)
    return Faithful()


def _method_object(method: Method, lr: Rate | None) -> Method:
    if lr is not None:
        raise ConfigurationError("lr", lr, "nothing beside a method object, which has its own")
    fresh = replace(method)  # what a rule refers to may have changed since its last call
    schedule = read_schedule(fresh.settings.get("lr"))
    if schedule is not None:
        assert isinstance(fresh, Fixed)
        fresh = scheduled(fresh, schedule)
    fresh.text  # noqa: B018 - a rule that cannot be written down is refused here
    return fresh


def _named(method: Any, lr: Rate | None) -> Method:
    if not isinstance(method, str) or method not in METHODS:
        known = [*METHODS, AUTO]
        takes = f"a method object, or one of {', '.join(map(repr, known))}{hint(method, known)}"
        raise ConfigurationError("method", method, takes)
    schedule = read_schedule(lr)
    if schedule is not None:
        plain = METHODS[method].with_rate(1.0)
        assert isinstance(plain, Fixed)
        return scheduled(plain, schedule)
    takes = "a number > 0, a schedule, or None for an automatic step"
    rate = None if lr is None else read_number("lr", lr, takes, _TINIEST)
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
