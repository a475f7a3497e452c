"""Roots of what is constant on a piece: there they have slope 0, and beside it that of the rule."""

import numpy as np
import pytest

import symgd

STEEP = (  # constant for x <= 0, with an infinite slope beside it
    *("sqrt(max(x, 0))", "cbrt(max(x, 0))", "max(x, 0)**0.7", "sqrt(where(x > 0, x, 0))"),
    *("acos(min(1 - x, 1))", "asin(max(x - 1, -1))"),
)


@pytest.mark.parametrize("root", STEEP)
def test_minima_on_the_constant_piece_are_found(root):
    result = symgd.minimize(f"{root} + (x + 2)**2", starts=16)
    np.testing.assert_allclose(result.runs.x, -2, atol=1e-7)
    assert result.counts == {symgd.Status.CONVERGED: 16}


@pytest.mark.parametrize("root", STEEP)
def test_slopes_are_0_on_the_constant_piece_and_those_of_f_beside_it(root):
    problem = symgd.Problem(root)
    np.testing.assert_array_equal(problem.grad(np.array([-3.0, -1e-9])), 0)
    step = 1e-6
    ahead, behind = problem.fun(np.array([0.4 + step, 0.4 - step]))
    assert problem.grad(0.4) == pytest.approx((ahead - behind) / (2 * step), rel=1e-6)


def test_second_derivatives_are_0_there_too():
    assert symgd.Problem("sqrt(max(x, 0)) + x**2").hess(-1.0) == 2.0


def test_a_factor_that_varies_has_its_slope():
    problem = symgd.Problem("sqrt(max(x, 0))*y + sqrt(x*max(y, 0))")
    np.testing.assert_array_equal(problem.grad([-1.0, -2.0]), [0, 0])
    np.testing.assert_allclose(problem.grad([4.0, 1.0]), [1 / 4 + 1 / 4, 2 + 1])
