"""Which start leads where: ``python -m benchmarks.fidelity``.

Each contestant minimizes from the same random starts; its end counts as faithful if it belongs to
the minimum to which the flow of gradient descent leads (see `flow`), or if both lead to none.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import symgd
from symgd.given.options import read_options
from symgd.runs.descent import descend

from .flow import Array, Landscape
from .table import machine

_HERE = Path(__file__).parent
_MOST_VARIABLES = 3
_CURVES = {"AMGM", "Mishra09", "DropWave"}  # minima are curves
_INFLECTED = {"Problem20", "Problem22"}  # the flow ends at degenerate inflections
_UNFINISHED = {"Eckerle4", "Meyer"}  # the reference takes too long
_RIPPLED = {"Bohachevsky2", "Bohachevsky3"}  # 400 waves in a box
_LINES = {"one variable", "held out"}
_STARTS, _ELSE = 200, 64
_PAGE = """\
# Which start leads where

Written by `python -m benchmarks.fidelity` on {machine}.

From random starts in a box, without bounds: **faithful** is the share of runs whose end belongs to
the minimum to which gradient descent of small steps leads, or that lead to none as it does. A stiff
solver (LSODA, relative tolerance 1e-9) followed it until Newton's method converged nearby; starts
from where it gave up are left out.
**arrived** is the share of runs that ended at any minimum, among those from where that descent
leads to one. Evaluations of f and its gradient are means over problems of the mean over runs.

Formulas stand in `benchmarks/fidelity.json`, the smooth published ones of at most three variables
in `tests/data/problems.json`. The held-out formulas were not looked at when the numbers of the step
were chosen. The rippled ones are Bohachevsky's second and third: 400 waves from side to side.

{table}

What no local test sees is a bump between two points that look alike: on
`x**2/20 - exp(-50*(x - 1)**2)` (held out) 71 % of the runs are faithful, of both kinds.
"""


@dataclass(frozen=True)
class Score:
    """Counts over the starts of a problem."""

    group: str
    name: str
    contestant: str
    starts: int
    faithful: int
    flowing: int
    arrived: int
    evaluations: float


def problems() -> Iterator[tuple[str, str, Landscape]]:
    """Give all problems with the groups they belong to."""
    for row in json.loads((_HERE / "fidelity.json").read_text()):
        yield row["group"], row["name"], _landscape(row["expr"], row["vars"], row["box"])
    for row in json.loads((_HERE.parent / "tests/data/problems.json").read_text()):
        smooth = row["class"] == "smooth" and len(row["vars"]) <= _MOST_VARIABLES
        if smooth and row["name"] not in _CURVES | _INFLECTED | _UNFINISHED:
            group = "rippled" if row["name"] in _RIPPLED else "smooth"
            yield group, row["name"], _landscape(row["expr"], row["vars"], row["bounds"])


def _landscape(expr: str, names: list[str], box: list[list[float]]) -> Landscape:
    lower, upper = np.array(box, dtype=float).T
    return Landscape(symgd.Problem(expr, variables=names), lower, upper)


def starts(group: str, land: Landscape) -> Array:
    """Give the starts of a problem."""
    return land.starts(_STARTS if group in _LINES else _ELSE)


Ends = tuple[Array, Array]  # points and evaluations


def ours(land: Landscape, x0: Array, method: Any = "gd") -> Ends:
    """Run symgd, and see where its runs stopped."""
    given = x0 if x0.shape[1] > 1 else x0[:, 0]
    box = list(zip(land.lower.tolist(), land.upper.tolist(), strict=True))
    options = read_options(land.problem, given, start_box=box, method=method, polish=False)
    with np.errstate(all="ignore"):
        batch = descend(land.problem, np.asfortranarray(options.x0), options)
    return batch.verdicts.x, batch.ends.evaluations


def scipy(method: str, hessian: bool, land: Landscape, x0: Array) -> Ends:
    """Loop over the starts."""
    from scipy.optimize import minimize

    given = land.problem.as_scipy()
    if not hessian:
        del given["hess"]
    options = {"maxiter": 1500, "gtol": 1e-8}
    points, counts = [], []
    with np.errstate(all="ignore"):
        for start in x0:
            try:
                end = minimize(**given, x0=start, method=method, options=options)
                points.append(end.x)
                counts.append(end.njev)
            except (ValueError, np.linalg.LinAlgError):
                points.append(start * np.nan)
                counts.append(0)
    return np.array(points), np.array(counts)


CONTESTANTS: dict[str, Callable[[Landscape, Array], Ends]] = {
    "symgd": ours,
    "symgd, faithful": partial(ours, method="faithful"),
    "SciPy L-BFGS-B": partial(scipy, "L-BFGS-B", False),
    "SciPy BFGS": partial(scipy, "BFGS", False),
    "SciPy CG": partial(scipy, "CG", False),
    "SciPy trust-exact": partial(scipy, "trust-exact", True),
}


def scores(job: tuple[str, str, Landscape], contestants: Sequence[str]) -> list[Score]:
    """Compare contestants on a problem."""
    group, name, land = job
    x0 = starts(group, land)
    flow = land.destinations(x0)
    known = ~np.isinf(flow).any(axis=1)
    x0, flow = x0[known], flow[known]
    if not len(x0):
        return []
    flowing = ~np.isnan(flow).any(axis=1)
    found = []
    for contestant in contestants:
        points, evaluations = CONTESTANTS[contestant](land, x0)
        ends = land.minima(points)
        arrived = flowing & ~np.isnan(ends).any(axis=1)
        counts = len(x0), land.same(ends, flow).sum(), flowing.sum(), arrived.sum()
        mean = float(evaluations.mean())
        found.append(Score(group, name, contestant, *map(int, counts), mean))
    return found


def table(found: Sequence[Score]) -> str:
    """Write a row for each group and contestant."""
    groups: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for score in found:
        groups[score.group, score.contestant].append(score)
    head = "problems", "contestant", "faithful", "arrived", "evaluations"
    lines = [head, ("---",) * len(head)]
    for (group, contestant), mine in groups.items():
        faithful = np.mean([100 * s.faithful / s.starts for s in mine])
        arrived = np.mean([100 * s.arrived / s.flowing for s in mine if s.flowing])
        mean = np.mean([s.evaluations for s in mine])
        cells = f"{faithful:.2f} %", f"{arrived:.2f} %", f"{mean:.3g}"
        lines.append((f"{group} ({len(mine)})", contestant, *cells))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, print and save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity", description=__doc__)
    parser.add_argument("--only", metavar="GROUP", help="one group of problems")
    parser.add_argument("--ours", action="store_true", help="no peers")
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="folder for fidelity.md")
    given = parser.parse_args(arguments)
    names = [name for name in CONTESTANTS if name.startswith("symgd") or not given.ours]
    jobs = [job for job in problems() if given.only in (None, job[0])]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as pool:
        found = [s for each in pool.map(partial(scores, contestants=names), jobs) for s in each]
    print(table(found))
    for score in found:
        if score.contestant == "symgd" and score.faithful < score.starts:
            print(f"{score.group}: {score.name}: {score.faithful} of {score.starts}")
    if given.docs:
        page = _PAGE.format(machine=machine(), table=table(found))
        (given.docs / "fidelity.md").write_text(page)


if __name__ == "__main__":
    main()
