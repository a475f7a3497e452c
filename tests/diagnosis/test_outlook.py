"""What fixed steps would go on to do, against a loop on whole paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from problems import COSINE, ROSENBROCK
from rules import Averaged, HeavyBall

from symgd.diagnosis.outlook import Course, _followed, look_ahead
from symgd.engine.drive.lanes import Ends
from symgd.given.boxes import Box
from symgd.methods import Fixed, GradientDescent
from symgd.methods.base import Method
from symgd.problem import Problem

STEPS, EPS = 256, 2.0**-52
FREE = (-np.inf, np.inf)


def seen(problem, method, x, sides=FREE, nit=0, memory=None):
    n = x.shape[1]
    ends = Ends.at(np.ascontiguousarray(x.T), 0 if memory is None else memory.shape[1])
    ends.nit[:] = nit
    if memory is not None:
        ends.memory[:] = memory
    box = Box(*(np.full(n, side) for side in sides))
    with np.errstate(all="ignore"):
        return look_ahead(problem, method, ends, box, 1e6)


def on_paper(problem, method, x, sides, nit, memory):
    """Follow runs in Python, and judge each by its path."""
    n = x.shape[1]
    slots = [memory[:, k : k + n] for k in range(0, memory.shape[1], n)]
    settings = [value[:, None] for value in method.settings.values() if np.ndim(value)]
    settings += [value for value in method.settings.values() if not np.ndim(value)]
    path = [x]
    for k in range(STEPS):
        x, *slots = method.step(x, problem.grad(x), nit + k + 1, *slots, *settings)
        x = np.clip(x, *sides)
        path.append(x)
    return [judged(problem, way) for way in np.array(path).swapaxes(0, 1)]


def judged(problem, path):
    """Judge a run by its path; None where its steps grow."""
    f = problem.fun(path)
    if (path[1] == path[0]).all():
        return Course.RESTING
    strides = np.diff(path[:9], axis=0)
    squares = (strides**2).sum(axis=1)
    onward = ((strides[1:] * strides[:-1]).sum(axis=1) > 0.5 * squares[1:]).all()
    if onward and (squares[1:] < squares[:-1]).all() and squares.all() and f[8] < f[0]:
        return Course.DESCENDING
    if not np.isfinite(f).all():
        return Course.ESCAPING
    start, end, width = f[:64].mean(), f[-64:].mean(), np.ptp(f)
    strides = np.abs(np.diff(path, axis=0)).max(axis=1)
    early, late = strides[:64].max(), strides[-64:].max()
    falling = (np.diff(f) <= 16 * EPS * np.abs(f[:-1])).all() and f[-1] < f[0]
    drifting = np.abs(path[-1] - path[0]).max() > 0.5 * strides.sum()
    drifting = drifting and abs(end - start) <= 16 * EPS * abs(f[0])
    if falling or late < 0.5 * early or drifting or end < start - 0.5 * width:
        return Course.DESCENDING
    return None if late > 2 * early and end > start else Course.CYCLING


@pytest.mark.parametrize("sides", [FREE, (-1.5, 2.0)])
@pytest.mark.parametrize("method", [GradientDescent(0.0), HeavyBall(0.0), Averaged(0.0)])
@pytest.mark.parametrize(
    "expr",
    [COSINE, ROSENBROCK, "x**4/4 - x**2/2", "sin(x)*exp(-x**2/20)", "x**2 + 3*y**2 + x*y",
     "log(x**2 + 1/9)", "-cos(x) + x/20", "abs(x) + y**2"],
)  # fmt: skip
def test_the_courses_of_paths_on_paper(expr, method, sides):
    problem, rng = Problem(expr), np.random.default_rng(4)
    n, runs = len(problem.names), 40
    x = rng.uniform(-1.5, 2, (runs, n))
    rates = 10.0 ** rng.uniform(-4, 0.3, runs)
    memory = rng.normal(size=(runs, method.slots * n)) * 0.01
    every = type(method)(rates)
    with np.errstate(all="ignore"):
        found = seen(problem, every, x, sides, 7, memory)
        given = sides, 7, memory
        beside = 1 + 1e-13 * np.arange(-5, 5)
        paper = np.array([on_paper(problem, every, x * s, *given) for s in beside])
    clear = (paper == paper[0]).all(axis=0) & (paper[0] != None)  # noqa: E711 - no chaos
    assert np.count_nonzero(clear) > runs / 2
    assert found[clear].tolist() == paper[0][clear].tolist()


def test_what_is_too_far_for_the_lanes_is_followed_by_numpy():
    problem, far = Problem("cos(x/1e3) + x/1e6"), np.array([[3e19], [1.0]])
    assert seen(problem, GradientDescent(1.0), far).tolist()[0] == Course.RESTING
    away = seen(Problem("x**2"), GradientDescent(1e9), np.array([[1.0]]))
    assert away.tolist() == [Course.ESCAPING]


def test_what_a_run_remembers_goes_on_with_it():
    problem, method = Problem(COSINE), HeavyBall(0.06)
    x, velocity = 0.3, 0.01
    ends = Ends.at(np.array([[x]]), 1)
    ends.memory[:] = velocity
    for _ in range(STEPS):
        x, velocity = method.step(x, problem.grad(x), 1, velocity, *method.settings.values())
    _, after = _followed(problem, method, ends, Box(*np.array([[-np.inf], [np.inf]])), None)
    assert after.nit.tolist() == [STEPS]
    assert [after.x[0, 0], after.memory[0, 0]] == pytest.approx([x, velocity], rel=1e-6)


def test_each_run_is_followed_alone():
    problem, rng = Problem(ROSENBROCK), np.random.default_rng(5)
    x, rates = rng.uniform(-2, 2, (300, 2)), 10.0 ** rng.uniform(-4, -2.4, 300)
    whole = seen(problem, GradientDescent(rates), x)
    assert len(np.unique(whole)) > 1
    for rows in ([3], rng.permutation(300), np.arange(77, 200)):
        assert seen(problem, GradientDescent(rates[rows]), x[rows]).tolist() == whole[rows].tolist()


def own(sign: float) -> type[Method]:
    """Make a method that tells nothing about its code, and remembers what it calls as it likes."""

    @dataclass(frozen=True)
    class Own(Fixed):
        name: ClassVar[str] = "own"

        def rows(self, n_vars: int) -> dict[str, int]:
            return {"next": 1, "f": n_vars}

        def move(
            self, w: Any, gradient: Sequence[Any], epoch: Any
        ) -> tuple[Sequence[Any], Mapping[str, Sequence[Any]]]:
            moved = [x + sign * 0.1 * g for x, g in zip(w.all("x"), gradient, strict=True)]
            return moved, {"next": [epoch], "f": moved}

    return Own


def test_two_methods_that_tell_nothing_are_not_mistaken_for_each_other():
    problem, given = Problem("x**2"), (np.array([[1.0]]), FREE, 0, np.zeros((1, 2)))
    assert seen(problem, own(-1.0)(), *given).tolist() == [Course.DESCENDING]
    assert seen(problem, own(+1.0)(), *given).tolist() == [Course.ESCAPING]
