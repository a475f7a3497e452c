"""From ends of descent along creases: what is claimed there, alone and together, in any unit."""

from __future__ import annotations

import re

import numpy as np
import pytest

from symgd.creases.alone import LOWEST, Claim
from symgd.creases.form import abs_normal
from symgd.creases.surface import Surface
from symgd.creases.verify import verify
from symgd.creases.walk import walk
from symgd.given.boxes import Box
from symgd.problem import Problem


def judged(expr, points, box=(-np.inf, np.inf), unit=1.0, **params):
    """Give the claims of points, one a row, in variables in their natural order."""
    p = Problem(expr, params=params)
    n = len(p.names)
    x = np.array(points, dtype=float).reshape(-1, n)
    sides = Box(*(np.full(n, float(side)) for side in box))
    return verify(Surface(p, abs_normal(p.symbolic), sides, np.full(x.shape, unit)), x)


def claims(expr, points, **given):
    return [Claim(c) for c in judged(expr, points, **given).claim.tolist()]


@pytest.mark.parametrize(
    ("expr", "points", "right"),
    [
        ("abs(x) + x/2", [0.0], [Claim.MIN]),  # slopes 3/2 and -1/2
        ("abs(x) + 2*x", [0.0], [Claim.NOT]),
        ("abs(x) - x", [0.0, 1.0], [Claim.LEVEL, Claim.LEVEL]),  # 0 for x > 0
        ("abs(y) + x**3", [[0, 0]], [Claim.NOT]),
        ("abs(y) + x**4", [[0, 0], [0.1, 0]], [Claim.FLAT, Claim.NOT]),
        ("abs(y) - x**2", [[0, 0]], [Claim.NOT]),
        ("abs(y - x**2) + x**2/4", [[0, 0]], [Claim.MIN]),
        ("abs(y - x**2) - y/2 + x**2/4", [[0, 0]], [Claim.NOT]),  # -x**2/4 along the crease
        ("max(x, 0)**2 + min(x, 0)**2/9", [0.0], [Claim.MIN]),  # smooth, two curvatures
        ("max(x, 0)**2 - min(x, 0)**2", [0.0], [Claim.NOT]),
        ("abs(x)**3 + y**2", [[0, 0]], [Claim.FLAT]),
        ("max(abs(x), abs(y))", [[0, 0], [1, 1]], [Claim.MIN, Claim.NOT]),
        ("abs(x) + abs(y) + abs(x + y) + x", [[0, 0]], [Claim.MIN]),
        ("abs(x) + abs(y) + abs(x + y) + 3*x", [[0, 0]], [Claim.NOT]),
        ("abs(x) + abs(2*x + x**2) + y**2", [[0, 0]], [Claim.MIN]),  # two creases, one tangent
        ("abs(x) + abs(2*x + x**2) - y**2", [[0, 0]], [Claim.UNKNOWN]),
        ("abs(x - y**2) + abs(2*x) + x + y**2", [[0, 0]], [Claim.MIN]),
        ("hypot(x, y) + 0.6*x + 0.7*y", [[0, 0]], [Claim.MIN]),  # a slope of 0.92
        ("hypot(x, y) + 0.8*x + 0.7*y", [[0, 0]], [Claim.NOT]),  # of 1.06, by none of the two
        ("sqrt(abs(x)) + 9*x", [0.0], [Claim.MIN]),
        ("-sqrt(abs(x)) + x**2", [0.0], [Claim.NOT]),
        ("abs(x**2 + x*y + y**2)", [[0, 0]], [Claim.MIN]),  # no crease: a normal of length 0
        ("abs(x) + where(x < 1e-12, 0, 1)", [0.0], [Claim.BROKEN]),
        ("min(max(abs(x) - 1, 0), 2 - x)", [0.0], [Claim.UNKNOWN]),  # level, then falls
        ("abs(x - 1e13)", [1e13], [Claim.UNKNOWN]),  # too far away to see
        ("log(abs(x))", [0.0], [Claim.UNKNOWN]),
    ],
)  # fmt: skip
def test_what_points_are(expr, points, right):
    assert claims(expr, points) == right


