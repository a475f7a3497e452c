"""The batch: no run depends on another one, on the threads or on the chunks; Ctrl-C; refill."""

from __future__ import annotations

import _thread
import sys
import threading
import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kernels import drive, prepared
from numba.core import event

import symgd
from symgd import Interrupted, Status
from symgd.engine.drive import lanes, slow
from symgd.engine.kernel import native, source
from symgd.engine.kernel.layout import LANES
from symgd.engine.kernel.stops import Stop
from symgd.methods import Automatic, GradientDescent
from symgd.problem import Problem

VALLEY = "(1 - x)**2 + a*(y - x**2)**2 + sin(3*x*y)/8"
COLUMNS = ("x", "nit", "evaluations", "stop", "memory")
KINDS = {
    "fixed": {"lr": 2e-3, "epochs": 700, "tol": 1e-4},
    "leaping": {"lr": 2e-3, "epochs": 700, "leap": True},
    "automatic": {"epochs": 700, "tol": 1e-7},
    "bounded": {"epochs": 700, "tol": 1e-7, "bounds": [(-2.0, 2.0), (-1.0, 1.5)]},
}
STARTS = np.random.default_rng(11).uniform((-2, -1), (2, 1.5), size=(1000, 2))


def run(kind, starts, a=5.0, **more):
    return drive(VALLEY, starts, params={"a": a}, **KINDS[kind], **more)


def same_bits(one, other, rows=slice(None)):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)[rows], equal_nan=True)
        for name in COLUMNS
    )


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def whole(kind):
    """All the starts in one batch, on one thread."""
    return run(kind, STARTS)


def test_the_batch_ends_in_several_ways_and_times(whole):
    assert len(np.unique(whole.evaluations)) > 1 or len(np.unique(whole.x)) == 2000
    assert not (whole.stop == Stop.INTERRUPTED).any()


@given(rows=st.lists(st.integers(0, 999), min_size=1, max_size=200))
def test_bits_do_not_change_with_the_neighbours_or_their_number(kind, whole, rows):
    assert same_bits(run(kind, STARTS[rows]), whole, rows)


@pytest.mark.parametrize("further", [1, 2, 4])
def test_bits_do_not_change_with_the_place_in_a_vector(further):
    # Dolan's function, one of whose products LLVM fused in half of a vector of two registers.
    expr = "abs((x + 1.7*y)*sin(x) - 1.5*z - 0.1*v*cos(v + w - x) + 0.2*w**2 - y - 1)"
    starts = np.random.default_rng(4).uniform(-100, 100, size=(LANES, 5))
    how = {"epochs": 200, "tol": 1e-7, "bounds": [(-100.0, 100.0)] * 5, "scale": 1.0}
    moved = np.roll(np.arange(LANES), further)
    assert same_bits(drive(expr, starts[moved], **how), drive(expr, starts, **how), moved)


@pytest.mark.parametrize("workers", [2, 3, 7, None])
def test_bits_do_not_change_with_the_workers(kind, whole, monkeypatch, workers):
    monkeypatch.setattr(lanes, "_WORTH", 1e-12)  # or one would do all the work
    monkeypatch.setattr(lanes, "_BLOCKS", 2)
    monkeypatch.setattr(lanes, "_LEAST", 1)
    assert same_bits(run(kind, STARTS, workers=workers), whole)


def test_bits_do_not_change_with_the_blocks_a_worker_holds(kind, whole, monkeypatch):
    monkeypatch.setattr(lanes, "_BLOCKS", 2)  # 128 lanes for 1000 runs: seven are refills
    assert same_bits(run(kind, STARTS), whole)


@pytest.mark.parametrize("chunk", [1, 5, 1000])
def test_bits_do_not_change_with_the_chunks(kind, whole, monkeypatch, chunk):
    monkeypatch.setattr(lanes, "_FIRST_STEPS", chunk * 2)
    monkeypatch.setattr(lanes, "_BLOCKS", 2)
    monkeypatch.setattr(lanes, "_CHUNK_SECONDS", 0.0)
    assert same_bits(run(kind, STARTS), whole)


