"""What stands above a picture, and the room for all of its words.

The key is between the Axes and the title, whoever sets that. Where no layout engine makes room for
words, the picture takes no more than its part of the figure.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.gridspec import SubplotSpec
from matplotlib.transforms import Bbox

from ..arrays import Array

_WIDE = 1.1  # of the Axes, which the layout makes a little wider: what titles and keys may take
_LETTERS = ("small", "x-small", "xx-small")  # of a key: smaller ones where one entry is too wide
_KEY = "room for the key"
_LINES = 2  # of a title in letters of its own size; a longer one has those of labels
_SHORT = 8  # letters: no line of a title is made shorter
_ROOM = 1.4  # height of a line of the figure's title, and the gap below it, in its letters
_GAP = 3.0  # points between the words of neighbours, on either side
_MARGIN = 0.125  # of the figure, around a grid of pictures: the widest of Matplotlib's own
_KEY_HEIGHT = 0.3  # of its part of the figure, what a key may take before its letters shrink
_ENOUGH = 0.4  # of its part of the figure, what labels at the side leave to a picture at least
_NARROW = 0.8  # inches: narrower Axes have small numbers below them
_LEAST = 0.2  # of its part of the figure, what a picture keeps besides its words


def head(ax: Axes, finding: str, keys: Sequence[Any] = ()) -> None:
    """Set the title, unless the caller has set one, and below it the key."""
    for child in [child for child in ax.child_axes if child.get_label() == _KEY]:
        child.remove()
    own = ax.title.get_text() == ax.title.get_label()
    if keys:
        _key(ax, keys)
        room = ax.inset_axes((0, 1, 1, 0), label=_KEY)
        room.set_axis_off()
        room.set(xticks=[], yticks=[])
        room.set_axes_locator(_Above(ax))  # type: ignore[arg-type]
    if own:
        _title(ax, finding)
    fit(ax)


def _title(ax: Axes, finding: str) -> None:
    """Set the title in lines that are not much wider than the Axes."""
    size = mpl.rcParams["axes.titlesize"]
    title = ax.set_title(finding, fontsize=size)
    if _lines(ax) > _LINES:
        title.set_fontsize(min(title.get_fontsize(), mpl.rcParams["font.size"]))
    letters = math.ceil(len(finding) / _lines(ax)) + 4
    while _lines(ax) > 1 and letters > _SHORT:
        title.set_text(textwrap.fill(finding, letters))
        letters -= 1
    title.set_label(title.get_text())  # tells it from a title of the caller's


def _lines(ax: Axes) -> int:
    return math.ceil(ax.title.get_window_extent().width / _width(ax))


def _width(ax: Axes) -> float:
    """Give how wide titles and keys may be, in dots."""
    slot = _slot(ax)
    if slot is None:
        return float(_WIDE * ax.bbox.width)
    return float((slot[1, 0] - slot[0, 0]) * ax.figure.bbox.width)


def _key(ax: Axes, keys: Sequence[Any]) -> None:
    """Draw the key above the Axes in as few rows as fit, in letters as large as fit."""
    slot = _slot(ax)
    most = np.inf if slot is None else _KEY_HEIGHT * np.ptp(slot[:, 1]) * ax.figure.bbox.height
    narrow = []
    for looks in itertools.product(_LETTERS, range(len(keys), 0, -1)):
        size = _draw_key(ax, keys, *looks).size
        if size[0] <= _width(ax):
            narrow.append(looks)
            if size[1] <= most:
                return
    if narrow:
        _draw_key(ax, keys, *narrow[0])


def _draw_key(ax: Axes, keys: Sequence[Any], size: str, columns: int) -> Bbox:
    return ax.legend(
        handles=keys,
        ncols=columns,
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        frameon=False,
        fontsize=size,
        borderaxespad=0.1,
        borderpad=0.2,
        columnspacing=1.2,
        handlelength=1.6,
    ).get_window_extent()


class _Above(NamedTuple):
    """Tells the part of the figure that the key takes above the Axes, which no title enters."""

    ax: Axes

    def __call__(self, _: Axes, renderer: Any) -> Bbox:
        """Give it in shares of the figure."""
        key, box = self.ax.get_legend(), self.ax.bbox
        top = box.y1
        if key is not None and key.get_visible():
            top = max(top, key.get_window_extent(renderer).y1)
        taken = Bbox.from_extents(box.x0, box.y1, box.x1, top)
        return Bbox(self.ax.figure.transSubfigure.inverted().transform(taken))


def fit(ax: Axes, *, squeeze: bool = True) -> bool:
    """Make a picture smaller until its words keep to its part of a figure without a layout.

    Tells whether they do; where too little would be left of the picture, this is what is left if
    `squeeze` is true, else nothing is changed.
    """
    slot = _slot(ax)
    if slot is None:
        return True
    group = [other for other in ax.figure.axes if _part(other) == _part(ax)]  # colour scales, too
    old = Bbox.union([other.get_position(original=True) for other in group]).get_points()
    words = _words(ax.figure, group)
    new = np.array([np.maximum(old[0], slot[0] + old[0] - words[0]),
                    np.minimum(old[1], slot[1] + old[1] - words[1])])  # fmt: skip
    least = (_LEAST if squeeze else _ENOUGH) * (slot[1] - slot[0])
    fits = bool((new[1] - new[0] >= least).all())
    if fits or squeeze:
        new[1] = np.maximum(new[1], new[0] + least)
        _move(ax, group, old, new)
        _centre(ax, slot)
        if ax.bbox.width < _NARROW * ax.figure.dpi:
            ax.tick_params(axis="x", labelsize="x-small")
    return fits


def _words(figure: Any, group: Sequence[Axes]) -> Array:
    """Give the place of Axes with their words, and of titles and keys the height only."""
    keys = [key for ax in group if (key := ax.get_legend())]
    for key in keys:  # the room above the Axes is as high
        key.set_in_layout(False)
    boxes = [ax.get_tightbbox(for_layout_only=True) or ax.bbox for ax in group]
    for key in keys:
        key.set_in_layout(True)
    return _shares(figure, Bbox.union(boxes).get_points())


def _shares(figure: Any, dots: Array) -> Array:
    """Give places in shares of the figure."""
    return np.asarray((dots - figure.bbox.min) / figure.bbox.size)


def _centre(ax: Axes, slot: Array) -> None:
    """Put the title and the key above the middle of the Axes, as far as their part reaches."""
    low, high = slot[:, 0] * ax.figure.bbox.width + ax.figure.bbox.x0
    key = ax.get_legend()
    for words in [ax.title, *([key] if key else [])]:
        half = min(words.get_window_extent().width, high - low) / 2
        middle = np.clip((ax.bbox.x0 + ax.bbox.x1) / 2, low + half, high - half)
        share = float((middle - ax.bbox.x0) / ax.bbox.width)
        if words is key:
            key.set_bbox_to_anchor((share, 1.0), transform=ax.transAxes)
        else:
            ax.title.set_x(share)


def _part(ax: Axes) -> SubplotSpec | None:
    spec = ax.get_subplotspec()
    return None if spec is None else spec.get_topmost_subplotspec()


def _move(ax: Axes, group: Sequence[Axes], old: Array, new: Array) -> None:
    """Move a group of Axes; a layout of the caller's finds them where they were."""
    if (old == new).all():
        return
    places = {other: other.get_position(original=True) for other in group}
    if not isinstance(ax.get_axes_locator(), _Moved):
        ax.set_axes_locator(_Moved(ax, places))  # type: ignore[arg-type]
    for other, place in places.items():
        share = (place.get_points() - old[0]) / (old[1] - old[0])
        other.set_position(Bbox(new[0] + share * (new[1] - new[0])))
        other.set_in_layout(True)


