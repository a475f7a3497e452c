"""What `minimize` gives: frozen values over arrays; their looks are in `symgd.views`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..arrays import Array, Frozen, Whole
from ..creases.walk import smoothed_at
from ..facts.facts import Facts
from ..facts.known import Known
from ..given.numbers import read_whole
from ..given.types import Count, MethodLike, Number
from ..status import Kind, Status
from ..views import text
from ..views.document import Document, terminal
from .outcome import Outcome, plain
from .runs import Best, Later, Remaining
from .standing import Standing
from .tables import TABLED

if TYPE_CHECKING:
    from ..explorer.page import Page


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
    best : Best
        Row of the best run; called with a number, as ``best(5)``, it gives so many of the best
        minima.
    jac : ndarray
        Gradient at the best run's end, shape ``(n_vars,)``.
    nfev, njev : int
        Evaluations of f and of its gradient in the best run.
    history : list of ndarray or None
        With ``history=True`` the points of each run, ``(nit + 1, n_vars)``; with a number the
        start, every so many steps, and the end. Newton steps after the descent are not among them.
    history_every : int
        Steps between two of its points; 0 without it.
    ways_out : Later
        Its ``value`` is where `escape` leads from the best run if that one stalled,
        ``(k, n_vars)``.
    remaining : Remaining or None
        What is missing at points that `judge` was given, as columns; None for runs.
    standing : Standing or None
        What `resume` goes on with; None in files of older versions.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.minimize("(x - 1)**2 + 3")
    >>> r.x, r.fun, r.success
    (array([1.]), 3.0, True)
    >>> print(r.status.name, r.kind.name)
    CONVERGED MINIMUM
    """

    best: int
    jac: Array
    nfev: int
    njev: int
    history: list[Array] | None = None
    history_every: int = 0
    ways_out: Later[Array] = field(default_factory=lambda: Later(lambda: np.empty((0, 0))))
    remaining: Remaining | None = None
    standing: Standing | None = None

    def __post_init__(self) -> None:
        """Let the best row know the best minima."""
        object.__setattr__(self, "best", Best.of(self.best, self.minima))

    tabled: ClassVar = (*TABLED, "lr", "minimum", "parent")
    fixed: ClassVar = Frozen[float]({})

    @property
    def dims(self) -> tuple[str, ...]:
        """The only axis."""
        return ("run",)

    @property
    def coords(self) -> Mapping[str, Whole]:
        """Numbers of the runs, ``(n_runs,)``."""
        return {"run": np.arange(len(self.runs))}

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
        return text.message(self, self._known(minima=False))

    @cached_property
    def facts(self) -> Facts:
        """What is known about the formula and the runs, found when it is asked for."""
        ways_out = {self.best: self.ways_out}
        return Facts(
            self.problem, self.runs, self.minima, self.settings,
            ways_out=ways_out, remaining=self.remaining, smoothed=smoothed_at,
        )  # fmt: skip

    @property
    def even(self) -> tuple[str, ...]:
        """Variables in which f is even."""
        return self.facts.even

    @property
    def unseen(self) -> float:
        """Upper confidence bound (95 %) for the share of the starts whose minimum is not found.

        It is about the starts that lead to a minimum, as far as those that were taken say: by how
        many minima were met only once (see `symgd.facts.unseen`). nan where starts were given, lie
        on a grid, or are not several.

        Examples
        --------
        >>> import symgd
        >>> round(symgd.minimize("(x**2 - 1)**2", starts=300).unseen, 4)
        0.0101
        """
        return self.facts.unseen

    @property
    def beyond(self) -> Array:
        """Where `escape` leads from the best run if that one stalled, ``(k, n_vars)``."""
        return self.ways_out.value

    def explain(self, run: int | None = None) -> str:
        """Explain the verdicts, the worst first, or tell one run's story.

        Parameters
        ----------
        run : int, optional
            Row of `runs`; one below 0 counts from the last.

        Returns
        -------
        str

        Raises
        ------
        IndexError
            If there is no such row.
        """
        if run is None:
            return terminal(self._explained())
        count = len(self.runs)
        row = read_whole("run", run, -(2**53))
        if not -count <= row < count:
            raise IndexError(f"run {row} is none of the {count} runs, 0 to {count - 1}")
        return self._story(row % count)

    def explore(self, run: int | None = None) -> Page:
        """Open the explorer at a run: its formula, parameters, method, rate, epochs and start.

        Parameters
        ----------
        run : int, optional
            Row of `runs`; by default the best run.

        Returns
        -------
        Page
            A notebook shows it, and its `save` writes it to a file. A run that chose its steps is
            opened at plain steps of a rate that suits the curvature; at most 10,000 are taken.

        Raises
        ------
        ConfigurationError
            If there are more than two variables, or the page has no such runs: it has none of
            other methods or settings, none with bounds, schedules, clipping or noise.
        ExpressionError
            If the formula is so large that the page would be, too.

        Examples
        --------
        >>> import symgd
        >>> r = symgd.minimize("cos(2*pi*x) + x**2", x0=0, lr=0.01, epochs=100)
        >>> r.explore()  # doctest: +ELLIPSIS
        Page('cos(2*pi*x) + x**2', ... kB)
        """
        return self._opened(int(self.best) if run is None else range(len(self.runs))[run])

    @property
    def _own(self) -> Mapping[str, Any]:
        method = self.standing.method if self.standing else None
        return vars(method) if method else {}

    def resume(
        self,
        status: Status | str | Sequence[Status | str] | None = None,
        *,
        epochs: Count | None = None,
        method: MethodLike | None = None,
        lr: Number | None = None,
        workers: Count | None = None,
        callback: Callable[[Any], object] | None = None,
        progress: bool = False,
        time_limit: Number | None = None,
    ) -> Result:
        """Let runs go on from where they stopped, with what they remember.

        With fixed steps 50 epochs and 50 more are 100 epochs, bit by bit: momentum keeps its
        velocity, Adam its means and its count of epochs. The automatic step keeps its last length.

        Parameters
        ----------
        status : Status, str or several, optional
            Which runs go on, such as ``"SLOW"``; by default those that were on their way: SLOW,
            OSCILLATING and STOPPED. ``list(symgd.Status)`` is all.
        epochs : int, optional
            The most further steps of a run; by default as many as they had.
        method : str or Method, optional
            Another method, which begins anew at the points where the runs are; one of the same
            kind with other settings keeps what they remember. By default the same method.
        lr : float, optional
            The rate of a method that is given by its name.
        workers, callback, progress, time_limit
            As in `minimize`.

        Returns
        -------
        Result
            All runs, the others as they were; ``nit`` counts all steps, and minima are told apart
            anew. This result stays as it is; where no run has such a status, it is returned.

        Raises
        ------
        ConfigurationError
            If an argument is wrong, or what runs remember is not known, as in files of older
            versions and for rules of your own that were saved; then `method` says how they go on.

        Examples
        --------
        >>> import symgd
        >>> how = {"x0": [1, 1], "method": "momentum", "lr": 0.01}
        >>> half = symgd.minimize("x**2 + 9*y**2", epochs=50, **how)
        >>> whole = symgd.minimize("x**2 + 9*y**2", epochs=100, **how)
        >>> (half.resume(epochs=50).x == whole.x).all()
        np.True_
        """
        from ..runs.resume import resume  # up the floors: runs are made there

        given = epochs, method, lr, workers, callback, progress, time_limit
        return resume(self, status, *given)

    def join(self, other: Result) -> Result:
        """Give one result with the runs of this one and of another, minima counted together.

        Parameters
        ----------
        other : Result
            Of the same problem, with the same parameters and bounds.

        Returns
        -------
        Result
            The runs of the other one stand behind those of this one. `unseen` holds where both had
            random starts of one sampler in one box, and no start twice; else it is nan.

        Raises
        ------
        ConfigurationError
            If it is of another problem.

        Examples
        --------
        >>> import symgd
        >>> parts = [symgd.minimize("(x**2 - 1)**2", starts=100, seed=seed) for seed in (1, 2)]
        >>> both = parts[0].join(parts[1])
        >>> len(both.runs), [m.count for m in both.minima] == [
        ...     sum(part.minima[i].count for part in parts) for i in (0, 1)
        ... ]
        (200, True)
        """
        from ..runs.resume import join  # up the floors: minima are told apart there

        return join(self, other)

    def _known(self, minima: bool = True) -> Known:
        return self.facts.about([self.best], lowest=self.success, minima=minima)

    def _summary(self) -> Document:
        return text.summary(self, self._known(minima=len(self.runs) > 1))

    def _overview(self) -> Document:
        known = self._known()
        return text.overview(self, text.headline(self, known), known)

    def _plain(self) -> dict[str, Any]:
        return {
            "x": dict(zip(self.problem.names, plain(self.x), strict=True)),
            "fun": plain(self.fun),
            "success": self.success,
            "status": self.status.name,
            "kind": self.kind.name,
            "message": self.message,
            "nit": self.nit,
            "unseen": plain(self.unseen),
        }
