"""Sweeps: against the classroom loop, against `minimize` run by run, and borders known by hand."""

from __future__ import annotations

import inspect
import itertools
import json
import math
import re
import signal
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core import event
from problems import COSINE, CUBIC, DATA, DECAYING
from scipy.optimize import brentq

import symgd
from symgd import ConfigurationError, Kind, Problem, Status, rules
from symgd.given.types import SweepArguments
from symgd.methods import SETTINGS
from symgd.runs import sweep as _sweep

SEEDS = json.loads((DATA / "seeds.json").read_text())
HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"
BOWL = "a*x**2 + b*x"
SLOPES = {
    COSINE: lambda x: [2 * x[0] - 2 * math.pi * math.sin(2 * math.pi * x[0])],
    DECAYING: lambda x: [
        (math.cos(x[0]) - 0.1 * x[0] * math.sin(x[0])) * math.exp(-0.05 * x[0] ** 2)
    ],
    CUBIC: lambda x: [3 * x[0] ** 2 - 12 * x[0] + 11],
    HIMMELBLAU: lambda x: [
        4 * x[0] * (x[0] ** 2 + x[1] - 11) + 2 * (x[0] + x[1] ** 2 - 7),
        2 * (x[0] ** 2 + x[1] - 11) + 4 * x[1] * (x[0] + x[1] ** 2 - 7),
    ],
    BOWL: lambda x, a, b: [2 * a * x[0] + b],
}
NAMES = ("x", "status", "kind", "nit", "fun", "grad_norm")


def classroom(expr, x0, lr, epochs, **params):
    """Give where the loop of the notebooks ends, in Python floats."""
    x = list(np.atleast_1d(x0).tolist())
    for _ in range(epochs):
        x = [xi - lr * gi for xi, gi in zip(x, SLOPES[expr](x, **params), strict=True)]
    return x


def combinations(arguments):
    """Give the dims, and for each run its place and its single values; the sweep's definition."""
    flat = []
    for name, value in arguments.items():
        flat += value.items() if name == "params" else [(name, value)]
    several = {name: list(v) for name, v in flat if is_axis(name, v)}
    fixed = {name: v for name, v in flat if name not in several}
    places = itertools.product(*(range(len(v)) for v in several.values()))
    return tuple(several), [
        (place, fixed | {n: v[i] for (n, v), i in zip(several.items(), place, strict=True)})
        for place in places
    ]


def is_axis(name, value):
    return np.ndim(value) == 2 or (np.ndim(value) == 1 and not is_point(name, value))


def is_point(name, value):
    return name == "x0" and isinstance(value, tuple)  # here a tuple is a point, a list many


def run(expr, single, **more):
    """Minimize once; what is no argument of `minimize` is a parameter."""
    known = {n: single[n] for n in ("x0", "lr", "epochs") if n in single}
    params = {n: v for n, v in single.items() if n not in known}
    return symgd.minimize(expr, **known, params=params, **more).runs


ARGUMENTS = [
    (COSINE, {"x0": 1.3, "lr": 0.01, "epochs": 40}),
    (COSINE, {"x0": [1.3, -0.2, 1.9], "lr": 0.01, "epochs": 40}),
    (COSINE, {"x0": 0.3, "lr": [0.01, 0.001, 0.02], "epochs": 40}),
    (COSINE, {"x0": 0.3, "lr": 0.01, "epochs": [40, 7, 40, 1, 100]}),
    (COSINE, {"lr": [0.003, 0.01], "x0": [1.3, -0.2, 1.9], "epochs": 50}),
    (COSINE, {"x0": [1.3, -0.2], "epochs": [3, 90, 12], "lr": [0.003, 0.01, 0.02, 0.01]}),
    (COSINE, {"epochs": [50, 5], "lr": 0.01, "x0": [0.7]}),
    (CUBIC, {"lr": [0.01], "epochs": [1, 2, 3], "x0": [2.0, 3.0]}),
    (DECAYING, {"epochs": [10, 30], "x0": [-5.0, 0.0, 5.0], "lr": [0.1, 1e-9]}),
    (HIMMELBLAU, {"x0": (1.0, -2.0), "lr": [0.001, 0.01], "epochs": 100}),
    (HIMMELBLAU, {"x0": [[1.0, -2.0], [0.5, 3.0], [-2.0, 2.5]], "lr": 0.01, "epochs": 100}),
    (HIMMELBLAU, {"epochs": [9, 2], "x0": [[1.0, -2.0], [0.5, 3.0]], "lr": [0.001, 0.01, 0.005]}),
    (BOWL, {"params": {"a": [1.0, 2.0, 0.5], "b": 3.0}, "x0": 2.0, "lr": 0.1, "epochs": 30}),
    (BOWL, {"x0": [2.0, 1.0], "params": {"b": [3.0, -1.0], "a": [1.0, 2.0, 0.5]}, "lr": 0.1,
            "epochs": [30, 4]}),
    (BOWL, {"epochs": [5, 8], "lr": [0.1, 0.2], "params": {"a": 1, "b": np.array([3.0, -1.0])},
            "x0": [0.0, 9.0, 2.0]}),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "arguments"), ARGUMENTS)
