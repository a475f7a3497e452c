"""How a result reads: its sentence, its summary, its explanation, one run's story."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..status import Status
from .numbers import listed, number, several, vector
from .sentences import Case, no_global_minimum, sentence

if TYPE_CHECKING:
    from ..facts.symmetry import Symmetry
    from ..results.result import Minimum, Result

__all__ = ["explain", "message", "story", "summary"]

WIDTH = 96
NO_MINIMUM = "No run reached a verified minimum."
_EQUALS = "\0=\0"
_TABLE = 10  # minima that a summary lists
_RULES = 2  # symmetries that a summary shows
_COLUMNS = 4  # variables up to which each has its own column

WORST_FIRST = (
    Status.OUT_OF_DOMAIN,
    Status.DIVERGED,
    Status.OSCILLATING,
    Status.NO_PROGRESS,
    Status.NOT_A_MINIMUM,
    Status.STALLED_AT_START,
    Status.PLATEAU,
    Status.SLOW,
    Status.STOPPED,
    Status.AT_BOUND,
    Status.CONVERGED,
)


def summary(result: Result) -> str:
    """Describe the best run, the distinct minima and the failures.

    Parameters
    ----------
    result : Result
        What to describe.

    Returns
    -------
    str
        A few lines of plain ASCII text.
    """
    blocks = [headline(result)]
    if len(result.runs) > 1:
        blocks += [_table(result), _failures(result)]
    return "\n\n".join(block for block in blocks if block)


def explain(result: Result) -> str:
    """Explain every verdict, the worst first, each by the numbers of one run.

    Parameters
    ----------
    result : Result
        What to explain.

    Returns
    -------
    str
        A paragraph for each status that occurs.
    """
    present = [status for status in WORST_FIRST if status in result.counts]
    groups = [_group(result, status) for status in present]
    return "\n\n".join([*groups, *_continued(result)])


def story(result: Result, run: int) -> str:
    """Tell one run's story: start, steps, end, verdict, evidence.

    Parameters
    ----------
    result : Result
        All the runs.
    run : int
        Row of the run; negative rows count from the end.

    Returns
    -------
    str
        A few lines of plain ASCII text.
    """
    run = range(len(result.runs))[run]
    case = Case.of(result, run)
    begin = f", f = {number(case.fun0)}" if math.isfinite(case.fun0) else ", where f is not finite"
    parent = int(result.runs.parent[run])
    origin = f" (a continuation of run {parent} by escape=True)" if parent >= 0 else ""
    lines = [
        ("start", case.start + begin + origin),
        ("steps", f"{case.nit:,} with {case.pace}"),
        ("end", case.end + case.height),
        ("gradient", case.gradient),
        ("curvature", case.curvature.removeprefix("curvatures ")),
        ("point", case.point),
        ("verdict", case.status.name),
    ]
    table = [f"  {name:<10} {value}" for name, value in lines if value]
    return "\n".join([f"Run {run} of {len(result.runs)}", *table, _told("It", result, run)])


def _told(subject: str, result: Result, run: int) -> str:
    return wrapped(f"{subject} {sentence(result, run)}.")


def wrapped(paragraph: str, indent: str = "", hanging: str = "") -> str:
    """Break a paragraph into lines, but never inside an equation; further ones hang deeper."""
    lines = textwrap.fill(
        paragraph.replace(" = ", _EQUALS),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.replace(_EQUALS, " = ")


def headline(result: Result) -> str:
    """Tell how the best run ended."""
    n = len(result.runs)
    subject = "The run" if n == 1 else f"The best of {n:,} runs"
    lines = [_told(subject, result, result.best)]
    bottom = _bottom(result)
    return "\n".join([*lines, *([wrapped(f"{bottom}.")] if bottom else [])])


def message(result: Result) -> str:
    """Tell in one sentence how the best run ended, and whether there is a global minimum.

    Parameters
    ----------
    result : Result
        What to tell of.

    Returns
    -------
    str
    """
    return "; ".join(part for part in (sentence(result, result.best), _bottom(result)) if part)


def _bottom(result: Result) -> str:
    """Say that there is no global minimum, where a local one might be taken for it."""
    return no_global_minimum(result) if result.success else ""


def _table(result: Result) -> str:
    """Lay out the distinct minima, numbers to the right."""
    if not result.minima:
        return NO_MINIMUM
    rows = minima_rows(result.problem.names, result.minima)
    lines = [*_aligned(rows, left=len(rows[0]) - 3), left_out(result.minima)]
    return "\n".join([minima_title(result), *lines]).rstrip()


def minima_title(result: Result) -> str:
    """Tell how many distinct minima there are."""
    title = several(len(result.minima), "distinct minimum", "distinct minima")
    return f"{title}{_families(result)}:"


def minima_rows(
    names: Sequence[str], minima: Sequence[Minimum], columns: int = _COLUMNS
) -> list[list[str]]:
    """Write the best minima as rows below a head; each variable has its column if they are few."""
    each = len(names) <= columns
    head = ["", *(names if each else [vector(names)]), "f", "kind", "runs", "share"]
    return [head, *([str(i), *_row(minimum, each)] for i, minimum in enumerate(minima[:_TABLE]))]


def left_out(minima: Sequence[Minimum]) -> str:
    """Tell how many minima are not in the table."""
    return f"... and {len(minima) - _TABLE:,} more" if len(minima) > _TABLE else ""


def _families(result: Result) -> str:
    """Tell how many minima are left where mirror images count once, and which images there are."""
    families = len(set(result.orbits.tolist()))
    if families == len(result.minima):
        return ""
    rules = [_rule(symmetry, result.problem.names) for symmetry in result.symmetries]
    shown = rules[0] if len(rules) == 1 else f"{', '.join(rules[:_RULES])}"
    more = ", ..." if len(rules) > _RULES else ""
    return f", {families} when mirror images count once ({shown}{more})"


def _rule(symmetry: Symmetry, names: Sequence[str]) -> str:
    """Write a symmetry as an equation: f(-x, y) = f(x, y)."""
    turned = [
        ("-" if sign < 0 else "") + names[i]
        for i, sign in zip(symmetry.order, symmetry.signs, strict=True)
    ]
    return f"f({', '.join(turned)}) = f({', '.join(names)})"


def _row(minimum: Minimum, each: bool) -> list[str]:
    entries = [number(v, 6) for v in minimum.x]
    return [
        *(entries if each else [vector(entries)]),
        number(minimum.fun, 6),
        minimum.kind.words,
        f"{minimum.count:,}",
        f"{100 * minimum.share:.1f} %",
    ]


def _aligned(rows: Sequence[Sequence[str]], left: int) -> list[str]:
    """Align columns to the right, but for the one of words."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if i == left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _failures(result: Result) -> str:
    failed = [s for s in WORST_FIRST if s in result.counts and not s.success]
    rows = [[several(result.counts[s], "run"), s.name, s.meaning] for s in failed]
    return "\n".join(line.rstrip() for line in aligned_words(rows))


