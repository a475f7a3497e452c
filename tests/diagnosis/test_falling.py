"""f that falls for ever along a crease has no minimum there, however low a run comes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgd
from symgd.status import Kind, Status

DECAYS = (
    "exp(-{t})", "1/(1+{t}**2)", "log(1+exp(-{t}))", "exp(-{t}**2)", "2-tanh({t})", "1-atan({t})",
)  # fmt: skip
CREASES = (
    "abs({u})", "3*max({u},-{u}/2)", "max({u},0)+abs({u})", "sqrt(({u})**2)", "hypot({u},{u})",
    "where({u}>0,{u},-2*({u}))",
)  # fmt: skip
ACROSS = ("", " + (z-1)**2", " + abs(z+2)")


def _successes(r: symgd.Result) -> np.ndarray:
    return np.isin(r.runs.status, (Status.CONVERGED, Status.AT_BOUND))


@pytest.mark.parametrize("crease", CREASES)
@pytest.mark.parametrize("decay", DECAYS)
def test_what_falls_for_ever_along_a_crease_is_no_minimum(decay: str, crease: str) -> None:
    f = f"{decay.format(t='((x+y)/2)')} + {crease.format(u='(x-y)')}"
    r = symgd.minimize(f, starts=16)
    assert not _successes(r).any()
    assert r.counts.get(Status.PLATEAU, 0) >= 12
    assert "goes on falling" in r.message


@settings(max_examples=12)
@given(st.sampled_from(DECAYS), st.sampled_from(CREASES), st.sampled_from(ACROSS),
       st.integers(1, 3), st.integers(-3, 3), st.sampled_from([1e-6, 1.0, 1e6]))  # fmt: skip
def test_no_crease_and_no_scale_makes_a_minimum_of_a_decay(
    decay: str, crease: str, across: str, a: int, b: int, scale: float
) -> None:
    u, t = f"({a}*x-({b})*y)", f"(({b})*x+{a}*y)"
    r = symgd.minimize(f"{scale}*({decay.format(t=t)} + {crease.format(u=u)}{across})", starts=8)
    assert not _successes(r).any()


@pytest.mark.parametrize("crease", CREASES)
def test_a_minimum_along_the_crease_is_found_where_there_is_one(crease: str) -> None:
    r = symgd.minimize(f"(x+y-3)**2 + {crease.format(u='(x-y)')}", starts=16)
    assert _successes(r).all()
    assert abs(r.runs.x - 1.5).max() < 1e-6


@pytest.mark.parametrize("crease", CREASES)
def test_what_falls_without_end_along_a_crease_ran_away(crease: str) -> None:
    r = symgd.minimize(f"{crease.format(u='(x-y)')} - x/8 - y/8", starts=16)
    assert set(r.counts) == {Status.DIVERGED}


@pytest.mark.parametrize(
    ("f", "x"),
    [
        ("where(x>0, x, -2*x) + (y-1)**2", (0, 1)),
        ("where(x+y>1, (x+y-1)**2 + x+y-1, 1-x-y) + x**2", (0, 1)),
        ("where(x>2*y, x-2*y, 0.5*(2*y-x)) + (x-1)**2 + y**2", (0.8, 0.4)),
        ("where(x<=1, exp(1-x) - 1, 3*(x-1)) + where(y<-2, -y-2, y+2)", (1, -2)),
        ("where(0.1*x<0.3, 0.6-0.2*x, 0.1*x-0.3) + abs(y)", (3, 0)),
    ],
)
def test_pieces_that_join_are_a_crease(f: str, x: tuple[float, float]) -> None:
    r = symgd.minimize(f, starts=16)
    assert _successes(r).all()
    assert (r.runs.kind == Kind.KINK_MINIMUM).all()
    assert abs(r.runs.x - x).max() < 1e-6


def test_pieces_that_do_not_join_are_a_jump() -> None:
    r = symgd.minimize("where(x>0, x, 1-x) + y**2", starts=16)
    assert not _successes(r).any()
