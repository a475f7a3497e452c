"""Derivatives from the bottom up against central differences and against mpmath."""

from __future__ import annotations

import json
import time
from pathlib import Path

import mpmath
import pytest
import sympy
from values import exact, value

from symgd.expression import read
from symgd.expression.calculus import derivatives
from symgd.expression.functions import own

PROBLEMS = json.loads((Path(__file__).parents[1] / "data" / "problems.json").read_text())
X, Y = sympy.symbols("x y", real=True)


def _nested(form: str, depth: int) -> str:
    text = "x"
    for _ in range(depth):
        text = form.format(text)
    return text


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p["name"])
def test_gradients_of_the_published_problems_agree_with_central_differences(problem):
    formula = read(problem["expr"], variables=problem["vars"])
    box = problem["bounds"]
    point = [lo + (hi - lo) * (0.31 + 0.07 * i) for i, (lo, hi) in enumerate(box)]

    def compute(expr, point):
        return value(expr, dict(zip(problem["vars"], point, strict=True)))

    f = compute(formula.expr, point)
    for i, symbol in enumerate(formula.variables):
        h = 1e-5 * max(1.0, abs(point[i]))
        ahead, behind = list(point), list(point)
        ahead[i] += h
        behind[i] -= h
        rise = compute(formula.expr, ahead) - compute(formula.expr, behind)
        slope = compute(own(derivatives(formula.expr, [symbol])[0]), point)
        noise = 1e-14 * abs(f) / h
        assert slope == pytest.approx(rise / (ahead[i] - behind[i]), rel=1e-5, abs=1e-6 + noise)


@pytest.mark.parametrize(
    "text",
    ["x**y", "y**x", "2**x", "(x*y)**2.5", "exp(x*y)/(x + y)", "x**(1/3)*log(y)", "sin(x)**3/x**2"],
)
def test_agrees_with_mpmath(text):
    expr = read(text).expr
    at = {"x": 1.3, "y": 0.7}
    for symbol in (X, Y):
        name = symbol.name
        with mpmath.workdps(50):
            expected = mpmath.diff(lambda u: exact(text, {**at, name: u}), at[name])  # noqa: B023
        slope = derivatives(expr, [symbol])[0]
        assert value(slope, at) == pytest.approx(float(expected), rel=1e-13)


def test_a_power_of_a_product_keeps_its_slope_at_zero():
    slope = derivatives(read("(x*y)**2.5").expr, [X])[0]
    assert value(slope, {"x": 0.0, "y": 2.0}) == 0


def test_of_what_does_not_depend_on_the_variable():
    assert derivatives(read("sin(y)**2 + 3*abs(y)").expr, [X])[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        _nested("sin(x - {})", 58),
        _nested("1/(x + {})", 58),
        _nested("({} + x)**2", 58),
        "max(" + ",".join(f"sin({i}*x)" for i in range(300)) + ")",
    ],
    ids=["sin", "fraction", "square", "max"],
)
def test_deep_and_wide_formulas_take_seconds_at_most(text):
    expr = read(text).expr
    start = time.process_time()
    own(derivatives(expr, [X])[0])
    assert time.process_time() - start < 5  # minutes without sharing
