"""BFGS: the inverse Hessian is learnt from changes of the gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

from ..engine.numbers.lane import Number, State, dot, root, select
from .bounded import free, only
from .searched import Learnt, Searched

if TYPE_CHECKING:
    from ..engine.numbers.intrinsics import Truth

CURVED = 2.0**-52  # cosine of the angle between a step and its change of the gradient, at least


@final
@dataclass(frozen=True)
class BFGS(Searched):
    r"""The method of Broyden, Fletcher, Goldfarb and Shanno.

    .. math:: x_{k+1} = x_k - t_k H_k \nabla f(x_k), \quad
              H_{k+1} = (I - \rho s y^T) H_k (I - \rho y s^T) + \rho s s^T

    with the step s, its change of the gradient y, and :math:`\rho = 1 / y^T s`. It begins against
    the gradient, and before its first update with :math:`H = (s^T y / y^T y) I`. The length
    :math:`t_k` fulfils Wolfe's conditions, and no denominator, radicand or argument of a logarithm
    changes its sign.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd edition, Springer (2006), algorithm
    6.1 and formula 6.20, doi:10.1007/978-0-387-40065-5.

    A. S. Lewis and M. L. Overton, "Nonsmooth optimization via quasi-Newton methods", Mathematical
    Programming 141, 135-163 (2013), doi:10.1007/s10107-012-0514-2: the search along a line.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.minimize("100*(y - x**2)**2 + (1 - x)**2", x0=[-1.2, 1.0], method="bfgs")
    >>> r.status.name, r.x.round(6), r.njev < 60
    ('CONVERGED', array([1., 1.]), True)
    """

    name: ClassVar[str] = "bfgs"
    most_vars: ClassVar[float] = 16

    def memory(self, n_vars: int) -> dict[str, int]:
        """Name the lower triangle of the inverse Hessian."""
        return {"inverse": n_vars * (n_vars + 1) // 2}

    def learn(self, w: State, way: Sequence[Number], change: Sequence[Number]) -> Learnt:
        """Update the inverse Hessian; a variable that a bound has held is left out."""
        n, moved = len(way), free(w, w.all("x"), w.all("g"))
        change = only(moved, change)
        along, square = dot(way, change), dot(change, change)
        good = along > CURVED * root(square) * root(dot(way, way))
        inverse, unit = _full(w.all("inverse"), n), along / square
        fresh = w["pairs"] == 0.0
        for i in range(n):
            for j in range(i + 1):
                inverse[i][j] = select(fresh, unit if i == j else 0.0 * unit, inverse[i][j])
        image = _product(inverse, change)
        rho = 1.0 / along
        share = rho * (1.0 + rho * dot(change, image))
        new = [
            inverse[i][j] - rho * (way[i] * image[j] + image[i] * way[j]) + share * way[i] * way[j]
            for i in range(n)
            for j in range(i + 1)
        ]
        return Learnt(good, {"inverse": new})

    def times(
        self,
        memory: Mapping[str, Sequence[Number]],
        gradient: Sequence[Number],
        moving: Sequence[Truth],
    ) -> Sequence[Number]:
        """Multiply a gradient by the inverse Hessian."""
        return only(moving, _product(_full(memory["inverse"], len(gradient)), gradient))


def _full(triangle: Sequence[Number], n: int) -> list[list[Number]]:
    """Give the rows of a lower triangle."""
    entries = iter(triangle)
    return [[next(entries) for _ in range(i + 1)] for i in range(n)]


def _product(triangle: Sequence[Sequence[Number]], vector: Sequence[Number]) -> list[Number]:
    """Multiply a symmetric matrix, of which the lower triangle is given, by a vector."""
    n = len(vector)
    return [dot([triangle[max(i, j)][min(i, j)] for j in range(n)], vector) for i in range(n)]
