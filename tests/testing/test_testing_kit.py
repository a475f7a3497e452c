"""`symgd.testing`: what is drawn is what it says, and the checks pass what is right only."""

from __future__ import annotations

import functools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mpmath
import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

import symgd
from symgd import ConfigurationError, Kind, Problem, Status, testing
from symgd.testing import (
    KnownProblem,
    assert_converges,
    assert_gradient_matches,
    assert_minimum,
    assert_verdicts_hold,
    batches,
    expressions,
    problems,
    starts,
)
from symgd.testing.shapes import SHAPES, known_problem

ROOT = Path(__file__).parents[2]
SEEDS = st.integers(0, 2**32 - 1)
NUMPY = {name: getattr(np, name) for name in ("sin", "cos", "tanh", "exp", "log", "sqrt", "abs")}
NUMPY |= {"atan": np.arctan, "max": np.maximum, "min": np.minimum}
TRAP = "cos(2*pi*x) + x**2"
BOWL = KnownProblem("3 + (x - 1)**2", ("x",), ((1.0,),), 3.0, 2.0)


def by_numpy(text, points):
    """Evaluate a drawn formula in x and y as Python and NumPy read it."""
    names = {"x": points[:, 0], "y": points[:, 1]}
    return eval(text, {"__builtins__": {}}, NUMPY | names) + 0 * points[:, 0]  # noqa: S307


def pairs(seed, n=2):
    return np.random.default_rng(seed).uniform(-4, 4, (2, 200, n))


# --- what is drawn


@given(expressions(2), SEEDS)
def test_a_drawn_formula_is_read_as_python_reads_it_and_defined_everywhere(text, seed):
    points = pairs(seed)[0]
    problem = Problem(text)
    assert problem.names == ("x", "y")
    values = by_numpy(text, points)
    assert np.isfinite(values).all()
    assert problem.fun(points) == pytest.approx(values, rel=1e-6, abs=1e-6 * np.abs(values).max())


@given(expressions(2, convex=True), SEEDS, st.floats(0, 1))
def test_a_formula_drawn_as_convex_lies_below_its_chords(text, seed, share):
    a, b = pairs(seed)
    low, high = by_numpy(text, a), by_numpy(text, b)
    chord = share * low + (1 - share) * high
    between = by_numpy(text, share * a + (1 - share) * b)
    assert (between <= chord + 1e-9 * (1 + np.abs(low) + np.abs(high))).all()


@given(expressions(2, bounded=True), SEEDS)
def test_a_formula_drawn_as_bounded_never_falls_far_below_zero(text, seed):
    points = (
        np.random.default_rng(seed).normal(size=(200, 2)) * 10.0 ** np.arange(8).repeat(25)[:, None]
    )
    with np.errstate(over="ignore", invalid="ignore"):
        values = by_numpy(text, points)
    assert np.nanmin(values) >= -np.pi / 2  # the least value of atan


@given(expressions(2, convex=True, bounded=True), SEEDS)
def test_a_convex_formula_drawn_as_bounded_is_never_negative(text, seed):
    with np.errstate(over="ignore"):
        assert (by_numpy(text, 1e2 * pairs(seed)[0]) >= 0).all()


@given(expressions(2, smooth=True))
def test_a_formula_drawn_as_smooth_has_no_function_with_a_kink(text):
    assert not {"abs", "max", "min"} & set(text.replace("(", " ").split())


@given(expressions(["t", "speed"], functions=["sin"], size=3))
def test_names_and_functions_are_those_that_were_asked_for(text):
    assert Problem(text).names == ("speed", "t")
    assert not any(name in text for name in ("cos", "exp", "sqrt", "abs"))


@given(problems(smooth=False), SEEDS)
def test_no_point_is_lower_than_the_known_minima(known, seed):
    n = len(known.variables)
    around = known.minima[0] + pairs(seed, n)[0]
    assert (known.problem.fun(around).reshape(-1) >= known.fun - 1e-12).all()
    assert known.problem.fun(known.minima).reshape(-1) == pytest.approx(known.fun, abs=1e-9)
    assert len(np.unique(known.minima.round(6), axis=0)) == len(known.points)


@settings(max_examples=10)
@given(problems(2))
def test_symgd_finds_the_known_minima_and_no_other(known):
    result = symgd.minimize(known.problem, known.minima + 1e-3)
    assert_converges(symgd.minimize, known, known.minima + 0.1)
    for minimum in result.minima:
        assert np.abs(known.nearest(minimum.x) - minimum.x).max() <= 1e-3