def test_neighbours_that_fail_harm_nobody(kind, whole):
    good = np.arange(0, 1000, 10)
    starts = np.tile([2.0, -1.0], (200, 1))
    starts[::2] = STARTS[good]
    a = np.full(200, 1e300)  # overflows at once
    a[::2] = 5.0
    ends = run(kind, starts, a=a)
    assert (ends.stop[1::2] != Stop.TOLERANCE).all()
    assert same_bits(lanes.Ends(*(getattr(ends, name)[::2] for name in COLUMNS)), whole, good)


@pytest.mark.parametrize("number", [1, LANES - 1, LANES, LANES + 1, 70 * LANES + 3])
def test_every_number_of_runs_is_run(number):
    starts = np.linspace(-5.0, 5.0, number)
    ends = drive("x**2", starts, lr=0.5, epochs=9)
    assert (ends.x == 0.0).all()
    assert ends.x.shape == (number, 1)
    assert set(ends.nit[starts != 0.0]) <= {1}


def test_runs_of_very_different_length_come_back_in_their_own_rows():
    limits = np.random.default_rng(3).integers(1, 5000, size=9000)
    ends = drive("x**2", np.ones(9000), lr=1e-3, epochs=limits, workers=2)
    assert (ends.nit == limits).all()
    assert ends.x[:, 0] == pytest.approx(0.998 ** limits.astype(float), rel=1e-11)


def test_the_slow_steps_do_not_depend_on_neighbours_either(monkeypatch):
    starts = np.linspace(1e15, 2e15, 60)  # far outside the range of the fast sine
    expr, how = "x**2*1e-17 + sin(x)", {"epochs": 60, "tol": 1e-7}
    problem = Problem(expr)
    kernel = source.kernel(problem.symbolic, Automatic(), False)

    def descend(x):
        one = {"f": np.inf, "scale": 1.0, "tol": how["tol"], "limit": how["epochs"]}
        rows = {"x": x[None], **{name: np.full((1, 1), value) for name, value in one.items()}}
        return slow.run(kernel, problem, rows)

    whole = descend(starts)
    assert len(np.unique(whole.evaluations)) > 1
    monkeypatch.setattr(slow, "_TOGETHER", 7)
    for rows in (np.arange(60), np.arange(59, 0, -3), [5]):
        assert same_bits(descend(starts[rows]), whole, rows)


