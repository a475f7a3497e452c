"""The scripts of examples/: the notebooks' experiments, with their numbers and pictures."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from problems import DATA

from symgd import Kind, Status

EXAMPLES = Path(__file__).parents[2] / "examples"
SEEDS = json.loads((DATA / "seeds.json").read_text())
NUMBER_OF_PICTURES = {
    "curve": 1, "unfortunate_start": 0, "the_trap": 1, "result_plot": 2, "random_start": 1,
    "start_sweep": 1, "lr_sweep": 1, "lr_by_epochs": 2, "cubic": 1,
}  # fmt: skip
MINIMA = [-1.4250674148261986, -0.475802451024221, 0.475802451024221, 1.4250674148261986]


@pytest.fixture
def run(monkeypatch):
    """Run a script without a display; gives its names, and its figures stay open."""
    mpl.use("agg")
    monkeypatch.setattr(plt, "show", lambda: None)
    plt.close("all")
    yield lambda name: runpy.run_path(str(EXAMPLES / f"{name}.py"))
    plt.close("all")


def close(got, expected):
    return np.asarray(got) == pytest.approx(np.asarray(expected, dtype=float), rel=1e-9)


@pytest.mark.parametrize("name", NUMBER_OF_PICTURES)
def test_every_script_runs_draws_and_is_short(run, name):
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) <= 15
    run(name)
    assert len(plt.get_fignums()) == NUMBER_OF_PICTURES[name]
    for number in plt.get_fignums():
        for ax in plt.figure(number).axes[:1]:
            assert ax.get_xlabel()
            assert ax.get_ylabel()
            assert ax.get_title()


def test_curves_show_f_and_its_derivative(run):
    axes = run("curve")["axes"]
    x, y = axes[2].lines[0].get_data()
    assert y == pytest.approx((x - 1) * (x - 2) * (x - 3), abs=1e-9)
    drawn = [np.asarray(line.get_ydata()) for line in axes[2].lines if len(line.get_xdata()) > 9]
    slope = 3 * x**2 - 12 * x + 11
    assert any(len(d) == len(slope) and np.allclose(d, slope, atol=1e-9) for d in drawn)


def test_unfortunate_start(run):
    names = run("unfortunate_start")
    every = names["every"]
    assert sorted(m.x[0] for m in every.minima) == pytest.approx(MINIMA, abs=1e-12)
    assert every.counts == {Status.CONVERGED: 2000, Status.STALLED_AT_START: 1}
    single = names["run"]
    if single.x[0] != 0:
        assert np.abs(single.x[0] - MINIMA).min() < 1e-6


def test_the_trap(run):
    names = run("the_trap")
    trap, way_out = names["trap"], names["way_out"]
    assert (trap.status, trap.kind) == (Status.STALLED_AT_START, Kind.MAXIMUM)
    assert not trap.history[0].any()
    assert sorted(way_out.runs.x[1:, 0]) == pytest.approx(MINIMA[1:3])


def test_result_plot(run):
    assert run("result_plot")["run"].x[0] == pytest.approx(MINIMA[0], rel=1e-15)


def test_random_start(run):
    x = run("random_start")["run"].x[0]
    places = np.array([-1.4289, 4.3058, -7.2281])
    assert np.abs(x - places).min() < 0.7 or abs(x) > 4.3058


def test_start_sweep(run):
    case, sweep = SEEDS["start_sweep"], run("start_sweep")["sweep"]
    assert close(sweep.coords["x0"], case["x0"])
    assert close(sweep.x, case["x"])
    assert np.tan(sweep.borders) * sweep.borders == pytest.approx(10, rel=1e-5)  # f' = 0


def test_lr_sweep(run):
    case, sweep = SEEDS["lr_sweep"], run("lr_sweep")["sweep"]
    assert close(sweep.coords["lr"], case["lr"])
    assert close(sweep.x, case["x"])


def test_lr_by_epochs(run):
    case, sweep = SEEDS["lr_by_epochs"], run("lr_by_epochs")["sweep"]
    assert close(sweep.coords["lr"], case["lr"])
    assert sweep.coords["epochs"].tolist() == case["epochs"]
    assert sweep.shape == (50, 40)
    assert close(sweep.x, case["x"])


def test_cubic(run):
    sweep = run("cubic")["sweep"]
    border = 2 - 1 / np.sqrt(3)
    assert sweep.borders == pytest.approx([border], abs=1e-5)
    starts = sweep.coords["x0"]
    assert (sweep.status[starts < border] == Status.DIVERGED).all()
    assert (sweep.minimum[starts > border] == 0).all()
    assert sweep.minima[0].x[0] == pytest.approx(2 + 1 / np.sqrt(3), rel=1e-12)
