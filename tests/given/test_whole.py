"""Whole numbers may be written as decimal ones."""

from fractions import Fraction

import numpy as np
import pytest

import symgd
from symgd.given.numbers import read_whole


@pytest.mark.parametrize(
    "ten", [10, 10.0, np.float32(10), np.int8(10), np.array(10.0), Fraction(10), np.array(10)]
)
def test_a_whole_number_of_any_type_is_one(ten):
    found = read_whole("epochs", ten, 1)
    assert found == 10
    assert type(found) is int


@pytest.mark.parametrize("odd", [10.5, "10", True, np.True_, np.nan, np.inf, 10 + 0j, [10], None])
def test_what_is_no_whole_number_is_refused(odd):
    with pytest.raises(symgd.ConfigurationError, match="whole number"):
        read_whole("epochs", odd, 1)


def test_numbers_of_epochs_may_be_rounded_ones():
    counts = np.round(np.linspace(10, 500, 40))
    table = symgd.sweep("x**2", x0=1.0, lr=0.1, epochs=counts)
    assert table.coords["epochs"].tolist() == counts.astype(int).tolist()
    assert len(symgd.minimize("x**2", starts=1e2, epochs=10.0).runs) == 100
