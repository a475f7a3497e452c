"""Threads of ours, and exceptions that one thread raises in another: neither disturbs the other."""

from __future__ import annotations

import _thread
import ctypes
import threading
from collections.abc import Callable

_calm = threading.Lock()  # of one who starts a thread, or raises something in one


class Helper:
    """A thread that does one thing; made of locks that no exception leaves locked.

    While CPython begins a thread, that has the identity of the one which begins it, and would take
    what is raised there; so nothing is raised meanwhile.

    Parameters
    ----------
    action : callable
        What it does.

    Examples
    --------
    >>> helper = Helper(lambda: print("done"))
    >>> helper.start()
    done
    >>> helper.ended(1.0)
    True
    """

    def __init__(self, action: Callable[[], object]) -> None:
        self._action, self._launched = action, False
        self._begun, self._done = _locked(), _locked()

    def start(self) -> None:
        """Begin; the thread runs when this returns."""
        with _calm:
            self._launched = True
            try:
                _thread.start_new_thread(self._run, ())
            except RuntimeError:
                self._launched = False
                raise
            self._begun.acquire()

    def ended(self, seconds: float) -> bool:
        """Wait for the end at most so long; tells whether it has come, or nothing had begun."""
        if not self._launched:
            return True
        if not self._done.acquire(timeout=seconds):
            return False
        self._done.release()
        return True

    def _run(self) -> None:
        self._begun.release()
        try:
            self._action()
        finally:
            # Who asks for the current thread in here leaves a dummy that Python keeps for ever.
            threading._active.pop(threading.get_ident(), None)  # type: ignore[attr-defined]
            self._done.release()


def raise_in(thread: int, error: type[BaseException]) -> None:
    """Raise an exception in a thread of this process, soon.

    CPython could also take it back, but then looks for it for ever, and hangs under a tracer.
    """
    raising = ctypes.pythonapi.PyThreadState_SetAsyncExc
    with _calm:
        raising(ctypes.c_ulong(thread), ctypes.py_object(error))


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock
