"""Rewritten sums against the sums as they were: same function, fewer operations, no more error."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import example, given
from hypothesis import strategies as st

from symgd.expression.printing import SourcePrinter, share
from symgd.expression.sums import rewritten
from symgd.problem import Problem

X, Y, Z = sympy.symbols("x y z", real=True)
NUMBERS = [*map(sympy.Integer, (-4, -2, -1, 1, 3, 200)), sympy.Rational(-5, 2), sympy.Float(0.1)]
MONOMIALS = st.tuples(*[st.integers(0, 3)] * 3).map(lambda n: X ** n[0] * Y ** n[1] * Z ** n[2])
TERMS = st.tuples(st.sampled_from(NUMBERS), MONOMIALS).map(lambda t: t[0] * t[1])
POLYNOMIALS = st.lists(TERMS, min_size=2, max_size=6).map(lambda t: sympy.Add(*t))
FUNCTIONS = st.sampled_from([sympy.sin, sympy.exp, sympy.cos])


def _combined(parts):
    pairs = st.tuples(st.sampled_from(NUMBERS), parts, parts)
    return st.one_of(
        pairs.map(lambda t: t[0] * t[1] * t[2]),
        pairs.map(lambda t: t[0] * t[1] ** 2 + t[2]),
        st.tuples(FUNCTIONS, parts, parts).map(lambda t: t[0](t[1]) * t[2]),
    )


EXPRESSIONS = st.recursive(POLYNOMIALS, _combined, max_leaves=4)
POINTS = st.tuples(*[st.fractions(-2, 2, max_denominator=16)] * 3)


def python(exprs, plain=False):
    """Give the source of expressions as lines; the last is a list."""
    names = {s: sympy.Symbol(f"v_{s}", real=True) for e in exprs for s in e.free_symbols}
    renamed = [e.xreplace(names) for e in exprs]
    if plain:
        return [f"[{', '.join(str(e) for e in renamed)}]"]
    assignments, outputs = share(renamed)
    show = SourcePrinter().doprint
    lines = [f"{name} = {show(e)}" for name, e in assignments]
    return [*lines, f"[{', '.join(show(e) for e in outputs)}]"]


def run(lines, at, **functions):
    space = {**functions, **{f"v_{s}": value for s, value in at.items()}}
    exec("\n".join(lines[:-1]), space)  # noqa: S102 - source that is under test
    return eval(lines[-1], space)  # noqa: S307 - source that is under test


def operations(exprs):
    """Count operations of the source; a sum takes one of its products into itself."""
    count = 0
    for node in ast.walk(ast.parse("\n".join(python(exprs)))):
        if isinstance(node, ast.BinOp):
            parts = [p.op for p in (node.left, node.right) if isinstance(p, ast.BinOp)]
            added = isinstance(node.op, ast.Add | ast.Sub)
            count += 1 - (added and any(isinstance(op, ast.Mult) for op in parts))
    return count


@example([-4 * (-2 * Z - 4) ** 2 - 3.9], (0, 0, sympy.Rational(1, 3)))
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), POINTS)
def test_the_function_stays_the_same(exprs, point):
    at = dict(zip((X, Y, Z), map(sympy.Rational, point), strict=True))
    for before, after in zip(exprs, rewritten(exprs), strict=True):
        exact = {n: sympy.Rational(n) for e in (before, after) for n in e.atoms(sympy.Float)}
        difference = before.xreplace(exact).xreplace(at) - after.xreplace(exact).xreplace(at)
        assert abs(difference.evalf(30, chop=True)) <= 1e-20 * (1 + abs(before.evalf(20, subs=at)))


@pytest.mark.parametrize(
    ("exprs", "expected"),
    [
        ([3 * X**2 - 12 * X + 11], "[11.0 + v_x*(-12.0 + 3.0*v_x)]"),
        ([X**6 + X**3 + 2 * X**3 * Y], None),
        ([200 * Y - 200 * X**2], "[200.0*(v_y - (v_x*v_x))]"),
        ([2 * X - 2], "[-2.0 + 2.0*v_x]"),
        ([1 - X, 3 * X - 3], None),
        ([2 * X - 3, 9 - 6 * X], "[t0, -3.0*t0]"),
        ([X - Y], "[v_x - v_y]"),
        ([sympy.sqrt(X**2 / 2 + Y**2 / 2)], "[sqrt(0.5*(v_x*v_x + v_y*v_y))]"),
        ([2 * sympy.pi * X + sympy.pi * Y + sympy.pi], None),
        ([20 + sympy.E + X], "[v_x + 22.718281828459045]"),
        ([2 * sympy.sin(X) - 2 * Y], "[-2.0*v_y + 2.0*sin(v_x)]"),
    ],
)
def test_known_forms(exprs, expected):
    lines = python(exprs)
    if expected is not None:
        assert lines[-1] == expected
    plain = python(exprs, plain=True)
    at = {X: 1.25, Y: -0.75, Z: 0.5}
    known = {"sqrt": np.sqrt, "sin": np.sin, "pi": np.pi, "E": np.e}
    assert run(lines, at, **known) == pytest.approx(run(plain, at, **known), rel=1e-14)


@pytest.mark.parametrize(
    ("formula", "gradient", "with_value"),
    [  # counted by hand for the form in brackets
        ("x**3 - 6*x**2 + 11*x - 6", 2, 5),  # (3x - 12)x + 11
        ("(1 - x)**2 + 100*(y - x**2)**2", 5, 9),  # r = y - xx; 2x - 2 - 400(xr), 200r
        ("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", 10, 12),  # 2s + 4(xr), 2r + 4(ys)
        ("x**4 - 16*x**2 + 5*x", 4, 7),  # x(4xx - 32) + 5
        ("2*x**2 - 1.05*x**4 + x**6/6 + x*y + y**2", 6, 12),  # x(4 + xx(xx - 4.2)) + y, x + 2y
    ],
)
def test_operations_of_textbook_functions(formula, gradient, with_value):
    problem = Problem(formula)
    assert operations(problem.gradient) <= gradient
    assert operations([problem.expr, *problem.gradient]) <= with_value


def test_a_sum_is_found_within_another():
    part = X * Y + Y - 3
    whole, square = rewritten([Z**2 + 2 * X * Y + 2 * Y - 6, part**2])
    assert sympy.Mul(2, square.base, evaluate=False) in whole.args


def _size(expr, at):
    """Give the size of an expression in which nothing cancels."""
    if expr.is_Add:
        return sum(_size(a, at) for a in expr.args)
    if expr.is_Mul:
        return mpmath.fprod(_size(a, at) for a in expr.args)
    if expr.is_Pow:
        return _size(expr.base, at) ** int(expr.exp)
    return abs(at[expr]) if expr.is_Symbol else abs(mpmath.mpf(float(expr)))


def _worst_errors(expr, points):
    """Give the worst errors of Python's evaluation and of the source, in units of the size."""
    exact = sympy.lambdify((X, Y), expr, "mpmath")
    worst = np.zeros(2)
    for x, y in points:
        at = {X: x, Y: y}
        with mpmath.workdps(60):
            where = {s: mpmath.mpf(v) for s, v in at.items()}
            value, size = exact(*where.values()), _size(expr, where)
            got = [run(python([expr], plain), at)[0] for plain in (True, False)]
            errors = [abs(mpmath.mpf(g) - value) / size * 2**52 for g in got]
        worst = np.maximum(worst, [float(e) for e in errors])
    return worst


