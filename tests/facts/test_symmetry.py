"""Symmetries that a formula shows, and the orbits of its minima: families with known groups."""

from __future__ import annotations

import re
from itertools import permutations, product

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import COSINE
from values import exact

from symgd.facts.forms import Forms
from symgd.facts.known import Symmetry
from symgd.facts.symmetry import orbits, symmetries
from symgd.given.boxes import Box
from symgd.problem import Problem

RASTRIGIN = "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)"
HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"


def box(n, lower=-np.inf, upper=np.inf):
    return Box(np.full(n, float(lower)), np.full(n, float(upper)))


def shown(problem, bounds=None):
    """Give each generator as text: ``-y x`` stands for f(-y, x)."""
    found = symmetries(problem, bounds or box(len(problem.names)))
    names = [[problem.names[i] for i in s.order] for s in found]
    return [
        " ".join("-" * (sign < 0) + name for name, sign in zip(row, s.signs, strict=True))
        for row, s in zip(names, found, strict=True)
    ]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (COSINE, ["-x"]),
        ("exp(x) + exp(-x)", ["-x"]),
        ("(exp(x) - exp(-x))*tanh(x)", ["-x"]),
        ("exp(x)", []),
        ("x**3", []),
        ("x*y", ["-x -y", "y x"]),
        ("x*y + x", []),
        ("(x - 2*y)**2 + x**4", ["-x -y"]),
        ("cos(x - y) + (x - y)**4", ["-x -y", "y x"]),
        ("x**2 - y**2", ["-x y", "x -y"]),
        ("x**3 - y**3", ["-y -x"]),
        ("x**3 + y**3", ["y x"]),
        ("x**2 + 2*y**2", ["-x y", "x -y"]),
        (RASTRIGIN, ["-x y", "x -y", "y x"]),
        (HIMMELBLAU, []),
        ("(4 - 2.1*x**2 + x**4/3)*x**2 + x*y + 4*(y**2 - 1)*y**2", ["-x -y"]),
        ("max(x, y, z)", ["y x z", "z y x"]),
        ("hypot(x, y) + abs(x - y)", ["-x -y", "y x"]),
        ("abs(x + y)*min(x**2, y**2)", ["-x -y", "y x"]),
        ("x*y*z", ["y x z", "z y x", "-x -y z", "-x y -z"]),
        ("sin(x)*sin(y) + z", ["-x -y z", "y x z"]),
        ("where(x < y, x, y)", []),
        ("where(x**2 < y**2, x**2, 1)", ["-x y", "x -y"]),
        ("log(x) + log(y)", ["y x"]),
        ("a*x**2 + a*y**2", ["-x y", "x -y", "y x"]),
        ("a*x**2 + b*y**2", ["-x y", "x -y"]),
        ("atan2(x, y)", []),
        ("erf(x - y)**2", ["-x -y", "y x"]),
    ],
)
def test_generators(expr, expected):
    params = {name: 1.0 for name in "ab" if f"{name}*" in expr}
    assert sorted(shown(Problem(expr, params=params))) == sorted(expected)


LEAVES = ["x", "y", "z", "1", "2.5", "(x - y)", "(y + z)", "x*z"]
NODES = ["({0} + {1})", "({0} - {1})", "({0}*{1})", "({0})**2", "({0})**3", "sin({0})", "cos({0})"]
NODES += ["abs({0})", "exp(-({0})**2)", "max({0}, {1})", "atan({0})", "hypot({0}, {1})"]
NODES += ["where({0} < {1}, {0}, {1})", "min({0}, 1)"]
FORMULAS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.builds(str.format, st.sampled_from(NODES), inner, inner),
    max_leaves=6,
)
CHANGES = [(o, s) for o in permutations(range(3)) for s in product([1, -1], repeat=3)]
NAMES = ("x", "y", "z")


