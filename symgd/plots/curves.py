"""f along one variable, with its derivatives, and where runs ended on it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..arrays import Array
from ..errors import ConfigurationError
from ..palette import BLUE, ORANGE
from ..problem import Problem, Source
from ..views.data import Batch, Formula, is_batch
from ..views.numbers import number
from .data import need_variables, starts_and_ends, view, window
from .findings import runs_title
from .frame import POINTS, Limits, clipped, follow, frame
from .heading import head
from .style import axes_for, faded, foot_labels, mark, strong, verdict_keys

_TITLE = 60  # characters of a formula that a title shows
_DISTINCT = 200  # distinct ends that fit beside each other
_NAMED_ENDS = 7  # distinct ends up to which each is told by its number
_STRIP = 0.08  # height of the strip with these numbers, of the curves' own
_WIDE = 0.15  # ends that fill so much of the range of all starts set the range themselves,
_AROUND = 0.25  # with so much of their width on either side


def curve(
    problem: Source | Formula | Batch,
    lo: float | None = None,
    hi: float | None = None,
    *,
    order: int = 1,
    xlim: Limits | None = None,
    ylim: Limits | None = None,
    aspect: str | float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw f and its derivatives over a range, and the ends of a result's runs on all of them.

    The curves are computed for what is shown: where the limits of the Axes change, as by zooming,
    they are drawn anew.

    Parameters
    ----------
    problem : str, sympy.Expr, Problem or Result
        A formula in one variable, or what `minimize` gave for one.
    lo, hi : float, optional
        The range; by default the one of a result's starts and ends.
    order : int, optional
        Highest derivative: 0 draws f, 1 also f', 2 also f''.
    xlim : tuple of float, optional
        The range, in place of ``lo, hi``.
    ylim : tuple of float, optional
        Range of the values; by default the bulk of them.
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
        If there are several variables, or the range or the order is not one.

    Examples
    --------
    >>> ax = curve("x**3 - x", -1, 1)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['f', "f'"]
    """
    problem = Problem(problem) if isinstance(problem, Source) else problem
    result = problem if is_batch(problem) else None
    function = _in_one_variable(problem)
    if order not in (0, 1, 2):
        raise ConfigurationError("order", order, "0, 1 or 2")
    shown = frame(_one_range(lo, hi, xlim), ylim, aspect)
    lo, hi = shown.xlim or _range(result, lo, hi)
    ax = axes_for(ax)
    x = np.linspace(lo, hi, POINTS)
    derivatives = (function.fun, function.grad, function.hess)[: order + 1]
    heights = [np.asarray(derivative(x)) for derivative in derivatives]
    limits = shown.ylim or view(np.concatenate(heights))
    keys = _draw(ax, x, heights, limits)
    ax.set(xlim=(lo, hi), ylim=limits, xlabel=function.names[0])
    shown.shape(ax)
    if result is None:
        head(ax, f"f = {textwrap.shorten(function.text, _TITLE, placeholder=' ...')}", keys)
    else:
        verdicts = verdict_keys(ax, result.runs.status)
        head(ax, runs_title(result, range(len(result.runs.fun))), keys + verdicts)
        ends = _distinct_ends(result, (lo, hi))
        _mark_ends(ax, ends, derivatives)
        _name_ends(ax, sorted({x for x, _ in ends}), derivatives, room=ylim is None)
    for line, derivative in zip(keys, derivatives, strict=True):
        follow(ax, line, derivative)
    return ax


def _draw(
    ax: Axes, x: Array, heights: Sequence[Array], limits: tuple[float, float]
) -> list[Line2D]:
    """Draw f and its derivatives, with the line of zero that the derivatives cross."""
    looks = (
        (faded(ax, 0.75), "-", "f"),
        (strong(ax, BLUE), "-", "f'"),
        (strong(ax, ORANGE), "--", "f''"),
    )
    lines = []
    for y, (colour, style, label) in zip(heights, looks, strict=False):
        lines += ax.plot(x, clipped(y, limits), style, color=colour, label=label, zorder=2)
    ax.set_ylabel(", ".join(label for _, _, label in looks[: len(lines)]))
    if len(lines) > 1:
        ax.axhline(0, color=faded(ax, 0.3), linewidth=0.8, zorder=1)
    return lines


def _in_one_variable(problem: Formula | Batch) -> Formula:
    function: Any = problem.problem if is_batch(problem) else problem
    if not hasattr(function, "fun") or not hasattr(function, "names"):
        raise ConfigurationError("problem", problem, "a formula or what symgd.minimize gives")
    return need_variables(function, 1)


def _one_range(lo: float | None, hi: float | None, xlim: Any) -> Any:
    """Refuse a range that is given twice."""
    if xlim is not None and not (lo is None and hi is None):
        raise ConfigurationError("xlim", xlim, "nothing beside lo and hi, which are the same")
    return xlim


def _range(result: Batch | None, lo: float | None, hi: float | None) -> tuple[float, float]:
    if result is not None:
        low, high = _around(result)
        lo, hi = low if lo is None else lo, high if hi is None else hi
    ends = np.asarray([lo, hi])
    if ends.dtype.kind not in "iuf" or not np.isfinite(ends).all() or ends[0] >= ends[1]:
        raise ConfigurationError("lo, hi", f"{lo}, {hi}", "two finite numbers, lo below hi")
    return float(ends[0]), float(ends[1])


def _around(result: Batch) -> tuple[float, float]:
    """Give a range around the ends, or around the starts too when the ends are close together."""
    both, runs = starts_and_ends(result), result.runs
    ends = both[len(runs.x0) :]
    if ends.size and np.ptp(ends) > _WIDE * np.ptp(both):
        return window(ends, pad=_AROUND)
    return window(both)


def _distinct_ends(result: Batch, limits: tuple[float, float]) -> list[tuple[float, int]]:
    """Give ends inside the limits that can be told apart there, each with its verdict."""
    width = limits[1] - limits[0]
    cells: dict[tuple[int, int], tuple[float, int]] = {}
    for x, status in zip(result.runs.x[:, 0].tolist(), result.runs.status.tolist(), strict=True):
        if limits[0] <= x <= limits[1]:
            cells.setdefault((round((x - limits[0]) / width * _DISTINCT), status), (x, status))
    return list(cells.values())


def _mark_ends(
    ax: Axes, ends: Sequence[tuple[float, int]], derivatives: Sequence[Callable[..., Any]]
) -> None:
    """Mark each end on every curve, the successes on top."""
    for status in sorted({status for _, status in ends}, reverse=True):
        here = np.array([x for x, end in ends if end == status])
        for derivative in derivatives:
            mark(ax, here, derivative(here), status)


def _name_ends(
    ax: Axes, ends: Sequence[float], derivatives: Sequence[Callable[..., Any]], room: bool
) -> None:
    """Tell the numbers of a few ends at the bottom, where `room` may be made for them."""
    words = {number(x): x for x in ends}
    if not 0 < len(words) <= _NAMED_ENDS:
        return
    low, high = ax.get_ylim()
    if room:
        ax.set_ylim(low - _STRIP * (high - low), high)
    for x in words.values():
        top = max(float(derivative(x)) for derivative in derivatives)
        ax.vlines(x, low, top, color=faded(ax, 0.4), linewidth=0.8, linestyle=":", zorder=1)
    name = f"{ax.get_xlabel()} = " if len(words) == 1 else ""
    foot_labels(ax, [(x, name + said) for said, x in words.items()])