def aligned_words(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align counts to the right and names to the left; the words that follow flow on."""
    if not rows:
        return []
    counts, names = (max(len(row[i]) for row in rows) for i in (0, 1))
    return [f"{row[0]:>{counts}}  {row[1]:<{names}}  {row[2]}" for row in rows]


def _group(result: Result, status: Status) -> str:
    """Explain one status by the run that shows it best."""
    number_of = result.counts[status]
    runs = several(len(result.runs), "run")
    title = f"{status.name}: {number_of:,} of {runs}. {status.meaning}"
    run = _representative(result, status)
    return "\n".join([wrapped(title), wrapped(f"Run {run} {sentence(result, run)}.", "  ")])


def _representative(result: Result, status: Status) -> int:
    """Give the best run where it has this status, else the one with the largest gradient."""
    if result.status == status:
        return result.best
    rows = np.flatnonzero(result.runs.status == status)
    sizes = result.runs.grad_norm[rows]
    return int(rows[np.argmax(np.where(np.isfinite(sizes), sizes, -1.0))])


def _continued(result: Result) -> list[str]:
    """Tell which runs are continuations of others."""
    children = np.flatnonzero(result.runs.parent >= 0)
    if not len(children):
        return []
    parents = np.unique(result.runs.parent[children])
    of = f"run{'s' * (len(parents) > 1)} {listed([str(p) for p in parents])}"
    are = "is a continuation" if len(children) == 1 else "are continuations"
    rows = f"Run{'s' * (len(children) > 1)} {listed([str(c) for c in children])}"
    return [wrapped(f"{rows} {are} of {of}, which escape=True moved off a maximum or a saddle.")]
