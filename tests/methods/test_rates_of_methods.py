"""With which settings methods settle: formulas of papers, and epochs counted in NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symgd
from symgd import ConfigurationError, methods
from symgd.methods import Adam, GradientDescent, Momentum, Nesterov, OwnRule, Rule

SPECTRA = [(1.0, 100.0), (0.3, 0.5, 4.0), (2.0, 2.0), (1e-3, 7.0)]


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_the_best_heavy_ball_is_polyaks(spectrum):
    low, high = np.sqrt(min(spectrum)), np.sqrt(max(spectrum))
    rates = Momentum(lr=1.0).rates(np.array(spectrum))
    assert rates.best.lr == pytest.approx(4 / (high + low) ** 2, rel=1e-6)
    assert rates.best.beta == pytest.approx(((high - low) / (high + low)) ** 2, rel=1e-6, abs=1e-7)
    assert rates.factor == pytest.approx((high - low) / (high + low), rel=1e-5, abs=1e-3)


@pytest.mark.parametrize("spectrum", [s for s in SPECTRA if min(s) < max(s)])
def test_the_best_nesterov_is_that_of_lessard_recht_and_packard(spectrum):
    low, high = min(spectrum), max(spectrum)
    root = np.sqrt(3 * high / low + 1)
    rates = Nesterov(lr=1.0).rates(np.array(spectrum))
    assert rates.best.lr == pytest.approx(4 / (3 * high + low), rel=1e-6)
    assert rates.best.beta == pytest.approx((root - 2) / (root + 2), rel=1e-6)
    assert rates.factor == pytest.approx(1 - 2 / root, rel=1e-6)


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_the_best_plain_rate_is_that_of_the_textbooks(spectrum):
    low, high = min(spectrum), max(spectrum)
    rates = GradientDescent(lr=1.0).rates(np.array(spectrum))
    assert rates.best.lr == pytest.approx(2 / (low + high), rel=1e-6)
    assert rates.factor == pytest.approx((high - low) / (high + low), rel=1e-6, abs=1e-6)


@given(st.floats(0.1, 10), st.floats(0.0, 0.99), st.floats(0.01, 2.5))
def test_the_region_that_settles_is_that_of_the_roots(curvature, beta, share):
    """Of z**2 - (1 + b - lr*c)*z + b, for many settings at once."""
    lr = share / curvature
    rates = Momentum(lr=1.0).rates(np.array([curvature]))
    largest = np.abs(np.roots([1, -(1 + beta - share), beta])).max()
    assert rates.factors(lr=[lr, lr], beta=beta) == pytest.approx([largest] * 2, rel=1e-6)
    if abs(largest - 1) > 1e-6:
        assert bool(rates.settles(lr=lr, beta=beta)) == (largest < 1)
    assert rates.largest_rate(beta=beta) == pytest.approx(2 * (1 + beta) / curvature, rel=1e-9)


def heavy_ball(x, slope, lr, beta):
    before = x
    while True:
        x, before = x - lr * slope(x) + beta * (x - before), x
        yield x


def ahead(x, slope, lr, beta):
    """Nesterov's points at which the gradient is taken."""
    place, before = x, x
    while True:
        place, before = x - lr * slope(x), place
        x = place + beta * (place - before)
        yield x


def plain(x, slope, lr):
    while True:
        x = x - lr * slope(x)
        yield x


def averaged(x, slope, lr, keep):
    """Steps against a moving mean of the gradients."""
    mean = np.zeros_like(x)
    while True:
        mean = keep * mean + (1 - keep) * slope(x)
        x = x - lr * mean
        yield x


def mean_step(x, grad, epoch, mean, lr, keep=0.6):
    mean = keep * mean + (1 - keep) * grad
    return x - lr * mean, mean


FOUR = [(GradientDescent(0.05), plain), (Momentum(0.02, beta=0.8), heavy_ball),
        (Nesterov(0.03, beta=0.7), ahead), (OwnRule(0.04, mean_step), averaged)]  # fmt: skip

