"""What theory foretells, over what was measured: the epochs that each rate needs."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..arrays import Array, Mask
from ..errors import ConfigurationError
from ..results.runs import Minimum
from ..status import SUCCESSES
from ..views.data import Sweep
from ..views.numbers import number
from .data import coordinate, log_spaced, need_sweep
from .heading import head
from .style import axes_for, faded, ink, mark, verdict_keys

_POINTS = 160  # rates at which theory is drawn


def epochs(sweep: Sweep, method: Any, *, ax: Axes | None = None) -> Axes:
    """Draw the epochs that a sweep over rates took, and over them those that theory foretells.

    Theory is that of the method's own step at the minimum to which most runs led (see
    `Minimum.rates`). It holds near there, so the epochs of starts far away it tells roughly; and a
    run that swings around the minimum may end sooner, on its way through.

    Parameters
    ----------
    sweep : SweepResult
        A sweep whose only axis is ``lr``, with ``tol`` above 0, so that runs end where they arrive.
    method : Method
        The method that it was made with: its class, or a method with other settings.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ConfigurationError
        If the sweep has other axes, no tolerance, or no run that arrived; or if theory does not
        tell the pace of the method.
    """
    need_sweep(sweep, axes=(1,), dim="lr")
    if not sweep.settings.tol > 0:
        raise ConfigurationError("the sweep", "tol = 0", "tol > 0, so that runs end on arrival")
    lr, arrived = coordinate(sweep, "lr"), np.isin(sweep.status, SUCCESSES) & (sweep.minimum >= 0)
    minimum = _reached(sweep, arrived)
    rates = minimum.rates(method)
    if not rates.known:
        raise ConfigurationError("method", str(rates), "a method whose pace theory tells")
    foretold = partial(rates.epochs, sweep.settings.tol, _slopes(sweep, minimum))
    ax = axes_for(ax)
    if log_spaced(lr):
        ax.set_xscale("log")
    ax.set_yscale("log")
    shown = np.unique(np.concatenate([lr, _between(lr)]))
    (line,) = ax.plot(shown, foretold(lr=shown), color=ink(ax), linewidth=1.2,
                      label="foretold")  # fmt: skip
    for status in np.unique(sweep.status).tolist():
        its = sweep.status == status
        mark(ax, lr[its], sweep.nit[its], status)
    keys = [line, *verdict_keys(ax, sweep.status), *_limit(ax, rates, lr)]
    ax.set(xlabel="lr", ylabel=f"epochs until the gradient is {number(sweep.settings.tol)}")
    head(ax, _title(foretold(lr=lr), sweep.nit, arrived), keys)
    return ax


def _reached(sweep: Sweep, arrived: Mask) -> Minimum:
    """Give the minimum to which most runs led."""
    if not arrived.any():
        raise ConfigurationError("the sweep", "no run that arrived", "one at least")
    return sweep.minima[int(np.bincount(sweep.minimum[arrived]).argmax())]


def _slopes(sweep: Sweep, minimum: Minimum) -> Array:
    """Give the gradient at the start along each eigenvector, as it is linear near the minimum."""
    names = sweep.problem.names
    x = np.reshape(sweep.x0, (-1, len(names)))[0]
    at: Any = minimum.x if len(names) > 1 else minimum.x[0]
    values, vectors = np.linalg.eigh(np.reshape(sweep.problem.hess(at), (len(names), len(names))))
    along: Array = np.abs(values * (vectors.T @ (x - minimum.x)))
    return along[max(minimum.dimension, 0) :]


def _between(lr: Array) -> Array:
    spaced: Any = np.geomspace if log_spaced(lr) else np.linspace
    return np.asarray(spaced(lr.min(), lr.max(), _POINTS))


def _limit(ax: Axes, rates: Any, lr: Array) -> list[Line2D]:
    """Draw the largest rate that settles, where it is among those that were tried."""
    largest = rates.largest_rate()
    if not lr.min() <= largest <= lr.max():
        return []
    words = f"largest rate that settles = {number(largest)}"
    return [ax.axvline(largest, color=faded(ax, 0.5), linestyle="--", linewidth=1, label=words)]


def _title(foretold: Array, nit: Any, arrived: Mask) -> str:
    """Tell how well it was foretold."""
    off = np.abs(foretold / nit - 1)[arrived & np.isfinite(foretold) & (nit > 0)]
    if not len(off):
        return "no run arrived where theory has them settle"
    share = 100 * float(np.median(off))
    shown = f"{share:.2g}" if share > 1 else "less than 1"
    return f"epochs are foretold to {shown} % in the median"
