"""The parts of a verdict, each on cases whose answer is known by construction."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import COSINE
from values import exact

import symgd
from symgd import minimize
from symgd.diagnosis.cycles import cycle
from symgd.diagnosis.local import model
from symgd.diagnosis.minima import distinct
from symgd.diagnosis.newton import refine, seek
from symgd.diagnosis.outlook import Course, look_ahead
from symgd.diagnosis.probe import Around, Places, around
from symgd.engine.drive.lanes import Ends
from symgd.facts.cancellation import rounding
from symgd.facts.symmetry import Parity, even_variables, parity
from symgd.given.boxes import Box
from symgd.methods import GradientDescent
from symgd.problem import Problem
from symgd.runs.escape import beside
from symgd.status import Kind, Status

EPS = np.finfo(float).eps


def box(n, lower=-np.inf, upper=np.inf):
    return Box(np.full(n, float(lower)), np.full(n, float(upper)))


def rows(*points):
    return np.array(points, dtype=float).reshape(len(points), -1)


# --- local.py


def test_box():
    b = Box(np.array([0.0, -np.inf]), np.array([2.0, 1.0]))
    x = rows((0, 0), (2, 1), (1, 1), (1, -9))
    g = rows((1, 5), (-1, -1), (1, 1), (-4, 2))
    assert b.clip(rows((-1, 3), (5, -9))).tolist() == [[0.0, 1.0], [2.0, -9.0]]
    assert b.held(x, g).tolist() == [[True, False], [True, True], [False, False], [False, False]]
    assert b.projected(x, g).tolist() == [[0.0, 5.0], [0.0, 0.0], [1.0, 1.0], [-1.0, 2.0]]
    assert (box(2).projected(x, g) == g).all()


@given(seed=st.integers(0, 10_000), unit=st.sampled_from([1.0, 1e3, 1e-3]))
def test_model_of_a_quadratic(seed, unit):
    a, b, c, d, e = np.random.default_rng(seed).uniform(0.5, 2, size=5)
    b = 0.4 * b * np.sqrt(a * c)  # convex
    p = Problem(
        "a*(x/u)**2/2 + b*x/u*y + c*y**2/2 + d*x/u + h*y",
        params={"a": a, "b": b, "c": c, "d": d, "h": e, "u": unit},
    )
    x = rows((0.3 * unit, -2.0), (5 * unit, 1.0))
    hessian = np.array([[a / unit**2, b / unit], [b / unit, c]])
    lowest = -np.linalg.solve(hessian, [d / unit, e])
    here = model(p, x, box(2))
    assert here.convex.all()
    assert here.finite.all()
    assert x + here.newton_step() == pytest.approx(np.array([lowest] * 2), rel=1e-10)
    gradient = (x - lowest) @ hessian
    decrement = np.sqrt(np.einsum("ni,ij,nj->n", gradient, np.linalg.inv(hessian), gradient))
    assert here.decrement() == pytest.approx(decrement, rel=1e-10)
    assert here.length(here.newton_step()) == pytest.approx(decrement, rel=1e-10)
    spectrum = np.linalg.eigvalsh(hessian)
    assert here.spectrum() == pytest.approx(np.array([spectrum] * 2), rel=1e-8)


@pytest.mark.parametrize("factor", [1e-12, 1.0, 1e12])
def test_scaled_eigenvalues_do_not_depend_on_units(factor):
    p = Problem("s*((x/u)**2 + x/u*y + 4*y**2)", params={"s": factor, "u": 1e3})
    values = model(p, rows((1, 1)), box(2)).eigenvalues[0]
    assert values == pytest.approx([1 - 0.25, 1 + 0.25])


@pytest.mark.parametrize(
    ("expr", "convex"),
    [("x**2 + y**2", True), ("x**2 - y**2", False), ("-x**2 - y**2", False), ("x**2 + 0*y", True)],
)
def test_convex(expr, convex):
    assert model(Problem(expr, ["x", "y"]), rows((0, 0)), box(2)).convex[0] == convex


def test_a_variable_held_by_its_bound_is_left_out():
    p = Problem("(x + 1)**2 + x*y + 3*(y - 2)**2")
    here = model(p, rows((0, 2)), box(2, lower=0))
    assert here.held.tolist() == [[True, False]]
    assert here.spectrum()[0] == pytest.approx([6.0, np.nan], nan_ok=True)
    assert here.newton_step().tolist() == [[0.0, 0.0]]


def test_a_point_out_of_the_domain_has_no_model():
    here = model(Problem("sqrt(x) + y**2"), rows((-1, 1), (1, 1)), box(2))
    assert here.finite.tolist() == [False, True]


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e8])
def test_rounding_bounds_the_error_of_f(size):
    text = "c + (x - 1)**6 - sin(x)*c/4"
    p = Problem(text, params={"c": size})
    points = 1.3 + np.linspace(0, 1e-9, 200)[:, None]
    errors = [
        abs(value - float(exact(text, {"x": float(x), "c": size})))
        for x, value in zip(points[:, 0], p.values(points), strict=True)
    ]
    bound = rounding(p, points)
    assert max(errors) <= bound.min()
    assert bound.max() <= 100 * EPS * (size + 1e-3)


# --- newton.py

LOWEST = 0.475802451024221122  # of COSINE, by mpmath


def test_refine_reaches_the_last_digit():
    x = rows(0.47, 0.4758, -0.48)
    found = refine(Problem(COSINE), x, rows(0.3, 0.3, -1), box(1), 1e-8)
    assert found.settled.all()
    assert not found.degenerate.any()
    assert np.abs(found.x[:, 0] - [LOWEST, LOWEST, -LOWEST]).max() <= 2 * EPS


def test_refine_does_not_settle_where_f_is_not_convex():
    x = rows(1e-3, 0.9)
    found = refine(Problem(COSINE), x, rows(0.2, 0.2), box(1), 1e-8)
    assert not found.settled.any()


def test_refine_sees_a_singular_minimum():
    found = refine(Problem("(x - 1)**4"), rows(1.01), rows(3), box(1), 1e-8)
    assert found.settled[0]
    assert found.degenerate[0]
    assert abs(found.x[0, 0] - 1) < 1e-4


def test_refine_stays_inside_the_bounds():
    p = Problem("(x - 3)**2 + (y - 1)**2 + x*y/10")
    found = refine(p, rows((2, 0.7)), rows((0, 0)), box(2, -5, 2), 1e-8)
    assert found.settled[0]
    assert found.x[0] == pytest.approx([2.0, 0.9])  # 2 (y - 1) + x / 10 = 0 on the bound


@pytest.mark.parametrize(
    ("expr", "near", "there"),
    [
        ("x**2 - y**2", (1e-5, 1e-6), (0, 0)),
        ("-(x - 1)**2 - y**2", (1.0001, 1e-4), (1, 0)),
        ("x**3 - 3*x + y**2", (-1.00001, 1e-5), (-1, 0)),
    ],
)
def test_seek_finds_stationary_points_of_any_kind(expr, near, there):
    x, found, _ = seek(Problem(expr), rows(near), rows((1e-3, 1e-3)), box(2))
    assert found[0]
    assert x[0] == pytest.approx(there, abs=1e-12)


@pytest.mark.parametrize("expr", ["exp(x) + y", "x + y**2"])
def test_seek_finds_nothing_where_there_is_nothing(expr):
    x = rows((-1, 1e-9))
    same, found, _ = seek(Problem(expr), x, rows((1e-3, 1e-3)), box(2))
    assert not found[0]
    assert (same == x).all()


@pytest.mark.parametrize(("power", "near"), [(3, 5e-5), (5, 1e-3), (7, 1e-2)])
def test_seek_finishes_what_shrinks_linearly(power, near):
    """Each Newton step on x**n leaves (n - 2)/(n - 1) of the way."""
    x, found, degenerate = seek(Problem(f"x**{power}"), rows((near,)), rows((0.1,)), box(1))
    assert found[0]
    assert degenerate[0]
    assert abs(x[0, 0]) < 1e-6 * near


def test_seek_does_not_look_far():
    _, found, _ = seek(Problem("x**2 + y**2"), rows((0.5, 0.5)), rows((0.1, 0.6)), box(2))
    assert not found[0]


# --- probe.py

PROBED = [
    ("x**2", 0, Around.UP),
    ("x**4", 0, Around.UP),
    ("x**8 + x**2*0", 0, Around.UP),
    ("abs(x - 1)", 1, Around.UP),
    ("where(x < 0, -x, 2*x)", 0, Around.UP),
    ("x**3", 0, Around.DOWN),
    ("x**5 + x**4*0", 0, Around.DOWN),
    ("x**2*y + y**4", (0, 0), Around.DOWN),
    ("x**4 - y**4", (0, 0), Around.DOWN),
    ("(y - x**2)*(y - 3*x**2)", (0, 0), Around.DOWN),  # Peano: up along every straight line
    ("-abs(x)", 0, Around.SUMMIT),
    ("-x**4 - y**4", (0, 0), Around.SUMMIT),
    ("tanh(x)", 300, Around.LEVEL),
    ("sign(x)", 0.5, Around.LEVEL),
    ("(x - y)**2", (1, 1), Around.VALLEY),
    ("(x + y - 2)**4 + (x - y)**4", (1, 1), Around.UP),
    ("where(x < 0, 1, 0)", 0.5, Around.LEVEL),
    ("where(x < 0, 0, 1)", 0, Around.DOWN),
    ("where(x < 0, 1, x)", 0, Around.UP),
    ("max(x - 1e9, 0)", 0, Around.LEVEL),
    ("max(x**2 - 0.25, 0) - 5*max(x**2 - 1e6, 0)", 0, Around.UP),  # far beyond, f falls again
    ("x**2 - 2e8*x + 1e16", 1e8, Around.UP),  # hidden by rounding nearby
    ("abs(x + y + z) + (x - y)**2 + z/10", (0, 0, 0), Around.DOWN),  # along a straight kink
    ("abs(x + y + z) + (x - y)**2 + z**2", (0, 0, 0), Around.UP),
    ("99*abs(x - 2*y) - x - y", (2, 1), Around.DOWN),
    ("99*abs(w - x) + 99*max(x - y, y - x) + 99*abs(y - z) - z", (1, 1, 1, 1), Around.DOWN),
]


def asked(problem, point, smooth, bounds):
    at, none = rows(point), np.zeros(1)
    places = Places(at, np.ones_like(at), np.array([smooth]), none, none)
    return Around(around(problem, places, bounds).item())


@pytest.mark.parametrize(("expr", "point", "expected"), PROBED)
@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e6])
def test_around(expr, point, expected, factor):
    p = Problem(f"s*({expr})", params={"s": factor})
    smooth = not any(word in expr for word in ("abs", "where", "sign"))
    assert asked(p, point, smooth, box(np.size(point))) is expected


def test_around_does_not_ask_beyond_the_bounds():
    p = Problem("x**3 + log(x + 1)")
    assert asked(p, 0.0, True, box(1, lower=0)) is Around.UP
    assert asked(p, 0.0, True, box(1)) is Around.DOWN


def test_a_minimum_at_which_f_has_no_value_comes_last():
    """As 0 of x*log(x), where a run may end by rounding."""
    x, fun = np.array([[0.0], [2.0], [0.0], [2.0]]), np.array([np.nan, 1.0, np.nan, 0.9])
    found = distinct(Problem("x*log(x)"), x, fun, np.zeros(4, dtype=bool), np.array([3.0]))
    assert found.tolist() == [1, 0, 1, 0]


# --- cycles.py


def ahead(expr, x, lr, lower=-np.inf):
    run = Ends.at(rows(x).T)
    given = Problem(expr), GradientDescent(lr), run, box(1, lower)
    course = Course(int(look_ahead(*given, 1e6)[0]))
    return course, int(cycle(*given)[0][0]) if course is Course.CYCLING else 0


@pytest.mark.parametrize(
    ("expr", "x", "lr", "expected"),
    [
        ("x**2", 3.0, 0.1, Course.DESCENDING),
        ("x**2", 3.0, 0.99, Course.DESCENDING),
        ("x**2", 3.0, 1e-6, Course.DESCENDING),
        ("x", 3.0, 0.1, Course.DESCENDING),
        ("1e12 + x", 3.0, 1e-3, Course.DESCENDING),
        ("1e17 + x", 3.0, 1e-3, Course.DESCENDING),  # though f is the same to all digits
        ("x**2", 3.0, 1.5, Course.ESCAPING),
        ("x**4", 3.0, 1.0, Course.ESCAPING),
        ("abs(x - 1) + x**2/5", -3.0, 5.0, Course.ESCAPING),  # |x| grows by about 5 a step
        ("x**2", 3.0, 1e-30, Course.RESTING),
    ],
)
def test_courses(expr, x, lr, expected):
    assert ahead(expr, x, lr) == (expected, 0)


def test_steps_that_grow_to_a_cycle_do_not_escape():
    """Beside the minimum of a function that is bounded below, whose curvature is 4 pi**2 + 2."""
    lr = 1.02 * 2 / (4 * np.pi**2 + 2)
    expr, x = "x**2 - cos(2*pi*x)", 1e-6
    for _ in range(20_000):
        x -= lr * (2 * x + 2 * np.pi * np.sin(2 * np.pi * x))
    assert 1e-3 < abs(x) < 0.5  # on paper it swings for ever
    assert ahead(expr, 1e-6, lr)[0] is Course.CYCLING


def logistic(r):
    """Give f for which x - f'(x) is the logistic map r x (1 - x)."""
    return f"-({r} - 1)*x**2/2 + {r}*x**3/3"


