"""How fast runs come near."""

from __future__ import annotations

import numpy as np
import pytest
from cases import AUTOMATIC, case_at

from symgd import Kind, Status
from symgd.diagnosis.questions.paces_ahead import paces_ahead
from symgd.methods import GradientDescent


def paced(method, status, kind=Kind.MINIMUM):
    case = case_at("x**2 + 2*y**2", [[1, 1]], [[2, 2]], method=method)
    case.found.low[:], case.found.high[:], case.found.status[:] = 2.0, 4.0, status
    case.found.kind[:] = kind
    paces_ahead(case)
    return case.found.contraction[0], case.found.largest_rate[0]


@pytest.mark.parametrize("status", [Status.SLOW, Status.OSCILLATING, Status.CONVERGED])
def test_gradient_descent_knows(status):
    assert paced(GradientDescent(0.1), status) == pytest.approx((0.8, 0.5))  # 1 - 2 lr; 2 / 4


def test_nothing_is_said_without_theory_or_need():
    assert np.isnan(paced(AUTOMATIC, Status.SLOW)).all()
    assert np.isnan(paced(GradientDescent(0.1), Status.DIVERGED)).all()
    at_a_kink = paced(GradientDescent(0.1), Status.CONVERGED, Kind.KINK_MINIMUM)
    assert np.isnan(at_a_kink).all()
