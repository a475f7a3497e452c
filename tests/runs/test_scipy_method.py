"""`scipy_method`: SciPy's protocol for methods, with runs and verdicts of symgd."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, minimize, rosen

import symgd
from symgd import ConfigurationError, Problem, Status, scipy_method

VALLEY = Problem("(1 - x)**2 + 100*(y - x**2)**2")


class Named:
    """A function of a user who says which formula it is."""

    problem = VALLEY

    def __call__(self, x):
        return rosen(x)


@pytest.mark.parametrize(
    "fun", [VALLEY, VALLEY.fun, VALLEY.as_scipy()["fun"], Named()], ids=lambda f: type(f).__name__
)
def test_the_formula_of_a_function_is_found(fun):
    r = minimize(fun, [-1.2, 1.0], method=scipy_method)
    assert r.success
    assert r.status == Status.CONVERGED
    assert r.x == pytest.approx([1.0, 1.0], abs=1e-9)
    assert r.fun == pytest.approx(rosen(r.x), abs=1e-15)


def test_all_that_as_scipy_gives_fits():
    r = minimize(**VALLEY.as_scipy(), x0=[-1.2, 1.0], method=scipy_method)
    assert r.x == pytest.approx([1.0, 1.0], abs=1e-9)


def test_a_start_on_a_maximum_is_no_success():
    fun = Problem("cos(2*pi*x) + x**2").fun
    r = minimize(fun, 0, method=scipy_method, options={"lr": 0.01, "maxiter": 100})
    assert not r.success
    assert Status(r.status) is Status.STALLED_AT_START
    assert "x = 0 is a maximum" in r.message


def test_fixed_steps_are_those_of_a_loop_on_paper():
    r = minimize(
        Problem("(x - 1)**2").fun, 3.0, method=scipy_method, options={"lr": 0.25, "maxiter": 3}
    )
    x = 3.0
    for _ in range(3):
        x -= 0.25 * 2 * (x - 1)
    assert r.nit == 3
    assert r.x == pytest.approx([x], abs=1e-15)
    assert r.jac == pytest.approx([2 * (x - 1)], abs=1e-15)


@pytest.mark.parametrize(
    "bounds", [Bounds([-2, -np.inf], [0.5, np.inf]), [(-2, 0.5), (None, None)]], ids=["new", "old"]
)
def test_bounds_of_both_kinds_are_kept(bounds):
    r = minimize(VALLEY.fun, [-1.2, 1.0], bounds=bounds, method=scipy_method)
    theirs = minimize(rosen, [-1.2, 1.0], bounds=bounds, method="L-BFGS-B")
    assert r.status == Status.AT_BOUND
    assert r.x == pytest.approx(theirs.x, abs=1e-4)


def test_a_variable_that_bounds_fix_is_in_x_and_in_the_gradient():
    r = minimize(VALLEY.fun, [-1.2, 0.25], bounds=[(-2, 2), (0.25, 0.25)], method=scipy_method)
    assert r.x[1] == 0.25
    assert r.x.shape == r.jac.shape == (2,)
    assert r.jac[0] == pytest.approx(0.0, abs=1e-8)
    assert r.jac[1] == pytest.approx(200 * (0.25 - r.x[0] ** 2), abs=1e-9)


def test_tol_and_the_result_itself_are_handed_on():
    r = minimize(VALLEY.fun, [-1.2, 1.0], method=scipy_method, tol=1e-3, options={"polish": False})
    assert isinstance(r.result, symgd.Result)
    assert r.result.settings.tol == 1e-3


def test_disp_prints_the_message(capsys):
    r = minimize(VALLEY.fun, [-1.2, 1.0], method=scipy_method, options={"disp": True})
    assert capsys.readouterr().out == f"{r.message}\n"


@pytest.mark.parametrize(
    ("more", "argument", "takes"),
    [
        ({"fun": rosen}, "fun", "symgd.Problem"),
        ({"fun": VALLEY.grad}, "fun", "symgd.Problem"),
        ({"fun": rosen, "jac": True}, "fun", "symgd.Problem"),
        ({"x0": [1.0, 2.0, 3.0]}, "x0", "2 numbers for x, y"),
        ({"x0": ["a", "b"]}, "x0", "point"),
        ({"args": (3,)}, "args", "params"),
        ({"constraints": {"type": "eq", "fun": rosen}}, "constraints", "bounds"),
        ({"callback": print}, "callback", "history"),
        ({"bounds": Bounds([0, 0, 0], [1, 1, 1])}, "bounds", "or 2"),
        ({"options": {"gtol": 1e-3}}, "gtol", "did you mean tol"),
        ({"options": {"starts": 3}}, "starts", "nothing"),
        ({"options": {"maxiter": 3, "epochs": 4}}, "maxiter", "nothing beside epochs"),
        ({"options": {"maxiter": 1.5}}, "epochs", "whole number"),
        ({"options": {"disp": "no"}}, "disp", "True"),
    ],
)
def test_what_cannot_be_heeded_is_refused(more, argument, takes):
    with pytest.raises(ConfigurationError, match=takes) as caught:
        minimize(**{"fun": VALLEY.fun, "x0": [1.0, 2.0], "method": scipy_method, **more})
    assert caught.value.argument == argument
