"""The automatic step: it stays in its basin and in its part of the domain."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kernels import prepared

import symgd
from symgd import ConfigurationError, Kind, Status
from symgd.engine.drive import lanes, slow
from symgd.given.options import read_options
from symgd.runs.descent import _prepared

GRID = np.linspace(-12, 12, 240_001)


def borders(slope):
    """Give the maxima between -12 and 12 of a function with this slope."""
    signs = np.sign(slope(GRID))
    falls = np.flatnonzero((signs[:-1] > 0) & (signs[1:] <= 0))
    return (GRID[falls] + GRID[falls + 1]) / 2


def basin(points, maxima):
    return np.searchsorted(maxima, points)


def starts_off(maxima, count=400):
    """Give starts in a row, none of them next to a border."""
    x0 = np.linspace(-9, 9, count)
    near = np.abs(x0[:, None] - maxima).min(axis=1, initial=np.inf)
    return x0[near > 1e-3]


ONE_VARIABLE = {
    "cos(2*pi*x) + x**2/9": lambda x: 2 * x / 9 - 2 * np.pi * np.sin(2 * np.pi * x),
    "sin(x)": np.cos,
    "cos(x) + cos(1.6*x)": lambda x: -np.sin(x) - 1.6 * np.sin(1.6 * x),
    "1e6*(atan(x)**2 - cos(4*x)/4)": lambda x: 2 * np.arctan(x) / (1 + x**2) + np.sin(4 * x),
    "1e-6*(log(1 + x**2) + sin(5*x)/2)": lambda x: 2 * x / (1 + x**2) + 2.5 * np.cos(5 * x),
}


@pytest.mark.parametrize("expr", ONE_VARIABLE)
def test_runs_end_in_the_basin_where_they_began(expr):
    maxima = borders(ONE_VARIABLE[expr])
    x0 = starts_off(maxima)
    runs = symgd.minimize(expr, x0).runs
    assert (runs.kind == Kind.MINIMUM).all()
    stray = basin(runs.x[:, 0], maxima) != basin(x0, maxima)
    assert not stray.any(), x0[stray]


@given(
    waves=st.lists(
        st.tuples(st.floats(0.3, 3), st.floats(0.3, 3), st.floats(0, 6)), min_size=1, max_size=3
    )
)
@example([(2.75, 0.734375, 1.84375), (2.75, 0.7265625, 1.859375), (0.71875, 2.5625, 4.625)])
def test_runs_over_sums_of_waves_end_in_the_basin_where_they_began(waves):
    a, w, p = (np.array(column)[:, None] for column in zip(*waves, strict=True))
    maxima = borders(lambda x: x / 20 + (a * w * np.cos(w * x + p)).sum(axis=0))
    names = [(f"a{i}", f"w{i}", f"p{i}") for i in range(len(waves))]
    expr = " + ".join(["x**2/40", *(f"{a}*sin({w}*x + {p})" for a, w, p in names)])
    pairs = zip(names, waves, strict=True)
    params = {n: v for row, wave in pairs for n, v in zip(row, wave, strict=True)}
    x0 = starts_off(maxima, 60)
    runs = symgd.minimize(expr, x0, params=params).runs
    inside = np.isin(runs.status, (Status.CONVERGED,)) & (np.abs(runs.x[:, 0]) < 11)
    # A pair of a minimum and a maximum that all but cancel may be passed over.
    assert (basin(runs.x[:, 0], maxima) == basin(x0, maxima))[inside].mean() >= 0.9
    assert inside.any()


ROOMS = {  # where f has poles or ends
    "1/(x - 1)**2 + 1/(x + 1)**2 + x**2/10": [-1, 1],
    "1/(1 - cos(x)) + 0.05*x**2": 2 * np.pi * np.arange(-3, 4),
    "1/sin(x)**2 + 0.1*x": np.pi * np.arange(-5, 6),
    "tan(x)**2 + (x - 1)**2/9": np.pi * (np.arange(-5, 5) + 0.5),
    "log((x**2 - 2)**2)**2 + x**2/5": [-(2**0.5), 2**0.5],
    "1/(x**3 - 3*x + 1)**2 + x**2/4": np.sort(np.roots([1, 0, -3, 1])),
    "1/abs(x) + x**2/5": [0],
    "1/(x**2 - a)**2 + x**2": [-(1.7**0.5), 1.7**0.5],
    "x - log(x**2)": [0],
    "sqrt(x**2 - 4) + (x - 1)**2 + (x + 2)/9": [-2, 2],
    "1/tan(x)**2 + x**2/30": np.pi * np.arange(-5, 6),
    "1/(exp(x) - 2)**2 + x**2/9": [np.log(2)],
}


@pytest.mark.parametrize("expr", ROOMS)
def test_no_step_crosses_a_pole_or_leaves_its_part_of_the_domain(expr):
    walls = np.array(ROOMS[expr], dtype=float)
    x0 = starts_off(walls, 300)
    params = {"a": 1.7} if "a)" in expr and "tan" not in expr and "abs" not in expr else None
    problem = symgd.Problem(expr, params=params)
    x0 = x0[np.isfinite(problem.fun(x0))]
    history = symgd.minimize(problem, x0, history=True, polish=False).history
    for path in history:
        assert len(np.unique(basin(path[:, 0], walls))) == 1, path


def test_engineering_runs_arrive_from_everywhere_in_the_box():
    """Without guards 154 of 256 of them diverge across y = 0 or x = 0."""
    result = symgd.minimize("0.07*x*y + 10/y + 30/x", start_box=(0.1, 30))
    assert result.counts == {Status.CONVERGED: 256}
    assert [m.x for m in result.minima] == [pytest.approx([10.8738, 3.6246], rel=1e-4)]


@pytest.mark.parametrize("distance", [1e-8, 1e-5, 1e-3])
def test_starts_beside_a_pole_and_far_outside_arrive(distance):
    at = np.array([distance, 1.0, 30.0, 300.0])
    x0 = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    result = symgd.minimize("0.07*x*y + 10/y + 30/x", x0)
    assert result.counts == {Status.CONVERGED: len(x0)}


def test_a_removable_pole_is_no_wall():
    result = symgd.minimize("sin(x)/x + (x - 3)**2", x0=[-2.0, -0.5, 1.0])
    assert result.counts == {Status.CONVERGED: 3}
    assert len(result.minima) == 1


def test_no_long_step_leads_over_a_jump():
    """Beyond x = 0 f is lower by 3, but a hill lies before it; and off a jump a run goes on."""
    x0 = np.linspace(-2.05, -0.05, 300)
    result = symgd.minimize("where(x < 0, cos(3*x), cos(3*x) - 3)", x0)
    assert result.runs.x[:, 0] == pytest.approx(-np.pi / 3)
    down = symgd.minimize("where(x < 0, 2 - x, (x - 1)**2)", x0=[-3.0])
    assert down.status is Status.CONVERGED
    assert down.x == pytest.approx([1.0])


def test_steps_across_kinks_stay_between_the_hills():
    hills = np.pi * (np.arange(-4, 4) + 0.5)
    x0 = np.linspace(-9, 9, 300)
    x0 = x0[np.abs(x0[:, None] - hills).min(axis=1) > 0.04]  # the tilt moves them by less
    runs = symgd.minimize("abs(sin(x)) + 1e-3*x**2", x0).runs
    assert runs.x[:, 0] == pytest.approx(np.pi * np.round(x0 / np.pi), abs=1e-6)


def test_a_maximum_is_left_twice_as_far_behind_at_most():
    path = symgd.minimize("cos(x)", 1e-6, history=True, polish=False).history[0][1:, 0]
    leaving = path[:-1] < 0.5  # where f'' is about -1
    assert leaving.sum() >= 3
    assert (path[1:][leaving] <= 2.1 * path[:-1][leaving]).all()


def test_the_first_step_inside_bounds_leads_into_no_corner():
    expr, bounds = "1000*(x + y - 10)**2 - x**2 - y**2", (0, 100)
    result = symgd.minimize(expr, bounds=bounds)
    assert result.counts == {Status.AT_BOUND: 256}
    ends = sorted(m.x.round(2).tolist() for m in result.minima)
    assert ends == [[0.0, 10.01], [10.01, 0.0]]
    path = symgd.minimize(expr, x0=[80, 60], bounds=bounds, history=True, polish=False).history[0]
    assert np.linalg.norm(path[1] - path[0]) < 1


def test_faithful_steps_follow_ripples():
    """Bohachevsky's third, 400 waves from side to side; small steps of Euler lead the way."""
    x0 = np.random.default_rng(2).uniform(-100, 100, (60, 2))
    x = x0.copy()
    for _ in range(12_000):
        wave = 3 * np.pi * x[:, 0] + 4 * np.pi * x[:, 1]
        slope = 0.3 * np.pi * np.sin(wave)
        x -= 5e-4 * np.stack([2 * x[:, 0] + 3 * slope, 4 * x[:, 1] + 4 * slope], axis=1)
    expr = "x**2 + 2*y**2 - 0.3*cos(3*pi*x + 4*pi*y) + 0.3"
    usual, faithful = (symgd.minimize(expr, x0, faithful=f).runs.x for f in (False, True))
    same = [(np.abs(ends - x) < 1e-2).all(axis=1).mean() for ends in (usual, faithful)]
    assert same[0] < 0.5
    assert same[1] > 0.7


