"""f over two variables, as contours."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm

from ..arrays import Array
from ..views.data import Formula
from ..views.numbers import number
from .style import faded

_POINTS = 161  # a side
_LEVELS = 12
_GROUND = "cividis"
_STRENGTH = 0.8  # of its colours, which lie under paths


def contours(ax: Axes, problem: Formula, box: Array, *, filled: bool) -> None:
    """Draw f over a box at levels that part it into equal areas.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    problem : Problem
        A formula in two variables.
    box : ndarray
        Limits of each variable, shape ``(2, 2)``.
    filled : bool
        Whether to draw areas with a colour scale, or faint lines.
    """
    x, y = (np.linspace(lo, hi, _POINTS) for lo, hi in box)
    heights = np.ma.masked_invalid(problem.fun(np.stack(np.meshgrid(x, y), axis=-1)))
    ax.set(xlim=box[0], ylim=box[1], xlabel=problem.names[0], ylabel=problem.names[1])
    known = heights.compressed()
    levels = np.unique(np.quantile(known, np.linspace(0, 1, _LEVELS + 1))) if known.size else known
    if len(levels) < 3:
        return
    if not filled:
        ax.contour(x, y, heights, levels[1:-1:2], colors=[faded(ax, 0.45)], linewidths=0.6)
        return
    colours = mpl.colormaps[_GROUND]
    norm = BoundaryNorm(levels, colours.N)
    areas = ax.contourf(x, y, heights, levels, cmap=colours, norm=norm, alpha=_STRENGTH)
    scale = ax.figure.colorbar(areas, ax=ax, label="f")
    scale.set_ticks(levels.tolist(), labels=[number(float(level), 3) for level in levels])
