"""How runs step: the method as callers give it, its rate, and what happens to its gradient."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ConfigurationError
from ..methods import METHODS, Automatic, Faithful, Fixed, Method, Newton, OwnRule
from ..methods.base import rateless
from ..methods.clipped import Clipped
from ..methods.noisy import Noisy
from ..methods.schedule import read_schedule
from ..methods.scheduled import Scheduled, scheduled
from ..problem import Problem
from .named import unknown_method
from .numbers import read_flag, read_number
from .picked import AUTO, pick, refuse_too_large
from .types import MethodLike, Rate

_TINIEST = float(np.nextafter(0, 1))
CHANGES = {  # of gradients: what each takes, and the least value
    "clip_value": ("a number > 0", _TINIEST),
    "clip_norm": ("a number > 0", _TINIEST),
    "noise": ("a number >= 0", 0.0),
}


def read_method(
    problem: Problem, method: MethodLike, lr: Rate | None, faithful: bool = False
) -> tuple[Method, str | None]:
    """Read how a step is made: a method, or the name of one and its rate.

    Gradient descent chooses its steps itself where no rate is given, and then it can be faithful.

    Returns
    -------
    method : Method
        How a step is made.
    picked : str or None
        Why this one, if it was picked for the formula.

    Raises
    ------
    ConfigurationError
        If there is no such method, or it cannot do what is asked.
    """
    if isinstance(method, str) and method == AUTO:
        return _picked(problem, lr, faithful)
    if callable(method) and not isinstance(method, type):
        method = OwnRule.of(method, lr)
        lr = None
    chosen = _method_object(method, lr) if isinstance(method, Method) else _named(method, lr)
    refuse_too_large(problem, chosen)
    if not read_flag("faithful", faithful):
        return chosen, None
    if not isinstance(chosen, Automatic):
        takes = f"False beside the method {chosen.name!r}, whose steps are not chosen"
        raise ConfigurationError("faithful", faithful, takes)
    return Faithful(), None


def read_changes(method: Method, value: Any, norm: Any, noise: Any) -> dict[str, float]:
    """Read what happens to the gradient before each step; what is None is left out.

    Raises
    ------
    ConfigurationError
        If a number is wrong, or the method chooses its steps.
    """
    found = {}
    for name, number in zip(CHANGES, (value, norm, noise), strict=True):
        if number is None:
            continue
        if not method.fixed:
            raise ConfigurationError(name, number, _nothing_beside(method))
        found[name] = read_number(name, number, *CHANGES[name])
    return found


def changed(
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


def checked_rates(method: Method, epochs: int) -> str | None:
    """Check the rates of a schedule, and give its words; None if there is none.

    Raises
    ------
    ConfigurationError
        Names the first rate that is wrong.
    """
    if not isinstance(method, Scheduled):
        return None
    rates = method.schedule.until(epochs)
    wrong = np.flatnonzero(~(np.isfinite(rates) & (rates >= 0)))
    if len(wrong):
        got = f"{method.schedule.words}, whose rate number {wrong[0] + 1} is {rates[wrong[0]]:.4g}"
        raise ConfigurationError("lr", got, "rates that are finite and not below 0")
    return method.schedule.words


def read_polish(polish: bool | None, method: Method) -> bool:
    """Read whether ends are finished by Newton steps; by default those of chosen steps are.

    Raises
    ------
    ConfigurationError
        If all steps are such.
    """
    if polish is None:
        return not method.fixed
    if read_flag("polish", polish) and isinstance(method, Newton):
        takes = "None or False beside the method 'newton', whose own steps are Newton's to the end"
        raise ConfigurationError("polish", polish, takes)
    return polish


def _picked(problem: Problem, lr: Rate | None, faithful: bool) -> tuple[Method, str]:
    """Pick a method, none of which takes a rate or follows ripples."""
    if lr is not None:
        takes = f"None beside the method {AUTO!r}, which chooses its steps"
        raise ConfigurationError("lr", lr, takes)
    if read_flag("faithful", faithful):
        raise ConfigurationError("faithful", faithful, f"False beside the method {AUTO!r}")
    return pick(problem)


def _nothing_beside(method: Method) -> str:
    """Tell what helps where gradients of a method are to be changed whose steps are chosen."""
    helps = "give lr" if isinstance(method, Automatic) else "take one with a rate, such as 'gd'"
    return f"None for the method {method.name!r}, whose steps are chosen: {helps}"


def _method_object(method: Method, lr: Rate | None) -> Method:
    if lr is not None:
        raise ConfigurationError("lr", lr, "nothing beside a method object, which has its own")
    fresh = replace(method)  # what a rule refers to may have changed since its last call
    schedule = read_schedule(fresh.settings.get("lr"))
    for name, value in fresh.settings.items():
        if name != "lr":
            read_number(name, value, "a number")
        elif schedule is None:
            read_number(name, value, "a number > 0, or a schedule", _TINIEST)
    fresh.check()
    if schedule is not None:
        assert isinstance(fresh, Fixed)
        fresh = scheduled(fresh, schedule)
    fresh.text  # noqa: B018 - a rule that cannot be written down is refused here
    return fresh


def _named(method: Any, lr: Rate | None) -> Method:
    if not isinstance(method, str) or method not in METHODS:
        raise unknown_method(method)
    schedule = read_schedule(lr)
    if schedule is not None:
        plain = METHODS[method]
        if not issubclass(plain, Fixed):
            raise ConfigurationError("lr", schedule.words, rateless(method))
        return scheduled(plain.with_rate(1.0), schedule)
    takes = "a number > 0, a schedule, or None for an automatic step"
    rate = None if lr is None else read_number("lr", lr, takes, _TINIEST)
    if method == "gd" and rate is None:
        return Automatic()
    return METHODS[method].with_rate(rate)
