"""Where doubles lose the digits of f: poles are told, minima on kinks found, and others denied."""

import mpmath
import numpy as np
import pytest

import symgd
from symgd.results.runs import SUCCESS

SINKING = (  # to minus infinity at u = 0, where 1 + u**2 has lost u
    *("log(log(1 + ({})**2))", "log(exp(({})**2) - 1)", "-1/log(1 + ({})**2)"),
    *("log(1 - cos({}))", "log(sqrt(1 + ({})**2) - 1)"),
)
LEVELS = ("2*x - 0.5", "0.3*x + 1", "tanh(x - 2)")
ZIGZAGS = {  # lowest where sin(u/2) is 0; they have half their digits there
    "acos(cos({}))": 0.5,
    "abs(acos(cos({})))**0.5": 0.5,
    "sqrt(1 - cos({}))": 0.5,
    "sqrt(2 - 2*cos({})) + 3": 0.5,
}


@pytest.mark.parametrize("sink", SINKING)
@pytest.mark.parametrize("level", LEVELS)
def test_no_minimum_is_claimed_beside_a_pole_that_doubles_do_not_resolve(sink, level):
    result = symgd.minimize(sink.format(level), starts=12)
    assert not SUCCESS[result.runs.status].any()
    assert (result.runs.status == symgd.Status.DIVERGED).sum() >= 6


@pytest.mark.parametrize("zigzag", ZIGZAGS)
@pytest.mark.parametrize(("angle", "slope", "shift"), [("2*x", 2, 0), ("0.3*x - 1", 0.3, -1)])
def test_minima_on_kinks_with_half_the_digits_are_found(zigzag, angle, slope, shift):
    result = symgd.minimize(zigzag.format(angle), starts=12)
    assert SUCCESS[result.runs.status].all()
    turns = (slope * result.runs.x + shift) / float(2 * mpmath.pi)
    np.testing.assert_allclose(turns, np.rint(turns), atol=1e-8)


@pytest.mark.parametrize("angle", ["x + y", "x - 2*y + 1"])
def test_such_kinks_are_followed_in_several_variables(angle):
    result = symgd.minimize(f"acos(cos({angle})) + (x - y)**2/50", starts=12)
    assert SUCCESS[result.runs.status].mean() >= 0.9
    found = result.runs.x[SUCCESS[result.runs.status]]
    turns = np.array(symgd.Problem(angle, variables=["x", "y"]).fun(found)) / (2 * np.pi)
    np.testing.assert_allclose(turns, np.rint(turns), atol=1e-8)
    np.testing.assert_allclose(*found.T, atol=1e-5)
