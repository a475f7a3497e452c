"""A run's columns, evidence included, depend on the run alone.

Not on who else is in the batch, how many, or in which order. The number of a minimum and of a
parent are places in the batch's own lists; there the points are compared.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import DATA, LONGEST, ROSENBROCK

import symgd
from symgd import arrays

RUNS = 16
LONG = " + ".join(f"100*(x{i + 1} - x{i}**2)**2 + (1 - x{i})**2" for i in range(9))
TEN = " + ".join(f"(x{i} - {i}/9)**2*{1 + i}" for i in range(10)) + " + cos(x0 + x9) + x3*x4/5"
FORMULAS = [
    "cos(2*pi*x) + x**2", "sin(x)*exp(-0.05*x**2)", ROSENBROCK, TEN, LONG,
    "x1**2 + x2**2 - 10*cos(2*pi*x1) - 10*cos(2*pi*x2)",
    "abs(x - 1) + x**2/9", "abs(x) + abs(y - x)", "max(x, -2*x)", "where(x < 0, 1, x)",
    "sqrt(abs(x**2 + y**2 - 1)) + y/10",
    "log(x)", "sqrt(x)", "x**3", "(x - 1)**4", "tanh(x)", "tan(x)", "exp(x) + y", "x**2*y + y**4",
]  # fmt: skip
HOWS = [
    {},
    {"tol": 1e-2, "polish": False},
    {"lr": 0.01, "epochs": 60},
    {"lr": 0.3, "epochs": 40},
    {"lr": 0.01, "tol": 1e-3},
    {"bounds": (-1.0, 3.0)},
]
TABLE = [p for p in json.loads((DATA / "problems.json").read_text()) if len(p["expr"]) < LONGEST]


def columns(problem, x0, how):
    result = symgd.minimize(problem, x0, **how)
    runs, evidence = result.runs, result.runs.evidence
    found = {name: getattr(runs, name) for name in ("x", "fun", "grad_norm", "nit", "lr")}
    found |= {"status": runs.status, "kind": runs.kind, **arrays.columns(evidence)}
    nowhere = np.full(runs.x.shape[1], np.nan)  # a weak one is one along a whole valley
    points = [m.x if m.kind is symgd.Kind.MINIMUM else nowhere for m in result.minima] + [nowhere]
    return found, np.array(points)[runs.minimum]


def check(problem, x0, how, rng):
    """Compare all runs together with some of them, one of them, and all in another order."""
    whole, minima = columns(problem, x0, how)
    parts = [rng.choice(len(x0), size, replace=False) for size in (1, 1, 4)]
    for rows in (*parts, rng.permutation(len(x0))):
        part, mine = columns(problem, x0[rows], how)
        for name, column in part.items():
            assert np.array_equal(column, whole[name][rows], equal_nan=column.dtype.kind == "f"), (
                name, problem, how, x0[rows],
            )  # fmt: skip
        clear = ~(np.isnan(mine) | np.isnan(minima[rows])).any(axis=1)
        np.testing.assert_allclose(mine[clear], minima[rows][clear], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("how", HOWS, ids=str)
@pytest.mark.parametrize("expr", FORMULAS)
def test_formulas(expr, how):
    problem, rng = symgd.Problem(expr), np.random.default_rng(3)
    x0 = rng.uniform(-1, 3, size=(RUNS, len(problem.names)))
    x0[:2] = [[0.0], [1.0]]
    check(problem, x0, how, rng)


@pytest.mark.parametrize("known", TABLE, ids=lambda p: p["name"])
def test_published_problems(known):
    problem, rng = symgd.Problem(known["expr"], variables=known["vars"]), np.random.default_rng(4)
    bounds = [tuple(pair) for pair in known["bounds"]]
    x0 = rng.uniform(*np.array(bounds).T, size=(RUNS, len(bounds)))
    for how in ({"bounds": bounds}, {"lr": 1e-3, "epochs": 60}):
        check(problem, x0, {"start_box": bounds, **how}, rng)


WAVES = symgd.Problem(
    "a*x**2 + b*y**2 + cos(c*x) + x*y/9 + sin(y + c)", params=dict.fromkeys("abc", 1)
)


@settings(max_examples=40)
@given(
    values=st.tuples(st.floats(0.01, 4), st.floats(0.01, 4), st.floats(-9, 9)),
    seed=st.integers(0, 2**32 - 1),
    how=st.sampled_from(HOWS),
)
def test_any_waves(values, seed, how):
    rng = np.random.default_rng(seed)
    problem = WAVES.with_params(dict(zip("abc", values, strict=True)))
    check(problem, rng.uniform(-1, 3, size=(RUNS, 2)), how, rng)
