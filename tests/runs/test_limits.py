"""Limits on a part of a program: a formula ends in time, and memory is asked for first."""

from __future__ import annotations

import re
import sys
import threading
import time
import tracemalloc

import numpy as np
import pytest

import symgd
from symgd import ConfigurationError, LimitError, memory

LATE = 3.0  # seconds: ten times what a quiet machine needs
LONG = "+".join(f"sin(x*y + {i})*exp(-{i}*z*y)*cos(x*{i}.5 + y*z)" for i in range(1, 60))
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's memory")


def ends(call, **limits):
    """Give the error of a call that comes to its limit, in time."""
    begun = time.monotonic()
    with pytest.raises(LimitError) as caught, symgd.limits(**limits):
        call()
    assert time.monotonic() - begun < limits.get("seconds", 0.0) + LATE
    return caught.value


@pytest.mark.parametrize(
    ("place", "stage"),
    [
        ("symgd.problem.read", "reading the formula"),
        ("symgd.problem.derivatives", "differentiating"),
        ("symgd.diagnosis.verdict._ask", "judging"),
        ("symgd.runs.gather._gathered", "telling minima apart"),
    ],
)
def test_an_error_says_what_took_too_long(monkeypatch, place, stage):
    def forever(*_, **__):
        while True:
            time.sleep(0.01)

    expr = f"(x - 1)**2 + {place.count('r')}{len(place)}*x"  # read anew
    if "problem" not in place:
        symgd.minimize(expr, x0=0.0)
    monkeypatch.setattr(place, forever)
    error = ends(lambda: symgd.minimize(expr, x0=0.0), seconds=1.0)
    assert error.stage == stage
    assert str(error) == f"{stage} came to the limit: 1 seconds"


def test_a_long_formula_ends_in_time_and_is_read_anew_after():
    ends(lambda: symgd.Problem(LONG), seconds=0.02)
    assert symgd.Problem(LONG).names == ("x", "y", "z")


def test_runs_end_with_nothing_given_back():
    symgd.minimize("log(1 + x**2)", x0=1.0, lr=1e-9, epochs=1)
    how = {"starts": 3000, "lr": 1e-9, "epochs": 10**13}
    threads = threading.active_count()
    assert ends(lambda: symgd.minimize("log(1 + x**2)", **how), seconds=0.2).stage == "descending"
    assert threading.active_count() <= threads


def test_limits_hold_in_a_thread():
    found = []

    def serve():
        found.append(ends(lambda: time.sleep(0.01) or serve_long(), seconds=0.1))

    def serve_long():
        while True:
            symgd.Problem("x**2").fun(1.0)

    thread = threading.Thread(target=serve)
    thread.start()
    thread.join(LATE)
    assert isinstance(found[0], LimitError)


def test_the_inner_of_two_limits_is_told():
    begun = time.monotonic()
    with symgd.limits(seconds=60):
        ends(lambda: [time.sleep(0.01) for _ in range(10**6)], seconds=0.1)
        assert symgd.minimize("(x - 1)**2").success
    assert time.monotonic() - begun < LATE


def test_nothing_is_left_behind_that_a_tracer_would_wait_for():
    with symgd.limits(seconds=60):
        pass
    before, lines = sys.gettrace(), []
    sys.settrace(lambda frame, event, arg: lines.append(event))
    try:
        memory.of_runs(1, 1)
    finally:
        sys.settrace(before)
    assert "call" in lines


def test_a_limit_of_time_of_a_call_within_limits_gives_its_result():
    with symgd.limits(seconds=60):
        how = {"x0": 1.0, "lr": 1e-9, "epochs": 10**13, "time_limit": 0.1}
        assert symgd.minimize("log(1 + x**2)", **how).status is symgd.Status.STOPPED


@LINUX
def test_memory_that_grows_beyond_the_limit_ends_the_block():
    kept = []

    def grow():
        while True:
            kept.append(np.ones(10**6))  # 8 MB, in use

    error = ends(grow, megabytes=200)
    assert "200 MB" in str(error)
    assert len(kept) < 200


@LINUX
def test_runs_beyond_a_limit_of_memory_are_refused_at_once():
    with (
        symgd.limits(megabytes=100),
        pytest.raises(ConfigurationError, match="about 480 MB are needed, and 100 MB are free"),
    ):
        symgd.minimize("(x - 1)**2", starts=10**6)
    assert memory.free() > 2e8


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "seconds: got None"),
        ({"seconds": 0}, "seconds: got 0"),
        ({"megabytes": "2 GB"}, "megabytes: got 2 GB"),
    ],
)
def test_what_is_no_limit_is_refused(given, words):
    with pytest.raises(ConfigurationError, match=re.escape(words)), symgd.limits(**given):
        pass


def test_more_starts_than_fit_are_refused_with_their_number(monkeypatch):
    monkeypatch.setattr(memory, "free", lambda: 5e9)
    with pytest.raises(
        ConfigurationError, match="about 56,000 MB are needed, and 5,000 MB"
    ) as error:
        symgd.minimize("x**2 + y**2", starts=10**8)
    assert error.value.argument == "starts"
    assert "join" in str(error.value)


def test_a_history_that_does_not_fit_is_refused_with_one_that_does(monkeypatch):
    monkeypatch.setattr(memory, "free", lambda: 2e8)
    how = {"starts": 1000, "lr": 0.01, "epochs": 50_000}
    with pytest.raises(ConfigurationError, match="history: got True") as error:
        symgd.minimize("x**2 + y**2", history=True, **how)
    rarer = int(re.search(r"(\d+) keeps", str(error.value))[1])
    result = symgd.minimize("x**2 + y**2", history=rarer, **how)
    assert len(result.history[0]) > 10


def test_a_history_that_grows_too_large_ends(monkeypatch):
    monkeypatch.setattr(memory, "free", lambda: 5e7)
    monkeypatch.setattr("symgd.engine.drive.snapshots._LARGE", 2**20)
    with pytest.raises(ConfigurationError, match="history"):
        symgd.minimize("x**2 + y**2", starts=1000, lr=1e-6, tol=1e-8, history=True)


def test_an_estimate_is_what_runs_take():
    tracemalloc.start()
    symgd.minimize("(x - 1)**2 + (y - 2)**2", starts=100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.3 < peak / memory.of_runs(100_000, 2) < 1.1
