"""Random formulas, and whether what is said of their runs is true: ``python -m benchmarks.search``.

The oracle shares no code with the library: SymPy reads the text anew, and mpmath samples f with
100 digits around ends of each status (see `honesty/opinion.py` and `honesty/truth.py`).

``python -m benchmarks.search 5000 7`` tries 5,000 formulas of the seed 7.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import symgd

from .honesty.opinion import Bounds
from .honesty.reading import Reading
from .honesty.truth import Claim, Truth, claim

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
_POINTS = 3  # ends of each status whose claims are looked at


@dataclass(frozen=True)
class Found:
    """What was found of the runs of one formula: a claim with the status that makes it."""

    status: str
    claim: Claim
    words: str


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


def bounds_of(names: Sequence[str], rng: np.random.Generator) -> Bounds:
    """Draw bounds, or none."""
    return [(-3.0, 2.0)] * len(names) if rng.random() < _BOUNDED else None


def drawn(rng: np.random.Generator) -> tuple[str, list[str], Bounds]:
    """Draw a formula, its variables, and bounds or none."""
    names = list("xyzw")[: int(rng.choice([1, 2, 2, 3, 4], p=[0.3, 0.2, 0.2, 0.2, 0.1]))]
    return formula(rng, names), names, bounds_of(names, rng)


def check(text: str, names: list[str], bounds: Bounds) -> tuple[Counter[str], list[Found]]:
    """Minimize a formula, and look at what its statuses claim."""
    given = {"bounds": bounds} if bounds else {}
    result = symgd.minimize(text, variables=names, starts=16, **given)
    told = Counter({status.name: n for status, n in result.counts.items()})
    return told, list(_claims(Reading(text, names), result, bounds))


def _claims(reading: Reading, result: Any, bounds: Bounds) -> Iterator[Found]:
    """Look at a few different ends of each status."""
    x = result.runs.x.reshape(len(result.runs.status), -1)
    x0 = result.runs.x0.reshape(x.shape)
    for code in np.unique(result.runs.status):
        rows = np.flatnonzero(result.runs.status == code)
        _, first = np.unique(x[rows].round(6), axis=0, return_index=True)
        for row in rows[first[:_POINTS]]:
            status, kind = symgd.Status(int(code)).name, symgd.Kind(int(result.runs.kind[row]))
            found = claim(reading, status, x0[row], x[row], bounds)
            words = f"{status} {kind.name} at {x[row].tolist()}: {found.words}"
            yield Found(status, found, words)


def main(count: int = 1000, seed: int = 0) -> None:
    """Try random formulas, and print the claims that are false, and the minima missed."""
    warnings.simplefilter("ignore")
    rng, told, counts, times = np.random.default_rng(seed), Counter[str](), Counter[Any](), []
    for _ in range(count):
        text, names, bounds = drawn(rng)
        begin = time.process_time()
        try:
            statuses, found = check(text, names, bounds)
        except symgd.SymgdError:
            continue
        times.append((round(time.process_time() - begin, 1), text))
        told += statuses
        for each in found:
            counts[each.status, each.claim.truth] += 1
            counts[each.status, "missed"] += each.claim.minimum
            if each.claim.truth is Truth.FALSE or each.claim.minimum:
                kind = "false" if each.claim.truth is Truth.FALSE else "missed"
                print(f"{text}   bounds {bounds}\n    {kind}: {each.words}", flush=True)
    print(f"{len(times)} formulas, runs: {dict(told)}")
    for status in told:
        row = ", ".join(f"{counts[status, truth]} {truth.value}" for truth in Truth)
        print(f"{status}: {row}; {counts[status, 'missed']} are minima")
    print("slowest:", sorted(times, reverse=True)[:5])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
