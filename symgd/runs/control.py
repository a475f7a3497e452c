"""What callers see of a call on its way, and how they end it: callback, bar, limit of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from ..alarm import Deadline
from ..arrays import Array
from ..engine.drive.lanes import Ends
from ..engine.kernel.stops import Stop
from ..errors import ConfigurationError, Interrupted, LimitError
from ..given.numbers import read_flag, read_number
from ..watch import View, doing, late
from .bar import Bar
from .interruption import heard

_PAUSE = 0.05  # seconds between two looks, at least
_NOTE = "symgd: what had been reached is the `result` of this exception"

T = TypeVar("T")


class _Halt(KeyboardInterrupt):
    """The call is to end, as after Ctrl-C."""


@dataclass(frozen=True, eq=False)
class State:
    """How far runs are, as a `callback` sees them.

    It is a copy: the runs go on, and it stays. Where runs are continued, as with ``escape=True`` or
    after an early stop, it tells of those that are on their way.

    Attributes
    ----------
    epoch : int
        The most steps that a run has taken.
    stage : str
        What is done: ``"descending"``, then ``"judging"``, or ``"compiling"``.
    share : float
        How much of the steps is done, from 0 to 1; a run that has ended needs no more.
    counts : mapping of str to int
        Numbers of runs that are ``"waiting"``, ``"running"`` and ``"ended"``; verdicts come later.
    points : ndarray
        Where all runs are, ``(n_runs, n_vars)``.
    """

    epoch: int
    stage: str
    share: float
    counts: Mapping[str, int]
    points: Array
    _values: Callable[[Array], Array]

    @classmethod
    def of(cls, view: View, stage: str) -> State:
        """Give the state of runs that are looked at."""
        ends: Ends = view.reached()
        counts = _counts(ends)
        going = (ends.stop == Stop.INTERRUPTED) | (ends.stop == Stop.RUNNING)
        share = float(np.where(going, ends.nit / view.limit, 1.0).mean())
        return cls(int(ends.nit.max()), stage, share, counts, ends.x, view.values)

    @property
    def x(self) -> Array:
        """The point with the lowest finite f, ``(n_vars,)``."""
        return np.asarray(self.points[self._lowest])

    @property
    def fun(self) -> float:
        """f there."""
        return float(self._fun[self._lowest])

    @cached_property
    def _fun(self) -> Array:
        with np.errstate(all="ignore"):
            return self._values(self.points)

    @cached_property
    def _lowest(self) -> int:
        return int(np.where(np.isfinite(self._fun), self._fun, np.inf).argmin())


def _counts(ends: Ends) -> dict[str, int]:
    waiting = int(np.count_nonzero(ends.stop == Stop.INTERRUPTED))
    running = int(np.count_nonzero(ends.stop == Stop.RUNNING))
    return {"waiting": waiting, "running": running, "ended": len(ends.stop) - waiting - running}


class Control:
    """What the caller of `minimize` or `sweep` wants to see of the call, and when it is to end.

    Parameters
    ----------
    callback : callable or None
        Called with a `State` now and then; a true value ends the call.
    progress : bool
        Whether to show a bar.
    time_limit : float or None
        Seconds.

    Raises
    ------
    ConfigurationError
        If one of these is something else.
    MissingPackageError
        If tqdm is not installed, which draws the bar.
    """

    def __init__(
        self, callback: Callable[[State], object] | None, progress: bool, time_limit: Any
    ) -> None:
        if callback is not None and not callable(callback):
            raise ConfigurationError("callback", callback, "a function of the state, or None")
        takes = "a number of seconds > 0, or None"
        least = float(np.nextafter(0, 1))
        self._callback = callback
        self._seconds = (
            None if time_limit is None else read_number("time_limit", time_limit, takes, least)
        )
        self._bar = Bar() if read_flag("progress", progress) else None
        self._view: View | None = None
        self._next = 0.0
        self._asked = False  # to end, by the callback
        self._failure: BaseException | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what this thread does meanwhile.

        Raises
        ------
        LimitError
            If the time has passed before there was anything to tell.
        """
        here, before, limit = doing(), dict(vars(doing())), self._seconds
        watcher = self if self._callback or self._bar else None
        deadline = None if limit is None else Deadline(limit, _Halt, lambda: here.stage)
        vars(here).update(stages=[], watcher=watcher, values=None, ending=False)
        try:
            with self._bar or nullcontext(), deadline.watching() if deadline else nullcontext():
                here.deadline = deadline or here.deadline
                yield
        except KeyboardInterrupt:
            if deadline is None or deadline.caught is None or heard():
                raise
            raise LimitError(deadline.caught, f"time_limit={limit:g} seconds") from None
        finally:
            vars(here).update(before)

    def enter(self, stage: str) -> None:
        """Say in the bar what is done now."""
        if self._bar is not None:
            with _silenced():
                self._bar.enter(stage)

    def look(self, view: View | None) -> None:
        """Show the bar how far runs are, and the callback, who may end the call."""
        here, now = doing(), time.monotonic()
        self._view = view or self._view
        if here.ending or now < self._next or self._view is None:
            return
        with _silenced():
            self._show(State.of(self._view, here.stages[-1]))
        self._next = time.monotonic() + _PAUSE
        if self._asked or self._failure is not None:
            raise _Halt

    def _show(self, state: State) -> None:
        if self._bar is not None:
            self._bar.show(len(state.points), state.share, state.epoch)
        if self._callback is None:
            return
        try:
            self._asked = bool(self._callback(state))
        except StopIteration:
            self._asked = True
        except Interrupted:  # of a call within it; its result is not ours
            raise KeyboardInterrupt from None
        except KeyboardInterrupt:
            raise
        except BaseException as failure:
            self._failure = failure

    def given(self, result: T, halted: bool) -> T:
        """Give the result to the caller, as it is given after what has ended the call.

        Raises
        ------
        Interrupted
            After Ctrl-C.
        BaseException
            What the callback raised; the result is an attribute of it.
        """
        if self._failure is not None:
            raise _with_result(self._failure, result)
        if heard() or (halted and not (self._asked or late())):
            raise Interrupted(result)
        if self._bar is not None and not halted:
            self._bar.complete()
        return result


@contextmanager
def _silenced() -> Iterator[None]:
    """Let no alarm ring in code that is not ours."""
    deadline = doing().deadline
    with nullcontext() if deadline is None else deadline.silenced():
        yield


def _with_result(failure: BaseException, result: object) -> BaseException:
    with suppress(AttributeError):
        failure.result = result  # type: ignore[attr-defined]
        failure.add_note(_NOTE)
    return failure
