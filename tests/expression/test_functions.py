"""The table of functions against mpmath: values, slopes, nan, printing."""

from __future__ import annotations

import itertools
import math
import re

import mpmath
import numpy as np
import pytest
import sympy
from values import value

from symgd.errors import ExpressionError
from symgd.expression import classes as cl
from symgd.expression import functions as fn
from symgd.expression import read
from symgd.expression.calculus import derivatives
from symgd.expression.functions import BY_NAME, BY_SPELLING, SHORTHANDS, TABLE, own

X, Y, Z = sympy.symbols("x y z", real=True)

# Compiled name -> (mpmath's function, points inside its domain).
ANYWHERE = [-2.3, -0.7, 0.4, 1.9]
INSIDE = [-0.9, -0.2, 0.35, 0.8]
ABOVE_ZERO = [0.05, 0.7, 1.0, 3.3]
PAIRS = [(-1.2, 0.7), (0.3, 2.2), (1.7, -0.4), (-0.6, -2.0)]
HALF = mpmath.mpf(1) / 2
ORACLE = {
    "sin": (mpmath.sin, ANYWHERE),
    "cos": (mpmath.cos, ANYWHERE),
    "tan": (mpmath.tan, ANYWHERE),
    "asin": (mpmath.asin, INSIDE),
    "acos": (mpmath.acos, INSIDE),
    "atan": (mpmath.atan, ANYWHERE),
    "atan2": (mpmath.atan2, PAIRS),
    "sinh": (mpmath.sinh, ANYWHERE),
    "cosh": (mpmath.cosh, ANYWHERE),
    "tanh": (mpmath.tanh, ANYWHERE),
    "asinh": (mpmath.asinh, ANYWHERE),
    "acosh": (mpmath.acosh, [1.2, 1.9, 4.0]),
    "atanh": (mpmath.atanh, INSIDE),
    "exp": (mpmath.exp, ANYWHERE),
    "expm1": (mpmath.expm1, ANYWHERE),
    "log": (mpmath.log, ABOVE_ZERO),
    "log1p": (lambda u: mpmath.log(1 + u), INSIDE),
    "log2": (lambda u: mpmath.log(u, 2), ABOVE_ZERO),
    "log10": (mpmath.log10, ABOVE_ZERO),
    "sqrt": (mpmath.sqrt, ABOVE_ZERO),
    "cbrt": (lambda u: mpmath.sign(u) * mpmath.cbrt(abs(u)), ANYWHERE),
    "power": (mpmath.power, [(0.3, 2.2), (1.7, -0.4), (2.5, 3.0)]),
    "hypot": (mpmath.hypot, PAIRS),
    "absolute": (abs, ANYWHERE),
    "sign": (mpmath.sign, ANYWHERE),
    "minimum": (min, PAIRS),
    "maximum": (max, PAIRS),
    "heaviside": (lambda u: (1 + mpmath.sign(u)) * HALF, ANYWHERE),
    "erf": (mpmath.erf, ANYWHERE),
    "erfc": (mpmath.erfc, ANYWHERE),
    "sigmoid": (lambda u: 1 / (1 + mpmath.exp(-u)), ANYWHERE),
    "softplus": (lambda u: mpmath.log(1 + mpmath.exp(u)), ANYWHERE),
    "gamma": (mpmath.gamma, [*ABOVE_ZERO, 12.5]),
    "loggamma": (mpmath.loggamma, [0.05, 0.7, 3.3, 12.5]),
    "floor": (mpmath.floor, ANYWHERE),
    "rint": (mpmath.nint, ANYWHERE),
    "mod": (lambda u, v: u - v * mpmath.floor(u / v), PAIRS),
}
SMOOTH = sorted(ORACLE)
PLAIN = [row for row in TABLE if not row.ordered]
CONDITIONS = {row.name for row in PLAIN} - set(ORACLE) - {"where"}
SPELLINGS = [(s, name) for name in SMOOTH for s in BY_SPELLING if BY_SPELLING[s].name == name]


