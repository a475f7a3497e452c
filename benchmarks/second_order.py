"""Methods of second order beside SciPy's: ``python -m benchmarks.second_order [--docs docs]``.

The smooth problems of `tests/data/problems.json` are started as on the scoreboard of verdicts; each
row of `tests/data/mgh.json` from its standard start, and from 10 and 100 times that.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import symgd

from .beside_scipy import COUNTERPARTS, Array, Compared, Outcome, compare, ours, scipys
from .honesty.starts import families, stationary
from .honesty.tasks import Task, tasks

_DATA = Path(__file__).parent.parent / "tests/data/mgh.json"
_RANDOM, _ROOTS, _MOST = 20, 60, 2  # starts, searches for saddles and maxima, and of each of these
_TIMES = (1, 10, 100)
_ROOM = 800  # characters of a formula: roots of the gradient of longer ones are not looked for


_HEAD = """\
| problem | starts | newton | trust-exact | bfgs | BFGS | lbfgs | L-BFGS-B |
|---|---|---|---|---|---|---|---|"""
_TOTALS = """\
| method | verified minima | SciPy | verified minima | evaluations over SciPy's |
|---|---|---|---|---|"""
_PAGE = """\
# Methods of second order

Written by `python -m benchmarks.second_order --docs docs`, which takes a quarter of an hour.
Methods of first order, schedules and gradients that are cut or noisy are told of in
[methods.md](methods.md).

| method | for | what it asks at a point |
|---|---|---|
| `newton` | up to 16 variables, a Hessian that can be written out | f, gradient, Hessian |
| `bfgs` | up to 16 variables | f, gradient |
| `lbfgs` | as many as a formula may have, 64 | f, gradient |
| `auto` | picks one of them, and says why in the summary | |

None takes a rate, and each accepted step lowers f. They cross no pole and leave no part of the
domain, but may leave the basin in which they began; `automatic` and `faithful` do not. A variable
at a bound stays while its gradient points outside. Ends are finished and judged as those of any
method; `polish=True` is refused beside `newton`, whose own steps are what it would add.

`newton` follows curvature that leads downwards: it leaves maxima and saddles, also one on which
it starts, where the gradient vanishes and the other two methods stall. Where f curves downwards
only into the bounds from a point on them, at which the gradient is zero, it stays, too;
`escape=True` leads on.

## Beside SciPy

The smooth problems of `tests/data/problems.json`, from the starts of the scoreboard of verdicts:
centre, origin, points on the axes, twenty random ones, and some beside saddles and maxima.
SciPy's methods are given the same exact derivatives and the tolerance 1e-8 that symgd has;
L-BFGS-B stops at no small change of f besides. A verified minimum is an end that symgd's verdicts
call one, for SciPy's by `symgd.judge`. Evaluations are points at which f is evaluated
(trust-exact takes the gradient only at those to which it goes), in the median over starts from
which both reach a verified minimum; the last column is the median of the ratios. Finishing steps
and verdicts, which come after a run, are not counted.

{totals}

With bounds, two problems are the other way. In DeVilliersGlasser01 the first step of L-BFGS-B is
so long that it ends in a corner of the box, which is a minimum, where symgd's runs come to a
narrow curved valley and make no more progress. In Shubert01 the run from the origin keeps to the
diagonal of symmetry, which leads `bfgs` and `lbfgs` to a saddle and L-BFGS-B into a corner. SciPy
has no BFGS with bounds: `bfgs` stands beside L-BFGS-B.

Verified minima of each, and in brackets the median of evaluations where both reach one:

{problems}

## From the standard starts of Moré, Garbow and Hillstrom, and 10 and 100 times them

Evaluations of f and its gradient until a verified minimum; a status where none was found.

{table}

{solved} of {rows} starts lead to a verified minimum with one method at least. In double precision
the others lead nowhere: there f is constant to the last digit but in two of eleven variables
(osborne2), or in all (gulf). The largest of the other derivatives is 1e-2407 at 10 times the
start of osborne2, as mpmath tells, and 0 in doubles, since the exponentials of the formula are.
SciPy, judged alike: {theirs}.

