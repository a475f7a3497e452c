"""How a result reads: its sentence, its summary, its explanation, one run's story."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..forgotten import all_are_variables, forgotten
from ..status import WORST_FIRST, Status
from .case import read_case
from .document import Code, Document, Paragraph, Table, lines
from .numbers import listed, number, several, vector
from .points import meaning, noun, sentence
from .sentences import no_global_minimum
from .sets import coordinates, only, shape

if TYPE_CHECKING:
    from ..facts.known import Known
    from ..results.runs import Minimum
    from .data import Batch, Outcome

_NO_MINIMUM = (" reached a verified minimum.", " is a verified minimum.")  # found, from elsewhere
_NOTHING_KNOWN = 0.99  # share of the starts: a bound above it says nothing
_TABLE = 10  # minima that a summary lists
_RULES = 2  # symmetries that a summary shows
_COLUMNS = 4  # variables up to which each has its own column
_SAME = 1e-6  # share of the largest difference between minima: one that is none
_PLAIN = ("run",)  # axes of a result
_NAMES = 9  # letters of the longest name in a story


def summary(batch: Batch, known: Known) -> Document:
    """Describe the best run, the distinct minima and the failures, in ASCII."""
    opening = [*_picked(batch), *headline(batch, known)]
    if len(batch.runs) == 1:
        return opening
    found = [*minima(batch, known), *unseen(batch, known), *_replaced(batch)]
    return [*opening, *found, *_failures(batch)]


def _replaced(batch: Batch) -> Document:
    """Tell that starts of a sampler outside the domain gave way to others inside it."""
    share = batch.settings.outside
    if not share:
        return []
    where = f"f is not defined at {_percent(share)} of the places for starts"
    return lines([f"{where}; others, where it is, were taken instead"])


def _picked(batch: Batch) -> Document:
    """Tell which method was picked, and why."""
    settings = batch.settings
    return lines([f"auto picked {settings.method}: {settings.picked}."] if settings.picked else [])


def explain(batch: Outcome, known: Known) -> Document:
    """Explain every verdict, the worst first, each by the numbers of one run.

    `known` tells of the runs that `representatives` gives.
    """
    counts = batch.counts
    runs = several(sum(counts.values()), noun(batch))
    parts: Document = []
    for status, run in representatives(batch).items():
        title = f"{status.name}: {counts[status]:,} of {runs}. {meaning(batch, status)[0]}"
        parts += [Paragraph(title)]
        parts += lines([f"{_label(batch, run)} {sentence(batch, run, known)}."], indent=2)
    return parts + _continued(batch)


def story(batch: Outcome, run: int, known: Known) -> Document:
    """Tell one run's story: start, steps, end, verdict, evidence."""
    case = read_case(batch, run, known)
    begin = f", f = {number(case.fun0)}" if math.isfinite(case.fun0) else ", where f is not finite"
    parent = int(batch.runs.flat.parent[run])
    whole = f" of {len(batch.runs)}" if batch.dims == _PLAIN else ""
    origin = f" (a continuation of run {parent} by escape=True)" if parent >= 0 else ""
    way = [
        ("start", case.start + begin + origin),
        ("steps", f"{case.nit:,} with {case.pace}"),
    ]
    rows = [
        *([] if batch.settings.elsewhere else way),
        ("end", case.end + case.height),
        ("gradient", case.gradient),
        ("curvature", case.curvature.removeprefix("curvatures ")),
        ("point", case.point),
        ("verdict", case.status.name),
    ]
    shown = [(name.ljust(_NAMES), value) for name, value in rows if value]
    return [
        Table(f"{_label(batch, run)}{whole}", shown, "<<", indent=2),
        *lines([f"It {sentence(batch, run, known)}."]),
    ]


def overview(outcome: Outcome, opening: Document, known: Known) -> Document:
    """Show a result or a sweep where there is room for colours and a typeset formula.

    `opening` is what comes first: `headline`, or the summary of a sweep.
    """
    formula = Code(outcome.problem.text, outcome.problem.markup)
    several_runs = sum(outcome.counts.values()) > 1
    found = minima(outcome, known, columns=1) if several_runs else []
    return [formula, *opening, *found, *unseen(outcome, known), *verdicts(outcome)]


