"""Runs that end on creases: where they are led, what is claimed of them, and what is denied."""

from __future__ import annotations

import numpy as np
import pytest
from cases import case_at, kinds, statuses

import symgd.diagnosis.questions.at_creases as question
from symgd import minimize
from symgd.creases.walk import walk
from symgd.diagnosis.questions.at_creases import at_creases, denied
from symgd.engine.kernel.stops import Stop
from symgd.status import Kind, Status

KINK, WEAK = Kind.KINK_MINIMUM, Kind.WEAK_MINIMUM
CONVERGED, HELD = Status.CONVERGED, Status.AT_BOUND
ROOT = np.cbrt(1 / 4)


def found(expr, **given):
    runs = minimize(expr, **given).runs
    return set(map(Status, runs.status.tolist())), set(map(Kind, runs.kind.tolist())), runs.x


@pytest.mark.parametrize(
    ("expr", "given", "end"),
    [
        ("x**2 + abs(x + y)", {}, [0, 0]),
        ("(x - 1)**2 + abs(y)", {"x0": [0, 0.3]}, [1, 0]),
        ("abs(x) + abs(x + y - 1)", {}, [0, 1]),
        ("abs(y - x**2) + (1 - x)**2", {}, [1, 1]),
        ("1e12*(abs(x - y) + (x - 1)**2)", {"x0": [2.2, 3.19], "bounds": (-5, 5)}, [1, 1]),
        ("abs(x - y) + x**10", {"x0": [8, 6]}, [0, 0]),
        ("sqrt(abs(x - y**2)) + 0.01*y**2", {"x0": [1, 0.3]}, [0, 0]),
        ("abs(x - exp(y)) + (y - 1)**2", {}, [np.e, 1]),
        ("hypot(x - 1, y) + 0.9*x", {}, [1, 0]),
        ("max(x + y, -x) + max(-y, y - x) + x**2", {}, [0, 0]),
        ("abs(x)**0.1", {"x0": 1.0}, [0]),
        ("log(1e-20 + abs(x))", {}, [0]),
    ],
)
def test_runs_are_led_along_creases_to_minima(expr, given, end):
    status, kind, x = found(expr, **given)
    assert (status, kind) == ({CONVERGED}, {KINK}), expr
    assert np.abs(x - end).max() < 1e-7


@pytest.mark.parametrize(("expr", "end"), [("x**2", []), ("x**2 + y**2", [0]), ("2*x**2", [])])
def test_a_kink_with_a_slope_on_one_side_is_no_minimum(expr, end):
    status, kind, x = found(f"{expr} - max(x, 0)")
    assert (status, kind) == ({CONVERGED}, {Kind.MINIMUM})
    assert np.abs(x - [1 / (4 if "2*x" in expr else 2), *end]).max() < 1e-12


@pytest.mark.parametrize(
    ("expr", "x0", "inside"),
    [
        ("max(x, 0)", 2.0, lambda x: x <= 0),
        ("max(x - 1, 0)**2 + max(-1 - x, 0)**2", 3.0, lambda x: abs(x) <= 1 + 1e-9),
        ("abs(x) + abs(x - 1)", 3.0, lambda x: 0 <= x <= 1),
        ("max(abs(x) - 1, 0)", -3.0, lambda x: abs(x) <= 1),
    ],
)
def test_level_pieces_are_weak_minima(expr, x0, inside):
    status, kind, x = found(expr, x0=x0)
    assert (status, kind) == ({CONVERGED}, {WEAK})
    assert inside(x.item())


def test_a_terrace_is_no_minimum():
    runs = minimize("min(max(x, 0), x + 1e-2)", x0=[2.0]).runs
    assert not np.isin(runs.status, (CONVERGED, HELD)).any()


