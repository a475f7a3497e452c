"""The way of each run on the curve or the map of f: standing, and moving."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..arrays import Array
from ..errors import ConfigurationError
from ..status import AWAY
from ..views.data import Formula
from .compared import Member, Results, looks, members, who_arrives
from .data import Path, surroundings, view, window
from .findings import runs_title
from .frame import POINTS, Frame, Limits, clipped, follow, frame
from .heading import head
from .maps import Levels, check_levels, contours
from .style import axes_for, colour_of, faded, halo, ink, mark, verdict_keys

Place: TypeAlias = Callable[[Array], Array]

_NEAR = 1.0  # of a run away, the part within so many times the size of its start counts
_APART = 0.02  # distance of the dots that mark single steps, of the picture's diagonal
_AIR = (0.5, 0.15)  # of the paths' width, on either side of them: in one variable, in two
_FINE = {"markevery": 0.06, "markersize": 4.5}  # the same, where dashes are to be seen
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


class Way(NamedTuple):
    """The way of a run, and how it looks."""

    path: Path
    looks: Mapping[str, Any]


def descent(
    result: Results,
    runs: int | Sequence[int] | None = None,
    *,
    xlim: Limits | None = None,
    ylim: Limits | None = None,
    levels: Levels | None = None,
    aspect: str | float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the way of one or more runs on f: on its curve, or on its map for two variables.

    Starts are rings, ends carry the mark of their verdict. Ways have the colour of their verdict,
    or each result its own colour and dashes when there are several. A run that is alone is shown
    with the valley on all sides of its end. The curve and the map are drawn anew where the limits
    of the Axes change.

    Parameters
    ----------
    result : Result, sequence of Result or mapping of str to Result
        What ``minimize(..., history=True)`` gave, in one or two variables: once, or several times
        for one problem, as with several methods. They are named by their methods, or by the
        mapping.
    runs : int or sequence of int, optional
        Rows of the runs, the same in each result; by default all, or 12 of them when there are
        more.
    xlim, ylim : tuple of float, optional
        The range that is shown; by default around the ways.
    levels : int or sequence of float, optional
        Heights of f that part the colours of its map, or how many areas of equal size.
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
        If the history is not there, or there are more than two variables; if results are of
        different problems; if a range, the levels or the aspect are none.

    Examples
    --------
    >>> import symgd
    >>> arguments = {"x0": [1.0, 1.0], "lr": 0.02, "epochs": 50, "history": True}
    >>> found = [
    ...     symgd.minimize("x**2 + 9*y**2", method=method, **arguments)
    ...     for method in ("gd", "momentum")
    ... ]
    >>> ax = descent(found)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['start', 'gd', 'momentum', 'SLOW (2)']
    """
    group = members(result, runs, most=2)
    check_levels(levels, group[0].result.problem)
    shown = frame(xlim, ylim, aspect)
    ax = axes_for(ax)
    place = _ground(ax, group, shown, levels)
    for way in _ways(ax, group):
        line, ring = _trail(ax, way)
        spots = _walked(ax, place(way.path.points))
        _move(line, spots)
        _move(ring, spots[:1])
        colour = {"color": way.looks["color"]} if len(group) > 1 else {}
        mark(ax, spots[-1:, 0], spots[-1:, 1], way.path.status, markersize=9, **colour)
    _heading(ax, group, "start")
    return ax


def animate(
    result: Results,
    runs: int | Sequence[int] | None = None,
    *,
    frames: int = 60,
    ax: Axes | None = None,
) -> FuncAnimation:
    """Draw the descent as an animation.

    Parameters
    ----------
    result : Result, sequence of Result or mapping of str to Result
        What ``minimize(..., history=True)`` gave, in one or two variables: once, or several times
        for one problem, as with several methods.
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
        If the history is not there, or there are more than two variables; if results are of
        different problems.
    """
    group = members(result, runs, most=2)
    if not isinstance(frames, int) or frames < 2:
        raise ConfigurationError("frames", frames, "a whole number, at least 2")
    own = ax is None
    ax = _unshown_axes() if ax is None else axes_for(ax)
    place = _ground(ax, group, frame(None, None, None), None)
    ways = _ways(ax, group)
    trails = [(w.path.epochs, _walked(ax, place(w.path.points)), *_trail(ax, w)) for w in ways]
    _heading(ax, group, "at this epoch")
    above = "" if ax.title.get_text() == ax.title.get_label() else f"{ax.get_title()}\n"
    if own:
        _settle_layout(ax)
    shown = [way.path for way in ways]
    last = max(int(path.epochs[-1]) for path in shown)

    def step(epoch: int) -> list[Line2D]:
        for epochs, spots, line, ring in trails:
            so_far = spots[: np.searchsorted(epochs, epoch, side="right")]
            _move(line, so_far)
            _move(ring, so_far[-1:])
        ax.title.set_text(f"{above}epoch {epoch:,} of {last:,}")
        return []

    beats = _beats(shown, last, frames, float(np.ptp(ax.get_xlim())))
    pause = min(_LASTS / len(beats), _SLOWEST)
    return FuncAnimation(ax.figure.figure, step, frames=beats, interval=pause, init_func=lambda: [])


