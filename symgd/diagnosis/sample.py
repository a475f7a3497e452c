"""Questions that take long: of many runs some are asked, and if these agree, that is the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from ..arrays import Whole

T = TypeVar("T")


def of_some(rows: Whole, sample: int, most: int, ask: Callable[[int], T]) -> list[T | None]:
    """Ask about runs one by one, and about many only some, if these agree.

    Parameters
    ----------
    rows : ndarray
        The runs.
    sample : int
        How many have to agree.
    most : int
        How many are asked at most, where they do not.
    ask : callable
        Gives the answer for a run.

    Returns
    -------
    list
        An answer each; None for those that were not asked.

    Examples
    --------
    >>> of_some(np.arange(5), 2, 3, lambda row: bool(row < 9))
    [True, True, True, True, True]
    >>> of_some(np.arange(5), 2, 3, lambda row: bool(row < 1))
    [True, False, False, None, False]
    """
    count = min(len(rows), sample, most)
    some = np.unique(np.linspace(0, len(rows) - 1, count).astype(int))
    seen = {int(place): ask(rows[place]) for place in some}
    answers = set(seen.values())
    if len(answers) == 1:
        return [answers.pop()] * len(rows)
    for place in range(min(len(rows), most)):
        if place not in seen:
            seen[place] = ask(rows[place])
    return [seen.get(place) for place in range(len(rows))]