def _tuple(point):
    return point if isinstance(point, tuple) else (point,)


def _cases(names):
    return [(name, _tuple(p)) for name in names for p in ORACLE[name][1]]


def _at(expr, point):
    return value(expr, dict(zip("xy", point, strict=False)))


def test_every_function_has_an_oracle_and_one_row_a_spelling():
    assert len(BY_SPELLING) == sum(len(row.spellings) for row in (*TABLE, *SHORTHANDS))
    assert len(BY_NAME) == len(TABLE)
    assert {
        *("less", "less_equal", "equal", "not_equal"),
        *("logical_and", "logical_or", "logical_not"),
    } == CONDITIONS


@pytest.mark.parametrize(("name", "point"), _cases(SMOOTH))
def test_numpy_form_agrees_with_mpmath(name, point):
    expected = float(ORACLE[name][0](*map(mpmath.mpf, point)))
    assert BY_NAME[name].numpy(*map(np.float64, point)) == pytest.approx(expected, rel=4e-16)


@pytest.mark.parametrize(("spelling", "name"), SPELLINGS)
def test_every_spelling_reads_as_the_function(spelling, name):
    function, points = ORACLE[name]
    for point in map(_tuple, points):
        text = f"{spelling}({', '.join('xy'[: len(point)])})"
        expected = float(function(*map(mpmath.mpf, point)))
        assert _at(read(text).expr, point) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("name", "point"), _cases(SMOOTH))
def test_slopes_agree_with_mpmath(name, point):
    function = ORACLE[name][0]
    row = BY_NAME[name]
    expr = own(row.symbol(*(X, Y)[: len(point)]))
    with mpmath.workdps(40):
        for i, symbol in enumerate((X, Y)[: len(point)]):
            order = [0] * len(point)
            order[i] = 1
            expected = float(mpmath.diff(function, tuple(map(mpmath.mpf, point)), tuple(order)))
            for slope in (derivatives(expr, [symbol])[0], own(expr.diff(symbol))):
                assert _at(slope, point) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("row", PLAIN, ids=lambda row: row.name)
def test_nan_goes_in_and_comes_out(row):
    inside = 1.5 if row.name == "acosh" else 0.5
    for i in range(row.arity):
        args = [np.full(3, inside)] * row.arity
        args[i] = np.array([inside, np.nan, np.nan])
        result = row.numpy(*args)
        if row.name == "where" and i == 2:  # the branch that is not taken
            assert not np.isnan(result).any()
        else:
            assert np.isnan(result).tolist() == [False, True, True]


def test_a_comparison_of_nan_is_nan_and_so_is_where():
    less, where = BY_NAME["less"].numpy, BY_NAME["where"].numpy
    assert math.isnan(where(less(np.nan, 0.0), 1.0, 2.0))
    assert where(less(np.array([-1.0, 1.0]), 0.0), 1.0, np.nan)[0] == 1.0


TRUTH = {
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
    "logical_and": lambda a, b: bool(a) and bool(b),
    "logical_or": lambda a, b: bool(a) or bool(b),
}


@pytest.mark.parametrize("name", TRUTH)
def test_conditions_are_zero_or_one(name):
    for a, b in itertools.product((0.0, 1.0), repeat=2):
        assert BY_NAME[name].at(a, b) == float(TRUTH[name](a, b))
    assert BY_NAME["logical_not"].at(0.0) == 1.0


@pytest.mark.parametrize("row", [r for r in TABLE if r.parity], ids=lambda row: row.name)
def test_parity(row):
    sign = {"even": 1.0, "odd": -1.0}[row.parity]
    for u in INSIDE:
        assert row.at(-u) == pytest.approx(sign * row.at(u))


@pytest.mark.parametrize(
    ("text", "kink"),
    [
        ("abs(x)", "x"),
        ("max(x, y)", "x - y"),
        ("min(x, y)", "x - y"),
        ("sign(x)", "x"),
        ("Heaviside(x)", "x"),
        ("floor(x/2)", "sin(pi*x/2)"),
        ("round(x)", "cos(pi*x)"),
        ("mod(x, y)", "sin(pi*x/y)"),
        ("hypot(x, y)", "hypot(x, y)"),
        ("sin(x)", None),
    ],
)
def test_kinks(text, kink):
    expr = read(text).expr
    row = fn.BY_CLASS[expr.func]
    found = row.kink(*expr.args) if row.kink else None
    assert (found and str(found)) == kink


