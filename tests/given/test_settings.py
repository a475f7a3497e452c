"""Settings of methods beyond which their formulas mean nothing are refused before any run."""

import pytest

import symgd
from symgd.methods import Adam, AdamW, Momentum, NAdam, RMSProp, RProp


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (Adam(0.1, beta1=1.0), "beta1: got 1.0; takes a number >= 0 and < 1"),
        (Adam(0.1, beta1=-1), "beta1: got -1; takes a number >= 0 and < 1"),
        (NAdam(0.1, beta2=1), "beta2: got 1; takes a number >= 0 and < 1"),
        (RMSProp(0.1, decay=2), "decay: got 2; takes a number >= 0 and < 1"),
        (AdamW(0.1, eps=-1e-8), "eps: got -1e-08; takes a number > 0"),
        (Adam(0.1, eps=0), "eps: got 0; takes a number > 0"),
        (RProp(0.1, shrink=0), "shrink: got 0; takes a number > 0 and <= 1"),
        (RProp(0.1, grow=0.9), "grow: got 0.9; takes a number >= 1"),
        (Momentum(0.1, beta=1.5), "beta: got 1.5; takes a number > -1 and < 1"),
        (Momentum(0.1, beta=1), "beta: got 1; takes a number > -1 and < 1"),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(method, said):
    with pytest.raises(symgd.ConfigurationError) as caught:
        symgd.minimize("x**2", x0=1.0, method=method, epochs=5)
    assert said in str(caught.value)
    with pytest.raises(symgd.ConfigurationError):
        symgd.minimize("x**2", x0=1.0, lr=0.1, epochs=5).resume(method=method)


def test_one_value_of_several_on_an_axis_is_enough():
    with pytest.raises(symgd.ConfigurationError, match=r"beta1: got 1\.0; takes"):
        symgd.sweep("x**2", x0=1.0, lr=0.1, method="adam", beta1=[0.5, 1.0], epochs=5)
    with pytest.raises(symgd.ConfigurationError, match=r"beta1: got 1\.0; takes"):
        symgd.sweep("x**2", x0=1.0, lr=0.1, method="adam", beta1=[0.5, 1.0], clip_norm=1.0)


def test_a_schedule_beside_chosen_steps_is_shown_as_it_was_given():
    with pytest.raises(symgd.ConfigurationError) as caught:
        symgd.minimize("x**2", method="newton", lr=symgd.schedules.Cosine(0.1, 10))
    assert str(caught.value).startswith("lr: got Cosine(lr=0.1, steps=10")


def test_a_class_in_place_of_a_method_is_told_how_to_make_one():
    with pytest.raises(symgd.ConfigurationError, match=r"such as Adam\(lr=\.\.\.\)"):
        symgd.minimize("x**2", method=Adam)
    with pytest.raises(symgd.ConfigurationError, match=r"such as Newton\(\)"):
        symgd.minimize("x**2", method=symgd.methods.Newton)


def test_changes_of_gradients_are_checked_all_along_an_axis():
    for name, values in {
        "noise": [0.0, -0.1],
        "clip_norm": [1.0, 0.0],
        "clip_value": [1, -1],
    }.items():
        with pytest.raises(symgd.ConfigurationError, match=f"{name}: got"):
            symgd.sweep("x**2", x0=1.0, lr=0.1, epochs=5, **{name: values})
