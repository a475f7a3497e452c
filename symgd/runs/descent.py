"""From starts to judged runs: the kernel, the verdicts, and the runs that go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..arrays import Array, Whole, joined, part, put
from ..diagnosis.case import Judging, Verdicts
from ..diagnosis.verdict import judge
from ..engine.drive import lanes, slow
from ..engine.drive.snapshots import paths, snapshots
from ..engine.kernel.source import Kernel, kernel
from ..engine.kernel.stops import Stop
from ..given.options import TOL, Options
from ..methods import Automatic
from ..problem import Problem
from .escape import beyond

_GENERATIONS = 8  # how often a run may be led on from one saddle to the next
_ROUNDS = 3  # how often a run that stopped too early goes on with a smaller tolerance
_TIGHTER = 1e-4
_PREVIEW = 60  # steps of a preview
_LOOSEST = 1e-3  # share of its way that a run which has arrived may be short, whatever tol is


@dataclass(frozen=True)
class Batch:
    """Runs that have been judged."""

    x0: Array
    nit: Whole
    evaluations: Whole
    parent: Whole
    verdicts: Verdicts
    paths: list[Array] = field(default_factory=list)  # where each run was on its way, if kept

    def of(self, rows: Whole) -> Batch:
        """Give some of the runs."""
        return Batch(
            self.x0[rows], self.nit[rows], self.evaluations[rows], self.parent[rows],
            part(self.verdicts, rows), [self.paths[row] for row in rows] if self.paths else [],
        )  # fmt: skip


def descend(problem: Problem, x0: Array, options: Options) -> Batch:
    """Run from starts to verdicts; a run that its tolerance stopped too early goes on.

    It is taken again with a smaller one, so that it is the same whatever it was at first.
    """
    how = _judging(options)
    tol = options.tol
    ends, ways = _run(problem, x0, tol, options)
    verdicts = judge(problem, x0, ends, options.box, how)
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(verdicts.early & (ends.nit < options.epochs))
        if not len(rows) or (ends.stop == Stop.INTERRUPTED).any():
            break
        tol = min(tol * _TIGHTER, TOL) if tol > np.finfo(float).eps else 0.0
        more, further = _run(problem, x0[rows], tol, options.take(rows))
        for row, path in zip(rows, further, strict=False):
            ways[row] = path
        put(ends, rows, more)
        put(verdicts, rows, judge(problem, x0[rows], more, options.box, how.take(rows)))
    return Batch(x0, ends.nit, ends.evaluations, np.full(len(x0), -1), verdicts, ways)


def _judging(options: Options) -> Judging:
    tol = min(options.tol or TOL, _LOOSEST)
    return Judging(options.method, tol, options.polish, options.width)


def _run(
    problem: Problem, x0: Array, tol: float, options: Options
) -> tuple[lanes.Ends, list[Array]]:
    """Hand a batch of runs to the kernel; gives the ends, and the paths if they are kept."""
    compiled, batch = _prepared(problem, x0, tol, options)
    if not options.history:
        ends = lanes.run(compiled, batch, options.workers)
        _redo(problem, compiled, batch.rows, ends)
        return ends, []
    ends, found = paths(compiled, batch, options.history, options.workers)
    for row in _redo(problem, compiled, batch.rows, ends):
        found[row] = np.stack([x0[row], ends.x[row]])
    return ends, found


def _redo(problem: Problem, compiled: Kernel, rows: Mapping[str, Array], ends: lanes.Ends) -> Whole:
    """Run those again that left the range of the fast functions, and tell which they are."""
    again = slow.outside_range(problem, ends)
    if len(again):
        mine = {n: v[:, again] if v.shape[1] > 1 else v for n, v in rows.items()}
        put(ends, again, slow.run(compiled, problem, mine, len(again)))
    return again


def record(problem: Problem, x0: Array, epochs: Sequence[int], options: Options) -> Batch:
    """Give the verdicts on runs after each of several numbers of epochs, ascending.

    Returns
    -------
    Batch
        All runs after the first number of epochs, then all after the second, and so on.
    """
    longest = replace(options, epochs=epochs[-1])
    compiled, batch = _prepared(problem, x0, options.tol, longest)
    shots = list(snapshots(compiled, batch, epochs, options.workers))
    for count, ends in zip(epochs, shots, strict=True):
        _redo(problem, compiled, {**batch.rows, "limit": np.full((1, 1), float(count))}, ends)
    every = np.tile(np.arange(len(x0)), len(epochs))
    ends = joined(shots)
    x0 = np.asfortranarray(x0[every])
    verdicts = judge(problem, x0, ends, options.box, _judging(options.take(every)))
    return Batch(x0, ends.nit, ends.evaluations, np.full(len(x0), -1), verdicts)


def preview(problem: Problem, x0: Array, options: Options) -> Array:
    """Give where automatic steps lead from a few starts, without compiling anything."""
    automatic = replace(options, method=Automatic(), epochs=_PREVIEW)
    compiled, batch = _prepared(problem, x0, TOL, automatic)
    return slow.run(compiled, problem, batch.rows, len(x0)).x


def _prepared(
    problem: Problem, x0: Array, tol: float, options: Options
) -> tuple[Kernel, lanes.Batch]:
    """Give the kernel of runs, and what its rows start with."""
    method = options.method
    compiled = kernel(problem.symbolic, method, options.bounded)
    rows = {"x": x0.T, "limit": np.full((1, 1), float(options.epochs)), "tol": np.full((1, 1), tol)}
    rows["param"] = np.array(problem.param_values).reshape(-1, 1)
    if options.bounded:
        rows["lower"], rows["upper"] = options.box.lower[:, None], options.box.upper[:, None]
    rows |= method.begin(options.width)
    return compiled, lanes.Batch(rows, len(x0), leap=method.fixed and tol == 0.0)


def led_on(problem: Problem, batch: Batch, options: Options) -> Batch:
    """Continue the runs that stalled on a maximum or a saddle, to both sides."""
    latest = np.arange(len(batch.x0))
    for _ in range(_GENERATIONS):
        stalled = latest[batch.verdicts.stalled[latest]]
        starts, origin = beyond(problem, batch.verdicts.x[stalled], options.width, options.box)
        if not len(starts):
            break
        more = descend(problem, starts, options)
        parents = stalled[origin]
        latest = np.arange(len(starts)) + len(batch.x0)
        batch = _joined(batch, replace(more, x0=batch.x0[parents], parent=parents))
    return batch


def _joined(first: Batch, second: Batch) -> Batch:
    return Batch(
        x0=np.concatenate([first.x0, second.x0]),
        nit=np.concatenate([first.nit, second.nit]),
        evaluations=np.concatenate([first.evaluations, second.evaluations]),
        parent=np.concatenate([first.parent, second.parent]),
        verdicts=joined([first.verdicts, second.verdicts]),
        paths=first.paths + second.paths,
    )
