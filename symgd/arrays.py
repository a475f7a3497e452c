"""Arrays and what they are called, and dataclasses whose fields are columns of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Indices: TypeAlias = npt.NDArray[np.intp]

EPS = float(np.finfo(float).eps)
"""Distance of 1 from the next double."""

GOLDEN = (math.sqrt(5) - 1) / 2
"""A share that is in no step with any period, and with no grid."""

Table = TypeVar("Table")


def part(table: Table, rows: Any) -> Table:
    """Give some of the rows."""
    return type(table)(**{name: column[rows] for name, column in vars(table).items()})


def put(table: object, rows: Any, others: object) -> None:
    """Replace some of the rows by those of another table."""
    for name, column in vars(table).items():
        column[rows] = getattr(others, name)


def joined(tables: Sequence[Table]) -> Table:
    """Put the rows of several tables under each other."""
    columns = {n: np.concatenate([getattr(t, n) for t in tables]) for n in vars(tables[0])}
    return type(tables[0])(**columns)
