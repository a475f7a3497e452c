"""The bound for what was not found: its identity, its limits, and how often it holds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2

import symgd
from symgd.facts.unseen import PATIENT, USUAL, unseen

SHARES = {
    "equal": np.ones(121),
    "many": np.ones(1000),
    "needles": np.array([0.94, *[0.003] * 20]),
    "like 1/k^1.7": np.arange(1.0, 2001) ** -1.7,
    "like 1/k^2": np.arange(1.0, 501) ** -2.0,
    "halves": 0.5 ** np.arange(60.0),
}


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("starts", [64, 256, 2048])
def test_the_bound_holds_in_95_of_100_batches(name, starts):
    shares = SHARES[name] / SHARES[name].sum()
    batches = np.random.default_rng(starts).multinomial(starts, shares, size=1000)
    missing = np.where(batches == 0, shares, 0.0).sum(axis=1)
    bounds = np.array([unseen(batch) for batch in batches])
    assert np.mean(missing <= bounds) >= 0.94


@pytest.mark.parametrize("name", ["like 1/k^1.7", "like 1/k^2", "many"])
def test_the_bound_of_a_search_that_stops_when_it_is_small_holds_as_often(name):
    shares, rng, held = SHARES[name] / SHARES[name].sum(), np.random.default_rng(7), 0
    for _ in range(500):
        counts = rng.multinomial(256, shares)
        while (bound := unseen(counts, PATIENT)) > 0.02 and counts.sum() < 2**15:
            counts = counts + rng.multinomial(counts.sum(), shares)
        held += shares[counts == 0].sum() <= bound
    assert held >= 0.94 * 500


@pytest.mark.parametrize("once", [0, 1, 3, 10, 40, 400])
def test_it_is_the_limit_of_a_poisson_count_where_minima_were_met_once_or_often(once):
    counts = np.array([50_000, *[1] * once])
    limit = chi2.ppf(0.95, 2 * (once + 1)) / 2  # Garwood's upper limit
    assert unseen(counts) * counts.sum() == pytest.approx(limit, rel=0.02)


def test_it_is_estys_interval_where_many_minima_were_met_once_and_twice():
    once, twice = 20_000, 15_000
    counts = np.repeat([1, 2, 1_000_000], [once, twice, 1])
    normal = once + USUAL * math.sqrt(once + 2 * twice)
    assert unseen(counts) * counts.sum() == pytest.approx(normal, rel=1e-3)


@pytest.mark.parametrize("s", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("mean", [0.01, 1.0, 4.0])
def test_the_identity_of_the_docstring_holds_for_a_basin_of_any_size(mean, s):
    j = np.arange(1, 80)
    logs = j * math.log(mean) - np.array([math.lgamma(k + 1) for k in j])
    expected = math.exp(-mean) * (math.exp(s * mean) + np.sum(np.exp(logs) * (1 - s**j)))
    assert expected == pytest.approx(1)


def test_it_is_a_share():
    assert unseen(np.zeros(3, dtype=int)) == 1
    assert unseen(np.ones(5, dtype=int)) == 1
    assert 0 < unseen(np.array([10**6])) < 1e-5


def test_it_is_the_lower_the_more_starts_and_the_higher_the_more_minima_were_met_once():
    assert unseen(np.array([500])) < unseen(np.array([100]))
    assert unseen(np.array([100, 1])) < unseen(np.array([98, 1, 1, 1]))
    assert unseen(np.array([100]), PATIENT) > unseen(np.array([100]))


def test_runs_that_reach_no_minimum_are_no_starts_of_one_found():
    r = symgd.minimize("x**3 - x")  # a third and more run away
    reached = int((r.runs.minimum >= 0).sum())
    assert 0 < reached < 200
    assert r.unseen == unseen(np.array([reached]))
    assert "hold at most 2.3 % of the starts that reach one (95 %)" in r.summary()


def test_continuations_of_escape_are_no_starts():
    r = symgd.minimize("(x**2 - 1)**2", sampler="uniform", start_box=(-2, 2), starts=40)
    e = symgd.minimize(
        "(x**2 - 1)**2", sampler="uniform", start_box=(-2, 2), starts=40, escape=True
    )
    assert e.unseen == r.unseen


@pytest.mark.parametrize(
    "call", [{"x0": [1.0, 2.0]}, {"starts": 1}, {"sampler": "grid", "starts": 50}]
)
def test_nothing_is_said_where_chance_has_no_part(call):
    r = symgd.minimize("cos(2*pi*x) + x**2", **call)
    assert math.isnan(r.unseen)
    assert "not found yet" not in r.summary()
    assert r.to_dict()["unseen"] is None


def test_what_is_not_found_is_said_where_starts_were_spread():
    r = symgd.minimize("x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)", start_box=(-5.12, 5.12))
    counts = np.bincount([minimum.count for minimum in r.minima])
    assert counts[1] > 1
    assert r.unseen == unseen(np.repeat(np.arange(len(counts)), counts))
    assert "minima not found yet hold at most" in r.summary()
    assert "minima not found yet hold at most" in r._repr_html_()


def test_too_few_starts_are_called_too_few():
    r = symgd.minimize("sin(x)", starts=12, start_box=(-500, 500))
    assert r.unseen == 1
    assert "may hold nearly all of the starts, which are too few to tell" in r.summary()