def test_bounds_hold_on_one_side():
    box = (0.0, 5.0)
    for expr, x, right in [
        ("abs(y) - x", [[5, 0]], Claim.MIN),
        ("abs(y) - x", [[0, 0]], Claim.NOT),
        ("abs(y - 1) + x", [[0, 1]], Claim.MIN),
        ("abs(y) + abs(2*y + y**2) - x**2", [[0, 0]], Claim.UNKNOWN),  # falls along y = 0
    ]:
        assert claims(expr, x, box=box) == [right], expr


def test_a_bound_is_part_of_the_reason_only_where_f_falls_beyond_it():
    box = (0.0, 1.0)
    found = {e: bool(judged(e, [0.0], box=box).held[0]) for e in ("max(x, 0)", "min(x, 2*x)")}
    assert found == {"max(x, 0)": False, "min(x, 2*x)": True}


SEVERAL = {
    "abs(x + y) + x**2": True,
    "abs(y - x**2) + (1 - x)**2": True,
    "abs(x) + abs(x + y - 1) + max(y, x*y)/9": True,
    "sqrt(abs(x - y**2)) + y**2/50": True,
    "hypot(x, y) + (x - 0.3)**2 + abs(y + x)": True,
    "max(x**2 + y**4, (2 - x)**2 + (2 - y)**2, 2*exp(y - x))": True,
    "exp(-x - y) + abs(x - y)": False,
    "abs(x - y)**3 + abs(x + y)": True,
}
"""Formulas, and whether they have minima."""


def walked(problem, x, x0, width=10.0, box=(-np.inf, np.inf)):
    sides = Box(np.full(2, box[0]), np.full(2, box[1]))
    return walk(problem, abs_normal(problem.symbolic), x, x0, sides, np.full(2, width))


def places(count=24):
    rng = np.random.default_rng(5)
    x0 = rng.uniform(-3, 3, (count, 2))
    x = x0 + rng.normal(size=(count, 2))
    x[::3, 0] = x[::3, 1]
    x[1::3, 0] = -x[1::3, 1]
    return x, x0


@pytest.mark.parametrize("expr", SEVERAL)
def test_a_run_is_led_as_if_it_were_alone(expr):
    p, (x, x0) = Problem(expr), places()
    together = walked(p, x, x0)
    for i in range(len(x)):
        alone = walked(p, x[i : i + 1], x0[i : i + 1])
        assert np.array_equal(alone.x[0], together.x[i])
        assert alone.what.claim[0] == together.what.claim[i]
        assert alone.what.smooth[0] == together.what.smooth[i]


@pytest.mark.parametrize("expr", SEVERAL)
@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_a_factor_of_f_changes_no_claim(expr, factor):
    x, x0 = places()
    plain, scaled = (walked(Problem(e), x, x0) for e in (expr, f"{factor}*({expr})"))
    assert scaled.what.claim.tolist() == plain.what.claim.tolist()
    assert LOWEST[plain.what.claim].any() == SEVERAL[expr]


@pytest.mark.parametrize("expr", SEVERAL)
def test_the_unit_of_variables_changes_no_claim(expr):
    x, x0 = places()
    text = re.sub(r"\b([xy])\b", r"(\1/1000)", expr)
    plain = walked(Problem(expr), x, x0)
    scaled = walked(Problem(text), 1000 * x, 1000 * x0, width=1e4)
    assert scaled.what.claim.tolist() == plain.what.claim.tolist()


def test_parameters_may_differ_between_runs():
    p = Problem("abs(x - a) + abs(y + a*x)", params={"a": 1.0})
    a = np.linspace(1.5, 3, 24)
    x, x0 = places()
    found = walked(p.over({"a": a}), x, x0)
    assert LOWEST[found.what.claim].all()
    assert found.x == pytest.approx(np.column_stack([a, -a * a]), abs=1e-12)
