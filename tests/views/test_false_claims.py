"""Words that once were false: about rules that break off, halted sweeps, and rates that are 0."""

import numpy as np
import pytest

import symgd
from symgd.schedules import Cosine


def undefined(x, grad, epoch, lr):
    return x - lr * np.sqrt(grad - 5)


def divided(x, grad, epoch, lr):
    return x - lr * grad / (epoch - 5)


@pytest.mark.parametrize(("rule", "steps"), [(undefined, 9), (divided, 4)])
def test_a_rule_that_breaks_off_is_neither_a_fall_nor_too_large_a_step(rule, steps):
    """In plain Python: after so many steps the next one is nan, or divides by zero."""
    x = 3.0
    for epoch in range(1, steps + 1):
        x = float(rule(x, 2 * x, epoch, 0.1))
    with np.errstate(all="ignore"):
        assert not np.isfinite(rule(np.float64(x), np.float64(2 * x), steps + 1, 0.1))
    r = symgd.minimize("x**2 + 1", x0=3.0, method=rule, lr=0.1, epochs=20)
    assert r.nit == steps
    assert r.x == pytest.approx([x])
    assert f"the next step of the method '{rule.__name__}' is not finite" in r.message
    assert "lowest value" not in r.message
    assert "lower lr" not in r.message


def test_a_rule_of_ones_own_that_runs_away_is_still_told_so():
    def uphill(x, grad, epoch, lr):
        return x + lr * grad

    r = symgd.minimize("x**2 + 1", x0=3.0, method=uphill, lr=0.1, epochs=5000)
    assert "ran away" in r.message
    assert "f grew from 10 to" in r.message


def test_a_step_that_remembers_nothing_may_give_x_alone():
    def plain(x, grad, epoch, lr):
        return x - lr * grad

    own = symgd.minimize("x**2 + y**4", x0=[1, 2], method=plain, lr=0.01, epochs=9)
    gd = symgd.minimize("x**2 + y**4", x0=[1, 2], method="gd", lr=0.01, epochs=9)
    np.testing.assert_array_equal(own.x, gd.x)


def test_of_rates_whose_runs_were_stopped_nothing_is_claimed():
    s = symgd.sweep(
        "x**2 + y**2", x0=[1.0, 2.0], lr=[1e-9, 2e-9], epochs=10**10, callback=lambda state: True
    )
    assert (s.status == symgd.Status.STOPPED).all()
    assert "No rate is too large" not in s.summary()


@pytest.mark.parametrize("method", ["momentum", "nesterov"])
def test_no_more_epochs_are_advised_where_the_rate_has_come_to_zero(method):
    r = symgd.minimize("x**2/10", x0=5.0, method=method, lr=Cosine(0.1, 10), epochs=12)
    assert r.status is symgd.Status.SLOW
    assert "more epochs" not in r.message
    assert "let lr fall more slowly" in r.message
    slower = symgd.minimize("x**2/10", x0=5.0, method=method, lr=Cosine(0.1, 2000), epochs=2000)
    assert slower.fun < r.fun / 1e6


def test_a_sweep_names_its_method_and_says_why_auto_picked_it():
    s = symgd.sweep("x**2", x0=1.0, method="momentum", lr=0.1, beta=[0.1, 0.5], epochs=5)
    assert "momentum, lr = 0.1, 5 epochs" in s.summary()
    rates = symgd.sweep("x**2", x0=1.0, method="adam", lr=[0.1, 0.2], epochs=5)
    assert "all from x = 1, adam, 5 epochs" in rates.summary()
    picked = " ".join(symgd.sweep("x**2", x0=[1.0, 2.0], method="auto").summary().split())
    assert "newton (auto picked it: 1 variable, and a Hessian that is quickly made)" in picked


def test_a_row_that_is_none_is_told_so():
    r = symgd.minimize("x**2", x0=[1.0, 2.0])
    with pytest.raises(IndexError, match="run 2 is none of the 2 runs, 0 to 1"):
        r.explain(2)
    with pytest.raises(symgd.ConfigurationError, match="run: got a; takes a whole number"):
        r.explain("a")
    assert r.explain(-1) == r.explain(np.int64(1))


def test_a_folder_that_is_none_is_named_and_not_a_file_of_ours(tmp_path):
    for write in (symgd.Problem("x**2").export, symgd.minimize("x**2", x0=1.0).save):
        with pytest.raises(FileNotFoundError, match="there is no such folder") as caught:
            write(tmp_path / "none" / "f.c")
        assert ".tmp" not in str(caught.value)


def test_an_engine_of_scipy_has_to_be_an_object():
    qmc = pytest.importorskip("scipy.stats").qmc
    for wrong in (qmc.Sobol, np.array(["sobol", "lhs"])):
        with pytest.raises(symgd.ConfigurationError, match=r"or an engine of scipy\.stats\.qmc"):
            symgd.minimize("x**2", sampler=wrong)


def test_a_range_of_a_curve_is_made_of_numbers():
    with pytest.raises(symgd.ConfigurationError, match="lo, hi: got a, 6; takes two"):
        symgd.plots.curve("sin(x)", "a", 6)
