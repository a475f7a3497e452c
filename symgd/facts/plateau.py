"""How far f is flat around a point where a run ended on a plateau, and where it falls.

f is asked along the axes and its gradient, at distances that grow by a tenth, and more densely
within the searched region.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Array, Mask
from ..given.boxes import Box
from ..problem import Problem
from .cancellation import rounding
from .known import Plateau

_Test = Callable[[Array], Mask]

# shares of the width: where f is asked
_SHARES = np.union1d(2.0 ** np.arange(-40, 20, 0.125), np.arange(1, 129) / 64)
_FEW = 6  # directions: beyond them fewer distances are asked in each
_BETWEEN = np.arange(1, 33) / 32  # shares of the bracket around an edge: where it is narrowed
_SHALLOW = 1e-3  # share of the deepest fall: a smaller one is passed over
_NEXT = np.arange(129) / 64  # times the width and the way to an edge: where its fall is measured
_ROUNDS = 2  # times: a bracket becomes 32 times smaller in each


def plateau(problem: Problem, point: Array, box: Box, width: Array) -> Plateau:
    """Find how far f is flat around a point, and where it falls.

    Parameters
    ----------
    problem : Problem
        f.
    point : ndarray
        Where a run ended, ``(n_vars,)``.
    box : Box
        Bounds; outside them f is not asked.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.

    Returns
    -------
    Plateau
        Distances to three digits. Wells and hills narrower than a tenth of their distance, and
        than a sixtieth of the region, may be missed.

    Examples
    --------
    >>> box = Box(np.array([-100.0]), np.array([100.0]))
    >>> flat = plateau(Problem("1 - exp(-(x - 30)**2)"), np.zeros(1), box, np.array([20.0]))
    >>> flat.reach.round(1), flat.change, flat.falls.round(1), flat.lower.round(1)
    (array([100. ,  24.2]), array([ 0., -1.]), array([24.2]), array([29.1]))
    """
    lines = _Lines.around(problem, point, box, width)
    shares = _SHARES[:: -(-len(lines.steps) // _FEW)]
    distances = np.minimum(shares * lines.length[:, None], lines.limit[:, None])
    changes = lines.changes(distances)
    border = _edges(lines, distances, changes, lambda c: np.asarray(c != 0))
    fall = _edges(lines, distances, changes, lambda c: np.asarray(c < 0))
    falls, lower = _lower(lines, distances, changes, fall)
    gain = 0.0 if lower is None else lines.value - float(problem.values(lower[None])[0])
    return Plateau(lines.steps, border.reach, border.change, falls, lower, gain)


@dataclass(frozen=True)
class _Lines:
    """Straight lines from a point, and f along them."""

    problem: Problem
    point: Array
    box: Box
    steps: Array
    length: Array  # of each line across the searched region
    limit: Array  # of each line within the bounds
    value: float
    noise: float

    @classmethod
    def around(cls, problem: Problem, point: Array, box: Box, width: Array) -> _Lines:
        steps = _directions(problem, point)
        with np.errstate(divide="ignore", invalid="ignore"):
            length = (width / np.abs(steps)).min(axis=1)
            room = (np.where(steps > 0, box.upper, box.lower) - point) / steps
        limit = np.where(steps != 0, room, np.inf).min(axis=1)
        value, noise = problem.values(point[None])[0], rounding(problem, point[None])[0]
        return cls(problem, point, box, steps, length, limit, float(value), float(noise))

    def only(self, row: int) -> _Lines:
        """Give one of the lines."""
        one = slice(row, row + 1)
        return replace(self, steps=self.steps[one], length=self.length[one], limit=self.limit[one])

    def changes(self, distances: Array) -> Array:
        """Give the changes of f, ``(n_lines, n)``; 0 within rounding, nan where f is undefined."""
        ways = distances[:, :, None] * self.steps[:, None, :]
        targets = self.box.clip(self.point + ways).reshape(-1, len(self.point))
        changes: Array = self.problem.values(targets) - self.value
        changes[np.abs(changes) <= rounding(self.problem, targets) + self.noise] = 0.0
        changes[~np.isfinite(changes)] = np.nan
        return changes.reshape(distances.shape)


def _directions(problem: Problem, point: Array) -> Array:
    """Give the axes and the gradient's direction, each both ways."""
    n = len(point)
    axes: Array = np.repeat(np.eye(n), 2, axis=0) * np.tile([-1.0, 1.0], n)[:, None]
    gradient = problem.gradients(point[None])[0]
    largest = np.abs(gradient).max()
    if not 0 < largest < np.inf or np.count_nonzero(gradient) == 1:
        return axes
    uphill = gradient / largest
    uphill = uphill / np.linalg.norm(uphill)
    return np.concatenate([axes, [-uphill, uphill]])


@dataclass(frozen=True)
class _Edges:
    """Where a test first holds along each line, or the end of the line where it never does."""

    before: Array
    behind: Array
    change: Array  # sign of the change of f behind; 0 at the end of a line

    @property
    def reach(self) -> Array:
        return np.asarray(np.where(self.change == 0, self.behind, self.before))


def _edges(lines: _Lines, distances: Array, changes: Array, test: _Test) -> _Edges:
    """Find where a test first holds, between two of the distances and then more closely."""
    edges = _first(np.zeros(len(distances)), distances, changes, test)
    for _ in range(_ROUNDS):
        inner = edges.before[:, None] + (edges.behind - edges.before)[:, None] * _BETWEEN
        inner[:, -1] = edges.behind
        edges = _first(edges.before, inner, lines.changes(inner), test)
    return edges


def _first(start: Array, distances: Array, changes: Array, test: _Test) -> _Edges:
    hits = test(changes)
    hits[:, -1] = True
    rows, first = np.arange(len(hits)), hits.argmax(axis=1)
    before = np.where(first > 0, distances[rows, first - 1], start)
    last = changes[rows, first]
    return _Edges(before, distances[rows, first], np.where(test(last), np.sign(last), 0.0))


def _lower(
    lines: _Lines, distances: Array, changes: Array, fall: _Edges
) -> tuple[Array | None, Array | None]:
    """Give the nearest point where f is lower, and one where it is clearly lower."""
    edge = fall.behind[:, None]
    region = lines.length[:, None] + edge
    depth = -np.fmin.reduce(np.where(distances <= edge + 2 * region, changes, 0.0), axis=1)
    found = (fall.change < 0) & (depth >= _SHALLOW * depth.max())
    if not depth.max() > 0:
        return None, None
    row = int(np.where(found, fall.behind / lines.length, np.inf).argmin())
    line = lines.only(row)
    ahead = np.minimum(edge[[row]] + _NEXT * region[[row]], line.limit)
    changes = line.changes(ahead)
    half = np.nanmin(changes) / 2
    clear = _edges(line, ahead, changes, lambda c: np.asarray(c <= half))
    ends = np.concatenate([edge[row], clear.behind])
    falls, lower = lines.box.clip(lines.point + ends[:, None] * line.steps)
    return falls, lower
