"""From a formula to a verdict: known answers, and every verdict provoked on purpose."""

from __future__ import annotations

import _thread
import math
import threading
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from problems import ACKLEY, CLASSICS, COSINE, CUBIC, DECAYING, ROSENBROCK, published

import symgd
from symgd import Kind, Problem, Status
from symgd.engine.drive import lanes
from symgd.engine.kernel.stops import Stop

VALUE = 1e-10  # of f at a verified minimum, relative to max(1, |f|)


def nearest(x, points):
    return np.abs(np.asarray(points) - x).max(axis=1).min()


@pytest.mark.parametrize("known", CLASSICS, ids=lambda known: known.name)
def test_automatic_step_finds_every_known_minimum(known):
    result = symgd.minimize(known.expr, start_box=known.box)
    assert result.status is Status.CONVERGED
    assert result.fun == pytest.approx(known.fun, rel=VALUE, abs=VALUE)
    assert result.kind is (Kind.WEAK_MINIMUM if known.weak else Kind.MINIMUM)
    lowest = [m.x for m in result.minima if m.fun < known.fun + 1e-8 * max(1, abs(known.fun))]
    assert len(lowest) == len(known.minima)
    for point in known.minima:
        assert nearest(point, lowest) < (1e-3 if known.weak else 1e-8)


@pytest.mark.parametrize("known", CLASSICS, ids=lambda known: known.name)
def test_automatic_step_from_the_published_start(known):
    result = symgd.minimize(known.expr, x0=known.start)
    assert result.status is Status.CONVERGED
    assert nearest(result.x, [*known.minima, *known.ends]) < (1e-3 if known.weak else 1e-8)


STRONG = [known for known in CLASSICS if not known.weak]
WEAK = [known for known in CLASSICS if known.weak]


@pytest.mark.parametrize("known", STRONG, ids=lambda known: known.name)
def test_fixed_rate_arrives_and_says_so(known):
    result = symgd.minimize(known.expr, x0=known.start, lr=known.lr, epochs=300_000, tol=1e-9)
    assert result.status is Status.CONVERGED
    assert result.runs.lr[0] == known.lr
    assert nearest(result.x, known.arrivals) < 1e-6
    assert result.runs.grad_norm[0] <= 1e-9


@pytest.mark.parametrize("known", WEAK, ids=lambda known: known.name)
def test_fixed_rate_crawls_towards_a_singular_minimum(known):
    result = symgd.minimize(known.expr, x0=known.start, lr=known.lr, epochs=100_000, tol=1e-9)
    assert (result.status, result.nit) == (Status.SLOW, 100_000)
    assert nearest(result.x, known.minima) > 1e-3


@pytest.mark.parametrize("known", CLASSICS[:6], ids=lambda known: known.name)
def test_fixed_rate_with_few_epochs_is_slow(known):
    result = symgd.minimize(known.expr, x0=known.start, lr=known.lr / 10, epochs=3)
    assert (result.status, result.nit, result.success) == (Status.SLOW, 3, False)


@pytest.mark.parametrize("problem", published(), ids=lambda problem: problem.name)
def test_published_functions_reach_the_best_value_known(problem):
    result = symgd.minimize(problem.expr, variables=problem.variables, bounds=problem.bounds)
    assert result.success
    assert result.fun == pytest.approx(problem.fun, rel=1e-10, abs=1e-12)
    lower, upper = np.array(problem.bounds).T
    assert ((result.runs.x >= lower) & (result.runs.x <= upper)).all()


