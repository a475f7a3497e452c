"""What is known about a formula and its runs, found when the words first need it, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from ..arrays import Array, Whole
from ..blas import in_one_thread
from ..given.boxes import Box
from ..methods import METHODS
from ..precise.jumps import Beside
from ..precise.program import Precise
from ..problem import Problem
from ..results.runs import SUCCESS, Later, Minimum, Remaining, Runs, Settings
from ..status import Status
from .approach import approach
from .bounds import bound_slopes
from .cancellation import gradient_noise, rounding
from .curves import touched_curves
from .determined import determined
from .endless import only_approached
from .jumps import at_jumps_of
from .known import Determined, Jump, Known, RunFacts, Symmetry, Unbounded
from .plateau import plateau
from .rims import touched
from .symmetry import even_variables, orbits, symmetries
from .unbounded import shown, unbounded
from .unseen import PATIENT, USUAL, unseen

_ONE_POINT = 1e-6  # share of the searched region: two ways out this close are one
_LISTED = 10  # minima: the first ones, of which it is told what is determined
_NONE = np.empty(0, dtype=np.int64)
Smoothed = Callable[[Problem, Array, Array, Box, Array], Precise | None]
_STALLED = (Status.STALLED_AT_START, Status.NOT_A_MINIMUM)


class Facts:
    """What is known about a formula and runs; each part is found once, when first asked for.

    Parameters
    ----------
    problem : Problem
        f.
    runs : Runs
        The runs, over one axis.
    minima : sequence of Minimum
        The distinct minima.
    settings : Settings
        How the runs were made.
    swept : mapping of str to ndarray, optional
        Parameters of f with a value for each run, ``(n_runs,)``.
    ways_out : mapping of int to Later, optional
        By row, the minima that `escape` would reach from there, ``(k, n_vars)``.
    remaining : Remaining, optional
        What is missing at points that came from elsewhere.
    smoothed : callable
        Gives what stands for f along the creases at the end of a run.
    """

    def __init__(
        self,
        problem: Problem,
        runs: Runs,
        minima: Sequence[Minimum],
        settings: Settings,
        swept: Mapping[str, Array] | None = None,
        ways_out: Mapping[int, Later[Array]] | None = None,
        remaining: Remaining | None = None,
        smoothed: Smoothed = lambda *_: None,
    ) -> None:
        self._problem, self._runs, self._minima, self._settings = problem, runs, minima, settings
        self._width = np.array(settings.width)
        self._box = Box(*np.array(settings.bounds, dtype=float).T)
        self._swept, self._ways_out = dict(swept or {}), dict(ways_out or {})
        self._remaining, self._smoothed = remaining, smoothed
        self._known: dict[int, RunFacts] = {}
        self._sets: dict[int, Determined] = {}

    @cached_property
    def even(self) -> tuple[str, ...]:
        """Variables in which f is even."""
        return even_variables(self._problem)

    @cached_property
    def symmetries(self) -> tuple[Symmetry, ...]:
        """Changes of signs and exchanges of variables that leave f as it is."""
        return symmetries(self._problem, self._box)

    @cached_property
    def orbits(self) -> Whole:
        """For each minimum the number of its family of mirror images, ``(n_minima,)``."""
        if not self._minima:
            return np.zeros(0, dtype=np.int64)
        points = np.array([m.x for m in self._minima])
        return orbits(self._problem, points, _ONE_POINT * self._width, self._box)

    @cached_property
    def unbounded(self) -> Unbounded | None:
        """Proof that f has no lowest value, where its leading terms show one."""
        return unbounded(self._problem, self._box)

    @cached_property
    def unseen(self) -> float:
        """Bound for the share of the starts whose minimum has not been found; nan without one.

        There is one where several starts came from a sampler, and chance had a part in it.
        """
        starts = self._runs.parent < 0
        if self._settings.sampler is None or np.count_nonzero(starts) < 2:
            return np.nan
        found = self._runs.minimum[starts & (self._runs.minimum >= 0)]
        return unseen(np.bincount(found), USUAL if self._settings.until is None else PATIENT)

    @in_one_thread
    def determined(self, index: int) -> Determined:
        """Tell what only is determined on a set of minima."""
        if index not in self._sets:
            with np.errstate(all="ignore"):
                minimum, runs = self._minima[index], self._runs
                rows = np.flatnonzero((runs.minimum == index) & SUCCESS[runs.status])
                on = touched(self._problem, minimum.x, self._width)
                self._sets[index] = self._along(minimum, runs.x[rows], [i for i, *_ in on])
        return self._sets[index]

    def _along(self, minimum: Minimum, ends: Array, held: list[int]) -> Determined:
        """Tell it of a set on edges of the domain, where the variables `held` are fixed."""
        problem, others = self._problem, np.delete(np.arange(len(minimum.x)), held)
        for i in sorted(held, reverse=True):
            problem = problem.at(i, float(minimum.x[i]))
        columns = {n: getattr(minimum, n)[others] for n in ("x", "lowest", "highest", "varies")}
        box = Box(self._box.lower[others], self._box.upper[others])
        its = replace(minimum, **columns)
        return determined(problem, its, ends[:, others], self._width[others], box)

    @in_one_thread
    def run(self, row: int) -> RunFacts:
        """Give what is known about one run, as far as its verdict has a use for it."""
        if row not in self._known:
            with np.errstate(all="ignore"):
                self._known[row] = self._found(row)
            if self._remaining is not None:
                rest = self._remaining.take(row)
                self._known[row] = replace(self._known[row], remaining=rest)
        return self._known[row]

    def about(self, rows: Iterable[int], *, lowest: bool = False, minima: bool = False) -> Known:
        """Find what the words on some runs need.

        Parameters
        ----------
        rows : iterable of int
            The runs.
        lowest : bool
            Whether the words say that f has no lowest value.
        minima : bool
            Whether they list the minima.

        Returns
        -------
        Known
        """
        found = {int(row): self.run(int(row)) for row in rows}
        stalled = any(self._runs.status[row] == Status.STALLED_AT_START for row in found)
        several = minima and len(self._minima) > 1
        return Known(
            even=self.even if stalled else (),
            symmetries=self.symmetries if several else (),
            orbits=self.orbits if several else _NONE,
            unbounded=self.unbounded if lowest else None,
            unseen=self.unseen if minima else np.nan,
            runs=found,
            sets={i: self.determined(i) for i in self._listed() if minima},
        )

    def _listed(self) -> list[int]:
        """Give the first minima that are sets."""
        return [i for i, m in enumerate(self._minima[:_LISTED]) if m.dimension > 0]

    def _found(self, row: int) -> RunFacts:
        status, x = Status(int(self._runs.status[row])), self._runs.x[[row]]
        problem, index = self._problem_at(row), int(self._runs.minimum[row])
        on_set = status.success and index >= 0 and self._minima[index].dimension > 0
        its_set = self.determined(index) if on_set else None
        if status is Status.DIVERGED and self._runs.evidence.condition[row] < 0:
            x0 = self._runs.x0[row]
            own = any(name not in METHODS for name in self._settings.method.split(", "))
            return RunFacts(shown(problem, x0, x[0], self._box, self._width), own)
        if status is Status.PLATEAU:
            where, start, region = (problem, x[0]), self._start(row), (self._box, self._width)
            with np.errstate(all="ignore"):
                along = self._smoothed(problem, x, start[None], *region)
            on = approach(*where, start, *region, along)
            return RunFacts(plateau=None if on else plateau(*where, *region), approach=on)
        if status is Status.SLOW and index < 0:
            given = problem, x[0], self._start(row), self._box, self._width
            on = approach(*given, far=True) if only_approached(*given) else None
            return RunFacts(approach=on)
        if status is Status.NO_PROGRESS:
            noise = float(gradient_noise(problem, x).max())
            jump = self._jump(problem, x)
            return RunFacts(floor=(float(rounding(problem, x)[0]), noise), jump=jump)
        if status is Status.AT_BOUND:
            slopes, falls = bound_slopes(problem, x[0], self._box, self._width)
            sides = tuple(falls.tolist())
            return RunFacts(
                slopes=tuple(slopes.tolist()), open_sides=sides, determined=its_set,
                edges=touched(problem, x[0], self._width),
                curves=touched_curves(problem, x[0], self._width),
            )  # fmt: skip
        if status in _STALLED and row in self._ways_out:
            return RunFacts(ways_out=tuple(map(tuple, self._ways_out[row].value.tolist())))
        return RunFacts(determined=its_set)

    def _jump(self, problem: Problem, x: Array) -> Jump | None:
        """Give the jump beside the end of a run, where that is why it is no minimum."""
        (told,) = at_jumps_of(problem, x, self._box, self._width)
        if told is None or told.what not in (Beside.UNATTAINED, Beside.LOWER):
            return None
        return Jump(told.there, told.limit if told.what is Beside.UNATTAINED else None)

    def _start(self, row: int) -> Array:
        """Give where a run started; where nobody knows, a point one width of the region off."""
        x, x0 = self._runs.x[row], self._runs.x0[row]
        return np.asarray(np.where(np.isnan(x0), x + self._width, x0))

    def _problem_at(self, row: int) -> Problem:
        """Give f with the parameters of one run."""
        values = {name: float(column[row]) for name, column in self._swept.items()}
        return self._problem.with_params(values) if values else self._problem
