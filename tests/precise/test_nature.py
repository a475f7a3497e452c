"""What singular stationary points are, known by construction, turned, bent and on bounds."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from symgd.precise.landscape import Landscape
from symgd.precise.nature import Nature, nature
from symgd.problem import Problem

# forms in u and v, both 0 at the point; f = form(u, v) + w**2 has the same nature
FORMS = {
    "u**2+v**2": Nature.MINIMUM, "u**2-v**2": Nature.SADDLE, "-u**2-v**2": Nature.MAXIMUM,
    "u**4+v**2": Nature.STRICT, "u**4+v**6": Nature.WEAK, "u**3+v**2": Nature.SADDLE,
    "u**5+v**4": Nature.SADDLE, "u**2": Nature.WEAK, "u**2*v**2": Nature.WEAK,
    "(u-v**2)*(u-2*v**2)": Nature.SADDLE, "(u-v**2)**2+v**7": Nature.SADDLE,
    "(u-v**2)**2+v**8": Nature.STRICT, "(u-v**2)**2": Nature.WEAK,
    "u**4-3*u**2*v**2+v**4": Nature.SADDLE, "u**4-2*u**2*v**2+v**4": Nature.WEAK,
    "u**4-1.9*u**2*v**2+v**4": Nature.STRICT, "u**4+u**3*v**3+v**6": Nature.WEAK,
    "u**6-v*u**2": Nature.SADDLE, "cos(u)-1+u**2/2+v**2": Nature.STRICT,
    "1-cos(u*v)": Nature.WEAK, "exp(u)-u+v**2": Nature.MINIMUM, "sin(u)-u+v**2": Nature.SADDLE,
}  # fmt: skip


def at(text, names, x, sides=None, way=1.0):
    p = Problem(text, variables=names)
    n = len(names)
    landscape = Landscape(p.symbolic.precise, tuple(x), (way,) * n, sides or (0,) * n)
    return nature(landscape, [mpf(0)] * n, mpf(0))


@pytest.mark.parametrize("scale", ["", "1e6*", "1e-6*"])
@pytest.mark.parametrize(("form", "right"), FORMS.items())
def test_a_point_is_what_it_was_made_to_be(form, right, scale):
    assert at(f"{scale}({form})", ["u", "v"], [0, 0]) is right


@pytest.mark.parametrize(("form", "right"), FORMS.items())
def test_turning_and_another_variable_change_nothing(form, right):
    right = Nature.SADDLE if right is Nature.MAXIMUM else right  # w curves up
    turned = form.replace("u", "(.6*a+.8*b)").replace("v", "(.8*a-.6*b)") + "+(a-2*w+b)**2"
    assert at(turned, ["a", "b", "w"], [0, 0, 0]) is right


@pytest.mark.parametrize("way", [1e-3, 1e3])
@pytest.mark.parametrize(("form", "right"), FORMS.items())
def test_units_change_nothing(form, right, way):
    given = form.replace("u", f"(a/{way!r})").replace("v", f"(b/{way!r})")
    assert at(given, ["a", "b"], [0, 0], way=way) is right


BOUNDS = [
    # f, sides of x and y at (0, 0), right
    ("x*y+x**2", (-1, -1), Nature.WEAK), ("3*x*y+x**2+y**2", (-1, -1), Nature.STRICT),
    ("-3*x*y+x**2+y**2", (-1, -1), Nature.SADDLE), ("x*y+x**2", (0, -1), Nature.SADDLE),
    ("x+y**2", (-1, 0), Nature.MINIMUM), ("x-y**2", (-1, 0), Nature.SADDLE),
    ("-x+y**2", (-1, 0), Nature.SADDLE), ("-x+y**2", (1, 0), Nature.MINIMUM),
    ("x**3+y**2", (-1, 0), Nature.STRICT), ("x**3+y**2", (1, 0), Nature.SADDLE),
    ("x", (-1, 0), Nature.WEAK), ("x*y**2+y**4", (-1, 0), Nature.WEAK),
    ("-x*y**2+y**4", (-1, 0), Nature.SADDLE), ("x**2-x*y+y**2", (-1, -1), Nature.STRICT),
    ("x+y**4", (-1, 0), Nature.STRICT),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sides", "right"), BOUNDS)
def test_on_bounds_only_ways_into_the_box_count(text, sides, right):
    assert at(text, ["x", "y"], [0, 0], sides) is right


def test_a_slope_of_rounding_size_holds_nothing():
    bound = float(np.pi / 10)
    with mpmath.workdps(60):
        slope = -mpmath.sin(mpf(repr(bound)) * 10)
        assert 0 < abs(slope) < mpf("1e-14")
    for side in (-1, 1):
        assert at("-cos(10*x)", ["x"], [bound], (side,)) in (Nature.MAXIMUM, Nature.SADDLE)
        assert at("cos(10*x)", ["x"], [bound], (side,)) in (Nature.STRICT, Nature.MINIMUM)


def test_a_point_that_is_known_to_less_is_told_by_what_is_clear():
    landscape = Landscape(Problem("x**3").symbolic.precise, (0.0,), (1.0,), (0,))
    assert nature(landscape, [mpf("1e-9")], mpf("1e-8")) is Nature.SADDLE
    landscape = Landscape(Problem("x**4").symbolic.precise, (0.0,), (1.0,), (0,))
    assert nature(landscape, [mpf("1e-9")], mpf("1e-8")) is Nature.STRICT
    assert nature(landscape, [mpf("0.1")], mpf("0.1")) is not Nature.SADDLE
