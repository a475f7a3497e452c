"""The columns of runs, the minima they lead to, and how they were made: data only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt

from ..arrays import Array, Columns, Mask, Whole, columns
from ..errors import ConfigurationError
from ..status import Kind, Status

T = TypeVar("T")

ELSEWHERE = "elsewhere"
"""Where points came from that symgd did not find, in place of a method."""

SUCCESS = np.array([status.success for status in Status])  # by code


@dataclass(frozen=True, eq=False)
class Evidence(Columns):
    """What the verdicts rest on, one value a run; nan or -1 where a number has no meaning.

    Attributes
    ----------
    fun0, fun_last : ndarray
        f at the start, and at the end or where it was last finite on the way there.
    curvature_low, curvature_high : ndarray
        Smallest and largest eigenvalue of the Hessian at the end.
    epochs_left : ndarray
        Epochs still needed, for a run that is slow.
    contraction, largest_rate : ndarray
        By the method's theory, for runs that were under way: what a step leaves of the error near
        the minimum ahead, and the largest rate that settles at this curvature.
    valley_curvature, valley_rate : ndarray
        For a run whose rate was too large for the valley where it started: the largest curvature
        at the minimum of that valley, and the largest rate with which the method settles there.
    better_rate : ndarray
        A rate with which the same run was tried and does better: for one that rose, cycles or
        was thrown out of its valley the largest, for a slow one twice or half its own.
    period : ndarray
        Length of the cycle of a run that oscillates; 0 for wandering without one.
    condition : ndarray
        Index into ``problem.domain`` of the condition that does not hold.
    trap, trap_kind : ndarray
        The maximum or saddle right beside which a slow run started, ``(*shape, n_vars)``, and
        the code of its `Kind`.
    """

    fun0: Array
    fun_last: Array
    condition: Whole
    curvature_low: Array
    curvature_high: Array
    epochs_left: Array
    contraction: Array
    largest_rate: Array
    valley_curvature: Array
    valley_rate: Array
    better_rate: Array
    period: Whole
    trap: Array
    trap_kind: Whole

    @classmethod
    def later(cls, find: Callable[[], Columns], **known: Any) -> Self:
        """Give evidence of which some columns are known, and the others found when asked for."""
        evidence = cls.__new__(cls)
        vars(evidence).update(known, _find=find)
        return evidence

    def __getattr__(self, name: str) -> Any:
        """Find the other columns; called where one is not known yet."""
        if name not in self.__dataclass_fields__ or "_find" not in vars(self):
            raise AttributeError(name)
        vars(self).update(columns(self._find()))
        del vars(self)["_find"]
        return vars(self)[name]

    def each(self, change: Callable[[npt.NDArray[Any]], Any]) -> Self:
        """Give the table with each of its arrays changed; those not known are found later."""
        if "_find" not in vars(self):
            return super().each(change)
        known = {name: change(column) for name, column in vars(self).items() if name != "_find"}
        return self.later(lambda: super(Evidence, self).each(change), **known)

    def __getstate__(self) -> dict[str, Any]:
        return columns(self)


@dataclass(frozen=True, eq=False)
class Runs(Columns):
    """Every run, as columns in the shape of the axes: ``(n_runs,)`` for those of `minimize`.

    Attributes
    ----------
    x0, x : ndarray
        Start and end, shape ``(*shape, n_vars)``, also for one variable.
    fun, grad_norm : ndarray
        f and the largest entry of its projected gradient at the end.
    status, kind : ndarray
        Codes of `Status` and `Kind`.
    nit : ndarray
        Steps taken.
    lr : ndarray
        The fixed rate, of a schedule that of the last step; nan for the automatic step.
    minimum : ndarray
        Index into the `minima` of the result; -1 for none.
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

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return np.shape(self.status)

    @property
    def flat(self) -> Runs:
        """The same runs over one axis."""
        axes = len(self.shape)
        if axes == 1:
            return self
        return self.each(lambda column: np.reshape(column, (-1, *np.shape(column)[axes:])))

    @property
    def success(self) -> Mask:
        """Which runs reached a verified minimum, in the shape of the axes."""
        return np.asarray(SUCCESS[self.status])

    @property
    def lowest(self) -> int:
        """Flat row of the lowest f among the successes, or without one among all finite values."""
        fun = np.ravel(self.fun)
        for pool in (np.ravel(self.success), np.isfinite(fun)):
            if pool.any():
                return int(np.where(pool, fun, np.inf).argmin())
        return 0


@dataclass(frozen=True, eq=False)
class Remaining(Columns):
    """What is missing at points that were judged, one value a point.

    Attributes
    ----------
    x : ndarray
        The minimum to which descent leads from the point, or the maximum or saddle that it is
        beside, ``(n_runs, n_vars)``; nan where there is none.
    distance : ndarray
        How far the point is from there.
    fall : ndarray
        By how much f would still fall on the way to the minimum; nan without one.
    rounding : ndarray
        The rounding error of f at the point.
    leads : ndarray
        How descent from the point ends, a code of `Status`; -1 where none was needed.
    """

    x: Array
    distance: Array
    fall: Array
    rounding: Array
    leads: Whole


class Later(Generic[T]):
    """A value that is found when first asked for, and pickled as it was found.

    Examples
    --------
    >>> later = Later(lambda: print("looking") or 3)
    >>> later.value, later.value
    looking
    (3, 3)
    """

    def __init__(self, find: Callable[[], T]) -> None:
        self._find = find

    @classmethod
    def known(cls, value: T) -> Later[T]:
        """Give one that has been found."""
        return cls(lambda: value)

    @cached_property
    def value(self) -> T:
        """The value."""
        return self._find()

    def __getstate__(self) -> dict[str, Any]:
        return {"value": self.value}


