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
    try:
        return action(*args, **keywords), False
    except Interrupted as stopped:
        if stopped.result is None:
            raise
        value: T = stopped.result
        return value, True


def completed(action: Callable[P, T], *args: P.args, **keywords: P.kwargs) -> tuple[T, bool]:
    """Do something that takes no time to speak of; a Ctrl-C that comes meanwhile is told after."""
    handler = signal.getsignal(signal.SIGINT)
    if getattr(handler, "__module__", None) != __name__ or not _in_main_thread():
        return action(*args, **keywords), False
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        value = action(*args, **keywords)
    finally:
        signal.signal(signal.SIGINT, handler)
    return value, bool(came)


@contextmanager
def _heard_once() -> Iterator[None]:
    """Let a second Ctrl-C wait; a handler of the user's own stays."""
    own = signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    if own or not _in_main_thread():
        yield
        return
    last = -_DEAF

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _DEAF:
            last = now
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