def test_slopes_at_kinks_and_ties():
    assert _at(derivatives(cl.Absolute(X), [X])[0], (0.0,)) == 0
    assert _at(derivatives(cl.Maximum(X, -X), [X])[0], (0.0,)) == 0
    assert _at(derivatives(cl.Minimum(X, 3 * X), [X])[0], (0.0,)) == 2
    assert _at(derivatives(cl.Hypot(X, Y), [X])[0], (0.0, 0.0)) == 0


def test_even_powers_of_abs_are_smooth():
    assert cl.Absolute(X) ** 2 == X**2
    assert str(cl.Absolute(X) ** 3) == "abs(x)**3"


def test_a_branch_that_is_not_taken_does_not_spoil_the_slope():
    expr = read("where(x > 0, sqrt(x), x**2)").expr
    assert _at(derivatives(expr, [X])[0], (-1.5,)) == -3.0
    assert math.isnan(_at(derivatives(cl.Maximum(X, sympy.log(X)), [X])[0], (-1.0,)))


@pytest.mark.parametrize("row", PLAIN, ids=lambda row: row.name)
def test_second_derivatives_stay_in_the_table(row):
    expr = own(row.symbol(*(X * Y, Y + X**2, X)[: row.arity]))
    for first in (X, Y):
        for second in (X, Y):
            own(own(expr.diff(first)).diff(second))
            own(derivatives(own(derivatives(expr, [first])[0]), [second])[0])


@pytest.mark.parametrize(
    ("stock", "ours"),
    [
        (sympy.sqrt(X**2), "abs(x)"),
        (sympy.Max(X, Y, 1) - sympy.Min(X, Y), "max(x, max(y, 1)) - min(x, y)"),
        (sympy.Abs(X) + sympy.sign(X), "abs(x) + sign(x)"),
        (sympy.Heaviside(X), "Heaviside(x)"),
        (sympy.Heaviside(X, 0), "where(x > 0, 1, where(x < 0, 0, 0))"),
        (sympy.atan2(Y, X), "atan2(y, x)"),
        (sympy.tan(X + sympy.pi / 2), "-1/tan(x)"),
        (
            sympy.Piecewise((X, X < 0), (Y, X >= 1), (0, True)),
            "where(x < 0, x, where(x >= 1, y, 0))",
        ),
        (
            sympy.Piecewise((X, (X < 0) & (Y > 0)), (1, sympy.Ne(Y, 0)), (0, True)),
            "where((x < 0) & (y > 0), x, where(y != 0, 1, 0))",
        ),
        (X ** sympy.Float(2.0), "x**2"),
        (sympy.floor(X) + sympy.ceiling(Y / 2), "floor(x) + ceil(y/2)"),
        (sympy.Mod(X, 2), "mod(x, 2)"),
    ],
)
def test_own_replaces_what_sympy_brings_in(stock, ours):
    found, expected = own(stock), read(ours).expr
    for x, y in itertools.product((-1.5, 0.0, 1.0, 2.5), repeat=2):
        assert value(found, {"x": x, "y": y}) == value(expected, {"x": x, "y": y})
    assert not found.atoms(sympy.Piecewise, sympy.Abs, sympy.Heaviside, sympy.cot, sympy.atan2)


SINC = [0.0, 1e-9, 0.4, -1.9, 3.0, 4.1, 30.0]


def sinc(order, u):
    """Spherical Bessel function of an order over u**order, by the confluent limit function."""
    factor = mpmath.fac2(2 * order + 1)
    return mpmath.hyp0f1(order + mpmath.mpf(3) / 2, -(mpmath.mpf(u) ** 2) / 4) / factor


