"""What `sweep` gives: runs over named axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..arrays import Array, Frozen, Whole
from ..creases.walk import smoothed_at
from ..errors import ConfigurationError
from ..facts.facts import Facts
from ..facts.known import Known
from ..given.numbers import as_float
from ..views import sweep_text, text
from ..views.document import Document, terminal
from .outcome import Outcome, plain
from .runs import Best
from .tables import TABLED, worded

if TYPE_CHECKING:
    from ..explorer.page import Page

_ARRAYS = ("x0", "x", *TABLED, "minimum")


@dataclass(frozen=True, eq=False, repr=False)
class SweepResult(Outcome):
    """The ends of all runs of a sweep, over its axes.

    Attributes
    ----------
    problem : Problem
        What was minimized; of swept parameters it has the first values.
    runs : Runs
        Every run, as columns in the shape of the axes.
    dims : tuple of str
        Names of the axes, in the order in which the arguments were given.
    coords : mapping of str to ndarray
        The values along each axis; for starts in several variables their numbers.
    fixed : mapping of str to float
        The arguments that stayed the same: a rate, a number of epochs, parameters.
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

    dims: tuple[str, ...]
    coords: Mapping[str, Array]
    fixed: Mapping[str, float]
    borders: Array

    tabled: ClassVar = (*TABLED, "minimum")

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return self.runs.shape

    @property
    def x0(self) -> Array:
        """Starts: the shape of the axes and, with several variables, a last axis for these."""
        return self._points(self.runs.x0)

    @property
    def x(self) -> Array:
        """Ends, as `x0`."""
        return self._points(self.runs.x)

    @property
    def fun(self) -> Array:
        """f at the ends, in the shape of the axes."""
        return self.runs.fun

    @property
    def grad_norm(self) -> Array:
        """Largest entry of the projected gradient at the ends."""
        return self.runs.grad_norm

    @property
    def status(self) -> Whole:
        """Codes of `Status`."""
        return self.runs.status

    @property
    def kind(self) -> Whole:
        """Codes of `Kind`."""
        return self.runs.kind

    @property
    def nit(self) -> Whole:
        """Steps taken."""
        return self.runs.nit

    @property
    def minimum(self) -> Whole:
        """Index into `minima` of the one that the run reached or was on its way to; or -1."""
        return self.runs.minimum

    @property
    def best(self) -> Best:
        """Flat row of the lowest f among the successes, or without one among all finite values.

        Called with a number, as ``best(5)``, it gives so many of the best minima.
        """
        return Best.of(self.runs.lowest, self.minima)

    @cached_property
    def facts(self) -> Facts:
        """What is known about the formula and the runs, found when it is asked for."""
        swept = {n: v for n, v in self.coordinates().items() if n in self.problem.params}
        runs = self.runs.flat
        return Facts(self.problem, runs, self.minima, self.settings, swept, smoothed=smoothed_at)

    def _points(self, points: Array) -> Array:
        one = points.shape[-1] == 1
        return points[..., 0][()] if one else points

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

    def explore(self, **values: float) -> Page:
        """Open the explorer at a run: its formula, parameters, method, rate, epochs and start.

        Parameters
        ----------
        **values : float
            A value for some of the axes by name; the nearest coordinate is taken. Of the runs
            there the best one is opened.

        Returns
        -------
        Page
            A notebook shows it, and its `save` writes it to a file.

        Raises
        ------
        ConfigurationError
            If there is no such axis, the value lies beyond its ends, there are more than two
            variables, or the page has no such runs (see `Result.explore`).
        ExpressionError
            If the formula is so large that the page would be, too.

        Examples
        --------
        >>> import symgd
        >>> s = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5, 1.1], epochs=[5, 10])
        >>> s.explore(lr=1.1, epochs=10)  # doctest: +ELLIPSIS
        Page('x**2', ... kB)
        """
        part = self.sel(**values)
        return part._opened(int(part.best))

    def explain(self, **values: float) -> str:
        """Explain the verdicts, the worst first, or tell one run's story.

        Parameters
        ----------
        **values : float
            A value for some of the axes by name; the nearest coordinate is taken. With one for
            each axis the story of a single run is told, else the verdicts there are explained.

        Returns
        -------
        str

        Raises
        ------
        ConfigurationError
            If there is no such axis, or the value lies beyond its ends.

        Examples
        --------
        >>> import symgd
        >>> s = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5, 1.1], epochs=[5, 10])
        >>> print(s.explain(lr=0.5, epochs=10).splitlines()[-1])
        It reached a minimum: x = 0, f = 0 (f'' = 2), after 1 step.
        """
        places = {name: self._nearest(name, value) for name, value in values.items()}
        if len(places) < len(self.dims) or not places:
            part = self._part(places) if places else self
            return terminal(part._explained())
        return self._story(int(np.ravel_multi_index([places[d] for d in self.dims], self.shape)))

    def _part(self, keys: Mapping[str, Any]) -> SweepResult:
        runs, coords = self.runs, dict(self.coords)
        for axis in reversed(range(len(self.dims))):  # one at a time: lists are no pairs
            dim = self.dims[axis]
            if dim in keys:
                runs = runs.take((slice(None),) * axis + (_checked(keys[dim]),))
                coords[dim] = coords[dim][keys[dim]]
        if not np.size(runs.status):
            raise IndexError("no run is left")
        kept = {d: c for d, c in coords.items() if np.ndim(c)}
        taken = {d: float(c) for d, c in coords.items() if not np.ndim(c)}
        values = {d: value for d, value in taken.items() if d in self.problem.params}
        return replace(
            self,
            problem=self.problem.with_params(values) if values else self.problem,
            runs=runs,
            dims=tuple(kept),
            coords=Frozen(kept),
            fixed=Frozen({**self.fixed, **taken}),
            borders=_within(self.borders, coords.get("x0", self.borders[:0])),
        )

    def _summary(self) -> Document:
        return sweep_text.summary(self)

    def _overview(self) -> Document:
        return text.overview(self, self._summary(), Known())

    def _plain(self) -> dict[str, Any]:
        return {
            "variables": list(self.problem.names),
            "dims": list(self.dims),
            "coords": {dim: plain(np.asarray(self.coords[dim])) for dim in self.dims},
            "fixed": dict(self.fixed),
            **{n: plain(worded(n, np.asarray(getattr(self, n)))) for n in _ARRAYS},
            "borders": plain(self.borders),
        }


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
