"""What fixed steps would go on to do."""

from __future__ import annotations

import numpy as np
import pytest
from cases import case_at, statuses

from symgd import Status
from symgd.diagnosis.questions.out_of_epochs import out_of_epochs
from symgd.engine.kernel.stops import Stop
from symgd.methods import GradientDescent


@pytest.mark.parametrize(
    ("lr", "status"),
    [
        (0.1, Status.SLOW),
        (1.0, Status.OSCILLATING),  # x, -x, x, ...
        (1.5, Status.DIVERGED),
        (1e-30, Status.NO_PROGRESS),
    ],
)
def test_a_parabola(lr, status):
    case = case_at("x**2", [3.0], [3.0], Stop.EPOCHS, method=GradientDescent(lr), polish=False)
    out_of_epochs(case)
    assert statuses(case) == [status]


def test_each_run_has_its_own_rate():
    rates = GradientDescent(np.array([0.1, 1.0, 1.5]))
    case = case_at("x**2", [3.0] * 3, [3.0] * 3, Stop.EPOCHS, method=rates, polish=False)
    out_of_epochs(case)
    assert statuses(case) == [Status.SLOW, Status.OSCILLATING, Status.DIVERGED]


def test_steps_that_always_descend_are_slow():
    case = case_at("x**2", [3.0, 3.0], [4.0, 4.0], [Stop.EPOCHS, Stop.FLOOR])
    out_of_epochs(case)
    assert statuses(case) == [Status.SLOW, None]
