"""AdamW: Adam with decay of the variables themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from .adam import moments
from .ranges import NOT_NEGATIVE, SHARE, TINY, Range
from .rule import Rule


@final
@dataclass(frozen=True)
class AdamW(Rule):
    r"""AdamW: Adam, and besides each step a share of x is taken away.

    .. math:: x_{k+1} = x_k - \mathrm{lr}
              \left( \frac{m_k / (1 - \beta_1^k)}{\sqrt{s_k / (1 - \beta_2^k)} + \epsilon}
              + w x_k \right)

    with :math:`m_k` and :math:`s_k` as in `Adam`. With :math:`w > 0` it comes to rest nearer to 0
    than the minimum of f.

    Parameters
    ----------
    lr : float
        The rate.
    beta1, beta2 : float
        The shares of the mean gradient and of the mean square that are kept.
    eps : float
        Added to the size of the gradient, so that nothing is divided by zero.
    weight_decay : float
        The share w.

    References
    ----------
    I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", International Conference on
    Learning Representations (2019), arXiv:1711.05101.

    Examples
    --------
    >>> AdamW(lr=0.5).step(1.0, 2.0, 1, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.75, 0.0, 0.5)
    (0.25, 1.0, 1.0, 0.5, 0.25)
    """

    name: ClassVar[str] = "adamw"
    lasting: ClassVar[bool] = True
    slots: ClassVar[int] = 4
    within: ClassVar[Mapping[str, Range]] = {
        "beta1": SHARE,
        "beta2": SHARE,
        "eps": TINY,
        "weight_decay": NOT_NEGATIVE,
    }

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 1e-4

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
        weight_decay: Any,
    ) -> tuple[Any, ...]:
        """Take one step."""
        slots = mean, square, weight1, weight2
        (mean, square, weight1, weight2), size = moments(grad, slots, beta1, beta2, eps)
        way = mean * weight2 / (weight1 * size) + weight_decay * x
        return x - lr * way, mean, square, weight1, weight2