@pytest.mark.parametrize("order", range(4))
def test_functions_with_an_order_agree_with_mpmath(order):
    psi, j = BY_NAME["polygamma"], BY_NAME["sinc"]
    points = np.array([1e-3, 0.3, 1.0, 2.5, 7.9, 8.1, 50.0, 1e6])
    expected = [float(mpmath.psi(order, mpmath.mpf(u))) for u in points]
    np.testing.assert_allclose(psi.numpy(order, points), expected, rtol=3e-15)
    expected = [float(sinc(order, u)) for u in SINC]
    np.testing.assert_allclose(j.numpy(order, np.array(SINC)), expected, rtol=1e-13, atol=1e-17)
    bessel, sizes = BY_NAME["besselj"], np.array([0.0, 1e-7, 0.9, -2.5, 7.0, -49.0, 51.0, 1e4])
    expected = [float(mpmath.besselj(order, mpmath.mpf(u))) for u in sizes]
    np.testing.assert_allclose(bessel.numpy(order, sizes), expected, rtol=1e-12, atol=2e-15)
    assert np.isnan(psi.numpy(order, np.array([-0.5, np.nan]))).all()
    assert np.isnan(j.numpy(order, np.array([np.nan]))).all()


def test_slopes_of_functions_with_an_order_are_those_of_mpmath():
    with mpmath.workdps(40):
        for text, function in (
            ("digamma(x)", lambda u: mpmath.psi(0, u)),
            ("trigamma(x)", lambda u: mpmath.psi(1, u)),
            ("polygamma(2, x)", lambda u: mpmath.psi(2, u)),
            ("sinc(x)", lambda u: sinc(0, u)),
            ("j0(x)", lambda u: mpmath.besselj(0, u)),
            ("besselj(3, x)", lambda u: mpmath.besselj(3, u)),
            ("beta(x, 2)", lambda u: mpmath.beta(u, 2)),
        ):
            expr = read(text).expr
            for u in (0.3, 1.7, 6.0):
                assert _at(expr, (u,)) == pytest.approx(float(function(mpmath.mpf(u))), rel=1e-12)
                first = derivatives(expr, [X])[0]
                for order, slope in ((1, first), (2, derivatives(own(first), [X])[0])):
                    expected = float(mpmath.diff(function, mpmath.mpf(u), order))
                    assert _at(own(slope), (u,)) == pytest.approx(expected, rel=1e-12)


def test_names_of_functions_that_are_also_those_of_variables():
    assert [v.name for v in read("gamma*x + beta").variables] == ["beta", "gamma", "x"]
    assert not read("gamma(x) + beta(x, y)").expr.has(sympy.Symbol("gamma", real=True))
    for text in ("gamma + gamma(x)", "gamma(x) + gamma"):
        with pytest.raises(ExpressionError, match="here"):
            read(text)
    for text in ("polygamma(x, 2)", "polygamma(-1, x)", "polygamma(0.5, x)", "polygamma(99, x)"):
        with pytest.raises(ExpressionError, match="whole number from 0 to 20"):
            read(text)


SHORT = {
    "short_sinc": (lambda u: sinc(0, u), SINC),
    "j0": (mpmath.j0, ANYWHERE),
    "j1": (mpmath.j1, ANYWHERE),
    "digamma": (mpmath.digamma, ABOVE_ZERO),
    "trigamma": (lambda u: mpmath.psi(1, u), ABOVE_ZERO),
    "beta": (mpmath.beta, [(0.3, 2.2), (5.0, 7.0)]),
    "relu": (lambda u: max(u, 0), ANYWHERE),
    "clip": (lambda u, lo, hi: min(max(u, lo), hi), [(2, -1, 1), (-3, -1, 1), (0.3, -1, 1)]),
    "ceil": (mpmath.ceil, [*ANYWHERE, 2.0]),
    **{name: (getattr(mpmath, name), ANYWHERE) for name in "sec csc cot sech csch coth".split()},  # noqa: SIM905
}


