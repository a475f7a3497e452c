"""The recurrence of a rule near a minimum, where the gradient is linear.

A rule that is linear in x, its gradient and its slots multiplies the error ``(x, *slots)`` along
an eigenvector of the Hessian by a matrix, which depends on the eigenvalue, the settings and, for
scheduled rates, on the epoch. Nothing is fitted: the rule's own step is taken with coefficients
for numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import Array, Indices, Mask
from .base import Pace
from .recording import Program

_EXACT = 1e-9  # to which a fixed point of the rule has to be one
_FIRST_RATE = 1e-6  # of the rate that gradient descent could have, with which the search begins
_DOUBLINGS, _HALVINGS = 60, 60
_LONGEST = 2_000  # epochs that a scheduled rule is followed
_LOST = 1e6  # growth of the error beyond which it is followed no longer


class _NotLinearError(Exception):
    """A rule multiplies two numbers that both depend on x."""


class _Linear:
    """A linear form in x, grad, the slots and 1; coefficients are numbers or arrays."""

    __slots__ = ("parts",)
    __array_ufunc__ = None

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = list(parts)

    def _with(self, other: Any, sign: float) -> _Linear:
        others = other.parts if isinstance(other, _Linear) else _constant(other, self).parts
        return _Linear([a + sign * b for a, b in zip(self.parts, others, strict=True)])

    def __add__(self, other: Any) -> _Linear:
        return self._with(other, 1.0)

    __radd__ = __add__

    def __sub__(self, other: Any) -> _Linear:
        return self._with(other, -1.0)

    def __rsub__(self, other: Any) -> _Linear:
        return (-self)._with(other, 1.0)

    def __neg__(self) -> _Linear:
        return _Linear([-p for p in self.parts])

    def __mul__(self, other: Any) -> _Linear:
        factor = _number(other)
        return _Linear([factor * p for p in self.parts])

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> _Linear:
        divisor = _number(other)
        return _Linear([p / divisor for p in self.parts])

    def _refuse(self, *_: Any) -> Any:
        raise _NotLinearError

    __rtruediv__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = __abs__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _refuse
    __hash__ = None  # type: ignore[assignment]


def _constant(value: Any, like: _Linear) -> _Linear:
    return _Linear([0.0] * (len(like.parts) - 1) + [value])


def _number(value: Any) -> Any:
    if isinstance(value, _Linear):
        raise _NotLinearError
    return value


@dataclass(frozen=True)
class Recurrence:
    """A linear rule with its settings: numbers, arrays of one number a run, or schedules."""

    program: Program
    slots: int
    settings: tuple[Any, ...]

    @classmethod
    def find(cls, program: Program, slots: int, settings: Sequence[Any]) -> Recurrence | None:
        """Give the recurrence of a rule that is linear and rests at a minimum; else None."""
        found = cls(program, slots, tuple(_values(s) for s in settings))
        try:
            forms = found._forms(1.0)
        except (_NotLinearError, TypeError):  # NumPy's functions take no forms
            return None
        rests = not any(np.any(f.parts[-1]) for f in forms)  # nothing is added whatever x is
        return found if rests and _rests(found.matrices(np.zeros((1, 1)), 1.0)) else None

    def _forms(self, epoch: Any) -> list[_Linear]:
        """Take the step with coefficients of x, grad, the slots and 1 for numbers."""
        unit = np.eye(self.slots + 3)
        numbers = [_Linear(unit[i].tolist()) for i in range(self.slots + 2)]
        settings = [_at(s, epoch) for s in self.settings]
        with np.errstate(all="ignore"):
            after = self.program.run(*numbers[:2], epoch, *numbers[2:], *settings)
        return [f if isinstance(f, _Linear) else _constant(f, numbers[0]) for f in after]

    def matrices(self, eigenvalues: Array, epoch: Any) -> Array:
        """Give the matrices of a step, ``(n, n_vars, 1 + slots, 1 + slots)``.

        Parameters
        ----------
        eigenvalues : ndarray
            Of the Hessian, ``(n, n_vars)``.
        epoch : float or ndarray
            Number of the step, one or ``(n, 1)``.
        """
        forms = self._forms(epoch)
        runs = max([len(eigenvalues), *(len(s) for s in self.settings if np.ndim(s))])
        matrices = np.empty((runs, eigenvalues.shape[1], len(forms), len(forms)))
        for i, form in enumerate(forms):
            a, b, *others = form.parts[:-1]
            for j, part in enumerate([a + b * eigenvalues, *others]):
                matrices[:, :, i, j] = part
        return matrices

    def factor(self, eigenvalues: Array, epoch: Any) -> Array:
        """Give the factor by which a step multiplies the error in the long run, ``(n,)``."""
        return np.asarray(np.fmax.reduce(_radii(self.matrices(eigenvalues, epoch)), axis=1))


def _values(setting: Any) -> Any:
    return setting if callable(setting) else np.asarray(setting, dtype=float)


def _at(setting: Any, epoch: Any) -> Any:
    """Give the numbers of a setting in an epoch; a schedule has others in each."""
    if callable(setting):
        return setting(epoch)
    return setting.reshape(-1, 1) if setting.ndim else setting


def _rests(matrices: Array) -> bool:
    """Tell whether a rule stays where the gradient is zero, with slots that do not change."""
    (top, *bottom) = matrices.reshape(-1, *matrices.shape[2:])[0]
    below = np.array(bottom).reshape(-1, len(top))
    try:
        slots = np.linalg.solve(np.eye(len(below)) - below[:, 1:], below[:, 0])
    except np.linalg.LinAlgError:
        return False
    return bool(abs(top[0] + top[1:] @ slots - 1.0) <= _EXACT)


def _radii(matrices: Array) -> Array:
    """Give the spectral radii of matrices; nan where they are not finite."""
    if matrices.shape[-1] == 1:
        return np.abs(matrices[..., 0, 0])
    if matrices.shape[-1] == 2:
        return _radii_of_two(matrices)
    radii = np.full(matrices.shape[:-2], np.nan)
    finite = np.asarray(np.isfinite(matrices).all(axis=(-2, -1)))
    radii[finite] = np.abs(np.linalg.eigvals(matrices[finite])).max(axis=-1, initial=0.0)
    return radii


def _radii_of_two(matrices: Array) -> Array:
    half = (matrices[..., 0, 0] + matrices[..., 1, 1]) / 2
    determinant = matrices[..., 0, 0] * matrices[..., 1, 1]
    determinant = determinant - matrices[..., 0, 1] * matrices[..., 1, 0]
    square = half**2 - determinant
    real = np.abs(half) + np.sqrt(np.maximum(square, 0.0))
    return np.asarray(np.where(square < 0, np.sqrt(np.abs(determinant)), real))


def constant_pace(rule: Recurrence, rates: int, spectra: Array) -> Pace:
    """Give the pace of a rule that takes the same step in every epoch.

    Parameters
    ----------
    rule : Recurrence
        The rule.
    rates : int
        Place of the rate among its settings.
    spectra : ndarray
        Eigenvalues, ``(n, n_vars)``; nan for variables that do not move.
    """
    first, each = _distinct([*spectra.T, *(s for s in rule.settings if s.ndim)])
    few = replace(rule, settings=tuple(s[first] if s.ndim else s for s in rule.settings))
    spectra = spectra[first]
    return Pace(few.factor(spectra, 1.0)[each], _largest_rate(few, rates, spectra)[each])


def _distinct(columns: Sequence[Array]) -> tuple[Indices, Indices]:
    """Give the first of all equal rows, and for each row which of these it is like."""
    code = np.zeros(len(columns[0]), dtype=np.intp)
    for column in columns:
        values, places = np.unique(column, return_inverse=True)
        code = np.unique(code * len(values) + places, return_inverse=True)[1]
    return np.unique(code, return_index=True)[1], code


def _largest_rate(rule: Recurrence, place: int, spectra: Array) -> Array:
    """Search the rate beyond which a rule no longer settles, by doubling and bisection."""

    def settles(rate: Array) -> Mask:
        settings = (*rule.settings[:place], rate, *rule.settings[place + 1 :])
        return np.asarray(Recurrence(rule.program, rule.slots, settings).factor(spectra, 1.0) < 1)

    steepest = np.fmax.reduce(spectra, axis=1)
    with np.errstate(all="ignore"):
        low = np.where(steepest > 0, _FIRST_RATE * 2 / steepest, np.nan)
        first = settles(low)
        high = low
        for _ in range(_DOUBLINGS):
            more = settles(high)
            low, high = np.where(more, high, low), np.where(more, 2 * high, high)
        for _ in range(_HALVINGS):
            middle = low + (high - low) / 2
            more = settles(middle)
            low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.where(steepest > 0, np.where(first, low, np.nan), np.inf)


@dataclass(frozen=True)
class ScheduledPace(Pace):
    """The pace of a rule whose step changes from epoch to epoch."""

    rule: Recurrence
    spectra: Array
    epoch: Array

    def epochs(self, share: Array) -> Array:
        """Follow the error from epoch to epoch, as far as that is worth it."""
        runs, n_vars = self.spectra.shape
        size = self.rule.slots + 1
        error = np.zeros((runs, n_vars, size, 1))
        error[:, :, 0] = 1.0
        needed = np.full(runs, np.nan)
        epoch = np.broadcast_to(np.asarray(self.epoch, dtype=float), (runs,))
        with np.errstate(all="ignore"):
            for step in range(_LONGEST):
                error = self.rule.matrices(self.spectra, (epoch + step)[:, None]) @ error
                left = np.fmax.reduce(np.abs(error[:, :, 0, 0]), axis=1)
                needed = np.where(np.isnan(needed) & (left <= share), step + 1.0, needed)
                if not np.isnan(needed).any() or not (left < _LOST).any():
                    break
        return needed
