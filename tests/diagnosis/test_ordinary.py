"""The ordinary end of a run, and the grid that puts equal ends together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import COSINE

from symgd import minimize
from symgd.diagnosis.cells import cells
from symgd.diagnosis.ordinary import ordinary
from symgd.diagnosis.questions import ordinary_minima
from symgd.given.boxes import Box
from symgd.problem import Problem


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
    found = ordinary(p, x, p.gradients(x), x0, free(n), 1e-8)
    assert (found.sure == (not signs)).all()
    if not signs:
        assert found.x == pytest.approx(np.tile(centre, (5, 1)), rel=1e-14, abs=1e-15)
        missing = np.sqrt(np.einsum("ni,ij,nj->n", x - centre, matrix, x - centre))
        assert found.missing == pytest.approx(missing, rel=1e-4)


@pytest.mark.parametrize(
    ("expr", "x", "why"),
    [
        ("(x - 1)**4", 1 + 1e-9, "singular"),
        ("1 - (x - 1)**2", 1 + 1e-9, "a maximum"),
        ("(x - 1)**3", 1 + 1e-9, "an inflection"),
        ("(x - 1)**2", 2.0, "on a bound"),
        ("(x - 1)**2 + (x - 1)**3", 1.1, "far away"),
        ("x", 0.0, "no curvature"),
        ("sqrt(x)", -1.0, "undefined"),
    ],
)
def test_it_leaves_the_rest_to_others(expr, x, why):
    box = Box(np.array([-np.inf]), np.array([2.0 if why == "on a bound" else np.inf]))
    p, end = Problem(expr), np.array([[x]])
    found = ordinary(p, end, p.gradients(end), np.array([[3.0]]), box, 1e-8)
    assert not found.sure.any(), why


def test_many_variables_are_left_to_others():
    p = Problem(" + ".join(f"x{i}**2" for i in range(9)))
    found = ordinary(p, np.zeros((1, 9)), np.zeros((1, 9)), np.ones((1, 9)), free(9), 1e-8)
    assert not found.sure.any()


@pytest.mark.parametrize("expr", [COSINE, "100*(y - x**2)**2 + (1 - x)**2", "x**2 + x*y + y**4/4"])
def test_the_verdicts_are_those_of_the_careful_way(expr, monkeypatch):
    def nobody(*args):
        found = ordinary(*args)
        found.sure[:] = False
        return found

    quick = minimize(expr, starts=200)
    monkeypatch.setattr(ordinary_minima, "ordinary", nobody)
    careful = minimize(expr, starts=200)
    assert (quick.runs.status == careful.runs.status).all()
    assert (quick.runs.kind == careful.runs.kind).all()
    assert (quick.runs.minimum == careful.runs.minimum).all()
    assert quick.runs.x == pytest.approx(careful.runs.x, rel=1e-11, abs=1e-11)


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
