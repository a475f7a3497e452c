"""The steps of methods on NumPy arrays, for runs that leave the range of the fast functions.

`vmath` gives nan where it cannot be accurate, as for the sine of 1e15. Such runs are done again
here with the C library's functions, thousands of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from ...arrays import Array, Indices
from ...errors import Interrupted
from ...given.boxes import Box
from ...methods.base import Adaptive, Fixed, Method
from ...problem import Problem
from ...watch import answered, look
from ..kernel.frames import Evaluate, Steps, Values, attempt
from ..kernel.layout import Layout
from ..kernel.source import Kernel
from ..kernel.stops import Stop
from .lanes import Batch, Ends, begun

if TYPE_CHECKING:
    from ..numbers.lane import State

_TOGETHER = 4096  # runs at a time: their numbers fit into the cache


class _Arrays:
    """What `lane.State` is to one lane, for arrays of lanes."""

    def __init__(self, rows: dict[str, Array]) -> None:
        self._rows = rows

    @classmethod
    def filled(cls, layout: Layout, given: Mapping[str, Array], n_runs: int) -> _Arrays:
        """Begin with what is given, and zeros elsewhere."""
        rows = {name: np.zeros((count, n_runs)) for name, count in layout.counts}
        for name, values in given.items():
            rows[name][:] = values
        return cls(rows)

    def __getitem__(self, name: str) -> Array:
        first: Array = self._rows[name][0]
        return first

    def __setitem__(self, name: str, value: Array) -> None:
        self.put(name, [value])

    def all(self, name: str) -> list[Array]:
        return list(self._rows[name])

    def put(self, name: str, values: Sequence[Array]) -> None:
        rows = np.empty_like(self._rows[name])  # a new one: what is there may still be read
        for i, value in enumerate(values):
            rows[i] = value
        self._rows[name] = rows

    def take(self, lanes: npt.NDArray[np.bool_]) -> _Arrays:
        """Give some of the lanes."""
        return _Arrays({name: values[:, lanes] for name, values in self._rows.items()})

    def write_out(self, ends: Ends, runs: Indices, memory: Sequence[str]) -> None:
        """Write out where the runs of the lanes are."""
        ends.x[runs] = self._rows["x"].T
        if memory:
            ends.memory[runs] = np.concatenate([self._rows[name] for name in memory]).T
        ends.nit[runs], ends.evaluations[runs] = self["nit"], self["nfev"]
        ends.stop[runs] = self["code"]


def run(kernel: Kernel, problem: Problem, rows: Mapping[str, Array]) -> Ends:
    """Run every start of a batch to its end.

    Parameters
    ----------
    kernel : Kernel
        Whose steps to take.
    problem : Problem
        f.
    rows : mapping of str to ndarray
        As in `lanes.Batch`.

    Returns
    -------
    Ends

    Raises
    ------
    Interrupted
        After Ctrl-C, with the ends that were reached: `Stop.INTERRUPTED` for unfinished runs.
    """
    ends = begun(kernel, Batch(rows, rows["x"].shape[1], leap=False))
    try:
        _run_all(kernel, problem, rows, ends)
    except KeyboardInterrupt:
        answered()
        ends.stop[ends.stop == Stop.RUNNING] = Stop.INTERRUPTED
        raise Interrupted(ends) from None
    return ends


def _run_all(kernel: Kernel, problem: Problem, rows: Mapping[str, Array], ends: Ends) -> None:
    advance, n_runs = _advance(kernel, problem), len(ends.x)
    with np.errstate(all="ignore"):
        for first in range(0, n_runs, _TOGETHER):
            runs = np.arange(first, min(first + _TOGETHER, n_runs))
            mine = {n: v[:, runs] if v.shape[1] > 1 else v for n, v in rows.items()}
            w = _Arrays.filled(kernel.layout, mine, len(runs))
            _descend(w, runs, kernel.layout.memory, advance, ends)


def _descend(
    w: _Arrays,
    runs: Indices,
    memory: Sequence[str],
    advance: Callable[[State], None],
    ends: Ends,
) -> None:
    """Run lanes to their ends; those that have ended are left out once they are the most."""
    while len(runs):
        advance(cast("State", w))
        w.write_out(ends, runs, memory)
        look()
        running = w["code"] == Stop.RUNNING
        if 2 * np.count_nonzero(running) <= len(runs):
            w, runs = w.take(running), runs[running]


def _advance(kernel: Kernel, problem: Problem) -> Callable[[State], None]:
    """Give one step of all lanes."""
    evaluate, method = _evaluate(problem, kernel.method), kernel.method
    if isinstance(method, Adaptive):
        attempted: Any = attempt(evaluate, method, kernel.shape)
        return lambda w: attempted(w, 0.0)
    assert isinstance(method, Fixed)
    parts: Any = Steps(evaluate, method, kernel.shape)  # numbers are arrays here

    def advance(w: State) -> None:
        parts.save(w)
        parts.advance(w, 0.0)
        parts.settle(w, 1.0)

    return advance


def follow(problem: Problem, method: Fixed, ends: Ends, box: Box, steps: int) -> tuple[Array, Ends]:
    """Let runs of fixed steps go on, and give where they are after each step.

    Parameters
    ----------
    problem : Problem
        f.
    method : Fixed
        Its settings may be arrays with one value a run.
    ends : Ends
        Where the runs are, and what they remember.
    box : Box
        Bounds.
    steps : int
        Number of steps.

    Returns
    -------
    ndarray
        Points, ``(steps + 1, n_runs, n_vars)``, the first ones those of `ends`.
    Ends
        Where the runs are after the last step, and what they remember.
    """
    n_runs, n_vars = ends.x.shape
    path = np.empty((steps + 1, n_runs, n_vars))
    path[0] = ends.x
    layout = Layout(tuple(method.rows(n_vars).items()), tuple(method.rows(n_vars)))
    now = {"x": ends.x.T, **layout.named(ends.memory.T)}
    w = _Arrays({**method.begin(np.ones(n_vars)), **now})
    bounded = box.bounded
    with np.errstate(all="ignore"):
        for k in range(steps):
            gradient = problem.gradients(path[k]).T
            moved, rows = method.move(cast("State", w), list(gradient), ends.nit + k + 1)
            for column, value in zip(path[k + 1].T, cast("list[Array]", moved), strict=True):
                column[:] = value
            if bounded:
                path[k + 1] = box.clip(path[k + 1])
            w.put("x", list(path[k + 1].T))
            for name, values in rows.items():
                w.put(name, cast("list[Array]", values))
    after = replace(ends, x=path[-1], nit=ends.nit + steps, memory=ends.memory.copy())
    after.memory[:] = np.array([row for name in layout.memory for row in w.all(name)]).T
    return path, after


def outside_range(problem: Problem, ends: Ends) -> npt.NDArray[np.intp]:
    """Give the runs that stopped at a point where f is defined and finite after all."""
    rows = np.flatnonzero(ends.stop == Stop.NONFINITE)
    if not len(rows):
        return rows
    x, problem = ends.x[rows], problem.of(rows)
    fine = np.isfinite(problem.values(x)) & np.isfinite(problem.gradients(x)).all(axis=1)
    fine &= (problem.run(problem.symbolic.holds, x) == 1.0).all(axis=0)
    return rows[fine]


def _evaluate(problem: Problem, method: Method) -> Evaluate:
    symbolic, asks = problem.symbolic, method.asks

    def evaluate(*numbers: Any) -> Values:
        holds = symbolic.holds(*numbers)
        watched = symbolic.guards.named(symbolic.watched(*numbers)) if "guards" in asks else {}
        return Values(
            gradient=symbolic.grad(*numbers),
            value=symbolic.fun(*numbers)[0] if "value" in asks else None,
            hessian=symbolic.hess(*numbers) if "hessian" in asks and symbolic.hess else None,
            defined=np.prod(holds, axis=0) if holds else None,
            bend=symbolic.bent(*numbers)[0] if "bend" in asks else None,
            **watched,
        )

    return evaluate
