"""Reading formulas: values, precedence, errors with columns, names, limits, domain."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from values import exact, value

from symgd import Problem
from symgd.errors import ConfigurationError, ExpressionError
from symgd.expression import Limits, read

PROBLEMS = json.loads((Path(__file__).parents[1] / "data" / "problems.json").read_text())
X, Y = sympy.symbols("x y", real=True)


def _refused(text, **options):
    with pytest.raises(ExpressionError) as caught:
        read(text, **options)
    return caught.value


# ---------------------------------------------------------------- values


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p["name"])
def test_published_problems_have_their_values(problem):
    formula = read(problem["expr"])
    assert [v.name for v in formula.variables] == problem["vars"]
    rng = np.random.default_rng(7)
    lo, hi = np.array(problem["bounds"]).T
    for point in rng.uniform(lo, hi, size=(3, len(lo))):
        at = dict(zip(problem["vars"], map(float, point), strict=True))
        expected = float(exact(problem["expr"], at))
        assert value(formula.expr, at) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "at_three"),
    [
        ("-x^2", -9.0),
        ("2^3^2*x", 1536.0),
        ("2**-x", 0.125),
        ("-x**-2", -1 / 9),
        ("x--2", 5.0),
        ("x/2/3", 0.5),
        ("x/2*3", 4.5),
        ("x - 1 - 1", 1.0),
        ("-x*-2", 6.0),
        ("+x - +1", 2.0),
        ("2*x^2 + 1", 19.0),
        ("(x)", 3.0),
        ("x^.5^2", 3.0**0.25),
        ("1e2*x + 1.5E-1 + .5 + 2.", 302.65),
        ("x\n+\t1\r\n", 4.0),
        ("e^x - E**x + x", 3.0),
        ("where(0 < x < 4, x, -x)", 3.0),
        ("where((x < 0) | ~(x == 3), 1, x/2)", 1.5),
        ("where(x < 0, 1, where(x >= 3, 2, x))", 2.0),
        ("where(x > 2 + 2, 1, x*x)", 9.0),
        ("max(x, 5, -x, 4)", 5.0),
        ("min(x, 5, -x, 4)", -3.0),
        ("log(x, 3)", 1.0),
        ("log(8, 2)*x", 9.0),
        ("Heaviside(x, 0) + heaviside(x - 3, 0.25)", 1.25),
        ("pow(x, 2) + Pow(x, 1)", 12.0),
        ("S + N*0 + lambda - class_", 0.0),
        ("Exp(0*x) + SIN(0*x) + LOG10(x + 7)", 2.0),
        ("|x|*|-2|", 6.0),
        ("-|x - |x - 5||^2", -1.0),
        ("|x|/2 - |-x|", -1.5),
        ("x\u00b2 - x\u00b9\u2070/x\u2079", 6.0),
        ("18*x\u207b\u00b2", 2.0),
        ("-x\u00b2", -9.0),
        ("2\u00d7x \u2212 6\u00f7x\u00a0\u00b7 1 \u2013 \u03c0*0", 4.0),
        ("where(x \u2265 3, where(x \u2264 3, where(x \u2260 2, 7, 0), 0), 0)", 7.0),
        ("f(x) = x^2", 9.0),
        ("y = x**2", 9.0),
        ("g(x) := x^2", 9.0),
    ],
)
def test_meaning(text, at_three):
    formula = read(text)
    at = dict.fromkeys((v.name for v in formula.variables), 3.0)
    expected = 3.0 if text.startswith("S") else at_three
    assert value(formula.expr, at) == pytest.approx(expected, rel=1e-15)


NUMBERS = st.sampled_from(["2", "3", "0.5", "1.25", "7", "1/3", "pi", "e"])
NAMES = st.sampled_from(["x", "y", "x2"])


def _grow(parts):
    unary = st.sampled_from(["sin", "cos", "atan", "tanh", "exp", "abs", "sign", "erf", "asinh"])
    comparison = st.sampled_from(["<", "<=", ">", ">="])
    return st.one_of(
        st.tuples(parts, st.sampled_from([" + ", " - ", "*", " * "]), parts).map("".join),
        parts.map("({})".format),
        parts.map("-({})".format),
        st.tuples(parts, st.sampled_from(["^2", "**3"])).map(lambda t: f"({t[0]}){t[1]}"),
        st.tuples(unary, parts).map("{0[0]}({0[1]})".format),
        st.tuples(parts, parts).map("({0[0]})/(({0[1]})^2 + 1)".format),
        st.tuples(parts, parts).map("max({0[0]}, {0[1]}) - min({0[0]}, {0[1]})".format),
        st.tuples(parts, comparison, parts, parts).map(
            lambda t: f"where({t[0]} {t[1]} {t[2]}, {t[3]}, {t[0]})"
        ),
    )


FORMULAS = st.recursive(st.one_of(NUMBERS, NAMES), _grow, max_leaves=9)
COORDINATES = st.sampled_from([-1.75, -0.6, 0.3, 1.1, 2.2])


@settings(deadline=None, max_examples=300)
@given(FORMULAS, COORDINATES, COORDINATES, COORDINATES)
def test_random_formulas_agree_with_python(text, x, y, x2):
    at = {"x": x, "y": y, "x2": x2}
    try:
        expr = read(text, variables=list(at)).expr
    except ExpressionError as error:
        assert "too large" in error.message or "exponent" in error.message  # noqa: PT017
        return
    expected = exact(text, at)
    bumped = exact(text, {name: number * (1 + 1e-13) for name, number in at.items()})
    slack = abs(bumped - expected) + abs(expected) * 1e-11 + 1e-11
    found = value(expr, at)
    if np.isfinite(found) and slack < 1e-3:
        assert abs(found - expected) <= slack


# ---------------------------------------------------------------- what SymPy is given


def test_symbols_are_real_and_in_natural_order():
    formula = read("x10 + x2 + a*b1 + X")
    assert formula.variables == sympy.symbols("X a b1 x2 x10", real=True)


def test_numbers_stay_exact_or_double():
    assert read("x/3 + 2").expr == X / 3 + 2
    assert read("0.1*x").expr == sympy.Float(0.1) * X
    assert read("x**2.0").expr == X**2
    assert read("x**(1/3)").expr == X ** sympy.Rational(1, 3)
    assert read("sqrt(2)*x/pi + (1 + sqrt(5))/2").expr == (
        sympy.sqrt(2) * X / sympy.pi + (1 + sympy.sqrt(5)) / 2
    )


def test_constants_of_up_to_eight_irrational_factors_stay_exact():
    for count, whole in ((8, True), (9, False)):
        (slope,) = Problem("*".join(["sqrt(2)"] * count) + "*x").gradient
        assert float(slope) == pytest.approx(2 ** (count / 2))
        assert slope.is_Rational == whole


def test_stock_functions_are_sympys_own():
    text = "sin(x)*exp(-x**2) + atan(x)/cosh(x) - log(x)*erf(x)"
    own = sympy.sin(X) * sympy.exp(-(X**2)) + sympy.atan(X) / sympy.cosh(X)
    assert read(text).expr == own - sympy.log(X) * sympy.erf(X)


@pytest.mark.parametrize(
    "text", ["x**0.5*x**0.5", "x**2.0", "sqrt(x)*sqrt(x)*x**0", "x*(x - y + y)/x"]
)
def test_no_decimal_exponent_where_a_whole_one_is_meant(text):
    exponents = {p.exp for p in read(text, variables=["x", "y"]).expr.atoms(sympy.Pow)}
    assert not any(e.is_Float for e in exponents)


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("text", "column", "fragment"),
    [
        ("2x", 2, "2*x"),
        ("x + 3 y", 7, "3*y"),
        ("(x + 1)(x - 1)", 8, ")*("),
        ("x (x - 1)", 1, "x*("),
        ("pi x", 4, "pi*x"),
        ("sin x", 1, "sin(x)"),
        ("1 + sin", 5, "sin(x)"),
        ("1 + sin + x", 5, "function"),
        ("sin(cos)", 5, "cos(x)"),
        ("x = 3", 3, "without '='"),
        ("x % 2", 3, "mod(a, b) for a remainder"),
        ("x // 2", 3, "floor(a/b)"),
        ("x!", 2, "gamma(x + 1)"),
        ("x[0]", 2, "subscripts"),
        ("{x", 1, "( )"),
        ("f'(x)", 2, "strings"),
        ("x.real", 2, "attributes"),
        ("np.sin(x)", 3, "sin(x)"),
        ("x; y", 2, "one formula"),
        ("x @ y", 3, "matrix"),
        ("lambda x: x", 9, "':'"),
        ("lambda x + 1", 8, "without 'lambda'"),
        ("\\frac{x}{2}", 1, "LaTeX"),
        ("x # note", 3, "comments"),
        ("_x + 1", 1, "starts with a letter"),
        ("x + __y", 5, "starts with a letter"),
        ("x and y", 3, "&"),
        ("where(x > 0 or x < 1, 1, x)", 13, "|"),
        ("not x", 1, "~"),
        ("x if x > 0 else 1", 3, "where("),
        ("x in y", 3, "where()"),
        ("x && y", 3, "&"),
        ("x <> y", 3, "!="),
        ("х + 1", 1, "U+0445"),  # noqa: RUF001
        ("x + \0", 5, "U+0000"),
        ("x + \ud800", 5, "U+D800"),
        ("x +", 4, "ends where a value"),
        ("x + * 2", 5, "missing before *"),
        ("(x", 3, "not closed"),
        ("sin(x", 6, "not closed"),
        ("x)", 2, "never opened"),
        ("()", 2, "missing"),
        ("x, y", 2, "comma"),
        ("0,5*x", 2, "0.5"),
        ("sin()", 1, "takes 1 argument; it got 0"),
        ("sin(x, y)", 1, "takes 1 argument; it got 2"),
        ("max(x)", 1, "2 or more"),
        ("log(x, 2, 3)", 1, "1 or 2 arguments"),
        ("where(x > 0, x)", 1, "takes 3 arguments; it got 2"),
        ("x + foo(x)", 5, "foo is no function"),
        ("sinn(x)", 1, "did you mean sin?"),
        ("x(2)", 1, "x*(...)"),
        ("x > 0", 1, "where(condition, a, b)"),
        ("1 + (x > 0)", 5, "where(condition, a, b)"),
        ("sin(x > 0)", 5, "where(condition, a, b)"),
        ("where(x, 1, 2)", 7, "comparison"),
        ("where(x > 0 & y > 0, 1, 2)", 11, "comparison"),
        ("where(~x > 0, 1, 2)", 8, "comparison"),
        ("where((x > 0) == (y > 0), 1, x)", 7, "stands only"),
        ("Piecewise((x, x > 0))", 21, "(value, True)"),
        ("Piecewise(x)", 11, "missing"),
        ("x + True", 5, "Piecewise"),
        ("x + I", 5, "complex"),
        ("x + oo", 5, "finite"),
        ("nan*x", 1, "finite"),
        ("x + 1e999", 5, "too large"),
        ("x + 1e-999", 5, "too small"),
        ("x + 1/0", 5, "divides by zero"),
        ("1/(x - x)", 1, "divides by zero"),
        ("x + log(0)", 5, "needs 0 > 0"),
        ("x + sqrt(-1)", 5, "needs -1 >= 0"),
        ("x + (-8)**(1/3)", 5, "not defined"),
        ("x*0**-1", 3, "not defined"),
        ("x + asin(2)", 5, "-1 <= 2 <= 1"),
        ("x + acosh(0)", 5, "not defined"),
        ("x + atanh(1)", 5, "not defined"),
        ("x + atan2(0, 0)", 5, "not both 0"),
        ("(-2)**x", 1, "not defined"),
        ("0**x", 1, "not defined"),
        ("x + exp(exp(exp(10.0)))", 9, "too large"),
        ("x + 9**9**9**9", 8, "exponent"),
        ("x + 10**400", 5, "too large"),
        ("((1/3)**600)**600*x", 1, "too small"),
        ("x*1e-200*1e-200", 1, "too small"),
        ("((x**1000)**1000)**1000", 2, "exponent"),
        ("x**1001", 1, "exponent"),
        ("exp(10**30*log(x))", 1, "exponent"),
        ("sqrt(-x**2 - 0*y)", 0, "complex"),
    ],
)
def test_errors_say_where_and_what_to_write(text, column, fragment):
    error = _refused(text)
    assert fragment in error.message
    assert (error.column, error.text) == (column, text)
    assert len(error.message) < 200


SUGGESTED = [
    (r"\frac{1}{2}x^2", "x**2/2"),
    (r"$\sin(\pi x) + \dfrac{x}{2}$", "sin(pi*x) + x/2"),
    (r"e^{-x^2}", "exp(-x**2)"),
    (r"\left(x-1\right)^2 + 100\left(y-x^2\right)^2", "(x - 1)**2 + 100*(y - x**2)**2"),
    (r"\sqrt{x^{2}+1} \cdot \operatorname{atan}(x)", "sqrt(x**2 + 1)*atan(x)"),
    (r"2x\cosh(y) - xy", "2*x*cosh(y) - x*y"),
]


@pytest.mark.parametrize(("latex", "plain"), SUGGESTED)
def test_what_is_suggested_for_latex_works_when_it_is_typed(latex, plain):
    message = _refused(latex).message
    assert read(message.partition("write ")[2]).expr == read(plain).expr


@pytest.mark.parametrize("latex", [r"\sin x", r"\sin^2 x", r"\sum_i x_i", r"\int x", r"{x", "x}{"])
def test_nothing_is_suggested_for_latex_whose_meaning_is_not_plain(latex):
    assert "there is no LaTeX here" not in _refused(latex).message


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("2x", "2*x"),
        ("2|x|", "2*|x|"),
        ("log3(x)", "log(x, 3)"),
        ("square(x)", "x**2"),
        ("exp2(x)", "2**x"),
        ("x % 2", "mod(a, b)"),
        ("x // 2", "floor(a/b)"),
        ("sum(x)", "x1**2 + x2**2"),
        ("norm(x, y)", "hypot(x, y)"),
        ("\u03b1*x", "alpha"),
        ("\u221ax", "sqrt(x)"),
    ],
)
def test_hints_work_when_they_are_typed(typed, suggested):
    assert suggested in _refused(typed).message
    read(suggested)


def test_no_function_is_said_to_be_a_factor():
    for name in ("sum", "mean", "prod", "integrate", "diff", "softmax", "foo"):
        assert f"{name}*(" not in _refused(f"{name}(x)").message
    assert "write a*(...)" in _refused("a + a(x + 1)").message


def test_the_head_of_a_formula_names_its_variables():
    formula = read("f(y, x) = a*x + y", params=["a"])
    assert [v.name for v in formula.variables] == ["y", "x"]
    assert formula.text == "a*x + y"
    error = _refused("f(x) = a*x")
    assert "give params={'a': ...}" in error.message
    assert error.column == 8


@pytest.mark.parametrize("text", ["x = 3", "x = x**2", "sin = x", "x**2 = 4", "x == 3"])
def test_an_equation_is_no_formula(text):
    _refused(text)


def test_a_variable_that_is_named_as_eulers_number_is_told_so():
    assert "Euler" in _refused("e**2").message
    with pytest.raises(ConfigurationError, match="Euler"):
        read("e*x", params=["e"])


def test_an_error_shows_sixty_characters_and_a_caret():
    shown = str(_refused("x + " * 50 + "y z" + " + x" * 50)).splitlines()
    assert [len(line) for line in shown[1:]] == [62, shown[2].index("^") + 1]
    assert shown[1][shown[2].index("^")] == "z"


@pytest.mark.parametrize("text", ["", " ", "\n\t", "()", ","])
def test_nothing_to_read(text):
    _refused(text)


@pytest.mark.parametrize("source", [None, 3, b"x", ["x"], sympy.Matrix([X]), X < 1])
def test_other_objects_are_refused(source):
    _refused(source)


@pytest.mark.parametrize("text", ["3", "pi*2", "sin(1)"])
def test_a_formula_needs_a_variable(text):
    assert "no variable" in _refused(text).message
    assert read(text, variables=["x"]).variables == (X,)


# ---------------------------------------------------------------- names


def test_order_of_variables_and_parameters():
    formula = read("a*x + b*y", variables=["y", "x"], params=["b", "a"])
    assert [s.name for s in formula.variables] == ["y", "x"]
    assert [s.name for s in formula.params] == ["b", "a"]
    assert read("a*x + y", params={"a": 3}).variables == (X, Y)


def test_a_name_that_was_not_declared():
    error = _refused("x + y*z", variables=["x", "y"])
    assert (error.column, "z" in error.message) == (7, True)


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"params": ["c"]}, "params"),
        ({"params": "a"}, "params"),
        ({"params": ["sin"]}, "params"),
        ({"params": ["pi"]}, "params"),
        ({"params": ["_a"]}, "params"),
        ({"params": ["a", "a"]}, "params"),
        ({"variables": ["x"], "params": ["x"]}, "params"),
        ({"variables": "xa"}, "variables"),
        ({"variables": ["x", "x"]}, "variables"),
        ({"variables": ["x", 2]}, "variables"),
        ({"variables": ["x y"]}, "variables"),
        ({"variables": ["I"]}, "variables"),
        ({"variables": ["n" * 33]}, "variables"),
        ({"variables": [["x"]]}, "variables"),
        ({"variables": []}, "variables"),
        ({"variables": 5}, "variables"),
    ],
)
def test_names_that_do_not_fit(options, argument):
    with pytest.raises(ConfigurationError) as caught:
        read("a*x", **options)
    assert caught.value.argument == argument


@pytest.mark.parametrize(
    "name", ["S", "N", "Q", "O", "beta", "gamma", "zeta", "lambda", "import", "class", "x_1"]
)
def test_names_that_others_own_are_plain_variables(name):
    assert read(f"2*{name}").expr == 2 * sympy.Symbol(name, real=True)


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("fits", "fails", "limits", "fragment"),
    [
        ("x+x+x", "x+x+x+", Limits(characters=5), "6 characters"),
        ("((x))", "(((x)))", Limits(nesting=2), "nest at most 2"),
        ("--x", "---x", Limits(nesting=2), "nest at most 2"),
        ("x^x^x", "x^x^x^x", Limits(nesting=2), "nest at most 2"),
        ("sin(sin(x))", "sin(sin(sin(x)))", Limits(nesting=2), "nest at most 2"),
        ("x + y", "x + y + z", Limits(variables=2), "at most 2 variables"),
        ("abc", "abcd", Limits(name=3), "at most 3 characters"),
        ("123*x", "1234*x", Limits(digits=3), "at most 3 digits"),
        ("1.23*x", "1.234*x", Limits(digits=3), "at most 3 digits"),
        ("x**5", "x**6", Limits(exponent=5), "at most 5"),
        ("x**-5", "x**-6", Limits(exponent=5), "at most 5"),
    ],
)
def test_each_limit_is_an_argument(fits, fails, limits, fragment):
    read(fits, limits=limits)
    assert fragment in _refused(fails, limits=limits).message


def test_default_limits():
    assert read("x+" * 4095 + "xy").variables
    for text in ("x+" * 4096 + "x", "(" * 61 + "x" + ")" * 61, "v" * 33, "1" * 41 + "*x"):
        assert "at most" in _refused(text).message
    assert len(read("+".join(f"v{i}" for i in range(64))).variables) == 64
    assert "at most 64" in _refused("+".join(f"v{i}" for i in range(65))).message
    assert "x**1000" in str(read("x**1000").expr)


# ---------------------------------------------------------------- domain


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("log(x - 1)", {"log(x - 1)": "x - 1 > 0"}),
        ("exp(log(x))", {"log(x)": "x > 0"}),
        ("0*log(x)", {"log(x)": "x > 0"}),
        ("x/x", {"x/x": "x != 0"}),
        ("sqrt(x)**2", {"sqrt(x)": "x >= 0"}),
        ("x + y/(y)", {"y/(y)": "y != 0"}),
        ("2*y/(x  -  1)*3", {"2*y/(x - 1)": "x - 1 != 0"}),
        ("x**-2", {"x**-2": "x != 0"}),
        ("x**2 + x**0", {}),
        ("x**0.5", {"x**0.5": "x >= 0"}),
        ("x^-1.5", {"x^-1.5": "x > 0"}),
        ("(x + 1)**y", {"(x + 1)**y": "x + 1 >= 0"}),
        ("2**x + e**x", {}),
        ("log1p(x)", {"log1p(x)": "x > -1"}),
        ("log2(x)", {"log2(x)": "x > 0"}),
        ("log10(x)", {"log10(x)": "x > 0"}),
        ("asin(x)", {"asin(x)": "-1 <= x <= 1"}),
        ("arccos(2*x)", {"arccos(2*x)": "-1 <= 2*x <= 1"}),
        ("acosh(x)", {"acosh(x)": "x >= 1"}),
        ("atanh(x)", {"atanh(x)": "-1 < x < 1"}),
        ("atan2(y, x)", {"atan2(y, x)": "y and x not both 0"}),
        ("1/x + 2/x + log(x) + log(x)", {"1/x": "x != 0", "log(x)": "x > 0"}),
        ("cbrt(x) + abs(x) + sin(x)", {}),
        ("x + log(2) + sqrt(2) + 1/3", {}),
    ],
)
def test_where_a_formula_is_defined(text, needs):
    assert {c.text: c.needs for c in read(text).domain} == needs


@pytest.mark.parametrize("text", ["log(x)", "log(x, 2)", "sqrt(x) + 1/(x - 2)", "log(log(x))"])
def test_conditions_hold_exactly_where_the_value_is_finite(text):
    formula = read(text)
    for x in (-1.0, 0.0, 0.5, 1.0, 2.0, 3.0):
        finite = np.isfinite(value(formula.expr, {"x": x}))
        if text.startswith("sqrt") and x == 2.0:
            finite = False
        assert all(value(c.holds, {"x": x}) == 1 for c in formula.domain) == finite


def test_the_first_condition_that_fails_is_the_innermost():
    first, second = read("log(log(x) - 1)").domain
    assert (first.text, second.text) == ("log(x)", "log(log(x) - 1)")
    assert (value(first.holds, {"x": -1.0}), value(second.holds, {"x": 1.0})) == (0, 0)
    assert second.argument == sympy.log(X) - 1


def test_a_condition_counts_only_where_its_branch_is_taken():
    formula = read("where(x > 0, log(x), 1/(x + 2))")
    holds = {c.text: [value(c.holds, {"x": x}) for x in (-2.0, -1.0, 1.0)] for c in formula.domain}
    assert holds == {"log(x)": [1, 1, 1], "1/(x + 2)": [0, 1, 1]}
    piecewise = read("Piecewise((1/x, x < 0), (log(x - 1), x > 3), (sqrt(x), True))")
    at = {x: [value(c.holds, {"x": x}) for c in piecewise.domain] for x in (-1.0, 2.0, 4.0)}
    assert at == {-1.0: [1, 1, 1], 2.0: [1, 1, 1], 4.0: [1, 1, 1]}
    assert [c.text for c in piecewise.domain] == ["1/x", "log(x - 1)", "sqrt(x)"]
    assert read("where(1 < 2, x, log(x))").domain == ()


# ---------------------------------------------------------------- SymPy expressions


@pytest.mark.parametrize(
    "expr",
    [
        sympy.Abs(X) + sympy.sqrt(X**2 + Y),
        sympy.Max(X, Y, 1) * sympy.Min(X, 2 * Y),
        sympy.Heaviside(X) + sympy.Heaviside(Y, 0) + sympy.sign(X),
        sympy.exp(-X) * sympy.E + sympy.pi / 3,
        X ** sympy.Rational(1, 3) / Y + sympy.Rational(-2, 7),
        sympy.Piecewise((X, X < 0), (Y, (X > 1) & (Y > 1)), (0, True)),
        sympy.Piecewise((X, sympy.Eq(X, 1) | sympy.Ne(Y, 1)), (0, True)),
        sympy.Piecewise((X, ~((X > 1) & (Y > 1))), (0, True)),
        sympy.atan2(Y, X) + sympy.atan(X) * sympy.acosh(Y + 3),
        sympy.log(X, 2) - sympy.log(X) / sympy.log(10),
        sympy.Float(0.1) * X + sympy.Float(1e-20) + sympy.Float(0.1) + sympy.Float(0.2),
        -((X - Y) ** 2) / (2 * X) - sympy.erf(X) + sympy.erfc(Y),
        2 ** (X + 1) * Y**X,
    ],
    ids=str,
)
def test_sympy_expressions_read_back_as_the_same_function(expr):
    names = {s.name for s in expr.free_symbols}
    ours = read(expr)
    again = [read(str(expr)), read(str(ours.expr)), read(ours.expr)]
    for x, y in [(0.7, 1.3), (2.5, 0.4), (1.0, 1.0), (3.0, 2.0)]:
        at = {n: v for n, v in (("x", x), ("y", y)) if n in names}
        expected = float(expr.subs({X: sympy.Float(x, 30), Y: sympy.Float(y, 30)}).evalf(30))
        assert value(ours.expr, at) == pytest.approx(expected, rel=1e-14)
        for formula in again:
            assert value(formula.expr, at) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p["name"])
def test_what_is_printed_reads_back(problem):
    expr = read(problem["expr"]).expr
    again = read(expr, variables=problem["vars"]).expr
    at = {
        n: lo + 0.37 * (hi - lo)
        for n, (lo, hi) in zip(problem["vars"], problem["bounds"], strict=True)
    }
    assert value(again, at) == pytest.approx(value(expr, at), rel=1e-11, abs=1e-11)


def test_symbols_of_a_sympy_expression_become_real():
    assert read(sympy.Symbol("x") ** 2 + sympy.Symbol("n", integer=True)).variables == (
        sympy.Symbol("n", real=True),
        X,
    )


@pytest.mark.parametrize(
    "expr",
    [
        sympy.Symbol("x + y"),
        sympy.Symbol("pi") * X,
        sympy.Symbol("sin") * X,
        sympy.Symbol("A", commutative=False),
        sympy.Dummy("d"),
        sympy.Function("f")(X),
        sympy.Function("sin")(X),
        sympy.zeta(X),
        sympy.I * X,
        X + sympy.oo,
        sympy.GoldenRatio * X,
        sympy.Derivative(sympy.sin(X), X),
        sympy.Integral(X, (X, 0, Y)),
        sympy.Sum(X, (X, 0, 3)) + Y,
        sympy.Piecewise((X, X > 0)),
        sympy.Integer(3),
    ],
    ids=str,
)
def test_what_is_not_supported_is_an_error(expr):
    _refused(expr)


# ---------------------------------------------------------------- imports


def test_reading_loads_neither_numba_nor_matplotlib():
    code = (
        "import sys, symgd.expression; print(*sorted({'numba', 'matplotlib'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
