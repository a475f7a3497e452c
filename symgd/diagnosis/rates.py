r"""Which fixed steps lead to a minimum, from the eigenvalues of its Hessian.

Close to a minimum a fixed step multiplies the error along each eigenvector by
:math:`1 - \mathrm{lr}\,\lambda`.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array


def rates(spectra: Array) -> tuple[list[float], list[float], list[float]]:
    """Give the rates that belong to spectra of Hessians.

    Parameters
    ----------
    spectra : ndarray
        Eigenvalues, ``(n, n_vars)``; nan for variables that do not move.

    Returns
    -------
    largest : list of float
        Beyond it steps move away: 2 / largest eigenvalue.
    best : list of float
        It shrinks the error fastest: 2 / (smallest + largest eigenvalue).
    contraction : list of float
        The factor by which the best rate multiplies the error in each step, at worst.
        Rates are infinite, and this one nan, where no eigenvalue is positive; all are nan where
        the eigenvalues are.

    References
    ----------
    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR
    Computational Mathematics and Mathematical Physics 4(5), 1-17 (1964),
    doi:10.1016/0041-5553(64)90137-5.

    Examples
    --------
    >>> rates(np.array([[1.0, 4.0]]))
    ([0.5], [0.4], [0.6])
    """
    low, high = np.fmin.reduce(spectra, axis=1), np.fmax.reduce(spectra, axis=1)
    low = np.maximum(low, 0.0)
    with np.errstate(all="ignore"):
        largest, best = (np.where(high <= 0, np.inf, 2 / v) for v in (high, low + high))
        contraction = np.where(high <= 0, np.nan, (high - low) / (high + low))
    return largest.tolist(), best.tolist(), contraction.tolist()
