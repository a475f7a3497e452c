"""Every wrong argument: the right error, which names the argument, before anything is compiled."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

import symgd
from symgd import ConfigurationError, ExpressionError, Problem
from symgd.engine.kernel import store
from symgd.given.options import read_options

F = "x**2 + y**2"
G = "(x - 1)**2"
NAN = math.nan


@pytest.fixture(autouse=True)
def _nothing_compiles(monkeypatch):
    def refuse(*_):
        raise AssertionError("compiled although the input is wrong")

    monkeypatch.setattr(store, "load", refuse)


FORMULAS = [
    ("", "empty"),
    ("   ", "empty"),
    ("2x", "2*x"),
    ("(x + 1", "("),
    ("x + 1)", ")"),
    ("sin(x", "("),
    ("frobnicate(x)", "frobnicate"),
    ("3 + 4", "variable"),
    ("x +", ""),
    ("x = 2", ""),
    ("sqrt(-1) + x", ""),
]


@pytest.mark.parametrize(("text", "said"), FORMULAS)
def test_wrong_formulas(text, said):
    with pytest.raises(ExpressionError) as caught:
        symgd.minimize(text)
    assert isinstance(caught.value, symgd.SymgdError)
    assert isinstance(caught.value, ValueError)
    assert said in str(caught.value)


@pytest.mark.parametrize("expr", [None, 3, 2.5, b"x**2", ["x**2"], object(), {"x": 1}])
def test_what_is_no_formula(expr):
    with pytest.raises(symgd.SymgdError):
        symgd.minimize(expr)


def test_complex_sympy_expressions_are_refused():
    with pytest.raises(ExpressionError):
        symgd.minimize(sympy.Symbol("x") * sympy.I)


# formula, keywords, the argument that the error names, a word of what it takes
ARGUMENTS = [
    (F, {"x0": 1.0}, "x0", "shape (2,)"),
    (F, {"x0": [1.0, 2.0, 3.0]}, "x0", "(n_runs, 2)"),
    (F, {"x0": np.zeros((2, 2, 2))}, "x0", "(n_runs, 2)"),
    (F, {"x0": []}, "x0", "(2,)"),
    (G, {"x0": np.zeros((2, 2))}, "x0", "(n_runs,)"),
    (G, {"x0": "here"}, "x0", "numbers"),
    (G, {"x0": [1, None, 2]}, "x0", ""),
    (G, {"x0": [[1], [2, 3]]}, "x0", "numbers"),
    (G, {"x0": 1 + 2j}, "x0", "numbers"),
    (G, {"x0": NAN}, "x0", "finite"),
    (G, {"x0": [0, math.inf]}, "x0", "finite"),
    (G, {"x0": 5, "bounds": (0, 4)}, "x0", "0 <= x <= 4"),
    (F, {"x0": [[1, 1], [1, -1]], "bounds": (0, 4)}, "x0", "0 <= y <= 4"),
    (G, {"bounds": (4, 0)}, "bounds['x']", "lo <= hi"),
    (G, {"bounds": (1, 1)}, "bounds", "at least one variable with lo < hi"),
    (G, {"bounds": (NAN, 1)}, "bounds['x']", "lo <= hi"),
    (G, {"bounds": (math.inf, None)}, "bounds['x']", "lo <= hi"),
    (F, {"bounds": [(0, 1), (2, 1)]}, "bounds['y']", "lo <= hi"),
    (F, {"bounds": [(0, 1)]}, "bounds", "(lo, hi)"),
    (F, {"bounds": [(0, 1), (0, 1), (0, 1)]}, "bounds", "(lo, hi)"),
    (F, {"bounds": {"z": (0, 1)}}, "bounds['z']", "x"),
    (F, {"bounds": {"x": 3}}, "bounds['x']", "(lo, hi)"),
    (F, {"bounds": "wide"}, "bounds", "(lo, hi)"),
    (F, {"bounds": 3}, "bounds", "(lo, hi)"),
    (G, {"start_box": (3, 3)}, "start_box['x']", "lo < hi"),
    (G, {"start_box": (0, math.inf)}, "start_box['x']", "finite"),
    (G, {"start_box": (None, 1)}, "start_box['x']", "finite"),
    (G, {"start_box": (0, 5), "bounds": (0, 4)}, "start_box", "inside the bounds"),
    (F, {"start_box": {"q": (0, 1)}}, "start_box['q']", "x"),
    (G, {"lr": -0.1}, "lr", "> 0"),
    (G, {"lr": 0}, "lr", "> 0"),
    (G, {"lr": NAN}, "lr", "> 0"),
    (G, {"lr": math.inf}, "lr", "> 0"),
    (G, {"lr": "fast"}, "lr", "> 0"),
    (G, {"lr": True}, "lr", "> 0"),
    (G, {"lr": [0.1, 0.2]}, "lr", "> 0"),
    (G, {"lr": 0.1, "method": symgd.rules.GradientDescent(lr=0.1)}, "lr", "method object"),
    (G, {"epochs": 0}, "epochs", ">= 1"),
    (G, {"epochs": -3}, "epochs", ">= 1"),
    (G, {"epochs": 2.5}, "epochs", "whole number"),
    (G, {"epochs": "many"}, "epochs", "whole number"),
    (G, {"epochs": True}, "epochs", "whole number"),
    (G, {"tol": -1e-9}, "tol", ">= 0"),
    (G, {"tol": NAN}, "tol", ">= 0"),
    (G, {"tol": "small"}, "tol", ">= 0"),
    (G, {"method": "newtonian"}, "method", "'gd'"),
    (G, {"method": 3}, "method", "'gd'"),
    (G, {"method": None}, "method", "'gd'"),
    (G, {"method": symgd.rules.GradientDescent}, "method", "'gd'"),
    (G, {"starts": 0}, "starts", ">= 1"),
    (G, {"starts": 3.5}, "starts", "whole number"),
    (G, {"starts": 10**14}, "starts", "100,000,000"),
    (G, {"x0": 10**400}, "x0", "numbers"),
    (G, {"x0": np.array([1 + 2j])}, "x0", "numbers"),
    (G, {"seed": -1}, "seed", ">= 0"),
    (G, {"seed": None}, "seed", "whole number"),
    (G, {"sampler": "monte carlo"}, "sampler", "spread"),
    (G, {"sampler": 7}, "sampler", "spread"),
    (G, {"workers": 0}, "workers", ">= 1"),
    (G, {"workers": 1.5}, "workers", "whole number"),
    (G, {"polish": 1}, "polish", "True or False"),
    (G, {"escape": "yes"}, "escape", "True or False"),
    (G, {"escape": None}, "escape", "True or False"),
    (F, {"variables": "xy"}, "variables", "list"),
    (F, {"variables": 3}, "variables", "list"),
    (F, {"variables": []}, "variables", "list"),
    (F, {"variables": [["x"], "y"]}, "variables", "list"),
    (F, {"variables": ["x", 1]}, "variables", "list"),
    (F, {"params": 3}, "params", "mapping"),
    (F, {"params": {"y": "two"}}, "params['y']", "finite"),
    (F, {"params": {"y": NAN}}, "params['y']", "finite"),
    (F, {"params": {"y": 1j}}, "params['y']", "finite"),
    (G, {"learning_rate": 0.1}, "learning_rate", "no such argument"),
    (Problem(F), {"variables": ["y", "x"]}, "variables", "Problem"),
    (Problem("a*x", params={"a": 1}), {"params": {"b": 2}}, "params", "a"),
]


@pytest.mark.parametrize(("expr", "given", "argument", "takes"), ARGUMENTS)
def test_wrong_arguments(expr, given, argument, takes):
    with pytest.raises(ConfigurationError) as caught:
        symgd.minimize(expr, **given)
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.argument == argument
    assert takes in error.takes
    assert str(error).startswith(f"{argument}: got ")


NAMES = [
    {"variables": ["x"]},
    {"variables": ["x", "y", "y"]},
    {"variables": ["x", "y", "pi"]},
    {"params": {"x": 1, "y": 2}},
    {"params": {"unused": 1}},
    {"params": {"y": 1}, "variables": ["x", "y"]},
]


@pytest.mark.parametrize("given", NAMES)
def test_names_that_do_not_fit_the_formula(given):
    with pytest.raises(symgd.SymgdError) as caught:
        symgd.minimize(F, **given)
    assert any(word in str(caught.value) for word in ("x", "y", "unused", "pi", "variable"))


def options(expr, x0=None, **given):
    defaults = {
        "bounds": None, "start_box": None, "starts": 8, "sampler": "spread", "seed": 0,
        "method": "gd", "lr": None, "epochs": None, "tol": None, "polish": None,
        "escape": False, "workers": None,
    }  # fmt: skip
    return read_options(Problem(expr), x0, **{**defaults, **given})


@pytest.mark.parametrize(
    ("expr", "x0", "shape"),
    [
        (G, 1, (1, 1)),
        (G, [1, 2, 3], (3, 1)),
        (G, [[1], [2]], (2, 1)),
        (F, [1, 2], (1, 2)),
        (F, [[1, 2], [3, 4], [5, 6]], (3, 2)),
        (F, np.arange(4, dtype=np.int8).reshape(2, 2), (2, 2)),
        (F, None, (8, 2)),
    ],
)
def test_shapes_of_x0(expr, x0, shape):
    points = options(expr, x0).x0
    assert points.shape == shape
    if x0 is not None:
        assert (points.ravel() == np.ravel(x0)).all()


@pytest.mark.parametrize(
    ("bounds", "lower", "upper"),
    [
        (None, [-np.inf, -np.inf], [np.inf, np.inf]),
        ((0, 1), [0, 0], [1, 1]),
        ([(0, 1), (2, 3)], [0, 2], [1, 3]),
        (np.array([[0, 1], [2, 3]]), [0, 2], [1, 3]),
        (((None, 1), (2, math.inf)), [-np.inf, 2], [1, np.inf]),
        ({"y": (2, None)}, [-np.inf, 2], [np.inf, np.inf]),
    ],
)
def test_spellings_of_bounds(bounds, lower, upper):
    box = options(F, bounds=bounds).box
    assert list(box.lower) == lower
    assert list(box.upper) == upper


@pytest.mark.parametrize(
    ("given", "lower", "upper"),
    [
        ({}, -10, 10),
        ({"bounds": (2, 3)}, 2, 3),
        ({"start_box": (-2, 5)}, -2, 5),
        ({"start_box": {"x": (-2, 5)}}, -2, 5),
        ({"bounds": (-100, 100), "start_box": (2, 3)}, 2, 3),
        ({"bounds": (50, None)}, 50, 70),
        ({"bounds": (None, -50)}, -70, -50),
        ({"bounds": (-3, None)}, -3, 17),
    ],
)
def test_where_starts_come_from(given, lower, upper):
    points = options(G, starts=2000, sampler="grid", **given).x0
    assert points.min() == lower
    assert points.max() >= min(upper, 10)
    assert points.max() <= upper


def test_defaults_of_tol_and_polish_follow_what_the_user_fixed():
    automatic, rate, classroom = options(G), options(G, lr=0.1), options(G, lr=0.1, epochs=9)
    assert (automatic.epochs, automatic.tol, automatic.polish) == (10_000, 1e-8, True)
    assert (rate.epochs, rate.tol, rate.polish) == (10_000, 1e-8, False)
    assert (classroom.epochs, classroom.tol, classroom.polish) == (9, 0.0, False)
    assert options(G, lr=0.1, epochs=9, tol=1e-3, polish=True).polish
    assert options(G, lr=0.1, epochs=9, tol=1e-3).tol == 1e-3


def test_a_whole_number_of_numpy_is_a_whole_number():
    read = options(G, epochs=np.int64(7), starts=np.uint8(5), workers=np.int32(2))
    assert (read.epochs, len(read.x0), read.workers) == (7, 5, 2)


def test_x0_is_copied():
    mine = np.array([[1.0, 2.0]])
    read = options(F, mine)
    mine[:] = 9.0
    assert read.x0.tolist() == [[1.0, 2.0]]
