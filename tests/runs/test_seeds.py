"""The teaching notebooks' experiments: the numbers of seeds.json, from one call each."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from problems import DATA

import symgd
from symgd import Kind, Status

SEEDS = json.loads((DATA / "seeds.json").read_text())
SLOPES = {
    "cos(2*pi*x) + x**2": lambda x: 2 * x - 2 * math.pi * np.sin(2 * math.pi * x),
    "sin(x)*exp(-0.05*x**2)": lambda x: (np.cos(x) - 0.1 * x * np.sin(x)) * np.exp(-0.05 * x**2),
    "x**3 - 6*x**2 + 11*x - 6": lambda x: 3 * x**2 - 12 * x + 11,
}
RESTING = 1e-10  # gradient below which a run of a notebook has arrived


def check(expr, got, expected):
    got, expected = np.asarray(got), np.asarray(expected)
    arrived = np.abs(SLOPES[expr](expected)) < RESTING
    tolerance = np.where(arrived, 1e-12, 1e-9 * np.abs(expected))
    assert (np.abs(got - expected) <= tolerance).all()


def loop(expr, x, lr, epochs):
    """Give what the notebooks do, with every x on the way."""
    path = [x]
    for _ in range(epochs):
        x = x - lr * SLOPES[expr](x)
        path.append(x)
    return path


def test_unfortunate_start():
    case = SEEDS["unfortunate_start"]
    x0 = [run["x0"] for run in case["runs"]]
    result = symgd.minimize(case["expr"], x0=x0, lr=case["lr"], epochs=case["epochs"])
    check(case["expr"], result.runs.x[:, 0], [run["x"] for run in case["runs"]])
    assert (result.runs.nit[np.array(x0) != 0] == case["epochs"]).all()


def test_only_the_four_finals_of_the_notebook_are_seen():
    case = SEEDS["unfortunate_start"]
    x0 = np.linspace(-2, 2, 2001)
    result = symgd.minimize(case["expr"], x0=x0, lr=case["lr"], epochs=case["epochs"])
    moved = result.runs.x[x0 != 0, 0]
    near = np.abs(moved[:, None] - np.array(case["finals_seen"])).min(axis=1)
    assert near.max() < 0.01  # the notebook cuts its numbers after two digits
    check(case["expr"], moved, [loop(case["expr"], x, 0.01, 100)[-1] for x in x0[x0 != 0]])


def test_the_trap_stays_a_trap():
    case = SEEDS["unfortunate_start"]
    result = symgd.minimize(case["expr"], x0=0, lr=case["lr"], epochs=case["epochs"])
    assert result.x[0] == 0.0
    assert (result.status, result.kind) == (Status.STALLED_AT_START, Kind.MAXIMUM)
    assert result.nit == 0
    assert not result.success
    assert result.minima == ()
    assert result.even == ("x",)
    assert result.runs.evidence.curvature_low[0] == pytest.approx(2 - 4 * math.pi**2, rel=1e-14)
    ways_out = np.sort(result.beyond[:, 0])
    assert ways_out == pytest.approx([-0.475802451024221, 0.475802451024221], abs=1e-12)


def test_start_sweep():
    case = SEEDS["start_sweep"]
    result = symgd.minimize(case["expr"], x0=case["x0"], lr=case["lr"], epochs=case["epochs"])
    check(case["expr"], result.runs.x[:, 0], case["x"])
    expected = [loop(case["expr"], x, case["lr"], case["epochs"])[-1] for x in case["x0"]]
    check(case["expr"], result.runs.x[:, 0], expected)


@pytest.mark.parametrize("number", range(len(SEEDS["lr_sweep"]["lr"])))
def test_lr_sweep(number):
    case = SEEDS["lr_sweep"]
    lr = case["lr"][number]
    result = symgd.minimize(case["expr"], x0=case["x0"], lr=lr, epochs=case["epochs"])
    check(case["expr"], result.x[0], case["x"][number])


def test_lr_by_epochs():
    case = SEEDS["lr_by_epochs"]
    assert case["epochs"] == [round(n) for n in np.linspace(10, 500, 40)]
    table = np.array(case["x"])
    assert table.shape == (50, 40)
    for row, lr in enumerate(case["lr"]):
        for column in (0, 1, row % 40, 39):
            epochs = case["epochs"][column]
            result = symgd.minimize(case["expr"], x0=case["x0"], lr=lr, epochs=epochs)
            check(case["expr"], result.x[0], table[row, column])


def test_cubic():
    case = SEEDS["cubic"]
    result = symgd.minimize(case["expr"], x0=case["x0"], lr=case["lr"], epochs=case["epochs"])
    runaway = np.array([x is None for x in case["x"]])
    assert (np.array(case["x0"])[runaway] < 2 - 1 / math.sqrt(3)).all()
    assert (result.runs.status[runaway] == Status.DIVERGED).all()
    check(
        case["expr"],
        result.runs.x[~runaway, 0],
        [x for x in case["x"] if x is not None],
    )
    assert len(result.minima) == 1
    assert result.minima[0].x[0] == pytest.approx(2 + 1 / math.sqrt(3), rel=1e-12)


def test_a_rate_that_is_too_large_runs_away_and_says_so():
    expr = SEEDS["cubic"]["expr"]
    result = symgd.minimize(expr, x0=[1.0, 4.9], lr=2.0, epochs=50)
    assert [Status(s) for s in result.runs.status] == [Status.DIVERGED] * 2
