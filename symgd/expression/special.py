"""Special functions for NumPy: the gamma function with its kin, and sin(x)/x with its slopes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

_FAR = 8  # from where on the asymptotic series of digamma holds
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)
_WAVES = 50.0  # from where on the expansions of Hankel are exact
_HANKEL = 14  # terms of these
_ANGLES = 64  # at which the integral of Bessel is taken
_SERIES = 16  # terms of the series of sin(x)/x


def _positive(function: Callable[[float], float]) -> Callable[..., Any]:
    """Give a function of `math` for x > 0, infinite where it overflows and nan elsewhere."""

    def value(x: float) -> float:
        if not x > 0:
            return math.inf if x == 0 else math.nan
        try:
            return function(x)
        except OverflowError:
            return math.inf

    vector = np.vectorize(value, otypes=[float])

    def values(x: npt.ArrayLike) -> Any:
        with np.errstate(invalid="ignore"):  # the comparison of a nan
            return vector(x)

    return values


gamma = _positive(math.gamma)
loggamma = _positive(math.lgamma)


def polygamma(order: npt.ArrayLike, u: npt.ArrayLike) -> Any:
    """Give the derivative of that order of digamma; nan below 0.

    By its recurrence, and the asymptotic series from 8 on (NIST Handbook of Mathematical
    Functions, 5.15.8, doi:10.1017/9780511920257).
    """
    n, x = int(np.max(order)), np.asarray(u, dtype=float)
    far = _FAR + n
    near = x < far
    with np.errstate(all="ignore"):
        inverse = 1 / np.where(near, x + far, x)
        series = [
            b * math.factorial(2 * k + n - 1) / math.factorial(2 * k)
            for k, b in enumerate(_BERNOULLI, 1)
        ]
        tail = inverse**2 * np.polyval(series[::-1], inverse**2)
        tail = tail + 0.5 * math.factorial(n) * inverse
        first = math.factorial(n - 1) if n else np.log(inverse)
        beyond = (first + tail) * inverse**n
        steps = sum(1 / (x + k) ** (n + 1) for k in reversed(range(far)))
        total = beyond + np.where(near, math.factorial(n) * steps, 0.0)
    return np.where(x >= 0, (-1.0) ** (n + 1) * total, np.nan)


def sinc(order: npt.ArrayLike, u: npt.ArrayLike) -> Any:
    """Give sin(x)/x for order 0, else j(x)/x**n with the spherical Bessel function of order n.

    By its series up to n + 2, and from there by the recurrence upwards (NIST Handbook of
    Mathematical Functions, 10.51.1 and 10.53.1, doi:10.1017/9780511920257).
    """
    n, x = int(np.max(order)), np.asarray(u, dtype=float)
    square = x * x
    near = np.abs(x) < n + 2 if n else x == 0
    terms = [1 / math.prod(range(1, 2 * n + 2, 2))]
    for k in range(1, _SERIES + n):
        terms.append(terms[-1] / (-2 * k * (2 * n + 2 * k + 1)))
    with np.errstate(all="ignore"):
        before, now = np.cos(x), np.sin(x) / x
        for k in range(n):
            before, now = now, ((2 * k + 1) * now - before) / square
        beyond = np.where(np.isinf(x), 0.0, now)
        return np.where(near, np.polyval(terms[::-1], square), beyond)


def besselj(order: npt.ArrayLike, u: npt.ArrayLike) -> Any:
    """Give the Bessel function of the first kind of a whole order.

    By its series up to half the order, then by Bessel's integral, and from 50 on by the expansions
    of Hankel and the recurrence (NIST Handbook of Mathematical Functions, 10.2.2, 10.9.2, 10.17.3
    and 10.6.1, doi:10.1017/9780511920257).
    """
    n, x = int(np.max(order)), np.asarray(u, dtype=float)
    size = np.abs(x)
    angles = (np.arange(_ANGLES) + 0.5) * (np.pi / _ANGLES)
    with np.errstate(all="ignore"):
        near = np.minimum(size, _WAVES)[..., None]
        middle = np.cos(n * angles - near * np.sin(angles)).mean(axis=-1)
        values = np.where(size < n / 2 + 1, _series(n, size), middle)
        values = np.where(size > _WAVES, _waves(n, size), values)
    return np.where(np.isnan(x), np.nan, np.where((x < 0) & (n % 2 == 1), -values, values))


def _series(n: int, size: npt.NDArray[np.float64]) -> Any:
    terms = [1 / math.factorial(n)]
    for k in range(1, _SERIES + n):
        terms.append(-terms[-1] / (k * (n + k)))
    return (size / 2) ** n * np.polyval(terms[::-1], (size / 2) ** 2)


def _waves(n: int, size: npt.NDArray[np.float64]) -> Any:
    before, now = (_wave(order, size) for order in (0, 1))
    for k in range(1, n):
        before, now = now, 2 * k / size * now - before
    return now if n else before


def _wave(order: int, size: npt.NDArray[np.float64]) -> Any:
    term: Any = 1.0
    parts: list[Any] = [1.0, 0.0]
    for k in range(1, _HANKEL):
        term = term * (4 * order**2 - (2 * k - 1) ** 2) / (8 * k * size)
        parts[k % 2] = parts[k % 2] + (-1) ** (k // 2) * term
    plus, minus = np.cos(size) + np.sin(size), np.sin(size) - np.cos(size)
    waves = (plus, minus) if order == 0 else (minus, -plus)
    return (parts[0] * waves[0] - parts[1] * waves[1]) / np.sqrt(np.pi * size)
