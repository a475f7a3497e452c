"""Points in a file of comma-separated values, whose first line names the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import ConfigurationError, SymgdError
from ..given.names import hint

Columns = dict[str, list[float]]


def read_columns(path: str, names: Sequence[str]) -> tuple[Columns, Columns | None]:
    r"""Read points and, if they are there, the starts of the searches for them.

    Parameters
    ----------
    path : str
        Name of the file. It has a column for each variable and, for starts, one as ``x0[a]``.
    names : sequence of str
        Names of the variables.

    Returns
    -------
    x : dict of str to list of float
        The points, by variable.
    x0 : dict of str to list of float or None
        Their starts.

    Raises
    ------
    ConfigurationError
        If a column is unknown, missing or there twice, or a value is no number.
    SymgdError
        If the file cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "points.csv")
    ...     _ = path.write_text("b,a\n1,2\n3,4\n")
    ...     read_columns(str(path), ["a", "b"])
    ({'a': [2.0, 4.0], 'b': [1.0, 3.0]}, None)
    """
    head, *rows = _lines(path)
    begins = {f"x0[{name}]": name for name in names}
    head = [name.strip() for name in head]
    _check(path, head, names, begins)
    values = [_numbers(path, number, head, row) for number, row in enumerate(rows, start=2) if row]
    if not values:
        raise ConfigurationError(path, "no points", "a line with numbers for each point")
    table = dict(zip(head, map(list, zip(*values, strict=True)), strict=True))
    x0 = {name: table[column] for column, name in begins.items() if column in table}
    return {name: table[name] for name in names}, x0 or None


def _lines(path: str) -> list[list[str]]:
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise SymgdError(f"{path} cannot be read: {reason}") from error
    return lines or [[]]


def _check(path: str, head: Sequence[str], names: Sequence[str], begins: Iterable[str]) -> None:
    """Refuse columns that are unknown, there twice, or missing."""
    known = [*names, *begins]
    for name in head:
        if head.count(name) > 1:
            raise ConfigurationError(path, f"the column {name} twice", "each column once")
    wanted = known if any(name in head for name in begins) else names
    missing = [name for name in wanted if name not in head]
    unknown = [name for name in head if name not in known]
    if unknown:
        meant = missing if len(missing) == len(unknown) == 1 else known
        ask = f"; did you mean {meant[0]}?" if len(meant) == 1 else hint(unknown[0], meant)
        takes = f"columns named {', '.join(wanted)}{ask}"
        raise ConfigurationError(path, f"the column {unknown[0]}", takes)
    if missing:
        takes = f"columns named {', '.join(wanted)}"
        raise ConfigurationError(path, f"no column {', '.join(missing)}", takes)


def _numbers(path: str, line: int, head: Sequence[str], row: Sequence[str]) -> list[float]:
    if len(row) != len(head):
        takes = f"{len(head)}, as there are columns"
        raise ConfigurationError(f"{path}, line {line}", f"{len(row)} values", takes)
    return [_number(path, line, name, text) for name, text in zip(head, row, strict=True)]


def _number(path: str, line: int, name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigurationError(f"{path}, line {line}", f"{name} = {text}", "a number") from None