@pytest.mark.parametrize(
    ("r", "period"), [(3.2, 2), (3.5, 4), (3.55, 8), (3.835, 3), (3.74, 5), (4.0, 0)]
)
def test_cycles_of_the_logistic_map(r, period):
    x = 0.3
    for _ in range(5000):
        x = r * x * (1 - x)
    assert ahead(logistic(r), x, 1.0) == (Course.CYCLING, period)


def test_two_points_that_take_turns_are_a_cycle():
    assert ahead("x**2", 3.0, 1.0) == (Course.CYCLING, 2)


def test_each_run_has_its_own_outlook():
    starts = np.linspace(0.5, 3, 10_000)
    lr = 0.3
    course = look_ahead(Problem("x**4/4"), GradientDescent(lr), Ends.at(starts[None]), box(1), 1e6)
    escapes = lr * starts**2 > 2.001  # |1 - lr x**2| > 1 grows for ever
    settles = lr * starts**2 < 1.999
    assert (course[escapes] == Course.ESCAPING).all()
    assert (course[settles] == Course.DESCENDING).all()


# --- symmetry.py

PARITIES = [
    ("x**2", Parity.EVEN), ("x**3", Parity.ODD), ("x", Parity.ODD), ("5 + 0*x", Parity.EVEN),
    ("cos(2*pi*x) + x**2", Parity.EVEN), ("sin(x)*x", Parity.EVEN), ("sin(x)*x**2", Parity.ODD),
    ("exp(x)", Parity.NONE), ("exp(x**2)", Parity.EVEN), ("x + x**2", Parity.NONE),
    ("(x - 1)**2", Parity.NONE), ("abs(x)", Parity.EVEN), ("abs(x)**3 + x**4", Parity.EVEN),
    ("tanh(x)/x", Parity.EVEN), ("x**-3", Parity.ODD), ("sqrt(1 + x**2)", Parity.EVEN),
    ("erf(x)", Parity.ODD), ("atan2(x, 2)", Parity.NONE), ("log(x)", Parity.NONE),
    ("max(x**2, 1)", Parity.EVEN), ("where(x**2 < 1, x**2, 1)", Parity.EVEN),
    ("where(x < 1, x**2, x**4)", Parity.NONE), ("sin(x)**2", Parity.EVEN), ("y*x**2", Parity.EVEN),
    ("cos(sin(x))", Parity.EVEN), ("sin(sin(x))", Parity.ODD), ("x**2.5", Parity.NONE),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PARITIES)
