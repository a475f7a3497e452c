"""Exceptions in the thread that set an alarm, once its time has come, as Ctrl-C raises one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Self

from .threads import Helper, raise_in

_AGAIN = 0.1  # seconds: Python drops what is raised while an object is deleted, so it rings again


class Alarm:
    """Raises an exception in this thread from a certain time on, until it is answered.

    It comes between two instructions of Python, so it waits for a function in C to return.

    Parameters
    ----------
    wait : callable
        Gives the seconds after which to ask again; 0 if it is time.
    error : type
        What is raised; nobody else raises it.
    stage : callable
        Tells what this thread does at the time.

    Attributes
    ----------
    caught : str or None
        What this thread did when it first rang; None before.
    """

    def __init__(
        self, wait: Callable[[], float], error: type[BaseException], stage: Callable[[], str]
    ) -> None:
        self._wait, self._error, self._stage = wait, error, stage
        self.caught: str | None = None
        self._thread = threading.get_ident()
        # Locks only: what rings within an Event of Python's may leave it locked for ever.
        self._lock, self._waiting = threading.Lock(), threading.Lock()
        self._silent = self._over = False

    @contextmanager
    def watching(self) -> Iterator[Self]:
        """Let it ring while something is done.

        A generator: where it rings right before this ends, Python closes it, and it ends as well.
        """
        self._waiting.acquire()
        try:
            Helper(self._watch).start()
            yield self
        finally:
            self._over = True
            self._waiting.release()
            self.silence()

    def silence(self) -> None:
        """Let it not ring any more, nor what it has raised come later."""
        while True:
            with suppress(self._error):
                with self._lock:
                    self._silent = True
                _step()  # what it has raised comes here at the latest
                return

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """Let it wait until this is done, unless it is silent anyway."""
        before = self._silent
        self.silence()
        try:
            yield
        finally:
            self._silent = before

    def _watch(self) -> None:
        while not self._over:
            self._sleep(self._wait())
            if self._wait() <= 0:
                self._ring()
                self._sleep(_AGAIN)

    def _sleep(self, seconds: float) -> None:
        """Wait so long, or until this is over."""
        longest = min(seconds, threading.TIMEOUT_MAX)
        if not self._over and self._waiting.acquire(timeout=longest):
            self._waiting.release()

    def _ring(self) -> None:
        with self._lock:
            if not self._silent and not self._over:
                if self.caught is None:
                    self.caught = self._stage()
                raise_in(self._thread, self._error)


class Deadline(Alarm):
    """Rings once so many seconds have passed."""

    def __init__(
        self, seconds: float, error: type[BaseException], stage: Callable[[], str]
    ) -> None:
        super().__init__(lambda: max(self._due - time.monotonic(), 0.0), error, stage)
        self._due = time.monotonic() + seconds

    @contextmanager
    def pressing(self, seconds: float) -> Iterator[None]:
        """Let it ring again while something is done that should take no longer than this."""
        self._due = max(self._due, time.monotonic() + seconds)
        before, self._silent = self._silent, False
        try:
            yield
        finally:
            if before:
                self.silence()


def _step() -> None:
    """Give Python a place between two instructions where it looks for what was raised."""
