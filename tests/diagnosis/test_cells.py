"""Points that are one point, to some tolerance."""

import numpy as np
import pytest

from symgd.arrays import unrelated
from symgd.diagnosis.cells import cells


@pytest.mark.parametrize("n_vars", [1, 2, 3, 4, 6])
def test_each_place_of_a_grid_is_one_cell(n_vars):
    places = np.array(np.meshgrid(*[np.arange(3.0)] * n_vars)).reshape(n_vars, -1).T
    points = np.concatenate([places, places + 0.3, places - 0.3])
    first, member = cells(points, np.ones(n_vars))
    assert len(first) == len(places)
    assert np.array_equal(member[: len(places)], member[len(places) : 2 * len(places)])
    assert np.array_equal(first[member] % len(places), np.arange(len(points)) % len(places))


def test_sums_with_unrelated_weights_tell_vectors_of_small_whole_numbers_apart():
    vectors = np.array(np.meshgrid(*[np.arange(-2, 3)] * 6)).reshape(6, -1).T
    sums = np.sort(vectors @ unrelated(6))
    assert np.diff(sums).min() > 1e-12
