"""Make the tables of ``symgd/engine/numbers/bessel.py``: ``python -m benchmarks.bessel``.

Each is a polynomial through Chebyshev points, found with 40 digits and rounded to float64: of
J0(x) and J1(x)/x in (x/5)**2 up to 5, and of the amplitudes beyond it in (5/x)**2 (NIST Handbook of
Mathematical Functions, 10.17.3, doi:10.1017/9780511920257).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mpmath import besselj, bessely, chebyfit, cos, mp, mpf, pi, sin, sqrt

EDGE = 5
_TERMS = (15, 14, 18)  # of J0 and J1 up to the edge, and of each amplitude
Real = Callable[[mpf], mpf]


def _inner(order: int) -> Real:
    def value(t: mpf) -> mpf:
        x = EDGE * sqrt(t)
        if not order:
            return besselj(0, x)
        return besselj(1, x) / x if x else mpf(1) / 2

    return value


def _amplitude(order: int, of_sine: bool) -> Real:
    def value(z: mpf) -> mpf:
        if not z:
            return mpf(4 * order**2 - 1) / 8 if of_sine else mpf(1)
        x = EDGE / sqrt(z)
        angle, scale = x - order * pi / 2 - pi / 4, sqrt(pi * x / 2)
        j, y = besselj(order, x), bessely(order, x)
        if of_sine:
            return x * scale * (y * cos(angle) - j * sin(angle))
        return scale * (j * cos(angle) + y * sin(angle))

    return value


def _tables() -> Iterator[tuple[str, Real, int]]:
    for order in (0, 1):
        yield f"INNER_{order}", _inner(order), _TERMS[order]
        yield f"COSINE_{order}", _amplitude(order, of_sine=False), _TERMS[2]
        yield f"SINE_{order}", _amplitude(order, of_sine=True), _TERMS[2]


def main() -> None:
    """Print the module."""
    mp.dps = 40
    print('"""Tables for Bessel functions, lowest power first, of ``benchmarks/bessel.py``."""')
    print(f"\nfrom __future__ import annotations\n\nEDGE = {float(EDGE)}")
    for name, function, terms in _tables():
        table = reversed(chebyfit(function, [0, 1], terms))
        numbers = "".join(f"    {float(c)!r},\n" for c in table)
        print(f"{name} = (\n{numbers})")


if __name__ == "__main__":
    main()
