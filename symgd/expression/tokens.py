"""Text to tokens: an allow-list of characters, numbers, names and operators."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from ..errors import ExpressionError


@dataclass(frozen=True)
class Limits:
    """How large a formula may be.

    Parameters
    ----------
    characters, nesting, variables, name, digits, exponent, operations, instructions : int
        Characters of the text; depth of brackets, signs and powers; number of names; length
        of a name; digits of a number; size of a constant exponent; operations in f and its
        gradient after common sub-expressions are shared, and the instructions that these become,
        of which a power takes 158 and a sine 35.
    """

    characters: int = 8192
    nesting: int = 60
    variables: int = 64
    name: int = 32
    digits: int = 40
    exponent: int = 1000
    operations: int = 10_000
    instructions: int = 80_000


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: its kind (``number name operator end``), what it says, and its place."""

    kind: str
    text: str
    start: int
    stop: int


_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n\u00a0]+)
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[A-Za-z][A-Za-z0-9_]*)
  | (?P<foreign>//|&&|<<|>>|<>|->|:=)
  | (?P<operator>\*\*|<=|>=|==|!=|[-+*/^(),<>&|~]
                |[\u00d7\u00b7\u22c5\u00f7\u2212\u2013\u2264\u2265\u2260])
  | (?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
  | (?P<greek>π)
    """,
    re.VERBOSE,
)

_HINTS = {
    "//": "write floor(a/b)",
    "%": "write mod(a, b) for a remainder, and percentages as fractions, such as 0.05",
    "!": "write gamma(x + 1) for x!; != compares inside where()",
    "=": "write the formula alone, without '='; == compares inside where()",
    ":=": "write the formula alone, without ':='",
    "[": "there are no subscripts or lists; write variables as x1, x2 and group with ( )",
    "]": "there are no subscripts or lists; write variables as x1, x2 and group with ( )",
    "{": "group with ( )",
    "}": "group with ( )",
    "'": "there are no strings, and no f'; write the formula alone",
    '"': "there are no strings; write the formula alone",
    ".": "there are no attributes; write sin(x) rather than np.sin(x)",
    ";": "write one formula, without ';'",
    ":": "write one formula, without ':'; where(condition, a, b) chooses",
    "->": "write the formula alone, without '->'",
    "@": "there are no matrix products; write sums of products",
    "_": "a name starts with a letter",
    "&&": "write (a < b) & (c < d)",
    "<>": "write != inside where()",
    "#": "there are no comments",
    "$": "write the formula without LaTeX",
    "\\": "write the formula without LaTeX",
    "\N{SQUARE ROOT}": "write sqrt(x)",
    "\N{INFINITY}": "infinite values are not allowed",
    "\N{N-ARY SUMMATION}": "write the terms out",
}

# Signs of the keyboards of others, and what they are here.
_SAME = str.maketrans("×·⋅÷−–⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "***/--0123456789-")  # noqa: RUF001
_COMPARED = {"≤": "<=", "≥": ">=", "≠": "!="}


def tokenize(text: str, limits: Limits, start: int = 0) -> list[Token]:
    """Split a text, from `start` on, into tokens, the last of which is its end.

    Parameters
    ----------
    text : str
        The formula.
    limits : Limits
        How large it may be.
    start : int
        Where it begins.

    Returns
    -------
    list of Token
        Numbers, names, operators, and the end.

    Raises
    ------
    ExpressionError
        If a character is not allowed or a limit is passed.

    Examples
    --------
    >>> [t.text for t in tokenize("2*x^3", Limits())]
    ['2', '*', 'x', '^', '3', '']
    """
    if len(text) > limits.characters:
        raise ExpressionError(
            f"the formula has {len(text)} characters; at most {limits.characters} are allowed",
            text,
            limits.characters + 1,
        )
    tokens, position = [], start
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup == "foreign":
            raise _unexpected(text, position, match.group() if match else text[position])
        if match.lastgroup != "space":
            read = _read(str(match.lastgroup), match.group(), position)
            _check(read[-1], text, limits)
            tokens += read
        position = match.end()
    return [*tokens, Token("end", "", len(text), len(text))]


def _read(kind: str, written: str, start: int) -> list[Token]:
    """Give the tokens that a piece of the text stands for: more than one for ``²``."""
    stop, plain = start + len(written), written.translate(_SAME)
    if kind == "greek":
        return [Token("name", "pi", start, stop)]
    if kind == "operator":
        return [Token(kind, _COMPARED.get(plain, plain), start, stop)]
    if kind != "raised":
        return [Token(kind, written, start, stop)]
    signs = [Token("operator", "-", start, stop)] if plain.startswith("-") else []
    number = Token("number", plain.removeprefix("-"), start, stop)
    return [Token("operator", "^", start, stop), *signs, number]


def _unexpected(text: str, position: int, found: str) -> ExpressionError:
    hint = f": {_hint(found)}" if _hint(found) else ""
    printable = " " < found[0] <= "~"
    shown = repr(found) if printable else f"the character {_code_point(found)}"
    return ExpressionError(f"{shown} is not allowed{hint}", text, position + 1)


def _hint(found: str) -> str:
    name = unicodedata.name(found[0], "").split()
    if name[:2] == ["GREEK", "SMALL"] and len(name) == 4:
        return f"write {name[3].lower()}"
    return _HINTS.get(found, "")


def _code_point(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def _check(token: Token, text: str, limits: Limits) -> None:
    message = None
    if token.kind == "name" and len(token.text) > limits.name:
        message = f"a name has at most {limits.name} characters"
    if token.kind == "number":
        message = _number_fault(token.text, limits)
    if message:
        raise ExpressionError(message, text, token.start + 1)


def _number_fault(number: str, limits: Limits) -> str | None:
    if sum(c.isdigit() for c in number) > limits.digits:
        return f"a number has at most {limits.digits} digits"
    value = float(number)
    if math.isinf(value):
        return f"{number} is too large for a floating-point number"
    mantissa = number.lower().partition("e")[0]
    if value == 0 and mantissa.strip("0."):
        return f"{number} is too small for a floating-point number"
    return None