@pytest.mark.parametrize("kernel", [{"lr": 1e-3, "epochs": 40}, {"epochs": 40, "tol": 1e-6}])
def test_memory_is_little_more_than_the_ends(kernel):
    n_runs, expr = 200_000, "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"
    starts = np.random.default_rng(5).uniform(-5, 5, size=(n_runs, 2))
    drive(expr, starts[:10], **kernel)  # compiled
    tracemalloc.start()
    ends = drive(expr, starts, **kernel, workers=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    kept = sum(getattr(ends, name).nbytes for name in COLUMNS)
    assert kept <= 24 * n_runs * 2  # bytes a run and variable
    assert peak < 1.2 * kept


class Rehearsal:
    """Stands for a kernel: a step of a block takes so many seconds of a clock of its own."""

    def __init__(self, rows, n_runs, cost):
        self.rows, self.left, self.cost = rows, n_runs, cost
        self.now = self.longest = 0.0

    def perf_counter(self):
        return self.now

    def refill(self, worker, *args, _really=lanes._Worker._refill):
        self.now += 1e-4
        _really(worker, *args)

    def __call__(self, state, epochs, leap):
        limit, nit, code = (state[:, self.rows[name].start] for name in ("limit", "nit", "code"))
        running = code == Stop.RUNNING
        assert np.count_nonzero(running) <= self.left
        steps = np.where(running, np.minimum(limit - nit, epochs), 0.0)
        nit += steps
        ended = running & (nit >= limit)
        code[ended] = Stop.EPOCHS
        self.left -= np.count_nonzero(ended)
        seconds = self.cost * steps.max(axis=1).sum()
        self.longest = max(self.longest, seconds)
        self.now += seconds


def lengths(pattern, number, rng):
    few = (rng.random(number) < 0.03) * 3000.0
    mixed = rng.integers(1, 30, size=number) + few
    start = np.arange(number)
    return {
        "same": np.full(number, 1000.0),
        "mixed": mixed,
        "heavy": np.ceil(10 * rng.pareto(1.1, size=number)).clip(1, 1e6),
        "long first": np.where(start < 64 * LANES, 2e4, mixed),
        "long last": np.where(start < number - 300, 1.0, 1e7),
    }[pattern]


@example(9016, "mixed", 1e-6, True)  # idle for more than a quarter of the time
@given(
    st.integers(1, 20_000),
    st.sampled_from(["same", "mixed", "heavy", "long first", "long last"]),
    st.sampled_from([1e-8, 1e-7, 1e-6]),
    st.booleans(),
)
@example(20_000, "long first", 1e-7, False)
@example(20_000, "long last", 1e-7, True)
def test_chunks_are_short_and_lanes_seldom_idle(number, pattern, cost, leap):
    limits = lengths(pattern, number, np.random.default_rng(number))
    kernel = source.kernel(Problem("x**2").symbolic, GradientDescent(0.1), False)
    clock = Rehearsal(kernel.layout.rows, number, cost)
    rows = {"x": np.zeros((1, number)), "limit": limits[None]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lanes, "time", clock)
        patch.setattr(lanes.store, "load", lambda kernel: clock)
        patch.setattr(lanes._Worker, "_refill", lambda *args: clock.refill(*args))
        ends = lanes.run(kernel, lanes.Batch(rows, number, leap), workers=1)
    assert (ends.nit == limits).all()
    assert clock.longest <= 0.1
    useful, slowest = limits.sum() * cost / LANES, limits.max() * cost
    assert clock.now <= 1.5 * useful + 2 * slowest + 0.01


ENDLESS = {"lr": 1e-9, "epochs": 10**13}
SLOPING = "log(1 + x**2)"


@contextmanager
def ctrl_c(after=0.5):
    """Interrupt the main thread a moment later."""
    timer = threading.Timer(after, _thread.interrupt_main)
    timer.start()
    yield
    timer.cancel()


@pytest.mark.parametrize("workers", [1, 3])
def test_an_interruption_keeps_what_was_reached(workers):
    starts = np.where(np.arange(300) % 3 == 0, 0.0, 2.0)
    drive(SLOPING, starts, lr=1e-9, epochs=1)  # compiled before the interruption
    with ctrl_c(), pytest.raises(Interrupted) as caught:
        drive(SLOPING, starts, **ENDLESS, workers=workers)
    ends = caught.value.result
    assert (ends.stop[::3] == Stop.TOLERANCE).all()
    late = np.delete(ends.stop, np.s_[::3])
    assert (late == Stop.INTERRUPTED).all()
    begun = ends.nit[starts != 0.0] > 0
    assert begun.any()
    assert (ends.x[starts != 0.0][begun] < 2.0).all()


@given(st.integers(0, 800), st.sampled_from(["fixed", "automatic"]))
def test_an_interruption_anywhere_leaves_every_run_on_its_way(line, kind):
    """Raise KeyboardInterrupt at any line of a worker."""
    starts, how = STARTS[:300], {**KINDS[kind], "epochs": 60}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lanes, "_BLOCKS", 2)
        patch.setattr(lanes, "_FIRST_STEPS", 8)
        with interrupted_at(line):
            try:
                ends = drive(VALLEY, starts, params={"a": 5.0}, **how)
            except Interrupted as stopped:
                ends = stopped.result
    whole = drive(VALLEY, starts, params={"a": 5.0}, **how)
    done = np.flatnonzero(ends.stop != Stop.INTERRUPTED)
    assert all((getattr(ends, c)[done] == getattr(whole, c)[done]).all() for c in COLUMNS)
    halfway = np.flatnonzero((ends.stop == Stop.INTERRUPTED) & (ends.nit > 0))
    if len(halfway):
        again = drive(
            VALLEY, starts[halfway], params={"a": 5.0}, **{**how, "epochs": ends.nit[halfway]}
        )
        assert (again.x == ends.x[halfway]).all()
    begun = (ends.stop != Stop.INTERRUPTED) | (ends.nit > 0)
    assert (ends.x[~begun] == starts[~begun]).all()


