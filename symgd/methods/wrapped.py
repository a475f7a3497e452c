"""Methods around another one, which change what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..arrays import Array, Whole
from .base import Fixed, Pace

if TYPE_CHECKING:
    from ..engine.numbers.lane import Number, State


@dataclass(frozen=True)
class Wrapped(Fixed):
    """A method that is another one in all that it does not change.

    Parameters
    ----------
    base : Fixed
        The other one.
    """

    base: Fixed

    def __post_init__(self) -> None:
        """Be called as the other one is."""
        object.__setattr__(self, "name", self.base.name)

    @property
    def settings(self) -> dict[str, Any]:
        """Names and values of the settings."""
        return self.base.settings

    def check(self) -> None:
        """Refuse settings of the other one that are out of their range."""
        self.base.check()

    @property
    def rate(self) -> Any:
        """The rate of the other one."""
        return self.base.rate

    @property
    def adjustable(self) -> bool:
        """Whether the same steps at another rate can be tried."""
        return self.base.adjustable

    @property
    def recovers(self) -> bool:
        """Whether it makes finite steps of a gradient that is not finite."""
        return self.base.recovers

    @property
    def kind(self) -> Any:
        """What tells its code from that of other methods."""
        return type(self), self.base.kind

    @property
    def text(self) -> str | None:
        """What its code depends on besides this package."""
        text, base = self.base.text, type(self.base).__name__
        return None if text is None else f"# around {base}\n{text}"

    @property
    def own(self) -> dict[str, str]:
        """The fields of this one that are settings, by the names that callers have for them."""
        return {}

    @property
    def restless(self) -> Any:
        """Whether it goes on where the gradient vanishes."""
        return self.base.restless

    def with_settings(self, **values: Any) -> Self:
        """Give the method with other settings."""
        mine: Any = {f: values.pop(name) for name, f in self.own.items() if name in values}
        return replace(self, base=self.base.with_settings(**values), **mine)

    def started(self, x0: Array) -> Self:
        """Give the method for runs from these starts."""
        return replace(self, base=self.base.started(x0))

    def lowest_rate(self, epochs: int) -> Any:
        """Give the lowest rate of so many steps."""
        return self.base.lowest_rate(epochs)

    def last_rate(self, nit: Whole) -> Any:
        """Give the rate of the last of so many steps."""
        return self.base.last_rate(nit)

    def take(self, rows: Any) -> Self:
        """Give the method of some runs."""
        mine = {f: getattr(self, f) for f in self.own.values()}
        some: Any = {f: v[rows] for f, v in mine.items() if np.ndim(v)}
        return replace(self, base=self.base.take(rows), **some)

    def rows(self, n_vars: int) -> dict[str, int]:
        """Name what the other one remembers."""
        return self.base.rows(n_vars)

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name what the other one reads."""
        return self.base.constants(n_vars)

    def begin(self, width: Array) -> dict[str, Array]:
        """Give what the other one begins with."""
        return self.base.begin(width)

    def move(
        self, w: State, gradient: Sequence[Number], epoch: Any
    ) -> tuple[Sequence[Number], Mapping[str, Sequence[Number]]]:
        """Take the step of the other one."""
        return self.base.move(w, gradient, epoch)

    def near(self, spectra: Array, epoch: Any = 1) -> Pace | None:
        """Tell how the other one comes near minima."""
        return self.base.near(spectra, epoch)
