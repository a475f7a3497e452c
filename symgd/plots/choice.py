"""The picture that fits what is at hand, on Axes or in a file."""

from __future__ import annotations

import os
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..errors import ConfigurationError
from ..files import replacing
from ..status import Status
from ..views.data import Batch, Outcome, Sweep, is_batch, is_sweep
from .curves import curve
from .finals import final_vs_lr, final_vs_start, rates, waterfall
from .paths import descent
from .regions import basins
from .sweeps import heatmap, lines

_DPI = 150


def choose(result: Outcome, *, ax: Axes | None = None) -> Axes:
    """Draw the picture that fits a result or a sweep.

    One variable: f, f' and the ends; two: the basins; more: the sorted final values. A single run
    with its history, in one or two variables: its way. A sweep over
    ``lr`` or ``x0``: the ends against it; over two axes: a map; over ``lr`` where runs cycle: all
    ends over each rate.

    Parameters
    ----------
    result : Result or SweepResult
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ConfigurationError
        If it is neither, or a sweep over more axes than a picture has.
    """
    if is_sweep(result):
        return _sweep_picture(result, ax)
    if not is_batch(result):
        raise ConfigurationError("result", result, "what symgd.minimize or symgd.sweep gives")
    variables = len(result.problem.names)
    if is_way(result):
        return descent(result, ax=ax)
    if variables == 1:
        return curve(result, ax=ax)
    return basins(result, ax=ax) if variables == 2 else waterfall(result, ax=ax)


def is_way(result: Batch) -> bool:
    """Tell a single run whose way is known, and can be drawn on f."""
    lone = len(result.runs.fun) == 1 and len(result.problem.names) <= 2
    return lone and result.history is not None


def _sweep_picture(sweep: Sweep, ax: Axes | None) -> Axes:
    one = len(sweep.problem.names) == 1
    cycling = bool((sweep.status == Status.OSCILLATING).any())
    if sweep.dims == ("lr",):
        return rates(sweep, ax=ax) if cycling else final_vs_lr(sweep, ax=ax)
    if sweep.dims == ("x0",) and one:
        return final_vs_start(sweep, ax=ax)
    if len(sweep.dims) == 2:
        return heatmap(sweep, ax=ax)
    if len(sweep.dims) > 2 and "lr" in sweep.dims:
        return rates(sweep, ax=ax)
    return lines(sweep, ax=ax)


def save(result: Outcome, path: str | os.PathLike[str]) -> None:
    """Write the picture that fits a result or a sweep to a file; this needs no display.

    Parameters
    ----------
    result : Result or SweepResult
        What to draw.
    path : str or path
        Name of the file, whose suffix says of which type it is: ``.png``, ``.svg`` or ``.pdf``.
        One that is there is replaced only once the new one is complete.

    Raises
    ------
    ConfigurationError
        If it is a sweep over more axes than a picture has.
    OSError
        If the file cannot be written.
    """
    figure = Figure(dpi=_DPI, layout="constrained")
    choose(result, ax=figure.add_subplot())
    with replacing(path) as file:
        figure.savefig(file, format=Path(path).suffix.lower().lstrip("."))