def test_parity(text, expected):
    p = Problem(text, ["x", "y"])
    assert parity(p.expr, p.variables[0]) is expected
    x = np.random.default_rng(1).uniform(0.1, 2, size=(50, 2))
    there, back = p.values(x), p.values(x * [-1, 1])
    if expected is not Parity.NONE:
        assert np.array_equal(back, int(expected) * there, equal_nan=True)


def test_even_variables_are_named():
    assert even_variables(Problem("x**2 + y**3 + cos(z)*(1 + y)")) == ("x", "z")


# --- minima.py


def grouped(expr, points, fun, weak, width):
    x = rows(*points)
    return list(distinct(Problem(expr), x, np.array(fun), np.array(weak), np.array(width)))


def test_ends_within_rounding_are_one_minimum():
    assert grouped("x**2", [1.0, 1 + 1e-9, 2.0, 2.0 - 1e-9, 5.0], [3, 3, 1, 1, 2],
                   [False] * 5, [6.0]) == [2, 2, 0, 0, 1]  # fmt: skip


def test_ends_on_two_sides_of_a_border_of_cells_are_one_minimum():
    width = 2.0
    border = 0.5e-6 * width  # where rounding to cells of this width goes over to the next one
    for centre in (border, 1001 * border, -7 * border):
        near = [centre - 1e-12, centre + 1e-12]
        assert grouped("x**2", near, [0, 0], [False] * 2, [width]) == [0, 0]