class _Moved(NamedTuple):
    """Where Axes were before they were moved: ``tight_layout`` asks for that, and is given it."""

    ax: Axes
    places: dict[Axes, Bbox]

    def __call__(self, ax: Axes, _: Any) -> Bbox:
        """Give the place of the Axes, as without a locator."""
        return ax.get_position(original=True)

    def get_subplotspec(self) -> SubplotSpec | None:
        """Put all back, and give the cell, from which a layout measures the words."""
        for ax, place in self.places.items():
            ax.set_position(place)
            ax.set_in_layout(True)
        self.ax.set_axes_locator(None)  # type: ignore[arg-type]
        return self.ax.get_subplotspec()


def _slot(ax: Axes) -> Array | None:
    """Give a share of the figure, as large as the cells are, without the place of its title.

    None for Axes that a layout engine or the caller has given their place.
    """
    figure: Any = ax.figure
    spec = _part(ax)
    if spec is None or figure.get_layout_engine() is not None:
        return None
    bottoms, tops, lefts, rights = spec.get_gridspec().get_grid_positions(figure)
    rows, columns = spec.rowspan, spec.colspan
    left, right = _share(lefts, rights, columns.start, columns.stop)
    bottom, top = _share(bottoms[::-1], tops[::-1], len(tops) - rows.stop,
                           len(tops) - rows.start)  # fmt: skip
    letters = FontProperties(size=mpl.rcParams["figure.titlesize"]).get_size_in_points()
    lines = 1 + figure.get_suptitle().count("\n")
    dots = figure.dpi / 72
    room = (1 + _ROOM * lines) * letters * dots / figure.bbox.height
    gap = _GAP * dots / np.asarray(figure.bbox.size)
    corners = np.array([[left, bottom], [right, min(top, 1 - room)]])
    return np.asarray(corners + np.array([gap, -gap]))


def _share(lows: Any, highs: Any, first: int, stop: int) -> tuple[float, float]:
    """Give where the share of a run of cells begins and ends, with the margins around them all."""
    begin, end = max(lows[0] - _MARGIN, 0.0), min(highs[-1] + _MARGIN, 1.0)
    sizes = np.cumsum([0.0, *(np.asarray(highs) - np.asarray(lows))])
    sides = begin + (end - begin) * sizes / sizes[-1]
    return float(sides[first]), float(sides[stop])