def test_every_run_is_the_classroom_loop_and_the_run_of_minimize(expr, arguments):
    sweep = symgd.sweep(expr, **arguments)
    dims, runs = combinations(arguments)
    assert sweep.dims == dims
    assert sweep.shape == tuple(len(sweep.coords[dim]) for dim in dims) == sweep.status.shape
    assert len(runs) == sweep.status.size
    for place, single in runs:
        ended = np.atleast_1d(sweep.x[place])
        assert ended == pytest.approx(classroom(expr, **single), rel=1e-12, abs=1e-12)
        alone = run(expr, single)
        assert (np.atleast_1d(sweep.x0[place]) == alone.x0[0]).all()
        assert (ended == alone.x[0]).all()
        for name in NAMES[1:]:
            assert getattr(sweep, name)[place] == getattr(alone, name)[0]


def test_coordinates_are_what_was_given_in_its_order():
    arguments = {"x0": [[1.0, 2.0], [3.0, 4.0]], "epochs": [5, 1], "lr": [0.2, 0.1], "tol": 0.0}
    sweep = symgd.sweep("a*x**2 + y**2 + b", params={"b": 7, "a": [3, 2]}, **arguments)
    assert sweep.dims == ("a", "x0", "epochs", "lr")
    assert {n: v.tolist() for n, v in sweep.coords.items()} == {
        "a": [3, 2], "x0": [0, 1], "epochs": [5, 1], "lr": [0.2, 0.1]
    }  # fmt: skip
    assert sweep.fixed == {"b": 7.0}
    assert sweep.x.shape == sweep.x0.shape == (2, 2, 2, 2, 2)
    assert (sweep.x0[:, 1, 0, 1] == [3.0, 4.0]).all()
    assert (sweep.minima, sweep.borders.tolist()) == ((), [])
    assert (sweep.minimum == -1).all()


def test_without_starts_they_come_from_the_sampler_and_are_the_first_axis():
    sweep = symgd.sweep(COSINE, lr=[0.01, 0.02], starts=5, start_box=(-2, 2), epochs=9, seed=3)
    alone = symgd.minimize(COSINE, lr=0.02, starts=5, start_box=(-2, 2), epochs=9, seed=3)
    assert (sweep.dims, sweep.shape) == (("x0", "lr"), (5, 2))
    assert (sweep.coords["x0"] == alone.runs.x0[:, 0]).all()
    assert (sweep.x[:, 1] == alone.runs.x[:, 0]).all()


AUTOMATIC = [
    (COSINE, {"x0": [-1.9, 0.0, 0.3, 1.7]}, {}),
    (COSINE, {"x0": [-1.9, 0.0, 0.3, 1.7], "epochs": [1, 4, 2, 10_000]}, {}),
    (COSINE, {"x0": [-1.9, 0.3], "epochs": [3, 40]}, {"polish": False, "bounds": (-2, 0.4)}),
    (HIMMELBLAU, {"epochs": [2, 5, 500], "x0": [[0.0, 0.0], [1.0, 1.0], [-0.27, -0.92]]}, {}),
    (BOWL, {"params": {"a": [1.0, -1.0], "b": [2.0, 0.0]}, "x0": [0.0, 3.0]}, {}),
    ("exp(-x)", {"x0": [0.0, 1.0], "epochs": [3, 30, 100]}, {"polish": False}),
    ("x**4 + y**2", {"x0": [[1.0, 1.0], [0.0, 2.0]], "epochs": [10, 200, 9000]}, {"tol": 1e-3}),
    ("(x - 1)**4", {"x0": [0.0, 3.0], "lr": 0.1, "epochs": [50, 9000]}, {"tol": 1e-4}),
    ("log(x) + 1/x", {"x0": [-1.0, 0.3, 5.0], "epochs": [2, 100]}, {}),
    ("abs(x - 1) + 1e-3*x**2", {"x0": [3.0], "epochs": [1, 5, 50, 500]}, {}),
]


