"""Ends that all but touch a bound."""

from __future__ import annotations

import numpy as np
import pytest
from cases import case_at

from symgd.diagnosis.questions.snap_to_bounds import snap_to_bounds
from symgd.engine.kernel.stops import Stop

BESIDE = 2 - 1e-12


@pytest.mark.parametrize(
    ("expr", "x", "end"),
    [
        ("(x - 3)**2", BESIDE, 2.0),
        ("(x - 3)**2", 1.9, 1.9),  # not that close
        ("x", BESIDE, BESIDE),  # f is higher on the bound
        ("(x + 3)**2", 1e-12, 0.0),
    ],
)
def test_ends_are_moved_onto_a_bound_where_f_is_no_higher(expr, x, end):
    case = case_at(expr, [x], [1.0], bounds=(0, 2))
    snap_to_bounds(case)
    assert case.found.x.tolist() == case.found.target.tolist() == [[end]]
    assert case.found.fun == pytest.approx(case.problem.values(case.found.x), rel=1e-15)
    gradient = case.problem.gradients(case.found.x)
    norm = np.abs(case.box.projected(case.found.x, gradient)).max(axis=1)
    assert case.found.grad_norm == pytest.approx(norm, rel=1e-15)


def test_without_polish_nothing_moves():
    case = case_at("(x - 3)**2", [BESIDE], [1.0], bounds=(0, 2), polish=False)
    snap_to_bounds(case)
    assert case.found.x[0, 0] == BESIDE


def test_what_is_on_a_bound_by_now_is_asked_carefully():
    case = case_at("-(x**2)", [BESIDE, 1.5], [1.0, 1.0], Stop.EPOCHS, bounds=(0, 2))
    assert len(case.careful()) == 0
    snap_to_bounds(case)
    assert case.careful().tolist() == [0]
