"""What must hold for every formula: known solutions, scales, mirrors, and no false success."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import symgd
from symgd import Kind, Problem, Status

SEEDS = st.integers(0, 2**32 - 1)


@cache
def quadratic(n):
    """``x' A x / 2 - b' x`` in `n` variables, every coefficient a parameter."""
    names = [f"x{i}" for i in range(n)]
    terms = [
        f"a{i}{j}*x{i}*x{j}" + ("/2" if i == j else "") for i in range(n) for j in range(i + 1)
    ]
    terms += [f"-b{i}*x{i}" for i in range(n)]
    return Problem(" + ".join(terms), names, dict.fromkeys(coefficients(n), 1.0))


def coefficients(n):
    return [f"a{i}{j}" for i in range(n) for j in range(i + 1)] + [f"b{i}" for i in range(n)]


@given(n=st.sampled_from([1, 2, 3, 5]), condition=st.floats(0.0, 4.0), seed=SEEDS)
def test_convex_quadratics_converge_from_everywhere(n, condition, seed):
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
    a = basis @ np.diag(10 ** rng.uniform(0, condition, n)) @ basis.T
    b = rng.normal(size=n)
    values = [*a[np.tril_indices(n)], *b]
    params = dict(zip(coefficients(n), values, strict=True))
    result = symgd.minimize(quadratic(n), params=params, starts=16, seed=seed % 1000)
    lower = np.tril(a)
    solution = np.linalg.solve(lower + np.tril(a, -1).T, b)
    assert result.counts == {Status.CONVERGED: 16}
    assert {Kind(k) for k in result.runs.kind} == {Kind.MINIMUM}
    error = np.abs(result.runs.x - solution).max()
    assert error <= 1e-14 * 10**condition * n * (1 + np.abs(solution).max())
    assert len(result.minima) == 1


# s scales f, u is the unit of x and y; there are minima, maxima, saddles, flats and runaways
SCALED = {
    "two wells": "s*((x/u)**4 - 2*(x/u)**2 + 0.3*x/u)",
    "waves": "s*(cos(2*x/u) + (x/u)**2/10 + cos(y/u) + 0.05*x*y/u**2)",
    "runaway": "s*((x/u)**3 + (y/u - 1)**2)",
    "weak": "s*(x/u - 1)**4",
    "saddle": "s*((x/u)**2 - (y/u)**2 + (y/u)**4)",
    "hill": "s*(1 - exp(-(x/u)**2))",
    "log": "s*(x/u - log(x/u))",
    "kink": "s*(abs(x/u - 1) + (x/u)**2/9)",
}
SCALES = [(1e6, 1.0), (1e-6, 1.0), (1.0, 1e3), (1.0, 1e-3), (1e6, 1e-3)]


def starts(name):
    """Give starts on both sides of everything, stationary points among them."""
    points = np.random.default_rng(8).uniform(-3, 3, size=(96, 2))
    points[:3] = (0, 0), (0, 1), (1, 1)
    return points[:, : 1 + ("y" in name)]


@pytest.mark.parametrize(("factor", "unit"), SCALES)
@pytest.mark.parametrize("name", SCALED)
def test_scales_of_f_and_units_change_no_verdict(name, factor, unit):
    start = starts(SCALED[name])
    plain = symgd.minimize(SCALED[name], x0=start, params={"s": 1, "u": 1})
    scaled = symgd.minimize(
        SCALED[name], x0=start * unit, start_box=(-10 * unit, 10 * unit),
        params={"s": factor, "u": unit},
    )  # fmt: skip
    alike = (scaled.runs.status == plain.runs.status) & (scaled.runs.kind == plain.runs.kind)
    assert alike.all(), [(a, b) for a, b in zip(told(plain), told(scaled), strict=True) if a != b]
    assert len(scaled.minima) == len(plain.minima)


def told(result):
    return [
        (row, Status(s).name, Kind(k).name)
        for row, (s, k) in enumerate(zip(result.runs.status, result.runs.kind, strict=True))
    ]


@pytest.mark.parametrize(("factor", "unit"), SCALES)
def test_the_unit_of_one_variable_does_not_matter_where_f_is_convex(factor, unit):
    expr = "s*(cosh(x/u - 1) + (y + 2)**2 + x*y/u/3)"
    start = starts(expr)
    result = symgd.minimize(expr, x0=start * [unit, 1], params={"s": factor, "u": unit})
    assert result.counts == {Status.CONVERGED: len(start)}
    assert {Kind(k) for k in result.runs.kind} == {Kind.MINIMUM}
    assert len(result.minima) == 1


@pytest.mark.parametrize("lr", [0.01, 0.2, 0.4])
@pytest.mark.parametrize("name", ["two wells", "waves", "hill"])
def test_scales_change_no_verdict_of_fixed_rates(name, lr):
    start = starts(SCALED[name])
    plain = symgd.minimize(SCALED[name], x0=start, lr=lr, epochs=400, params={"s": 1, "u": 1})
    stayed = plain.runs.status != Status.DIVERGED
    assert stayed.any()
    for factor in (2.0**-20, 2.0**20):  # powers of two, so that every step has the same bits
        scaled = symgd.minimize(
            SCALED[name], x0=start, lr=lr / factor, epochs=400, params={"s": factor, "u": 1}
        )
        assert (scaled.runs.status == plain.runs.status).all()
        assert (scaled.runs.x[stayed] == plain.runs.x[stayed]).all()
        assert (scaled.runs.kind[stayed] == plain.runs.kind[stayed]).all()


EVEN = "cos(a*x)*b + x**2*c + sin(y)**2 + (x*y)**2/9 + d/(1 + x**2) + abs(x)/7 + exp(-y**2)"


@given(
    seed=SEEDS,
    abcd=st.tuples(*[st.floats(-3, 3)] * 4),
    how=st.sampled_from([{}, {"lr": 0.05, "epochs": 300}, {"bounds": (-4, 4)}]),
)
def test_even_functions_give_mirrored_runs_from_mirrored_starts(seed, abcd, how):
    start = np.random.default_rng(seed).uniform(-4, 4, size=(40, 2))
    params = dict(zip("abcd", abcd, strict=True))
    one = symgd.minimize(EVEN, x0=start, params=params, **how)
    for signs in ([-1, 1], [1, -1], [-1, -1]):
        other = symgd.minimize(EVEN, x0=start * signs, params=params, **how)
        assert np.array_equal(other.runs.x, one.runs.x * signs, equal_nan=True)
        assert (other.runs.status == one.runs.status).all()
        assert (other.runs.nit == one.runs.nit).all()


ONE = "a*x**4 + b*x**3 + c*x**2 + d*x + k*sin(w*x)"
TWO = "a*x**4 + b*x**2*y + c*x*y + d*y**2 + k*(x - y)**3 + w*y**4"
NAMES = "abcdkw"
WHOLE = st.tuples(*[st.integers(-3, 3)] * 6)


FLAT = 1e-13  # fall of f that a run to a singular minimum may leave; f is of size 1 here


def terms(text, x, params):
    """Sizes of the terms of f, for the rounding error of their sum."""
    names = dict(zip("xy", x.T, strict=False)) | params | {"sin": np.sin}
    return sum(
        np.abs(eval(t, {"__builtins__": {}}, names))  # noqa: S307 - a text of this file
        for t in text.split(" + ")
    )


def lower_point(text, params, x, radius):
    """Look for a clearly lower value of f at points around x; nothing but values is used."""
    rng = np.random.default_rng(17)
    n = len(x)
    directions = rng.normal(size=(400, n))
    directions = np.concatenate([np.eye(n), -np.eye(n), directions])
    directions /= np.abs(directions).max(axis=1, keepdims=True)
    for share in 10.0 ** np.arange(0, -4, -1):
        points = x + share * radius * directions
        names = dict(zip("xy", points.T, strict=False)) | params | {"sin": np.sin}
        values = eval(text, {"__builtins__": {}}, names)  # noqa: S307 - a text of this file
        names |= dict(zip("xy", x, strict=False))
        centre = eval(text, {"__builtins__": {}}, names)  # noqa: S307 - a text of this file
        noise = FLAT + 1e-14 * (terms(text, points, params) + terms(text, x[None], params))
        if (values < centre - noise).any():
            return points[(values - centre + noise).argmin()]
    return None


@pytest.mark.parametrize("text", [ONE, TWO])
@given(values=WHOLE, box=st.booleans())
@example(values=(0, 1, 0, 0, 0, 0), box=False)
@example(values=(0, 0, 0, 0, 0, 0), box=False)
@example(values=(1, 0, 0, 0, 0, 0), box=False)
@example(values=(0, 0, 1, 1, 0, 0), box=True)
def test_success_means_that_no_lower_point_is_near(text, values, box):
    params = dict(zip(NAMES, map(float, values), strict=True))
    side = {"bounds": (-2, 3)} if box else {"start_box": (-3, 3)}
    result = symgd.minimize(text, params=params, starts=24, **side)
    for minimum in result.minima:
        radius = 1e-3
        if box:
            assume(not _on_side(minimum.x))
        found = lower_point(text, params, minimum.x, radius)
        assert found is None, (params, minimum.x, minimum.kind, found)


def _on_side(x):
    return bool(((x < -2 + 1e-3) | (x > 3 - 1e-3)).any())


@given(values=WHOLE)
def test_success_on_a_bound_means_that_no_lower_point_is_inside(values):
    params = dict(zip(NAMES, map(float, values), strict=True))
    result = symgd.minimize(ONE, params=params, starts=24, bounds=(-2, 3))
    for minimum in result.minima:
        (x,) = minimum.x
        points = np.clip(x + 1e-3 * np.linspace(-1, 1, 401), -2, 3)[:, None]
        names = {"x": points[:, 0], "sin": np.sin} | params
        f = eval(ONE, {"__builtins__": {}}, names)  # noqa: S307 - a text of this file
        names["x"] = x
        centre = eval(ONE, {"__builtins__": {}}, names)  # noqa: S307 - a text of this file
        noise = FLAT + 1e-14 * (terms(ONE, points, params) + terms(ONE, minimum.x[None], params))
        assert (f >= centre - noise).all()
