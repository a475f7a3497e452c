"""What a sweep says of itself: six golden texts, and every number in them known otherwise."""

from __future__ import annotations

import itertools
import json
import math
import re
from pathlib import Path

import mpmath
import numpy as np
import pytest
from problems import COSINE, CUBIC, DATA, DECAYING

import symgd
from symgd import Status
from symgd.views.axes import where

SEEDS = json.loads((DATA / "seeds.json").read_text())
GOLDEN = Path(__file__).parents[1] / "golden"
HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"
SADDLE_SPLIT = "a*x**2 + y**2 - x"


def seed(name):
    return {n: SEEDS[name][n] for n in ("x0", "lr", "epochs")}


SWEEPS = {
    "start_sweep": (DECAYING, seed("start_sweep")),
    "cubic": (CUBIC, seed("cubic")),
    "lr_sweep": (DECAYING, seed("lr_sweep")),
    "lr_by_epochs": (DECAYING, seed("lr_by_epochs")),
    "too_large": (
        COSINE,
        {"x0": [-1.76, -0.7, 0.0, 0.3, 1.2], "lr": np.arange(1, 13) / 200, "epochs": 300},
    ),
    "himmelblau": (HIMMELBLAU, {"starts": 100, "lr": 0.002, "epochs": 2000, "start_box": (-5, 5)}),
}


@pytest.fixture(scope="module")
def told():
    """Give the text of one of the sweeps, made once."""
    made = {}

    def text(name):
        if name not in made:
            expr, arguments = SWEEPS[name]
            made[name] = symgd.sweep(expr, **arguments)
        return made[name]

    return text


@pytest.mark.parametrize("name", SWEEPS)
def test_golden(told, name):
    assert told(name).summary() + "\n" == (GOLDEN / f"sweep_{name}.txt").read_text()
    assert repr(told(name)) == told(name).summary()


def test_no_golden_file_is_left_over():
    assert {p.stem for p in GOLDEN.glob("sweep_*")} == {f"sweep_{name}" for name in SWEEPS}


def minimum_of_decaying():
    with mpmath.workdps(30):
        f = lambda x: mpmath.sin(x) * mpmath.exp(-x * x / 20)  # noqa: E731
        x = mpmath.findroot(lambda x: mpmath.diff(f, x), -1.43)
        return float(x), float(mpmath.diff(f, x, 2))


def test_the_largest_safe_rate_is_two_over_the_second_derivative(told):
    x, curvature = minimum_of_decaying()
    for name in ("lr_sweep", "lr_by_epochs"):
        line = f"at x = {x:.4g}: lr = 2/{curvature:.4g} = {2 / curvature:.4g}"
        assert line in told(name).summary()


def arrived(ends):
    """Tell which ends of the notebook have less than 1e-8 of their way left."""
    x, _ = minimum_of_decaying()
    return np.abs(np.array(ends) - x) <= 1e-8 * abs(x)


def test_the_first_rate_that_arrives_is_that_of_the_notebook(told):
    case = SEEDS["lr_sweep"]
    first = int(np.argmax(arrived(case["x"])))
    lr = [f"{rate:.4g}" for rate in case["lr"]]
    line = f"runs arrive from lr = {lr[first]} on, and not yet at lr = {lr[first - 1]}."
    assert f"Within 1,000 epochs {line}" in told("lr_sweep").summary()
    assert f"Larger rates than lr = {lr[first]} gain nothing" in told("lr_sweep").summary()


def test_so_it_is_for_each_number_of_epochs(told):
    case = SEEDS["lr_by_epochs"]
    lines = re.findall(r"within (\d+) epochs: (?:from lr = (\S+) on|at no lr tried)",
                       told("lr_by_epochs").summary())  # fmt: skip
    assert [int(lines[i][0]) for i in (0, -1)] == [10, 500]
    assert len(lines) == 6
    for epochs, rate in lines:
        which = arrived(case["x"])[:, case["epochs"].index(int(epochs))]
        assert rate == (f"{case['lr'][int(which.argmax())]:.4g}" if which.any() else "")


