"""What happens once x or the gradient is not finite: kernels rely on what methods say of it."""

from __future__ import annotations

import numpy as np
import pytest

import symgd
from symgd.methods import METHODS
from symgd.methods.rule import Rule

LASTING = sorted(name for name, kind in METHODS.items() if getattr(kind, "lasting", False))
WRONG = [np.inf, -np.inf, np.nan]


def test_the_methods_that_say_so_are_those_whose_steps_are_sums_with_x():
    rules = {name for name, kind in METHODS.items() if issubclass(kind, Rule)}
    assert set(LASTING) == rules
    assert "rprop" not in LASTING


@pytest.mark.parametrize("name", LASTING)
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("where", ["x", "gradient"])
def test_x_is_never_finite_again_once_it_or_the_gradient_was_not(name, wrong, where):
    rng = np.random.default_rng(0)
    method = METHODS[name](lr=0.1)
    step, settings = type(method).step, list(method.settings.values())
    x, slots = rng.normal(size=64), np.zeros((method.slots, 64))
    with np.errstate(all="ignore"):
        for epoch in range(1, 40):
            gradient = rng.normal(size=64) * 10.0 ** rng.uniform(-9, 9, size=64)
            if epoch == 7:
                x = np.full(64, wrong) if where == "x" else x
                gradient = np.full(64, wrong) if where == "gradient" else gradient
            x, *slots = step(x, gradient, float(epoch), *slots, *settings)
            assert np.isfinite(x).all() == (epoch < 7)


def drift(x, grad, epoch, lr):
    return (x + lr * (1 + 0.1 * np.tanh(grad)),)


def remembered(x, grad, epoch, last, lr):
    return x + lr * (1 + 0.1 * np.tanh(grad)), np.tanh(grad)


@pytest.mark.parametrize("rule", [drift, remembered])
def test_a_rule_that_walks_on_ends_where_the_gradient_is_not_finite(rule):
    x = 0.3
    with np.errstate(over="ignore"):
        for count in range(100):  # until exp(1000*sin(x)) is infinite, before it is finite again
            gradient = np.exp(1000 * np.sin(x)) * 1000 * np.cos(x)
            if not np.isfinite(gradient):
                break
            x = rule(x, gradient, count, *([0.0] if rule is remembered else []), 0.01)[0]
    r = symgd.minimize("exp(1000*sin(x))", x0=0.3, method=rule, lr=0.01, epochs=600)
    assert (r.status.name, r.nit) == ("OUT_OF_DOMAIN", count)
    assert r.x[0] == pytest.approx(x, rel=1e-12)
