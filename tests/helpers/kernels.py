"""A kernel driven by hand, and the same loop in plain Python."""

from __future__ import annotations

import math

import numpy as np

from symgd.engine.drive import lanes
from symgd.engine.kernel import source
from symgd.engine.kernel.stops import Stop
from symgd.methods import Automatic, GradientDescent
from symgd.methods.automatic import FIRST_STEP
from symgd.problem import Problem


def drive(expr, x0, *, workers=1, **settings):
    """Run starts ``(n_runs, n_vars)``; see `prepared`."""
    return lanes.run(*prepared(expr, x0, **settings), workers)


def prepared(
    expr, x0, *, lr=None, rule=None, epochs=1000, tol=0.0, bounds=None, params=None, leap=False,
    scale=1e-2,
):  # fmt: skip
    """Give kernel and batch; `lr`, `epochs`, `tol` and params may differ between runs."""
    problem = Problem(expr, params=dict.fromkeys(params or {}, 1.0))
    x0 = np.asarray(x0, dtype=float).reshape(-1, len(problem.names))
    rows = {
        "x": x0.T,
        "limit": np.atleast_2d(np.asarray(epochs, dtype=float)),
        "tol": np.atleast_2d(np.asarray(tol, dtype=float)),
        "param": _columns([np.asarray(v, dtype=float) for v in (params or {}).values()]),
    }
    if bounds is not None:
        rows["lower"], rows["upper"] = np.array(bounds, dtype=float).T[:, :, None]
    method = Automatic() if lr is None else GradientDescent(np.asarray(lr, dtype=float))
    method = rule or method
    rows |= method.begin(np.full(len(problem.names), scale / FIRST_STEP))
    kernel = source.kernel(problem.symbolic, method, bounds is not None)
    return kernel, lanes.Batch(rows, len(x0), leap)


def _columns(values):
    width = max((v.size for v in values), default=1)
    return np.array([np.broadcast_to(v, width) for v in values]).reshape(len(values), width)


def plain(gradient, x, *, lr, epochs, tol=0.0, bounds=None):
    """Descend with Python floats; gives ``(x, nit, evaluations, stop)``.

    `gradient` gives a list, or None where f is not defined.
    """
    bounds = bounds or [(-math.inf, math.inf)] * len(x)
    for nit in range(epochs):
        g = gradient(x)
        if g is None or not all(map(math.isfinite, [*g, *x])):
            return x, nit, nit + 1, Stop.NONFINITE
        ahead = [xi - gi for xi, gi in zip(x, g, strict=True)]
        projected = [xi - a for xi, a in zip(x, clipped(ahead, bounds), strict=True)]
        if max(map(abs, projected)) <= tol:
            return x, nit, nit + 1, Stop.TOLERANCE
        x = clipped([xi - lr * gi for xi, gi in zip(x, g, strict=True)], bounds)
    return x, epochs, epochs, Stop.EPOCHS


def clipped(x, bounds):
    """Give the nearest point inside the bounds."""
    return [min(max(xi, lo), hi) for xi, (lo, hi) in zip(x, bounds, strict=True)]