@given(text=FORMULAS)
def test_what_the_form_shows_is_true(text):
    p = Problem(text, NAMES)
    forms = Forms(p.expr, p.variables)
    at = dict(zip(NAMES, (0.37, -1.21, 0.83), strict=True))
    for order, signs in CHANGES:
        answer = forms.answer(order, signs)
        if answer:
            image = [s * at[NAMES[i]] for i, s in zip(order, signs, strict=True)]
            with mpmath.workdps(50):
                before = exact(text, at)
                after = exact(text, dict(zip(NAMES, image, strict=True)))
                assert abs(after - answer * before) <= 1e-30 * (1 + abs(before))


def changed(text, order, signs):
    """Write f(-y, x, z) for f(x, y, z), with ``(1, 0, 2)`` and ``(-1, 1, 1)``."""
    images = {
        name: f"({'-' * (sign < 0)}{NAMES[i]})"
        for name, i, sign in zip(NAMES, order, signs, strict=True)
    }
    return re.sub(r"\b[xyz]\b", lambda name: images[name[0]], text)


INVOLUTIONS = [
    (order, signs)
    for order, signs in CHANGES
    if all(order[order[i]] == i and signs[i] == signs[order[i]] for i in range(3))
]


@given(text=FORMULAS, change=st.sampled_from(INVOLUTIONS))
def test_a_sum_over_a_group_is_seen_to_be_symmetric(text, change):
    p = Problem(f"{text} + {changed(text, *change)}", NAMES)
    assert Forms(p.expr, p.variables).answer(*change) == 1


@given(text=FORMULAS, change=st.sampled_from(INVOLUTIONS))
def test_a_difference_over_a_group_is_seen_to_change_its_sign(text, change):
    p = Problem(f"exp({text}) - exp({changed(text, *change)})", NAMES)
    answer = Forms(p.expr, p.variables).answer(*change)
    nothing = np.abs(p.values(np.random.default_rng(0).normal(size=(5, 3)))).max() < 1e-12
    assert answer == -1 or (nothing and answer)


@pytest.mark.parametrize(
    ("expr", "lower", "upper", "expected"),
    [
        (RASTRIGIN, (-5, -5), (5, 5), ["-x y", "x -y", "y x"]),
        (RASTRIGIN, (-5, -4), (5, 4), ["-x y", "x -y"]),
        (RASTRIGIN, (-5, -5), (4, 4), ["y x"]),
        (RASTRIGIN, (-5, -np.inf), (4, np.inf), ["x -y"]),
        (RASTRIGIN, (-5, -4), (4, 5), ["-y -x"]),
        ("x*y", (-1, -1), (1, 2), []),
        ("x*y", (-1, -2), (1, 2), ["-x -y"]),
        ("x*y", (0, -1), (1, 0), ["-y -x"]),
        ("x*y*z", (0, -1, 0), (1, 2, 1), ["z y x"]),
    ],
)
def test_a_symmetry_holds_within_bounds_that_have_it_too(expr, lower, upper, expected):
    bounds = Box(np.array(lower, dtype=float), np.array(upper, dtype=float))
    assert shown(Problem(expr), bounds) == expected


@pytest.mark.parametrize("seed", range(5))
def test_an_image_has_the_same_value(seed):
    rng = np.random.default_rng(seed)
    p = Problem("(x - y)**2*cos(x + y) + x**4*y**4 + hypot(x, y)")
    points = rng.normal(size=(20, 2))
    found = symmetries(p, box(2))
    assert len(found) == 2
    for symmetry in found:
        assert p.values(symmetry.image(points)) == pytest.approx(p.values(points), rel=1e-13)


# --- orbits


def groups(expr, points, tolerance=1e-6, bounds=None):
    p = Problem(expr)
    x = np.array(points, dtype=float).reshape(-1, len(p.names))
    width = np.full(len(p.names), tolerance)
    return orbits(p, x, width, bounds or box(len(p.names))).tolist()


