"""The gallery, examples/plot_*.py: what each finds, and the numbers of the notebooks."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from problems import DATA
from scipy.integrate import solve_ivp

from symgd import Kind, Status

EXAMPLES = Path(__file__).parents[2] / "examples"
SEEDS = json.loads((DATA / "seeds.json").read_text())
NAMES = sorted(script.stem.removeprefix("plot_") for script in EXAMPLES.glob("plot_*.py"))
MINIMA = [-1.4250674148261986, -0.475802451024221, 0.475802451024221, 1.4250674148261986]


@pytest.fixture
def run(monkeypatch):
    """Run a script without a display; gives its names, and its figures stay open."""
    mpl.use("agg")
    monkeypatch.setattr(plt, "show", lambda: None)
    plt.close("all")
    yield lambda name: runpy.run_path(str(EXAMPLES / f"plot_{name}.py"))
    plt.close("all")


def close(got, expected):
    return np.asarray(got) == pytest.approx(np.asarray(expected, dtype=float), rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_every_script_has_a_heading_runs_draws_and_is_short(run, name):
    text = (EXAMPLES / f"plot_{name}.py").read_text()
    heading, line = text.splitlines()[1:3]
    assert line == "=" * len(heading)
    assert len(text.splitlines()) <= 45
    run(name)
    assert plt.get_fignums()
    for number in plt.get_fignums():
        ax = plt.figure(number).axes[0]
        assert ax.get_xlabel() or plt.figure(number).axes[-1].get_xlabel()
        assert ax.get_ylabel()
        assert ax.get_title()


def test_the_gallery_shows_every_script_once():
    story = runpy.run_path(str(EXAMPLES.parent / "docs" / "story.py"))["STORY"]
    assert sorted(story) == NAMES


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
    assert run("result")["run"].x[0] == pytest.approx(MINIMA[0], rel=1e-15)


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


def test_bifurcation(run):
    names = run("bifurcation")
    ends, lr = np.sort(names["sweep"].x, axis=1), names["lr"]
    limit = 2 / 41.02
    apart = np.ptp(ends, axis=1)
    assert (apart[lr < 0.95 * limit] < 1e-9).all()
    assert (apart[lr > 1.05 * limit] > 0.1).all()
    at = np.abs(lr - 0.055).argmin()  # a cycle of two points
    x, other = ends[at, 0], ends[at, -1]
    step = x - lr[at] * (2 * x - 2 * np.pi * np.sin(2 * np.pi * x))
    assert step == pytest.approx(other, abs=1e-9)


def test_basins(run):
    known = [[3, 2], [-2.805118, 3.131312], [-3.779310, -3.283186], [3.584428, -1.848127]]
    found = [m.x.tolist() for m in run("basins")["batch"].minima]
    assert np.sort(found, axis=0) == pytest.approx(np.sort(known, axis=0), abs=1e-6)


def test_peers(run):
    names = run("peers")
    field = solve_ivp(
        lambda _, x: 2 * np.pi * np.sin(2 * np.pi * x) - 2 * x, (0, 20), names["starts"], "LSODA",
        rtol=1e-9, atol=1e-12,
    )  # fmt: skip
    moved = names["starts"] != 0  # where descent is at rest on the maximum
    assert names["ends"]["symgd"][moved] == pytest.approx(field.y[moved, -1], abs=1e-4)
    assert names["elsewhere"]["symgd"] == 0
    assert min(names["elsewhere"]["BFGS"], names["elsewhere"]["L-BFGS-B"]) > 0


def test_noise_frees_every_run(run):
    names = run("noise")
    ends = np.array([path[-1, 0] for path in names["batch"].history])
    assert (np.abs(np.abs(ends) - MINIMA[2]) < 0.05).all()
    assert 15 < names["left"] < 45  # of 60: both sides are equally likely


def test_saddle(run):
    ends = run("saddle")["run"].runs.x[1:]
    assert sorted(ends[:, 1]) == pytest.approx([-np.sqrt(0.5), np.sqrt(0.5)])
    assert ends[:, 0] == pytest.approx([0, 0], abs=1e-9)


def test_rosenbrock_by_eight_methods(run):
    names = run("rosenbrock")
    assert len(names["RATES"]) == 8
    lengths = {line.get_label(): len(line.get_xdata()) for line in names["ax"].lines}
    assert lengths["newton"] < lengths["bfgs"] < lengths["momentum"] <= lengths["gd"] == 3001


def test_paths_of_four_methods_begin_together_and_one_ends_in_the_minimum(run):
    names = run("paths")
    ways = [line.get_xydata() for line in names["ways"].lines if line.get_marker() == "."]
    assert [way[0].tolist() for way in ways] == [[-1.2, 1.0]] * 4
    assert ways[-1][-1] == pytest.approx([1, 1], abs=1e-9)
    x, y = ways[1].T
    above = (1 - x) ** 2 + 10 * (y - x**2) ** 2
    assert names["pace"].lines[1].get_ydata() == pytest.approx(above, rel=1e-6)


def test_lasso(run):
    """Soft thresholds in u = x + y and v = x - y, as long as both variables are positive."""
    names = run("lasso")
    for penalty, found in zip(names["penalties"], names["runs"], strict=True):
        total = 2 - penalty / 2
        x, y = (total + 1) / 2, (total - 1) / 2
        if y <= 0:  # the minimum of f(x, 0): 2 (x - 2) + (x - 1) / 2 + penalty = 0
            x, y = (4.5 - penalty) / 2.5, 0
        assert found.x == pytest.approx([x, y], abs=1e-7)
    assert names["first"] == pytest.approx(2)


def test_minimax(run):
    names = run("minimax")
    slope = np.e - 1  # of the chord: by Chebyshev's theorem the nearest line is parallel to it
    points = np.linspace(0, 1, 11)
    gap = (1 + slope * points - np.exp(points)).max() / 2
    assert names["run"].x == pytest.approx([1 - gap, slope])
    assert names["run"].fun == pytest.approx(gap)


def test_cluster(run):
    names = run("cluster")
    assert np.array(names["distances"]) == pytest.approx(2 ** (1 / 6), abs=1e-6)
    assert [m.fun for m in names["batch"].minima] == pytest.approx([-6, -6])


def test_cusp(run):
    names = run("cusp")
    a, b, x = names["a"], names["b"], names["sweep"].x
    for i, j in [(0, 0), (0, 40), (40, 30), (80, 60), (20, 50), (20, 20)]:
        roots = np.roots([4, 0, 2 * a[i], b[j]])
        assert np.abs(roots - x[i, j]).min() < 1e-6
        if abs(8 * a[i] ** 3 + 27 * b[j] ** 2) > 0.1:
            assert x[i, j] == pytest.approx(roots[np.abs(roots.imag) < 1e-9].real.max(), abs=1e-6)


def test_proven_rate(run):
    names = run("proven_rate")
    assert (names["rises"][names["rates"] < names["safe"]] <= 1e-12).all()
    assert (names["rises"][names["rates"] > 1.03 * names["safe"]] > 0).all()


def test_a_million(run):
    batch = run("million")["batch"]
    assert len(batch.runs) == 1_000_000
    assert batch.success
    assert batch.x == pytest.approx([0, 0], abs=1e-9)