CANCELLING = [
    (X - 1) * (X**2 - 3 * X * Y + 2 * X - 7),
    3 * X**2 - 12 * X + 11,
    X**3 - 6 * X**2 + 11 * X - 6,
    X**5 - 3 * X**4 * Y + 2 * X**2 - 7 * X + 1,
    -200 * X * (2 * Y - 2 * X**2) + 2 * X - 2,
    2 * X * (2 * X**2 + 2 * Y - 22) + 2 * X + 2 * Y**2 - 14,
    (X**2 + 2 * X * Y - 3 * X) ** 2 - 4 * X**2 * Y**2,
]


@pytest.mark.parametrize("expr", CANCELLING)
def test_the_error_grows_neither_anywhere_nor_near_roots(expr):
    rng = np.random.default_rng(3)
    ys = rng.uniform(-3, 3, 60)
    points = [(x, y) for x, y in zip(rng.uniform(-3, 3, 60), ys, strict=True)]
    for y in ys[:12]:
        roots = sympy.Poly(expr.subs(Y, sympy.Rational(y)), X).nroots(20, 200)
        real = [float(r) for r in roots if r.is_real]
        points += [(r * (1 + h), y) for r in real if r for h in (0, 1e-15, -1e-12, 1e-9)]
    before, after = _worst_errors(expr, points)
    assert after <= 2 * before


