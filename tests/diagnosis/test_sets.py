"""Sets of minima: which ends are one set, of which dimension it is; by construction."""

from __future__ import annotations

import time

import numpy as np
import pytest

import symgd
from symgd.diagnosis.minima import distinct
from symgd.diagnosis.neighbours import neighbours
from symgd.given.boxes import Box
from symgd.problem import Problem

RNG = np.random.default_rng(11)


def sets_of(expr, points, width=20.0, bounds=(-np.inf, np.inf)):
    """Give the number of the set of each of some points that are minima."""
    problem = Problem(expr)
    x = np.asfortranarray(np.array(points, dtype=float).reshape(-1, len(problem.names)))
    box = Box(*(np.full(x.shape[1], side) for side in bounds))
    weak = np.ones(len(x), dtype=bool)
    size = np.full(x.shape[1], float(width))
    return distinct(problem, x, problem.values(x), weak, size, box)


def circle(count, centre=0.0):
    angles = RNG.uniform(0, 2 * np.pi, count)
    return np.column_stack([np.cos(angles) + centre, np.sin(angles)])


@pytest.mark.parametrize("count", [2, 3, 5, 20, 256])
def test_a_circle_is_one_set(count):
    assert sets_of("(x**2 + y**2 - 1)**2", circle(count)).max() == 0


def test_two_circles_are_two_sets():
    points = np.concatenate([circle(100), circle(60, 4.0)])
    found = sets_of("(x**2 + y**2 - 1)**2*((x - 4)**2 + y**2 - 1)**2", points)
    assert len(set(found[:100])) == len(set(found[100:])) == 1
    assert found[0] != found[100]


HYPERBOLAS = [
    *(("(x*y - {})**2", gap) for gap in (1.0, 1e-2, 1e-4)),
    *(("(x*y - {})**4", gap) for gap in (1.0, 1e-2, 1e-4)),
    *(("abs(x*y - {})", gap) for gap in (1.0, 1e-2)),
]


@pytest.mark.parametrize(("expr", "gap"), HYPERBOLAS)
def test_the_branches_of_a_hyperbola_are_two_sets_however_close(expr, gap):
    x = RNG.uniform(0.1, 9, 128) * RNG.choice([-1, 1], 128)
    found = sets_of(expr.format(gap), np.column_stack([x, gap / x]))
    assert found.max() == 1
    assert len(set(found[x > 0])) == len(set(found[x < 0])) == 1


def test_a_product_of_three_has_four_sets():
    a, b = RNG.uniform(0.3, 5, (2, 200)) * RNG.choice([-1, 1], (2, 200))
    found = sets_of("(a*b*c - 8)**2", np.column_stack([a, b, 8 / a / b]))
    signs = (a > 0) * 2 + (b > 0)
    assert len({(s, f) for s, f in zip(signs, found, strict=True)}) == 4


def test_a_flat_piece_is_one_set_with_its_edges():
    x = [-1.0, 1.0, *RNG.uniform(-1, 1, 50)]
    assert sets_of("max(x - 1, 0)**2 + max(-1 - x, 0)**2", x).max() == 0


def test_axes_that_cross_are_one_set():
    along, which = RNG.uniform(-9, 9, 80), RNG.integers(0, 2, 80)
    points = np.column_stack([along * which, along * (1 - which)])
    assert sets_of("x**2*y**2", points).max() == 0


@pytest.mark.parametrize(("shift", "count"), [(1.0, 1), (2.05, 2)])
def test_circles_that_cross_are_one_set_and_those_that_nearly_touch_are_two(shift, count):
    points = np.concatenate([circle(100), circle(100, shift)])
    expr = f"(x**2 + y**2 - 1)**2*((x - {shift})**2 + y**2 - 1)**2"
    assert sets_of(expr, points).max() == count - 1


def test_circles_around_each_other_are_two_sets():
    points = np.concatenate([circle(100), 1.1 * circle(100)])
    found = sets_of("(x**2 + y**2 - 1)**2*(x**2 + y**2 - 1.21)**2", points)
    assert found.max() == 1
    assert len(set(found[:100])) == len(set(found[100:])) == 1


