"""Results, formulas, methods and errors elsewhere: the same bits, and nothing done twice."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import errands
import numpy as np
import pytest
import sympy
from rules import HeavyBall
from test_storage import differences

import symgd
from symgd import methods

COSINE = "cos(2*pi*x) + x**2"
X = sympy.Symbol("x")
CALLS = {
    "many": ("minimize", COSINE, {"starts": 30}),
    "trap": ("minimize", COSINE, {"x0": 0, "lr": 0.01, "epochs": 100}),
    "unbounded": ("minimize", "x**3 - 6*x**2 + 11*x - 6", {"starts": 20}),
    "plateau": ("minimize", "1 - exp(-(x - 30)**2)", {"x0": 0}),
    "images": ("minimize", "(x**2 - 1)**2 + (y**2 - b)**2", {"params": {"b": 2.0}}),
    "edge": ("minimize", "where(x > 0, x**2, -x) + log(x + 3) + abs(x)", {"starts": 9}),
    "sympy": ("minimize", sympy.Rational(1, 3) * X**2 + sympy.Abs(X) + 0.1 * X, {"x0": 2.0}),
    "history": ("minimize", "x**2 + 2*y**2", {"x0": [[1, 2], [3, 4]], "lr": 0.1, "history": 2}),
    "rule": ("minimize", COSINE, {"starts": 4, "method": HeavyBall(lr=0.01)}),
    "sweep": ("sweep", COSINE, {"x0": [0.0, 0.3, 1.0], "lr": [0.01, 0.05], "epochs": [5, 50]}),
    "params": ("sweep", "a*x**2 + log(y)", {"params": {"a": [1, -2.0]}, "x0": [[1, 2], [3, 4]]}),
}
CONTEXTS = ("fork", "forkserver", "spawn")


def made(name):
    return errands.run(CALLS[name])


@pytest.mark.parametrize("name", CALLS)
def test_a_copy_has_the_same_bits_and_words(name):
    outcome = made(name)
    for again in (pickle.loads(pickle.dumps(outcome)), copy.deepcopy(outcome), copy.copy(outcome)):
        assert differences(outcome, again) == []
        assert errands.words(again) == errands.words(outcome)
    assert pickle.loads(pickle.dumps(outcome))._counts == outcome.counts


@pytest.mark.parametrize("context", CONTEXTS)
def test_other_processes_give_the_same_bits_and_find_nothing_twice(context):
    own = {name: made(name) for name in CALLS}
    said = {name: errands.words(outcome) for name, outcome in own.items()}
    method = multiprocessing.get_context(context)
    with ProcessPoolExecutor(1, mp_context=method) as pool:
        theirs = dict(zip(CALLS, pool.map(errands.run, CALLS.values()), strict=True))
        words = dict(zip(CALLS, pool.map(errands.words_without_work, own.values()), strict=True))
        problems = list(pool.map(copy.copy, [outcome.problem for outcome in own.values()]))
        with pytest.raises(symgd.ConfigurationError, match="x0: got <function fail"):
            pool.submit(errands.fail, None).result()
    for name in CALLS:
        assert differences(own[name], theirs[name]) == [], name
        assert words[name] == said[name], name
    for outcome, problem in zip(own.values(), problems, strict=True):
        assert problem.symbolic is outcome.problem.symbolic


def test_what_may_be_found_once_is_found_in_a_process_that_knows_nothing():
    """The counterpart: these functions are called where nothing is known."""
    fresh = symgd.minimize("(x**2 - 1.25)**2 + (x**2 - 1.25)**4", starts=9)
    with pytest.raises(AssertionError):
        errands.words_without_work(fresh)


def test_a_copy_of_a_stalled_run_knows_the_ways_out():
    again = pickle.loads(pickle.dumps(made("trap")))
    np.testing.assert_allclose(again.beyond.ravel(), [-0.4758, 0.4758], atol=1e-4)
    assert "which reaches x = -0.4758 and x = 0.4758" in again.message


def test_formulas_keep_their_structure():
    for expr in ("-(x - y)", "2*(x + y)", "(2*x + 2)**2/(4*x + 4)", "x**(1/3) + 0.1*x*3", "+".join(
        f"sin({i}*x)*exp(-{i}*x**2)" for i in range(1, 40)
    )):  # fmt: skip
        problem = symgd.Problem(expr)
        seen = [problem.expr, *problem.gradient, *problem.hessian]
        sent = pickle.dumps(seen)
        assert list(map(structure, pickle.loads(sent))) == list(map(structure, seen))


def structure(expr):
    return type(expr), *map(structure, expr.args), str(expr)


ERRORS = [
    symgd.SymgdError("words"),
    symgd.ExpressionError("wrong", "x + ", 3),
    symgd.ConfigurationError("x0", [1, "a"], "numbers"),
    symgd.ConfigurationError("x0", open, "numbers"),
    symgd.MissingPackageError("pandas", "tables"),
    symgd.RateWarning("too large"),
    symgd.Interrupted(),
]


@pytest.mark.parametrize("error", ERRORS)
def test_errors_can_be_copied(error):
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert (str(again), vars(again)) == (str(error), vars(error))


def test_what_an_interruption_had_reached_is_copied():
    result = made("trap")
    again = pickle.loads(pickle.dumps(symgd.Interrupted(result))).result
    assert differences(result, again) == []


def test_an_error_about_what_cannot_be_pickled_is_told_in_words():
    error = symgd.ConfigurationError("callback", lambda: 0, "a function of a module")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


METHODS = [HeavyBall(lr=0.1), *(kind for kind in methods.METHODS.values())]


@pytest.mark.parametrize("method", METHODS)
def test_methods_can_be_copied(method):
    if isinstance(method, type):
        method = method(lr=0.1) if method.fixed else method()
    for again in (pickle.loads(pickle.dumps(method)), copy.deepcopy(method)):
        assert again == method
        assert hash(again) == hash(method)