def headline(batch: Batch, known: Known) -> Document:
    """Tell how the best run ended, and whether there is something to find at all."""
    n = len(batch.runs)
    one = noun(batch)
    subject = f"The {one}" if n == 1 else f"The best of {n:,} {one}s"
    parts: Document = [Paragraph(f"{subject} {sentence(batch, batch.best, known)}.")]
    bottom = _bottom(batch, known)
    parts += lines([f"{bottom}."] if bottom else [])
    if n > 1 and not batch.minima:
        parts += [Paragraph(f"No {one}{_NO_MINIMUM[batch.settings.elsewhere]}")]
    return parts + _forgotten(batch)


def _forgotten(batch: Batch) -> Document:
    """Name a variable that may have been meant as a parameter, where no minimum is one point."""
    names, found = batch.problem.names, any(not minimum.dimension for minimum in batch.minima)
    if found or batch.settings.elsewhere or not forgotten(names):
        return []
    return [Paragraph(f"{all_are_variables(names)}.")]


def message(batch: Batch, known: Known) -> str:
    """Tell in one sentence how the best run ended, and whether there is a global minimum."""
    clauses = sentence(batch, batch.best, known), _bottom(batch, known)
    return "; ".join(clause for clause in clauses if clause)


def representatives(batch: Outcome) -> dict[Status, int]:
    """Give for each status that occurs, the worst first, the run that shows it best.

    It is the best run where that has this status, else the one with the largest gradient.
    """
    runs, chosen = batch.runs.flat, {}
    for status in WORST_FIRST:
        rows = np.flatnonzero(runs.status == status)
        if batch.best in rows:
            chosen[status] = batch.best
        elif len(rows):
            sizes = runs.grad_norm[rows]
            chosen[status] = int(rows[np.argmax(np.where(np.isfinite(sizes), sizes, -1.0))])
    return chosen


def _bottom(batch: Batch, known: Known) -> str:
    """Say that there is no global minimum, where a local one might be taken for it."""
    success = Status(int(batch.runs.status[batch.best])).success
    return no_global_minimum(batch, known) if success else ""


def minima(outcome: Outcome, known: Known, columns: int = _COLUMNS) -> Document:
    """List the best minima, if there are any; each variable has its column if they are few."""
    found, names = outcome.minima, outcome.problem.names
    if not found:
        return []
    shown, note = _shown(outcome, columns)
    what = [names[i] for i in shown] or [vector(names)]
    head = ["", *what, "f", "kind", f"{noun(outcome)}s", "share"]
    rows = [[str(i), *_row(minimum, shown)] for i, minimum in enumerate(found[:_TABLE])]
    title = several(len(found), "distinct minimum", "distinct minima")
    left_out = f"... and {len(found) - _TABLE:,} more"
    title = f"{title}{_families(outcome, known)}{note}:"
    return [
        Table(title, rows, ">" * (len(head) - 3) + "<>>", head),
        *lines([left_out] if len(found) > _TABLE else []),
        *lines(_determined(known)),
    ]


def _determined(known: Known) -> list[str]:
    """Tell what only is determined on the sets among the minima, once where it is the same."""
    said: dict[str, list[str]] = {}
    for index, its in known.sets.items():
        if only(its):
            said.setdefault(only(its), []).append(str(index))
    return [
        f"On {'minimum' if len(on) == 1 else 'minima'} {listed(on, _TABLE)} {words}."
        for words, on in said.items()
    ]


def unseen(outcome: Outcome, known: Known) -> Document:
    """Tell which share of the starts may lead to minima that were not found."""
    if not outcome.minima or math.isnan(known.unseen):
        return []
    runs, most = outcome.runs, known.unseen
    lost = ((runs.minimum < 0) & (runs.parent < 0)).any()
    starts = "the starts that reach one" if lost else "the starts"
    held = f"hold at most {_percent(most)} of {starts} (95 %)"
    if most > _NOTHING_KNOWN:
        held = f"may hold nearly all of {starts}, which are too few to tell"
    return lines([f"minima not found yet {held}{_given_up(outcome, most)}"])


def _given_up(outcome: Outcome, most: float) -> str:
    """Tell that no more starts were taken, though more is unseen than was asked for."""
    until, starts = outcome.settings.until, int((outcome.runs.parent < 0).sum())
    if until is None or most <= until or Status.STOPPED in outcome.counts:
        return ""
    return f'; "until {100 * until:.4g}%" takes no more than {several(starts, "start")}'


def _percent(share: float) -> str:
    """Write a share in percent, to two digits and not below what it is."""
    size = 10.0 ** (math.floor(math.log10(100 * share)) - 1)
    return f"{number(math.ceil(100 * share / size) * size, 3)} %"


