"""A rule whose rate is a function of the epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Whole
from ..errors import ConfigurationError
from .base import Fixed, Pace
from .recurrence import ScheduledPace
from .rule import Rule
from .schedule import Schedule
from .wrapped import Wrapped

if TYPE_CHECKING:
    from ..engine.numbers.lane import Number, State


@dataclass(frozen=True)
class Scheduled(Wrapped):
    """A rule, and the schedule of its rate.

    Parameters
    ----------
    base : Rule
        The rule at any rate.
    schedule : Schedule
        Its rates.
    """

    base: Rule
    schedule: Schedule

    @property
    def rate(self) -> Any:
        """The rate differs from step to step."""
        return np.nan

    @property
    def adjustable(self) -> bool:
        """Whether the same steps at another rate can be tried."""
        return False

    @property
    def text(self) -> str:
        """What it computes."""
        return f"{self.base.text}\n{self.schedule.program.text}"

    def lowest_rate(self, epochs: int) -> float:
        """Give the lowest rate of so many steps."""
        return float(self.schedule.until(epochs).min())

    def last_rate(self, nit: Whole) -> Array:
        """Give the rate of the last of so many steps; of the first where none was taken."""
        return self.schedule(np.maximum(nit, 1))

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name the settings, and the numbers of the schedule."""
        return {**self.base.constants(n_vars), "schedule": len(self.schedule.numbers)}

    def begin(self, width: Array) -> dict[str, Array]:
        """Give the settings, and the numbers of the schedule."""
        numbers = np.array(self.schedule.numbers, dtype=float).reshape(-1, 1)
        return {**self.base.begin(width), "schedule": numbers}

    def move(
        self, w: State, gradient: Sequence[Number], epoch: Any
    ) -> tuple[Sequence[Number], Mapping[str, Sequence[Number]]]:
        """Take the step of the rule at the rate of this epoch."""
        (rate,) = self.schedule.program.run(epoch, *w.all("schedule"))
        settings = [rate, *w.all("setting")[1:]]
        return self.base.moved(w, gradient, epoch, settings)

    def near(self, spectra: Array, epoch: Any = 1) -> Pace | None:
        """Follow the error from epoch to epoch, for a rule that is linear."""
        base = self.base
        recurrence = base.recurrence(lr=self.schedule)
        if recurrence is None:
            return None
        steady = base.near(spectra)
        unknown = np.full(len(spectra), np.nan)
        largest = unknown if steady is None else steady.largest_rate
        return ScheduledPace(unknown, largest, recurrence, spectra, epoch)


def scheduled(method: Fixed, schedule: Schedule) -> Scheduled:
    """Give a method whose rates follow a schedule.

    Raises
    ------
    ConfigurationError
        If its `lr` is no rate of steps, or the schedule cannot be written down.
    """
    if not isinstance(method, Rule):
        takes = f"a number for the method {method.name!r}, whose steps change by themselves"
        raise ConfigurationError("lr", schedule.words, takes)
    schedule.program  # noqa: B018 - one that cannot be written down is refused here
    return Scheduled(replace(method, lr=1.0), schedule)
