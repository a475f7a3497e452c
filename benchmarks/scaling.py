"""How the time grows with starts and variables, and shrinks with threads."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import symgd

from . import descents
from .effort import Effort
from .functions import COSINE, RASTRIGIN, Function
from .table import Row
from .timing import medians, on_one_core


def rows(effort: Effort) -> list[Row]:
    """Measure all three."""
    return [*starts(effort), *variables(effort), *threads(effort)]


def starts(effort: Effort) -> list[Row]:
    """Call `minimize`: the time and the memory over the number of starts."""
    calls = {f"{n:,} starts": partial(_minimize, n) for n in effort.batches}
    seconds = medians(calls, effort.rounds)
    shares = zip(seconds.items(), effort.batches, strict=True)
    table = _against_first("minimize, a start", {what: each / n for (what, each), n in shares})
    peaks = [on_one_core(_peak, n) for n in effort.batches]
    return [replace(row, memory=peak) for row, peak in zip(table, peaks, strict=True)]


def _minimize(n: int) -> object:
    return symgd.minimize(RASTRIGIN.expr, start_box=RASTRIGIN.box, starts=n)


def _peak(n: int) -> float | None:
    """Call `minimize` in this new process; gives the most bytes it held, where Linux tells.

    `getrusage` would count what the process held from which this one came.
    """
    _minimize(n)
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return 1024.0 * float(lines["VmHWM"].removesuffix("kB"))


def rastrigin(n: int) -> Function:
    """Rastrigin's function in n variables."""
    names = tuple(f"x{i}" for i in range(n))
    terms = (f"{x}**2 - 10*cos(2*pi*{x})" for x in names)
    return Function(f"Rastrigin-{n}", " + ".join(terms), names, (-5.12, 5.12), 1e-5)


def variables(effort: Effort) -> list[Row]:
    """Take fixed steps on one thread: the time of a run's step over the number of variables."""
    functions = [rastrigin(n) for n in effort.variables]
    calls = {
        f.name: descents.symgd(f, f.lr, effort.epochs, f.starts(effort.starts)) for f in functions
    }
    seconds = medians(calls, effort.rounds)
    steps = effort.epochs * effort.starts
    each = {f.name: seconds[f.name] / (len(f.variables) * steps) for f in functions}
    return _against_first("a step of a run, a variable", each)


def threads(effort: Effort) -> list[Row]:
    """Take fixed steps on all cores, and on one."""
    cores = os.cpu_count() or 1
    points = COSINE.starts(16 * effort.starts)
    calls = {
        name: descents.symgd(COSINE, COSINE.lr, effort.epochs, points, workers)
        for name, workers in (("one", 1), ("all", cores))
    }
    seconds = medians(calls, effort.rounds)
    goal = 1.8 if cores == 2 else None
    return [Row("threads", f"{cores} threads", seconds["all"], "one thread", seconds["one"], goal)]


def _against_first(part: str, seconds: dict[str, float]) -> list[Row]:
    (first, least), *others = seconds.items()
    return [Row(part, first, least), *(Row(part, what, s, first, least) for what, s in others)]
