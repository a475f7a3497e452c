"""The texts, from results written by hand: every number in them is known beforehand."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgd
from symgd.problem import Problem
from symgd.results.result import Result
from symgd.results.runs import Evidence, Later, Minimum, Runs, Settings
from symgd.status import Kind, Status
from symgd.views.numbers import listed, number, point, several

NAN = float("nan")
COSINE = "cos(2*pi*x) + x**2"
DEFAULTS = {
    "x0": 3.0,
    "x": 1.0,
    "fun": 2.5,
    "fun0": 11.0,
    "grad_norm": 0.0,
    "status": Status.CONVERGED,
    "kind": Kind.MINIMUM,
    "nit": 12,
    "lr": NAN,
    "minimum": -1,
    "parent": -1,
    "low": NAN,
    "high": NAN,
    "left": NAN,
    "valley_curvature": NAN,
    "valley_rate": NAN,
    "better": NAN,
    "period": -1,
    "condition": -1,
    "trap": NAN,
    "trap_kind": Kind.UNKNOWN,
}


def batch(*rows, expr=COSINE, best=0, minima=(), **more):
    """Build a result of runs that differ from `DEFAULTS` as said."""
    rows = [{**DEFAULTS, **row} for row in rows]

    def column(name, kind=float):
        return np.array([row[name] for row in rows], dtype=kind)

    def points(name):
        return np.array([np.atleast_1d(row[name]) for row in rows], dtype=float)

    lr, low, high = column("lr"), column("low"), column("high")
    with np.errstate(all="ignore"):
        contraction = np.maximum(abs(1 - lr * low), abs(1 - lr * high))
        largest_rate = np.where(high > 0, 2 / high, np.inf)
    runs = Runs(
        x0=points("x0"),
        x=points("x"),
        **{name: column(name) for name in ("fun", "grad_norm", "lr")},
        **{name: column(name, int) for name in ("status", "kind", "nit", "minimum", "parent")},
        evidence=Evidence(
            fun0=column("fun0"),
            fun_last=column("fun"),
            curvature_low=low,
            curvature_high=high,
            epochs_left=column("left"),
            contraction=contraction,
            largest_rate=largest_rate,
            valley_curvature=column("valley_curvature"),
            valley_rate=column("valley_rate"),
            better_rate=column("better"),
            period=column("period", int),
            condition=column("condition", int),
            trap=points("trap"),
            trap_kind=column("trap_kind", int),
        ),
    )
    return Result(
        problem=Problem(expr),
        runs=runs,
        minima=minima,
        settings=Settings("gd", None, 100, 1e-8, True, False, ((-9.0, 9.0),), (18.0,)),
        best=best,
        jac=np.zeros(runs.x.shape[1]),
        nfev=1,
        njev=1,
        **more,
    )


def told(expr=COSINE, more=None, **row):
    return batch(row, expr=expr, **(more or {})).message


TRAP = {
    "x0": 0.0,
    "x": 0.0,
    "fun": 1.0,
    "status": Status.STALLED_AT_START,
    "kind": Kind.MAXIMUM,
    "nit": 0,
    "low": -37.478417,
    "high": -37.478417,
}
WAYS_OUT = {"ways_out": Later.known(np.array([[-0.475788], [0.475788]]))}


def test_trap_is_told_as_the_contract_words_it():
    assert told(**TRAP, more=WAYS_OUT) == (
        "stalled at its start: x = 0 is a maximum (f'' = -37.48); f is even in x, so every "
        "descent from 0 stays at 0; start elsewhere, or use escape=True, which reaches "
        "x = -0.4758 and x = 0.4758"
    )


def test_a_trap_without_symmetry_blames_the_gradient():
    assert "even" not in told("cos(x) + x**3", **TRAP)
    assert "the gradient there is 0" in told("cos(x) + x**3", **TRAP)
    assert "even" not in told(**TRAP | {"x0": 2.0, "x": 2.0}, more=WAYS_OUT)


def test_symmetry_in_several_variables():
    row = TRAP | {"x0": (0.0, 0.0), "x": (0.0, 0.0), "kind": Kind.SADDLE, "low": -2.0, "high": 4.0}
    message = told("cos(x) + y**2", **row)
    assert "(x, y) = (0, 0) is a saddle (curvatures from -2 to 4)" in message
    assert "f is even in x and y, so every descent from x = 0 and y = 0 keeps that" in message


ROWS = {
    "minimum": dict(low=38.0873, high=38.0873),
    "weak minimum": dict(nit=1, kind=Kind.WEAK_MINIMUM, low=0.0, high=0.0),
    "minimum at once": dict(nit=0, x0=1.0),
    "minimum beside the start": dict(nit=0, x0=1.0001),
    "minimum where Newton steps lead": dict(nit=0),
    "kink": dict(kind=Kind.KINK_MINIMUM),
    "bound": dict(status=Status.AT_BOUND),
    "inflection": dict(status=Status.NOT_A_MINIMUM, kind=Kind.SADDLE, low=0.0, high=0.0),
    "plateau": dict(status=Status.PLATEAU, kind=Kind.FLAT, grad_norm=3e-12),
    "slow": dict(status=Status.SLOW, lr=1e-06, grad_norm=0.5, left=12345.0, better=2e-6),
    "slow without outlook": dict(status=Status.SLOW, lr=1e-06, grad_norm=0.5, better=2e-6),
    "slow with the automatic step": dict(status=Status.SLOW, grad_norm=0.5),
    "cycle": dict(status=Status.OSCILLATING, lr=0.1, period=2, high=40.0),
    "wandering": dict(status=Status.OSCILLATING, lr=0.1, period=0, high=3.0),
    "unbounded below": dict(status=Status.DIVERGED, fun=-1.3e300, lr=0.1),
    "falling for ever": dict(status=Status.DIVERGED, fun=-690.0),
    "step too large": dict(status=Status.DIVERGED, fun=float("inf"), lr=2.0),
    "overflow": dict(status=Status.DIVERGED, fun=NAN, lr=2.0),
    "overflow at the start": dict(status=Status.OUT_OF_DOMAIN, fun=NAN, nit=0),
    "gradient not finite": dict(status=Status.OUT_OF_DOMAIN, fun=0.0, nit=0),
    "no progress": dict(status=Status.NO_PROGRESS, kind=Kind.NOT_STATIONARY, grad_norm=0.25),
    "steps too small": dict(
        status=Status.NO_PROGRESS, kind=Kind.NOT_STATIONARY, grad_norm=2.0, lr=1e-300
    ),
    "stopped": dict(status=Status.STOPPED, grad_norm=2.0),
}
GOLDEN = Path(__file__).parents[1] / "golden" / "sentences.txt"
EXPECTED = dict(line.split(": ", 1) for line in GOLDEN.read_text().splitlines())


@pytest.mark.parametrize("name", ROWS)
def test_sentences(name):
    assert told(**ROWS[name]) == EXPECTED[name]


def test_every_status_has_a_sentence_here():
    told_here = {row.get("status", Status.CONVERGED) for row in ROWS.values()}
    elsewhere = {Status.STALLED_AT_START}
    assert told_here | elsewhere == set(Status)
    assert list(EXPECTED) == list(ROWS)


def test_a_domain_error_names_the_sub_expression_what_it_needs_and_the_point():
    row = {"status": Status.OUT_OF_DOMAIN, "fun": NAN, "x": -0.25, "condition": 0}
    assert told("x + log(2*x)", **row) == (
        "left the domain of f after 12 steps: at x = -0.25, log(2*x) needs 2*x > 0; set bounds "
        "that stay inside"
    )
    assert told("log(2*x)", **row, nit=0).startswith(
        "started outside the domain of f: at x = -0.25"
    )


FLOATS = st.floats(allow_subnormal=False)


@settings(deadline=None, max_examples=150)
@given(
    status=st.sampled_from(Status),
    kind=st.sampled_from(Kind),
    numbers=st.fixed_dictionaries(
        {name: FLOATS for name in ("fun", "fun0", "grad_norm", "lr", "low", "high", "left")}
    ),
    x=st.floats(allow_nan=False),
    nit=st.integers(0, 10**6),
    period=st.integers(-1, 40),
)
def test_no_text_holds_nan_or_none_whatever_the_numbers(status, kind, numbers, x, nit, period):
    row = {"status": status, "kind": kind, "x": x, "x0": 1.0, "nit": nit, "period": period}
    result = batch(row | numbers, row | numbers)
    for words in (result.message, result.summary(), result.explain(), result.explain(0)):
        assert not re.search(r"\b(nan|None|inf)\b", words)
        assert words.isascii()
        assert "\n\n\n" not in words


def minimum(x, fun, count, total, kind=Kind.MINIMUM):
    return Minimum(
        np.array([x]),
        fun,
        kind,
        np.array([2.0]),
        1.0,
        1.0,
        0.0,
        1.0,
        count,
        count / total,
        np.empty(0),
    )


def mixed():
    rows = [
        {"x": -0.475788, "fun": 0.214893, "minimum": 0, "low": 38.0, "high": 38.0},
        {"x": 1.42507, "fun": 2.0, "minimum": 1},
        {"status": Status.DIVERGED, "fun": -1e300, "grad_norm": NAN},
        {"status": Status.SLOW, "grad_norm": 0.25},
        {"status": Status.SLOW, "grad_norm": 4.5},
    ]
    minima = minimum(-0.475788, 0.2148934, 1, 5), minimum(1.425072, 2.0, 1, 5)
    return batch(*rows, minima=minima)


def test_summary_has_the_best_run_the_table_and_the_failures():
    assert (
        mixed().summary()
        == """\
