"""All runs of a decay get one verdict, at any scale; runs on their way to a minimum keep theirs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgd
from symgd import Kind, Status

DECAYS = ["exp(-{x})", "exp({x})", "1/(1 + exp(2*{x}))"]


def verdicts(expr, unit, starts):
    x0 = unit * np.random.default_rng(starts).uniform(-9, 9, (24, 2))
    region = (-10 * unit, 10 * unit)
    result = symgd.minimize(expr, x0, variables=["x", "y"], start_box=region)
    pairs = zip(result.runs.status, result.runs.kind, strict=True)
    return {(Status(status), Kind(kind)) for status, kind in pairs}


@settings(max_examples=5, derandomize=True)
@given(
    st.sampled_from(DECAYS), st.sampled_from([1e-6, 1.0, 1e6]), st.sampled_from([1e-3, 1.0, 1e3]),
    st.integers(0, 99),
)  # fmt: skip
def test_every_run_of_a_decay_ends_on_a_plateau(decay, scale, unit, starts):
    f = f"{scale}*({decay.format(x=f'(x/{unit})')} + (y/{unit} - 1)**2)"
    assert verdicts(f, unit, starts) == {(Status.PLATEAU, Kind.FLAT)}


def test_a_run_that_has_not_come_far_is_still_slow():
    result = symgd.minimize("exp(-x) + y**2", [0, 1], lr=0.1, epochs=300)
    assert result.status is Status.SLOW
    assert "allow more epochs" not in result.message
    assert "f goes on falling towards 0, which it only approaches, as x grows" in " ".join(
        result.message.split()
    )


def test_a_narrow_valley_is_no_decay():
    result = symgd.minimize("1e-12*x**2 + y**2", [10, 1], lr=0.1, epochs=200)
    assert result.status is Status.SLOW


def test_every_minimum_of_a_circle_is_weak():
    runs = symgd.minimize("(x**2 + y**2 - 1)**2", starts=1000).runs
    assert set(runs.kind) == {Kind.WEAK_MINIMUM}


@pytest.mark.parametrize(
    "expr",
    ["exp(0.3*x) + sin(2.3*y/(1 + sin(y)**2))", "exp((2 - x)*(y - 1)) + log(cosh(y + 1))"],
)
def test_runs_that_halt_on_a_decay_are_told_that_f_falls_on(expr):
    result = symgd.minimize(expr, starts=16)
    far = result.runs.x[:, 0] < -6
    assert far.sum() >= 2
    assert not np.any(result.runs.status[far] == Status.NO_PROGRESS)
