"""Directions that do not mix."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mpf

from symgd.precise.linear import conjugate, dot, times


@st.composite
def symmetric(draw):
    n = draw(st.integers(1, 5))
    entry = st.integers(-9, 9)
    lower = [[draw(entry) for _ in range(i + 1)] for i in range(n)]
    scale = [2.0 ** draw(st.integers(-20, 20)) for _ in range(n)]
    full = [[lower[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]
    return [[mpf(full[i][j]) * mpf(scale[i]) * mpf(scale[j]) for j in range(n)] for i in range(n)]


@given(symmetric())
def test_the_form_is_diagonal_in_them_and_has_the_same_signs(form):
    with mpmath.workdps(60):
        directions, curvatures = conjugate(form)
        for i, one in enumerate(directions):
            image = times(form, one)
            assert abs(dot(one, image) - curvatures[i]) <= mpf("1e-30") * abs(curvatures[i]) + mpf(
                "1e-30"
            )
            for other in directions[i + 1 :]:
                limit = mpmath.sqrt(abs(dot(one, image) * dot(other, times(form, other))))
                assert abs(dot(other, image)) <= mpf("1e-30") * (1 + limit)
        matrix = np.array([[float(d) for d in direction] for direction in directions])
        assert np.linalg.matrix_rank(matrix / np.abs(matrix).max(axis=1, keepdims=True)) == len(
            form
        )


@pytest.mark.parametrize(
    ("form", "negative", "zero"),
    [([[0, 1], [1, 0]], 1, 0), ([[1, 1], [1, 1]], 0, 1), ([[2, 0], [0, -3]], 1, 0), ([[0]], 0, 1)],
)
def test_inertia(form, negative, zero):
    _, curvatures = conjugate([[mpf(entry) for entry in row] for row in form])
    assert sum(c < 0 for c in curvatures) == negative
    assert sum(c == 0 for c in curvatures) == zero
