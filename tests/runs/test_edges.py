"""Runs that come to an edge of the domain that belongs to it: they go on along it."""

import itertools

import numpy as np
import pytest

import symgd
from symgd import Kind, Status

# A function of u, where it ends, which side is inside, and the power with which it leaves there.
RISING = {
    "sqrt(u)": (0.0, 1),
    "u**1.5": (0.0, 1),
    "u**0.25": (0.0, 1),
    "acos(u)": (1.0, -1),
    "asin(u)": (-1.0, 1),
    "acosh(u)": (1.0, 1),
    "(1 - u**2)**0.5 + u/3": (-1.0, 1),
    "sqrt(log(u))": (1.0, 1),
    "sqrt(exp(u) - 1)": (0.0, 1),
}
SCALED = ((1.0, 0.0), (2.0, 0.5), (-3.0, 1.0))
BESIDE = {"(x - 1)**2": (1.0, "MINIMUM"), "cosh(x + 0.5)": (-0.5, "MINIMUM")}
BESIDE |= {"abs(x - 2)": (2.0, "KINK_MINIMUM")}


def composite(form, a, b):
    """Put a*y + b for u: the formula, where its edge is in y, and which side is inside."""
    end, inward = RISING[form]
    text = f"({a}*y + {b})"
    formula = form.replace("exp(u)", "EXP").replace("u", text).replace("EXP", f"exp{text}")
    return formula, (end - b) / a, inward * np.sign(a)


@pytest.mark.parametrize(("form", "scale"), [*itertools.product(RISING, SCALED)])
def test_what_falls_to_an_edge_goes_on_along_it_to_the_minimum(form, scale):
    formula, edge, inward = composite(form, *scale)
    starts = [[x, edge + inward * d] for x in (-1.0, 0.3, 3.0) for d in (0.05, 0.2)]
    result = symgd.minimize(f"{formula} + (x - 1)**2", x0=starts)
    runs = result.runs
    assert set(runs.status) == {Status.AT_BOUND}
    assert set(runs.kind) == {Kind.MINIMUM}
    np.testing.assert_allclose(runs.x, [[1.0, edge]] * len(starts), rtol=1e-7, atol=1e-7)
    assert len(result.minima) == 1


@pytest.mark.parametrize("term", BESIDE)
def test_along_an_edge_runs_end_where_f_does_in_the_other_variables(term):
    place, kind = BESIDE[term]
    result = symgd.minimize(f"sqrt(y) + {term}", x0=[place + 0.7, 0.3])
    assert (result.status, result.kind) == (Status.AT_BOUND, Kind[kind])
    np.testing.assert_allclose(result.x, [place, 0.0], atol=1e-7)


def test_fixed_steps_go_on_along_an_edge_too():
    result = symgd.minimize("sqrt(y) + (x - 1)**2", x0=[[3.0, 0.5], [0.0, 2.0]], lr=0.01)
    assert set(result.runs.status) == {Status.AT_BOUND}
    np.testing.assert_allclose(result.runs.x, [[1.0, 0.0]] * 2, atol=1e-7)


def test_no_run_takes_more_steps_than_it_may():
    runs = symgd.minimize("sqrt(y) + (x - 1)**2", starts=9, start_box=(0, 2), epochs=40).runs
    assert (runs.nit <= 40).all()


def test_a_run_comes_to_the_corner_of_two_edges():
    result = symgd.minimize("sqrt(y) + acos(z) + (x - 1)**2", x0=[3.0, 0.5, 0.2])
    assert result.status is Status.AT_BOUND
    np.testing.assert_allclose(result.x, [1.0, 0.0, 1.0], atol=1e-7)


def test_bounds_may_lie_outside_of_an_edge_on_it_and_inside():
    for lower, place, height in ((-1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)):
        result = symgd.minimize("sqrt(y) + x**2", x0=[1.0, 2.0], bounds={"y": (lower, 4)})
        assert (result.status, result.fun) == (Status.AT_BOUND, pytest.approx(height))
        assert result.x[1] == place
        assert result.settings.bounds[1] == (lower, 4.0)


def test_an_edge_and_bounds_hold_a_run_together():
    result = symgd.minimize("sqrt(y) - x", bounds={"x": (0, 2), "y": (0, 1)})
    assert set(result.runs.status) == {Status.AT_BOUND}
    assert result.x.tolist() == [2.0, 0.0]


