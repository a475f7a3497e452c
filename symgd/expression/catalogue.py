"""The list of all functions that a formula may use, made from their table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from .functions import ROWS, Function, Shorthand

_CONDITIONS = ("less", "less_equal", "equal", "not_equal", "logical_and", "logical_or")
_LEFT_OUT = (*_CONDITIONS, "logical_not")  # which users write as <, ==, &, | and ~
_ARGUMENTS = {
    "atan2": "y, x", "log": "x, base", "power": "x, y", "where": "condition, a, b",
    "heaviside": "x, middle", "clip": "x, lo, hi", "polygamma": "n, x", "besselj": "n, x",
}  # fmt: skip
_MANY = ("minimum", "maximum")


def rows() -> Iterator[tuple[str, Sequence[str], str]]:
    """Give for each function how it is called, its other spellings, and what it needs or is.

    Examples
    --------
    >>> next(rows())
    ('sin(x)', (), '')
    """
    for row in ROWS:
        if row.spellings and row.name not in _LEFT_OUT:
            first, *others = row.spellings
            yield f"{first}({_arguments(row)})", tuple(others), _needs(row)


def names() -> str:
    """Give the names of all functions in lines, with what else a formula may hold."""
    listed = " ".join(call.partition("(")[0] for call, _, _ in rows())
    return "\n".join(
        [
            *textwrap.wrap(listed, 76),
            "",
            "Piecewise((a, condition), ..., (b, True)) with conditions of <, <=, ==, !=,",
            "&, | and ~; pi and e; ^ is a power, as ** is; |x| is abs(x).",
        ]
    )


def _arguments(row: Function | Shorthand) -> str:
    if row.name in _ARGUMENTS:
        return _ARGUMENTS[row.name]
    if row.name in _MANY:
        return "x, y, ..."
    return ", ".join("xyz"[: row.arity])


def _needs(row: Function | Shorthand) -> str:
    if isinstance(row, Shorthand):
        return f"is {row.meaning}"
    if row.defined is None:
        return ""
    given = [name.strip() for name in _arguments(row).split(",")]
    return f"needs {row.defined.words.format(*given)}"
