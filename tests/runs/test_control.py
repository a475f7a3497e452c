"""A callback, a bar and a limit of time: they see a call on its way, end it, and lose nothing."""

from __future__ import annotations

import _thread
import re
import signal
import sys
import threading
import time
from contextlib import suppress

import numpy as np
import pytest

import symgd
from symgd import ConfigurationError, Interrupted, LimitError, MissingPackageError, Status
from symgd.alarm import Alarm

SLOWLY = "log(1 + x**2) + y**2"  # with a tiny rate nothing ends
ENDLESS = {"lr": 1e-9, "epochs": 10**13}
LATE = 3.0  # seconds: ten times what a quiet machine needs


@pytest.fixture(scope="module", autouse=True)
def compiled():
    symgd.minimize(SLOWLY, x0=[1.0, 1.0], lr=1e-9, epochs=1)


class Seen:
    """A callback that keeps what it is told, and ends the call at last."""

    def __init__(self, most):
        self.states, self.times, self._most = [], [], most

    def __call__(self, state):
        self.states.append(state)
        self.times.append(time.monotonic())
        return len(self.states) >= self._most


def test_a_callback_sees_the_best_point_with_its_value():
    seen = Seen(4)
    starts = np.random.default_rng(0).uniform(1, 3, (300, 2))
    result = symgd.minimize(SLOWLY, x0=starts, callback=seen, **ENDLESS)
    assert result.counts == {Status.STOPPED: 300}
    for state in seen.states:
        values = np.log(1 + state.points[:, 0] ** 2) + state.points[:, 1] ** 2
        assert state.points.shape == (300, 2)
        assert state.fun == pytest.approx(values.min(), rel=1e-14)
        assert (state.x == state.points[values.argmin()]).all()
        assert state.stage == "descending"
        assert sum(state.counts.values()) == 300
        assert 0 <= state.share < 1
    epochs = [state.epoch for state in seen.states]
    assert epochs == sorted(epochs)
    assert epochs[-1] > epochs[0] > 0
    assert result.runs.nit.max() >= epochs[-1]


def test_a_state_stays_as_it_was():
    seen = Seen(4)
    symgd.minimize(SLOWLY, x0=[[2.0, 1.0]], callback=seen, lr=1e-6, epochs=10**13)
    first, last = seen.states[0], seen.states[-1]
    assert first.fun > last.fun
    assert first.epoch < last.epoch


def test_a_callback_is_called_now_and_then():
    seen = Seen(8)
    symgd.minimize(SLOWLY, starts=300, callback=seen, **ENDLESS)
    between = np.diff(seen.times)
    assert between.min() >= 0.05
    assert np.median(between) < 1.0


@pytest.mark.parametrize("workers", [1, 3])
def test_a_callback_of_several_workers_changes_no_bit(workers):
    how = {"starts": 3000, "method": "adam", "lr": 0.01, "epochs": 300}
    plain = symgd.minimize(SLOWLY, **how)
    watched = symgd.minimize(SLOWLY, workers=workers, callback=lambda state: False, **how)
    assert (watched.runs.x == plain.runs.x).all()
    assert (watched.runs.status == plain.runs.status).all()


def test_stop_iteration_ends_the_runs_as_in_scipy():
    def stop(state):
        raise StopIteration

    assert symgd.minimize(SLOWLY, starts=5, callback=stop, **ENDLESS).status is Status.STOPPED


def test_runs_that_had_ended_are_judged_when_a_callback_ends_the_others():
    starts = np.where(np.arange(60) % 2, 2.0, 0.0)
    result = symgd.minimize("log(1 + x**2)", x0=starts, callback=lambda s: s.epoch > 10, **ENDLESS)
    assert (result.runs.status[::2] == Status.CONVERGED).all()
    assert (result.runs.status[1::2] == Status.STOPPED).all()


def test_what_a_callback_raises_comes_with_the_result():
    def fail(state):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine") as caught:
        symgd.minimize(SLOWLY, starts=20, callback=fail, **ENDLESS)
    assert caught.value.result.counts == {Status.STOPPED: 20}
    assert "result" in caught.value.__notes__[0]


def test_ctrl_c_in_a_callback_is_ctrl_c():
    def press(state):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    with pytest.raises(Interrupted) as caught:
        symgd.minimize(SLOWLY, starts=20, callback=press, **ENDLESS)
    assert caught.value.result.counts == {Status.STOPPED: 20}


