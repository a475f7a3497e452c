"""Newton, BFGS and L-BFGS: their steps are the textbook's, and they keep bounds and domains."""

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st
from problems import ROSENBROCK

import symgd
from symgd import ConfigurationError, Status
from symgd.methods import trust

NAMES = ("newton", "bfgs", "lbfgs")
WIDTH = 20.0  # of the default box
WOOD = (
    "100*(b - a**2)**2 + (1 - a)**2 + 90*(d - c**2)**2 + (1 - c)**2"
    " + 10*(b + d - 2)**2 + (b - d)**2/10"
)
SMOOTH = {
    ROSENBROCK: [-1.2, 1.0],
    WOOD: [-3.0, -1.0, -3.0, -1.0],
    "exp(a + 3*b - 0.1) + exp(a - 3*b - 0.1) + exp(-a - 0.1)": [1.0, 0.5],
    "x**4/4 - x**2 + y**2 + x*y/3 + z**2*(1 + x**2) - z": [0.1, 0.7, -1.0],
    "log(1 + x**2) + cos(y) + (x - y)**2/5": [1.0, 0.5],
}


def path_of(expr, x0, method):
    problem = symgd.Problem(expr)
    run = symgd.minimize(problem, x0, method=method, history=True, polish=False, epochs=12)
    return problem, run.history[0]


def by_eigenvalues(hessian, gradient, radius):
    """Solve the trust region's problem: the multiplier by bisection of the secular equation."""
    values, vectors = np.linalg.eigh(hessian)
    shares = vectors.T @ gradient
    if values[0] > 0 and np.linalg.norm(shares / values) <= radius:
        return -vectors @ (shares / values)
    low = max(0.0, -values[0])
    high = low + 2 * np.linalg.norm(gradient) / radius

    def excess(multiplier):
        return np.linalg.norm(shares / (values + multiplier)) - radius

    start = low + 1e-15 * (1 + low)
    multiplier = scipy.optimize.brentq(excess, start, high, xtol=1e-300, rtol=8.9e-16)
    return -vectors @ (shares / (values + multiplier))


def newton_on_paper(problem, x, steps):
    """Take algorithm 4.1 of Nocedal and Wright, every step that lowers f enough accepted."""
    radius, path = 0.05 * WIDTH, [x]
    while len(path) <= steps:
        f, g, h = problem.fun(x), problem.grad(x), problem.hess(x)
        s = by_eigenvalues(h, g, radius)
        predicted, fall = g @ s + s @ h @ s / 2, problem.fun(x + s) - f
        length = np.linalg.norm(s)
        if fall / predicted < 0.25:
            radius = length / 4
        elif fall / predicted > 0.75 and length > radius * (1 - 1e-9):
            radius = 2 * length
        if fall / predicted > 1e-4:
            x = x + s
            path.append(x)
    return path


def line_on_paper(f, g, x, d, t):
    """Search along a line: Wolfe's conditions, an interval, and a cubic through its ends."""
    low, high, tries = 0.0, np.inf, 0
    f0, slope0 = f(x), g(x) @ d
    f_low, slope_low = f0, slope0
    while True:
        value, slope = f(x + t * d), g(x + t * d) @ d
        if value <= f0 + 1e-4 * t * slope0 + 4 * np.finfo(float).eps * abs(f0):
            if slope >= 0.9 * slope0 or tries >= 12:
                return t
            secant = slope / (slope_low - slope)
            share = np.clip(secant, 1, 9) if secant > 0 else 9
            following = t + (t - low) * share if high == np.inf else (t + high) / 2
            low, f_low, slope_low = t, value, slope
        else:
            # Nocedal and Wright, formula 3.59
            d1 = slope_low + slope - 3 * (f_low - value) / (low - t)
            d2 = np.sqrt(max(0.0, d1**2 - slope_low * slope))
            lowest = t - (t - low) * (slope + d2 - d1) / (slope - slope_low + 2 * d2)
            following = low + (t - low) * np.clip((lowest - low) / (t - low), 0.1, 0.9)
            high = t
        t, tries = following, tries + 1


def quasi_newton_on_paper(problem, x, steps, times):
    """Take algorithm 6.1, with the product of the inverse Hessian and g by `times`."""
    path, pairs = [x], []
    for _ in range(steps):
        g = problem.grad(x)
        d = -times(pairs, g)
        t = 1.0 if pairs else 0.01 * WIDTH / np.abs(g).max()
        new = x + line_on_paper(problem.fun, problem.grad, x, d, t) * d
        pairs.append((new - x, problem.grad(new) - g))
        x = new
        path.append(x)
    return path