J. J. Moré, B. S. Garbow and K. E. Hillstrom, "Testing Unconstrained Optimization Software", ACM
Transactions on Mathematical Software 7, 17-41 (1981), doi:10.1145/355934.355936.
"""


def starts_of(task: Task) -> Array:
    """Give the starts of a problem: some lie beside saddles and maxima."""
    points = stationary(task, _ROOTS) if len(task.expr) < _ROOM else []
    return np.concatenate(list(families(task, points, _RANDOM, _MOST).values()))


def scoreboard() -> tuple[str, str]:
    """Give the table of all smooth problems, and that of their totals, bounds included."""
    lines, free, closed = [_HEAD], [], []
    for task in (each for each in tasks() if each.smooth):
        starts = starts_of(task)
        found = compare(task.problem, starts)
        free.append(found)
        closed.append(compare(task.problem, starts, task.bounds, "L-BFGS-B"))
        cells = [cell for each in found.values() for cell in each.cells]
        lines.append(f"| {task.name} | {len(starts)} | {' | '.join(cells)} |")
    rows = [*totals(free, "", None), *totals(closed, ", bounds", "L-BFGS-B")]
    return "\n".join(lines), "\n".join([_TOTALS, *rows])


def totals(found: list[dict[str, Compared]], suffix: str, counterpart: str | None) -> Iterator[str]:
    """Give a row for each method: minima in all, and the median of the ratios of evaluations."""
    for name, its in COUNTERPARTS.items():
        pairs = [each[name] for each in found]
        mine, theirs = (
            sum(np.count_nonzero(side.verified) for side in sides)
            for sides in zip(*((p.mine, p.its) for p in pairs), strict=True)
        )
        ratio = np.median(np.concatenate([p.ratios for p in pairs]))
        yield f"| `{name}`{suffix} | {mine} | {counterpart or its} | {theirs} | {ratio:.2f} |"


def far_starts() -> tuple[str, int, str]:
    """Give the table of far starts, how many are solved, and by whom of SciPy how many."""
    lines = ["| problem | start | newton | bfgs | lbfgs |", "|---|---|---|---|---|"]
    solved, theirs = 0, dict.fromkeys(COUNTERPARTS.values(), 0)
    for row in json.loads(_DATA.read_text()):
        problem = symgd.Problem(row["expr"], variables=row["vars"])
        starts = np.array(row["x0"], dtype=float) * np.array(_TIMES)[:, None]
        columns = [_cells(problem, starts, method) for method in COUNTERPARTS]
        for name in theirs:
            theirs[name] += np.count_nonzero(scipys(problem, starts, name).verified)
        label = row["name"].split("_", 1)[1].replace("_", " ")
        for times, cells in zip(_TIMES, zip(*columns, strict=True), strict=True):
            solved += any(cell.isdigit() for cell in cells)
            lines.append(f"| {label} | {times} | {' | '.join(cells)} |")
    words = ", ".join(f"{name} {count}" for name, count in theirs.items())
    return "\n".join(lines), solved, words


def _cells(problem: symgd.Problem, starts: Array, method: str) -> list[str]:
    """Give the evaluations, or the status, from each start."""
    try:
        found: Outcome = ours(problem, starts, method)
    except symgd.ConfigurationError:
        return ["Hessian too large"] * len(starts)
    ends = zip(found.verified, found.points, found.status, strict=True)
    return [f"{n:.0f}" if good else symgd.Status(status).name for good, n, status in ends]


def page() -> str:
    """Measure everything, and write the page."""
    problems, summed = scoreboard()
    table, solved, theirs = far_starts()
    rows = table.count("\n") - 1
    return _PAGE.format(
        problems=problems, totals=summed, table=table, solved=solved, rows=rows, theirs=theirs
    )


def main() -> None:
    """Print the page, or write it to a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, help="folder to write second_order.md to")
    folder = parser.parse_args().docs
    text = page()
    print(text)
    if folder:
        (folder / "second_order.md").write_text(text)


if __name__ == "__main__":
    main()
