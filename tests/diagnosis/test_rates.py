"""Rates of fixed steps, against what fixed steps do on a quadratic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgd import minimize
from symgd.diagnosis.rates import rates
from symgd.methods import GradientDescent

spectra = st.lists(st.floats(0.01, 100), min_size=1, max_size=5).map(sorted)


def errors(spectrum, lr, steps):
    """The size of the error after fixed steps on a quadratic with this spectrum."""
    error = np.ones(len(spectrum))
    sizes = []
    for _ in range(steps):
        error = error - lr * np.array(spectrum) * error
        sizes.append(np.abs(error).max())
    return np.array(sizes)


@given(spectra)
def test_rates_do_what_they_say_on_a_quadratic(spectrum):
    (largest,), (best,), (contraction,) = rates(np.array([spectrum]))
    assert errors(spectrum, 0.999 * largest, 50)[-1] <= 1
    assert errors(spectrum, 1.01 * largest, 50)[-1] > 1
    assert errors(spectrum, best, 4) == pytest.approx(contraction ** np.arange(1, 5), abs=1e-12)
    for other in (0.9 * best, 1.1 * best):
        assert errors(spectrum, other, 1)[0] > contraction
    pace = GradientDescent(best).near(np.array([spectrum]))
    assert pace.factor == pytest.approx([contraction], abs=1e-12)
    assert pace.largest_rate == [largest]


def test_rates_without_curvature():
    largest, best, contraction = rates(np.array([[0.0, 0.0], [-1.0, np.nan], [np.nan, np.nan]]))
    assert largest[:2] == best[:2] == [np.inf, np.inf]
    assert np.isnan([*contraction, largest[2], best[2]]).all()


def test_a_variable_that_does_not_move_is_left_out():
    assert rates(np.array([[1.0, 4.0, np.nan]])) == ([0.5], [0.4], [pytest.approx(0.6)])


def test_minima_carry_their_rates():
    minimum = minimize("x**2 + 4*y**2 + 3").minima[0]  # eigenvalues 2 and 8
    assert (minimum.lr_max, minimum.lr_best) == (0.25, pytest.approx(0.2))
    assert minimum.contraction == pytest.approx(0.6)
    run = minimize("x**2 + 4*y**2 + 3", [1.0, 1.0], lr=minimum.lr_best, epochs=10)
    assert np.abs(run.x) == pytest.approx(0.6**10)


def test_a_kink_has_no_rate():
    minimum = minimize("abs(x)").minima[0]
    assert np.isnan([minimum.lr_max, minimum.lr_best, minimum.contraction]).all()
    assert np.isnan(minimum.eigenvalues).all()
