"""Noise in the gradient, as stochastic gradients have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..arrays import Array
from ..engine.numbers.noise import key_of, normal_pair
from .base import Pace
from .wrapped import Wrapped

if TYPE_CHECKING:
    from ..engine.numbers.lane import Number, State


@dataclass(frozen=True)
class Noisy(Wrapped):
    r"""A method whose gradient is disturbed in every epoch, :math:`g_i + \mathrm{noise}\, z_i`.

    The :math:`z_i` are independent and normally distributed. They follow from the seed, the start
    of the run, the epoch and the variable, and from nothing else. Of runs with the same start
    each has its own.

    Parameters
    ----------
    base : Fixed
        The method.
    noise : float
        The standard deviation.
    seed : int
        The seed.
    key : ndarray
        What tells runs apart, ``(2, n_runs)``: see `started`.
    """

    noise: float
    seed: int
    key: Array

    @property
    def adjustable(self) -> bool:
        """Whether the same steps at another rate can be tried: one try tells little here."""
        return False

    @property
    def own(self) -> dict[str, str]:
        """The fields of this one that are settings, by the names that callers have for them."""
        return {"noise": "noise"}

    @property
    def restless(self) -> Any:
        """Whether it goes on where the gradient vanishes."""
        return np.asarray(self.noise) > 0

    def started(self, x0: Array) -> Self:
        """Give the method for runs from these starts, ``(n_runs, n_vars)``."""
        return replace(self, key=key_of(self.seed, x0))

    def take(self, rows: Any) -> Self:
        """Give the method of some runs."""
        return replace(super().take(rows), key=self.key[:, rows])

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name what the method reads, the size of the noise, and the key of the run."""
        return {**self.base.constants(n_vars), "noise": 1, "key": 2}

    def begin(self, width: Array) -> dict[str, Array]:
        """Give what the method begins with, the size of the noise, and the keys of the runs."""
        return {**self.base.begin(width), "noise": np.atleast_2d(self.noise), "key": self.key}

    def move(
        self, w: State, gradient: Sequence[Number], epoch: Any
    ) -> tuple[Sequence[Number], Mapping[str, Sequence[Number]]]:
        """Take the method's step with the disturbed gradient."""
        noise, key = w["noise"], w.all("key")
        pairs = [normal_pair(key, epoch, pair) for pair in range((len(gradient) + 1) // 2)]
        normal = [z for pair in pairs for z in pair][: len(gradient)]
        disturbed = [g + noise * z for g, z in zip(gradient, normal, strict=True)]
        return self.base.move(w, disturbed, epoch)

    def near(self, spectra: Array, epoch: Any = 1) -> Pace | None:
        """Give None: it comes near minima, and never to rest."""
        return None