@dataclass(frozen=True, eq=False)
class Minimum:
    """A distinct minimum: a point, or a whole set of them over which f is the same.

    Attributes
    ----------
    x : ndarray
        Where it lies, shape ``(n_vars,)``; of a set one of its points.
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
    largest_rate : float
        The largest rate with which the method that was used settles there, as its theory says; nan
        without theory. For plain descent it is `lr_max`.
    count : int
        Number of runs that lead there.
    share : float
        The same as a share of all runs.
    runs : ndarray
        Rows of ``Result.runs`` that lead there.
    dimension : int
        0 for a point, 1 for a curve, 2 for a surface, and so on; -1 where it is not known, in
        files of older versions.
    lowest, highest : ndarray
        The smallest and the largest value of each variable on it, as far as runs ended there,
        ``(n_vars,)``; those of a point are `x`.
    varies : ndarray
        Which variables change along it, ``(n_vars,)``.
    """

    x: Array
    fun: float
    kind: Kind
    eigenvalues: Array
    lr_max: float
    lr_best: float
    contraction: float
    largest_rate: float
    count: int
    share: float
    runs: Whole
    dimension: int = 0
    lowest: Array = field(default_factory=lambda: np.empty(0))
    highest: Array = field(default_factory=lambda: np.empty(0))
    varies: Mask = field(default_factory=lambda: np.empty(0, dtype=np.bool_))

    def rates(self, method: Any) -> Any:
        """Tell with which settings a method settles here, and how fast, from its own step.

        Parameters
        ----------
        method : type or Method
            A method of `symgd.methods`, such as ``symgd.methods.Momentum``, or a rule of yours.

        Returns
        -------
        symgd.methods.Rates

        Raises
        ------
        ConfigurationError
            If that is no method with a rate.

        Examples
        --------
        >>> import symgd
        >>> m = symgd.minimize("x**2/2 + 50*y**2", x0=[1.0, 1.0]).minima[0]
        >>> print(m.rates(symgd.methods.Momentum))
        momentum settles fastest in the long run with lr = 0.03306, beta = 0.6694:
        each step leaves 81.82 % of the error, and 119 epochs leave 1e-8 of it.
        """
        named = isinstance(method, type) and hasattr(method, "with_rate")
        rule = method.with_rate(1.0) if named else method
        if not hasattr(rule, "rates"):
            takes = "a method, such as symgd.methods.Momentum"
            raise ConfigurationError("method", method, takes)
        bent = np.sort(self.eigenvalues * (-1.0 if self.eigenvalues.sum() < 0 else 1.0))
        return rule.rates(bent[max(self.dimension, 0) :])  # along a set nothing has to shrink

    def __post_init__(self) -> None:
        """Let what is not said be that of a point."""
        if len(self.lowest) == len(self.highest) == len(self.varies) == len(self.x):
            return
        point = {"lowest": self.x, "highest": self.x, "varies": np.zeros(len(self.x), np.bool_)}
        for name, value in point.items():
            if not len(getattr(self, name)):
                object.__setattr__(self, name, value)


class Best(int):
    """The row of the best run; called, it gives the best minima.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.minimize("cos(2*pi*x) + x**2")
    >>> [round(float(minimum.fun), 4) for minimum in r.best(3)]
    [-0.7621, -0.7621, 1.1396]
    >>> r.runs.fun[r.best] == r.fun
    np.True_
    """

    minima: tuple[Minimum, ...]

    @classmethod
    def of(cls, row: int, minima: Sequence[Minimum]) -> Best:
        """Give the row, with the minima, best first."""
        best = cls(row)
        best.minima = tuple(minima)
        return best

    def __call__(self, count: int = 1) -> tuple[Minimum, ...]:
        """Give so many of the best distinct minima, best first, or as many as there are.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        tuple of Minimum
            Each with its point `x`, its value `fun` and the rows `runs` that lead there.
        """
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
            raise ConfigurationError("count", count, "a whole number >= 1")
        return self.minima[:count]


@dataclass(frozen=True)
class Settings:
    """How the runs were made.

    `lr` is None for the automatic step, and for several rates; `width` is the size of the region
    that was searched. `sampler` is None where the starts were given, or lie on a grid; `until` is
    the share of unseen starts down to which more starts were taken, None if nobody asked for that.
    `outside` is the share of the places of a sampler that were outside the domain of f, so that
    starts inside it were taken instead. `maximize` tells that f is -1 times what was given.
    `schedule` has the words for rates that change from epoch to epoch, and `lr` is None then;
    `seed` is that of the noise.
    `picked` says why this method, where it was picked by ``method="auto"``.
    """

    method: str
    lr: float | None
    epochs: int
    tol: float
    polish: bool
    escape: bool
    bounds: tuple[tuple[float, float], ...]
    width: tuple[float, ...]
    sampler: str | None = None
    until: float | None = None
    outside: float | None = None
    maximize: bool | None = None
    schedule: str | None = None
    clip_value: float | None = None
    clip_norm: float | None = None
    noise: float | None = None
    seed: int | None = None
    picked: str | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether the points were not found by runs, but came from elsewhere."""
        return self.method == ELSEWHERE
