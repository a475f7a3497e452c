"""What `minimize` gives: frozen values over arrays; their looks are in `symgd.views`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Whole
from ..status import Kind, Status
from ..views import html, report, text
from . import tables
from .outcome import Outcome, counted

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from ..facts.plateau import Plateau
    from ..facts.symmetry import Symmetry
    from ..facts.unbounded import Unbounded
    from ..given.boxes import Box
    from ..problem import Problem


_SAME = 1e-6  # share of the searched region within which two points are one


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the verdicts rest on, one value a run; nan or -1 where a number has no meaning.

    Attributes
    ----------
    fun0, fun_last : ndarray
        f at the start, and at the end or where it was last finite on the way there.
    curvature_low, curvature_high : ndarray
        Smallest and largest eigenvalue of the Hessian at the end.
    epochs_left : ndarray
        Epochs still needed, for a run that is slow.
    period : ndarray
        Length of the cycle of a run that oscillates; 0 for wandering without one.
    condition : ndarray
        Index into ``problem.domain`` of the condition that does not hold.
    trap, trap_kind : ndarray
        The maximum or saddle right beside which a slow run started, ``(n_runs, n_vars)``, and
        the code of its `Kind`.
    """

    fun0: Array
    fun_last: Array
    curvature_low: Array
    curvature_high: Array
    epochs_left: Array
    period: Whole
    condition: Whole
    trap: Array
    trap_kind: Whole


@dataclass(frozen=True, eq=False)
class Runs:
    """Every run of a batch, as columns.

    Attributes
    ----------
    x0, x : ndarray
        Start and end, shape ``(n_runs, n_vars)``.
    fun, grad_norm : ndarray
        f and the largest entry of its projected gradient at the end, shape ``(n_runs,)``.
    status, kind : ndarray
        Codes of `Status` and `Kind`.
    nit : ndarray
        Steps taken.
    lr : ndarray
        The fixed rate; nan for the automatic step.
    minimum : ndarray
        Index into ``Result.minima``; -1 for none.
    parent : ndarray
        The row that a run of ``escape=True`` continues; -1 for the rest.
    evidence : Evidence
        What the verdicts rest on.
    """

    x0: Array
    x: Array
    fun: Array
    grad_norm: Array
    status: Whole
    kind: Whole
    nit: Whole
    lr: Array
    minimum: Whole
    parent: Whole
    evidence: Evidence

    def __len__(self) -> int:
        return len(self.fun)


@dataclass(frozen=True, eq=False)
class Minimum:
    """A distinct minimum.

    Attributes
    ----------
    x : ndarray
        Where it lies, shape ``(n_vars,)``.
    fun : float
        f there.
    kind : Kind
        How it was verified.
    eigenvalues : ndarray
        Eigenvalues of the Hessian, ascending; nan at a kink.
    lr_max : float
        The largest rate at which fixed steps do not move away, 2 / largest eigenvalue.
    lr_best : float
        The rate that shrinks the error fastest, 2 / (smallest + largest eigenvalue).
    contraction : float
        The factor by which `lr_best` multiplies the error in each step, at worst.
    count : int
        Number of runs that lead there.
    share : float
        The same as a share of all runs.
    runs : ndarray
        Rows of ``Result.runs`` that lead there.
    """

    x: Array
    fun: float
    kind: Kind
    eigenvalues: Array
    lr_max: float
    lr_best: float
    contraction: float
    count: int
    share: float
    runs: Whole


@dataclass(frozen=True)
class Settings:
    """How the runs were made.

    `lr` is None for the automatic step, and for several rates; `width` is the size of the region
    that was searched.
    """

    method: str
    lr: float | None
    epochs: int
    tol: float
    polish: bool
    escape: bool
    bounds: tuple[tuple[float, float], ...]
    width: tuple[float, ...]


@dataclass(frozen=True, eq=False)
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
        return text.message(self)

    @cached_property
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

    def summary(self) -> str:
        """Describe the minima and the verdicts in a short text.

        Returns
        -------
        str
        """
        return text.summary(self)

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
        return text.explain(self) if run is None else text.story(self, run)

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

    def _page(self, pictures: Sequence[tuple[str, str]]) -> str:
        return report.page(self, pictures)

    def _repr_html_(self) -> str:
        return html.result(self)

    def __repr__(self) -> str:
        return text.summary(self)


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
