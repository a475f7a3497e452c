"""Small matrices, many at once, against NumPy and SciPy one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from symgd.creases.algebra import Frame, nonnegative, pseudoinverse


@pytest.mark.parametrize("whole", [False, True])
def test_least_squares_without_negative_unknowns(whole):
    rng = np.random.default_rng(0)
    for _ in range(200):
        matrix, right = rng.normal(size=(5, 8)), rng.normal(size=5)
        if whole:  # many columns are alike or opposite
            matrix = np.round(matrix)
        solution, residual = nonnegative(matrix, right)
        assert (solution >= 0).all()
        assert right - matrix @ solution == pytest.approx(residual)
        assert np.linalg.norm(residual) == pytest.approx(nnls(matrix, right)[1], abs=1e-9)


def test_pseudoinverses():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(20, 4, 3))
    root[::2, :, 2] = root[::2, :, 1]
    matrices = root @ root.swapaxes(1, 2) + np.eye(4) * (np.arange(20) % 3 == 1)[:, None, None]
    found, regular = pseudoinverse(matrices)
    assert regular.tolist() == (np.arange(20) % 3 == 1).tolist()
    for mine, matrix in zip(found, matrices, strict=True):
        assert matrix @ mine @ matrix == pytest.approx(matrix, abs=1e-6)
        assert mine == pytest.approx(mine.T)


def test_frames_split_space_across_creases_and_along_them():
    normals = np.array([[[1.0, 1, 0], [2, 2, 0], [0, 0, 5]], [[1, 0, 0], [0, 3, 0], [0, 0, 1]]])
    active = np.array([[True, True, False], [True, True, False]])
    frame = Frame.of(normals, active)
    assert frame.rank.tolist() == [1, 2]
    assert frame.regular.tolist() == [False, True]
    assert frame.factors(np.array([[0.0, 0, 0], [4, 6, 9]]), active)[1].tolist() == [4, 2, 0]
    hessians = np.array([np.diag([1.0, 2, 3]), np.diag([1.0, 2, -3])])
    curvatures, ways, along = frame.curvatures(hessians)
    assert curvatures[1, along[1]].tolist() == [-3]
    assert sorted(curvatures[0, along[0]]) == pytest.approx([1.5, 3])
    for way in ways[0, along[0]]:
        assert abs(way @ normals[0, 0]) < 1e-12