@pytest.mark.parametrize(
    ("formula", "start"),
    [
        ("sqrt(y) + exp(-x)", [1.0, 0.5]),  # falls for ever along the edge
        ("sqrt(y) - x", [1.0, 0.5]),
        ("sqrt(y) + x**2 - z**2", [1.0, 0.5, 0.0]),  # a saddle on it
        ("sqrt(y) - z**2", [0.5, 0.0]),
        ("sqrt(y) + x**3", [0.5, 0.5]),
        ("-sqrt(y) + x**2", [1.0, 0.0]),  # a maximum on it
        ("-acos(y) + x**4 - 5*y", [0.5, 0.9]),
        ("log(y) + x**2", [1.0, 0.5]),  # an open one
        ("1/y - 1/y**2 + x**2", [1.0, 0.5]),
    ],
)
def test_what_is_no_minimum_on_an_edge_is_no_success_there(formula, start):
    result = symgd.minimize(formula, x0=start)
    inside = formula.startswith("-acos")  # whose minimum is at the other edge
    assert result.success is inside


def test_a_run_leaves_an_edge_along_which_f_begins_to_fall_inside():
    # Along y = 0 it goes to x = 2. There f = sqrt(y)*(1 - x) + y + 0 has its minimum, over y,
    # where 2*sqrt(y) = x - 1.
    result = symgd.minimize("sqrt(y)*(1 - x) + y + (x - 2)**2", x0=[-1.0, 0.01])
    assert result.status is Status.CONVERGED
    x = 7 / 3  # of (x - 2)**2 - (x - 1)**2/4
    np.testing.assert_allclose(result.x, [x, (x - 1) ** 2 / 4], rtol=1e-5)


def test_a_start_on_an_edge_goes_on_along_it_and_one_outside_does_not():
    runs = symgd.minimize("sqrt(y) + (x - 1)**2", x0=[[2.0, 0.0], [2.0, -1.0]]).runs
    assert runs.status.tolist() == [Status.AT_BOUND, Status.OUT_OF_DOMAIN]
    assert runs.x[1].tolist() == [2.0, -1.0]


def test_edges_may_depend_on_parameters():
    result = symgd.minimize("sqrt(b - a*y) + x**2", x0=[1.0, 1.4], params={"a": 2, "b": 3})
    assert (result.status, result.x[1]) == (Status.AT_BOUND, 1.5)


def test_edges_may_depend_on_swept_parameters():
    swept = symgd.sweep("sqrt(y - a) + (x - 1)**2", x0=[3.0, 2.5], params={"a": [0, 1, 2]})
    assert set(swept.runs.status.ravel()) == {Status.AT_BOUND}
    np.testing.assert_allclose(swept.runs.x[..., 1].ravel(), [0, 1, 2])


@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_a_factor_of_f_changes_no_verdict(factor):
    for formula in ("sqrt(y) + (x - 1)**2", "y**1.5 + (x - 1)**2", "sqrt(y) + exp(-x)"):
        one = symgd.minimize(formula, starts=16, start_box=(0, 2)).runs
        other = symgd.minimize(f"{factor}*({formula})", starts=16, start_box=(0, 2)).runs
        assert one.status.tolist() == other.status.tolist()


def test_a_verdict_does_not_depend_on_the_others():
    starts = np.array([[3.0, 0.5], [0.2, 1.0], [2.0, 0.0], [2.0, -1.0], [1.0, 1e-9]])
    together = symgd.minimize("sqrt(y) + (x - 1)**2", x0=starts).runs
    for row, start in enumerate(starts):
        alone = symgd.minimize("sqrt(y) + (x - 1)**2", x0=[start]).runs
        assert alone.x[0].tobytes() == together.x[row].tobytes()
        assert alone.status[0] == together.status[row]
        assert alone.nit[0] == together.nit[row]


def test_paths_lead_along_the_edge():
    result = symgd.minimize("sqrt(y) + (x - 1)**2", x0=[[3.0, 0.5]], history=True)
    (path,) = result.history
    assert (path[:, 1] >= 0).all()
    assert path[0].tolist() == [3.0, 0.5]
    assert len(path) == result.runs.nit[0] + 1
    np.testing.assert_allclose(path[-1], [1.0, 0.0], atol=1e-6)


