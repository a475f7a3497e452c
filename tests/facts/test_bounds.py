"""Slopes of f on bounds, as they are inside."""

from __future__ import annotations

import numpy as np
import pytest

import symgd
from symgd import Problem
from symgd.facts.bounds import bound_slopes
from symgd.given.boxes import Box


@pytest.mark.parametrize(
    ("expr", "x", "slope", "falls"),
    [
        ("max(x, 0)", 0.0, 1.0, False),
        ("min(x, 2*x)", 0.0, 1.0, True),
        ("x**2 + x", 0.0, 1.0, True),
        ("-x", 1.0, -1.0, True),
        ("abs(x - 1)", 1.0, -1.0, False),
        ("sqrt(x)", 0.0, np.inf, False),  # beyond 0 it is not defined
    ],
)
def test_slopes_and_what_f_does_beyond(expr, x, slope, falls):
    box = Box(np.zeros(1), np.ones(1))
    slopes, outside = bound_slopes(Problem(expr), np.array([x]), box, np.ones(1))
    assert (slopes.tolist(), outside.tolist()) == ([slope], [falls])


def test_the_words_say_no_more_than_holds():
    kink = symgd.minimize("max(x, 0)", bounds=(0, 1)).message
    assert "its slope is 1" in kink
    assert "outside" not in kink
    assert "widen" not in kink
    steeper = symgd.minimize("min(x, 2*x)", bounds=(0, 1)).message
    assert "falls only outside the bounds: at the lower bound x = 0 its slope is 1" in steeper
