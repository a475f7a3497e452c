"""Starts of a sampler lie where f is defined; starts of the user stay where they are."""

import numpy as np
import pytest

import symgd
from symgd.given.inside import Inside
from symgd.given.starts import Sampling


def starts_of(text, **options):
    result = symgd.minimize(text, epochs=1, polish=False, **options)
    return result, result.runs.x0


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("log(x - 1) + x", lambda x: x[:, 0] > 1),
        ("log(x - 9.99) + x", lambda x: x[:, 0] > 9.99),
        ("sqrt(1 - x**2 - y**2) + x", lambda x: (x**2).sum(axis=1) <= 1),
        ("asin(x + y)*x", lambda x: abs(x.sum(axis=1)) <= 1),
        ("where(x > 0, log(x - 5), x**2)", lambda x: (x[:, 0] <= 0) | (x[:, 0] > 5)),
        ("acosh(x - 50)", lambda x: x[:, 0] >= 51),
    ],
)
def test_starts_of_a_sampler_lie_in_the_domain(text, inside):
    result, starts = starts_of(text)
    assert inside(starts).all()
    assert len(np.unique(starts, axis=0)) == len(starts) == 256
    assert "others, where it is, were taken instead" in " ".join(result.summary().split())


def test_starts_that_were_inside_already_stay_the_same():
    _, whole = starts_of("x**2")
    _, half = starts_of("x**2 + 0*log(x + 5) + log(x)")
    kept = whole[whole[:, 0] > 0]
    np.testing.assert_array_equal(half[: len(kept)], kept)


def test_a_start_that_the_user_gave_is_never_replaced():
    result = symgd.minimize("log(x) + x", x0=[-1.0, 1.0])
    assert result.runs.x0.tolist() == [[-1.0], [1.0]]
    assert result.runs.status[0] == symgd.Status.OUT_OF_DOMAIN
    assert "instead" not in result.summary()


def test_starts_of_a_grid_stay_on_it():
    _, starts = starts_of("log(x)*x", sampler="grid", starts=5, start_box=(-2, 2))
    assert starts.ravel().tolist() == [-2, -1, 0, 1, 2]


def test_bounds_and_a_start_box_hold_also_for_replaced_starts():
    _, starts = starts_of("log(x - 9.99)", start_box=(-10, 9.995))
    assert ((starts > 9.99) & (starts <= 9.995)).all()
    result, starts = starts_of("log(x - 50)", start_box=(-1, 1))
    assert (abs(starts) <= 1).all()
    assert result.status == symgd.Status.OUT_OF_DOMAIN


def test_nothing_is_said_of_others_where_f_is_defined_nowhere():
    result, starts = starts_of("log(-1 - x**2)")
    assert (abs(starts) <= 10).all()
    assert result.counts == {symgd.Status.OUT_OF_DOMAIN: 256}
    assert "instead" not in result.summary()


def test_many_starts_in_a_small_domain_need_no_more_places_than_fit():
    domain = Inside(symgd.Problem("log(x - 9.999)"))
    sampling = Sampling("spread", np.array([-10.0]), np.array([10.0]), 0, domain)
    points = sampling.points(100_000)
    assert domain(points).all()


def test_more_starts_of_the_same_sequence_begin_with_the_same():
    domain = Inside(symgd.Problem("log(x)"))
    sampling = Sampling("spread", np.array([-1.0]), np.array([3.0]), 7, domain)
    np.testing.assert_array_equal(sampling.points(40)[:20], sampling.points(20))
    np.testing.assert_array_equal(sampling.points(40, first=20), sampling.points(40)[20:])
