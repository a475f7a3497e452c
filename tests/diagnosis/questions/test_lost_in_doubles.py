"""Where exponentials are 0 in doubles f is level in doubles only, and that shows no minimum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgd
from symgd.status import Status

DECAYS = ("exp(-{t})", "exp(-{t}**2)", "2**(-{t}**2)", "1/cosh({t})", "erfc({t})", "exp(-{t}**4)")
ACROSS = ("{u}**2", "abs({u})", "sqrt(1+{u}**2)", "2*max({u},0)-{u}", "log(1+{u}**2)")


@settings(max_examples=20)
@given(st.sampled_from(DECAYS), st.sampled_from(ACROSS), st.integers(-1, 1),
       st.sampled_from([60.0, 300.0, 4000.0]), st.sampled_from([1e-6, 1.0, 1e6]))  # fmt: skip
def test_what_underflows_is_not_level(
    decay: str, across: str, slant: int, far: float, scale: float
) -> None:
    t, u = f"(x+({slant})*y)", f"({slant}*x-y)"
    f = f"{scale}*({decay.format(t=t)} + {across.format(u=u)})"
    r = symgd.minimize(f, x0=[[far, slant * far + 0.5], [far, slant * far - 3]])
    assert not np.isin(r.runs.status, (Status.CONVERGED, Status.AT_BOUND)).any()


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("well", ["(x-300)**4", "abs(x-300)", "sqrt(abs(x-300))", "(x-300)**2"])
@pytest.mark.parametrize("across", ["y**2", "abs(y)"])
def test_a_minimum_beside_what_underflows_is_one(decay: str, well: str, across: str) -> None:
    r = symgd.minimize(f"{decay.format(t='x')} + {well} + {across}", x0=[[300.7, 1.0], [299.0, -2]])
    assert (r.runs.status == Status.CONVERGED).all()
    assert abs(r.runs.x - (300, 0)).max() < 1e-6


@pytest.mark.parametrize("f", ["max(x, 0)**2 + y**2", "max(abs(y), x, 1)", "(x*y - 1)**2"])
def test_what_is_level_stays_a_set_of_minima(f: str) -> None:
    r = symgd.minimize(f, starts=16)
    assert r.success
    assert r.minima[0].dimension >= 1
