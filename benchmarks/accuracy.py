"""Measure the elementary functions against mpmath: ``python -m benchmarks.accuracy``.

Prints the table of ``docs/accuracy.md``.  An error is counted in ulp, the distance between
the two floats next to the exact value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import update_wrapper
from inspect import Parameter, Signature, signature
from typing import Any, NamedTuple

import numba
import numpy as np
from mpmath import mp, mpf
from numba import types
from numba.extending import intrinsic

from symgd.engine.numbers import vmath
from symgd.engine.numbers.intrinsics import Float

mp.dps = 50

Array = np.ndarray[Any, np.dtype[np.float64]]

_COUNT = 100_000  # points a function
_HUGE = np.finfo(float).max


class Case(NamedTuple):
    """A function, its reference, the range in words, and the points to try."""

    name: str
    reference: Callable[..., mpf]
    range: str
    points: Callable[[np.random.Generator], tuple[Array, ...]]


def _all_sizes(rng: np.random.Generator, low: float, high: float, count: int) -> Array:
    """Draw floats whose bit patterns are uniform, of either sign where both are allowed."""
    signs = np.where(low < 0, rng.choice([-1.0, 1.0], count), 1.0)
    first = 0.0 if low < 0 else low
    limits = np.array([first, high]).view(np.int64)
    return signs * rng.integers(limits[0], limits[1], count, endpoint=True).view(np.float64)


def _line(low: float, high: float, *near: float) -> Callable[[np.random.Generator], tuple[Array]]:
    """Points of all sizes, points even in the middle of the range, and points near others."""

    def points(rng: np.random.Generator) -> tuple[Array]:
        third = _COUNT // 3
        even = rng.uniform(max(low, -40.0), min(high, 40.0), third)
        centres = rng.choice([*near, max(low, -1e300), min(high, 1e300), 0.5, 1.0], third)
        close = centres * (1 - rng.choice([-1.0, 1.0], third) * 2.0 ** -rng.uniform(1, 53, third))
        x = np.concatenate([_all_sizes(rng, low, high, third), even, close])
        return (x[(x >= low) & (x <= high)],)

    return points


def _angles(rng: np.random.Generator) -> tuple[Array]:
    """Points near whole multiples of pi/2, besides those of `_line`."""
    turns = np.rint(2.0 ** rng.uniform(0, 39, _COUNT))
    (line,) = _line(-vmath.ANGLE_LIMIT, vmath.ANGLE_LIMIT)(rng)
    return (np.concatenate([turns * (math.pi / 2), turns * (math.pi / 4), line]),)


def _pairs(low: float, high: float) -> Callable[[np.random.Generator], tuple[Array, Array]]:
    """Pairs of all sizes, and pairs of like size."""

    def points(rng: np.random.Generator) -> tuple[Array, Array]:
        x = _all_sizes(rng, low, high, _COUNT)
        like = x * 2.0 ** rng.uniform(-30, 0, _COUNT) * rng.choice([-1.0, 1.0], _COUNT)
        return np.concatenate([x, x]), np.concatenate([like, rng.permutation(x)])

    return points


def _powers(rng: np.random.Generator) -> tuple[Array, Array]:
    """Bases of all sizes, some near 1, with exponents whose powers are of all sizes."""
    x = _all_sizes(rng, 5e-324, _HUGE, _COUNT)
    x[::2] = 1 + rng.normal(size=x[::2].size) * 2.0 ** -rng.uniform(3, 52, x[::2].size)
    x[::3] = rng.uniform(0.1, 10, x[::3].size)
    y = rng.uniform(-745, 709.7, _COUNT) / np.where(x == 1, 1, np.log(x))
    y[::5] = np.rint(y[::5])
    return x, y


_ALL = (-_HUGE, _HUGE)
_ANGLE_RANGE = "up to 2**40 in size"
_EXP_EDGES = (709.78, -745.13, -708.4, 0.3466, -0.3466)

CASES = (
    Case("sin", mp.sin, _ANGLE_RANGE, _angles),
    Case("cos", mp.cos, _ANGLE_RANGE, _angles),
    Case("tan", mp.tan, _ANGLE_RANGE, _angles),
    Case("asin", mp.asin, "[-1, 1]", _line(-1, 1)),
    Case("acos", mp.acos, "[-1, 1]", _line(-1, 1, -0.5)),
    Case("atan", mp.atan, "all", _line(*_ALL)),
    Case("atan2", mp.atan2, "all", _pairs(*_ALL)),
    Case("sinh", mp.sinh, "all", _line(-710.4, 710.4, 0.3466, 1.0397)),
    Case("cosh", mp.cosh, "all", _line(-710.4, 710.4, 0.3466, 1.0397)),
    Case("tanh", mp.tanh, "all", _line(*_ALL, 0.3466, 1.0397, 19.0)),
    Case("asinh", mp.asinh, "all", _line(*_ALL, 2.0**28)),
    Case("acosh", mp.acosh, "[1, inf)", _line(1, _HUGE, 2.0**28)),
    Case("atanh", mp.atanh, "[-1, 1]", _line(math.nextafter(-1, 0), math.nextafter(1, 0))),
    Case("exp", mp.exp, "all", _line(-745.13, 709.78, *_EXP_EDGES)),
    Case("expm1", mp.expm1, "all", _line(-745.13, 709.78, *_EXP_EDGES)),
    Case("log", mp.log, "(0, inf)", _line(5e-324, _HUGE, 0.7072, 1.4142)),
    Case("log1p", mp.log1p, "(-1, inf)", _line(math.nextafter(-1, 0), _HUGE, -0.2928, 0.4142)),
    Case("log2", lambda x: mp.log(x, 2), "(0, inf)", _line(5e-324, _HUGE, 0.7072, 1.4142)),
    Case("log10", mp.log10, "(0, inf)", _line(5e-324, _HUGE, 0.7072, 1.4142)),
    Case("sqrt", mp.sqrt, "[0, inf)", _line(0, _HUGE)),
    Case("cbrt", lambda x: mp.sign(x) * mp.cbrt(abs(x)), "all", _line(*_ALL)),
    Case("hypot", mp.hypot, "all", _pairs(-(2.0**1023), 2.0**1023)),
    Case("erf", mp.erf, "all", _line(*_ALL)),
    Case("erfc", mp.erfc, "all", _line(-28, 26.6)),
    Case("sigmoid", lambda x: 1 / (1 + mp.exp(-x)), "all", _line(-708.0, _HUGE, -37.0)),
    Case(
        "softplus",
        lambda x: mp.log1p(mp.exp(min(x, mp.mpf(800)))) if x < 800 else x,
        "all",
        _line(-708.0, _HUGE, -37.0),
    ),
    Case("power", mp.power, "x > 0", _powers),
)


def callable_by_numba(function: Callable[..., Float]) -> Any:
    """Let code that Numba compiles call a function of `Float` values."""

    def codegen(context: Any, builder: Any, types: Any, args: Any) -> Any:
        return function(*(Float(builder, x) for x in args)).node

    def typing(typingctx: Any, *args: Any) -> Any:
        return types.float64(*[types.float64] * len(args)), codegen

    # Numba reads the parameters from the signature, after the typing context.
    context = Parameter("typingctx", Parameter.POSITIONAL_ONLY)
    update_wrapper(typing, function)
    typing.__signature__ = Signature([context, *signature(function).parameters.values()])  # type: ignore[attr-defined]
    return intrinsic(typing)


def evaluate(name: str, *args: Array) -> Array:
    """Values of an elementary function, from a compiled loop.

    Parameters
    ----------
    name : str
        Name of the function in `symgd.engine.numbers.vmath`.
    *args : ndarray, shape (n,)
        Its arguments.

    Returns
    -------
    ndarray, shape (n,)
    """
    function = callable_by_numba(getattr(vmath, name))

    def one(x: Array, out: Array) -> None:
        for i in range(x.size):
            out[i] = function(x[i])

    def two(x: Array, y: Array, out: Array) -> None:
        for i in range(x.size):
            out[i] = function(x[i], y[i])

    out = np.empty_like(args[0])
    numba.njit((one, two)[len(args) - 1], error_model="numpy")(*args, out)
    return out


def ulps(value: float, exact: mpf) -> float:
    """Error of a value in units of the last place of the exact one.

    Parameters
    ----------
    value : float
        What was computed.
    exact : mpf
        What it should be.

    Returns
    -------
    float
    """
    rounded = float(exact)
    if value == rounded:
        return float(abs(mpf(value) - exact) / math.ulp(value)) if math.isfinite(value) else 0.0
    return float(abs(mpf(value) - exact) / mpf(math.ulp(min(abs(rounded), _HUGE))))


def worst(case: Case, seed: int = 0) -> tuple[float, tuple[float, ...]]:
    """Largest error of a function over the points of its case, and where it is.

    Parameters
    ----------
    case : Case
        The function and its points.
    seed : int
        Seed of the points.

    Returns
    -------
    tuple[float, tuple[float, ...]]
    """
    points = case.points(np.random.default_rng(seed))
    values = evaluate(case.name, *points)
    places = zip(*(p.tolist() for p in points), strict=True)
    return max(
        (ulps(value, case.reference(*map(mpf, place))), place)
        for value, place in zip(values.tolist(), places, strict=True)
    )


def main() -> None:
    """Print the table."""
    print("| function | range | largest error, ulp | at |\n|---|---|---|---|")
    for case in CASES:
        error, place = worst(case)
        where = ", ".join(f"{x!r}" for x in place)
        print(f"| {case.name} | {case.range} | {error:.2f} | {where} |", flush=True)


if __name__ == "__main__":
    main()
