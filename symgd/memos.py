"""Memos of what was made for a formula: each keeps what is asked for, and all forget together."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar

SIZE = 64  # results that each memo keeps: those used last

P = ParamSpec("P")
T = TypeVar("T")

_forget: list[Callable[[], object]] = []


def memo(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function remember its last results.

    Parameters
    ----------
    function : callable
        Its arguments must be hashable.

    Returns
    -------
    callable
        Gives the same, and computes it once.
    """
    kept = lru_cache(maxsize=SIZE)(function)
    on_forget(kept.cache_clear)
    return kept  # type: ignore[return-value]


def on_forget(clear: Callable[[], object]) -> None:
    """Have `forget` empty a memo of another kind."""
    _forget.append(clear)


def forget() -> None:
    """Empty every memo."""
    for clear in _forget:
        clear()
