"""Slow runs that started right beside a maximum or a saddle."""

from __future__ import annotations

import numpy as np
import pytest
from cases import case_at

from symgd import Kind, Status
from symgd.diagnosis.questions.traps_beside_starts import traps_beside_starts
from symgd.engine.kernel.stops import Stop


def trap(expr, x0, status=Status.SLOW):
    case = case_at(expr, [np.array(x0) + 1e-3], [x0], Stop.EPOCHS)
    case.found.status[:] = status
    traps_beside_starts(case)
    return case.found.trap[0].tolist(), Kind(case.found.trap_kind[0])


def test_traps_are_named():
    assert trap("-(x - 3)**2 + (x - 3)**4", [3 + 1e-9]) == ([3.0], Kind.MAXIMUM)
    assert trap("x*y + x**4 + y**4", [1e-9, 2e-9]) == ([0.0, 0.0], Kind.SADDLE)


@pytest.mark.parametrize(
    ("expr", "x0", "status"),
    [
        ("(x - 3)**2", 3 + 1e-9, Status.SLOW),  # a minimum
        ("-(x - 3)**2", 3.1, Status.SLOW),  # not beside it
        ("x", 3.0, Status.SLOW),
        ("-(x - 3)**2", 3 + 1e-9, Status.DIVERGED),
    ],
)
def test_elsewhere_there_is_none(expr, x0, status):
    point, kind = trap(expr, [x0], status)
    assert np.isnan(point).all()
    assert kind is Kind.UNKNOWN
