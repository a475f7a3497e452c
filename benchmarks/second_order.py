"""Methods of second order from far starts: ``python -m benchmarks.second_order [--docs docs]``.

Each row of `tests/data/mgh.json` is started at its standard start, and from 10 and 100 times that.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

import symgd
from symgd.given.options import read_options
from symgd.runs.descent import descend

_DATA = Path(__file__).parent.parent / "tests/data/mgh.json"
_METHODS = ("newton", "bfgs", "lbfgs")
_PAGE = """\
# Methods of second order

Written by `python -m benchmarks.second_order --docs docs`.

| method | for | what it asks at a point |
|---|---|---|
| `newton` | up to 16 variables, a Hessian that can be written out | f, gradient, Hessian |
| `bfgs` | up to 16 variables | f, gradient |
| `lbfgs` | any number | f, gradient |
| `auto` | picks one of them, and says why in the summary | |

None takes a rate, and each accepted step lowers f. They cross no pole and leave no part of the
domain, but may leave the basin in which they began; `automatic` and `faithful` do not. A
variable at a bound stays while its gradient points outside. Ends are finished and judged as
those of any method; `polish=True` is refused beside `newton`, whose own steps are what it
would add.

## From the standard starts of Moré, Garbow and Hillstrom, and 10 and 100 times them

Evaluations of f and its gradient until a verified minimum; a status where none was found.

{table}

{solved} of {rows} starts lead to a verified minimum with one method at least.

J. J. Moré, B. S. Garbow and K. E. Hillstrom, "Testing Unconstrained Optimization Software", ACM
Transactions on Mathematical Software 7, 17-41 (1981), doi:10.1145/355934.355936.
"""


def measure(expr: str, names: list[str], x0: list[float], method: str) -> list[str]:
    """Give the evaluations, or the status, from each of the three starts."""
    problem = symgd.Problem(expr, variables=names)
    starts = np.array(x0, dtype=float) * np.array([[1.0], [10.0], [100.0]])
    try:
        options = read_options(problem, starts, method=method)
    except symgd.ConfigurationError:
        return ["Hessian too large"] * len(starts)
    with np.errstate(all="ignore"):
        batch = descend(problem, np.asfortranarray(options.x0), options)
    ends = zip(batch.verdicts.success, batch.ends.evaluations, batch.verdicts.status, strict=True)
    return [str(count) if good else symgd.Status(status).name for good, count, status in ends]


def page() -> str:
    """Measure all rows, and write the page."""
    lines = ["| problem | start | newton | bfgs | lbfgs |", "|---|---|---|---|---|"]
    rows = solved = 0
    for row in json.loads(_DATA.read_text()):
        columns = [measure(row["expr"], row["vars"], row["x0"], m) for m in _METHODS]
        for times, cells in zip((1, 10, 100), zip(*columns, strict=True), strict=True):
            rows += 1
            solved += any(cell.isdigit() for cell in cells)
            name = row["name"].split("_", 1)[1].replace("_", " ")
            lines.append(f"| {name} | {times} | {' | '.join(cells)} |")
    return _PAGE.format(table="\n".join(lines), solved=solved, rows=rows)


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
