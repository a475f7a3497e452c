"""Runs that a fixed rate throws out of their valley."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import symgd
from symgd import RateWarning, Status
from symgd.views.numbers import number

ROSENBROCK = "(1 - x)**2 + 100*(y - x**2)**2"


def thrown(expr, x0, **given):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RateWarning)
        return symgd.minimize(expr, x0, **given)


@pytest.mark.parametrize(
    ("expr", "x0", "given", "curvature"),
    [
        ("-1/(x**2 + 0.01)", 0.1, {"lr": 0.1, "epochs": 100}, 2e4),  # 2/0.01**2
        ("-1/(x**2 + 0.01)", 1.0, {"lr": 0.5, "epochs": 100}, 2e4),
        ("-exp(-x**2)", 0.5, {"lr": 20}, 2.0),
        (ROSENBROCK, [-1.2, 1], {"lr": 0.01}, 501 + np.sqrt(501**2 - 400)),
    ],
)
def test_it_is_told_so_with_the_largest_rate_and_one_that_was_tried(expr, x0, given, curvature):
    result = thrown(expr, x0, **given)
    seen = result.runs.evidence
    assert seen.valley_curvature[0] == pytest.approx(curvature, rel=1e-6)
    assert seen.valley_rate[0] == pytest.approx(2 / curvature, rel=1e-6)
    text = " ".join(result.explain().split())
    assert f"{2 / curvature:.4g}" in text
    assert f"lower lr to at most {number(seen.better_rate[0])}" in text
    assert "larger lr" not in text
    assert "raise lr" not in text
    again = thrown(expr, x0, **{**given, "lr": seen.better_rate[0]})
    assert again.fun <= result.problem.fun(x0)


def test_there_is_a_warning_with_the_number_before_the_run():
    with pytest.warns(RateWarning, match=r"lr = 0.01 is above 0.001997"):
        symgd.minimize(ROSENBROCK, [-1.2, 1], lr=0.01)


def test_a_minimum_reached_to_rounding_is_no_cycle():
    expr = "4*exp(-(2*x - 1)) - 5*cos(2*pi*(2*x + 5))"
    result = thrown(expr, 0.0, lr=0.000553, epochs=300, bounds=[0, 5])
    assert result.status is Status.CONVERGED


def test_a_slow_run_is_told_no_rate_that_does_worse():
    result = thrown("x**2/2 + 50*y**2", [5.0, 0.1], lr=0.015, epochs=30)  # 0.03 diverges
    assert np.isnan(result.runs.evidence.better_rate[0])
    assert "larger" not in result.message
