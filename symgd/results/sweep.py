"""What `sweep` gives: arrays over named axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Whole
from ..errors import ConfigurationError
from ..facts.known import Known
from ..given.numbers import as_float
from ..status import Status
from ..views import report, sweep_text, text
from ..views.document import Document, Picture
from . import tables
from .outcome import Outcome, counted
from .result import plain, plain_minimum
from .runs import Minimum, Settings

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from ..problem import Problem


_ARRAYS = ("x0", "x", "fun", "grad_norm", "status", "kind", "nit", "minimum")


@dataclass(frozen=True, eq=False, repr=False)
class SweepResult(Outcome):
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
        Their `count`, `share` and `runs` (places in the flat arrays) are about the whole sweep,
        also in a part of it.
    borders : ndarray
        Where between two starts it changes what becomes of runs, ``(n_borders,)``: along a line
        of starts, in one variable and with no other axis. Found to a billionth of the range;
        slow runs are followed beyond their last epoch for it.
    settings : Settings
        How the runs were made.

    Examples
    --------
    >>> import symgd
    >>> s = symgd.sweep("(x - 1)**2", x0=[0.0, 3.0], lr=[0.1, 0.5, 0.6], epochs=100)
    >>> s.dims, s.x.shape
    (('x0', 'lr'), (2, 3))
    >>> s.sel(lr=0.5).x
    array([1., 1.])
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
        return counted(self.status)

    def __getitem__(self, key: Any) -> SweepResult:
        """Take a part by position, axis by axis: ``s[0]``, ``s[:, 3:5]``, ``s[..., [0, 2]]``."""
        keys = list(key) if isinstance(key, tuple) else [key]
        dots = [i for i, k in enumerate(keys) if k is Ellipsis]
        if len(keys) - len(dots) > len(self.dims) or len(dots) > 1:
            raise IndexError(f"{len(keys)} indices for {len(self.dims)} axes: {self.dims}")
        if dots:
            missing = len(self.dims) - len(keys) + 1
            keys[dots[0] : dots[0] + 1] = [slice(None)] * missing
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
        keys = {name: self._nearest(name, value) for name, value in values.items()}
        return self._part(keys)

    def _nearest(self, name: str, value: Any) -> int:
        if name not in self.dims:
            raise ConfigurationError(name, value, f"an axis out of {self.dims}")
        coords, number = self.coords[name], as_float(value)
        low, high = float(coords.min()), float(coords.max())
        if number is None or not low <= number <= high:
            raise ConfigurationError(name, value, f"a number from {low:.6g} to {high:.6g}")
        return int(np.abs(coords - number).argmin())

    def _part(self, keys: Mapping[str, Any]) -> SweepResult:
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        coords = dict(self.coords)
        for axis in reversed(range(len(self.dims))):  # one at a time: lists are no pairs
            dim = self.dims[axis]
            if dim in keys:
                index = (slice(None),) * axis + (_checked(keys[dim]),)
                arrays = {name: values[index] for name, values in arrays.items()}
                coords[dim] = coords[dim][keys[dim]]
        if not np.size(arrays["status"]):
            raise IndexError("no run is left")
        kept = {d: c for d, c in coords.items() if np.ndim(c)}
        taken = {d: float(c) for d, c in coords.items() if not np.ndim(c)}
        return replace(
            self,
            **arrays,
            dims=tuple(kept),
            coords=MappingProxyType(kept),
            fixed=MappingProxyType({**self.fixed, **taken}),
            borders=_within(self.borders, coords.get("x0", self.borders[:0])),
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the sweep as plain numbers, lists and words, ready for JSON.

        Returns
        -------
        dict
            Arrays are lists of lists, and verdicts names. Numbers that JSON lacks, infinities and
            nan, are None.

        Examples
        --------
        >>> import symgd
        >>> s = symgd.sweep("x**2", x0=1.0, lr=[0.25, 0.5], epochs=[1, 2]).to_dict()
        >>> s["dims"], s["x"], s["status"][1]
        (['lr', 'epochs'], [[0.5, 0.25], [0.0, 0.0]], ['CONVERGED', 'CONVERGED'])
        """
        return {
            "variables": list(self.problem.names),
            "dims": list(self.dims),
            "coords": {dim: plain(np.asarray(self.coords[dim])) for dim in self.dims},
            "fixed": dict(self.fixed),
            "counts": {status.name: number for status, number in self.counts.items()},
            **{n: plain(tables.worded(n, np.asarray(getattr(self, n)))) for n in _ARRAYS},
            "minima": [plain_minimum(m, self.problem.names) for m in self.minima],
            "borders": plain(self.borders),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """Give the runs as a table in long form; needs ``pip install symgd[tables]``.

        Returns
        -------
        pandas.DataFrame
            A column for each axis, then ``x0``, ``x`` (start and end; with several variables one
            each: ``x0[a]``, ``x0[b]``, ``x[a]``, ``x[b]``), ``fun``, ``grad_norm``, ``status`` and
            ``kind`` (names, as categories), ``nit``, and ``minimum`` (-1 for none). A swept
            parameter with the name of one of these is ``params[fun]``.

        Raises
        ------
        MissingPackageError
            If pandas is not installed.

        Examples
        --------
        >>> import symgd
        >>> s = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5], epochs=[10])
        >>> s.to_dataframe()[["lr", "epochs", "status"]].to_dict("list")
        {'lr': [0.1, 0.5], 'epochs': [10, 10], 'status': ['SLOW', 'CONVERGED']}
        """
        return tables.frame(tables.sweep_columns(self))

    def to_xarray(self) -> xr.Dataset:
        """Give the runs as labelled arrays; needs ``pip install symgd[tables]``.

        Returns
        -------
        xarray.Dataset
            The axes are its dimensions, and for ``x`` of several variables ``variable``; what is
            fixed is a scalar coordinate, and ``start`` the point where runs start. ``status`` and
            ``kind`` are codes, with their names in the attribute ``flag_meanings``. A swept
            parameter with the name of another array is ``params[fun]``.

        Raises
        ------
        MissingPackageError
            If xarray is not installed.

        Examples
        --------
        >>> import symgd
        >>> s = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5, 1.1], epochs=10).to_xarray()
        >>> s.x.sel(lr=0.1).round(6).item()
        0.107374
        """
        return tables.sweep_dataset(self)

    def _summary(self) -> Document:
        return sweep_text.summary(self)

    def _overview(self) -> Document:
        return text.overview(self, self._summary(), Known())

    def _page(self, pictures: Sequence[Picture]) -> str:
        return report.page(self, self._overview(), pictures, [])


def _checked(key: Any) -> Any:
    """Refuse what would add an axis."""
    if key is None or np.ndim(key) > 1:
        raise IndexError(f"{key!r} is no index of one axis")
    return key


def _within(places: Array, x0: Array) -> Array:
    """Give the borders that lie between starts."""
    if not np.size(x0):
        return places[:0]
    return places[(places > np.min(x0)) & (places < np.max(x0))]
