"""The warning of a rate that is too large, given before any run."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import COSINE

import symgd
from symgd import RateWarning, Status, minimize


def warned(*args, **settings):
    """The warning that a call gives, or None, and its result."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = minimize(*args, **settings)
    assert len(caught) <= 1
    return (caught[0] if caught else None), result


@given(a=st.floats(0.01, 100), share=st.floats(0.2, 5), x0=st.floats(-10, 10))
def test_a_parabola(a, share, x0):
    warning, result = warned("a*(x - 1)**2/2", x0, params={"a": a}, lr=share * 2 / a, epochs=300)
    assert (warning is not None) == (share > 1)
    if warning is not None:
        assert issubclass(warning.category, RateWarning)
        stays = result.status is Status.CONVERGED and x0 == 1
        assert stays or result.status in (Status.OSCILLATING, Status.DIVERGED)


def test_it_names_the_rate_the_minimum_and_the_caller():
    with pytest.warns(RateWarning) as caught:
        minimize(COSINE, 0.3, lr=0.1, epochs=50)
    x = 0.4758020763  # SciPy's brentq on f'
    curvature = 2 - 4 * np.pi**2 * np.cos(2 * np.pi * x)
    assert str(caught[0].message) == (
        f"lr = 0.1 is above {2 / curvature:.4g}, the largest rate at which fixed steps can settle "
        f"at x = 0.4758 (2 divided by the curvature {curvature:.4g} there)"
    )
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("expr", "settings"),
    [
        (COSINE, {"x0": 0.3, "lr": 0.048, "epochs": 50}),
        (COSINE, {"x0": 0.3}),
        ("-x**2", {"x0": 1.0, "lr": 5.0, "epochs": 3}),
        ("x", {"x0": 1.0, "lr": 5.0, "epochs": 3}),
        ("abs(x)", {"x0": 1.0, "lr": 5.0, "epochs": 3}),
        ("log(x)", {"x0": -1.0, "lr": 5.0, "epochs": 3}),
    ],
)
def test_no_warning_without_cause(expr, settings):
    assert warned(expr, **settings)[0] is None


def test_a_rule_of_ones_own_has_rates_of_its_own():
    class Sign(symgd.rules.Rule):
        name = "sign"
        step = staticmethod(lambda x, grad, epoch, lr: (x - lr * grad / (abs(grad) + 1e-9),))

    assert warned("50*x**2", 1.0, method=Sign(lr=0.1), epochs=5)[0] is None


def test_many_starts_cost_no_more_than_a_few():
    warning, _ = warned("5*x**2 + y**2", np.ones((1000, 2)), lr=0.3, epochs=2)
    assert "lr = 0.3 is above 0.2," in str(warning.message)
