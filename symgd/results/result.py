"""What `minimize` gives: frozen values over arrays; their looks are in `symgd.views`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Whole
from ..status import Kind, Status
from ..views import report, text
from ..views.document import Document, Picture, terminal
from . import tables
from .known import about
from .outcome import Outcome, counted
from .runs import Evidence, Minimum, Runs, Settings

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from ..facts.plateau import Plateau
    from ..facts.symmetry import Symmetry
    from ..facts.unbounded import Unbounded
    from ..given.boxes import Box
    from ..problem import Problem


__all__ = ["Evidence", "Minimum", "Result", "Runs", "Settings"]

_SAME = 1e-6  # share of the searched region within which two points are one


@dataclass(frozen=True, eq=False, repr=False)
class Result(Outcome):
    """The best run, every run, and the distinct minima.

    The best run is the one with the lowest `fun` among the successful runs; with none, the one
    with the lowest finite `fun`.

    Attributes
    ----------
    problem : Problem
        What was minimized.
    runs : Runs
        Every run, as columns.
    minima : tuple of Minimum
        Distinct minima, best first.
    settings : Settings
        How the runs were made.
    best : int
        Row of the best run.
    jac : ndarray
        Gradient at the best run's end, shape ``(n_vars,)``.
    nfev, njev : int
        Evaluations of f and of its gradient in the best run.
    history : list of ndarray or None
        With ``history=True`` the points of each run, ``(nit + 1, n_vars)``; with a number the
        start, every so many steps, and the end. Newton steps after the descent are not among them.
    history_every : int
        Steps between two of its points; 0 without it.
    even : tuple of str
        Variables in which f is even, noted when a run stalled.
    beyond : ndarray
        Where `escape` leads from the best run, when that one stalled; shape ``(k, n_vars)``.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.minimize("(x - 1)**2 + 3")
    >>> r.x, r.fun, r.success
    (array([1.]), 3.0, True)
    >>> print(r.status.name, r.kind.name)
    CONVERGED MINIMUM
    """

    problem: Problem
    runs: Runs
    minima: tuple[Minimum, ...]
    settings: Settings
    best: int
    jac: Array
    nfev: int
    njev: int
    history: list[Array] | None = None
    history_every: int = 0
    even: tuple[str, ...] = ()
    beyond: Array = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def x(self) -> Array:
        """End of the best run, shape ``(n_vars,)``."""
        return np.asarray(self.runs.x[self.best])

    @property
    def fun(self) -> float:
        """f at the end of the best run."""
        return float(self.runs.fun[self.best])

    @property
    def status(self) -> Status:
        """How the best run ended."""
        return Status(int(self.runs.status[self.best]))

    @property
    def kind(self) -> Kind:
        """What the point is where the best run ended."""
        return Kind(int(self.runs.kind[self.best]))

    @property
    def success(self) -> bool:
        """Whether the best run reached a verified minimum."""
        return self.status.success

    @property
    def nit(self) -> int:
        """Steps of the best run."""
        return int(self.runs.nit[self.best])

    @property
    def message(self) -> str:
        """One sentence on the best run: what happened, why, and what to try."""
        return text.message(self, about(self, [self.best]))

    @property
    def counts(self) -> Mapping[Status, int]:
        """Number of runs of each status that occurs."""
        return counted(self.runs.status)

    @cached_property
    def symmetries(self) -> tuple[Symmetry, ...]:
        """Changes of signs and exchanges of variables that leave f as it is."""
        from ..facts.symmetry import symmetries

        return symmetries(self.problem, self._box)

    @cached_property
    def orbits(self) -> Whole:
        """For each minimum the number of its family of mirror images."""
        from ..facts.symmetry import orbits

        points = np.array([m.x for m in self.minima]).reshape(len(self.minima), -1)
        return orbits(self.problem, points, _SAME * np.array(self.settings.width), self._box)

    @cached_property
    def unbounded(self) -> Unbounded | None:
        """Proof that f has no lowest value, where its leading terms show one."""
        from ..facts.unbounded import unbounded

        return unbounded(self.problem, self._box)

    def fall(self, run: int) -> Unbounded | None:
        """Give the proof that f falls without end where a run went: far away, or to a pole."""
        from ..facts.unbounded import shown

        x0, x = self.runs.x0[run], self.runs.x[run]
        with np.errstate(all="ignore"):
            return shown(self.problem, x0, x, self._box, np.array(self.settings.width))

    def floor(self, run: int) -> tuple[float, float]:
        """Estimate the rounding errors of f and of its gradient at the end of a run."""
        from ..facts.cancellation import gradient_noise, rounding

        end = self.runs.x[[run]]
        with np.errstate(all="ignore"):
            noise = gradient_noise(self.problem, end)
            return float(rounding(self.problem, end)[0]), float(noise.max())

    def plateau(self, run: int) -> Plateau:
        """Tell how far f is flat around the end of a run, and where it falls."""
        from ..facts.plateau import plateau

        with np.errstate(all="ignore"):
            return plateau(self.problem, self.runs.x[run], self._box, np.array(self.settings.width))

    @property
    def _box(self) -> Box:
        from ..given.boxes import Box

        return Box(*np.array(self.settings.bounds, dtype=float).T)

    def explain(self, run: int | None = None) -> str:
        """Explain the verdicts, the worst first, or tell one run's story.

        Parameters
        ----------
        run : int, optional
            Row of `runs`.

        Returns
        -------
        str
        """
        if run is not None:
            run = range(len(self.runs))[run]
            return terminal(text.story(self, run, about(self, [run])))
        return terminal(self._explained())

    def to_dict(self) -> dict[str, Any]:
        """Give the result as plain numbers, lists and words, ready for JSON.

        Returns
        -------
        dict
            Numbers that JSON lacks, infinities and nan, are None.
        """
        return {
            "x": dict(zip(self.problem.names, plain(self.x), strict=True)),
            "fun": plain(self.fun),
            "success": self.success,
            "status": self.status.name,
            "kind": self.kind.name,
            "message": self.message,
            "nit": self.nit,
            "counts": {status.name: number for status, number in self.counts.items()},
            "minima": [plain_minimum(m, self.problem.names) for m in self.minima],
        }

    def to_dataframe(self) -> pd.DataFrame:
        """Give the runs as a table, one row a run; needs ``pip install symgd[tables]``.

        Returns
        -------
        pandas.DataFrame
            Columns ``x0``, ``x`` (start and end; with several variables one each: ``x0[a]``,
            ``x0[b]``, ``x[a]``, ``x[b]``), ``fun``, ``grad_norm``, ``status`` and ``kind`` (names,
            as categories), ``nit``, ``lr`` (nan for the automatic step), ``minimum`` and ``parent``
            (-1 for none).

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
        """
        return tables.frame(tables.columns(self))

    def to_xarray(self) -> xr.Dataset:
        """Give the runs as labelled arrays; needs ``pip install symgd[tables]``.

        Returns
        -------
        xarray.Dataset
            Dimension ``run``, and for ``start`` and ``x`` of several variables ``variable``.
            ``status`` and ``kind`` are codes, with their names in the attribute ``flag_meanings``.

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
        """
        return tables.dataset(self)

    def _summary(self) -> Document:
        return text.summary(self, about(self, [self.best]))

    def _overview(self) -> Document:
        known = about(self, [self.best])
        return text.overview(self, text.headline(self, known), known)

    def _explained(self) -> Document:
        return text.explain(self, about(self, text.representatives(self).values()))

    def _page(self, pictures: Sequence[Picture]) -> str:
        return report.page(self, self._overview(), pictures, self._explained())


def plain_minimum(minimum: Minimum, names: Sequence[str]) -> dict[str, Any]:
    """Give a minimum as JSON can hold it, its place by the names of the variables."""
    named = dict(zip(names, plain(minimum.x), strict=True))
    return {f.name: plain(getattr(minimum, f.name)) for f in fields(minimum)} | {"x": named}


def plain(value: Any) -> Any:
    """Give a value made of numbers as JSON can hold it."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, Kind):
        return value.name
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value
