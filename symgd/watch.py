"""What a call does at present, for those who watch it: a callback, a bar, a limit of time."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

from .alarm import Deadline


class Watcher(Protocol):
    """Who watches the calls of a thread."""

    def enter(self, stage: str) -> None:
        """Hear what is done now."""

    def look(self, view: View | None) -> None:
        """See how far runs are, if any are on their way; may raise `KeyboardInterrupt`."""


@dataclass(frozen=True)
class View:
    """Runs on their way.

    Attributes
    ----------
    reached : callable
        Gives where they are, as `Ends` (see `engine.drive.lanes`).
    limit : ndarray
        How many steps each may take, ``(n_runs,)`` or ``(1,)``.
    values : callable
        Gives f at points ``(n_runs, n_vars)``.
    """

    reached: Callable[[], Any]
    limit: Any
    values: Callable[[Any], Any]


@dataclass
class Doing:
    """What a thread does; other threads may read it.

    Attributes
    ----------
    stages : list of str
        What it does, the innermost last.
    watcher : Watcher or None
        Who looks on.
    deadline : Deadline or None
        What rings when the time of the call has passed.
    values : callable or None
        f, while runs that somebody may look at are on their way.
    ending : bool
        Whether the call is about to end before its work is done.
    memory : float
        The bytes that this process may take.
    """

    stages: list[str] = field(default_factory=list)
    watcher: Watcher | None = None
    deadline: Deadline | None = None
    values: Callable[[Any], Any] | None = None
    ending: bool = False
    memory: float = math.inf

    @property
    def stage(self) -> str:
        """What it does now."""
        return self.stages[-1] if self.stages else "this call"


class _Here(threading.local):
    def __init__(self) -> None:
        self.doing = Doing()


_here = _Here()


def doing() -> Doing:
    """Tell what this thread does."""
    return _here.doing


@contextmanager
def during(stage: str) -> Iterator[None]:
    """Say what is done meanwhile; also as a decorator.

    Examples
    --------
    >>> with during("judging"):
    ...     doing().stages
    ['judging']
    """
    here = _here.doing
    here.stages.append(stage)
    _enter(here)
    try:
        yield
    finally:
        here.stages.pop()
    _enter(here)


def _enter(here: Doing) -> None:
    if here.watcher is not None and here.stages:
        here.watcher.enter(here.stages[-1])


@contextmanager
def shown(values: Callable[[Any], Any]) -> Iterator[None]:
    """Let the runs that go on meanwhile be seen, with f."""
    here = _here.doing
    before, here.values = here.values, values
    try:
        yield
    finally:
        here.values = before


def watched() -> bool:
    """Tell whether somebody wants to see where runs are."""
    here = _here.doing
    return here.watcher is not None and here.values is not None


def look(reached: Callable[[], Any] | None = None, limit: Any = None) -> None:
    """Let who watches this thread look, at runs if there are any.

    Raises
    ------
    KeyboardInterrupt
        If the call is to end.
    """
    here = _here.doing
    if here.watcher is None:
        return
    if reached is None or here.values is None:
        here.watcher.look(None)
    else:
        here.watcher.look(View(reached, limit, here.values))


def answered() -> None:
    """Say that the call is about to end, so that no alarm need ring for that."""
    _here.doing.ending = True
    silence()


def silence() -> None:
    """Let no alarm ring for the time of the call, but where something is done `pressing`."""
    deadline = _here.doing.deadline
    if deadline is not None:
        deadline.silence()


@contextmanager
def pressing(seconds: float) -> Iterator[None]:
    """Do something until the time of the call has passed, or so many seconds longer.

    Raises
    ------
    KeyboardInterrupt
        When that time has passed; never in a call without a limit.
    """
    deadline = _here.doing.deadline
    with nullcontext() if deadline is None else deadline.pressing(seconds):
        yield


def hurried() -> bool:
    """Tell whether the call has a limit of time."""
    return _here.doing.deadline is not None


def late() -> bool:
    """Tell whether the time of the call has passed."""
    deadline = _here.doing.deadline
    return deadline is not None and deadline.caught is not None
