"""A variable that may have been meant as a parameter is named where that helps."""

import pytest

import symgd
from symgd import plots

HINT = r"a and x are variables here; give params=\{'a': \.\.\.\} to fix one"


def test_a_start_for_one_variable_less_names_it():
    with pytest.raises(symgd.ConfigurationError, match=HINT):
        symgd.minimize("a*x**2", x0=1.0)


def test_a_curve_of_one_variable_more_names_it():
    with pytest.raises(symgd.ConfigurationError, match=HINT):
        plots.curve("a*x**2", -1, 1)


def test_a_result_without_a_minimum_names_it():
    assert "params={'a': ...}" in symgd.minimize("a*x**2", epochs=50).summary()


@pytest.mark.parametrize("text", ["a**2 + x**2", "x*y", "a*b"])
def test_nobody_is_told_who_found_a_minimum_or_has_names_of_one_kind(text):
    assert "params" not in symgd.minimize(text, epochs=50).summary()
