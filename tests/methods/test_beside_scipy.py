"""From the same starts each method of second order finds minima as often as SciPy's counterpart."""

import numpy as np
import pytest

import symgd
from benchmarks import beside_scipy
from benchmarks.honesty.starts import families
from benchmarks.honesty.tasks import task

NAMES = ("RosenbrockModified", "Zettl", "Shubert01")


@pytest.fixture(scope="module")
def compared():
    chosen = [task(name) for name in NAMES]
    starts = [np.concatenate(list(families(t, [], 10, 0).values())) for t in chosen]
    return [beside_scipy.compare(t.problem, x0) for t, x0 in zip(chosen, starts, strict=True)]


@pytest.mark.parametrize("method", beside_scipy.COUNTERPARTS)
def test_verified_minima_are_reached_as_often_and_with_no_more_evaluations(method, compared):
    pairs = [found[method] for found in compared]
    for pair in pairs:
        assert pair.mine.verified.sum() >= pair.its.verified.sum()
    assert np.median(np.concatenate([pair.ratios for pair in pairs])) <= 1


@pytest.mark.parametrize("method", beside_scipy.COUNTERPARTS.values())
def test_what_scipy_finds_is_judged_by_what_it_is(method):
    """A saddle of x^2 - y^2 + y^4/2 lies at the origin, and minima where |y| = 1."""
    problem = symgd.Problem("x**2 - y**2 + y**4/2")
    starts = np.array([[0.0, 0.0], [0.3, 0.5]])
    found = beside_scipy.scipys(problem, starts, method)
    assert found.verified.tolist() == [False, True]
    assert found.points[0] == 1
