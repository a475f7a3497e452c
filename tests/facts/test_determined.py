"""What is determined on sets of minima: known from how the formulas were made."""

from __future__ import annotations

import numpy as np
import pytest

import symgd
from symgd.facts.motions import motions
from symgd.facts.parts import parts
from symgd.problem import Problem

KNOWN = {
    "(x + y - 1)**2": {"x + y": 1},
    "(x - y)**2 + (c - 2)**2": {"c": 2, "x - y": 0},
    "x**2 - 2*x*y + y**2": {"x - y": 0},
    "x**2 + 4*y**2 - 4*x*y + z**2": {"z": 0, "x - 2*y": 0},
    "(x**2 + y**2 - 9)**2": {"x**2 + y**2": 9},
    "(a*b - 2)**2 + (b*c - 3)**2": {"a*b": 2, "b*c": 3},
    "(a*b*c - 8)**2": {"a*b*c": 8},
    "(a*b - 1)**2 + (c - 2)**2": {"c": 2, "a*b": 1},
    "(exp(a + b) - 3)**2": {"a + b": np.log(3)},
    "abs(x + y - 4)": {"x + y": 4},
    "(x*y - 1)**4": {"x*y": 1},
    "(x + y + z - 1)**2 + (z - 2)**2": {"z": 2, "x + y": -1},
    "x**2*y**2": {"x*y": 0},
}


@pytest.mark.parametrize("expr", KNOWN)
def test_the_shortest_constant_parts_are_found(expr):
    result = symgd.minimize(expr, starts=64)
    known = result.facts.determined(0)
    assert known.complete
    assert dict(zip(known.parts, known.values, strict=True)) == pytest.approx(KNOWN[expr], abs=1e-6)


def test_a_product_of_powers_in_bounds():
    expr = "(a*b*c - 8)**2 + (a*b*c**2 - 16)**2"
    result = symgd.minimize(expr, bounds=(0.1, 10), starts=64)
    known = result.facts.determined(0)
    assert known.parts == ("c", "a*b")
    assert known.values == pytest.approx((2, 4))


def test_nothing_is_determined_on_a_flat_piece():
    known = symgd.minimize("max(x**2 + y**2 - 1, 0)**2", starts=32).facts.determined(0)
    assert known.parts == ()
    assert known.complete


def test_what_only_holds_on_one_arm_is_not_told():
    known = symgd.minimize("x**2*y**2", starts=64).facts.determined(0)
    assert "x" not in known.parts


def test_decimals_are_told_to_a_few_digits():
    expr = "(0.123456789*x + 0.987654321*y - 1)**2"
    known = symgd.minimize(expr, starts=16).facts.determined(0)
    assert known.parts == ("0.1235*x + 0.9877*y",)


def test_parts_leave_out_constants_and_begin_with_the_shortest():
    found = [str(part) for part in parts(Problem("(3*a*b*c - 8)**2 + c").symbolic)]
    assert found[:3] == ["a", "b", "c"]
    assert {"a*b", "b*c", "a*c", "a*b*c"} <= set(found)


def cluster(n_points, axes):
    """Write the energy of a Lennard-Jones cluster with all of its coordinates free."""
    squares = [
        " + ".join(f"({axis}{i} - {axis}{j})**2" for axis in axes)
        for i in range(n_points)
        for j in range(i)
    ]
    return " + ".join(f"({s})**-6 - 2*({s})**-3" for s in squares)


@pytest.mark.parametrize(
    ("n_points", "axes", "count", "dimension"),
    [(3, "xy", 2, 3), (4, "xy", 12, 3), (3, "xyz", 1, 6)],
)
def test_a_cluster_is_a_set_of_all_its_places(n_points, axes, count, dimension):
    expr = cluster(n_points, axes)
    result = symgd.minimize(expr, start_box=(-1.5, 1.5))
    lowest = [m for m in result.minima if np.isclose(m.fun, result.fun)]
    assert len(lowest) == count
    assert {m.dimension for m in lowest} == {dimension}
    assert result.facts.determined(0).motions
    words = " ".join(result.summary().split())
    assert "f does not change when all points are moved or turned together" in words


def test_configurations_that_are_moved_and_turned_are_settled_in_one_place():
    rng = np.random.default_rng(3)
    for axes in ("xy", "xyz"):
        moving = motions(Problem(cluster(4, axes)))
        bodies = rng.standard_normal((4, len(axes)))
        places = []
        for _ in range(5):
            turn = np.linalg.qr(rng.standard_normal((len(axes), len(axes))))[0]
            turn[:, 0] *= np.linalg.det(turn)
            places.append((bodies @ turn.T + rng.uniform(-5, 5, len(axes))).T.ravel())
        settled = moving.settled(np.array(places))
        np.testing.assert_allclose(settled, np.tile(settled[0], (5, 1)), atol=1e-12)
        mirrored = bodies * np.where(np.arange(len(axes)) == 0, -1, 1)
        other = moving.settled(mirrored.T.ravel()[None])
        assert np.abs(other - settled[0]).max() > 0.1


@pytest.mark.parametrize(
    "expr",
    [
        "((a - b)**2 + (u - v)**2 - 1)**2 + a**2",  # held at a place
        "((a - b)**2 + 2*(u - v)**2 - 1)**2",  # turned, it is another one
        "(a - b)**2",
        "x**2 + y**2",
    ],
)
def test_what_does_not_depend_on_distances_only_has_no_motions(expr):
    assert motions(Problem(expr)) is None
