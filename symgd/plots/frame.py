"""The part of a picture that is shown: as the caller wants it, and what follows when it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..arrays import Array
from ..errors import ConfigurationError

POINTS = 1001
Limits: TypeAlias = Sequence[float]


class Frame(NamedTuple):
    """What a caller says of the range that is shown; None leaves it to the picture."""

    xlim: tuple[float, float] | None
    ylim: tuple[float, float] | None
    aspect: str | float | None

    def box(self, found: Array) -> Array:
        """Give the limits of x and y: those of the caller, else those that were found."""
        wanted = zip((self.xlim, self.ylim), found, strict=True)
        return np.array([own if asked is None else asked for asked, own in wanted])

    def shape(self, ax: Axes) -> None:
        """Give the Axes the aspect that was asked for."""
        if self.aspect is not None:
            ax.set_aspect(self.aspect, adjustable="box")  # type: ignore[arg-type]


def frame(xlim: Limits | None, ylim: Limits | None, aspect: str | float | None) -> Frame:
    """Check what a caller says of the range that is shown."""
    if not (aspect is None or aspect in ("auto", "equal") or _positive(aspect)):
        raise ConfigurationError("aspect", aspect, "'equal', 'auto' or a number above 0")
    return Frame(limits("xlim", xlim), limits("ylim", ylim), aspect)


def limits(argument: str, given: Any) -> tuple[float, float] | None:
    """Check a range."""
    if given is None:
        return None
    try:
        low, high = (float(end) for end in given)
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise ConfigurationError(argument, given, "two finite numbers, the lower one first")
    return low, high


def _positive(aspect: Any) -> bool:
    return isinstance(aspect, int | float) and not isinstance(aspect, bool) and 0 < aspect < np.inf


def clipped(y: Array, limits: tuple[float, float]) -> Array:
    """Break a line where it is far outside the limits, as on the two sides of a pole."""
    air = 2 * (limits[1] - limits[0])
    return np.where((y > limits[0] - air) & (y < limits[1] + air), y, np.nan)


def on_new_limits(ax: Axes, redraw: Callable[[], None]) -> None:
    """Draw anew what is computed for the limits, whenever they change."""
    for change in ("xlim_changed", "ylim_changed"):
        ax.callbacks.connect(change, lambda _: redraw())


def follow(ax: Axes, line: Line2D, function: Callable[[Array], Any]) -> None:
    """Let a curve of a function fill the limits, whatever they become."""

    def redraw() -> None:
        if line.axes is ax:
            left, right = sorted(ax.get_xlim())
            x = np.linspace(left, right, POINTS)
            low, high = sorted(ax.get_ylim())
            line.set_data(x, clipped(np.asarray(function(x)), (low, high)))

    on_new_limits(ax, redraw)
