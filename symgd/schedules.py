"""Schedules: rates that change from epoch to epoch, as values for ``lr``.

===============  ================================================================================
`Constant`       the same rate all along
`Step`           the rate falls by a factor every so many steps
`Exponential`    the same, a little in each step
`InverseTime`    the rate falls like 1/t
`Cosine`         the rate falls along half a cosine
`WarmUp`         the rate rises at first, and then follows another schedule
`Piecewise`      one schedule after the other
===============  ================================================================================

They are functions of the epoch, which counts from 1, and become part of the compiled loop; their
numbers reach it as arguments, so other numbers compile nothing. A function of your own does the
same: its defaults are its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import ConfigurationError
from .given.numbers import read_number, read_whole
from .methods.schedule import Composed, Schedule, read_schedule

__all__ = [
    "Constant",
    "Cosine",
    "Exponential",
    "InverseTime",
    "Piecewise",
    "Schedule",
    "Step",
    "WarmUp",
]


def __dir__() -> list[str]:
    return sorted(__all__)


_ABOVE = float(np.nextafter(0, 1))
Part = float | Schedule | Callable[..., Any]


def _read(schedule: Schedule, least: float, **numbers: float) -> None:
    """Put numbers into the fields of a schedule once they are checked."""
    takes = "a number > 0" if least else "a number >= 0"
    for name, value in numbers.items():
        object.__setattr__(schedule, name, read_number(name, value, takes, least))


def _read_steps(schedule: Schedule, name: str, value: Any) -> None:
    object.__setattr__(schedule, name, read_whole(name, value, 1))


def _part(name: str, value: Any) -> Schedule:
    """Read a schedule that another one is made of: a number is a constant."""
    takes = "a number > 0, or a schedule"
    return read_schedule(value) or Constant(read_number(name, value, takes, _ABOVE))


@dataclass(frozen=True)
class Constant(Composed):
    r"""The same rate all along.

    Parameters
    ----------
    lr : float
        The rate.

    Examples
    --------
    >>> Constant(0.1)([1, 2])
    array([0.1, 0.1])
    """

    lr: float

    def __post_init__(self) -> None:
        _read(self, _ABOVE, lr=self.lr)

    @staticmethod
    def rate(epoch: Any, lr: Any) -> Any:
        """Give the rate of an epoch."""
        return lr


@dataclass(frozen=True)
class Step(Composed):
    r"""The rate is multiplied by a factor every so many steps.

    .. math:: \mathrm{lr}_k = \mathrm{lr} \cdot
              \mathrm{factor}^{\lfloor (k - 1) / \mathrm{every} \rfloor}

    Parameters
    ----------
    lr : float
        The first rate.
    factor : float
        What is left of it each time.
    every : int
        Steps at one rate.

    Examples
    --------
    >>> Step(0.8, factor=0.5, every=2)([1, 2, 3, 4, 5])
    array([0.8, 0.8, 0.4, 0.4, 0.2])
    """

    lr: float
    factor: float
    every: int

    def __post_init__(self) -> None:
        _read(self, _ABOVE, lr=self.lr, factor=self.factor)
        _read_steps(self, "every", self.every)

    @staticmethod
    def rate(epoch: Any, lr: Any, factor: Any, every: Any) -> Any:
        """Give the rate of an epoch."""
        return lr * factor ** ((epoch - 1) // every)


@dataclass(frozen=True)
class Exponential(Composed):
    r"""The rate is multiplied by a factor within so many steps, a little in each.

    .. math:: \mathrm{lr}_k = \mathrm{lr} \cdot \mathrm{factor}^{(k - 1) / \mathrm{every}}

    Parameters
    ----------
    lr : float
        The first rate.
    factor : float
        What is left of it after `every` steps.
    every : int
        The steps; 1 by default.

    Examples
    --------
    >>> Exponential(0.8, factor=0.5)([1, 2, 3])
    array([0.8, 0.4, 0.2])
    """

    lr: float
    factor: float
    every: int = 1

    def __post_init__(self) -> None:
        _read(self, _ABOVE, lr=self.lr, factor=self.factor)
        _read_steps(self, "every", self.every)

    @staticmethod
    def rate(epoch: Any, lr: Any, factor: Any, every: Any) -> Any:
        """Give the rate of an epoch."""
        return lr * factor ** ((epoch - 1) / every)


@dataclass(frozen=True)
class InverseTime(Composed):
    r"""The rate falls like 1/t, by which stochastic gradients come to rest.

    .. math:: \mathrm{lr}_k = \frac{\mathrm{lr}}{1 + \mathrm{decay}\, (k - 1)}

    Parameters
    ----------
    lr : float
        The first rate.
    decay : float
        How fast it falls: after 1/decay steps half of it is left.

    References
    ----------
    H. Robbins, S. Monro, "A stochastic approximation method", Annals of Mathematical Statistics 22,
    400-407 (1951), doi:10.1214/aoms/1177729586.

    Examples
    --------
    >>> InverseTime(1.0, decay=0.5)([1, 3, 7])
    array([1.  , 0.5 , 0.25])
    """

    lr: float
    decay: float

    def __post_init__(self) -> None:
        _read(self, _ABOVE, lr=self.lr)
        _read(self, 0.0, decay=self.decay)

    @staticmethod
    def rate(epoch: Any, lr: Any, decay: Any) -> Any:
        """Give the rate of an epoch."""
        return lr / (1 + decay * (epoch - 1))


@dataclass(frozen=True)
class Cosine(Composed):
    r"""The rate falls along half a cosine, and stays at its lowest then.

    .. math:: \mathrm{lr}_k = \mathrm{lowest} + \frac{\mathrm{lr} - \mathrm{lowest}}{2}
              \left( 1 + \cos \frac{\pi \min(k - 1, \mathrm{steps})}{\mathrm{steps}} \right)

    Parameters
    ----------
    lr : float
        The first rate.
    steps : int
        After so many it is at its lowest.
    lowest : float
        The lowest rate; 0 by default.

    References
    ----------
    I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", International
    Conference on Learning Representations (2017), arXiv:1608.03983.

    Examples
    --------
    >>> Cosine(0.8, steps=10)([1, 6, 11, 99]).round(12)
    array([0.8, 0.4, 0. , 0. ])
    """

    lr: float
    steps: int
    lowest: float = 0.0

    def __post_init__(self) -> None:
        _read(self, _ABOVE, lr=self.lr)
        _read(self, 0.0, lowest=self.lowest)
        _read_steps(self, "steps", self.steps)

    @staticmethod
    def rate(epoch: Any, lr: Any, steps: Any, lowest: Any) -> Any:
        """Give the rate of an epoch."""
        turn = np.pi * (np.minimum(epoch - 1, steps) / steps)
        return lowest + (lr - lowest) * (0.5 + 0.5 * np.cos(turn))


@dataclass(frozen=True)
class WarmUp(Composed):
    r"""The rate rises evenly to the first one of another schedule, which it follows then.

    .. math:: \mathrm{lr}_k = \frac{k}{\mathrm{steps}}\, \mathrm{then}_1
              \ (k \le \mathrm{steps}), \quad \mathrm{then}_{k - \mathrm{steps}}
              \ (k > \mathrm{steps})

    Parameters
    ----------
    steps : int
        How many it takes.
    then : float, Schedule or callable
        What follows.

    References
    ----------
    P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour" (2017),
    arXiv:1706.02677.

    Examples
    --------
    >>> WarmUp(4, then=Exponential(0.8, factor=0.5))([1, 2, 3, 4, 5, 6])
    array([0.2, 0.4, 0.6, 0.8, 0.8, 0.4])
    """

    steps: int
    then: Part

    def __post_init__(self) -> None:
        _read_steps(self, "steps", self.steps)
        object.__setattr__(self, "then", _part("then", self.then))

    @staticmethod
    def rate(epoch: Any, steps: Any, then: Any) -> Any:
        """Give the rate of an epoch."""
        after = then(np.maximum(epoch - steps, 1.0))
        return np.where(epoch <= steps, epoch / steps * then(1.0), after)


@dataclass(frozen=True)
class Piecewise(Composed):
    r"""One schedule after the other, each from its own beginning on.

    Parameters
    ----------
    parts : sequence of float, Schedule or callable
        The schedules; a number is a rate that stays.
    after : sequence of int
        After how many steps in all the second, the third and so on begins.

    Examples
    --------
    >>> Piecewise([0.5, 0.1, Exponential(0.8, factor=0.5)], after=[2, 3])([1, 2, 3, 4, 5])
    array([0.5, 0.5, 0.1, 0.8, 0.4])
    """

    parts: Sequence[Part]
    after: Sequence[int]

    def __post_init__(self) -> None:
        parts = tuple(_part("parts", part) for part in _listed("parts", self.parts))
        after = tuple(read_whole("after", count, 1) for count in _listed("after", self.after))
        if len(after) != len(parts) - 1 or list(after) != sorted(set(after)):
            takes = "ascending numbers of steps, one less than there are parts"
            raise ConfigurationError("after", self.after, takes)
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "after", after)

    @staticmethod
    def rate(epoch: Any, parts: Any, after: Any) -> Any:
        """Give the rate of an epoch."""
        rate = parts[0](epoch)
        for part, count in zip(parts[1:], after, strict=True):
            rate = np.where(epoch <= count, rate, part(np.maximum(epoch - count, 1.0)))
        return rate


def _listed(name: str, given: Any) -> list[Any]:
    try:
        return list(given)
    except TypeError:
        raise ConfigurationError(name, given, "a list") from None
