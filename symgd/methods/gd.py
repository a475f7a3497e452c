"""Plain gradient descent at a fixed rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Pace
from .rule import Rule


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

    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR
    Computational Mathematics and Mathematical Physics 4(5), 1-17 (1964),
    doi:10.1016/0041-5553(64)90137-5: how it comes near a minimum.

    Examples
    --------
    >>> GradientDescent(lr=0.25).step(1.0, 2.0, 1, 0.25)
    (0.5,)
    >>> pace = GradientDescent(lr=0.1).near(np.array([[1.0, 4.0]]))
    >>> pace.factor, pace.largest_rate
    (array([0.9]), array([0.5]))
    """

    name: ClassVar[str] = "gd"
    lasting: ClassVar[bool] = True

    @staticmethod
    def step(x: Any, grad: Any, epoch: Any, lr: Any) -> tuple[Any]:
        """Take one step."""
        return (x - lr * grad,)

    def near(self, spectra: Array, epoch: Any = 1) -> Pace:
        r"""Give :math:`\max_i |1 - \mathrm{lr}\,\lambda_i|` and 2 / largest eigenvalue."""
        with np.errstate(all="ignore"):
            high = np.fmax.reduce(spectra, axis=1)
            factor = np.fmax.reduce(np.abs(1 - (self.rate * spectra.T)), axis=0)
            return Pace(np.asarray(factor), np.where(high <= 0, np.inf, 2 / high))
