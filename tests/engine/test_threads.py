"""Threads: several calls of `minimize` at once, and workers that fail."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from kernels import drive

import symgd
from symgd.engine.drive import lanes

CALLS = {
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2": {"starts": 3000},
    "a*x**2 - cos(3*x) + 2": {"starts": 2000, "params": {"a": 0.3}, "seed": 4},
    "log(cosh(x - 2)) + 0.1*sin(5*x)": {"starts": 500, "lr": 0.01, "epochs": 2000},
    "exp(-x**2/9) + x**2/70": {"starts": 400, "bounds": (-3, 4), "escape": True},
}
COLUMNS = ("x0", "x", "fun", "grad_norm", "status", "kind", "nit", "minimum", "parent")


def same_bits(one, other):
    return all(
        np.array_equal(getattr(one.runs, name), getattr(other.runs, name), equal_nan=True)
        for name in COLUMNS
    )


def at_once(calls):
    """Call `minimize` from as many threads as there are calls, all at the same moment."""
    together = threading.Barrier(len(calls))

    def call(expr):
        together.wait()
        return symgd.minimize(expr, **CALLS[expr])

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


@pytest.mark.parametrize("expr", CALLS)
def test_the_same_formula_in_several_threads(expr):
    one, two, three = at_once([expr] * 3)  # nobody has compiled it before
    alone = symgd.minimize(expr, **CALLS[expr], workers=1)
    assert same_bits(one, alone)
    assert same_bits(two, alone)
    assert same_bits(three, alone)


def test_other_formulas_in_other_threads():
    symgd.clear_cache()  # all of them compile at the same time
    results = at_once(list(CALLS))
    for expr, result in zip(CALLS, results, strict=True):
        assert same_bits(result, symgd.minimize(expr, **CALLS[expr], workers=1))


def test_a_failure_of_one_worker_is_raised_and_ends_all(monkeypatch):
    load = lanes.store.load

    def half_broken(kernel):
        function = load(kernel)

        def run(*args):
            if threading.current_thread() is not threading.main_thread():
                raise MemoryError("no room")
            function(*args)

        return run

    monkeypatch.setattr(lanes.store, "load", half_broken)
    before = threading.active_count()
    with pytest.raises(MemoryError, match="no room"):
        drive("log(1 + x**2)", np.full(300, 2.0), lr=1e-9, epochs=10**13, workers=3)
    assert threading.active_count() == before
