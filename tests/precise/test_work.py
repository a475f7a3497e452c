"""Looks with many digits end where their work does, counted in operations and digits."""

import mpmath
import pytest

from symgd.creases.walk import steps
from symgd.precise.infimum import Ahead, ahead
from symgd.precise.landscape import Landscape
from symgd.precise.nature import Nature, nature
from symgd.precise.program import TooMuchError, Work
from symgd.problem import Problem


def landscape(text, left):
    return Landscape(Problem(text).symbolic.precise, (1e-9,), (1.0,), (0,), (), Work(left))


def test_a_look_that_may_do_nothing_decides_nothing():
    assert ahead(landscape("x**4", 0.0)).ahead is Ahead.UNDECIDED
    assert nature(landscape("x**4", 0.0), [mpmath.mpf(0)], mpmath.mpf(0)) is Nature.UNDECIDED


def test_a_look_that_may_do_enough_decides():
    assert ahead(landscape("x**4", 1e6)).ahead is Ahead.MINIMUM


def test_work_is_spent_only_on_what_is_computed_anew():
    place, work = [mpmath.mpf(2)], Work(1e6)
    program = Problem("exp(x)").symbolic.precise.both
    program(place, work)
    spent = 1e6 - work.left
    program(place, work)
    assert spent > 0
    assert 1e6 - work.left == spent
    with mpmath.workdps(500):
        program(place, work)
    assert 1e6 - work.left > 2 * spent


def test_more_work_than_is_left_is_refused():
    with pytest.raises(TooMuchError):
        Work(1.0).spend(2.0)


def test_steps_along_creases_become_fewer_with_variables_and_switches():
    assert steps(2, 3) == 40
    assert 2 <= steps(20, 20) < 10
    assert steps(60, 60) == 2
