"""Make the polynomials of ``symgd/engine/vmath.py``: ``python -m benchmarks.minimax``.

Each table is the minimax polynomial of its function on its interval, found by Remez's
exchange in 80 digits and rounded to float64.  The output is the module
``symgd/engine/coefficients.py``; the error in each comment is that of the rounded table,
evaluated exactly, relative to the function that the table serves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mpmath import mp, mpf

mp.dps = 80

Real = Callable[[mpf], mpf]

_EXCHANGES = 12  # more than any table needs
_DENSITY = 40  # grid points a term
_FIRST = 2  # coefficients that are rounded before the rest is fitted

_HEADER = '"""Minimax polynomials, lowest power first, as ``benchmarks/minimax.py`` prints them."""'


class Target(NamedTuple):
    """A function to fit, the weight of its error, the interval and the number of terms."""

    name: str
    meaning: str
    function: Real
    weight: Real
    low: mpf
    high: mpf
    terms: int


def _root(odd: Real) -> Real:
    """Turn an odd function of x into the even one ``odd(x) / x`` of ``s = x*x``."""
    return lambda s: odd(mp.sqrt(s)) / mp.sqrt(s)


def _scaled_erfc(t: mpf) -> mpf:
    x = ERFC_CENTRE * (1 + t) / (1 - t)
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


def _erfc_argument(x: float) -> mpf:
    return (mpf(x) - ERFC_CENTRE) / (mpf(x) + ERFC_CENTRE)


ERFC_CENTRE = mpf("2.5")
_QUARTER = (mp.pi / 4 * mpf("1.001")) ** 2  # rounding x * 2/pi may go a little past pi/4
_LN2 = mp.log(2) / 2 * mpf("1.001")
_ATANH = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * mpf("1.001")) ** 2

_sin, _tan, _asin = _root(mp.sin), _root(mp.tan), _root(mp.asin)
_atan, _atanh, _sinh, _erf = _root(mp.atan), _root(mp.atanh), _root(mp.sinh), _root(mp.erf)

# fmt: off
TARGETS = (
    Target("SIN", "(sin x - x)/x**3 in x**2, |x| <= pi/4",
           lambda s: (_sin(s) - 1) / s, lambda s: s / _sin(s), mpf(0), _QUARTER, 6),
    Target("COS", "(cos x - 1 + x**2/2)/x**4 in x**2, |x| <= pi/4",
           lambda s: (mp.cos(mp.sqrt(s)) - 1 + s / 2) / s**2,
           lambda s: s**2 / mp.cos(mp.sqrt(s)), mpf(0), _QUARTER, 6),
    Target("TAN", "(tan x - x)/x**3 in x**2, |x| <= pi/4",
           lambda s: (_tan(s) - 1) / s, lambda s: s / _tan(s), mpf(0), _QUARTER, 14),
    Target("ASIN", "(asin x - x)/x**3 in x**2, |x| <= 1/2",
           lambda s: (_asin(s) - 1) / s, lambda s: s / _asin(s), mpf(0), mpf("0.25"), 13),
    Target("ATAN", "(atan x - x)/x**3 in x**2, |x| <= 1",
           lambda s: (_atan(s) - 1) / s, lambda s: s / _atan(s), mpf(0), mpf(1), 20),
    Target("EXP", "(exp x - 1 - x)/x**2 in x, |x| <= log(2)/2",
           lambda x: (mp.expm1(x) - x) / x**2, lambda x: x**2 / abs(mp.expm1(x)), -_LN2, _LN2, 11),
    Target("SINH", "(sinh x - x)/x**3 in x**2, |x| <= log(2)/2",
           lambda s: (_sinh(s) - 1) / s, lambda s: s / _sinh(s), mpf(0), _LN2**2, 5),
    Target("COSH", "(cosh x - 1)/x**2 in x**2, |x| <= log(2)/2",
           lambda s: (mp.cosh(mp.sqrt(s)) - 1) / s,
           lambda s: s / mp.cosh(mp.sqrt(s)), mpf(0), _LN2**2, 5),
    Target("LOG", "(2 atanh s - 2 s)/s**3 in s**2, |s| <= (sqrt(2)-1)/(sqrt(2)+1)",
           lambda z: 2 * (_atanh(z) - 1) / z, lambda z: z / _atanh(z) / 2, mpf(0), _ATANH, 7),
    Target("LOG_TAIL", "(2 atanh s - 2 s - 2/3 s**3)/s**5 in s**2, same interval",
           lambda z: 2 * (_atanh(z) - 1 - z / 3) / z**2,
           lambda z: z**2 / _atanh(z) / 2, mpf(0), _ATANH, 8),
    Target("RECIPROCAL_CBRT", "x**(-1/3) in x, 1 <= x <= 2",
           lambda x: 1 / mp.cbrt(x), mp.cbrt, mpf(1), mpf(2), 6),
    Target("ERF", "erf(x)/x - 1 in x**2, |x| <= 1",
           lambda s: _erf(s) - 1, lambda s: 1 / _erf(s), mpf(0), mpf(1), 13),
    Target("ERFC", "(1 + 2 x) exp(x**2) erfc(x) in (x-2.5)/(x+2.5), 1/2 <= x <= 27.3",
           _scaled_erfc, lambda t: 1 / _scaled_erfc(t),
           _erfc_argument(0.5), _erfc_argument(27.3), 22),
)
# fmt: on


def _errors(
    coefficients: list[mpf], grid: list[mpf], values: list[mpf], weights: list[mpf]
) -> list[mpf]:
    descending = coefficients[::-1]
    return [
        (mp.polyval(descending, x) - value) * weight
        for x, value, weight in zip(grid, values, weights, strict=True)
    ]


def _interpolate(points: list[mpf], values: list[mpf], weights: list[mpf]) -> list[mpf]:
    """Coefficients whose weighted error has one size and alternating signs at `points`."""
    size = len(points)
    matrix = mp.matrix(size, size)
    for i, x in enumerate(points):
        for j in range(size - 1):
            matrix[i, j] = weights[i] * x**j
        matrix[i, size - 1] = (-1) ** i
    scaled = [value * weight for value, weight in zip(values, weights, strict=True)]
    return list(mp.lu_solve(matrix, mp.matrix(scaled)))[:-1]


def _alternation(errors: list[mpf]) -> list[int]:
    """Index of the largest error in each stretch of one sign."""
    peaks = [0]
    for i, error in enumerate(errors):
        if error * errors[peaks[-1]] < 0:
            peaks.append(i)
        elif abs(error) > abs(errors[peaks[-1]]):
            peaks[-1] = i
    return peaks


def _fit(grid: list[mpf], values: list[mpf], weights: list[mpf], terms: int) -> list[mpf]:
    """Minimax polynomial of weighted values on a Chebyshev grid, by Remez's exchange."""
    last = len(grid) - 1
    chosen = [last * i // terms for i in range(terms + 1)]
    for _ in range(_EXCHANGES):
        columns = ([table[i] for i in chosen] for table in (grid, values, weights))
        coefficients = _interpolate(*columns)
        peaks = _alternation(_errors(coefficients, grid, values, weights))[: terms + 1]
        if peaks == chosen or len(peaks) <= terms:
            break
        chosen = peaks
    return coefficients


def remez(target: Target) -> tuple[list[float], mpf]:
    """Fit the minimax polynomial of a target with float64 coefficients.

    The lowest coefficients are rounded first and the rest fitted again to what they leave,
    so that it makes up for their rounding.

    Parameters
    ----------
    target : Target
        What to fit.

    Returns
    -------
    tuple[list[float], mpf]
        Coefficients, lowest power first, and the largest weighted error.
    """
    middle, half = (target.low + target.high) / 2, (target.high - target.low) / 2
    count = _DENSITY * target.terms
    grid = [middle - half * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    values, weights = [target.function(x) for x in grid], [target.weight(x) for x in grid]
    left, scale, rounded = values, weights, []
    for terms in range(target.terms, target.terms - _FIRST, -1):
        rounded.append(float(_fit(grid, left, scale, terms)[0]))
        left = [(value - rounded[-1]) / x for x, value in zip(grid, left, strict=True)]
        scale = [weight * abs(x) for x, weight in zip(grid, scale, strict=True)]
    rounded += [float(c) for c in _fit(grid, left, scale, target.terms - _FIRST)]
    return rounded, max(abs(e) for e in _errors(rounded, grid, values, weights))


def main() -> None:
    """Print the module of coefficients."""
    print(_HEADER)
    print("\nfrom __future__ import annotations")
    print(f"\nERFC_CENTRE = {float(ERFC_CENTRE)!r}")
    for target in TARGETS:
        coefficients, error = remez(target)
        print(f"\n# {target.meaning}: error 2**{float(mp.log(error, 2)):.1f}")
        print(f"{target.name} = (")
        for coefficient in coefficients:
            print(f"    {coefficient!r},")
        print(")")


if __name__ == "__main__":
    main()
