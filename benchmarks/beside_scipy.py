"""Runs of symgd and of SciPy from the same starts, and how many reach verified minima."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import symgd
from symgd.given.options import read_options
from symgd.runs.descent import descend

Array = npt.NDArray[np.float64]
Pairs = Sequence[tuple[float, float]] | None

COUNTERPARTS = {"newton": "trust-exact", "bfgs": "BFGS", "lbfgs": "L-BFGS-B"}
_TOL, _STEPS = 1e-8, 10_000  # symgd's defaults
_OPTIONS: dict[str, dict[str, float]] = {
    "trust-exact": {"gtol": _TOL, "maxiter": _STEPS},
    "BFGS": {"gtol": _TOL, "maxiter": _STEPS},
    "L-BFGS-B": {"gtol": _TOL, "ftol": 0.0, "maxiter": _STEPS, "maxfun": 2 * _STEPS},
}


@dataclass(frozen=True)
class Outcome:
    """What runs came to.

    Attributes
    ----------
    status : ndarray
        Their verdicts, ``(n_runs,)``; `refused` where the method refuses the formula.
    points : ndarray
        At how many points f was evaluated, ``(n_runs,)``.
    """

    status: npt.NDArray[np.int64]
    points: Array

    @property
    def verified(self) -> npt.NDArray[np.bool_]:
        """Which runs reached a verified minimum."""
        return (self.status == symgd.Status.CONVERGED) | (self.status == symgd.Status.AT_BOUND)


def ours(problem: symgd.Problem, starts: Array, method: str, bounds: Pairs = None) -> Outcome:
    """Run a method of symgd.

    Raises
    ------
    ConfigurationError
        If it refuses the formula.
    """
    options = read_options(problem, starts, method=method, bounds=bounds)
    with np.errstate(all="ignore"):
        batch = descend(problem, np.asfortranarray(options.x0), options)
    return Outcome(batch.verdicts.status, batch.ends.evaluations.astype(float))


def scipys(problem: symgd.Problem, starts: Array, method: str, bounds: Pairs = None) -> Outcome:
    """Run a method of SciPy from start after start, and let `judge` look at its ends."""
    runs = [_scipy(problem, start, method, bounds) for start in starts]
    ends, points = np.array([x for x, _ in runs]), np.array([n for _, n in runs])
    status = np.full(len(starts), -1)
    finite = np.isfinite(ends).all(axis=1)
    if finite.any():
        judged = symgd.judge(problem, ends[finite], x0=starts[finite], bounds=bounds)
        status[finite] = judged.runs.status
    return Outcome(status, points)


def _scipy(problem: symgd.Problem, start: Array, method: str, bounds: Pairs) -> tuple[Array, float]:
    """Give the end of a run, which is nan where it failed, and its evaluations."""
    from scipy.optimize import minimize

    given: dict[str, Any] = dict(problem.as_scipy())
    if method != "trust-exact":
        del given["hess"]
    if bounds is not None:
        given["bounds"] = bounds
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            end = minimize(x0=start, method=method, options=_OPTIONS[method], **given)
    except (ValueError, RuntimeError, np.linalg.LinAlgError):  # f is not finite
        return start * np.nan, np.nan
    x = np.asarray(end.x, dtype=float)
    return (x if bounds is None else np.clip(x, *np.transpose(bounds))), float(end.nfev)


@dataclass(frozen=True)
class Compared:
    """Runs of a method beside those of its counterpart, from the same starts."""

    mine: Outcome
    its: Outcome

    @property
    def both(self) -> npt.NDArray[np.bool_]:
        """Which starts led both to verified minima."""
        return self.mine.verified & self.its.verified

    @property
    def ratios(self) -> Array:
        """Points of one over those of the other, from these starts."""
        return self.mine.points[self.both] / self.its.points[self.both]

    @property
    def cells(self) -> list[str]:
        """Verified minima, and the median of points from the starts that led both to one."""
        return [
            f"{np.count_nonzero(side.verified)}{_median(side.points[self.both])}"
            for side in (self.mine, self.its)
        ]


def _median(points: Array) -> str:
    return f" ({np.median(points):g})" if len(points) else ""


def compare(
    problem: symgd.Problem, starts: Array, bounds: Pairs = None, counterpart: str | None = None
) -> dict[str, Compared]:
    """Run all methods beside their counterparts, or beside one of SciPy's."""
    theirs = {
        name: scipys(problem, starts, name, bounds)
        for name in dict.fromkeys([counterpart] if counterpart else COUNTERPARTS.values())
    }
    return {
        name: Compared(ours(problem, starts, name, bounds), theirs[counterpart or its])
        for name, its in COUNTERPARTS.items()
    }
