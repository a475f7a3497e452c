"""What is told of runs besides their verdicts."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

import symgd
from symgd import Kind, Status
from symgd.arrays import columns

BOWL = "x**2 + 2*y**2"


def evidence(expr, x0, **given):
    return symgd.minimize(expr, x0, **given).runs.evidence


@pytest.mark.parametrize(("lr", "epochs"), [(0.01, 50), (0.1, 500), (0.5, 51)])
def test_gradient_descent_knows_its_pace(lr, epochs):
    told = evidence(BOWL, [1.0, 1.0], lr=lr, epochs=epochs)  # slow, arrived, oscillating
    limits = told.curvature_low[0], told.curvature_high[0], told.largest_rate[0]
    assert limits == pytest.approx((2, 4, 2 / 4))
    assert told.contraction[0] == pytest.approx(max(abs(1 - 2 * lr), abs(1 - 4 * lr))) or lr == 0.5


def test_epochs_left_are_those_that_it_takes():
    told = evidence("(x - 1)**2", 3.0, lr=0.1, epochs=20)
    missing = math.log(1e-8 / 0.8**20) / math.log(0.8)  # of the way from 3, |1 - 2 lr| a step
    assert told.epochs_left[0] == math.ceil(missing)


def test_nothing_is_said_without_theory_or_need():
    automatic = evidence(BOWL, [1.0, 1.0])
    assert np.isnan([automatic.contraction, automatic.largest_rate]).all()
    away = evidence("-(x**2)", 1.0, lr=0.1, epochs=2000)
    assert np.isnan([away.contraction, away.largest_rate, away.epochs_left]).all()
    too_large = evidence("x**2", 1.0, lr=1.1, epochs=50)  # it runs away, and its curvature says why
    assert too_large.curvature_low[0] == too_large.curvature_high[0] == 2
    at_a_kink = evidence("abs(x) + x**2/9", 0.0, lr=0.1, epochs=10)
    assert np.isnan([at_a_kink.contraction, at_a_kink.largest_rate]).all()


@pytest.mark.parametrize(
    ("expr", "x0", "lr", "period"),
    [("x**2", 3.0, 1.0, 2), ("x**4/4 - x**2/2", 0.3, 1.2, 2), ("x**2", 3.0, 0.1, 0)],
)
def test_periods(expr, x0, lr, period):
    result = symgd.minimize(expr, x0, lr=lr, epochs=41)
    assert result.runs.evidence.period[0] == period


def test_a_cycle_knows_the_minimum_within_it():
    told = evidence("x**2 - x**4/8", 0.4, lr=1.05, epochs=999)  # where f'' is 1/1.05
    assert told.curvature_low[0] == told.curvature_high[0] == pytest.approx(2, abs=1e-9)


def test_saddles_and_their_curvatures():
    told = evidence("(x - 1)**2 - 3*y**2", [1.0, 0.0])
    assert (told.curvature_low[0], told.curvature_high[0]) == (-6, 2)


def test_it_depends_on_each_run_alone():
    f, starts = "(1 - x)**2 + 100*(y - x**2)**2", np.random.default_rng(3).uniform(-2, 2, (40, 2))
    rates = {"lr": 1.5e-3, "epochs": 300}
    together = symgd.minimize(f, starts, **rates).runs
    assert len(np.unique(together.status)) > 1
    for row in range(0, 40, 3):
        alone = columns(symgd.minimize(f, starts[row], **rates).runs.evidence)
        for name, column in columns(together.evidence).items():
            assert np.array_equal(column[row], alone[name][0], equal_nan=True), name


@pytest.mark.parametrize("params", [{"a": [1.0, 2.0, 3.0]}, {}])
def test_sweeps_tell_what_single_runs_tell(params):
    f = "a*(x - 1)**2" if params else "2*(x - 1)**2"
    rates, counts = [0.05, 0.3, 0.6], [5, 40]
    swept = symgd.sweep(f, x0=[3.0, 4.0], lr=rates, epochs=counts, params=params)
    told = swept.runs.evidence
    for place in np.ndindex(swept.shape):
        at = dict(zip(swept.dims, place, strict=True))
        value = {name: v[at[name]] for name, v in params.items()}
        how = {"lr": rates[at["lr"]], "epochs": counts[at["epochs"]], "params": value}
        alone = columns(evidence(f, [3.0, 4.0][at["x0"]], **how))
        for name, column in columns(told).items():
            assert np.array_equal(column[place], alone[name][0], equal_nan=True), (name, place)


def test_a_run_that_leads_on_began_beside_the_saddle():
    result = symgd.minimize("x**2*y + y**3/3 - y + 1e-9*x", [0.0, 1e-9], escape=True, lr=1e-4)
    children = np.flatnonzero(result.runs.parent >= 0)
    assert np.isnan(result.runs.evidence.trap[children]).all()


def test_it_is_found_when_it_is_asked_for_and_kept(monkeypatch):
    found = []
    from symgd.runs import gather

    told = gather.told
    monkeypatch.setattr(gather, "told", lambda judged: found.append(judged) or told(judged))
    result = symgd.minimize(BOWL, [1.0, 1.0], lr=0.1, epochs=20)
    assert result.runs.evidence.fun_last[0] == result.fun
    assert not found
    low = result.runs.evidence.curvature_low
    assert result.runs.evidence.curvature_low is low
    assert len(found) == 1
    with pytest.raises(AttributeError):
        _ = result.runs.evidence.curvature


def test_pickles_hold_it():
    evidence = symgd.minimize(BOWL, [1.0, 1.0], lr=0.1, epochs=20).runs.evidence
    again = pickle.loads(pickle.dumps(evidence))
    for name, column in columns(evidence).items():
        assert np.array_equal(column, vars(again)[name], equal_nan=True), name


def test_its_kinds():
    trap = symgd.minimize("-(x - 3)**2 + (x - 3)**4", 3 + 1e-7, lr=1e-3, epochs=9)
    assert trap.status is Status.SLOW
    assert trap.runs.evidence.trap_kind[0] == Kind.MAXIMUM
