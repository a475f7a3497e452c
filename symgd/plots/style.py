"""How the pictures look: colours, marks, keys and labels that do not overlap.

Colours are those of `views.palette`. Black and white never occur: ink and paper are those of the
Axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, Normalize, to_rgb, to_rgba
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from ..arrays import Array
from ..errors import ConfigurationError
from ..palette import BLUE, GREEN, INK, OLIVE, ORANGE, PURPLE, SKY, WINE, YELLOW
from ..status import Status
from .dots import dots
from .heading import fit

LINES = (BLUE, ORANGE, GREEN, PURPLE, SKY, OLIVE)
MINIMA = (BLUE, YELLOW, GREEN, SKY, OLIVE, WINE)  # no colour of a failure
MAP = "viridis"

_LABEL_GAP = 1.3  # distance of labels, in heights of their letters
_LETTER = 0.6  # width of a letter, in heights
_LEADER = {"arrowstyle": "-", "linewidth": 0.7, "shrinkA": 1, "relpos": (0.0, 0.5)}


def axes_for(ax: Axes | None) -> Axes:
    """Give the caller's Axes, or those of a new figure."""
    if ax is None:
        import matplotlib.pyplot as plt

        axes: Axes = plt.figure(layout="constrained").add_subplot()
        return axes
    if not isinstance(ax, Axes):
        raise ConfigurationError("ax", ax, "the Axes of a matplotlib figure")
    return ax


def ink(ax: Axes) -> str:
    """Give the colour of words on these Axes."""
    return str(ax.title.get_color())


def paper(ax: Axes) -> tuple[float, ...]:
    """Give the colour behind these Axes: where nothing is painted, the opposite of the ink."""
    for face in (ax.get_facecolor(), ax.figure.get_facecolor()):
        *colour, opacity = to_rgba(face)
        if opacity:
            return tuple(colour)
    return tuple(1.0 - c for c in to_rgb(ink(ax)))


def faded(ax: Axes, share: float) -> tuple[float, ...]:
    """Mix ink into the paper of these Axes."""
    return mixed(ax, ink(ax), share)


def mixed(ax: Axes, colour: Any, share: float) -> tuple[float, ...]:
    """Mix a colour into the paper of these Axes."""
    return tuple(share * np.array(to_rgb(colour)) + (1 - share) * np.array(paper(ax)))


def colour_of(ax: Axes, status: int) -> str:
    """Give the colour of a verdict."""
    colour = Status(status).colour
    return ink(ax) if colour == INK else colour


def minima_map(number: int) -> Colormap:
    """Give one colour a minimum: the palette for a few, a scale by rank for many."""
    if number <= len(MINIMA):
        return ListedColormap(MINIMA[: max(number, 1)])
    return mpl.colormaps[MAP].resampled(number)


def strong(ax: Axes, colour: str) -> tuple[float, ...]:
    """Give a colour the contrast that a thin line needs on these Axes."""
    return tuple(0.78 * np.array(to_rgb(colour)) + 0.22 * np.array(to_rgb(ink(ax))))


def line_map(ax: Axes) -> Colormap:
    """Give the part of the colour scale whose lines stand out from the paper."""
    low, high = (0.0, 0.88) if sum(paper(ax)) > 1.5 else (0.25, 1.0)
    return ListedColormap(mpl.colormaps[MAP](np.linspace(low, high, 256)))


def halo(ax: Axes) -> list[Any]:
    """Give the effect that keeps words and paths legible on lines and maps."""
    return [withStroke(linewidth=3, foreground=paper(ax))]


def mark(ax: Axes, x: Any, y: Any, status: int, **looks: Any) -> Line2D:
    """Draw the marks of one verdict."""
    usual = {"markersize": 7.5, "zorder": 4, "markeredgewidth": 0.6, "markeredgecolor": paper(ax)}
    looks = {"color": colour_of(ax, status), **usual, **looks}
    return dots(ax, x, y, marker=Status(status).marker, **looks)


