"""Runs that go on: with what they remember they are one run, and results become one result."""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass

import numpy as np
import pytest
from problems import ROSENBROCK

import symgd
from symgd import ConfigurationError, Status

SMOOTH = "x**2 + 9*y**2 + sin(3*x*y)"
STARTS = [[1.0, 1.0], [2.0, -1.0]]
RULES = ("gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "nadam", "rprop")
ALL = list(Status)


@dataclass(frozen=True)
class HalfAgain(symgd.methods.Rule):
    """A rule of a user's own, which remembers its last gradient."""

    name = "half again"
    slots = 1

    @staticmethod
    def step(x, grad, epoch, last, lr):
        return x - lr * (grad + 0.5 * last), grad


def loop(gradient, x, velocity, steps, lr=0.01, beta=0.9):
    """Take steps of the heavy ball on paper."""
    for _ in range(steps):
        velocity = beta * velocity - lr * gradient(x)
        x = x + velocity
    return x, velocity


@pytest.mark.parametrize("history", [False, True, 7])
@pytest.mark.parametrize("method", RULES)
def test_fifty_steps_and_fifty_more_are_a_hundred(method, history):
    how = {"x0": STARTS, "method": method, "lr": 0.01, "history": history}
    half, whole = (symgd.minimize(SMOOTH, epochs=n, **how) for n in (50, 100))
    resumed = half.resume(ALL, epochs=50)
    for name in ("x", "fun", "nit", "status", "kind", "grad_norm"):
        assert (getattr(resumed.runs, name) == getattr(whole.runs, name)).all()
    assert resumed.settings == whole.settings
    assert resumed.explain() == whole.explain()
    assert (resumed.nfev, resumed.njev) == (whole.nfev, whole.njev)
    assert (half.runs.nit == 50).all()  # it stays as it was
    if history is True:
        for mine, its in zip(resumed.history, whole.history, strict=True):
            assert (mine == its).all()


def test_the_heavy_ball_goes_on_as_on_paper():
    half = symgd.minimize("x**2 + x**4", x0=1.5, method="momentum", lr=0.01, epochs=30)
    x, velocity = loop(lambda x: 2 * x + 4 * x**3, 1.5, 0.0, 30)
    assert half.standing.memory[0, 0] == pytest.approx(velocity, rel=1e-12)
    x, _ = loop(lambda x: 2 * x + 4 * x**3, x, velocity, 20)
    assert half.resume(ALL, epochs=20).x[0] == pytest.approx(x, rel=1e-12)


@pytest.mark.parametrize("method", ["adam", "momentum", "gd"])
def test_runs_go_on_after_saving_and_pickling(tmp_path, method):
    how = {"x0": STARTS, "method": method, "lr": 0.01}
    half, whole = (symgd.minimize(SMOOTH, epochs=n, **how) for n in (50, 100))
    half.save(tmp_path / "half.npz")
    for again in (symgd.load(tmp_path / "half.npz"), pickle.loads(pickle.dumps(half))):
        assert (again.resume(ALL, epochs=50).runs.x == whole.runs.x).all()


def test_a_rule_of_ones_own_goes_on_and_is_no_part_of_a_file(tmp_path):
    how = {"x0": STARTS, "method": HalfAgain(lr=0.01)}
    half, whole = (symgd.minimize(SMOOTH, epochs=n, **how) for n in (50, 100))
    assert (half.resume(ALL, epochs=50).runs.x == whole.runs.x).all()
    half.save(tmp_path / "half.npz")
    again = symgd.load(tmp_path / "half.npz")
    with pytest.raises(ConfigurationError, match="method: got None; takes a method: what the runs"):
        again.resume(ALL)
    assert (again.resume(ALL, epochs=50, method=HalfAgain(lr=0.01)).runs.x == whole.runs.x).all()


def test_only_chosen_runs_go_on():
    before = symgd.minimize(ROSENBROCK, starts=50, epochs=20)
    slow = before.runs.status == Status.SLOW
    assert 0 < slow.sum() < 50
    after = before.resume("slow", epochs=500)
    assert (after.runs.x[~slow] == before.runs.x[~slow]).all()
    assert (after.runs.nit[slow] > before.runs.nit[slow]).all()
    assert after.runs.success.sum() > before.runs.success.sum()
    assert (after.runs.x0 == before.runs.x0).all()
    assert after.minima[0].count == after.runs.success.sum()
    assert before.resume(Status.DIVERGED) is before


def test_runs_that_were_stopped_go_on_as_if_nothing_had_been():
    how = {"x0": np.linspace(1, 3, 200), "method": "adam", "lr": 1e-3, "epochs": 60_000, "tol": 0}
    halted = symgd.minimize("log(1 + x**2)", callback=lambda state: True, **how)
    assert Status.STOPPED in halted.counts
    whole = symgd.minimize("log(1 + x**2)", **how)
    resumed = halted
    for left in np.unique(60_000 - halted.runs.nit):
        rows = halted.runs.nit == 60_000 - left
        onward = halted.resume(ALL, epochs=int(left)) if left else halted
        assert (onward.runs.x[rows] == whole.runs.x[rows]).all()
        assert (onward.runs.nit[rows] == whole.runs.nit[rows]).all()
    assert resumed is halted


def test_another_method_begins_where_the_first_one_stopped():
    half = symgd.minimize(SMOOTH, x0=STARTS, lr=0.01, epochs=20)
    resumed = half.resume(ALL, method="adam", lr=0.1, epochs=30)
    anew = symgd.minimize(SMOOTH, x0=half.runs.x, method="adam", lr=0.1, epochs=30)
    assert (resumed.runs.x == anew.runs.x).all()
    assert (resumed.runs.nit == 50).all()
    assert resumed.settings.method == "adam"
    assert (resumed.runs.lr == 0.1).all()
    again = resumed.resume(ALL, epochs=30)
    longer = symgd.minimize(SMOOTH, x0=half.runs.x, method="adam", lr=0.1, epochs=60)
    assert (again.runs.x == longer.runs.x).all()


def test_the_automatic_step_finishes_what_fixed_steps_began():
    half = symgd.minimize(ROSENBROCK, x0=[[-1.2, 1.0]], lr=1e-4, epochs=100)
    assert half.status is Status.SLOW
    assert half.resume(method="automatic", epochs=10_000).success


def test_runs_of_a_file_of_an_older_version_begin_with_a_new_method():
    from dataclasses import replace

    old = replace(symgd.minimize(ROSENBROCK, starts=20, epochs=5), standing=None)
    with pytest.raises(ConfigurationError, match=r"^method"):
        old.resume()
    assert old.resume(method="automatic", epochs=10_000).runs.success.sum() > 10


BAD = [
    ({"status": "slwo"}, "did you mean SLOW"),
    ({"status": 3.5}, "status: got 3.5"),
    ({"epochs": 0}, "epochs: got 0"),
    ({"lr": 0.1}, "lr: got 0.1; takes nothing without a method"),
    ({"method": "adam"}, "lr: got None"),
    ({"method": "adm"}, "did you mean"),
    ({"time_limit": -1}, "time_limit"),
]


@pytest.mark.parametrize(("given", "words"), BAD)
def test_what_cannot_go_on_is_refused(given, words):
    result = symgd.minimize("x**2", x0=1.0, lr=0.1, epochs=3)
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        result.resume(**given)


def test_points_that_were_judged_are_no_runs():
    with pytest.raises(ConfigurationError, match="came from elsewhere"):
        symgd.judge("x**2", 1.0).resume()


def test_two_results_become_one():
    parts = [symgd.minimize("(x**2 - 1)**2", starts=100, seed=seed) for seed in (1, 2)]
    both = parts[0].join(parts[1])
    assert (both.runs.x == np.concatenate([p.runs.x for p in parts])).all()
    counts = [{round(float(m.x[0])): m.count for m in part.minima} for part in parts]
    joined = {round(float(m.x[0])): m.count for m in both.minima}
    assert joined == {x: counts[0][x] + counts[1][x] for x in (-1, 1)}
    assert both.fun == min(part.fun for part in parts)
    assert 0 < both.unseen < min(part.unseen for part in parts)
    assert (both.runs.evidence.fun0 == (both.runs.x0[:, 0] ** 2 - 1) ** 2).all()
    assert "200 runs" in both.summary()


def test_starts_that_both_have_tell_nothing_of_those_that_were_not_taken():
    result = symgd.minimize("(x**2 - 1)**2", starts=100)
    assert np.isnan(result.join(result).unseen)


def test_runs_that_others_continue_keep_their_parents():
    result = symgd.minimize("x**2 - y**2 + y**4", x0=[[1.0, 0.0]], escape=True)
    both = result.join(result)
    n = len(result.runs)
    assert (both.runs.parent[:n] == result.runs.parent).all()
    assert (both.runs.parent[n:][result.runs.parent >= 0] == n).all()


def test_joined_runs_go_on():
    how = {"method": "momentum", "lr": 0.01}
    halves = [symgd.minimize(SMOOTH, x0=[x], epochs=50, **how) for x in STARTS]
    whole = symgd.minimize(SMOOTH, x0=STARTS, epochs=100, **how)
    assert (halves[0].join(halves[1]).resume(ALL, epochs=50).runs.x == whole.runs.x).all()


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda: symgd.minimize("x**2 + 1", x0=1.0), "a result of the same problem"),
        (lambda: symgd.minimize("x**2", x0=1.0, bounds=(0, 2)), "the same bounds"),
        (lambda: 3, "a Result"),
    ],
)
def test_results_of_different_problems_are_not_joined(other, words):
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        symgd.minimize("x**2", x0=1.0).join(other())


