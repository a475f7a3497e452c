"""Rules as values, and a rule of the user's own inside the compiled loop."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from problems import ROSENBROCK
from rules import Averaged, HeavyBall

import symgd
from symgd import ConfigurationError, Status
from symgd.methods import METHODS, GradientDescent


def gradient(x):
    a, b = x.T
    return np.stack([2 * (a - 1) - 400 * a * (b - a**2), 200 * (b - a**2)], axis=1)


def loop(rule, x, epochs):
    slots = [np.zeros_like(x) for _ in range(rule.slots)]
    for epoch in range(1, epochs + 1):
        x, *slots = rule.step(x, gradient(x), epoch, *slots, *rule.settings.values())
    return x


RULES_OF_OURS = [
    GradientDescent(lr=5e-4),
    HeavyBall(lr=2e-4, beta=0.8),
    HeavyBall(lr=1e-4),
    Averaged(lr=0.01),
    Averaged(lr=0.02, beta2=0.9),
]


@pytest.mark.parametrize("rule", RULES_OF_OURS, ids=repr)
@pytest.mark.parametrize("epochs", [1, 2, 40, 200])
def test_a_rule_of_ones_own_matches_the_same_loop_in_numpy(rule, epochs):
    start = np.array([[-1.2, 1.0], [0.3, 0.4], [1.5, 2.0]])
    result = symgd.minimize(ROSENBROCK, x0=start, method=rule, epochs=epochs)
    assert (result.runs.nit == epochs).all()
    assert result.runs.x == pytest.approx(loop(rule, start, epochs), rel=1e-9)
    assert (result.runs.lr == rule.lr).all()
    assert result.settings.method == rule.name


def test_a_rule_with_memory_arrives_and_is_judged():
    result = symgd.minimize(ROSENBROCK, x0=[-1.2, 1.0], method=HeavyBall(lr=1e-3, beta=0.9))
    assert result.status is Status.CONVERGED
    assert result.x == pytest.approx([1.0, 1.0], abs=1e-6)
    assert result.summary()


def test_a_rule_with_memory_that_ran_out_of_epochs_is_judged():
    slow = symgd.minimize(ROSENBROCK, x0=[-1.2, 1.0], method=HeavyBall(lr=1e-5), epochs=20)
    assert slow.status is Status.SLOW
    wild = symgd.minimize("x**2", x0=1.0, method=HeavyBall(lr=5.0), epochs=30)
    assert wild.status is Status.DIVERGED


def test_a_rule_is_clipped_to_the_bounds_and_its_memory_is_kept_by_a_refill():
    start = np.linspace(-2, 2, 6000)
    result = symgd.minimize(
        "(x - 3)**2", x0=start, bounds=(-2, 2), method=HeavyBall(lr=0.01), epochs=300, tol=1e-9
    )
    assert result.counts == {Status.AT_BOUND: 6000}
    assert (result.runs.x == 2.0).all()
    alone = symgd.minimize(
        "(x - 3)**2", x0=start[4321], bounds=(-2, 2), method=HeavyBall(lr=0.01), epochs=300,
        tol=1e-9,
    )  # fmt: skip
    assert alone.runs.nit[0] == result.runs.nit[4321]


def test_settings_are_named_and_in_order():
    assert HeavyBall(lr=0.1).settings == {"lr": 0.1, "beta": 0.9}
    assert list(Averaged(lr=0.1).settings) == ["lr", "beta1", "beta2"]


def test_rules_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        GradientDescent(lr=0.1).lr = 0.2


@pytest.mark.parametrize("name", [n for n, m in METHODS.items() if m.fixed])
def test_a_name_and_its_rule_object_are_the_same(name):
    named = symgd.minimize("cosh(x - 1)", x0=3.0, method=name, lr=0.05, epochs=60)
    rule = METHODS[name](lr=0.05)
    assert rule.name == name
    assert symgd.minimize("cosh(x - 1)", x0=3.0, method=rule, epochs=60).x == named.x


def test_other_settings_compile_nothing(monkeypatch):
    symgd.minimize("cosh(x - 1)", x0=3.0, method=HeavyBall(lr=0.05), epochs=3)
    monkeypatch.setattr("symgd.engine.kernel.store._from_disk", None)
    result = symgd.minimize("cosh(x - 1)", x0=3.0, method=HeavyBall(lr=0.02, beta=0.1), epochs=9)
    assert result.nit == 9


def test_a_rate_beside_a_rule_object_is_refused():
    with pytest.raises(ConfigurationError, match="method object"):
        symgd.minimize("x**2", method=HeavyBall(lr=0.1), lr=0.2)
