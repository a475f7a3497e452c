"""The symmetries that the expression of f shows: signs and exchanges of variables.

Descent never leaves the plane where a variable in which f is even is zero, and minima that a
symmetry maps onto each other are one minimum seen several times.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import combinations, islice, pairwise

import numpy as np
import sympy

from ..arrays import Array, Whole, unrelated
from ..given.boxes import Box
from ..memos import memo
from ..problem import Problem, Symbolic
from .forms import Forms
from .known import Symmetry

_ALL_PAIRS = 8  # variables: beyond them only neighbours in the order are paired
_WORK = 40_000  # sub-expressions: looked at in all, for time
_ELEMENTS = 256  # elements of a group: more are not listed
_NEIGHBOURS = 64  # points in a row: compared with an image


class Parity(IntEnum):
    """How an expression answers to a change of sign of one variable."""

    NONE = 0
    EVEN = 1
    ODD = -1


def parity(expr: sympy.Expr, variable: sympy.Symbol) -> Parity:
    """Tell whether an expression is even or odd in a variable, from its form."""
    return Parity(Forms(expr, [variable]).answer([0], [-1]))


def even_variables(problem: Problem) -> tuple[str, ...]:
    """Name the variables in which f is even, as the expression itself shows.

    Examples
    --------
    >>> even_variables(Problem("cos(2*pi*x) + x**2 + (y - 1)**2"))
    ('x',)
    """
    forms, n = _forms(problem.symbolic), len(problem.names)
    flips = [_flip(n, [i]) for i in range(n)]
    return tuple(
        name
        for name, flip in zip(problem.names, flips, strict=True)
        if forms.answer(flip.order, flip.signs) == 1
    )


def symmetries(problem: Problem, box: Box) -> tuple[Symmetry, ...]:
    """Find changes of signs and exchanges of variables under which f and the bounds are the same.

    Looked at are the sign of each variable, of all together and of pairs, and the exchange of
    two variables with and without a change of both signs.

    Parameters
    ----------
    problem : Problem
        f.
    box : Box
        Bounds.

    Returns
    -------
    tuple of Symmetry
        Generators: what follows from those before is left out. Each is proved by the form of the
        expression; a symmetry that only algebra would show is missed.

    Examples
    --------
    >>> box = Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> symmetries(Problem("x*y + x**4 + y**4"), box)
    (Symmetry(order=(0, 1), signs=(-1, -1)), Symmetry(order=(1, 0), signs=(1, 1)))
    """
    return tuple(_group(problem, box).generators)


def orbits(problem: Problem, points: Array, tolerance: Array, box: Box) -> Whole:
    """Give minima that symmetries of f map onto each other the same number.

    Parameters
    ----------
    problem : Problem
        f.
    points : ndarray
        Distinct minima, ``(n, n_vars)``.
    tolerance : ndarray
        Difference in each variable that is rounding, ``(n_vars,)``.
    box : Box
        Bounds.

    Returns
    -------
    ndarray
        Numbers in the order of the first point of each orbit, ``(n,)``.

    Examples
    --------
    >>> box = Box(np.array([-np.inf]), np.array([np.inf]))
    >>> wells = np.array([[-0.5], [0.0], [0.5]])
    >>> orbits(Problem("cos(4*pi*x) + x**2"), wells, np.array([1e-6]), box)
    array([0, 1, 0])
    """
    group = _group(problem, box)
    canonical = group.canonical(points)
    links = [
        _links(canonical, group.canonical(element.image(points)), tolerance)
        for element in group.elements()
    ]
    one, other = np.concatenate(links, axis=1)
    labels = np.arange(len(points))
    while True:
        lowest = labels.copy()
        np.minimum.at(lowest, one, labels[other])
        np.minimum.at(lowest, other, labels[one])
        if (lowest == labels).all():
            return np.unique(labels, return_inverse=True)[1]
        labels = lowest


def _links(points: Array, images: Array, tolerance: Array) -> Whole:
    """Give the rows of images and of points that they are, ``(2, n)``."""
    weights = unrelated(points.shape[1])
    keys, wanted = points @ weights, images @ weights  # close for points that are close
    reach = weights @ tolerance + 1e-14 * (np.abs(points) @ weights)
    order = np.argsort(keys)
    first = np.searchsorted(keys[order], wanted - reach)
    last = np.searchsorted(keys[order], wanted + reach, side="right")
    found = [np.empty((2, 0), dtype=np.int64)]
    for lag in range(min(_NEIGHBOURS, int((last - first).max(initial=0)))):
        rows = np.flatnonzero(first + lag < last)
        partners = order[first[rows] + lag]
        near = (np.abs(points[partners] - images[rows]) <= tolerance).all(axis=1)
        found.append(np.stack([rows[near], partners[near]]))
    return np.concatenate(found, axis=1)


def _group(problem: Problem, box: Box) -> _Group:
    """Collect the symmetries of f and the bounds."""
    forms, n = _forms(problem.symbolic), len(problem.names)
    group = _Group(n)
    for change in islice(_changes(n), _WORK // len(forms)):
        new = not group.holds(change) and change.keeps(box)
        if new and forms.answer(change.order, change.signs) == 1:
            group.add(change)
    return group


@memo
def _forms(symbolic: Symbolic) -> Forms:
    return Forms(symbolic.expr, symbolic.variables)


def _flip(n: int, places: Sequence[int]) -> Symmetry:
    return Symmetry(tuple(range(n)), tuple(-1 if i in places else 1 for i in range(n)))


def _exchange(n: int, i: int, j: int, sign: int) -> Symmetry:
    places = {i: j, j: i}
    order = tuple(places.get(k, k) for k in range(n))
    return Symmetry(order, tuple(sign if k in places else 1 for k in range(n)))


def _changes(n: int) -> Iterator[Symmetry]:
    """Give what may be a symmetry, simple changes first."""
    pairs = list(combinations(range(n), 2) if n <= _ALL_PAIRS else pairwise(range(n)))
    yield from (_flip(n, [i]) for i in range(n))
    yield _flip(n, range(n))
    yield from (_exchange(n, i, j, 1) for i, j in pairs)
    yield from (_flip(n, pair) for pair in pairs)
    yield from (_exchange(n, i, j, -1) for i, j in pairs)


class _Group:
    """The symmetries found so far, and what follows from them."""

    def __init__(self, n: int) -> None:
        self.generators: list[Symmetry] = []
        self._even: list[int] = []  # variables whose sign alone may change
        self._flips: list[int] = []  # as bits, each with a leading one of its own
        self._classes = np.arange(n)  # variables that exchanges connect have one number
        self._others = [_flip(n, [])]

    def holds(self, change: Symmetry) -> bool:
        """Tell whether a change is a product of those found."""
        moved = change.moved
        if moved:
            return bool(self._classes[moved[0]] == self._classes[moved[1]])
        return self._reduced(change) == 0

    def add(self, change: Symmetry) -> None:
        """Take in a symmetry."""
        self.generators.append(change)
        moved, turned = change.moved, change.turned
        if not moved:
            self._flips = sorted([*self._flips, self._reduced(change)], reverse=True)
        if not moved and len(turned) == 1:
            self._even += turned
        elif moved and not turned:
            one, other = self._classes[moved]
            self._classes[self._classes == other] = one
        else:
            self._others.append(change)

    def canonical(self, points: Array) -> Array:
        """Map points that exchanges and signs of single variables connect to one point."""
        points = points.copy()
        points[:, self._even] = np.abs(points[:, self._even])
        for number in np.unique(self._classes):
            columns = np.flatnonzero(self._classes == number)
            points[:, columns] = np.sort(points[:, columns], axis=1)
        return points

    def elements(self) -> list[Symmetry]:
        """Give the products of the other symmetries, the identity first."""
        found = dict.fromkeys(self._others[:1])
        waiting = deque(found)
        while waiting and len(found) < _ELEMENTS:
            last = waiting.popleft()
            new = [e for g in self._others[1:] if (e := last.then(g)) not in found]
            found |= dict.fromkeys(new)
            waiting.extend(new)
        return list(found)

    def _reduced(self, change: Symmetry) -> int:
        bits = sum(1 << i for i in change.turned)
        for flip in self._flips:
            bits = min(bits, bits ^ flip)
        return bits
