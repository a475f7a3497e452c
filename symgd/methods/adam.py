"""Adam: momentum with rates divided by the usual size of the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from .ranges import SHARE, TINY, Range
from .rule import Rule


def moments(
    grad: Any, slots: tuple[Any, Any, Any, Any], beta1: Any, beta2: Any, eps: Any
) -> tuple[tuple[Any, Any, Any, Any], Any]:
    """Give the next means of the gradients and of their squares, and the size that these tell.

    The other two slots are the same means of ones, ``1 - beta**epoch``: what the weights add up to.
    The size is given times the last of them, which saves a division; they are slow.

    Examples
    --------
    >>> moments(2.0, (0.0, 0.0, 0.0, 0.0), 0.5, 0.75, 0.0)
    ((1.0, 1.0, 0.5, 0.25), 0.5)
    """
    mean, square, weight1, weight2 = slots
    mean = beta1 * mean + (1 - beta1) * grad
    square = beta2 * square + (1 - beta2) * grad * grad
    weight1 = beta1 * weight1 + (1 - beta1)
    weight2 = beta2 * weight2 + (1 - beta2)
    size = (square * weight2) ** 0.5 + eps * weight2
    return (mean, square, weight1, weight2), size


@final
@dataclass(frozen=True)
class Adam(Rule):
    r"""Adam: the mean of the gradients over the root of the mean of their squares.

    .. math:: m_{k} = \beta_1 m_{k-1} + (1 - \beta_1) g_k, \quad
              s_k = \beta_2 s_{k-1} + (1 - \beta_2) g_k^2

    .. math:: x_{k+1} = x_k - \mathrm{lr}\,
              \frac{m_k / (1 - \beta_1^k)}{\sqrt{s_k / (1 - \beta_2^k)} + \epsilon}

    No theory tells with which rates it settles: near a minimum its steps may go on for ever.

    Parameters
    ----------
    lr : float
        The rate.
    beta1, beta2 : float
        The shares of the mean gradient and of the mean square that are kept.
    eps : float
        Added to the size of the gradient, so that nothing is divided by zero.

    References
    ----------
    D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", International Conference on
    Learning Representations (2015), arXiv:1412.6980.

    Examples
    --------
    >>> Adam(lr=0.5).step(1.0, 2.0, 1, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.75, 0.0)
    (0.5, 1.0, 1.0, 0.5, 0.25)
    """

    name: ClassVar[str] = "adam"
    lasting: ClassVar[bool] = True
    slots: ClassVar[int] = 4
    within: ClassVar[Mapping[str, Range]] = {"beta1": SHARE, "beta2": SHARE, "eps": TINY}

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    @staticmethod
    def step(
        x: Any,
        grad: Any,
        epoch: Any,
        mean: Any,
        square: Any,
        weight1: Any,
        weight2: Any,
        lr: Any,
        beta1: Any,
        beta2: Any,
        eps: Any,
    ) -> tuple[Any, ...]:
        """Take one step."""
        slots = mean, square, weight1, weight2
        (mean, square, weight1, weight2), size = moments(grad, slots, beta1, beta2, eps)
        way = lr * mean * weight2 / (weight1 * size)
        return x - way, mean, square, weight1, weight2
