"""Basins of attraction: which start leads to which minimum."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D

from ..arrays import Array, Whole
from ..results.runs import Minimum
from ..status import Status
from ..views.data import Batch
from ..views.sets import spot
from .data import edges, need_batch, starting_points, starts_and_ends, view, window
from .dots import DENSE, dots
from .findings import borders_title, runs_title
from .frame import POINTS, Frame, Limits, clipped, follow, frame
from .heading import head
from .maps import Levels, check_levels, contours
from .style import (
    MINIMA,
    axes_for,
    bar,
    colour_of,
    faded,
    halo,
    ink,
    minima_map,
    mixed,
)

_TINT = 0.55  # strength of colours that lie under a curve or under contours
_MANY = 16  # starts that fill a picture, and that are drawn as an image if they form a grid
_STAR = {"marker": "*", "markersize": 14}


class Region(NamedTuple):
    """What some starts lead to: a minimum, or a kind of failure."""

    colour: Any
    marker: str
    words: str
    starts: Whole
    minimum: Minimum | None = None


def basins(
    result: Batch,
    *,
    xlim: Limits | None = None,
    ylim: Limits | None = None,
    levels: Levels | None = None,
    aspect: str | float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw which start leads to which minimum, one colour a minimum, failures in their own.

    One variable gives a strip under the curve of f. Two give a map under the contours of f: an
    image when the starts form a grid, else points. The curve and the contours are drawn anew where
    the limits of the Axes change.

    Parameters
    ----------
    result : Result
        Runs in one or two variables.
    xlim, ylim : tuple of float, optional
        The range that is shown; by default that of the starts.
    levels : int or sequence of float, optional
        Heights of the contours of f, or how many of them part what is shown into equal areas.
    aspect : {"auto", "equal"} or float, optional
        Length of a unit of y, of that of x.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ConfigurationError
        If there are more variables, or a range, the levels or the aspect are none.
    """
    need_batch(result, most=2)
    check_levels(levels, result.problem)
    shown = frame(xlim, ylim, aspect)
    ax = axes_for(ax)
    own = np.flatnonzero(result.runs.parent < 0)
    regions = _regions(ax, result, own)
    finding = runs_title(result, own.tolist())
    if len(result.problem.names) == 1:
        finding += _strip(ax, result, own, regions, shown)
    else:
        box = _map(ax, result, own, regions)
        contours(ax, result.problem, shown.box(box), filled=False, levels=levels)
    shown.shape(ax)
    _mark_minima(ax, regions)
    head(ax, finding, _keys(ax, result, regions))
    return ax


def _regions(ax: Axes, result: Batch, own: Whole) -> list[Region]:
    """Sort the runs by where they lead; a region's starts are positions in `own`."""
    to, status = result.runs.minimum[own], result.runs.status[own]
    colours = minima_map(len(result.minima))
    regions = []
    for index, minimum in enumerate(result.minima):
        words = spot(minimum, result.problem.names)
        starts = np.flatnonzero(to == index)
        regions.append(Region(colours(index), "o", words, starts, minimum))
    for code in np.unique(status[to < 0]).tolist():
        starts = np.flatnonzero((status == code) & (to < 0))
        status_here = Status(code)
        looks = colour_of(ax, code), status_here.marker
        regions.append(Region(*looks, status_here.name, starts))
    return [region for region in regions if region.starts.size]


def _strip(ax: Axes, result: Batch, own: Whole, regions: list[Region], shown: Frame) -> str:
    """Draw regions as bands under the curve of f; tell the borders if they are few."""
    x0, first = np.unique(starting_points(result)[own, 0], return_index=True)
    codes, borders = _codes(len(own), regions)[first], edges(x0)
    sides, lead = bands(borders, codes)
    area = ax.get_xaxis_transform()
    ax.pcolormesh(sides, [0, 1], lead[None, :], **_tints(ax, regions), transform=area, zorder=0)
    low, high = shown.xlim or _limits(result, own, borders[None, :])[0]
    x = np.linspace(low, high, POINTS)
    y = np.asarray(result.problem.fun(x))
    seen = shown.ylim or view(y)
    (line,) = ax.plot(x, clipped(y, seen), color=ink(ax), zorder=2)
    follow(ax, line, result.problem.fun)
    ax.set(xlim=(low, high), ylim=seen, xlabel=f"start {result.problem.names[0]}0", ylabel="f")
    passed = borders[1:-1][np.diff(codes) != 0]
    return borders_title(passed, 0.1 * np.diff(x0).min(initial=np.inf), "near")


