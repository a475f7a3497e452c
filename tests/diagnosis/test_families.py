"""The verdict is right in families of generated problems whose answer is known by construction.

`families` says what is right and why; nothing there asks symgd.
"""

from __future__ import annotations

import _thread
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from families import FAMILIES, Case, Family
from hypothesis import given, settings
from hypothesis import strategies as st

import symgd
from symgd import Kind, Status

FEW = 5  # examples that Hypothesis tries a family with
RUNS = 200  # seeded ones, or a quarter of them where each needs a call of its own
RIGHT = 0.99


@dataclass(frozen=True)
class Seeded:
    """Numbers of NumPy's generator."""

    rng: np.random.Generator

    def number(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def one_of(self, values: Any) -> Any:
        return values[int(self.rng.integers(len(values)))]


@dataclass(frozen=True)
class Searched:
    """Numbers of Hypothesis, which tries odd ones and makes a failure small."""

    draw: Any

    def number(self, low: float, high: float) -> float:
        return self.draw(st.floats(low, high))

    def one_of(self, values: Any) -> Any:
        return self.draw(st.sampled_from(list(values)))


def wrong(family: Family, case: Case) -> list[str]:
    """Say for each run whose verdict is not right what is wrong, and how to repeat it."""
    result = symgd.minimize(family.problem, case.x0, params=case.params, **case.how)
    found = []
    for run in range(len(result.runs)):
        misfits = [right.fits(result, run) for right in case.right]
        if all(misfits):
            found.append(f"{' | '.join(misfits)}: {line(family, case, run)}")
    return found


def line(family: Family, case: Case, run: int) -> str:
    given = {"params": {name: float(v) for name, v in case.params.items()}, **case.how}
    keywords = "".join(f", {name}={value!r}" for name, value in given.items())
    start = np.ravel(np.asarray(case.x0)[run]).tolist()
    return f"symgd.minimize({family.expr!r}, {start}{keywords})"


def test_every_status_but_an_interruption_is_right_somewhere():
    rng = np.random.default_rng(0)
    cases = (f.draw(Seeded(rng)) for f in FAMILIES.values() for _ in range(3))
    assert {right.status for case in cases for right in case.right} == set(Status) - {
        Status.STOPPED
    }


@pytest.mark.parametrize("name", FAMILIES)
def test_of_two_hundred_runs_hardly_any_is_judged_wrong(name):
    family, rng = FAMILIES[name], np.random.default_rng(2)
    calls = RUNS // max(4, family.runs)
    found = [w for _ in range(calls) for w in wrong(family, family.draw(Seeded(rng)))]
    runs = calls * family.runs
    kinds = Counter(w.split(":")[0] for w in found)
    assert runs - len(found) >= RIGHT * runs, (kinds, found[:3])


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=FEW, derandomize=True)
@given(data=st.data())
def test_no_odd_number_makes_a_verdict_wrong(name, data):
    family = FAMILIES[name]
    assert wrong(family, family.draw(Searched(data.draw))) == []


def test_an_interrupted_run_is_stopped_and_was_heading_down():
    family = FAMILIES["slow_slopes"]
    case = family.draw(Seeded(np.random.default_rng(0)))
    how = {**case.how, "lr": case.how["lr"] * 1e-12}
    symgd.minimize(family.problem, case.x0, params=case.params, **how)  # compiled before
    timer = threading.Timer(0.5, _thread.interrupt_main)
    timer.start()
    with pytest.raises(symgd.Interrupted) as caught:
        symgd.minimize(family.problem, case.x0, params=case.params, **{**how, "epochs": 10**13})
    timer.cancel()
    result = caught.value.result
    assert result.counts == {Status.STOPPED: len(case.x0)}
    assert {Kind(k) for k in result.runs.kind} == {Kind.NOT_STATIONARY}
    assert (result.runs.fun <= result.problem.fun(case.x0[:, 0])).all()
    assert 0 < result.nit < 10**13
