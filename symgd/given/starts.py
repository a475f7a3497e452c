"""Starting points from a sampler and a seed."""

from __future__ import annotations

from typing import get_args

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from .types import Sampler

SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)


def sample(sampler: Sampler, starts: int, lower: Array, upper: Array, seed: int) -> Array:
    """Place starting points in a box.

    Parameters
    ----------
    sampler : str
        ``"spread"`` fills the box evenly with a low-discrepancy sequence, shifted by the seed;
        ``"grid"`` puts the same number of evenly spaced points on each axis, ends included;
        ``"uniform"`` draws at random; ``"sobol"``, ``"halton"`` and ``"lhs"`` need SciPy.
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
        unit = _scipy(sampler, starts, n, seed)
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


def _scipy(sampler: Sampler, starts: int, n: int, seed: int) -> Array:
    try:
        from scipy.stats import qmc
    except ImportError as error:
        raise ConfigurationError(
            "sampler",
            sampler,
            "'spread', 'grid' or 'uniform'; this one needs SciPy: python -m pip install scipy",
        ) from error
    engines = {"sobol": qmc.Sobol, "halton": qmc.Halton, "lhs": qmc.LatinHypercube}
    engine = engines[sampler](n, rng=np.random.default_rng(seed))
    if sampler == "sobol":  # balanced only in powers of two; drawn whole, then cut
        return np.asarray(engine.random_base2(max(0, (starts - 1).bit_length()))[:starts])
    return np.asarray(engine.random(starts))
