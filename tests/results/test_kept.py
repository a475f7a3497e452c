"""Methods with schedules, noise and cut gradients go on from files as from memory."""

import json

import numpy as np
import pytest

import symgd
from symgd.methods import Adam, Momentum
from symgd.results.kept import packed, unpacked
from symgd.schedules import Constant, Cosine, Piecewise, WarmUp

ROSENBROCK = "(1 - x)**2 + 100*(y - x**2)**2"
STARTS = [[-1.2, 1.0], [0.5, 0.5], [-1.2, 1.0]]
WARM = WarmUp(20, then=Piecewise([Cosine(0.05, 60), 0.01], [60]))


@pytest.mark.parametrize(
    "how",
    [
        {"lr": 1e-3, "noise": 0.1, "clip_norm": 1.0, "clip_value": 0.5, "seed": 3},
        {"method": "adam", "lr": WARM},
        {"method": Momentum(WARM, beta=0.5), "noise": 0.2},
    ],
)
def test_fifty_epochs_a_file_and_fifty_more_are_a_hundred(tmp_path, how):
    half = symgd.minimize(ROSENBROCK, STARTS, epochs=50, tol=0, **how)
    half.save(tmp_path / "half.npz")
    again = symgd.load(tmp_path / "half.npz").resume(status=list(symgd.Status), epochs=50)
    whole = symgd.minimize(ROSENBROCK, STARTS, epochs=100, tol=0, **how)
    np.testing.assert_array_equal(again.runs.x, whole.runs.x)
    assert again.settings.noise == whole.settings.noise
    assert again.settings.schedule == whole.settings.schedule


def test_a_schedule_or_method_of_ones_own_is_not_kept():
    r = symgd.minimize("x**2", x0=1.0, lr=lambda epoch: 0.1 / epoch, epochs=5)
    assert packed(r.standing.method) is None
    r = symgd.minimize("x**2", x0=1.0, lr=WarmUp(3, then=lambda epoch: 0.1 / epoch), epochs=5)
    assert packed(r.standing.method) is None


def test_what_a_file_claims_is_checked():
    for around in ({"schedule": {"Schedule": {}}}, {"schedule": {"Cosine": {"steps": 0, "lr": 1}}}):
        with pytest.raises((ValueError, TypeError)):
            unpacked({"name": "adam", "settings": {"lr": 0.1}, "around": around})
    with pytest.raises(ValueError, match="newton"):
        unpacked({"name": "newton", "settings": {}, "around": {"noise": [0.1, 0]}})
    kept = packed(unpacked(json.loads(json.dumps(packed(Adam(0.1))))))
    assert kept == {"name": "adam", "settings": Adam(0.1).settings}


def test_another_method_has_neither_the_noise_nor_the_schedule_of_the_one_before():
    noisy = symgd.minimize("x**2 + 1", x0=[1.0, 2.0], lr=0.1, noise=0.1, epochs=20)
    calm = noisy.resume(method="gd", lr=0.1, epochs=20)
    assert calm.settings.noise is None
    assert "noise" not in calm.explain(0)
    x = noisy.runs.x[:, 0] * 0.8**20  # by hand: x - 0.1 * 2x
    np.testing.assert_allclose(calm.runs.x[:, 0], x, rtol=1e-12)
    planned = noisy.resume(method=symgd.methods.GradientDescent(Constant(0.1)), epochs=5)
    assert planned.settings.schedule == "Constant(lr=0.1)"
