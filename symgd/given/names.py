"""Names that callers type, and the nearest known one where a name is unknown."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, ParamSpec, Self, TypeVar

from ..errors import ConfigurationError

_NEAR = 0.7  # likeness of two words from which one may be meant by the other

# Arguments, and the words for them elsewhere.
_ELSEWHERE = {
    "expr": "f fun func function formula expression objective",
    "x0": "start guess initial initial_guess init x_init p0 point points",
    "variables": "vars names symbols unknowns",
    "params": "parameters args constants",
    "bounds": "limits box range domain",
    "start_box": "start_range init_range initial_box search_box",
    "starts": "n_starts num_starts restarts n_restarts n_runs runs n_samples samples num_samples",
    "sampler": "sampling init_method",
    "seed": "random_state random_seed rng",
    "method": "optimizer optimiser algorithm solver rule",
    "lr": "learning_rate rate step step_size stepsize alpha eta schedule scheduler lr_schedule",
    "clip_value": "clipvalue clip clip_grad clip_grad_value max_grad grad_clip",
    "clip_norm": "clipnorm max_norm max_grad_norm clip_grad_norm global_clipnorm",
    "noise": "gradient_noise noise_std sigma stochastic",
    "epochs": "max_iter maxiter max_iterations iterations n_iter num_iter n_iterations steps "
    "n_steps max_steps n_epochs num_epochs max_epochs",
    "tol": "tolerance gtol ftol xtol atol eps epsilon",
    "history": "trajectory path paths return_all",
    "callback": "on_step on_epoch monitor",
    "progress": "verbose disp progress_bar progressbar show_progress",
    "time_limit": "timeout time_out max_time maxtime time_budget seconds",
    "workers": "n_jobs jobs threads n_threads num_threads cores n_workers",
}

P = ParamSpec("P")
R = TypeVar("R")


def nearest(typed: str, known: Iterable[str]) -> str | None:
    """Give the known name that is nearest to what was typed, in letters or in meaning."""
    words = {name.lower(): name for name in reversed(list(known))}
    for name, others in _ELSEWHERE.items():
        if name in words:
            words = dict.fromkeys(others.split(), name) | words
    normal = typed.lower().lstrip("-").replace("-", "_")
    close = difflib.get_close_matches(normal, words, n=1, cutoff=_NEAR)
    return words[close[0]] if close else None


def hint(typed: object, known: Iterable[str]) -> str:
    """Ask for the nearest known name; nothing where none is near."""
    near = nearest(str(typed), known)
    return f"; did you mean {near}?" if near else ""


_NUMBERS = {
    **dict.fromkeys(("e", "E"), "Euler's number 2.718..."),
    **dict.fromkeys(("pi", "Pi", "PI"), "the number pi"),
}


def unknown_name(argument: str, got: object, typed: object, known: Iterable[str]) -> Exception:
    """Give the error for a name that is none of the known ones."""
    known = list(known)
    ask = f"; it is {_NUMBERS[str(typed)]}" if str(typed) in _NUMBERS else hint(typed, known)
    return ConfigurationError(argument, got, f"names out of {known}{ask}")


def check_keywords(
    function: str,
    given: Mapping[str, object],
    known: Iterable[str],
    elsewhere: Mapping[str, str] | None = None,
) -> None:
    """Refuse keywords that a function does not know, with their place or the nearest known one."""
    names = list(known)
    for name, value in given.items():
        if name not in names:
            place = (elsewhere or {}).get(name)
            ask = f"; write {place}" if place else hint(name, names)
            raise ConfigurationError(name, value, f"nothing: {function} has no such argument{ask}")


def known_keywords(
    function: Callable[P, R], elsewhere: Mapping[str, str] | None = None
) -> Callable[P, R]:
    """Make a function refuse unknown keywords with their place or the nearest known one."""
    known = list(inspect.signature(function).parameters)
    name = function.__qualname__.removesuffix(".__init__")

    @wraps(function)
    def checked(*args: P.args, **keywords: P.kwargs) -> R:
        check_keywords(name, keywords, known, elsewhere)
        return function(*args, **keywords)

    return checked


class KnownKeywords:
    """Makes a constructor refuse unknown keywords with the nearest known one."""

    def __new__(cls, *_: Any, **keywords: Any) -> Self:
        """Make an object, whose constructor does the rest."""
        check_keywords(cls.__name__, keywords, inspect.signature(cls).parameters)
        return super().__new__(cls)


def read_names(variables: Any) -> tuple[str, ...] | None:
    """Read the names of variables, in their order; None if there are none."""
    if variables is None:
        return None
    listed = isinstance(variables, Iterable) and not isinstance(variables, str)
    order = tuple(variables) if listed else ()
    if not order or not all(isinstance(name, str) for name in order):
        raise ConfigurationError("variables", variables, "a list of names, such as ['x', 'y']")
    return order