def bands(borders: Array, codes: Whole) -> tuple[Array, Whole]:
    """Join neighbours that lead to the same; of too many bands, give those of even columns."""
    last = np.append(np.flatnonzero(np.diff(codes)), len(codes) - 1)
    if len(last) <= DENSE:
        return borders[np.append(0, last + 1)], codes[last]
    sides = np.linspace(borders[0], borders[-1], DENSE + 1)
    middles = (sides[1:] + sides[:-1]) / 2
    return sides, codes[np.searchsorted(borders, middles) - 1]


def _map(ax: Axes, result: Batch, own: Whole, regions: list[Region]) -> Array:
    """Draw regions as an image where the starts form a grid, else as points; give their limits."""
    x0 = starting_points(result)[own]
    columns, lines = np.unique(x0[:, 0]), np.unique(x0[:, 1])
    if len(x0) >= _MANY and len(columns) * len(lines) == len(np.unique(x0, axis=0)) == len(x0):
        image = _codes(len(x0), regions)[np.lexsort(x0.T)].reshape(len(lines), len(columns))
        box = np.array([edges(columns)[[0, -1]], edges(lines)[[0, -1]]])
        ax.pcolormesh(edges(columns), edges(lines), image, **_tints(ax, regions), zorder=0)
    else:
        box = _limits(result, own, np.array([window(column, pad=0.03) for column in x0.T]))
        for region in regions:
            looks = _point(ax, region) | {"markersize": 5, "zorder": 3}
            if len(own) > DENSE:  # they cover the plane: an area of colour under the contours
                colour = mixed(ax, region.colour, _strength(regions))
                looks |= {"color": colour, "markeredgewidth": 0.0, "zorder": 0}
            x, y = x0[region.starts].T
            dots(ax, x, y, among=len(own), **looks)
    if len(own) < _MANY:
        ways = np.stack([x0, result.runs.x[own]], axis=1)
        ax.add_collection(LineCollection(list(ways), colors=[faded(ax, 0.6)], linestyles=":"))
    return box


def _limits(result: Batch, own: Whole, starts: Array) -> Array:
    """Give the limits of the starts; a few leave room for their ends."""
    if len(own) >= _MANY:
        return starts[:, [0, -1]]
    return np.array([window(column, pad=0.12) for column in starts_and_ends(result).T])


def _codes(number_of_runs: int, regions: list[Region]) -> Whole:
    codes = np.zeros(number_of_runs, dtype=np.int64)
    for code, region in enumerate(regions):
        codes[region.starts] = code
    return codes


def _tints(ax: Axes, regions: list[Region]) -> dict[str, Any]:
    """Give the colours of an image of codes; those of a colour scale stay as they are."""
    strength = _strength(regions)
    colours = ListedColormap([mixed(ax, region.colour, strength) for region in regions])
    return {"cmap": colours, "vmin": -0.5, "vmax": len(regions) - 0.5, "rasterized": True}


def _strength(regions: list[Region]) -> float:
    minima = sum(region.minimum is not None for region in regions)
    return _TINT if minima <= len(MINIMA) else 1.0


def _point(ax: Axes, region: Region) -> dict[str, Any]:
    looks: dict[str, Any] = {"marker": region.marker, "color": region.colour}
    return looks | {"markeredgecolor": faded(ax, 0.8), "markeredgewidth": 0.5}


def _mark_minima(ax: Axes, regions: list[Region]) -> None:
    """Mark the minima in sight: on the curve, or as stars on the map."""
    sides = ax.get_xlim(), ax.get_ylim()
    for region in regions:
        if region.minimum is None or region.minimum.dimension > 0:
            continue
        x, flat = region.minimum.x, len(region.minimum.x) == 1
        if all(lo <= v <= hi for v, (lo, hi) in zip(x, sides, strict=False)):
            looks = _point(ax, region) | ({"markersize": 9} if flat else _STAR)
            looks |= {"zorder": 4, "path_effects": halo(ax)}
            dots(ax, x[0], region.minimum.fun if flat else x[1], **looks)


def _keys(ax: Axes, result: Batch, regions: list[Region]) -> list[Line2D]:
    """Give a key entry for each region; many minima have a colour scale instead."""
    number_of_minima, all_starts = len(result.minima), sum(r.starts.size for r in regions)
    many = number_of_minima > len(MINIMA)
    if many:
        limits = (-0.5, number_of_minima - 0.5)
        bar(ax, minima_map(number_of_minima), limits, "minima, the lowest first")
    shown = [region for region in regions if region.minimum is None or not many]
    shares = [f"{100 * region.starts.size / all_starts:.3g} %" for region in shown]
    return [
        Line2D([], [], linestyle="none", label=f"{region.words}: {share}", **_point(ax, region))
        for region, share in zip(shown, shares, strict=True)
    ]
