"""How fast runs come near: the error against the epoch, and the rate that theory predicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ..arrays import Array, Whole
from ..errors import ConfigurationError
from ..status import AWAY
from ..views.case import contraction
from ..views.data import Batch
from ..views.numbers import number, place
from .compared import Member, Results, above_lowest, looks, members, who_arrives
from .data import Path
from .findings import runs_title
from .heading import head
from .style import LINES, Label, axes_for, colour_of, ink, side_labels, strong, verdict_keys

_LINEAR = 1e-6  # of the first error: below, f is as good as its parabola
_BEFORE = 4  # recorded epochs over which the pace is measured
_GROWTH = 1e6  # of the first error: beyond, a run away is no longer drawn
_MARKED = 40  # points up to which each has its dot
_MEASURES = {
    "error": "distance to the minimum",
    "gradient": "largest entry of the gradient",
    "value": "f - lowest f",
}


class Prediction(NamedTuple):
    """What an epoch leaves of the error near a minimum, and a point of a run there."""

    factor: float
    measured: float
    epoch: int
    error: float


def convergence(
    result: Results,
    runs: int | Sequence[int] | None = None,
    *,
    measure: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""Draw how the error shrinks from epoch to epoch, with the predicted rate as a dashed line.

    It is there where the method has a theory: near a minimum a step of gradient descent at the
    fixed rate ``lr`` multiplies the error by :math:`\max_i |1 - lr\,\lambda_i|`, where the
    :math:`\lambda_i` are the eigenvalues of the Hessian there.

    Parameters
    ----------
    result : Result, sequence of Result or mapping of str to Result
        What ``minimize(..., history=True)`` gave: once, or several times for one problem, as with
        several methods. They are named by their methods, or by the mapping.
    runs : int or sequence of int, optional
        Rows of the runs, the same in each result; by default all, or 12 of them when there are
        more.
    measure : {"error", "gradient", "value"}, optional
        Distance to the minimum that a run reached, the largest entry of the gradient, or f above
        the lowest minimum that any of the results has found. By default the value for several
        results; for one the error when all these runs reached a minimum, else the gradient.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ConfigurationError
        If the history is not there, or the error is asked for without a minimum; if results are of
        different problems.
    """
    group = members(result, runs, most=None)
    measure = _measure(group, measure)
    ax = axes_for(ax)
    return _several(ax, group, measure) if len(group) > 1 else _one(ax, group[0], measure)


def _several(ax: Axes, group: Sequence[Member], measure: str) -> Axes:
    """Draw results in colours and dashes of their own, which the key names."""
    ax.set_yscale("log")
    keys = []
    for i, (member, sizes) in enumerate(zip(group, _all_sizes(group, measure), strict=True)):
        for path, size in zip(member.shown, sizes, strict=True):
            (line,) = ax.plot(path.epochs, size, label=member.name, **looks(ax, i))
        keys.append(line)
    _axes(ax, group, measure)
    head(ax, who_arrives(group), keys)
    return ax


def _one(ax: Axes, member: Member, measure: str) -> Axes:
    """Draw the runs of one result, with the predicted rates."""
    _, result, shown = member
    (sizes,) = _all_sizes([member], measure)
    labels = _draw_sizes(ax, result, shown, sizes)
    predictions = _predictions(result, shown, sizes) if measure != "value" else []
    drawn = [_draw_prediction(ax, p, np.concatenate(sizes)) for p in predictions]
    keys: list[Any] = list({line.get_label(): line for line in drawn}.values())
    _axes(ax, [member], measure)
    if not labels:
        keys += verdict_keys(ax, result.runs.status[[path.run for path in shown]])
    finding = _finding(result, shown, predictions, measure)
    head(ax, finding, keys)
    if more := side_labels(ax, labels):
        head(ax, finding, keys + more)
    return ax


def _axes(ax: Axes, group: Sequence[Member], measure: str) -> None:
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    best = group[0].result.settings.maximize and measure == "value"
    ax.set(xlabel="epoch", ylabel="highest f - f" if best else _MEASURES[measure])


def _measure(group: Sequence[Member], measure: str | None) -> str:
    lost = [p.run for one in group for p in one.shown if one.result.runs.minimum[p.run] < 0]
    if measure is None:
        return "value" if len(group) > 1 else "gradient" if lost else "error"
    if measure not in _MEASURES:
        raise ConfigurationError("measure", measure, "'error', 'gradient' or 'value'")
    if measure == "error" and lost:
        takes = f"'gradient', since run {lost[0]} reached no minimum"
        raise ConfigurationError("measure", measure, takes)
    return measure


