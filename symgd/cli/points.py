"""Points in a file of comma-separated values, whose first line names the columns."""

from __future__ import annotations

import csv
import math
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
        If a column is unknown, missing or there twice, or a value is no finite number.
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
    begins = {f"x0[{name}]": name for name in names}
    table = _table(path, names, begins)
    x0 = {name: table[column] for column, name in begins.items() if column in table}
    return {name: table[name] for name in names}, x0 or None


def is_file(word: str) -> bool:
    """Tell whether a word in place of starts is the name of a file."""
    return word.lower().endswith(".csv")


def read_starts(path: str, names: Sequence[str]) -> Columns:
    """Read starts from a file that has a column for each variable, and no other.

    Raises
    ------
    ConfigurationError
        If a column is unknown, missing or there twice, or a value is no finite number.
    SymgdError
        If the file cannot be read.
    """
    return _table(path, names, ())


def _table(path: str, names: Sequence[str], begins: Iterable[str]) -> Columns:
    """Read the columns of a file, which are the names and may be all of the others."""
    (_, head), *rows = _lines(path)
    head = [name.strip() for name in head]
    _check(path, head, names, begins)
    values = [_numbers(path, number, head, row) for number, row in rows if row]
    if not values:
        raise ConfigurationError(path, "no points", "a line with numbers for each point")
    return dict(zip(head, map(list, zip(*values, strict=True)), strict=True))


def _lines(path: str) -> list[tuple[int, list[str]]]:
    """Read all rows with the numbers of the lines on which they end."""
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise SymgdError(f"{path} cannot be read: {reason}") from error
    return rows or [(1, [])]


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
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        place = f"{path}, line {line}, column {name}"
        raise ConfigurationError(place, text or "nothing", "a finite number")
    return number
