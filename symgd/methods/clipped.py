"""Gradients that are cut where they are too large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..engine.numbers.lane import clip, dot, root, select
from .base import Pace
from .wrapped import Wrapped

if TYPE_CHECKING:
    from ..engine.numbers.lane import Number, State


class _NearPace(Pace):
    """A pace near a minimum, when it is not known how long the way there takes."""

    def epochs(self, share: Array) -> Array:
        """Give nan: while gradients are cut, steps are shorter than theory has them."""
        return np.full(np.shape(share), np.nan)


@dataclass(frozen=True)
class Clipped(Wrapped):
    r"""A method whose gradient is cut: each entry to a size, or all of it to a norm.

    .. math:: g \leftarrow \max(-c, \min(c, g)), \quad
              g \leftarrow g \min(1, c / \lVert g \rVert_2)

    Parameters
    ----------
    base : Fixed
        The method.
    most : float
        The size or the norm.
    norm : bool
        Whether it is the norm of the whole gradient, or the size of each entry.

    References
    ----------
    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks",
    Proceedings of Machine Learning Research 28(3), 1310-1318 (2013), arXiv:1211.5063.
    """

    most: float
    norm: bool

    @property
    def _row(self) -> str:
        return "clip_norm" if self.norm else "clip_value"

    @property
    def own(self) -> dict[str, str]:
        """The fields of this one that are settings, by the names that callers have for them."""
        return {self._row: "most"}

    @property
    def kind(self) -> Any:
        """What tells its code from that of other methods."""
        return type(self), self.norm, self.base.kind

    @property
    def text(self) -> str | None:
        """What its code depends on besides this package."""
        text = super().text
        return None if text is None else f"# {self._row}\n{text}"

    @property
    def recovers(self) -> bool:
        """A gradient that is not finite may be cut to one that is."""
        return True

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name what the method reads, and the largest size."""
        return {**self.base.constants(n_vars), self._row: 1}

    def begin(self, width: Array) -> dict[str, Array]:
        """Give what the method begins with, and the largest size."""
        return {**self.base.begin(width), self._row: np.atleast_2d(self.most)}

    def move(
        self, w: State, gradient: Sequence[Number], epoch: Any
    ) -> tuple[Sequence[Number], Mapping[str, Sequence[Number]]]:
        """Take the method's step with what is left of the gradient."""
        most = w[self._row]
        cut = _to_norm(gradient, most) if self.norm else [clip(g, -most, most) for g in gradient]
        return self.base.move(w, cut, epoch)

    def near(self, spectra: Array, epoch: Any = 1) -> Pace | None:
        """Tell how the method comes near minima, where no gradient is cut any more."""
        pace = self.base.near(spectra, epoch)
        return None if pace is None else _NearPace(pace.factor, pace.largest_rate)


def _to_norm(gradient: Sequence[Number], most: Number) -> Sequence[Number]:
    norm = root(dot(gradient, gradient))
    share = select(norm > most, most / norm, 1.0 + 0.0 * most)
    return [share * g for g in gradient]
