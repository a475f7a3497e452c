"""The steps of `steps` on NumPy arrays, for runs that leave the range of the fast functions.

`vmath` gives nan where it cannot be accurate, as for the sine of 1e15. Such runs are done again
here with the C library's functions, all of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ..problem import Problem
from .codegen import Kernel
from .lane import Layout, State
from .lanes import Ends
from .steps import Evaluate, Values, automatic, fixed, running
from .stops import Stop

Array = npt.NDArray[np.float64]


class _Arrays:
    """What `lane.State` is to one lane, for arrays of lanes."""

    def __init__(self, layout: Layout, rows: Mapping[str, Array], n_runs: int) -> None:
        self._rows = {name: np.zeros((count, n_runs)) for name, count in layout.counts}
        for name, values in rows.items():
            self._rows[name][:] = values

    def __getitem__(self, name: str) -> Array:
        first: Array = self._rows[name][0]
        return first

    def __setitem__(self, name: str, value: Array) -> None:
        self.put(name, [value])

    def all(self, name: str) -> list[Array]:
        return list(self._rows[name])

    def put(self, name: str, values: Sequence[Array]) -> None:
        self._rows[name] = np.array(
            [np.broadcast_to(v, self["code"].shape) for v in values]
        ).reshape(self._rows[name].shape)


def run(kernel: Kernel, problem: Problem, rows: Mapping[str, Array], n_runs: int) -> Ends:
    """Run every start of a batch to its end.

    Parameters
    ----------
    kernel : Kernel
        Whose steps to take.
    problem : Problem
        f.
    rows : mapping of str to ndarray
        As in `lanes.Batch`.
    n_runs : int
        Number of starts.

    Returns
    -------
    Ends
    """
    w = _Arrays(kernel.layout, rows, n_runs)
    state, evaluate = cast(State, w), _evaluate(problem)
    with np.errstate(all="ignore"), suppress(KeyboardInterrupt):
        if kernel.rule is None:
            advance = automatic(evaluate, kernel.shape)
            while np.any(cast(Any, running(state))):
                advance(state)
        else:
            parts = fixed(evaluate, kernel.shape, kernel.rule)
            while np.any(cast(Any, running(state))):
                parts.save(state)
                parts.advance(state, 0.0)
                parts.settle(state, 1.0)
    nit, evaluations, stop = (w[name].astype(np.int64) for name in ("nit", "nfev", "code"))
    stop[stop == Stop.RUNNING] = Stop.INTERRUPTED
    return Ends(np.stack(w.all("x"), axis=1), nit, evaluations, stop)


def outside_range(problem: Problem, ends: Ends) -> npt.NDArray[np.intp]:
    """Give the runs that stopped at a point where f is defined and finite after all."""
    rows = np.flatnonzero(ends.stop == Stop.NONFINITE)
    x = ends.x[rows]
    fine = np.isfinite(problem.values(x)) & np.isfinite(problem.gradients(x)).all(axis=1)
    fine &= (problem.run(problem.symbolic.holds, x) == 1.0).all(axis=0)
    return rows[fine]


def _evaluate(problem: Problem) -> Evaluate:
    symbolic = problem.symbolic

    def evaluate(*numbers: Any) -> Values:
        holds = symbolic.holds(*numbers)
        defined = np.prod(holds, axis=0) if holds else None
        return Values(symbolic.fun(*numbers)[0], symbolic.grad(*numbers), defined)

    return evaluate
