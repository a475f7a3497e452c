"""Measure symgd against its peers: ``python -m benchmarks``.

Prints one table, and writes it with its picture into the documentation.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from . import first_answer, scaling, solutions, steps, sweeps
from .effort import FULL, QUICK, Effort
from .picture import draw
from .table import Row, machine, markdown
from .timing import on_one_core

_DOCS = Path(__file__).parent.parent / "docs"
_PAGE = """\
# How fast symgd is

Written by `python -m benchmarks` (install the extra `bench` first) on {machine}.

Contestants take turns, and each figure is the median of its turns. A ratio is the peer's time over
symgd's: above 1, symgd is faster.

- **A step of a run**: fixed steps from 4096 starts, 1000 epochs, float64, on one core; the time of
  the whole loop over the number of steps. The C program is compiled on the spot, in the fastest of
  several loop orders. JAX is `jit`, `vmap` and `fori_loop`.
- **The same, without the driver**: symgd's compiled loop on blocks of starts that are filled
  already, as the C program's are. The driver is Python that fills blocks, starts threads and
  collects ends.
- **The same, with verdicts on all runs**: a whole call of `minimize`, while the peers only loop. No
  run arrives within its 1000 steps, so each is looked at, and followed further. Beside symgd's own
  loop the goal holds where that takes 3 ms or more.
- **Time to solution**: a whole call of `minimize` from given starts to verified minima, with the
  kernel loaded. The peers judge nothing. Optimistix gets a tolerance of 1e-8, SciPy has its
  defaults, which leave gradients of up to 1e-3, and one thread for its BLAS, which is faster.
- **Sweep**: a call of `sweep` with verdicts on all 2,000 ends, beside loops without any.
- **First answer**: whole processes, from the start of Python to the printed minima, and formulas in
  a process that runs. The script does by hand what the README's first command does.

{table}

![The same as a picture: each measurement a line, each contestant a dot](images/benchmarks.png)

How often the bound for what was not found holds is measured by `python -m benchmarks.unseen`, and
told in [unseen.md](unseen.md).
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and save."""
    given = _parser().parse_args(arguments)
    effort = QUICK if given.quick else FULL
    if given.rounds:
        effort = replace(effort, rounds=given.rounds, processes=given.rounds)
    table = measure(effort)
    print(markdown(table))
    save(table, given.docs)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure symgd.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, fewer starts")
    parser.add_argument("--rounds", type=int, help="turns of each contestant")
    parser.add_argument("--docs", type=Path, default=_DOCS, help="folder to write to")
    return parser


def measure(effort: Effort) -> list[Row]:
    """Measure everything."""
    return [
        *on_one_core(steps.rows, effort),
        *solutions.rows(effort),
        *sweeps.rows(effort),
        *first_answer.rows(effort),
        *scaling.rows(effort),
    ]


def save(table: Sequence[Row], docs: Path) -> None:
    """Write the page and its picture."""
    (docs / "images").mkdir(parents=True, exist_ok=True)
    page = _PAGE.format(machine=machine(), table=markdown(table))
    (docs / "benchmarks.md").write_text(page)
    draw(table, docs / "images" / "benchmarks.png")


if __name__ == "__main__":
    main()
