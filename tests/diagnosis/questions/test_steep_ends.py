"""Ends where f is finite and its gradient is not."""

from __future__ import annotations

import pytest
from cases import case_at, kinds, statuses

from symgd import Kind, Status
from symgd.diagnosis.questions.steep_ends import steep_ends


@pytest.mark.parametrize(
    ("expr", "x", "x0", "status", "kind"),
    [
        ("sqrt(x)", 0.0, 1.0, Status.CONVERGED, Kind.KINK_MINIMUM),
        ("sqrt(abs(x))", 0.0, 1.0, Status.CONVERGED, Kind.KINK_MINIMUM),
        ("-sqrt(abs(x))", 0.0, 1.0, Status.OUT_OF_DOMAIN, Kind.UNKNOWN),
        ("-sqrt(abs(x))", 0.0, 1e9, Status.DIVERGED, Kind.UNKNOWN),
        ("sqrt(x)", 1.0, 2.0, None, Kind.NOT_STATIONARY),
    ],
)
def test_steep_ends(expr, x, x0, status, kind):
    case = case_at(expr, [x], [x0])
    steep_ends(case)
    assert (statuses(case), kinds(case)) == ([status], [kind])