@contextmanager
def interrupted_at(line):
    """Interrupt a worker of this thread after so many lines of its work."""
    left = line

    def trace(frame, event, arg):
        nonlocal left
        if event == "call":
            mine = isinstance(frame.f_locals.get("self"), lanes._Worker)
            begins = frame.f_code.co_name in ("advance", "work")
            return trace if mine and (begins or frame.f_back.f_trace) else None
        if event == "line":
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def test_an_interrupted_minimize_gives_a_result():
    symgd.minimize(SLOPING, x0=1.0, lr=1e-9, epochs=1)
    with ctrl_c(), pytest.raises(Interrupted) as caught:
        symgd.minimize(SLOPING, x0=[0.0, 2.0, 3.0], **ENDLESS)
    result = caught.value.result
    assert [Status(s) for s in result.runs.status] == [
        Status.CONVERGED, Status.STOPPED, Status.STOPPED,
    ]  # fmt: skip
    assert 0.0 < result.runs.x[1, 0] < 2.0
    assert result.status is Status.CONVERGED


@pytest.fixture
def compilations(monkeypatch):
    """Count what is compiled by Numba, and what is loaded."""
    loaded, load = [], native.load
    monkeypatch.setattr(native, "load", lambda code: loaded.append(code) or load(code))
    with event.install_recorder("numba:run_pass") as recorder:
        yield lambda: (len(recorder.buffer), len(loaded))


def test_a_new_formula_compiles(compilations):
    symgd.minimize("(x - 5)**2 + cos(x)/77")
    compiled, loaded = compilations()
    assert compiled > 0
    assert loaded == 2  # one that descends, and one that looks at the ends


def test_new_rates_starts_parameters_and_epochs_compile_nothing(compilations):
    expr = "a*(x - 3)**2 + b*cos(x)"
    symgd.minimize(expr, x0=1, lr=0.1, epochs=5, params={"a": 1, "b": 2})
    symgd.minimize(expr, params={"a": 1, "b": 2})
    before = compilations()
    assert before[1] == 4  # two that descend, one that looks at the ends, one that looks ahead
    symgd.minimize(expr, x0=[1, 2, 3], lr=0.2, epochs=50, params={"a": 4, "b": -0.5})
    symgd.minimize(expr, x0=1e3, lr=1e-3, tol=1e-3, params={"a": 0.1, "b": 0}, workers=2)
    symgd.minimize(expr, starts=1000, epochs=17, params={"b": 1, "a": 2}, tol=1e-5, seed=4)
    symgd.minimize(symgd.Problem(expr, params={"a": 3, "b": 1}), escape=True, sampler="grid")
    assert compilations() == before


@pytest.mark.parametrize("count", [1, 2, 7])
def test_blocks_begin_where_no_vector_is_split(count):
    kernel, _ = prepared("x**2 + y**2", [[1.0, 2.0]])
    blocks = kernel.layout.blocks(count)
    assert blocks.ctypes.data % 64 == 0
    assert blocks.shape == (count, kernel.layout.height, 64)
    assert blocks.flags.c_contiguous
    assert not blocks.any()