def test_ctrl_c_while_the_time_is_up_is_heard(monkeypatch):
    """It comes while what was reached is put together, which ends the call in any case."""
    import symgd.runs.minimize as module

    gather = module.gather

    def press(*args):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.01)
        return gather(*args)

    monkeypatch.setattr(module, "gather", press)
    with pytest.raises(Interrupted) as caught:
        symgd.minimize(SLOWLY, starts=20, time_limit=0.1, **ENDLESS)
    assert caught.value.result.counts == {Status.STOPPED: 20}


def test_calls_within_a_callback_are_calls_of_their_own():
    found = []

    def inner(state):
        found.append(symgd.minimize("(x - 3)**2", x0=0.0).x)
        return True

    result = symgd.minimize(SLOWLY, starts=5, callback=inner, time_limit=60, **ENDLESS)
    assert found == [3.0]
    assert result.status is Status.STOPPED


def timed(call, limit):
    begun = time.monotonic()
    result = call(time_limit=limit)
    took = time.monotonic() - begun
    assert took < limit + LATE
    return result, took


def test_a_time_limit_stops_runs():
    result, took = timed(lambda **k: symgd.minimize(SLOWLY, starts=300, **ENDLESS, **k), 0.3)
    assert took >= 0.3
    assert result.counts == {Status.STOPPED: 300}
    assert (result.runs.nit > 0).any()


def test_a_time_limit_stops_judging_and_keeps_the_verdicts_so_far():
    expr = "abs(x) + abs(y) + abs(x - y)"
    symgd.minimize(expr, starts=2)
    result, _ = timed(lambda **k: symgd.minimize(expr, starts=100_000, **k), 0.9)
    assert result.counts[Status.STOPPED] > 0
    assert set(result.counts) <= {Status.STOPPED, Status.CONVERGED}


def test_a_time_limit_stops_telling_minima_apart(monkeypatch):
    import symgd.runs.gather as module

    gathered, calls = module._gathered, []

    def slow(problem, batch, options, which):
        calls.append(which.sum())
        if len(calls) == 1:
            while True:
                time.sleep(0.01)
        return gathered(problem, batch, options, which)

    monkeypatch.setattr(module, "_gathered", slow)
    how = {"x0": [[0.5, 0.5], [0.5, 2.0]]}
    result, _ = timed(lambda **k: symgd.minimize("(x*y - 1)**2", **how, **k), 1.0)
    assert calls == [2, 0]  # a valley of minima takes time
    assert result.counts == {Status.STOPPED: 2}
    assert result.minima == ()


def test_a_time_limit_stops_a_sweep():
    axes = {"x0": [[1.0, 1.0], [2.0, 2.0]], "lr": [1e-9, 1e-8], "epochs": [10, 10**13]}
    result, _ = timed(lambda **k: symgd.sweep(SLOWLY, **axes, **k), 0.4)
    assert result.shape == (2, 2, 2)
    assert (result.status[:, :, 0] != Status.STOPPED).all()
    assert (result.status[:, :, 1] == Status.STOPPED).all()


def test_a_time_limit_that_is_not_needed_changes_no_bit():
    plain = symgd.minimize("cos(2*pi*x) + x**2")
    timely = symgd.minimize("cos(2*pi*x) + x**2", time_limit=60, callback=lambda state: None)
    assert (plain.runs.x == timely.runs.x).all()
    assert plain.explain() == timely.explain()


def test_a_time_limit_holds_in_a_thread():
    found = []
    call = lambda: found.append(symgd.minimize(SLOWLY, starts=9, time_limit=0.2, **ENDLESS))  # noqa: E731
    thread = threading.Thread(target=call)
    thread.start()
    thread.join(0.2 + LATE)
    assert found[0].counts == {Status.STOPPED: 9}


def test_a_time_limit_before_any_run_says_what_took_it(monkeypatch):
    def forever(*_, **__):
        while True:
            time.sleep(0.01)

    monkeypatch.setattr("symgd.problem.read", forever)
    with pytest.raises(LimitError, match=r"reading the formula came to the limit: time_limit=0\.1"):
        symgd.minimize("x + 12345*x**2", time_limit=0.1)


