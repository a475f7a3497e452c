"""Drives a kernel over a batch of runs: blocks of lanes, refill, chunks, threads.

Each worker owns a set of lanes and takes runs from a common queue. Between two chunks of epochs
it writes out the lanes that are done and refills them. What a run gives depends on its own
inputs only: neither on its neighbours, nor on the chunks, nor on the number of workers.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import store
from .codegen import Kernel
from .lane import LANES
from .stops import Stop

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_BLOCKS = 64  # blocks a worker holds at a time
_CHUNK_SECONDS = 0.05  # a worker looks up at least this often
_FIRST_CHUNK, _FIRST_LEAP = 16, 512  # epochs in a worker's first chunk
_TYPICAL = 100  # automatic steps of a run, to estimate the work
_SHARE = 10_000  # steps of a block, some milliseconds, that another thread is worth
_ZERO = np.zeros(1)


@dataclass(frozen=True)
class Ends:
    """Where and why each run ended."""

    x: Array  # (n_runs, n_vars)
    nit: npt.NDArray[np.int64]
    evaluations: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]  # members of Stop


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
        After Ctrl-C: what was reached, with `Stop.INTERRUPTED` for unfinished runs.
    """
    function = store.load(kernel.source, kernel.rule)
    ends = Ends(
        x=np.array(batch.rows["x"].T, order="C"),
        nit=np.zeros(batch.n_runs, dtype=np.int64),
        evaluations=np.zeros(batch.n_runs, dtype=np.int64),
        stop=np.full(batch.n_runs, Stop.INTERRUPTED, dtype=np.int64),
    )
    blocks = -(-batch.n_runs // LANES)
    crew = min(workers or os.cpu_count() or 1, blocks, max(1, _work(kernel, batch) // _SHARE))
    width = min(_BLOCKS, -(-blocks // crew))
    queue, halt = _Queue(batch.n_runs), threading.Event()
    hands = [_Worker(kernel, function, batch, ends, queue, halt, width) for _ in range(crew)]
    if crew == 1:
        with contextlib.suppress(KeyboardInterrupt):
            hands[0].work()
        hands[0].leave()
    else:
        with ThreadPoolExecutor(crew) as pool:
            _attend([pool.submit(hand.work) for hand in hands], halt)
        for hand in hands:
            hand.leave()
    return ends


def _work(kernel: Kernel, batch: Batch) -> int:
    """Estimate the steps of a batch, in blocks, to see whether another thread pays."""
    steps = _TYPICAL if kernel.rule is None else float(batch.rows["limit"].max())
    return int(batch.n_runs / LANES * steps)


def _attend(futures: list[Future[None]], halt: threading.Event) -> None:
    """Wait for the workers; on Ctrl-C let each finish its chunk."""
    waiting = set(futures)
    while waiting:
        try:
            waiting = wait(waiting, timeout=0.1).not_done
        except KeyboardInterrupt:
            halt.set()
    for future in futures:
        future.result()


class _Queue:
    """The runs that no worker has taken yet."""

    def __init__(self, n_runs: int) -> None:
        self._next, self._end = 0, n_runs
        self._lock = threading.Lock()

    def take(self, wanted: int) -> Indices:
        """Hand out at most `wanted` runs."""
        with self._lock:
            first = self._next
            self._next = min(first + wanted, self._end)
            return np.arange(first, self._next)


def _indices(rows: slice) -> range:
    return range(rows.start, rows.stop)


def _count(mask: Mask) -> Indices:
    """Count the true entries of a mask up to each place."""
    return mask.ravel().cumsum(dtype=np.intp).reshape(mask.shape)


class _Worker:
    """A thread's lanes, and the runs that are in them."""

    def __init__(
        self,
        kernel: Kernel,
        function: Callable[..., None],
        batch: Batch,
        ends: Ends,
        queue: _Queue,
        halt: threading.Event,
        width: int,
    ) -> None:
        self._function, self._batch, self._ends = function, batch, ends
        self._queue, self._halt = queue, halt
        self._rows = kernel.layout.rows
        self._state = np.zeros((width, kernel.layout.height, LANES))
        self._code = self._state[:, self._rows["code"].start]
        self._code[:] = float(Stop.INTERRUPTED)
        self._run = np.full((width, LANES), -1, dtype=np.intp)  # -1: an idle lane
        self._chunk = _FIRST_LEAP if batch.leap else _FIRST_CHUNK

    def work(self) -> None:
        """Take runs until none is left; what still runs when it is halted stays where it is."""
        self._refill()
        while (self._run >= 0).any() and not self._halt.is_set():
            started = time.perf_counter()
            self._function(self._state, self._chunk, self._batch.leap)
            elapsed = time.perf_counter() - started
            finished = self._harvest((self._run >= 0) & (self._code != Stop.RUNNING))
            self._pace(elapsed, finished)
            self._refill()

    def leave(self) -> None:
        """Write out what was reached by runs that have not ended."""
        self._harvest(self._run >= 0)

    def _harvest(self, which: Mask) -> float:
        """Write out lanes; gives their share among all that were running."""
        running = max(1, int(np.count_nonzero(self._run >= 0)))
        runs = self._run[which]
        for i, row in enumerate(_indices(self._rows["x"])):
            self._ends.x[runs, i] = self._state[:, row][which]
        self._ends.nit[runs] = self._state[:, self._rows["nit"].start][which]
        self._ends.evaluations[runs] = self._state[:, self._rows["nfev"].start][which]
        codes = self._code[which]
        self._ends.stop[runs] = np.where(codes == Stop.RUNNING, Stop.INTERRUPTED, codes)
        self._run[which] = -1
        return len(runs) / running

    def _pace(self, elapsed: float, finished: float) -> None:
        """Choose the next chunk: short while many lanes finish, never long in time."""
        if finished > 0.25:
            self._chunk = max(self._chunk // 2, _FIRST_CHUNK // 2)
        elif finished < 0.1 and elapsed < _CHUNK_SECONDS / 4:
            self._chunk *= 4
        elif elapsed > _CHUNK_SECONDS:
            self._chunk = max(self._chunk // 2, 1)

    def _refill(self) -> None:
        """Give waiting runs to idle lanes; with none waiting, close up the gaps."""
        idle = self._run < 0
        free = int(np.count_nonzero(idle))
        runs = self._queue.take(free)
        if free and not len(runs):
            self._close_up()
        elif len(runs):
            taken = idle if len(runs) == free else idle & (_count(idle) <= len(runs))
            self._load(runs, taken)
            self._run[taken] = runs  # last: a lane that is half loaded holds no run

    def _load(self, runs: Indices, lanes: Mask) -> None:
        """Write the inputs of runs to lanes, and zero to their other rows."""
        whole = bool(lanes.all())
        for name, rows in self._rows.items():
            given = self._batch.rows.get(name)
            for i, row in enumerate(_indices(rows)):
                values = _ZERO if given is None else given[i]
                mine = values[runs] if len(values) > 1 else values[0]
                if whole:
                    self._state[:, row] = mine.reshape(-1, LANES) if mine.ndim else mine
                else:
                    self._state[:, row][lanes] = mine

    def _close_up(self) -> None:
        """Move the lanes that still run into as few blocks as will hold them."""
        block, lane = np.nonzero(self._run >= 0)
        needed = -(-len(block) // LANES)
        if needed * 2 > len(self._run):
            return
        state = np.zeros((needed, self._state.shape[1], LANES))
        run = np.full((needed, LANES), -1, dtype=np.intp)
        new_block, new_lane = np.divmod(np.arange(len(block)), LANES)
        code = self._rows["code"].start
        state[:, code] = float(Stop.INTERRUPTED)
        state[new_block, :, new_lane] = self._state[block, :, lane]
        run[new_block, new_lane] = self._run[block, lane]
        self._state, self._run, self._code = state, run, state[:, code]
