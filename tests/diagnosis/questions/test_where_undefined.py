"""Ends where f is undefined or not finite."""

from __future__ import annotations

import numpy as np
from cases import case_at, kinds, statuses

from symgd import Kind, Status
from symgd.diagnosis.questions.where_undefined import where_undefined
from symgd.engine.kernel.stops import Stop


def test_the_condition_that_fails_is_named():
    case = case_at("log(x) + sqrt(y)", [[1, 1], [-1, 1], [1, -1], [-1, -1]], [[1, 1]] * 4)
    where_undefined(case)
    out = Status.OUT_OF_DOMAIN
    assert statuses(case) == [None, out, out, out]
    assert case.found.condition.tolist() == [-1, 0, 1, 0]
    assert kinds(case) == [Kind.NOT_STATIONARY, *[Kind.UNKNOWN] * 3]


def test_a_run_that_moved_to_where_f_overflows_ran_away():
    case = case_at("exp(x)", [1e3, 1e3, 1.0], [1.0, 1e3, 1.0])
    where_undefined(case)
    assert statuses(case) == [Status.DIVERGED, Status.OUT_OF_DOMAIN, None]
    assert (case.found.condition == -1).all()


def test_minus_infinity_is_the_end_of_a_fall():
    case = case_at("-exp(x)", [1e3], [1e3], Stop.BOTTOMLESS)
    where_undefined(case)
    assert statuses(case) == [Status.DIVERGED]


def test_an_answer_that_was_given_stays():
    case = case_at("log(x)", [-1.0], [1.0])
    case.found.status[:] = Status.STOPPED
    where_undefined(case)
    assert statuses(case) == [Status.STOPPED]
    assert np.array_equal(case.found.condition, [-1])
