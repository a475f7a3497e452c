"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Sizes of all measurements.

    Attributes
    ----------
    rounds : int
        Turns of each contestant; figures are medians over them.
    processes : int
        Turns of whole processes.
    starts, epochs : int
        Of the classroom loop.
    solved : int
        Starts of the time to solution.
    share : int
        SciPy's loop takes one start in `share`, and its time is multiplied: it is linear.
    batches : tuple of int
        Numbers of starts to scale with.
    variables : tuple of int
        Numbers of variables to scale with.
    """

    rounds: int = 9
    processes: int = 5
    starts: int = 4096
    epochs: int = 1000
    solved: int = 10_000
    share: int = 10
    batches: tuple[int, ...] = (100, 1_000, 10_000, 100_000, 1_000_000)
    variables: tuple[int, ...] = (1, 2, 5, 10, 20, 50)


FULL = Effort()
QUICK = Effort(rounds=5, processes=3, share=100, batches=FULL.batches[:-1])
