"""Rates that change from epoch to epoch, against loops in NumPy with the formulas written out."""

from __future__ import annotations

import copy
import math
import pickle
from functools import partial

import numpy as np
import pytest
from test_first_order import CASES, ROSENBROCK, STARTS, STEPS, slope

import symgd
from symgd import ConfigurationError, Status
from symgd.methods import Adam, GradientDescent, Momentum, OwnRule, RProp, Rule
from symgd.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    Piecewise,
    Step,
    WarmUp,
)

LOWEST = r"lowest rate of Cosine\(.*\) = 0\.3 is above 0\.25"


def staircase(epoch, first=1e-3, share=0.25):
    """A schedule of a user's own."""
    return np.where(epoch < 9, share, 1.0) * first / np.sqrt(epoch)


def cosine(done, first, steps, lowest):
    return lowest + (first - lowest) * (1 + math.cos(math.pi * min(done, steps) / steps)) / 2


# Each with its rate after so many steps, in plain Python.
SCHEDULES = [
    (Constant(1e-3), lambda done: 1e-3),
    (Step(1e-3, factor=0.5, every=7), lambda done: 1e-3 * 0.5 ** (done // 7)),
    (Exponential(1e-3, factor=0.9), lambda done: 1e-3 * 0.9**done),
    (Exponential(1e-3, factor=0.1, every=20), lambda done: 1e-3 * 0.1 ** (done / 20)),
    (InverseTime(1e-3, decay=0.2), lambda done: 1e-3 / (1 + 0.2 * done)),
    (Cosine(1e-3, steps=25), lambda done: cosine(done, 1e-3, 25, 0.0)),
    (Cosine(1e-3, steps=60, lowest=1e-4), lambda done: cosine(done, 1e-3, 60, 1e-4)),
    (
        WarmUp(8, then=Cosine(1e-3, steps=20)),
        lambda done: 1e-3 * (done + 1) / 8 if done < 8 else cosine(done - 8, 1e-3, 20, 0.0),
    ),
    (WarmUp(5, then=1e-3), lambda done: min(done + 1, 5) / 5 * 1e-3),
    (
        Piecewise([1e-3, WarmUp(4, then=Exponential(2e-3, factor=0.8)), 1e-4], after=[6, 30]),
        lambda done: (
            1e-3
            if done < 6
            else 1e-4
            if done >= 30
            else 2e-3 * (done - 5) / 4
            if done < 10
            else 2e-3 * 0.8 ** (done - 10)
        ),
    ),
    (staircase, lambda done: (0.25 if done < 8 else 1) * 1e-3 / math.sqrt(done + 1)),
    (
        partial(staircase, share=0.5),
        lambda done: (0.5 if done < 8 else 1) * 1e-3 / math.sqrt(done + 1),
    ),
]
IDS = [getattr(s, "words", "own") for s, _ in SCHEDULES]


@pytest.mark.parametrize(("schedule", "rate"), SCHEDULES, ids=IDS)
def test_each_rate_is_that_of_the_formula(schedule, rate):
    if isinstance(schedule, symgd.schedules.Schedule):
        expected = [rate(done) for done in range(70)]
        assert schedule(np.arange(1, 71)) == pytest.approx(expected, rel=1e-13, abs=1e-19)


@pytest.mark.parametrize(("schedule", "rate"), SCHEDULES, ids=IDS)
def test_momentum_steps_with_the_rates_of_its_schedule(schedule, rate):
    r = symgd.minimize(ROSENBROCK, STARTS, method="momentum", lr=schedule, epochs=STEPS,
                       history=True)  # fmt: skip
    for start, path in zip(STARTS, r.history, strict=True):
        x, velocity, expected = start, np.zeros(2), [start]
        for done in range(STEPS):
            velocity = 0.9 * velocity - rate(done) * slope(x)
            x = x + velocity
            expected.append(x)
        assert np.abs(path - expected).max() <= 1e-12 * np.abs(expected).max()
    assert r.runs.lr == pytest.approx(rate(STEPS - 1), rel=1e-12)


RULES = [method for method, _, _ in CASES[::2] if isinstance(method, Rule)]


@pytest.mark.parametrize("method", RULES, ids=lambda method: method.name)
def test_every_rule_takes_a_schedule(method):
    """As long as the rate is that of its number, the steps are the same."""
    first = {**method.settings, "lr": Piecewise([method.lr, method.lr / 3], after=[10])}
    r = symgd.minimize(ROSENBROCK, STARTS, method=type(method)(**first), epochs=11, history=True)
    plain = symgd.minimize(ROSENBROCK, STARTS, method=method, epochs=10, history=True)
    for path, known in zip(r.history, plain.history, strict=True):
        assert (path[:11] == known).all()
        assert (path[11] != path[10]).all()


def test_other_numbers_of_a_schedule_compile_nothing(monkeypatch):
    def run(schedule):
        return symgd.minimize("cosh(x - 1)", x0=3.0, lr=schedule, epochs=9).nit

    run(WarmUp(3, then=Cosine(0.1, steps=9)))
    run(partial(staircase, first=0.1))
    monkeypatch.setattr("symgd.engine.kernel.store._from_disk", None)
    assert run(WarmUp(5, then=Cosine(0.2, steps=30, lowest=0.01))) == 9
    assert run(partial(staircase, first=0.2, share=0.9)) == 9


def test_a_function_of_plain_numbers_is_a_rule():
    def signed(x, grad, epoch, mean, lr, beta=0.9):
        mean = beta * mean + (1 - beta) * grad
        return np.where(abs(grad) < 1e-3, x, x - lr * np.sign(mean)), mean

    r = symgd.minimize(ROSENBROCK, STARTS, method=partial(signed, beta=0.5), lr=0.01, epochs=STEPS,
                       history=True)  # fmt: skip
    assert r.settings.method == "signed"
    for start, path in zip(STARTS, r.history, strict=True):
        x, mean, expected = start, np.zeros(2), [start]
        for _ in range(STEPS):
            g = slope(x)
            mean = 0.5 * mean + 0.5 * g
            x = np.array([a - 0.01 * math.copysign(1, m) if abs(b) >= 1e-3 else a
                          for a, b, m in zip(x, g, mean, strict=True)])  # fmt: skip
            expected.append(x)
        assert np.abs(path - expected).max() <= 1e-12 * np.abs(expected).max()


def test_the_numbers_of_such_a_rule_compile_nothing(monkeypatch):
    def share(x, grad, epoch, lr, power=0.5):
        return (x - lr * grad / epoch**power,)

    symgd.minimize("cosh(x - 1)", x0=3.0, method=share, lr=0.1, epochs=9)
    monkeypatch.setattr("symgd.engine.kernel.store._from_disk", None)
    rule = OwnRule(0.2, partial(share, power=0.6))
    assert symgd.minimize("cosh(x - 1)", x0=3.0, method=rule, epochs=9).nit == 9


def test_epochs_left_follow_the_schedule():
    """The promise of a run that stopped early is kept, within a tenth."""
    given = {"x0": [1.0, 1.0], "lr": InverseTime(0.05, decay=0.005)}
    f = "x**2/2 + 2*y**2"
    slow = symgd.minimize(f, **given, epochs=60)
    assert slow.status is Status.SLOW
    left = int(slow.runs.evidence.epochs_left[0])
    assert symgd.minimize(f, **given, epochs=60 + int(0.8 * left)).status is Status.SLOW
    assert symgd.minimize(f, **given, epochs=60 + int(1.1 * left)).success


def test_a_schedule_that_comes_down_to_a_safe_rate_is_no_reason_to_warn():
    """2/8 is the largest rate there; a warning would be an error here."""
    r = symgd.minimize("4*x**2", x0=1.0, lr=Exponential(0.4, factor=0.9), epochs=200)
    assert r.success
    with pytest.warns(symgd.RateWarning, match=LOWEST):
        symgd.minimize("4*x**2", x0=1.0, lr=Cosine(0.4, steps=10, lowest=0.3), epochs=20)


def test_a_schedule_that_ended_too_soon_is_told():
    r = symgd.minimize("(x - 3)**2", x0=0.0, lr=Cosine(0.01, steps=50), epochs=80)
    assert r.status is Status.NO_PROGRESS
    assert "let lr fall more slowly" in r.explain()
    assert "at the end of its schedule" in r.explain()


def test_a_schedule_of_too_large_rates_is_blamed_and_not_its_last_rate():
    r = symgd.minimize("x**2", x0=1.0, lr=Cosine(3.0, steps=50), epochs=50)
    assert r.status is Status.DIVERGED
    assert "the rates of its schedule are too large: f grew" in " ".join(r.explain().split())


def test_a_schedule_is_told_and_saved(tmp_path):
    r = symgd.minimize("x**2", x0=1.0, lr=WarmUp(3, then=Step(0.3, factor=0.5, every=4)), epochs=9)
    words = "WarmUp(steps=3, then=Step(lr=0.3, factor=0.5, every=4))"
    assert r.settings.schedule == words
    assert r.settings.lr is None
    r.save(tmp_path / "r.npz")
    again = symgd.load(tmp_path / "r.npz")
    assert again.settings == r.settings
    assert pickle.loads(pickle.dumps(r)).settings == r.settings


def test_schedules_are_values():
    schedule = WarmUp(3, then=Piecewise([0.1, Cosine(0.2, 9)], after=[5]))
    for same in (copy.deepcopy(schedule), pickle.loads(pickle.dumps(schedule))):
        assert same == schedule
        assert (same(np.arange(1, 30)) == schedule(np.arange(1, 30))).all()


def test_a_sweep_takes_one_schedule():
    schedule = Exponential(0.1, factor=0.9)
    s = symgd.sweep("x**2", x0=[1.0, 2.0], lr=schedule, epochs=[5, 20])
    for i, x0 in enumerate((1.0, 2.0)):
        for j, epochs in enumerate((5, 20)):
            one = symgd.minimize("x**2", x0=x0, lr=schedule, epochs=epochs)
            assert s.x[i, j] == one.x[0]
    assert schedule.words in " ".join(s.summary().split())
    with pytest.raises(ConfigurationError, match="one schedule"):
        symgd.sweep("x**2", x0=1.0, lr=[schedule, schedule])


def not_arithmetic(epoch):
    if epoch > 3:
        return 0.1
    return 0.2


@pytest.mark.parametrize(
    ("lr", "said"),
    [
        (not_arithmetic, "if epoch > 3:"),
        (lambda epoch: np.arctan(epoch), "numpy.arctan is none of these"),
        (lambda epoch: 0.1 - 0.05 * epoch, "finite and not below 0"),
        (lambda: 0.1, "rate(epoch, name=number"),
        (lambda epoch, other: 0.1, "rate(epoch, name=number"),
        (Cosine, "a schedule"),
        ("cosine", "a schedule"),
    ],
)
def test_what_is_no_schedule_is_refused(lr, said):
    with pytest.raises(ConfigurationError) as caught:
        symgd.minimize("x**2", x0=1.0, lr=lr, epochs=3)
    assert said in str(caught.value)
    assert str(caught.value).startswith("lr")


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Constant(0), "lr"),
        (lambda: Step(0.1, factor=0.5, every=1.5), "every"),
        (lambda: Exponential(0.1, factor=-1), "factor"),
        (lambda: InverseTime(0.1, decay=math.nan), "decay"),
        (lambda: Cosine(0.1, steps=0), "steps"),
        (lambda: Cosine(0.1, steps=9, lowest=-1), "lowest"),
        (lambda: WarmUp(3, then="x"), "then"),
        (lambda: Piecewise([0.1, 0.2], after=[3, 4]), "after"),
        (lambda: Piecewise([0.1, 0.2, 0.3], after=[4, 3]), "after"),
        (lambda: Piecewise(0.1, after=[]), "parts"),
    ],
)
def test_wrong_numbers_are_refused_by_name(make, name):
    with pytest.raises(ConfigurationError) as caught:
        make()
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"method": RProp(lr=Constant(0.1))}, "whose steps change by themselves"),
        ({"method": "rprop", "lr": Constant(0.1)}, "whose steps change by themselves"),
        ({"method": "automatic", "lr": Constant(0.1)}, "lr"),
        ({"method": Adam(lr=0.1), "lr": Constant(0.1)}, "nothing beside a method object"),
        ({"method": lambda x, grad, epoch: (x,), "lr": 0.1}, "step(x, grad, epoch, *slots, lr"),
        ({"method": lambda x, lr: (x,), "lr": 0.1}, "step(x, grad, epoch, *slots, lr"),
        ({"method": lambda x, grad, epoch, lr: (x - lr * grad,)}, "a number > 0, or a schedule"),
    ],
)
def test_what_takes_no_schedule_says_so(given, said):
    with pytest.raises(ConfigurationError) as caught:
        symgd.minimize("x**2", x0=1.0, epochs=3, **given)
    assert said in str(caught.value)


