"""Samplers: inside the box, the same for the same seed, and evenly spread."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

import symgd
from symgd import ConfigurationError, MissingPackageError
from symgd.given.starts import SAMPLERS, sample

LOWER, UPPER = np.array([-3.0, 10.0, 0.5]), np.array([-1.0, 1000.0, 0.75])
RANDOM = [s for s in SAMPLERS if s != "grid"]


def box(n):
    return LOWER[:n], UPPER[:n]


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("starts", [1, 2, 7, 256])
def test_points_lie_in_the_box(sampler, n, starts):
    lower, upper = box(n)
    points = sample(sampler, starts, lower, upper, seed=4)
    assert points.shape[1] == n
    assert 1 <= len(points) <= starts
    assert sampler == "grid" or len(points) == starts
    assert ((points >= lower) & (points <= upper)).all()
    assert len(np.unique(points, axis=0)) == len(points)


@pytest.mark.parametrize("sampler", RANDOM)
def test_the_seed_decides(sampler):
    first, again, other = (sample(sampler, 50, *box(2), seed=s) for s in (3, 3, 4))
    assert (first == again).all()
    assert not (first == other).any()


def test_the_seed_does_not_move_a_grid():
    one, other = (sample("grid", 49, *box(2), seed=s) for s in (1, 2))
    assert (one == other).all()


@pytest.mark.parametrize("sampler", RANDOM)
def test_samples_fill_the_box(sampler):
    points = sample(sampler, 512, *box(3), seed=0)
    share = (points - LOWER) / (UPPER - LOWER)
    assert share.mean(axis=0) == pytest.approx([0.5] * 3, abs=0.06)
    assert share.min() < 0.02
    assert share.max() > 0.98


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("starts", [64, 256, 1000])
def test_spread_is_more_even_than_chance(n, starts):
    zero, one = np.zeros(n), np.ones(n)

    def discrepancy(sampler):
        return np.mean(
            [qmc.discrepancy(sample(sampler, starts, zero, one, seed)) for seed in range(5)]
        )

    assert discrepancy("spread") < 0.5 * discrepancy("uniform")


@pytest.mark.parametrize(
    ("starts", "n", "side"),
    [
        (1, 1, 1),
        (5, 1, 5),
        (24, 2, 4),
        (25, 2, 5),
        (27, 3, 3),
        (26, 3, 2),
        (1000, 3, 10),
        (3, 2, 1),
    ],
)
def test_grids_are_even_and_hold_the_ends(starts, n, side):
    lower, upper = box(n)
    points = sample("grid", starts, lower, upper, seed=0)
    assert len(points) == side**n
    for axis in range(n):
        values = np.unique(points[:, axis])
        middle = (lower[axis] + upper[axis]) / 2
        expected = np.linspace(lower[axis], upper[axis], side) if side > 1 else [middle]
        assert values == pytest.approx(expected, rel=1e-15)
    if side > 1:
        assert (points.min(axis=0) == lower).all()
        assert (points.max(axis=0) == upper).all()


def test_more_points_of_spread_keep_the_first_ones():
    few, many = (sample("spread", n, *box(2), seed=6) for n in (10, 100))
    assert (many[:10] == few).all()


@pytest.mark.parametrize(
    ("sampler", "theirs"),
    [("sobol", qmc.Sobol), ("halton", qmc.Halton), ("lhs", qmc.LatinHypercube)],
)
def test_samplers_of_scipy_are_scipys(sampler, theirs):
    engine = theirs(2, rng=np.random.default_rng(9))
    expected = qmc.scale(engine.random(64), *box(2))
    assert sample(sampler, 64, *box(2), seed=9) == pytest.approx(expected)


def test_without_scipy_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "scipy.stats", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'symgd\[scipy\]'"):
        sample("sobol", 8, *box(2), seed=0)
    assert len(sample("spread", 8, *box(2), seed=0)) == 8


def test_an_engine_gives_its_points_and_stays_where_it_is():
    engine = qmc.Halton(2, scramble=False)
    engine.fast_forward(3)
    theirs = qmc.scale(qmc.Halton(2, scramble=False).fast_forward(3).random(5), [-1, -1], [1, 1])
    for _ in range(2):
        r = symgd.minimize("x**2 + y**2", starts=5, start_box=(-1, 1), sampler=engine, lr=0.1)
        assert r.runs.x0 == pytest.approx(theirs, abs=1e-15)
        assert r.settings.sampler == "Halton"
    assert engine.num_generated == 3


def test_a_sobol_engine_gives_any_number_of_points_without_a_warning():
    seeded = qmc.Sobol(1, rng=np.random.default_rng(5))
    r = symgd.minimize("x**2", starts=6, start_box=(0, 1), sampler=seeded, lr=0.1)
    theirs = qmc.Sobol(1, rng=np.random.default_rng(5)).random(8)[:6]
    assert r.runs.x0 == pytest.approx(theirs, abs=1e-15)


@pytest.mark.parametrize(
    ("engine", "more", "takes"),
    [
        (qmc.Halton(3), {}, "of 2 dimensions"),
        (np.random, {}, "grid"),
        (qmc.LatinHypercube(2), {"starts": "until 5%"}, "Sobol or Halton"),
        (qmc.PoissonDisk(2, radius=0.5), {"starts": 500}, "so many points"),
    ],
    ids=["dimensions", "module", "until", "few"],
)
def test_an_engine_that_does_not_fit_is_refused(engine, more, takes):
    with pytest.raises(ConfigurationError, match=takes):
        symgd.minimize("x**2 + y**2", sampler=engine, **more)
