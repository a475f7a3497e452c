"""Clear minima, and what all runs that lead to one share."""

from __future__ import annotations

import numpy as np
import pytest
from cases import case_at, kinds, statuses
from hypothesis import given
from hypothesis import strategies as st

from symgd import Kind, Status
from symgd.diagnosis.look import Ahead
from symgd.diagnosis.questions.ordinary_minima import ordinary_minima
from symgd.engine.kernel.stops import Stop
from symgd.methods import GradientDescent

FILLED = ("x", "target", "fun", "status", "kind", "smooth")
BOWL = "(x - 1)**2 + 4*(y - 2)**2 + (x - 1)**3/9"


def test_a_clear_minimum():
    case = case_at(BOWL, [[1 + 1e-9, 2 - 1e-9]], [[2, 3]])
    ordinary_minima(case)
    assert (statuses(case), kinds(case)) == ([Status.CONVERGED], [Kind.MINIMUM])
    assert case.found.x[0] == pytest.approx([1, 2], rel=1e-15)
    assert case.found.fun[0] == pytest.approx(0, abs=1e-30)


@pytest.mark.parametrize(
    ("expr", "x"),
    [("x**4", 1e-9), ("-x**2", 1e-9), ("x**3", 1e-9), ("abs(x)", 0.0), ("x**2 + abs(x**3)", 0.0)],
)  # fmt: skip
def test_all_others_stay_open(expr, x):
    case = case_at(expr, [x], [1.0])
    ordinary_minima(case)
    assert statuses(case) == [None]


@pytest.mark.parametrize(
    ("expr", "x", "x0"),
    [("x**4 + 1e-13*x**2", 0.0, 1.0), ("(x/1e-6 - 1)**2 + (x/1e-6 - 1)**4", 1e-6, 3.0)],
)
def test_a_minimum_much_narrower_than_the_region_is_clear(expr, x, x0):
    case = case_at(expr, [x], [x0])
    ordinary_minima(case)
    assert (statuses(case), kinds(case)) == ([Status.CONVERGED], [Kind.MINIMUM])


def test_what_fails_its_verification_is_asked_carefully():
    case = case_at("x**2 + abs(x**3)", [1e-9, 1.0], [1.0, 2.0], Stop.EPOCHS)
    assert case.sight.ahead.tolist() == [Ahead.MINIMUM, Ahead.MINIMUM]
    assert len(case.careful()) == 0
    ordinary_minima(case)
    assert statuses(case) == [None, None]
    assert case.careful().tolist() == [0, 1]


def test_a_run_that_has_not_arrived_stays_open_without_polish():
    x, how = [1 + 1e-5, 1 + 1e-10], {"method": GradientDescent(0.1), "polish": False}
    case = case_at("(x - 1)**2", x, [3.0, 3.0], **how)
    ordinary_minima(case)
    assert statuses(case) == [None, Status.CONVERGED]
    assert case.found.x[:, 0].tolist() == x


@given(seed=st.integers(0, 10_000), offset=st.floats(-1e-9, 1e-9))
def test_neighbours_change_nothing(seed, offset):
    rng = np.random.default_rng(seed)
    ends = [1, 2] + 1e-8 * rng.normal(size=(20, 2)) + offset
    starts = rng.uniform(-9, 9, size=(20, 2)) * 10.0 ** rng.integers(0, 3, size=(20, 1))
    whole = case_at(BOWL, ends, starts)
    ordinary_minima(whole)
    for row in range(20):
        alone = case_at(BOWL, ends[[row]], starts[[row]])
        ordinary_minima(alone)
        for name in FILLED:
            column = vars(alone.found)[name]
            assert np.array_equal(column[0], vars(whole.found)[name][row], equal_nan=True), name
