"""The minimum of the valley in which a run started, and the rates that bring it down there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array, Mask
from ..engine.drive import lanes
from ..engine.drive.lanes import Ends
from ..engine.kernel.source import kernel
from ..errors import Interrupted
from ..given.boxes import Box
from ..methods import Automatic, Fixed, Method
from ..problem import Problem
from .local import model
from .look import Ahead, look
from .newton import refine
from .outlook import Course, look_ahead

_TRIAL = 4096  # steps: descents in small steps, and trials of a rate, take no more
_TOL = 1e-8  # share of the way travelled: what is left of it is nothing
_TRIED_RATES = (
    0.95,
    0.7,
    0.5,
    0.2,
    0.1,
    0.03,
    0.01,
    1e-3,
    1e-4,
)  # shares: of a rate, tried in turn
_SLACK = 1e-9  # digits: 19.999999999 are 20
_ESCAPED = 1e6  # sizes of the searched region: a run that comes so far has run away


def floors(
    problem: Problem, x0: Array, box: Box, width: Array, workers: int | None = None
) -> Array:
    """Give the minima of the valleys in which starts lie, by descents that leave none.

    Parameters
    ----------
    problem : Problem
        f, for one run a start.
    x0 : ndarray
        The starts, ``(n, n_vars)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.
    workers : int, optional
        Number of threads; by default one a core.

    Returns
    -------
    ndarray
        ``(n, n_vars)``; nan where no descent comes to a clear minimum.

    Examples
    --------
    >>> free = Box(np.full(1, -np.inf), np.full(1, np.inf))
    >>> floors(Problem("-1/(x**2 + 0.01)"), np.array([[0.1]]), free, np.array([20.0]))
    array([[0.]])
    """
    ends = _run(problem, Automatic(), x0, box, width, _TRIAL, workers).x
    seen = look(problem, ends, x0, box, _TOL, workers=workers)
    found = np.where((seen.ahead == Ahead.MINIMUM)[:, None], seen.x, np.nan)
    rows = np.flatnonzero(seen.ahead == Ahead.UNCLEAR)
    if len(rows):
        careful = refine(problem.of(rows), ends[rows], x0[rows], box, _TOL)
        clear = careful.settled & ~careful.degenerate
        found[rows[clear]] = careful.x[clear]
    rests = np.abs(found) <= _TOL**2 * width
    return np.where(rests, 0.0, found)


def _run(
    problem: Problem, method: Method, x0: Array, box: Box, width: Array, epochs: Any,
    workers: int | None,
) -> Ends:  # fmt: skip
    """Follow a method from starts, for so many epochs."""
    bounded = bool(np.isfinite([box.lower, box.upper]).any())
    compiled = kernel(problem.symbolic, method, bounded)
    limit = np.atleast_2d(np.asarray(epochs, dtype=float))
    rows = {"x": x0.T, "limit": limit, "tol": np.zeros((1, 1)), "param": problem.param_rows}
    if bounded:
        rows |= {"lower": box.lower[:, None], "upper": box.upper[:, None]}
    rows |= method.begin(width)
    try:
        return lanes.run(compiled, lanes.Batch(rows, len(x0), leap=method.fixed), workers)
    except Interrupted:
        raise KeyboardInterrupt from None


def curvatures(problem: Problem, points: Array, box: Box) -> Array:
    """Give the eigenvalues of the Hessians at minima, ``(n, n_vars)``; nan where there is none."""
    spectra = np.full(points.shape, np.nan)
    rows = np.flatnonzero(np.isfinite(points).all(axis=1))
    if len(rows):
        spectra[rows] = model(problem.of(rows), points[rows], box).spectrum()
    return spectra


class Trials:
    """The same runs again, at other rates.

    Parameters
    ----------
    problem : Problem
        f, for one run a start.
    method : Fixed
        The steps, with a rate.
    x0 : ndarray
        The starts, ``(n, n_vars)``.
    box : Box
        Bounds.
    width : ndarray
        Size of the region that was searched, ``(n_vars,)``.
    """

    def __init__(self, problem: Problem, method: Fixed, x0: Array, box: Box, width: Array) -> None:
        self._problem, self._method, self._x0 = problem, method, x0
        self._box, self._width = box, width

    def _ends(self, rows: Any, rates: Array, epochs: Any) -> tuple[Problem, Fixed, Ends]:
        its, method = self._problem.of(rows), self._method.take(rows).with_settings(lr=rates)
        ends = _run(its, method, self._x0[rows], self._box, self._width, epochs, None)
        return its, method, ends

    def settling(self, largest: Array, epochs: Array) -> Array:
        """Give the largest of some shares of rates with which runs come down and stay.

        Parameters
        ----------
        largest : ndarray
            Rates, ``(n,)``.
        epochs : ndarray
            How many steps the runs took, after which they have to be lower, too, ``(n,)``.

        Returns
        -------
        ndarray
            ``(n,)``; nan where none of them does.
        """
        found = np.full(len(largest), np.nan)
        for share in _TRIED_RATES:
            rates = _rounded_down(share * largest)
            rows = np.flatnonzero(np.isnan(found) & np.isfinite(rates))
            for limit in (epochs, np.full(len(rates), _TRIAL)):
                if len(rows):
                    rows = rows[self._settle(rows, rates[rows], limit[rows])]
            found[rows] = rates[rows]
        return found

    def _settle(self, rows: Any, rates: Array, epochs: Array) -> Mask:
        """Tell which of some runs come down at rates within so many steps, and stay there."""
        its, method, ends = self._ends(rows, rates, epochs)
        before, after = its.values(self._x0[rows]), its.values(ends.x)
        with np.errstate(invalid="ignore"):
            down = np.isfinite(after) & (after <= before)
        return down & (self._calm(its, method, ends) | self._arrived(rows, its, ends))

    def _calm(self, problem: Problem, method: Fixed, ends: Ends) -> Mask:
        """Tell which runs neither cycle nor run away from where they are."""
        away = float(_ESCAPED * self._width.max())
        course = look_ahead(problem, method, ends, self._box, away)
        return np.asarray((course == Course.DESCENDING) | (course == Course.RESTING))

    def _arrived(self, rows: Any, problem: Problem, ends: Ends) -> Mask:
        """Tell which runs are at a minimum, where rounding may let them cycle."""
        seen = look(problem, ends.x, self._x0[rows], self._box, _TOL)
        return np.asarray((seen.ahead == Ahead.MINIMUM) & (seen.missing <= _TOL * seen.way))

    def lower(
        self, shares: Sequence[float], rates: Array, ends: Ends, longer: float = 1.0
    ) -> Array:
        """Give the first of some multiples of rates with which runs come lower.

        Parameters
        ----------
        shares : sequence of float
            The multiples.
        rates : ndarray
            Rates of the runs, ``(n,)``.
        ends : Ends
            Where they came with these.
        longer : float
            How many times the steps that this took may be taken.

        Returns
        -------
        ndarray
            ``(n,)``; nan where none of them does.
        """
        found, fun = np.full(len(rates), np.nan), self._problem.values(ends.x)
        for share in shares:
            rows = np.flatnonzero(np.isnan(found))
            if not len(rows):
                break
            its, _, others = self._ends(rows, share * rates[rows], longer * ends.nit[rows])
            with np.errstate(invalid="ignore"):
                lower = rows[its.values(others.x) < fun[rows]]
            found[lower] = share * rates[lower]
        return found


def _rounded_down(rates: Array) -> Array:
    """Give rates to two digits, and no larger."""
    with np.errstate(divide="ignore"):
        unit = 10.0 ** (np.floor(np.log10(rates)) - 1)
        digits = np.floor(rates / unit + _SLACK) * unit
    return np.array([float(f"{v:.1e}") for v in digits])
