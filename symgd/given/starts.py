"""Starting points from a sampler and a seed."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol, cast, get_args

import numpy as np

from ..arrays import Array, Mask
from ..errors import ConfigurationError, MissingPackageError
from .names import hint
from .numbers import as_float, read_whole
from .types import Engine, Sampler, SamplerLike

SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)
FIRST, MOST = 256, 2**16  # starts that "until" begins with, and goes on to at most
_MANY = 10**8  # the most starts of a batch
_REGULAR = ("grid",)  # which chance has no part in
_WHOLE = ("grid", "lhs")  # whose first points depend on how many there are
_MOST_PLACES = 2**22  # that are looked at
_FURTHER = (1, 4, 16, 64)  # times as many places, of which enough may be inside the domain of f
_UNTIL = re.compile(r"until\s+(.*?)\s*%")
_LEAST = 0.01  # %: less is not shown by the most starts


class Domain(Protocol):
    """Where a formula is defined."""

    def __call__(self, points: Array) -> Mask:
        """Tell which points are inside."""

    def moved(self, points: Array, lower: Array, upper: Array) -> Array:
        """Move points inside, within a box."""


@dataclass(frozen=True)
class Sampling:
    """How starts are placed; `sample` says what its fields are, but for `domain`: where f ends."""

    sampler: SamplerLike
    lower: Array
    upper: Array
    seed: int
    domain: Domain | None = None

    @property
    def name(self) -> str:
        """What the sampler is called."""
        return self.sampler if isinstance(self.sampler, str) else type(self.sampler).__name__

    @property
    def random(self) -> bool:
        """Whether chance places the starts, so that they tell of those that were not taken."""
        return self.sampler not in _REGULAR

    def points(self, count: int, first: int = 0) -> Array:
        """Give `count` starts, ``(count, n_vars)``, or those of them from `first` on.

        A start outside the domain gives its place to the next one of the sequence that is inside.
        """
        points = self._sample(count)
        if self.domain is None or not self.random or self.domain(points).all():
            return points[first:]
        return self._inside(self.domain, count)[first:]

    def outside(self, count: int) -> float:
        """Give the share of the first places outside the domain for which others were taken."""
        if self.domain is None or not self.random:
            return 0.0
        places, starts = self._sample(count), self.points(count)
        return float(max(self.domain(starts).mean() - self.domain(places).mean(), 0.0))

    def _sample(self, count: int) -> Array:
        return sample(self.sampler, count, self.lower, self.upper, self.seed)

    def _inside(self, domain: Domain, count: int) -> Array:
        for times in _FURTHER:
            if times > 1 and times * count > _MOST_PLACES:
                break
            points = self._sample(times * count)
            found = points[domain(points)][:count]
            if len(found) == count:
                return found
        outside = points[~domain(points)][: count - len(found)]
        return np.concatenate([found, domain.moved(outside, self.lower, self.upper)])


def read_sampler(given: Any, until: float | None, n: int) -> SamplerLike:
    """Read a sampler for `n` variables, which has to go on where starts are taken `until`."""
    if hasattr(given, "random") and hasattr(given, "d") and not isinstance(given, type):
        return _read_engine(given, until, n)
    known = SAMPLERS if until is None else [name for name in SAMPLERS if name not in _WHOLE]
    if type(given) is not str or given not in known:
        beside = "" if until is None else " beside starts='until ...'"
        takes = f"one of {', '.join(known)}{beside}, or an engine of scipy.stats.qmc"
        takes += hint(given, known)
        raise ConfigurationError("sampler", given, takes)
    return cast(Sampler, given)


def _read_engine(given: Any, until: float | None, n: int) -> Engine:
    qmc = _qmc()
    going_on = (qmc.Sobol, qmc.Halton)
    if not isinstance(given, qmc.QMCEngine if until is None else going_on):
        takes = "an engine of scipy.stats.qmc" + (
            "" if until is None else ": Sobol or Halton beside starts='until ...'"
        )
        raise ConfigurationError("sampler", given, takes)
    if given.d != n:
        takes = f"an engine of {n} dimension{'s' * (n > 1)}, one a variable"
        raise ConfigurationError("sampler", f"{type(given).__name__} of {given.d}", takes)
    engine: Engine = given
    return engine


def read_starts(given: Any) -> tuple[int, float | None]:
    """Read how many starts there are to be, and until what share is unseen there are to be more.

    Examples
    --------
    >>> read_starts(100), read_starts("until 0.5%")
    ((100, None), (256, 0.005))
    """
    if not isinstance(given, str):
        return read_whole("starts", given, 1, _MANY), None
    typed = _UNTIL.fullmatch(given.strip())
    share = None if typed is None else as_float(_number(typed[1]))
    if share is None or not _LEAST <= share < 100:
        takes = f"a whole number, or 'until 1%' with a share from {_LEAST} % on and below 100 %"
        raise ConfigurationError("starts", given, takes)
    return FIRST, share / 100


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def sample(sampler: SamplerLike, starts: int, lower: Array, upper: Array, seed: int) -> Array:
    """Place starting points in a box.

    Parameters
    ----------
    sampler : str or scipy.stats.qmc.QMCEngine
        ``"spread"`` fills the box evenly with a low-discrepancy sequence, shifted by the seed;
        ``"grid"`` puts the same number of evenly spaced points on each axis, ends included;
        ``"uniform"`` draws at random; ``"sobol"``, ``"halton"`` and ``"lhs"`` need SciPy. An
        engine of `scipy.stats.qmc` is left where it is.
    starts : int
        Number of points; a grid takes the largest whole number of points an axis that does not
        exceed it.
    lower, upper : ndarray
        Corners of the box, shape ``(n_vars,)``.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    ndarray
        Points, shape ``(n_runs, n_vars)``.

    References
    ----------
    M. Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences" (2018): the sequence
    of "spread", an additive recurrence on the generalised golden ratio.

    Examples
    --------
    >>> sample("grid", 5, np.array([-2.0]), np.array([2.0]), seed=0).ravel()
    array([-2., -1.,  0.,  1.,  2.])
    """
    n = len(lower)
    if sampler == "spread":
        unit = _spread(starts, n, seed)
    elif sampler == "grid":
        unit = _grid(starts, n)
    elif sampler == "uniform":
        unit = np.random.default_rng(seed).random((starts, n))
    else:
        engine = _named(sampler, n, seed) if isinstance(sampler, str) else deepcopy(sampler)
        unit = _drawn(engine, starts)
    return np.clip(lower * (1 - unit) + upper * unit, lower, upper)


def _spread(starts: int, n: int, seed: int) -> Array:
    ratio = 2.0
    for _ in range(64):  # the root of ratio**(n + 1) = ratio + 1
        ratio = (1.0 + ratio) ** (1.0 / (n + 1))
    steps = ratio ** -np.arange(1.0, n + 1)
    shift = np.random.default_rng(seed).random(n)
    return np.asarray((shift + np.outer(np.arange(starts), steps)) % 1.0)


def _grid(starts: int, n: int) -> Array:
    side = round(starts ** (1 / n))
    side = max(1, side - (side**n > starts))
    axis = np.linspace(0.0, 1.0, side) if side > 1 else np.array([0.5])
    return np.stack([a.ravel() for a in np.meshgrid(*[axis] * n, indexing="ij")], axis=-1)


def _qmc() -> Any:
    try:
        from scipy.stats import qmc
    except ImportError as error:
        raise MissingPackageError("SciPy", "scipy") from error
    return qmc


def _named(sampler: Sampler, n: int, seed: int) -> Engine:
    qmc = _qmc()
    engines = {"sobol": qmc.Sobol, "halton": qmc.Halton, "lhs": qmc.LatinHypercube}
    engine: Engine = engines[sampler](n, rng=np.random.default_rng(seed))
    return engine


def _drawn(engine: Engine, starts: int) -> Array:
    """Draw from an engine; of a Sobol sequence, balanced in powers of two, more and then cut."""
    sobol = isinstance(engine, _qmc().Sobol)
    count = 1 << (starts - 1).bit_length() if sobol else starts
    points = np.asarray(engine.random(count))[:starts]
    if len(points) < starts:
        takes = f"an engine that has so many points: this one gives {len(points)} of {starts}"
        raise ConfigurationError("sampler", type(engine).__name__, takes)
    return points
