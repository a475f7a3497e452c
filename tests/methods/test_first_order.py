"""Methods of first order, step for step against the updates of their papers in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import numpy as np
import pytest

import symgd
from symgd import methods

ROSENBROCK = "(1 - x)**2 + 100*(y - x**2)**2"
STARTS = np.array([[-1.2, 1.0], [0.5, -0.7], [1.4, 2.0], [0.1, 0.2]])
STEPS = 40  # of more, what rounding makes of the way would show


def slope(point):
    x, y = point
    return np.array([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])


def heavy_ball(x, lr, beta):
    before = x
    while True:
        x, before = x - lr * slope(x) + beta * (x - before), x
        yield x


def nesterov(x, lr, beta):
    """Sutskever's form: a point, and the velocity that leads it; seen is the point ahead."""
    place, velocity = x.copy(), np.zeros(2)
    while True:
        velocity = beta * velocity - lr * slope(place + beta * velocity)
        place = place + velocity
        yield place + beta * velocity


def adagrad(x, lr, initial, eps):
    sums = np.full(2, initial)
    while True:
        g = slope(x)
        sums = sums + g**2
        x = x - lr * g / np.sqrt(sums + eps)
        yield x


def rmsprop(x, lr, decay, eps):
    mean = np.zeros(2)
    while True:
        g = slope(x)
        mean = decay * mean + (1 - decay) * g**2
        x = x - lr * g / np.sqrt(mean + eps)
        yield x


def weight(beta, t):
    """1 - beta**t, without the digits that the difference loses."""
    return -np.expm1(t * np.log(beta))


def adam(x, lr, beta1, beta2, eps, weight_decay=0.0, nesterov=False):
    m, v = np.zeros(2), np.zeros(2)
    for t in count(1):
        g = slope(x)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        ahead = m / weight(beta1, t)
        if nesterov:
            ahead = beta1 * m / weight(beta1, t + 1) + (1 - beta1) * g / weight(beta1, t)
        x = x - lr * (ahead / (np.sqrt(v / weight(beta2, t)) + eps) + weight_decay * x)
        yield x


def rprop(x, lr, shrink, grow, shortest, longest):
    """Branch by branch, one variable after the other."""
    x, lengths, before = x.copy(), [lr, lr], [0.0, 0.0]
    while True:
        g = slope(x)
        for i in range(2):
            if g[i] * before[i] < 0:
                lengths[i] = max(lengths[i] * shrink, shortest)
                before[i] = 0.0
                continue
            if g[i] * before[i] > 0:
                lengths[i] = min(lengths[i] * grow, longest)
            x[i] -= np.sign(g[i]) * lengths[i]
            before[i] = g[i]
        yield x.copy()


Update = Callable[..., Iterator[np.ndarray]]
CASES: list[tuple[methods.Method, Update, dict[str, bool]]] = [
    (methods.Momentum(lr=1e-4), heavy_ball, {}),
    (methods.Momentum(lr=2e-4, beta=0.5), heavy_ball, {}),
    (methods.Nesterov(lr=1e-4), nesterov, {}),
    (methods.Nesterov(lr=2e-4, beta=0.99), nesterov, {}),
    (methods.AdaGrad(lr=0.1), adagrad, {}),
    (methods.AdaGrad(lr=0.5, initial=0.0, eps=1e-3), adagrad, {}),
    (methods.RMSProp(lr=0.01), rmsprop, {}),
    (methods.RMSProp(lr=0.01, decay=0.99, eps=1e-4), rmsprop, {}),
    (methods.Adam(lr=0.05), adam, {}),
    (methods.Adam(lr=0.05, beta1=0.7, beta2=0.9, eps=1e-3), adam, {}),
    (methods.AdamW(lr=0.05, weight_decay=0.1), adam, {}),
    (methods.NAdam(lr=0.05), adam, {"nesterov": True}),
    (methods.RProp(lr=0.1), rprop, {}),
    (methods.RProp(lr=1.0, shrink=0.3, grow=1.5, shortest=0.01, longest=1.5), rprop, {}),
]


