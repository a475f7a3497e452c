"""L-BFGS: BFGS that remembers the last few steps only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

from ..engine.numbers.lane import Number, State, dot, root, select
from .bfgs import CURVED
from .bounded import only
from .searched import Learnt, Searched

if TYPE_CHECKING:
    from ..engine.numbers.intrinsics import Truth

PAIRS = 10  # steps that are remembered


@final
@dataclass(frozen=True)
class LBFGS(Searched):
    r"""BFGS with limited memory: the inverse Hessian of the last ten steps.

    The product of :math:`H_k` and a gradient comes from these by the recursion of two loops, which
    begins with :math:`H = (s^T y / y^T y) I` of the last step. So a step costs forty operations
    a variable. Lengths of steps are chosen as in `BFGS`.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd edition, Springer (2006), algorithms
    7.4 and 7.5, doi:10.1007/978-0-387-40065-5.

    D. C. Liu and J. Nocedal, "On the limited memory BFGS method for large scale optimization",
    Mathematical Programming 45, 503-528 (1989), doi:10.1007/BF01589116.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.minimize("100*(y - x**2)**2 + (1 - x)**2", x0=[-1.2, 1.0], method="lbfgs")
    >>> r.status.name, r.x.round(6), r.njev < 60
    ('CONVERGED', array([1., 1.]), True)
    """

    name: ClassVar[str] = "lbfgs"

    def memory(self, n_vars: int) -> dict[str, int]:
        """Name the steps and changes, the last ones first."""
        return {"ways": PAIRS * n_vars, "changes": PAIRS * n_vars}

    def learn(self, w: State, way: Sequence[Number], change: Sequence[Number]) -> Learnt:
        """Remember a step, and forget the oldest one."""
        good = dot(way, change) > CURVED * root(dot(way, way)) * root(dot(change, change))
        none, known = 0.0 * way[0], w["pairs"] > 0.0
        n = len(way)
        old = {name: w.all(name)[:-n] for name in ("ways", "changes")}
        kept = {name: [select(known, a, none) for a in rows] for name, rows in old.items()}
        memory = {
            "ways": [*way, *kept["ways"]],
            "changes": [*change, *kept["changes"]],
        }
        return Learnt(good, memory)

    def times(
        self,
        memory: Mapping[str, Sequence[Number]],
        gradient: Sequence[Number],
        moving: Sequence[Truth],
    ) -> Sequence[Number]:
        """Multiply a gradient by the inverse Hessian of the steps, in the variables that move."""
        n, pairs = len(gradient), []
        for k in range(PAIRS):
            way, change = (memory[name][k * n : k * n + n] for name in ("ways", "changes"))
            way, change = only(moving, way), only(moving, change)
            pairs.append((way, change, _inverse(way, change)))
        return _two_loops(pairs, gradient, moving)


Pair = tuple[Sequence[Number], Sequence[Number], "Number"]


def _inverse(way: Sequence[Number], change: Sequence[Number]) -> Number:
    """Give 1 / s'y; 0 for a pair that is not there, or shows no curvature upwards."""
    along = dot(way, change)
    curved = along > CURVED * root(dot(way, way)) * root(dot(change, change))
    return select(curved, 1.0 / along, 0.0)


def _two_loops(
    pairs: Sequence[Pair], gradient: Sequence[Number], moving: Sequence[Truth]
) -> Sequence[Number]:
    result, shares = list(gradient), []
    for way, change, rho in pairs:
        share = rho * dot(way, result)
        shares.append(share)
        result = [a - share * y for a, y in zip(result, change, strict=True)]
    unit = _unit(pairs)
    result = [unit * a for a in result]
    for (way, change, rho), share in zip(reversed(pairs), reversed(shares), strict=True):
        back = share - rho * dot(change, result)
        result = [a + back * s for a, s in zip(result, way, strict=True)]
    return only(moving, result)


def _unit(pairs: Sequence[Pair]) -> Number:
    """Give s'y / y'y of the last pair that shows curvature."""
    unit = 1.0 + 0.0 * pairs[0][2]
    for way, change, rho in reversed(pairs):
        unit = select(rho > 0.0, dot(way, change) / dot(change, change), unit)
    return unit
