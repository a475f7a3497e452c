"""Descent rules: each a small value with named settings and one step function of floats.

A rule never loops, stops or counts; the kernel does that for all of them.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields, replace
from typing import Any, ClassVar, Self, final


@dataclass(frozen=True)
class Rule(ABC):
    """What a rule is; write a frozen dataclass like `GradientDescent` for one of your own.

    The fields of the dataclass are the settings, floats that reach the compiled code as
    arguments; the first is `lr`. `slots` counts the numbers that the rule remembers for each
    variable between steps; they start at zero.

    The static method ``step(x, grad, epoch, *slots, *settings)`` gives ``(x, *slots)`` after
    one step for one variable; `epoch` counts from 1. It becomes part of the
    compiled loop and runs on values that stand for a lane's numbers, so it may use arithmetic,
    `abs` and ``**`` only, and no ``if``.
    """

    name: ClassVar[str]
    slots: ClassVar[int] = 0
    step: ClassVar[Callable[..., tuple[Any, ...]]]

    lr: float

    @property
    def settings(self) -> dict[str, float]:
        """Names and values of the settings, in the order in which `step` takes them."""
        return {f.name: v for f, v in zip(fields(self), astuple(self), strict=True)}

    def of(self, rows: Any) -> Self:
        """Give the rule of some runs, where a setting is an array with one value a run."""
        arrays: dict[str, Any] = {n: v for n, v in self.settings.items() if hasattr(v, "__len__")}
        return replace(self, **{n: v[rows] for n, v in arrays.items()}) if arrays else self


@final
@dataclass(frozen=True)
class GradientDescent(Rule):
    r"""Plain gradient descent, :math:`x_{k+1} = x_k - \mathrm{lr}\, \nabla f(x_k)`.

    Parameters
    ----------
    lr : float
        The fixed step.

    References
    ----------
    A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées",
    Comptes rendus hebdomadaires des séances de l'Académie des sciences 25, 536-538 (1847).

    Examples
    --------
    >>> GradientDescent(lr=0.25).step(1.0, 2.0, 1, 0.25)
    (0.5,)
    """

    name: ClassVar[str] = "gd"

    @staticmethod
    def step(x: float, grad: float, epoch: float, lr: float) -> tuple[float]:
        """Take one step."""
        return (x - lr * grad,)


RULES: dict[str, type[Rule]] = {"gd": GradientDescent}