EXPECTED = [
    ("x**2", {"x0": 3}, Status.CONVERGED, Kind.MINIMUM),
    ("x**2", {"x0": 0}, Status.CONVERGED, Kind.MINIMUM),
    ("x**4", {"x0": [2.0]}, Status.CONVERGED, Kind.WEAK_MINIMUM),
    ("(x - y)**2", {"x0": [1, 2]}, Status.CONVERGED, Kind.WEAK_MINIMUM),
    ("x**2*y**2", {"x0": [1, 2]}, Status.CONVERGED, Kind.WEAK_MINIMUM),
    ("abs(x - 1)", {"x0": 3}, Status.CONVERGED, Kind.KINK_MINIMUM),
    ("x", {"x0": 0.5, "bounds": (0, 1)}, Status.AT_BOUND, Kind.MINIMUM),
    ("(x - 2)**2", {"x0": 0.5, "bounds": (0, 1), "lr": 0.1}, Status.AT_BOUND, Kind.MINIMUM),
    ("x**2 + y", {"x0": [0.5, 0.5], "bounds": {"y": (0, None)}}, Status.AT_BOUND, Kind.MINIMUM),
    ("-x**2", {"x0": 1, "bounds": (-1, 3)}, Status.AT_BOUND, Kind.MINIMUM),
    (COSINE, {"x0": 0}, Status.STALLED_AT_START, Kind.MAXIMUM),
    (COSINE, {"x0": 0, "lr": 0.01, "epochs": 100}, Status.STALLED_AT_START, Kind.MAXIMUM),
    ("x**3", {"x0": 0}, Status.STALLED_AT_START, Kind.SADDLE),
    ("(y - x**2)*(y - 3*x**2)", {"x0": [0, 0]}, Status.STALLED_AT_START, Kind.SADDLE),
    ("-abs(x)", {"x0": 0}, Status.STALLED_AT_START, Kind.MAXIMUM),
    ("x**2 - y**2", {"x0": [1, 0]}, Status.NOT_A_MINIMUM, Kind.SADDLE),
    ("x**2 - y**2", {"x0": [1, 0], "lr": 0.1}, Status.NOT_A_MINIMUM, Kind.SADDLE),
    ("tanh(x)**2", {"x0": 30}, Status.PLATEAU, Kind.FLAT),
    ("exp(-x**2)", {"x0": 5}, Status.PLATEAU, Kind.FLAT),
    ("sign(x)", {"x0": 0.5}, Status.PLATEAU, Kind.FLAT),
    ("exp(-x)", {"x0": 0}, Status.PLATEAU, Kind.FLAT),
    ("x**2", {"x0": 1, "lr": 1e-3, "epochs": 100}, Status.SLOW, Kind.NOT_STATIONARY),
    (ROSENBROCK, {"x0": [-1.2, 1], "epochs": 10}, Status.SLOW, Kind.NOT_STATIONARY),
    ("x**2", {"x0": 1, "lr": 1.0, "epochs": 100}, Status.OSCILLATING, Kind.NOT_STATIONARY),
    ("x**4", {"x0": 1, "lr": 0.5, "epochs": 99}, Status.OSCILLATING, Kind.NOT_STATIONARY),
    ("x**2", {"x0": 1, "lr": 1.01, "epochs": 10}, Status.DIVERGED, Kind.NOT_STATIONARY),
    ("x**2", {"x0": 1, "lr": 2.0, "epochs": 9999}, Status.DIVERGED, Kind.UNKNOWN),
    ("x**4", {"x0": 1, "lr": 0.6, "epochs": 100}, Status.DIVERGED, Kind.UNKNOWN),
    ("-x**2", {"x0": 1}, Status.DIVERGED, Kind.NOT_STATIONARY),
    (CUBIC, {"x0": 0}, Status.DIVERGED, Kind.NOT_STATIONARY),
    ("x", {"x0": 1}, Status.DIVERGED, Kind.NOT_STATIONARY),
    ("log(x)", {"x0": -1}, Status.OUT_OF_DOMAIN, Kind.UNKNOWN),
    ("log(x)", {"x0": 1, "lr": 0.9, "epochs": 50}, Status.OUT_OF_DOMAIN, Kind.UNKNOWN),
    ("sqrt(x)", {"x0": 1, "lr": 0.9, "epochs": 50}, Status.AT_BOUND, Kind.MINIMUM),
    ("sin(x)/x", {"x0": 0}, Status.OUT_OF_DOMAIN, Kind.UNKNOWN),
    ("x**2", {"x0": 1, "lr": 1e-300, "epochs": 9}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    ("sqrt(x)", {"x0": 2}, Status.AT_BOUND, Kind.MINIMUM),  # the edge of its domain
]


@pytest.mark.parametrize(("expr", "given", "status", "kind"), EXPECTED)
def test_verdicts(expr, given, status, kind):
    result = symgd.minimize(expr, **given)
    assert (result.status, result.kind) == (status, kind)
    assert result.success == (status in (Status.CONVERGED, Status.AT_BOUND))
    assert result.counts == {status: 1}
    assert len(result.minima) == result.success
    assert result.message
    assert result.summary()
    assert result.explain(0)


BOTTOMLESS = [
    ("x*z**2 + (x - z)**2", "falls as t**3 along x = z = t"),
    ("x**3 + (x - z)**4", "falls as t**3 along x = z = t"),
    ("(y - x**2)*(y - 3*x**2)", "falls as -t**4 along y = 2*t**2, rises along every line"),
    ("abs(x - y) - min(x, 2*y)", "falls as -t along x = y = t, a kink"),
    ("abs(x - y) - min(x, y)", "falls as -t along x = y = t, a kink"),
    ("abs(x - y) - x", "falls as -t along x = y = t, a kink"),
]


@pytest.mark.parametrize(("expr", "why"), BOTTOMLESS)
def test_what_has_no_minimum_has_no_success(expr, why):
    result = symgd.minimize(expr, starts=64, start_box=(-3, 3))
    assert result.minima == (), why
    assert not result.success


NO_MINIMUM = [
    ("1e-20*x**3", {"x0": 1.0}, "an inflection; f underflows around it"),
    ("x**3", {"x0": 1.0, "tol": 0}, "an inflection, approached until f underflows"),
    ("x**2 + y**3", {"x0": [1, 1], "tol": 0}, "an inflection along y"),
    ("x - sin(x)", {}, "inflections, where the gradient cancels to zero"),
    ("1e-6*exp(-x**2)", {}, "the tails of a bell, where f'' is subnormal"),
    ("exp(-x) + 1", {}, "f falls for ever, by less than its rounding"),
    ("where(x > 0.5, x**2, 1 - x)", {"x0": [4.805744971346968, 1.6]}, "0.25 is not attained"),
    ("sin(x)", {"x0": [1e17, 1e22, 1e300]}, "the doubles are coarser than the waves"),
    ("1/x", {}, "a pole"),
    ("tan(x)", {}, "poles"),
    ("a*x**2 + b", {"params": {"a": -1, "b": 1e308}}, "a maximum drowned by a constant"),
]


@pytest.mark.parametrize(("expr", "given", "why"), NO_MINIMUM)
def test_nothing_is_called_a_minimum_where_none_is(expr, given, why):
    result = symgd.minimize(expr, **given)
    assert result.minima == (), why


def test_a_loose_tolerance_is_no_licence():
    loose = symgd.minimize("cos(2*pi*x) + x**2", x0=[0.1, 1.0], lr=0.1, epochs=2, tol=1e3)
    assert not loose.success
    assert symgd.minimize("cos(2*pi*x) + x**2", x0=0.1, tol=1e300).success


def test_runs_beyond_the_range_of_the_fast_sine_take_the_same_steps():
    x, lr = 3e12, 0.3  # beyond 2**40
    result = symgd.minimize("sin(x/4)", x0=4 * x, lr=lr, epochs=3)
    expected = 4 * x
    for _ in range(3):
        expected -= lr * math.cos(expected / 4) / 4
    assert result.x[0] == pytest.approx(expected, rel=1e-15)
    assert result.nit == 3


def test_plain_results_name_the_variables():
    plain = symgd.minimize("(x - 1)**2 + (y + 2)**2").to_dict()
    assert plain["x"] == pytest.approx({"x": 1.0, "y": -2.0})
    assert [m["x"] for m in plain["minima"]] == [pytest.approx({"x": 1.0, "y": -2.0})]


def test_an_interruption_is_not_followed_by_more_steps(monkeypatch):
    whole, calls = lanes.run, []

    def interrupted(kernel, batch, workers):
        if not kernel.method.descends:
            return whole(kernel, batch, workers)
        calls.append(batch.n_runs)
        ends = whole(kernel, batch, workers)
        ends.stop[0] = Stop.INTERRUPTED
        raise symgd.Interrupted(ends)

    given = {"expr": "exp(-x)", "x0": [0.0, 1.0], "polish": False}
    monkeypatch.setattr(lanes, "run", interrupted)
    with pytest.raises(symgd.Interrupted) as caught:
        symgd.minimize(**given)
    assert calls == [2]
    assert caught.value.result.runs.status[0] == Status.STOPPED


def test_every_status_is_provoked_here():
    assert {status for *_, status, _ in EXPECTED} | {Status.STOPPED} == set(Status)


def test_stopped_by_an_interruption():
    expr = "log(1 + x**2) + x/9"
    symgd.minimize(expr, x0=1, lr=1e-9, epochs=1)
    timer = threading.Timer(0.5, _thread.interrupt_main)
    timer.start()
    with pytest.raises(symgd.Interrupted) as caught:
        symgd.minimize(expr, x0=1, lr=1e-9, epochs=10**13)
    timer.cancel()
    result = caught.value.result
    assert (result.status, result.kind) == (Status.STOPPED, Kind.NOT_STATIONARY)
    assert 0 < result.nit < 10**13
    assert result.fun < Problem(expr).fun(1.0)


def test_evidence_carries_the_numbers():
    slow = symgd.minimize("x**2", x0=1, lr=1e-3, epochs=100, tol=1e-8)
    left = slow.runs.evidence.epochs_left[0]
    assert symgd.minimize("x**2", x0=1, lr=1e-3, epochs=100 + int(1.05 * left), tol=1e-8).success
    assert not symgd.minimize("x**2", x0=1, lr=1e-3, epochs=int(0.8 * left), tol=1e-8).success
    turning = symgd.minimize("x**2", x0=1, lr=1.0, epochs=100)
    assert turning.runs.evidence.period[0] == 2
    assert turning.runs.evidence.curvature_high[0] == 2.0
    outside = symgd.minimize("x + log(x - 2)", x0=1)
    condition = outside.problem.domain[outside.runs.evidence.condition[0]]
    assert "x - 2" in condition.text


def test_starts_out_of_domain_harm_no_other_run():
    x0 = np.array([-1.0, 4.0, -3.0, 0.5])
    result = symgd.minimize("x - log(x)", x0=x0)
    assert [Status(s) for s in result.runs.status] == [
        Status.OUT_OF_DOMAIN, Status.CONVERGED, Status.OUT_OF_DOMAIN, Status.CONVERGED,
    ]  # fmt: skip
    assert result.x == pytest.approx([1.0])
    assert (result.runs.minimum == [-1, 0, -1, 0]).all()
    assert np.isnan(result.runs.fun[[0, 2]]).all()


def test_all_starts_out_of_domain_give_a_result():
    result = symgd.minimize("log(x) + log(-x)", x0=[1.0, 2.0, 3.0])
    assert result.counts == {Status.OUT_OF_DOMAIN: 3}
    assert not result.success
    assert result.minima == ()
    assert np.isnan(result.fun)
    assert result.summary()
    assert result.explain()


def test_escape_leads_from_a_maximum_to_both_sides():
    result = symgd.minimize(COSINE, x0=0, escape=True)
    assert list(result.runs.parent) == [-1, 0, 0]
    assert (result.runs.x0 == 0.0).all()
    assert Status(result.runs.status[0]) is Status.STALLED_AT_START
    assert np.sort(result.runs.x[1:, 0]) == pytest.approx([-0.475802451024221, 0.475802451024221])
    assert [m.count for m in result.minima] == [1, 1]
    assert result.success


def test_escape_goes_on_from_saddle_to_saddle():
    result = symgd.minimize("x**4 - 2*x**2 + y**4 - 2*y**2", x0=[0, 0], escape=True)
    runs = result.runs
    assert Kind(runs.kind[0]) is Kind.MAXIMUM
    assert {Kind(k) for k in runs.kind[1:3]} == {Kind.SADDLE}
    assert list(runs.parent[:3]) == [-1, 0, 0]
    assert set(runs.parent[3:]) == {1, 2}
    assert len(result.minima) == 4
    for point in [(1, 1), (1, -1), (-1, 1), (-1, -1)]:
        assert nearest(point, [m.x for m in result.minima]) < 1e-8


def test_escape_leaves_runs_that_arrived_alone():
    plain, escaping = (symgd.minimize(COSINE, x0=[0.3, 1.2], escape=e) for e in (False, True))
    assert (plain.runs.x == escaping.runs.x).all()
    assert (escaping.runs.parent == -1).all()


@pytest.mark.parametrize(
    ("expr", "given"),
    [
        (COSINE, {"start_box": (-3, 3)}),
        (DECAYING, {"lr": 0.1}),
        ("log(x) + 1/x + (y - 1)**2", {}),
        (CUBIC, {"escape": True, "x0": [2 - 1 / 3**0.5, 0, 3, 4]}),
        (ACKLEY, {"bounds": (-5, 5)}),
    ],
)
def test_counts_and_shares_add_up(expr, given):
    result = symgd.minimize(expr, **given)
    runs, n = result.runs, len(result.runs)
    assert sum(result.counts.values()) == n
    assert result.counts == Counter(Status(s) for s in runs.status)
    success = np.isin(runs.status, [Status.CONVERGED, Status.AT_BOUND])
    assert ((runs.minimum >= 0) == success).all()
    assert sum(m.count for m in result.minima) == success.sum()
    assert sum(m.share for m in result.minima) == pytest.approx(success.mean())
    for number, minimum in enumerate(result.minima):
        assert (minimum.runs == np.flatnonzero(runs.minimum == number)).all()
        assert minimum.count == len(minimum.runs) > 0
    values = [m.fun for m in result.minima]
    assert all(a <= b + 1e-14 * abs(b) for a, b in pairwise(values))  # ties stand by their places
    assert runs.fun == pytest.approx(result.problem.fun(runs.x), nan_ok=True, rel=1e-13)


def test_ackley_is_a_kink_at_its_lowest_point():
    result = symgd.minimize(ACKLEY, x0=[[0.3, -0.2], [1.0, 1.0]])
    assert result.success
    assert np.abs(result.x).max() < 1e-12
    assert result.kind is Kind.KINK_MINIMUM


def test_best_run_is_the_lowest_success_even_when_a_failure_is_lower():
    result = symgd.minimize(CUBIC, x0=[0.0, 4.0, 2.6])
    assert result.runs.fun.argmin() == 0
    assert Status(result.runs.status[0]) is Status.DIVERGED
    assert result.best in (1, 2)
    assert result.success
    assert result.x == pytest.approx([2 + 1 / 3**0.5])
    assert result.x is not None
    assert result.jac == pytest.approx([0.0], abs=1e-12)


def test_best_run_without_a_success_is_the_lowest_finite_value():
    result = symgd.minimize("log(x)", x0=[-1.0, 5.0, 3.0], lr=1e-3, epochs=10)
    assert not result.success
    assert result.best == 2
    assert result.fun == np.nanmin(result.runs.fun)


def test_minima_know_their_largest_safe_rate():
    (minimum,) = symgd.minimize("3*(x - 1)**2 + y**2").minima
    assert minimum.eigenvalues == pytest.approx([2.0, 6.0])
    assert minimum.lr_max == pytest.approx(1 / 3)
    below = symgd.minimize("3*(x - 1)**2 + y**2", x0=[4, 4], lr=0.99 / 3, epochs=3000)
    above = symgd.minimize("3*(x - 1)**2 + y**2", x0=[4, 4], lr=1.01 / 3, epochs=3000)
    assert below.success
    assert above.status is Status.DIVERGED


@pytest.mark.parametrize("given", [{}, {"lr": 0.01, "epochs": 500}, {"bounds": (-9, 9)}])
def test_nothing_depends_on_the_workers_or_on_other_starts(given):
    x0 = np.linspace(-9, 9, 501)
    whole = symgd.minimize(DECAYING, x0=x0, **given)
    for part, result in [
        (slice(None), symgd.minimize(DECAYING, x0=x0, workers=3, **given)),
        (slice(7, 8), symgd.minimize(DECAYING, x0=x0[7:8], **given)),
        (slice(0, None, 5), symgd.minimize(DECAYING, x0=x0[::5], workers=1, **given)),
    ]:
        for name in ("x", "fun", "grad_norm", "status", "kind", "nit"):
            theirs, ours = getattr(whole.runs, name)[part], getattr(result.runs, name)
            assert np.array_equal(theirs, ours, equal_nan=True), name


def test_bounds_are_never_left():
    result = symgd.minimize("log(x) + (x - 3)**2", bounds=(1e-3, 5), starts=64)
    assert result.runs.x.min() >= 1e-3
    assert Status.OUT_OF_DOMAIN not in result.counts
    free = symgd.minimize("log(x) + (x - 3)**2", x0=np.linspace(-1, 5, 64))
    assert Status.OUT_OF_DOMAIN in free.counts


def test_tol_0_takes_every_step_unless_the_gradient_is_zero():
    assert symgd.minimize("x**2", x0=1, lr=0.25, epochs=600).nit == 600
    assert symgd.minimize("x**2", x0=1, lr=0.5, epochs=600).nit == 1


def test_polish_moves_the_ends_to_the_minimum_only_when_asked():
    given = {"x0": 4.0, "lr": 0.1, "epochs": 200}
    raw = symgd.minimize(CUBIC, **given)
    polished = symgd.minimize(CUBIC, **given, polish=True)
    loose = symgd.minimize(CUBIC, x0=4.0, tol=1e-2, polish=False)
    exact = 2 + 1 / 3**0.5
    assert raw.nit == polished.nit <= 200
    assert polished.status is Status.CONVERGED
    assert polished.x[0] == pytest.approx(exact, rel=4e-16)
    assert symgd.minimize(CUBIC, x0=4.0, tol=1e-2).x[0] == pytest.approx(exact, rel=4e-16)
    assert loose.runs.grad_norm[0] <= 1e-2


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_a_large_constant_does_not_hide_a_slope(factor):
    result = symgd.minimize(f"1e12 + {factor}*x", x0=1, lr=1e-3 / factor, epochs=100)
    assert result.status is Status.SLOW


def test_params_reach_the_run_and_the_result():
    result = symgd.minimize("(x - a)**2 + b", params={"a": 3, "b": 7})
    assert (result.x[0], result.fun) == (3.0, 7.0)
    assert dict(result.problem.params) == {"a": 3.0, "b": 7.0}


def test_order_of_variables():
    assert symgd.minimize("x10 + x2**2 + (x10 - 3)**2").problem.names == ("x2", "x10")
    result = symgd.minimize("(x - 1)**2 + (y - 2)**2", variables=["y", "x"])
    assert result.x == pytest.approx([2.0, 1.0])


def test_same_call_same_bits():
    first, second = (symgd.minimize(ACKLEY, starts=300, seed=3) for _ in range(2))
    assert (first.runs.x == second.runs.x).all()
    assert (first.runs.nit == second.runs.nit).all()
    other = symgd.minimize(ACKLEY, starts=300, seed=4)
    assert (first.runs.x0 != other.runs.x0).all()
