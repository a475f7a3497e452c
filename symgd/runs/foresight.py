"""What can be said about a fixed rate before any run: whether it is too large to settle."""

from __future__ import annotations

import warnings

import numpy as np

from ..arrays import Array
from ..diagnosis.local import model
from ..diagnosis.ordinary import ordinary
from ..diagnosis.rates import rates
from ..engine.rules import GradientDescent
from ..errors import RateWarning
from ..given.options import TOL, Options
from ..problem import Problem
from ..views.numbers import number, point
from .descent import preview

_FEW = 16  # starts that are followed
_SAMPLES = 8  # points around each of them at which curvature is looked at
_AROUND = 0.25  # share of the searched region within which they lie
_TINY = 1e-12  # share of it below which a coordinate is shown as 0
_WARY = 1.0  # product of rate and curvature below which no minimum nearby can be left


def warn_of_rate(problem: Problem, options: Options) -> None:
    """Warn of a fixed rate at which no run can settle at one of the minima near the starts.

    The curvature around the starts is looked at first, which costs next to nothing. Only where
    it is large for the rate, the minima are found by automatic steps.

    Parameters
    ----------
    problem : Problem
        f.
    options : Options
        Checked arguments of `minimize`.

    Warns
    -----
    RateWarning
        If the rate is above 2 / largest eigenvalue of the Hessian at such a minimum.
    """
    rule = options.rule
    if not isinstance(rule, GradientDescent):
        return
    starts = options.x0[:: -(-len(options.x0) // _FEW)]
    if not rule.lr * _curvature_around(problem, starts, options) > _WARY:
        return
    ends = preview(problem, starts, options)
    gradient = problem.gradients(ends)
    found = ordinary(problem, ends, gradient, starts, options.box, TOL)
    minima = found.x[found.sure]
    if not len(minima):
        return
    largest = np.array(rates(model(problem, minima, options.box).spectrum())[0])
    worst = int(largest.argmin())
    if rule.lr > largest[worst]:
        x = minima[worst]
        shown = np.where(np.abs(x) > _TINY * options.width, x, 0.0)
        warnings.warn(_words(problem, rule.lr, shown, largest[worst]), stacklevel=3)


def _curvature_around(problem: Problem, starts: Array, options: Options) -> float:
    rng = np.random.default_rng(0)
    shifts = _AROUND * options.width * rng.uniform(-1, 1, (_SAMPLES, *starts.shape))
    points = options.box.clip(np.concatenate([starts, *(starts + shifts)]))
    sizes = np.abs(model(problem, points, options.box).spectrum())
    return float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))


def _words(problem: Problem, lr: float, x: Array, largest: float) -> RateWarning:
    return RateWarning(
        f"lr = {number(lr)} is above {number(largest)}, the largest rate at which fixed steps can "
        f"settle at the minimum {point(problem.names, x.tolist())} "
        f"(2 divided by the curvature {number(2 / largest)} there)"
    )
