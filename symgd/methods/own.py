"""Rules of a user's own, each a plain function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Self

from ..errors import ConfigurationError
from .recording import Program, record
from .rule import Rule

_TAKES = "a function step(x, grad, epoch, *slots, lr, name=number, ...) that gives (x, *slots)"


@dataclass(frozen=True)
class OwnRule(Rule):
    """A rule whose step is a function ``step(x, grad, epoch, *slots, lr, name=number, ...)``.

    It gives ``(x, *slots)`` after one step for one variable. What stands between `epoch`, which
    counts from 1, and `lr` is remembered between steps, and starts at zero; what stands behind `lr`
    are settings with their defaults, to which `functools.partial` gives other numbers. `Rule`
    tells what a step may compute. ``minimize(..., method=step, lr=0.1)`` is the shorter way.

    Parameters
    ----------
    lr : float or Schedule
        The rate.
    function : callable
        The step.

    Examples
    --------
    >>> import symgd
    >>> def heavy_ball(x, grad, epoch, velocity, lr, beta=0.9):
    ...     velocity = beta * velocity - lr * grad
    ...     return x + velocity, velocity
    >>> r = symgd.minimize("(x - 1)**2", x0=5.0, method=heavy_ball, lr=0.1)
    >>> r.settings.method, r.x.round(6)
    ('heavy_ball', array([1.]))
    """

    function: Callable[..., Any]

    @classmethod
    def of(cls, function: Callable[..., Any], lr: Any) -> Self:
        """Give the rule at a rate.

        Raises
        ------
        ConfigurationError
            If the function is no step, or there is no rate.
        """
        if lr is None:
            raise ConfigurationError("lr", lr, "a number > 0, or a schedule, for a rule")
        return cls(lr, function)

    def __post_init__(self) -> None:
        """Read the slots and the settings off the function's parameters."""
        inner = self.function.func if isinstance(self.function, partial) else self.function
        try:
            names = inspect.signature(self.function).parameters
            place = [*names].index("lr")
            defaults = {n: float(p.default) for n, p in [*names.items()][place + 1 :]}
        except (TypeError, ValueError):
            raise ConfigurationError("method", self.function, _TAKES) from None
        if place < 3:
            raise ConfigurationError("method", self.function, _TAKES)
        known = {"name": inner.__name__, "slots": place - 3, "_defaults": defaults}
        vars(self).update(known, _inner=inner)

    @property
    def settings(self) -> dict[str, Any]:
        """The rate, and the defaults of the function."""
        return {"lr": self.lr, **vars(self)["_defaults"]}

    @cached_property
    def program(self) -> Program:
        """What the step computes."""
        names = [*vars(self)["_defaults"]]

        def step(*values: Any) -> Any:
            first, others = values[: 4 + self.slots], values[4 + self.slots :]
            return self.function(*first, **dict(zip(names, others, strict=True)))

        return record(step, self.name, self.slots, 1 + len(names), vars(self)["_inner"])