def test_borders_have_seven_digits(told):
    x, _ = minimum_of_decaying()
    assert f"from -4.305801 to {-x:.7g}: " in told("start_sweep").summary()
    assert f"from 0 to {2 - 1 / math.sqrt(3):.7g}: " in told("cubic").summary()


EVERY = {
    "x0": [0.0, 0.4, 1.3],
    "lr": [1e-6, 0.02, 0.2],
    "epochs": [2, 60],
    "a": [0.5, 2.0],
    "b": [1.0, -3.0],
}


@pytest.mark.parametrize("chosen", [c for k in range(6) for c in itertools.combinations(EVERY, k)])
def test_every_combination_of_axes_has_a_text(chosen):
    single = {"x0": 1.3, "lr": 0.02, "epochs": 60, "a": 1.0, "b": 2.0}
    values = {name: EVERY[name] if name in chosen else single[name] for name in EVERY}
    params = {"a": values.pop("a"), "b": values.pop("b")}
    sweep = symgd.sweep("b*cos(2*pi*x) + a*x**2", params=params, **values)
    text = sweep.summary()
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 96
    head = text.split("\n\n")[0]
    assert f"{sweep.status.size} run" in head
    for status, count in sweep.counts.items():
        assert status.success or f"({status.name})" in head
        if not status.success and sweep.status.size > 1:
            assert re.search(rf"{count}  {status.phrase(count)} +\({status.name}\)", head)
    assert "  \n" not in text
    assert "nan" not in text


def summary(expr, **arguments):
    return symgd.sweep(expr, **arguments).summary()


def test_one_run():
    assert summary("(x - 1)**2", x0=3, lr=0.5, epochs=1) == (
        "1 run: from x = 3, lr = 0.5, 1 epoch.\nIt arrives at a minimum (CONVERGED): x = 1, f = 0."
    )


def test_a_single_value_is_singular():
    text = summary("x**2", x0=[1.0], lr=[0.1], epochs=[1], params={})
    assert text.startswith(
        "1 run: 1 start x0 = 1 times 1 rate lr = 0.1 times 1 number of epochs = 1."
    )
    one = summary("x**2", x0=1.0, lr=[0.1, 0.2, 1.0], epochs=200)
    assert "1  cycles or wanders without end  (OSCILLATING)" in one


def test_the_worst_comes_first():
    text = summary("x**2", x0=1.0, lr=[1e-9, 0.1, 1.0, 1.1], epochs=200)
    names = ["DIVERGED", "OSCILLATING", "SLOW"]
    places = [text.index(f"({name})") for name in names]
    assert places == sorted(places)


def test_rates_that_cycle_and_rates_that_run_away():
    text = summary("x**2", x0=1.0, lr=[0.5, 0.9, 1.0, 1.1, 1.2], epochs=300)
    assert "From lr = 1.1 on runs run away to infinity (DIVERGED)." in text
    assert "At lr = 1 only runs cycle or wander without end (OSCILLATING)." in text
    assert "at x = 0: lr = 2/2 = 1 (runs arrived there up to lr = 0.9)" in text
    two = summary("x**2 + 4*y**2", x0=(1.0, 1.0), lr=[0.1, 0.2, 0.3], epochs=300)
    assert "fixed steps settle at a minimum only up to lr = 2 / largest curvature:" in two
    assert "at (x, y) = (0, 0): lr = 2/8 = 0.25 (runs arrived there up to lr = 0.2)" in two


def test_no_rate_is_too_large_or_all_are_too_small():
    fine = summary("x**2", x0=1.0, lr=[0.1, 0.5], epochs=300)
    assert "No rate is too large: up to lr = 0.5 no run cycles or runs away." in fine
    small = summary("x**2", x0=1.0, lr=[1e-6, 1e-5], epochs=[9, 20])
    assert "The rates are too small: with the largest, lr = 1e-5, and 20 epochs runs are" in small


