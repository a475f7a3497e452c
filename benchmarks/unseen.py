"""How often the bound for what was not found holds, where the basins are known.

``python -m benchmarks.unseen`` prints the table of docs/unseen.md in a minute; ``--docs docs``
writes the page. Of formulas, the basins are known by a quarter of a million starts at random. Each
of 1,000 seeds gives a batch of starts, with the minima that they find and the bound of
`Result.unseen`; what is really not found is the share of the many starts that lead to other minima.
Beside formulas stand shares of basins that are simply given, and drawn from.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import symgd
from symgd.facts.unseen import PATIENT, USUAL, unseen
from symgd.given.starts import FIRST, MOST, sample
from symgd.given.types import Sampler

from .table import machine

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

SEEDS = 1000
MANY = 2**18
SAMPLERS: tuple[Sampler, ...] = ("spread", "uniform")
UNTIL = 0.01
_HEAD = """\
| basins | minima | sampler | starts | the bound holds | median bound | median not found |
| --- | --- | --- | --- | --- | --- | --- |"""
_PAGE = """\
# What was not found

Written by `python -m benchmarks.unseen` on {machine}.

`minimize` finds the minima to which its starts lead. `Result.unseen` and the summary tell which
share of starts may lead to minima that none of them has found, at a confidence of 95 %. The share
is about starts from the same sampler that reach a minimum: a saddle, a flight to infinity or a run
that is slow belongs to no minimum, found or not. Where x0 was given nothing is said, nor for a
grid, whose places can be in step with the waves of f.

The bound rests on how many minima were met once, how many twice, and so on, and holds however
basins lie (`symgd/facts/unseen.py` has the derivation). 256 starts that all lead to one minimum
leave 1.2 %: a basin of that size is missed in one of twenty batches, so nobody can say less. A
random start is the least favourable case. The sampler "spread" leaves smaller gaps, and finds more
than the bound counts on where basins are wide; where they are narrow and many it does as chance
does, so that the bound cannot be lowered.

`starts="until 1%"` takes 256 starts, and as many again and again, up to 65,536, until the bound is
at most that. As it looks several times, the bound is then one of 97.5 %.

The table tells in how many of 1,000 batches what was not found is within the bound. More than
95 % is the rule: a bound rests on whole numbers of minima, and few of them make it coarse. Batches
of a formula end at 1,024 starts, also those that go on until 1 %.

{table}
"""


@dataclass(frozen=True)
class Land:
    """A formula and the box of its starts."""

    name: str
    expr: str
    low: float
    high: float


def _shubert(x: str) -> str:
    return " + ".join(f"{i}*cos({i + 1}*{x} + {i})" for i in range(1, 6))


def _wells(count: int) -> str:
    return " + ".join(f"x{i}**4 - 16*x{i}**2 + {3 + i}*x{i}" for i in range(count))


LANDS = (
    Land("cos(2 pi x) + x^2", "cos(2*pi*x) + x**2", -10, 10),
    Land("a needle in x^2", "x**2 - 9*exp(-((x - 5)/0.05)**2)", -10, 10),
    Land("Griewank-1", "x**2/4000 - cos(x)", -300, 300),
    Land("Himmelblau", "(x**2 + y - 11)**2 + (x + y**2 - 7)**2", -5, 5),
    Land("Rastrigin-2", "x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)", -5.12, 5.12),
    Land("Shubert-2", f"({_shubert('x')})*({_shubert('y')})", -10, 10),
    Land("six double wells", _wells(6), -5, 5),
)


def _powers(minima: int, power: float) -> Array:
    return np.arange(1.0, minima + 1) ** -power


DRAWN: Mapping[str, Array] = {
    "3 equal basins": np.ones(3),
    "121 equal basins": np.ones(121),
    "1,000 equal basins": np.ones(1000),
    "5 needles of 1 %": np.array([0.95, *[0.01] * 5]),
    "20 needles of 0.3 %": np.array([0.94, *[0.003] * 20]),
    "each basin half of the one before": 0.5 ** np.arange(60.0),
    "each basin nine tenths of the one before": 0.9 ** np.arange(200.0),
    "basins like 1/k": _powers(500, 1),
    "basins like 1/k^1.7": _powers(2000, 1.7),
    "basins like 1/k^2": _powers(500, 2),
}


@dataclass(frozen=True)
class Row:
    """What was measured with one sampler and number of starts."""

    name: str
    minima: int
    sampler: str
    starts: str
    holds: float
    bound: float
    unseen: float

    def __str__(self) -> str:
        numbers = f"{100 * self.bound:.2f} % | {100 * self.unseen:.2f} %"
        return (
            f"| {self.name} | {self.minima:,} | {self.sampler} | {self.starts} | "
            f"{100 * self.holds:.1f} % | {numbers} |"
        )


def rows(
    lands: Sequence[Land] = LANDS, drawn: Mapping[str, Array] = DRAWN, seeds: int = SEEDS,
    many: int = MANY, starts: int = FIRST,
) -> Iterator[Row]:  # fmt: skip
    """Measure with a fixed number of starts, with four times as many, and with what it takes."""
    for land in lands:
        for sampler in SAMPLERS:
            yield from _measured(
                land.name, sampler, starts, *_minima(land, sampler, seeds, 4 * starts, many)
            )
    for name, weights in drawn.items():
        shares, rng = weights / weights.sum(), np.random.default_rng(0)
        found = rng.choice(len(shares), (seeds, 64 * starts), p=shares)
        yield from _measured(name, "drawn", starts, found, shares)


def _measured(name: str, sampler: str, starts: int, found: Whole, shares: Array) -> Iterator[Row]:
    for count in (starts, 4 * starts):
        each = [_unseen(batch[:count], shares, USUAL) for batch in found]
        yield _row(name, sampler, f"{count:,}", each, shares)
    each = [_until(batch, shares, starts) for batch in found]
    yield _row(name, sampler, f"until {100 * UNTIL:g}%", each, shares)


def _row(
    name: str, sampler: str, starts: str, each: Sequence[tuple[float, float]], shares: Array
) -> Row:
    bounds, missing = np.transpose(each)
    holds, (bound, unseen) = np.mean(missing <= bounds), np.median([bounds, missing], axis=1)
    minima = int(np.count_nonzero(shares))
    return Row(name, minima, sampler, starts, float(holds), float(bound), float(unseen))


def _minima(
    land: Land, sampler: Sampler, seeds: int, starts: int, many: int
) -> tuple[Whole, Array]:
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


def _unseen(member: Whole, shares: Array, level: float) -> tuple[float, float]:
    """Give the bound for what a batch has not found, and what that is."""
    counts = np.bincount(member[member >= 0], minlength=len(shares))
    return unseen(counts, level), float(shares[counts == 0].sum())


def _until(member: Whole, shares: Array, starts: int) -> tuple[float, float]:
    """Take twice as many starts again and again, as far as they go."""
    while True:
        bound, missing = _unseen(member[:starts], shares, PATIENT)
        if bound <= UNTIL or starts >= min(len(member), MOST):
            return bound, missing
        starts *= 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unseen", description=__doc__)
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="folder for unseen.md")
    given = parser.parse_args(arguments)
    print(_HEAD)
    lines = []
    for row in rows():
        lines.append(str(row))
        print(row, flush=True)
    if given.docs:
        table = "\n".join([_HEAD, *lines])
        (given.docs / "unseen.md").write_text(_PAGE.format(machine=machine(), table=table))


if __name__ == "__main__":
    main()
