"""Rules: methods whose step for one variable is a function of plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..arrays import Array
from .base import Fixed, Pace
from .rates import Rates
from .recording import Program, record
from .recurrence import Recurrence, ScheduledPace, constant_pace
from .schedule import Schedule

if TYPE_CHECKING:
    from ..engine.numbers.lane import Number, State


@dataclass(frozen=True)
class Rule(Fixed):
    """What a rule is; write a frozen dataclass like `GradientDescent` for one of your own.

    The fields of the dataclass are the settings, floats that reach the compiled code as
    arguments; the first is `lr`. `slots` counts the numbers that the rule remembers for each
    variable between steps; they start at zero.

    `shares` names a setting from 0 up to 1 among which `rates` looks for the best. `lasting` says
    that x is never finite again once it, or the gradient, was not.

    The static method ``step(x, grad, epoch, *slots, *settings)`` gives ``(x, *slots)`` after
    one step for one variable; `epoch` counts from 1. It is called once, on values whose operators
    write down what it computes, and that becomes part of the compiled loop. So it may use
    arithmetic, `abs`, ``**`` and some functions of NumPy, as `sqrt`, `sign`, `maximum` and, in
    place of an ``if``, `where`.

    Examples
    --------
    >>> import symgd
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class HeavyBall(symgd.methods.Rule):
    ...     name = "heavy ball"
    ...     slots = 1
    ...     beta: float = 0.9
    ...
    ...     @staticmethod
    ...     def step(x, grad, epoch, velocity, lr, beta):
    ...         velocity = beta * velocity - lr * grad
    ...         return x + velocity, velocity
    >>> r = symgd.minimize("(x - 1)**2", x0=5.0, method=HeavyBall(lr=0.1))
    >>> r.status.name, r.x.round(6)
    ('CONVERGED', array([1.]))
    """

    name: ClassVar[str]
    slots: ClassVar[int] = 0
    shares: ClassVar[tuple[str, ...]] = ()
    lasting: ClassVar[bool] = False
    step: ClassVar[Callable[..., tuple[Any, ...]]]

    lr: float | Schedule | Callable[..., Any]

    @cached_property
    def program(self) -> Program:
        """What the step computes, as it was when this was first asked."""
        return record(type(self).step, self.name, self.slots, len(self.settings))

    def recurrence(self, **settings: Any) -> Recurrence | None:
        """Give what a step does to the error near a minimum, if it is linear.

        Settings may be others, arrays or schedules.
        """
        values = list({**self.settings, **settings}.values())
        return Recurrence.find(self.program, self.slots, values)

    @property
    def text(self) -> str:
        """What it computes, which decides its code."""
        return self.program.text

    @property
    def recovers(self) -> bool:
        """Whether x may be finite again after it, or the gradient, was not."""
        return not self.lasting

    def rows(self, n_vars: int) -> dict[str, int]:
        """Name the slots of all variables."""
        return {"slot": self.slots * n_vars}

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name the settings."""
        return {"setting": len(self.settings)}

    def begin(self, width: Array) -> dict[str, Array]:
        """Give the settings."""
        values = np.broadcast_arrays(*self.settings.values())
        return {"setting": np.stack([np.atleast_1d(v) for v in values]).astype(float)}

    def move(
        self, w: State, gradient: Sequence[Number], epoch: Any
    ) -> tuple[Sequence[Number], Mapping[str, Sequence[Number]]]:
        """Take the step of each variable."""
        return self.moved(w, gradient, epoch, w.all("setting"))

    def moved(
        self, w: State, gradient: Sequence[Number], epoch: Any, settings: Sequence[Number]
    ) -> tuple[Sequence[Number], Mapping[str, Sequence[Number]]]:
        """Take it with the numbers that settings have in this epoch."""
        x, slots, step = w.all("x"), w.all("slot"), self.program.run
        n = len(x)
        moved = [step(x[i], gradient[i], epoch, *slots[i::n], *settings) for i in range(n)]
        kept = [moved[i][1 + k] for k in range(self.slots) for i in range(n)]
        return [m[0] for m in moved], {"slot": kept}

    def rates(self, spectrum: Array) -> Rates:
        """Tell with which settings the rule settles at a minimum, and how fast.

        Parameters
        ----------
        spectrum : ndarray
            Eigenvalues of the Hessian there, ``(n,)``.
        """
        return Rates(self, np.asarray(spectrum, dtype=float))

    def near(self, spectra: Array, epoch: Any = 1) -> Pace | None:
        """Tell how a rule that is linear in x, grad and its slots comes near minima."""
        recurrence = self.recurrence()
        if recurrence is None:
            return None
        if not self.program.scheduled:
            return constant_pace(recurrence, list(self.settings).index("lr"), spectra)
        unknown = np.full(len(spectra), np.nan)
        return ScheduledPace(unknown, unknown, recurrence, spectra, epoch)