def test_a_rate_may_be_a_schedule_in_every_way_of_writing():
    schedule = Cosine(0.1, steps=20)

    class Plain(Rule):
        name = "plain"

        @staticmethod
        def step(x, grad, epoch, lr):
            return (x - lr * grad,)

    ways = [
        {"lr": schedule},
        {"method": GradientDescent(lr=schedule)},
        {"method": Momentum(lr=schedule, beta=0.0)},
        {"method": Plain(lr=schedule)},
        {"method": lambda x, grad, epoch, lr: (x - lr * grad,), "lr": schedule},
    ]
    ends = [symgd.minimize("cosh(x)", x0=2.0, epochs=15, **way).x[0] for way in ways]
    assert ends == [ends[0]] * len(ways)


@pytest.mark.parametrize(
    ("make", "typed", "meant"),
    [
        (Cosine, {"steps": 30, "lowes": 0.1, "lr": 0.1}, "lowest"),
        (symgd.methods.Adam, {"lr": 0.1, "bta1": 0.3}, "beta1"),
        (symgd.methods.Momentum, {"learning_rate": 0.1}, "lr"),
    ],
    ids=lambda value: str(getattr(value, "__name__", "")),
)
def test_settings_that_are_unknown_are_refused_with_the_nearest_known_one(make, typed, meant):
    with pytest.raises(symgd.ConfigurationError, match=f"did you mean {meant}\\?$"):
        make(**typed)