def test_the_best_minima_come_first():
    result = symgd.minimize("cos(2*pi*x) + x**2")
    best = result.best(3)
    assert [m.fun for m in best] == sorted(m.fun for m in result.minima)[:3]
    assert result.best(100) == result.minima
    assert result.runs.fun[result.best] == result.fun
    assert symgd.minimize("x", x0=1.0, epochs=3).best(5) == ()
    assert pickle.loads(pickle.dumps(result)).best(1)[0].fun == best[0].fun
    with pytest.raises(ConfigurationError, match=r"^count"):
        result.best(0)
    sweep = symgd.sweep("(x**2 - 1)**2", x0=[-2.0, 2.0], lr=[0.01, 0.02], epochs=1000)
    assert sweep.best(5) == sweep.minima


def test_success_is_a_mask_over_the_axes():
    sweep = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5, 1.1], epochs=[1, 10])
    good = np.isin(sweep.status, [Status.CONVERGED, Status.AT_BOUND])
    assert (sweep.runs.success == good).all()
    assert sweep.runs.success.shape == (3, 2)


def test_runs_with_noise_and_schedules_go_on_bit_by_bit():
    rate = symgd.schedules.Exponential(0.01, 0.99)
    how = {"x0": STARTS, "method": "momentum", "lr": rate, "noise": 0.1, "seed": 3}
    half, whole = (symgd.minimize(SMOOTH, epochs=n, **how) for n in (50, 100))
    assert (half.resume(ALL, epochs=50).runs.x == whole.runs.x).all()


def test_maxima_go_on_and_are_joined():
    how = {"x0": STARTS, "method": "momentum", "lr": 0.01}
    half, whole = (symgd.maximize(f"-({SMOOTH})", epochs=n, **how) for n in (50, 100))
    resumed = half.resume(ALL, epochs=50)
    assert (resumed.runs.fun == whole.runs.fun).all()
    assert len(half.join(half).runs) == 4