@pytest.mark.parametrize(("expr", "arguments", "more"), AUTOMATIC)
def test_automatic_steps_and_tolerances_are_those_of_minimize(expr, arguments, more):
    sweep = symgd.sweep(expr, **arguments, **more)
    for place, single in combinations(arguments)[1]:
        alone = run(expr, single, **more)
        for name in NAMES:
            ours = np.atleast_1d(getattr(sweep, name)[place])
            assert np.array_equal(ours, np.atleast_1d(getattr(alone, name)[0]), equal_nan=True)


@settings(max_examples=8)
@given(data=st.data())
def test_any_axes_in_any_order(data):
    numbers = {
        "x0": st.floats(-3, 3),
        "lr": st.floats(1e-4, 0.3),
        "epochs": st.integers(1, 90),
        "a": st.floats(-1, 2),
        "b": st.floats(-3, 3),
    }
    drawn = {
        name: data.draw(values | st.lists(values, min_size=1, max_size=3), label=name)
        for name, values in numbers.items()
    }
    arguments = {n: drawn[n] for n in data.draw(st.permutations(["x0", "lr", "epochs"]))}
    names = data.draw(st.permutations(["a", "b"]))
    arguments["params"] = {n: drawn[n] for n in names}
    sweep = symgd.sweep(BOWL, **arguments)
    dims, runs = combinations(arguments)
    assert (sweep.dims, sweep.status.size) == (dims, len(runs))
    for place, single in runs:
        ended = classroom(BOWL, **single)
        assert [sweep.x[place]] == pytest.approx(ended, rel=1e-12, abs=1e-12)
    text = sweep.summary()
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 96


def check_seed(case, ended):
    """Compare with the notebooks' numbers; runs that settle agree to the last digits."""
    expected = np.array(case["x"], dtype=float)
    steep = [abs(SLOPES[case["expr"]]([x])[0]) for x in expected.ravel()]
    tolerance = np.where(np.reshape(steep, expected.shape) < 1e-10, 1e-12, 1e-9 * abs(expected))
    assert (np.abs(ended - expected) <= tolerance).all()


@pytest.mark.parametrize("name", ["start_sweep", "lr_sweep", "lr_by_epochs"])
def test_seeds(name):
    case = SEEDS[name]
    axes = {n: case[n] for n in ("x0", "lr", "epochs")}
    sweep = symgd.sweep(case["expr"], **axes)
    assert sweep.dims == tuple(n for n, v in axes.items() if isinstance(v, list))
    assert sweep.fixed == {n: v for n, v in axes.items() if n not in (*sweep.dims, "x0")}
    check_seed(case, sweep.x)


def test_seed_cubic():
    case = SEEDS["cubic"]
    sweep = symgd.sweep(CUBIC, x0=case["x0"], lr=case["lr"], epochs=case["epochs"])
    away = np.array([x is None for x in case["x"]])
    assert (sweep.status[away] == Status.DIVERGED).all()
    assert (sweep.minimum == np.where(away, -1, 0)).all()
    assert sweep.x[~away] == pytest.approx([x for x in case["x"] if x is not None], rel=1e-12)
    assert sweep.borders == pytest.approx([2 - 1 / math.sqrt(3)], abs=1e-8)


# --- where runs lead


def slope(expr):
    return lambda x: SLOPES[expr]([x])[0]


MAXIMA = {
    COSINE: [brentq(slope(COSINE), lo, lo + 0.2) for lo in (-1.15, -0.1, 0.95)],
    DECAYING: [brentq(slope(DECAYING), *ends) for ends in ((-5.0, -4.0), (1.0, 2.0))],
    CUBIC: [2 - 1 / math.sqrt(3)],
}
LINES = [
    (COSINE, -2, 2, 0.01, 100),
    (COSINE, -2, 2, 0.01, 3),  # hardly any step: the runs are followed further
    (COSINE, -1.9, 1.9, 1e-7, 50),  # a rate with which following would take for ever
    (DECAYING, -5, 5, 0.01, 1000),
    (DECAYING, -5, 5, 0.3, 20),
    (CUBIC, 0, 5, 0.1, 50),
    (CUBIC, 0, 5, 0.1, 4),
]


