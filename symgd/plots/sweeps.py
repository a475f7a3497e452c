"""Sweeps over two axes: as a map, and as lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, Normalize
from matplotlib.lines import Line2D

from ..arrays import Array
from ..palette import VERMILLION
from ..status import AWAY, SUCCESSES
from ..views.data import Sweep
from ..views.numbers import number
from .data import coordinate, edges, ends, log_spaced, need_sweep
from .findings import sweep_title
from .heading import head
from .style import (
    LINES,
    MAP,
    Label,
    axes_for,
    colour_of,
    line_map,
    patch_keys,
    side_labels,
    strong,
)


def heatmap(sweep: Sweep, value: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw a sweep over two axes as a map, with the border of the part that arrives.

    Parameters
    ----------
    sweep : SweepResult
        A sweep with two axes; the first one runs to the right.
    value : str, optional
        A variable, ``"fun"`` or ``"nit"``; by default the variable, or f when there are several.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ConfigurationError
        If the sweep has not two axes, or there is no such value.
    """
    need_sweep(sweep, axes=(2,))
    values, name = ends(sweep, value)
    centres = [coordinate(sweep, dim) for dim in sweep.dims]
    order = np.ix_(*(np.argsort(c, kind="stable") for c in centres))
    away = np.isin(sweep.status, AWAY) | ~np.isfinite(values)
    ax = axes_for(ax)
    scales = ax.set_xscale, ax.set_yscale
    borders = [_scaled(scale, np.sort(c)) for scale, c in zip(scales, centres, strict=True)]
    colours = mpl.colormaps[MAP].with_extremes(bad=colour_of(ax, AWAY[0]))
    seen = np.ma.masked_where(away, values)[order].T
    cells = ax.pcolormesh(*borders, seen, cmap=colours, rasterized=True)
    ax.figure.colorbar(cells, ax=ax, label=name)
    keys = _border(ax, borders, np.isin(sweep.status, SUCCESSES)[order].T)
    ax.set(xlim=borders[0][[0, -1]], ylim=borders[1][[0, -1]])
    ax.set(xlabel=sweep.dims[0], ylabel=sweep.dims[1])
    head(ax, sweep_title(sweep), [*keys, *patch_keys(ax, sweep.status[away])])
    return ax


def lines(sweep: Sweep, value: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw a sweep as lines: over the rate, say, one line for each number of epochs.

    A few lines are labelled at their ends, many have a colour scale.

    Parameters
    ----------
    sweep : SweepResult
        A sweep with one or two axes.
    value : str, optional
        A variable, ``"fun"`` or ``"nit"``; by default the variable, or f when there are several.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ConfigurationError
        If the sweep has more axes, or there is no such value.
    """
    need_sweep(sweep, axes=(1, 2))
    values, name = ends(sweep, value)
    values = np.where(np.isin(sweep.status, AWAY), np.nan, values)
    over, each = _roles(sweep.dims)
    across = coordinate(sweep, over)
    order = np.argsort(across, kind="stable")
    table = np.moveaxis(values, sweep.dims.index(over), 0).reshape(len(across), -1)[order]
    ax = axes_for(ax)
    if log_spaced(across):
        ax.set_xscale("log")
    ax.set(xlabel=over, ylabel=name)
    labels = _family(ax, across[order], table, each, coordinate(sweep, each) if each else None)
    head(ax, sweep_title(sweep))
    if keys := side_labels(ax, labels):
        head(ax, sweep_title(sweep), keys)
    return ax


def _scaled(scale: Callable[[str], None], centres: Array) -> Array:
    """Give an axis the scale of its coordinate; give the borders of the cells around it."""
    log = log_spaced(centres)
    scale("log" if log else "linear")
    return edges(centres, log)


def _border(ax: Axes, borders: Sequence[Array], success: npt.NDArray[np.bool_]) -> list[Line2D]:
    """Draw the sides of cells where runs that arrive meet those that do not."""
    right, up = borders
    beside = zip(*np.nonzero(success[:, 1:] != success[:, :-1]), strict=True)
    above = zip(*np.nonzero(success[1:] != success[:-1]), strict=True)
    sides = [[(right[j + 1], up[i]), (right[j + 1], up[i + 1])] for i, j in beside]
    sides += [[(right[j], up[i + 1]), (right[j + 1], up[i + 1])] for i, j in above]
    if not sides:
        return []
    ax.add_collection(LineCollection(sides, colors=[VERMILLION], linewidths=1.6))
    return [Line2D([], [], color=VERMILLION, label="border of the runs that arrive")]


def _roles(dims: tuple[str, ...]) -> tuple[str, str]:
    """Tell which axis runs to the right, and which one has a line for each value."""
    if len(dims) == 1:
        return dims[0], ""
    return (dims[1], dims[0]) if dims[0] == "epochs" else (dims[0], dims[1])


def _family(ax: Axes, across: Array, table: Array, each: str, members: Array | None) -> list[Label]:
    """Draw a line for each member, and give labels for their ends when they are few."""
    if members is None:
        ax.plot(across, table[:, 0], ".-", color=strong(ax, LINES[0]))
        return []
    few = len(members) <= len(LINES)
    colours = line_map(ax)
    limits = float(members.min()), float(members.max())
    scale = LogNorm(*limits) if log_spaced(members) else Normalize(*limits)
    labels = []
    for i, (member, y) in enumerate(zip(members.tolist(), table.T, strict=True)):
        colour = strong(ax, LINES[i]) if few else colours(scale(member))
        ax.plot(across, y, color=colour, linewidth=1.5 if few else 1.0)
        if few and np.isfinite(y).any():
            last = float(y[np.isfinite(y)][-1])
            labels.append(Label(last, f"{each} = {number(member)}", colour))
    if not few:
        ax.figure.colorbar(ScalarMappable(scale, colours), ax=ax, label=each)
    return labels
