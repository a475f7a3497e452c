"""Measuring contestants in alternation."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any


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


def _timed(call: Callable[[], Any]) -> Callable[[], float]:
    def seconds() -> float:
        started = time.perf_counter()
        call()
        return time.perf_counter() - started

    return seconds