def matrix_times(pairs, g):
    """Build the inverse Hessian by formula 6.17, from 6.20 on."""
    eye = np.eye(len(g))
    inverse = eye
    for k, (s, y) in enumerate(pairs):
        inverse = (s @ y) / (y @ y) * eye if k == 0 else inverse
        rho = 1 / (s @ y)
        left = eye - rho * np.outer(s, y)
        inverse = left @ inverse @ left.T + rho * np.outer(s, s)
    return inverse @ g


def two_loops(pairs, g):
    """Take algorithm 7.4 with the last ten pairs."""
    q, shares = g, []
    for s, y in reversed(pairs[-10:]):
        shares.append((s @ q) / (s @ y))
        q = q - shares[-1] * y
    if pairs:
        s, y = pairs[-1]
        q = (s @ y) / (y @ y) * q
    for s, y in pairs[-10:]:
        q = q + (shares.pop() - (y @ q) / (s @ y)) * s
    return q


ON_PAPER = {
    "newton": newton_on_paper,
    "bfgs": lambda p, x, n: quasi_newton_on_paper(p, x, n, matrix_times),
    "lbfgs": lambda p, x, n: quasi_newton_on_paper(p, x, n, two_loops),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("expr", SMOOTH)
def test_each_step_is_that_of_the_textbook(expr, name):
    """Errors of rounding grow from step to step, so each is allowed a little more."""
    problem, path = path_of(expr, SMOOTH[expr], name)
    steps = min(len(path) - 1, 6)
    assert steps >= 4
    paper = ON_PAPER[name](problem, np.array(SMOOTH[expr]), steps)
    size = max(1.0, np.abs(path[: steps + 1]).max())
    for step in range(steps + 1):
        assert np.abs(path[step] - paper[step]).max() <= 1e-12 * size * 5**step


@given(st.integers(1, 5), st.integers(0, 10**6), st.floats(-3, 3), st.floats(-2, 2), st.booleans())
def test_the_step_in_a_trust_region_is_the_lowest_point(n, seed, scale, reach, definite):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, n))
    h = (a @ a.T if definite else a + a.T) * 10.0**scale
    g, radius = rng.normal(size=n), 10.0**reach
    columns = [[np.array([h[i, j]]) for j in range(n)] for i in range(n)]
    with np.errstate(all="ignore"):
        step = trust.lowest_within(columns, [np.array([v]) for v in g], np.array([radius]))
    s = np.concatenate(step)
    best = by_eigenvalues(h, g, radius)
    assert np.linalg.norm(s) <= radius * (1 + 1e-12)
    model = g @ s + s @ h @ s / 2
    assert model <= (g @ best + best @ h @ best / 2) * (1 - 1e-6)


def test_where_the_gradient_says_nothing_the_step_follows_the_curvature():
    """The hard case: the gradient has no share along the only curvature downwards."""
    h, g = [[2.0, 0.0], [0.0, -1.0]], [1.0, 0.0]
    columns = [[np.array([v]) for v in row] for row in h]
    with np.errstate(all="ignore"):
        s = trust.lowest_within(columns, [np.array([v]) for v in g], np.array([2.0]))
    x, y = np.concatenate(s)
    assert x == pytest.approx(-1 / 3, rel=1e-6)  # g / (2 + 1), with the multiplier 1
    assert abs(y) == pytest.approx(np.sqrt(4 - 1 / 9), rel=1e-6)


def test_newton_leaves_a_saddle_that_it_comes_by():
    """From y = 0 the gradient never leads off the line on which the saddle lies."""
    expr = "x**2 - y**2 + y**4/2"
    newton = symgd.minimize(expr, x0=[3.0, 0.0], method="newton")
    assert newton.status is Status.CONVERGED
    assert abs(newton.x).round(8).tolist() == [0, 1]
    assert symgd.minimize(expr, x0=[3.0, 0.0]).status is Status.NOT_A_MINIMUM


