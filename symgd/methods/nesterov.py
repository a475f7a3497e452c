"""Nesterov's accelerated gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from .rule import Rule


@final
@dataclass(frozen=True)
class Nesterov(Rule):
    r"""Nesterov's momentum: the gradient counts where the last step would lead.

    .. math:: v_{k+1} = \beta v_k - \mathrm{lr}\, \nabla f(x_k), \quad
              x_{k+1} = x_k + \beta v_{k+1} - \mathrm{lr}\, \nabla f(x_k)

    Here x is the point looked ahead to, as is usual today.

    Parameters
    ----------
    lr : float
        The rate.
    beta : float
        The share of the last step that is kept.

    References
    ----------
    Yu. E. Nesterov, "A method of solving a convex programming problem with convergence rate
    O(1/k^2)", Soviet Mathematics Doklady 27, 372-376 (1983).

    I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum
    in deep learning", Proceedings of Machine Learning Research 28(3), 1139-1147 (2013).

    Examples
    --------
    >>> Nesterov(lr=0.25).step(1.0, 2.0, 1, 0.5, 0.25, 0.5)
    (0.375, -0.25)
    """

    name: ClassVar[str] = "nesterov"
    lasting: ClassVar[bool] = True
    slots: ClassVar[int] = 1
    shares: ClassVar[tuple[str, ...]] = ("beta",)

    beta: float = 0.9

    @staticmethod
    def step(x: Any, grad: Any, epoch: Any, velocity: Any, lr: Any, beta: Any) -> tuple[Any, Any]:
        """Take one step."""
        velocity = beta * velocity - lr * grad
        return x + beta * velocity - lr * grad, velocity
