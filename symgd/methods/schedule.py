"""Schedules: rates that are a function of the epoch."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..given.names import KnownKeywords
from .recording import Program, record_rate

_LOOKS = 100_000  # epochs at which rates are looked at


class Schedule(KnownKeywords, ABC):
    """What schedules have in common: a rate for each epoch, which counts from 1.

    Called with epochs, it gives their rates. The numbers of a schedule reach compiled code as
    arguments, so other numbers compile nothing.
    """

    @property
    @abstractmethod
    def numbers(self) -> tuple[float, ...]:
        """All of its numbers, and those of the schedules that it is made of."""

    @abstractmethod
    def at(self, epoch: Any, *numbers: Any) -> Any:
        """Give the rate of an epoch, by numbers that may not be known yet."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The call that makes it."""

    @property
    def source(self) -> Any:
        """The function whose lines are shown where one of them cannot be computed."""
        return self.at

    @cached_property
    def program(self) -> Program:
        """What it computes."""
        return record_rate(self.at, self.words, len(self.numbers), self.source)

    def until(self, epochs: int) -> Array:
        """Give the rates of all epochs, or of many where there are too many."""
        return self(
            np.unique(np.geomspace(1, epochs, _LOOKS).round())
            if epochs > _LOOKS
            else np.arange(1, epochs + 1)
        )

    def __call__(self, epoch: Any) -> Array:
        """Give the rates of epochs, for numbers of any shape."""
        epochs = np.asarray(epoch, dtype=float)
        (rates,) = self.program.run(epochs, *self.numbers)
        return np.asarray(rates + np.zeros(epochs.shape))


@dataclass(frozen=True)
class Composed(Schedule):
    """A schedule whose rate is a formula of its fields: numbers, schedules, or several of these.

    ``rate(epoch, *fields)`` gives it; a schedule among the fields is a function of the epoch there.
    """

    @staticmethod
    @abstractmethod
    def rate(epoch: Any, *values: Any) -> Any:
        """Give the rate of an epoch."""

    @property
    def _values(self) -> list[Any]:
        return [getattr(self, f.name) for f in fields(self)]

    @property
    def numbers(self) -> tuple[float, ...]:
        """All of its numbers, and those of the schedules that it is made of."""
        return tuple(_flat(self._values))

    @property
    def words(self) -> str:
        """The call that makes it."""
        given = ", ".join(f"{f.name}={_word(getattr(self, f.name))}" for f in fields(self))
        return f"{type(self).__name__}({given})"

    def at(self, epoch: Any, *numbers: Any) -> Any:
        """Give the rate of an epoch, by numbers that may not be known yet."""
        given = iter(numbers)
        return self.rate(epoch, *(_with(value, given) for value in self._values))


def _flat(values: Sequence[Any]) -> Iterator[float]:
    for value in values:
        if isinstance(value, Schedule):
            yield from value.numbers
        elif isinstance(value, tuple):
            yield from _flat(value)
        else:
            yield float(value)


def _with(value: Any, numbers: Iterator[Any]) -> Any:
    """Give a field with its numbers out of those of the whole schedule."""
    if isinstance(value, Schedule):
        own = [next(numbers) for _ in value.numbers]
        return lambda epoch: value.at(epoch, *own)
    if isinstance(value, tuple):
        return [_with(v, numbers) for v in value]
    return next(numbers)


def _word(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_word, value))}]"
    return value.words if isinstance(value, Schedule) else repr(value)


class Own(Schedule):
    """A function of a user's own, ``rate(epoch, name=number, ...)``.

    Parameters
    ----------
    function : callable
        Its defaults are the numbers of the schedule; `functools.partial` gives it others.

    Raises
    ------
    ConfigurationError
        If it takes anything else.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._name = getattr(_inner(function), "__name__", "schedule")
        self._defaults = _defaults(function)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The defaults of the function."""
        return tuple(self._defaults.values())

    @property
    def words(self) -> str:
        """The name of the function with its numbers."""
        given = [f"{name}={_word(value)}" for name, value in self._defaults.items()]
        return f"{self._name}({', '.join(['epoch', *given])})"

    @property
    def source(self) -> Any:
        """The function whose lines are shown where one of them cannot be computed."""
        return _inner(self._function)

    def at(self, epoch: Any, *numbers: Any) -> Any:
        """Give the rate of an epoch, by numbers that may not be known yet."""
        return self._function(epoch, **dict(zip(self._defaults, numbers, strict=True)))


def _inner(function: Any) -> Any:
    return function.func if isinstance(function, partial) else function


def _defaults(function: Callable[..., Any]) -> dict[str, float]:
    takes = "a function rate(epoch, name=number, ...)"
    try:
        first, *others = inspect.signature(function).parameters.values()
        given = {p.name: float(p.default) for p in others}
    except (TypeError, ValueError):
        raise ConfigurationError("lr", function, takes) from None
    if first.kind not in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD):
        raise ConfigurationError("lr", function, takes)
    return given


def read_schedule(value: Any) -> Schedule | None:
    """Read a schedule, or a function that is one; None for what is neither."""
    if isinstance(value, type) or not callable(value):
        return None
    return value if isinstance(value, Schedule) else Own(value)
