"""Gradients that are cut or disturbed, against loops in NumPy and a generator of plain integers."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from test_first_order import CASES, ROSENBROCK, STARTS, slope

import symgd
from symgd import ConfigurationError, Status
from symgd.engine.numbers.noise import threefry
from symgd.views.calls import call

STEPS = 15  # of more, near the valley, what rounding makes of the way would show
TRAP = "cos(2*pi*x) + x**2"
MASK = 2**64 - 1


def threefry_of_integers(key, counter):
    """Threefry2x64-13 as Salmon et al. (2011) write it down, in Python's whole numbers."""
    turns = [16, 42, 12, 31, 16, 32, 24, 21]
    keys = [*key, 0x1BD11BDAA9FC1A22 ^ key[0] ^ key[1]]
    a, b = ((c + k) & MASK for c, k in zip(counter, key, strict=True))
    for i in range(13):
        a = (a + b) & MASK
        b = ((b << turns[i % 8]) & MASK | b >> (64 - turns[i % 8])) ^ a
        if i % 4 == 3:
            s = (i + 1) // 4
            a, b = (a + keys[s % 3]) & MASK, (b + keys[(s + 1) % 3] + s) & MASK
    return a, b


# The vectors "threefry2x64 13" of the authors' own library, Random123.
PI = (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89)
KNOWN = [
    ((0, 0), (0, 0), (0xF167B032C3B480BD, 0xE91F9FEE4B7A6FB5)),
    ((MASK, MASK), (MASK, MASK), (0xCCDEC5C917A874B1, 0x4DF53ABCA26CEB01)),
    (PI[2:], PI[:2], (0xC3AAC71561042993, 0x3FE7AE8801AFF316)),
]


@pytest.mark.parametrize(("key", "counter", "expected"), KNOWN)
def test_the_generator_is_threefry(key, counter, expected):
    assert threefry_of_integers(key, counter) == expected
    arrays = [np.array([w], dtype=np.uint64) for w in (*key, *counter)]
    assert tuple(int(w[0]) for w in threefry(arrays[:2], arrays[2:])) == expected


def key_of(seed, start, same=0):
    """The seed and the number of the equal start, encrypted with the bits of each coordinate."""
    key = seed, same
    for i, value in enumerate(start):
        key = threefry_of_integers(key, (struct.unpack("<Q", struct.pack("<d", value))[0], i))
    return tuple(k >> 12 for k in key)


def normal(key, epoch, n_vars):
    """Box and Muller's pairs of the words of an epoch."""
    numbers = []
    for pair in range((n_vars + 1) // 2):
        first, second = threefry_of_integers(key, (epoch, pair))
        u, v = 1 - (first >> 12) / 2**52, 1 - (second >> 12) / 2**52
        radius = math.sqrt(-2 * math.log(u))
        numbers += [radius * math.cos(2 * math.pi * v), radius * math.sin(2 * math.pi * v)]
    return np.array(numbers[:n_vars])


def by_size(g, most):
    return np.where(np.abs(g) > most, most * np.sign(g), g)


def by_norm(g, most):
    norm = math.sqrt(g @ g)
    return g * (most / norm) if norm > most else g


def changed_slope(start, *, seed=0, noise=0.0, clip_value=math.inf, clip_norm=math.inf):
    """A gradient that counts its calls, which are the epochs."""
    key, calls = key_of(seed, start), iter(range(1, 10_000))

    def gradient(x):
        g = slope(x)
        g = g + noise * normal(key, next(calls), 2) if noise else g
        return by_norm(by_size(g, clip_value), clip_norm)

    return gradient


CHANGES = [{"clip_value": 3.0}, {"clip_norm": 2.0}, {"noise": 5.0, "seed": 7},
           {"noise": 2.0, "clip_value": 4.0, "clip_norm": 3.0}]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: ", ".join(c))
@pytest.mark.parametrize(
    ("method", "update", "more"), CASES[::2], ids=lambda c: getattr(c, "__name__", repr(c)[:40])
)
def test_each_step_is_that_of_the_paper_with_the_changed_gradient(
    monkeypatch, method, update, more, change
):
    given = {**change, "method": method, "epochs": STEPS, "history": True}
    r = symgd.minimize(ROSENBROCK, STARTS, **given)
    for start, path in zip(STARTS, r.history, strict=True):
        monkeypatch.setattr("test_first_order.slope", changed_slope(start, **change))
        paper = update(start, *method.settings.values(), **more)
        expected = np.array([start, *(next(paper) for _ in range(STEPS))])
        assert np.abs(path - expected).max() <= 1e-12 * np.abs(expected).max()


def test_plain_descent_takes_changed_gradients_too():
    r = symgd.minimize(ROSENBROCK, STARTS, lr=1e-3, noise=0.5, clip_norm=1.0, epochs=STEPS)
    for start, end in zip(STARTS, r.runs.x, strict=True):
        gradient, x = changed_slope(start, noise=0.5, clip_norm=1.0), start
        for _ in range(STEPS):
            x = x - 1e-3 * gradient(x)
        assert end == pytest.approx(x, rel=1e-12)


