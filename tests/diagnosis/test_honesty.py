"""The judge of verdicts is right where the answer is known, and the scoreboard adds up."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

import symgd
from benchmarks.flow import Landscape
from benchmarks.honesty import __main__ as honesty
from benchmarks.honesty import starts, tables
from benchmarks.honesty.contestants import OURS, ours
from benchmarks.honesty.oracle import FAR, NEAR, Care, Finding, Oracle, lower
from benchmarks.honesty.runs import Effort, Run, judged
from benchmarks.honesty.scores import Score
from benchmarks.honesty.tasks import Task, task

TINY = Effort(tries=10, random=2, beside=1, rated=2, contestants=(OURS,))


def on(expr, n, side=1.0):
    return Task(
        name=expr, expr=expr, variables=("x", "y")[:n], lower=np.full(n, -side),
        upper=np.full(n, side), fun=0.0, best=np.zeros((1, n)), smooth=True,
    )  # fmt: skip


ROSENBROCK = "(1 - x)**2 + 100*(y - x**2)**2"
ILL = "(x + y)**2 + 1e-8*(x - y)**2"
CIRCLE = "(x**2 + y**2 - 1)**2"
CROOKED = "1000*Abs(y - x**2) + Abs(x)"  # a valley along a curved kink, its floor falls towards 0
TILTED = "cos(2*pi*x) + 0.1*x"
HOLLOW = 0.5 - np.arcsin(0.1 / (2 * np.pi)) / (2 * np.pi)  # by hand; the one beside it is lower

MINIMA = [
    ("x**2", (0.0,)),
    ("x**2", (1e-9,)),
    ("1e9 + x**2", (1e-9,)),
    ("(x - 0.3)**4", (0.3,)),
    ("Abs(x - 0.1)", (0.1,)),
    ("Max(x, -2*x)", (0.0,)),
    ("x", (-1.0,)),
    ("(x + 2)**2", (-1.0,)),
    ("x + y**2", (-1.0, 0.0)),
    ("-x - y", (1.0, 1.0)),
    (ROSENBROCK, (1.0, 1.0)),
    (ILL, (0.0, 0.0)),
    (CROOKED, (0.0, 0.0)),
    (CIRCLE, (np.cos(1.0) + 1e-9, np.sin(1.0))),  # beside the floor of a level valley
    ("Abs(x*y - 0.1)", (0.3, 0.1 / 0.3)),
]
OTHERS = [
    ("-x**2", (0.0,), FAR),
    ("x**3", (0.0,), FAR),
    ("-Abs(x)", (0.0,), FAR),
    ("x", (1.0,), FAR),
    ("x**2 - y**2", (0.0, 0.0), FAR),
    ("x**2 - 1e-8*y**2", (0.0, 0.0), FAR),
    ("x**2 + x*y**2", (0.0, 0.0), FAR),
    ("(y - x**2)*(y - 3*x**2)", (0.0, 0.0), FAR),  # Peano's: a minimum along every straight line
    ("x**2 + y", (0.0, -0.5), FAR),
    (CIRCLE, (0.0, 0.0), FAR),
    (ILL, (0.01, -0.01), FAR),
    (ROSENBROCK, (0.5, 0.25), FAR),
    (ROSENBROCK, (0.999, 0.999**2), NEAR),
    (CROOKED, (0.5, 0.25), NEAR),
    ("x**2", (1e-5,), NEAR),
    ("1e9 + x**2", (1e-5,), NEAR),
]


@pytest.mark.parametrize(("expr", "x"), MINIMA)
def test_nothing_is_lower_than_a_minimum(expr, x):
    assert lower(on(expr, len(x)), np.array(x)).reach == 0


@pytest.mark.parametrize(("expr", "x", "reach"), OTHERS)
def test_a_lower_point_is_found_and_is_lower(expr, x, reach):
    there, here = on(expr, len(x)), np.array(x)
    finding = lower(there, here)
    assert finding.reach >= reach
    assert there.exact(finding.point[None], 50)[0] < there.exact(here[None], 50)[0]
    assert there.inside(finding.point[None])[0]


def test_another_basin_does_not_count():
    near, far = on(TILTED, 1), on(TILTED, 1, side=1000.0)
    assert abs(HOLLOW - 1) < far.width[0] * FAR  # the lower hollow lies within reach
    for there in (near, far):
        assert lower(there, np.array([HOLLOW])).reach == 0
    assert lower(far, np.array([HOLLOW - 0.2])).reach > 0


def test_hollows_of_all_sizes_are_minima():
    there = on("x**6*(sin(1/x) + 2)", 1)
    hollow = brentq(lambda x: 6 * x * (np.sin(1 / x) + 2) - np.cos(1 / x), 0.002045, 0.002049)
    sides = there.values(hollow + np.array([[-1e-6], [0.0], [1e-6]]))
    assert sides.argmin() == 1
    assert lower(there, np.array([hollow])).reach == 0


def test_a_tiny_hollow_is_a_minimum():
    there = on("x**3 - 1e-12*x", 1)  # f' = 0 at sqrt(1e-12 / 3)
    assert lower(there, np.array([np.sqrt(1e-12 / 3)])).reach == 0
    assert lower(there, np.array([-np.sqrt(1e-12 / 3)])).reach == FAR


def test_a_plateau_is_no_minimum_that_a_run_could_miss():
    there = on("1 - exp(-x**2)", 1, side=30.0)
    assert lower(there, np.array([8.0]), Care.CLOSE).reach > 0
    assert lower(there, np.array([0.0]), Care.CLOSE).reach == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_digits_see_what_doubles_do_not(sign):
    there, here = on(f"{sign}*exp(-x**2)", 1, side=30.0), np.array([28.0])
    assert there.values(here[None])[0] == 0
    finding = lower(there, here)
    assert finding.reach == FAR
    assert (finding.point[0] - 28.0) * sign > 0


def test_crumbs_are_seen_when_looked_at_closely():
    beside = np.array([np.cos(1.0) + 1e-9, np.sin(1.0)])
    assert lower(on(CIRCLE, 2), beside, Care.CLOSE).reach > 0
    assert lower(on(f"1 + {CIRCLE}", 2), beside, Care.CLOSE).reach == 0  # hidden by rounding
    assert lower(on(f"1 + {CIRCLE}", 2), beside, Care.EXACT).reach > 0
    assert lower(on("1 + x**2", 1), np.array([2e-9]), Care.EXACT).reach > 0
    assert lower(on("1 + x**2", 1), np.array([0.0]), Care.EXACT).reach == 0
    assert lower(on("x**2", 1), np.array([3e-7]), Care.CLOSE).reach == 1e-7


def test_no_verdict_where_f_is_level_or_undefined():
    assert np.isnan(lower(on("Piecewise((0, x < 0.5), (1, True))", 1), np.array([0.2])).reach)
    assert np.isinf(lower(on("sqrt(x)", 1), np.array([-0.5])).reach)


def test_oracle_judges_each_place_once():
    oracle = Oracle(on("x**2 - y**2", 2))
    first = oracle(np.array([0.0, 0.0]))
    assert oracle(np.array([1e-12, 0.0])) is first
    assert oracle(np.array([0.1, 0.0])) is not first


WAVES = on("cos(2*pi*x) + 2*cos(2*pi*y)", 2)
KINDS = {(0, 0): "maximum", (0.5, 0.5): "minimum", (0, 0.5): "saddle", (0.5, 0): "saddle"}


def test_stationary_points_are_told_apart():
    found = starts.stationary(WAVES, 100)
    places = [tuple(np.abs(point.x).round(9)) for point in found]
    assert set(places) == set(KINDS)
    assert [point.kind for point in found] == [KINDS[place] for place in places]
    assert WAVES.inside(np.array([point.x for point in found]), 1e-3).all()
    for point in found:
        np.testing.assert_allclose(
            np.sort(np.abs(point.curvatures)), np.array([4, 8]) * np.pi**2, rtol=0.01
        )


def test_starts_lie_where_they_should():
    found = starts.stationary(WAVES, 100)
    families = starts.families(WAVES, found, random=7, most=2)
    assert {name: len(points) for name, points in families.items()} == {
        "centre": 1, "axes": 12, "random": 7, "at saddles": 6, "at maxima": 3,
    }  # fmt: skip
    assert (families["axes"] == 0).any(axis=1).all()
    beside = np.abs(families["at saddles"])
    assert (np.linalg.norm(beside - beside.round(1), axis=1) < 1.1e-9).all()
    origin = starts.families(on("(x - 0.1)**2", 1, side=1.0), [], 1, 1)
    assert "origin" not in origin  # it is the centre


def test_safe_rate_is_the_nearest_minimums():
    minima = [starts.Stationary(np.array([x]), np.array([c])) for x, c in ((-0.5, 4.0), (0.5, 8.0))]
    rates = starts.safe_rates(on("x", 1), minima, np.array([[-0.9], [0.1], [0.6]]))
    np.testing.assert_array_equal(rates, [0.5, 0.25, 0.25])


def run(reported, reach, inside=True, best=True, contestant=OURS, faithful=None):
    point = np.zeros(1)
    return Run(
        "p", "random", contestant, True, point, point, ", bounds=p.bounds", "SLOW", reported,
        inside, Finding(reach, point + 1 if reach else None, 0.5), best, faithful,
    )  # fmt: skip


RUNS = [
    run(True, 0.0, faithful=True), run(True, 0.0, best=False, faithful=False), run(True, NEAR),
    run(True, FAR), run(False, 0.0, faithful=True),
    run(False, FAR), run(False, 1e-7), run(True, np.nan, inside=False), run(True, np.inf),
]  # fmt: skip


def test_scores_add_up():
    assert Score.of(RUNS) == Score(
        runs=9, left=1, reported=5, false=3, far=2, true=2, missed=1, best=1, faithful=2, flowing=3
    )


def test_tables_show_the_counts():
    runs = [*RUNS, run(True, 0.0, contestant="peer")]
    rows = tables.summary(runs).splitlines()
    cells = "9 | 1 | 5 | 3 (60.0%) | 2 (40.0%) | 2 | 3 | 1 (33.3%) | 1 (11.1%) | 2 (66.7%)"
    assert rows[2] == f"| smooth | symgd | {cells} |"
    assert rows[3] == "|  | peer | 1 | 0 | 1 | 0 | 0 | 1 | 1 | 0 | 1 (100.0%) | 0 |"
    assert "| p | 9 | 3 (60.0%) | 1 (33.3%) | 1 SLOW | `symgd.minimize(" in tables.problems(runs)
    assert len(tables.wrong(runs).splitlines()) == 2 * 4
    assert tables.ahead(runs).count("peer") == 0
    assert "| p | peer | 3 | 2 |" in tables.ahead([*RUNS, *[runs[-1]] * 3])


def test_a_problem_goes_through_all_parts():
    runs = judged(WAVES, TINY)
    by_rate = [r for r in runs if r.fixed]
    assert {r.family for r in runs if not r.fixed} == {
        "centre", "axes", "random", "at saddles", "at maxima",
    }  # fmt: skip
    assert len(by_rate) == 2 * 5 * TINY.rated
    text = honesty.page(runs, [], TINY, "quick")
    assert "SciPy BFGS did not take part." in text
    assert f"| smooth | symgd | {len(runs) - len(by_rate)} |" in text


def test_line_repeats_a_run():
    p = task("Wavy")
    x0 = p.uniform(1, "test")
    ends = ours(p, x0, bounds=None, lr=0.01, epochs=5)
    again = run(True, 0.0)
    object.__setattr__(again, "x0", x0[0])
    object.__setattr__(again, "keywords", ", lr=0.01, epochs=5")
    assert again.line == f"symgd.minimize(p.problem, {x0[0].tolist()}, lr=0.01, epochs=5)"
    np.testing.assert_array_equal(symgd.minimize(p.problem, x0[0], lr=0.01, epochs=5).x, ends.x[0])


def test_the_flow_of_gradient_descent_is_followed_to_its_minimum():
    """A quadratic turned by 30 degrees and a double well: where small Euler steps lead."""
    land = Landscape(symgd.Problem("(x**2 - 1)**2 + 3*(y - x)**2"), -2 * np.ones(2), 2 * np.ones(2))
    x0 = land.starts(12)
    x = x0.copy()
    for _ in range(40_000):
        x -= 1e-3 * land.problem.gradients(x)
    assert land.same(land.destinations(x0), land.minima(x)).all()
    assert not np.isnan(land.minima(x)).any()
    outside = Landscape(land.problem, np.array([-2.0, -2.0]), np.array([2.0, 0.5]))
    led = outside.destinations_inside(x0)
    assert (np.isnan(led).any(axis=1) >= (x[:, 1] > 0.5)).all()


def test_flows_that_lead_nowhere_or_round_a_pole():
    down = Landscape(symgd.Problem("exp(-x) + y**2"), np.array([1.0, -1]), np.array([2.0, 1]))
    assert np.isnan(down.destinations(down.starts(3))).all()
    pole = Landscape(symgd.Problem("1/x**2 + (x - 3)**2"), np.array([-9.0]), np.array([9.0]))
    x0 = np.array([[-2.0], [0.5], [8.0]])
    roots = np.roots([1, -3, 0, 0, -1])  # x**4 - 3*x**3 = 1
    left, right = np.sort(roots.real[np.abs(roots.imag) < 1e-9])
    assert pole.destinations(x0)[:, 0] == pytest.approx([left, right, right], abs=1e-6)
