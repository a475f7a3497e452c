"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from .adam import moments
from .ranges import SHARE, TINY, Range
from .rule import Rule


@final
@dataclass(frozen=True)
class NAdam(Rule):
    r"""NAdam: Adam that looks ahead as Nesterov's momentum does.

    .. math:: x_{k+1} = x_k - \mathrm{lr}\,
              \frac{\beta_1 m_k / (1 - \beta_1^{k+1}) + (1 - \beta_1) g_k / (1 - \beta_1^k)}
              {\sqrt{s_k / (1 - \beta_2^k)} + \epsilon}

    with :math:`m_k` and :math:`s_k` as in `Adam`.

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
    T. Dozat, "Incorporating Nesterov momentum into Adam", International Conference on Learning
    Representations, Workshop Track (2016).

    Examples
    --------
    >>> slots = 0.0, 0.0, 0.0, 0.0
    >>> x, *slots = NAdam(lr=0.5).step(1.0, 2.0, 1, *slots, 0.5, 0.5, 0.75, 0.0)
    >>> round(x, 12), slots
    (0.333333333333, [1.0, 1.0, 0.5, 0.25])
    """

    name: ClassVar[str] = "nadam"
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
        following = beta1 * weight1 + (1 - beta1)
        ahead = beta1 * mean * weight1 + (1 - beta1) * grad * following
        way = lr * ahead * weight2 / (weight1 * following * size)
        return x - way, mean, square, weight1, weight2