The best of 5 runs reached a minimum: x = -0.4758, f = 0.2149 (f'' = 38), after 12 steps.
f has no global minimum: run 2 started at x = 3 and fell from 11 to -1e300.

2 distinct minima:
           x         f  kind     runs   share
0  -0.475788  0.214893  minimum     1  20.0 %
1    1.42507         2  minimum     1  20.0 %

 1 run  DIVERGED  The run ran away to infinity.
2 runs  SLOW      The epochs ran out while the run was still descending."""
    )


def test_summary_of_one_run_is_its_sentence():
    result = batch({})
    assert result.summary() == f"The run {result.message}."


def test_summary_lists_ten_minima_and_counts_the_rest():
    minima = tuple(minimum(float(i), float(i), 1, 12) for i in range(12))
    shown = batch({}, {}, minima=minima).summary()
    assert "12 distinct minima:" in shown
    assert "... and 2 more" in shown
    assert len(re.findall(r"^ *\d+ .*%$", shown, re.MULTILINE)) == 10


def test_summary_without_a_minimum_says_so():
    slow = {"status": Status.SLOW, "grad_norm": 1.0}
    assert "No run reached a verified minimum." in batch(slow, slow).summary()


def test_columns_of_the_table_line_up():
    table = mixed().summary().splitlines()[4:7]
    assert len({len(line) for line in table}) == 1
    assert table[0].index("kind") == table[1].index("mini") == table[2].index("mini")


def test_explain_puts_the_worst_first_and_shows_the_worst_of_a_group():
    groups = mixed().explain().split("\n\n")
    assert [g.split(":")[0] for g in groups] == ["DIVERGED", "SLOW", "CONVERGED"]
    assert "2 of 5 runs" in groups[1]
    assert "Run 4 was still on its way down" in groups[1]
    assert "Run 0 reached a minimum" in groups[2]


def test_explain_covers_every_status():
    rows = [{"status": status} for status in Status]
    assert len(batch(*rows).explain().split("\n\n")) == len(Status)


def test_escape_is_told_by_the_parent_and_of_the_children():
    child = {"x0": 0.0, "parent": 0}
    result = batch(TRAP, {**child, "x": -0.5}, {**child, "x": 0.5}, best=1)
    assert "escape=True continued it in runs 1 and 2, which end at x = -0.5 and x = 0.5" in (
        result.explain(0).replace("\n", " ")
    )
    assert "Runs 1 and 2 are continuations of run 0" in result.explain()
    assert "a continuation of run 0 by escape=True" in result.explain(2)


def test_story_of_one_run():
    assert (
        mixed().explain(3)
        == """\
