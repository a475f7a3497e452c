"""`Problem.numba`: f, its gradient and its Hessian in code that users compile themselves."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from symgd import Problem

FORMULAS = [
    "cos(2*pi*x) + x**2",
    "(1 - x)**2 + 100*(y - x**2)**2",
    "exp(-x**2) + log(1 + y**2)*tanh(x*y) - sqrt(x**2 + y**2)",
    "besselj(1, x) + polygamma(1, y**2 + 1) + gamma(1 + y**2)**0.3",
    "max(x, y) + where(x < y, x, y**3) + abs(x - y) + z*atan2(y, x)",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_values_are_those_of_the_problem_but_for_rounding(formula):
    p = Problem(formula)
    f = p.numba()
    for x in np.random.default_rng(3).uniform(-2, 2, (20, len(p.names))):
        sizes = 1.0 + np.abs(p.hess(x)).max()
        assert f.fun(x) == pytest.approx(p.fun(x[0] if len(x) == 1 else x), abs=1e-14 * sizes)
        assert f.grad(x) == pytest.approx(p.grad(x[None])[0], abs=1e-14 * sizes)
        assert f.hess(x) == pytest.approx(p.hess(x[None])[0], abs=1e-14 * sizes)


def test_a_loop_of_a_user_is_compiled_around_them():
    f = Problem("a*(x - 1)**2", params={"a": 3}).numba()

    @njit
    def descended(x, lr, steps):
        for _ in range(steps):
            x -= lr * f.grad(x)
        return x

    x = 4.0
    for _ in range(7):
        x -= 0.01 * 6 * (x - 1)
    assert descended(4.0, 0.01, 7) == pytest.approx(x, abs=1e-15)


def test_rows_of_a_table_are_points():
    f = Problem("x**2 + exp(y)").numba()

    @njit
    def values(points):
        return [f.fun(points[i]) for i in range(len(points))]

    points = np.random.default_rng(1).normal(size=(10, 2))
    expected = points[:, 0] ** 2 + np.exp(points[:, 1])
    assert values(points) == pytest.approx(expected, rel=1e-15)


def test_numbers_give_numbers_and_arrays_give_arrays():
    f = Problem("x**3").numba()
    for x in (2, 2.0, np.float32(2)):
        assert (f.fun(x), f.grad(x), f.hess(x)) == (8.0, 12.0, 12.0)
        assert isinstance(f.hess(x), float)
    for x in (np.array([2.0]), np.array([2])):
        assert f.fun(x) == 8.0
        assert f.grad(x).tolist() == [12.0]
        assert f.hess(x).tolist() == [[12.0]]


def test_a_slice_of_every_second_number_is_a_point():
    f = Problem("x - 10*y").numba()
    assert f.fun(np.arange(4.0)[::2]) == -20.0


def test_the_hessian_is_symmetric_with_every_entry_in_its_place():
    h = Problem("x*y + 2*x*z + 3*y*z + 2*z**2").numba().hess(np.zeros(3))
    assert h.tolist() == [[0, 1, 2], [1, 0, 3], [2, 3, 4]]


def test_fifty_variables_have_a_hessian_of_thousands_of_entries():
    p = Problem("+".join(f"x{i}**2*x{i + 1}" for i in range(49)))
    x = np.linspace(-1, 1, 50)
    f = p.numba()
    expected = np.diag(2 * np.append(x[1:], 0)) + np.diag(2 * x[:-1], 1) + np.diag(2 * x[:-1], -1)
    assert f.fun(x) == pytest.approx(np.sum(x[:-1] ** 2 * x[1:]), abs=1e-14)
    assert f.hess(x) == pytest.approx(expected, abs=1e-14)


def test_a_constant_derivative_is_a_number():
    f = Problem("2*x + 3*y").numba()
    assert f.grad(np.zeros(2)).tolist() == [2.0, 3.0]
    assert f.hess(np.zeros(2)).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_outside_the_domain_is_nan():
    assert np.isnan(Problem("log(x)").numba().fun(-1.0))


def test_parameters_are_those_of_the_problem():
    p = Problem("a*x", params={"a": 2})
    assert p.numba().fun(3.0) == 6.0
    assert p.with_params({"a": 5}).numba().fun(3.0) == 15.0


def test_the_same_functions_are_compiled_once():
    assert Problem("x**2 + 1").numba().fun is Problem("x**2 + 1").numba().fun


def test_a_point_of_another_size_is_refused():
    with pytest.raises(ValueError, match="takes an array of 2 numbers"):
        Problem("x*y").numba().fun(np.ones(3))


@pytest.mark.parametrize("x", [1.0, "a", np.ones((1, 2)), np.ones(2) * 1j], ids=str)
def test_what_is_no_point_is_refused(x):
    with pytest.raises(TypingError, match="takes an array of 2 numbers"):
        Problem("x*y").numba().fun(x)
