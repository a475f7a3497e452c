"""Ctrl-C at any moment of a call: it comes soon, it is not swallowed, and nothing is lost."""

from __future__ import annotations

import copy
import gc
import pickle
import signal
import threading
import time

import numpy as np
import pytest
from problems import COSINE, ROSENBROCK

import symgd
from symgd import Interrupted, Status
from symgd.runs.interruption import interruptible

SOON = 3.0  # seconds: ten times what a quiet machine needs
ENDLESS = {"lr": 1e-9, "epochs": 10**13}


def interrupted(call, after=0.4, times=1, begun=None):
    """Send Ctrl-C to a call, once something has begun; gives what it raised, and how late."""
    sent = []

    def send():
        if begun is not None:
            begun.wait(60.0)
        for _ in range(times):
            sent.append(time.monotonic())
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            time.sleep(0.01)

    timer = threading.Timer(after, send)
    gc.collect()
    gc.disable()  # Python drops what is raised while a collected object is told of
    timer.start()
    try:
        with pytest.raises(Interrupted) as caught:
            call()
        late = time.monotonic() - sent[0]
    finally:
        timer.join()
        gc.enable()
    return caught.value, late


def test_a_loop_over_formulas_ends():
    done = []

    def loop():
        for expr in ("log(1 + x**2)", "log(2 + x**2)", "log(3 + x**2)"):
            symgd.minimize(expr, x0=1.0, **ENDLESS)
            done.append(expr)

    stopped, _ = interrupted(loop, after=1.5)
    assert done == []
    assert isinstance(stopped, KeyboardInterrupt)
    assert not isinstance(stopped, Exception)
    assert stopped.result.status is Status.STOPPED


def test_what_was_reached_is_kept():
    starts = np.where(np.arange(300) % 3 == 0, 0.0, 2.0)
    symgd.minimize("log(1 + x**2)", x0=starts, lr=1e-9, epochs=1)
    stopped, late = interrupted(lambda: symgd.minimize("log(1 + x**2)", x0=starts, **ENDLESS))
    runs = stopped.result.runs
    assert late < SOON
    assert (runs.status[::3] == Status.CONVERGED).all()
    assert (np.delete(runs.status, np.s_[::3]) == Status.STOPPED).all()
    assert (runs.x[1::3] < 2.0).any()
    assert "STOPPED" in stopped.result.explain()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("times", [1, 2])
def test_half_a_million_unfinished_runs_are_not_probed_however_often_it_comes(monkeypatch, times):
    starts = np.random.default_rng(0).uniform(-2, 2, (500_000, 2))
    symgd.minimize(ROSENBROCK, x0=starts[:10], lr=1e-7, epochs=2)
    monkeypatch.setattr("symgd.diagnosis.kinds.Kinds.by_values", None)
    stopped, late = interrupted(
        lambda: symgd.minimize(ROSENBROCK, x0=starts, lr=1e-7, epochs=10**9), 1.0, times
    )
    assert late < SOON
    assert stopped.result.counts == {Status.STOPPED: 500_000}
    assert np.isfinite(stopped.result.runs.fun).all()


@pytest.mark.parametrize("after", [0.1, 0.4, 0.9])
def test_while_kinks_are_judged(after):
    expr = "abs(x) + abs(y) + abs(x - y)"
    symgd.minimize(expr, starts=2)
    stopped, late = interrupted(lambda: symgd.minimize(expr, starts=60_000), after)
    assert late < SOON
    assert Status.STOPPED in stopped.result.counts
    assert len(stopped.result.runs) == 60_000


def test_while_a_formula_is_read(monkeypatch):
    begun = threading.Event()

    def forever(*_, **__):
        begun.set()
        while True:
            time.sleep(0.01)

    monkeypatch.setattr("symgd.problem.read", forever)
    stopped, late = interrupted(lambda: symgd.minimize("x + 123*x**2"), begun=begun)
    assert late < SOON
    assert stopped.result is None
    assert str(stopped) == "interrupted: no run had begun"


