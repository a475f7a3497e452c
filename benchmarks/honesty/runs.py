"""All runs on one problem, judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product

import numpy as np

from benchmarks.flow import Landscape

from .contestants import ALL, OURS, Ends, ours
from .oracle import FAR, NEAR, Care, Finding, Oracle
from .starts import Stationary, families, near_minima, safe_rates, stationary
from .tasks import Array, Task

_FACTORS = (0.5, 0.99, 1.01, 2.1, 10.0)  # times the safe rate
_EPOCHS = 2000
_OUTSIDE = 1e-9  # of a side of the box: an end so far outside still counts as inside
_CLOSE = 1e-6  # to the lowest value known: so close it counts as reached
_BOUNDS = ", bounds=p.bounds"
_FAMILY, _FLOWING = "random", 3  # starts whose flow is followed, up to so many variables
_MOVING = ("SLOW", "OSCILLATING")  # verdicts of runs that do not claim to be at rest
_UNJUDGED = Finding(np.nan)


@dataclass(frozen=True)
class Effort:
    """How much is tried on each problem.

    Attributes
    ----------
    tries : int
        Points from which the gradient's roots are sought.
    random : int
        Random starts.
    beside : int
        Saddles, and maxima, that starts lie beside.
    rated : int
        Starts of fixed rates.
    longest : int
        Characters of a formula; longer ones are left out.
    contestants : tuple of str
        Who takes part.
    formulas : int
        Random formulas.
    asked : int
        Starts on a task of a set besides the published problems.
    each : int
        Ends of each status whose claims are held against f.
    every : int
        Of so many published problems the first judge gets one.
    """

    tries: int = 100
    random: int = 48
    beside: int = 5
    rated: int = 6
    longest: int = 10_000
    contestants: tuple[str, ...] = tuple(ALL)
    formulas: int = 300
    asked: int = 16
    each: int = 3
    every: int = 1


@dataclass(frozen=True)
class Run:
    """One run, what its contestant said of its end, and what the oracle says.

    Attributes
    ----------
    problem, family, contestant : str
        Where it belongs.
    smooth : bool
        Whether the problem is.
    x0, x : ndarray
        Start and end.
    keywords : str
        What symgd was told besides the start, as source.
    status : str
        The contestant's own word.
    reported : bool
        Whether it reported a success.
    inside : bool
        Whether the end lies in the box; others are not judged.
    finding : Finding
        What the oracle found.
    best : bool
        Whether f is as low as anywhere in the box.
    faithful : bool or None
        Whether the end belongs to the minimum to which gradient descent of small steps leads from
        the start, inside the box; None where that is not known.
    """

    problem: str
    family: str
    contestant: str
    smooth: bool
    x0: Array
    x: Array
    keywords: str
    status: str
    reported: bool
    inside: bool
    finding: Finding
    best: bool
    faithful: bool | None = None

    @property
    def success(self) -> bool:
        """Whether a success was reported for an end in the box."""
        return self.inside and self.reported

    @property
    def false(self) -> bool:
        """Whether a success was reported and f is lower next to the end."""
        return self.success and self.finding.reach >= NEAR

    @property
    def far(self) -> bool:
        """Whether a success was reported and f is lower at the largest distance, too."""
        return self.success and self.finding.reach >= FAR

    @property
    def missed(self) -> bool:
        """Whether the end is a minimum and no success was reported."""
        return self.inside and not self.reported and self.finding.reach == 0

    @property
    def true(self) -> bool:
        """Whether a success was reported for a minimum."""
        return self.success and not self.false

    @property
    def fixed(self) -> bool:
        """Whether the rate was fixed."""
        return self.keywords != _BOUNDS

    @property
    def line(self) -> str:
        """Source that repeats it, with ``p = task(problem)``."""
        return f"symgd.minimize(p.problem, {self.x0.tolist()}{self.keywords})"


@dataclass(frozen=True)
class _Batch:
    family: str
    contestant: str
    keywords: str
    starts: Array
    ends: Ends
    faithful: list[bool | None]


def judged(task: Task, effort: Effort) -> list[Run]:
    """Let all contestants run on one problem, and judge their ends."""
    points = stationary(task, effort.tries)
    oracle = Oracle(task)
    batches = chain(_automatic(task, points, effort), _fixed(task, points, effort))
    return [run for batch in batches for run in _runs(task, oracle, batch)]


def _automatic(task: Task, points: list[Stationary], effort: Effort) -> Iterator[_Batch]:
    """Give each contestant all starts at once, and take the families apart again."""
    starts = families(task, points, effort.random, effort.beside)
    together = np.concatenate([*starts.values()])
    family = np.repeat([*starts], [len(mine) for mine in starts.values()])
    flow = _Flow(task, starts)
    for name in effort.contestants:
        ends = ALL[name](task, together)
        for each, mine in starts.items():
            its = ends.rows(family == each)
            yield _Batch(each, name, _BOUNDS, mine, its, flow.reached(each, its.x))


class _Flow:
    """Where gradient descent of small steps leads from the random starts of a smooth problem."""

    def __init__(self, task: Task, starts: dict[str, Array]) -> None:
        self._land = Landscape(task.problem, task.lower, task.upper)
        self._to: Array | None = None
        if task.smooth and len(task.variables) <= _FLOWING:
            self._to = self._land.destinations_inside(starts[_FAMILY])

    def reached(self, family: str, x: Array) -> list[bool | None]:
        """Tell which ends belong to the flow's minimum; None where that is not known."""
        if family != _FAMILY or self._to is None:
            return [None] * len(x)
        same = self._land.same(self._land.minima(x), self._to)
        known = np.isfinite(self._to).all(axis=1)
        return [bool(s) if k else None for s, k in zip(same, known, strict=True)]


def _fixed(task: Task, points: list[Stationary], effort: Effort) -> Iterator[_Batch]:
    """Give symgd multiples of the safe rate, inside the bounds and without them."""
    minima = [point for point in points if point.kind == "minimum"]
    if not minima:
        return
    starts = near_minima(task, minima, effort.rated)
    safe = safe_rates(task, minima, starts)
    for factor, rate, bounded in product(_FACTORS, np.unique(safe).tolist(), (True, False)):
        mine, lr = starts[safe == rate], factor * rate
        given = {"lr": lr, "epochs": _EPOCHS} | ({} if bounded else {"bounds": None})
        keywords = f"{_BOUNDS if bounded else ''}, lr={lr!r}, epochs={_EPOCHS}"
        family = f"{factor:g} x safe" + ("" if bounded else ", no bounds")
        unknown: list[bool | None] = [None] * len(mine)
        yield _Batch(family, OURS, keywords, mine, ours(task, mine, **given), unknown)


def _runs(task: Task, oracle: Oracle, batch: _Batch) -> Iterator[Run]:
    ends = batch.ends
    inside = task.inside(ends.x, -_OUTSIDE)
    x = np.clip(ends.x, task.lower, task.upper)
    best = task.values(x) <= task.fun + _CLOSE * max(1.0, abs(task.fun))
    for i, start in enumerate(batch.starts):
        reported = bool(ends.reported[i])
        yield Run(
            task.name, batch.family, batch.contestant, task.smooth, start, ends.x[i],
            batch.keywords, ends.status[i], reported, bool(inside[i]),
            oracle(x[i], _care(ends, i)) if inside[i] else _UNJUDGED, bool(best[i]),
            batch.faithful[i],
        )  # fmt: skip


def _care(ends: Ends, i: int) -> Care:
    if ends.reported[i]:
        return Care.USUAL
    return Care.EXACT if ends.status[i] in _MOVING else Care.CLOSE