@pytest.mark.parametrize("row", SHORTHANDS, ids=lambda row: row.name)
def test_shorthands_agree_with_mpmath(row):
    function, points = SHORT[row.name]
    for spelling, point in itertools.product(row.spellings, map(_tuple, points)):
        text = f"{spelling}({', '.join('xyz'[: len(point)])})"
        found = value(read(text).expr, dict(zip("xyz", point, strict=False)))
        assert found == pytest.approx(float(function(*map(mpmath.mpf, point))), rel=1e-14)
    if row.name == "short_sinc":
        return
    meant = read(re.sub(r"\bhi\b", "z", re.sub(r"\blo\b", "y", row.meaning)))
    assert meant.expr == read(f"{row.spellings[0]}({', '.join('xyz'[: row.arity])})").expr


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("sec(2*x)", "cos(2*x) != 0"),
        ("coth(x - 1)", "tanh(x - 1) != 0"),
        ("mod(x, y - 1)", "y - 1 != 0"),
        ("beta(x, 1)", "x > 0"),
    ],
)
def test_shorthands_say_where_they_are_defined(text, needs):
    condition = read(text).domain[0]
    assert (condition.text, condition.needs) == (text, needs)


def test_tails_of_the_logistic_function_keep_their_slopes():
    expr = read("sigmoid(x)").expr
    for u in (-700.0, -40.0, 40.0, 700.0):
        slope = _at(derivatives(expr, [X])[0], (u,))
        assert slope == pytest.approx(math.exp(-abs(u)), rel=1e-15)


def test_own_max_of_many():
    symbols = sympy.symbols("x0:9", real=True)
    at = dict(zip(map(str, symbols), (3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0, 5.0), strict=True))
    assert value(own(sympy.Max(*symbols)), at) == 9
    assert value(own(sympy.Min(*symbols)), at) == 1


@pytest.mark.parametrize(
    "bad",
    [
        sympy.I * X,
        sympy.zoo,
        sympy.nan,
        X + sympy.oo,
        sympy.Derivative(sympy.Function("f")(X), X),
        sympy.DiracDelta(X),
        sympy.gamma(X),
        sympy.Piecewise((X, X > 0)),
        X * sympy.Integer(10) ** 400,
        sympy.EulerGamma * X,
    ],
)
def test_own_refuses_the_rest(bad):
    with pytest.raises(ExpressionError):
        own(bad)


def test_own_keeps_what_it_need_not_change():
    expr = sympy.sin(X) * sympy.exp(-(X**2)) / (1 + Y)
    assert own(expr) is expr


@pytest.mark.parametrize(
    ("expr", "latex"),
    [
        (cl.Absolute(X), r"\left|{x}\right|"),
        (cl.Maximum(X, Y), r"\max\left(x, y\right)"),
        (cl.Cbrt(X), r"\sqrt[3]{x}"),
        (cl.Sign(X) ** 3, r"\left(\operatorname{sign}\left(x\right)\right)^{3}"),
        (
            cl.Where(cl.BothHold(cl.Less(0, X), cl.LessEqual(X, 1)), X, Y),
            r"\begin{cases} x & \text{for}\: x > 0 \wedge x \leq 1 \\ y & \text{otherwise}"
            r" \end{cases}",
        ),
        (cl.Fails(cl.Equal(X, Y)), r"\neg \left(x = y\right)"),
    ],
)
def test_latex(expr, latex):
    assert sympy.latex(expr) == latex


def test_numbers_can_be_put_in():
    assert cl.Maximum(X, Y).subs({X: 2, Y: sympy.Rational(1, 3)}).evalf() == sympy.Float(2.0)
    assert cl.Hypot(X, 3).subs(X, 4).evalf() == sympy.Float(5.0)
    assert cl.Absolute(sympy.Float(-0.5)) != sympy.Float(0.5)  # not by itself


def test_names_for_generated_source():
    assert fn.kernel_name(sympy.asin) == "asin"
    assert fn.kernel_name(cl.UnitStep) == "heaviside"
    assert fn.kernel_names() == set(fn.numpy_functions()) >= {"where", "less", "power"}
