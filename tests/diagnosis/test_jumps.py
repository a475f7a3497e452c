"""Minima on the border of a piece: f has them where the border belongs to the lower piece."""

import numpy as np
import pytest

import symgd
from symgd.results.runs import SUCCESS

PIECES = {  # the lower piece, its minimum over y, a higher one
    "y + y**4": (-(0.25 ** (1 / 3)), "(2*y + 1)**2 + y**4 + 1"),
    "(y - 3)**2": (3.0, "(y + 1)**2 + 40"),
    "abs(y - 1)": (1.0, "y**2 + 7"),
}
PLACES = {"-2": -2.0, "0.3": 0.3, "0": 0.0}


def family():
    for low, (lowest, high) in PIECES.items():
        for text, place in PLACES.items():
            yield low, high, text, place, lowest


@pytest.mark.parametrize("scale", [1, 1e6, 1e-6])
@pytest.mark.parametrize(("low", "high", "text", "place", "lowest"), [*family()])
def test_a_minimum_on_a_border_that_belongs_to_the_lower_piece_is_found(
    low, high, text, place, lowest, scale
):
    expr = f"{scale}*(where(x > {text}, {high}, {low}) + abs(x - ({text})))"
    result = symgd.minimize(expr, starts=64)
    success = SUCCESS[result.runs.status]
    there = np.abs(result.runs.x - [place, lowest]).max(axis=1) <= 1e-6
    assert there.sum() > 8
    assert np.count_nonzero(success & there) >= 0.9 * there.sum()
    assert not np.any(success & ~there)


@pytest.mark.parametrize(("low", "high", "text", "place", "lowest"), [*family()])
def test_a_border_that_belongs_to_the_higher_piece_has_no_minimum(low, high, text, place, lowest):
    expr = f"where(x >= {text}, {high}, {low}) + abs(x - ({text}))"
    assert not SUCCESS[symgd.minimize(expr, starts=64).runs.status].any()
