"""Variables that their bounds fix: such as have the same bound on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ConfigurationError
from ..problem import Problem
from .boxes import Box, read_box
from .points import read_points
from .types import Pairs, Points


@dataclass(frozen=True)
class Free:
    """What is left of a formula and of the points in it where bounds fix some of its variables."""

    problem: Problem
    x0: Points | None
    bounds: Pairs | None
    start_box: Pairs | None


def without_fixed(
    problem: Problem, x0: Points | None, bounds: Pairs | None, start_box: Pairs | None
) -> Free:
    """Make parameters of the variables that their bounds fix.

    Parameters
    ----------
    problem : Problem
        f.
    x0, bounds, start_box
        As in `minimize`, for all variables.

    Returns
    -------
    Free
        The same for the variables that are left.

    Raises
    ------
    ConfigurationError
        If none is left, or the bounds or a start do not fit the variables.

    Examples
    --------
    >>> free = without_fixed(Problem("x**2 + x*y"), [1.0, 3.0], {"y": (3, 3)}, None)
    >>> free.problem.names, dict(free.problem.params), free.x0
    (('x',), {'y': 3.0}, 1.0)
    """
    names = problem.names
    lower, upper = read_box("bounds", bounds, names, closed=False, thin=True)
    fixed = {n: low for n, low, high in zip(names, lower.tolist(), upper.tolist(), strict=True)
             if low == high}  # fmt: skip
    if not fixed:
        return Free(problem, x0, bounds, start_box)
    rest = [name for name in names if name not in fixed]
    if not rest:
        raise ConfigurationError("bounds", bounds, "at least one variable with lo < hi")
    box = Box(lower, upper)
    return Free(
        Problem(problem.symbolic.source, rest, {**problem.params, **fixed}),
        None if x0 is None else _points(x0, names, rest, fixed, box),
        {name: (lower[i], upper[i]) for i, name in enumerate(names) if name in rest},
        _pairs(start_box, names, rest),
    )


def _points(
    given: Any, names: Sequence[str], rest: Sequence[str], fixed: Mapping[str, float], box: Box
) -> Points:
    if isinstance(given, Mapping):
        given = {**fixed, **given}
    points = read_points(given, names, box)[..., [names.index(name) for name in rest]]
    return float(points[0]) if points.shape == (1,) else points


def _pairs(given: Any, names: Sequence[str], rest: Sequence[str]) -> Pairs | None:
    """Give the pairs of the variables that are left, where there is one for each."""
    if isinstance(given, Mapping):
        return {n: pair for n, pair in given.items() if n in rest or n not in names} or None
    if given is None or len(np.shape(given)) != 2 or len(given) != len(names):
        return given  # type: ignore[no-any-return]
    return {n: pair for n, pair in zip(names, given, strict=True) if n in rest}
