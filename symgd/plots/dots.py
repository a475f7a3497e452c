"""Marks of very many runs: those are drawn that can be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import allow_rasterization
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..arrays import Array, Whole

DENSE = 2000  # marks that are one image in a file of paths, which would hold a path for each
_APART = 0.25  # of a mark's size: what is nearer looks the same
_PALE = 3.0  # points: smaller marks are pale, and darker where several lie on each other


class Dots(Line2D):
    """Marks without a line; where several would cover each other, one of them is drawn.

    The choice is made for each drawing, for the size and the limits that the picture has then, and
    all data stay: who zooms in sees more.
    """

    def __init__(self, x: Any, y: Any, **looks: Any) -> None:
        # Unless marks are picked, Matplotlib keeps a part of sorted data only.
        super().__init__(x, y, linestyle="none", markevery=1, **looks)

    @allow_rasterization  # type: ignore[untyped-decorator]
    def draw(self, renderer: Any) -> None:
        """Draw the marks that can be told apart."""
        if self.axes is not None and self.get_markersize() > _PALE:
            cell = _APART * renderer.points_to_pixels(self.get_markersize())
            places = self.axes.transData.transform(self.get_xydata())
            self.set_markevery(distinct(places, cell).tolist())
        super().draw(renderer)


def dots(ax: Axes, x: Any, y: Any, among: int = 0, **looks: Any) -> Line2D:
    """Draw marks at places, as an image where the picture has very many: `among` so many."""
    if max(among, np.size(x)) <= DENSE:
        return ax.plot(x, y, linestyle="none", **looks)[0]
    marks = ax.add_line(Dots(x, y, rasterized=True, **looks))
    ax.autoscale_view()
    return marks


def distinct(places: Array, cell: float) -> Whole:
    """Give the rows of places that are first in a square of this size.

    Examples
    --------
    >>> distinct(np.array([[0.1, 0.2], [0.3, 0.4], [7.0, 0.4]]), 1.0)
    array([0, 2])
    """
    squares = np.floor(np.nan_to_num(places, nan=-1.0, posinf=-1.0, neginf=-1.0) / cell)
    codes = squares[:, 0] + 1j * squares[:, 1]
    return np.sort(np.unique(codes, return_index=True)[1])
