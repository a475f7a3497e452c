"""Runs that rounding keeps moving on a kink."""

from __future__ import annotations

import pytest
from cases import case_at, kinds, statuses

from symgd import Kind, Status
from symgd.diagnosis.questions.kept_at_kinks import kept_at_kinks
from symgd.engine.kernel.stops import Stop


@pytest.mark.parametrize(
    ("expr", "x", "stop", "status"),
    [
        ("abs(x - 1)", 1.0, Stop.EPOCHS, Status.CONVERGED),
        ("abs(x - 1)", 1.01, Stop.EPOCHS, None),  # beside it
        ("-abs(x - 1)", 1.0, Stop.EPOCHS, None),
        ("abs(x - 1)", 1.0, Stop.FLOOR, None),  # others ask this
        ("(x - 1)**2", 1.0, Stop.EPOCHS, None),  # no kink
    ],
)
def test_kinks(expr, x, stop, status):
    case = case_at(expr, [x], [3.0], stop)
    kept_at_kinks(case)
    assert statuses(case) == [status]
    assert kinds(case) == [Kind.NOT_STATIONARY if status is None else Kind.KINK_MINIMUM]
