"""Memory: how much there is, and what runs take of it, before they take it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from .errors import ConfigurationError
from .watch import doing

_RUN_BYTES, _ENTRY_BYTES = 400, 80  # memory for one run, and for each of its variables
_STEP_BYTES, _POINT_BYTES = 16, 24  # for a step that is kept, and each variable, with copies
_MEGA = 1e6
_GROUP = Path("/sys/fs/cgroup")  # of the container, as it sees itself


def free() -> float:
    """Give the memory that programs may still take, in bytes; infinity where it is not known."""
    return min(_known())


def used() -> float | None:
    """Give the memory that this process takes, in bytes; None where it is not known."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:  # only Linux tells
        return None
    return float(pages * _page())


def _page() -> int:
    import resource  # on Windows there is none

    return resource.getpagesize()


def _known() -> Iterator[float]:
    """Give what is known of free memory: of the limits, the machine, and the container."""
    yield doing().memory - (used() or 0.0)
    lines = _read(Path("/proc/meminfo")).splitlines()
    yield from (1024 * float(li.split()[1]) for li in lines if li.startswith("MemAvailable:"))
    most, now = (_read(_GROUP / name).strip() for name in ("memory.max", "memory.current"))
    if most.isdecimal() and now.isdecimal():
        yield float(most) - float(now)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # only Linux tells
        return ""


def of_runs(n_runs: int, n_vars: int) -> float:
    """Estimate what runs and their verdicts take, in bytes."""
    return float(n_runs) * (_RUN_BYTES + n_vars * _ENTRY_BYTES)


def of_paths(n_runs: int, n_vars: int, steps: float) -> float:
    """Estimate what the points on the ways of runs take, in bytes; so many steps are kept."""
    return float(n_runs) * steps * (_STEP_BYTES + n_vars * _POINT_BYTES)


def check_runs(argument: str, got: object, n_runs: int, n_vars: int) -> None:
    """Refuse runs that would not fit into memory.

    Raises
    ------
    ConfigurationError
        With what they need and what to do.
    """
    needed, most = of_runs(n_runs, n_vars), free()
    if needed > most:
        advice = "take them in parts with other seeds, and put the results together with join"
        raise ConfigurationError(
            argument, got, f"as many runs as fit into memory: {_told(needed, most)}; {advice}"
        )


def check_paths(got: object, every: int, n_runs: int, n_vars: int, epochs: float) -> None:
    """Refuse a history of so many epochs that would not fit into memory.

    Raises
    ------
    ConfigurationError
        With what it needs and what to do.
    """
    needed, most = of_paths(n_runs, n_vars, epochs / every + 1), free()
    if needed > most:
        rarer = math.ceil(every * needed / max(most / 2, 1.0))
        advice = f"{rarer:,} keeps every {rarer:,}th point" if rarer < epochs else "take fewer runs"
        takes = f"a whole number with which it fits into memory: {_told(needed, most)}; {advice}"
        raise ConfigurationError("history", got, takes)


def _told(needed: float, most: float) -> str:
    return f"about {needed / _MEGA:,.0f} MB are needed, and {most / _MEGA:,.0f} MB are free"
