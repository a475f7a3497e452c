"""AdaGrad: rates that shrink with all gradients so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from .ranges import NOT_NEGATIVE, TINY, Range
from .rule import Rule


@final
@dataclass(frozen=True)
class AdaGrad(Rule):
    r"""AdaGrad: each variable's rate is divided by the size of all its gradients so far.

    .. math:: s_{k+1} = s_k + g_k^2, \quad
              x_{k+1} = x_k - \mathrm{lr}\, g_k / \sqrt{s_{k+1} + s_0 + \epsilon}

    Parameters
    ----------
    lr : float
        The rate.
    initial : float
        The squares to begin with, :math:`s_0`.
    eps : float
        Added to them, so that nothing is divided by zero.

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", Journal of Machine Learning Research 12, 2121-2159 (2011).

    Examples
    --------
    >>> AdaGrad(lr=0.5).step(1.0, 2.0, 1, 0.0, 0.5, 0.0, 0.0)
    (0.5, 4.0)
    """

    name: ClassVar[str] = "adagrad"
    lasting: ClassVar[bool] = True
    slots: ClassVar[int] = 1
    within: ClassVar[Mapping[str, Range]] = {"initial": NOT_NEGATIVE, "eps": TINY}

    initial: float = 0.1
    eps: float = 1e-7

    @staticmethod
    def step(
        x: Any, grad: Any, epoch: Any, squares: Any, lr: Any, initial: Any, eps: Any
    ) -> tuple[Any, Any]:
        """Take one step."""
        squares = squares + grad * grad
        return x - lr * grad / (squares + initial + eps) ** 0.5, squares
