"""What other processes are sent to do: functions that every way of starting one can import."""

from __future__ import annotations

from unittest.mock import patch

import symgd

WORK = (
    "symgd.problem.read", "symgd.problem.derivatives", "symgd.problem.share", "sympy.lambdify",
    "symgd.problem.Tape", "symgd.results.result.Facts", "symgd.results.sweep.Facts",
    "symgd.facts.facts.unbounded",
    "symgd.facts.facts.symmetries", "symgd.facts.facts.orbits", "symgd.facts.facts.shown",
    "symgd.facts.facts.plateau", "symgd.facts.facts.even_variables", "symgd.runs.descent.descend",
)  # fmt: skip


def run(call):
    """Run a call of `minimize` or `sweep`, given by name, formula and arguments."""
    name, expr, settings = call
    return getattr(symgd, name)(expr, **settings)


def words(outcome):
    """Give all that a result says, with its derivatives."""
    problem = outcome.problem
    points = [[0.3] * len(problem.names)]
    said = outcome.summary(), outcome.explain(), str(outcome.counts), outcome.to_dict()
    values = [f(points).tolist() for f in (problem.fun, problem.grad, problem.hess)]
    return *said, values, problem.curvature((0.1, 0.2)), str(problem.gradient)


def words_without_work(outcome):
    """Give the same where nothing that was known may be found once more."""
    with_nothing = [patch(name, side_effect=AssertionError(name)) for name in WORK]
    for each in with_nothing:
        each.start()
    try:
        return words(outcome)
    finally:
        for each in with_nothing:
            each.stop()


def fail(_):
    """Raise an error that holds what cannot be pickled."""
    symgd.minimize("x**2", x0=lambda: 0)
