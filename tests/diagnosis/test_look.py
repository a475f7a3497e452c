"""A first look at the ends of runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import COSINE, ROSENBROCK

from symgd import minimize
from symgd.arrays import columns
from symgd.diagnosis import case
from symgd.diagnosis.cells import cells
from symgd.diagnosis.look import Ahead, Sight, look
from symgd.diagnosis.newton import refine, seek
from symgd.given.boxes import Box
from symgd.problem import Problem

TOL = 1e-8
HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"
VARIED = [
    COSINE, ROSENBROCK, HIMMELBLAU, "sin(x)*exp(-x**2/20)", "x**3 - 6*x**2 + 11*x - 6",
    "x**4", "x**4 + y**2", "exp(-x) + y**2", "log(x) + 1/x", "abs(x) + x**2", "x**2*y**2",
    "(x - y)**2", "(x - y)**3 + x**2", "sqrt(x) + y**2", "x**2 + y**2 + z**2 + x*y*z",
    "cosh(x - y) + x**4/40 - cos(3*y)",
]  # fmt: skip


def free(n):
    return Box(np.full(n, -np.inf), np.full(n, np.inf))


def quadratic(matrix, centre):
    """A quadratic form with a small term of third order, stationary at the centre."""
    n = len(centre)
    shifted = [f"(x{i} - ({c!r}))" for i, c in enumerate(centre.tolist())]
    terms = [
        f"({matrix[i, j].item()!r})/2*{shifted[i]}*{shifted[j]}" for i in range(n) for j in range(n)
    ]
    return Problem(" + ".join(terms) + f" + {shifted[0]}**3/50")


@given(seed=st.integers(0, 10_000), n=st.integers(1, 4), signs=st.booleans())
def test_it_is_sure_at_clear_minima_only(seed, n, signs):
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(n, n)))
    values = rng.uniform(0.5, 2, size=n)
    if signs:
        values[rng.integers(n)] *= -1
    matrix = turn @ np.diag(values) @ turn.T
    matrix = (matrix + matrix.T) / 2
    centre = rng.uniform(-3, 3, size=n)
    x = centre + 1e-7 * rng.normal(size=(5, n))
    x0 = centre + rng.uniform(1, 2, size=(5, n))
    p = quadratic(matrix, centre)
    found = look(p, x, x0, free(n), TOL)
    assert ((found.ahead == Ahead.MINIMUM) == (not signs)).all()
    assert found.fun == pytest.approx(p.values(x), rel=1e-12)
    if not signs:
        assert found.x == pytest.approx(np.tile(centre, (5, 1)), rel=1e-14, abs=1e-15)
        assert found.fun_ahead == pytest.approx(p.values(found.x), rel=1e-12, abs=1e-300)
        for length, since in ((found.missing, x), (found.way, x0)):
            exact = np.sqrt(np.einsum("ni,ij,nj->n", since - centre, matrix, since - centre))
            assert length == pytest.approx(exact, rel=1e-4 if since is x else 0.3)


@pytest.mark.parametrize("expr", VARIED)
def test_it_agrees_with_careful_newton_steps(expr):
    p, rng = Problem(expr), np.random.default_rng(0)
    n = len(p.names)
    x0, x = rng.uniform(-3, 3, (2, 400, n))
    settled = refine(p, x, x0, free(n), TOL)
    beside = settled.x[settled.settled][:200]
    sizes = 10.0 ** rng.uniform(-14, -1, (len(beside), 1))
    x[: len(beside)] = beside + sizes * rng.normal(size=beside.shape)
    with np.errstate(all="ignore"):
        found, newton = look(p, x, x0, free(n), TOL), refine(p, x, x0, free(n), TOL)
        reach = 1e-9 * np.maximum(np.abs(x - x0), np.abs(x))
        _, near, _ = seek(p, x, reach, free(n))
    ahead, nowhere = found.ahead == Ahead.MINIMUM, found.ahead == Ahead.NOWHERE
    assert newton.settled[ahead].all()
    hessians = p.hessians(found.x[ahead])  # not singular, though careful steps were slow at first
    assert (np.linalg.eigvalsh(hessians)[:, 0] > 1e-6 * np.abs(hessians).max(axis=(1, 2))).all()
    assert found.x[ahead] == pytest.approx(newton.x[ahead], rel=1e-7, abs=1e-7)
    assert not (newton.settled | near)[nowhere].any()
    defined = np.isfinite(p.gradients(x)).all(axis=1)
    clear = (ahead | nowhere)[defined & ~newton.degenerate]
    assert np.count_nonzero(clear) >= 0.45 * len(clear) or expr == "(x - y)**2"


@pytest.mark.parametrize(
    ("expr", "x", "why"),
    [
        ("(x - 1)**4", 1 + 1e-9, "singular"),
        ("1 - (x - 1)**2", 1 + 1e-9, "a maximum"),
        ("(x - 1)**3", 1 + 1e-9, "an inflection"),
        ("(x - 1)**2", 2.0, "on a bound"),
        ("(x - 3)**2", 1.9, "beyond a bound"),
        ("x", 0.0, "no curvature"),
        ("sqrt(x)", -1.0, "undefined"),
        ("cos(x)", 3.14e15, "too far for the lanes"),
    ],
)
def test_it_leaves_the_rest_to_others(expr, x, why):
    box = Box(np.array([-np.inf]), np.array([2.0 if "bound" in why else np.inf]))
    found = look(Problem(expr), np.array([[x]]), np.array([[x + 0.25]]), box, TOL)
    assert found.ahead.tolist() == [Ahead.UNCLEAR], why


def test_a_hessian_that_is_all_but_singular_is_not_clear():
    x, x0 = np.array([[1e-9, 2e-9]]), np.array([[1.0, 2.0]])
    for small, clear in ((1e-9, False), (1e-3, True)):
        found = look(Problem(f"(x - y)**2 + {small}*x**2"), x, x0, free(2), TOL)
        assert (found.ahead[0] == Ahead.MINIMUM) == clear


def test_a_way_downhill_leads_nowhere():
    box = free(1)
    for expr, x in (("-(x**2)", 1.0), ("x**3", -1.0), ("x**2 + 1/x", -0.5), ("x**4 - x**2", 0.1)):
        found = look(Problem(expr), np.array([[x]]), np.array([[x + 0.25]]), box, TOL)
        assert found.ahead.tolist() == [Ahead.NOWHERE], expr


@pytest.mark.parametrize(
    "expr",
    [
        " + ".join(f"x{i}**2" for i in range(9)),
        " - ".join(f"exp(-(x - {i})**2 - (y + {i})**2)" for i in range(60)),
    ],
)
def test_large_hessians_are_left_to_others(expr):
    p = Problem(expr)
    n = len(p.names)
    for _ in range(2):
        found = look(p, np.zeros((1, n)), np.ones((1, n)), free(n), TOL)
        assert found.ahead.tolist() == [Ahead.UNCLEAR]
        assert np.isnan(found.fun).all()  # nobody has looked
        p.hessians(np.ones((1, n)))  # that they are there by then makes no difference


@pytest.mark.parametrize("expr", [ROSENBROCK, HIMMELBLAU, COSINE])
def test_each_run_is_looked_at_alone(expr):
    p, rng = Problem(expr), np.random.default_rng(1)
    n = len(p.names)
    x0, x = rng.uniform(-3, 3, (2, 90, n))
    whole = look(p, x, x0, free(n), TOL)
    for rows in ([5], rng.permutation(90), np.arange(40, 77)):
        part = look(p, x[rows], x0[rows], free(n), TOL)
        for name, column in columns(part).items():
            assert np.array_equal(column, getattr(whole, name)[rows], equal_nan=True), name


@pytest.mark.parametrize("given", [{}, {"lr": 1e-3, "epochs": 300}, {"bounds": (-1.0, 2.0)}])
@pytest.mark.parametrize("expr", VARIED)
def test_the_verdicts_are_those_of_the_careful_way(expr, given, monkeypatch):
    with np.errstate(all="ignore"):
        quick = minimize(expr, starts=60, **given)
        monkeypatch.setattr(case, "look", lambda problem, x, *_: Sight.none(x))
        careful = minimize(expr, starts=60, **given)
    assert (quick.runs.status == careful.runs.status).all()
    assert (quick.runs.kind == careful.runs.kind).all()
    assert (quick.runs.minimum == careful.runs.minimum).all()
    assert quick.runs.x == pytest.approx(careful.runs.x, rel=1e-10, abs=1e-10)
    assert quick.runs.fun == pytest.approx(careful.runs.fun, rel=1e-10, abs=1e-10, nan_ok=True)


@given(
    points=st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=40),
    n=st.integers(1, 2),
)
def test_cells(points, n):
    grid = np.array(points, dtype=float)[:, :n]
    first, member = cells(grid * 0.25 + 0.05, np.full(n, 0.25))
    for i, row in enumerate(grid.tolist()):
        same = [j for j, other in enumerate(grid.tolist()) if other == row]
        assert first[member[i]] == same[0]
        assert (member == member[i]).nonzero()[0].tolist() == same
