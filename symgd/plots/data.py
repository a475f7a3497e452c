"""What the pictures need to know of a result or a sweep, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..arrays import Array, Whole
from ..errors import ConfigurationError
from ..forgotten import all_are_variables, forgotten
from ..status import AWAY, Status
from ..views.data import Batch, Formula, Sweep, is_batch, is_sweep

MOST = 12  # runs that are drawn unless others are asked for
_THIN = 0.1  # of the longest way, in widths of the valley: what a shorter one counts at least
_ACROSS = 0.5  # of the usual way: the least that is shown on either side


class Path(NamedTuple):
    """One run: its row and verdict, and where it was at the epochs that are known."""

    run: int
    status: Status
    epochs: Whole
    points: Array


def need_batch(thing: object, most: int | None = None) -> Batch:
    """Refuse what is not a result, or one of more than `most` variables."""
    if not is_batch(thing):
        raise ConfigurationError("result", thing, "what symgd.minimize gives")
    need_variables(thing.problem, most)
    return thing


def need_sweep(thing: object, axes: Sequence[int], dim: str = "", most: int | None = None) -> Sweep:
    """Refuse what is not a sweep over so many axes, `dim` among them."""
    if not is_sweep(thing):
        raise ConfigurationError("sweep", thing, "what symgd.sweep gives")
    if len(thing.dims) not in axes or (dim and dim not in thing.dims):
        number = " or ".join(map(str, axes)) if len(axes) < 3 else f"at least {axes[0]}"
        word = "axis" if number == "1" else "axes"
        among = f", one of them {dim}" if dim else ""
        raise ConfigurationError("sweep", f"axes {thing.dims}", f"{number} {word}{among}")
    need_variables(thing.problem, most)
    return thing


def need_variables(problem: Formula, most: int | None) -> Formula:
    """Refuse a formula of more than `most` variables."""
    n = len(problem.names)
    if most is not None and n > most:
        takes = "a formula in one variable" if most == 1 else f"at most {most} variables"
        ask = f"; {all_are_variables(problem.names)}" if forgotten(problem.names) else ""
        raise ConfigurationError("problem", f"{n} variables", takes + ask)
    return problem


def rows(result: Batch, runs: int | Sequence[int] | None, most: int = MOST) -> list[int]:
    """Give the rows that are asked for; without a wish all, or `most` spread evenly over them."""
    n = len(result.runs.fun)
    if runs is None:
        return [int(row) for row in np.linspace(0, n - 1, min(n, most)).round()]
    wanted = np.atleast_1d(np.asarray(runs))
    if not wanted.size or wanted.dtype.kind not in "iu" or wanted.ndim > 1:
        raise ConfigurationError("runs", runs, "a row of result.runs, or several")
    if (wanted >= n).any() or (wanted < -n).any():
        raise ConfigurationError("runs", runs, f"rows from 0 to {n - 1}")
    return [range(n)[row] for row in wanted.tolist()]


def paths(result: Batch, runs: int | Sequence[int] | None, most: int = MOST) -> list[Path]:
    """Give the ways of the chosen runs; without a choice, of `most` at most."""
    if result.history is None:
        raise ConfigurationError("history", None, "a result of minimize(..., history=True)")
    return [_path(result, run, result.history[run]) for run in rows(result, runs, most)]


def _path(result: Batch, run: int, points: Array) -> Path:
    epochs = result.history_every * np.arange(len(points))
    epochs[-1] = result.runs.nit[run]
    finite = np.isfinite(points).all(axis=1)
    return Path(run, Status(int(result.runs.status[run])), epochs[finite], points[finite])


def surroundings(problem: Formula, path: Path) -> Array:
    """Give two corners of the valley around the end of a run, as wide as its way.

    Where the way hardly leaves an axis, the curvature there says how wide the valley is across.
    """
    end = path.points[-1]
    reach = np.abs(path.points - end).max(axis=0)
    at = end if len(end) > 1 else end[0]
    hessian = np.reshape(problem.hess(at), (len(end), len(end)))
    if np.isfinite(hessian).all() and np.linalg.eigvalsh(hessian)[0] > 0:
        width = np.sqrt(np.diag(np.linalg.inv(hessian)))
        shares = reach / width
        if shares.any():
            usual = np.exp(np.log(np.maximum(shares, _THIN * shares.max())).mean())
            reach = np.maximum(reach, _ACROSS * usual * width)
    return np.array([end - reach, end + reach])


def coordinate(sweep: Sweep, dim: str) -> Array:
    """Give the values along an axis as numbers."""
    try:
        return np.asarray(sweep.coords[dim], dtype=float)
    except (TypeError, ValueError):
        raise ConfigurationError("sweep", f"words along the axis {dim}", "numbers") from None


def ends(sweep: Sweep, value: str | None = None) -> tuple[Array, str]:
    """Give one number for each run of a sweep, and its name."""
    names = sweep.problem.names
    value = value or (names[0] if len(names) == 1 else "fun")
    if value in names:
        column = sweep.x if len(names) == 1 else sweep.x[..., names.index(value)]
        return column, f"final {value}"
    if value not in ("fun", "nit"):
        raise ConfigurationError("value", value, f"one of {', '.join(names)}, fun, nit")
    return (sweep.fun, "final f") if value == "fun" else (sweep.nit.astype(float), "steps")


def log_spaced(values: Array) -> bool:
    """Tell whether steps are more even as ratios than as differences."""
    ordered = np.sort(values)
    if len(ordered) < 3 or ordered[0] <= 0 or ordered[0] == ordered[-1]:
        return False
    return _unevenness(np.log(ordered)) < _unevenness(ordered)


def _unevenness(ordered: Array) -> float:
    steps = np.diff(ordered)
    return float(np.ptp(steps) / steps.mean())


def edges(centres: Array, log: bool = False) -> Array:
    """Give the borders of the cells around increasing centres.

    Examples
    --------
    >>> edges(np.array([1.0, 2.0, 4.0]))
    array([0.5, 1.5, 3. , 5. ])
    >>> edges(np.array([1.0, 100.0]), log=True)
    array([1.e-01, 1.e+01, 1.e+03])
    """
    if log:
        return np.asarray(10.0 ** edges(np.log10(centres)))
    if len(centres) == 1:
        half = abs(centres[0]) / 2 or 0.5
        return np.array([centres[0] - half, centres[0] + half])
    middles = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - middles[0], 2 * centres[-1] - middles[-1]
    return np.concatenate([[first], middles, [last]])


def window(values: npt.ArrayLike, pad: float = 0.06, least: float = 0.0) -> tuple[float, float]:
    """Give limits around the finite values, with some air; wide ones around a single value."""
    finite = np.asarray(values, dtype=float).ravel()
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return 0.0, 1.0
    lo, hi = float(finite.min()), float(finite.max())
    same = hi - lo <= max(least, 1e-6 * max(abs(lo), abs(hi)))
    air = max(1.0, abs(lo)) if same else pad * (hi - lo)
    return lo - air, hi + air


def view(values: npt.ArrayLike, keep: npt.ArrayLike = ()) -> tuple[float, float]:
    """Give limits that show the bulk of the values of f, without the heights beside a pole."""
    finite = np.asarray(values, dtype=float).ravel()
    finite = finite[np.isfinite(finite)]
    if finite.size:
        low, high = np.quantile(finite, [0.04, 0.96])
        reach = 4 * (high - low)
        if reach > 0:
            finite = finite[(finite >= low - reach) & (finite <= high + reach)]
    return window(np.concatenate([finite, np.ravel(keep)]))


def starting_points(result: Batch) -> Array:
    """Give where runs started; of points that came from elsewhere the points where nobody knows."""
    return np.where(np.isnan(result.runs.x0), result.runs.x, result.runs.x0)


def starts_and_ends(result: Batch) -> Array:
    """Give all starts, and the ends of the runs that did not run away."""
    runs = result.runs
    return np.concatenate([starting_points(result), runs.x[~np.isin(runs.status, AWAY)]])
