"""The largest curvature over a box: enclosures, known answers, where there is none, descent."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import assume, example, given
from hypothesis import strategies as st
from problems import CLASSICS, COSINE, CUBIC, DECAYING, NOTEBOOK
from values import MEANING, exact

from symgd import ConfigurationError, ExpressionError, Problem
from symgd.enclosure.eigenvalues import lower_bound, upper_bound
from symgd.enclosure.enclosures import ENCLOSURES
from symgd.enclosure.intervals import add, multiply, power, reciprocal, whole_power
from symgd.enclosure.tape import Tape, number
from symgd.expression.functions import BY_NAME, kernel_names

INF = math.inf
DIGITS = 60


def interval(lower, upper):
    return np.array([np.atleast_1d(lower), np.atleast_1d(upper)], dtype=float)


def holds(enclosed, value):
    """Tell whether a number of mpmath lies in the first interval of an array."""
    return mpmath.mpf(enclosed[0, 0]) <= value <= mpmath.mpf(enclosed[1, 0])


# ---------------------------------------------------------------- single functions

# Where each function is smooth: where arguments of all sizes are drawn from
SMOOTH = {
    "asin": (-1, 1), "acos": (-1, 1), "acosh": (1, 1e9), "atanh": (-1, 1), "log1p": (-1, 1e9),
    **dict.fromkeys(["log", "log2", "log10", "sqrt"], (0, 1e9)),
    **dict.fromkeys(["sinh", "cosh", "exp", "expm1"], (-700, 700)),
    **dict.fromkeys(["cbrt", "absolute", "sign", "heaviside"], (1e-9, 1e9)),
    "erfc": (-26, 26), "sigmoid": (-700, 1e9), "softplus": (-700, 1e9), "gamma": (1e-3, 170),
    "loggamma": (1e-3, 1e9),
}  # fmt: skip
UNARY = sorted(
    name
    for name in ENCLOSURES
    if BY_NAME[name].arity == 1 and BY_NAME[name].spellings[0] in MEANING
)
BINARY = ["power", "hypot", "atan2", "minimum", "maximum"]


def arguments(rng, low, high, count):
    """Draw numbers near zero, near the ends, and all over a range."""
    wide = rng.uniform(max(low, -50), min(high, 50), count)
    small = np.copysign(10.0 ** rng.uniform(-9, 3, count), rng.choice([-1, 1], count))
    near = np.array([np.pi / 2, np.pi, 22.0, 710.0, 1.0, 355.0]) * (1 + 1e-9)
    drawn = np.concatenate([wide, small, -small, near, -near])
    return drawn[(drawn > low) & (drawn < high)]


def meaning(name):
    return MEANING[BY_NAME[name].spellings[0]]


def test_every_function_of_the_table_has_an_enclosure():
    assert set(ENCLOSURES) == kernel_names()


@pytest.mark.parametrize("name", UNARY)
def test_enclosures_of_points_hold_the_exact_value(name):
    points = arguments(np.random.default_rng(3), *SMOOTH.get(name, (-1e9, 1e9)), 150)
    with np.errstate(all="ignore"):
        lower, upper = ENCLOSURES[name](interval(points, points))
    assert np.isfinite(lower).mean() > 0.9
    with mpmath.workdps(DIGITS):
        for x, low, high in zip(points, lower, upper, strict=True):
            if not math.isnan(low):
                value = meaning(name)(mpmath.mpf(x))
                assert low <= value <= high, x
                assert high - low <= 1e-13 * (abs(value) + 1) or high == INF


@pytest.mark.parametrize("name", UNARY)
def test_enclosures_of_intervals_hold_all_values(name):
    rng = np.random.default_rng(4)
    ends = arguments(rng, *SMOOTH.get(name, (-1e9, 1e9)), 60)
    lower, upper = np.sort([rng.permutation(ends), ends * rng.uniform(0.5, 1, len(ends))], axis=0)
    with np.errstate(all="ignore"):
        low, high = ENCLOSURES[name](interval(lower, upper))
    assert np.isfinite(low).sum() > 20
    for share in rng.uniform(0, 1, 6):
        for i in np.flatnonzero(np.isfinite(low)):
            x = float(lower[i] + share * (upper[i] - lower[i]))
            assert low[i] <= meaning(name)(mpmath.mpf(min(x, upper[i]))) <= high[i], x


ENDS = st.floats(-30, 30) | st.sampled_from([0.0, 1.0, -1.0, np.pi, -np.pi / 2, 2 * np.pi])
PAIRS = st.tuples(ENDS, ENDS).map(sorted)
IV = {
    "sin": mpmath.iv.sin, "cos": mpmath.iv.cos, "exp": mpmath.iv.exp,
    "log": mpmath.iv.log, "sqrt": mpmath.iv.sqrt,
}  # fmt: skip


@pytest.mark.parametrize("name", IV)
@given(PAIRS)
def test_enclosures_are_as_tight_as_those_of_mpmath(name, ends):
    if name in ("log", "sqrt"):
        ends = sorted(abs(e) + 1e-6 for e in ends)
    theirs = IV[name](mpmath.iv.mpf(list(ends)))
    with np.errstate(all="ignore"):
        ours = ENCLOSURES[name](interval(*ends)).ravel()
    slack = 4e-15 * (1 + max(abs(ours)))
    assert ours[0] <= float(theirs.a) + 1e-15 * abs(ours[0]) <= ours[0] + 2 * slack
    assert ours[1] >= float(theirs.b) - 1e-15 * abs(ours[1]) >= ours[1] - 2 * slack


@given(PAIRS, PAIRS, st.integers(-5, 12))
@example([-3.0, 2.0], [0.0, 0.0], 3)
@example([0.0, 2.0], [-1.0, 0.0], 2)
def test_arithmetic_encloses_that_of_mpmath_for_all_ends(u, v, exponent):
    mine, other = interval(*u), interval(*v)
    with mpmath.workdps(DIGITS), np.errstate(all="ignore"):
        for a in [*map(mpmath.mpf, u), mpmath.mpf(u[0]) / 3 + mpmath.mpf(u[1]) * 2 / 3]:
            for b in map(mpmath.mpf, v):
                assert holds(add(mine, other), a + b)
                assert holds(multiply(mine, other), a * b)
            if u[0] <= 0 <= u[1]:
                assert np.isnan(reciprocal(mine)).all()
            else:
                assert holds(reciprocal(mine), 1 / a)
            if exponent >= 0 or max(u[0], -u[1]) > 1e-20:
                assert holds(whole_power(mine, exponent), a**exponent)


@given(PAIRS, PAIRS)
def test_powers_of_intervals(u, v):
    base = np.sort(np.abs(u)) + 1e-6
    enclosed = power(interval(*base), interval(*v))
    with mpmath.workdps(DIGITS):
        for b in (*base, base.mean()):
            for e in (*v, sum(v) / 2):
                assert holds(enclosed, mpmath.power(mpmath.mpf(b), mpmath.mpf(e)))


@pytest.mark.parametrize("name", ["hypot", "atan2", "minimum", "maximum"])
def test_functions_of_two_intervals(name):
    rng = np.random.default_rng(6)
    u, v = (np.sort(rng.normal(size=(2, 400)) + rng.normal(size=400), axis=0) for _ in range(2))
    enclosed = ENCLOSURES[name](u, v)
    smooth = ~np.isnan(enclosed[0])
    assert 40 < smooth.sum() < 400
    for i in np.flatnonzero(smooth):
        for s, t in rng.uniform(0, 1, (5, 2)):
            x, y = u[0, i] * (1 - s) + u[1, i] * s, v[0, i] * (1 - t) + v[1, i] * t
            value = meaning(name)(mpmath.mpf(x), mpmath.mpf(y))
            assert enclosed[0, i] <= value <= enclosed[1, i]


def _spherical(n, x):
    return mpmath.hyp0f1(n + mpmath.mpf(3) / 2, -x * x / 4) / mpmath.fac2(2 * n + 1)


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize(
    ("name", "oracle", "low"),
    [("polygamma", mpmath.psi, 0.01), ("besselj", mpmath.besselj, -20), ("sinc", _spherical, -20)],
)
def test_functions_with_an_order(name, oracle, low, order):
    rng = np.random.default_rng(8)
    middle, radius = rng.uniform(low, 20, 60), 10 ** rng.uniform(-9, 0.5, 60)
    u = np.array([np.maximum(middle - radius, low), middle + radius])
    enclosed = ENCLOSURES[name](interval(order, order), u)
    assert np.isfinite(enclosed).all()
    for i in range(60):
        for share in (0.0, 0.3, 1.0):
            x = u[0, i] + share * (u[1, i] - u[0, i])
            assert enclosed[0, i] <= oracle(order, mpmath.mpf(x)) <= enclosed[1, i]
        if radius[i] < 1e-6 and u[0, i] > 0.5:
            assert np.ptp(enclosed[:, i]) < 40 * radius[i] + 1e-12


def test_remainders_between_jumps():
    low, high = ENCLOSURES["mod"](interval([7.2, 6.9, -1.5], [7.6, 7.1, -1.25]), interval(1, 1))
    assert low[0] <= 7.2 % 1
    assert high[0] >= 7.6 % 1
    assert np.isnan(low[1])
    assert low[2] <= 0.5 <= 0.75 <= high[2]


@pytest.mark.parametrize("text", ["1/3", "0.1", "pi", "E", "2**60 + 1", "7", "-2/7"])
def test_numbers_are_enclosed(text):
    expr = sympy.sympify(text)
    enclosed = number(expr)
    value = sympy.Rational(expr) if expr.is_Float else expr
    assert sympy.Rational(enclosed[0, 0]) <= value <= sympy.Rational(enclosed[1, 0])
    assert enclosed[1, 0] - enclosed[0, 0] <= 1e-15 * abs(enclosed[0, 0])


def test_whole_numbers_and_doubles_are_themselves():
    for value in (7, 0.1, -0.5, 2.0**70):
        assert (number(sympy.sympify(value)) == value).all()


def test_a_tape_does_shared_parts_once_and_constants_beforehand():
    x = sympy.Symbol("x", real=True)
    shared = sympy.sin(x) + 1
    assert len(Tape([shared**2, sympy.exp(shared)], [x])) == 4
    assert len(Tape([4 * sympy.pi**2 * sympy.sqrt(3) * x], [x])) == 1


# ---------------------------------------------------------------- eigenvalues


@given(st.integers(1, 6), st.integers(0, 10**6), st.sampled_from([0.0, 1e-9, 0.1, 3.0]))
def test_eigenvalues_of_interval_matrices(n, seed, width):
    rng = np.random.default_rng(seed)
    middle = rng.normal(size=(n, n)) * 10.0 ** rng.integers(-3, 4)
    middle += middle.T
    spread = np.abs(rng.normal(size=(n, n))) * width
    spread += spread.T
    lower, upper = middle - spread, middle + spread
    least, most = lower_bound(lower[None], upper[None]), upper_bound(lower[None], upper[None])
    for _ in range(10):
        signs = np.triu(rng.choice([-1, 1], (n, n)))
        inside = np.where(signs + signs.T - np.diag(np.diag(signs)) > 0, upper, lower)
        with mpmath.workdps(40):
            largest = max(mpmath.eigsy(mpmath.matrix(inside.tolist()), eigvals_only=True))
            assert least[0] <= largest <= most[0]
    if width == 0:
        assert most[0] - least[0] <= 1e-12 * np.abs(middle).max()


def test_two_by_two_is_exact():
    lower, upper = np.array([[[1.0, -3.0], [-3.0, 2.0]]]), np.array([[[4.0, 2.0], [2.0, 5.0]]])
    expected = np.linalg.eigvalsh([[4.0, -3.0], [-3.0, 5.0]])[-1]
    assert upper_bound(lower, upper)[0] == pytest.approx(expected, rel=1e-14)


def test_unknown_entries_bound_nothing():
    for n in (1, 2, 3):
        matrix = np.full((1, n, n), np.nan)
        assert np.isnan(upper_bound(matrix, matrix)).all()
        assert np.isnan(lower_bound(matrix, matrix)).all()


# ---------------------------------------------------------------- known answers

KNOWN = [
    (COSINE, (-2, 2), "4*pi**2 + 2"),
    (CUBIC, (0, 5), "18"),
    (CUBIC, (-5, 1), "-6"),
    ("-x**2", (-3, 3), "-2"),
    ("x**4", (-2, 1), "48"),
    ("exp(x)", (None, 2), "exp(2)"),
    ("3*cos(x) + x**2", None, "5"),
    ("sin(x)", (0, 1), "0"),
    ("log(x)", (1, 2), "-1/4"),
    ("x**2.5", (0, 4), "7.5"),
    ("sqrt(x)", (1, 4), "-1/32"),
    ("tan(x)", (-1, 1), "2*tan(1)*(1 + tan(1)**2)"),
    ("1/x", (2, 3), "1/4"),
    ("abs(x) + x**2", (0.5, 3), "2"),
    ("where(x < 0, x**2, 3*x**2)", (1, 2), "6"),
    ("where((x > 3) | (x > -1) & ~(x > 5), 2*x**2, x**2)", (0, 1), "4"),
    ("max(x**2, x - 5)", (0, 1), "2"),
    ("min(x**2, x - 5)", (0, 1), "0"),
    ("x + 2*y", (-1, 1), "0"),
    ("x**2 + 5*y**2 + 4*x*y", None, "6 + sqrt(32)"),
    ("x**2 - 1000*y**2", None, "2"),
    ("hypot(x, y)", [(3, 4), (4, 5)], "1/5"),
    ("atan2(y, x)", [(1, 2), (-1, 1)], "1"),
    ("log(x**2 - 2*x + 1.5)", (-3, 5), "4"),
    ("100*(y - x**2)**2", [(-1, 1), (-1, 1)], None),
]


@pytest.mark.parametrize(("text", "box", "answer"), KNOWN)
def test_known_answers(text, box, answer):
    bounds = Problem(text).curvature(box)
    if answer is None:
        answer = float(np.linalg.eigvalsh([[1200.0 + 400.0, -400.0], [-400.0, 200.0]])[-1])
    with mpmath.workdps(DIGITS):
        value = exact(str(answer), {})
        assert bounds.lower <= value + abs(value) * mpmath.mpf(1e-15)
        assert value <= bounds.upper <= value + 0.0101 * abs(value) + 1e-15


@pytest.mark.parametrize(("text", "box", "answer"), [*KNOWN[:5], *KNOWN[18:20]])
def test_simple_answers_are_exact_to_rounding(text, box, answer):
    bounds, value = Problem(text).curvature(box), exact(answer, {})
    assert bounds.lower <= value <= bounds.upper
    assert bounds.upper - bounds.lower <= 1e-14 * abs(value) + 1e-300


@given(st.integers(1, 5), st.integers(0, 10**6))
def test_quadratic_forms(n, seed):
    matrix = np.random.default_rng(seed).integers(-9, 10, (n, n))
    matrix = matrix + matrix.T
    names = [f"x{i}" for i in range(n)]
    terms = [f"({matrix[i, j]})*x{i}*x{j}" for i in range(n) for j in range(n)]
    bounds = Problem(f"({' + '.join(terms)} + 0*x0)/2 + x0", names).curvature((-1, 1))
    with mpmath.workdps(DIGITS):
        largest = max(mpmath.eigsy(mpmath.matrix(matrix.tolist()), eigvals_only=True))
        assert bounds.lower <= largest <= bounds.upper
    assert bounds.upper - bounds.lower <= 1e-13 * np.abs(matrix).max()


@pytest.mark.parametrize("known", [k for k in CLASSICS if k.source == NOTEBOOK])
def test_the_notebooks_functions_are_bounded_within_a_percent(known):
    bounds = Problem(known.expr).curvature(known.box)
    x = np.linspace(*known.box, 200_001)
    assert bounds.upper <= 1.0101 * bounds.lower
    assert 0.9999 * Problem(known.expr).hess(x).max() <= bounds.upper


@pytest.mark.parametrize("known", CLASSICS, ids=lambda k: k.name)
def test_no_sampled_curvature_is_larger(known):
    problem = Problem(known.expr)
    bounds = problem.curvature(known.box)
    points = np.random.default_rng(5).uniform(*known.box, (4000, len(problem.names)))
    sampled = np.linalg.eigvalsh(problem.hessians(points))[:, -1].max()
    assert sampled <= bounds.upper * (1 + 1e-13)
    assert bounds.lower <= bounds.upper <= 1.02 * bounds.lower


@pytest.mark.parametrize("decimal", [0.1, 0.3, 0.7, 1.1, 1.7])
def test_decimals_are_exact_doubles_also_in_derivatives(decimal):
    x = 1e-150  # where x**d tells d from a neighbour
    bounds = Problem(f"sign({decimal} - 1)*x**{decimal}").curvature((x, 1))
    with mpmath.workdps(DIGITS):
        d = mpmath.mpf(decimal)
        value = abs(d * (d - 1)) * mpmath.mpf(x) ** (d - 2)
        assert bounds.lower <= value <= bounds.upper
        assert bounds.upper - bounds.lower <= 1e-12 * value


def test_parameters_take_their_values():
    problem = Problem("a*x**2 + x**n", params={"a": 3, "n": 2})
    assert problem.curvature((0.5, 1)).upper == pytest.approx(8, rel=1e-14)
    other = problem.with_params({"a": -5, "n": 3})
    assert other.curvature((0.5, 1)).upper == pytest.approx(-4, rel=1e-14)
    assert problem.curvature((-1, 1)).upper == INF  # x**n needs x >= 0


def test_the_same_call_gives_the_same_bits():
    assert Problem(DECAYING).curvature((-6, 6)) == Problem(DECAYING).curvature((-6, 6))


# ---------------------------------------------------------------- no bound

UNBOUNDED = [
    ("abs(x)", (-1, 2)),
    ("abs(x)", (0, 1)),
    ("abs(x - y) + x**2", (-1, 2)),
    ("max(x, x**2)", (0.5, 2)),
    ("min(x, 1)", (0.5, 2)),
    ("sign(x)", (-1, 2)),
    ("Heaviside(x - 0.3)", (-1, 2)),
    ("cbrt(x)", (-1, 2)),
    ("where(x < 0, -x, x)", (-1, 2)),
    ("where(x == 0, 1, x)", (-1, 2)),
    ("where(x != y, x, y**2)", (-1, 2)),
    ("hypot(x, y)", (-1, 2)),
    ("atan2(y, x)", [(-2, -1), (-1, 1)]),
    ("1/x", (-1, 2)),
    ("1/x + y**2", (-1, 2)),
    ("x**-2", (0, 1)),
    ("sin(x)/x", (-1, 2)),
    ("sqrt(x)", (0, 1)),
    ("x**1.5", (0, 1)),
    ("log(x)", (-1, 2)),
    ("exp(log(x))", (-1, 2)),
    ("tan(x)", (1, 2)),
    ("asin(x)", (0, 1)),
    ("acosh(x)", (1, 2)),
    ("atanh(x)", (0, 1)),
    ("exp(x)", None),
    ("x**3", None),
    ("x**4", (3, None)),
    ("x**4", (None, 3)),
    ("exp(exp(x))", (0, 10)),
]


@pytest.mark.parametrize(("text", "box"), UNBOUNDED)
def test_nothing_is_claimed_where_there_is_a_kink_a_jump_or_a_pole(text, box):
    bounds = Problem(text).curvature(box)
    assert bounds.upper == INF
    assert bounds.lr_safe == 0.0
    assert bounds.lower < INF


def test_an_undefined_box_has_no_curvature_at_all():
    bounds = Problem("log(x)").curvature((-2, -1))
    assert (bounds.lower, bounds.upper) == (-INF, INF)


@pytest.mark.parametrize("box", [3, "wide", (1, 1), (2, 1), {"z": (0, 1)}, [(0, 1)], (0, math.nan)])
def test_what_is_no_box_is_refused(box):
    with pytest.raises(ConfigurationError, match="box"):
        Problem("x**2 + y**2").curvature(box)


def test_boxes_are_read_as_bounds_are():
    problem = Problem("x**4 + y**2")
    for box in ((-1, 1), [(-1, 1), (-5, 5)], {"x": (-1, 1)}, {"x": (-1, 1), "y": (None, 3)}):
        assert problem.curvature(box).upper == pytest.approx(12, rel=1e-14)


def test_a_hessian_that_is_too_large_is_refused():
    factors = "*".join(f"(x{i} + sin(x{i}*x{i + 1}))" for i in range(40))
    with pytest.raises(ExpressionError, match="too large"):
        Problem(factors).curvature((-1, 1))


# ---------------------------------------------------------------- random formulas, and descent

LEAVES = st.sampled_from(["x", "y", "x", "y", "2", "0.7", "1/3", "pi"])


def _grow(parts):
    unary = st.sampled_from(["sin", "cos", "atan", "tanh", "exp", "erf", "asinh", "abs"])
    return st.one_of(
        st.tuples(parts, st.sampled_from([" + ", " - ", "*"]), parts).map(
            "({0[0]}{0[1]}{0[2]})".format
        ),
        st.tuples(parts, st.sampled_from(["**2", "**3"])).map("({0[0]}){0[1]}".format),
        st.tuples(unary, parts).map("{0[0]}({0[1]})".format),
        st.tuples(parts, parts).map("({0[0]})/(({0[1]})**2 + 1)".format),
        st.tuples(parts, parts).map("log(1.5 + sin({0[0]})*cos({0[1]}))".format),
        st.tuples(parts, parts).map("where({0[0]} > 3, {0[1]}, {0[0]})".format),
    )


FORMULAS = st.recursive(LEAVES, _grow, max_leaves=7)
CENTRES = st.floats(-2, 2)


def curvature_by_mpmath(text, x, y):
    """Largest eigenvalue of a Hessian of differences in 50 digits."""

    def f(a, b):
        return exact(text, {"x": a, "y": b})

    with mpmath.workdps(50):
        a, b, c = (mpmath.diff(f, (x, y), order) for order in ((2, 0), (1, 1), (0, 2)))
        return (a + c) / 2 + mpmath.sqrt((a - c) ** 2 / 4 + b**2)


@given(FORMULAS, CENTRES, CENTRES, st.sampled_from([0.02, 0.3, 1.5]), st.integers(0, 99))
def test_bounds_of_random_formulas_hold(text, x, y, size, seed):
    try:
        problem = Problem(text, ["x", "y"])
        bounds = problem.curvature([(x - size, x + size), (y - size, y + size)])
    except ExpressionError:
        assume(False)
    assert bounds.lower <= bounds.upper
    if bounds.upper < 1e30:
        for dx, dy in np.random.default_rng(seed).uniform(-size, size, (3, 2)):
            value = curvature_by_mpmath(text, x + float(dx), y + float(dy))
            assert value <= bounds.upper + 1e-12 * (1 + abs(bounds.upper))


DESCENTS = [known for known in CLASSICS if known.name != "Powell's singular function"]


@pytest.mark.parametrize("known", DESCENTS, ids=lambda k: k.name)
def test_a_safe_rate_never_raises_f_inside_the_box(known):
    problem = Problem(known.expr)
    low, high = known.box
    lr = 0.995 * problem.curvature(known.box).lr_safe
    x = np.random.default_rng(9).uniform(low, high, (500, len(problem.names)))
    judged = 0
    for _ in range(200):
        ahead = x - lr * problem.gradients(x)
        inside = ((ahead >= low) & (ahead <= high)).all(axis=1)
        before, after = problem.values(x), problem.values(ahead)
        rounding = 1e-13 * (1 + np.abs(before).max())
        assert (after <= before + rounding)[inside].all()
        judged += int(inside.sum())
        x = np.where(inside[:, None], ahead, x)
    assert judged > 1000


def test_beyond_the_safe_rate_a_parabola_swings_up():
    problem = Problem("3*(x - 1)**2 + y**2")
    lr = problem.curvature((-5, 5)).lr_safe
    assert lr == pytest.approx(1 / 3, rel=1e-14)
    assert lr < 1 / 3
    start = np.array([1.5, 0.0])
    assert problem.fun(start - 0.999 * lr * problem.grad(start)) < problem.fun(start)
    assert problem.fun(start - 1.001 * lr * problem.grad(start)) > problem.fun(start)


@pytest.mark.parametrize("factor", [1, 2, 3, 7, 10, 1e-3, 1e9])
def test_the_safe_rate_is_the_double_below(factor):
    bounds = Problem(f"{factor}*x**2 + y**2/1e9").curvature()
    rate, curvature = Fraction(bounds.lr_safe), Fraction(bounds.upper)
    assert (
        rate * curvature
        < 2
        <= Fraction(math.nextafter(bounds.lr_safe, 9e9)) * curvature * (1 + Fraction(1, 2**52))
    )


def test_without_upward_curvature_every_rate_is_safe():
    for text in ("-x**2", "3*x", "x**3"):
        assert Problem(text).curvature((-2, -1)).lr_safe == INF
