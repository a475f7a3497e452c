"""The notebook's sweep of rates and epochs against the notebook's loops."""

from __future__ import annotations

import math

import numpy as np

import symgd

from .effort import Effort
from .functions import Array
from .table import Row
from .timing import medians

_EXPR = "sin(x)*exp(-0.05*x**2)"
_RATES = np.linspace(1e-10, 0.1, 50)
_EPOCHS = np.linspace(10, 500, 40).round().astype(int)
_PYTHON, _NUMPY = "the notebook's Python loop", "NumPy, all rates at once"


def ours() -> Array:
    """Sweep, with its verdicts."""
    return symgd.sweep(_EXPR, x0=0, lr=_RATES, epochs=_EPOCHS).x


def python() -> Array:
    """Loop over rates and numbers of epochs, as the notebook does."""
    return np.array([[_descended(lr, count) for count in _EPOCHS] for lr in _RATES])


def _descended(lr: float, epochs: int) -> float:
    x = 0.0
    for _ in range(epochs):
        x -= lr * math.exp(-0.05 * x * x) * (math.cos(x) - 0.1 * x * math.sin(x))
    return x


def numpy() -> Array:
    """Loop over numbers of epochs, with an array for the rates."""
    ends = []
    for count in _EPOCHS:
        x = np.zeros_like(_RATES)
        for _ in range(count):
            x = x - _RATES * np.exp(-0.05 * x * x) * (np.cos(x) - 0.1 * x * np.sin(x))
        ends.append(x)
    return np.array(ends).T


def rows(effort: Effort) -> list[Row]:
    """Measure the sweep of 50 rates and 40 numbers of epochs."""
    seconds = medians({"symgd": ours, _PYTHON: python, _NUMPY: numpy}, effort.rounds)
    return [
        Row("sweep", "50 rates x 40 numbers of epochs", seconds["symgd"], peer, seconds[peer])
        for peer in (_PYTHON, _NUMPY)
    ]
