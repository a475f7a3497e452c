"""How much of the starts may belong to minima that none of them has found."""

from __future__ import annotations

import numpy as np

from ..arrays import Whole

USUAL = 1.6448536269514722  # standard deviations: 95 % lie below
PATIENT = 1.9599639845400545  # standard deviations: 97.5 %; half of the risk is for earlier looks
_WHOLE_SHARE = 2 / 3  # minima met once: a count is whole, and so many more make up for it
_TILTS = np.linspace(0.002, 0.998, 499)  # s: the bound is the least of those for each


def unseen(counts: Whole, deviations: float = USUAL) -> float:
    r"""Bound the share of the starts whose minimum has not been found.

    Of :math:`n` independent starts, the share of starts that lead to minima which none of these
    has met is estimated by the share of minima met once (Good and Turing). With :math:`f_j` minima
    met :math:`j` times and :math:`M` the share not met, Poisson counts obey

    .. math:: E[e^{s n M} \prod_j (1 - s^j)^{f_j}] = 1 \quad\text{for every}\quad 0 < s < 1

    whatever the basins are: for each basin of mean count :math:`\lambda` the expectation is
    :math:`e^{-\lambda}(e^{s\lambda} + \sum_j \lambda^j (1 - s^j) / j!) = 1`. So
    :math:`n M > (c - \sum_j f_j \ln(1 - s^j)) / s` has a probability below :math:`e^{-c}`.

    The bound is the least of these over s, with :math:`c = z^2/2` as for the signed root of a
    likelihood ratio. Where all minima are met once or never it is the limit of a Poisson count,
    and where there are many the normal interval of Esty. docs/unseen.md has its coverage.

    Parameters
    ----------
    counts : ndarray
        How many starts led to each minimum that was found, ``(n_minima,)``.
    deviations : float
        The confidence, as so many standard deviations of a normal distribution.

    Returns
    -------
    float
        An upper confidence bound, at most 1; 1 without any start.

    References
    ----------
    I. J. Good, Biometrika 40, 237 (1953), doi:10.1093/biomet/40.3-4.237; W. W. Esty, Annals of
    Statistics 11, 905 (1983), doi:10.1214/aos/1176346256; D. McAllester and R. E. Schapire, "On the
    convergence rate of Good-Turing estimators", COLT 2000.

    Examples
    --------
    Of 300 starts that all led to one minimum, 3 in 300 is what another one may have:

    >>> round(unseen(np.array([300])), 4)
    0.0101
    >>> round(unseen(np.array([200, 90, 5, 2, 1, 1, 1])), 4)
    0.028
    """
    n = int(counts.sum())
    if n == 0:
        return 1.0
    times, minima = np.unique(counts[counts > 0], return_counts=True)
    times, minima = np.append(times, 1), np.append(minima, _WHOLE_SHARE)
    logs = np.log1p(-(_TILTS ** times[:, None]))
    bounds = (deviations**2 / 2 - minima @ logs) / _TILTS
    return min(float(bounds.min()) / n, 1.0)
