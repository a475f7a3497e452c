"""Numbers, points and lists as words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

_NOT_FINITE = {math.inf: "infinity", -math.inf: "minus infinity"}
_NAMED = 4  # variables up to which a point names each
_SHOWN = 3  # entries of a longer point that are shown


def number(value: float, digits: int = 4) -> str:
    """Write a number for reading: whole numbers in full, others to some significant digits.

    Examples
    --------
    >>> number(-37.478417), number(100000.0), number(-1.25e300)
    ('-37.48', '100000', '-1.25e300')
    """
    if not math.isfinite(value):
        return _NOT_FINITE.get(value, "undefined")
    if value == round(value, 0) and abs(value) < 1e6:
        return str(int(value))
    mantissa, mark, exponent = f"{value:.{digits}g}".partition("e")
    return mantissa + mark + (str(int(exponent)) if mark else "")


def point(names: Sequence[str], x: Iterable[float], digits: int = 4) -> str:
    """Write a point with the names of its variables.

    Examples
    --------
    >>> point(["x"], [0.5]), point(["x", "y"], [1.0, 2.0])
    ('x = 0.5', '(x, y) = (1, 2)')
    >>> point([f"x{i}" for i in range(9)], [0.0] * 9)
    '(x0, x1, x2, ..., x8) = (0, 0, 0, ..., 0)'
    """
    return f"{names[0] if len(names) == 1 else vector(names)} = {place(x, digits)}"


def place(x: Iterable[float], digits: int = 4) -> str:
    """Write a point without the names of its variables.

    Examples
    --------
    >>> place([0.5]), place([1.0, 2.0])
    ('0.5', '(1, 2)')
    """
    entries = [number(v, digits) for v in x]
    return entries[0] if len(entries) == 1 else vector(entries)


def vector(entries: Sequence[str]) -> str:
    """Write entries in brackets, leaving out the middle of a long list."""
    shown = list(entries)
    if len(shown) > _NAMED:
        shown[_SHOWN:-1] = ["..."]
    return f"({', '.join(shown)})"


def listed(parts: Sequence[str], most: int = 6) -> str:
    """Join parts by commas and "and".

    Examples
    --------
    >>> listed(["x", "y", "z"])
    'x, y and z'
    >>> listed(list("abcdefgh"), most=3)
    'a, b, c and 5 more'
    """
    shown = list(parts)
    if len(shown) > most:
        shown = [*shown[:most], f"{len(parts) - most} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def several(count: int, word: str, words: str = "") -> str:
    """Write a count with its noun; `words` is a plural that takes more than an s.

    Examples
    --------
    >>> several(1, "run"), several(12000, "epoch")
    ('1 run', '12,000 epochs')
    """
    return f"{count:,} {word if count == 1 else words or word + 's'}"