def test_minima_that_differ_in_one_variable_only_are_two():
    points = [(0, 0), (0, 1), (1, 0), (0, 1 + 1e-10)]
    assert grouped("x**2 + y**2", points, [0, 1, 2, 1], [False] * 4, [4.0, 4.0]) == [0, 1, 2, 1]


def test_a_level_valley_is_one_minimum():
    points = [(t, t) for t in (-3.0, 0.1, 2.5)]
    assert grouped("(x - y)**2", points, [0, 0, 0], [True] * 3, [6.0, 6.0]) == [0, 0, 0]


def test_ends_that_crawled_to_a_singular_minimum_are_one():
    points = [-3e-4, 1e-4, 2e-4]
    assert grouped("x**4", points, [x**4 for x in points], [True] * 3, [6.0]) == [0, 0, 0]


def test_weak_minima_behind_a_rise_are_apart_even_at_equal_distances():
    points = [k * math.pi for k in (0, 8, 1)]
    assert len(set(grouped("sin(x)**4", points, [0, 0, 0], [True] * 3, [30.0]))) == 3


# --- escape.py


def leave(expr, x, lower=-np.inf):
    p = Problem(expr)
    n = len(p.names)
    starts, origin = beside(p, rows(*x), np.full(n, 20.0), box(n, lower))
    assert (p.values(starts) < p.values(rows(*x))[origin]).all()
    return starts, list(origin)


