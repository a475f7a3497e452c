"""Ranges, levels and aspects of pictures, and what is drawn anew when the limits change."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from drawn import result
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure

from symgd import ConfigurationError, plots


def alone() -> Axes:
    """Give Axes of a figure that pyplot does not know."""
    figure = Figure(layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def contours(ax: Axes) -> QuadContourSet:
    """Give the contours of a picture, of which there is one set."""
    (found,) = [part for part in ax.collections if isinstance(part, QuadContourSet)]
    return found


def himmelblau(x: Any, y: Any) -> Any:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


PICTURES = [
    (plots.descent, "plane"),
    (plots.descent, "one"),
    (plots.basins, "points"),
    (plots.basins, "image"),
    (plots.basins, "line"),
    (plots.curve, "one"),
]


@pytest.mark.parametrize(("draw", "name"), PICTURES)
def test_a_picture_shows_the_range_that_is_asked_for(draw: Any, name: str) -> None:
    ax = draw(result(name), xlim=(-1, 2), ylim=(-3, 4.5), ax=alone())
    assert ax.get_xlim() == (-1, 2)
    assert ax.get_ylim() == (-3, 4.5)


@pytest.mark.parametrize(("draw", "name"), PICTURES)
def test_one_side_of_the_range_may_be_left_to_the_picture(draw: Any, name: str) -> None:
    free, ax = draw(result(name), ax=alone()), draw(result(name), ylim=(-3, 4), ax=alone())
    assert ax.get_xlim() == free.get_xlim()
    assert ax.get_ylim() == (-3, 4)


@pytest.mark.parametrize(("draw", "name"), PICTURES)
def test_a_picture_takes_an_aspect(draw: Any, name: str) -> None:
    for aspect, number in [("equal", 1.0), (2.5, 2.5)]:
        assert draw(result(name), aspect=aspect, ax=alone()).get_aspect() == number


@pytest.mark.parametrize(("draw", "name"), PICTURES)
@pytest.mark.parametrize(
    ("argument", "bad"),
    [
        ("xlim", (2, 1)),
        ("xlim", 3),
        ("ylim", (0, np.inf)),
        ("ylim", (0, 1, 2)),
        ("ylim", "ab"),
        ("aspect", "square"),
        ("aspect", 0),
        ("aspect", True),
    ],
)
def test_what_is_no_range_and_no_aspect_is_refused(
    draw: Any, name: str, argument: str, bad: Any
) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{argument}: got"):
        draw(result(name), **{argument: bad}, ax=alone())


def test_a_curve_takes_its_range_once() -> None:
    assert plots.curve("x**2", xlim=(-1, 3), ax=alone()).get_xlim() == (-1, 3)
    with pytest.raises(ConfigurationError, match=r"^xlim: got .*lo and hi"):
        plots.curve("x**2", -1, 3, xlim=(-1, 3))


@pytest.mark.parametrize(("draw", "name"), [(plots.descent, "plane"), (plots.basins, "points")])
def test_levels_are_heights_or_their_number(draw: Any, name: str) -> None:
    asked = [1.0, 10.0, 50.0, 200.0]
    assert contours(draw(result(name), levels=asked, ax=alone())).levels.tolist() == asked
    ax = draw(result(name), levels=5, ax=alone())
    x, y = np.meshgrid(*(np.linspace(*side, 161) for side in (ax.get_xlim(), ax.get_ylim())))
    parts = np.quantile(himmelblau(x, y), np.linspace(0, 1, 6))
    drawn = contours(ax).levels
    np.testing.assert_allclose(drawn, parts if draw is plots.descent else parts[1:-1], rtol=1e-9)


@pytest.mark.parametrize(
    "bad", [1, 0, 10**6, True, [3], [2, 1], [1, 1], ["a", "b"], [0, np.nan], "x"]
)
@pytest.mark.parametrize(("draw", "name"), [(plots.descent, "plane"), (plots.basins, "points")])
def test_what_are_no_levels_is_refused(draw: Any, name: str, bad: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^levels: got"):
        draw(result(name), levels=bad, ax=alone())


@pytest.mark.parametrize(("draw", "name"), [(plots.descent, "one"), (plots.basins, "line")])
def test_f_of_one_variable_has_no_levels(draw: Any, name: str) -> None:
    with pytest.raises(ConfigurationError, match="two variables"):
        draw(result(name), levels=5, ax=alone())


@pytest.mark.parametrize(
    ("draw", "name"), [(plots.curve, "one"), (plots.descent, "one"), (plots.basins, "line")]
)
def test_a_curve_is_computed_anew_for_what_is_shown(draw: Any, name: str) -> None:
    ax = draw(result(name), ax=alone())
    for low, high in [(-0.3, 0.1), (-30.0, 40.0)]:
        ax.set_xlim(low, high)
        ax.set_ylim(-2000, 2000)
        curve = max(ax.lines, key=lambda line: len(line.get_xdata()))
        x, y = curve.get_data()
        assert (x[0], x[-1], len(x)) == (low, high, 1001)
        np.testing.assert_allclose(y, np.cos(2 * np.pi * x) + x**2, atol=1e-9)


@pytest.mark.parametrize(("draw", "name"), [(plots.descent, "plane"), (plots.basins, "points")])
def test_contours_are_computed_anew_for_what_is_shown(draw: Any, name: str) -> None:
    ax = draw(result(name), ax=alone())
    parts = len(ax.figure.axes)
    ax.set_xlim(2.5, 3.5)
    ax.set_ylim(1.5, 2.5)
    x, y = np.meshgrid(np.linspace(2.5, 3.5, 161), np.linspace(1.5, 2.5, 161))
    heights = np.quantile(himmelblau(x, y), np.linspace(0, 1, 13))
    wanted = heights if draw is plots.descent else heights[1:-1:2]
    np.testing.assert_allclose(contours(ax).levels, wanted, rtol=1e-9)
    assert len(ax.figure.axes) == parts
    ax.figure.canvas.draw()
    if draw is plots.descent:
        (scale,) = [other for other in ax.figure.axes if other is not ax]
        assert scale.get_ylim() == pytest.approx((heights[0], heights[-1]))
        assert [label.get_text() for label in scale.get_yticklabels()][-1] == f"{heights[-1]:.3g}"
        assert scale.get_ylabel() == "f"


def test_levels_of_the_caller_stay_when_the_limits_change() -> None:
    ax = plots.descent(result("plane"), levels=[0.5, 5.0, 50.0], ax=alone())
    ax.set_xlim(2.5, 3.5)
    assert contours(ax).levels.tolist() == [0.5, 5.0, 50.0]


def test_limits_that_are_turned_are_followed() -> None:
    ax = plots.descent(result("plane"), ax=alone())
    ax.set_xlim(3, -3)
    ax.invert_yaxis()
    assert len(contours(ax).levels) == 13
    ax.figure.canvas.draw()


@pytest.mark.parametrize(("draw", "name"), PICTURES)
def test_axes_that_were_cleared_stay_empty(draw: Any, name: str) -> None:
    ax = draw(result(name), ax=alone())
    ax.clear()
    ax.set_xlim(-1, 1)
    assert not ax.lines
    assert not ax.collections
    ax.figure.canvas.draw()


@pytest.mark.parametrize(("draw", "name"), PICTURES)
def test_a_figure_can_be_pickled(draw: Any, name: str) -> None:
    ax = draw(result(name), ax=alone())
    copy = pickle.loads(pickle.dumps(ax.figure))
    assert copy.axes[0].get_title() == ax.get_title()
