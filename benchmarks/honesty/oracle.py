"""A judge of end points that samples f: it knows no gradient and none of symgd's verdicts.

Around a point it looks for the lowest value of f at several distances: in random directions, along
the axes, where it last found low values, and where a quadratic through samples falls; then ever
closer around the best of them. Where rounding could hide or feign a fall, f has 50 digits.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import mpmath
import numpy as np

from .tasks import Array, Task

FAR, NEAR = 1e-3, 1e-6  # distances, as shares of the box's sides
_SCALES = (FAR, 1e-4, 1e-5, NEAR, 1e-7, 1e-8, 1e-9, 1e-10)
_CRUMB = 1e-12  # of the change of f over the distance FAR
_PROBES = 16  # points that measure this change, and rounding
_DOUBT = 100.0  # rounding errors that a fall must exceed to be believed in doubles
_PARTS = (2, 4, 8, 16, 64, 256, 1e3, 1e4, 1e5)  # of a distance: does a ridge lie before it?
_DIGITS = (50, 400)  # the tails of exp(-x**2) need many
_SAME = 1e-9  # ends so close are judged once

Fall = Callable[[Array], Array]  # points to f(x) - f(point); -inf where f is not defined
Place = Callable[[Array], Array]  # directions to points at some distance


class Care(Enum):
    """How closely to look: up to which scale, and at which falls.

    A crumb is a fall that is small beside the change of f over the largest distance. A point on
    the floor of a level valley is a minimum, though no double lies on it exactly.
    """

    USUAL = 4  # no crumbs
    CLOSE = 6  # and crumbs that exceed the rounding errors of f
    EXACT = 8  # and every crumb


@dataclass(frozen=True)
class Finding:
    """What was found around a point.

    Attributes
    ----------
    reach : float
        The largest distance at which f is lower, as a share of the box's sides: 0 where it is
        lower at none, infinite where f is not defined at the point itself, nan where no number
        of digits shows any change of f.
    point : ndarray or None
        The lower point.
    fall : float
        By how much f is lower there.
    """

    reach: float
    point: Array | None = None
    fall: float = 0.0


NOTHING = Finding(0.0)


class Oracle:
    """Judges ends on one problem, and remembers what it has judged.

    Parameters
    ----------
    task : Task
        f and its box.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._judged: dict[Care, tuple[list[Array], list[Finding]]] = {}

    def __call__(self, x: Array, care: Care = Care.USUAL) -> Finding:
        """Look for a lower point near `x`, as `lower` does."""
        points, findings = self._judged.setdefault(care, ([], []))
        if points:
            distance = (np.abs(np.array(points) - x) / self.task.width).max(axis=1)
            if distance.min() <= _SAME:
                return findings[int(distance.argmin())]
        points.append(x)
        findings.append(lower(self.task, x, care))
        return findings[-1]


def lower(task: Task, x: Array, care: Care = Care.USUAL) -> Finding:
    """Give a lower point at the largest possible distance, if there is any.

    Parameters
    ----------
    task : Task
        f and its box.
    x : ndarray
        The point, shape ``(n_vars,)``.
    care : Care
        How closely to look.

    Returns
    -------
    Finding
    """
    if not np.isfinite(task.values(x[None])[0]):
        return Finding(np.inf)
    rng = np.random.default_rng(zlib.crc32(x.tobytes()))
    around = _around(task, x, rng)
    digits = _in_digits(task, x, around)
    if digits is None:
        return Finding(np.nan)
    doubles = _in_doubles(task, x, digits.unit)
    noise = _DOUBT * _median(np.abs(doubles(around) - digits(around)))
    least = _least(digits, care)
    found = np.eye(len(x))[:1]
    for scale in _SCALES[: care.value]:
        place, fall, error = _places(task, x, scale), doubles, noise
        found, best = _search(doubles, place, found, _WIDE, rng)
        if not abs(best - least) > noise:
            fall, error = digits, 0.0
            found, best = _search(digits, place, found, _SPARE, rng)
        if best > least and (
            _straight(fall, place, found[0], error) or _curved(digits, scale, found, rng)
        ):
            point = place(found[:1])
            return Finding(scale, point[0], float(digits.falls(point)[0]))
    return NOTHING


@dataclass(frozen=True)
class _Exact:
    """Falls of f in units of its usual change over the distance FAR, with enough digits."""

    task: Task
    x: Array
    here: mpmath.mpf
    unit: mpmath.mpf
    digits: int

    def falls(self, points: Array) -> Any:
        """Give falls themselves, as mpmath's numbers."""
        values = self.task.exact(points, self.digits)
        with mpmath.workdps(self.digits):
            return self.here - values

    def __call__(self, points: Array) -> Array:
        with mpmath.workdps(self.digits):
            return _defined((self.falls(points) / self.unit).astype(float))


