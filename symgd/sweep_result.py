"""What `sweep` gives: arrays over named axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .errors import ConfigurationError
from .result import Minimum, Settings
from .status import Status
from .views import sweep_text

if TYPE_CHECKING:
    from .problem import Problem

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_ARRAYS = ("x0", "x", "fun", "grad_norm", "status", "kind", "nit", "minimum")


@dataclass(frozen=True, eq=False)
class SweepResult:
    """The ends of all runs of a sweep, over its axes.

    Attributes
    ----------
    problem : Problem
        What was minimized; of swept parameters it has the first values.
    dims : tuple of str
        Names of the axes, in the order in which the arguments were given.
    coords : mapping of str to ndarray
        The values along each axis; for starts in several variables their numbers.
    fixed : mapping of str to float
        The arguments that stayed the same: a rate, a number of epochs, parameters.
    x0, x : ndarray
        Start and end of each run: the shape of the axes and, with several variables, a last axis
        for these.
    fun, grad_norm : ndarray
        f and the largest entry of its projected gradient at the end, in the shape of the axes.
    status, kind : ndarray
        Codes of `Status` and `Kind`.
    nit : ndarray
        Steps taken.
    minimum : ndarray
        Index into `minima` of the one that the run reached or was on its way to; -1 for none.
    minima : tuple of Minimum
        The distinct minima, best first; none where a parameter is swept, as they change with it.
    borders : ndarray
        Between which starts the minimum changes that runs lead to, in one variable; found by
        bisection to one part in a million, ``(n_borders,)``.
    settings : Settings
        How the runs were made.

    Examples
    --------
    >>> import symgd
    >>> s = symgd.sweep("(x - 1)**2", x0=[0.0, 3.0], lr=[0.1, 0.5, 0.6], epochs=100)
    >>> s.dims, s.x.shape
    (('x0', 'lr'), (2, 3))
    >>> s.sel(lr=0.5).nit
    array([100, 100])
    """

    problem: Problem
    dims: tuple[str, ...]
    coords: Mapping[str, Array]
    fixed: Mapping[str, float]
    x0: Array
    x: Array
    fun: Array
    grad_norm: Array
    status: Whole
    kind: Whole
    nit: Whole
    minimum: Whole
    minima: tuple[Minimum, ...]
    borders: Array
    settings: Settings

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return self.status.shape

    @property
    def counts(self) -> Mapping[Status, int]:
        """Number of runs of each status that occurs."""
        codes, numbers = np.unique(self.status, return_counts=True)
        return {Status(int(c)): int(n) for c, n in zip(codes, numbers, strict=True)}

    def __getitem__(self, key: Any) -> SweepResult:
        """Take a part by position, as from an array: ``s[0]``, ``s[:, 3:5]``."""
        keys = key if isinstance(key, tuple) else (key,)
        if Ellipsis in [k for k in keys if k is Ellipsis]:
            at = next(i for i, k in enumerate(keys) if k is Ellipsis)
            fill = len(self.dims) - len(keys) + 1
            keys = (*keys[:at], *[slice(None)] * fill, *keys[at + 1 :])
        if len(keys) > len(self.dims):
            raise IndexError(f"{len(keys)} indices for {len(self.dims)} axes: {self.dims}")
        return self._part(dict(zip(self.dims, keys, strict=False)))

    def sel(self, **values: float) -> SweepResult:
        """Take the part at given values of the axes.

        Parameters
        ----------
        **values : float
            A value for some of the axes by name; the nearest coordinate is taken.

        Returns
        -------
        SweepResult
            Without these axes.

        Raises
        ------
        ConfigurationError
            If there is no such axis, or the value lies beyond its ends.
        """
        for name, value in values.items():
            if name not in self.dims:
                raise ConfigurationError(name, value, f"an axis out of {self.dims}")
            low, high = self.coords[name].min(), self.coords[name].max()
            if not low <= value <= high:
                raise ConfigurationError(name, value, f"a number from {low:.6g} to {high:.6g}")
        return self._part({n: int(np.abs(self.coords[n] - v).argmin()) for n, v in values.items()})

    def _part(self, keys: Mapping[str, Any]) -> SweepResult:
        index = tuple(keys.get(d, slice(None)) for d in self.dims)
        arrays = {name: getattr(self, name)[index] for name in _ARRAYS}
        coords = {d: self.coords[d][k] for d, k in zip(self.dims, index, strict=True)}
        kept = tuple(d for d in self.dims if np.ndim(coords[d]))
        taken = {d: float(coords[d]) for d in self.dims if d not in kept}
        return replace(
            self,
            **arrays,
            dims=kept,
            coords=MappingProxyType({d: coords[d] for d in kept}),
            fixed=MappingProxyType({**self.fixed, **taken}),
            borders=self.borders if kept == self.dims else self.borders[:0],
        )

    def summary(self) -> str:
        """State what the axes show: basins and their borders, rates that arrive, rates that do not.

        Returns
        -------
        str
        """
        return sweep_text.summary(self)

    def __repr__(self) -> str:
        return sweep_text.summary(self)
