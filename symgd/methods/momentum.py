"""Gradient descent with momentum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from .ranges import DAMPING, Range
from .rule import Rule


@final
@dataclass(frozen=True)
class Momentum(Rule):
    r"""Polyak's heavy ball: a step, and a share of the last one again.

    .. math:: v_{k+1} = \beta v_k - \mathrm{lr}\, \nabla f(x_k), \quad x_{k+1} = x_k + v_{k+1}

    Parameters
    ----------
    lr : float
        The rate.
    beta : float
        The share of the last step that is kept.

    References
    ----------
    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR
    Computational Mathematics and Mathematical Physics 4(5), 1-17 (1964),
    doi:10.1016/0041-5553(64)90137-5.

    Examples
    --------
    >>> Momentum(lr=0.25).step(1.0, 2.0, 1, 0.5, 0.25, 0.9)
    (0.95, -0.04999999999999999)
    """

    name: ClassVar[str] = "momentum"
    lasting: ClassVar[bool] = True
    slots: ClassVar[int] = 1
    shares: ClassVar[tuple[str, ...]] = ("beta",)
    within: ClassVar[Mapping[str, Range]] = {"beta": DAMPING}

    beta: float = 0.9

    @staticmethod
    def step(x: Any, grad: Any, epoch: Any, velocity: Any, lr: Any, beta: Any) -> tuple[Any, Any]:
        """Take one step."""
        velocity = beta * velocity - lr * grad
        return x + velocity, velocity
