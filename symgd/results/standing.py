"""Where runs stand, and what they need to go on."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Array, Whole
from ..methods import Method


@dataclass(frozen=True, eq=False)
class Standing:
    """Where runs stand, and with what they go on.

    Attributes
    ----------
    begun, x : ndarray
        Where each began, and where its descent stopped, before its end was polished,
        ``(n_runs, n_vars)``.
    target : ndarray
        The stationary point to which it belongs, ``(n_runs, n_vars)``.
    target_kind : ndarray
        What that is, a code of `Kind`.
    steps : ndarray
        Steps it took with this method; 0 where it remembers nothing.
    evaluations : ndarray
        Evaluations of the gradient.
    memory : ndarray
        What it remembers, ``(n_runs, n_rows)``.
    method : Method or None
        How steps are made; None where that is not known, as no file holds code.
    """

    begun: Array
    x: Array
    target: Array
    target_kind: Whole
    steps: Whole
    evaluations: Whole
    memory: Array
    method: Method | None

    def __getstate__(self) -> dict[str, Any]:
        """Leave out a method that only this process knows."""
        state = dict(vars(self))
        try:
            pickle.dumps(self.method)
        except Exception:  # whatever a stranger's class raises
            state["method"] = None
        return state


def fresh(method: Method, n_vars: int, width: Array) -> Array:
    """Give what a run of a method remembers before its first step, ``(n_rows,)``."""
    rows, begin = method.rows(n_vars), method.begin(width)
    kept = [begin.get(name, np.zeros((rows[name], 1)))[:, :1] for name in method.kept(n_vars)]
    return np.concatenate([np.zeros((0, 1)), *kept])[:, 0]
