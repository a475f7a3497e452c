"""Rules of a user's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from symgd.methods import Rule


@dataclass(frozen=True)
class HeavyBall(Rule):
    """Polyak's momentum: each variable remembers its velocity."""

    name: ClassVar[str] = "heavy ball"
    slots: ClassVar[int] = 1

    beta: float = 0.9

    @staticmethod
    def step(x, grad, epoch, velocity, lr, beta):
        velocity = beta * velocity - lr * grad
        return x + velocity, velocity


@dataclass(frozen=True)
class Averaged(Rule):
    """Two memories and the number of the epoch, in the manner of Adam."""

    name: ClassVar[str] = "averaged"
    slots: ClassVar[int] = 2

    beta1: float = 0.9
    beta2: float = 0.99

    @staticmethod
    def step(x, grad, epoch, mean, square, lr, beta1, beta2):
        mean = beta1 * mean + (1 - beta1) * grad
        square = beta2 * square + (1 - beta2) * grad * grad
        size = (square / (1 - beta2**epoch)) ** 0.5 + 1e-8
        return x - lr * (mean / (1 - beta1**epoch)) / size, mean, square
