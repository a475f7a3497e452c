"""The batch: no run depends on another one, on the threads or on the chunks; Ctrl-C; refill."""

from __future__ import annotations

import _thread
import threading
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels import drive
from numba.core import event

import symgd
from symgd import Status
from symgd.engine import lanes, store
from symgd.engine.codegen import LANES
from symgd.engine.stops import Stop

VALLEY = "(1 - x)**2 + a*(y - x**2)**2 + sin(3*x*y)/8"
COLUMNS = ("x", "nit", "evaluations", "stop")
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


@pytest.mark.parametrize("workers", [2, 3, 7, None])
def test_bits_do_not_change_with_the_workers(kind, whole, workers):
    assert same_bits(run(kind, STARTS, workers=workers), whole)


def test_bits_do_not_change_with_the_blocks_a_worker_holds(kind, whole, monkeypatch):
    monkeypatch.setattr(lanes, "_BLOCKS", 2)  # 128 lanes for 1000 runs: seven are refills
    assert same_bits(run(kind, STARTS), whole)


@pytest.mark.parametrize("chunk", [1, 5, 1000])
def test_bits_do_not_change_with_the_chunks(kind, whole, monkeypatch, chunk):
    monkeypatch.setattr(lanes, "_FIRST_CHUNK", 2 * chunk)
    monkeypatch.setattr(lanes, "_FIRST_LEAP", chunk)
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
    with ctrl_c():
        ends = drive(SLOPING, starts, **ENDLESS, workers=workers)
    assert (ends.stop[::3] == Stop.TOLERANCE).all()
    late = np.delete(ends.stop, np.s_[::3])
    assert (late == Stop.INTERRUPTED).all()
    begun = ends.nit[starts != 0.0] > 0
    assert begun.any()
    assert (ends.x[starts != 0.0][begun] < 2.0).all()


def test_an_interrupted_minimize_gives_a_result():
    symgd.minimize(SLOPING, x0=1.0, lr=1e-9, epochs=1)
    with ctrl_c():
        result = symgd.minimize(SLOPING, x0=[0.0, 2.0, 3.0], **ENDLESS)
    assert [Status(s) for s in result.runs.status] == [
        Status.CONVERGED, Status.STOPPED, Status.STOPPED,
    ]  # fmt: skip
    assert 0.0 < result.runs.x[1, 0] < 2.0
    assert result.status is Status.CONVERGED


@pytest.fixture
def compilations(monkeypatch):
    """Count what is compiled by Numba, and what is imported from the store."""
    imported = []
    for name in ("_from_disk", "_in_memory"):
        original = getattr(store, name)
        monkeypatch.setattr(
            store, name, lambda *args, _f=original: imported.append(args[0]) or _f(*args)
        )
    with event.install_recorder("numba:compile") as recorder:
        yield lambda: (len(recorder.buffer), len(imported))


def test_a_new_formula_compiles(compilations):
    symgd.minimize("(x - 5)**2 + cos(x)/77")
    compiled, imported = compilations()
    assert compiled > 0
    assert imported == 1


def test_new_rates_starts_parameters_and_epochs_compile_nothing(compilations):
    expr = "a*(x - 3)**2 + b*cos(x)"
    symgd.minimize(expr, x0=1, lr=0.1, epochs=5, params={"a": 1, "b": 2})
    symgd.minimize(expr, params={"a": 1, "b": 2})
    before = compilations()
    assert before[1] == 2
    symgd.minimize(expr, x0=[1, 2, 3], lr=0.2, epochs=50, params={"a": 4, "b": -0.5})
    symgd.minimize(expr, x0=1e3, lr=1e-3, tol=1e-3, params={"a": 0.1, "b": 0}, workers=2)
    symgd.minimize(expr, starts=1000, epochs=17, params={"b": 1, "a": 2}, tol=1e-5, seed=4)
    symgd.minimize(symgd.Problem(expr, params={"a": 3, "b": 1}), escape=True, sampler="grid")
    assert compilations() == before
