"""One kernel against the same loop in plain Python, and against SciPy."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest
from kernels import drive, plain
from problems import CLASSICS, ROSENBROCK
from rules import HeavyBall
from scipy import optimize

from symgd.engine.kernel import source, store
from symgd.engine.kernel.stops import Stop
from symgd.methods import Automatic, GradientDescent
from symgd.problem import Problem

WAVES = "cos(2*x) + x**2/4 + (y - 1)**2 + x*y/8"
ROOT = "sqrt(x) - x/4"
EPS = np.finfo(float).eps


def waves(point):
    x, y = point
    return [-2 * math.sin(2 * x) + x / 2 + y / 8, 2 * (y - 1) + x / 8]


def parabola(point):
    return [2 * point[0]]


def compare(ends, expected, **tolerance):
    for row, (x, nit, evaluations, stop) in enumerate(expected):
        assert (ends.nit[row], ends.evaluations[row], ends.stop[row]) == (nit, evaluations, stop)
        assert ends.x[row] == pytest.approx(x, **tolerance)


@pytest.mark.parametrize("epochs", [1, 2, 15, 16, 17, 127, 128, 129, 400])
def test_fixed_steps_take_exactly_the_epochs(epochs):
    starts = [[-3.0, 2.0], [0.5, -1.0], [1e-3, 4.0]]
    ends = drive(WAVES, starts, lr=0.05, epochs=epochs)
    expected = [plain(waves, x, lr=0.05, epochs=epochs) for x in starts]
    compare(ends, expected, rel=1e-12, abs=1e-13)


def test_steps_without_rounding_have_the_same_bits():
    starts = [1.0, -3.0, 2.0**40, 0.625]
    ends = drive("x**2", starts, lr=0.25, epochs=[[1, 30, 60, 3]])
    expected = [
        plain(parabola, [x], lr=0.25, epochs=n) for x, n in zip(starts, [1, 30, 60, 3], strict=True)
    ]
    compare(ends, expected, rel=0, abs=0)


@pytest.mark.parametrize("power", [3, 17, 40])
def test_tolerance_stops_at_the_first_gradient_that_meets_it(power):
    ends = drive("x**2", [1.0, -1.0, 0.25], lr=0.25, tol=2.0**-power)
    assert list(ends.nit) == [power + 1, power + 1, power - 1]
    assert list(ends.x[:, 0]) == [2.0 ** -(power + 1), -(2.0 ** -(power + 1)), 2.0 ** -(power + 1)]
    assert (ends.stop == Stop.TOLERANCE).all()


def test_every_run_has_its_own_rate_limit_and_tolerance():
    rates, limits, tols = [0.25, 0.1, 0.4], [10, 300, 20], [0.0, 1e-6, 1e-300]
    ends = drive("x**2", [1.0, 1.0, 1.0], lr=rates, epochs=limits, tol=tols)
    expected = [
        plain(parabola, [1.0], lr=r, epochs=n, tol=t)
        for r, n, t in zip(rates, limits, tols, strict=True)
    ]
    compare(ends, expected, rel=1e-12)


def test_steps_are_clipped_to_the_bounds():
    bounds = [(-1.0, 2.0), (1.25, 3.0)]
    starts = [[-0.9, 3.0], [2.0, 1.5], [0.1, 2.0]]
    ends = drive(WAVES, starts, lr=0.05, epochs=200, tol=1e-9, bounds=bounds)
    expected = [plain(waves, x, lr=0.05, epochs=200, tol=1e-9, bounds=bounds) for x in starts]
    assert any(x[1] == 1.25 for x, *_ in expected)
    compare(ends, expected, rel=1e-12)


@pytest.mark.parametrize("bounds", [None, [(-50.0, 50.0)]])
def test_a_run_that_leaves_the_domain_stops_where_it_left(bounds):
    def slope(point):
        return [0.5 / math.sqrt(point[0]) - 0.25] if point[0] > 0 else None

    starts = [[0.5], [3.5], [-1.0], [6.0]]
    ends = drive(ROOT, starts, lr=0.5, epochs=60, bounds=bounds)
    expected = [plain(slope, x, lr=0.5, epochs=60, bounds=bounds) for x in starts]
    assert {stop for *_, stop in expected} == {Stop.NONFINITE, Stop.EPOCHS}
    compare(ends, expected, rel=1e-12)
    assert ends.x[2, 0] == -1.0


def test_overflow_is_not_finite():
    ends = drive("x**4", [10.0, 1e200], lr=1.0, epochs=1000)
    assert list(ends.stop) == [Stop.NONFINITE] * 2
    expected = plain(lambda p: [4 * p[0] * p[0] * p[0]], [10.0], lr=1.0, epochs=1000)
    assert ends.nit[0] == expected[1]


# formula, rule, bounds, start boxes, why lanes end before their epochs do
LEAPS = {
    "smooth": (WAVES, GradientDescent(0.05), None, (-4, 4), {Stop.EPOCHS}),
    "overflow": (WAVES, GradientDescent(1e300), None, (-4, 4), {Stop.NONFINITE}),
    "domain": (
        "sqrt(x) + log(y + 1) - (x + y)/4", GradientDescent(0.4), None, (0.01, 9),
        {Stop.NONFINITE, Stop.EPOCHS},
    ),
    "a domain that is left and entered again": (
        "cos(3*x) + y**2 + 0*log(x)", GradientDescent(0.7), None, (0.01, 3),
        {Stop.NONFINITE, Stop.EPOCHS},
    ),
    "bounds": (
        WAVES, GradientDescent(0.3), [(-1, 2), (0, 2)], (-1, 2), {Stop.EPOCHS, Stop.TOLERANCE},
    ),
    "a corner": (
        "x + y**3", GradientDescent(0.01), [(-1, 2), (-3, 2)], (-1, 2),
        {Stop.EPOCHS, Stop.TOLERANCE},
    ),
    "from a bound to and fro": (
        "x**2 + y**2", GradientDescent(0.75), [(-1, 5), (-1, 5)], (-1, -1), {Stop.EPOCHS},
    ),
    "bounds that lead back from an infinite slope": (
        "exp(x) + y**2", GradientDescent(0.1), [(-2, 1e3), (-2, 1e3)], (1, 1e3),
        {Stop.EPOCHS, Stop.NONFINITE},
    ),
    "momentum": (WAVES, HeavyBall(0.05, beta=0.5), None, (-4, 4), {Stop.EPOCHS}),
    "momentum through a zero": (
        "x**2 + y**2", HeavyBall(0.5, beta=0.5), None, (1, 1), {Stop.TOLERANCE},
    ),
}  # fmt: skip


@pytest.mark.parametrize("epochs", [1, 2, 7, 300, 1000])
@pytest.mark.parametrize("name", LEAPS)
def test_leaping_gives_the_bits_of_careful_steps(name, epochs):
    expr, rule, bounds, box, stops = LEAPS[name]
    starts = np.random.default_rng(5).uniform(*box, size=(150, 2))
    if bounds:
        starts = np.clip(starts, *np.transpose(bounds))
    careful = drive(expr, starts, rule=rule, epochs=epochs, bounds=bounds)
    leaping = drive(expr, starts, rule=rule, epochs=epochs, bounds=bounds, leap=True)
    assert epochs < 1000 or set(careful.stop) == stops
    for column in ("x", "nit", "evaluations", "stop"):
        assert (getattr(careful, column) == getattr(leaping, column)).all()


def test_leaping_stops_at_a_gradient_that_is_exactly_zero():
    starts = np.linspace(0.5, 3.0, 100)
    careful = drive("x**2", starts, lr=0.5, epochs=500)
    leaping = drive("x**2", starts, lr=0.5, epochs=500, leap=True)
    for ends in (careful, leaping):
        assert (ends.nit == 1).all()
        assert (ends.stop == Stop.TOLERANCE).all()
        assert (ends.x == 0.0).all()


def path(expr, start, steps, **more):
    """Give the points of one automatic run: the ends of runs that stop after 1, 2, ... steps."""
    limits = np.arange(1, steps + 1)
    ends = drive(expr, np.tile(start, (steps, 1)), epochs=limits, **more)
    taken = ends.nit == limits
    return np.vstack([[start], ends.x[taken]])


def noise(expr, points):
    """Give how much f changes when its arguments change by a rounding."""
    shifts = 1 + EPS * np.random.default_rng(0).uniform(-1, 1, (20, *points.shape))
    values = [Problem(expr).values(points * shift) for shift in shifts]
    return np.ptp(values, axis=0)


@pytest.mark.parametrize("known", CLASSICS, ids=lambda known: known.name)
def test_every_accepted_automatic_step_lowers_f(known):
    points = path(known.expr, known.start, 120)
    values = Problem(known.expr).values(points)
    assert len(values) > 3
    rounding = 8 * EPS * np.abs(values) + 4 * noise(known.expr, points)
    assert (np.diff(values) <= rounding[1:] + rounding[:-1]).all()
    assert values[-1] < values[0]


@pytest.mark.parametrize("known", CLASSICS, ids=lambda known: known.name)
def test_automatic_ends_are_ends_for_scipy_too(known):
    ends = drive(known.expr, [known.start], epochs=20_000, tol=1e-6)
    problem = Problem(known.expr)
    theirs = optimize.minimize(
        lambda x: problem.values(x[None])[0],
        ends.x[0],
        jac=lambda x: problem.gradients(x[None])[0],
        method="BFGS",
        options={"gtol": 1e-9},
    )
    assert ends.stop[0] in (Stop.TOLERANCE, Stop.FLOOR)
    assert problem.values(ends.x)[0] - theirs.fun <= 1e-8 * max(1.0, abs(theirs.fun))
    if not known.weak:
        assert ends.x[0] == pytest.approx(theirs.x, rel=1e-4, abs=1e-4)


def test_automatic_steps_stay_inside_the_bounds():
    bounds = [(-1.2, 0.5), (-0.5, 1.0)]
    points = path(ROSENBROCK, (-1.2, 1.0), 200, bounds=bounds)
    lower, upper = np.array(bounds).T
    assert ((points >= lower) & (points <= upper)).all()
    theirs = optimize.minimize(
        lambda v: (1 - v[0]) ** 2 + 100 * (v[1] - v[0] ** 2) ** 2,
        (-1.2, 1.0), bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9},
    )  # fmt: skip
    ends = drive(ROSENBROCK, [(-1.2, 1.0)], bounds=bounds, tol=1e-8)
    assert ends.x[0] == pytest.approx(theirs.x, abs=1e-6)
    assert ends.x[0, 0] == 0.5


def test_automatic_steps_count_rejected_evaluations_too():
    ends = drive(ROSENBROCK, [(-1.2, 1.0)], tol=1e-8)
    assert ends.evaluations[0] > ends.nit[0] > 0


def test_automatic_start_out_of_domain():
    ends = drive(ROOT, [-1.0, 0.0, 9.0], epochs=50)
    assert list(ends.stop[:2]) == [Stop.NONFINITE] * 2
    assert list(ends.x[:2, 0]) == [-1.0, 0.0]
    assert ends.x[2, 0] > 9.0


def test_f_that_reaches_minus_infinity_is_bottomless():
    ends = drive("-exp(x)", [1.0], epochs=10_000)
    assert ends.stop[0] == Stop.BOTTOMLESS


@pytest.mark.parametrize(
    "expr", ["abs(x - y) - min(x, y)", "x - y", "-exp(x) + y", "x**3 + 2*x + y"]
)
def test_runs_to_infinity_end(expr):
    starts = np.random.default_rng(0).uniform(-3, 3, size=(100, 2))
    ends = drive(expr, starts, tol=1e-8)
    assert not (ends.stop == Stop.TOLERANCE).any()
    assert ends.evaluations.max() < 20_000


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("kind", ["fixed", "automatic"])
def test_source_holds_no_name_of_the_user_and_no_whole_number(kind, bounded):
    symbolic = Problem(
        "alpha*sin(beta_1) + beta_1**3/7 + c*alpha**2 + log(alpha)", params={"c": 5}
    ).symbolic
    if kind == "fixed":
        kernel = source.kernel(symbolic, GradientDescent(0.1), bounded)
    else:
        kernel = source.kernel(symbolic, Automatic(), bounded)
    tree = ast.parse(kernel.source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"alpha", "beta_1", "c"}
    assert {"v0", "v1", "p0"} <= names
    body = [n for n in ast.walk(tree) if isinstance(n, ast.BinOp)]
    constants = {c.value for n in body for c in (n.left, n.right) if isinstance(c, ast.Constant)}
    assert all(isinstance(c, float) for c in constants - {1})  # nit + e + 1.0 counts as it may
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    assert imported - {"INF", "inline", "kernel"} <= names
    assert callable(store.load(kernel))


def test_source_is_the_same_for_other_values_of_parameters():
    one, two = Problem("a*x**2", params={"a": 1}), Problem("a*x**2", params={"a": 7})
    assert (
        source.kernel(one.symbolic, Automatic(), False).source
        == source.kernel(two.symbolic, Automatic(), False).source
    )
