"""The symbolic objects: derivatives against mpmath and differences, shapes, SciPy, parameters."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from problems import CLASSICS, ROSENBROCK
from scipy import optimize
from values import exact

import symgd
from symgd import ConfigurationError, ExpressionError, Problem

SMOOTH = [
    ("sin(x)*exp(-x**2/20)", (1.3,)),
    ("x**7/(1 + x**2) + 3/x**3", (-0.8,)),
    ("tanh(x*y) + atan2(y, x) - hypot(x, y)", (0.7, -1.1)),
    ("log(1 + x**2 + y**4) + erf(x - y) + sqrt(3 + x)", (0.4, 0.9)),
    ("a*x**2 + b*x*y + exp(a*y)/(1 + c**2) + z**5*x", (0.3, -0.6, 1.2)),
    ("x**y + y**2.5 + log10(x) + cbrt(y)", (1.7, 2.3)),
    *((known.expr, known.start) for known in CLASSICS if len(known.start) < 4),
]
PARAMS = {"a": 1.5, "b": -0.75, "c": 2.0}


def problem(expr):
    return Problem(expr, params=PARAMS if "a*x" in expr else None)


def slope(p, at, orders):
    """Differentiate the text with 40 digits."""
    names = p.names

    def f(*point):
        return exact(p.text, {**dict(zip(names, point, strict=True)), **p.params})

    with mpmath.workdps(40):
        return float(mpmath.diff(f, tuple(map(mpmath.mpf, at)), orders))


@pytest.mark.parametrize(("expr", "at"), SMOOTH, ids=lambda value: str(value)[:30])
def test_values_and_derivatives_against_mpmath(expr, at):
    p = problem(expr)
    n = len(at)
    point = at[0] if n == 1 else at
    assert p.fun(point) == pytest.approx(
        float(exact(expr, {**dict(zip(p.names, at, strict=True)), **p.params})), rel=1e-13
    )
    unit = np.eye(n, dtype=int)
    gradient = [slope(p, at, tuple(row)) for row in unit]
    scale = max(map(abs, gradient))
    assert np.ravel(p.grad(point)) == pytest.approx(gradient, rel=1e-12, abs=1e-12 * scale)
    hessian = [[slope(p, at, tuple(unit[i] + unit[j])) for j in range(n)] for i in range(n)]
    scale = np.abs(hessian).max()
    assert np.reshape(p.hess(point), (n, n)) == pytest.approx(
        np.array(hessian), rel=1e-11, abs=1e-12 * scale
    )


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=2))
def test_derivatives_against_finite_differences(at):
    p = Problem("sin(x*y) + x**4 - 3*x*y**3 + exp(x/2)*cos(y)")
    at, h = np.array(at), 1e-5
    numeric = [(p.fun(at + h * e) - p.fun(at - h * e)) / (2 * h) for e in np.eye(2)]
    assert p.grad(at) == pytest.approx(numeric, abs=1e-7)
    numeric = [(p.grad(at + h * e) - p.grad(at - h * e)) / (2 * h) for e in np.eye(2)]
    assert p.hess(at) == pytest.approx(np.array(numeric), abs=1e-6)


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3), (0,), (2, 0, 3)])
def test_shapes_of_one_variable(shape):
    p = Problem("x**3")
    x = np.full(shape, 2.0)
    for call, value in ((p.fun, 8.0), (p.grad, 12.0), (p.hess, 12.0)):
        got = call(x)
        assert np.shape(got) == shape
        assert (np.asarray(got) == value).all()
        assert shape or isinstance(got, float)


@pytest.mark.parametrize("shape", [(1,), (4,), (2, 3), (0,)])
def test_points_of_one_variable_have_the_shapes_of_several(shape):
    p, x = Problem("x**3"), np.full((*shape, 1), 2.0)
    assert p.fun(x).shape == shape
    assert p.grad(x).shape == x.shape
    assert p.hess(x).shape == (*shape, 1, 1)
    assert (p.fun(x) == 8.0).all()
    assert (p.grad(x) == 12.0).all()
    assert (p.hess(x) == 12.0).all()


def test_the_runs_of_a_result_are_points():
    for expr in ("(x - 1)**4", "(x - 1)**4 + y**2"):
        result = symgd.minimize(expr, starts=7)
        assert (result.problem.fun(result.runs.x) == result.runs.fun).all()


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (0,)])
def test_shapes_of_several_variables(shape):
    p = Problem("x**2*y")
    x = np.broadcast_to([2.0, 3.0], (*shape, 2))
    fun, grad, hess = p.fun(x), p.grad(x), p.hess(x)
    assert np.shape(fun) == shape
    assert grad.shape == (*shape, 2)
    assert hess.shape == (*shape, 2, 2)
    assert (np.asarray(fun) == 12.0).all()
    assert (grad == [12.0, 4.0]).all()
    assert (hess == [[6.0, 4.0], [4.0, 0.0]]).all()


@pytest.mark.parametrize("x", [1.0, [1.0], [1.0, 2.0, 3.0], [[1.0], [2.0]]])
def test_points_of_a_wrong_shape_are_refused(x):
    with pytest.raises(ConfigurationError, match=r"shape \(\.\.\., 2\)"):
        Problem("x*y").fun(x)


def test_constant_derivatives_have_the_shape_of_the_points():
    p = Problem("3*x + y")
    assert p.grad(np.zeros((4, 2))).tolist() == [[3.0, 1.0]] * 4
    assert p.hess(np.zeros((4, 2))).shape == (4, 2, 2)


def test_nan_outside_the_domain():
    assert np.isnan(Problem("log(x)").fun([-1.0, 1.0])).tolist() == [True, False]


def test_as_scipy_solves_rosenbrock():
    p = Problem(ROSENBROCK)
    for method in ("BFGS", "trust-exact", "Newton-CG"):
        parts = p.as_scipy()
        if method == "BFGS":
            del parts["hess"]
        theirs = optimize.minimize(**parts, x0=[-1.2, 1.0], method=method)
        assert theirs.x == pytest.approx([1.0, 1.0], abs=1e-4)
    parts = p.as_scipy()
    assert optimize.check_grad(parts["fun"], parts["jac"], [-1.2, 1.0]) < 1e-4
    assert isinstance(parts["fun"](np.array([1.0, 1.0])), float)


def test_as_scipy_takes_one_variable():
    parts = Problem("(x - 2)**2").as_scipy()
    assert optimize.minimize(**parts, x0=[5.0], method="trust-exact").x == pytest.approx([2.0])


def test_variables_are_in_natural_order():
    assert Problem("x10 + x2*x1").names == ("x1", "x2", "x10")
    assert Problem("x10 + x2*x1", variables=["x2", "x10", "x1"]).names == ("x2", "x10", "x1")


def test_the_order_of_variables_is_the_order_of_points():
    p = Problem("x - 10*y", variables=["y", "x"])
    assert p.fun([1.0, 5.0]) == -5.0
    assert p.grad([1.0, 5.0]).tolist() == [-10.0, 1.0]


def test_symbolic_parts():
    p = Problem("a*x**2 + y**2", params={"a": 3})
    x, y, a = sympy.symbols("x y a", real=True)
    assert p.gradient == (2 * a * x, 2 * y)
    assert p.hessian == sympy.Matrix([[2 * a, 0], [0, 2]])
    assert p.expr == a * x**2 + y**2
    assert p.variables == (x, y)


def test_params_can_be_changed_and_not_spoilt():
    given = {"a": 3, "b": 1}
    p = Problem("a*x**2 + b", params=given)
    given["a"] = 99
    assert p.fun(2.0) == 13.0
    with pytest.raises(TypeError):
        p.params["a"] = 5
    other = p.with_params({"a": 5})
    assert (other.fun(2.0), p.fun(2.0)) == (21.0, 13.0)
    assert other.symbolic is p.symbolic
    with pytest.raises(ConfigurationError):
        p.with_params({"c": 1})


def test_the_order_of_params_does_not_matter():
    one = Problem("a*x**2 + b*x", params={"a": 3, "b": 1})
    two = Problem("a*x**2 + b*x", params={"b": 1, "a": 3})
    assert one.symbolic is two.symbolic
    assert one.fun(2.0) == two.fun(2.0) == 14.0


def test_latex_names_every_variable():
    assert Problem("x1**2/y")._repr_latex_() == (
        r"$\displaystyle f(x_{1}, y) = \frac{x_{1}^{2}}{y}$"
    )


def test_repr_shows_text_and_params():
    assert repr(Problem("a*x^2", params={"a": 2})) == "Problem('a*x^2', params={'a': 2.0})"


x, y, z = sympy.symbols("x y z")
SYMBOLIC = [
    (sympy.cos(2 * sympy.pi * x) + x**2, "cos(2*pi*x) + x**2"),
    (sympy.Rational(1, 3) * x**2 + sympy.E * y**2 + sympy.Abs(x - y), "x**2/3 + e*y**2 + abs(x-y)"),
    (sympy.Piecewise((x**2, x < 1), (2 * x - 1, True)), "where(x < 1, x**2, 2*x - 1)"),
    (sympy.Max(x, y, 0) + x**2 + y**2, "max(x, y, 0) + x**2 + y**2"),
    (sympy.sqrt(1 + x**2) + 0.1 * sympy.exp(-(y**2)), "sqrt(1 + x**2) + 0.1*exp(-y**2)"),
]


@pytest.mark.parametrize(("expr", "text"), SYMBOLIC)
def test_sympy_expressions_mean_what_their_text_means(expr, text):
    theirs, ours = Problem(expr), Problem(text)
    points = np.random.default_rng(2).uniform(-3, 3, size=(50, len(ours.names)))
    assert theirs.names == ours.names
    assert theirs.values(points) == pytest.approx(ours.values(points), rel=1e-14)
    assert theirs.gradients(points) == pytest.approx(ours.gradients(points), rel=1e-13)


def test_minimize_takes_strings_expressions_and_problems():
    wanted = symgd.minimize("(x - 1)**2 + x**4", x0=0.0)
    for form in ((x - 1) ** 2 + x**4, Problem("(x - 1)**2 + x**4")):
        result = symgd.minimize(form, x0=0.0)
        assert result.x == wanted.x
        assert result.nit == wanted.nit


def test_minimize_takes_new_params_for_a_problem():
    p = Problem("(x - a)**2", params={"a": 1})
    assert symgd.minimize(p, params={"a": 4}).x[0] == 4.0
    assert symgd.minimize(p).x[0] == 1.0


@pytest.mark.parametrize("expr", [x + sympy.I, sympy.oo * x, sympy.Matrix([x]), sympy.Integer(3)])
def test_sympy_objects_that_are_no_real_function(expr):
    with pytest.raises(ExpressionError):
        Problem(expr)


def test_a_hessian_that_is_too_large_is_made_by_differences(monkeypatch):
    monkeypatch.setattr("symgd.problem._LARGE_HESSIAN", 3)
    p = Problem("sin(x*y) + x**4 - 7*x*y**3 + exp(x/3)*cos(y)")
    assert p.symbolic.hess is None
    at = (0.7, -1.2)
    exact_hessian = [[slope(p, at, orders) for orders in row] for row in
                     [[(2, 0), (1, 1)], [(1, 1), (0, 2)]]]  # fmt: skip
    assert p.hess(at) == pytest.approx(np.array(exact_hessian), rel=1e-7)
