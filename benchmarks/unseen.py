"""How often the bound for what was not found holds, on formulas whose basins are known.

``python -m benchmarks.unseen`` prints the table of docs/benchmarks.md; it takes a minute.

The basins are known by a quarter of a million starts at random. Each of 1,000 seeds gives a batch of starts,
with the minima that they find and the bound that `Result.unseen` gives; what is really not found
is the share of the many starts that lead to other minima. Runs that reach no minimum count
nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import symgd
from symgd.facts.unseen import PATIENT, USUAL, unseen
from symgd.given.starts import FIRST, MOST, sample
from symgd.given.types import Sampler

Whole = npt.NDArray[np.int64]

SEEDS = 1000
MANY = 2**18
SAMPLERS: tuple[Sampler, ...] = ("spread", "uniform")
UNTIL = 0.01


@dataclass(frozen=True)
class Land:
    """A formula and the box of its starts."""

    name: str
    expr: str
    low: float
    high: float


_SIX = [f"x{i}" for i in range(6)]


def _shubert(x: str) -> str:
    return " + ".join(f"{i}*cos({i + 1}*{x} + {i})" for i in range(1, 6))


LANDS = (
    Land("cos(2 pi x) + x^2", "cos(2*pi*x) + x**2", -10, 10),
    Land("a needle in x^2", "x**2 - 9*exp(-((x - 5)/0.05)**2)", -10, 10),
    Land("Griewank-1", "x**2/4000 - cos(x)", -300, 300),
    Land("Himmelblau", "(x**2 + y - 11)**2 + (x + y**2 - 7)**2", -5, 5),
    Land("Rastrigin-2", "x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)", -5.12, 5.12),
    Land("Shubert-2", f"({_shubert('x')})*({_shubert('y')})", -10, 10),
    Land("Styblinski-Tang-6", " + ".join(f"{x}**4 - 16*{x}**2 + 5*{x}" for x in _SIX), -5, 5),
)


@dataclass(frozen=True)
class Row:
    """What was measured of one formula, sampler and number of starts."""

    land: str
    minima: int
    sampler: str
    starts: str
    holds: float
    bound: float
    unseen: float

    def __str__(self) -> str:
        numbers = f"{100 * self.bound:.2f} % | {100 * self.unseen:.2f} %"
        return (
            f"| {self.land} | {self.minima} | {self.sampler} | {self.starts} | "
            f"{100 * self.holds:.1f} % | {numbers} |"
        )


def rows(
    lands: tuple[Land, ...] = LANDS, seeds: int = SEEDS, many: int = MANY, starts: int = FIRST
) -> Iterator[Row]:
    """Measure all formulas with a fixed number of starts, then with as many as it takes."""
    for land in lands:
        for sampler in SAMPLERS:
            n = 4 * starts  # a batch, and what it goes on with
            found, shares = _minima(land, sampler, seeds, n, many)
            minima = int((shares > 0).sum())
            outcomes = [(starts, USUAL), (n, USUAL)]
            for count, level in outcomes:
                each = [_unseen(batch[:count], shares, level) for batch in found]
                yield _row(land, minima, sampler, str(count), each)
            each = [_until(batch, shares, starts) for batch in found]
            yield _row(land, minima, sampler, f"until {100 * UNTIL:g}%", each)


def _row(
    land: Land, minima: int, sampler: str, starts: str, each: list[tuple[float, float]]
) -> Row:
    bounds, missing = np.transpose(each)
    holds = float(np.mean(missing <= bounds))
    return Row(
        land.name, minima, sampler, starts, holds, *map(float, np.median([bounds, missing], axis=1))
    )


def _minima(
    land: Land, sampler: Sampler, seeds: int, starts: int, many: int
) -> tuple[Whole, npt.NDArray[np.float64]]:
    """Give the minimum of each start ``(seeds, starts)``, -1 for none, and the minima's shares."""
    names = symgd.Problem(land.expr).names
    low, high = np.full(len(names), land.low), np.full(len(names), land.high)
    known = np.random.default_rng(2**32).uniform(low, high, (many, len(names)))
    batches = [sample(sampler, starts, low, high, seed) for seed in range(seeds)]
    points = np.concatenate([known, *batches])
    width = {"start_box": (land.low, land.high)}
    member = symgd.minimize(land.expr, points, **width).runs.minimum
    reference, found = member[:many], member[many:].reshape(seeds, starts)
    counts = np.bincount(reference[reference >= 0], minlength=int(member.max()) + 1)
    return found, counts / counts.sum()


def _unseen(
    member: Whole, shares: npt.NDArray[np.float64], level: float
) -> tuple[float, float]:
    """Give the bound for what a batch has not found, and what that is."""
    counts = np.bincount(member[member >= 0], minlength=len(shares))
    return unseen(counts, level), float(shares[counts == 0].sum())


def _until(
    member: Whole, shares: npt.NDArray[np.float64], starts: int
) -> tuple[float, float]:
    """Take twice as many starts again and again, as far as they go."""
    while True:
        bound, missing = _unseen(member[:starts], shares, PATIENT)
        if bound <= UNTIL or starts >= min(len(member), MOST):
            return bound, missing
        starts *= 2


def main() -> None:
    """Print the table."""
    print("| formula | minima | sampler | starts | the bound holds | its median | not found, median |")
    print("|---|---|---|---|---|---|---|")
    for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    main()
