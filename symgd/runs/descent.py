"""From starts to judged runs: the kernel, the verdicts, and the runs that go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..arrays import EPS, Array, Whole
from ..diagnosis.case import Judging, Verdicts
from ..diagnosis.heading import Judged
from ..diagnosis.onward import lower_beyond
from ..diagnosis.tips import beside_tips
from ..diagnosis.verdict import judge
from ..engine.drive import lanes, slow
from ..engine.drive.snapshots import paths, snapshots
from ..engine.kernel.source import Kernel, kernel
from ..engine.kernel.stops import Stop
from ..errors import Interrupted
from ..given.options import TOL, Options
from ..problem import Problem
from ..status import Kind, Status
from ..watch import answered, during, pressing, shown
from .along import Along, Onward, Sent, near_edges
from .escape import beside

_GENERATIONS = 8  # how often a run may be led on from one saddle to the next
_ROUNDS = 3  # how often a run that stopped too early goes on with a smaller tolerance
_TIGHTER = 1e-4
_FALLS = 4  # how often a run goes on from a lower point ahead of it
_SOON = 500  # steps: after them it is looked whether a run creeps up to an edge of the domain
_TURNS = 6  # times that a run may go on along an edge of the domain, or leave one
_NEVER = -1.0  # a tolerance that no gradient meets: noise goes on where it vanishes
_QUICKLY = 0.1  # seconds for verdicts when the time of a call has passed
_AT_ONCE = 0.05  # seconds more to tell where runs were stopped, and
_EACH = 1e-6  # seconds for each of them
_LOOSEST = 1e-3  # share of its way that a run which has arrived may be short, whatever tol is


@dataclass(frozen=True)
class Batch:
    """Runs that have been judged.

    Attributes
    ----------
    x0 : ndarray
        Where runs start as they are told, ``(n_runs, n_vars)``: those that lead on from a saddle
        start on it.
    begun : ndarray
        Where they started.
    ends : Ends
        Where and why they stopped.
    parent : ndarray
        The run that each leads on, -1 for none.
    verdicts : Verdicts
        What was decided.
    paths : list of ndarray
        Where each run was on its way, if that is kept.
    """

    x0: Array
    begun: Array
    ends: lanes.Ends
    parent: Whole
    verdicts: Verdicts
    paths: list[Array] = field(default_factory=list)

    def judged(self, problem: Problem, options: Options) -> Judged:
        """Give the runs with all that their verdicts came from."""
        how = _judging(options)
        return Judged(problem, options.box, how, self.begun, self.ends, self.verdicts)

    def take(self, rows: Whole) -> Batch:
        """Give some of the runs."""
        return Batch(
            self.x0[rows], self.begun[rows], self.ends.take(rows), self.parent[rows],
            self.verdicts.take(rows), [self.paths[row] for row in rows] if self.paths else [],
        )  # fmt: skip


@dataclass(frozen=True)
class Later:
    """How runs go on that came from elsewhere.

    Attributes
    ----------
    begun : ndarray
        Where they began, ``(n_runs, n_vars)``: their way is measured from there.
    limits : ndarray or None
        How many steps each may take; as many as all for None.
    turns : int
        How often they may go on along an edge of the domain, or leave one.
    memory : ndarray or None
        What they remember, ``(n_runs, n_rows)``; nothing for None.
    steps : ndarray or None
        How many steps they have taken, of a method that counts them; none for None.
    """

    begun: Array
    limits: Whole | None
    turns: int
    memory: Array | None = None
    steps: Whole | None = None

    def take(self, rows: Whole) -> Later:
        """Give how some of the runs go on."""
        return Later(
            self.begun[rows],
            None if self.limits is None else self.limits[rows],
            self.turns,
            None if self.memory is None else self.memory[rows],
            None if self.steps is None else self.steps[rows],
        )


def descend(problem: Problem, x0: Array, options: Options, later: Later | None = None) -> Batch:
    """Run from starts to verdicts; a run that its tolerance stopped too early goes on.

    Runs that came from elsewhere go on `later`.

    Raises
    ------
    Interrupted
        After Ctrl-C, with the batch as far as it had come.
    """
    descent = _Descent(problem, x0, options, later or Later(x0, None, _TURNS))
    try:
        descent.run()
    except KeyboardInterrupt as stopped:
        raise Interrupted(descent.halted(stopped)) from None
    return descent.batch()


class _Descent:
    """What a batch has reached so far."""

    def __init__(
        self,
        problem: Problem,
        x0: Array,
        options: Options,
        later: Later | None = None,
    ) -> None:
        self._problem, self._x0, self._options = problem, x0, options
        self._later = later or Later(x0, None, 0)
        self._ends: lanes.Ends | None = None
        self._paths: list[Array] = []
        self._verdicts: Verdicts | None = None
        self._blank = Verdicts.undecided(*x0.shape)  # early, so that Ctrl-C need not wait for it

    def run(self) -> None:
        """Run, judge, and let runs go on with a smaller tolerance that have not arrived."""
        tol, options = self._options.tol, self._options
        ends = self._first(tol)
        judged, nit = self.judge(ends), ends.nit
        self._leave_tips(ends, judged)
        early = judged.early
        for _ in range(_ROUNDS):
            rows = np.flatnonzero(early & (nit < self._most()))
            if not len(rows):
                break
            tol = min(tol * _TIGHTER, TOL) if tol > EPS else 0.0
            self._go_on(ends, judged, rows, tol)
        self._fall_on(ends, judged)
        if self._edged:
            self._follow_edges(ends, judged)
            rows = np.flatnonzero((ends.stop == Stop.EPOCHS) & (ends.nit < self._most()))
            self._go_on(ends, judged, rows, options.tol)

    @property
    def _edged(self) -> bool:
        """Whether runs may go on along edges of the domain."""
        return self._later.turns > 0 and bool(self._problem.symbolic.edges)

    def _first(self, tol: float) -> lanes.Ends:
        """Run from the starts; a run that soon creeps up to an edge of the domain stops there."""
        problem, options, most = self._problem, self._options, self._most()
        later = self._later
        if options.method.fixed or not self._edged:
            given = problem, self._x0, tol, options, later.limits, later.memory, later.steps
            ends, self._paths = _run(*given)
            return ends
        soon = np.minimum(most, _SOON)
        ends, self._paths = _run(problem, self._x0, tol, options, soon, later.memory)
        rows = np.flatnonzero((ends.stop == Stop.EPOCHS) & (ends.nit < most))
        rows = rows[~near_edges(problem.of(rows), ends.x[rows], options.width)]
        if len(rows):
            more, paths = self._further(ends, rows, tol)
            ends.put(rows, more)
            self._keep(rows, paths)
        return ends

    def _go_on(self, ends: lanes.Ends, judged: Verdicts, rows: Whole, tol: float) -> None:
        """Let runs go on, and judge them again."""
        if len(rows):
            more, paths = self._further(ends, rows, tol)
            verdicts = self._judged(more, rows, Verdicts.undecided(*more.x.shape))
            ends.put(rows, more)
            judged.put(rows, verdicts)
            self._keep(rows, paths)

    def _keep(self, rows: Whole, paths: list[Array]) -> None:
        for row, path in zip(rows, paths, strict=False):
            self._paths[row] = path

    def _most(self) -> Whole:
        """Give how many steps each run may take."""
        every = np.full(len(self._x0), self._options.epochs)
        return every if self._later.limits is None else self._later.limits

    def _follow_edges(self, ends: lanes.Ends, judged: Verdicts) -> None:
        """Let runs go on along edges of the domain that belong to it."""
        turns = self._later.turns - 1

        def go(sent: Sent) -> Onward:
            later = Later(sent.begun, sent.left, turns)
            options = sent.options.started(sent.x)
            more = descend(sent.problem, sent.x, options, later)
            return Onward(more.ends, more.verdicts, more.paths)

        limits = self._most()
        begun = self._later.begun
        given = self._problem, self._x0, begun, ends, judged, self._paths, self._options
        Along(*given, limits, go).run()

    def _leave_tips(self, ends: lanes.Ends, judged: Verdicts) -> None:
        """Start runs again right beside tips on which they stayed, where f falls from there."""
        options = self._options
        stayed = (judged.status == Status.OUT_OF_DOMAIN) & (ends.nit == 0)
        rows = np.flatnonzero(stayed & np.isfinite(judged.fun) & (judged.condition < 0))
        if options.method.fixed or not len(rows):
            return
        its, tips = self._problem.of(rows), self._x0[rows]
        points, lower = beside_tips(its, tips, options.box, options.width)
        rows, points = rows[lower], points[lower]
        if not len(rows):
            return
        its = self._problem.of(rows)
        more, paths = _run(its, points, options.tol, options.take(rows))
        verdicts = self._judged(more, rows, Verdicts.undecided(*more.x.shape))
        ends.put(rows, more)
        judged.put(rows, verdicts)
        for row, path in zip(rows, paths, strict=False):
            self._paths[row] = np.concatenate([self._x0[row][None], path[1:]])

    def _fall_on(self, ends: lanes.Ends, judged: Verdicts) -> None:
        """Let runs that no longer get on start again from lower points ahead, if there are any."""
        options = self._options
        if options.method.fixed or not options.polish:
            return
        if self._problem.symbolic.jumps is not None:  # beside a jump the other side is another's
            return
        rows = np.arange(len(self._x0))
        for _ in range(_FALLS):
            halted = judged.status[rows] == Status.NO_PROGRESS
            halted &= judged.kind[rows] == Kind.NOT_STATIONARY
            rows = rows[halted & (ends.nit[rows] + 1 < self._most()[rows])]
            if not len(rows):
                break
            its, x = self._problem.of(rows), judged.x[rows]
            points, lower = lower_beyond(
                its, x, self._later.begun[rows], options.box, options.width
            )
            rows, points = rows[lower], np.asfortranarray(points[lower])
            if len(rows):
                self._restart(ends, judged, rows, points)

    def _restart(self, ends: lanes.Ends, judged: Verdicts, rows: Whole, points: Array) -> None:
        """Let runs take a step to given points, go on from there, and be judged again."""
        before, its = ends.take(rows), self._problem.of(rows)
        left, options = self._most()[rows] - before.nit - 1, self._options
        more, paths = _run(its, points, options.tol, options.take(rows), left)
        nit, evaluations = before.nit + more.nit + 1, before.evaluations + more.evaluations
        whole = replace(more, nit=nit, evaluations=evaluations)
        ends.put(rows, whole)
        judged.put(rows, self._judged(whole, rows, Verdicts.undecided(*points.shape)))
        for row, path in zip(rows, paths, strict=False):
            self._paths[row] = np.concatenate([self._paths[row], path])

    def _further(self, ends: lanes.Ends, rows: Whole, tol: float) -> tuple[lanes.Ends, list[Array]]:
        """Let runs go on.

        Fixed steps are taken again from the start, and so with all that they remember: the same
        run, whatever its tolerance was at first. A method that chooses its steps begins anew
        where it is, with what it keeps.
        """
        options, later = self._options.take(rows), self._later.take(rows)
        if options.method.fixed:
            its, x0 = self._problem.of(rows), self._x0[rows]
            return _run(its, x0, tol, options, later.limits, later.memory, later.steps)
        before = ends.take(rows)
        left = self._most()[rows] - before.nit
        its = self._problem.of(rows)
        more, paths = _run(its, before.x, tol, options, left, before.memory)
        whole = replace(
            more, nit=before.nit + more.nit, evaluations=before.evaluations + more.evaluations
        )
        pairs = zip((self._paths[row] for row in rows if paths), paths, strict=True)
        return whole, [np.concatenate([path, further[1:]]) for path, further in pairs]

    def judge(self, ends: lanes.Ends) -> Verdicts:
        """Give runs that have ended their verdicts."""
        self._ends = ends
        self._verdicts = self._judged(ends, slice(None), self._blank)
        return self._verdicts

    def halted(self, stopped: KeyboardInterrupt) -> Batch:
        """Give what was reached; what is not judged yet is judged as far as that is quick."""
        answered()
        reached = stopped.result if isinstance(stopped, Interrupted) else None
        if self._verdicts is not None:
            self._verdicts.status[self._verdicts.early] = Status.STOPPED
        elif self._ends is None:
            self._ends, self._paths = reached or (self._nowhere(), [])
            self._verdicts = self._quickly(self._ends, self._blank)
        else:  # the judging was interrupted
            blank = Verdicts.undecided(*self._x0.shape)
            self._verdicts = reached or self._quickly(self._ends, blank)
        return self.batch()

    def _nowhere(self) -> lanes.Ends:
        """Give runs that are where they start, with what they remember."""
        method, n_vars, later = self._options.method, self._x0.shape[1], self._later
        rows = method.rows(n_vars)
        ends = lanes.Ends.at(self._x0.T, sum(rows[name] for name in method.kept(n_vars)))
        if later.memory is not None and later.steps is not None:
            ends.memory[:], ends.nit[:] = later.memory, later.steps
        return ends

    def _quickly(self, ends: lanes.Ends, blank: Verdicts) -> Verdicts:
        """Give verdicts as far as that is quick."""
        try:
            with pressing(_QUICKLY + _AT_ONCE):
                return self._judged(ends, slice(None), blank, _QUICKLY)
        except KeyboardInterrupt:
            blank = Verdicts.undecided(*self._x0.shape)
        with pressing(2 * _AT_ONCE + _EACH * len(self._x0)):
            return self._judged(ends, slice(None), blank, 0.0)

    def batch(self) -> Batch:
        """Give the judged runs."""
        ends, verdicts = self._ends, self._verdicts
        assert ends is not None
        assert verdicts is not None
        nowhere = np.full(len(self._x0), -1)
        return Batch(self._x0, self._x0, ends, nowhere, verdicts, self._paths)

    def _judged(
        self, ends: lanes.Ends, rows: Any, found: Verdicts, quickly: float | None = None
    ) -> Verdicts:
        how = _judging(self._options).take(rows)
        x0 = np.asfortranarray(self._later.begun[rows])
        its = self._problem.of(rows)
        given = its, x0, ends, self._options.box, how, found
        return judge(*given) if quickly is None else judge(*given, halted=True, quickly=quickly)


def _judging(options: Options) -> Judging:
    tol = min(options.tol or TOL, _LOOSEST)
    return Judging(options.method, tol, options.polish, options.width, options.workers)


def _run(
    problem: Problem,
    x0: Array,
    tol: float,
    options: Options,
    limits: Whole | None = None,
    memory: Array | None = None,
    steps: Whole | None = None,
) -> tuple[lanes.Ends, list[Array]]:
    """Hand a batch of runs to the kernel; gives the ends, and the paths if they are kept.

    Each may take as many steps as all, or as `limits` tells, and remembers nothing or `memory`, and
    has taken none yet or as many as `steps` tells.

    Raises
    ------
    Interrupted
        After Ctrl-C, with both of these as far as the runs had come.
    """
    compiled, batch = _prepared(problem, x0, tol, options)
    if limits is not None:
        batch = replace(batch, rows={**batch.rows, "limit": limits[None].astype(float)})
    if memory is not None:
        batch = replace(batch, rows={**batch.rows, **compiled.layout.named(memory.T)})
    if steps is not None:
        batch = replace(batch, rows={**batch.rows, "nit": steps[None].astype(float)})
    ways: list[Array] = []
    try:
        with during("descending"), shown(problem.values):
            if options.history:
                ends, ways = paths(compiled, batch, options.history, options.workers)
            else:
                ends = lanes.run(compiled, batch, options.workers)
        again = _redo(problem, compiled, batch.rows, ends)
    except Interrupted as stopped:
        reached = stopped.result
        raise Interrupted(reached if isinstance(reached, tuple) else (reached, ways)) from None
    for row in again if ways else ():
        ways[row] = np.stack([x0[row], ends.x[row]])
    return ends, ways


def _redo(problem: Problem, compiled: Kernel, rows: Mapping[str, Array], ends: lanes.Ends) -> Whole:
    """Run those again that left the range of the fast functions, and tell which they are.

    Raises
    ------
    Interrupted
        After Ctrl-C, with the ends of all runs.
    """
    again = slow.outside_range(problem, ends)
    if not len(again):
        return again
    mine = {n: v[:, again] if v.shape[1] > 1 else v for n, v in rows.items()}
    try:
        ends.put(again, slow.run(compiled, problem.of(again), mine))
    except Interrupted as stopped:
        ends.put(again, stopped.result)
        raise Interrupted(ends) from None
    return again


def record(problem: Problem, x0: Array, epochs: Sequence[int], options: Options) -> Batch:
    """Give the verdicts on runs after each of several numbers of epochs, ascending.

    Returns
    -------
    Batch
        All runs after the first number of epochs, then all after the second, and so on.

    Raises
    ------
    Interrupted
        After Ctrl-C, with the batch as far as it had come.
    """
    every = np.tile(np.arange(len(x0)), len(epochs))
    descent = _Descent(problem.of(every), np.asfortranarray(x0[every]), options.take(every))
    try:
        descent.judge(_shots(problem, x0, epochs, options))
    except KeyboardInterrupt as stopped:
        raise Interrupted(descent.halted(stopped)) from None
    return descent.batch()


def _shots(problem: Problem, x0: Array, epochs: Sequence[int], options: Options) -> lanes.Ends:
    """Give the ends after each number of epochs, one batch behind the other.

    Raises
    ------
    Interrupted
        After Ctrl-C, with these ends as far as the runs had come, and no paths.
    """
    longest = replace(options, epochs=epochs[-1])
    compiled, batch = _prepared(problem, x0, options.tol, longest)
    shots: list[lanes.Ends] = []
    try:
        with during("descending"), shown(problem.values):
            for ends in snapshots(compiled, batch, epochs, options.workers):
                limit = np.full((1, 1), float(epochs[len(shots)]))
                _redo(problem, compiled, {**batch.rows, "limit": limit}, ends)
                shots.append(ends)
    except Interrupted as stopped:
        rest = [stopped.result] * (len(epochs) - len(shots))
        raise Interrupted((lanes.Ends.concatenate([*shots, *rest]), [])) from None
    return lanes.Ends.concatenate(shots)


def _prepared(
    problem: Problem, x0: Array, tol: float, options: Options
) -> tuple[Kernel, lanes.Batch]:
    """Give the kernel of runs, and what its rows start with."""
    method = options.method
    compiled = kernel(problem.symbolic, method, options.bounded)
    least = np.atleast_2d(np.where(method.restless, _NEVER, tol))
    rows = {"x": x0.T, "limit": np.full((1, 1), float(options.epochs)), "tol": least}
    rows["param"] = problem.param_rows
    if options.bounded:
        rows["lower"], rows["upper"] = options.box.lower[:, None], options.box.upper[:, None]
    rows |= method.begin(options.width)
    return compiled, lanes.Batch(rows, len(x0), leap=method.fixed and tol == 0.0)


def led_on(problem: Problem, batch: Batch, options: Options) -> Batch:
    """Continue the runs that stalled on a maximum or a saddle, to both sides.

    Raises
    ------
    Interrupted
        After Ctrl-C, with the batch and the continuations as far as they had come.
    """
    latest = np.arange(len(batch.x0))
    for _ in range(_GENERATIONS):
        stalled = latest[batch.verdicts.stalled[latest]]
        try:
            points = batch.verdicts.x[stalled]
            starts, origin = beside(problem, points, options.width, options.box)
            if not len(starts):
                break
            more = descend(problem, starts, options.started(starts))
        except KeyboardInterrupt as stopped:
            if isinstance(stopped, Interrupted):
                batch = _continued(batch, stopped.result, stalled[origin])
            raise Interrupted(batch) from None
        latest = np.arange(len(starts)) + len(batch.x0)
        batch = _continued(batch, more, stalled[origin])
    return batch


def _continued(batch: Batch, more: Batch, parents: Whole) -> Batch:
    return joined(batch, replace(more, x0=batch.x0[parents], parent=parents))


def joined(first: Batch, second: Batch) -> Batch:
    """Put the runs of a batch behind those of another."""
    return Batch(
        x0=np.concatenate([first.x0, second.x0]),
        begun=np.concatenate([first.begun, second.begun]),
        ends=lanes.Ends.concatenate([first.ends, second.ends]),
        parent=np.concatenate([first.parent, second.parent]),
        verdicts=Verdicts.concatenate([first.verdicts, second.verdicts]),
        paths=first.paths + second.paths,
    )


def ways_out(problem: Problem, x: Array, options: Options) -> Array:
    """Give the minima that `escape` would reach from a point that is none, ``(k, n_vars)``."""
    with np.errstate(all="ignore"):
        starts, _ = beside(problem, x, options.width, options.box)
        if not len(starts):
            return starts
        try:
            judged = descend(problem, starts, options.started(starts)).verdicts
        except Interrupted:  # whose result nobody waits for
            raise KeyboardInterrupt from None
        return np.unique(judged.target[judged.success], axis=0)
