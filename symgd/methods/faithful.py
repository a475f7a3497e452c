"""The automatic step that follows every ripple of f."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from .automatic import Automatic, Evenness


@final
@dataclass(frozen=True)
class Faithful(Automatic):
    r"""The step of `Automatic`, shorter by about half: for which start leads where among ripples.

    It allows a fifth of the error, has no indulgence for convex functions, and looks at the
    curvature along the gradient, :math:`g^T H g / g^T g`: where that is negative, a step leaves a
    maximum at most half as far again behind.

    References
    ----------
    D. Asenjo, J. D. Stevenson, D. J. Wales and D. Frenkel, "Visualizing Basins of Attraction for
    Different Minimization Algorithms", Journal of Physical Chemistry B 117, 12717-12723 (2013),
    doi:10.1021/jp312457a: basins of minimisers beside those of steepest descent.

    Examples
    --------
    >>> import symgd
    >>> symgd.minimize("x**2 + cos(40*x)/9", x0=2.0, method="faithful").x.round(3)
    array([1.937])
    >>> symgd.minimize("x**2 + cos(40*x)/9", x0=2.0, faithful=True).settings.method
    'faithful'
    """

    name: ClassVar[str] = "faithful"
    asks: ClassVar[frozenset[str]] = frozenset({"value", "gradient", "guards", "bend"})
    even: ClassVar[Evenness] = Evenness(error=0.02, convex=0.02)
