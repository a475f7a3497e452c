"""Count true and false verdicts: ``python -m benchmarks.honesty``."""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.table import machine

from . import tables
from .claims import Said, said
from .contestants import ALL, COMPILED, installed
from .runs import Effort, Run, judged
from .sets import sets
from .tasks import Task, tasks

_FULL = Effort()
_SHORT = Effort(
    tries=40, random=10, beside=2, rated=2, longest=1500, formulas=100, asked=8, each=2, every=3
)
_QUICK = replace(_SHORT, tries=25, random=8, longest=500, formulas=40, asked=6, each=1, every=15)
_EFFORTS = {"full": _FULL, "short": _SHORT, "quick": _QUICK}
_PAGE = """\
# How far verdicts can be trusted

Written by `python -m benchmarks.honesty --effort {named}` (install the extra `bench` first) on
{machine}.
{share} of the published problems took part, but none whose formula is longer than {longest}
characters.
{absent}
Every contestant minimizes the same published problems (`tests/data/problems.json`) from the same
starts: the centre of the box and the origin, points on the axes through the centre, random points,
and points at most 1e-9 from saddles and maxima, which SciPy's root finder located on the gradient.
All have the exact gradient, trust-exact and POUNCE the exact Hessian, and all have their default
tolerances; Optimistix, which has none, gets 1e-8.

**The judge** samples f and knows neither a gradient nor anyone's verdict. Around an end it looks
for the lowest value of f in the box at distances of 1e-3 to 1e-6 of the box's sides: along the
axes, in random directions, in those where a quadratic through samples falls, then ever closer
around the best of them. A lower point counts if it is lower by more than 1e-12 of the usual change
of f over the largest distance, and if no ridge lies before it: the straight way does not climb, or
f is lower at all shorter distances, too. Where rounding could hide or feign a fall, f is evaluated
with 50 digits or more.

- **left the box**: ends outside it, or none at all. BFGS, trust-exact and Optimistix know no bounds
  and may be right about such an end, so it is not judged and counts neither for nor against them.
- **reported**: successes reported for ends in the box.
- **false**: of these, ends with a lower point next to them; **by far**: lower at 1e-3 of the box,
  so that the end is no minimum, however loose the tolerance.
- **true**: reported minima; **or nearly**: with all that are not false by far, as loose tolerances
  leave them.
- **minima missed**: ends that are minima and were not reported, as a share of all ends that are.
  Here the judge also looks at distances of 1e-7 and 1e-8, and smaller falls count, too, if they
  exceed the rounding errors of f. A run that symgd calls slow or oscillating is looked at down to
  1e-10 with all digits: if it still creeps downhill, nothing was missed.
- **best minimum**: true successes with the lowest value of f in the box, as a share of all runs.
- **faithful**: ends that belong to the minimum to which gradient descent of small steps leads, as a
  share of the random starts of smooth problems, of at most three variables, from where it stays in
  the box until it arrives; a stiff solver followed it (see `docs/fidelity.md`).

## All starts

{summary}

## Every status

What symgd says of a few different ends of each status, on the published problems and on the sets
below, held against f by a second opinion: SymPy reads the formula, and mpmath evaluates it with 100
digits at distances from the resolution of doubles to a tenth of a point's size: along the axes, the
gradient, eigenvectors of the Hessian and random directions, on the floors of curved valleys, and on
every crease and bound through the point. Where a fall is smaller than the rounding of f and ends,
doubles cannot tell, and the claim is **undecided**. A success is true at minima; NOT_A_MINIMUM and
STALLED_AT_START where f is lower beside the end; PLATEAU, SLOW and OSCILLATING are false at
minima; DIVERGED is true where f falls on and on ahead of the run, or at a pole; OUT_OF_DOMAIN where
f or its slope is not finite; NO_PROGRESS where no step against the gradient lowers f.

{statuses}

## Other sets

Random formulas of `benchmarks/search.py` ({formulas} of them, always the same, a quarter with
bounds), sums of squares over few data of the NIST StRD, and energies of clusters of atoms, which
turn and shift freely. The second opinion judges the first different ends of each status; **false by
far**: no stationary point is within a thousandth of the size of the end.

{sets}

## What is false or missed there

{untrue}

## Each family of starts

{families}

## Fixed rates

symgd alone, 2000 epochs at multiples of the safe rate, 2 / largest curvature at the known minimum
nearest to the start. Half of the starts are random, half lie near a minimum.

{rates}

## Where symgd is wrong

Problems with a false success, or with more than 1 % of the minima missed, and a call that shows it,
where `p = benchmarks.honesty.tasks.task(problem)`.

{problems}

## Where a peer has more true successes

{ahead}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, print and save."""
    given = _parser().parse_args(arguments)
    effort = _present(_EFFORTS[given.effort], given.effort == "quick")
    published = [task for task in tasks() if len(task.expr) <= effort.longest]
    chosen, all_sets = (
        [task for task in some if given.only in (None, task.name)]
        for some in (published[:: effort.every], published + sets(effort.formulas))
    )
    if given.only is not None:
        chosen = [task for task in published if task.name == given.only]
    runs, claims = measured(chosen, effort, judged), measured(all_sets, effort, said)
    text = page(runs, claims, effort, given.effort)
    print(text)
    if given.verbose:
        print(tables.wrong(runs))
    if given.docs:
        (given.docs / "honesty.md").write_text(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.honesty", description="Count true and false verdicts."
    )
    how = "how much is tried: full, short (minutes), or quick"
    parser.add_argument("--effort", choices=_EFFORTS, default="full", help=how)
    parser.add_argument("--only", metavar="NAME", help="one problem")
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="folder to write honesty.md to")
    parser.add_argument("--verbose", action="store_true", help="every wrong verdict of symgd")
    return parser


def _present(effort: Effort, quick: bool) -> Effort:
    """Leave out who is not installed, and in a hurry who compiles for seconds on each problem."""
    names = [name for name in installed() if not (quick and name in COMPILED)]
    return replace(effort, contestants=tuple(names))


def measured(
    chosen: Sequence[Task], effort: Effort, judge: Callable[[Task, Effort], list[Any]]
) -> list[Any]:
    """Judge all tasks, the longest formulas first, in one process a core."""
    hardest = sorted(chosen, key=lambda task: -len(task.expr))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as pool:
        lists = pool.map(partial(judge, effort=effort), hardest)
        by_name = {task.name: found for task, found in zip(hardest, lists, strict=True)}
    return [each for task in chosen for each in by_name[task.name]]


def page(runs: Sequence[Run], claims: Sequence[Said], effort: Effort, named: str) -> str:
    """Write the page."""
    absent = "".join(f"{n} did not take part.\n" for n in ALL if n not in effort.contestants)
    makers = (tables.summary, tables.families, tables.rates, tables.problems, tables.ahead)
    sections = {make.__name__: make(runs) for make in makers}
    asked = (tables.statuses, tables.untrue)
    sections |= {make.__name__: make(claims) for make in asked}
    sections["sets"] = tables.sets([each for each in claims if each.group != "published"])
    sections |= {"formulas": str(effort.formulas), "named": named, "longest": str(effort.longest)}
    sections["share"] = "All" if effort.every == 1 else f"One in {effort.every}"
    return _PAGE.format(machine=machine(), absent=absent and "\n" + absent, **sections)


if __name__ == "__main__":
    main()
