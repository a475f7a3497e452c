"""Documents as HTML, for notebooks and pages, on light or dark ground.

Styles stand on the elements, and every colour that is not an accent is inherited. There is no
script, and what comes from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby, zip_longest

from .document import Code, Document, Paragraph, Part, Picture, Table

_TABLE = "margin: 0.4em 0 0; border-collapse: collapse; font-variant-numeric: tabular-nums"
_CELL = (
    "padding: 0.2em 0.6em; vertical-align: top; background: transparent; "
    "border-bottom: 1px solid rgba(128, 128, 128, 0.35); text-align: "
)
_SPOT = (
    "display: inline-block; width: 0.7em; height: 0.7em; border-radius: 0.2em; "
    "margin-right: 0.45em; background: "
)


def html(document: Document) -> str:
    """Write a document as one HTML element, for a notebook."""
    return f'<div style="line-height: 1.5; max-width: 60em">{elements(document)}</div>'


def elements(document: Document) -> str:
    """Write the parts of a document as HTML elements; pictures in a row share one."""
    parts = []
    for pictures, group in groupby(document, lambda part: isinstance(part, Picture)):
        inside = "".join(map(_element, group))
        parts.append(f'<div class="pictures">{inside}</div>' if pictures else inside)
    return "".join(parts)


def _element(part: Part) -> str:
    if isinstance(part, Picture):
        grounds = (("light", part.light), ("dark", part.dark))
        both = "".join(f'<div class="{name}">{svg}</div>' for name, svg in grounds)
        return f"<figure>{both}</figure>"
    if isinstance(part, Code):
        code = f"<pre><code>{escape(part.text)}</code></pre>"
        return f'<div class="formula">{part.markup}</div>' if part.markup else code
    if isinstance(part, Table):
        return _paragraph(Paragraph(part.title, apart=part.apart)) * bool(part.title) + _table(part)
    if part.heading:
        return f"<h{part.heading}>{escape(part.text)}</h{part.heading}>"
    return _paragraph(part)


def _paragraph(part: Paragraph) -> str:
    room = f"margin: {'0.5em' if part.apart else '0'} 0 0{' 1.5em' * bool(part.indent)}"
    return f'<p style="{room}; text-align: left">{escape(part.text)}</p>'


def _table(table: Table) -> str:
    columns = zip(*table.rows, strict=True)
    looks = [_look(side, cells) for side, cells in zip(table.align, columns, strict=True)]
    spots = [f'<span style="{_SPOT}{colour}"></span>' for colour in table.colours]
    head = [_row("th", table.head, looks)] if table.head else []
    rows = zip_longest(table.rows, spots, fillvalue="")
    body = "".join([*head, *(_row("td", row, looks, spot) for row, spot in rows)])
    return f'<table style="{_TABLE}">{body}</table>'


def _look(side: str, cells: Sequence[str]) -> str:
    """Align a column; only numbers are never broken."""
    points = any(cell.startswith("(") for cell in cells)
    return "left" if side == "<" else "right" if points else "right; white-space: nowrap"


def _row(tag: str, cells: Sequence[str], looks: Sequence[str], spot: str = "") -> str:
    name = "; white-space: nowrap" if spot else ""
    entries = (
        f'<{tag} style="{_CELL}{look}{kept}">{mark}{escape(cell.strip())}</{tag}>'
        for cell, look, mark, kept in zip_longest(cells, looks, [spot], [name], fillvalue="")
    )
    return f"<tr>{''.join(entries)}</tr>"