def _all_sizes(group: Sequence[Member], measure: str) -> list[list[Array]]:
    """Measure all runs of all results; nan where the size is 0, and where a run is far away."""
    if measure == "value":
        sizes = above_lowest(group)
    else:
        sizes = [[_sizes(one.result, path, measure) for path in one.shown] for one in group]
    return [
        [_drawable(path, size) for path, size in zip(one.shown, its, strict=True)]
        for one, its in zip(group, sizes, strict=True)
    ]


def _drawable(path: Path, sizes: Array) -> Array:
    most = _GROWTH * sizes[:1] if path.status in AWAY else np.inf
    return np.where((sizes > 0) & (sizes < most), sizes, np.nan)


def _sizes(result: Batch, path: Path, measure: str) -> Array:
    """Measure a run's points."""
    if measure == "error":
        minimum = result.minima[result.runs.minimum[path.run]]
        end = minimum.x if minimum.dimension < 1 else result.runs.x[path.run]
        return np.asarray(np.linalg.norm(path.points - end, axis=1))
    return np.asarray(np.abs(result.problem.grad(path.points)).max(axis=1))


def _draw_sizes(
    ax: Axes, result: Batch, shown: Sequence[Path], sizes: Sequence[Array]
) -> list[Label]:
    """Draw a line for each run; a few have colours of their own, and labels."""
    ax.set_yscale("log")
    each = len(shown) <= len(LINES)
    labels = []
    for i, (path, size) in enumerate(zip(shown, sizes, strict=True)):
        colour = strong(ax, LINES[i]) if each else colour_of(ax, path.status)
        ax.plot(path.epochs, size, color=colour, marker="." if len(size) <= _MARKED else "")
        known = size[np.isfinite(size)]
        if each and known.size:
            start = f"x0 = {place(result.runs.x0[path.run])}"
            labels.append(Label(float(known[-1]), start, colour))
    return labels


def _predictions(result: Batch, shown: Sequence[Path], sizes: Sequence[Array]) -> list[Prediction]:
    """Predict the pace at each minimum, where theory does."""
    predictions = {}
    for path, size in zip(shown, sizes, strict=True):
        index, factor = int(result.runs.minimum[path.run]), contraction(result, path.run)
        if 0 < factor < 1 and index not in predictions:
            predictions[index] = _predicted(factor, path.epochs, size)
    return [prediction for prediction in predictions.values() if prediction is not None]


def _predicted(factor: float, epochs: Whole, size: Array) -> Prediction | None:
    """Compare with the last epochs whose errors are still far from rounding."""
    far = np.flatnonzero(size > _LINEAR * np.nanmax(size, initial=0.0))
    if len(far) < 2:
        return None
    here, before = far[-1], far[max(-len(far), -1 - _BEFORE)]
    measured = (size[here] / size[before]) ** (1 / (epochs[here] - epochs[before]))
    return Prediction(factor, float(measured), int(epochs[here]), float(size[here]))


def _draw_prediction(ax: Axes, prediction: Prediction, sizes: Array) -> Line2D:
    """Draw the predicted line, as far as there are errors of its heights."""
    epochs = np.arange(ax.dataLim.x1 + 1)
    exponent = np.log(prediction.error) + (epochs - prediction.epoch) * np.log(prediction.factor)
    low, high = np.log(np.nanmin(sizes)), np.log(np.nanmax(sizes))
    inside = (exponent > low - 1) & (exponent < high + 1)
    (line,) = ax.plot(
        epochs[inside],
        np.exp(exponent[inside]),
        "--",
        color=ink(ax),
        linewidth=1,
        label=f"predicted factor = {number(prediction.factor)}",
    )
    return line


def _finding(
    result: Batch, shown: Sequence[Path], predictions: Sequence[Prediction], measure: str
) -> str:
    if len(shown) > 1 or not predictions:
        return runs_title(result, [path.run for path in shown])
    (prediction,) = predictions
    return (
        f"an epoch leaves {100 * prediction.measured:.4g} % of the {measure} "
        f"(predicted: {100 * prediction.factor:.4g} %)"
    )
