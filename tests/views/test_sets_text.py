"""How sets of minima read: never one arbitrary point as if it were the answer."""

from __future__ import annotations

import json

import numpy as np
import pytest

import symgd


def read(text):
    return " ".join(text.split())


def test_a_line_of_minima_says_what_only_is_determined():
    result = symgd.minimize("(x + y - 1)**2")
    words = read(result.summary())
    assert "reached a curve of minima, f = 0" in words
    assert "only x + y is determined, x + y = 1" in words
    assert "is one point of it" in words
    assert "1 distinct minimum:" in words
    assert "On minimum 0 only x + y is determined." in words
    assert "only x + y is determined" in result.message
    assert "only x + y is determined" in read(result.explain(0))
    assert "curve of minima" in result._repr_html_()


def test_the_table_shows_the_range_of_what_varies():
    result = symgd.minimize("(x - y)**2 + (z - 3)**2")
    low, high = result.runs.x[:, 0].min(), result.runs.x[:, 0].max()
    row = next(line for line in result.summary().splitlines() if line.startswith("0 "))
    ends = [f"{low:.4g}", "to", f"{high:.4g}"]
    assert row.split()[1:8] == [*ends, *ends, "3"]


@pytest.mark.parametrize(
    ("expr", "shape"),
    [
        ("(x**2 + y**2 + z**2 - 1)**2", "a surface of minima"),
        ("(w + x + y + z - 1)**2", "a set of minima of dimension 3"),
        ("max(x - 1, 0)**2 + max(-1 - x, 0)**2", "a flat piece of minima"),
    ],
)
def test_sets_are_named_by_their_dimension(expr, shape):
    assert f"reached {shape}" in read(symgd.minimize(expr, starts=32).summary())


def test_several_sets_share_one_line():
    words = read(symgd.minimize("(x*y - 1)**2").summary())
    assert "2 distinct minima" in words
    assert "On minima 0 and 1 only x*y is determined." in words


def test_a_set_on_a_bound_tells_the_bound_too():
    words = read(symgd.minimize("(x - y)**2 + z", bounds=(0, 5), starts=16).summary())
    assert "only z and x - y are determined" in words
    assert "at the lower bound z = 0 its slope is 1" in words


def test_a_dictionary_holds_what_is_determined():
    minimum = symgd.minimize("(a*b - 6)**2 + (c - 2)**2", starts=16).to_dict()["minima"][0]
    assert minimum["dimension"] == 1
    assert minimum["determined"] == pytest.approx({"c": 2, "a*b": 6})
    assert minimum["varies"] == {"a": True, "b": True, "c": False}
    assert minimum["lowest"]["a"] < minimum["highest"]["a"]
    json.dumps(minimum)


def test_a_sweep_names_the_set():
    starts = np.random.default_rng(0).uniform(-2, 2, (20, 2))
    sweep = symgd.sweep("(x**2 + y**2 - 1)**2", x0=starts)
    assert "a curve of minima (f = 0)" in sweep.summary()
    assert sweep.minima[0].dimension == 1
    assert "only x**2 + y**2 is determined" in read(sweep[15:18].explain())


def test_an_ordinary_minimum_reads_as_before():
    words = read(symgd.minimize("(x - 1)**2 + 3").summary())
    assert "reached a minimum: x = 1, f = 3" in words
    assert "determined" not in words