def _in_digits(task: Task, x: Array, around: Array) -> _Exact | None:
    """Take as many digits as it needs to see f change around x; None where nothing shows it."""
    for digits in _DIGITS:
        here = task.exact(x[None], digits)[0]
        falls = _Exact(task, x, here, mpmath.mpf(1), digits).falls(around)
        changes = sorted(abs(fall) for fall in falls if mpmath.isfinite(fall))
        if changes and changes[len(changes) // 2]:
            return _Exact(task, x, here, changes[len(changes) // 2], digits)
    return None


def _least(exact: _Exact, care: Care) -> float:
    """Give the fall that counts, in the same units."""
    if care is Care.CLOSE:
        return min(_CRUMB, _rounding(exact))
    return 0.0 if care is Care.EXACT else _CRUMB


def _rounding(exact: _Exact) -> float:
    """Give the errors of f in doubles at the point and at doubles next to it."""
    ulps = np.random.default_rng(0).integers(-3, 4, (_PROBES, len(exact.x)))
    points = np.concatenate([exact.x[None], exact.x + np.spacing(exact.x) * ulps])
    with np.errstate(invalid="ignore"):  # where f is not defined
        errors = exact.task.values(points) - exact.task.exact(points, exact.digits)
    return float(max(abs(error) for error in errors if mpmath.isfinite(error)) / exact.unit)


def _in_doubles(task: Task, x: Array, unit: mpmath.mpf) -> Fall:
    here, size = task.values(x[None])[0], float(unit)

    def fall(points: Array) -> Array:
        with np.errstate(all="ignore"):
            return _defined((here - task.values(points)) / size)

    return fall


def _defined(falls: Array) -> Array:
    return np.where(np.isnan(falls), -np.inf, falls)


def _median(values: Array) -> float:
    """Give infinity where no value is finite: nothing is known then."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else np.inf


def _around(task: Task, x: Array, rng: np.random.Generator) -> Array:
    """Give points at the distance FAR; those beyond a bound are reflected at x."""
    steps = FAR * task.width * _random(rng, _PROBES, len(x))
    inward = (x + steps >= task.lower) & (x + steps <= task.upper)
    return np.asarray(np.clip(x + np.where(inward, steps, -steps), task.lower, task.upper))


def _places(task: Task, x: Array, scale: float) -> Place:
    """Give points in the box, at a share of its sides from x."""
    reach = scale * task.width

    def place(directions: Array) -> Array:
        return np.asarray(np.clip(x + reach * directions, task.lower, task.upper))

    return place


def _random(rng: np.random.Generator, count: int, n: int) -> Array:
    return _normed(rng.normal(size=(count, n)))


def _normed(directions: Array) -> Array:
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    return np.asarray((directions / np.where(lengths > 0, lengths, 1.0))[lengths[:, 0] > 0])


@dataclass(frozen=True)
class _Effort:
    """How many directions are tried at first, and how the best are refined."""

    first: int
    rounds: int
    kept: int
    children: int
    narrower: float


_WIDE = _Effort(first=60, rounds=12, kept=4, children=12, narrower=0.35)
_SPARE = _Effort(first=24, rounds=14, kept=3, children=6, narrower=0.25)


def _search(
    fall: Fall, place: Place, known: Array, effort: _Effort, rng: np.random.Generator
) -> tuple[Array, float]:
    """Give the directions of largest fall, the best first, and that fall."""
    n = known.shape[1]
    axes = np.concatenate([np.eye(n), -np.eye(n)])
    directions = np.concatenate(
        [known, axes, _random(rng, effort.first, n), _quadratic(fall, place, n)]
    )
    falls, spread = fall(place(directions)), 0.5
    for _ in range(effort.rounds if n > 1 else 0):
        best = np.argsort(-falls, kind="stable")[: effort.kept]
        directions, falls = directions[best], falls[best]
        shape = (effort.kept, effort.children, n)
        near = directions[:, None] + spread * rng.normal(size=shape)
        near = _normed(near.reshape(-1, n))
        directions = np.concatenate([directions, near])
        falls = np.concatenate([falls, fall(place(near))])
        spread *= effort.narrower
    best = np.argsort(-falls, kind="stable")[: effort.kept]
    return directions[best], float(falls[best[0]])


def _quadratic(fall: Fall, place: Place, n: int) -> Array:
    """Give directions in which a quadratic through samples may fall."""
    axes = np.eye(n)
    i, j = np.triu_indices(n, 1)
    samples = np.concatenate([axes, -axes, axes[i] + axes[j], -axes[i] - axes[j]])
    values = -fall(place(samples))
    if not np.isfinite(values).all():
        return np.empty((0, n))
    ahead, behind, both, back = np.split(values, [n, 2 * n, 2 * n + len(i)])
    gradient, diagonal = (ahead - behind) / 2, ahead + behind
    hessian = np.diag(diagonal)
    hessian[i, j] = hessian[j, i] = (both + back - diagonal[i] - diagonal[j]) / 2
    vectors = np.linalg.eigh(hessian)[1].T
    newton = np.linalg.lstsq(hessian, -gradient, rcond=1e-12)[0]
    return _normed(np.concatenate([vectors, -vectors, [-gradient, newton]]))


def _straight(fall: Fall, place: Place, direction: Array, error: float) -> bool:
    """Tell whether the straight way to a lower point does not climb."""
    way = np.geomspace(1e-5, 1.0, 30)[:-1, None] * direction
    return bool(fall(place(way)).min() >= -error)


def _curved(digits: _Exact, scale: float, known: Array, rng: np.random.Generator) -> bool:
    """Tell whether f is lower at all shorter distances, too: no ridge lies between."""
    shorter = (_places(digits.task, digits.x, scale / part) for part in _PARTS)
    return all(_search(digits, place, known, _SPARE, rng)[1] > 0 for place in shorter)
