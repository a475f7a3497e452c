"""Starts by name, in whatever holds names, and numbers that are none."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import sympy
import xarray as xr

import symgd
from symgd import ConfigurationError
from symgd.given.boxes import Box
from symgd.given.points import read_points

NAMES = ("x", "y")
OPEN = Box(np.full(2, -np.inf), np.full(2, np.inf))
RECORDS = np.array([(2.0, 1.0), (4.0, 3.0)], dtype=[("y", float), ("x", float)])
MANY = [
    pd.DataFrame({"y": [2, 4], "x": [1, 3]}),
    {"y": [2, 4], "x": [1, 3]},
    {"y": np.array([2, 4]), "x": (1.0, 3.0)},
    {"y": pd.Series([2, 4], index=[7, 8]), "x": pd.Series([1, 3])},
    RECORDS,
    RECORDS.view(np.recarray),
    xr.Dataset({"y": ("run", [2, 4]), "x": ("run", [1, 3])}),
    pd.DataFrame({sympy.Symbol("y"): [2, 4], sympy.Symbol("x"): [1, 3]}),
]
ONE = [
    {"y": 2, "x": 1},
    {sympy.Symbol("y"): Fraction(2), "x": np.float32(1)},
    pd.Series({"y": 2, "x": 1}),
    pd.DataFrame({"y": [2], "x": [1]}).iloc[0],
    RECORDS[0],
    pd.Series([1, 2]),
]


@pytest.mark.parametrize("given", MANY, ids=lambda g: type(g).__name__)
def test_many_starts_are_matched_by_name(given):
    assert read_points(given, NAMES, OPEN).tolist() == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize("given", ONE, ids=lambda g: type(g).__name__)
def test_one_start_is_matched_by_name(given):
    assert read_points(given, NAMES, OPEN).tolist() == [1.0, 2.0]


def test_a_single_value_is_that_of_every_start():
    points = read_points({"x": 5, "y": [1, 2, 3]}, NAMES, OPEN)
    assert points.tolist() == [[5, 1], [5, 2], [5, 3]]


def test_one_variable_takes_a_series_a_column_and_a_mapping():
    box = Box(np.array([-np.inf]), np.array([np.inf]))
    column = pd.DataFrame({"start": [1.0, 2.0]}, index=[5, 6])["start"]
    for given, points in [
        (column, [[1], [2]]),
        (pd.DataFrame({"x": [1, 2]}), [[1], [2]]),
        ({"x": [1, 2]}, [[1], [2]]),
        ({"x": 1}, [1]),
        (3, [3]),
    ]:
        assert read_points(given, ["x"], box).tolist() == points


def test_the_order_of_variables_decides_nothing_by_name():
    table = pd.DataFrame({"y": [2.0], "x": [1.0]})
    for variables in (["x", "y"], ["y", "x"]):
        result = symgd.minimize("x + 10*y", table, variables=variables, epochs=1, bounds=(0, 9))
        assert dict(zip(variables, result.runs.x0[0], strict=True)) == {"x": 1.0, "y": 2.0}


def test_a_sweep_takes_the_same():
    table = pd.DataFrame({"y": [2, 4], "x": [1, 3]})
    sweep = symgd.sweep("x**2 + y**2", lr=[0.1, 0.2], x0=table, epochs=2)
    assert sweep.dims == ("lr", "x0")
    assert sweep.x0[0].tolist() == [[1, 2], [3, 4]]
    fixed = symgd.sweep("x**2 + y**2", lr=[0.1, 0.2], x0={"y": 2, "x": 1}, epochs=2)
    assert fixed.dims == ("lr",)
    assert fixed.x0.tolist() == [[1, 2]] * 2
    assert symgd.sweep("x**2", x0={"x": [1, 2]}, epochs=2).coords["x0"].tolist() == [1, 2]


# x0, the argument that the error names, words of what it got and takes
WRONG = [
    ({"x": 1, "Y": 2}, "x0", "did you mean y"),
    ({"x": 1, "y": 2, "z": 3}, "x0", "got ['x', 'y', 'z']"),
    ({"x": 1}, "x0", "got nothing for y"),
    ({}, "x0", "got nothing for x, y"),
    (pd.DataFrame([[1.0, 2.0]]), "x0", "got ['0', '1']; takes names out of ['x', 'y']"),
    (pd.DataFrame([[1.0, 2.0, 3.0]], columns=["x", "y", "x"]), "x0['x']", "a list of numbers"),
    ({"x": [1, 2], "y": [1, 2, 3]}, "x0", "[2, 3] values"),
    ({"x": [], "y": []}, "x0['x']", "a list of numbers"),
    ({"x": [[1]], "y": 1}, "x0['x']", "a list of numbers"),
    ({"x": "1", "y": 2}, "x0['x']", "got 1; takes a number"),
    ({"x": 1, "y": np.nan}, "x0", "finite"),
    ({"x": 1, "y": True}, "x0['y']", "a list of numbers"),
    (pd.DataFrame({"x": [1, 2], "y": ["1", "2"]}), "x0['y']", "a list of numbers"),
    (pd.DataFrame({"x": [1, 2], "y": pd.array([1, None], "Int64")}), "x0", "finite"),
    ("12", "x0", "shape (2,)"),
    (["1", "2"], "x0", "shape (2,)"),
    ([1, "2"], "x0", "shape (2,)"),
    (b"12", "x0", "shape (2,)"),
    (np.array(["1", "2"], dtype=object), "x0", "shape (2,)"),
    (np.array([b"1", b"2"]), "x0", "shape (2,)"),
    (np.array([True, False]), "x0", "shape (2,)"),
    (np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[D]"), "x0", "shape (2,)"),
]


@pytest.mark.parametrize("call", [symgd.minimize, symgd.sweep])
@pytest.mark.parametrize(("x0", "argument", "words"), WRONG)
def test_wrong_starts(call, x0, argument, words):
    with pytest.raises(ConfigurationError) as caught:
        call("x**2 + y**2", x0=x0)
    assert caught.value.argument == argument
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["1", b"1", np.array("1"), np.str_("1")])
def test_text_is_no_number_anywhere(text):
    for given in (
        {"x0": text}, {"lr": text}, {"tol": text}, {"epochs": text}, {"bounds": (text, 9)},
        {"params": {"a": text}},
    ):  # fmt: skip
        with pytest.raises(ConfigurationError):
            symgd.minimize("a*x**2", **{"params": {"a": 1}, **given})
    for given in ({"lr": [0.1, text]}, {"epochs": [1, text]}, {"params": {"a": [1, text]}}):
        with pytest.raises(ConfigurationError):
            symgd.sweep("a*x**2", **{"params": {"a": 1}, **given})