@pytest.mark.parametrize(
    ("expr", "given", "status", "end"),
    [
        ("abs(y) - x", {"x0": [1, 1], "bounds": {"x": [0, 2]}}, HELD, [2, 0]),
        ("abs(x - y) + y", {"x0": [3, 4], "bounds": {"y": [1, 9]}}, HELD, [1, 1]),
        ("min(x, 2*x)", {"bounds": [0, 1]}, HELD, [0]),
        ("max(x, 0)", {"bounds": [0, 1]}, HELD, [0]),
    ],
)
def test_bounds_are_creases(expr, given, status, end):
    statuses_, kind, x = found(expr, **given)
    assert (statuses_, kind) == ({status}, {KINK})
    assert np.abs(x - end).max() < 1e-12


@pytest.mark.parametrize(
    "expr",
    ["exp(-x - y) + abs(x - y)", "abs(x - y) - x", "abs(y) - x**3", "max(x, y) + min(x, y)"],
)
def test_where_f_falls_for_ever_along_a_crease_no_run_succeeds(expr):
    assert not found(expr, starts=40)[0] & {CONVERGED, HELD}


def test_along_a_jump_runs_are_led_to_the_lowest_point():
    status, _, x = found("where(x > -2, (2*y + 1)**2, y) + abs(x + 2) + y**4")
    runs = x[np.abs(x[:, 0] + 2) < 1e-9]
    assert CONVERGED in status
    assert np.abs(runs[:, 1] + ROOT).max() < 1e-4


def test_a_start_at_the_tip_of_a_cone_is_inside_the_domain():
    status, kind, x = found("sqrt(x**2 + y**2) + (x - 3)**2", x0=[0.0, 0.0])
    assert (status, kind) == ({CONVERGED}, {Kind.MINIMUM})
    assert np.abs(x - [2.5, 0]).max() < 1e-9


def test_without_polishing_only_runs_that_are_there_have_arrived():
    x, x0 = [[0.4, 0.0], [1.0, 0.0], [1 + 1e-12, 0.0]], [[3.0, 3.0]] * 3
    case = case_at("(x - 1)**2 + abs(y)", x, x0, Stop.FLOOR, polish=False)
    at_creases(case)
    assert statuses(case) == [None, CONVERGED, CONVERGED]
    assert case.found.x.tolist() == x
    assert case.denied.tolist() == [True, False, False]


def test_runs_that_never_moved_are_left_where_they_are():
    case = case_at("(x - 1)**2 + abs(y)", [[0.4, 0.0]], [[0.4, 0.0]])
    at_creases(case)
    assert statuses(case) == [None]


def test_claims_are_denied_only_where_f_was_seen_to_fall():
    case = case_at("(x - 1)**2 + abs(y)", [[0.4, 0.0], [0.4, 0.0]], [[3.0, 3.0], [3.0, 3.0]],
                   polish=False)  # fmt: skip
    at_creases(case)
    case.found.status[:], case.found.kind[:] = CONVERGED, KINK
    case.found.x[1] = [1.0, 0.0]  # another question has moved it
    denied(case)
    assert statuses(case) == [Status.NO_PROGRESS, CONVERGED]
    assert kinds(case) == [Kind.NOT_STATIONARY, KINK]


def test_smooth_formulas_are_not_asked():
    case = case_at("(x - 1)**2", [[0.4]], [[3.0]])
    at_creases(case)
    assert statuses(case) == [None]


def test_runs_that_are_on_their_way_far_from_creases_are_led_nowhere(monkeypatch):
    led = []
    monkeypatch.setattr(question, "walk", lambda *given: led.append(len(given[2])) or walk(*given))
    ring = np.random.default_rng(0).uniform(1, 4, (64, 2))
    far = minimize("sqrt(x**2 + y**2) + x**2", ring, lr=1e-3, epochs=5)
    assert set(far.runs.status.tolist()) == {Status.SLOW}
    assert not led
    near = minimize("abs(x) + y**2", [[0.0, 0.25]], lr=0.5, epochs=5)
    assert (near.status, near.kind) == (CONVERGED, KINK)
    assert led == [1]