@pytest.mark.parametrize(("expr", "low", "high", "lr", "epochs"), LINES)
@pytest.mark.parametrize("n", [12, 41])
def test_borders_of_small_steps_are_the_maxima(expr, low, high, lr, epochs, n):
    rng = np.random.default_rng(n)
    x0 = rng.permutation(np.linspace(low, high, n))
    sweep = symgd.sweep(expr, x0=x0, lr=lr, epochs=epochs)
    assert sweep.borders == pytest.approx(MAXIMA[expr], abs=2e-8)
    between = np.searchsorted(MAXIMA[expr], x0)
    assert len({(basin, m) for basin, m in zip(between, sweep.minimum, strict=True) if m >= 0}) == (
        len(sweep.minima)
    )
    for minimum in sweep.minima:
        assert slope(expr)(minimum.x[0]) == pytest.approx(0, abs=1e-9)


def test_borders_of_automatic_steps_part_what_becomes_of_runs():
    sweep = symgd.sweep(COSINE, x0=np.linspace(-2, 2, 40))
    assert len(sweep.borders) >= (np.diff(sweep.minimum) != 0).sum()
    for border in sweep.borders:
        beside = symgd.minimize(COSINE, x0=[border - 1e-7, border + 1e-7])
        assert abs(beside.runs.x[1] - beside.runs.x[0]) > 0.4


def test_borders_of_large_steps():
    """A step is g(x) = 1.6*x - 1.2*x**3, whose zeros and points g(x) = -x are borders."""
    sweep = symgd.sweep("x**4 - x**2", x0=np.linspace(-2, 2, 20), lr=0.3, epochs=20)
    for known in (0.0, math.sqrt(1.6 / 1.2), -math.sqrt(1.6 / 1.2), -math.sqrt(2.6 / 1.2)):
        assert np.abs(sweep.borders - known).min() < 2e-8
    assert len(sweep.borders) > (np.diff(sweep.minimum) != 0).sum()  # several in one gap
    text = sweep.summary()
    assert re.search(r"x0 from -1.47196 to .*: +leads elsewhere.* \[no start\]", text)


def test_a_start_on_a_border_is_between_two_basins():
    sweep = symgd.sweep(COSINE, x0=[-0.3, 0.0, 0.3], lr=0.01, epochs=100)
    assert sweep.minimum.tolist() == [0, -1, 1]
    assert Status(sweep.status[1]) is Status.STALLED_AT_START
    assert Kind(sweep.kind[1]) is Kind.MAXIMUM
    assert sweep.borders == pytest.approx([0], abs=2e-8)


def test_one_start_has_no_borders():
    assert symgd.sweep(COSINE, x0=[0.3], lr=0.01, epochs=9).borders.size == 0
    assert symgd.sweep(COSINE, x0=[0.3, 0.3], lr=0.01, epochs=9).borders.size == 0


def test_borders_at_huge_coordinates_are_found_as_far_as_floats_go():
    sweep = symgd.sweep("(x - 1e9)**4 - (x - 1e9)**2", x0=[1e9 - 1, 1e9 + 2], lr=0.01)
    assert len(sweep.minima) == 2
    assert sweep.borders == pytest.approx([1e9], abs=1e-5)


def test_a_border_beside_runs_that_tell_nothing_is_left_out():
    sweep = symgd.sweep("log(1 + x**2)", x0=[0.5, 1e5], lr=1e-3, epochs=50)
    assert (sweep.status == Status.SLOW).all()
    assert sweep.minimum.tolist() == [0, -1]
    assert sweep.borders.size == 0


def test_slow_runs_lead_to_the_minimum_below_them_only():
    case = SEEDS["lr_by_epochs"]
    sweep = symgd.sweep(DECAYING, x0=0.0, lr=case["lr"], epochs=case["epochs"])
    assert [m.x[0] for m in sweep.minima] == pytest.approx([-MAXIMA[DECAYING][1]])
    away = (sweep.status == Status.SLOW) & (sweep.minimum < 0)
    assert away[0].all()  # where steps are tiny, f is not convex yet
    assert (sweep.minimum[sweep.status == Status.CONVERGED] == 0).all()