def test_factored_gradients_are_not_multiplied_out():
    gradient = (X - 1) * (X - 2) ** 3 * (X + Y)
    (value,) = run(python([gradient]), {X: 1 + 2.0**-40, Y: 3.0})
    exact = 2.0**-40 * mpmath.mpf(2.0**-40 - 1) ** 3 * (4 + mpmath.mpf(2.0**-40))
    assert value == pytest.approx(float(exact), rel=1e-15)


@pytest.mark.parametrize(
    ("expr", "x", "y"),
    [
        (3 * X**2 - 12 * X + 11, 1e150, 0.0),
        (-200 * X * (2 * Y - 2 * X**2) + 2 * X, 1e100, 1e150),
        (1e-200 * X + 1e200 * Y + 1e-200, 1e150, 1e100),
        (sympy.Float(1e200) * X * (sympy.Float(1e200) * Y + sympy.Float(1e200)), 1e-150, 1e-150),
        (sympy.Float(1e-200) * X * (sympy.Float(1e-200) * Y + sympy.Float(2e-200)), 1e150, 1e150),
        ((1000 * X - 1000) ** 100, 1 + 1e-4, 0.0),
        (X**4 * Y**2 + X**3, 1e-150, 1e150),
        (sympy.Rational(1, 3**60) * X + sympy.Rational(1, 5**40) * Y, 1e290, 1e290),
    ],
)
def test_what_was_finite_stays_finite(expr, x, y):
    (value,) = run(python([expr]), {X: x, Y: y})
    with mpmath.workdps(60):
        exact = sympy.lambdify((X, Y), expr, "mpmath")(mpmath.mpf(x), mpmath.mpf(y))
    assert value == pytest.approx(float(exact), rel=1e-13)


def test_equal_terms_meet_after_their_contents_are_out():
    first, second = rewritten([X * (2 * Y + 2) + X * (Y + 1), X * (2 * Y + 2) - 2 * X * (Y + 1)])
    assert first.xreplace({X: 5, Y: 3}) == 5 * 8 + 5 * 4
    assert second == 0


def test_deep_and_long_formulas_are_read():
    nested = " + ".join(f"{n + 2}*x**{n}" for n in range(40))
    for _ in range(55):
        nested = f"sin({nested} + x)"
    assert Problem(nested).grad(0.3) == pytest.approx(_slope(nested, 0.3), rel=1e-4)


def _slope(formula, x, h=1e-7):
    ahead, behind = (eval(formula, {"sin": np.sin, "x": x + d}) for d in (h, -h))  # noqa: S307
    return (ahead - behind) / (2 * h)


def test_a_long_chain_takes_few_operations_a_variable():
    chain = " + ".join(f"100*(x{i + 1} - x{i}**2)**2 + (1 - x{i})**2" for i in range(50))
    assert operations(Problem(chain).gradient) <= 51 * 7


def test_the_source_does_not_depend_on_the_order_of_sets():
    code = (
        "import sympy; from symgd.expression.sums import rewritten as r;"
        "x, y, z = sympy.symbols('x y z', real=True);"
        "print(r([x*y*z - 3*x**2*z + y**2*x + 2*z, (y - x*z)**2 + sympy.sin(2*y - 2*x*z)]))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
