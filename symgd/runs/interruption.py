"""Ctrl-C in the calls of users: it is heard soon and once, and nothing that was reached is lost."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import FrameType
from typing import ParamSpec, TypeVar

from ..errors import Interrupted
from ..watch import doing, silence

P = ParamSpec("P")
T = TypeVar("T")

_DEAF = 2.0  # seconds within which another Ctrl-C changes nothing: the first one is being answered


def interruptible(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function answer Ctrl-C with `Interrupted`, however often it comes.

    Parameters
    ----------
    function : callable
        Raises `Interrupted` itself where it has reached something.

    Returns
    -------
    callable
        The same; a `KeyboardInterrupt` anywhere else becomes an `Interrupted` without a result.
    """

    @wraps(function)
    def call(*args: P.args, **keywords: P.kwargs) -> T:
        with _heard_once():
            try:
                return function(*args, **keywords)
            except Interrupted:
                raise
            except KeyboardInterrupt:
                raise Interrupted from None

    return call


def reached(action: Callable[P, T], *args: P.args, **keywords: P.kwargs) -> tuple[T, bool]:
    """Do something; gives what it gives or had reached, and whether Ctrl-C came.

    Raises
    ------
    KeyboardInterrupt
        If nothing was reached.
    """
    found: list[T] = []
    try:
        found.append(action(*args, **keywords))
        silence()
    except KeyboardInterrupt as stopped:
        if isinstance(stopped, Interrupted) and stopped.result is not None:
            found.append(stopped.result)
        if not found:
            raise
        return found[-1], True
    return found[0], False


def completed(action: Callable[P, T], *args: P.args, **keywords: P.kwargs) -> tuple[T, bool]:
    """Do something that takes no time to speak of; a Ctrl-C that comes meanwhile is told after."""
    if not _in_main_thread():
        return action(*args, **keywords), False
    with _ear.waiting():
        value = action(*args, **keywords)
    return value, _ear.heard


def heard() -> bool:
    """Tell whether Ctrl-C came in this call, also when it was ending for another reason."""
    return _in_main_thread() and _ear.heard


class _Ear:
    """Hears Ctrl-C in the main thread, not again while it is answered, and if asked so later."""

    def __init__(self) -> None:
        self.last, self.patient, self.heard = -_DEAF, False, False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self.last < _DEAF:
            return
        ending = doing().ending and not self.heard  # for another reason: that is soon
        self.last, self.heard = now, True
        if not (self.patient or ending):
            raise KeyboardInterrupt

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let a Ctrl-C wait until this is done."""
        self.patient = True
        try:
            yield
        finally:
            self.patient = False


_ear = _Ear()


@contextmanager
def _heard_once() -> Iterator[None]:
    """Let a second Ctrl-C wait; a handler of the user's own stays."""
    if not _in_main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _ear.last, _ear.heard = -_DEAF, False
    signal.signal(signal.SIGINT, _ear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _ear.heard = False


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
