"""Texts about minima of -f as texts about maxima of f: words are turned, and so are values of f."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from .document import Document, Paragraph, Part, Table

if TYPE_CHECKING:
    from .data import Outcome

_PAIRS = (
    ("minimum", "maximum"), ("minima", "maxima"), ("minimize", "maximize"), ("lowest", "highest"),
    ("lowers f", "raises f"), ("lower point", "higher point"), ("f is lower", "f is higher"),
    ("lower limit", "upper limit"), ("falls", "rises"), ("fell", "rose"), ("fall", "rise"),
    ("falling", "rising"), ("fallen", "risen"), ("unbounded below", "unbounded above"),
    ("descending", "climbing"), ("descent", "ascent"), ("on its way down", "on its way up"),
    ("leads down", "leads up"), ("way down", "way up"), ("f grew", "f sank"),
    ("f is smaller", "f is larger"), ("ended higher", "ended lower"),
    ("in the valley", "on the hill"), ("out of the valley", "off the hill"),
    ("is higher there", "is lower there"), ("it is lower", "it is higher"),
    ("lower piece", "higher piece"),
    ("negative curvature", "positive curvature"),
)  # fmt: skip
_TURNED = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
_KEPT = r"\blr falls?\b|\blowest="  # a rate falls wherever f goes
_ANY = "|".join(sorted(map(re.escape, _TURNED), key=len, reverse=True))
_WORDS = re.compile(rf"{_KEPT}|\b({_ANY})\b")
_NUMBER = r"(?:-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?|(?:minus )?infinity)"
_VALUES = (
    re.compile(rf"(\bf(?:'')? = )({_NUMBER})()()"),
    re.compile(rf"((?:fell|rose|all the way,|f grew|f sank) from )({_NUMBER})( to )({_NUMBER})"),
    re.compile(rf"(on the way from )({_NUMBER})()()"),
    re.compile(rf"( towards )({_NUMBER})(, which it only)()"),
    re.compile(rf"(its slope is )({_NUMBER})()()"),
    re.compile(rf"(\bof curvature |at the curvature )({_NUMBER})()()"),
    re.compile(rf"(is (?:higher|lower) there than )({_NUMBER})()()"),
)
_CURVED = re.compile(rf"(curvatures from |^from )({_NUMBER})( to )({_NUMBER})")
_TERM = re.compile(r"(?<=, )(\S+)(?= outweighs)")
_SUM = re.compile(r"(?<=[\w)])\s*[-+]\s*")


def mixed_up(names: Iterable[str]) -> list[str]:
    """Give the names of variables that a turned text would take for f or for words about it."""
    return [name for name in names if name == "f" or name in _TURNED]


def told(outcome: Outcome, words: str) -> str:
    """Give words about a result as they are for its maxima, where it is about such."""
    return turned(words) if outcome.settings.maximize else words


def turned(words: str) -> str:
    """Turn a text about -f into one about f.

    Examples
    --------
    >>> turned("reached a minimum: x = 1, f = -2.5 (f'' = 4), after 3 steps; lower lr")
    "reached a maximum: x = 1, f = 2.5 (f'' = -4), after 3 steps; lower lr"
    >>> turned("f fell from 3 to minus infinity")
    'f rose from -3 to infinity'
    """
    for pattern in _VALUES:
        words = pattern.sub(lambda m: m[1] + _negated(m[2]) + m[3] + _negated(m[4]), words)
    words = _CURVED.sub(lambda m: m[1] + _negated(m[4]) + m[3] + _negated(m[2]), words)
    words = _TERM.sub(lambda m: _opposite(m[1]), words)
    return _WORDS.sub(lambda m: _TURNED[m[1]] if m[1] else m[0], words)


def turned_document(document: Document) -> Document:
    """Turn all of a text but its formulas and calls."""
    return [_turned_part(part) for part in document]


def _turned_part(part: Part) -> Part:
    if isinstance(part, Paragraph):
        return replace(part, text=turned(part.text))
    if not isinstance(part, Table):
        return part
    values = [i for i, name in enumerate(part.head) if name == "f"]
    rows = [
        [_negated(cell) if i in values else turned(cell) for i, cell in enumerate(row)]
        for row in part.rows
    ]
    return replace(part, title=turned(part.title), rows=rows)


def _negated(text: str) -> str:
    """Change the sign of a number; leave any other text."""
    if text in ("", "0"):
        return text
    for sign in ("-", "minus "):
        if text.startswith(sign):
            return text.removeprefix(sign)
    return f"minus {text}" if text == "infinity" else f"-{text}"


def _opposite(term: str) -> str:
    """Change the sign of a formula."""
    if _SUM.search(term):
        return f"-({term})"
    return term.removeprefix("-") if term.startswith("-") else f"-{term}"
