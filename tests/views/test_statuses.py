"""A status is one row, words compute nothing, and no theory is told about a method without one."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from test_text import batch

import symgd
from symgd import Status, status
from symgd.views import sentences, sweep_text, text
from symgd.views.document import terminal

COSINE = "cos(2*pi*x) + x**2"
ROW = """
    INFEASIBLE = (
        CODE, 75, GREY, "*",
        "No point that satisfies the constraints was found.",
        "Relax the constraints.",
        "[finds|find] no point that satisfies the constraints",
        "from {start} to no feasible point",
    )

    @property
    def success"""

NEW = """
import sys, types
from dataclasses import replace
import numpy as np
module = types.ModuleType("symgd.status")
module.__package__ = "symgd"
import symgd
sys.modules["symgd.status"] = module
exec(sys.stdin.read(), vars(module))
import matplotlib
matplotlib.use("agg")
result = symgd.minimize("x**2", x0=[1.0, 2.0], lr=1e-3, epochs=9)
runs = replace(result.runs, status=np.array([CODE, CODE]))
result = replace(result, runs=runs)
print(result.summary(), result.explain(), result._repr_html_())
print(result.plot().get_title())
sweep = symgd.sweep("x**2", x0=[1.0, 2.0], lr=[1e-3], epochs=9)
runs = replace(sweep.runs, status=np.full((2, 1), CODE))
print(replace(sweep, runs=runs).summary())
"""


def test_a_new_status_is_one_row():
    source = inspect.getsource(status)
    assert source.count("\n    @property\n    def success") == 1
    code = str(len(Status))
    extended = source.replace("\n    @property\n    def success", ROW.replace("CODE", code))
    done = subprocess.run(
        [sys.executable, "-c", NEW.replace("CODE", code)],
        input=extended,
        capture_output=True,
        text=True,
        check=True,
    )
    shown = " ".join(done.stdout.split())
    for words in (
        "The best of 2 runs ended at x = 0.9821, f = 0.9646, after 9 steps; no point that "
        "satisfies the constraints was found; relax the constraints.",
        "2 runs INFEASIBLE No point that satisfies the constraints was found.",
        "INFEASIBLE: 2 of 2 runs.",
        "2 find no point that satisfies the constraints (INFEASIBLE)",
        "none of 2 starts leads to a minimum: 2 INFEASIBLE",
    ):
        assert words in shown
    assert ">INFEASIBLE</td>" in done.stdout


@pytest.mark.parametrize("code", Status)
def test_a_status_without_a_clause_of_its_own_tells_its_meaning_and_advice(code, monkeypatch):
    monkeypatch.delitem(sentences.CLAUSES, code, raising=False)
    said = batch({"status": code}).message
    assert said.startswith("ended at x = 1, f = 2.5, after 12 steps; ")
    assert code.meaning[1:].rstrip(".") in said
    assert code.advice[1:].rstrip(".") in said


class Silent:
    """A formula that cannot be asked for values."""

    def __init__(self, problem):
        self.text, self.names, self.params = problem.text, problem.names, problem.params
        self.domain, self.markup = problem.domain, problem.markup


CALLS = {
    "trap": (COSINE, {"x0": 0, "lr": 0.01, "epochs": 100}),
    "bound": ("(x - 1)**2 + y", {"x0": [3, 3], "bounds": [(None, None), (0, 5)]}),
    "plateau": ("1 - exp(-(x - 30)**2)", {"x0": 0}),
    "stuck": ("x**2 + 1e16", {"x0": [1.0, 1e-3]}),
    "away": ("x**3", {"starts": 9}),
    "many": ("log(x) + 1/x + cos(x)", {"x0": np.linspace(-1, 40, 90)}),
}


@pytest.mark.parametrize("name", CALLS)
def test_words_ask_nobody_for_numbers(name):
    expr, settings = CALLS[name]
    result = symgd.minimize(expr, **settings)
    rows = {result.best, 0, *text.representatives(result).values()}
    known = result.facts.about(rows, lowest=result.success, minima=True)
    mute = replace(result, problem=Silent(result.problem))
    assert terminal(text.summary(mute, known)) == result.summary()
    assert terminal(text.explain(mute, known)) == result.explain()
    assert terminal(text.story(mute, 0, known)) == result.explain(0)
    assert text.message(mute, known) == result.message


def test_words_about_sweeps_ask_nobody_for_numbers():
    sweep = symgd.sweep(COSINE, x0=np.linspace(-2, 2, 21), lr=[0.01, 0.06], epochs=60)
    mute = replace(sweep, problem=Silent(sweep.problem))
    assert terminal(sweep_text.summary(mute)) == sweep.summary()


def test_views_load_nothing_that_computes():
    code = (
        "import importlib, pkgutil, sys, symgd.views as v\n"
        "names = [m.name for m in pkgutil.iter_modules(v.__path__)]\n"
        "for name in names: importlib.import_module(f'symgd.views.{name}')\n"
        "computing = {'sympy', 'numba', 'matplotlib', 'symgd.problem', 'symgd.results.result'}\n"
        "print(len(names) > 9, computing & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True set()\n"


def without_theory(outcome):
    """Give the same runs as those of a method of which nothing is known."""
    nothing = np.full(outcome.runs.shape, np.nan)
    names = ("epochs_left", "contraction", "largest_rate")
    evidence = replace(outcome.runs.evidence, **dict.fromkeys(names, nothing))
    minima = tuple(replace(minimum, largest_rate=np.nan) for minimum in outcome.minima)
    outcome = replace(outcome, runs=replace(outcome.runs, evidence=evidence), minima=minima)
    return replace(outcome, settings=replace(outcome.settings, method="unheard of"))


@pytest.mark.parametrize(
    ("settings", "theory"),
    [
        ({"x0": 0.3, "lr": 1e-3, "epochs": 9}, ["each step leaves", "more epochs would do"]),
        ({"x0": 0.3, "lr": 0.05, "epochs": 500}, ["a step is safe up to lr = 2/41.02"]),
    ],
)
def test_a_method_without_theory_is_told_none(settings, theory):
    result = symgd.minimize(COSINE, **settings)
    assert all(words in result.message for words in theory)
    assert not any(words in without_theory(result).message for words in theory)


def test_a_sweep_of_a_method_without_theory_is_told_none():
    sweep = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5, 1.2], epochs=300)
    assert "In theory" in sweep.summary()
    assert "In theory" not in without_theory(sweep).summary()
    assert "At lr = 1.2 only runs run away" in without_theory(sweep).summary()


def dashed(ax):
    plt.close(ax.figure)
    return sum(line.get_linestyle() == "--" for line in ax.lines)


def test_a_picture_of_a_method_without_theory_predicts_nothing():
    result = symgd.minimize(COSINE, x0=0.3, lr=0.01, epochs=60, history=True)
    sweep = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5, 1.2], epochs=300)
    for draw, outcome in ((symgd.plots.convergence, result), (symgd.plots.final_vs_lr, sweep)):
        assert dashed(draw(outcome)) == 1
        assert dashed(draw(without_theory(outcome))) == 0