def test_limits_of_a_kink_and_of_flat_ground():
    kink = summary("abs(x - 1)", x0=3, lr=[0.1, 0.5], epochs=100)
    assert "at x = 1: f has a kink, where fixed steps settle by chance only" in kink
    flat = summary("max(abs(x) - 1, 0)**2", x0=0.5, lr=[0.1, 0.5], epochs=100)
    assert "at x = 0.5: f does not curve, and no rate is too large" in flat


def test_fewest_steps_where_runs_stop_by_themselves():
    text = summary("x**2", x0=1.0, lr=[0.1, 0.4, 0.5, 0.6, 0.9])  # x shrinks by 1 - 2*lr
    assert "Larger rates than lr = 0.5 gain nothing: there it takes 1 step." in text
    rising = summary("x**2", x0=1.0, lr=[0.1, 0.2, 0.5])
    assert "The largest of these rates is the quickest: lr = 0.5 takes 1 step." in rising


def test_epochs_alone():
    # x shrinks by 0.8 a step: arrived when 0.8**n <= 1e-8, that is from n = 83 on
    text = summary("x**2", x0=1.0, lr=0.1, epochs=[50, 82, 83, 84, 200])
    assert "The run arrives within 83 epochs, and not yet within 82." in text
    several = summary("x**2", x0=[1.0, 2.0], lr=0.1, epochs=[82, 83])
    assert "within 82 epochs: 0 of 2 starts\n  within 83 epochs: 2 of 2 starts" in several


def test_twice_the_epochs_half_the_rate():
    rates = np.geomspace(1e-3, 0.05, 400)
    text = summary("x**2", x0=1.0, lr=rates, epochs=[300, 600, 1200, 2400, 4800])
    about = [math.log(1e-8) / math.log1p(-2 * lr) * lr for lr in (1e-3, 0.03)]
    low, high = re.search(r"lr \* epochs must be about (\S+) to (\S+)\.", text).groups()
    assert float(low) == pytest.approx(min(about), rel=0.03)
    assert float(high) == pytest.approx(max(about), rel=0.03)


def test_what_larger_rates_gain_is_asked_of_runs_that_arrive_only():
    text = summary("x**2 + x**4", x0=[0.1, 9.0], lr=[0.01, 0.1, 0.2, 0.3], epochs=900)
    assert "At every lr tried 1 of 2 starts runs away to infinity (DIVERGED)." in text
    assert "Larger rates than lr = 0.1 gain nothing: from there on the end moves by less" in text


def test_rates_may_fall_slower_than_epochs_grow():
    text = summary("x**2", x0=1.0, lr=[0.001, 0.1, 0.3], epochs=[20, 30, 60, 90])
    assert "lr = 0.3 with 30 epochs, lr = 0.1 with 90." in text


def test_many_starts_and_rates_tell_shares():
    text = summary("x**2", x0=[0.1, 1.0, 4.0], lr=[1e-9, 0.3, 0.6, 1.1], epochs=100)
    assert "At lr = 1.1 only 3 of 3 starts run away to infinity (DIVERGED)." in text
    assert "Within 100 epochs runs arrive from lr = 0.3 to 0.6 (all 3 starts)." in text
    mixed = summary("x**4", x0=[0.1, 1.0, 4.0], lr=[0.1, 0.4, 0.9], epochs=20)
    assert "some runs run away to infinity (DIVERGED): 1 of 3 starts at lr = 0.1, 2" in mixed


def test_a_trap_between_two_basins():
    text = summary(COSINE, x0=[-0.3, 0.0, 0.3], lr=0.01, epochs=100)
    assert text.splitlines()[-3:] == [
        "  x0 from -0.3 to 0: x = -0.475802 (f = -0.762077) [1 start]",
        "  x0 = 0:            never moves: it starts on a maximum [1 start]",
        "  x0 from 0 to 0.3:  x = 0.475802 (f = -0.762077) [1 start]",
    ]


