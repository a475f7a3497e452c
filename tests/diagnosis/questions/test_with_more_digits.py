"""Claims that rest on values alone, looked at again with many digits."""

import numpy as np
import pytest

import symgd
from symgd import Kind, Status, minimize

# one-line formulas of public reports, and others of their kinds: nowhere is there a minimum
APPROACHED = [
    ("exp(-x)+y**2", [0, 1]), ("1/(1+x**2)+y**2", [1, 1]), ("exp(-x**2)+y**2", [1, 1]),
    ("1/x**2+y**2", [1, 1]), ("exp(x-y)+exp(-x+y)+exp(-x-y)", [0, 1]), ("exp(-1/x)", 1.0),
    ("x**(1/x)", 1.0), ("exp(-x-y)+(x-y)**2", [0, 0.5]), ("exp(x)+y**2", [0, 1]),
    ("log(1+exp(-x))+(y-1)**4", [0, 0]), ("1-tanh(x)+z**2+(y-1)**2", [3, 0, 1]),
    ("erfc(x)+cosh(y)", [1, 1]), ("exp(-x)+y**2", [700, 1]), ("exp(-x*y)+(x-y)**2", [1, 2]),
    ("sqrt(1+x**2)-x+y**2", [1, 1]), ("1e6*(exp(-3*x)+y**2)", [0, 1]),
    ("1e-6*(exp(-x/50)+y**2)", [0, 1]), ("(x*y-1)**2+x**2", [1, 0.3]),
    ("1/(1+(x-y)**2)+z**2", [3, 4, 1]), ("1/(1+(x+2*y-z)**2)", [1, 2, 3]),
    ("1/(1+x**2+y**2)", [1, 2]),
    ("1/(1+hypot(x-0.5,y+2)**2)", [3, 4]), ("exp(-x-y)+z**2", [1, 2, 3]),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "x0"), APPROACHED)
def test_an_infimum_that_is_only_approached_is_no_success(expr, x0):
    assert not minimize(expr, x0=x0).success
    assert not minimize(expr, x0=x0, lr=0.05, epochs=500).success


def test_the_way_on_which_f_falls_is_told_with_its_limit():
    said = minimize("3 + exp(-x) + (y - 1)**2", x0=[0, 1]).message
    assert "f goes on falling towards 3, which it only approaches, as x grows" in said
    said = minimize("exp(x + y) + (x - y)**2", x0=[-1, 0]).message
    assert "f goes on falling towards 0, which it only approaches, as x and y fall" in said
    said = minimize("tanh(x)", x0=-1.0).message
    assert "towards -1, which it only approaches, as x falls" in said


STAYED = Status.STALLED_AT_START, Kind.SADDLE


@pytest.mark.parametrize(
    ("expr", "given", "status", "kind"),
    [
        ("(x**2+y**2+z**2-1)**2-2*x**3", {"x0": [0, 0.6, 0.8]}, *STAYED),
        ("(x+y)**3", {"x0": [2, -2]}, *STAYED),
        ("z**6-y*log(x**2+1)", {"x0": [0, 0, 0]}, *STAYED),
        ("(y-x**2)*(y-2*x**2)", {"x0": [0, 0]}, *STAYED),
        ("(a*b*c-8)**2+(a*b*c**2-16)**2", {"x0": [1, 2, 3]}, Status.CONVERGED, Kind.WEAK_MINIMUM),
        ("sin(x-y)**2*sin(x+y)**2/hypot(x,y)", {"x0": [5, 5]}, Status.CONVERGED, Kind.WEAK_MINIMUM),
        ("x**4", {"x0": 1.0}, Status.CONVERGED, Kind.WEAK_MINIMUM),
        ("(x/1e-6-1)**2+(x/1e-6-1)**4", {"x0": 1.0}, Status.CONVERGED, Kind.MINIMUM),
    ],
)  # fmt: skip
def test_singular_points_are_what_they_are(expr, given, status, kind):
    r = minimize(expr, **given)
    assert (r.status, r.kind) == (status, kind)


BOX = [[-10, 10], [-1, 0]]


@pytest.mark.parametrize(
    ("expr", "given", "status"),
    [
        ("x*y+x**2", {"x0": [-2, 0], "bounds": BOX}, Status.NOT_A_MINIMUM),
        ("cos(3*y-.3)", {"x0": [0.1], "bounds": [0, 0.1]}, Status.STALLED_AT_START),
        ("cos(10*x)", {"x0": [np.pi / 5], "bounds": [0, np.pi / 5]}, Status.STALLED_AT_START),
        ("3*x*y+x**2+y**2", {"x0": [0.4, 0.2], "bounds": [0, 1]}, Status.AT_BOUND),
        ("-3*x*y+x**2+y**2", {"x0": [0, 0], "bounds": [0, 1]}, Status.STALLED_AT_START),
        ("y", {"x0": [0, 0], "variables": ["x", "y"], "bounds": [0, 1]}, Status.AT_BOUND),
        ("x**3", {"x0": 1.0, "bounds": [0, 2]}, Status.AT_BOUND),
        ("x**3", {"x0": -1.0, "bounds": [-2, 0]}, Status.AT_BOUND),
    ],
)
def test_bounds_that_hardly_hold(expr, given, status):
    assert minimize(expr, **given).status == status


def test_a_minimum_of_high_order_is_reached_exactly():
    r = minimize("(x - 1)**4 + (y + 2)**6", x0=[3, 3])
    assert r.x == pytest.approx([1, -2], abs=1e-9)


def test_parameters_are_those_of_the_run():
    s = symgd.sweep("a*exp(-x) + (1 - a)*x**4", x0=1.0, params={"a": [0.0, 0.5, 1.0]})
    assert s.status.tolist() == [Status.CONVERGED, Status.CONVERGED, Status.PLATEAU]


def test_a_thousand_ends_on_a_curve_are_of_one_kind():
    r = minimize("(x**2 + y**2 - 1)**2", starts=1000)
    assert set(r.runs.status.tolist()) == {Status.CONVERGED}


@pytest.mark.parametrize(
    "expr",
    [
        "exp(-(z+2)**2) + sinh(log1p((sqrt(1+(0.3*y-0.5)**2))**2))",
        "exp(-(x+2))*erf(y) + max(-y-0.5, 0)**2",
        "1 + exp(-3*x) + cosh(y)**3",
    ],
)
def test_where_f_has_no_kink_nothing_is_a_minimum_on_one(expr):
    """What f only approaches is hidden by the rounding of other terms."""
    runs = minimize(expr, starts=48).runs
    assert not np.isin(runs.status, (Status.CONVERGED, Status.AT_BOUND)).any()
