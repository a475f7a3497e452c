"""RProp: steps that know only the signs of the gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, final

import numpy as np

from ..arrays import Array
from ..engine.numbers.lane import clip, select
from .base import Fixed
from .ranges import GROWING, NOT_NEGATIVE, SHRINKING, Range

if TYPE_CHECKING:
    from ..engine.numbers.lane import Number, State


@final
@dataclass(frozen=True)
class RProp(Fixed):
    r"""RProp: each variable has a step length of its own, which its gradient's sign changes.

    Where the sign is the one of the step before, the length grows by `grow`; where it has changed,
    a minimum was jumped over, the length is multiplied by `shrink`, and the variable waits.

    Parameters
    ----------
    lr : float
        The first length of all steps.
    shrink, grow : float
        What a length is multiplied by.
    shortest, longest : float
        Lengths stay between these.

    References
    ----------
    M. Riedmiller, H. Braun, "A direct adaptive method for faster backpropagation learning: the
    RPROP algorithm", IEEE International Conference on Neural Networks, 586-591 (1993),
    doi:10.1109/ICNN.1993.298623.

    C. Igel, M. Hüsken, "Improving the Rprop learning algorithm", Proceedings of the Second
    International Symposium on Neural Computation, 115-121 (2000): the variable waits.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.minimize("(x - 3)**2", x0=0.0, method=RProp(lr=1.0), epochs=200)
    >>> abs(r.x - 3) < 1e-5
    array([ True])
    """

    name: ClassVar[str] = "rprop"
    within: ClassVar[Mapping[str, Range]] = {
        "shrink": SHRINKING,
        "grow": GROWING,
        "shortest": NOT_NEGATIVE,
        "longest": NOT_NEGATIVE,
    }

    lr: float
    shrink: float = 0.5
    grow: float = 1.2
    shortest: float = 1e-6
    longest: float = 50.0

    def rows(self, n_vars: int) -> dict[str, int]:
        """Name the lengths of the steps, and the gradient before."""
        return {"length": n_vars, "before": n_vars}

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name the settings but the first length."""
        return {"setting": len(self.settings) - 1}

    def begin(self, width: Array) -> dict[str, Array]:
        """Give the first lengths, and the settings."""
        first, *others = (np.atleast_1d(v).astype(float) for v in self.settings.values())
        settings = np.stack(np.broadcast_arrays(*others))
        return {"length": np.tile(first, (len(width), 1)), "setting": settings}

    def move(
        self, w: State, gradient: Sequence[Number], epoch: Any
    ) -> tuple[Sequence[Number], Mapping[str, Sequence[Number]]]:
        """Take the step of each variable."""
        x, lengths, before = w.all("x"), w.all("length"), w.all("before")
        shrink, grow, shortest, longest = w.all("setting")
        moved, kept, last = [], [], []
        for here, length, old, g in zip(x, lengths, before, gradient, strict=True):
            turned, same = g * old < 0.0, g * old > 0.0
            factor = select(turned, shrink, select(same, grow, 1.0 + 0.0 * grow))
            length = clip(length * factor, shortest, longest)
            down = select(g > 0.0, -length, select(g < 0.0, length, 0.0 * length))
            moved.append(select(turned, here, here + down))
            kept.append(length)
            last.append(select(turned, 0.0 * g, g))
        return moved, {"length": kept, "before": last}
