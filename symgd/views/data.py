"""What the texts and pictures read of a formula, a result and a sweep: data, and f for curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeGuard

from ..arrays import Array, Whole
from ..results.runs import Minimum, Runs, Settings
from ..status import Status


class Formula(Protocol):
    """A formula; ``fun``, ``grad`` and ``hess`` are for pictures, which draw curves of it."""

    @property
    def text(self) -> str: ...
    @property
    def markup(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def params(self) -> Mapping[str, float]: ...
    @property
    def domain(self) -> Sequence[Any]: ...
    @property
    def fun(self) -> Callable[[Any], Any]: ...
    @property
    def grad(self) -> Callable[[Any], Any]: ...
    @property
    def hess(self) -> Callable[[Any], Any]: ...


class Outcome(Protocol):
    """What a result and a sweep have in common; ``best`` is the flat row of the best run."""

    @property
    def problem(self) -> Formula: ...
    @property
    def minima(self) -> tuple[Minimum, ...]: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def counts(self) -> Mapping[Status, int]: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def best(self) -> int: ...
    @property
    def dims(self) -> tuple[str, ...]: ...
    @property
    def coords(self) -> Mapping[str, Any]: ...


class Batch(Outcome, Protocol):
    """A result, whose only axis is ``run``."""

    @property
    def history(self) -> list[Array] | None: ...
    @property
    def history_every(self) -> int: ...


class Sweep(Outcome, Protocol):
    """A sweep: columns in the shape of its axes."""

    @property
    def fixed(self) -> Mapping[str, float]: ...
    @property
    def borders(self) -> Array: ...
    @property
    def x0(self) -> Array: ...
    @property
    def x(self) -> Array: ...
    @property
    def fun(self) -> Array: ...
    @property
    def status(self) -> Whole: ...
    @property
    def kind(self) -> Whole: ...
    @property
    def nit(self) -> Whole: ...
    @property
    def minimum(self) -> Whole: ...


def is_batch(thing: object) -> TypeGuard[Batch]:
    """Tell a result from other things."""
    return all(hasattr(thing, name) for name in ("problem", "runs", "history"))


def is_sweep(thing: object) -> TypeGuard[Sweep]:
    """Tell a sweep from other things."""
    named = all(hasattr(thing, name) for name in ("problem", "dims", "coords"))
    return named and not is_batch(thing)
