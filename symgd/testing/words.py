"""The words of a check that fails: formula, start, what was expected and what was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Array


def place(names: Sequence[str], x: Array) -> str:
    """Write a point, as ``x = 1, y = 2``."""
    return ", ".join(f"{n} = {v:.10g}" for n, v in zip(names, np.ravel(x), strict=True))


def failure(what: str, **lines: str) -> AssertionError:
    """Make the error of a check: what is wrong, then a line for each of the facts."""
    width = max(map(len, lines)) + 1
    rows = [f"  {name + ':':<{width}} {' '.join(line.split())}" for name, line in lines.items()]
    return AssertionError("\n".join([what, *rows]))