# Smooth problems, each with its gradient in NumPy, its minimum and the eigenvalues there.
SMOOTH = [
    (
        "x**2/2 + 8*y**2",
        lambda v: np.array([v[0], 16 * v[1]]),
        np.zeros(2),
        np.array([1.0, 16.0]),
    ),
    (
        "cosh(x - 1) + 5*log(cosh(y + 2)) + (x - 1)**2",
        lambda v: np.array([np.sinh(v[0] - 1) + 2 * (v[0] - 1), 5 * np.tanh(v[1] + 2)]),
        np.array([1.0, -2.0]),
        np.array([3.0, 5.0]),
    ),
    (
        "sqrt(1 + x**2) + 4*sqrt(1 + y**2) + x**2*y**2",
        lambda v: np.array([
            v[0] / np.sqrt(1 + v[0] ** 2) + 2 * v[0] * v[1] ** 2,
            4 * v[1] / np.sqrt(1 + v[1] ** 2) + 2 * v[0] ** 2 * v[1],
        ]),
        np.zeros(2),
        np.array([1.0, 4.0]),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "slope", "minimum", "spectrum"), SMOOTH)
@pytest.mark.parametrize(("method", "loop"), FOUR, ids=lambda m: getattr(m, "name", ""))
def test_foretold_epochs_are_those_of_a_loop(method, loop, formula, slope, minimum, spectrum):
    """From a start at the same distance along both axes, within 5 %."""
    found = symgd.minimize(formula, x0=minimum + 0.3).minima[0]
    assert found.eigenvalues == pytest.approx(spectrum, rel=1e-9)
    settings = method.settings
    foretold = found.rates(method).epochs(1e-8, **settings)
    errors = []
    for x in loop(minimum + 0.1, slope, *settings.values()):
        errors.append(np.abs(x - minimum).max())
        if len(errors) > 2 * foretold:
            break
    counted = np.flatnonzero(np.array(errors) > 1e-8 * 0.1)[-1] + 2
    assert foretold == pytest.approx(counted, rel=0.05)


POLYNOMIALS = {  # whose roots tell what a step leaves of the error
    GradientDescent: lambda c, lr: [1, -(1 - lr * c)],
    Momentum: lambda c, lr, beta: [1, -(1 + beta - lr * c), beta],
    Nesterov: lambda c, lr, beta: [1, -(1 + beta) * (1 - lr * c), beta * (1 - lr * c)],
}


@pytest.mark.parametrize("kind", POLYNOMIALS)
def test_no_other_settings_are_faster_in_the_long_run(kind):
    spectrum = np.array([1.0, 5.0, 30.0])
    best = kind(lr=1.0).rates(spectrum).best
    settings = np.array(list(best.settings.values()))

    def factor(values):
        return max(np.abs(np.roots(POLYNOMIALS[kind](c, *values))).max() for c in spectrum)

    least = factor(settings)
    changes = np.random.default_rng(0).uniform(0.8, 1.2, (300, len(settings)))
    assert min(factor(settings * change) for change in changes) >= least - 1e-6


def test_epochs_of_many_settings_are_those_of_each():
    rates = Momentum(lr=1.0).rates(np.array([1.0, 9.0]))
    lr, beta = np.array([0.01, 0.1, 0.6]), np.array([[0.2], [0.9]])
    table = rates.epochs(1e-6, lr=lr, beta=beta)
    assert table.shape == (2, 3)
    for i in range(2):
        for j in range(3):
            one = rates.epochs(1e-6, lr=lr[j], beta=beta[i, 0])
            assert table[i, j] == pytest.approx(one, nan_ok=True)
    assert np.isnan(table[0, 2])


def test_very_many_epochs_follow_from_the_factor_of_a_step():
    rates = GradientDescent(lr=1.0).rates(np.array([1e-6, 1.0]))
    expected = np.log(1e-3) / np.log1p(-1e-6)
    assert rates.epochs(1e-3, lr=1.0) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("kind", [Adam, methods.AdaGrad, methods.RMSProp, methods.NAdam,
                                  methods.AdamW])  # fmt: skip
def test_of_what_is_not_linear_nothing_is_invented(kind):
    minimum = symgd.minimize("x**2 + 4*y**2", x0=[1.0, 1.0]).minima[0]
    rates = minimum.rates(kind)
    assert not rates.known
    assert rates.best is None
    assert np.isnan([rates.factor, rates.epochs(), rates.largest_rate()]).all()
    assert np.isnan(rates.factors(lr=[0.1, 0.2])).all()
    assert not rates.settles(lr=[0.1, 0.2]).any()
    assert "not linear in the gradient" in str(rates)


def test_where_nothing_curves_no_share_is_foretold():
    flat = symgd.minimize("x**4", x0=1.0).minima[0]
    assert "not curved in every direction" in str(flat.rates(Momentum))


