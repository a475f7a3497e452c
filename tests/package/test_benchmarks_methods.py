"""The contestants of `benchmarks.methods` take the same steps. Nothing here is timed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import c_program, methods
from benchmarks.contests import CONTESTS
from benchmarks.functions import SEVEN
from symgd.methods import METHODS, Fixed

HIMMELBLAU = SEVEN[4]
STARTS = HIMMELBLAU.starts(70)


def test_every_first_order_method_is_measured():
    assert set(CONTESTS) == {name for name, kind in METHODS.items() if issubclass(kind, Fixed)}


@pytest.mark.skipif(not c_program.compiler(), reason="no gcc")
@pytest.mark.parametrize("name", CONTESTS)
def test_c_ends_where_symgd_does(name, monkeypatch):
    monkeypatch.setattr(methods, "find_spec", lambda _: None)
    monkeypatch.setattr(c_program, "_BLOCKS", (8,))
    ours, theirs = methods.contestants(HIMMELBLAU, CONTESTS[name], 40, STARTS).values()
    assert abs(ours() - STARTS).max() > 1e-5
    np.testing.assert_allclose(theirs(), ours(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", sorted({*CONTESTS} - {"rprop"}))  # Optax's begins otherwise
def test_optax_ends_where_symgd_does(name):
    pytest.importorskip("optax")
    contest = CONTESTS[name]
    method = contest.method(contest.at(HIMMELBLAU))
    ours = methods.descents.steps(HIMMELBLAU, method, 40, STARTS)
    np.testing.assert_allclose(
        methods.optax(HIMMELBLAU, contest, 40, STARTS)(), ours(), rtol=0, atol=1e-12
    )


def test_the_page_names_the_worst_function_of_each_method():
    names = [function.name for function in SEVEN]
    times = {n: {"symgd": 1e-9, "C": 2e-9, "Optax": 8e-9} for n in names}
    times["cubic"] = {"symgd": 3e-9, "C": 2e-9, "Optax": 8e-9}
    alone = {n: {"symgd": 1e-9} for n in names}
    page = methods.page({"adam": times, "gd": alone}, 3)
    assert "| adam | 1.17 ns | 2 ns | 1.50 (cubic) | 8 ns | 6.84 | 2.67 (cubic) |" in page
    assert "| gd | 1 ns |  |  |  |  |  |" in page
    assert "| adam | 1, 2, 8 | 1, 2, 8 | 3, 2, 8 |" in page
