"""The points on the way of each run, against a loop in plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest
from problems import COSINE

import symgd
from symgd import ConfigurationError, minimize


def loop(x, lr, epochs):
    """Every x of the classroom loop on cos(2 pi x) + x^2."""
    path = [x]
    for _ in range(epochs):
        x = x - lr * (-2 * math.pi * math.sin(2 * math.pi * x) + 2 * x)
        path.append(x)
    return path


def test_every_point_of_the_classroom_loop():
    starts = [0.0, 0.3, -1.76]
    result = minimize(COSINE, starts, lr=0.01, epochs=100, history=True)
    assert result.history_every == 1
    for x0, path in zip(starts, result.history, strict=True):
        expected = loop(x0, 0.01, 100) if x0 else [0.0]
        assert path[:, 0] == pytest.approx(expected, rel=1e-12)


def test_every_so_many_points_and_the_end():
    whole = minimize(COSINE, [0.3], lr=0.01, epochs=100, history=True).history[0]
    some = minimize(COSINE, [0.3], lr=0.01, epochs=100, history=7).history[0]
    assert (some == whole[[*range(0, 99, 7), 100]]).all()


@pytest.mark.parametrize("expr", [COSINE, "100*(y - x**2)**2 + (1 - x)**2", "log(x) + x**4"])
def test_automatic_steps_fall_and_lead_to_the_end(expr):
    result = minimize(expr, starts=20, history=True)
    plain = minimize(expr, starts=20)
    assert plain.history is None
    assert (result.runs.x == plain.runs.x)[np.isfinite(plain.runs.x)].all()
    for path, run in zip(result.history, range(20), strict=True):
        assert (path[0] == result.runs.x0[run]).all()
        assert len(path) == result.runs.nit[run] + 1
        values = result.problem.values(path)
        assert (np.diff(values) <= 1e-12 * np.abs(values[1:])).all()


def test_a_run_that_goes_on_keeps_one_path():
    result = minimize("(x - 1)**4", [3.0], tol=1e-2, history=True)
    assert result.history[0].shape == (result.nit + 1, 1)


def test_continuations_have_paths_of_their_own():
    result = minimize(COSINE, [0.0], escape=True, history=True)
    assert len(result.history) == len(result.runs) == 3
    assert result.history[0].tolist() == [[0.0]]
    assert all(len(path) > 2 for path in result.history[1:])


@pytest.mark.parametrize("history", [0, -1, 2.5, "yes"])
def test_history_is_true_or_a_number_of_steps(history):
    with pytest.raises(ConfigurationError, match="history"):
        minimize(COSINE, history=history)


def test_history_where_the_fast_functions_do_not_reach():
    path = symgd.minimize("sin(x)", [1e15], lr=0.1, epochs=3, history=True).history[0]
    assert path[0] == 1e15
    assert np.isfinite(path).all()