@given(st.integers(1, 5), st.integers(0, 10**6), st.floats(-3, 3))
def test_where_the_gradient_vanishes_the_step_goes_along_the_steepest_curvature(n, seed, scale):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, n))
    h = (a + a.T) * 10.0**scale
    h -= (max(0.0, np.linalg.eigvalsh(h)[0]) + 10.0**scale) * np.eye(n)
    columns = [[np.array([v]) for v in row] for row in h]
    with np.errstate(all="ignore"):
        s = np.concatenate(trust.lowest_within(columns, [np.zeros(1)] * n, np.array([2.0])))
    lowest = np.linalg.eigvalsh(h)[0]
    assert np.linalg.norm(s) == pytest.approx(2.0, rel=1e-12)
    assert s @ h @ s / 4 == pytest.approx(lowest, rel=1e-3)


def trap():
    """Give where the derivative of cos(2 pi x) + x^2 vanishes, beside 0."""
    return scipy.optimize.brentq(lambda x: x - np.pi * np.sin(2 * np.pi * x), 0.4, 0.5)


@pytest.mark.parametrize(
    ("expr", "x0", "sizes"),
    [
        ("cos(2*pi*x) + x**2", 0.0, [trap()]),
        ("x**2 - y**2 + y**4/2", [0.0, 0.0], [0, 1]),
        ("1e9 + cos(x) + cos(y)", [0.0, 0.0], [np.pi, np.pi]),
        ("-exp(-x**2)", 6.0, [0]),  # a tail, where the gradient is 3e-15
    ],
)
def test_newton_leaves_points_where_the_gradient_vanishes_and_f_curves_downwards(expr, x0, sizes):
    run = symgd.minimize(expr, x0, method="newton", polish=False)
    assert run.status is Status.CONVERGED
    assert abs(run.x) == pytest.approx(sizes, abs=1e-6)


@pytest.mark.parametrize(
    ("expr", "status"), [("x**3", Status.STALLED_AT_START), ("x**4", Status.CONVERGED)]
)
def test_newton_stays_where_no_curvature_leads_on(expr, status):
    run = symgd.minimize(expr, 0.0, method="newton")
    assert run.status is status
    assert (run.nit, run.nfev) == (0, 1)


def test_newton_finds_the_lowest_point_of_a_quadratic_in_a_box():
    """SciPy solves the same by the active sets of Stark and Parker; steps clipped only stall."""
    rows, names = range(6), ["a", "b", "c", "d"]
    terms = (" + ".join(f"m{i}{n}*{n}" for n in names) + f" - y{i}" for i in rows)
    f = " + ".join(f"({term})**2" for term in terms)
    unset = dict.fromkeys([*(f"m{i}{n}" for i in rows for n in names), *(f"y{i}" for i in rows)], 0)
    problem = symgd.Problem(f, variables=names, params=unset)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        times = np.sort(rng.uniform(0, 1, 6))
        m = 1 / (1 + 3 * times[:, None] + np.arange(4))  # as ill-conditioned as Hilbert's matrix
        y = m @ rng.uniform(-3, 3, 4)
        low, high = -rng.uniform(0.3, 1.7, 4), rng.uniform(0.3, 1.7, 4)
        paper = scipy.optimize.lsq_linear(m, y, (low, high), method="bvls", tol=1e-14).x
        numbers = {f"m{i}{n}": v for i in rows for n, v in zip(names, m[i], strict=True)}
        its = problem.with_params(numbers | {f"y{i}": y[i] for i in rows})
        x0 = rng.uniform(low, high, (40, 4))
        bounds = list(zip(low, high, strict=True))
        runs = symgd.minimize(its, x0, bounds=bounds, method="newton").runs
        best = ((m @ paper - y) ** 2).sum()
        assert (runs.fun - best <= 1e-9 * max(best, 1e-6)).all()
        assert (runs.status <= Status.AT_BOUND).all()


@pytest.mark.parametrize("name", NAMES)
def test_every_step_lowers_f_and_keeps_the_bounds(name):
    rng = np.random.default_rng(5)
    x0 = rng.uniform([-2, -2, -2, -2], [0.5, 3, 3, 3], (40, 4))
    bounds = [(-2, 0.5), (-2, 3), (-2, 3), (-2, 3)]
    problem = symgd.Problem(WOOD)
    runs = symgd.minimize(problem, x0, bounds=bounds, method=name, history=True, polish=False)
    for path in runs.history:
        values = problem.fun(path)
        assert (np.diff(values) <= 4e-16 * np.abs(values[:-1])).all()
        assert (path[:, 0] <= 0.5).all()
    low, high = np.transpose(bounds)
    theirs = [
        scipy.optimize.minimize(
            problem.fun, s, jac=problem.grad, bounds=bounds, method="L-BFGS-B", tol=1e-14
        ).fun
        for s in x0[:3]
    ]
    assert runs.runs.status.max() <= Status.AT_BOUND
    assert np.abs(runs.runs.fun.min() - min(theirs)) <= 1e-8
    assert ((runs.runs.x >= low) & (runs.runs.x <= high)).all()