def test_the_noise_is_normal_and_of_its_size():
    """One step of many runs from places that differ little: mean and moments of the noise."""
    x0 = np.linspace(1.0, 1.001, 40_000)
    r = symgd.minimize("x**2/2", x0=x0, lr=1.0, noise=2.0, epochs=1)
    z = -r.runs.x[:, 0] / 2.0  # x - (x + noise)
    bound = 5 / math.sqrt(len(z))
    assert abs(z.mean()) < bound
    assert abs(np.mean(z**2) - 1) < bound * math.sqrt(2)
    assert abs(np.mean(z**3)) < bound * math.sqrt(15)
    assert abs(np.mean(z**4) - 3) < bound * math.sqrt(96)
    assert abs(np.corrcoef(z[1:], z[:-1])[0, 1]) < bound
    for sure in (1.0, 2.0, 3.0):
        share = math.erfc(sure / math.sqrt(2))
        assert np.mean(np.abs(z) > sure) == pytest.approx(share, abs=bound * math.sqrt(share))


def test_epochs_and_variables_have_noise_of_their_own():
    r = symgd.minimize("0*(x + y + z) + a*0", x0=[[0.0] * 4], method="gd", lr=1.0, noise=1.0,
                       epochs=4000, history=True)  # fmt: skip
    steps = np.diff(r.history[0], axis=0)
    correlations = np.corrcoef(np.hstack([steps[1:], steps[:-1]]).T)
    off = correlations[~np.eye(8, dtype=bool)]
    assert len(steps) == 4000
    assert np.abs(off).max() < 5 / math.sqrt(4000)


@pytest.mark.parametrize("others", [{"method": "adam", "lr": 0.05}, {"lr": 0.01}])
def test_the_same_bits_for_any_workers_and_any_batch(others):
    given = {"noise": 0.3, "seed": 3, "epochs": 300, **others}
    x0 = np.linspace(-2, 2, 3000)
    ends = symgd.minimize(TRAP, x0, **given).runs.x
    assert (symgd.minimize(TRAP, x0, workers=1, **given).runs.x == ends).all()
    assert (symgd.minimize(TRAP, x0[1234:1240], **given).runs.x == ends[1234:1240]).all()
    assert symgd.minimize(TRAP, x0[77], **given).x == ends[77]
    other = symgd.minimize(TRAP, x0, **{**given, "seed": 4}).runs.x
    assert (other != ends).mean() > 0.9


def test_noise_frees_runs_from_the_trap_to_both_sides():
    stuck = symgd.minimize(TRAP, x0=0.0, lr=0.01, epochs=500)
    assert stuck.status is Status.STALLED_AT_START
    free = symgd.minimize(TRAP, x0=np.zeros(64), lr=0.01, noise=0.1, epochs=500)
    assert (free.runs.nit == 500).all()
    assert (np.abs(np.abs(free.runs.x) - 0.4758) < 0.02).all()
    assert 16 < (free.runs.x > 0).sum() < 48  # each with noise of its own


def test_a_run_that_noise_keeps_moving_is_no_success():
    """It is about at the minimum, and told to be on the move; polished, it is there."""
    given = {"x0": np.zeros(40), "lr": 0.01, "noise": 0.1, "epochs": 500}
    r = symgd.minimize(TRAP, **given)
    assert set(r.counts) == {Status.OSCILLATING}
    assert "the noise of 0.1 in its gradient never lets it rest" in r.explain()
    assert "polish=True" in r.explain()
    assert symgd.minimize(TRAP, polish=True, **given).counts == {Status.CONVERGED: 40}


def test_a_rate_that_falls_lets_noise_come_to_rest():
    """Robbins and Monro: the error falls like 1/sqrt(epochs)."""
    lr = symgd.schedules.InverseTime(0.5, decay=0.25)
    ends = [
        np.abs(symgd.minimize("x**2", x0=np.linspace(1, 2, 400), lr=lr, noise=1.0,
                              epochs=epochs).runs.x).mean()
        for epochs in (100, 10_000)
    ]  # fmt: skip
    assert 5 < ends[0] / ends[1] < 20


def test_a_start_at_the_minimum_is_left_and_not_called_thrown():
    r = symgd.minimize("x**2", x0=0.0, lr=0.1, noise=0.1, epochs=50)
    assert not r.success
    assert "thrown" not in r.explain()


def test_noise_that_throws_a_run_away_is_blamed():
    r = symgd.minimize("x**4", x0=1.0, lr=0.1, noise=1e9, epochs=50)
    assert r.status is Status.DIVERGED
    assert "and noise of 1e9 in its gradient f grew" in " ".join(r.explain().split())