def test_along_a_valley_nothing_has_to_shrink():
    valley = symgd.minimize("(x + y - 1)**2", x0=[3.0, 1.0]).minima[0]
    assert valley.dimension == 1
    assert valley.rates(GradientDescent).best.lr == pytest.approx(1 / 4, rel=1e-6)


@dataclass(frozen=True)
class Falling(Rule):
    """Its rate falls by itself."""

    name = "falling"

    @staticmethod
    def step(x, grad, epoch, lr):
        return (x - lr / epoch * grad,)


def test_a_step_that_changes_has_no_factor():
    rates = Falling(lr=1.0).rates(np.array([1.0]))
    assert not rates.known
    assert "changes from epoch to epoch" in str(rates)


@pytest.mark.parametrize("method", ["momentum", 3, methods.RProp, methods.Automatic,
                                    methods.Faithful()])  # fmt: skip
def test_what_has_no_rate_is_refused(method):
    minimum = symgd.minimize("x**2", x0=1.0).minima[0]
    with pytest.raises(ConfigurationError):
        minimum.rates(method)


def test_a_setting_that_is_none_is_refused():
    with pytest.raises(ConfigurationError, match="beta1"):
        Momentum(lr=1.0).rates(np.array([1.0])).factors(beta1=0.5)


def test_words_have_the_numbers():
    text = str(Momentum(lr=1.0).rates(np.array([1.0, 100.0])))
    assert "lr = 0.03306, beta = 0.6694" in text
    assert "81.82 %" in text


def test_a_sweep_over_settings_is_the_runs_one_by_one():
    s = symgd.sweep("cosh(x) + y**2", x0=[2.0, 1.0], method="momentum", lr=[0.05, 0.2],
                    beta=[0.0, 0.5, 0.9], clip_norm=[0.5, 5.0], epochs=[7, 30])  # fmt: skip
    assert s.dims == ("lr", "beta", "clip_norm", "epochs")
    for i, lr in enumerate((0.05, 0.2)):
        for j, beta in enumerate((0.0, 0.5, 0.9)):
            for k, norm in enumerate((0.5, 5.0)):
                one = symgd.minimize("cosh(x) + y**2", [2.0, 1.0], method=Momentum(lr, beta=beta),
                                     clip_norm=norm, epochs=30)  # fmt: skip
                assert (s.x[i, j, k, 1] == one.x).all()
    assert "3 values of beta" in s.summary()


def test_a_sweep_over_a_setting_can_be_saved_and_drawn(tmp_path):
    s = symgd.sweep("x**2", x0=2.0, method="momentum", lr=0.1, beta=np.linspace(0, 0.9, 4),
                    epochs=40)  # fmt: skip
    s.save(tmp_path / "s.npz")
    again = symgd.load(tmp_path / "s.npz")
    assert (again.x == s.x).all()
    assert again.summary() == s.summary()
    assert "moves from" not in s.summary()  # beta is no parameter of f
    s.plot()


def test_runs_of_a_sweep_over_noise_are_told_with_their_own():
    s = symgd.sweep("cos(2*pi*x) + x**2", x0=0.0, lr=0.01, noise=[0.0, 0.1], epochs=300)
    assert [symgd.Status(c).name for c in s.status] == ["STALLED_AT_START", "OSCILLATING"]
    assert "noise of 0.1" in s.explain(noise=0.1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"beta": [0.1, 0.2]}, "beta"),
        ({"method": "gd", "lr": 0.1, "beta": 0.2}, "beta"),
        ({"method": "momentum", "beta": [0.2, 0.3]}, "lr"),
        ({"method": "momentum", "lr": 0.1, "bta": 0.2}, "did you mean beta?"),
        ({"method": Momentum(0.1), "beta": [0.2]}, "given by its name"),
        ({"method": "momentum", "lr": 0.1, "beta": "much"}, "a number, or several"),
    ],
)
def test_settings_that_are_none_of_the_method_are_refused(arguments, said):
    with pytest.raises(ConfigurationError) as caught:
        symgd.sweep("x**2", x0=1.0, **arguments)
    assert said in str(caught.value)


def test_a_parameter_with_the_name_of_a_setting_stays_one():
    s = symgd.sweep("beta*x**2", x0=1.0, lr=0.1, params={"beta": [1.0, 2.0]}, epochs=3)
    assert s.x == pytest.approx([0.8**3, 0.6**3])
    with pytest.raises(ConfigurationError, match="parameter of that name"):
        symgd.sweep("beta*x**2", x0=1.0, method="momentum", lr=0.1, beta=[0.1, 0.2],
                    params={"beta": 1.0})  # fmt: skip
