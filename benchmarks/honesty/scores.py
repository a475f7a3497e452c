"""Runs counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .runs import Run


@dataclass(frozen=True)
class Score:
    """Counts of runs.

    Attributes
    ----------
    runs, left : int
        All of them, and those that ended outside the box.
    reported, false, far : int
        Successes reported inside the box, those with a lower point next to them, and those with
        one at the largest distance, too.
    true, missed, best : int
        Minima reported, minima not reported, and minima reported with the lowest value of all.
    faithful, flowing : int
        Runs that ended where gradient descent of small steps leads, of those where that is known.
    """

    runs: int
    left: int
    reported: int
    false: int
    far: int
    true: int
    missed: int
    best: int
    faithful: int
    flowing: int

    @classmethod
    def of(cls, runs: Iterable[Run]) -> Score:
        """Count."""
        runs = list(runs)
        return cls(
            runs=len(runs),
            left=sum(not run.inside for run in runs),
            reported=sum(run.success for run in runs),
            false=sum(run.false for run in runs),
            far=sum(run.far for run in runs),
            true=sum(run.true for run in runs),
            missed=sum(run.missed for run in runs),
            best=sum(run.true and run.best for run in runs),
            faithful=sum(run.faithful is True for run in runs),
            flowing=sum(run.faithful is not None for run in runs),
        )

    @property
    def minima(self) -> int:
        """Ends that are minima, reported or not."""
        return self.true + self.missed

    @property
    def cells(self) -> dict[str, str]:
        """The counts for a table, by the head of their column."""
        return {
            "runs": str(self.runs),
            "left the box": str(self.left),
            "reported": str(self.reported),
            "false": part(self.false, self.reported),
            "false by far": part(self.far, self.reported),
            "true": str(self.true),
            "true or nearly": str(self.reported - self.far),
            "minima missed": part(self.missed, self.minima),
            "best minimum": part(self.best, self.runs),
            "faithful": part(self.faithful, self.flowing),
        }


def part(count: int, whole: int) -> str:
    """Give a count with its share."""
    return f"{count} ({count / whole:.1%})" if count else "0"