def test_the_two_wells_of_the_cosine_are_one_orbit():
    assert groups(COSINE, [-0.475802451024, 0.475802451025]) == [0, 0]
    assert groups(COSINE, [-0.4758, 0.5758]) == [0, 1]
    assert groups(COSINE, [-0.475802451024, 0.475802451025], bounds=box(1, -1, 2)) == [0, 1]
    assert groups(COSINE, []) == []


def test_the_minima_of_himmelblau_are_no_orbit():
    points = [(3, 2), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)]
    assert groups(HIMMELBLAU, points) == [0, 1, 2, 3]


@given(st.randoms(use_true_random=False))
def test_the_minima_of_rastrigin_are_orbits_of_one_four_and_eight(random):
    lattice = list(product(range(-2, 3), repeat=2))
    random.shuffle(lattice)
    points = [(0.9949 * i + random.uniform(-1, 1) * 1e-9, 0.9949 * j) for i, j in lattice]
    found = groups(RASTRIGIN, points)
    kinds = [tuple(sorted(map(abs, place))) for place in lattice]
    assert found == [list(dict.fromkeys(kinds)).index(kind) for kind in kinds]
    assert sorted(found.count(orbit) for orbit in set(found)) == [1, 4, 4, 4, 4, 8]


MANY = [
    ("cos(x)*cos(y)*cos(z) + x**2 + y**2 + z**2", 48, "every sign and order"),
    ("x*y*z + x**4 + y**4 + z**4", 24, "every order, and two signs at a time"),
    ("(x + y + z)**2 + (x*y)**2 + (y*z)**2 + (x*z)**2", 12, "every order, and all signs"),
    ("x*y + x**2*y**4 + z*x + y", 1, "none"),
    ("x**3 - y**3 + z**2", 4, "the order of x and y with both signs, and the sign of z"),
]


@pytest.mark.parametrize(("expr", "size", "group"), MANY, ids=[m[2] for m in MANY])
@given(seed=st.integers(0, 1000))
def test_points_are_one_orbit_if_and_only_if_the_group_connects_them(expr, size, group, seed):
    rng = np.random.default_rng(seed)
    elements = [Symmetry(order, signs) for order, signs in CHANGES]
    p, x = Problem(expr), rng.normal(size=(3, 3))
    alike = [e for e in elements if np.allclose(p.values(e.image(x)), p.values(x), rtol=1e-12)]
    assert len(alike) == size
    rows = rng.choice(len(elements), size=12, replace=False)
    points = np.concatenate([elements[row].image(x[:1]) for row in rows])
    found = orbits(p, points, np.full(3, 1e-9), box(3))
    images = np.stack([e.image(points) for e in alike])
    connected = (images[:, :, None] == points).all(axis=3).any(axis=0)
    assert (connected == (found[:, None] == found)).all()


def test_orbits_in_many_variables():
    n = 12
    p = Problem(" + ".join(f"x{i}**4 - x{i}**2 + x{i}*x{(i + 1) % n}*0" for i in range(n)))
    rng = np.random.default_rng(3)
    seeds = rng.uniform(1, 2, size=(3, n))
    points = [rng.permutation(seeds[i % 3]) * rng.choice([-1, 1], n) for i in range(30)]
    assert orbits(p, np.array(points), np.full(n, 1e-9), box(n)).tolist() == [0, 1, 2] * 10


def test_a_chain_of_fifty_variables_is_cheap():
    n = 50
    text = "+".join(f"100*(x{i + 1} - x{i}**2)**2 + (1 - x{i})**2" for i in range(n - 1))
    p = Problem(text)
    assert len(Forms(p.expr, p.variables)) < 12 * n
    assert symmetries(p, box(n)) == ()


def test_a_symmetry_is_its_order_and_signs():
    turn = Symmetry((1, 0), (1, -1))
    assert turn.image(np.array([[2.0, 3.0]])).tolist() == [[3.0, -2.0]]
    assert turn.keeps(box(2, -1, 1))
    assert not turn.keeps(Box(np.array([-1.0, -2.0]), np.array([1.0, 2.0])))
    assert turn.then(turn) == Symmetry((0, 1), (-1, -1))