def verdict_keys(ax: Axes, status: Any) -> list[Line2D]:
    """Give key entries for the verdicts that occur, with their numbers of runs."""
    codes, counts = np.unique(status, return_counts=True)
    return [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=Status(code).marker,
            color=colour_of(ax, code),
            label=Status(code).name + (f" ({count:,})" if np.size(status) > 1 else ""),
        )
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
    ]


def patch_keys(ax: Axes, status: Any) -> list[Patch]:
    """Give key entries for verdicts that are drawn as areas."""
    return [
        Patch(color=colour_of(ax, code), label=Status(code).name)
        for code in np.unique(status).tolist()
    ]


def bar(ax: Axes, colours: Colormap, limits: tuple[float, float], label: str) -> None:
    """Draw a colour scale beside the Axes."""
    scale = ScalarMappable(Normalize(*limits), colours)
    ax.figure.colorbar(scale, ax=ax, label=label)


class Label(NamedTuple):
    """Words beside the right border of the Axes, at a height of its data."""

    y: float
    words: str
    colour: Any


def side_labels(ax: Axes, labels: Sequence[Label]) -> list[Line2D]:
    """Write words at the right border, each as near to its height as the others allow.

    Where a narrow picture has no room for them, there are none: this gives them as key entries.
    """
    low, high = ax.get_ylim()  # settles the limits, on which transData rests
    points = 72 / ax.figure.dpi
    heights = [ax.transData.transform((0, np.clip(label.y, low, high)))[1] for label in labels]
    places = spread(
        np.array(heights) * points, _LABEL_GAP * small(), ax.bbox.y0 * points, ax.bbox.y1 * points
    )
    notes = [
        ax.annotate(
            label.words,
            (1, (height - ax.bbox.y0) / ax.bbox.height),
            xycoords="axes fraction",
            xytext=(14, place - height * points),
            textcoords="offset points",
            va="center",
            color=label.colour,
            fontsize="small",
            annotation_clip=False,
            arrowprops=_LEADER | {"color": label.colour},
        )
        for label, height, place in zip(labels, heights, places, strict=True)
    ]
    if fit(ax, squeeze=False):
        return []
    for note in notes:
        note.remove()
    return [Line2D([], [], color=label.colour, label=label.words) for label in labels]


def foot_labels(ax: Axes, labels: Sequence[tuple[float, str]]) -> None:
    """Write words inside the lower border, each near its place, if there is room for all."""
    ax.get_xlim()  # settles the limits, on which transData rests
    points = 72 / ax.figure.dpi
    places = np.array([ax.transData.transform((x, 0))[0] for x, _ in labels]) * points
    gap = _LETTER * small() * (2 + max(len(words) for _, words in labels))
    if gap * len(labels) > ax.bbox.width * points:
        return
    low, high = ax.bbox.x0 * points + gap / 2, ax.bbox.x1 * points - gap / 2
    for (x, words), place, at in zip(labels, places, spread(places, gap, low, high), strict=True):
        ax.annotate(
            words,
            (x, 0.01),
            xycoords=ax.get_xaxis_transform(),
            xytext=(at - place, 2),
            textcoords="offset points",
            ha="center",
            fontsize="small",
            color=ink(ax),
            path_effects=halo(ax),
            zorder=5,
        )


def small() -> float:
    """Give the size of small letters in points."""
    return float(FontProperties(size="small").get_size_in_points())


def spread(places: Array, gap: float, low: float, high: float) -> Array:
    """Move places as little as possible so that they keep their order and are a gap apart.

    The least squares solution between `low` and `high`, by pooling neighbours that would overlap.

    Examples
    --------
    >>> spread(np.array([0.0, 5.0, 5.0]), 2.0, -10.0, 10.0)
    array([0., 4., 6.])
    """
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
    pools: list[tuple[float, int]] = []
    for place in places[order] - steps:
        mean, size = float(place), 1
        while pools and pools[-1][0] > mean:
            before, number = pools.pop()
            mean, size = (before * number + mean * size) / (number + size), number + size
        pools.append((mean, size))
    settled = np.repeat([mean for mean, _ in pools], [size for _, size in pools])
    moved = np.empty(len(places))
    moved[order] = np.clip(settled, low, max(low, high - steps[-1:].sum())) + steps
    return moved
