"""Values with many digits against mpmath's own, and where they are undefined."""

import mpmath
import pytest
from values import exact

from symgd.expression.functions import TABLE
from symgd.precise.functions import FORMS
from symgd.precise.program import fraction
from symgd.problem import Problem

TEXTS = [
    "sin(x)*cos(y)-tan(x/9)", "asin(x/9)+acos(y/9)+atan(x)", "atan2(x,y)",
    "sinh(x)+cosh(y)-tanh(x)",
    "asinh(x)+acosh(1+y)+atanh(x/9)", "exp(-x)+expm1(y/9)", "log(x)+log1p(y)+log2(x)+log10(y)",
    "sqrt(x)*cbrt(-y)", "x**y + x**3 + y**-2 + x**2.5", "hypot(x,y)", "abs(x-2)+abs(y)",
    "min(x,y)*max(x,y,1)", "sign(x-2)", "Heaviside(y-x)", "erf(x)+erfc(y)", "0.1*x+0.3",
    "where((x<1)&(y>0),x,y)", "where((x<=1)|(y>=3),x,y)", "where(x==y,x,2*y)",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_f_and_its_gradient_have_all_digits(text):
    p = Problem(text)
    at = {"x": 1.3, "y": 0.7}
    names = [v.name for v in p.variables]
    with mpmath.workdps(60):
        value, *slopes = p.symbolic.precise.first([mpmath.mpf(at[n]) for n in names])
        assert abs(value - exact(text, at)) <= mpmath.mpf("1e-55")
        for name, slope in zip(names, slopes, strict=True):
            expected = mpmath.diff(lambda u: exact(text, {**at, name: u}), at[name])  # noqa: B023
            assert abs(slope - expected) <= mpmath.mpf("1e-25") * (1 + abs(expected))


def test_each_function_of_the_table_has_a_form():
    assert {row.name for row in TABLE} <= set(FORMS)


@pytest.mark.parametrize(
    "text",
    [
        *("log(x)", "sqrt(x)", "1/(x+1)", "asin(x-1)", "x**0.5", "log2(x)", "log1p(x)"),
        *("atanh(x)", "acosh(x)", "where(log(x)<1,1,x)"),
    ],
)
def test_what_is_undefined_is_nan(text):
    value, *_ = Problem(text).symbolic.precise.first([mpmath.mpf(-1)])
    assert mpmath.isnan(value)


def test_decimals_are_what_was_written():
    assert fraction(0.1) == fraction(1.0) / 10
    p = Problem("a*x - 0.3", params={"a": 0.1})
    with mpmath.workdps(60):
        value, *_ = p.symbolic.precise.first([mpmath.mpf(3), mpmath.mpf(1) / 10])
        assert abs(value) < mpmath.mpf("1e-59")


def test_a_program_knows_how_deep_its_exponentials_go():
    program = Problem("exp(-x**2) + tanh(3*x)").symbolic.precise.both
    assert program.deepest([mpmath.mpf(40)]) == 1600
    assert Problem("x**2").symbolic.precise.both.deepest([mpmath.mpf(40)]) == 0
