"""What the page shows at first: checked here, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError
from ..given.boxes import Box, read_box
from ..given.names import hint
from ..given.numbers import read_number, read_whole
from ..given.points import read_points
from ..given.types import Count, Number, Pairs, Points
from ..problem import Problem

METHODS = ("gd", "momentum", "nesterov", "adam")
MOST_EPOCHS = 10_000  # steps that a page takes for each picture, at most
_TINIEST = float(np.nextafter(0, 1))
_SIDE = 3.0  # half of the region that is shown where none is given
_VARIABLES = 2
_FIRST = (0.8, 0.7)  # shares of its sides: where a run starts where no start is given


@dataclass(frozen=True)
class Settings:
    """What the page shows at first.

    Attributes
    ----------
    start : dict
        ``x0``, ``lr`` (None for one that suits the curvature), ``epochs``, ``method``, and the
        ``box`` that is shown, a pair a variable.
    """

    start: Mapping[str, Any]

    @property
    def middle(self) -> Array:
        """The middle of the region, ``(1, n_vars)``."""
        return np.array([[(low + high) / 2 for low, high in self.start["box"]]])


def read_settings(
    problem: Problem,
    x0: Points | None,
    start_box: Pairs | None,
    lr: Number | None,
    epochs: Count,
    method: str,
) -> Settings:
    """Check what the page is to show.

    Raises
    ------
    ConfigurationError
        Names the first argument that is wrong.
    """
    if len(problem.names) > _VARIABLES:
        takes = "a formula of one variable or two; params gives others a value"
        raise ConfigurationError("expr", problem.text, takes)
    if method not in METHODS:
        takes = f"one of {list(METHODS)}{hint(method, METHODS)}"
        raise ConfigurationError("method", method, takes)
    box = _read_region(problem, start_box)
    everywhere = Box(np.full(len(box), -np.inf), np.full(len(box), np.inf))
    point = _first(box) if x0 is None else read_points(x0, problem.names, everywhere)
    if np.ndim(point) != 1:
        raise ConfigurationError("x0", x0, "one point")
    count = read_whole("epochs", epochs, 1, MOST_EPOCHS)
    rate = None if lr is None else read_number("lr", lr, "a number > 0", _TINIEST)
    return Settings(
        {"x0": point.tolist(), "lr": rate, "epochs": count, "method": method, "box": box.tolist()}
    )


def _read_region(problem: Problem, start_box: Pairs | None) -> Array:
    """Read the region that is shown, ``(n_vars, 2)``."""
    if start_box is None:
        return np.tile([-_SIDE, _SIDE], (len(problem.names), 1))
    box = np.stack(read_box("start_box", start_box, problem.names, closed=True), axis=1)
    return np.asarray(box)


def _first(box: Array) -> Array:
    """Start off the middle and the diagonals, where symmetry would hold a run."""
    return np.asarray(box[:, 0] + np.array(_FIRST[: len(box)]) * (box[:, 1] - box[:, 0]))
