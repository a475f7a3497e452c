"""Time to the first answer: whole processes, new formulas, and the same formula again."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import numpy as np

import symgd
from symgd.diagnosis.look import look
from symgd.engine.kernel import source, store
from symgd.given.boxes import Box
from symgd.methods import Automatic

from .effort import Effort
from .functions import COSINE, SEVEN
from .table import Row
from .timing import in_turns, medians

_PART = "first answer"
_COMMAND = (sys.executable, "-m", "symgd", "minimize", COSINE.expr)
_SCRIPT = (sys.executable, str(Path(__file__).with_name("script.py")))
_PEER = "SymPy + SciPy script"
_LONG = " + ".join(  # 200 operations
    ["2*y**2", *(f"sin({k}*x + {k + 1})*exp(-(x - {k})**2/{k + 2})" for k in range(2, 24))]
)


def rows(effort: Effort) -> list[Row]:
    """Measure all of them."""
    return [*processes(effort), *formulas(effort)]


def processes(effort: Effort) -> list[Row]:
    """Run the README's first command with an empty and with a filled store of kernels."""
    with tempfile.TemporaryDirectory() as warm:
        _seconds(_COMMAND, warm)
        calls = {"cold": _cold, "warm": lambda: _seconds(_COMMAND, warm)}
        if find_spec("scipy"):
            calls[_PEER] = lambda: _seconds(_SCRIPT, warm)
        seconds = in_turns(calls, effort.processes)
    theirs = seconds.get(_PEER)
    return [
        Row(_PART, "README's command, kernel to compile", seconds["cold"], _PEER, theirs, 1 / 2.0),
        Row(_PART, "README's command, kernel on disk", seconds["warm"], _PEER, theirs, 1 / 1.2),
    ]


def _cold() -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _seconds(_COMMAND, folder)


def _seconds(command: tuple[str, ...], folder: str) -> float:
    environment = {**os.environ, "SYMGD_CACHE_DIR": folder}
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def formulas(effort: Effort) -> list[Row]:
    """Give formulas that this process has not seen, and one that it has."""
    again: dict[str, Callable[[], object]] = {
        "one start": lambda: symgd.minimize(COSINE.expr, x0=0.4),
        "256 starts": lambda: symgd.minimize(COSINE.expr),
    }
    with _empty_store():
        seconds = medians(again, effort.rounds)
        exprs = {f"new formula, {f.name}": f.expr for f in SEVEN}
        most = dict.fromkeys(exprs, 0.15)
        exprs["new formula, 200 operations"] = _LONG
        numbers = count(1)
        compiling = in_turns(
            {what: _compilation(expr, numbers) for what, expr in exprs.items()}, effort.processes
        )
    return [
        *(Row(_PART, f"{w}: compilation", s, most=most.get(w)) for w, s in compiling.items()),
        Row(_PART, "same formula again, one start", seconds["one start"], most=2e-3),
        Row(_PART, "same formula again, 256 starts", seconds["256 starts"]),
    ]


def _compilation(expr: str, numbers: Iterator[int]) -> Callable[[], float]:
    """Measure both kernels of a formula that has never been seen: descent, and a look at ends."""

    def seconds() -> float:
        problem = symgd.Problem(f"{expr} + {next(numbers)}*x")
        symbolic, point = problem.symbolic, np.ones((1, len(problem.names)))
        symbolic.hess  # noqa: B018 - made when first asked for, with the gradient
        started = time.perf_counter()
        store.load(source.kernel(symbolic, Automatic(), False))
        look(problem, point, point, Box(-np.inf * point[0], np.inf * point[0]), 1e-8)
        return time.perf_counter() - started

    return seconds


@contextmanager
def _empty_store() -> Iterator[None]:
    before = os.environ.get("SYMGD_CACHE_DIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SYMGD_CACHE_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["SYMGD_CACHE_DIR"]
            if before is not None:
                os.environ["SYMGD_CACHE_DIR"] = before