def test_noise_too_small_to_matter_is_no_hindrance():
    r = symgd.minimize("(x - 1)**2", x0=3.0, lr=0.3, noise=1e-13, epochs=200)
    assert r.status is Status.CONVERGED


def test_escape_and_more_starts_have_noise_of_their_own():
    r = symgd.minimize("x**4 - x**2", x0=[0.0], lr=0.01, noise=1e-3, escape=True, epochs=20)
    assert len(r.runs) >= 1
    assert r.explain()
    more = symgd.minimize("x**4 - x**2", starts="until 1%", lr=0.1, start_box=(-1, 1), noise=1e-9,
                          polish=True, epochs=100)  # fmt: skip
    assert more.success


def test_noise_is_common_along_the_rates_of_a_sweep():
    s = symgd.sweep("x**2", x0=[1.0, 2.0], lr=[0.1, 0.2], noise=0.5, seed=9, epochs=[3, 30])
    for i, x0 in enumerate((1.0, 2.0)):
        for j, lr in enumerate((0.1, 0.2)):
            for k, epochs in enumerate((3, 30)):
                one = symgd.minimize("x**2", x0=x0, lr=lr, noise=0.5, seed=9, epochs=epochs)
                assert s.x[i, j, k] == one.x[0]
    assert "noise = 0.5" in s.summary()


def test_a_sweep_over_starts_with_noise_has_no_borders():
    s = symgd.sweep(TRAP, x0=np.linspace(-1, 1, 41), lr=0.01, noise=0.5, epochs=100)
    assert len(s.borders) == 0
    assert s.summary()


def test_other_sizes_and_seeds_compile_nothing(monkeypatch):
    f, given = "cosh(x - 1)", {"x0": 3.0, "method": "adam", "lr": 0.1, "epochs": 9}
    symgd.minimize(f, noise=0.1, clip_norm=1.0, **given)
    symgd.minimize(f, clip_value=1.0, **given)
    monkeypatch.setattr("symgd.engine.kernel.store._from_disk", None)
    assert symgd.minimize(f, noise=0.3, clip_norm=0.7, seed=5, **given).nit == 9
    assert symgd.minimize(f, clip_value=0.2, **given).nit == 9


def test_clipping_keeps_a_large_rate_from_running_away():
    f, given = "x**4", {"x0": 10.0, "lr": 0.01, "epochs": 300}
    assert symgd.minimize(f, **given).status is Status.DIVERGED
    assert abs(symgd.minimize(f, clip_norm=50.0, **given).x[0]) < 1


def test_an_overflowing_gradient_stays_an_end_though_it_is_cut():
    """exp overflows at x0: f is not finite there, and a cut gradient must not hide it."""
    r = symgd.minimize("exp(x)", x0=800.0, lr=0.1, clip_value=1.0, epochs=2000)
    assert r.status is Status.OUT_OF_DOMAIN
    assert r.nit == 0


def test_what_is_known_near_a_minimum_holds_for_cut_gradients():
    slow = symgd.minimize("x**2", x0=100.0, lr=0.01, clip_norm=1.0, epochs=50)
    assert slow.status is Status.SLOW
    assert math.isnan(slow.runs.evidence.epochs_left[0])  # 98 % a step holds near it only
    assert slow.runs.evidence.largest_rate[0] == pytest.approx(1.0)
    with pytest.warns(symgd.RateWarning, match="lr = 2 is above 1"):
        symgd.minimize("x**2", x0=1.0, lr=2.0, clip_norm=1.0, epochs=5)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"noise": 0.1}, "noise: got 0.1; takes None for the method 'automatic'"),
        ({"clip_norm": 1.0}, "clip_norm: got 1.0; takes None for the method 'automatic'"),
        ({"lr": 0.1, "noise": -1.0}, "noise: got -1.0; takes a number >= 0"),
        ({"lr": 0.1, "noise": "much"}, "noise: got much; takes a number >= 0"),
        ({"lr": 0.1, "clip_value": 0.0}, "clip_value: got 0.0; takes a number > 0"),
        ({"lr": 0.1, "clip_norm": math.inf}, "clip_norm: got inf; takes a number > 0"),
        ({"lr": 0.1, "noise": 0.1, "tol": 1e-6}, "takes 0 beside noise"),
        ({"lr": 0.1, "clipnorm": 1.0}, "did you mean clip_norm?"),
        ({"lr": 0.1, "gradient_noise": 1.0}, "did you mean noise?"),
    ],
)
def test_wrong_changes_are_refused_by_name(given, said):
    with pytest.raises(ConfigurationError) as caught:
        symgd.minimize("x**2", x0=1.0, **given)
    assert said in str(caught.value)


def test_the_call_that_made_a_noisy_result_makes_it_again():
    r = symgd.minimize("x**2", x0=1.0, lr=0.1, noise=0.25, seed=11, clip_norm=2.0, epochs=9)
    page = call(r)
    again = eval(page, {"symgd": symgd})  # noqa: S307 - a line of our own
    assert again.x == r.x