@pytest.mark.parametrize(
    ("formula", "point", "status", "kind"),
    [
        ("sqrt(y) + x**2", [0, 0], Status.AT_BOUND, Kind.MINIMUM),
        ("acos(y) + x**2", [0, 1], Status.AT_BOUND, Kind.MINIMUM),
        ("y**1.5 + x**2", [0, 0], Status.AT_BOUND, Kind.MINIMUM),
        ("sqrt(y)", 0, Status.AT_BOUND, Kind.MINIMUM),
        ("sqrt(y) - x**2", [0, 0], Status.NOT_A_MINIMUM, Kind.SADDLE),
        ("sqrt(y) + x**3", [0, 0], Status.NOT_A_MINIMUM, Kind.SADDLE),
        ("sqrt(y) + x**2", [1, 0], Status.NO_PROGRESS, Kind.NOT_STATIONARY),
        ("sqrt(y) + exp(-x)", [800, 0], Status.PLATEAU, Kind.FLAT),
        ("sqrt(y) + x**2", [0, -1], Status.OUT_OF_DOMAIN, Kind.UNKNOWN),
        ("log(y) + x**2", [0, 0], Status.OUT_OF_DOMAIN, Kind.UNKNOWN),
    ],
)
def test_points_on_edges_are_judged_there(formula, point, status, kind):
    result = symgd.judge(formula, point)
    assert (result.status, result.kind) == (status, kind)
    assert result.x.tolist() == np.atleast_1d(point).tolist()


@pytest.mark.parametrize(
    "formula",
    ["-sqrt(y) + x**2", "sqrt(y) + sqrt(z) - 3*(y*z)**0.25 + x**2", "y**1.5 - x*y + x**4"],
)
def test_points_on_edges_from_which_f_falls_inside_are_no_minima(formula):
    point = [0.0] * len(symgd.Problem(formula).variables)
    assert not symgd.judge(formula, point).success


def test_a_curve_of_minima_on_an_edge_is_one_set():
    result = symgd.minimize("sqrt(y) + (x - 1)**2*(z - 1)**2", start_box=(0, 2), starts=32)
    (minimum,) = result.minima
    assert (minimum.dimension, minimum.varies.tolist()) == (1, [True, False, True])
    assert (minimum.lowest[1], minimum.highest[1]) == (0, 0)
    assert "(x - 1)*(z - 1)" in result.summary()


SHARED = {  # f on an edge of several variables, and its only minimum, which is on that
    "sqrt(x - y) + (x - 1)**2 + y**2": [0.5, 0.5],
    "sqrt(1 - x**2 - y**2) + x": [-1.0, 0.0],
    "sqrt(x + y) + cosh(x - 2)": [2.0, -2.0],
    "sqrt(2*x + y) + (x - 1)**2": [1.0, -2.0],
}


@pytest.mark.parametrize("formula", SHARED)
def test_no_success_is_claimed_where_f_falls_on_along_an_edge_of_several_variables(formula):
    runs = symgd.minimize(formula, starts=64, start_box=(-2, 3)).runs
    reached = np.isin(runs.status, [Status.CONVERGED, Status.AT_BOUND])
    np.testing.assert_allclose(
        runs.x[reached], np.broadcast_to(SHARED[formula], runs.x[reached].shape), atol=1e-6
    )


def test_words_name_the_edge_of_the_domain_and_no_bound_of_the_user():
    words = " ".join(symgd.minimize("sqrt(3 - 2*y) + x**2", x0=[1.0, 1.0]).summary().split())
    assert "a minimum on the edge of the domain of f: (x, y) = (0, 1.5)" in words
    assert "sqrt(3 - 2*y) needs 3 - 2*y >= 0" in words
    assert "bound" not in words


def test_advice_to_widen_bounds_is_given_for_bounds_only():
    bounds = {"x": (0, 2)}
    words = " ".join(symgd.minimize("sqrt(y) - x", x0=[1.0, 1.0], bounds=bounds).summary().split())
    assert "sqrt(y) needs y >= 0" in words
    assert "at the upper bound x = 2 its slope is -1" in words


def test_terms_that_are_infinite_on_an_edge_are_no_error():
    runs = symgd.minimize("y**x - x + (x + y)**2", x0=[[1.0, 0.3], [0.4, 1e-3]]).runs
    assert not np.isin(runs.status[np.isnan(runs.fun)], [Status.CONVERGED, Status.AT_BOUND]).any()