def _shown(outcome: Outcome, columns: int) -> tuple[list[int], str]:
    """Choose the variables that have columns: all if they are few, else those where minima differ.

    None where a single minimum has many; and what to say about those that are left out.
    """
    names, width = outcome.problem.names, np.array(outcome.settings.width)
    if len(names) <= columns:
        return list(range(len(names))), ""
    spread = np.ptp([m.x for m in outcome.minima[:_TABLE]], axis=0) / width
    differing = np.flatnonzero(spread > _SAME * spread.max())
    if columns < _COLUMNS or not len(differing):
        return [], ""
    most = np.sort(differing[np.argsort(-spread[differing], kind="stable")[:_COLUMNS]]).tolist()
    how = "most " if len(differing) > len(most) else ""
    return most, f", which differ {how}in {listed([names[i] for i in most])}"


def _families(outcome: Outcome, known: Known) -> str:
    """Tell how many minima are left where mirror images count once, and which images there are."""
    families, names = len(set(known.orbits.tolist())), outcome.problem.names
    if families in (0, len(outcome.minima)):
        return ""
    points = np.array([minimum.x for minimum in outcome.minima])
    moving = [s for s in known.symmetries if (np.abs(s.image(points) - points) > 0).any()]
    rules = [_rule(s.order, s.signs, names) for s in moving]
    more = ", ..." if len(rules) > _RULES else ""
    return f", {families} when mirror images count once ({', '.join(rules[:_RULES])}{more})"


def _rule(order: Sequence[int], signs: Sequence[int], names: Sequence[str]) -> str:
    """Write a symmetry as an equation: f(-x, y) = f(x, y)."""
    if len(names) > _COLUMNS:
        changed = [i for i, place in enumerate(order) if place != i or signs[i] < 0]
        swaps = [f"{'-' * (signs[i] < 0)}{names[order[i]]} for {names[i]}" for i in changed]
        return f"with {listed(swaps, most=2)}"
    turned = [("-" if s < 0 else "") + names[i] for i, s in zip(order, signs, strict=True)]
    return f"f({', '.join(turned)}) = f({', '.join(names)})"


def _row(minimum: Minimum, shown: Sequence[int]) -> list[str]:
    entries = coordinates(minimum)
    return [
        *([entries[i] for i in shown] or [vector(entries)]),
        number(minimum.fun, 6),
        shape(minimum),
        f"{minimum.count:,}",
        f"{100 * minimum.share:.1f} %",
    ]


def _failures(batch: Outcome) -> Document:
    counts = batch.counts
    failed = [s for s in WORST_FIRST if s in counts and not s.success]
    rows = [[several(counts[s], noun(batch)), s.name, meaning(batch, s)[0]] for s in failed]
    return [Table("", rows, "><<")] if rows else []


def verdicts(outcome: Outcome) -> Document:
    """Show how many runs ended in which way, what that means, and what to try."""
    counts, head = outcome.counts, ["verdict", f"{noun(outcome)}s", "meaning"]
    rows = [[s.name, f"{n:,}", " ".join(meaning(outcome, s)).strip()] for s, n in counts.items()]
    return [Table("", rows, "<><", head, [s.colour for s in counts])]


def _continued(batch: Outcome) -> Document:
    """Tell which runs are continuations of others."""
    parent = batch.runs.flat.parent
    children = np.flatnonzero(parent >= 0)
    if not len(children):
        return []
    are = "is a continuation" if len(children) == 1 else "are continuations"
    parents = _numbered(np.unique(parent[children]).tolist(), "run")
    rows = _numbered(children.tolist(), "Run")
    why = "which escape=True moved off a maximum or a saddle"
    return [Paragraph(f"{rows} {are} of {parents}, {why}.")]


def _label(batch: Outcome, run: int) -> str:
    """Name a run: by its number, or in a sweep by what it has of each axis."""
    if batch.dims == _PLAIN:
        return f"{noun(batch).capitalize()} {run}"
    places = zip(batch.dims, np.unravel_index(run, batch.runs.shape), strict=True)
    values = [f"{dim} = {number(float(batch.coords[dim][i]))}" for dim, i in places]
    return f"The run at {listed(values)}" if values else "The run"


def _numbered(rows: Sequence[int], word: str) -> str:
    return f"{word}{'s' * (len(rows) > 1)} {listed([str(row) for row in rows])}"
