"""Where the runs of a batch are after given numbers of epochs, each run taken once.

All runs stay in their lanes, and only the limit of their steps moves on. A limit does not change
what a run does before it, so a snapshot holds the bits that a run with that limit ends with.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from ...arrays import Array, Whole
from ...errors import Interrupted
from ...memory import check_paths
from ...watch import answered, look
from ..kernel import store
from ..kernel.layout import LANES
from ..kernel.source import Kernel
from ..kernel.stops import Stop
from .crew import Crew
from .lanes import Batch, Ends, begun, inputs

_CHUNK_SECONDS = 0.05  # Ctrl-C waits no longer
_LARGE = 2**26  # bytes of points that are kept: after as many again, it is asked if more fit
_WORTH = 1e-3  # seconds that the last steps took, from which on threads are worth their beginning


def snapshots(
    kernel: Kernel, batch: Batch, epochs: Sequence[int], workers: int | None = None
) -> Iterator[Ends]:
    """Run every start of a batch, and tell where it is after each number of epochs.

    Parameters
    ----------
    kernel : Kernel
        What to run.
    batch : Batch
        Starting points, limits, rates and parameters.
    epochs : sequence of int
        Numbers of epochs, ascending.
    workers : int, optional
        Number of threads; by default one a core.

    Yields
    ------
    Ends
        One for each number of epochs.

    Raises
    ------
    Interrupted
        After Ctrl-C, with the ends that were reached: `Stop.INTERRUPTED` for unfinished runs.
    """
    lanes = _Lanes(kernel, batch)
    try:
        function = store.load(kernel)
    except KeyboardInterrupt:
        answered()
        raise Interrupted(begun(kernel, batch)) from None
    threads = min(workers or os.cpu_count() or 1, len(lanes.state))
    code, halt = lanes.rows["code"].start, threading.Event()
    show = partial(look, lanes.ends, batch.rows["limit"][0])

    def finish(part: Array) -> None:
        """Take steps until no lane runs."""
        chunk = LANES
        while (part[:, code] == Stop.RUNNING).any() and not halt.is_set():
            started = time.perf_counter()
            function(part, chunk, batch.leap)
            if time.perf_counter() - started < _CHUNK_SECONDS / 4:
                chunk *= 2
            show()

    crew, hands = Crew(halt.set, show), threads
    for count in epochs:
        lanes.go_on_to(count)
        started = time.perf_counter()
        own, *others = (partial(finish, part) for part in np.array_split(lanes.state, hands))
        crew.together(own, others)
        hands = threads if hands * (time.perf_counter() - started) > _WORTH else 1
        if crew.interrupted:
            lanes.interrupt()
            raise Interrupted(lanes.ends())
        yield lanes.ends()


def paths(
    kernel: Kernel, batch: Batch, every: int, workers: int | None = None
) -> tuple[Ends, list[Array]]:
    """Run every start of a batch, and keep where it was on its way.

    Parameters
    ----------
    kernel : Kernel
        What to run.
    batch : Batch
        Starting points, limits, rates and parameters.
    every : int
        Steps between two points that are kept.
    workers : int, optional
        Number of threads; by default one a core.

    Returns
    -------
    ends : Ends
        Where and why each run ended.
    paths : list of ndarray
        For each run its points, ``(n_points, n_vars)``: the start, every so many steps, the end.

    Raises
    ------
    Interrupted
        After Ctrl-C, with both of these as far as the runs had come.
    ConfigurationError
        If the points do not fit into memory.
    """
    limit = batch.rows["limit"]
    ends = begun(kernel, batch)
    points, steps, checked = [ends.x], [ends.nit], _LARGE
    before = int(ends.nit.min()) // every * every
    counts = range(before + every, int(limit.max()) + every, every)
    try:
        for ends in snapshots(kernel, batch, counts, workers):
            points.append(ends.x)
            steps.append(ends.nit)
            if len(points) * ends.x.nbytes > checked:
                check_paths(every, every, len(ends.x), ends.x.shape[1], len(points) * every)
                checked += _LARGE
            if not ((ends.stop == Stop.EPOCHS) & (ends.nit < limit[0])).any():
                break
    except Interrupted as stopped:
        ends = stopped.result
        raise Interrupted((ends, _paths([*points, ends.x], [*steps, ends.nit]))) from None
    return ends, _paths(points, steps)


def _paths(points: Sequence[Array], steps: Sequence[Whole]) -> list[Array]:
    """Give the points of each run at which it had moved on."""
    moved = np.diff(np.array(steps), axis=0, prepend=-1) > 0
    every_x = np.array(points)
    return [every_x[moved[:, run], run] for run in range(moved.shape[1])]


class _Lanes:
    """All runs of a batch, in the order in which they were given."""

    def __init__(self, kernel: Kernel, batch: Batch) -> None:
        self.rows, self._n_runs = kernel.layout.rows, batch.n_runs
        self._memory = kernel.layout.remembered
        self.state = kernel.layout.blocks(-(-batch.n_runs // LANES))
        for row, values in enumerate(inputs(kernel, batch)):
            self._put(row, values)
        self._code, self._nit = self.rows["code"].start, self.rows["nit"].start
        self._limit = self._get(self.rows["limit"].start).copy()

    def _get(self, row: int) -> Array:
        return self.state[:, row].ravel()[: self._n_runs]

    def _put(self, row: int, values: Array, rest: float = 0.0) -> None:
        column = np.full(self.state.shape[0] * LANES, rest)
        column[: self._n_runs] = values
        self.state[:, row] = column.reshape(-1, LANES)

    def go_on_to(self, count: int) -> None:
        """Let the runs go on that only the number of epochs has stopped."""
        code, nit = self._get(self._code), self._get(self._nit)
        limit = np.minimum(self._limit, count)
        going = (code == Stop.EPOCHS) & (nit < limit)
        self._put(self.rows["limit"].start, limit)
        self._put(self._code, np.where(going, Stop.RUNNING, code), Stop.INTERRUPTED)

    def interrupt(self) -> None:
        """Let no run go on that has not come as far as it should by now."""
        code = self._get(self._code)
        halted = np.where(code == Stop.RUNNING, Stop.INTERRUPTED, code)
        self._put(self._code, halted, Stop.INTERRUPTED)

    def ends(self) -> Ends:
        """Tell where the runs are."""
        x = [self._get(row) for row in range(self.rows["x"].start, self.rows["x"].stop)]
        memory = np.array([self._get(row) for row in self._memory])
        nit, evaluations, stop = (
            self._get(self.rows[name].start).astype(np.int64) for name in ("nit", "nfev", "code")
        )
        return Ends(np.stack(x, axis=1), nit, evaluations, stop, memory.reshape(-1, self._n_runs).T)