@pytest.mark.parametrize(
    ("method", "update", "more"), CASES, ids=lambda c: getattr(c, "__name__", repr(c)[:60])
)
def test_each_step_is_that_of_the_paper(method, update, more):
    r = symgd.minimize(ROSENBROCK, STARTS, method=method, epochs=STEPS, history=True)
    for start, path in zip(STARTS, r.history, strict=True):
        paper = update(start, *method.settings.values(), **more)
        expected = np.array([start, *(next(paper) for _ in range(STEPS))])
        rest = np.abs(slope(path[-1])).max() == 0  # then no step is taken any more
        assert len(path) == len(expected) or rest
        path = np.concatenate([path, np.tile(path[-1], (len(expected) - len(path), 1))])
        assert np.abs(path - expected).max() <= 1e-12 * np.abs(expected).max()


@pytest.mark.parametrize("name", ["momentum", "nesterov", "adagrad", "rmsprop", "adam", "nadam",
                                  "adamw", "rprop"])  # fmt: skip
def test_a_name_and_a_rate_are_enough(name):
    r = symgd.minimize("(x - 3)**2", x0=[0.0, 8.0], method=name, lr=0.05, epochs=3000)
    assert r.settings.method == name
    away = np.abs(r.runs.x[:, 0] - 3)
    assert (away < [0.1, 1.0 if name == "adagrad" else 0.1]).all()  # whose steps soon are short
    with pytest.raises(symgd.ConfigurationError, match=f"for the method '{name}'"):
        symgd.minimize("x**2", method=name)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_momentum_settles_with_the_rates_that_its_polynomial_says(beta):
    """The roots of z**2 - (1 + b - lr*c)*z + b are inside the circle up to 2*(1 + b)/c."""
    spectra = np.array([[1.0, 8.0]])
    pace = methods.Momentum(lr=0.1, beta=beta).near(spectra)
    assert pace.largest_rate == pytest.approx([2 * (1 + beta) / 8.0], rel=1e-9)
    roots = [np.roots([1, -(1 + beta - 0.1 * c), beta]) for c in spectra[0]]
    assert pace.factor == pytest.approx([np.abs(roots).max()], rel=1e-6)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_nesterov_settles_with_the_rates_that_its_polynomial_says(beta):
    """The roots of z**2 - (1 + b)*(1 - lr*c)*z + b*(1 - lr*c) are inside it up to there."""
    spectra = np.array([[1.0, 8.0]])
    pace = methods.Nesterov(lr=0.1, beta=beta).near(spectra)
    assert pace.largest_rate == pytest.approx([2 * (1 + beta) / (1 + 2 * beta) / 8.0], rel=1e-9)
    roots = [np.roots([1, -(1 + beta) * (1 - 0.1 * c), beta * (1 - 0.1 * c)]) for c in spectra[0]]
    assert pace.factor == pytest.approx([np.abs(roots).max()], rel=1e-6)


@pytest.mark.parametrize("method", [methods.Adam(lr=0.1), methods.RProp(lr=0.1),
                                    methods.AdaGrad(lr=0.1), methods.RMSProp(lr=0.1)])  # fmt: skip
def test_where_there_is_no_theory_nothing_is_said(method):
    assert method.near(np.array([[1.0, 8.0]])) is None


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
@pytest.mark.parametrize("rate", [0.01, 0.03])
def test_foretold_epochs_are_those_that_are_needed(name, rate):
    """On a quadratic, from the factor of a step; counted where the error has shrunk enough."""
    method = methods.METHODS[name](lr=rate)
    r = symgd.minimize("x**2 + 10*y**2", x0=[5.0, 5.0], method=method, epochs=3000, history=True)
    error = np.abs(r.history[0]).max(axis=1)
    after = np.flatnonzero(error > 1e-10 * error[0])[-1] + 1
    foretold = method.near(np.array([[2.0, 20.0]])).epochs(np.array([1e-10]))
    assert foretold == pytest.approx(after, rel=0.15)


@pytest.mark.parametrize("name", [n for n, m in methods.METHODS.items() if m.fixed])
@pytest.mark.parametrize(("x0", "rate"), [(0.0, 0.01), (0.3, 0.01), (0.3, 0.5), (0.3, 30.0)])
def test_every_end_of_every_method_is_told(name, x0, rate):
    """At the trap, on the way, on a cycle, far away."""
    given = {"x0": x0, "method": name, "lr": rate, "epochs": 200}
    r = symgd.minimize("cos(2*pi*x) + x**2", **given)
    assert r.status.name in r.explain()
    assert r.message
    if x0 == 0:
        assert r.status is symgd.Status.STALLED_AT_START
    assert not r.success or abs(abs(r.x[0] % 1) - 0.5) < 0.03