def test_runs_that_cycle_or_run_away_lead_nowhere():
    sweep = symgd.sweep("x**2", x0=1.0, lr=[0.1, 1.0, 1.1, 3.0], epochs=60)
    wild = [Status.OSCILLATING, Status.DIVERGED, Status.DIVERGED]
    assert sweep.status[1:].tolist() == wild
    assert sweep.minimum.tolist() == [0, -1, -1, -1]
    assert sweep.minima[0].count == 1


def test_the_runs_of_a_minimum_are_places_in_the_flat_arrays():
    lr, epochs, x0 = [1e-9, 0.02], [30, 60, 300], [-0.9, 1.2, 0.1]
    sweep = symgd.sweep(COSINE, lr=lr, epochs=epochs, x0=x0)
    assert len(sweep.minima) > 1
    for which, minimum in enumerate(sweep.minima):
        assert (np.flatnonzero(sweep.minimum.ravel() == which) == minimum.runs).all()
        assert minimum.count == len(minimum.runs)
        assert minimum.share == minimum.count / 18


# --- parts


@pytest.fixture(scope="module")
def cube():
    return symgd.sweep(COSINE, x0=[0.3, 1.2, -0.7], lr=[0.01, 0.02], epochs=[5, 50, 2, 7])


@pytest.mark.parametrize(
    "key",
    [
        0,
        -1,
        slice(1, None),
        (slice(None), 1),
        (slice(None), slice(None), slice(None, None, -1)),
        (0, 1, 2),
        ([0, 2], slice(None), [3, 1, 0]),
        (..., 2),
        (1, ...),
        (..., 0, 1, 2),
        (np.array([True, False, True]),),
    ],
    ids=str,
)
def test_parts_by_position(cube, key):
    part = cube[key]
    keys = key if isinstance(key, tuple) else (key,)
    if ... in [k for k in keys if isinstance(k, type(...))]:
        at = [k is ... for k in keys].index(True)
        keys = keys[:at] + (slice(None),) * (4 - len(keys)) + keys[at + 1 :]
    expected = {name: getattr(cube, name) for name in ("x0", "minimum", *NAMES)}
    kept = []
    for dim, one in reversed(list(itertools.zip_longest(cube.dims, keys, fillvalue=slice(None)))):
        axis = cube.dims.index(dim)
        expected = {n: v[(slice(None),) * axis + (one,)] for n, v in expected.items()}
        coordinate = cube.coords[dim][one]
        if np.ndim(coordinate):
            kept.insert(0, dim)
            assert (part.coords[dim] == coordinate).all()
        else:
            assert part.fixed[dim] == coordinate
    assert part.dims == tuple(kept) == tuple(part.coords)
    assert part.shape == expected["status"].shape
    for name, values in expected.items():
        assert np.array_equal(getattr(part, name), values)
    assert sum(part.counts.values()) == np.size(expected["status"])
    assert part.summary()


def test_parts_that_are_none(cube):
    for key in [(0, 0, 0, 0), (..., ...), None, (slice(0, 0),), 3, [[0]], "lr"]:
        with pytest.raises(IndexError):
            cube[key]


def test_parts_by_value(cube):
    part = cube.sel(lr=0.011, epochs=49)
    assert (part.dims, part.fixed) == (("x0",), {"lr": 0.01, "epochs": 50.0})
    assert (part.x == cube.x[:, 0, 1]).all()
    assert cube.sel(x0=1.2, lr=0.02, epochs=2).x == cube.x[1, 1, 2]
    assert cube.sel().x.shape == cube.x.shape
    assert symgd.sweep(BOWL, params={"a": [1, 4], "b": 0}, x0=1.0).sel(a=4).fixed == {
        "a": 4.0, "b": 0.0
    }  # fmt: skip
    for wrong in [{"lr": 0.1}, {"lr": math.nan}, {"rate": 1}, {"lr": "all"}, {"lr": [0.01, 0.02]}]:
        with pytest.raises(ConfigurationError, match=next(iter(wrong))):
            cube.sel(**wrong)


