"""Random formulas, and whether what is called a minimum is one: ``python -m benchmarks.search``.

The oracle shares no code with the library: SymPy reads the text anew, and mpmath samples f with
60 digits around each claimed point. A claim is false where f is lower at growing distances from
the point, by more the farther away: that neither rounding nor an end a little off can do.

``python -m benchmarks.search 5000 7`` tries 5,000 formulas of the seed 7.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import sympy

import symgd

_UNARY = (
    *("exp({})", "sin({})", "cos({})", "atan({})", "tanh({})", "abs({})", "({})**2", "({})**4"),
    *("sqrt(1+({})**2)", "log(1+({})**2)", "exp(-({})**2)", "exp(-{})", "erf({})", "cosh({})"),
    *("1/(1+({})**2)", "max({},0)", "({})**3", "asinh({})", "log1p(({})**2)", "expm1({})"),
    *("sqrt(abs({}))", "max({},0)**2", "cbrt({})", "tan({})", "log({})", "1/({})", "sqrt({})"),
    *("hypot({},1)", "erfc({})", "sinh({})", "acos({})", "log2(2+({})**2)", "min({},1)"),
)
_BINARY = ("{}+{}", "({})*({})", "{}-({})", "max({},{})", "hypot({},{})", "({})/(1+({})**2)")
_LIKELY = 12  # of the first functions: drawn as often again
_BOUNDED = 0.25  # share of formulas with bounds
_RADII = 10.0 ** np.arange(-7, -1)  # shares of a point's size: where the oracle asks
_IN_A_ROW = 3  # of them: f is lower at so many, by more and more
_ROUNDED = 100  # times the rounding of f at a point: what is less says nothing
_DIRECTIONS = 60
_POINTS = 3  # claims a formula that are looked at
_TIMES: dict[str, Any] = {
    "cbrt": lambda u: mpmath.sign(u) * mpmath.cbrt(abs(u)), "Max": max, "Min": min,
    "log2": lambda u: mpmath.log(u, 2), "expm1": mpmath.expm1, "log1p": mpmath.log1p,
    "hypot": mpmath.hypot, "asinh": mpmath.asinh, "max": max, "min": min,
}  # fmt: skip


def formula(rng: np.random.Generator, names: list[str]) -> str:
    """Draw a formula: a sum of a few small terms."""
    terms = [_term(rng, names, int(rng.integers(1, 4))) for _ in range(rng.integers(1, 4))]
    text = " + ".join(terms)
    scale = rng.choice([1.0, 1.0, 1.0, 1e6, 1e-6])
    return text if scale == 1 else f"{scale:g}*({text})"


def _term(rng: np.random.Generator, names: list[str], depth: int) -> str:
    if depth == 0:
        return _leaf(rng, names)
    if rng.random() < 0.35:
        one, other = (_term(rng, names, depth - 1) for _ in range(2))
        return f"({rng.choice(_BINARY).format(one, other)})"
    some = _UNARY[:_LIKELY] if rng.random() < 0.5 else _UNARY
    return str(rng.choice(some)).format(_term(rng, names, depth - 1))


def _leaf(rng: np.random.Generator, names: list[str]) -> str:
    shift = rng.choice(["", "", "-1", "+2", "-0.5"])
    factor = rng.choice(["", "", "2*", "0.3*", "-"])
    return f"({factor}{rng.choice(names)}{shift})"


def falls(text: str, names: list[str], x: np.ndarray, bounds: Any, rng: Any) -> str:
    """Say where f is lower around a point; nothing where that was not seen."""
    with mpmath.workdps(60):
        f = _oracle(text, names)
        here = f(x)
        if here is None:
            return "f is not defined there"
        size = np.maximum(np.abs(x), 0.1)
        least = _ROUNDED * max(_rounding(f, here, x), default=mpmath.mpf(0))
        for row in range(_DIRECTIONS + 2 * len(x)):
            way = _direction(rng, row, len(x)) * size
            change = [_change(f, here, x, r * way, bounds) for r in _RADII]
            for k in range(len(change) - _IN_A_ROW + 1):
                if _deepens(change[k : k + _IN_A_ROW], least):
                    change_there = mpmath.nstr(change[k], 3)
                    return f"f changes by {change_there} at {_RADII[k]:g} along {way.round(3)}"
    return ""


def _rounding(f: Any, here: Any, x: np.ndarray) -> Iterator[Any]:
    """Give what the rounding of each coordinate changes."""
    for i, step in enumerate(4 * np.finfo(float).eps * np.maximum(np.abs(x), 1.0)):
        for side in (-step, step):
            there = x.copy()
            there[i] += side
            value = f(there)
            if value is not None:
                yield abs(value - here)


def _deepens(changes: list[Any], least: Any) -> bool:
    known = all(c is not None for c in changes) and changes[-1] < -least
    known = known and changes[0] < 0
    return known and all(b < 2 * a for a, b in pairwise(changes))


def _direction(rng: Any, row: int, n: int) -> np.ndarray:
    if row < 2 * n:
        return np.eye(n)[row // 2] * (1 - 2 * (row % 2))
    way = rng.normal(size=n)
    return np.asarray(way / np.abs(way).max())


def _change(f: Any, here: Any, x: np.ndarray, step: np.ndarray, bounds: Any) -> Any:
    there = x + step
    if bounds and not all(lo <= v <= hi for v, (lo, hi) in zip(there, bounds, strict=True)):
        return None
    value = f(there)
    return None if value is None else value - here


def _oracle(text: str, names: list[str]) -> Any:
    symbols = sympy.symbols(names, real=True)
    known = {n: sympy.Function(n) for n in ("hypot", "cbrt", "expm1", "log1p", "log2")}
    known |= {"max": sympy.Max, "min": sympy.Min, "abs": sympy.Abs}
    expr = sympy.sympify(text, {**dict(zip(names, symbols, strict=True)), **known}, rational=True)
    function = sympy.lambdify(symbols, expr, modules=[_TIMES, "mpmath"])

    def value(x: np.ndarray) -> Any:
        try:
            found = function(*[mpmath.mpf(float(v)) for v in x])
        except (ArithmeticError, ValueError, TypeError, AttributeError):  # some of it complex
            return None
        real = isinstance(found, mpmath.mpf | int) and mpmath.isfinite(found)
        return mpmath.mpf(found) if real else None

    return value


def check(text: str, names: list[str], bounds: Any, rng: Any) -> tuple[Counter[str], list[str]]:
    """Minimize a formula, and look at what is claimed."""
    given = {"bounds": bounds} if bounds else {}
    result = symgd.minimize(text, variables=names, starts=16, **given)
    told = Counter(status.name for status, n in result.counts.items() for _ in range(n))
    rows = np.flatnonzero(np.isin(result.runs.status, (0, 1)))
    _, first = np.unique(result.runs.x[rows].round(6), axis=0, return_index=True)
    wrong = []
    for row in rows[first[:_POINTS]]:
        x = result.runs.x[row].reshape(-1)
        found = falls(text, names, x, bounds, rng)
        if found:
            kind = symgd.Kind(int(result.runs.kind[row])).name
            wrong.append(f"{kind} at {x}: {found}")
    return told, wrong


def main(count: int = 1000, seed: int = 0) -> None:
    """Try random formulas, and print the claims that are false."""
    warnings.simplefilter("ignore")
    rng, told, false, tried, slow = np.random.default_rng(seed), Counter[str](), 0, 0, []
    for _ in range(count):
        names = list("xyzw")[: int(rng.choice([1, 2, 2, 3, 4], p=[0.3, 0.2, 0.2, 0.2, 0.1]))]
        text = formula(rng, names)
        bounds = [(-3.0, 2.0)] * len(names) if rng.random() < _BOUNDED else None
        begin = time.perf_counter()
        try:
            statuses, wrong = check(text, names, bounds, rng)
        except symgd.SymgdError:
            continue
        took = time.perf_counter() - begin
        slow.append((round(took, 1), text))
        tried, told = tried + 1, told + statuses
        for claim in wrong:
            false += 1
            print(f"{text}   bounds {bounds}\n    {claim}", flush=True)
    claims = told["CONVERGED"] + told["AT_BOUND"]
    print(f"{tried} formulas, {claims} successes, {false} false points, {dict(told)}")
    print("slowest:", sorted(slow, reverse=True)[:5])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
