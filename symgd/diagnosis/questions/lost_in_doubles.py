"""Whether f is level around a minimum only because doubles have lost what still varies there."""

from __future__ import annotations

import numpy as np

from ...arrays import Array, Mask, Whole
from ...facts.cancellation import rounding
from ...facts.valley import Valley, unit_vectors
from ...status import Kind, Status
from ..case import Case
from ..dimension import dimensions
from ..kinds import near_kink
from ..levels import LEAST_SET, REACHES, lost_around

_SIDES_AT = 1e-8  # share of the searched region: slopes on the sides of a kink are asked so close
_POINTS_ASKED = 4  # times the variables: so many points around are asked
_KINK_FROM = 1e-5  # share of the steepest slope: where it is less, kinks go on
_LEVEL_WITHIN = 2.0  # times the rounding error: what rises by less is level


def lost_in_doubles(case: Case) -> None:
    """Take away sets of minima on which f may go on falling, as with exponentials that are 0."""
    found = case.found
    asked = found.success & ~case.on_set & ~case.shown
    rows = np.flatnonzero(asked & np.isin(found.kind, (Kind.WEAK_MINIMUM, Kind.KINK_MINIMUM)))
    if len(rows):
        lost = lost_around(_valley(case, rows), found.x[rows])
        rows = rows[lost]
    if len(rows):
        rows = rows[_level(_valley(case, rows), found.x[rows])]
        found.status[rows], found.kind[rows] = Status.PLATEAU, Kind.FLAT
        found.target_kind[rows] = Kind.UNKNOWN


def _valley(case: Case, rows: Whole) -> Valley:
    return Valley(case.problem.of(rows), case.box, case.how.width)


def _level(valley: Valley, x: Array) -> Mask:
    """Tell which points f is level beside in any direction."""
    kinked = near_kink(valley.problem, x)
    level = np.zeros(len(x), dtype=bool)
    for row in np.flatnonzero(kinked):
        level[row] = _level_along_kinks(valley.of([row]), x[row])
    rows = np.flatnonzero(~level)
    reach, smooth = np.full(len(rows), LEAST_SET), ~kinked[rows]
    dimension, _ = dimensions(valley.of(rows), x[rows], reach, smooth)
    level[rows] = dimension > 0
    return level


def _level_along_kinks(valley: Valley, x: Array) -> bool:
    """Tell whether f is level in a direction in which the kinks at a point go on."""
    problem, unit = valley.problem, valley.unit
    beside = x + _SIDES_AT * unit * unit_vectors(_POINTS_ASKED * len(x), len(x))
    on = _null(problem.gradients(beside) * unit)
    curved = problem.hessians(beside).mean(axis=0) * unit * unit[:, None]
    _, vectors = np.linalg.eigh(np.nan_to_num(on.T @ curved @ on))
    ways = on @ vectors
    shares = np.array([side * share for share in REACHES for side in (1, -1)])
    steps = shares[:, None, None] * LEAST_SET * ways.T * unit  # (n_shares, n_ways, n_vars)
    beside = (x + steps).reshape(-1, len(x))
    rises = problem.values(beside) - problem.values(x[None])
    level = rises <= _LEVEL_WITHIN * (rounding(problem, x[None]) + rounding(problem, beside))
    return bool(level.reshape(steps.shape[:2]).all(axis=0).any())


def _null(matrix: Array) -> Array:
    """Give an orthonormal basis, by columns, of what a matrix maps to next to nothing."""
    if not np.isfinite(matrix).all():
        return np.eye(matrix.shape[1])
    _, sizes, rows = np.linalg.svd(matrix)
    rank = np.count_nonzero(sizes > _KINK_FROM * sizes.max(initial=0.0))
    return np.asarray(rows[rank:].T)
