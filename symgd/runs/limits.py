"""Limits on what a stranger's formula may take: time and memory of a part of a program."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ..alarm import Alarm
from ..errors import ConfigurationError, LimitError
from ..given.numbers import read_number
from ..given.types import Number
from ..memory import used
from ..watch import doing
from . import judge, minimize, sweep  # noqa: F401 - no import may be broken off

_LOOK = 0.02  # seconds between two looks at memory
_MEGA = 1e6


class _Reached(BaseException):
    """A limit is reached; nothing catches it but `limits`."""


@contextmanager
def limits(*, seconds: Number | None = None, megabytes: Number | None = None) -> Iterator[None]:
    """Limit what symgd may take in a ``with`` block, whatever formula it is given.

    All that this thread does in the block is limited: reading a formula, differentiating,
    compiling, descending, judging, telling and drawing. For runs alone, `time_limit` of `minimize`
    gives what was reached; here nothing is given back.

    Parameters
    ----------
    seconds : float, optional
        Time of the block.
    megabytes : float, optional
        By how much the memory of this process may grow in it; other threads count, too. Runs that
        are known to take more are refused at once. Known under Linux only.

    Raises
    ------
    LimitError
        When a limit is reached; `stage` says what was done then.
    ConfigurationError
        If neither is given, one is no number above 0, or memory is not known here.

    Notes
    -----
    The block ends between two instructions of Python. One call in C is waited for, as an operation
    of NumPy on a large array, and memory that one call takes at once is seen after it. A compiler
    that is at work goes on in a thread of its own, for nobody, until it is done. So limits protect
    a service from formulas that take long, and not a machine from code: that takes a process with
    limits of the operating system.

    Examples
    --------
    >>> import symgd
    >>> with symgd.limits(seconds=30, megabytes=2000):
    ...     symgd.minimize("(x - 1)**2").success
    True
    """
    time_left, room = (_read(*pair) for pair in (("seconds", seconds), ("megabytes", megabytes)))
    if math.inf == time_left == room:
        raise ConfigurationError("seconds", None, "a number > 0, or megabytes beside it")
    before = used() if room < math.inf else 0.0
    if before is None:
        raise ConfigurationError("megabytes", megabytes, "None: this system does not tell them")
    here, due, most = doing(), time.monotonic() + time_left, before + _MEGA * room
    outer, here.memory = here.memory, min(most, here.memory)
    full: list[str] = []

    def wait() -> float:
        if room < math.inf and (used() or 0.0) > most:
            full.append(f"{room:g} MB more")
            return 0.0
        left = max(due - time.monotonic(), 0.0)
        return left if room == math.inf else min(left, _LOOK)

    alarm = Alarm(wait, _Reached, lambda: here.stage)
    try:
        with alarm.watching():
            yield
    except _Reached:
        limit = full[0] if full else f"{time_left:g} seconds"
        raise LimitError(alarm.caught or here.stage, limit) from None
    finally:
        here.memory = outer


def _read(name: str, value: Number | None) -> float:
    takes, least = "a number > 0, or None", float(np.nextafter(0, 1))
    return math.inf if value is None else read_number(name, value, takes, least)
