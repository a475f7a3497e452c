"""How methods come near a minimum: theory of their own step, against epochs that are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules import HeavyBall

import symgd
from symgd import Status
from symgd.methods import Automatic, GradientDescent, Rule


@dataclass(frozen=True)
class Remembering(Rule):
    """The same with the last point for a memory, which moves with the minimum."""

    name = "remembering"
    slots = 1

    beta: float = 0.9

    @staticmethod
    def step(x, grad, epoch, last, lr, beta):
        return x - lr * grad + beta * (x - last), x


@dataclass(frozen=True)
class Decaying(Rule):
    """A rate that falls like 1/epoch**2: the way that is left never vanishes."""

    name = "decaying"

    @staticmethod
    def step(x, grad, epoch, lr):
        return (x - lr / epoch**2 * grad,)


@dataclass(frozen=True)
class Cubic(Rule):
    """Not linear in the gradient."""

    name = "cubic"

    @staticmethod
    def step(x, grad, epoch, lr):
        return (x - lr * grad * grad * grad,)


@dataclass(frozen=True)
class Shrinking(Rule):
    """Weight decay: it rests at 0 and at no minimum elsewhere."""

    name = "shrinking"

    @staticmethod
    def step(x, grad, epoch, lr):
        return (0.99 * x - lr * grad,)


def counted(rule, eigenvalues, share, start=1.0, most=9000):
    """Count the epochs after which the error on a quadratic stays below a share of what it was."""
    eigenvalues = np.array(eigenvalues, dtype=float)
    x = np.full(len(eigenvalues), start)
    slots = [np.zeros_like(x) for _ in range(rule.slots)]
    last = 0
    for epoch in range(1, most):
        x, *slots = rule.step(x, eigenvalues * x, epoch, *slots, *rule.settings.values())
        if np.abs(x).max() > share:
            last = epoch
    return last + 1


spectra = st.lists(st.floats(0.1, 10), min_size=1, max_size=3)


@given(spectra, st.floats(0.05, 0.95), st.floats(0.05, 1.9))
def test_heavy_ball_settles_up_to_its_own_rate(spectrum, beta, share):
    steepest = max(spectrum)
    pace = HeavyBall(lr=share / steepest, beta=beta).near(np.array([spectrum]))
    assert pace.largest_rate == pytest.approx([2 * (1 + beta) / steepest])  # Polyak 1964
    roots = [np.roots([1, -(1 + beta - share / steepest * v), beta]) for v in spectrum]
    assert pace.factor == pytest.approx([max(np.abs(r).max() for r in roots)], rel=1e-6)


@given(spectra, st.floats(0.05, 1.9))
def test_what_is_computed_for_every_rule_is_what_gradient_descent_says(spectrum, share):
    method = GradientDescent(share / max(spectrum))
    general, own = Rule.near(method, np.array([spectrum])), method.near(np.array([spectrum]))
    assert general.factor == pytest.approx(own.factor, rel=1e-12)
    assert general.largest_rate == pytest.approx(own.largest_rate, rel=1e-9)


@pytest.mark.parametrize(
    "rule", [HeavyBall(lr=0.01), HeavyBall(lr=0.002, beta=0.5), GradientDescent(lr=0.01)]
)
def test_epochs_are_predicted(rule):
    spectrum = [1.0, 4.0]
    (predicted,) = rule.near(np.array([spectrum])).epochs(np.array([1e-8]))
    assert predicted == pytest.approx(counted(rule, spectrum, 1e-8), rel=0.05)


def test_a_schedule_is_followed_epoch_by_epoch():
    rule, spectrum = Decaying(lr=0.9), [1.0, 1.5]
    pace = rule.near(np.array([spectrum, spectrum]), np.array([1, 1]))
    left = pace.epochs(np.array([0.2, 1e-6]))
    assert left[0] == counted(rule, spectrum, 0.2)
    assert np.isnan(left[1])  # the product of 1 - lr/epoch**2 has a limit above that
    assert np.isnan(pace.factor).all()


def test_a_schedule_goes_on_where_the_run_is():
    rule = Decaying(lr=0.9)
    x, epochs = 1.0, 0
    while x > 0.5:  # the loop from its 4th epoch on
        x -= 0.9 / (4 + epochs) ** 2 * x
        epochs += 1
        if epochs > 1000:
            epochs = np.nan
            break
    (left,) = rule.near(np.array([[1.0]]), np.array([4])).epochs(np.array([0.5]))
    assert left == epochs or (np.isnan(left) and np.isnan(epochs))


@pytest.mark.parametrize("method", [Cubic(lr=0.1), Shrinking(lr=0.1), Automatic()])
def test_without_theory_nothing_is_said(method):
    assert method.near(np.array([[1.0]])) is None


def test_a_memory_that_moves_with_the_minimum_is_understood():
    pace = Remembering(lr=0.1).near(np.array([[1.0, 2.0]]))
    same = HeavyBall(lr=0.1).near(np.array([[1.0, 2.0]]))
    assert pace.factor == pytest.approx(same.factor)
    assert pace.largest_rate == pytest.approx(same.largest_rate)


def test_where_nothing_curves_no_rate_is_too_large():
    pace = HeavyBall(lr=0.1).near(np.array([[-1.0], [0.0], [np.nan]]))
    assert list(pace.largest_rate[:2]) == [np.inf, np.inf]


def said(rule, epochs, expr="x**2/2 + 2*y**2"):
    result = symgd.minimize(expr, x0=[1.0, 1.0], method=rule, epochs=epochs)
    assert result.status is Status.SLOW
    return result


def test_the_epochs_that_are_promised_to_heavy_ball_do():
    rule = HeavyBall(lr=1e-3)
    slow = said(rule, 100)
    promised = int(slow.runs.evidence.epochs_left[0])
    for share, status in ((0.8, Status.SLOW), (1.1, Status.CONVERGED)):
        epochs = 100 + int(share * promised)
        again = symgd.minimize("x**2/2 + 2*y**2", x0=[1.0, 1.0], method=rule, epochs=epochs)
        assert again.status is status


def test_a_decaying_rate_is_promised_nothing():
    slow = said(Decaying(lr=0.05), 30)
    assert np.isnan(slow.runs.evidence.epochs_left[0])
    assert "more epochs would do" not in slow.explain()
    assert "each step leaves" not in slow.explain()


def test_nothing_is_promised_without_theory():
    slow = said(Cubic(lr=1e-3), 30)
    assert np.isnan(slow.runs.evidence.epochs_left[0])
    assert "would do" not in slow.explain()


def test_a_warning_before_the_run_knows_the_method():
    with pytest.warns(symgd.RateWarning, match=r"lr = 4 is above 3\.8, .*own recurrence"):
        symgd.minimize("x**2/2", x0=1.0, method=HeavyBall(lr=4.0), epochs=5)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"lr": 0.1}, 2 / 6),  # 2 / curvature
        ({"method": HeavyBall(lr=0.1)}, 2 * (1 + 0.9) / 6),  # Polyak: 2 (1 + beta) / curvature
        ({"method": "automatic"}, np.nan),
    ],
)
def test_a_minimum_knows_the_largest_rate_of_the_method(settings, expected):
    result = symgd.minimize("3*(x - 1)**2", x0=2.0, **settings)
    assert result.minima[0].largest_rate == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_a_sweep_tells_the_rate_at_the_minimum_and_not_on_the_way():
    sweep = symgd.sweep("x**3 - 6*x**2 + 11*x - 6", x0=[2.1, 3.0], lr=[0.01, 0.02], epochs=2)
    assert "lr = 2/3.464 = 0.5774" in sweep.summary()  # f'' = 2 sqrt(3) there