Run 3 of 5
  start      x = 3, f = 11
  steps      12 with the automatic step
  end        x = 1, f = 2.5
  gradient   0.25
  point      minimum
  verdict    SLOW
It was still on its way down when the epochs ended: x = 1, f = 2.5, after 12 steps with the
automatic step; the gradient there is still 0.25; allow more epochs."""
    )


def test_a_negative_row_counts_from_the_end_and_a_wrong_one_is_refused():
    assert mixed().explain(-1) == mixed().explain(4)
    with pytest.raises(IndexError):
        mixed().explain(5)


@settings(deadline=None, max_examples=200)
@given(st.floats(-1e308, 1e308, allow_subnormal=False))
def test_a_number_reads_back_to_its_digits(value):
    assert float(number(value)) == pytest.approx(value, rel=5e-4, abs=0.0)
    assert float(number(value, 6)) == pytest.approx(value, rel=5e-6, abs=0.0)


def test_numbers_points_and_lists():
    assert [number(v) for v in (0.0, -0.0, 2.0, 999999.0, 1e6, 1e-17)] == [
        "0", "0", "2", "999999", "1e6", "1e-17",
    ]  # fmt: skip
    assert number(0.1 + 0.2) == "0.3"
    assert number(NAN) == "undefined"
    assert point(("a", "b"), (0.5, 2.0)) == "(a, b) = (0.5, 2)"
    assert listed(["x"]) == "x"
    assert listed([]) == ""
    assert several(1, "run") + several(0, "run") == "1 run0 runs"


def said(expr, **more):
    return symgd.minimize(expr, **more).message


def test_the_trap_for_real():
    curvature = 2 - 4 * np.pi**2
    assert said(COSINE, x0=0, lr=0.01, epochs=100) == (
        f"stalled at its start: x = 0 is a maximum (f'' = {curvature:.2f}); f is even in x, so "
        "every descent from 0 stays at 0; start elsewhere, or use escape=True, which reaches "
        "x = -0.4758 and x = 0.4758"
    )


def test_the_cubic_for_real():
    message = said("x**3 - 6*x**2 + 11*x - 6", x0=0, lr=0.1, epochs=50)
    assert "f fell from -6 to minus infinity" in message
    assert "as x goes to minus infinity, x**3 outweighs all else" in message


def test_a_step_too_large_for_real():
    message = said("x**2", x0=1, lr=1.1, epochs=50)
    assert "the step is too large: with lr = 1.1 f grew from 1 to 8.282e7" in message
    assert f"{1.2**100:.4g}" == "8.282e+07"  # each step multiplies x by 1 - 2.2


def test_the_domain_for_real():
    assert "after 1 step: at x = -0.8, log(x) needs x > 0" in said("x + log(x)", x0=1, lr=0.9)


def test_the_epochs_that_a_slow_run_asks_for_are_enough_and_needed():
    slow = {"expr": "(x - 2)**2 + y**2/4", "x0": [1.0, 1.0], "lr": 0.05}
    left = int(re.search(r"about ([\d,]+) more", said(**slow, epochs=20))[1].replace(",", ""))
    assert symgd.minimize(**slow, epochs=20 + left + left // 10).success
    assert not symgd.minimize(**slow, epochs=20 + left // 2).success


def test_the_rate_that_an_oscillating_run_asks_for_is_safe():
    start = {"expr": COSINE, "x0": -1.76, "epochs": 3000}
    message = said(**start, lr=0.06)
    assert "goes round a cycle of 2 points" in message
    safe = float(re.search(r"take an lr below ([\d.]+)", message)[1])
    assert symgd.minimize(**start, lr=0.95 * safe).success
    assert not symgd.minimize(**start, lr=1.05 * safe).success


def test_a_result_shows_its_summary():
    result = symgd.minimize("(x - 1)**2", x0=0)
    assert repr(result) == result.summary() == f"The run {result.message}."
