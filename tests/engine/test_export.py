"""`Problem.export`: the loop in C, compiled with what compilers there are, and its bits."""

from __future__ import annotations

import ctypes
import shutil
import subprocess

import numpy as np
import pytest

import symgd
from benchmarks.functions import SEVEN
from symgd import ConfigurationError, Problem
from symgd.engine.kernel import native

COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
compiled = pytest.mark.skipif(not COMPILERS, reason="there is no C compiler")
STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", "-ffp-contract=off")
FUSED = ("-march=native",) if native.fuses() else ()
EPOCHS = 60


def built(problem, folder, compiler):
    source, library = folder / "descent.c", folder / f"{compiler}.so"
    problem.export(source)
    command = [compiler, *STRICT, *FUSED, "-shared", "-fPIC", source, "-o", library, "-lm"]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library)).descend


def ends(descend, points, lr, epochs=EPOCHS, tol=0.0):
    x, steps = points.copy(), (ctypes.c_long * len(points))()
    first = x.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
    rate, least = ctypes.c_double(lr), ctypes.c_double(tol)
    descend(first, ctypes.c_long(len(x)), rate, ctypes.c_long(epochs), least, steps)
    return x, np.array(steps)


def assert_same_bits(problem, points, lr, folder):
    given = points if points.shape[1] > 1 else points[:, 0]
    r = symgd.minimize(problem, given, lr=lr, epochs=EPOCHS)
    for compiler in COMPILERS:
        x, steps = ends(built(problem, folder, compiler), points, lr)
        assert np.array_equal(x, r.runs.x)
        assert (steps == r.runs.nit).all()


@compiled
@pytest.mark.parametrize("function", SEVEN, ids=lambda f: f.name)
def test_the_formulas_of_the_benchmark_give_the_same_bits(function, tmp_path):
    problem = Problem(function.expr, variables=function.variables)
    assert_same_bits(problem, function.starts(200), 10 * function.lr, tmp_path)


@compiled
@pytest.mark.parametrize(
    "formula",
    [
        "a*x**2 + b*y**2 - a*b*x*y",
        "log(x)*y + y**2 - sqrt(x + y)",
        "100*(y - x**2)**2 + (6.4*(y - 0.5)**2 - x - 0.6)**2",
        "abs(x - y) + max(x, 2*y)**2 + where(x < y, x, y**3)",
        "tanh(x*y) + atan2(y, x) + gamma(1 + x**2) + besselj(1, y)",
        "-x**2*y - exp(-x**2)*(-y)",
    ],
)
def test_other_formulas_give_the_same_bits(formula, tmp_path):
    params = {"a": 1.3, "b": 0.7} if "a*b" in formula else None
    points = np.random.default_rng(2).uniform(-3, 3, (200, 2))
    assert_same_bits(Problem(formula, params=params), points, 0.01, tmp_path)


@compiled
@pytest.mark.parametrize("compiler", COMPILERS)
def test_a_constant_gradient_is_a_number_of_the_lane(compiler, tmp_path):
    points = np.random.default_rng(2).uniform(-3, 3, (20, 2))
    x, steps = ends(built(Problem("x + 3*y"), tmp_path, compiler), points, lr=0.01)
    assert x == pytest.approx(points - 0.01 * EPOCHS * np.array([1.0, 3.0]), abs=1e-13)
    assert (steps == EPOCHS).all()


@compiled
@pytest.mark.parametrize("compiler", COMPILERS)
def test_runs_that_run_away_stop_where_they_were_finite(compiler, tmp_path):
    x, steps = ends(built(Problem("x**4"), tmp_path, compiler), np.array([[3.0], [0.1]]), lr=1.0)
    paper, count = 3.0, 0
    with np.errstate(over="ignore"):
        while np.isfinite(following := np.float64(paper) - 4 * np.float64(paper) ** 3):
            paper, count = following, count + 1
    assert steps.tolist() == [count, EPOCHS]
    assert x[0] == pytest.approx(paper, rel=1e-12)


@compiled
@pytest.mark.parametrize("compiler", COMPILERS)
def test_runs_that_arrived_stop_at_the_tolerance(compiler, tmp_path):
    x, steps = ends(built(Problem("x**2"), tmp_path, compiler), np.array([[1.0]]), 0.25, tol=0.1)
    assert x.tolist() == [[2.0**-5]]
    assert steps.tolist() == [5]


def test_the_text_names_the_formula_and_its_parameters(tmp_path):
    Problem("a*x**2 + y", params={"a": 3}).export(tmp_path / "f.c")
    text = (tmp_path / "f.c").read_text()
    assert "f(x, y) = a*x**2 + y" in text
    assert "with a = 3.0" in text
    assert text.count("#include") == text.count("#include <math.h>") == 1


@pytest.mark.parametrize("name", ["descent.py", "descent"])
def test_another_ending_is_refused(name, tmp_path):
    with pytest.raises(ConfigurationError, match=r"ends with \.c"):
        Problem("x**2").export(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_is_no_name_is_refused():
    with pytest.raises(ConfigurationError, match="path"):
        Problem("x**2").export(3)