@pytest.mark.parametrize("given", [{"lr": 0.1}, {"method": symgd.methods.GradientDescent(0.1)}])
def test_fixed_steps_cannot_be_faithful(given):
    with pytest.raises(ConfigurationError, match="faithful"):
        symgd.minimize("x**2", x0=1.0, faithful=True, **given)
    with pytest.raises(ConfigurationError, match="chooses its steps"):
        symgd.minimize("x**2", x0=1.0, method="faithful", lr=0.1)


@pytest.mark.parametrize("method", ["automatic", "faithful"])
@pytest.mark.parametrize(
    "expr", ["0.07*x*y + 10/y + 30/x", "abs(x) + tan(y/9)**2 + log(y)**2", "hypot(x, y) + x*y/9"]
)
def test_arrays_take_the_same_steps_as_lanes(expr, method):
    problem = symgd.Problem(expr)
    x0 = np.random.default_rng(5).uniform(0.5, 4, (40, 2))
    options = read_options(problem, x0, method=method, epochs=6)
    kernel, batch = _prepared(problem, np.asfortranarray(x0), 1e-8, options)
    ends, plain = lanes.run(kernel, batch, 1), slow.run(kernel, problem, batch.rows)
    assert (ends.nit == plain.nit).all()
    assert ends.x == pytest.approx(plain.x, rel=1e-5, abs=1e-9)


