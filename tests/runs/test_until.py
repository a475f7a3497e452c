"""Starts until little is unseen."""

from __future__ import annotations

import numpy as np
import pytest

import symgd
from symgd.runs import until

RASTRIGIN = "x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)"
BOX = {"start_box": (-5.12, 5.12)}


def same(one, other):
    return all(
        np.array_equal(getattr(one.runs, name), getattr(other.runs, name), equal_nan=True)
        for name in ("x0", "x", "fun", "status", "kind", "nit", "minimum")
    )


@pytest.mark.parametrize("sampler", ["spread", "uniform", "sobol", "halton"])
def test_the_runs_are_those_of_as_many_starts_at_once(sampler):
    more = symgd.minimize(RASTRIGIN, starts="until 2%", sampler=sampler, seed=3, **BOX)
    assert len(more.runs) in (512, 1024, 2048)
    assert more.unseen <= 0.02
    at_once = symgd.minimize(RASTRIGIN, starts=len(more.runs), sampler=sampler, seed=3, **BOX)
    assert same(more, at_once)
    assert more.unseen > at_once.unseen  # it has looked before


def test_256_starts_are_enough_where_that_is_enough():
    assert len(symgd.minimize("x**2", starts="until 1.5%").runs) == 256
    assert len(symgd.minimize("x**2", starts="until 1%").runs) == 512
    assert len(symgd.minimize("x**2", starts=" until  0.5 % ").runs) == 1024


def test_the_most_starts_are_told(monkeypatch):
    monkeypatch.setattr(until, "MOST", 1024)
    r = symgd.minimize("sin(x)", starts="until 0.25%", start_box=(-10_000, 10_000))
    assert len(r.runs) == 1024
    assert '"until 0.25%" takes no more than 1,024 starts' in " ".join(r.summary().split())


def test_continuations_come_last():
    even = "(x**2 - 1)**2"
    r = symgd.minimize(even, starts="until 1%", start_box=(-1, 1), escape=True)
    parents = r.runs.parent
    assert (parents[:512] == -1).all()
    assert (parents[512:] >= 0).all()


@pytest.mark.parametrize(
    "text", ["until", "1%", "until 1", "until x%", "until 0%", "until 100%", "until -1%",
             "until nan%", "about 1%", "until 1e-5%", "256"]
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_an_example(text):
    with pytest.raises(symgd.ConfigurationError, match="until 1%"):
        symgd.minimize("x**2", starts=text)


@pytest.mark.parametrize("sampler", ["grid", "lhs"])
def test_samplers_whose_sequence_does_not_go_on_are_refused(sampler):
    with pytest.raises(symgd.ConfigurationError, match=r"spread, uniform, sobol, halton"):
        symgd.minimize("x**2", starts="until 1%", sampler=sampler)


def test_starts_beside_x0_and_in_sweeps_are_refused():
    with pytest.raises(symgd.ConfigurationError, match="nothing beside x0"):
        symgd.minimize("x**2", x0=1, starts="until 1%")
    with pytest.raises(symgd.ConfigurationError, match="a sweep takes as many starts"):
        symgd.sweep("x**2", lr=[0.1, 0.2], starts="until 1%")


def test_what_was_reached_stays_after_ctrl_c(monkeypatch):
    calls = []
    descend = until.descend

    def interrupted(problem, x0, options):
        batch = descend(problem, x0, options)
        calls.append(len(x0))
        if len(calls) == 2:
            raise symgd.Interrupted(batch)
        return batch

    monkeypatch.setattr(until, "descend", interrupted)
    with pytest.raises(symgd.Interrupted) as stopped:
        symgd.minimize(RASTRIGIN, starts="until 0.1%", **BOX)
    assert calls == [256, 256]
    assert len(stopped.value.result.runs) == 512


def test_it_is_kept_in_a_file(tmp_path):
    r = symgd.minimize("cos(3*x) + x**2/9", starts="until 1%")
    r.save(tmp_path / "r.npz")
    again = symgd.load(tmp_path / "r.npz")
    assert again.unseen == r.unseen
    assert again.summary() == r.summary()
