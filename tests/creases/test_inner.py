"""Steps to the lowest point of models with creases, against values of the models around it."""

from __future__ import annotations

import numpy as np
import pytest

from symgd.creases.inner import Piecewise, descent, lowest


def models(n, k, nested, rng, count=60):
    root = rng.normal(size=(count, n, n))
    matrices = root @ root.swapaxes(1, 2) + 0.05 * np.eye(n)
    inner = np.tril(rng.normal(size=(count, k, k)), -1) * 0.5 * nested
    offsets = rng.normal(size=(count, k))
    offsets[::4] = 0.0
    bound = np.zeros((count, k), dtype=bool)
    rises = np.abs(rng.normal(size=(count, k)))
    if k > 2:  # the last row is a bound
        bound[:, -1], offsets[:, -1], rises[:, -1] = True, np.abs(offsets[:, -1]), 0.0
        inner[:, -1] = inner[:, :, -1] = 0.0
    normals = rng.normal(size=(count, k, n))
    return Piecewise(rng.normal(size=(count, n)), rises, offsets, normals, inner, matrices, bound)


@pytest.mark.parametrize(
    ("n", "k", "nested"),
    [(1, 1, False), (2, 3, False), (2, 5, False), (4, 6, False), (3, 2, True), (4, 4, True)],
)
def test_no_step_beside_is_lower(n, k, nested):
    rng = np.random.default_rng(10 * n + k)
    model = models(n, k, nested, rng)
    step, active, fall = lowest(model)
    assert (fall <= 1e-12).all()
    assert (np.abs(model.zeros(step)[active]) < 1e-9).all()
    assert active.any()
    for size in (1e-2, 1e-4):
        for _ in range(60):
            beside = step + size * rng.normal(size=step.shape)
            assert (model.fall(beside, model.zeros(beside)) >= fall - 1e-10).all()


def test_where_more_creases_meet_than_there_are_variables():
    normal = np.array([[1.0, 0], [0, 1], [1, 1], [1, -1]])
    free = np.zeros((4, 4)), np.arange(4), np.zeros(4, dtype=bool)
    assert descent(np.array([1.0, 0.5]), np.ones(4), normal, *free) is None
    step, change = descent(np.array([9.0, 0.5]), np.ones(4), normal, *free)
    assert np.array([9.0, 0.5]) @ step + np.abs(normal @ step).sum() < 0
    assert np.sign(change).tolist() == pytest.approx(np.sign(np.round(normal @ step, 9)).tolist())


def test_a_bound_holds_on_one_side_only():
    given = np.ones(1), np.array([[1.0]]), np.zeros((1, 1)), np.arange(1), np.array([True])
    assert descent(np.array([2.0]), *given) is None  # f rises inwards
    assert descent(np.array([-2.0]), *given)[0] > 0
