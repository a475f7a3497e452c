"""The way of each run on the curve or the map of f: standing, and moving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..arrays import Array
from ..errors import ConfigurationError
from ..status import AWAY
from ..views.data import Batch
from .curves import POINTS, clipped
from .data import Path, need_batch, paths, view, window
from .findings import runs_title
from .maps import contours
from .style import axes_for, colour_of, faded, halo, head, ink, mark, verdict_keys

Place: TypeAlias = Callable[[Array], Array]

_NEAR = 1.0  # of a run away, the part within so many times the size of its start counts
_APART = 0.02  # distance of the dots that mark single steps, of the picture's diagonal
_AIR = (0.5, 0.15)  # of the paths' width, on either side of them: in one variable, in two
_OUTSIDE = 20.0  # times the picture's size: farther out nothing is drawn
_STILL = 0.003  # of the picture's width: a way this short is not seen
_LASTS = 8000  # milliseconds that an animation takes at most
_SLOWEST = 400  # milliseconds a frame
_RING: dict[str, Any] = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 10,
    "markerfacecolor": "none",
    "markeredgewidth": 1.8,
}


def descent(
    result: Batch, runs: int | Sequence[int] | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draw the way of one or more runs on f: on its curve, or on its map for two variables.

    Starts are rings, ends carry the mark and the colour of their verdict.

    Parameters
    ----------
    result : Result
        What ``minimize(..., history=True)`` gave, in one or two variables.
    runs : int or sequence of int, optional
        Rows of the runs; by default all, or 12 of them when there are more.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ConfigurationError
        If the history is not there, or there are more than two variables.
    """
    shown = paths(need_batch(result, most=2), runs)
    ax = axes_for(ax)
    place = _ground(ax, result, shown)
    for path in shown:
        line, ring = _trail(ax, path)
        spots = _walked(ax, place(path.points))
        _move(line, spots)
        _move(ring, spots[:1])
        mark(ax, spots[-1:, 0], spots[-1:, 1], path.status, markersize=9)
    _heading(ax, result, shown, "start")
    return ax


def animate(
    result: Batch,
    runs: int | Sequence[int] | None = None,
    *,
    frames: int = 60,
    ax: Axes | None = None,
) -> FuncAnimation:
    """Draw the descent as an animation.

    Parameters
    ----------
    result : Result
        What ``minimize(..., history=True)`` gave, in one or two variables.
    runs : int or sequence of int, optional
        Rows of the runs; by default all, or 12 of them when there are more.
    frames : int, optional
        The most frames; a longer descent is shown in larger strides.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure, which pyplot does not know.

    Returns
    -------
    matplotlib.animation.FuncAnimation
        ``to_jshtml()`` makes a page of it, ``save("descent.gif", writer="pillow")`` a file.

    Raises
    ------
    ConfigurationError
        If the history is not there, or there are more than two variables.
    """
    shown = paths(need_batch(result, most=2), runs)
    if not isinstance(frames, int) or frames < 2:
        raise ConfigurationError("frames", frames, "a whole number, at least 2")
    own = ax is None
    ax = _unshown_axes() if ax is None else axes_for(ax)
    place = _ground(ax, result, shown)
    trails = [(p.epochs, _walked(ax, place(p.points)), *_trail(ax, p)) for p in shown]
    _heading(ax, result, shown, "at this epoch")
    if own:
        _settle_layout(ax)
    last = max(int(path.epochs[-1]) for path in shown)

    def step(epoch: int) -> list[Line2D]:
        for epochs, spots, line, ring in trails:
            so_far = spots[: np.searchsorted(epochs, epoch, side="right")]
            _move(line, so_far)
            _move(ring, so_far[-1:])
        ax.title.set_text(f"epoch {epoch:,} of {last:,}")
        return []

    beats = _beats(shown, last, frames, float(np.ptp(ax.get_xlim())))
    pause = min(_LASTS / len(beats), _SLOWEST)
    return FuncAnimation(ax.figure.figure, step, frames=beats, interval=pause, init_func=lambda: [])


def _counted(path: Path) -> int:
    """Give how many points set the limits: of a run away, those near its start."""
    if path.status not in AWAY:
        return len(path.points)
    far = np.abs(path.points - path.points[0]).max(axis=1)
    return int(np.argmax(np.append(far, np.inf) > _NEAR * (1 + np.abs(path.points[0]).max())))


def _ground(ax: Axes, result: Batch, shown: Sequence[Path]) -> Place:
    """Draw f where the paths are; give the place in the picture of points."""
    problem = result.problem
    points = np.concatenate([path.points[: _counted(path)] for path in shown])
    box = np.array([window(column, pad=_AIR[points.shape[1] - 1]) for column in points.T])
    if len(box) == 2:
        contours(ax, problem, box, filled=True)
        return np.copy
    x = np.linspace(box[0, 0], box[0, 1], POINTS)
    y = np.asarray(problem.fun(x))
    limits = view(y, keep=problem.fun(points[:, 0]))
    ax.plot(x, clipped(y, limits), color=faded(ax, 0.55), zorder=1)
    ax.set(xlim=box[0], ylim=limits, xlabel=problem.names[0], ylabel="f")
    return lambda p: np.column_stack([p[:, 0], problem.fun(p[:, 0])])


def _walked(ax: Axes, spots: Array) -> Array:
    """Give the places of a run up to the first one that is far outside the picture."""
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    low, high = low - _OUTSIDE * (high - low), high + _OUTSIDE * (high - low)
    inside = ((spots > low) & (spots < high)).all(axis=1)
    seen = np.clip(spots[: np.argmin(np.append(inside, False)) + 1], low, high)
    return np.asarray(seen[np.isfinite(seen).all(axis=1)])


def _move(line: Line2D, spots: Array) -> None:
    """Put a line through places; without any it is not there."""
    line.set_data(*spots.T)
    line.set_visible(len(spots) > 0)


def _trail(ax: Axes, path: Path) -> tuple[Line2D, Line2D]:
    """Draw a line and a ring for a run, at no place yet."""
    colour = colour_of(ax, path.status)
    (line,) = ax.plot([], [], ".-", color=colour, markevery=_APART, linewidth=1.6, zorder=3)
    line.set_path_effects(halo(ax))
    (ring,) = ax.plot([], [], **_RING, markeredgecolor=colour, zorder=4)
    for artist in (line, ring):
        artist.set_visible(False)
    return line, ring


def _heading(ax: Axes, result: Batch, shown: Sequence[Path], ring_is: str) -> None:
    chosen = [path.run for path in shown]
    ring = Line2D([], [], **_RING, markeredgecolor=ink(ax), label=ring_is)
    head(ax, runs_title(result, chosen), [ring, *verdict_keys(ax, result.runs.status[chosen])])


def _beats(shown: Sequence[Path], last: int, frames: int, width: float) -> list[int]:
    """Spread the frames over the epochs in which something moves that can be seen."""
    moving = [
        path.epochs[np.abs(path.points - path.points[-1]).max(axis=1) > _STILL * width]
        for path in shown
    ]
    still = min(last, max(int(epochs[-1]) + 1 if len(epochs) else 0 for epochs in moving))
    epochs = np.linspace(0, still, frames - 1).round().astype(int)
    return sorted({int(epoch) for epoch in [*epochs, last]})


def _settle_layout(ax: Axes) -> None:
    """Lay the figure out once, not for every frame."""
    figure = ax.figure.figure
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def _unshown_axes() -> Axes:
    figure = Figure(layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()
