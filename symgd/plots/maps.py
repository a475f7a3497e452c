"""f over two variables, as contours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.colors import BoundaryNorm
from matplotlib.contour import QuadContourSet

from ..arrays import Array
from ..errors import ConfigurationError
from ..views.data import Formula
from ..views.numbers import number
from .frame import on_new_limits
from .style import faded

Levels: TypeAlias = int | Sequence[float]

_POINTS = 161  # a side
_LEVELS = 12
_MOST = 1000
_SMALL = 2.0  # inches: smaller Axes have no colour scale beside them
_GROUND = "cividis"
_STRENGTH = 0.8  # of its colours, which lie under paths


def contours(
    ax: Axes, problem: Formula, box: Array, *, filled: bool, levels: Levels | None = None
) -> None:
    """Draw f over a box, and over what is shown when the limits change.

    Areas have a colour scale, unless the Axes are small.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    problem : Problem
        A formula in two variables.
    box : ndarray
        Limits of each variable, shape ``(2, 2)``.
    filled : bool
        Whether to draw areas, or faint lines.
    levels : int or sequence of float, optional
        Heights of the contours, or how many of them part what is shown into equal areas.
    """
    ax.set(xlim=box[0], ylim=box[1], xlabel=problem.names[0], ylabel=problem.names[1])
    drawn = _Contours(ax, problem, filled, levels)
    drawn.draw()
    on_new_limits(ax, drawn.draw)


def check_levels(levels: Any, problem: Formula) -> None:
    """Refuse what are no heights of contours, and contours of f in one variable."""
    if levels is None:
        return
    if len(problem.names) != 2:
        raise ConfigurationError("levels", levels, "nothing: only f in two variables has contours")
    if isinstance(levels, int | np.integer) and not isinstance(levels, bool):
        good = 1 < levels <= _MOST
    else:
        good = _rising(levels)
    if not good:
        takes = f"a number from 2 to {_MOST}, or rising heights of f, two at least"
        raise ConfigurationError("levels", levels, takes)


def _rising(levels: Any) -> bool:
    try:
        heights = np.asarray(levels, dtype=float)
    except (TypeError, ValueError):
        return False
    if heights.ndim != 1 or not 1 < len(heights) <= _MOST:
        return False
    return bool(np.isfinite(heights).all() and (np.diff(heights) > 0).all())


class _Contours:
    """The contours of what is shown, and their colour scale."""

    def __init__(self, ax: Axes, problem: Formula, filled: bool, levels: Levels | None) -> None:
        self.ax, self.problem, self.filled, self.levels = ax, problem, filled, levels
        self.drawn: QuadContourSet | None = None
        self.scale: Colorbar | None = None

    def draw(self) -> None:
        """Compute f over what is shown, and draw it in place of what was drawn."""
        if self.drawn is not None:
            if self.drawn.axes is not self.ax:
                return  # the Axes were cleared
            self.drawn.remove()
            self.drawn = None
        sides = self.ax.get_xlim(), self.ax.get_ylim()
        x, y = (np.linspace(min(side), max(side), _POINTS) for side in sides)
        heights = np.ma.masked_invalid(self.problem.fun(np.stack(np.meshgrid(x, y), axis=-1)))
        levels = self._heights(heights.compressed())
        if len(levels) > 1:
            (self._areas if self.filled else self._lines)(x, y, heights, levels)

    def _heights(self, known: Array) -> Array:
        """Give the levels: those of the caller, or such as part what is shown into equal areas."""
        parts = self._parts()
        if not parts:
            return np.asarray(self.levels, dtype=float)
        if not known.size:
            return known
        levels = np.unique(np.quantile(known, np.linspace(0, 1, parts + 1)))
        return levels if len(levels) > 2 else levels[:0]

    def _parts(self) -> int:
        """Give into how many areas what is shown is parted; 0 for heights of the caller."""
        if self.levels is None:
            return _LEVELS
        return int(self.levels) if isinstance(self.levels, int | np.integer) else 0

    def _lines(self, x: Array, y: Array, heights: Any, levels: Array) -> None:
        shown = levels[1 : -1 : 2 if self.levels is None else 1] if self._parts() else levels
        looks: dict[str, Any] = {"colors": [faded(self.ax, 0.45)], "linewidths": 0.6}
        self.drawn = self.ax.contour(x, y, heights, shown, **looks)

    def _areas(self, x: Array, y: Array, heights: Any, levels: Array) -> None:
        colours = mpl.colormaps[_GROUND]
        beyond: Any = "neither" if self._parts() else "both"
        norm = BoundaryNorm(levels, colours.N, extend=beyond)
        looks: dict[str, Any] = {
            "cmap": colours,
            "norm": norm,
            "alpha": _STRENGTH,
            "extend": beyond,
        }
        self.drawn = areas = self.ax.contourf(x, y, heights, levels, **looks)
        self._colour_scale(areas, levels)

    def _colour_scale(self, areas: QuadContourSet, levels: Array) -> None:
        """Draw the colour scale, in the place of one that is there."""
        place: dict[str, Any] = {"ax": self.ax}
        if self.scale is None and min(self.ax.bbox.size) < _SMALL * self.ax.figure.dpi:
            return
        if self.scale is not None:
            self.scale.ax.clear()
            place = {"cax": self.scale.ax}
        self.scale = self.ax.figure.colorbar(areas, label="f", **place)
        told = levels[:: -(-len(levels) // (_LEVELS + 1))]
        self.scale.set_ticks(told.tolist(), labels=[number(float(level), 3) for level in told])
