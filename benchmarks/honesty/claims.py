"""What contestants say of a few different ends on a task, each held against f by `truth`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .contestants import ALL, OURS, Ends
from .reading import Reading
from .runs import Effort
from .sets import starts
from .starts import families, stationary
from .tasks import Array, Task
from .truth import Claim, Truth, claim

_MANY = 20  # variables: tasks with more are left out
_WIDE = 5  # variables: with more, one end of each status is looked at
_SLOWEST = ("SciPy SLSQP", "SciPy TNC", "Optimistix BFGS")  # no peers here


@dataclass(frozen=True)
class Said:
    """What was said of one end.

    Attributes
    ----------
    group, problem, contestant : str
        Where it belongs.
    status : str
        The contestant's own word.
    reported : bool
        Whether it is a success.
    found : Claim
        What f says of it.
    line : str
        Formula and point.
    """

    group: str
    problem: str
    contestant: str
    status: str
    reported: bool
    found: Claim
    line: str

    @property
    def true(self) -> bool:
        """Whether it is true."""
        return self.found.truth is Truth.TRUE

    @property
    def false(self) -> bool:
        """Whether it is false."""
        return self.found.truth is Truth.FALSE

    @property
    def undecided(self) -> bool:
        """Whether it cannot be told."""
        return self.found.truth is Truth.UNDECIDED


def said(task: Task, effort: Effort) -> list[Said]:
    """Let contestants run on a task, symgd alone on a published problem, and judge their claims."""
    if len(task.variables) > _MANY:
        return []
    reading = Reading(task.expr, task.variables)
    peers = [name for name in effort.contestants if name not in (OURS, *_SLOWEST)]
    published = task.group == "published"
    x0 = _published(task, effort) if published else starts(task, effort.asked)
    found: list[Said] = []
    for name in [OURS, *([] if published else peers)]:
        found += _claims(task, reading, name, x0, ALL[name](task, x0), effort.each)
    return found


def _published(task: Task, effort: Effort) -> Array:
    points = stationary(task, effort.tries)
    return np.concatenate([*families(task, points, effort.asked, effort.beside).values()])


def _claims(
    task: Task, reading: Reading, name: str, x0: Array, ends: Ends, most: int
) -> Iterator[Said]:
    """Judge the first few different ends of each status; bounds are unknown to some peers."""
    most = most if len(task.variables) <= _WIDE else 1
    inside = task.inside(ends.x, -1e-9) if task.bounded else np.isfinite(ends.x).all(axis=1)
    judged = inside | (name == OURS)
    bounds = task.bounds
    for status in np.unique(ends.status[judged]):
        rows = np.flatnonzero(judged & (ends.status == status))
        with np.errstate(over="ignore"):  # of ends that ran away
            _, first = np.unique(ends.x[rows].round(6), axis=0, return_index=True)
        for row in rows[np.sort(first)[:most]]:
            reported = bool(ends.reported[row])
            word = str(status) if name == OURS else ("CONVERGED" if reported else "NO_PROGRESS")
            found = claim(reading, word, x0[row], ends.x[row], bounds)
            line = f"{task.expr} at {ends.x[row].tolist()}: {found.words}"
            yield Said(task.group, task.name, name, word, reported, found, line)
