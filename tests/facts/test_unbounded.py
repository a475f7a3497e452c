"""Whether f has no lowest value: families that have one, and families that have none."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from problems import CLASSICS, published
from values import exact

from symgd.facts.unbounded import fall_along, shown, unbounded
from symgd.given.boxes import Box
from symgd.problem import Problem

SEEDS = st.integers(0, 2**32 - 1)


def box(n, lower=-np.inf, upper=np.inf):
    return Box(np.full(n, float(lower)), np.full(n, float(upper)))


def proof(expr, *bounds, params=None):
    p = Problem(expr, params=params)
    return unbounded(p, box(len(p.names), *bounds))


def polynomial(rng, n, degree):
    """Write a polynomial with every monomial of the highest degree."""
    powers = [p for p in itertools.product(range(degree + 1), repeat=n) if sum(p) <= degree]
    kept = [p for p in powers if sum(p) == degree or rng.random() < 0.4]
    return " + ".join(
        f"({rng.integers(1, 9) * rng.choice([-1, 1])})"
        + "".join(f"*x{i}**{k}" for i, k in enumerate(p) if k)
        for p in kept
    )


def falls_along(found, text):
    """Let mpmath look whether f falls without end along the line of a proof."""
    names = sorted(
        {"x", "y", "z", "x0", "x1", "x2"} & set(map(str, sympy.sympify(text).free_symbols))
    )
    with mpmath.workdps(400):
        values = []
        for t in (1e20, 1e25, 1e30):
            t = mpmath.mpf(t)
            shift = -1 / t if found.pole else t
            x = [a + shift * b for a, b in zip(found.start, found.direction, strict=True)]
            values.append(exact(text, dict(zip(names, x, strict=True))))
        return 0 > values[0] > values[1] > values[2] and values[2] < 1e4 * values[0]


@given(seed=SEEDS, n=st.sampled_from([1, 2, 3]), degree=st.sampled_from([1, 3, 5]))
def test_a_polynomial_of_odd_degree_is_unbounded(seed, n, degree):
    text = polynomial(np.random.default_rng(seed), n, degree if n < 3 else min(degree, 3))
    found = proof(text)
    assert found is not None
    assert not found.pole
    assert falls_along(found, text)


@given(seed=SEEDS, n=st.sampled_from([1, 2, 3]), degree=st.sampled_from([1, 2, 3]))
def test_a_sum_of_squares_is_bounded(seed, n, degree):
    rng = np.random.default_rng(seed)
    squares = [polynomial(rng, n, degree if n < 3 else min(degree, 2)) for _ in range(2)]
    text = " + ".join(f"({s})**2" for s in squares) + f" - {rng.integers(100)}"
    assert proof(text) is None
    assert proof(f"({squares[0]})/(1 + ({squares[0]})**2)") is None
    if n == 1:
        assert proof(str(sympy.expand(text))) is None


@given(seed=SEEDS, n=st.sampled_from([2, 3, 4]))
def test_quadratics_with_a_falling_direction(seed, n):
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
    curvatures = rng.uniform(0.5, 2, n)
    curvatures[0] *= rng.choice([-1, 1])
    a = basis @ np.diag(curvatures) @ basis.T
    text = " + ".join(f"({float(a[i, j])})*x{i}*x{j}" for i in range(n) for j in range(n))
    p = Problem(text)
    found = unbounded(p, box(n))
    if found:
        assert np.array(found.direction) @ a @ found.direction < 0
    if curvatures[0] > 0:
        assert found is None
    else:
        run = fall_along(p, np.zeros(n), basis[:, 0])  # as gradient descent would run away
        assert run is not None
        assert run.degree == 2


@pytest.mark.parametrize(
    ("expr", "direction", "term", "degree"),
    [
        ("x**3 - 6*x**2 + 11*x - 6", (-1,), "x**3", 3),
        ("-x**2 + 7", (1,), "-x**2", 2),
        ("x", (-1,), "x", 1),
        ("x*y", (1, -1), "x*y", 2),
        ("x**2 - y**2 + 3*y", (0, 1), "-y**2", 2),
        ("(x - y)**2 - x - y", (1, 1), "-x - y", 1),
        ("x**3/(1 + x**2)", (-1,), "x**3/(x**2 + 1)", 1),
        ("sin(x) - x/9", (1,), "-x/9", 1),
        ("exp(-x**2) + abs(x) - 2*x", (1,), "abs(x) - 2*x", 1),
        ("(x - 1)**2 - x**2", (1,), "(x - 1)**2 - x**2", 1),
        ("a*x**3 + b*x**4*0", (-1,), "a*x**3", 3),
    ],
)
def test_lines_and_terms(expr, direction, term, degree):
    params = {"a": 2.0, "b": 1.0} if "a*x" in expr else None
    found = proof(expr, params=params)
    assert found.direction == direction
    assert found.start == (0,) * len(direction)
    assert sympy.simplify(Problem(str(found.term), params=params and {"a": 2.0}).expr
                          - Problem(term, params=params and {"a": 2.0}).expr) == 0  # fmt: skip
    assert (found.degree, found.pole) == (degree, False)


def test_parameters_decide():
    p = Problem("a*x**2 + x", params={"a": 1.0})
    assert unbounded(p, box(1)) is None
    assert unbounded(p.with_params({"a": -1.0}), box(1)).degree == 2
    assert unbounded(p.with_params({"a": 0.0}), box(1)).degree == 1


@pytest.mark.parametrize("name", [k.name for k in CLASSICS if k.name not in ("cubic",)])
def test_test_functions_with_a_minimum_are_bounded(name):
    expr = next(k.expr for k in CLASSICS if k.name == name)
    assert proof(expr) is None


def test_published_functions_are_bounded_inside_their_bounds():
    for problem in published():
        p = Problem(problem.expr, problem.variables)
        lower, upper = np.array(problem.bounds, dtype=float).T
        assert unbounded(p, Box(lower, upper)) is None


BOUNDED_BY_BOUNDS = [
    ("x**3", (0, np.inf), None),
    ("x**3", (-5, 5), None),
    ("x**3", (-np.inf, 3), (-1,)),
    ("-x**3", (3, np.inf), (1,)),
    ("x*y", (0, np.inf), None),
    ("x*y - x", (0, np.inf), (1, 0)),
    ("-x*y", (2, np.inf), (1, 0)),
]


@pytest.mark.parametrize(("expr", "bounds", "direction"), BOUNDED_BY_BOUNDS)
def test_bounds_may_give_a_lowest_value(expr, bounds, direction):
    found = proof(expr, *bounds)
    assert (found and found.direction) == direction
    if found:
        t = 10.0 ** np.arange(1, 8)[:, None]
        points = np.array(found.start) + t * np.array(found.direction)
        assert (points >= bounds[0]).all()
        assert (points <= bounds[1]).all()
        assert (np.diff(Problem(expr).values(points)) < 0).all()


def test_one_side_of_a_product_within_bounds():
    p = Problem("x*y")
    found = unbounded(p, Box(np.array([-np.inf, -1.0]), np.array([np.inf, 2.0])))
    y = found.start[1]
    assert -1 < y < 2
    assert found.direction[1] == 0
    assert found.direction[0] * y < 0


# --- poles

FRACTIONS = st.fractions(min_value=-9, max_value=9, max_denominator=12)


@given(
    roots=st.lists(FRACTIONS, min_size=1, max_size=3, unique=True),
    orders=st.lists(st.integers(1, 3), min_size=3, max_size=3),
    sign=st.sampled_from([-1, 1]),
)
def test_poles_of_rational_functions(roots, orders, sign):
    pairs = list(zip(roots, orders, strict=False))
    text = f"{sign}" + "".join(f"/(x - ({r}))**{m}" for r, m in pairs)
    total = sum(m for _, m in pairs)
    sides = [
        side for r, _ in pairs for side in (-1, 1)
        if exact(text, {"x": mpmath.mpf(r.numerator) / r.denominator + side * 1e-9}) < 0
    ]  # fmt: skip
    found = proof(text)
    assert (found is None) == (not sides)
    assert total > 0
    if found:
        assert found.pole
        root, order = min(pairs, key=lambda p: abs(float(p[0]) - found.start[0]))
        assert found.start[0] == pytest.approx(float(root), abs=1e-15)
        assert found.degree == order
        beside = (
            mpmath.mpf(root.numerator) / root.denominator - mpmath.mpf(found.direction[0]) / 10**9
        )
        assert exact(text, {"x": beside}) < 0


@pytest.mark.parametrize(
    ("expr", "bounds", "start", "direction"),
    [
        ("1/(x - 1)", (), (1,), (1,)),
        ("x**2 + 1/x", (), (0,), (1,)),
        ("x**2 + 1/x", (0, np.inf), None, None),
        ("x**2 - 1/x", (0, np.inf), (0,), (-1,)),
        ("x**2 - 1/x**2", (0, 5), (0,), (-1,)),
        ("x**2 - 1/x**2", (-5, 0), (0,), (1,)),
        ("1/(x**2 - 2)", (), (-(2**0.5),), (-1,)),
        ("1/(x**2 - 2)", (0, 9), (2**0.5,), (1,)),
        ("1/(x**2 + 2)", (), None, None),
        ("(x**3 + 1)/(x + 1)", (), None, None),  # the root cancels
        ("x**2 + (x - 1)/(x - 1)**2", (), (1,), (1,)),
        ("x**2 + y**2 + 1/(x*y)", (1, 9), None, None),
        ("x**2 + 1/(1.5 - x)", (), (1.5,), (-1,)),
    ],
)
def test_poles(expr, bounds, start, direction):
    found = proof(expr, *bounds)
    if start is None:
        assert found is None
    else:
        assert found.pole
        assert found.start == pytest.approx(start, abs=1e-15)
        assert found.direction == direction


def test_a_pole_in_several_variables():
    p = Problem("x**2 + y**2 + 1/(x - y)")
    found = unbounded(p, box(2))
    assert found.pole
    assert found.start[0] == found.start[1]
    assert str(found.term) == "1/(x - y)"
    steps = 10.0 ** -np.arange(3, 9)[:, None]
    assert (np.diff(p.values(np.array(found.start) - steps * np.array(found.direction))) < 0).all()


@pytest.mark.parametrize(
    "expr",
    ["exp(x)", "log(x)", "x*sin(x)", "cosh(x) - x", "x**2 + 1/x**2", "hypot(x, 1) - x", "5 + 0*x"],
)
def test_no_proof_where_there_is_none(expr):
    p = Problem(expr, ["x"])
    assert unbounded(p, box(1)) is None


def test_large_formulas_are_left_alone():
    text = " + ".join(f"x{i}**3*x{i + 1}" for i in range(60))
    assert proof(text) is None
    p = Problem(text)
    assert fall_along(p, np.zeros(61), np.ones(61)) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_way_that_is_not_finite_proves_nothing(bad):
    assert fall_along(Problem("x**3"), np.array([bad]), np.array([-1.0])) is None
    assert fall_along(Problem("x**3"), np.array([0.0]), np.array([bad])) is None


def test_numbers_beyond_doubles_do_no_harm():
    p = Problem("1/(x/10**300 - 10**300)")
    assert unbounded(p, box(1)) is None
    assert fall_along(Problem("x**3*10**300"), np.array([1e300]), np.array([-1e300])).degree == 3


@pytest.mark.parametrize(
    ("expr", "x0", "x", "start"),
    [
        ("1/x", -1.0, -1e-9, 0.0),
        ("1/x", 1.0, 1e8, None),  # the pole is elsewhere
        ("x**3 + 1/x", -1.0, -1e9, "away"),
        ("x**3 + 1/x", -1.0, -0.9, None),
        ("x**2", 1.0, 1e9, None),
    ],
)
def test_a_proof_is_shown_where_the_run_went(expr, x0, x, start):
    proof = shown(Problem(expr), np.array([x0]), np.array([x]), box(1), 20.0)
    if start is None:
        assert proof is None
    elif start == "away":
        assert (proof.pole, proof.direction[0] < 0) == (False, True)
    else:
        assert (proof.pole, proof.start) == (True, (start,))
