"""Tables of runs against the arrays they come from."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest

import symgd
from symgd import Kind, Status


@pytest.fixture(scope="module")
def several():
    return symgd.minimize("cos(2*pi*x) + y**2", starts=20, bounds=(-3, 3))


@pytest.fixture(scope="module")
def swept():
    starts = [[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]]
    return symgd.sweep("a*x**2 + y**2", x0=starts, lr=[0.1, 0.2], params={"a": [1, 2]}, epochs=9)


def test_one_row_a_run_with_the_words_of_its_verdict(several):
    table, runs = several.to_dataframe(), several.runs
    assert list(table.columns) == [
        "x0[x]", "x0[y]", "x[x]", "x[y]", "fun", "grad_norm", "status", "kind", "nit", "lr",
        "minimum", "parent",
    ]  # fmt: skip
    assert table.index.name == "run"
    np.testing.assert_array_equal(table[["x0[x]", "x0[y]"]], runs.x0)
    np.testing.assert_array_equal(table[["x[x]", "x[y]"]], runs.x)
    assert list(table["status"]) == [Status(code).name for code in runs.status]
    assert list(table["kind"]) == [Kind(code).name for code in runs.kind]
    for name in ("fun", "grad_norm", "nit", "lr", "minimum", "parent"):
        np.testing.assert_array_equal(table[name], getattr(runs, name))


def test_categories_are_all_verdicts_there_are(several):
    table = several.to_dataframe()
    assert list(table["status"].cat.categories) == [status.name for status in Status]
    assert list(table["kind"].cat.categories) == [kind.name for kind in Kind]


def test_one_variable_needs_no_brackets():
    result = symgd.minimize("(t - 1)**2", x0=[3.0, 4.0], lr=0.5, epochs=3)
    table = result.to_dataframe()
    assert list(table["x0"]) == [3.0, 4.0]
    assert list(table["x"]) == [1.0, 1.0]
    assert list(table["lr"]) == [0.5, 0.5]


def test_names_of_variables_never_meet_names_of_columns():
    table = symgd.minimize("(fun - 1)**2 + x0**2 + x**2", starts=4).to_dataframe()
    assert table.columns.is_unique
    np.testing.assert_allclose(table["x[fun]"], 1.0)


def test_labelled_arrays_of_a_result(several):
    data, runs = several.to_xarray(), several.runs
    assert dict(data.sizes) == {"run": 20, "variable": 2}
    np.testing.assert_array_equal(data.x.sel(variable="y"), runs.x[:, 1])
    np.testing.assert_array_equal(data.start.sel(variable="x"), runs.x0[:, 0])
    np.testing.assert_array_equal(data.status, runs.status)
    meanings = dict(
        zip(data.kind.flag_values.tolist(), data.kind.flag_meanings.split(), strict=True)
    )
    assert meanings == {kind.value: kind.name for kind in Kind}
    assert data.attrs["formula"] == "cos(2*pi*x) + y**2"
    assert symgd.minimize("x**2", x0=1).to_xarray().x.dims == ("run",)


def test_labelled_arrays_of_a_sweep(swept):
    data = swept.to_xarray()
    assert data.x.dims == ("x0", "lr", "a", "variable")
    cell = data.sel(lr=0.2, a=2, x0=1)
    expected = symgd.minimize("a*x**2 + y**2", x0=[3.0, -1.0], lr=0.2, params={"a": 2}, epochs=9)
    np.testing.assert_array_equal(cell.x, expected.x)
    assert cell.fun == expected.fun
    assert cell.start.values.tolist() == [3.0, -1.0]
    assert data.epochs == 9


def test_the_long_form_of_a_sweep_is_the_same(swept):
    table = swept.to_dataframe()
    assert list(table.columns[:7]) == ["x0", "lr", "a", "x0[x]", "x0[y]", "x[x]", "x[y]"]
    assert len(table) == 12
    row = table[(table.x0 == 2) & (table.lr == 0.1) & (table.a == 2)].iloc[0]
    expected = symgd.minimize("a*x**2 + y**2", x0=[0.5, 0.5], lr=0.1, params={"a": 2}, epochs=9)
    assert [row["x[x]"], row["x[y]"]] == expected.x.tolist()
    assert row["status"] == expected.status.name


def test_a_part_of_a_sweep_keeps_what_was_taken(swept):
    data = swept.sel(lr=0.2)[1].to_xarray()
    assert data.x.dims == ("a", "variable")
    assert data.lr == 0.2
    point = swept[0, 0, 0].to_dataframe()
    assert len(point) == 1
    assert point["x[x]"][0] == swept.x[0, 0, 0, 0]


@pytest.mark.parametrize("name", ["x", "fun", "kind", "variable", "start"])
def test_a_swept_parameter_may_have_the_name_of_a_column(name):
    swept = symgd.sweep(f"{name}*t**2 + u**2", x0=[1.0, 1.0], params={name: [1, 2]}, epochs=3)
    named = f"params[{name}]"
    assert swept.to_dataframe()[named].tolist() == [1, 2]
    assert swept.to_xarray()[named].values.tolist() == [1, 2]
    assert swept[1].to_xarray()[named] == 2


@pytest.mark.parametrize(
    ("package", "method"), [("pandas", "to_dataframe"), ("xarray", "to_xarray")]
)
def test_a_missing_package_names_the_extra(monkeypatch, swept, package, method):
    monkeypatch.setitem(sys.modules, package, None)
    for result in (symgd.minimize("x**2", x0=1), swept):
        with pytest.raises(symgd.MissingPackageError, match=r"symgd\[tables\]") as caught:
            getattr(result, method)()
        assert isinstance(caught.value, ImportError)
        assert isinstance(caught.value, symgd.SymgdError)
        assert package in str(pickle.loads(pickle.dumps(caught.value)))
