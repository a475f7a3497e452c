"""The abs-normal form of a formula is the formula."""

from __future__ import annotations

import numpy as np
import pytest

from symgd.creases.form import Sort, abs_normal
from symgd.creases.surface import Surface
from symgd.given.boxes import Box
from symgd.problem import Problem

FORMULAS = [
    "abs(x - y) + abs(2*y - 2*x) + x**2",
    "max(abs(x), min(y, abs(x - y)))",
    "hypot(abs(x), y) + sqrt(abs(x*y)) + abs(sin(x))*abs(y)",
    "max(x - 1, 0)**2 + sqrt(x**2 + 3*(y - 1)**2)",
    "abs(x)**0.3*exp(y) + max(x, y, x*y, 1)",
]
OPEN = Box(np.array([-np.inf, -np.inf]), np.array([np.inf, np.inf]))


def surface(expr, count, box=OPEN):
    p = Problem(expr, variables=("x", "y"))
    return Surface(p, abs_normal(p.symbolic), box, np.ones((count, 2)))


@pytest.mark.parametrize("expr", FORMULAS)
def test_it_is_f_with_the_signs_of_its_switches_and_with_their_sizes(expr):
    x = np.random.default_rng(0).uniform(-3, 3, (50, 2))
    form = surface(expr, 50)
    f = form.problem.values(x)
    assert form.values(x, form.signs(x))[0] == pytest.approx(f, rel=1e-13, abs=1e-13)
    assert form.values(x, *form.unfolded(x))[0] == pytest.approx(f, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("expr", FORMULAS)
def test_its_slopes_on_a_piece_are_those_of_f(expr):
    x = np.random.default_rng(1).uniform(-3, 3, (50, 2))
    form = surface(expr, 50)
    here = form.at(x, form.signs(x))
    assert here.slope == pytest.approx(form.problem.gradients(x), rel=1e-10, abs=1e-10)
    flat = np.zeros((50, len(form.owner)))
    hessians = form.problem.hessians(x)
    assert form.hessian(x, form.signs(x), flat) == pytest.approx(hessians, rel=1e-9, abs=1e-9)


def test_multiples_of_one_argument_share_a_switch():
    form = abs_normal(Problem("abs(x - y) + max(2*y, 2*x) + min(x - y, 0)").symbolic)
    assert len(form.sorts) == 1


def test_switches_that_f_does_not_need_are_left_out():
    form = abs_normal(Problem("abs(x)**2 + sqrt(abs(x - y)) + hypot(abs(x), y)").symbolic)
    assert sorted(form.sorts.tolist()) == [Sort.TIP, Sort.CUSP]
    assert form.depth == 1


@pytest.mark.parametrize("expr", ["x**2 + y", "where(x < 1, x, y)", "abs(a)*x**2"])
def test_formulas_without_kinks_have_none(expr):
    assert abs_normal(Problem(expr, params={"a": 1.0} if "(a)" in expr else {}).symbolic) is None


def test_bounds_are_switches_with_one_side():
    box = Box(np.array([-1.0, -np.inf]), np.array([2.0, np.inf]))
    form = surface("abs(x - y)", 1, box)
    here = form.at(np.array([[0.5, 3.0]]), np.array([[1.0, 1.0, 1.0]]))
    assert here.zero.tolist() == [[-2.5, 1.5, 1.5]]
    assert here.normal.tolist() == [[[1, -1], [1, 0], [-1, 0]]]
    assert form.sorts.tolist() == [Sort.KINK, Sort.BOUND, Sort.BOUND]


def test_only_quadratic_pieces_between_straight_creases_are_called_so():
    for expr, right in [("abs(x - y)*x", True), ("abs(x*y)", False), ("abs(x) + y**3", False)]:
        assert abs_normal(Problem(expr).symbolic).quadratic is right


def test_a_piece_is_constant_if_no_variable_is_in_it():
    form = abs_normal(Problem("max(x - 1, 0)**2 + max(-1 - x, 0)").symbolic)
    found = {signs: form.constant(signs) for signs in [(-1, -1), (1, -1), (-1, 1)]}
    assert sum(found.values()) == 1
