"""Points that are judged together are judged as if each were alone, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from cases import case_at
from scipy.optimize import nnls

from symgd.diagnosis import local
from symgd.diagnosis.creases import falls_along_kink
from symgd.diagnosis.directions import across, narrow
from symgd.diagnosis.edge import bottomless_edge, bottomless_pole
from symgd.diagnosis.hull import shortest_mean
from symgd.diagnosis.kinds import Kinds
from symgd.diagnosis.local import SINGULAR, model
from symgd.diagnosis.probe import Around, Places, around
from symgd.diagnosis.questions.halted_elsewhere import halted_elsewhere
from symgd.engine.kernel.stops import Stop
from symgd.given.boxes import Box
from symgd.problem import Problem
from symgd.status import Kind

COUNT = 90
FORMULAS = {
    "abs(x - a) + abs(y + a*x)": 2,
    "sqrt(abs(x**2 + y**2 - a)) + y/10": 2,
    "where(x < a, 1, x) + y**2": 2,
    "(x - a)**4 - y**4": 2,
    "(x - y)**2*a": 2,
    "tanh(a*x)*exp(-y**2)": 2,
    "abs(x + y + a*z) + (x - y)**2 + abs(z)": 3,
    "a*abs(x)**0.1": 1,
    "-a*log(1 + abs(x)) - y**2": 2,
}


def problem_of(expr, rng, differ):
    """Give the formula with as many values of its parameter as runs, or with one."""
    p = Problem(expr, params={"a": 2.0})
    return p.over({"a": rng.choice([0.5, 1.0, 2.0, 3.7], COUNT)}) if differ else p


def points_of(problem, n, rng):
    """Draw points of all kinds: on kinks, on slopes, in valleys, in flat parts, at the origin."""
    a = np.broadcast_to(problem.params["a"], COUNT)
    points = rng.uniform(-3, 3, (COUNT, n))
    points[::3, 0] = a[::3]
    points[1::3] = 0.0
    if n > 1:
        points[::6, 1] = -a[::6] * points[::6, 0]
        points[2::6, 1] = points[2::6, 0]
        points[3::6, :2] = np.sqrt(a[3::6, None]) * [0.6, -0.8]
        points[5::6, 0] *= 30.0
    return points


def box(n):
    return Box(np.full(n, -100.0), np.full(n, np.inf))


def places_of(points, rng):
    error = 10.0 ** rng.integers(-16, -2, len(points))
    return Places(points, rng.uniform(0.1, 4, points.shape), rng.random(len(points)) < 0.5, error,
                  np.zeros(len(points)))  # fmt: skip


def one_by_one(function, problem, *arrays):
    rows = [np.array([i]) for i in range(COUNT)]
    return np.concatenate([function(problem.of(r), *(a[r] for a in arrays)) for r in rows])


@pytest.mark.parametrize("differ", [False, True])
@pytest.mark.parametrize("expr", FORMULAS)
def test_around(expr, differ, monkeypatch):
    rng = np.random.default_rng(7)
    n, p = FORMULAS[expr], problem_of(expr, rng, differ)
    places = places_of(points_of(p, n, rng), rng)
    found = around(p, places, box(n))
    rows = [np.array([i]) for i in range(COUNT)]
    alone = np.concatenate([around(p.of(r), places.take(r), box(n)) for r in rows])
    assert found.tolist() == alone.tolist()
    monkeypatch.setattr(local, "_TOGETHER", 1000)
    monkeypatch.setattr("symgd.diagnosis.probe._ASKED", 7)
    assert around(p, places, box(n)).tolist() == found.tolist()


def test_the_formulas_show_all_that_may_be_around_a_point():
    found, rng = set(), np.random.default_rng(7)
    for expr, n in FORMULAS.items():
        p = problem_of(expr, rng, differ=True)
        found |= set(around(p, places_of(points_of(p, n, rng), rng), box(n)).tolist())
    assert found == set(Around)


@pytest.mark.parametrize("differ", [False, True])
@pytest.mark.parametrize("expr", FORMULAS)
def test_kinds(expr, differ):
    rng = np.random.default_rng(11)
    n, p = FORMULAS[expr], problem_of(expr, rng, differ)
    x = points_of(p, n, rng)
    x0 = x + rng.uniform(-2, 2, x.shape)
    smooth = rng.choice([Kind.MINIMUM, Kind.WEAK_MINIMUM, Kind.KINK_MINIMUM], COUNT)
    error, trusted = 1e-12 * np.abs(x0), rng.random(COUNT) < 0.5

    def kinds(problem, *given):
        return Kinds(problem, box(n), np.full(n, 6.0)).by_values(*given)

    given = x, x0, smooth, error, trusted
    assert kinds(p, *given).tolist() == one_by_one(kinds, p, *given).tolist()


@pytest.mark.parametrize("differ", [False, True])
@pytest.mark.parametrize("expr", [e for e, n in FORMULAS.items() if n > 1])
def test_steps(expr, differ):
    rng = np.random.default_rng(3)
    n, p = FORMULAS[expr], problem_of(expr, rng, differ)
    points = points_of(p, n, rng)
    length = rng.uniform(0.1, 4, points.shape)
    together = narrow(p, points, length, box(n))
    sizes = set()
    for i in range(COUNT):
        row = np.array([i])
        alone = narrow(p.of(row), points[row], length[row], box(n)).step
        sizes.add(len(alone))
        assert np.array_equal(together.step[together.owner == i], alone, equal_nan=True)
    assert len(sizes) > 1 or "abs" not in expr or "abs(x))" in expr  # kinks that no axis keeps


def test_steps_along_the_kinks_at_each_point():
    p = Problem("abs(x + 2*y) + abs(x - 3*y - 9) + z**2")
    points = np.array([[2.0, -1.0, 0.0], [9.0, 0.0, 0.0], [3.6, -1.8, 0.0]])
    steps = narrow(p, points, np.ones((3, 3)), box(3))
    for row, kept in enumerate([{0}, {1}, {0, 1}]):
        mine = steps.step[steps.owner == row]
        on = [np.abs(mine @ normal) < 1e-6 for normal in ([1, 2, 0], [1, -3, 0])]
        crossing = [np.count_nonzero(on[i] & (mine[:, 0] != 0)) for i in (0, 1)]
        assert {i for i in (0, 1) if crossing[i] > 10} == kept


def test_steps_across_valleys():
    p = Problem("(x + y + z)**2 + (w - x)**2*max(a - 1, 0)", params={"a": 1.0})
    p = p.over({"a": np.where(np.arange(COUNT) % 2, 0.5, 2.0)})
    rng = np.random.default_rng(5)
    points, length = rng.normal(size=(COUNT, 4)), rng.uniform(0.1, 4, (COUNT, 4))

    def steps(rows):
        here = model(p.of(rows), points[rows], box(4))
        return across(here, np.abs(here.eigenvalues) <= SINGULAR, length[rows])

    together = steps(np.arange(COUNT))
    for i in range(COUNT):
        alone = steps(np.array([i])).step
        assert len(alone) == 64 + (3 if i % 2 else 2)
        assert np.array_equal(together.step[together.owner == i], alone)


@pytest.mark.parametrize("expr", ["sqrt(abs(x**2 + y**2 - a)) + y/10", "abs(x*y*z) + z/a"])
def test_falls_along_kinks(expr):
    rng = np.random.default_rng(2)
    n, p = 2 + ("z" in expr), problem_of(expr, rng, differ=True)
    angle = rng.choice([-np.pi / 2, 0.3, 2.0], COUNT)
    points = np.zeros((COUNT, n))
    points[:, :2] = np.sqrt(p.params["a"])[:, None] * np.column_stack(
        [np.cos(angle), np.sin(angle)]
    )
    points[::2, 2:] = 1.0
    length = rng.uniform(2, 4, (COUNT, n))

    def falls(problem, *given):
        return falls_along_kink(problem, *given, box(n))

    found = falls(p, points, length)
    assert found.any()
    assert not found.all()
    assert found.tolist() == one_by_one(falls, p, points, length).tolist()


@pytest.mark.parametrize(
    ("expr", "function", "values"),
    [
        ("log(x - a)", bottomless_edge, {0}),
        ("where(a > 1, log(x - a), sqrt(x - a))", bottomless_edge, {0, -1}),
        ("1/(a - x) + 5*max(x - 7, 0)", bottomless_pole, {True, False}),
    ],
)
def test_edges(expr, function, values):
    rng = np.random.default_rng(4)
    p = problem_of(expr, rng, differ=True)
    a = p.params["a"][:, None]
    x, x0 = a + 10.0 ** rng.uniform(-12, -2, (COUNT, 1)), a + rng.uniform(1, 3, (COUNT, 1))
    x[::4] += 6.0
    found = function(p, x, x0)
    assert values <= set(found.tolist())
    assert found.tolist() == one_by_one(function, p, x, x0).tolist()


def test_runs_that_halted():
    x = np.array([0.0, 1.0, 1e-9, 3.0, 40.0, -1.0, 0.5])
    expr, columns = "where(x < 2, abs(x), 2*exp(-x))", ("status", "kind", "early", "condition")
    together = case_at(expr, x, x + 2, Stop.TOLERANCE)
    halted_elsewhere(together)
    for i, end in enumerate(x):
        alone = case_at(expr, [end], [end + 2], Stop.TOLERANCE)
        halted_elsewhere(alone)
        for name in columns:
            assert getattr(together.found, name)[i] == getattr(alone.found, name)[0], name
    assert len(set(together.found.status.tolist())) > 1


@pytest.mark.parametrize("n", [1, 2, 5])
def test_shortest_means(n):
    rng = np.random.default_rng(n)
    vectors = rng.normal(size=(40, 4 * n + 8, n)) + rng.normal(size=(40, 1, n)) * 2
    vectors[::3] = np.round(vectors[::3])  # several alike, and some on one line
    vectors /= np.abs(vectors).max(axis=(1, 2), keepdims=True)
    given = rng.random(vectors.shape[:2]) < 0.7
    given[:, 0] = True
    means = shortest_mean(vectors, given)
    for mean, mine, kept in zip(means, vectors, given, strict=True):
        assert np.array_equal(shortest_mean(mine[None], kept[None])[0], mean)
        hull = mine[kept]
        assert (hull @ mean >= mean @ mean - 1e-9).all()  # no vector shortens it
        system = np.vstack([hull.T, np.ones(len(hull))])
        assert nnls(system, np.append(mean, 1.0))[1] < 1e-7  # it is a convex mean