def test_no_alarm_rings_after_its_call():
    symgd.minimize("(x - 1)**2", x0=0.0)  # what is compiled once is not compiled again
    before = _thread._count()
    for _ in range(30):
        with suppress(LimitError):
            symgd.minimize("(x - 1)**2", x0=0.0, time_limit=1e-3)
    time.sleep(0.3)  # where one rang, this would end
    assert _thread._count() <= before


def test_a_formula_that_takes_longer_to_compile_than_every_call_is_compiled_once(monkeypatch):
    from symgd.engine.kernel import jit

    machine_code, calls = jit.machine_code, []

    def counted(kernel, name):
        calls.append(name)
        time.sleep(0.3)
        return machine_code(kernel, name)

    monkeypatch.setenv("SYMGD_CACHE_DIR", "off")
    monkeypatch.setattr(jit, "machine_code", counted)
    for _ in range(4):
        symgd.minimize("(x - 1)**2 + 4321*x", x0=0.0, lr=1e-5, epochs=5, time_limit=0.15)
    assert 0 < len(calls) == len(set(calls))


def test_an_alarm_that_is_not_heard_rings_again():
    """What is raised while Python deletes an object is dropped."""

    class Rang(BaseException):
        pass

    heard, due = 0, time.monotonic() + 0.1
    with Alarm(lambda: max(due - time.monotonic(), 0.0), Rang, lambda: "").watching() as alarm:
        for _ in range(3):
            try:
                while True:
                    time.sleep(0.001)
            except Rang:
                heard += 1
        alarm.silence()
        time.sleep(0.3)
    assert heard == 3


BAD = [
    ({"callback": 3}, "callback: got 3; takes a function"),
    ({"progress": 1}, "progress: got 1; takes True or False"),
    ({"time_limit": 0}, "time_limit: got 0; takes a number of seconds > 0"),
    ({"time_limit": "1 s"}, "time_limit: got 1 s; takes"),
    ({"timeout": 3}, "did you mean time_limit"),
    ({"verbose": True}, "did you mean progress"),
]


@pytest.mark.parametrize("call", [symgd.minimize, symgd.sweep])
@pytest.mark.parametrize(("given", "words"), BAD)
def test_what_is_no_control_is_refused_before_any_work(call, given, words):
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        call("not even ( a formula", **given)


def test_a_bar_says_what_is_done(capsys):
    pytest.importorskip("tqdm")
    symgd.minimize(SLOWLY + " + x/7", starts=300, lr=0.01, epochs=2000, progress=True)
    drawn = capsys.readouterr().err
    for stage in ("reading the formula", "compiling", "descending", "judging", "ended"):
        assert stage in drawn
    assert "300 runs" in drawn
    assert "100%" in drawn


@pytest.fixture
def closed(monkeypatch):
    """Give what bars show when they are closed: how far they are, their end, and their words."""
    tqdm = pytest.importorskip("tqdm.auto").tqdm
    found = []

    class Noted(tqdm):
        def close(self):
            found.append((self.n, self.total, str(self)))
            super().close()

    monkeypatch.setattr("tqdm.auto.tqdm", Noted)
    return found


# A notebook's bar keeps the end that it was made with, and is red where it is closed before.


def test_a_bar_is_full_once_its_call_has_ended_although_nobody_looked_at_the_end(
    closed, monkeypatch
):
    monkeypatch.setattr("symgd.runs.control._PAUSE", 1e9)  # the first look is the only one
    seen = []
    how = {"lr": 1e-9, "epochs": 20_000, "tol": 0, "callback": lambda s: seen.append(s.share)}
    symgd.minimize(SLOWLY, x0=[[1, 1]] * 64, progress=True, **how)
    (filled, full, words), *_ = closed
    assert len(seen) == 1
    assert seen[0] < 1
    assert filled == full == 1
    assert "64/64 runs" in words


def test_a_bar_is_not_full_where_a_call_ended_early(closed):
    seen = []

    def stop(state):
        seen.append(state.share)
        return True

    symgd.minimize(SLOWLY, x0=[[1, 1]] * 64, progress=True, callback=stop, **ENDLESS)
    (filled, full, words), *_ = closed
    assert full == 1
    assert filled == seen[-1] < 1
    assert "64/64 runs" not in words


def test_a_bar_without_tqdm_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(MissingPackageError, match=re.escape("symgd[progress]")):
        symgd.minimize("x**2", progress=True)
