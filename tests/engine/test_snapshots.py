"""Snapshots of a batch, against runs that are taken to each number of epochs by themselves."""

from __future__ import annotations

import signal
import threading

import numpy as np
import pytest
from kernels import drive, prepared
from problems import COSINE
from rules import HeavyBall

from symgd import Interrupted
from symgd.engine.drive.snapshots import snapshots
from symgd.engine.kernel.stops import Stop

EPOCHS = [1, 2, 7, 64, 65, 300, 301, 1000]
CASES = {
    "fixed steps": (COSINE, {"lr": 0.01}),
    "fixed steps that leap": (COSINE, {"lr": 0.01, "leap": True}),
    "the automatic step": (COSINE, {"tol": 1e-8}),
    "runaways": ("x**3", {"lr": 0.1}),
    "an edge": ("log(x) + x", {"lr": 0.1}),
    "bounds": ("x**2", {"lr": 0.1, "bounds": [(0.5, 9.0)], "tol": 1e-6}),
    "limits of their own": (COSINE, {"lr": 0.01, "epochs": np.arange(1, 201)}),
}


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("name", CASES)
def test_a_snapshot_is_the_end_of_a_run_with_that_limit(name, workers):
    expr, settings = CASES[name]
    x0 = np.linspace(0.6, 2.5, 200)
    shots = list(snapshots(*prepared(expr, x0, **settings), EPOCHS, workers))
    assert len(shots) == len(EPOCHS)
    for count, shot in zip(EPOCHS, shots, strict=True):
        limit = np.minimum(settings.get("epochs", 1000), count)
        alone = drive(expr, x0, **{**settings, "epochs": limit})
        assert (shot.x == alone.x).all()
        assert (shot.nit == alone.nit).all()
        assert (shot.stop == alone.stop).all()


def test_the_rule_remembers_across_snapshots():
    kernel, batch = prepared("x**2 + y**4", [[1.0, 2.0]], rule=HeavyBall(0.1, 0.9), epochs=50)
    shots = list(snapshots(kernel, batch, range(1, 51)))
    alone = drive("x**2 + y**4", [[1.0, 2.0]], rule=HeavyBall(0.1, 0.9), epochs=50)
    assert (shots[-1].x == alone.x).all()


def test_ctrl_c_shows_where_the_runs_were():
    shots = snapshots(*prepared(COSINE, [0.3], lr=1e-9, epochs=10**12), [10, 10**12, 10**12])
    assert next(shots).stop.tolist() == [Stop.EPOCHS]
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(Interrupted) as caught:
        next(shots)
    stopped = caught.value.result
    assert stopped.stop.tolist() == [Stop.INTERRUPTED]
    assert stopped.nit[0] > 10