def test_parallel_lines_are_as_many_sets_as_there_are_lines():
    x, line = RNG.uniform(-5, 5, 200), RNG.integers(-2, 3, 200)
    found = sets_of("sin(x + y)**2", np.column_stack([x, line * np.pi - x]))
    assert len({(a, b) for a, b in zip(line, found, strict=True)}) == 5


def test_degenerate_minima_that_are_points_stay_apart():
    grid = np.pi * np.array(np.meshgrid([-1, 0, 1], [-1, 0, 1])).reshape(2, -1).T
    assert sets_of("sin(x)**4 + sin(y)**4", grid).max() == 8


def test_a_curve_goes_on_along_bounds():
    a = RNG.uniform(0.4, 10, 100)
    points = np.column_stack([a, 4 / a, np.full(100, 2.0)])
    expr = "(a*b*c - 8)**2 + (a*b*c**2 - 16)**2"
    assert sets_of(expr, points, bounds=(0.1, 10.0)).max() == 0


def test_thousand_ends_on_a_circle_take_milliseconds():
    points = circle(1000)
    sets_of("(x**2 + y**2 - 1)**2", points)
    taken = []
    for _ in range(3):
        begin = time.process_time()
        sets_of("(x**2 + y**2 - 1)**2", points)
        taken.append(time.process_time() - begin)
    assert min(taken) < 0.5  # 0.06 on a quiet machine, minutes if all pairs were asked


def test_pairs_of_neighbours_are_few_and_near():
    points = RNG.uniform(size=(4000, 2))
    pairs = neighbours(points)
    assert len(pairs) <= 15 * len(points)
    away = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    assert np.median(away) < 0.05
    assert len(np.unique(pairs)) == len(points)


def rotated(n_vars, dimension, rng):
    """Give a sum of squares whose minima are a flat set of a dimension, turned at random."""
    rows = np.linalg.qr(rng.standard_normal((n_vars, n_vars)))[0][dimension:]
    squares = [
        f"{rng.uniform(0.2, 5):.4f}*("
        + " + ".join(f"({c:.15g})*x{i}" for i, c in enumerate(row))
        + f" - ({rng.uniform(-2, 2):.4f}))**2"
        for row in rows
    ]
    return " + ".join(squares)


@pytest.mark.parametrize("offset", ["", "7.3 + "])
@pytest.mark.parametrize(
    ("n_vars", "dimension"), [(2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3), (5, 2), (5, 3)]
)
def test_a_turned_quadratic_has_the_dimension_of_its_null_space(n_vars, dimension, offset):
    expr = offset + rotated(n_vars, dimension, np.random.default_rng(10 * n_vars + dimension))
    result = symgd.minimize(expr, starts=64)
    (minimum,) = result.minima
    assert minimum.dimension == dimension
    assert minimum.count == 64
    assert len(result.facts.determined(0).parts) == n_vars - dimension


