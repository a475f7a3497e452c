"""What steps must not cross."""

import time

import numpy as np
import pytest
import sympy

import symgd
from symgd import Problem
from symgd.expression.guards import zeros

SECONDS = 3.0  # of processor time; half a second on a quiet machine
X, Y = sympy.symbols("x y", real=True)


@pytest.mark.parametrize(
    "expr",
    [
        X, -X, 3 - 2 * X, X**2 - Y**2, X**3 - X, sympy.sqrt(X) * (X - 1), 1 - sympy.cos(X),
        1 + sympy.cos(3 * X), 1 - sympy.sin(X), 1 + sympy.sin(X), 2 - 2 * sympy.cos(X),
        sympy.log(X) - 1, sympy.log(X), X**2 - 2, X**4 - 5 * X**2 + 4,
        sympy.exp(X) * (X - 2), sympy.sinh(X - 1), 0.5 * X**2 - 0.125, (X - 1) ** 2 * (X + 2),
        X**2 - 2 * X + 1, sympy.atan(X) * X**2,
    ],
    ids=str,
)  # fmt: skip
def test_they_vanish_where_the_expression_does_and_change_their_signs(expr):
    """Between samples: where f touches or crosses zero, exactly one of the zeros changes sign."""
    found = list(zeros(expr))
    at = np.linspace(0.013, 6.02, 20_011)
    values = sympy.lambdify((X, Y), [expr, *found], "numpy")(at, 0.8)
    whole, *parts = (np.broadcast_to(v, at.shape) for v in values)
    crossed = np.sign(whole[:-1]) != np.sign(whole[1:])
    touched = np.zeros_like(crossed)
    size = np.abs(whole)
    touched[:-1] = (size[1:-1] < size[:-2]) & (size[1:-1] <= size[2:]) & (size[1:-1] < 1e-5)
    changes = sum((np.sign(p[:-1]) != np.sign(p[1:])).astype(int) for p in parts)
    places = np.flatnonzero(changes)
    assert len(places) >= crossed.sum()
    for place in np.flatnonzero(crossed | touched):
        assert np.abs(places - place).min() <= 2, at[place]
    for place in places:
        assert size[max(place - 2, 0) : place + 3].min() < 1e-3, at[place]


@pytest.mark.parametrize("expr", [X**2 + 1, sympy.exp(X), sympy.cosh(X), sympy.Integer(3)])
def test_what_never_vanishes_has_none(expr):
    assert list(zeros(expr)) == []


def numbers(expr, points, **params):
    problem = Problem(expr, params=params or None)
    found = problem.symbolic.guards.named(problem.run(problem.symbolic.watched, points))
    return {name: None if v is None else np.asarray(v) for name, v in found.items()}


def test_a_component_is_one_number():
    x = np.array([[-3.0], [-2.5], [-0.5], [0.3], [0.9], [1.5], [40.0]])
    found = numbers("1/(x**2 - 1) + log(abs(x) + 1)", x)["component"]
    assert len({found[0], found[1]}) == 1
    assert len(set(found[2:5])) == 1
    assert len(set(found[5:])) == 1
    assert len(set(found)) == 3


def test_poles_of_a_tangent_part_the_line():
    x = np.array([[-1.5], [1.5], [1.7], [4.6]])  # pi/2 is 1.5708, 3 pi/2 is 4.712
    found = numbers("tan(x) + x**2", x)["component"]
    assert found[0] == found[1] != found[2] == found[3]


def test_the_edge_itself_belongs_to_the_domain():
    x = np.array([[0.0], [1e-9], [2.0]])
    for expr in ("x**1.5 - x", "(-x)**1.5"):
        points = -x if "-x)" in expr else x
        assert len(set(numbers(expr, points)["component"])) == 1


@pytest.mark.parametrize(
    ("expr", "wall"),
    [
        ("sin(x)/x", False), ("(exp(x) - 1)/x", False), ("x**2/x", False), ("abs(x)/x", True),
        ("sin(x)/x**2", True), ("(1 - cos(x))/x**2", False), ("log(x**2)", True), ("1/x**2", True),
        ("sin(x*y)/(x*y)", False), ("x/y", True),
    ],
)  # fmt: skip
def test_a_pole_that_is_none_is_no_wall(expr, wall):
    assert (Problem(expr).symbolic.guards.component is not None) == wall


def test_inside_a_branch_nothing_is_a_wall():
    """There x = 3 is a pole of one branch only, which descent may leave."""
    guards = Problem("where(x > 1, 1/(x - 3) + y, x**2 + y**2)").symbolic.guards
    assert guards.component is None
    assert guards.piece is not None


def test_pieces_are_told_apart():
    x = np.array([[-1.0, 0.0], [2.0, 0.0], [2.0, 3.0], [-1.0, -3.0]])
    assert len(set(numbers("abs(x) + max(x, y)", x)["piece"])) == 4
    assert Problem("hypot(x, y)").symbolic.guards.piece is None


def test_a_formula_without_any_of_it_has_no_guards():
    assert Problem("x**2 + exp(y)/(1 + y**2)").symbolic.guards.there == []


def test_a_tangent_vanishes_where_a_sine_does():
    assert list(zeros(sympy.tan(2 * X))) == [sympy.sin(2 * X)]


def test_roots_that_are_no_fractions_are_split():
    found = list(zeros(X**3 - 3 * X + 1))
    places = sorted(float(sympy.solve(z, X)[0]) for z in found)
    assert places == pytest.approx(np.sort(np.roots([1, 0, -3, 1])), rel=1e-12)


@pytest.mark.parametrize(
    "expr",
    [
        "1/(x**997 - 2*y**991 + 3)", "log(x**500*y**499 - x**3 + 7*y - z**300)",
        "1/((1 + x)**60*(2 + y)**60 - 1)", "1/((x**2 + 1)**99 - (y**3 + 1)**88)",
        "+".join(f"log(x + {i}*y)" for i in range(300)), "log(2**x - x**y)", "1/(x**(-y) + 1)",
        "1/(sin(x)**200 - cos(x)**199 + x**77)", "sqrt(x**1.5 + y**0.3 - 1)",
    ],
    ids=lambda e: e[:30],
)  # fmt: skip
def test_large_degrees_and_many_zeros_cost_no_time(expr):
    """Factoring the first four takes minutes."""
    problem = Problem(expr)
    problem.symbolic.fun  # noqa: B018 - is made for other reasons, too
    started = time.process_time()
    assert problem.symbolic.guards.component is not None
    assert time.process_time() - started < SECONDS


def test_what_sympy_takes_for_no_polynomial_is_not_factored():
    r = symgd.minimize("abs(log(abs((-10*y + 3*z + 5)*exp(1 - 3*x/10) + 10)))", starts=8)
    assert len(r.runs) == 8
