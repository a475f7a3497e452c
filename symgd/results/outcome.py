"""What the results of one batch and of a sweep have in common: counts, pictures, pages, files."""

from __future__ import annotations

import math
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..errors import Interrupted
from ..facts.facts import Facts
from ..files import replacing
from ..given.numbers import read_flag
from ..problem import Problem
from ..status import Kind, Status
from ..views import report, text
from ..views.document import Document, terminal
from ..views.html import html
from . import storage, tables
from .runs import Minimum, Runs, Settings

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes

    from ..explorer.page import Page

_BY_NAME = ("x", "lowest", "highest", "varies")  # columns of a minimum: an entry a variable


@dataclass(frozen=True, eq=False, repr=False)
class Outcome(ABC):
    """Runs with their verdicts over named axes, as `Result` and `SweepResult` hold them."""

    problem: Problem
    runs: Runs
    minima: tuple[Minimum, ...]
    settings: Settings

    tabled: ClassVar[tuple[str, ...]]
    """Columns of `runs` that tables show, besides start and end."""

    if TYPE_CHECKING:  # fields of one kind of result and properties of the other

        @property
        def best(self) -> int:
            """Flat row of the best run."""

        @property
        def dims(self) -> tuple[str, ...]:
            """Names of the axes."""

        @property
        def coords(self) -> Mapping[str, npt.NDArray[Any]]:
            """Values of each axis."""

        @property
        def fixed(self) -> Mapping[str, float]:
            """Arguments that are no axes."""

    @property
    def counts(self) -> Mapping[Status, int]:
        """Number of runs of each status that occurs."""
        return self._counts

    @cached_property
    def _counts(self) -> Mapping[Status, int]:
        codes, numbers = np.unique(self.runs.status, return_counts=True)
        return {Status(c): n for c, n in zip(codes.tolist(), numbers.tolist(), strict=True)}

    @cached_property
    @abstractmethod
    def facts(self) -> Facts:
        """What is known about the formula and the runs, found when it is asked for."""

    @abstractmethod
    def _summary(self) -> Document:
        """Give what `summary` says."""

    @abstractmethod
    def _overview(self) -> Document:
        """Give what a notebook shows."""

    @abstractmethod
    def _plain(self) -> dict[str, Any]:
        """Give what only this kind of result has in `to_dict`."""

    def coordinates(self) -> dict[str, npt.NDArray[Any]]:
        """Give for each axis its value for each run, over one axis."""
        shape = self.runs.shape
        places = np.unravel_index(np.arange(math.prod(shape)), shape) if shape else ()
        axes = zip(self.dims, places, strict=True)
        return {dim: np.asarray(self.coords[dim])[at] for dim, at in axes}

    @property
    def _own(self) -> Mapping[str, Any]:
        """Settings of the method, where they are known."""
        return {}

    def _opened(self, row: int) -> Page:
        """Open the explorer at a run."""
        from ..explorer.opened import opened

        axes = {name: values[row] for name, values in self.coordinates().items()}
        given = {**self.fixed, **axes}
        params = {name: float(given.pop(name)) for name in self.problem.params if name in given}
        problem = self.problem.with_params(params) if params else self.problem
        given |= self._own
        return opened(problem, self.settings, self.runs.flat, self.minima, row, given)

    def _explained(self) -> Document:
        rows = text.representatives(self).values()
        return text.explain(self, self.facts.about(rows))

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Let a Ctrl-C lose nothing that is here."""
        try:
            yield
        except KeyboardInterrupt:
            raise Interrupted(self) from None

    def _story(self, row: int) -> str:
        return terminal(text.story(self, row, self.facts.about([row])))

    def summary(self) -> str:
        """Describe in a short text how the runs ended: minima, verdicts, and what the axes show.

        Returns
        -------
        str
        """
        return terminal(self._summary())

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return html(self._overview())

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the picture that fits: `symgd.plots.choose` says which.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default in a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ConfigurationError
            If it is a sweep with more axes than a picture has.
        Interrupted
            After Ctrl-C; it carries this.
        """
        from ..plots import choose  # loads Matplotlib

        chosen: Any = self
        with self._kept():
            return choose(chosen, ax=ax)

    def report(self, path: str | os.PathLike[str], *, live: bool = False) -> None:
        """Write a page in HTML that needs nothing but itself: formula, call, texts and pictures.

        Parameters
        ----------
        path : str or path
            Name of the file; one that is there is replaced only once the new one is complete.
        live : bool
            Whether it ends with the explorer, opened at the best run: start and rate are moved by
            hand. Where a browser runs no scripts, the page looks as without it.

        Raises
        ------
        ConfigurationError
            With ``live=True``, if the explorer has no such runs (see `explore`).
        OSError
            If it cannot be written.
        Interrupted
            After Ctrl-C; it carries this.
        """
        from ..plots.inline import pictures  # loads Matplotlib

        shown: Any = self
        explorer = self._opened(int(self.best)) if read_flag("live", live) else None
        with self._kept():
            parts = self._overview(), pictures(shown), self._explained()
            document = report.page(self, *parts, explorer)
        with replacing(path) as file:
            file.write(document.encode())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one ``.npz`` file, which `symgd.load` reads.

        Parameters
        ----------
        path : str or path
            Name of the file; one that is there is replaced only once the new one is complete.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        storage.save(path, self)

    def to_dict(self) -> dict[str, Any]:
        """Give plain numbers, lists and words, ready for JSON.

        Returns
        -------
        dict
            Verdicts are names, and the arrays of a sweep lists of lists. Numbers that JSON lacks,
            infinities and nan, are None. A set of minima has ``determined`` besides: expressions
            that are the same all over it, with their values.

        Examples
        --------
        >>> import symgd
        >>> s = symgd.sweep("x**2", x0=1.0, lr=[0.25, 0.5], epochs=[1, 2]).to_dict()
        >>> s["dims"], s["x"], s["status"][1]
        (['lr', 'epochs'], [[0.5, 0.25], [0.0, 0.0]], ['CONVERGED', 'CONVERGED'])
        """
        return {
            **self._plain(),
            "counts": {status.name: number for status, number in self.counts.items()},
            "minima": [self._plain_minimum(i) for i in range(len(self.minima))],
        }

    def _plain_minimum(self, index: int) -> dict[str, Any]:
        """Give a minimum as JSON can hold it, places by the names of the variables."""
        minimum, names = self.minima[index], self.problem.names
        found = {f.name: plain(getattr(minimum, f.name)) for f in fields(minimum)}
        for name in _BY_NAME:
            found[name] = dict(zip(names, found[name], strict=True))
        if minimum.dimension > 0:
            known = self.facts.determined(index)
            found["determined"] = dict(zip(known.parts, plain(list(known.values)), strict=True))
        return found

    def to_dataframe(self) -> pd.DataFrame:
        """Give the runs as a table, one row a run; needs ``pip install symgd[tables]``.

        Returns
        -------
        pandas.DataFrame
            A column for each axis of a sweep, then ``x0``, ``x`` (start and end; with several
            variables one each: ``x0[a]``, ``x0[b]``, ``x[a]``, ``x[b]``), ``fun``, ``grad_norm``,
            ``status`` and ``kind`` (names, as categories), ``nit``, ``minimum`` (-1 for none), and
            for a result ``lr`` (nan for the automatic step) and ``parent`` (-1 for none). A swept
            parameter with the name of one of these is ``params[fun]``.

        Raises
        ------
        MissingPackageError
            If pandas is not installed.

        Examples
        --------
        >>> import symgd
        >>> table = symgd.minimize("(a - 1)**2 + b**2", x0=[[3.0, 0.0], [0.0, 1.0]]).to_dataframe()
        >>> table[["x0[a]", "x[a]", "status"]].to_dict("list")
        {'x0[a]': [3.0, 0.0], 'x[a]': [1.0, 1.0], 'status': ['CONVERGED', 'CONVERGED']}
        >>> s = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5], epochs=[10])
        >>> s.to_dataframe()[["lr", "epochs", "status"]].to_dict("list")
        {'lr': [0.1, 0.5], 'epochs': [10, 10], 'status': ['SLOW', 'CONVERGED']}
        """
        return tables.frame(tables.columns(self))

    def to_xarray(self) -> xr.Dataset:
        """Give the runs as labelled arrays; needs ``pip install symgd[tables]``.

        Returns
        -------
        xarray.Dataset
            The axes are its dimensions (``run`` for a result), and for ``start`` and ``x`` of
            several variables ``variable``; what a sweep keeps fixed is a scalar coordinate.
            ``status`` and ``kind`` are codes, with their names in the attribute ``flag_meanings``.
            A swept parameter with the name of another array is ``params[fun]``.

        Raises
        ------
        MissingPackageError
            If xarray is not installed.

        Examples
        --------
        >>> import symgd
        >>> runs = symgd.minimize("(a - 1)**2 + b**2", x0=[[3.0, 0.0], [0.0, 1.0]]).to_xarray()
        >>> runs.x.sel(variable="a").values
        array([1., 1.])
        >>> s = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5, 1.1], epochs=10).to_xarray()
        >>> s.x.sel(lr=0.1).round(6).item()
        0.107374
        """
        return tables.dataset(self)


def plain(value: Any) -> Any:
    """Give a value made of numbers as JSON can hold it."""
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, Kind):
        return value.name
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value
