"""Runs on piecewise formulas with known minima: who succeeds is there, and nearly all succeed."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from piecewise import formulas
from values import exact

from symgd import minimize
from symgd.status import SUCCESSES

STARTS = np.random.default_rng(7).uniform(-4, 4, (12, 3))
FAMILIES = sorted(formulas(seed=0, rounds=2), key=lambda f: f.kind)
KINDS = {kind: list(mine) for kind, mine in groupby(FAMILIES, key=lambda f: f.kind)}


def runs_of(formula, starts=STARTS):
    x0 = starts[:, : len(formula.names)]
    return minimize(formula.expr, x0=x0, variables=formula.names).runs


def successes(runs):
    return np.isin(runs.status, SUCCESSES)


@pytest.mark.parametrize("kind", [k for k, mine in KINDS.items() if mine[0].minimum is not None])
def test_runs_reach_the_only_minimum(kind):
    for formula in KINDS[kind]:
        runs = runs_of(formula)
        assert successes(runs).all(), formula.expr
        assert np.abs(runs.x - formula.minimum).max() < 1e-6, formula.expr


@pytest.mark.parametrize("kind", [k for k, mine in KINDS.items() if mine[0].minimum is None])
def test_no_run_succeeds_where_there_is_no_minimum(kind):
    for formula in KINDS[kind]:
        assert not successes(runs_of(formula)).any(), formula.expr


def piece(rng, n):
    """Write a random linear function, at times with a product in it."""
    names = "xyz"[:n]
    expr = "+".join(f"({c})*{v}" for c, v in zip(rng.integers(-3, 4, n), names, strict=True))
    product = f"+({rng.integers(-2, 3)})*{rng.choice(list(names))}*{rng.choice(list(names))}"
    return f"({expr}+({rng.integers(-2, 3)}){product if rng.random() < 0.3 else ''})"


def nested(rng, n, depth):
    """Write a random formula of kinks within kinks."""
    if not depth:
        return piece(rng, n)
    one, other = nested(rng, n, depth - 1), nested(rng, n, depth - 1)
    forms = ["abs({})", "max({}, {})", "min({}, {})", "({} + {})", "({} - {})", "hypot({}, {})"]
    return str(rng.choice(forms, p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.05])).format(one, other)


@pytest.mark.parametrize("seed", range(8))
def test_no_point_beside_a_claimed_minimum_of_a_nested_formula_is_lower(seed):
    rng = np.random.default_rng(seed)
    n, claimed = int(rng.integers(1, 4)), 0
    for _ in range(4):
        names = tuple("xyz"[:n])
        bowl = "+".join(f"0.1*{v}**2" for v in names)
        expr = f"{nested(rng, n, 3)} + {nested(rng, n, 2)} + {bowl}"
        runs = minimize(expr, x0=STARTS[:, :n], variables=names).runs
        claimed += np.count_nonzero(successes(runs))
        for x in np.unique(runs.x[successes(runs)].round(9), axis=0)[:4]:
            end = runs.x[np.abs(runs.x - x).max(axis=1).argmin()]
            value = exact(expr, dict(zip(names, end, strict=True)))
            steps = rng.normal(size=(60, n)) * 10.0 ** rng.uniform(-7, -3, (60, 1))
            for point in end + steps:
                beside = exact(expr, dict(zip(names, point, strict=True)))
                assert beside >= value - 1e-12, (expr, end, point)
    assert claimed
