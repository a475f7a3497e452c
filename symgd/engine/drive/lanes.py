"""Drives a kernel over a batch of runs: blocks of lanes, refill, chunks, threads.

Each worker owns a set of lanes and takes runs from a common queue. Between two chunks of epochs
it writes out where its runs are, moves those that go on to the front, and puts waiting runs
behind them. What a run gives depends on its own inputs only: neither on its neighbours, nor on
the chunks, nor on the number of workers.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from ...arrays import Array, Columns
from ...errors import Interrupted
from ...watch import answered, look, watched
from ..kernel import store
from ..kernel.layout import LANES
from ..kernel.source import Kernel
from ..kernel.stops import Stop
from .crew import Crew

_BLOCKS = 64  # blocks a worker holds at a time
_CHUNK_SECONDS = 0.05  # a worker looks up at least this often, and shows where its runs are
_FIRST_STEPS = 256  # of a block, in a worker's first chunk: nobody knows yet how long they take
_GROWTH, _GROWTH_OF_LEAPS = 2, 16  # most runs that leap have the same way to go
_TYPICAL = 30  # automatic steps of a run, to estimate the work
_WORTH = 2e-3  # seconds of work that another thread is worth
_LEAST = 16 * LANES  # runs a worker may take however few are left
_NONE = np.zeros(0, dtype=np.intp)
_ZERO = np.zeros(1)


@dataclass(frozen=True)
class Ends(Columns):
    """Where and why each run ended."""

    x: Array  # (n_runs, n_vars)
    nit: npt.NDArray[np.int64]
    evaluations: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]  # members of Stop
    memory: Array  # what the method remembers, (n_runs, n_rows)

    @classmethod
    def at(cls, x: Array, memory: int = 0) -> Ends:
        """Begin with runs that are where they start, ``(n_vars, n_runs)``, and remember nothing."""
        n_runs = x.shape[1]
        nit, evaluations = np.zeros((2, n_runs), dtype=np.int64)
        stop = np.full(n_runs, Stop.INTERRUPTED, dtype=np.int64)
        return cls(np.array(x.T, order="C"), nit, evaluations, stop, np.zeros((n_runs, memory)))


@dataclass(frozen=True)
class Batch:
    """Inputs of a batch of runs.

    `rows` gives what may differ between runs: for each name of the kernel's layout an array
    ``(count, n_runs)``, with 1 in place of ``n_runs`` when all runs share the values.
    """

    rows: Mapping[str, Array]
    n_runs: int
    leap: bool


def run(kernel: Kernel, batch: Batch, workers: int | None = None) -> Ends:
    """Run every start of a batch to its end.

    Parameters
    ----------
    kernel : Kernel
        What to run.
    batch : Batch
        Starting points ``rows["x"]``, limits, rates and parameters.
    workers : int, optional
        Number of threads; by default one a core.

    Returns
    -------
    Ends

    Raises
    ------
    Interrupted
        After Ctrl-C, with the ends that were reached: `Stop.INTERRUPTED` for unfinished runs.
    """
    ends = begun(kernel, batch)
    try:
        function = store.load(kernel)
    except KeyboardInterrupt:
        answered()
        raise Interrupted(ends) from None
    blocks = -(-batch.n_runs // LANES)
    crew = min(workers or os.cpu_count() or 1, blocks)
    width, queue = min(_BLOCKS, -(-blocks // crew)), _Queue(batch, ends, crew)
    worker = partial(_Worker, kernel, function, batch, ends, queue, width)
    interrupted = _work(worker, crew, queue, _steps(kernel, batch))
    ends.stop[ends.stop == Stop.RUNNING] = Stop.INTERRUPTED
    if interrupted:
        raise Interrupted(ends)
    return ends


def _steps(kernel: Kernel, batch: Batch) -> float:
    """Estimate the steps of a batch, in blocks."""
    steps = float(batch.rows["limit"].max()) if kernel.method.fixed else _TYPICAL
    return batch.n_runs / LANES * steps


def _work(worker: Callable[[], _Worker], most: int, queue: _Queue, steps: float) -> bool:
    """Let one worker work in this thread, and others in threads of theirs where that pays.

    Tells whether Ctrl-C came.
    """
    crew, first = Crew(queue.close, queue.show), worker()
    crew.attempt(first.advance)
    helpers = min(most - 1, int(steps * first.step / _WORTH))
    try:
        crew.together(first.work, [lambda: worker().work()] * helpers)
    finally:
        if queue.closed:
            first.write_out()
    return crew.interrupted


def begun(kernel: Kernel, batch: Batch) -> Ends:
    """Give runs that are where they start, with what they remember and the steps they took."""
    rows, remembered = inputs(kernel, batch), kernel.layout.remembered
    ends = Ends.at(batch.rows["x"], len(remembered))
    for i, row in enumerate(remembered):
        ends.memory[:, i] = rows[row]
    ends.nit[:] = rows[kernel.layout.rows["nit"].start]
    return ends


def inputs(kernel: Kernel, batch: Batch) -> list[Array]:
    """Give what each row of a lane begins with: one value a run, or one for all."""
    return [
        values
        for name, count in kernel.layout.counts
        for values in batch.rows.get(name, [_ZERO] * count)
    ]


class _Queue:
    """The runs that no worker has taken yet."""

    def __init__(self, batch: Batch, ends: Ends, crew: int) -> None:
        self._next, self._end, self._crew = 0, batch.n_runs, crew
        self._ends, self._limit = ends, batch.rows["limit"][0]
        self.lock = threading.Lock()
        self.closed, self.watched = False, watched()

    @property
    def empty(self) -> bool:
        """Whether none is left."""
        return self._next == self._end

    def take(self, wanted: int) -> range:
        """Hand out at most `wanted` runs, and towards the end a fair share of what is left."""
        with self.lock:
            first = self._next
            share = max((self._end - first) // self._crew, _LEAST)
            self._next = min(first + min(wanted, share), self._end)
            return range(first, self._next)

    def close(self) -> None:
        """Send all workers home when they come back."""
        self.closed = True

    def show(self) -> None:
        """Let who watches this thread look at the runs."""
        look(self._reached, self._limit)

    def _reached(self) -> Ends:
        with self.lock:
            return self._ends.each(np.copy)


class _Worker:
    """A thread's lanes, and the runs that are in them."""

    def __init__(
        self,
        kernel: Kernel,
        function: Callable[..., None],
        batch: Batch,
        ends: Ends,
        queue: _Queue,
        width: int,
    ) -> None:
        self._function, self._batch, self._ends, self._queue = function, batch, ends, queue
        self._rows, self._memory = kernel.layout.rows, kernel.layout.remembered
        self._inputs = inputs(kernel, batch)
        self._state = kernel.layout.blocks(width)
        self._runs = _NONE  # in the first lanes; the others idle
        self._running = _NONE  # lanes that still run
        self._chunk, self._pause = max(1, _FIRST_STEPS // width), 0.0
        self._shown = -math.inf
        self.step = 0.0  # seconds that a block took for a step

    def work(self) -> None:
        """Take runs until none is left; what still runs when it is sent home stays where it is."""
        while self.advance():
            pass
        self.write_out()

    def advance(self) -> bool:
        """Fill the lanes and run a chunk, if there is anything to run."""
        if self._queue.closed or not self._exchange():
            return False
        started = time.perf_counter()
        self._function(self._state, self._chunk, self._batch.leap)
        seconds = time.perf_counter() - started
        self.step = seconds / (self._chunk * len(self._state))
        self._running = np.flatnonzero(self._column("code") == Stop.RUNNING)
        self._pace(seconds, 1.0 - len(self._running) / len(self._runs))
        if self._queue.watched:
            self._show()
        return True

    def _show(self) -> None:
        """Write out where the runs are, now and then, and let who watches this thread look."""
        if time.perf_counter() - self._shown > _CHUNK_SECONDS:
            with self._queue.lock:
                self.write_out()
            self._queue.show()
            self._shown = time.perf_counter()

    def write_out(self) -> None:
        """Write out where the runs are."""
        for i in range(self._ends.x.shape[1]):
            self._ends.x[self._runs, i] = self._column("x", i)
        for i, row in enumerate(self._memory):
            self._ends.memory[self._runs, i] = self._row(row)
        self._ends.nit[self._runs] = self._column("nit")
        self._ends.evaluations[self._runs] = self._column("nfev")
        self._ends.stop[self._runs] = self._column("code")

    def _column(self, name: str, i: int = 0) -> Array:
        return self._row(self._rows[name].start + i)

    def _row(self, row: int) -> Array:
        return self._state[:, row].ravel()[: len(self._runs)]

    def _exchange(self) -> bool:
        """Give lanes that have ended to waiting runs, if any; tells whether anything runs.

        With none waiting, the lanes that still run close up when half of the blocks will do.
        """
        running = len(self._running)
        if 0 < running == len(self._runs):
            return True
        started, lanes = time.perf_counter(), len(self._state) * LANES
        new = self._queue.take(lanes - running)
        if new or 0 < running <= lanes / 2 - LANES:
            self.write_out()
            self._refill(new)
            self._pause = time.perf_counter() - started
        return running + len(new) > 0

    def _refill(self, new: range) -> None:
        """Move lanes that go on to the front, and put new runs behind them; the rest idles."""
        staying, begun = self._running, slice(new.start, new.stop)
        runs = np.concatenate([self._runs[staying], np.arange(new.start, new.stop)])
        stay, stop = len(staying), len(runs)
        lanes = np.zeros((-(-stop // LANES), LANES))
        column = lanes.reshape(-1)
        self._runs = _NONE  # until all of them are in their places
        wide, self._state = self._state, self._state[: len(lanes)]
        for row, values in enumerate(self._inputs):
            if len(values) == 1 and not stay:
                self._state[:, row] = values[0]
                continue
            if stay:
                column[:stay] = wide[:, row].ravel()[staying]
            column[stay:stop] = values[begun] if len(values) > 1 else values
            self._state[:, row] = lanes
        last = self._state[-1, self._rows["code"].start]
        last[stop - LANES * (len(lanes) - 1) :] = Stop.INTERRUPTED
        self._runs = runs

    def _pace(self, seconds: float, ended: float) -> None:
        """Choose the next chunk: lanes that have ended idle about as long as an exchange takes.

        A lane that ends within a chunk idles for half of it on the average.
        """
        if self._queue.empty:
            ended = 0.0  # nobody waits for them
        idle = seconds * ended / 2
        growth = _GROWTH_OF_LEAPS if self._batch.leap else _GROWTH
        if idle > 2 * self._pause or seconds > _CHUNK_SECONDS:
            self._chunk = max(self._chunk // 2, 1)
        elif idle < self._pause / 2 and ended < 0.5 and seconds < _CHUNK_SECONDS / growth:
            self._chunk *= growth