CURVED = {
    "(x**2 + y**2 - 1)**2": (1, 1),
    "(x**2 + y**2 - 1)**2 + 5": (1, 1),
    "1e6*(x**2 + y**2 - 1)**2": (1, 1),
    "1e-6*(x**2 + y**2 - 1)**2": (1, 1),
    "(x**2 + y**2 - 1)**2 + (z - x*y)**2": (1, 1),
    "(x - cos(z))**2 + (y - sin(z))**2": (1, 1),
    "(z - x**2 - y**2)**2": (1, 2),
    "(x**2 + y**2 + z**2 - 1)**2": (1, 2),
    "((sqrt(x**2 + y**2) - 2)**2 + z**2 - 1)**2": (1, 2),
    "(w**2 + x**2 + y**2 + z**2 - 4)**2": (1, 3),
    "(a*b - 6)**2 + (c*d - 2)**2": (4, 2),
    "(a*exp(b) - 2)**2": (1, 1),
    "(x + y - 1)**4": (1, 1),
    "(x + y - 1)**2 + z**4": (1, 1),
    "abs(x + y)": (1, 1),
    "x**4": (1, 0),
    "1 + x**4": (1, 0),
    "x**4 + y**2": (1, 0),
    "1 + x**4 + y**2": (1, 0),
    "x**6 + y**4": (1, 0),
    "(x - 1.7)**4 + (y + 0.3)**4 + (z - 2)**2": (1, 0),
    "(x - y)**4 + (x + y - 1)**2": (1, 0),
    "(x**2 - 1)**2": (2, 0),
    "max(x**2 + y**2 - 1, 0)**2": (1, 2),
    "3 + max(x**2 + y**2 - 1, 0)**2": (1, 2),
    "1e6*max(x**2 + y**2 - 1, 0)**2": (1, 2),
    "max(x**2 + y**2 - 1, 0)**3": (1, 2),
    "max(x**2 + y**2 - 1, 0)": (1, 2),
    "max(x**2/4 + (y - x)**2 - 1, 0)**2": (1, 2),
    "max(x**2 + y**2 + z**2 - 1, 0)**2": (1, 3),
    "max(abs(x + y) - 1, 0)**2": (1, 2),
    "max(x, 0)**2 + max(y - 1, 0)**2": (1, 2),
    "max(x**2 + y**2 - 1, 0)**2 + (z - x)**2": (1, 2),
}


@pytest.mark.parametrize("expr", CURVED)
def test_sets_are_counted_and_have_their_dimension(expr):
    count, dimension = CURVED[expr]
    result = symgd.minimize(expr, starts=64)
    assert [m.dimension for m in result.minima] == [dimension] * count


def test_the_extent_is_that_of_the_ends_and_tells_what_varies():
    result = symgd.minimize("(x - y)**2 + (z - 3)**2", starts=64)
    (minimum,) = result.minima
    np.testing.assert_allclose(minimum.lowest, result.runs.x.min(axis=0))
    np.testing.assert_allclose(minimum.highest, result.runs.x.max(axis=0))
    assert minimum.varies.tolist() == [True, True, False]


def test_one_run_tells_the_dimension_too():
    (minimum,) = symgd.minimize("(x - y)**2 + (z - 3)**2", x0=[1, 2, 3]).minima
    assert minimum.dimension == 1
    assert minimum.varies.tolist() == [True, True, False]
    np.testing.assert_array_equal(minimum.lowest, minimum.highest)


def test_an_ordinary_minimum_is_a_point():
    (minimum,) = symgd.minimize("(x - 1)**2 + y**2", starts=16).minima
    assert minimum.dimension == 0
    assert not minimum.varies.any()
    np.testing.assert_array_equal(minimum.lowest, minimum.x)
    np.testing.assert_array_equal(minimum.highest, minimum.x)


def test_what_stands_for_a_flat_piece_lies_inside():
    (minimum,) = symgd.minimize("max(x - 1, 0)**2 + max(-1 - x, 0)**2", starts=64).minima
    assert minimum.kind is symgd.Kind.WEAK_MINIMUM
    assert -1 < minimum.x[0] < 1
    assert (minimum.lowest[0], minimum.highest[0]) == pytest.approx((-1, 1))


@pytest.mark.parametrize(("n_vars", "forms"), [(8, 2), (32, 20), (40, 12)])
def test_every_end_on_a_large_null_space_is_on_the_set(n_vars, forms):
    rng = np.random.default_rng(n_vars)
    rows = rng.integers(-9, 10, (forms, n_vars))
    lines = ["+".join(f"{k}*x{j}" for j, k in enumerate(row)).replace("+-", "-") for row in rows]
    squares = "+".join(f"({line} - {rng.integers(0, 5)})**2" for line in lines)
    r = symgd.minimize(squares, starts=32)
    assert (r.runs.kind == symgd.Kind.WEAK_MINIMUM).all()
    (valley,) = r.minima
    assert valley.dimension == n_vars - np.linalg.matrix_rank(rows)
