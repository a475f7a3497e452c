"""Minima and infima that are only approached, known by construction, turned and scaled."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from symgd.precise.infimum import Ahead, ahead
from symgd.precise.landscape import Landscape
from symgd.problem import Problem

# f falls for ever as its argument grows, towards a limit or without one
DECAYS = [
    "exp(-{u})", "1/(1+({u})**2)", "exp(-({u})**2)", "1/({u})", "log(1+exp(-{u}))", "-atan({u})",
    "-tanh({u})", "erfc({u})", "sqrt(1+({u})**2)-({u})", "({u})*exp(-{u})", "-log({u})",
    "1/cosh({u})", "exp(-sqrt({u}))", "({u})**-0.5", "exp(1/({u}))", "1/log(2+{u})",
]  # fmt: skip
# f has a minimum where its argument is 0
MINIMA = [
    "({u})**2", "({u})**4", "({u})**6+({u})**8", "cosh({u})", "({u})**12", "exp({u})-({u})",
    "1-cos({u})", "({u})**2-({u})**3", "log(1+({u})**4)", "1-exp(-({u})**2)", "sqrt(1+({u})**4)",
]  # fmt: skip
SIDES = ["", "+({v})**2", "+3*({v}-1)**2+({v}-1)**4", "+0.001*({v})**2+cosh({v})"]
SCALES = ["", "1e6*", "1e-6*", "3*"]


def look(text, names, x, x0):
    p = Problem(text, variables=names)
    way = np.abs(np.subtract(x, x0))
    way = np.maximum(way, 1e-3 * way.max())
    return ahead(Landscape(p.symbolic.precise, tuple(x), tuple(way), (0,) * len(x)))


def turned(form, side, scale):
    """Give a formula in two variables turned by an angle with rational cosine, 3/5."""
    u, v = "(0.6*x+0.8*y)", "(0.8*x-0.6*y)"
    return f"{scale}({form.format(u=u)}{side.format(v=v)})"


@pytest.mark.parametrize(("side", "scale"), list(zip(SIDES, SCALES, strict=True)))
@pytest.mark.parametrize("form", DECAYS)
@pytest.mark.parametrize("far", [30.0, 300.0])
def test_an_infimum_is_not_taken_for_a_minimum(form, side, scale, far):
    v = 1.0 if "-1" in side else 0.0
    if not side:
        found = look(f"{scale}({form.format(u='x')})", ["x"], [far], [1.0])
    else:
        x, x0 = (np.array([0.6 * u + 0.8 * w, 0.8 * u - 0.6 * w]) for u, w in ((far, v), (1, 2)))
        found = look(turned(form, side, scale), ["x", "y"], x, x0)
    assert found.ahead is not Ahead.MINIMUM


@pytest.mark.parametrize("side", ["", "+z**2", "+(z-1)**4"])
@pytest.mark.parametrize("form", DECAYS)
@pytest.mark.parametrize("far", [30.0, 300.0])
def test_nor_where_f_is_level_in_another_direction(form, side, far):
    """f knows x - y, not x + y: one curvature is exactly 0, and rounding leaves others of it."""
    v = 1.0 if "-1" in side else 0.0
    x, x0 = (0.7 + far, 0.7, v), (3.0, 2.0, 2.0)
    names = ["x", "y", "z"] if side else ["x", "y"]
    text = form.format(u="(x-y)") + side
    assert look(text, names, x[: len(names)], x0[: len(names)]).ahead is not Ahead.MINIMUM


@pytest.mark.parametrize(("side", "scale"), list(zip(SIDES, SCALES, strict=True)))
@pytest.mark.parametrize("form", MINIMA)
@pytest.mark.parametrize("off", [1e-17, 1e-9])
def test_a_minimum_of_any_order_is_found(form, side, scale, off):
    v = 1.0 if "-1" in side else 0.0
    if not side:
        found = look(f"{scale}({form.format(u='x')})", ["x"], [off], [1.0])
    else:
        x, x0 = (np.array([0.6 * u + 0.8 * w, 0.8 * u - 0.6 * w]) for u, w in ((off, v), (1, 2)))
        found = look(turned(form, side, scale), ["x", "y"], x, x0)
    assert found.ahead is Ahead.MINIMUM


@pytest.mark.parametrize("text", ["exp(-1/x)", "exp(-1/x**2)", "x**(1/x)", "exp(-1/sqrt(x))"])
def test_an_approach_to_a_pole_is_no_minimum(text):
    assert look(text, ["x"], [0.004], [1.0]).ahead is Ahead.FALLING


def test_what_no_digits_show_stays_undecided():
    assert look("-tanh(x)", ["x"], [1e5], [1e5 - 1]).ahead is Ahead.DEEP


def test_where_f_is_undefined_nothing_is_decided():
    assert look("sqrt(x)", ["x"], [0.0], [1.0]).ahead is Ahead.UNDECIDED


def test_a_concave_flank_is_told():
    found = look("-x**2 + x**4", ["x"], [1e-3], [0.2])
    assert found.ahead is Ahead.FALLING
    assert found.concave
    assert not look("exp(-x)", ["x"], [30.0], [1.0]).concave


def test_the_point_is_known_to_many_digits():
    found = look("(x**2 - 2)**2", ["x"], [2.0**0.5], [1.0])
    with mpmath.workdps(60):
        (x,) = (2.0**0.5 + s * (2.0**0.5 - 1) for s in found.point)
        assert abs(x**2 - 2) < mpmath.mpf("1e-50")