@given(problems(), SEEDS)
def test_the_bound_of_the_curvature_holds(known, seed):
    points = known.minima[0] + pairs(seed, len(known.variables))[0] / 4
    hessians = known.problem.hess(points).reshape(len(points), *2 * [len(known.variables)])
    assert np.linalg.eigvalsh(hessians).max() <= known.curvature * (1 + 1e-9)


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_has_the_minima_and_the_curvature_that_it_names(name):
    shape = SHAPES[name]
    u = np.linspace(-3, 3, 6001)
    values = eval(shape.text.format("u"), NUMPY | {"u": u})  # noqa: S307
    inner = values[1:-1]
    lows = u[1:-1][(inner < values[:-2]) & (inner < values[2:])]
    assert lows == pytest.approx(shape.minima, abs=1e-9)
    bent = (values[2:] - 2 * inner + values[:-2]) / 1e-6
    assert not shape.smooth or bent.max() <= shape.curvature * (1 + 1e-4)
    assert shape.convex == bool(bent.min() >= -1e-6)


def test_a_problem_of_two_slanted_wells_has_four_minima():
    known = known_problem(["x", "y"], [0, 0], [0.5], [1, 1], ["wells", "wells"], 2.0)
    by_hand = {(-1, -0.5), (-1, 1.5), (1, -1.5), (1, 0.5)}  # y + x/2 is -1 or 1
    assert {tuple(p) for p in known.points} == by_hand


@given(starts(BOWL, -1, 2), batches(3, 0, 1, most=4))
def test_starts_lie_between_their_limits(start, batch):
    assert start.shape == (1,)
    assert ((start >= -1) & (start <= 2)).all()
    assert 1 <= len(batch) <= 4
    assert batch.shape[1] == 3
    assert ((batch >= 0) & (batch <= 1)).all()


# --- checks


def test_points_that_are_minima_pass_and_others_are_told():
    assert_minimum(TRAP, [0.4758024510242211, -0.4758024510242211])
    with pytest.raises(AssertionError, match=r"x = 0\n.*the point is a maximum"):
        assert_minimum(TRAP, [0.4758024510242211, 0])
    with pytest.raises(AssertionError, match="no local minimum"):
        assert_minimum("a*x", 1, params={"a": 1})
    assert_minimum("a*x", 0, params={"a": 1}, bounds=(0, 2))


def descent(fun, grad, x, lr=0.1):
    for _ in range(300):
        x = x - lr * grad(x)
    return x


@pytest.mark.parametrize(
    "run",
    [
        descent,
        symgd.minimize,
        scipy.optimize.minimize,
        functools.partial(scipy.optimize.minimize, method="L-BFGS-B"),
        lambda fun, x0, jac: descent(fun, jac, x0),
    ],
    ids=["plain", "symgd", "SciPy", "L-BFGS-B", "jac"],
)
@pytest.mark.parametrize("problem", [BOWL, "3 + (x - 1)**2"], ids=["known", "formula"])
def test_optimisers_of_three_signatures_pass(run, problem):
    assert_converges(run, problem)


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (functools.partial(descent, lr=-0.1), "f rose on the way"),
        (functools.partial(descent, lr=1.5), "f rose on the way"),
        (functools.partial(descent, lr=1e-4), "f fell on the way"),
        (lambda fun, grad, x: x, "it never moved"),
    ],
    ids=["wrong sign", "too large", "too small", "thrown away"],
)
@pytest.mark.parametrize("problem", [BOWL, BOWL.problem], ids=["known", "formula"])
def test_a_planted_bug_is_found_and_told(run, words, problem):
    with pytest.raises(AssertionError, match=words) as error:
        assert_converges(run, problem, x0=2)
    lines = str(error.value).splitlines()
    assert "formula:  3 + (x - 1)**2" in lines[1]
    assert "start:    x = 2" in lines[2]


@settings(max_examples=10)
@given(problems(convex=True), st.integers(0, 7))
def test_hypothesis_finds_an_optimiser_that_climbs(known, seed):
    with pytest.raises(AssertionError, match="f rose"):
        assert_converges(lambda f, g, x: x + 0.1 * g(x), known, known.minima[0] + 1 + seed)


def test_an_end_near_a_minimum_is_one_if_the_tolerance_says_so():
    assert_converges(lambda fun, grad, x: [1.01], "(x - 1)**2", 3, tol=0.02)
    with pytest.raises(AssertionError, match="away"):
        assert_converges(lambda fun, grad, x: [1.01], "(x - 1)**2", 3, tol=0.001)
    with pytest.raises(AssertionError, match="is a maximum"):
        assert_converges(lambda fun, grad, x: [0.0], TRAP, 2, tol=1.0)


def test_the_error_of_an_optimiser_tells_where_it_happened():
    def fails(fun, grad, x):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as error:
        assert_converges(fails, BOWL, 2)
    assert error.value.__notes__ == ["formula: 3 + (x - 1)**2; start: x = 2"]


@given(expressions(2, smooth=True, functions=["sin", "tanh", "sqrt"], size=3))
def test_exact_gradients_match_and_wrong_ones_do_not(text):
    problem = Problem(text)
    assert_gradient_matches(text, problem.grad)
    at = np.random.default_rng(5).uniform(-1, 1, (4, 2))
    assert_gradient_matches(lambda p: float(problem.fun(p)), problem.grad, at)
    with pytest.raises(AssertionError, match="does not belong"):
        assert_gradient_matches(
            text, lambda p: problem.grad(p) + 1e-3 * (1 + np.abs(problem.grad(p)))
        )


