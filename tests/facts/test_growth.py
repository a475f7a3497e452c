"""Enclosures along a line: mpmath's value of the formula has to lie inside, far away."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from values import exact

from symgd.errors import ExpressionError
from symgd.facts.growth import Growth, UnknownGrowthError, constant, grow, linear
from symgd.problem import Problem

FAR = [10.0**7, 3.0e8, 10.0**9 + 0.5]


def along(text, start, direction, names=("x", "y")):
    p = Problem(text, names)
    ends = zip(p.variables, start, direction, strict=True)
    return grow(p.expr, {v: linear(a, b) for v, a, b in ends})


def enclosed(growth, t):
    """Give the ends of an enclosure at t, by mpmath."""
    with mpmath.workdps(200):
        ends = [
            sum(mpmath.mpf(c[side].numerator) / c[side].denominator * mpmath.mpf(t) ** k
                for k, c in enumerate(part))
            for part in (growth.over, growth.under)
            for side in (0, 1)
        ]  # fmt: skip
        assert ends[2] * ends[3] > 0
        quotients = [a / b for a in ends[:2] for b in ends[2:]]
        return min(quotients), max(quotients)


LEAVES = ["x", "y", "(0.375 - x)", "pi*y", "sqrt(2)*x", "(x - 1)", "(x + y)", "x*y"]
NODES = ["({0} + {1})", "({0} - {1})", "({0}*{1})", "({0})**2", "({0})**3", "({0})/({1})"]
NODES += ["sin({0})", "abs({0})", "max({0}, {1})", "min({0}, {1})", "exp(-({0})**2)", "atan({0})"]
NODES += ["where({0} < {1}, {1}, {0})", "where({0} >= 0, 1/(2 + sin({1})), {0})", "tanh({0})"]
FORMULAS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.builds(str.format, st.sampled_from(NODES), inner, inner),
    max_leaves=6,
)
WHOLE = st.integers(-3, 3)


@given(text=FORMULAS, start=st.tuples(WHOLE, WHOLE), direction=st.tuples(WHOLE, WHOLE))
def test_far_away_the_value_lies_inside(text, start, direction):
    try:
        floats = Problem(text, ["x", "y"]).expr.atoms(sympy.Float)
        found = along(text, start, direction)
    except (UnknownGrowthError, ExpressionError):  # 1/(x - x) is refused as a formula
        assume(False)
    assume(all(float(f) * 1024 % 1 == 0 for f in floats))  # sin(2) has been rounded
    for t in FAR:
        with mpmath.workdps(200):
            x, y = (a + mpmath.mpf(t) * b for a, b in zip(start, direction, strict=True))
            try:
                value = exact(text, {"x": x, "y": y})
            except ZeroDivisionError:  # x/x at 0
                assume(False)
            low, high = enclosed(found, t)
            slack = mpmath.mpf(10) ** -40 * (1 + abs(value))
            assert low - slack <= value <= high + slack


@given(
    coefficients=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=6),
    below=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=4),
)
def test_a_fraction_of_polynomials_is_found_exactly(coefficients, below):
    assume(any(below))
    x = sympy.Symbol("x", real=True)

    def poly(entries):
        return sum((sympy.Float(c) * x**k for k, c in enumerate(entries)), sympy.S.Zero)

    over, under = ([Fraction(c) for c in entries] for entries in (coefficients, below))
    found = grow(poly(coefficients), {x: linear(0, 1)}) * grow(poly(below), {x: linear(0, 1)}) ** -1
    t = Fraction(7, 3)
    value = sum(c * t**k for k, c in enumerate(over)) / sum(c * t**k for k, c in enumerate(under))
    ends = [sum(c[0] * t**k for k, c in enumerate(p)) for p in (found.over, found.under)]
    assert found.exact
    assert ends[0] / ends[1] == value


@pytest.mark.parametrize(
    ("text", "direction", "degree", "sign"),
    [
        ("x**3 - 6*x**2 + 11*x - 6", (-1, 0), 3, -1),
        ("x*y", (1, -1), 2, -1),
        ("(x - 1)**2 - x**2", (1, 0), 1, -1),
        ("(x - 1)**2 - x**2 + 2*x", (1, 0), 0, 1),
        ("(x**2 + 1)/(x - 3)", (-1, 0), 1, -1),
        ("1/x - 1/(x + 1)", (1, 0), -2, 1),
        ("x + 5*sin(x)", (-1, 0), 1, -1),
        ("abs(x) - 2*x", (1, 0), 1, -1),
        ("abs(x) - 2*x", (-1, 0), 1, 1),
        ("max(x, x**2)*min(y, -y**2)", (1, 1), 4, -1),
        ("where(x > 3, -x**3, exp(x))", (1, 0), 3, -1),
        ("exp(-x**2)*3 + x", (-2, 0), 1, -1),
        ("exp(1/x) + x", (1, 0), 1, 1),
        ("pi*x - 3.14159*x", (1, 0), 1, 1),
        ("sqrt(2)*x - 1.41422*x", (1, 0), 1, -1),
        ("x*log(y + 2) + cosh(y)", (1, 0), 1, 1),
        ("x*(3 - atan(x))", (1, 0), 1, 1),
        ("x*erfc(x) - x**2", (1, 0), 2, -1),
    ],
)
def test_degree_and_sign(text, direction, degree, sign):
    found = along(text, (0, 0), direction)
    assert (found.degree, found.sign) == (degree, sign)


@pytest.mark.parametrize(
    "text",
    [
        "x*sin(x)", "exp(x)", "log(x)", "sqrt(x)", "x**2.5", "cosh(x)", "1/sin(x)",
        "1/(x - x*sin(x))", "(sqrt(2)*x + 1)*(sqrt(2)*x - 1) - 2*x**2", "abs(sin(x)*x)", "x**65",
        "exp(sin(x))", "tan(x)", "(1 + x)**60*(1 - x)**60",
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_told(text):
    with pytest.raises(UnknownGrowthError):
        _ = along(text, (0, 0), (1, 0)).sign


def test_numbers():
    assert constant(0).over == ()
    assert constant(2.5).number == 2.5
    assert constant(Fraction(1, 3)).number is None
    assert constant(-1, 1).number is None
    assert linear(2, 0).number == 2
    assert linear(2, 1).number is None
    assert (linear(1, 1) * linear(-1, 1) + -linear(-1, 0)).over == linear(0, 1).__pow__(2).over
    assert Growth(constant(0).over).sign == 0
