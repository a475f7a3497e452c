"""What is known about a formula and about runs, beyond their columns: data for the words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array, Whole

if TYPE_CHECKING:
    import sympy

    from ..given.boxes import Box
    from ..results.runs import Remaining


@dataclass(frozen=True)
class Plateau:
    """The flat region around a point.

    Attributes
    ----------
    steps : ndarray
        Directions that were asked, ``(n_directions, n_vars)``, of length 1: down and up each
        variable in turn, then against and along the gradient where it tells a new direction.
    reach : ndarray
        Distance within which f does not change by more than its rounding error, never beyond
        the bounds, ``(n_directions,)``.
    change : ndarray
        What f does behind: it falls (-1), rises (1) or is not defined (nan); 0 where the bounds
        or half a million widths end the search.
    falls : ndarray or None
        The nearest point from which on f is lower, ``(n_vars,)``, and falls not a thousand times
        less than in another direction; None if there is none.
    lower : ndarray or None
        A point behind it where f has made half of the fall that it makes within the next few
        widths: a start from which descent goes on.
    gain : float
        By how much f is lower there; 0 where there is no such point.
    """

    steps: Array
    reach: Array
    change: Array
    falls: Array | None
    lower: Array | None
    gain: float


@dataclass(frozen=True)
class Approach:
    """A lowest value that f only approaches.

    Attributes
    ----------
    direction : tuple of float
        The way on which it does so, its longest part 1.
    limit : float or None
        The value, where it is known.
    """

    direction: tuple[float, ...]
    limit: float | None


@dataclass(frozen=True)
class Symmetry:
    """A change of the variables that leaves f as it is.

    Attributes
    ----------
    order, signs : tuple of int
        Variable i is replaced by ``signs[i]`` times variable ``order[i]``.
    """

    order: tuple[int, ...]
    signs: tuple[int, ...]

    @property
    def moved(self) -> list[int]:
        """The variables that are exchanged."""
        return [i for i, place in enumerate(self.order) if place != i]

    @property
    def turned(self) -> list[int]:
        """The variables whose sign changes."""
        return [i for i, sign in enumerate(self.signs) if sign < 0]

    def then(self, other: Symmetry) -> Symmetry:
        """Give the change that is this one and then another."""
        signs = (self.signs[i] * sign for i, sign in zip(other.order, other.signs, strict=True))
        return Symmetry(tuple(self.order[i] for i in other.order), tuple(signs))

    def image(self, points: Array) -> Array:
        """Give the points where f has the same values, ``(n, n_vars)``."""
        return np.asarray(points[:, self.order] * np.array(self.signs))

    def keeps(self, box: Box) -> bool:
        """Tell whether the bounds look the same after the change."""
        ends = np.sort(self.image(np.stack([box.lower, box.upper])), axis=0)
        return bool((ends[0] == box.lower).all() and (ends[1] == box.upper).all())


@dataclass(frozen=True)
class Unbounded:
    """A line along which f falls without end.

    Attributes
    ----------
    start, direction : tuple of float
        The line: ``start + t*direction`` for growing t. With a `pole`, the last part of the way
        to `start`.
    term : sympy.Expr
        The terms of f that outweigh all others at the end of that line.
    degree : int
        f falls like ``-t**degree``; at a pole at the distance t like ``-1/t**degree``.
    pole : bool
        Whether f falls without end close to `start`, and not far away.
    """

    start: tuple[float, ...]
    direction: tuple[float, ...]
    term: sympy.Expr
    degree: int
    pole: bool = False


@dataclass(frozen=True)
class Determined:
    """What only is determined on a set of minima.

    Attributes
    ----------
    parts : tuple of str
        Expressions that are the same all over it, the shortest first, none of which follows from
        others.
    values : tuple of float
        What they are.
    complete : bool
        Whether there are no others.
    motions : bool
        Whether f depends on distances of points only, and the set is one configuration of them,
        moved and turned.
    """

    parts: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    complete: bool = True
    motions: bool = False


@dataclass(frozen=True)
class Jump:
    """A jump of f beside the end of a run.

    Attributes
    ----------
    there : tuple of float
        The point on it.
    limit : float or None
        What f comes close to there, and does not take; None where f is lower beyond the jump.
    """

    there: tuple[float, ...]
    limit: float | None


@dataclass(frozen=True, eq=False)
class RunFacts:
    """What is known about one run; None where its status has no use for it.

    Attributes
    ----------
    fall : Unbounded or None
        Proof that f falls without end where the run went.
    own_steps : bool
        Whether the steps of a run that ran away were those of a rule of the user's own.
    plateau : Plateau or None
        How far f is flat around its end, and where it falls.
    approach : Approach or None
        The lowest value that f only approaches from its end.
    floor : (float, float) or None
        The rounding errors of f and of its gradient at its end.
    jump : Jump or None
        The jump of f beside its end.
    slopes : tuple of float or None
        The gradient at its end on bounds; where a bound lies on a kink, inside of it.
    open_sides : tuple of bool
        For each variable whether f falls beyond its bound.
    edges : tuple of (int, str, str)
        The edges of the domain that its end lies on: the index of the variable, the part of the
        formula that is not defined beyond, and what it needs.
    curves : tuple of (str, str)
        The same of edges that concern several variables.
    ways_out : tuple of tuple of float
        Minima that `escape` would reach from its end.
    remaining : Remaining or None
        What is missing there, if it is a point that came from elsewhere; its columns are numbers.
    determined : Determined or None
        What only is determined on the set of minima that it ended on.
    """

    fall: Unbounded | None = None
    own_steps: bool = False
    plateau: Plateau | None = None
    approach: Approach | None = None
    floor: tuple[float, float] | None = None
    jump: Jump | None = None
    slopes: tuple[float, ...] | None = None
    open_sides: tuple[bool, ...] = ()
    edges: tuple[tuple[int, str, str], ...] = ()
    curves: tuple[tuple[str, str], ...] = ()
    ways_out: tuple[tuple[float, ...], ...] = ()
    remaining: Remaining | None = None
    determined: Determined | None = None


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
    unseen : float
        A bound for the share of the starts whose minimum has not been found; nan without one.
    runs : mapping of int to RunFacts
        By row.
    sets : mapping of int to Determined
        What only is determined, for those of the first minima that are sets.
    """

    even: tuple[str, ...] = ()
    symmetries: tuple[Symmetry, ...] = ()
    orbits: Whole = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    unbounded: Unbounded | None = None
    unseen: float = math.nan
    runs: Mapping[int, RunFacts] = field(default_factory=dict)
    sets: Mapping[int, Determined] = field(default_factory=dict)
