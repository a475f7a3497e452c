"""The explorer opens where a run of a result or a sweep was made, or says why it cannot."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import symgd
from symgd import ConfigurationError
from symgd.methods import Adam, Momentum, Nesterov
from symgd.schedules import Exponential

TRAP = "cos(2*pi*x) + x**2"


def known(page):
    """Give what the scripts of a page know."""
    (data,) = re.findall(r"const FORMULA = (.*?);\n", page.html)
    return json.loads(data)


def inside(page, *points):
    """Whether all points are shown, off the edge of the picture."""
    low, high = np.transpose(known(page)["start"]["box"])
    return all(((low < point) & (point < high)).all() for point in points)


@pytest.mark.parametrize("method", ["gd", "momentum", "nesterov", "adam"])
def test_the_page_opens_at_method_rate_epochs_and_start_of_the_run(method):
    r = symgd.minimize(TRAP, x0=[0.7, 0.3], lr=0.01, epochs=60, method=method)
    start = known(r.explore(1))["start"]
    del start["box"]
    assert start == {"x0": [0.3], "lr": 0.01, "epochs": 60, "method": method}
    assert known(r.explore(-1)) == known(r.explore(1))


def test_the_best_run_is_opened_unless_another_is_asked_for():
    r = symgd.minimize("x**4 - 3*x**2 + x", x0=[1.0, -1.0], lr=0.01)
    assert known(r.explore())["start"]["x0"] == [-1.0]  # the lower minimum is the left one
    with pytest.raises(IndexError):
        r.explore(2)


def test_run_and_minima_are_in_the_picture():
    r = symgd.minimize("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", start_box=(-5, 5), starts=40)
    assert len(r.minima) == 4
    assert inside(r.explore(7), r.runs.x0[7], *(m.x for m in r.minima))
    far = symgd.minimize("(x - 1e6)**2 + (y + 3)**2", x0=[2e6, -3], lr=0.1, epochs=5)
    assert inside(far.explore(), far.runs.x0[0], far.x, [1.5e6, 1e5 - 3], [1.5e6, -1e5 - 3])


def test_a_run_that_never_moved_has_its_surroundings_in_the_picture():
    page = symgd.minimize(TRAP, x0=0, lr=0.01, epochs=100).explore()
    assert inside(page, [-0.4758], [0.4758])


def test_a_run_that_is_gone_does_not_take_the_picture_along():
    r = symgd.minimize("x**2", x0=1, lr=1.1, epochs=50)
    assert r.status.name == "DIVERGED"
    (side,) = known(r.explore())["start"]["box"]
    assert inside(r.explore(), [1.0])
    assert side[1] - side[0] < 10


def test_both_sides_of_a_cycle_are_in_the_picture():
    r = symgd.minimize("sin(x)*exp(-x**2/20)", x0=0, lr=2.4, epochs=1000)
    x = r.x[0]
    across = x - 2.4 * np.exp(-(x**2) / 20) * (np.cos(x) - np.sin(x) * x / 10)
    assert abs(across - x) > 1
    assert inside(r.explore(), r.x, [across])


def test_a_run_that_arrived_early_opens_with_as_many_steps_as_it_took():
    r = symgd.minimize("(x - 1)**2", x0=0, lr=0.1)
    assert r.status.name == "CONVERGED"
    assert known(r.explore())["start"]["epochs"] == r.nit < 200
    trap = symgd.minimize(TRAP, x0=0, lr=0.01, epochs=70)
    assert trap.nit == 0
    assert known(trap.explore())["start"]["epochs"] == 70


def test_runs_that_chose_their_steps_open_at_plain_ones():
    for more in ({}, {"faithful": True}):
        start = known(symgd.minimize(TRAP, x0=0.3, **more).explore())["start"]
        assert (start["x0"], start["lr"], start["method"]) == ([0.3], None, "gd")


def test_judged_points_open_where_they_began_or_are():
    text = "x**2 + y**2"
    assert known(symgd.judge(text, x=[1, 1]).explore())["start"]["x0"] == [1.0, 1.0]
    assert known(symgd.judge(text, x=[1, 1], x0=[2, 3]).explore())["start"]["x0"] == [2.0, 3.0]


def test_epochs_beyond_those_of_a_page_are_cut():
    r = symgd.minimize("x**4", x0=1, lr=0.001, epochs=20_000)
    assert known(r.explore())["start"]["epochs"] == 10_000


def test_a_maximum_is_explored_as_the_descent_that_found_it():
    r = symgd.maximize("a - (x - 1)**2", params={"a": 3}, x0=0, lr=0.1)
    page = r.explore()
    assert page.text == "-(a - (x - 1)**2)"
    assert known(page)["params"] == {"a": 3.0}


def test_a_sweep_opens_at_the_values_of_its_axes():
    s = symgd.sweep(
        "a*x**2", x0=[1, 2], params={"a": [1, 3]}, lr=[0.1, 0.2], epochs=[5, 9], method="momentum"
    )
    page = s.explore(x0=2, a=3, lr=0.1, epochs=9)
    start = known(page)["start"]
    del start["box"]
    assert start == {"x0": [2.0], "lr": 0.1, "epochs": 9, "method": "momentum"}
    assert known(page)["params"] == {"a": 3.0}
    assert known(s.sel(a=1, lr=0.2).explore(x0=1, epochs=5))["params"] == {"a": 1.0}


def test_a_sweep_opens_at_its_best_run_among_those_that_are_left():
    s = symgd.sweep("x**2", x0=1.0, lr=[0.01, 0.4], epochs=[5, 50])
    start = known(s.explore(epochs=5))["start"]
    assert (start["lr"], start["epochs"]) == (0.4, 5)  # (1 - 2 lr)**5 is smaller for lr = 0.4
    with pytest.raises(ConfigurationError, match="axis"):
        s.explore(rate=0.1)


def test_starts_in_several_variables_are_points_of_a_sweep():
    s = symgd.sweep("x**2 + y**2", x0=[[1, 2], [3, 4]], lr=[0.1, 0.3], epochs=5)
    assert known(s.explore(x0=1, lr=0.3))["start"]["x0"] == [3.0, 4.0]


REFUSED = {
    "method": {"method": "newton"},
    "lr": {"lr": Exponential(0.1, 0.9)},
    "bounds": {"lr": 0.1, "bounds": (0, 3)},
    "noise": {"lr": 0.1, "noise": 0.1},
    "clip_value": {"lr": 0.1, "clip_value": 1.0},
    "clip_norm": {"lr": 0.1, "clip_norm": 1.0},
    "beta": {"method": Momentum(lr=0.1, beta=0.8)},
    "beta2": {"method": Adam(lr=0.1, beta2=0.9)},
}


@pytest.mark.parametrize("argument", REFUSED)
def test_runs_that_a_page_would_not_repeat_are_refused_before_a_report_is_written(
    argument, tmp_path
):
    r = symgd.minimize("x**2", x0=1, epochs=5, **REFUSED[argument])
    for call in (r.explore, lambda: r.report(tmp_path / "page.html", live=True)):
        with pytest.raises(ConfigurationError, match=r"problem.explore\(\)") as caught:
            call()
        assert caught.value.argument == argument
    assert list(tmp_path.iterdir()) == []


def test_a_parameter_with_the_name_of_a_setting_is_a_parameter():
    given = {"params": {"beta": 3}, "x0": 1, "lr": 0.1, "epochs": 5, "method": "momentum"}
    for made in (symgd.minimize("beta*x**2", **given), symgd.sweep("beta*x**2", **given)):
        assert known(made.explore())["params"] == {"beta": 3.0}


def test_settings_are_known_of_a_result_that_was_saved(tmp_path):
    r = symgd.minimize("x**2", x0=1, method=Momentum(lr=0.1, beta=0.8), epochs=5)
    r.save(tmp_path / "runs.npz")
    with pytest.raises(ConfigurationError, match="beta"):
        symgd.load(tmp_path / "runs.npz").explore()


def test_a_setting_that_is_swept_is_known():
    s = symgd.sweep("x**2", x0=1, lr=0.1, beta=[0.9, 0.5], epochs=9, method="nesterov")
    assert known(s.explore(beta=0.9))["start"]["method"] == "nesterov"
    with pytest.raises(ConfigurationError, match=r"beta: got 0\.5; takes 0\.9"):
        s.explore(beta=0.5)
    usual = symgd.minimize("x**2", x0=1, method=Nesterov(lr=0.1, beta=0.9), epochs=9)
    assert known(usual.explore())["start"]["method"] == "nesterov"


def test_more_than_two_variables_are_refused():
    with pytest.raises(ConfigurationError, match="one variable or two"):
        symgd.minimize("x**2 + y**2 + z**2", x0=[1, 1, 1]).explore()
