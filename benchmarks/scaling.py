"""How the time grows with starts and variables, and shrinks with threads."""

from __future__ import annotations

import os

import symgd

from . import descents
from .effort import Effort
from .functions import COSINE, Function
from .table import Row
from .timing import medians


def rows(effort: Effort) -> list[Row]:
    """Measure all three."""
    return [*starts(effort), *variables(effort), *threads(effort)]


def starts(effort: Effort) -> list[Row]:
    """Whole calls of `minimize`, a start."""
    calls = {n: lambda n=n: symgd.minimize(COSINE.expr, starts=n) for n in effort.batches}
    seconds = medians(calls, min(effort.rounds, 5))
    each = {n: seconds[n] / n for n in effort.batches}
    first = effort.batches[0]
    return [
        Row("a start of minimize", f"{n:,} starts", each[n], f"{first:,} starts", each[first])
        for n in effort.batches
    ]


def rastrigin(n: int) -> Function:
    """Rastrigin's function in n variables."""
    names = tuple(f"x{i}" for i in range(n))
    terms = (f"{x}**2 - 10*cos(2*pi*{x})" for x in names)
    return Function(f"Rastrigin-{n}", " + ".join(terms), names, (-5.12, 5.12), 1e-5)


def variables(effort: Effort) -> list[Row]:
    """Fixed steps on one thread, a step of one run over its number of variables."""
    functions = {n: rastrigin(n) for n in effort.variables}
    epochs = max(1, effort.epochs // 10)
    calls = {
        n: descents.symgd(f, f.lr, epochs, f.starts(effort.starts)) for n, f in functions.items()
    }
    seconds = medians(calls, effort.rounds)
    each = {n: seconds[n] / (n * epochs * effort.starts) for n in effort.variables}
    first = effort.variables[0]
    return [
        Row("a step, a variable", functions[n].name, each[n], functions[first].name, each[first])
        for n in effort.variables
    ]


def threads(effort: Effort) -> list[Row]:
    """Fixed steps on all cores against one."""
    cores = os.cpu_count() or 1
    calls = {
        n: descents.symgd(COSINE, COSINE.lr, effort.epochs, COSINE.starts(4 * effort.starts), n)
        for n in {1, cores}
    }
    seconds = medians(calls, effort.rounds)
    goal = 1.8 if cores == 2 else None
    return [Row("threads", f"{cores} threads", seconds[cores], "1 thread", seconds[1], goal)]
