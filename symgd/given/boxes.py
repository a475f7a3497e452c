"""Boxes as callers give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Array, Mask
from ..errors import ConfigurationError
from .names import unknown_name
from .numbers import as_float


@dataclass(frozen=True)
class Box:
    """Bounds of the variables, infinite where there are none; each ``(n_vars,)``."""

    lower: Array
    upper: Array

    @property
    def bounded(self) -> bool:
        """Whether any variable has a bound."""
        return bool(np.isfinite([self.lower, self.upper]).any())

    def clip(self, points: Array) -> Array:
        """Move points to the nearest point inside."""
        return np.clip(points, self.lower, self.upper)

    def held(self, points: Array, gradients: Array) -> Mask:
        """Tell which variables lie on a bound beyond which f would fall."""
        below = (points <= self.lower) & (gradients > 0)
        return below | ((points >= self.upper) & (gradients < 0))

    def projected(self, points: Array, gradients: Array) -> Array:
        """Give the gradient as far as it can be followed inside the bounds."""
        with np.errstate(over="ignore", invalid="ignore"):
            ahead = points - gradients
        short = np.where(ahead < self.lower, points - self.lower, gradients)
        return np.where(ahead > self.upper, points - self.upper, short)


def read_box(
    name: str, given: Any, names: Sequence[str], closed: bool, thin: bool = False
) -> tuple[Array, Array]:
    """Read ``(lo, hi)``, one pair a variable, or pairs by name; both may be the same if `thin`."""
    takes = "(lo, hi), one such pair a variable, or {'x': (lo, hi)}"
    if given is None:
        pairs: list[Any] = [(None, None)] * len(names)
    elif isinstance(given, Mapping):
        for key in given:
            if key not in names:
                raise unknown_name(f"{name}[{key!r}]", given[key], key, names)
        pairs = [given.get(n, (None, None)) for n in names]
    elif _is_pair(given):
        pairs = [given] * len(names)
    else:
        pairs = list(given) if isinstance(given, Sequence | np.ndarray) else []
    if len(pairs) != len(names):
        raise ConfigurationError(name, given, takes)
    read = [_pair(f"{name}[{n!r}]", p, closed, thin) for n, p in zip(names, pairs, strict=True)]
    return np.array([p[0] for p in read]), np.array([p[1] for p in read])


def _is_pair(given: Any) -> bool:
    if isinstance(given, str | bytes) or not isinstance(given, Sequence | np.ndarray):
        return False
    return len(given) == 2 and all(v is None or as_float(v) is not None for v in given)


def _pair(name: str, pair: Any, closed: bool, thin: bool) -> tuple[float, float]:
    sides = ", both finite" if closed else "; None for an open side"
    takes = f"(lo, hi) with lo {'<=' if thin else '<'} hi{sides}"
    if not _is_pair(pair):
        raise ConfigurationError(name, pair, takes)
    lower = -np.inf if pair[0] is None else float(pair[0])
    upper = np.inf if pair[1] is None else float(pair[1])
    ordered = lower <= upper if thin else lower < upper
    if not ordered or lower == np.inf or upper == -np.inf:
        raise ConfigurationError(name, pair, takes)
    if closed and not (np.isfinite(lower) and np.isfinite(upper)):
        raise ConfigurationError(name, pair, takes)
    return lower, upper
