"""RMSProp: rates divided by the usual size of the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from .ranges import SHARE, TINY, Range
from .rule import Rule


@final
@dataclass(frozen=True)
class RMSProp(Rule):
    r"""RMSProp: each variable's rate is divided by the size that its gradient has had lately.

    .. math:: s_{k+1} = \rho s_k + (1 - \rho) g_k^2, \quad
              x_{k+1} = x_k - \mathrm{lr}\, g_k / \sqrt{s_{k+1} + \epsilon}

    Parameters
    ----------
    lr : float
        The rate.
    decay : float
        The share of the mean square that is kept, :math:`\rho`.
    eps : float
        Added to it, so that nothing is divided by zero.

    References
    ----------
    T. Tieleman, G. Hinton, "Lecture 6.5: rmsprop, divide the gradient by a running average of its
    recent magnitude", Coursera: Neural Networks for Machine Learning (2012).

    Examples
    --------
    >>> RMSProp(lr=0.5).step(1.0, 2.0, 1, 0.0, 0.5, 0.75, 0.0)
    (0.0, 1.0)
    """

    name: ClassVar[str] = "rmsprop"
    lasting: ClassVar[bool] = True
    slots: ClassVar[int] = 1
    within: ClassVar[Mapping[str, Range]] = {"decay": SHARE, "eps": TINY}

    decay: float = 0.9
    eps: float = 1e-8

    @staticmethod
    def step(
        x: Any, grad: Any, epoch: Any, square: Any, lr: Any, decay: Any, eps: Any
    ) -> tuple[Any, Any]:
        """Take one step."""
        square = decay * square + (1 - decay) * grad * grad
        return x - lr * grad / (square + eps) ** 0.5, square
