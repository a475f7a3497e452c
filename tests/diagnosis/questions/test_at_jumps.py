"""Beside jumps: a lowest value that is only approached is no minimum, one on the jump is one.

Each formula is a jump of u plus squares that are lowest at u = 0. Which value the jump takes there
is in the definition of each function, so the answers are known by construction.
"""

import numpy as np
import pytest

import symgd
from symgd.results.runs import SUCCESS

OPEN = (  # at u = 0 they are higher than on the lower side
    *("sign({})", "floor({})", "heaviside({})", "-ceil({})", "where({} > 0, 0, 1)"),
    *("where({} < 0, -3, 2)", "round({} - 0.5)", "round({} + 1.5)", "-sign(({})**2)"),
    "where({} != 0, 0, 1)",
)
CLOSED = (  # at u = 0 they are as low as on the lower side
    *("ceil({})", "-floor({})", "where({} >= 0, 0, 1)", "where({} <= 0, -3, 2)"),
    *("round({} + 0.5)", "sign({})**2", "where({} == 0, 0, 1)"),
)
LEVELS = {  # u, what is squared besides, and the point where both are 0
    "x": ("y - 1", (0.0, 1.0)),
    "x - 0.3": ("y", (0.3, 0.0)),
    "2*x + 1": ("x + y", (-0.5, 0.5)),
    "x + y": ("x - y - 1", (0.5, -0.5)),
    "0.1 - x - 2*y": ("2*x - y", (0.02, 0.04)),
}
SCALES = ("1", "1e6", "1e-6")


def family(jumps):
    for i, jump in enumerate(jumps):
        for k, (level, (other, point)) in enumerate(LEVELS.items()):
            if (i + k) % 2 == 0:
                scale = SCALES[(i + k) % 3]
                yield f"{scale}*({jump.format(level)} + ({level})**2 + ({other})**2)", point


def near(result, point):
    return np.abs(result.runs.x - point).max(axis=1) <= 1e-6


@pytest.mark.parametrize(("expr", "point"), [*family(OPEN)])
def test_a_lowest_value_that_is_only_approached_at_a_jump_is_no_minimum(expr, point):
    result = symgd.minimize(expr, starts=24)
    assert near(result, point).any()
    assert not SUCCESS[result.runs.status[near(result, point)]].any()


@pytest.mark.parametrize(("expr", "point"), [*family(CLOSED)])
def test_a_lowest_value_that_is_taken_on_a_jump_is_a_minimum(expr, point):
    result = symgd.minimize(expr, starts=24)
    there = near(result, point)
    assert there.sum() >= 8
    assert SUCCESS[result.runs.status[there]].mean() >= 0.9
    values = result.runs.fun[there & SUCCESS[result.runs.status]]
    assert np.ptp(values) <= 1e-9 * np.abs(values).max() + 1e-12 * np.abs(result.runs.fun).max()


@pytest.mark.parametrize(
    ("expr", "place"),
    [
        ("sign(x) + (x + 1e-3)**2", -1e-3),
        ("floor(x) + 1e6*(x + 1e-6)**2", -1e-6),
        ("where(x > 0, x**2, 7 + (x - 1)**2) + (x - 1e-5)**2", 5e-6),
    ],
)
def test_a_minimum_close_to_a_jump_stays_one(expr, place):
    result = symgd.minimize(expr, starts=24)
    ends = result.runs.x[SUCCESS[result.runs.status]].ravel()
    assert np.count_nonzero(np.abs(ends - place) <= 1e-6 * abs(place)) >= 3


@pytest.mark.parametrize(
    "expr",
    [
        "floor(x*y) + x**2 + y**2",
        "sign(x) + sign(y) + sign(x + y) + x**2 + y**2",
        "where((x > 0) & (y > 0), 0, 1) + x**2 + y**2",
        "sign(floor(x) + 0.5) + x**2",
    ],
)
def test_where_jumps_cross_nothing_is_claimed_that_f_is_lower_beside(expr):
    result = symgd.minimize(expr, starts=48)
    ends = np.abs(result.runs.x).max(axis=1) <= 1e-6
    assert ends.sum() > 8
    assert not SUCCESS[result.runs.status[ends]].any()


@pytest.mark.parametrize(
    ("expr", "slant"), [("mod(x, 2) + cosh(y)", 0.0), ("mod(x - y, 2) + cosh(x + y)", 1.0)]
)
def test_runs_go_on_along_a_jump_to_its_minimum(expr, slant):
    result = symgd.minimize(expr, starts=64, bounds=[(-7, 7), (-7, 7)])
    x, y = result.runs.x[SUCCESS[result.runs.status]].T
    inside = np.abs(x) < 6.9
    assert inside.sum() > 20
    assert np.abs(y + slant * x)[inside].max() <= 1e-9
    level = (x - slant * y)[inside]
    assert np.abs(level - 2 * np.round(level / 2)).max() <= 1e-12
    assert all(m.dimension == 0 for m in result.minima)


def test_fixed_steps_are_judged_the_same_beside_a_jump():
    closed = symgd.minimize("ceil(x) + x**2", x0=[-0.9], lr=0.1)
    opened = symgd.minimize("floor(x) + x**2", x0=[-0.9], lr=0.1)
    assert SUCCESS[closed.runs.status].all()
    assert not SUCCESS[opened.runs.status].any()


def test_words_tell_the_value_that_is_only_approached():
    result = symgd.minimize("floor(x) + x**2", x0=[-0.5])
    words = " ".join(str(result.explain(0)).split())
    assert "f jumps at x = 0, and is higher there than -1, which it only approaches" in words


@pytest.mark.parametrize("lr", [None, 0.1])
def test_above_a_jump_the_other_side_is_named_and_no_inflection(lr):
    r = symgd.minimize("sign(x) + x**2", x0=2.0, lr=lr, epochs=500)
    assert r.status is symgd.Status.NO_PROGRESS
    said = " ".join(r.summary().split())
    assert "f jumps at x = 0; it is lower right beyond the jump; start on the other side" in said
    assert "inflection" not in said
