"""More and more starts, until little is left that they may not have found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..arrays import Array
from ..errors import Interrupted
from ..facts.unseen import PATIENT, unseen
from ..given.options import Options
from ..given.starts import MOST
from ..problem import Problem
from ..watch import answered
from .descent import Batch, descend, joined
from .gather import gather


def explore(problem: Problem, options: Options) -> Batch:
    """Run all starts; twice as many again and again where they go on until little is unseen.

    Parameters
    ----------
    problem : Problem
        f.
    options : Options
        Checked arguments of `minimize`.

    Returns
    -------
    Batch

    Raises
    ------
    Interrupted
        After Ctrl-C, with the batch as far as it had come.
    """
    batch = descend(problem, np.asfortranarray(options.x0), options)
    try:
        for starts in _further(options):
            if _unseen(problem, batch, options) <= (options.until or 0.0):
                break
            more = descend(problem, np.asfortranarray(starts), options.started(starts))
            batch = joined(batch, more)
    except KeyboardInterrupt as stopped:
        reached = stopped.result if isinstance(stopped, Interrupted) else None
        answered()
        raise Interrupted(batch if reached is None else joined(batch, reached)) from None
    return batch


def _further(options: Options) -> Iterator[Array]:
    """Give the starts that follow, each time as many as there have been."""
    count, sampling = len(options.x0), options.sampling
    while options.until is not None and sampling is not None and count < MOST:
        yield sampling.points(2 * count, first=count)
        count *= 2


def _unseen(problem: Problem, batch: Batch, options: Options) -> float:
    minima, _ = gather(problem, batch, options, batch.verdicts.success)
    return unseen(np.array([minimum.count for minimum in minima], dtype=np.int64), PATIENT)