def _ways(ax: Axes, group: Sequence[Member]) -> list[Way]:
    """Give all ways with their looks: by verdict, or by result when there are several."""
    if len(group) == 1:
        return [Way(path, {"color": colour_of(ax, path.status)}) for path in group[0].shown]
    return [
        Way(path, {**looks(ax, i), **_FINE})
        for i, member in enumerate(group)
        for path in member.shown
    ]


def _counted(path: Path) -> int:
    """Give how many points set the limits: of a run away, those near its start."""
    if path.status not in AWAY:
        return len(path.points)
    far = np.abs(path.points - path.points[0]).max(axis=1)
    return int(np.argmax(np.append(far, np.inf) > _NEAR * (1 + np.abs(path.points[0]).max())))


def _in_sight(problem: Formula, shown: Sequence[Path]) -> Array:
    """Give the points that set the limits: ways, and the valley around ways from one start."""
    points = [path.points[: _counted(path)] for path in shown]
    if all((path.points[0] == shown[0].points[0]).all() for path in shown):
        points += [surroundings(problem, path) for path in shown if path.status not in AWAY]
    return np.concatenate(points)


def _ground(ax: Axes, group: Sequence[Member], shown: Frame, levels: Levels | None) -> Place:
    """Draw f where the paths are; give the place in the picture of points."""
    problem = group[0].result.problem
    points = _in_sight(problem, [path for member in group for path in member.shown])
    around = [window(column, pad=_AIR[points.shape[1] - 1]) for column in points.T]
    if len(around) == 2:
        contours(ax, problem, shown.box(np.array(around)), filled=True, levels=levels)
        shown.shape(ax)
        return np.copy
    low, high = shown.xlim or around[0]
    x = np.linspace(low, high, POINTS)
    y = np.asarray(problem.fun(x))
    limits = shown.ylim or view(y, keep=problem.fun(points[:, 0]))
    (line,) = ax.plot(x, clipped(y, limits), color=faded(ax, 0.55), zorder=1)
    follow(ax, line, problem.fun)
    ax.set(xlim=(low, high), ylim=limits, xlabel=problem.names[0], ylabel="f")
    shown.shape(ax)
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


def _trail(ax: Axes, way: Way) -> tuple[Line2D, Line2D]:
    """Draw a line and a ring for a run, at no place yet."""
    usual = {"marker": ".", "markevery": _APART, "linewidth": 1.6, "zorder": 3}
    (line,) = ax.plot([], [], **{**usual, **way.looks})
    line.set_path_effects(halo(ax))
    (ring,) = ax.plot([], [], **_RING, markeredgecolor=way.looks["color"], zorder=4)
    for artist in (line, ring):
        artist.set_visible(False)
    return line, ring


def _heading(ax: Axes, group: Sequence[Member], ring_is: str) -> None:
    ring = Line2D([], [], **_RING, markeredgecolor=ink(ax), label=ring_is)
    status = [path.status for member in group for path in member.shown]
    if len(group) == 1:
        rows = [path.run for path in group[0].shown]
        head(ax, runs_title(group[0].result, rows), [ring, *verdict_keys(ax, status)])
        return
    keys = [Line2D([], [], label=one.name, **looks(ax, i)) for i, one in enumerate(group)]
    verdicts = verdict_keys(ax, status)
    for key in verdicts:
        key.set_color(ink(ax))
    head(ax, who_arrives(group), [ring, *keys, *verdicts])


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
