"""What can be said about a fixed rate before any run: whether it is too large to settle."""

from __future__ import annotations

import sys
import warnings

import numpy as np

from ..arrays import Array
from ..blas import in_one_thread
from ..diagnosis.local import model
from ..diagnosis.valleys import floors
from ..errors import RateWarning
from ..given.options import Options
from ..methods import Method
from ..problem import Problem
from ..views.numbers import number, point

_FEW = 16  # starts that are followed
_SAMPLES = 8  # points around each of them at which curvature is looked at
_AROUND = 0.25  # share of the searched region within which they lie
_TINY = 1e-12  # share of it below which a coordinate is shown as 0
_WARY = 0.5  # share of the largest rate below which no minimum nearby can be left


def warn_of_rate(problem: Problem, options: Options) -> None:
    """Warn of a fixed rate at which no run can settle at one of the minima near the starts.

    The curvature around the starts is looked at first, which costs next to nothing. Only where
    it is large for the rate, the minima of the valleys where starts lie are found.

    Parameters
    ----------
    problem : Problem
        f.
    options : Options
        Checked arguments of `minimize`.

    Warns
    -----
    RateWarning
        If the rate is above the largest with which the method settles at such a minimum.
    """
    if options.method.near(np.ones((1, 1))) is None:
        return
    starts = options.x0[:: -(-len(options.x0) // _FEW)]
    steepest = _curvature_around(problem, starts, options)
    largest = _largest_rate(options.method, steepest)
    rate = options.method.lowest_rate(options.epochs)
    if not rate > _WARY * largest:
        return
    minima = floors(problem, starts, options.box, options.width, workers=1)
    minima = minima[np.isfinite(minima).all(axis=1)]
    if not len(minima):
        return
    curvatures = np.fmax.reduce(model(problem, minima, options.box).spectrum(), axis=1)
    worst = int(np.argmax(np.where(np.isnan(curvatures), -np.inf, curvatures)))
    largest = _largest_rate(options.method, curvatures[worst])
    if rate > largest:
        x = minima[worst]
        shown = np.where(np.abs(x) > _TINY * options.width, x, 0.0)
        said = f"the lowest rate of {options.schedule}" if options.schedule else "lr"
        words = _words(problem, f"{said} = {number(rate)}", shown, largest, curvatures[worst])
        warnings.warn(words, stacklevel=_callers_level())


def _callers_level() -> int:
    """Count the frames up to the one outside this package."""
    frame, level, package = sys._getframe(1), 1, __name__.partition(".")[0]
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    return level


def _largest_rate(method: Method, curvature: float) -> float:
    """Give the largest rate with which a method settles at a curvature; nan if not known."""
    pace = method.near(np.full((1, 1), curvature))
    return np.nan if pace is None or curvature == 0 else float(pace.largest_rate[0])


@in_one_thread
def _curvature_around(problem: Problem, starts: Array, options: Options) -> float:
    rng = np.random.default_rng(0)
    shifts = _AROUND * options.width * rng.uniform(-1, 1, (_SAMPLES, *starts.shape))
    points = options.box.clip(np.concatenate([starts, *(starts + shifts)]))
    hessians = problem.hessians(points)
    hessians = hessians[np.isfinite(hessians).all(axis=(1, 2))]
    return float(np.max(np.abs(np.linalg.eigvalsh(hessians)), initial=0.0))


def _words(problem: Problem, rate: str, x: Array, largest: float, curvature: float) -> RateWarning:
    why = f"2 divided by the curvature {number(curvature)} there"
    if largest != 2 / curvature:
        why = f"by its own recurrence at the curvature {number(curvature)} there"
    return RateWarning(
        f"{rate} is above {number(largest)}, the largest rate at which fixed steps can "
        f"settle at {point(problem.names, x.tolist())} "
        f"({why})"
    )
