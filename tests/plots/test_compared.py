"""Several methods in one picture, and single runs with the valley around them."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawn import COSINE, ROSENBROCK, result
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import rgb_to_hsv, same_color, to_rgb
from matplotlib.figure import Figure

import symgd
from symgd import ConfigurationError, Status, plots
from symgd.plots.data import paths, surroundings

NAMES = ["gd", "momentum", "adam", "newton"]


def alone() -> Axes:
    """Give Axes of a figure that pyplot does not know."""
    figure = Figure(layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def key(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def rosenbrock(points: Any) -> Any:
    x, y = np.asarray(points).T
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2


def test_each_method_has_its_path_its_colour_its_dashes_and_its_name() -> None:
    ax = plots.descent(result("methods"), ax=alone())
    ways = [line for line in ax.lines if len(line.get_xdata()) > 1]
    for way, one in zip(ways, result("methods"), strict=True):
        np.testing.assert_array_equal(way.get_xydata(), one.history[0])
    assert len({way.get_color() for way in ways}) == len({w.get_linestyle() for w in ways}) == 4
    assert key(ax) == ["start", *NAMES, "CONVERGED (1)", "SLOW (3)"]
    handles = ax.get_legend().legend_handles[1:5]
    for way, handle in zip(ways, handles, strict=True):
        assert same_color(way.get_color(), handle.get_color())
        assert way.get_linestyle() == handle.get_linestyle()


def test_the_ends_of_methods_have_the_mark_of_their_verdict_and_their_own_colour() -> None:
    ax = plots.descent(result("methods"), ax=alone())
    ends = [line for line in ax.lines if line.get_markersize() == 9]
    for end, one in zip(ends, result("methods"), strict=True):
        assert end.get_marker() == Status(one.status).marker
        np.testing.assert_array_equal(end.get_xydata()[0], one.history[0][-1])
    assert len({end.get_color() for end in ends}) == 4


def test_the_title_tells_who_arrives() -> None:
    found = result("methods")
    steps = found[3].nit
    alone_there = f"of 4 results only newton arrives, in {steps} steps"
    assert plots.descent(found, ax=alone()).get_title() == alone_there
    assert plots.convergence(found, ax=alone()).get_title() == alone_there
    assert plots.descent(found[:3], ax=alone()).get_title() == "none of 3 results arrives"
    both = symgd.minimize(ROSENBROCK, x0=[-1.2, 1.0], method="bfgs", history=True)
    first = "bfgs" if both.nit < steps else "newton"
    said = f"2 of 3 arrive, {first} first, in {min(steps, both.nit)} steps"
    assert plots.descent([found[0], found[3], both], ax=alone()).get_title() == said


def test_the_title_calls_nobody_first_who_shares_the_place() -> None:
    ends = {"a": 60, "b": 60, "c": 80}
    runs = {
        name: symgd.minimize("x**2", x0=1, lr=0.25, epochs=epochs, tol=0, history=True)
        for name, epochs in ends.items()
    }
    said = "all arrive, a and b first, in 60 steps"
    assert plots.descent(runs, ax=alone()).get_title() == said
    del runs["c"]
    assert plots.descent(runs, ax=alone()).get_title() == "all arrive, in 60 steps each"


def test_convergence_of_methods_is_f_above_the_lowest() -> None:
    found = result("methods")
    ax = plots.convergence(found, ax=alone())
    assert ax.get_yscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "f - lowest f")
    assert key(ax) == NAMES
    for line, one in zip(ax.lines, found, strict=True):
        values = rosenbrock(one.history[0])  # whose lowest value is 0, to rounding
        epochs, drawn = line.get_data()
        np.testing.assert_array_equal(epochs, np.arange(len(values)))
        big = values > 1e-15
        np.testing.assert_allclose(drawn[big], values[big], rtol=1e-6)


@pytest.mark.parametrize("measure", ["error", "gradient"])
def test_methods_are_compared_by_other_measures(measure: str) -> None:
    found = [
        symgd.minimize("x**2 + 4*y**2", x0=[3.0, 1.0], method=m, lr=0.05, epochs=700, history=True)
        for m in ("gd", "momentum")
    ]
    ax = plots.convergence(found, measure=measure, ax=alone())
    for line, one in zip(ax.lines, found, strict=True):
        x, y = one.history[0].T
        right = {
            "error": np.hypot(x, y),
            "gradient": np.maximum(np.abs(2 * x), np.abs(8 * y)),
        }[measure]
        big = right > 1e-9
        np.testing.assert_allclose(line.get_ydata()[big], right[big], rtol=1e-5)


def test_one_result_may_be_measured_by_its_values() -> None:
    one = result("one")
    ax = plots.convergence(one, measure="value", ax=alone())
    x = one.history[0][:, 0]
    values = np.cos(2 * np.pi * x) + x**2
    least = np.cos(2 * np.pi * -1.4250674148261983) + 1.4250674148261983**2
    far = values - least > 1e-9
    np.testing.assert_allclose(
        np.asarray(ax.lines[0].get_ydata())[far], (values - least)[far], rtol=1e-5
    )


def test_maxima_are_compared_by_how_far_f_is_below_them() -> None:
    found = [
        symgd.maximize("3 - (x - 1)**2", x0=4.0, method=m, lr=0.1, epochs=300, history=True)
        for m in ("gd", "momentum")
    ]
    ax = plots.convergence(found, ax=alone())
    assert ax.get_ylabel() == "highest f - f"
    below = (found[0].history[0][:, 0] - 1) ** 2
    big = below > 1e-9
    np.testing.assert_allclose(ax.lines[0].get_ydata()[big], below[big], rtol=1e-6)


def test_a_mapping_names_results() -> None:
    gd, momentum, *_ = result("methods")
    ax = plots.convergence({"plain": gd, "heavy ball": momentum}, ax=alone())
    assert key(ax) == ["plain", "heavy ball"]


def test_results_of_one_method_are_told_by_their_rates_or_numbers() -> None:
    slow, fast = (
        symgd.minimize("x**2", x0=3.0, lr=lr, epochs=9, history=True) for lr in (0.1, 0.25)
    )
    assert key(plots.convergence([slow, fast], ax=alone())) == ["gd, lr = 0.1", "gd, lr = 0.25"]
    assert key(plots.convergence([slow, slow], ax=alone())) == [
        "gd, lr = 0.1 (1)",
        "gd, lr = 0.1 (2)",
    ]


def test_many_methods_differ_in_colour_or_dashes() -> None:
    one = result("methods")[0]
    ax = plots.convergence([one] * 12, ax=alone())
    assert len({(line.get_color(), line.get_linestyle()) for line in ax.lines}) == 12


def test_methods_can_be_told_apart_in_grey() -> None:
    ax = plots.convergence(result("methods"), ax=alone())
    looks = {(round(rgb_to_hsv(to_rgb(k.get_color()))[2], 1), k.get_linestyle()) for k in ax.lines}
    assert len({dashes for _, dashes in looks}) == len(ax.lines)


def test_several_starts_of_methods_keep_the_colour_of_their_method() -> None:
    found = [
        symgd.minimize(COSINE, x0=[-1.9, 0.3], method=m, lr=0.005, epochs=30, history=True)
        for m in ("gd", "momentum")
    ]
    ways = [w for w in plots.descent(found, ax=alone()).lines if w.get_marker() == "."]
    assert [w.get_color() for w in ways[::2]] == [w.get_color() for w in ways[1::2]]
    assert len(plots.descent(found, runs=1, ax=alone()).lines) == 1 + 2 * 3


@pytest.mark.parametrize(
    "draw", [plots.descent, plots.convergence, plots.animate], ids=["descent", "pace", "animate"]
)
def test_what_cannot_be_compared_is_refused(draw: Any) -> None:
    gd = result("methods")[0]
    with pytest.raises(ConfigurationError, match="results of one problem"):
        draw([gd, result("plane")])
    with pytest.raises(ConfigurationError, match="history=True"):
        draw([gd, symgd.minimize(ROSENBROCK, x0=[0.0, 0.0])])
    with pytest.raises(ConfigurationError, match=r"^result: got"):
        draw([gd, 3])
    for nothing in ([], {}, "gd", None):
        with pytest.raises(ConfigurationError, match=r"^result: got"):
            draw(nothing)
    assert plt.get_fignums() == []


def test_methods_move_together_in_an_animation() -> None:
    ax = alone()
    moving = plots.animate(result("methods"), frames=2, ax=ax)
    moving._draw_frame(7)
    ways = [line for line in ax.lines if line.get_marker() == "."]
    for way, one in zip(ways, result("methods"), strict=True):
        np.testing.assert_array_equal(way.get_xydata(), one.history[0][:8])
    assert ax.get_title() == "epoch 7 of 400"
    assert key(ax)[1:5] == NAMES
    moving.to_jshtml()


def test_an_animation_keeps_a_title_of_the_caller() -> None:
    ax = alone()
    ax.set_title("my own")
    moving = plots.animate(result("one"), frames=3, ax=ax)
    moving._draw_frame(100)
    assert ax.get_title() == "my own\nepoch 100 of 100"
    moving.to_jshtml()


# single runs


@pytest.mark.parametrize("name", ["one", "alone", "trap", "cycle"])
def test_a_single_run_is_shown_with_its_way(name: str) -> None:
    ax = result(name).plot(ax=alone())
    (way,) = [line for line in ax.lines if line.get_marker() == "."]
    np.testing.assert_array_equal(way.get_xdata(), result(name).history[0][:, 0])


def test_a_single_run_has_its_valley_on_all_sides() -> None:
    for name in ("one", "alone"):
        ax = result(name).plot(ax=alone())
        start, end = result(name).history[0][[0, -1]]
        mirrored = 2 * end - start
        for point in (start, end, mirrored):
            for value, (low, high) in zip(point, (ax.get_xlim(), ax.get_ylim()), strict=False):
                assert low < value < high


def test_across_a_straight_way_the_curvature_says_how_wide_the_valley_is() -> None:
    """x**2 + 1e4*y**2 is a circle once y is measured in hundredths."""
    run = symgd.minimize("x**2 + 1e4*y**2", x0=[2.0, 0.0], history=True)
    (path,) = paths(run, 0)
    (left, low), (right, high) = surroundings(run.problem, path)
    assert (right - left) / (high - low) == pytest.approx(100 * 4 * 10**0.5 / 2, rel=1e-6)


def test_a_report_of_a_single_run_shows_its_way(tmp_path: Any) -> None:
    result("one").report(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert page.count("from x0 = -1.76 to the minimum at x = -1.425 in 100 steps") >= 2
    assert "start" in page
    assert (
        page.count("<svg") == 6
    )  # the way, f with its derivative, and the pace: each on two papers
