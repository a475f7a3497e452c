r"""LaTeX as plain text, for a hint: what ``\frac{1}{2}x^2`` is when it is typed here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .functions import BY_SPELLING

_PIECE = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-z]|[0-9]+\.?[0-9]*|\.[0-9]+|\S")
_NOTHING = {"\\left", "\\right", "\\displaystyle", "\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "$"}
_SIGNS = {"\\cdot": "*", "\\times": "*", "\\div": "/", "\\le": "<=", "\\ge": ">=", "\\ne": "!="}
_GREEK = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma
    tau upsilon phi chi psi omega""".split()  # noqa: SIM905
_NAMES = {"\\operatorname", "\\mathrm", "\\text"}
_MOST = 200  # characters of LaTeX that are looked at


class _UnclearError(Exception):
    """What is written may mean this or that."""


def without_latex(text: str) -> str:
    r"""Write LaTeX as a formula for `read`; nothing where its meaning is not plain.

    Examples
    --------
    >>> without_latex(r"\frac{1}{2}x^2 + \sin(\pi x)")
    '(1/2)*x^2 + sin(pi*x)'
    >>> without_latex(r"\sin^2 x")
    ''
    """
    if len(text) > _MOST:
        return ""
    pieces = [p for p in _PIECE.findall(text) if p not in _NOTHING]
    try:
        rest = iter(pieces)
        return _joined(list(_plain(rest, "")))
    except (_UnclearError, StopIteration, RuntimeError):
        return ""


def _plain(pieces: Iterator[str], end: str) -> Iterator[str]:
    """Give operands, functions and signs up to an end."""
    for piece in pieces:
        if piece == end:
            return
        if piece == "{":
            yield _grouped(_inside(pieces))
        elif piece in ("\\frac", "\\dfrac", "\\tfrac"):
            above, below = _argument(pieces), _argument(pieces)
            yield f"({above}/{below})"
        elif piece == "\\sqrt":
            yield f"sqrt({_inside_argument(pieces)})"
        elif piece in _NAMES:
            yield _inside_argument(pieces).replace("*", "")
        elif piece in _SIGNS:
            yield _SIGNS[piece]
        elif piece.startswith("\\"):
            yield _word(piece[1:])
        else:
            yield piece
    if end:
        raise _UnclearError


def _word(name: str) -> str:
    if name not in _GREEK and name not in BY_SPELLING:
        raise _UnclearError
    return name


def _inside(pieces: Iterator[str]) -> str:
    return _joined(list(_plain(pieces, "}")))


def _inside_argument(pieces: Iterator[str]) -> str:
    if next(pieces, "") != "{":
        raise _UnclearError
    return _inside(pieces)


def _argument(pieces: Iterator[str]) -> str:
    return _grouped(_inside_argument(pieces))


def _grouped(text: str) -> str:
    return text if re.fullmatch(r"\w+", text) else f"({text})"


def _joined(parts: list[str]) -> str:
    """Put a sign of multiplication between operands that only stand beside each other."""
    text, before = "", ""
    for part in parts:
        if before in BY_SPELLING and part != "(":
            raise _UnclearError
        operand = bool(re.match(r"[\w(.]", part))
        if operand and before and re.search(r"[\w)]$", before) and before not in BY_SPELLING:
            text += "*"
        text += f" {part} " if part in "+-" and before not in ("", "(", "^", ",") else part
        before = part
    return text
