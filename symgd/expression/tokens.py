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
    """A piece of the text: its kind (``number name operator end``) and where it stands."""

    kind: str
    text: str
    start: int

    @property
    def stop(self) -> int:
        """Position after its last character."""
        return self.start + len(self.text)


_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[A-Za-z][A-Za-z0-9_]*)
  | (?P<foreign>//|&&|\|\||<<|>>|<>|->|:=)
  | (?P<operator>\*\*|<=|>=|==|!=|[-+*/^(),<>&|~])
    """,
    re.VERBOSE,
)

_HINTS = {
    "//": "there is no whole-number division; write a/b",
    "%": "there is no remainder; write percentages as fractions, such as 0.05",
    "!": "there is no factorial; != compares inside where()",
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
    "||": "write (a < b) | (c < d) inside where(), and abs(x) for |x|",
    "<>": "write != inside where()",
    "#": "there are no comments",
    "$": "write the formula without LaTeX",
    "\\": "write the formula without LaTeX",
    "\N{MULTIPLICATION SIGN}": "write *",
    "\N{MIDDLE DOT}": "write *",
    "\N{DOT OPERATOR}": "write *",
    "\N{DIVISION SIGN}": "write /",
    "\N{MINUS SIGN}": "write -",
    "\N{EN DASH}": "write -",
    "\N{SUPERSCRIPT TWO}": "write ^2",
    "\N{SUPERSCRIPT THREE}": "write ^3",
    "\N{GREEK SMALL LETTER PI}": "write pi",
    "\N{SQUARE ROOT}": "write sqrt(x)",
    "\N{LESS-THAN OR EQUAL TO}": "write <=",
    "\N{GREATER-THAN OR EQUAL TO}": "write >=",
    "\N{NOT EQUAL TO}": "write !=",
    "\N{INFINITY}": "infinite values are not allowed",
    "\N{NO-BREAK SPACE}": "write a plain space",
}


def tokenize(text: str, limits: Limits) -> list[Token]:
    """Split a text into tokens, the last of which is its end.

    Parameters
    ----------
    text : str
        The formula.
    limits : Limits
        How large it may be.

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
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup == "foreign":
            raise _unexpected(text, position, match.group() if match else text[position])
        if match.lastgroup != "space":
            token = Token(str(match.lastgroup), match.group(), position)
            _check(token, text, limits)
            tokens.append(token)
        position = match.end()
    return [*tokens, Token("end", "", len(text))]


def _unexpected(text: str, position: int, found: str) -> ExpressionError:
    hint = f": {_HINTS[found]}" if found in _HINTS else ""
    printable = " " < found[0] <= "~"
    shown = repr(found) if printable else f"the character {_code_point(found)}"
    return ExpressionError(f"{shown} is not allowed{hint}", text, position + 1)


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
