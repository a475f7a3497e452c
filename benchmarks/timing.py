"""Measuring contestants in alternation, and on one core."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def medians(contestants: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Call each contestant once to warm it up, then in turns; gives median seconds a call.

    What disturbs the machine for a while disturbs all of them alike.
    """
    for contestant in contestants.values():
        contestant()
    return in_turns({name: _timed(call) for name, call in contestants.items()}, rounds)


def in_turns(contestants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Give the medians of what contestants measure by themselves, in turns."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            seconds[name].append(contestant())
    return {name: statistics.median(values) for name, values in seconds.items()}


def least(contestants: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Call contestants in turns, as `medians` does; gives the least processor time of a call.

    What others do on the machine adds to it only by way of the caches.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for contestant in contestants.values():
        contestant()
    for _ in range(rounds):
        for name, contestant in contestants.items():
            started = time.process_time()
            contestant()
            seconds[name].append(time.process_time() - started)
    return {name: min(values) for name, values in seconds.items()}


def _timed(call: Callable[[], Any]) -> Callable[[], float]:
    def seconds() -> float:
        started = time.perf_counter()
        call()
        return time.perf_counter() - started

    return seconds


def on_one_core(function: Callable[..., T], *args: Any) -> T:
    """Call a function in a new process that has one core, where the system can see to that.

    A library that wants to use several threads has none to gain there.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=_take_one_core) as pool:
        return pool.submit(function, *args).result()


def _take_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
