"""What is known about a formula and about runs, beyond their columns: data for the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Whole

if TYPE_CHECKING:
    from .plateau import Plateau
    from .symmetry import Symmetry
    from .unbounded import Unbounded


@dataclass(frozen=True, eq=False)
class RunFacts:
    """What is known about one run; None where its status has no use for it.

    Attributes
    ----------
    fall : Unbounded or None
        Proof that f falls without end where the run went.
    plateau : Plateau or None
        How far f is flat around its end, and where it falls.
    floor : (float, float) or None
        The rounding errors of f and of its gradient at its end.
    slopes : tuple of float or None
        The gradient at its end.
    ways_out : tuple of tuple of float
        Minima that `escape` would reach from its end.
    """

    fall: Unbounded | None = None
    plateau: Plateau | None = None
    floor: tuple[float, float] | None = None
    slopes: tuple[float, ...] | None = None
    ways_out: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, eq=False)
class Known:
    """What is known about a formula and some runs.

    Attributes
    ----------
    even : tuple of str
        Variables in which f is even.
    symmetries : tuple of Symmetry
        Changes of signs and exchanges of variables that leave f as it is.
    orbits : ndarray
        For each minimum the number of its family of mirror images; empty where nobody asked.
    unbounded : Unbounded or None
        Proof that f has no lowest value.
    runs : mapping of int to RunFacts
        By row.
    """

    even: tuple[str, ...] = ()
    symmetries: tuple[Symmetry, ...] = ()
    orbits: Whole = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    unbounded: Unbounded | None = None
    runs: Mapping[int, RunFacts] = field(default_factory=dict)
