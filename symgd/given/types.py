"""What callers may say, as type checkers know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

from ..methods import Method, MethodName, Schedule


class Arrays(Protocol):
    """What NumPy takes for an array: its own, and the tables of pandas and polars."""

    def __array__(self) -> npt.NDArray[Any]:
        """Give the array."""


class Engine(Protocol):
    """An engine of `scipy.stats.qmc`."""

    d: int

    def random(self, n: int = 1) -> npt.NDArray[Any]:
        """Give the next points of the unit cube, ``(n, d)``."""


Number: TypeAlias = float | np.floating[Any] | np.integer[Any]
Count: TypeAlias = Number  # a whole one, be it 1000 or 1e3
Numbers: TypeAlias = Sequence[Number] | Arrays
Counts: TypeAlias = Sequence[Count] | Arrays
Points: TypeAlias = Number | Numbers | Sequence[Numbers] | Mapping[str, Number | Numbers]
Pair: TypeAlias = Sequence[Number | None] | Arrays
Pairs: TypeAlias = Pair | Sequence[Pair] | Mapping[str, Pair]

Starts: TypeAlias = Count | str  # a number, or "until 1%"
Sampler: TypeAlias = Literal["spread", "grid", "uniform", "sobol", "halton", "lhs"]
SamplerLike: TypeAlias = Sampler | Engine
MethodLike: TypeAlias = MethodName | Literal["auto"] | Method | Callable[..., tuple[Any, ...]]
Rate: TypeAlias = Number | Schedule | Callable[..., Any]


class SweepArguments(TypedDict, total=False):
    """Keywords of `sweep`: axes, settings of methods, and what means the same in `minimize`."""

    x0: Points | None
    lr: Rate | Numbers | None
    epochs: Count | Counts | None
    params: Mapping[str, Number | Numbers] | None
    variables: Sequence[str] | None
    bounds: Pairs | None
    start_box: Pairs | None
    starts: Count
    sampler: SamplerLike
    seed: Count
    method: MethodLike
    clip_value: Number | Numbers | None
    clip_norm: Number | Numbers | None
    noise: Number | Numbers | None
    beta: Number | Numbers
    beta1: Number | Numbers
    beta2: Number | Numbers
    eps: Number | Numbers
    decay: Number | Numbers
    initial: Number | Numbers
    weight_decay: Number | Numbers
    shrink: Number | Numbers
    grow: Number | Numbers
    shortest: Number | Numbers
    longest: Number | Numbers
    tol: Number | None
    polish: bool | None
    workers: Count | None
    callback: Callable[[Any], object] | None
    progress: bool
    time_limit: Number | None
