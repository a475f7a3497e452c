"""What is known about a formula and its runs, found when the words first need it, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from ..arrays import Array, Whole
from ..given.boxes import Box
from ..problem import Problem
from ..results.runs import Later, Minimum, Runs, Settings
from ..status import Status
from .approach import approach
from .bounds import bound_slopes
from .cancellation import gradient_noise, rounding
from .known import Known, RunFacts, Symmetry, Unbounded
from .plateau import plateau
from .symmetry import even_variables, orbits, symmetries
from .unbounded import shown, unbounded

_ONE_POINT = 1e-6  # share of the searched region: two ways out this close are one
_NONE = np.empty(0, dtype=np.int64)
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
    """

    def __init__(
        self,
        problem: Problem,
        runs: Runs,
        minima: Sequence[Minimum],
        settings: Settings,
        swept: Mapping[str, Array] | None = None,
        ways_out: Mapping[int, Later[Array]] | None = None,
    ) -> None:
        self._problem, self._runs, self._minima = problem, runs, minima
        self._width = np.array(settings.width)
        self._box = Box(*np.array(settings.bounds, dtype=float).T)
        self._swept, self._ways_out = dict(swept or {}), dict(ways_out or {})
        self._known: dict[int, RunFacts] = {}

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

    def run(self, row: int) -> RunFacts:
        """Give what is known about one run, as far as its verdict has a use for it."""
        if row not in self._known:
            with np.errstate(all="ignore"):
                self._known[row] = self._found(row)
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
            runs=found,
        )

    def _found(self, row: int) -> RunFacts:
        status, x = Status(int(self._runs.status[row])), self._runs.x[[row]]
        problem = self._problem_at(row)
        if status is Status.DIVERGED and self._runs.evidence.condition[row] < 0:
            x0 = self._runs.x0[row]
            return RunFacts(fall=shown(problem, x0, x[0], self._box, self._width))
        if status is Status.PLATEAU:
            where = problem, x[0]
            on = approach(*where, self._runs.x0[row], self._box, self._width)
            return RunFacts(
                plateau=None if on else plateau(*where, self._box, self._width), approach=on
            )
        if status is Status.NO_PROGRESS:
            noise = float(gradient_noise(problem, x).max())
            return RunFacts(floor=(float(rounding(problem, x)[0]), noise))
        if status is Status.AT_BOUND:
            slopes, falls = bound_slopes(problem, x[0], self._box, self._width)
            return RunFacts(slopes=tuple(slopes.tolist()), open_sides=tuple(falls.tolist()))
        if status in _STALLED and row in self._ways_out:
            return RunFacts(ways_out=tuple(map(tuple, self._ways_out[row].value.tolist())))
        return RunFacts()

    def _problem_at(self, row: int) -> Problem:
        """Give f with the parameters of one run."""
        values = {name: float(column[row]) for name, column in self._swept.items()}
        return self._problem.with_params(values) if values else self._problem