def test_gradients_are_compared_with_those_of_mpmath():
    def f(p):
        return np.exp(p[0]) * np.sin(p[1])

    x, y = 0.3, 1.7
    right = [
        float(mpmath.diff(lambda a, b: mpmath.exp(a) * mpmath.sin(b), (x, y), order))
        for order in ((1, 0), (0, 1))
    ]
    assert_gradient_matches(f, lambda p: right, [x, y], tol=1e-9)
    with pytest.raises(AssertionError, match=r"by x\[1\]"):
        assert_gradient_matches(f, lambda p: [right[0], right[1] * (1 + 1e-5)], [x, y])


@pytest.mark.parametrize(
    ("factor", "words"), [(-1, "wrong sign"), (2, "2 times that"), (0.5, "0.5 times that")]
)
def test_a_sign_and_a_factor_are_recognised(factor, words):
    with pytest.raises(AssertionError, match=words):
        assert_gradient_matches("x**2*y", lambda p: factor * np.array([2 * p[0] * p[1], p[0] ** 2]))


@settings(max_examples=10)
@given(expressions(2, size=3), batches(2, -3, 3, most=4))
def test_the_verdicts_on_drawn_formulas_hold(text, x0):
    assert_verdicts_hold(symgd.minimize(text, x0))


@pytest.mark.parametrize("expr", ["(x*y - 1)**2", "x**4 - y**4", "max(x, -2*x) + y**2", TRAP])
def test_right_verdicts_hold_also_of_maxima_and_on_bounds(expr):
    assert_verdicts_hold(symgd.minimize(expr, starts=16))
    assert_verdicts_hold(symgd.maximize(expr, starts=16, bounds=(-2, 2)))


@pytest.mark.parametrize(
    ("start", "status", "kind", "words"),
    [
        (0, Status.CONVERGED, Kind.MINIMUM, "lower points all around"),
        (0.4, Status.NOT_A_MINIMUM, Kind.MAXIMUM, "higher points only"),
        (0.4, Status.NOT_A_MINIMUM, Kind.SADDLE, "higher points only"),
    ],
)
def test_a_wrong_verdict_is_refuted(start, status, kind, words):
    result = symgd.minimize(TRAP, [start])
    wrong = replace(result.runs, status=np.array([status]), kind=np.array([kind]))
    with pytest.raises(AssertionError, match=words):
        assert_verdicts_hold(replace(result, runs=wrong))


# --- arguments, imports, the page


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("did you mean sin", lambda: expressions(functions=["sine"])),
        (r"did you mean \['sin'\]", lambda: expressions(functions="sin")),
        ("functions: got abs", lambda: expressions(functions=["abs"], smooth=True)),
        ("variables: got 0", lambda: expressions(0)),
        ("each name once", lambda: expressions(["x", "x"])),
        ("size: got 0", lambda: expressions(size=0)),
        ("convex: got 2", lambda: problems(convex=2)),
        ("high: got 2", lambda: starts(1, 3, 2)),
        ("most: got 0", lambda: batches(most=0)),
        ("run: got 3", lambda: assert_converges(3, BOWL)),
        ("tol: got -1", lambda: assert_converges(descent, BOWL, tol=-1)),
        ("returned None", lambda: assert_converges(lambda f, g, x: None, BOWL)),
        ("x: got None", lambda: assert_gradient_matches(np.sin, np.cos)),
        ("2 numbers a point", lambda: assert_gradient_matches("x*y", np.cos, [1, 2, 3])),
        ("grad: got 3", lambda: assert_gradient_matches("x", 3)),
        ("x: got x = -1", lambda: assert_gradient_matches("log(x)", np.cos, -1)),
        ("is defined", lambda: assert_gradient_matches("log(-1 - x**2)", np.cos)),
        ("result: got 3", lambda: assert_verdicts_hold(3)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_argument_is_named(words, call):
    with pytest.raises(ConfigurationError, match=words):
        call()


def python(code):
    script = [sys.executable, "-c", code]
    return subprocess.run(script, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def test_checks_need_no_hypothesis_and_what_draws_names_the_extra():
    said = python(
        "import sys\n"
        "sys.modules['hypothesis'] = None\n"
        "import symgd\n"
        "symgd.testing.assert_minimum('x**2', 0)\n"
        "try: symgd.testing.expressions\n"
        "except symgd.MissingPackageError as error: print(error)"
    )
    assert said == "this needs hypothesis: python -m pip install 'symgd[testing]'\n"


def test_every_name_of_the_kit_is_documented():
    for name in testing.__all__:
        assert getattr(testing, name).__doc__
        assert name in dir(testing)
    with pytest.raises(AttributeError, match="no attribute 'assert_minimun'"):
        testing.assert_minimun  # noqa: B018
