"""Unknown names: each is refused, and the one that was meant is told."""

from __future__ import annotations

import inspect

import pytest

import symgd
from symgd import ConfigurationError, Problem
from symgd.given.names import nearest
from symgd.given.types import SweepArguments

MINIMIZE = list(inspect.signature(symgd.minimize).parameters)
MEANT = {
    "n_starts": "starts", "num_starts": "starts", "n_restarts": "starts", "Starts": "starts",
    "start": "x0", "guess": "x0", "initial_guess": "x0", "X0": "x0",
    "max_iter": "epochs", "maxiter": "epochs", "iterations": "epochs", "n_iter": "epochs",
    "epoch": "epochs", "max_steps": "epochs", "max_iters": "epochs",
    "random_state": "seed", "n_jobs": "workers", "threads": "workers", "worker": "workers",
    "learning_rate": "lr", "learningrate": "lr", "step_size": "lr", "alpha": "lr", "lrr": "lr",
    "limits": "bounds", "bound": "bounds", "tolerance": "tol", "gtol": "tol",
    "parameters": "params", "param": "params", "optimizer": "method", "func": "expr",
    "verbose": "progress", "timeout": "time_limit",
    "sampelr": "sampler", "startbox": "start_box", "polished": "polish",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), MEANT.items())
def test_the_name_that_was_meant(typed, meant):
    assert nearest(typed, MINIMIZE) == meant
    with pytest.raises(ConfigurationError) as caught:
        symgd.minimize("x**2", **{typed: 1})
    assert (caught.value.argument, caught.value.got) == (typed, 1)
    assert caught.value.takes.endswith(f"minimize has no such argument; did you mean {meant}?")


@pytest.mark.parametrize("typed", ["colour", "zzz", "_", "wordy"])
def test_nothing_is_meant_by_a_name_that_is_like_none(typed):
    assert nearest(typed, MINIMIZE) is None


@pytest.mark.parametrize("name", MINIMIZE)
def test_a_known_name_is_its_own_nearest(name):
    assert nearest(name, MINIMIZE) == name


def test_words_for_arguments_that_a_function_lacks_are_not_offered():
    assert nearest("trajectory", SweepArguments.__annotations__) is None
    assert nearest("trajectory", MINIMIZE) == "history"


@pytest.mark.parametrize("call", [symgd.sweep, Problem, symgd.minimize])
def test_every_entry_point_refuses_unknown_names(call):
    words = f"parms: got .*{call.__name__} has .* mean params"
    with pytest.raises(ConfigurationError, match=words):
        call("a*x**2", parms={"a": 1})


def test_signatures_are_the_real_ones():
    parameters = inspect.signature(symgd.minimize).parameters.values()
    assert not any(p.kind is p.VAR_KEYWORD for p in parameters)
    assert not any("__signature__" in vars(f) for f in (symgd.minimize, symgd.sweep, Problem))


def test_values_out_of_a_list_get_the_nearest_too():
    with pytest.raises(ConfigurationError, match="did you mean sobol"):
        symgd.minimize("x**2", sampler="sobool")
    with pytest.raises(ConfigurationError, match="did you mean width"):
        symgd.minimize("width**2", bounds={"widht": (0, 1)})
    with pytest.raises(ConfigurationError, match="did you mean height"):
        Problem("height*x", params={"height": 1}).with_params({"heigth": 2})


@pytest.mark.parametrize("function", [symgd.minimize, symgd.maximize])
@pytest.mark.parametrize(("setting", "kind"), [("beta", "Momentum"), ("beta1", "Adam")])
def test_a_setting_of_a_method_is_told_its_place(function, setting, kind):
    with pytest.raises(ConfigurationError) as caught:
        function("x**2", **{setting: 0.5})
    place = caught.value.takes.partition("write method=")[2]
    assert place == f"symgd.methods.{kind}(lr, {setting}=...)"
    assert setting in getattr(symgd.methods, kind)(0.1).settings


@pytest.mark.parametrize(("lr", "beta"), [(-1, 0.9), ("a", 0.9), (0.1, float("nan")), (0.1, "b")])
def test_settings_of_method_objects_are_numbers(lr, beta):
    with pytest.raises(ConfigurationError, match=r"^(lr|beta): got"):
        symgd.minimize("x**2", x0=1, method=symgd.methods.Momentum(lr, beta))