def test_rounding_of_cancelling_terms_ends_a_run():
    """f is the small difference of terms of 16, so 4 ulp of f are no measure of its rounding."""
    x0 = np.random.default_rng(0).uniform(-5, 5, (64, 2))
    runs = symgd.minimize("x1**4 + 4*x1**3 + 4*x1**2 + x2**2", x0, polish=False).runs
    assert runs.nit.max() < 100


def test_a_run_that_goes_on_does_not_begin_with_the_first_step():
    """The first step is a thousandth of a vast box, and has to be shortened ten times."""
    given = {"x0": 3.0, "start_box": (-1e12, 1e12), "polish": False}
    at_once, in_rounds = (symgd.minimize("(x - 1)**4", tol=t, **given) for t in (1e-14, 1e-2))
    assert abs(in_rounds.x - 1) < 0.05  # where the gradient is far below 1e-2
    assert in_rounds.nfev < at_once.nfev + 10


def test_a_run_that_goes_on_takes_its_step_length_along():
    kernel, batch = prepared("x**2 + 3*y**2 + x*y", [[3.0, -1.0]], epochs=5)
    ends = lanes.run(kernel, batch, 1)
    (length,) = ends.memory[0]
    rows = {"x": ends.x.T, "limit": np.ones((1, 1)), **kernel.layout.named(ends.memory.T)}
    further = lanes.run(kernel, replace(batch, rows={**batch.rows, **rows}), 1)
    x, y = ends.x[0]
    expected = [x - length * (2 * x + y), y - length * (6 * y + x)]
    assert further.evaluations.tolist() == [2]
    assert further.x[0] == pytest.approx(expected, rel=1e-12)


def test_a_step_over_two_kinks_onto_a_like_slope_is_refused():
    """Without that rule twice as many runs would leave their basins; borders are at -4, 0, 4."""
    borders_at = np.array([-4.0, 0.0, 4.0])
    x0 = starts_off(borders_at)
    runs = symgd.minimize("abs(abs(abs(x) - 4) - 2) + x/10", x0, start_box=(-9, 9)).runs
    stray = basin(runs.x[:, 0], borders_at) != basin(x0, borders_at)
    assert np.mean(stray) < 0.1
