"""Rims: edges of the domain where f is defined, and whether it rises from there to the inside.

The slope there may be infinite, as that of ``sqrt(y)`` at 0 is, so it is measured by values of f
at distances that shrink.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import EPS, Array, Mask, Whole
from ..given.boxes import Box
from ..problem import Problem
from .cancellation import rounding

_EITHER_SIDE = 1e-9  # share of the searched region: so far from a rim one side of it is outside
_ULPS = 2  # units in the last place: as far from where it should be a rim is looked for
_FARTHEST_INSIDE = 1e-3  # share of the searched region: the largest distance at which f is asked
_HALVINGS = np.arange(100)  # halvings: of that distance, at which f is asked
_FINEST_INSIDE = 2.0**10 * EPS  # share of x: the least distance
_VISIBLE = 4.0  # times the rounding of f: a change that is one
_LAST_SEEN = 16  # halvings: the last ones that show a change
_NOISY = 3  # halvings: the very last, which are left out
_FEWEST_SEEN = 5  # halvings: fewer tell nothing
_SMOOTH = 1.9  # power of the distance: one as large is the business of second derivatives
_LINEAR = 1.1  # power of the distance: a larger one has no slope at the rim
_SAMPLES = 512  # points: around what may be a minimum
_AROUND = 1e-6  # share of the searched region: they are as close
_SCALES = 60.0  # halvings: over which their distances are spread, each variable's by itself
_SEED = 11  # seed: of these points, the same for all


@dataclass(frozen=True)
class Rim:
    """A value of a variable at which the domain ends, and f is defined.

    Attributes
    ----------
    variable : int
        The index of the variable.
    value : float
        The nearest number at which f is defined.
    inward : float
        1 if the domain is above, and -1 if it is below.
    condition : int
        Index into ``problem.domain`` of what fails beyond.
    """

    variable: int
    value: float
    inward: float
    condition: int


def rims(problem: Problem, width: Array) -> list[Rim]:
    """Give the rims of f.

    Parameters
    ----------
    problem : Problem
        f; its parameters are numbers.
    width : ndarray
        Size of the region that is searched, ``(n_vars,)``.

    Returns
    -------
    list of Rim

    Examples
    --------
    >>> for rim in rims(Problem("sqrt(3 - 2*y) + log(x)"), np.full(2, 20.0)):
    ...     print(rim)
    Rim(variable=1, value=1.5, inward=-1.0, condition=0)
    """
    found = []
    for edge in problem.symbolic.edges:
        params = zip(problem.symbolic.params, problem.param_values, strict=True)
        value = edge.value.subs([*params])
        if value.is_real is False or not np.isfinite(complex(value)) or complex(value).imag:
            continue
        index = problem.domain.index(edge.condition)
        rim = _rim(problem, edge.variable, float(value), index, width[edge.variable])
        if rim is not None and rim not in found:
            found.append(rim)
    return found


def on_rims(own: list[Rim], x: Array) -> list[tuple[Whole, list[Rim]]]:
    """Part points ``(n, n_vars)`` by the rims that they lie on: the rows, and these rims."""
    if not own:
        return [(np.arange(len(x)), [])]
    there = np.column_stack([x[:, rim.variable] == rim.value for rim in own])
    patterns, member = np.unique(there, axis=0, return_inverse=True)
    return [
        (np.flatnonzero(member.ravel() == i), [r for r, on in zip(own, pattern, strict=True) if on])
        for i, pattern in enumerate(patterns)
    ]


def along(problem: Problem, held: list[Rim]) -> tuple[Problem, Whole]:
    """Give f along rims, in the other variables, and the indices of these.

    Examples
    --------
    >>> p = Problem("sqrt(y) + x**2")
    >>> its, others = along(p, rims(p, np.ones(2)))
    >>> its.names, others, its.fun([3.0])
    (('x',), array([0]), array([9.]))
    """
    others = np.arange(len(problem.variables))
    for rim in sorted(held, key=lambda rim: -rim.variable):
        if len(others) > 1:
            problem = problem.at(rim.variable, rim.value)
            others = np.delete(others, rim.variable)
    return problem, others


def touched(problem: Problem, x: Array, width: Array) -> tuple[tuple[int, str, str], ...]:
    """Give the rims that a point lies on: the variable, the part of f that ends, what it needs.

    Parameters
    ----------
    problem : Problem
        f; its parameters are numbers.
    x : ndarray
        The point, ``(n_vars,)``.
    width : ndarray
        Size of the region that is searched, ``(n_vars,)``.

    Returns
    -------
    tuple of (int, str, str)

    Examples
    --------
    >>> touched(Problem("sqrt(3 - 2*y) + x"), np.array([1.0, 1.5]), np.ones(2))
    ((1, 'sqrt(3 - 2*y)', '3 - 2*y >= 0'),)
    """
    on = {rim.variable: rim for rim in rims(problem, width) if x[rim.variable] == rim.value}
    conditions = {i: problem.domain[rim.condition] for i, rim in on.items()}
    return tuple((i, c.text, c.needs) for i, c in conditions.items())


def _rim(problem: Problem, variable: int, value: float, index: int, width: float) -> Rim | None:
    off = max(_EITHER_SIDE * width, _FINEST_INSIDE * abs(value))
    ulps = np.arange(-_ULPS, _ULPS + 1) * np.spacing(abs(value)) * (value != 0)
    places = value + np.concatenate([[-off, off], ulps[np.argsort(np.abs(ulps), kind="stable")]])
    points = np.ones((len(places), len(problem.variables)))
    points[:, variable] = places
    below, above, *there = problem.run(problem.symbolic.holds, points)[index] == 1.0
    if below == above or not any(there):
        return None
    return Rim(variable, float(places[2 + there.index(True)]), 1.0 if above else -1.0, index)


def rise(problem: Problem, rim: Rim, x: Array, width: Array) -> tuple[Whole, Array, Array]:
    """Tell how f goes from a rim to the inside.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    rim : Rim
        The rim.
    x : ndarray
        Points on it, ``(n, n_vars)``.
    width : ndarray
        Size of the region that is searched, ``(n_vars,)``.

    Returns
    -------
    sign : ndarray
        1 where f rises, -1 where it falls, 0 where that is not clear, ``(n,)``.
    power : ndarray
        The power of the distance that its change goes with, ``(n,)``.
    lowest : ndarray
        The points inside at which f was lowest, ``(n, n_vars)``.

    Examples
    --------
    >>> p = Problem("sqrt(y) + x**2")
    >>> sign, power, _ = rise(p, rims(p, np.ones(2))[0], np.zeros((1, 2)), np.ones(2))
    >>> sign, power.round(3)
    (array([1]), array([0.5]))
    """
    distance = _FARTHEST_INSIDE * width[rim.variable] * 0.5**_HALVINGS
    distance = distance[distance >= _FINEST_INSIDE * abs(rim.value)]
    inside = np.repeat(x[None], len(distance), axis=0)
    inside[..., rim.variable] += (rim.inward * distance)[:, None]
    values = problem.values(inside.reshape(-1, x.shape[1])).reshape(len(distance), -1)
    change = values - problem.values(x)
    noise = _VISIBLE * rounding(problem, x)
    sign, power = np.zeros(len(x), dtype=np.int64), np.full(len(x), np.nan)
    for row in range(len(x)):
        seen = np.flatnonzero(np.abs(change[:, row]) > noise[row])[-_LAST_SEEN:]
        seen = seen[: max(len(seen) - _NOISY, 0)] if noise[row] > 0 else seen
        sides = np.sign(change[seen, row])
        if len(seen) >= _FEWEST_SEEN and (sides == sides[0]).all():
            sign[row] = int(sides[0])
            sizes = np.abs(change[seen, row])
            power[row] = np.median(np.diff(np.log2(sizes)) / -np.diff(seen))
    lowest = inside[np.where(np.isnan(values), np.inf, values).argmin(axis=0), np.arange(len(x))]
    return sign, power, lowest


def held(sign: Whole, power: Array) -> Mask:
    """Tell which points a rim holds: f rises from it, and no second derivative can tell that."""
    return (sign > 0) & (power < _SMOOTH)


def sloping(power: Array) -> Mask:
    """Tell where the slope of f at a rim is not 0."""
    return np.asarray(power < _LINEAR)


def falls_around(
    problem: Problem, rim: Rim, x: Array, own: list[Rim], box: Box, width: Array
) -> Mask:
    """Tell where f falls from points on a rim to some place close by inside the domain.

    Places are asked that are lower than the nearest one on the rim, too: what f does along it is
    the question of others.

    Parameters
    ----------
    problem : Problem
        f, for one run a point.
    rim : Rim
        The rim.
    x : ndarray
        Points on it, ``(n, n_vars)``.
    own : list of Rim
        All rims.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that is searched, ``(n_vars,)``.

    Returns
    -------
    ndarray
        ``(n,)``.

    Examples
    --------
    >>> p, x = Problem("sqrt(y) + sqrt(z) - 3*(y*z)**0.25"), np.zeros((1, 2))
    >>> free = Box(np.full(2, -np.inf), np.full(2, np.inf))
    >>> own = rims(p, np.ones(2))
    >>> falls_around(p, own[0], x, own, free, np.ones(2))
    array([ True])
    """
    chance = np.random.default_rng(_SEED)
    n_vars = x.shape[1]
    sizes = _AROUND * width * 0.5 ** (_SCALES * chance.random((_SAMPLES, n_vars)))
    steps = (sizes * chance.choice([-1.0, 0.0, 1.0], (_SAMPLES, n_vars), p=[0.45, 0.1, 0.45]))[
        :, None
    ]
    around = x + np.broadcast_to(steps, (_SAMPLES, *x.shape))
    for other in own:
        i = other.variable
        on = x[:, i] == other.value
        around[:, on, i] = other.value + other.inward * np.abs(steps[..., i])
    around = box.clip(around.reshape(-1, n_vars))
    values = problem.values(around).reshape(_SAMPLES, -1)
    around[:, rim.variable] = rim.value
    lowest = np.minimum(problem.values(around).reshape(_SAMPLES, -1), problem.values(x))
    return np.asarray((lowest - values > _VISIBLE * rounding(problem, x)).any(axis=0))
