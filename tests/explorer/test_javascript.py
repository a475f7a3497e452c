"""Formulas as JavaScript compute what they compute in Python."""

from __future__ import annotations

import numpy as np
import pytest
from explored import evaluated, expected, needs_javascript

from symgd import Problem
from symgd.explorer.javascript import functions
from symgd.expression.functions import SHORTHANDS, TABLE

POINTS = 10_000
TOLERANCE = 1e-12

# A formula for each function, and a range in which it is no difference of large numbers.
FUNCTIONS = {
    "sin": ("sin(x)", -30, 30),
    "cos": ("cos(x)", -30, 30),
    "tan": ("tan(x)", -9, 9),
    "asin": ("asin(x)", -1.2, 1.2),
    "acos": ("acos(x)", -1.2, 1),
    "atan": ("atan(x)", -9, 9),
    "atan2": ("atan2(x, y)", -5, 5),
    "sinh": ("sinh(x)", -9, 9),
    "cosh": ("cosh(x)", -9, 9),
    "tanh": ("tanh(x)", -2, 2),
    "asinh": ("asinh(x)", -9, 9),
    "acosh": ("acosh(x)", 0, 9),
    "atanh": ("atanh(x)", -1.2, 1.2),
    "exp": ("exp(x)", -700, 720),
    "expm1": ("expm1(x)", -3, 3),
    "log": ("log(x)", -2, 9),
    "log1p": ("log1p(x)", -2, 9),
    "log2": ("log2(x)", -2, 9),
    "log10": ("log10(x)", -2, 9),
    "sqrt": ("sqrt(x)", -2, 9),
    "cbrt": ("cbrt(x)", -9, 9),
    "power": ("abs(x)**y", -5, 5),
    "hypot": ("hypot(x, y)", -5, 5),
    "absolute": ("abs(x)", -5, 5),
    "sign": ("x*sign(x - 1)", -5, 5),
    "minimum": ("min(x, y, 1)", -5, 5),
    "maximum": ("max(x**2, y)", -5, 5),
    "heaviside": ("x*Heaviside(x)", -5, 5),
    "erf": ("erf(x)", -7, 7),
    "erfc": ("erfc(x)", -7, 25),
    "sigmoid": ("sigmoid(x)", -40, 40),
    "softplus": ("softplus(x)", -40, 40),
    "gamma": ("gamma(x)", -1, 175),
    "loggamma": ("loggamma(x)", -1, 60),
    "polygamma": ("polygamma(2, x)", -1, 30),
    "besselj": ("besselj(2, x)", -80, 80),
    "sinc": ("sinc(x)", -80, 80),
    "floor": ("x*floor(x)", -5, 5),
    "rint": ("x*round(x)", -5, 5),
    "mod": ("mod(x, y)", -5, 5),
    "where": ("where(x < y, x**2, y)", -5, 5),
    "less": ("x*where(x < y, 2, 3)", -5, 5),
    "less_equal": ("x*where(x <= y, 2, 3)", -5, 5),
    "equal": ("x*where(x == y, 2, 3)", -5, 5),
    "not_equal": ("x*where(x != y, 2, 3)", -5, 5),
    "logical_and": ("where((x < y) & (x > 0), x, y)", -5, 5),
    "logical_or": ("where((x < y) | (x > 0), x, y)", -5, 5),
    "logical_not": ("where(~(x < y), x, y)", -5, 5),
}
FORMULAS = {
    "cos(2*pi*x) + x**2": (-3, 3),
    "sin(x)*exp(-x**2/20)": (-9, 9),
    "(1 - x)**2 + 100*(y - x**2)**2": (-2, 2),
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2": (-5, 5),
    "x**2.5/y + x**(-3) - 1/(x**2 + 1)**7": (0.5, 4),
    "log(x)/sqrt(y) + pi*e**x": (-1, 4),
}


def agree(got, wanted):
    """Tell whether numbers are the same to 12 digits, each or of the usual size of its column."""
    usual = np.nanmedian(np.where(np.isfinite(wanted), np.abs(wanted), np.nan), axis=0)
    with np.errstate(invalid="ignore"):
        close = np.abs(got - wanted) <= TOLERANCE * np.fmax(np.abs(wanted), usual)
    return (close | (got == wanted) | (np.isnan(got) & np.isnan(wanted))).all(axis=0)


def test_each_function_of_the_table_has_a_formula_here():
    assert FUNCTIONS.keys() == {row.name for row in TABLE}
    assert {"beta", "relu"} < {row.name for row in SHORTHANDS}  # written with those of the table


@needs_javascript
def test_every_function_is_computed_as_in_python_to_12_digits():
    problems = [Problem(text) for text, _, _ in FUNCTIONS.values()]
    rng = np.random.default_rng(0)
    points = [
        rng.uniform(low, high, (POINTS // 20, len(problem.names)))
        for problem, (_, low, high) in zip(problems, FUNCTIONS.values(), strict=True)
    ]
    for name, problem, x, got in zip(
        FUNCTIONS, problems, points, evaluated(problems, points), strict=True
    ):
        assert agree(got, expected(problem, x)).all(), name


@needs_javascript
def test_formulas_are_computed_as_in_python_to_12_digits_at_10000_points():
    problems = [*map(Problem, FORMULAS)]
    rng = np.random.default_rng(1)
    points = [
        rng.uniform(*box, (POINTS, len(problem.names)))
        for problem, box in zip(problems, FORMULAS.values(), strict=True)
    ]
    for problem, x, got in zip(problems, points, evaluated(problems, points), strict=True):
        assert agree(got, expected(problem, x)).all(), problem.text


@needs_javascript
def test_parameters_are_arguments():
    problem = Problem("a*x**2 + b*x", params={"a": 3, "b": -2})
    (got,) = evaluated([problem], [np.array([[2.0]])])
    assert got.tolist() == [[8.0, 10.0, 6.0]]


@pytest.mark.parametrize("text", ["alert*x**2 + constructor", "location*x + window", "v0 + x0*t0"])
def test_no_name_of_the_user_is_in_the_code(text):
    problem = Problem(text)
    code = functions(problem)
    assert not [n for n in ("alert", "constructor", "location", "window", "x0") if n in code]
    assert len(problem.names) >= 2


def test_the_code_of_v0_is_that_of_any_other_name():
    odd, plain = Problem("v0**2 + t0", variables=["t0", "v0"]), Problem("b**2 + a")
    assert functions(odd) == functions(plain)
