"""The automatic step: each one is tried, and taken if f falls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self, final

import numpy as np

from ..arrays import Array
from ..engine.numbers.intrinsics import Truth
from ..engine.numbers.lane import (
    INF,
    Number,
    State,
    chosen,
    clip,
    dot,
    larger,
    select,
    size,
    smaller,
)
from ..errors import ConfigurationError
from .base import Adaptive, Move, Point

FIRST_STEP = 1e-3  # length of the first try, as a share of the searched region
_SLACK = 4 * 2.0**-52  # rounding of f that Armijo's rule allows for, relative to f
_ARMIJO = 1e-4  # share of the predicted fall that a step has to bring
_LEASH = 500.0  # first steps that one step may be as long as, besides |x| itself
_LONGEST = 1.7e308  # an infinite length would never shrink
_PATIENCE = 20.0  # accepted steps, more than others, that gain nothing beyond rounding


@final
@dataclass(frozen=True)
class Automatic(Adaptive):
    r"""Gradient descent that chooses its own step, :math:`x_{k+1} = x_k - t_k \nabla f(x_k)`.

    A step is taken if f falls by Armijo's rule, which allows for the rounding of f, else a run at
    the rounding floor would never stop. Steps that were taken set the next length by the two
    formulas of Barzilai and Borwein in turn; a refused one is shortened by a parabola. The first
    evaluation is a step of length zero from a value of infinity.

    References
    ----------
    J. Barzilai and J. M. Borwein, "Two-Point Step Size Gradient Methods", IMA Journal of
    Numerical Analysis 8, 141-148 (1988), doi:10.1093/imanum/8.1.141.

    L. Armijo, "Minimization of functions having Lipschitz continuous first partial
    derivatives", Pacific Journal of Mathematics 16, 1-3 (1966), doi:10.2140/pjm.1966.16.1.

    Examples
    --------
    >>> import symgd
    >>> symgd.minimize("(x - 1)**2", x0=5.0, method="automatic").settings.method
    'automatic'
    """

    name: ClassVar[str] = "automatic"
    asks: ClassVar[frozenset[str]] = frozenset({"value", "gradient"})

    @classmethod
    def with_rate(cls, lr: float | None) -> Self:
        """Give the method, which takes no rate."""
        if lr is not None:
            takes = "None beside the method 'automatic', which chooses its steps"
            raise ConfigurationError("lr", lr, takes)
        return cls()

    def rows(self, n_vars: int) -> dict[str, int]:
        """Name the gradient, f, the length of the next step, and how many gained nothing."""
        return {"g": n_vars, "f": 1, "t": 1, "stall": 1}

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name the length of the first step."""
        return {"scale": 1}

    def begin(self, width: Array) -> dict[str, Array]:
        """Give the value before the first one, and the length of the first step."""
        return {"f": np.full((1, 1), np.inf), "scale": np.full((1, 1), FIRST_STEP * width.min())}

    def target(self, w: State) -> list[Number]:
        """Go against the gradient."""
        t = w["t"]
        return [a - t * b for a, b in zip(w.all("x"), w.all("g"), strict=True)]

    def step(self, w: State, here: Point) -> Move:
        """Accept the step if f falls enough, and choose the length of the next."""
        return _Trial(w, here).move()


class _Trial:
    """A tried step, whether it is good, and what follows from it."""

    def __init__(self, w: State, here: Point) -> None:
        assert here.value is not None
        self.w, self.here, self.value = w, here, here.value
        self.f, self.g = w["f"], w.all("g")
        self.way = [b - a for a, b in zip(w.all("x"), here.x, strict=True)]
        self.slope = dot(self.g, self.way)
        self.first = w["nfev"] == 0.0
        self.slack = select(self.first, 0.0, _SLACK * abs(self.f))
        self.finite = here.usable & (self.value < INF)
        target = self.f + _ARMIJO * self.slope + self.slack
        self.good = self.finite & (self.value <= target) & ~(self.value == -INF)

    def move(self) -> Move:
        t, stall = self.w["t"], self.w["stall"]
        idle = self.f - self.value <= self.slack
        counted = select(idle, stall + 1.0, larger(stall - 1.0, 0.0))
        stall = select(self.good, counted, stall)
        rows = {
            "g": chosen(self.good, self.here.gradient, self.g),
            "f": [select(self.good, self.value, self.f)],
            "t": [select(self.good, self._longer(t), self._shorter(t))],
            "stall": [stall],
        }
        return Move(self.good, self._stuck(stall), rows)

    def _longer(self, t: Number) -> Number:
        """Give the length after a good step.

        Changes of the gradient are taken in units of its size: their squares would underflow.
        """
        inverse = 1.0 / self.here.slope
        pairs = zip(self.here.gradient, self.g, strict=True)
        change = [(a - b) * inverse for a, b in pairs]
        curved = dot(self.way, change)
        barzilai, borwein = dot(self.way, self.way) / curved, curved / dot(change, change)
        nit, scale = self.w["nit"], self.w["scale"]
        even = (nit // 2.0) * 2.0 == nit
        spectral = select(even, barzilai, borwein) * inverse
        length = smaller(100.0 * t, select(curved > 0.0, spectral, 4.0 * t))
        leash = (_LEASH * scale + size(self.here.x)) * inverse
        return select(self.first, scale * inverse, smaller(length, leash))

    def _shorter(self, t: Number) -> Number:
        """Give the length after a bad step: the lowest point of a parabola, within limits."""
        t = smaller(t, _LONGEST)
        parabola = 0.5 * self.slope * t / (self.slope - (self.value - self.f))
        return select(self.finite, clip(parabola, 0.1 * t, 0.5 * t), 0.1 * t)

    def _stuck(self, stall: Number) -> Truth:
        """Tell whether no step can lower f by more than its rounding."""
        still = ~(size(self.way) > 0.0)
        unresolved = still | (~self.good & (-self.slope <= self.slack))
        return (~self.first & unresolved) | (stall > _PATIENCE)
