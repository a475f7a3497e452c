"""Hints of the parser say what works when it is typed, and what means the same."""

import math
import re

import numpy as np
import pytest

import symgd

X = np.linspace(0.05, 0.95, 7)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lg(x)", np.log10),
        ("tg(x)", np.tan),
        ("ctg(x)", lambda x: 1 / np.tan(x)),
        ("arctg(x)", np.arctan),
        ("sh(x)", np.sinh),
        ("ch(x)", np.cosh),
        ("th(x)", np.tanh),
        ("ld(x)", np.log2),
        ("logit(x)", lambda x: np.log(x) - np.log1p(-x)),
        ("leaky_relu(x)", lambda x: np.where(x > 0, x, x / 100)),
        ("elu(x)", lambda x: np.where(x > 0, x, np.expm1(x))),
        ("silu(x)", lambda x: x / (1 + np.exp(-x))),
        ("gelu(x)", lambda x: x / 2 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))),
        ("trunc(x)", np.trunc),
        ("frac(x)", lambda x: x % 1),
        ("sin^2(x)", lambda x: np.sin(x) ** 2),
        ("sin**2(x)", lambda x: np.sin(x) ** 2),
        ("sin²(x)", lambda x: np.sin(x) ** 2),
    ],
)
def test_what_a_hint_says_is_what_was_meant(typed, meant):
    with pytest.raises(symgd.ExpressionError) as caught:
        symgd.Problem(typed)
    said = re.search(r"(?:write |brackets: )(\S.*?)(?: for | \(column)", str(caught.value))[1]
    np.testing.assert_allclose(symgd.Problem(said).fun(X), meant(X), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["zeta", "bessely", "logit", "fmod"])
def test_no_function_is_taken_for_another_that_only_sounds_like_it(name):
    with pytest.raises(symgd.ExpressionError) as caught:
        symgd.Problem(f"{name}(0, x)")
    assert "did you mean" not in str(caught.value)


def test_pi_in_capitals_is_the_number_unless_it_is_declared():
    assert symgd.Problem("cos(2*PI*x) + Pi").fun(0.5) == pytest.approx(math.pi - 1)
    assert symgd.Problem("PI*x", variables=["x", "PI"]).names == ("x", "PI")
