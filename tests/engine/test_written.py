"""Loops that are written without Numba."""

from __future__ import annotations

import numpy as np
import pytest
from numba.core import event
from problems import COSINE, ROSENBROCK

from symgd.diagnosis.look import _Look
from symgd.diagnosis.outlook import _Outlook
from symgd.engine.kernel import jit, native
from symgd.engine.kernel.layout import LANES
from symgd.engine.kernel.source import kernel
from symgd.methods import GradientDescent
from symgd.problem import Problem

PROGRAMS = [_Look(), _Outlook(GradientDescent(0.01))]


def filled(compiled, rng):
    """Give the state of three blocks, of which one has lanes that have ended."""
    state, rows = compiled.layout.blocks(3), compiled.layout.rows
    n = compiled.shape.variables
    state[:, rows["x"]] = rng.uniform(-2, 2, (3, n, LANES))
    (following,) = (name for name in rows if name.endswith("next"))
    state[:, rows[following]] = state[:, rows["x"]]
    for name in ("end", "start"):
        if name in rows:
            state[:, rows[name]] = rng.uniform(-2, 2, (3, n, LANES))
    given = {"low": -9.0, "high": 9.0, "last": np.inf, "share": 1e-8, "far": 1.0, "tol": -1.0}
    for name, value in (given | {"limit": 32.0, "setting": 1e-3}).items():
        if name in rows:
            state[:, rows[name]] = value
    state[1, rows["code"], ::3] = 4
    return state


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
@pytest.mark.parametrize("expr", [COSINE, ROSENBROCK])
@pytest.mark.parametrize("epochs", [1, 7, 300])
def test_they_do_what_numbas_loop_does(expr, program, epochs, monkeypatch):
    compiled = kernel(Problem(expr).symbolic, program, False)
    state = filled(compiled, np.random.default_rng(6))
    expected = state.copy()
    native.load(jit.machine_code(compiled, "written"))(state, epochs, False)
    monkeypatch.setattr(type(program), "descends", True)
    native.load(jit.machine_code(compiled, "by Numba"))(expected, epochs, False)
    np.testing.assert_array_equal(state, expected)
    running = state[:, compiled.layout.rows["code"]] == 0
    assert running.any() == (epochs < 300) or epochs == 7


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_numba_has_no_part_in_them(program):
    compiled = kernel(Problem("x**2 + 31*cos(x)").symbolic, program, False)
    with event.install_recorder("numba:run_pass") as recorder:
        jit.machine_code(compiled, "written")
    assert not recorder.buffer
