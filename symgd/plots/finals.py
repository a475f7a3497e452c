"""Where runs ended, against where they started, their rate, or their rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..arrays import Array, Whole
from ..status import AWAY, Status
from ..views.axes import where
from ..views.case import largest_rates, two_over
from ..views.data import Batch, Outcome, Sweep, is_sweep
from ..views.mirror import told
from ..views.numbers import number, point, several
from ..views.points import noun
from .data import coordinate, ends, log_spaced, need_batch, need_sweep, starting_points, window
from .findings import borders_title, runs_title, sweep_title
from .heading import head
from .style import (
    LINES,
    Label,
    axes_for,
    faded,
    mark,
    side_labels,
    strong,
    verdict_keys,
)

_LEVELS = 6  # minima that are named beside a picture
_EDGED = 70  # marks up to which each has an edge that sets it off from its neighbours
_LIMITS = 3  # safe rates that are drawn
_UNSTEADY = (Status.OSCILLATING, *AWAY)
_FINE = 1e-6  # of the range of the starts: what a border is told to
_SAME = 1e-3  # of the range of the starts: ends within it are drawn at one height
_NOTHING = 1e-6  # of the way down from the starts: a difference of f that is not one
_OUTLYING = 300.0  # times the median size, from which f needs a logarithmic axis


def final_vs_start(result: Outcome, *, ax: Axes | None = None) -> Axes:
    """Draw the end of every run against its start, and the borders that a sweep has found.

    Parameters
    ----------
    result : Result or SweepResult
        Runs in one variable, or a sweep whose only axis is ``x0``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ConfigurationError
        If there are several variables.
    """
    if is_sweep(result):
        sweep = need_sweep(result, axes=(1,), dim="x0", most=1)
        start, end, status = coordinate(sweep, "x0"), sweep.x, sweep.status
        borders, finding = sweep.borders, sweep_title(sweep)
    else:
        batch = need_batch(result, most=1)
        start, end, status = starting_points(batch)[:, 0], batch.runs.x[:, 0], batch.runs.status
        borders, finding = np.empty(0), runs_title(batch, range(len(start)))
    ax = axes_for(ax)
    for border in borders:
        ax.axvline(border, color=faded(ax, 0.4), linewidth=0.8, linestyle=":", zorder=1)
    _draw_ends(ax, start, end, status, joined=True, least=_SAME * np.ptp(start))
    name = result.problem.names[0]
    ax.set(xlabel=f"start {name}0", ylabel=f"final {name}")
    head(
        ax, finding + borders_title(borders, _FINE * np.ptp(start), "at"), verdict_keys(ax, status)
    )
    _levels(ax, [(float(m.x[0]), point([name], m.x)) for m in result.minima if m.dimension < 1])
    return ax


def final_vs_lr(sweep: Sweep, *, ax: Axes | None = None) -> Axes:
    """Draw the end of every run against its rate, with the largest safe rates.

    Parameters
    ----------
    sweep : SweepResult
        A sweep whose only axis is ``lr``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The final x for one variable, else the final f.

    Raises
    ------
    ConfigurationError
        If the sweep has other axes.
    """
    need_sweep(sweep, axes=(1,), dim="lr")
    ax = _over_rates(sweep, ax, sweep_title(sweep), joined=True)
    names = sweep.problem.names
    if len(names) == 1:
        _levels(ax, [(float(m.x[0]), point(names, m.x)) for m in sweep.minima if m.dimension < 1])
    else:
        _levels(ax, [(m.fun, f"f = {number(m.fun)}") for m in sweep.minima])
    return ax


def rates(sweep: Sweep, *, ax: Axes | None = None) -> Axes:
    """Draw all ends over each rate: one branch where runs settle, several where they cycle.

    Axes besides ``lr`` give several ends a rate; the last counts of an ``epochs`` axis show the
    points of a cycle.

    Parameters
    ----------
    sweep : SweepResult
        A sweep with the axis ``lr``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The final x for one variable, else the final f.

    Raises
    ------
    ConfigurationError
        If the sweep has no axis ``lr``.
    """
    need_sweep(sweep, axes=(1, 2, 3, 4), dim="lr")
    unsteady = np.moveaxis(np.isin(sweep.status, _UNSTEADY), sweep.dims.index("lr"), 0)
    lr = coordinate(sweep, "lr")
    settled = where("lr", lr, ~unsteady.reshape(len(lr), -1).any(axis=1))
    size = np.clip(60 / np.sqrt(unsteady.size), 1.3, 5.0)
    return _over_rates(sweep, ax, f"runs settle {settled}", markersize=size)


def _over_rates(sweep: Sweep, ax: Axes | None, title: str, **looks: Any) -> Axes:
    """Draw all ends over the rates, with the largest safe ones."""
    ax = axes_for(ax)
    values, name = ends(sweep)
    rates, axis = coordinate(sweep, "lr"), sweep.dims.index("lr")
    at = np.moveaxis(np.broadcast_to(rates, np.moveaxis(values, axis, -1).shape), -1, axis)
    _draw_ends(ax, at.ravel(), values.ravel(), sweep.status.ravel(), **looks)
    if log_spaced(rates):
        ax.set_xscale("log")
    ax.set(xlabel="lr", ylabel=name)
    head(ax, title, verdict_keys(ax, sweep.status) + _safe_rates(ax, sweep, rates))
    return ax


def waterfall(result: Batch, *, ax: Axes | None = None) -> Axes:
    """Draw the final values of f of all runs in rising order.

    Parameters
    ----------
    result : Result
        Runs in any number of variables.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    runs = need_batch(result).runs
    order = np.argsort(runs.fun, kind="stable")
    fun, status = runs.fun[order], runs.status[order]
    least = _equal_heights(result)
    ax = axes_for(ax)
    ranks = np.arange(1.0, len(fun) + 1)
    calm = _draw_ends(ax, ranks, fun, status, least=least, markersize=5)
    usual = _middle(np.abs(calm))
    if usual and np.ptp(calm) / _OUTLYING > usual:
        ax.set_yscale("symlog", linthresh=usual)
    ax.set(xlabel=f"{noun(result)}s, the lowest first", ylabel="final f")
    head(ax, _lowest(result, least), verdict_keys(ax, status))
    _levels(ax, _shares(result, least))
    return ax


