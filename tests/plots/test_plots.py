"""The pictures: what is drawn where, in which words, and that nothing covers anything else."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import sympy
from drawn import COSINE, CUBIC, GOLDEN, IMAGES, PICTURES, picture, result, without_words
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import same_color, to_rgba
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from PIL import Image
from scipy.optimize import lsq_linear

import symgd
from symgd import ConfigurationError, Problem, Status, plots
from symgd.plots.data import edges, log_spaced, view, window
from symgd.plots.findings import borders_title, run_title, tally
from symgd.plots.style import LINES, MINIMA, spread

SLOPE = {
    COSINE: lambda x: 2 * x - 2 * math.pi * np.sin(2 * math.pi * x),
    CUBIC: lambda x: 3 * x**2 - 12 * x + 11,
}
TOLERANCE = 2.0  # root mean square of 255 levels; a curve that is missing costs 3 or more


@pytest.fixture(autouse=True)
def closed():
    """Leave no figure behind."""
    yield
    plt.close("all")


def alone():
    """Give Axes of a figure that pyplot does not know."""
    return Figure(layout="constrained").add_subplot()


def labelled(ax):
    """Give the lines of a picture by their labels."""
    return {line.get_label(): line for line in ax.lines}


def key(ax):
    """Give the words of the key."""
    legend = ax.get_legend()
    return [] if legend is None else [text.get_text() for text in legend.get_texts()]


def notes(ax):
    """Give the words beside and below a picture."""
    return [text.get_text() for text in ax.texts]


def marked(ax, status):
    """Give the places of the marks of a verdict."""
    lines = [
        line
        for line in ax.lines
        if line.get_linestyle() == "None" and line.get_marker() == status.marker
    ]
    return np.concatenate([line.get_xydata() for line in lines]) if lines else np.empty((0, 2))


def scale_labels(ax):
    """Give the labels of the colour scales."""
    others = [other for other in ax.figure.axes if other is not ax]
    return [other.get_ylabel() for other in others]


# every picture


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_fills_the_axes_it_is_given_and_leaves_pyplot_alone(name):
    ax = alone()
    before = dict(mpl.rcParams)
    assert picture(name, ax=ax) is ax
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == before
    assert ax.get_title()
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def test_a_new_figure_makes_room_by_itself():
    ax = picture("curve")
    assert plt.get_fignums() == [ax.figure.number]
    assert type(ax.figure.get_layout_engine()).__name__ == "ConstrainedLayoutEngine"


def words_in_sight(figure):
    """Give the words that can be seen, with the boxes around them."""
    figure.draw_without_rendering()
    beyond = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_transform().transform(axis.get_view_interval()))
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                (place,) = axis.get_transform().transform([tick.get_loc()])
                if not -1e-9 <= (place - low) / (high - low) <= 1 + 1e-9:
                    beyond |= {tick.label1, tick.label2}
    texts = [text for text in figure.findobj(Text) if text.get_text().strip()]
    seen = [text for text in texts if text.get_visible() and text not in beyond]
    return [(text, Text.get_window_extent(text)) for text in seen]  # without leader lines


@pytest.mark.parametrize("style", ["default", "dark_background"])
@pytest.mark.parametrize("name", PICTURES)
def test_no_words_overlap_or_leave_the_figure_or_vanish_in_its_paper(name, style):
    with plt.style.context(style):
        figure = picture(name).figure
        words = words_in_sight(figure)
    paper = figure.get_facecolor()
    for text, box in words:
        assert box.x0 > -1
        assert box.y0 > -1
        assert box.x1 < figure.bbox.width + 1
        assert box.y1 < figure.bbox.height + 1
        assert contrast(text.get_color(), paper) > 1.9, text
    for (one, box), (other, box2) in itertools.combinations(words, 2):
        apart = box.x1 < box2.x0 + 1 or box2.x1 < box.x0 + 1
        above = box.y1 < box2.y0 + 2 or box2.y1 < box.y0 + 2
        assert apart or above, (one, other)


def contrast(one, other):
    """Give the contrast of two colours as WCAG 2 defines it."""
    lights = []
    for colour in (one, other):
        rgb = np.array(to_rgba(colour)[:3])
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        lights.append(float(linear @ [0.2126, 0.7152, 0.0722]) + 0.05)
    return max(lights) / min(lights)


def test_every_verdict_has_a_mark_of_its_own():
    assert len({(status.colour, status.marker) for status in Status}) == len(Status)


def test_no_failure_looks_like_a_minimum():
    failures = {status.colour for status in Status if not status.success}
    assert not failures & set(MINIMA)
    assert len(set(MINIMA)) == len(MINIMA)


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_images(name, tmp_path):
    drawn = tmp_path / f"{name}.png"
    without_words(name, drawn)
    assert compare_images(IMAGES / drawn.name, drawn, TOLERANCE) is None


def test_golden_images_stay_small():
    sizes = [image.stat().st_size for image in IMAGES.glob("*.png")]
    assert len(sizes) == len(GOLDEN)
    assert sum(sizes) < 600_000


def test_loading_the_pictures_starts_no_display():
    code = "import sys, symgd; symgd.plots.curve; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("draw", "bad", "what"),
    [
        (plots.curve, 3, "problem"),
        (plots.curve, symgd.Problem("x*y"), "problem"),
        (plots.curve, "x**2", "lo, hi"),
        (plots.waterfall, 3, "result"),
        (plots.basins, symgd.Problem("x"), "result"),
        (plots.final_vs_lr, 3, "sweep"),
        (plots.choose, None, "result"),
    ],
)
def test_what_is_no_result_is_refused(draw, bad, what):
    with pytest.raises(ConfigurationError, match=rf"^{what}: got"):
        draw(bad)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", ["final_vs_start", "basins", "curve", "descent"])
def test_too_many_variables_are_refused(name):
    with pytest.raises(ConfigurationError, match="3 variables"):
        getattr(plots, name)(result("cube"))


def test_what_is_no_axes_is_refused():
    with pytest.raises(ConfigurationError, match=r"^ax: got"):
        plots.curve(symgd.Problem("x"), 0, 1, ax=plt.figure())


# curve


@pytest.mark.parametrize("order", [0, 1, 2])
def test_curve_draws_f_and_its_derivatives(order):
    problem = symgd.Problem(COSINE)
    ax = plots.curve(problem, -2, 1, order=order, ax=alone())
    lines = labelled(ax)
    names = ["f", "f'", "f''"][: order + 1]
    assert key(ax) == names
    assert ax.get_ylabel() == ", ".join(names)
    assert ax.get_xlabel() == "x"
    assert ax.get_xlim() == (-2, 1)
    x = lines["f"].get_xdata()
    right = [
        np.cos(2 * np.pi * x) + x**2,
        SLOPE[COSINE](x),
        2 - 4 * np.pi**2 * np.cos(2 * np.pi * x),
    ]
    for name, y in zip(names, right, strict=False):
        np.testing.assert_allclose(lines[name].get_ydata(), y, atol=1e-12)


def test_curve_marks_an_end_on_both_curves():
    ax = plots.curve(result("one"), -2, 2, ax=alone())
    x = result("one").runs.x[0, 0]
    spots = marked(ax, Status.CONVERGED)
    np.testing.assert_allclose(
        spots, [[x, math.cos(2 * math.pi * x) + x**2], [x, SLOPE[COSINE](x)]], atol=1e-12
    )
    assert notes(ax) == ["x = -1.425"]
    assert ax.get_title() == "from x0 = -1.76 to the minimum at x = -1.425 in 100 steps"


def test_curve_tells_the_trap():
    ax = plots.curve(result("trap"), -2, 2, ax=alone())
    assert ax.get_title() == "from x0 = 0 nothing moves: maximum"
    assert key(ax) == ["f", "f'", "STALLED_AT_START"]
    np.testing.assert_array_equal(marked(ax, Status.STALLED_AT_START), [[0, 1], [0, 0]])


def test_curve_marks_each_distinct_end_once():
    ax = plots.curve(result("line"), order=0, ax=alone())
    assert len(marked(ax, Status.CONVERGED)) == 6
    assert notes(ax) == ["-2.364", "-1.425", "-0.4758", "0", "0.4758", "1.425", "2.364"]
    assert key(ax) == ["f", "CONVERGED (60)", "STALLED_AT_START (1)"]


def test_curve_does_not_join_the_sides_of_a_pole():
    ax = plots.curve(symgd.Problem("1/x"), -1, 1, order=0, ax=alone())
    x, y = ax.lines[0].get_data()
    assert np.isnan(y[np.abs(x) < 1e-3]).all()
    assert max(map(abs, ax.get_ylim())) < 200


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({}, "lo, hi"),
        ({"lo": 2, "hi": 1}, "lo, hi"),
        ({"lo": 0, "hi": math.inf}, "lo, hi"),
        ({"lo": 0, "hi": 1, "order": 3}, "order"),
    ],
)
def test_curve_refuses(arguments, what):
    with pytest.raises(ConfigurationError, match=rf"^{what}: got"):
        plots.curve(symgd.Problem("x**2"), **arguments)


# descent


def test_descent_follows_the_history_on_the_curve():
    traced = result("one")
    ax = plots.descent(traced, ax=alone())
    ground, path, ring, end = ax.lines
    x = traced.history[0][:, 0]
    np.testing.assert_array_equal(path.get_xdata(), x)
    np.testing.assert_allclose(path.get_ydata(), np.cos(2 * np.pi * x) + x**2, atol=1e-12)
    np.testing.assert_array_equal(ring.get_xdata(), [-1.76])
    np.testing.assert_array_equal(end.get_xdata(), x[-1:])
    assert same_color(path.get_color(), Status.CONVERGED.colour)
    assert ground.get_xdata()[0] < x.min() < x.max() < ground.get_xdata()[-1]
    assert key(ax) == ["start", "CONVERGED"]


def test_descent_follows_the_history_on_the_map():
    traced = result("plane")
    ax = plots.descent(traced, runs=[0, 3], ax=alone())
    paths = [line for line in ax.lines if line.get_linestyle() == "-"]
    for path, run in zip(paths, [0, 3], strict=True):
        np.testing.assert_array_equal(path.get_xydata(), traced.history[run])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")
    assert scale_labels(ax) == ["f"]
    assert ax.get_title() == "2 starts lead to 2 minima"


def test_a_run_away_does_not_spoil_the_picture():
    ax = plots.descent(result("cubic"), ax=alone())
    assert ax.get_xlim()[0] > -10
    assert ax.get_xlim()[1] < 10
    assert "DIVERGED (3)" in key(ax)
    assert ax.get_title() == "7 of 11 starts lead to 1 minimum; 3 DIVERGED and 1 SLOW"


@pytest.mark.parametrize(
    "draw", [plots.descent, plots.convergence, plots.animate], ids=lambda f: f.__name__
)
@pytest.mark.parametrize(
    ("runs", "takes"),
    [
        (1, "rows from 0 to 0"),
        ([0, -2], "rows from 0 to 0"),
        (0.5, "a row"),
        ([], "a row"),
        ("all", "a row"),
    ],
)
def test_rows_are_checked(draw, runs, takes):
    with pytest.raises(ConfigurationError, match=rf"^runs: .*{takes}"):
        draw(result("one"), runs=runs)


@pytest.mark.parametrize("draw", [plots.descent, plots.convergence, plots.animate])
def test_without_a_history_there_is_no_path(draw):
    with pytest.raises(ConfigurationError, match="history=True"):
        draw(result("line"))
    with pytest.raises(ConfigurationError, match="history=True"):
        draw(replace(result("one"), history=None))


def test_of_many_runs_a_dozen_is_drawn():
    ax = plots.descent(result("many"), ax=alone())
    assert sum(line.get_linestyle() == "-" for line in ax.lines) == 12 + 1
    starts = [line.get_xdata()[0] for line in ax.lines if line.get_markerfacecolor() == "none"]
    assert (min(starts), max(starts)) == (-2, 2)


# convergence


def test_convergence_is_the_distance_to_the_minimum():
    traced = result("few")
    ax = plots.convergence(traced, ax=alone())
    assert ax.get_yscale() == "log"
    assert ax.get_xlabel() == "epoch"
    minima = {-1.9: -1.4250674148261983, -0.6: -0.4758024510242212, 0.2: 0.4758024510242212}
    solid = [line for line in ax.lines if line.get_linestyle() == "-"]
    for line, history, minimum in zip(solid, traced.history, minima.values(), strict=True):
        epochs, error = line.get_data()
        np.testing.assert_array_equal(epochs, [*range(0, 100, 7), 100])
        far = error > 1e-9
        assert far.sum() > 3
        np.testing.assert_allclose(error[far], np.abs(history[:, 0] - minimum)[far], rtol=1e-6)
    assert sorted(notes(ax)) == ["x0 = -0.6", "x0 = -1.9", "x0 = 0.2"]
    assert len({line.get_color() for line in solid}) == 3


def test_convergence_predicts_the_pace():
    ax = plots.convergence(result("one"), ax=alone())
    (dashed,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    curvature = 2 - 4 * math.pi**2 * math.cos(2 * math.pi * -1.4250674148261983)
    factor = abs(1 - 0.01 * curvature)
    slopes = np.diff(np.log(dashed.get_ydata())) / np.diff(dashed.get_xdata())
    np.testing.assert_allclose(slopes, math.log(factor), rtol=1e-9)
    assert f"= {factor:.4f}" in key(ax)[0]
    said = f"an epoch leaves {100 * factor:.2f} % of the error (predicted: {100 * factor:.2f} %)"
    assert ax.get_title() == said


def test_convergence_of_the_gradient():
    traced = result("plane")
    ax = plots.convergence(traced, runs=2, measure="gradient", ax=alone())
    x, y = traced.history[2].T
    gradient = [
        4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7),
        2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7),
    ]
    size = np.abs(gradient).max(axis=0)
    drawn = ax.lines[0].get_ydata()
    big = size > 1e-9
    np.testing.assert_allclose(drawn[big], size[big], rtol=1e-4)
    assert ax.get_ylabel() == "largest entry of the gradient"


def test_convergence_without_a_minimum_measures_the_gradient():
    ax = plots.convergence(result("cycle"), ax=alone())
    assert ax.get_ylabel() == "largest entry of the gradient"
    assert [line.get_linestyle() for line in ax.lines] == ["-"]
    with pytest.raises(ConfigurationError, match="run 0 reached no minimum"):
        plots.convergence(result("cycle"), measure="error")
    with pytest.raises(ConfigurationError, match=r"^measure: got"):
        plots.convergence(result("one"), measure="x")


def test_convergence_of_a_run_that_never_moves_is_empty():
    ax = plots.convergence(result("trap"), ax=alone())
    assert np.isnan(ax.lines[0].get_ydata()).all()
    ax.figure.draw_without_rendering()


# ends against start, rate and rank


def test_final_vs_start():
    batch = result("line")
    ax = plots.final_vs_start(batch, ax=alone())
    order = np.argsort(batch.runs.x0[:, 0])
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), batch.runs.x0[order, 0])
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), batch.runs.x[order, 0])
    assert len(marked(ax, Status.CONVERGED)) == 60
    np.testing.assert_array_equal(marked(ax, Status.STALLED_AT_START), [[0, 0]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("start x0", "final x")
    assert sorted(notes(ax)) == sorted(f"x = {x}" for x in (-2.364, -1.425, -0.4758)) + sorted(
        f"x = {x}" for x in (0.4758, 1.425, 2.364)
    )


def test_ends_far_away_are_marked_at_the_border():
    sweep = result("starts")
    ax = plots.final_vs_start(sweep, ax=alone())
    assert ax.get_title().startswith("7 of 11 runs reach a minimum; border at x0 = 1.42")
    low, high = ax.get_ylim()
    gone = marked(ax, Status.DIVERGED)
    np.testing.assert_array_equal(gone[:, 0], [0.0, 0.5, 1.0])
    assert (gone[:, 1] == low).all()
    assert low < 2.577 < high < 10


def test_final_vs_lr():
    sweep = result("rates")
    ax = plots.final_vs_lr(sweep, ax=alone())
    assert ax.get_xscale() == "log"
    assert ax.get_xlabel() == "lr"
    (safe,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    curvature = 6 * (2 + 1 / math.sqrt(3)) - 12
    assert safe.get_xdata()[0] == pytest.approx(2 / curvature, rel=1e-12)
    assert safe.get_label() == "2/f'' = 0.5774 at x = 2.577"
    assert notes(ax) == ["x = 2.577"]
    arrived = sweep.coords["lr"][sweep.status == Status.CONVERGED]
    np.testing.assert_array_equal(marked(ax, Status.CONVERGED)[:, 0], arrived)
    assert ax.get_title() == f"runs arrive from lr = {arrived[0]:.4g} to {arrived[-1]:.4g}"


def test_rates_shows_all_points_of_a_cycle():
    sweep = result("cycles")
    ax = plots.rates(sweep, ax=alone())
    points = np.concatenate([marked(ax, status) for status in Status])
    assert len(points) == sweep.x.size
    drawn = points[points[:, 0] == sweep.coords["lr"][-1], 1]
    np.testing.assert_array_equal(np.sort(drawn), np.sort(sweep.x[-1]))
    (safe,) = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--"]
    curvature = 2 - 4 * math.pi**2 * math.cos(2 * math.pi * 0.4758024510242212)
    assert safe == pytest.approx(2 / curvature, rel=1e-12)
    settled = sweep.coords["lr"][sweep.coords["lr"] < 2 / curvature].max()
    assert ax.get_title() == f"runs settle up to lr = {settled:.4g}"


def test_waterfall():
    batch = result("cube")
    ax = plots.waterfall(batch, ax=alone())
    spots = marked(ax, Status.CONVERGED)
    np.testing.assert_array_equal(spots[:, 0], np.arange(1, 65))
    np.testing.assert_array_equal(spots[:, 1], np.sort(batch.runs.fun))
    lowest = np.mean(batch.runs.fun < batch.runs.fun.min() + 1e-9)
    assert ax.get_title().startswith(f"{100 * lowest:.3g} % of 64 starts end at the lowest")
    assert len(notes(ax)) == 2


def test_waterfall_needs_a_logarithm_for_heights_far_apart():
    batch = result("cube")
    fun = np.where(np.arange(64) < 4, 1e7, batch.runs.fun)
    ax = plots.waterfall(replace(batch, runs=replace(batch.runs, fun=fun)), ax=alone())
    assert ax.get_yscale() == "symlog"


# sweeps over two axes


def test_heatmap_has_its_values_in_the_middle_of_its_cells():
    sweep = result("table")
    ax = plots.heatmap(sweep, ax=alone())
    cells = ax.collections[0]
    corners = cells.get_coordinates()
    right, up = corners[0, :, 0], corners[:, 0, 1]
    np.testing.assert_allclose(np.sqrt(right[1:] * right[:-1]), sweep.coords["lr"])
    inner = np.sqrt(sweep.coords["epochs"][1:] * sweep.coords["epochs"][:-1])
    np.testing.assert_allclose(up[1:-1], inner)
    away = sweep.status == Status.DIVERGED
    assert away.any()
    table = cells.get_array()
    np.testing.assert_array_equal(np.ma.getmaskarray(table), away.T)
    np.testing.assert_array_equal(table[~away.T], sweep.x.T[~away.T])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_xlim() == pytest.approx((right[0], right[-1]))
    assert scale_labels(ax) == ["final x"]
    assert key(ax) == ["border of the runs that arrive", "DIVERGED"]


def test_the_border_of_a_heatmap_parts_runs_that_arrive_from_others():
    sweep = result("table")
    ax = plots.heatmap(sweep, ax=alone())
    border = ax.collections[1]
    arrives = sweep.status == Status.CONVERGED
    changes = (arrives[1:] != arrives[:-1]).sum() + (arrives[:, 1:] != arrives[:, :-1]).sum()
    assert len(border.get_segments()) == changes
    lr, epochs = np.log(sweep.coords["lr"]), np.log(sweep.coords["epochs"])
    for (x0, y0), (x1, y1) in np.log(border.get_segments()):
        middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
        across = np.array([0.01, 0.0]) if x0 == x1 else np.array([0.0, 0.01])
        sides = [middle - across, middle + across]
        cells = [(np.abs(lr - x).argmin(), np.abs(epochs - y).argmin()) for x, y in sides]
        assert arrives[cells[0]] != arrives[cells[1]]


def shuffled(sweep):
    """Give the same sweep with its coordinates in another order."""
    order = np.random.default_rng(0).permutation(len(sweep.coords["lr"]))
    coords = {**sweep.coords, "lr": sweep.coords["lr"][order]}
    return replace(sweep, coords=coords, runs=sweep.runs.take(order))


@pytest.mark.parametrize("draw", [plots.heatmap, plots.lines])
def test_the_order_of_coordinates_does_not_matter(draw):
    one, other = draw(result("table"), ax=alone()), draw(shuffled(result("table")), ax=alone())
    for line, line2 in zip(one.lines, other.lines, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), line2.get_xydata())
    for cells, cells2 in zip(one.collections[:1], other.collections[:1], strict=True):
        np.testing.assert_array_equal(cells.get_array(), cells2.get_array())
    assert one.get_title() == other.get_title()


@pytest.mark.parametrize(
    ("value", "label", "column"),
    [(None, "final x", "x"), ("fun", "final f", "fun"), ("nit", "steps", "nit")],
)
def test_a_sweep_shows_x_or_f_or_the_steps(value, label, column):
    sweep = result("table")
    ax = plots.lines(sweep, value, ax=alone())
    assert ax.get_ylabel() == label
    here = sweep.status != Status.DIVERGED
    for line, values, seen in zip(ax.lines, getattr(sweep, column).T, here.T, strict=True):
        np.testing.assert_array_equal(line.get_ydata()[seen], values[seen])
        assert np.isnan(line.get_ydata()[~seen]).all()
    with pytest.raises(ConfigurationError, match=r"^value: got y; takes one of x, fun, nit"):
        plots.lines(sweep, "y")


def test_a_few_lines_are_labelled_at_their_ends():
    ax = plots.lines(result("table"), ax=alone())
    assert sorted(notes(ax)) == [f"epochs = {n}" for n in (10, 100, 30, 300)]
    assert ax.get_legend() is None
    assert len({line.get_color() for line in ax.lines}) == 4
    for line, note in zip(ax.lines, ax.texts, strict=True):
        assert same_color(line.get_color(), note.get_color())


def test_many_lines_have_a_colour_scale():
    ax = plots.lines(result("cycles"), ax=alone())
    assert len(ax.lines) == 30
    assert ax.get_legend() is None
    assert notes(ax) == []
    assert scale_labels(ax) == ["epochs"]


def test_lines_run_over_the_rate_even_if_it_comes_second():
    sweep = result("table")
    runs = sweep.runs.each(lambda column: column.swapaxes(0, 1))
    turned = replace(sweep, dims=("epochs", "lr"), runs=runs)
    ax = plots.lines(turned, ax=alone())
    assert ax.get_xlabel() == "lr"
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), sweep.coords["lr"])


def test_sweeps_in_several_variables_show_f_or_the_one_that_is_named():
    sweep = symgd.sweep("x**2 + 2*y**2", x0=[1.0, 2.0], lr=[0.1, 0.2], epochs=[1, 2, 3])
    assert sweep.x.shape == (2, 3, 2)
    tables = {
        value: plots.heatmap(sweep, value, ax=alone()).collections[0].get_array()
        for value in (None, "y")
    }
    np.testing.assert_array_equal(tables[None], sweep.fun.T)
    np.testing.assert_array_equal(tables["y"], sweep.x[..., 1].T)


@pytest.mark.parametrize(
    ("draw", "name", "takes"),
    [
        (plots.heatmap, "rates", "2 axes"),
        (plots.final_vs_lr, "table", "1 axis, one of them lr"),
        (plots.final_vs_lr, "starts", "1 axis, one of them lr"),
        (plots.final_vs_start, "rates", "1 axis, one of them x0"),
        (plots.rates, "starts", "one of them lr"),
    ],
)
def test_axes_of_a_sweep_are_checked(draw, name, takes):
    with pytest.raises(ConfigurationError, match=rf"^sweep: got axes .*{takes}"):
        draw(result(name))


def test_words_along_an_axis_are_refused():
    sweep = result("rates")
    named = replace(sweep, coords={"lr": np.array(["a"] * len(sweep.x))})
    with pytest.raises(ConfigurationError, match="words along the axis lr"):
        plots.final_vs_lr(named)


# basins


def test_a_strip_has_a_band_for_neighbours_that_lead_to_the_same():
    batch = result("line")
    ax = plots.basins(batch, ax=alone())
    bands = ax.collections[0]
    borders = bands.get_coordinates()[0, :, 0]
    order = np.argsort(batch.runs.x0[:, 0])
    x0, to = batch.runs.x0[order, 0], batch.runs.minimum[order]
    changes = to[1:] != to[:-1]
    np.testing.assert_allclose(borders[1:-1], ((x0[1:] + x0[:-1]) / 2)[changes], atol=1e-12)
    codes = bands.get_array().ravel()[np.searchsorted(borders, x0) - 1]
    for a, b in itertools.combinations(range(len(x0)), 2):
        assert (codes[a] == codes[b]) == (to[a] == to[b])
    assert len(bands.cmap.colors) == 7
    assert len(key(ax)) == 7
    assert key(ax)[-1] == "STALLED_AT_START: 1.64 %"
    x, y = ax.lines[0].get_data()
    np.testing.assert_allclose(y, np.cos(2 * np.pi * x) + x**2, atol=1e-12)


def test_a_strip_tells_its_borders():
    ax = plots.basins(result("many"), ax=alone())
    assert ax.get_title() == "40 starts lead to 4 minima; borders near x0 = -1.03, 0 and 1.03"


def test_starts_on_a_grid_become_an_image():
    batch = result("image")
    ax = plots.basins(batch, ax=alone())
    codes = ax.collections[0].get_array()
    assert codes.shape == (20, 20)
    corners = ax.collections[0].get_coordinates()
    middles = (corners[1:, 1:] + corners[:-1, :-1]) / 2
    lead = dict(zip(map(tuple, batch.runs.x0.round(9)), batch.runs.minimum, strict=True))
    minima = np.array([[lead[tuple(spot)] for spot in row] for row in middles.round(9)])
    failed = {Status(s).name for s in batch.runs.status[batch.runs.minimum < 0]}
    for index in range(len(batch.minima)):
        assert len(set(codes[minima == index])) == 1
        assert not set(codes[minima == index]) & set(codes[minima != index])
    assert {words.split(":")[0] for words in key(ax)[len(batch.minima) :]} == failed


def test_scattered_starts_become_points():
    batch = result("points")
    ax = plots.basins(batch, ax=alone())
    points = [line for line in ax.lines if line.get_markersize() == 5]
    assert sum(len(line.get_xdata()) for line in points) == 100
    for line, index in zip(points, range(4), strict=True):
        starts = batch.runs.x0[batch.runs.minimum == index]
        np.testing.assert_array_equal(line.get_xydata(), starts)
        assert same_color(line.get_color(), MINIMA[index])
    stars = [line.get_xydata()[0] for line in ax.lines if line.get_marker() == "*"]
    np.testing.assert_array_equal(np.sort(stars, axis=0), np.sort([m.x for m in batch.minima], 0))


def test_many_minima_have_a_colour_scale():
    ax = plots.basins(result("pits"), ax=alone())
    assert len(result("pits").minima) > len(MINIMA)
    assert key(ax) == []
    assert scale_labels(ax) == ["minima, the lowest first"]


def test_continued_runs_do_not_count_twice():
    batch = symgd.minimize(COSINE, x0=[0.0, 0.3], escape=True)
    assert len(batch.runs) > 2
    ax = plots.basins(batch, ax=alone())
    assert ax.collections[0].get_array().size == 2


# the picture that fits


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("line", "x", "f, f'"),
        ("points", "x", "y"),
        ("cube", "runs, the lowest first", "final f"),
        ("rates", "lr", "final x"),
        ("starts", "start x0", "final x"),
        ("table", "lr", "epochs"),
    ],
)
def test_choose(name, x, y):
    ax = plots.choose(result(name), ax=alone())
    assert isinstance(ax, Axes)
    assert (ax.get_xlabel(), ax.get_ylabel()) == (x, y)


def test_choose_shows_cycles_over_the_rate():
    sweep = result("cycles")
    coords = {"lr": sweep.coords["lr"]}
    one = replace(sweep, dims=("lr",), coords=coords, runs=sweep.runs.take(np.s_[:, -1]))
    assert plots.choose(one, ax=alone()).get_title().startswith("runs settle up to")


# animation


def test_an_animation_has_no_more_frames_than_allowed():
    moving = plots.animate(result("one"), frames=10)
    page = moving.to_jshtml()
    assert page.count("data:image/png;base64") == moving._save_count == 10
    assert plt.get_fignums() == []


def test_an_animation_becomes_a_file(tmp_path):
    moving = plots.animate(result("plane"), runs=[0, 1], frames=5)
    moving.save(tmp_path / "descent.gif", writer="pillow")
    with Image.open(tmp_path / "descent.gif") as film:
        assert film.n_frames == 5


def test_a_frame_shows_the_way_so_far():
    traced = result("few")
    ax = alone()
    moving = plots.animate(traced, runs=0, frames=1000, ax=ax)
    moving._draw_frame(14)
    assert ax.get_title() == "epoch 14 of 100"
    _, trail, ring = ax.lines
    np.testing.assert_array_equal(trail.get_xdata(), traced.history[0][:3, 0])
    np.testing.assert_array_equal(ring.get_xdata(), traced.history[0][2:3, 0])
    moving.to_jshtml()


@pytest.mark.parametrize("frames", [0, 1, 2.5, "all"])
def test_frames_are_checked(frames):
    with pytest.raises(ConfigurationError, match=r"^frames: got"):
        plots.animate(result("one"), frames=frames)


# words and numbers


@pytest.mark.parametrize(
    ("borders", "resolution", "words"),
    [
        ([-1.05437, 7e-10, 1.05437], 1e-6, "; borders at x0 = -1.054, 0 and 1.054"),
        ([1.4226497], 0.06, "; border at x0 = 1.42"),
        ([12345.6], 200.0, "; border at x0 = 12300"),
        ([], 1.0, ""),
        ([1.0, 2.0, 3.0, 4.0, 5.0], 1.0, ""),
    ],
)
def test_borders(borders, resolution, words):
    assert borders_title(np.array(borders), resolution, "at") == words


def test_tally():
    codes = [Status.SLOW] * 1200 + [Status.DIVERGED] * 3 + [Status.PLATEAU] * 5
    assert tally(codes) == "1,200 SLOW, 5 PLATEAU and 3 DIVERGED"


@pytest.mark.parametrize("status", Status)
def test_every_verdict_has_a_title(status):
    batch = result("one")
    codes = np.array([int(status)])
    said = run_title(replace(batch, runs=replace(batch.runs, status=codes)), 0)
    assert "x0 = -1.76" in said
    assert "{" not in said


def test_a_start_in_a_minimum_needs_no_step():
    said = run_title(symgd.minimize("x**2", x0=0), 0)
    assert said == "x0 = 0 already is a minimum"


@pytest.mark.parametrize(
    ("values", "log"),
    [
        (np.geomspace(1e-6, 1, 7), True),
        (np.linspace(1e-10, 0.1, 50), False),
        (np.linspace(10, 500, 40).round(), False),
        (np.array([1.0, 3.0, 10.0, 30.0, 100.0]), True),
        (np.array([1.0, 2.0]), False),
        (np.array([0.0, 1.0, 10.0, 100.0]), False),
        (np.array([3.0, 3.0, 3.0]), False),
    ],
)
def test_log_spaced(values, log):
    assert log_spaced(values) == log
    assert log_spaced(values[::-1]) == log


@given(st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=20, unique=True))
def test_edges_lie_between_their_centres(values):
    centres = np.sort(values)
    borders = edges(centres)
    assert len(borders) == len(centres) + 1
    assert (borders[:-1] <= centres).all()
    assert (centres <= borders[1:]).all()
    np.testing.assert_allclose(borders[1:-1], (centres[1:] + centres[:-1]) / 2)


@given(
    st.lists(st.floats(0, 100, allow_subnormal=False), min_size=1, max_size=7),
    st.floats(0.1, 10),
)
def test_spread_is_the_nearest_that_keeps_the_gap(places, gap):
    places = np.array(places)
    low, high = -10.0, 120.0
    moved = spread(places, gap, low, high)
    n = len(places)
    order = np.argsort(places, kind="stable")
    steps = np.tril(np.ones((n, n)))  # the first place, then the distances between neighbours
    bounds = [[low, *[gap] * (n - 1)], [high - gap * (n - 1), *[np.inf] * (n - 1)]]
    best = steps @ lsq_linear(steps, places[order], bounds, tol=1e-13).x
    if best[-1] <= high:
        np.testing.assert_allclose(moved[order], best, atol=1e-3)
    assert moved[order][-1] <= high + 1e-9


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([0.0, 10.0], (-0.6, 10.6)),
        ([math.nan, 3.0, math.inf], (0.0, 6.0)),
        ([0.0], (-1.0, 1.0)),
        ([], (0.0, 1.0)),
        ([math.inf], (0.0, 1.0)),
    ],
)
def test_window(values, limits):
    assert window(values) == pytest.approx(limits)


def test_view_leaves_the_heights_beside_a_pole_out():
    x = np.linspace(-1, 1, 1000)
    low, high = view(1 / x, keep=[500.0])
    assert -300 < low < -20
    assert 500 < high < 600


def test_lines_of_few_runs_can_be_told_apart():
    assert len(set(LINES)) == len(LINES)
    for colour, other in itertools.combinations(LINES, 2):
        gap = np.linalg.norm(np.subtract(to_rgba(colour), to_rgba(other)))
        assert gap > 0.25


@pytest.mark.parametrize("formula", ["sin(x)", sympy.sin(sympy.Symbol("x")), Problem("sin(x)")])
def test_a_curve_takes_any_formula(formula):
    x, y = plots.curve(formula, -6, 6, order=0).get_lines()[0].get_data()
    np.testing.assert_allclose(y, np.sin(x), atol=1e-15)


def test_foretold_epochs_are_drawn_over_those_that_were_counted():
    """On a quadratic the line goes through the dots: both are the same loop."""
    s = symgd.sweep("x**2/2 + 4*y**2", x0=[3, 3], lr=np.linspace(0.02, 0.2, 7), tol=1e-6)
    ax = plots.epochs(s, symgd.methods.GradientDescent)
    line, dots = ax.lines[0], ax.lines[1]
    assert (dots.get_ydata() == s.nit).all()
    drawn = np.isin(line.get_xdata(), s.coords["lr"])
    assert np.abs(line.get_ydata()[drawn] / s.nit - 1).max() < 0.02
    assert "less than 1 %" in ax.get_title()
    assert ax.get_xscale() == "linear"


@pytest.mark.parametrize(
    ("arguments", "method", "takes"),
    [
        ({"lr": [0.1, 0.2], "epochs": 5}, symgd.methods.Momentum, "tol > 0"),
        ({"lr": [1.5, 1.6], "tol": 1e-8}, symgd.methods.Momentum, "no run that arrived"),
        ({"lr": [0.1, 0.2], "tol": 1e-8}, symgd.methods.Adam, "whose pace theory tells"),
        ({"x0": [1.0, 2.0], "lr": 0.1, "tol": 1e-8}, symgd.methods.Momentum, "lr"),
    ],
)
def test_epochs_refuse_what_theory_cannot_foretell(arguments, method, takes):
    s = symgd.sweep("x**2", **{"x0": 1.0, **arguments})
    with pytest.raises(ConfigurationError) as caught:
        plots.epochs(s, method)
    assert takes in str(caught.value)
