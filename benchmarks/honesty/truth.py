"""Whether what a status says is true: asked of f alone, with 60 digits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np

from .opinion import Bounds, Opinion, Outcome, descends, opinion
from .reading import Numbers, Reading, numbers

_DIGITS = 60
_FARTHER = 10.0 ** np.arange(0, 7)  # times the way a run came: where a run that left is asked after
_POLE = 1e-10  # of a size: so near a pole f is
_SINK = 1e-6  # of a size: so near f may have no lowest value
_CUT = 80  # times: such a point is met to 30 digits
_CRUMB = mpmath.mpf(10) ** -20  # share of a way: the step that tells whether f falls
_HALVED = 280  # times: an edge is met to 84 digits
_LARGER = 1e3  # times as large at it
_HUGE = 1e100  # so far away nothing is to be asked any more
_BESIDE = 10.0 ** np.arange(-16, -11)  # of a coordinate's size: where a domain may end
_STEEP = 1e6  # times a coarser slope: so large a finer one is at a pole or a vertical slope
_MOVED = 1e-6  # of a size: a run that moved farther has left its start
_SUCCESSES = ("CONVERGED", "AT_BOUND")


class Truth(Enum):
    """What is found of a claim."""

    TRUE = "true"
    FALSE = "false"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Claim:
    """A claim beside what was found.

    Attributes
    ----------
    truth : Truth
        Whether it is true.
    minimum : bool
        Whether the point is a minimum and was not called one.
    beside : bool
        Whether a false success has a lower stationary point right beside it.
    words : str
        What speaks against it.
    """

    truth: Truth
    minimum: bool = False
    beside: bool = False
    words: str = ""


def claim(reading: Reading, status: str, x0: Any, x: Any, bounds: Bounds = None) -> Claim:
    """Hold a status against f.

    - A success is true at minima.
    - NOT_A_MINIMUM and STALLED_AT_START are true where f is lower beside the end.
    - PLATEAU, SLOW and OSCILLATING are false at minima that rise on every side.
    - DIVERGED is true where f falls on and on ahead of the run, or the end is beyond all size.
    - OUT_OF_DOMAIN is true where f or its slope is not finite.
    - NO_PROGRESS is true where no step against the gradient lowers f by more than its rounding; it
      may be a minimum missed.

    Parameters
    ----------
    reading : Reading
        The formula.
    status : str
        The name of the status.
    x0, x : array_like
        Start and end, shape ``(n_vars,)``.
    bounds : list of pairs, optional
        The box.
    """
    x0, x = np.asarray(x0, dtype=float), np.asarray(x, dtype=float)
    if status == "DIVERGED":
        return _diverged(reading, x0, x, bounds)
    if status == "OUT_OF_DOMAIN":
        return _out_of_domain(reading, x, bounds)
    found = opinion(reading, x, bounds)
    if status in _SUCCESSES:
        truth = {Outcome.MINIMUM: Truth.TRUE, Outcome.NOT: Truth.FALSE}
        verdict = truth.get(found.outcome, Truth.UNDECIDED)
        return Claim(verdict, beside=found.beside, words=found.words)
    minimum = found.outcome is Outcome.MINIMUM and not found.level
    if status == "NO_PROGRESS":
        steps = found.outcome is Outcome.NOT and descends(reading, x, bounds)
        words = "a step against the gradient lowers f" if steps else found.words
        return Claim(Truth.FALSE if steps else Truth.TRUE, minimum, words=words or "a minimum")
    if status == "STALLED_AT_START" and (np.abs(x - x0) > _MOVED * np.maximum(np.abs(x0), 1)).any():
        return Claim(Truth.FALSE, minimum, words="the run has moved")
    return Claim(_unsuccessful(status, found), minimum, words=found.words or "a minimum")


def _unsuccessful(status: str, found: Opinion) -> Truth:
    if found.outcome is Outcome.UNDECIDED:
        return Truth.UNDECIDED
    if found.outcome is Outcome.NOT:
        return Truth.TRUE
    level = found.level and status == "PLATEAU"
    return Truth.TRUE if level else Truth.FALSE


def _diverged(reading: Reading, x0: np.ndarray, x: np.ndarray, bounds: Bounds) -> Claim:
    """Follow f ahead of a run that left: does it go on falling."""
    if not np.isfinite(x).all() or np.abs(x).max() > _HUGE:
        return Claim(Truth.TRUE)
    with mpmath.workdps(_DIGITS):
        if any(ends(reading, numbers(x)) for ends in (_pole, _bottomless, _sinks)):
            return Claim(Truth.TRUE)
    found = opinion(reading, x, bounds)
    if found.outcome is Outcome.MINIMUM:
        return Claim(Truth.FALSE, not found.level, words="a minimum")
    with mpmath.workdps(_DIGITS):
        came = numbers(x) - numbers(x0)
        ways = (came, *(came * axis for axis in np.eye(len(x))))
        falls = any(_falls_on(reading, numbers(x), way) for way in ways if any(way))
    return Claim(Truth.TRUE if falls else Truth.UNDECIDED, words="f rises ahead of the run")


def _pole(reading: Reading, x: Numbers) -> bool:
    """Tell whether f is far larger at a point than all around it."""
    here = reading(x)
    if here is None:
        return False
    size = np.array([max(abs(v), mpmath.mpf(1)) for v in x], dtype=object) * _POLE
    around = (reading(x + sign * size * e) for e in np.eye(len(x)) for sign in (-1, 1))
    known = [abs(value) for value in around if value is not None]
    return bool(known) and abs(here) > _LARGER * min(known) and abs(here) > _LARGER


def _sinks(reading: Reading, x: Numbers) -> bool:
    """Tell whether f falls without end, on an axis, to the point beside which it turns."""
    size = np.array([max(abs(v), mpmath.mpf(1)) for v in x], dtype=object) * _SINK
    for way in (sign * size * e for e in np.eye(len(x)) for sign in (-1, 1)):
        before, behind = mpmath.mpf(0), mpmath.mpf(1)
        for _ in range(_CUT):
            middle = (before + behind) / 2
            values = [reading(x + share * way) for share in (middle * (1 - _CRUMB), middle)]
            falls = None not in values and values[1] < values[0]
            before, behind = (middle, behind) if falls else (before, middle)
        shares = [before * (1 - mpmath.mpf(10) ** -k) for k in (2, 4, 6)]
        values = [reading(x + share * way) for share in shares]
        if None not in values and values[2] - values[1] <= 0.9 * (values[1] - values[0]) < 0:
            return True
    return False


def _bottomless(reading: Reading, x: Numbers) -> bool:
    """Tell whether f falls as a logarithm does to an edge of its domain right beside a point."""
    size = np.array([max(abs(v), mpmath.mpf(1)) for v in x], dtype=object) * _POLE
    for way in (sign * size * e for e in np.eye(len(x)) for sign in (-1, 1)):
        if reading(x) is None or reading(x + way) is not None:
            continue
        inside, outside = mpmath.mpf(0), mpmath.mpf(1)
        for _ in range(_HALVED):
            middle = (inside + outside) / 2
            known = reading(x + middle * way) is not None
            inside, outside = (middle, outside) if known else (inside, middle)
        steps = [mpmath.mpf(10) ** -k for k in (20, 40, 60)]
        values = [reading(x + (inside - step) * way) for step in steps]
        if None not in values and values[2] - values[1] < (values[1] - values[0]) / 2 < 0:
            return True
    return False


def _falls_on(reading: Reading, x: Numbers, way: Numbers) -> bool:
    """Tell whether f falls on and on along a way, or leaves all numbers."""
    values = [reading(x + way * mpmath.mpf(factor)) for factor in (0, *_FARTHER)]
    return None in values or all(b < a for a, b in pairwise(values))


def _out_of_domain(reading: Reading, x: np.ndarray, bounds: Bounds) -> Claim:
    """Look for an edge of the domain, a pole or a vertical slope right beside an end."""
    if not (np.isfinite(x).all() and np.isfinite(reading.in_doubles(x))):
        return Claim(Truth.TRUE)
    with mpmath.workdps(_DIGITS):
        point = numbers(x)
        here = reading(point)
        if here is None or any(_edge(reading, point, here, i) for i in range(len(x))):
            return Claim(Truth.TRUE)
    found = opinion(reading, x, bounds)
    return Claim(
        Truth.FALSE, found.outcome is Outcome.MINIMUM, words="f and its slope are finite there"
    )


def _edge(reading: Reading, x: Numbers, here: Any, i: int) -> bool:
    size = max(abs(x[i]), mpmath.mpf(1))
    for sign in (-1, 1):
        slopes = []
        for share in _BESIDE:
            step = np.array([size * share * sign * (i == j) for j in range(len(x))], dtype=object)
            value = reading(x + step)
            if value is None:
                return True
            slopes.append(abs(value - here) / share)
        if slopes[0] > _STEEP**0.3 * slopes[-1] and slopes[0] > 0:
            return True
    return False