def _equal_heights(result: Batch) -> float:
    """Give the difference of f that is nothing beside the way from the starts to the ends."""
    with np.errstate(all="ignore"):  # f may overflow at both
        fallen = np.abs(result.problem.fun(result.runs.x0) - result.runs.fun)
    return _NOTHING * _middle(fallen[np.isfinite(fallen)])


def _middle(values: Array) -> float:
    """Give the upper median, which no sum of large numbers can spoil."""
    return float(np.sort(values)[len(values) // 2]) if values.size else 0.0


def _shares(result: Batch, least: float) -> list[tuple[float, str]]:
    """Give the heights of the minima, each with the share of the starts that end there."""
    heights: list[tuple[float, float]] = []
    for minimum in result.minima:
        if heights and abs(minimum.fun - heights[-1][0]) <= least:
            heights[-1] = (heights[-1][0], heights[-1][1] + minimum.share)
        else:
            heights.append((minimum.fun, minimum.share))
    return [(y, f"f = {number(y)}: {100 * share:.3g} %") for y, share in heights]


def _lowest(result: Batch, least: float) -> str:
    if not result.minima:
        return runs_title(result, range(len(result.runs.fun)))
    every = several(len(result.runs.fun), "point" if result.settings.elsewhere else "start")
    height, words = _shares(result, least)[0]
    share = words.rpartition(": ")[2]
    found = told(result, "the lowest minimum")
    return f"{share} of {every} end at {found} found, {number(height)}"


def _draw_ends(
    ax: Axes,
    at: Array,
    value: Array,
    status: Whole,
    *,
    joined: bool = False,
    least: float = 0.0,
    **looks: float,
) -> Array:
    """Mark ends by verdict, those out of sight at the border; give the values in sight."""
    looks = {"markeredgewidth": 0.6 if len(at) <= _EDGED else 0.0, "among": len(at)} | looks
    order = np.argsort(at, kind="stable")
    at, value, status = at[order], value[order], status[order]
    calm = value[np.isfinite(value) & ~np.isin(status, AWAY)]
    limits = window(calm, least=least)
    inside = (value >= limits[0]) & (value <= limits[1])
    if joined:
        ax.plot(at, np.where(inside, value, np.nan), color=faded(ax, 0.4), linewidth=1, zorder=2)
    seen = np.nan_to_num(np.clip(value, *limits), nan=limits[0])
    for code in np.unique(status).tolist():
        here = status == code
        mark(ax, at[here], seen[here], code, clip_on=bool(inside[here].all()), **looks)
    ax.set_ylim(limits)
    return calm


def _levels(ax: Axes, levels: Sequence[tuple[float, str]]) -> None:
    """Draw and name the heights of the first few minima that are in sight."""
    low, high = ax.get_ylim()
    seen = [(y, words) for y, words in levels if low <= y <= high][:_LEVELS]
    for y, _ in seen:
        ax.axhline(y, color=faded(ax, 0.3), linewidth=0.8, linestyle=":", zorder=1)
    side_labels(ax, [Label(y, words, faded(ax, 0.75)) for y, words in seen])


def _safe_rates(ax: Axes, sweep: Sweep, rates: Array) -> list[Line2D]:
    """Draw the largest safe rates of the minima that lie among the rates, where theory knows."""
    largest, names = largest_rates(sweep), sweep.problem.names
    seen = {
        number(rate): (rate, minimum)
        for rate, minimum in zip(largest.tolist(), sweep.minima, strict=True)
        if rates.min() <= rate <= rates.max()
    }
    looks = zip(list(seen.items())[:_LIMITS], LINES, strict=False)
    curved = "2/f''" if len(names) == 1 else "2/largest curvature"
    return [
        ax.axvline(
            rate,
            color=strong(ax, colour),
            linestyle="--",
            linewidth=1.2,
            label=f"{curved if two_over(rate, 2 / minimum.lr_max) else 'largest lr'} = {words} "
            f"at {point(names, minimum.x)}",
            zorder=1,
        )
        for (words, (rate, minimum)), colour in looks
    ]