def test_while_a_large_kernel_is_compiled(monkeypatch):
    """LLVM cannot be asked to stop: it goes on in a thread that nobody waits for."""
    monkeypatch.setenv("SYMGD_CACHE_DIR", "off")
    begun = threading.Event()

    def forever(kernel, name):
        begun.set()
        threading.Event().wait(5.0)
        raise RuntimeError("nobody asked")

    monkeypatch.setattr("symgd.engine.kernel.jit.machine_code", forever)
    stopped, late = interrupted(lambda: symgd.minimize("x**2 + 321*x", x0=[1.0, 2.0]), begun=begun)
    assert late < SOON
    assert stopped.result.counts == {Status.STOPPED: 2}
    assert (stopped.result.runs.x.ravel() == [1.0, 2.0]).all()


def test_a_history_ends_where_the_runs_were():
    symgd.minimize("log(1 + x**2)", x0=1.0, lr=1e-9, epochs=1)
    stopped, _ = interrupted(
        lambda: symgd.minimize("log(1 + x**2)", x0=[1.0, 2.0], history=10**6, **ENDLESS)
    )
    result = stopped.result
    for run, path in enumerate(result.history):
        assert path[0] == [1.0, 2.0][run]
        assert path[-1] == result.runs.x[run]


def test_runs_that_a_saddle_was_left_for():
    expr, how = "x**2 - y**2 + y**4", {"x0": [[0.0, 0.0]], "escape": True}
    symgd.minimize(expr, lr=1e-12, epochs=2, **how)
    stopped, late = interrupted(lambda: symgd.minimize(expr, lr=1e-12, epochs=10**13, **how))
    runs = stopped.result.runs
    assert late < SOON
    assert list(runs.parent) == [-1, 0, 0]
    assert list(runs.status) == [Status.STALLED_AT_START, Status.STOPPED, Status.STOPPED]


def test_while_the_result_is_put_together(monkeypatch):
    import symgd.runs.minimize as module

    gather, calls, begun = module.gather, [], threading.Event()

    def slow(*args):
        calls.append(1)
        begun.set()
        time.sleep(1.0)
        return gather(*args)

    monkeypatch.setattr(module, "gather", slow)
    stopped, late = interrupted(lambda: symgd.minimize(COSINE), begun=begun)
    assert late < SOON
    assert stopped.result.success
    assert calls == [1]  # once is enough, even for a million runs


@pytest.mark.parametrize("draw", ["plot", "report"])
def test_while_something_is_drawn(monkeypatch, draw, tmp_path):
    result, begun = symgd.minimize(COSINE, starts=5), threading.Event()

    def forever(*_, **__):
        begun.set()
        threading.Event().wait(10.0)

    monkeypatch.setattr("symgd.plots.choose", forever)
    monkeypatch.setattr("symgd.plots.inline.pictures", forever)
    stopped, late = interrupted(lambda: getattr(result, draw)(tmp_path / "page.html"), begun=begun)
    assert late < SOON
    assert stopped.result is result
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("after", [0.2, 0.6])
def test_a_sweep_keeps_its_axes(after):
    axes = {"x0": np.linspace(-5, 5, 2001), "lr": np.geomspace(1e-9, 1e-8, 3)}
    expr = "log(1 + x**2) + x/9"
    symgd.sweep(expr, x0=1.0, lr=1e-9, epochs=1)
    stopped, late = interrupted(lambda: symgd.sweep(expr, **axes, epochs=10**9), after)
    assert late < SOON
    assert stopped.result.shape == (2001, 3)
    assert Status.STOPPED in stopped.result.counts


def test_it_can_be_pickled_and_copied():
    result = symgd.minimize(COSINE, x0=0.3)
    for again in (
        pickle.loads(pickle.dumps(Interrupted(result))),
        copy.deepcopy(Interrupted(result)),
    ):
        assert isinstance(again, Interrupted)
        assert again.result.x == result.x


def test_a_handler_of_the_users_own_stays():
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append(1))
    try:
        assert symgd.minimize(COSINE, x0=0.3).success
        interruptible(lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT))()
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [1]