def test_a_maximum_is_left_to_both_sides():
    starts, origin = leave(COSINE, [0.0])
    assert origin == [0, 0]
    assert starts[0, 0] < 0 < starts[1, 0]
    assert starts[0, 0] == -starts[1, 0]


def test_a_saddle_is_left_along_its_steepest_direction():
    starts, _ = leave("x**2 - y**2 - 3*z**2", [(0, 0, 0)])
    assert (starts[:, :2] == 0).all()
    assert starts[0, 2] == -starts[1, 2] != 0


def test_a_minimum_is_not_left():
    starts, origin = leave("x**2 + y**2", [(0, 0)])
    assert starts.shape == (0, 2)
    assert origin == []


def test_a_bound_closes_one_side():
    starts, _ = leave("-x**2", [0.0], lower=0)
    assert len(starts) == 1
    assert starts[0, 0] > 0


def test_each_start_knows_its_origin():
    starts, origin = leave("cos(x)", [0.0, math.pi, 2 * math.pi])
    assert origin == [0, 0, 2, 2]
    assert starts.shape == (4, 1)


# --- traps: starts right beside a maximum or a saddle


@pytest.mark.parametrize(
    ("expr", "top", "kind"),
    [
        (COSINE, [0.0], Kind.MAXIMUM),
        ("-(x - 3)**2 + (x - 3)**4", [3.0], Kind.MAXIMUM),
        ("x*y + x**4 + y**4", [0.0, 0.0], Kind.SADDLE),
        ("x**2 - (y - 1)**2 + (y - 1)**4", [0.0, 1.0], Kind.SADDLE),
    ],
)
@pytest.mark.parametrize("distance", [1e-9, 1e-12])
def test_a_slow_start_beside_a_trap_is_named(expr, top, kind, distance):
    start = np.array(top) + distance * np.arange(1, len(top) + 1)
    result = minimize(expr, start, lr=0.01, epochs=3)
    words, evidence = " ".join(result.message.split()), result.runs.evidence
    if result.status is Status.STALLED_AT_START:  # beside it to rounding
        assert f"is a {kind.words}" in words
        return
    assert result.status is Status.SLOW
    assert evidence.trap[0] == pytest.approx(top, abs=1e-15)
    assert evidence.trap_kind[0] == kind
    assert "it started only" in words
    assert f"a {kind.words}, where the gradient vanishes" in words


@pytest.mark.parametrize("start", [0.9, 0.1, 1e-3])
def test_a_slow_start_elsewhere_is_not(start):
    result = minimize(COSINE, start, lr=1e-4, epochs=3)
    assert result.status is Status.SLOW
    assert np.isnan(result.runs.evidence.trap).all()
    assert "started only" not in result.message


@pytest.mark.parametrize("expr", ["(x - y)**3", "(x + y)**3", "(x + 2*y)**5", "(x - y)**3 + z**2"])
def test_an_odd_inflection_along_an_oblique_line_is_no_minimum(expr):
    """Descent from one side only approaches it, where the last bits of x decide the curvature."""
    names = symgd.Problem(expr).names
    x0 = np.random.default_rng(4).uniform(-3, 3, (60, len(names)))
    assert not symgd.minimize(expr, x0).success
