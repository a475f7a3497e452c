"""Titles, keys and words beside pictures: they have room, whoever sets them and lays them out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawn import picture
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

SHOWN = (
    "curve",
    "descent_plane",
    "descent_methods",
    "convergence_few",
    "final_vs_lr",
    "heatmap",
    "lines",
    "lines_many",
    "basins_points",
    "waterfall",
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Leave no figure behind."""
    yield
    plt.close("all")


def words(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Give all words that can be seen, each with its box."""
    figure.canvas.draw()
    found = []
    for ax in figure.axes:
        parts: list[Any] = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
        legend = ax.get_legend()
        parts += legend.get_texts() if legend else []
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            parts += [t.label1 for t in ticks if low <= t.get_loc() <= high]
            parts += [t.label2 for t in ticks if low <= t.get_loc() <= high]
        found += parts
    found += [figure._suptitle] if figure.get_suptitle() else []
    seen = [text for text in found if text.get_visible() and text.get_text().strip()]
    return [(text, Text.get_window_extent(text)) for text in seen]


def collisions(figure: Figure) -> list[tuple[str, str]]:
    """Give the words that are cut by the border of a figure, and pairs that overlap."""
    all_words, inside = words(figure), figure.bbox.padded(1)
    cut = [
        (text.get_text(), "border")
        for text, box in all_words
        if not (inside.contains(*box.min) and inside.contains(*box.max))
    ]
    return cut + [
        (a.get_text(), b.get_text())
        for (a, box), (b, other) in itertools.combinations(all_words, 2)
        if box.padded(-0.5).overlaps(other.padded(-0.5))
    ]


@pytest.mark.parametrize("name", SHOWN)
def test_three_beside_each_other_need_no_layout_engine(name: str) -> None:
    figure, axes = plt.subplots(1, 3)
    figure.suptitle("the same thrice")
    for ax in axes:
        picture(name, ax=ax)
        assert ax.get_title()
    assert collisions(figure) == []
    for ax in axes:
        assert ax.get_position().width > 0.05
        assert ax.get_position().height > 0.15


def test_a_title_of_the_figure_may_come_later() -> None:
    figure, axes = plt.subplots(2, 2)
    for ax, name in zip(axes.flat, ["curve", "descent", "waterfall", "basins_strip"], strict=True):
        picture(name, ax=ax)
    figure.suptitle("afterwards")
    assert collisions(figure) == []


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
@pytest.mark.parametrize("name", ["curve", "basins_points", "rates"])
def test_a_title_of_the_caller_stands_above_the_key(name: str, layout: Any) -> None:
    before, early = plt.subplots(layout=layout)
    early.set_title("my own title")
    picture(name, ax=early)
    assert early.get_title() == "my own title"
    after, late = plt.subplots(layout=layout)
    picture(name, ax=late).set_title("my own title")
    for figure in (before, after):
        figure.suptitle("and one of the figure")
        assert collisions(figure) == []


def test_a_picture_on_another_has_the_later_title() -> None:
    _, ax = plt.subplots()
    picture("curve_trap", ax=ax)
    first = ax.get_title()
    picture("descent", ax=ax)
    assert ax.get_title() != first
    assert len(ax.child_axes) == 1


def places(ax: Axes) -> list[float]:
    return np.round(ax.get_position().get_points().ravel(), 9).tolist()


def test_a_picture_with_room_stays_where_it_is() -> None:
    figure, ax = plt.subplots(figsize=(12, 10))
    before = places(ax)
    picture("curve", ax=ax)
    assert places(ax) == before
    fixed = figure.add_axes((0.1, 0.1, 0.05, 0.05))
    picture("curve", ax=fixed)
    assert places(fixed) == [0.1, 0.1, 0.15, 0.15]


@pytest.mark.parametrize("layout", [Figure.tight_layout, lambda f: f.subplots_adjust(left=0.3)])
def test_a_layout_of_the_caller_still_moves_pictures(layout: Callable[[Figure], None]) -> None:
    figure, axes = plt.subplots(1, 2)
    picture("curve", ax=axes[0])
    before = places(axes[0])
    layout(figure)
    assert places(axes[0]) != before


@pytest.mark.parametrize("name", ["basins_points", "descent_plane"])
def test_a_tight_layout_afterwards_leaves_room_for_all_words(name: str) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.8))
    for ax in axes:
        picture(name, ax=ax)
    figure.tight_layout()
    assert collisions(figure) == []