@pytest.mark.parametrize("name", NAMES)
def test_no_step_crosses_a_pole(name):
    walls = np.array([-1.0, 1.0])
    x0 = np.linspace(-6, 6, 60)
    paths = symgd.minimize(
        "1/(x - 1)**2 + 1/(x + 1)**2 + x**2/10", x0, method=name, history=True
    ).history
    for path in paths:
        assert len(np.unique(np.searchsorted(walls, path[:, 0]))) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_run_has_the_same_bits_alone_and_among_others(name):
    x0 = np.random.default_rng(1).uniform(-2, 2, (130, 2))
    together = symgd.minimize(ROSENBROCK, x0, method=name, workers=2)
    alone = symgd.minimize(ROSENBROCK, x0[77], method=name, workers=1)
    assert (together.runs.x[77] == alone.x).all()
    assert together.runs.nit[77] == alone.nit


@pytest.mark.parametrize("name", NAMES)
def test_what_has_no_lowest_value_is_no_success(name):
    assert symgd.minimize("x**3 + y**2", x0=[-1.0, 1.0], method=name).status is Status.DIVERGED
    assert not symgd.minimize("exp(-x)", x0=1.0, method=name).success


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"method": "newton", "lr": 0.1}, "chooses its steps"),
        ({"method": "auto", "lr": 0.1}, "chooses its steps"),
        ({"method": "auto", "faithful": True}, "auto"),
        ({"method": "newton", "polish": True}, "whose own steps are Newton's"),
        ({"method": "bfsg"}, "did you mean bfgs"),
        ({"method": "bfgs", "noise": 0.1}, "take one with a rate, such as 'gd'"),
        ({"method": "auto", "clip_norm": 1.0}, "take one with a rate, such as 'gd'"),
        ({"noise": 0.1}, "give lr"),
    ],
)
def test_what_does_not_go_together_is_refused(settings, said):
    with pytest.raises(ConfigurationError, match=said):
        symgd.minimize("x**2", x0=1.0, **settings)


@pytest.mark.parametrize("name", ["newton", "bfgs"])
def test_many_variables_are_sent_to_lbfgs(name):
    expr = " + ".join(f"(x{i} - {i})**2" for i in range(17))
    with pytest.raises(ConfigurationError, match="'lbfgs'"):
        symgd.minimize(expr, method=name)
    picked = symgd.minimize(expr, starts=3, method="auto")
    assert picked.settings.method == "lbfgs"
    assert picked.x == pytest.approx(range(17))


def test_auto_says_what_it_picked_and_why(tmp_path):
    result = symgd.minimize(ROSENBROCK, starts=8, method="auto")
    assert result.settings.method == "newton"
    assert result.summary().startswith("auto picked newton: 2 variables, and a Hessian")
    result.save(tmp_path / "r.npz")
    assert symgd.load(tmp_path / "r.npz").settings == result.settings
    assert "with newton" in result.explain(0)


def test_resumed_runs_say_of_auto_what_is_true():
    slow = symgd.minimize(ROSENBROCK, starts=4, lr=1e-5, epochs=20)
    picked = slow.resume(method="auto")
    assert picked.settings.method == "newton"
    assert picked.summary().startswith("auto picked newton")
    short = symgd.minimize(ROSENBROCK, starts=4, method="auto", epochs=2)
    assert short.resume().summary().startswith("auto picked newton")
    assert "auto" not in short.resume(method="bfgs").summary()
    assert "auto" not in short.join(slow).summary()


def test_runs_do_not_go_on_with_a_method_that_refuses_their_formula():
    expr = " + ".join(f"(x{i} - {i})**2" for i in range(17))
    slow = symgd.minimize(expr, starts=2, lr=1e-3, epochs=2)
    with pytest.raises(ConfigurationError, match="'lbfgs'"):
        slow.resume(method="newton")


def test_lbfgs_takes_as_many_variables_as_a_formula_may_have():
    links = (f"100*(x{i + 1} - x{i}**2)**2 + (1 - x{i})**2" for i in range(63))
    run = symgd.minimize(" + ".join(links), x0=[0.5] * 64, method="lbfgs")
    assert run.status is Status.CONVERGED
    assert run.x == pytest.approx([1] * 64)