def test_a_part_keeps_the_borders_inside_it():
    sweep = symgd.sweep(COSINE, x0=np.linspace(-1.9, 1.9, 20), lr=0.01, epochs=200)
    assert sweep[:10].borders == pytest.approx(MAXIMA[COSINE][:1], abs=1e-8)
    assert sweep[10:].borders == pytest.approx(MAXIMA[COSINE][2:], abs=1e-8)
    assert sweep[0].borders.size == 0


def test_counts(cube):
    sweep = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.2, 1.0, 1.1], epochs=[9, 300])
    assert sweep.counts == {
        Status.CONVERGED: 2, Status.SLOW: 2, Status.OSCILLATING: 2, Status.DIVERGED: 2
    }  # fmt: skip
    assert all(isinstance(status, Status) for status in cube.counts)


# --- work


def test_a_sweep_compiles_its_formula_once():
    with event.install_recorder("numba:run_pass") as recorder:
        expr = "cosh(x/7) - a*x + x**4/123"
        symgd.sweep(expr, x0=1.0, params={"a": 0.5}, lr=0.1, epochs=3)
        first = len(recorder.buffer)
        assert first > 0
        symgd.sweep(
            expr, x0=[1.0, 2.0, 3.0], params={"a": [0.1, 0.2]}, lr=[0.1, 0.3], epochs=[4, 900]
        )
        symgd.minimize(expr, x0=[1.0, 2.0], params={"a": 3}, lr=0.2, epochs=5)
        symgd.sweep(expr, x0=np.linspace(-3, 3, 30), params={"a": 0.1}, lr=0.01, epochs=10)
        assert len(recorder.buffer) == first


def test_numbers_of_epochs_share_their_steps(monkeypatch):
    taken = []
    monkeypatch.setattr(_sweep, "descend", lambda *_: taken.append(1))
    sweep = symgd.sweep(COSINE, x0=0.3, lr=0.01, epochs=range(1, 400))
    assert not taken
    assert sweep.nit.tolist() == list(range(1, 400))


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_workers_change_nothing(workers):
    axes = {"x0": np.linspace(-2, 2, 90), "lr": np.geomspace(1e-3, 0.1, 7), "epochs": [3, 80]}
    one, many = (symgd.sweep(COSINE, **axes, workers=w) for w in (1, workers))
    for name in NAMES:
        assert np.array_equal(getattr(one, name), getattr(many, name), equal_nan=True)


