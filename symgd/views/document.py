"""A text in parts, which a terminal, a page (`views.html`) and Markdown each show in their way."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 96
_EQUALS = "\0=\0"
_MARKS = re.compile(r"[\\`*_\[\]<>#|~&$]|^[-+=]")
_NUMBER = re.compile(r"^(\d+)(?=[.)])")  # begins a list


@dataclass(frozen=True)
class Paragraph:
    """Words that flow.

    Attributes
    ----------
    text : str
        The words, without line breaks.
    indent, hanging : int
        Spaces before its lines, and further ones before all but the first.
    heading : int
        Level of a heading, from 1; 0 for none.
    apart : bool
        Whether there is room before it.
    """

    text: str
    indent: int = 0
    hanging: int = 0
    heading: int = 0
    apart: bool = True


@dataclass(frozen=True)
class Table:
    """Cells in rows.

    Attributes
    ----------
    title : str
        What stands above them, on a line of its own; empty for none.
    rows : sequence of sequence of str
        The cells.
    align : str
        For each column ``<`` or ``>``, the side to which it is aligned.
    head : sequence of str
        Names of the columns; empty for none.
    colours : sequence of str
        For each row the colour of a spot before it; empty for none.
    indent, gap : int
        Spaces before a row, and between its cells.
    wrapped : bool
        Whether the last column is broken into lines.
    apart : bool
        Whether there is room before it.
    """

    title: str
    rows: Sequence[Sequence[str]]
    align: str
    head: Sequence[str] = ()
    colours: Sequence[str] = ()
    indent: int = 0
    gap: int = 2
    wrapped: bool = False
    apart: bool = True


@dataclass(frozen=True)
class Code:
    """A formula or a call as it is typed; `markup` is the same typeset in HTML, where it is."""

    text: str
    markup: str = ""
    apart: bool = True


@dataclass(frozen=True)
class Picture:
    """What a picture shows, and its SVG elements for light and for dark paper."""

    title: str
    light: str
    dark: str
    apart: bool = True


Part: TypeAlias = Paragraph | Table | Code | Picture
Document: TypeAlias = list[Part]


def lines(texts: Iterable[str], indent: int = 0, hanging: int = 0) -> Document:
    """Make paragraphs that follow what is before them without room."""
    return [Paragraph(text, indent, hanging, apart=False) for text in texts]


def terminal(document: Document) -> str:
    """Write a document as plain text.

    Parameters
    ----------
    document : list of Paragraph, Table, Code or Picture
        What to write; of a picture only its title is shown.

    Returns
    -------
    str
        Lines of `WIDTH` characters at most, but for tables and code.

    Examples
    --------
    >>> rows = [["1", "one"], ["20", "twenty"]]
    >>> print(terminal([Table("Numbers:", rows, "><", indent=2)]))
    Numbers:
       1  one
      20  twenty
    """
    text = ""
    for part in document:
        text += ("\n\n" if part.apart else "\n") * bool(text) + _plain(part)
    return text


def _plain(part: Part) -> str:
    if isinstance(part, Paragraph):
        return _wrapped(part.text, part.indent, part.hanging)
    if isinstance(part, Table):
        return "\n".join([part.title] * bool(part.title) + _rows(part))
    return part.text if isinstance(part, Code) else part.title


def _wrapped(text: str, indent: int, hanging: int) -> str:
    """Break a paragraph into lines, but never inside an equation."""
    broken = textwrap.fill(
        text.replace(" = ", _EQUALS),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return broken.replace(_EQUALS, " = ")


def _rows(table: Table) -> list[str]:
    rows = [table.head, *table.rows] if table.head else table.rows
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    gap = " " * table.gap
    shown = [
        gap.join(
            f"{cell:{side}{width}}"
            for cell, side, width in zip(row, table.align, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    if not table.wrapped:
        return [" " * table.indent + row for row in shown]
    hanging = sum(widths[:-1]) + table.gap * (len(widths) - 1)
    return [_wrapped(row, table.indent, hanging) for row in shown]


def markdown(document: Document) -> str:
    r"""Write a document in Markdown, as CommonMark with tables reads it.

    Parameters
    ----------
    document : list of Paragraph, Table, Code or Picture
        What to write; indented paragraphs become items of a list, of a picture only its title
        is shown.

    Returns
    -------
    str

    Examples
    --------
    >>> print(markdown([Paragraph("a*b = 1:"), Paragraph("c", indent=2, apart=False)]))
    a\*b = 1:
    - c
    """
    text = ""
    for part in document:
        item = isinstance(part, Paragraph) and part.indent > 0 and not part.apart
        text += ("\n" if item else "\n\n") * bool(text) + _marked(part)
    return text


def _marked(part: Part) -> str:
    if isinstance(part, Paragraph):
        mark = "#" * part.heading + "-" * bool(part.indent)
        return f"{mark} {_escaped(part.text)}" if mark else _escaped(part.text)
    if isinstance(part, Code):
        fence = "`" * max(3, *(1 + len(ticks) for ticks in re.findall("`+", part.text)), 0)
        return f"{fence}\n{part.text}\n{fence}"
    if isinstance(part, Picture):
        return f"*{_escaped(part.title)}*"
    sides = [":---" if side == "<" else "---:" for side in part.align]
    head, *rows = (
        [_escaped(cell) for cell in row] for row in (part.head or [""] * len(sides), *part.rows)
    )
    table = "\n".join(f"| {' | '.join(row)} |" for row in (head, sides, *rows))
    return f"{_escaped(part.title)}\n\n{table}" if part.title else table


def _escaped(text: str) -> str:
    """Take their meaning from all characters that have one in Markdown."""
    return _NUMBER.sub(r"\1\\", _MARKS.sub(r"\\\g<0>", " ".join(text.split())))
