"""The minima for which runs were heading."""

from __future__ import annotations

import numpy as np
import pytest
from cases import case_at, statuses

from symgd import Kind, Status
from symgd.diagnosis.heading import Judged, heading
from symgd.diagnosis.verdict import judge
from symgd.engine.kernel.stops import Stop
from symgd.methods import GradientDescent


def headed(expr, x, x0, lr=1e-3, tol=1e-8):
    case = case_at(expr, x, x0, Stop.EPOCHS, method=GradientDescent(lr), polish=False, tol=tol)
    found = judge(case.problem, case.x0, case.ends, case.box, case.how, case.found)
    judged = Judged(case.problem, case.box, case.how, case.x0, case.ends, found)
    return found, heading(judged), statuses(case)


@pytest.mark.parametrize(
    ("expr", "x", "target", "kind"),
    [
        ("(x - 1)**2", 1.5, 1.0, Kind.MINIMUM),
        ("x**4/4 - x**2/2", 0.9, 1.0, Kind.MINIMUM),
        ("(x - 1)**4", 1.4, 1.0, Kind.WEAK_MINIMUM),
        ("x**4/4 - x**2/2", 0.1, 0.1, Kind.UNKNOWN),  # Newton steps lead to the maximum
        ("x", 0.1, 0.1, Kind.UNKNOWN),
    ],
)
def test_slow_runs(expr, x, target, kind):
    _, found, status = headed(expr, [x], [2.0])
    assert status == [Status.SLOW]
    assert found.target[0, 0] == pytest.approx(target, abs=1e-6)
    assert found.target_kind[0] == kind
    assert found.smooth[0] == (kind is not Kind.UNKNOWN)


def test_what_was_decided_stays_as_it_is():
    before, after, status = headed("(x - 1)**2", [1.0, 1.5, 1e9], [2.0, 2.0, 2.0], lr=0.01)
    assert status == [Status.CONVERGED, Status.SLOW, Status.DIVERGED]
    for name in ("x", "fun", "status", "kind", "condition"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name
    assert before.target_kind.tolist() == [Kind.MINIMUM, Kind.UNKNOWN, Kind.UNKNOWN]
    assert after.target_kind.tolist() == [Kind.MINIMUM, Kind.MINIMUM, Kind.UNKNOWN]


def test_a_distant_minimum_costs_no_verification(monkeypatch):
    """While runs are judged nobody asks what lies far ahead."""
    from symgd.diagnosis.questions import ordinary_minima

    asked = []
    monkeypatch.setattr(ordinary_minima, "_verified", lambda *given: asked.append(given))
    case = case_at(
        "(x - 1)**2", [1.5], [2.0], Stop.EPOCHS, method=GradientDescent(1e-3), polish=False
    )
    judge(case.problem, case.x0, case.ends, case.box, case.how, case.found)
    assert statuses(case) == [Status.SLOW]
    assert not asked