def test_runs_that_tell_nothing_end_a_segment_at_their_starts():
    text = summary("log(1 + x**2)", x0=[1e4, 0.1, 2e4, 0.5], lr=1e-3, epochs=50)
    assert text.splitlines()[-2:] == [
        "  x0 from 0.1 to 0.5:     x = 0 (f = 0) [2 starts, none there yet]",
        "  x0 from 10000 to 20000: still descending, where to is not known [2 starts]",
    ]


@pytest.mark.parametrize("axes", [{}, {"lr": [1e-3, 0.1]}, {"lr": [0.1], "epochs": [1, 30]}])
@pytest.mark.parametrize("size", [1e-300, 1e-9, 1e9, 1e160, 1e308])
def test_starts_of_any_size(axes, size):
    text = summary("x**2 + x", x0=[-size, 0.0, size], **axes)
    assert "3 starts x0 from" in text
    assert "nan" not in text


def test_many_segments_become_shares():
    sweep = symgd.sweep("cos(20*x) + x**2/50", x0=np.linspace(-5, 5, 201), lr=1e-3, epochs=3000)
    text = sweep.summary()
    assert "Where the starts lead:" in text
    changes = (np.diff(sweep.minimum) != 0).sum()
    assert f"Between neighbouring starts this changes {changes} times." in text
    listed = len(sweep.minima) - 20
    assert f"{listed} other minima" in text
    shares = [float(share) for share in re.findall(r"(\d+\.\d) %", text)]
    assert sum(shares) == pytest.approx(100, abs=1.5)


def test_starts_in_several_variables_have_shares():
    grid = list(itertools.product([-3.0, -2.0, 2.0, 3.0], [-1.0, 1.0]))
    text = summary("(x**2 - 1)**2 + y**2", x0=grid, lr=0.01, epochs=3000)
    assert "8 runs: 8 starts (x, y), lr = 0.01, 3,000 epochs." in text
    for x in (-1, 1):
        assert f"4   50.0 %  (x, y) = ({x}, 0) (f = 0)" in text


def test_a_parameter_moves_the_minimum():
    text = summary("(x - a)**2 + a", params={"a": [3.0, 1.0, 2.0]}, x0=0.0)
    assert "3 runs: 3 values of a from 1 to 3, all from x = 0, automatic steps" in text
    assert "From a = 1 to 3 the end moves from x = 1 (f = 1) to x = 3 (f = 3)." in text


def test_a_part_speaks_of_its_own_runs():
    sweep = symgd.sweep("x**2", x0=[1.0, 2.0], lr=[0.1, 1.1], epochs=300)
    assert (
        sweep.sel(lr=0.1)
        .summary()
        .startswith("2 runs: 2 starts x0 from 1 to 2, lr = 0.1, 300 epochs.\nAll of them arrive")
    )
    assert (
        sweep.sel(lr=1.1, x0=2)
        .summary()
        .startswith(
            "1 run: from x = 2, lr = 1.1, 300 epochs.\nIt runs away to infinity (DIVERGED): x = "
        )
    )


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        ("0000", "at no lr tried"),
        ("1111", "at every lr tried"),
        ("0011", "from lr = 3 on"),
        ("0001", "at lr = 4 only"),
        ("1100", "up to lr = 2"),
        ("1000", "at lr = 1 only"),
        ("0110", "from lr = 2 to 3"),
        ("1011", "at 3 of 4 values from lr = 1 to 4"),
    ],
)
def test_where(holds, words):
    order, here = [2, 0, 3, 1], np.array([c == "1" for c in holds])
    assert where("lr", [1, 2, 3, 4], here) == words
    assert where("lr", np.array([1, 2, 3, 4])[order], here[order]) == words


@pytest.mark.parametrize("status", Status)
def test_every_status_has_words_for_one_and_for_many(status):
    one, many = status.phrase(), status.phrase(2)
    assert one != many
    assert one.isascii()
    assert many.isascii()