def interrupted(seconds, *args, **kwargs):
    timer = threading.Timer(seconds, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(symgd.Interrupted) as caught:
        symgd.sweep(*args, **kwargs)
    timer.join()
    return caught.value.result


def test_ctrl_c_keeps_what_was_reached():
    expr = "log(1 + x**2) + x/9"
    symgd.sweep(expr, x0=1.0, lr=[1e-9], epochs=[1])
    sweep = interrupted(0.5, expr, x0=1.0, lr=[1e-9, 2e-9], epochs=[10, 10**13, 10**14])
    assert (sweep.status[:, 0] == Status.SLOW).all()
    assert (sweep.nit[:, 0] == 10).all()
    assert (sweep.status[:, 1:] == Status.STOPPED).all()
    assert ((sweep.nit[:, 1] > 10) & (sweep.nit[:, 1] < 10**13)).all()
    assert (sweep.nit[:, 2] == sweep.nit[:, 1]).all()
    assert (sweep.x[:, 2] == sweep.x[:, 1]).all()
    assert (sweep.fun[:, 1] < sweep.fun[:, 0]).all()
    assert "interrupted" in sweep.summary()


def test_ctrl_c_ends_all_parameters_at_once_and_the_search_for_borders_too():
    expr = "log(1 + x**2) + a*x"
    arguments = {"x0": [1.0, -2.0, 3.0], "lr": 1e-9, "epochs": 10**9}
    symgd.sweep(expr, params={"a": 0.1}, **{**arguments, "epochs": 1})
    sweep = interrupted(0.5, expr, params={"a": [0.1, 0.2, 0.3]}, **arguments)
    assert (sweep.status == Status.STOPPED).all()
    assert (sweep.nit > 0).all()
    assert (sweep.nit < 10**9).all()
    line = interrupted(0.5, expr, params={"a": 0.1}, **arguments)
    assert (line.status == Status.STOPPED).all()


# --- input


BAD = [
    ("x0", {"x0": []}),
    ("x0", {"x0": [1.0, math.nan]}),
    ("x0", {"x0": [[1.0, 2.0]]}),
    ("x0", {"x0": [[1.0], [1.0, 2.0]]}),
    ("x0", {"x0": "start"}),
    ("x0", {"x0": [1.0, 5.0], "bounds": (0, 2)}),
    ("lr", {"lr": []}),
    ("lr", {"lr": [0.1, math.nan]}),
    ("lr", {"lr": [0.1, math.inf]}),
    ("lr", {"lr": [0.1, -0.1]}),
    ("lr", {"lr": [0.1, 0.0]}),
    ("lr", {"lr": 0}),
    ("lr", {"lr": -1.0}),
    ("lr", {"lr": [[0.1, 0.2]]}),
    ("lr", {"lr": [[0.1], [0.1, 0.2]]}),
    ("lr", {"lr": [0.1, "0.2"]}),
    ("lr", {"lr": [0.1, None]}),
    ("lr", {"lr": [True]}),
    ("lr", {"lr": {0.1, 0.2}}),
    ("lr", {"lr": [0.1], "method": rules.GradientDescent(lr=0.1)}),
    ("method", {"method": rules.GradientDescent(lr=np.array([0.1, 0.2]))}),
    ("method", {"method": "steepest", "lr": [0.1]}),
    ("epochs", {"epochs": []}),
    ("epochs", {"epochs": [10, 0]}),
    ("epochs", {"epochs": [10, -5]}),
    ("epochs", {"epochs": [10.5]}),
    ("epochs", {"epochs": [[10]]}),
    ("epochs", {"epochs": [[10], [1, 2]]}),
    ("epochs", {"epochs": np.linspace(1, 9, 4)}),
    ("epochs", {"epochs": [True]}),
    ("params", {"params": [1, 2]}),
    ("params", {"params": {"lr": [1, 2]}}),
    ("params", {"params": {"x0": 1.0}}),
    ("params", {"params": {"epochs": [1, 2]}}),
    ("params", {"params": {"a": []}}),
    ("params", {"params": {"a": [1.0, math.nan]}}),
    ("params", {"params": {"a": [[1.0]]}}),
    ("params", {"params": {"a": [1.0, 1j]}}),
    ("params", {"params": {"a": [1.0, 2.0], 7: 1.0}}),
    ("tol", {"tol": -1}),
    ("workers", {"workers": 0}),
    ("rate", {"rate": [0.1]}),
    ("escape", {"escape": True}),
    ("history", {"history": True}),
]


@pytest.mark.parametrize(("name", "given"), BAD, ids=str)
def test_bad_input_names_the_argument_before_any_work(name, given, monkeypatch):
    def refuse(*_):
        raise AssertionError("work has begun")

    for work in ("descend", "record"):
        monkeypatch.setattr(_sweep, work, refuse)
    with pytest.raises(ConfigurationError, match=rf"^{name}\b"):
        symgd.sweep("a*x**2", **{"params": {"a": 2.0}, "x0": 1.0, **given})


def test_a_problem_has_its_own_variables():
    problem = Problem("a*x**2 + y**2", params={"a": 3})
    sweep = symgd.sweep(problem, x0=(1.0, 1.0), params={"a": [1, 2]}, variables=["x", "y"])
    assert sweep.problem.params == {"a": 1.0}
    with pytest.raises(ConfigurationError, match=r"^variables"):
        symgd.sweep(problem, x0=(1.0, 1.0), variables=["y", "x"])
    with pytest.raises(ConfigurationError, match=r"^params"):
        symgd.sweep(problem, x0=(1.0, 1.0), params={"c": [1, 2]})


def test_a_sweep_that_does_not_fit_into_memory_says_so():
    many = np.linspace(0.1, 1, 10**5)
    with pytest.raises(ConfigurationError) as caught:
        symgd.sweep("x**2", x0=many, lr=many, epochs=range(1, 11))
    text = str(caught.value.got)
    assert "100000 x 100000 x 10 = 100,000,000,000 runs" in text
    assert "GiB" in text


def test_memory_counts_all_variables(monkeypatch):
    monkeypatch.setattr(_sweep, "_free_memory", lambda: 2**20)
    assert symgd.sweep("x**2", x0=np.ones(2000)).shape == (2000,)
    with pytest.raises(ConfigurationError, match="3000 = 3,000 runs"):
        symgd.sweep("x**2", x0=np.ones(3000))
    with pytest.raises(ConfigurationError, match="2000 = 2,000 runs"):
        symgd.sweep("x**2 + y**2 + z**2", x0=np.ones((2000, 3)))


def test_free_memory_is_a_number_of_bytes():
    assert _sweep._free_memory() > 2**20


def test_sweep_takes_what_minimize_takes():
    mine = SweepArguments.__annotations__
    known = {*inspect.signature(symgd.minimize).parameters, *SETTINGS}
    assert known >= set(mine) >= {"x0", "lr", "epochs", *SETTINGS}


# --- parameters as rows of one batch

BATCHED = {
    "automatic": ("a*x**2 + b*cos(3*x)", {"x0": np.linspace(-2, 2, 5)}),
    "fixed": ("a*x**2 + b*cos(3*x)", {"x0": np.linspace(-2, 2, 5), "lr": [0.05, 0.3]}),
    "epochs": ("a*x**2 + abs(x - b)", {"x0": [-2.0, 1.5], "lr": 0.2, "epochs": [3, 50, 200]}),
    "loose": ("(a - x)**2 + 9*b*(y - x**2)**2", {"x0": [[-1.2, 1], [0, 0.5]], "tol": 0.1}),
    "domain": ("a*x**4 - b*x**2 + log(x + 3*b)", {"x0": [-3.0, -0.5, 0.5, 2.0]}),
    "kinks": ("a*abs(x - b) + abs(x + y)", {"x0": [[-3.0, -0.5], [0.5, 2.0]], "lr": [0.1]}),
    "bounds": ("a*x + y**2 - b*x*y", {"x0": [[0.3, 0.5]], "bounds": (0.1, 1)}),
    "runaway": ("a*x**3 - b*x", {"x0": [-3.0, 1.0], "lr": 0.1, "epochs": 30}),
    "far": ("sin(b*x*1e13) + a*x**2", {"x0": [3.0, 1e-3], "lr": 1e-30, "epochs": 4}),
}


@pytest.mark.parametrize("name", BATCHED)
def test_parameters_in_one_batch_give_what_each_gives_alone(name):
    """The wrong parameters for a run that goes on, is judged or done again would show here."""
    expr, arguments = BATCHED[name]
    values = {"a": np.array([-1.0, 0.25, 1.0, 3.0]), "b": np.array([0.5, 2.0])}
    together = symgd.sweep(expr, params=values, **arguments)
    for i, a in enumerate(values["a"]):
        for j, b in enumerate(values["b"]):
            alone = symgd.sweep(expr, params={"a": a, "b": b}, **arguments)
            place = tuple({"a": i, "b": j}.get(dim, slice(None)) for dim in together.dims)
            for column in ("x", "fun", "status", "kind", "nit", "grad_norm"):
                ours, theirs = getattr(together, column)[place], getattr(alone, column)
                assert np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f"), column
            for column in ("curvature_high", "epochs_left", "period", "fun0", "condition"):
                ours = getattr(together.runs.evidence, column)[place]
                theirs = getattr(alone.runs.evidence, column)
                assert ours == pytest.approx(theirs, rel=1e-9, nan_ok=True), column


def test_a_problem_of_rows_refuses_points_that_belong_to_no_run():
    problem = symgd.Problem("a*x**2", params={"a": 1}).over({"a": np.array([1.0, 2.0, 3.0])})
    assert problem.values(np.ones((6, 1))).tolist() == [1, 2, 3, 1, 2, 3]
    assert problem.of([1]).values(np.ones((4, 1))).tolist() == [2] * 4
    assert problem.of([2, 0]).values(np.ones((2, 1))).tolist() == [3, 1]
    with pytest.raises(ValueError, match="4 points for 3 runs"):
        problem.values(np.ones((4, 1)))


def test_runs_too_far_for_the_lanes_keep_their_own_parameters():
    far, rate = 3e16, 50.0
    sweep = symgd.sweep("a*cos(x)", x0=[1.0, far], lr=rate, epochs=3, params={"a": [1.0, 2.0]})
    assert sweep.dims == ("x0", "a")
    for i, a in enumerate([1.0, 2.0]):
        x = far
        for _ in range(3):
            x += rate * a * math.sin(x)
        assert sweep.x[1, i] == x != far
