"""The benchmarks run, and their contestants compute the same thing. Nothing here is timed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy

from benchmarks import c_program, descents, first_answer, scaling, solutions, steps, sweeps, unseen
from benchmarks.__main__ import save
from benchmarks.effort import QUICK
from benchmarks.functions import RASTRIGIN, SEVEN, callables
from benchmarks.table import Row, duration, markdown

TINY = replace(
    QUICK, rounds=1, processes=1, starts=64, epochs=3, solved=20, share=5,
    batches=(2, 3), variables=(1, 2),
)  # fmt: skip


def by_hand(function, lr, epochs, starts):
    """The loop on paper, with Python's own arithmetic."""
    gradient = callables(function, "math")[1]
    ends = []
    for point in starts.tolist():
        for _ in range(epochs):
            point = [x - lr * g for x, g in zip(point, gradient(*point), strict=True)]
        ends.append(point)
    return np.array(ends)


@pytest.mark.parametrize("function", SEVEN, ids=lambda f: f.name)
@pytest.mark.parametrize("name", ["symgd", "loop", "numpy", "jax", "C"])
def test_descents_end_at_the_same_point(name, function):
    if name == "jax":
        pytest.importorskip("jax")
    if name == "C" and not c_program.compiler():
        pytest.skip("no gcc")
    starts = function.starts(10)
    make = c_program.descent if name == "C" else getattr(descents, name)
    call = make(function, function.lr, 20, starts)
    expected = by_hand(function, function.lr, 20, starts)
    for _ in range(2):  # a contestant is called many times
        np.testing.assert_allclose(call(), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["ours", "scipy", "optimistix"])
def test_solutions_are_minima(name):
    if name != "ours":
        pytest.importorskip(name)
    x = getattr(solutions, name)(RASTRIGIN, RASTRIGIN.starts(20))()
    gradient = 2 * x + 20 * np.pi * np.sin(2 * np.pi * x)
    curvature = 2 + 40 * np.pi**2 * np.cos(2 * np.pi * x)
    assert x.shape == (20, 2)
    assert abs(gradient).max() < 1e-3
    assert curvature.min() > 0


@pytest.mark.parametrize(
    "part", [steps, solutions, sweeps, first_answer, scaling], ids=lambda m: m.__name__
)
def test_part_runs(part, monkeypatch):
    for name, few in (("SEVEN", (SEVEN[0], RASTRIGIN)), ("_LONG", "x**4")):
        if hasattr(part, name):
            monkeypatch.setattr(part, name, few)
    rows = part.rows(TINY)
    assert rows
    assert all(row.ours > 0 and (row.theirs is None or row.theirs > 0) for row in rows)


def test_missing_peers_are_named(monkeypatch):
    monkeypatch.setattr(solutions, "find_spec", lambda name: None)
    rows = solutions.rows(TINY)
    assert [row.theirs for row in rows] == [None, None]
    assert markdown(rows).count("not installed") == 2


def test_page_holds_the_table_and_the_picture(tmp_path):
    rows = [
        Row("a", "fast", 2e-9, "peer", 5e-9, least=2.0),
        Row("a", "slow", 2e-9, "peer", 1e-9, least=2.0),
        Row("a", "missing", 2e-9, "other"),
        Row("b", "alone", 0.4, most=0.3),
    ]
    save(rows, tmp_path)
    page = (tmp_path / "benchmarks.md").read_text()
    assert "| a | fast | 2 ns | peer | 5 ns | 2.5 | at least 2 | yes |" in page
    assert "|  | slow | 2 ns | peer | 1 ns | 0.5 | at least 2 | no |" in page
    assert "|  | missing | 2 ns | other | not installed |  |  |  |" in page
    assert "| b | alone | 400 ms |  |  |  | at most 300 ms | no |" in page
    assert (tmp_path / "images" / "benchmarks.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (12.345, "12.3 s"),
        (1.0, "1 s"),
        (0.9999, "1 s"),
        (0.25, "250 ms"),
        (3e-6, "3 us"),
        (2e-10, "0.2 ns"),
    ],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_long_formula_has_200_operations():
    assert sympy.count_ops(sympy.sympify(first_answer._LONG)) == 200


def test_the_bound_for_what_was_not_found_is_measured_in_three_ways():
    few = {"lands": unseen.LANDS[:1], "drawn": {"halves": 0.5 ** np.arange(9.0)}}
    rows = list(unseen.rows(**few, seeds=4, many=500, starts=16))
    assert [row.sampler for row in rows] == ["spread"] * 3 + ["uniform"] * 3 + ["drawn"] * 3
    assert [row.starts for row in rows[:3]] == ["16", "64", "until 1%"]
    assert all(0 <= row.unseen <= row.bound <= 1 for row in rows)
    assert [row.minima for row in rows] == [6] * 6 + [9] * 3
