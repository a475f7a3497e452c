"""Arrays and what they are called, and tables whose columns are arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Self, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

# Not NDArray, which does not tell what it is from Python 3.12 on: files are read by these types.
_Shape: TypeAlias = tuple[Any, ...]
Array: TypeAlias = np.ndarray[_Shape, np.dtype[np.float64]]
Whole: TypeAlias = np.ndarray[_Shape, np.dtype[np.int64]]
Mask: TypeAlias = np.ndarray[_Shape, np.dtype[np.bool_]]
Indices: TypeAlias = np.ndarray[_Shape, np.dtype[np.intp]]

EPS = float(np.finfo(float).eps)
"""Distance of 1 from the next double."""

GOLDEN = (math.sqrt(5) - 1) / 2
"""A share that is in no step with any period, and with no grid."""

V = TypeVar("V", covariant=True)


def unrelated(n: int) -> Array:
    """Give n weights of which no whole multiples add up to 0, ``(n,)``: sums with them differ.

    By the theorem of Lindemann and Weierstrass on sines of whole numbers.
    """
    return np.asarray(1.5 + np.sin(np.arange(1.0, n + 1.0)))


class Frozen(Mapping[str, V]):
    """A mapping that nobody changes, and that can be pickled."""

    def __init__(self, values: Mapping[str, V]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> V:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


class Columns:
    """A dataclass whose fields are arrays with the same rows, or other `Columns`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Points(Columns):
    ...     x: Array
    ...     fun: Array
    >>> points = Points(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    >>> Points.concatenate([points, points]).take([1, 2])
    Points(x=array([2., 1.]), fun=array([4., 1.]))
    """

    def take(self, rows: Any) -> Self:
        """Give some of the rows, as an index of arrays says."""
        return self.each(lambda column: column[rows])

    def put(self, rows: Any, other: Self) -> None:
        """Replace some of the rows by those of another table, in place."""
        for name, column in columns(self).items():
            values = getattr(other, name)
            if isinstance(column, Columns):
                column.put(rows, values)
            else:
                column[rows] = values

    def each(self, change: Callable[[npt.NDArray[Any]], Any]) -> Self:
        """Give the table with each of its arrays changed."""
        changed = {
            name: column.each(change) if isinstance(column, Columns) else change(column)
            for name, column in columns(self).items()
        }
        return type(self)(**changed)

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Put the rows of several tables under each other."""
        tables = [columns(part) for part in parts]
        together = {
            name: type(column).concatenate([table[name] for table in tables])
            if isinstance(column, Columns)
            else np.concatenate([table[name] for table in tables])
            for name, column in tables[0].items()
        }
        return cls(**together)


def columns(table: Columns) -> dict[str, Any]:
    """Give the columns of a table by name."""
    return {field.name: getattr(table, field.name) for field in fields(table)}  # type: ignore[arg-type]
