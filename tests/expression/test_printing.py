"""Printed source against SymPy's own evaluation, with so many digits that equal means equal."""

from __future__ import annotations

import ast

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symgd.expression.printing import SourcePrinter, literal, operations, share
from symgd.problem import Problem

X, Y = sympy.symbols("x y", real=True)
DYADIC = [sympy.Integer(n) for n in (-3, -1, 2, 7)] + [
    sympy.Rational(n, d) for n, d in ((1, 2), (-3, 4), (5, 8))
]
FUNCTIONS = [sympy.sin, sympy.cos, sympy.tanh, sympy.atan, sympy.asinh, sympy.exp]
EXPONENTS = [-7, -2, -1, 2, 3, 6, 13, sympy.Rational(1, 2), sympy.Rational(-3, 2), DYADIC[-1]]


def _powers(base):
    return st.sampled_from(EXPONENTS).map(lambda e: (1 + (X + base) ** 2) ** e)


def _combined(parts):
    return st.one_of(
        st.lists(parts, min_size=2, max_size=4).map(lambda a: sympy.Add(*a)),
        st.lists(parts, min_size=2, max_size=4).map(lambda a: sympy.Mul(*a)),
        st.tuples(st.sampled_from(FUNCTIONS), parts).map(lambda fa: fa[0](X + fa[1] / 4)),
        parts.flatmap(_powers),
    )


EXPRESSIONS = st.recursive(st.sampled_from([X, Y, *DYADIC]), _combined, max_leaves=12)
MPMATH = {name: getattr(mpmath, name) for name in ("sin", "cos", "tanh", "atan", "asinh", "exp")}
MPMATH |= {"sqrt": mpmath.sqrt, "power": mpmath.power}


def source(exprs):
    """Give the printed assignments and outputs."""
    assignments, outputs = share(exprs)
    show = SourcePrinter().doprint
    return [f"{name} = {show(e)}" for name, e in assignments], [show(e) for e in outputs]


def run(exprs, at, names):
    lines, outputs = source(exprs)
    space = {**names, **at}
    exec("\n".join(lines), space)  # noqa: S102 - source that is under test
    return [eval(text, space) for text in outputs]  # noqa: S307 - source that is under test


@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), st.floats(-2, 2), st.floats(-2, 2))
def test_source_means_the_expression(exprs, x, y):
    with mpmath.workdps(250):  # all numbers in these expressions are doubles
        got = run(exprs, {"x": mpmath.mpf(x), "y": mpmath.mpf(y)}, MPMATH)
    for expr, value in zip(exprs, got, strict=True):
        there = {X: sympy.Float(x, 250), Y: sympy.Float(y, 250)}
        with mpmath.workdps(50):
            expected = mpmath.mpf(expr.subs(there).evalf(40))
            assert abs(value - expected) <= mpmath.mpf(10) ** -30 * (1 + abs(expected))


@given(EXPRESSIONS)
def test_every_number_is_a_float_and_every_name_is_ours(expr):
    lines, outputs = source([expr])
    tree = ast.parse("\n".join([*lines, *outputs]))
    constants = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    assert all(isinstance(c, float) for c in constants)
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    assert all(n in {"x", "y", *MPMATH} or n[0] == "t" for n in names)
    assert not any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow) for n in ast.walk(tree))


@given(st.lists(EXPRESSIONS, min_size=1, max_size=3))
def test_no_function_is_called_twice_with_the_same_argument(exprs):
    lines, outputs = source(exprs)
    tree = ast.parse("\n".join([*lines, *outputs]))
    calls = [ast.dump(n) for n in ast.walk(tree) if isinstance(n, ast.Call)]
    assert len(calls) == len(set(calls))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_literals_keep_every_bit(value):
    assert eval(literal(value)) == value  # noqa: S307 - a number
    assert 2.0 - eval(literal(value)) == 2.0 - value  # noqa: S307 - a number


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (X**2, "x*x"),
        (X**3, "x*x*x"),
        (1 / X, "1.0/x"),
        (X**-2, "1.0/(x*x)"),
        (sympy.sqrt(X), "sqrt(x)"),
        (X ** sympy.Rational(-1, 2), "1.0/(sqrt(x))"),
        (X / 3, "0.3333333333333333*x"),
        (2 * X - 5, "-5.0 + 2.0*x"),
        (-X, "-x"),
        (X - Y, "x - y"),
        (X / Y, "x/y"),
        (sympy.pi * X, "3.141592653589793*x"),
        (sympy.exp(1) * X, "2.718281828459045*x"),
        (sympy.exp(X), "exp(x)"),
        (sympy.Integer(2) ** 70 * X, "1.1805916207174113e+21*x"),
        (X ** sympy.Rational(1, 3), "power(x, 0.3333333333333333)"),
        (X**Y, "power(x, y)"),
    ],
)
def test_spelling(expr, text):
    lines, outputs = source([expr])
    assert lines == []
    assert outputs == [text]


@pytest.mark.parametrize("power", [4, 5, 7, 8, 15, 16, 100, 999, 1000, -5, -16])
def test_whole_powers_are_products(power):
    lines, outputs = source([X**power])
    text = "\n".join([*lines, *outputs])
    assert "power" not in text
    assert text.count("*") <= 2 * np.log2(abs(power))
    (value,) = run([X**power], {"x": mpmath.mpf("1.01")}, MPMATH)
    assert value == pytest.approx(mpmath.mpf("1.01") ** power)


def test_half_powers_are_roots():
    lines, outputs = source([X ** sympy.Rational(5, 2)])
    text = "\n".join([*lines, *outputs])
    assert "sqrt(x)" in text
    assert "power" not in text


@pytest.mark.parametrize(
    ("exprs", "count"),
    [
        ([X], 0),
        ([sympy.Integer(3)], 0),
        ([X + Y], 1),
        ([X + Y + 1], 2),
        ([X**2 + Y**2], 3),
        ([X**8], 3),
        ([X**7], 4),
        ([sympy.sin(X * Y)], 2),
        ([sympy.sin(X) ** 2, sympy.sin(X)], 2),
        ([sympy.exp(X + Y), sympy.cos(X + Y)], 3),
        ([3 * X], 1),
    ],
)
def test_operations_are_counted_once(exprs, count):
    assert operations(exprs) == count


def test_shared_parts_are_named_in_order_and_used():
    shared = sympy.sin(X * Y) ** 2
    assignments, outputs = share([shared + X, shared * Y, sympy.exp(shared)])
    known = {X, Y}
    for name, expr in assignments:
        assert expr.free_symbols <= known
        known.add(name)
    assert all(e.free_symbols <= known for e in outputs)
    assert {name for name, _ in assignments} <= set().union(*(e.free_symbols for e in outputs)) | {
        s for _, e in assignments for s in e.free_symbols
    }


def test_share_does_not_expand():
    (value,) = run([(X - 1) ** 10], {"x": 1.01}, {})
    assert value == pytest.approx(0.01**10, rel=1e-12)  # expanded, six digits would be lost


def test_nothing_unknown_is_printed():
    with pytest.raises(TypeError, match="no source"):
        SourcePrinter().doprint(sympy.Integral(X, X))


def test_values_of_a_problem_are_those_of_the_source_in_double_precision():
    p = Problem("x**5/(1 + y**2) - 3*sqrt(2 + x)*y + x**-3")
    point = np.array([1.3, -0.4])
    (value,) = run([p.expr], dict(zip("xy", point, strict=True)), {"sqrt": np.sqrt})
    assert p.fun(point) == pytest.approx(value, rel=1e-15)
