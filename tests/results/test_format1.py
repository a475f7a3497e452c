"""Files of the first format: every number in them is read as it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import symgd

FOLDER = Path(__file__).parents[1] / "data" / "format1"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
COLUMNS = ("x0", "x", "fun", "grad_norm", "status", "kind", "nit", "minimum")


@pytest.fixture(scope="module")
def read():
    return {name: symgd.load(FOLDER / f"{name}.npz") for name in EXPECTED}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_column_is_what_it_was(name, read):
    outcome, expected = read[name], EXPECTED[name]
    if isinstance(outcome, symgd.Result):
        for column in (*COLUMNS, "lr", "parent"):
            np.testing.assert_array_equal(getattr(outcome.runs, column), expected[column])
        for column in (key for key in expected if key.startswith("evidence.")):
            values = getattr(outcome.runs.evidence, column.removeprefix("evidence."))
            np.testing.assert_array_equal(values, expected[column])
        for number in ("best", "nfev", "njev", "history_every"):
            assert getattr(outcome, number) == expected[number]
        np.testing.assert_array_equal(outcome.jac, expected["jac"])
        np.testing.assert_array_equal(outcome.beyond.ravel(), np.ravel(expected["beyond"]))
        assert (outcome.history is None) == (expected["history"] is None)
        for path, points in zip(outcome.history or [], expected["history"] or [], strict=True):
            np.testing.assert_array_equal(path, points)
    else:
        for column in (*COLUMNS, "borders"):
            np.testing.assert_array_equal(getattr(outcome, column), expected[column])
        assert list(outcome.dims) == expected["dims"]
        assert {dim: values.tolist() for dim, values in outcome.coords.items()} == (
            expected["coords"]
        )
        assert dict(outcome.fixed) == expected["fixed"]
    for minimum, columns in zip(outcome.minima, expected["minima"], strict=True):
        for column, value in columns.items():
            np.testing.assert_array_equal(getattr(minimum, column), value)
    settings = {**vars(outcome.settings), "bounds": list(map(list, outcome.settings.bounds))}
    named = "sampler", "until", "schedule", "clip_value", "clip_norm", "noise", "seed"
    later = dict.fromkeys(
        (*named, "outside", "maximize", "picked")
    )  # which older versions did not keep
    kept = {**settings, "width": list(outcome.settings.width)}
    assert kept == expected["settings"] | later
    problem = outcome.problem
    formula = {"text": problem.text, "names": list(problem.names), "params": dict(problem.params)}
    assert formula == expected["problem"]
    assert outcome.summary() == expected["summary"]


def test_rates_and_what_shows_at_starts_and_ends_are_known_of_sweeps(read):
    np.testing.assert_array_equal(read["sweep"].runs.lr[:, :, 0], [[0.01, 0.04]] * 5)
    assert np.isnan(read["automatic sweep"].runs.lr).all()
    sweep = read["params"]
    x0, evidence = sweep.runs.x0, sweep.runs.evidence
    expected = sweep.coords["a"] * x0[..., 0] ** 2 + 3 * x0[..., 1] ** 2
    np.testing.assert_allclose(evidence.fun0, expected, rtol=1e-15)
    assert (sweep.runs.evidence.condition == -1).all()
    assert "SLOW" in read["sweep"].explain()


def test_they_are_saved_in_the_present_format(read, tmp_path):
    for name in ("escaped", "params"):
        read[name].save(tmp_path / "again.npz")
        again = symgd.load(tmp_path / "again.npz")
        np.testing.assert_array_equal(again.runs.x, read[name].runs.x)
        assert again.summary() == EXPECTED[name]["summary"]
