"""Minima on edges of the domain that are curves: f rises from these as a root does.

Along each edge a square has its lowest value at a known point, where the slope of f into the
domain is infinite, so it is a minimum whatever else is there.
"""

import numpy as np
import pytest

import symgd
from symgd.results.runs import SUCCESS

EDGES = {  # 0 on the edge and positive inside; where (x - a)**2 + (y - b)**2 is lowest on it
    "x + y": [((1.0, 0.0), (0.5, -0.5)), ((-2.0, -1.0), (-0.5, 0.5))],
    "1 - x**2 - y**2": [((3.0, 4.0), (0.6, 0.8)), ((-8.0, 6.0), (-0.8, 0.6))],
    "x**2 + y**2 - 4": [((0.3, -0.4), (1.2, -1.6))],
    "y - x**2": [((0.0, -1.0), (0.0, 0.0))],
    "2*x - y + 0.3": [((-1.4, 1.5), (0.2, 0.7))],
}
ROOTS = ("sqrt({})", "3*({})**0.7", "2*sqrt(sqrt({}))")
AT_ONE = ("acos(1 - ({}))", "asin({} - 1)", "acosh(1 + {})")


def family():
    cases = [(edge, *pair) for edge, pairs in EDGES.items() for pair in pairs]
    for i, (edge, centre, point) in enumerate(cases):
        for k, root in enumerate((*ROOTS, *AT_ONE)):
            if (i + k) % 2 == 0:
                scale = ("1", "1e6", "1e-6")[(i + k) % 3]
                a, b = centre
                yield f"{scale}*({root.format(edge)} + (x - ({a}))**2 + (y - ({b}))**2)", point


@pytest.mark.parametrize(("expr", "point"), [*family()])
def test_runs_end_at_minima_on_edges(expr, point):
    result = symgd.minimize(expr, starts=24, start_box=[(-2, 2), (-2, 2)])
    started = np.isfinite(symgd.Problem(expr).fun(result.runs.x0))
    there = np.abs(result.runs.x - point).max(axis=1) <= 1e-6
    assert there.sum() >= 0.3 * started.sum()
    assert SUCCESS[result.runs.status[there]].all()
    found = result.runs.x[SUCCESS[result.runs.status]]
    assert np.isfinite(symgd.Problem(expr).fun(found)).all()


def test_words_name_the_edge():
    result = symgd.minimize("sqrt(x + y) + (x - 1)**2 + y**2", [3, 1])
    assert result.status is symgd.Status.AT_BOUND
    words = " ".join(result.explain().split())
    assert "a minimum on the edge of the domain of f" in words
    assert "f rises from there to the inside: sqrt(x + y) needs x + y >= 0" in words
