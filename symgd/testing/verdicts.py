"""`assert_verdicts_hold`: whether verdicts agree with values of f around the points."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..results.result import Result
from ..status import Kind, Status
from .words import failure, place

_RADII = 10.0 ** -np.arange(1, 9)  # shares of the way of the run, or of the size of x
_CLOSE = slice(2, 4)  # the spheres that must show what refutes a verdict
_DIRECTIONS = 64
_ROUNDING = 2.0**-42  # a thousand times that of a double: f may cancel


def assert_verdicts_hold(result: Result) -> None:
    """Check the verdicts of a result by values of f on small spheres around its points.

    A success is wrong if every sphere, down to those where rounding hides f, holds a lower point.
    A maximum is wrong if all points of every sphere are higher, and so is a saddle or an inflection
    of one variable. The derivatives by which symgd judges are not used. Samples can refute
    a verdict, and prove none.

    Parameters
    ----------
    result : Result
        What `symgd.minimize`, `symgd.maximize` or `symgd.judge` gave.

    Raises
    ------
    AssertionError
        If a verdict is wrong; it tells the formula, the start, the verdict, and the value that
        refutes it.
    ConfigurationError
        If `result` is none.

    Examples
    --------
    >>> import symgd
    >>> from symgd.testing import assert_verdicts_hold
    >>> assert_verdicts_hold(symgd.minimize("cos(2*pi*x) + x**2", x0=[-1, 0, 1]))
    """
    if not isinstance(result, Result):
        raise ConfigurationError("result", result, "a Result, as symgd.minimize gives it")
    with np.errstate(all="ignore"):  # outside of its domain f is nan, and no lower point
        for run in range(len(result.runs)):
            _check(result, run)


def _check(result: Result, run: int) -> None:
    success = bool(result.runs.success[run])
    if not success and not _calls_it_none(result, run):
        return
    x = result.runs.x[run]
    here = float(_values(result, x[None])[0])
    if success and not np.isfinite(here):
        raise _wrong(result, run, "no finite number")
    spheres = [_fall(result, here, points) for points in _spheres(result, run)]
    if success and _all_around(spheres, lambda s: s.lowest < -s.slack):
        raise _wrong(
            result, run, f"lower points all around, as {_at(result, spheres[_CLOSE][-1].where)}"
        )
    if not success and _all_around(spheres, lambda s: s.lowest > s.slack):
        raise _wrong(result, run, "higher points only, all around")


@dataclass(frozen=True)
class _Sphere:
    """The least and the largest change of f on a sphere, and how much may be rounding."""

    lowest: float
    largest: float
    slack: float
    where: Array

    @property
    def seen(self) -> bool:
        """Whether f changes by more than rounding."""
        return self.largest > self.slack


def _fall(result: Result, here: float, points: Array) -> _Sphere:
    values = _values(result, points)
    points, values = points[np.isfinite(values)], values[np.isfinite(values)]
    if not len(values):
        return _Sphere(0.0, 0.0, np.inf, points)
    changes, sizes = values - here, np.abs(values)
    slack = _ROUNDING * max(abs(here), float(sizes.min()))
    lowest = int(changes.argmin())
    return _Sphere(float(changes[lowest]), float(np.abs(changes).max()), slack, points[lowest])


def _all_around(spheres: list[_Sphere], what: Callable[[_Sphere], bool]) -> bool:
    """Tell whether something is so on all spheres that show anything, and on close ones."""
    return all(map(what, spheres[_CLOSE])) and all(what(s) for s in spheres if s.seen)


def _calls_it_none(result: Result, run: int) -> bool:
    """Tell whether the verdict is one that higher points all around would refute.

    Of several variables a saddle may fall in a narrow wedge only, which samples miss.
    """
    stationary = result.runs.status[run] in (Status.STALLED_AT_START, Status.NOT_A_MINIMUM)
    top = Kind.MINIMUM if result.settings.maximize else Kind.MAXIMUM
    kinds = (top, Kind.SADDLE) if result.runs.x.shape[-1] == 1 else (top,)
    return bool(stationary and result.runs.kind[run] in kinds)


def _spheres(result: Result, run: int) -> Iterator[Array]:
    """Give points around the end of a run, inside the bounds; the largest sphere first."""
    x, start = result.runs.x[run], result.runs.x0[run]
    n = len(x)
    directions = np.random.default_rng(0).normal(size=(_DIRECTIONS, n))
    directions /= np.sqrt((directions**2).sum(axis=1, keepdims=True))
    directions = np.concatenate([np.eye(n), -np.eye(n), directions])
    lower, upper = np.array(result.settings.bounds, dtype=float).reshape(n, 2).T
    for share in _RADII:
        points = np.clip(x + share * _scale(x, start) * directions, lower, upper)
        yield points[(points != x).any(axis=1)]


def _scale(x: Array, start: Array) -> float:
    way = float(np.abs(x - start).max())
    return way if way > 0 else max(1.0, float(np.abs(x).max()))


def _values(result: Result, points: Array) -> Array:
    """Give f, or -f where it was maximized, at points ``(n_points, n_vars)``."""
    values = np.asarray(result.problem.fun(points), dtype=float).reshape(len(points))
    return -values if result.settings.maximize else values


def _at(result: Result, x: Array) -> str:
    f = float(np.ravel(result.problem.fun(x))[0])
    return f"{place(result.problem.names, x)} with f = {f:.17g}"


def _wrong(result: Result, run: int, found: str) -> AssertionError:
    runs, names = result.runs, result.problem.names
    return failure(
        "a verdict does not hold",
        formula=result.problem.text,
        start=place(names, runs.x0[run]),
        verdict=f"{Status(int(runs.status[run])).name}, {Kind(int(runs.kind[run])).name}",
        expected=f"what that says of {_at(result, runs.x[run])}",
        found=found,
    )
