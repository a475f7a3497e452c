"""Documents as HTML, for notebooks and pages, on light or dark ground.

Styles stand on the elements, and every colour that is not an accent is inherited. There is no
script, and what comes from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from .document import Code, Document, Part, Picture, Table

_TABLE = "border-collapse: collapse; font-variant-numeric: tabular-nums"
_CELL = (
    "padding: 0.2em 0.6em; vertical-align: top; background: transparent; "
    "border-bottom: 1px solid rgba(128, 128, 128, 0.35); text-align: "
)
_SPOT = (
    "display: inline-block; width: 0.7em; height: 0.7em; border-radius: 0.2em; "
    "margin-right: 0.45em; background: "
)


def html(document: Document) -> str:
    """Write a document as one HTML element.

    Parameters
    ----------
    document : list of Paragraph, Table, Code or Picture
        What to write.

    Returns
    -------
    str
        One element, for a notebook.
    """
    return f'<div style="line-height: 1.5; max-width: 60em">{elements(document)}</div>'


def elements(document: Document) -> str:
    """Write the parts of a document as HTML elements; pictures in a row share one."""
    parts = []
    for pictures, group in groupby(document, lambda part: isinstance(part, Picture)):
        inside = "".join(map(_element, group))
        parts.append(f'<div class="pictures">{inside}</div>' if pictures else inside)
    return "".join(parts)


def _element(part: Part) -> str:
    room = f"margin: {'0.5em' if part.apart else '0'} 0 0"
    if isinstance(part, Picture):
        grounds = (("light", part.light), ("dark", part.dark))
        both = "".join(f'<div class="{name}">{svg}</div>' for name, svg in grounds)
        return f"<figure>{both}</figure>"
    if isinstance(part, Code):
        return f'<div class="formula">{part.markup}</div>' if part.markup else _code(part)
    if isinstance(part, Table):
        return _table(part, room)
    if part.heading:
        return f"<h{part.heading}>{escape(part.text)}</h{part.heading}>"
    shift = "; margin-left: 1.5em" if part.indent else ""
    return f'<p style="{room}; text-align: left{shift}">{escape(part.text)}</p>'


def _code(code: Code) -> str:
    return f"<pre><code>{escape(code.text)}</code></pre>"


def _table(table: Table, room: str) -> str:
    columns = zip(*table.rows, strict=True)
    looks = [_look(side, cells) for side, cells in zip(table.align, columns, strict=True)]
    spots = [f'<span style="{_SPOT}{colour}"></span>' for colour in table.colours]
    head = [_row("th", table.head, looks)] if table.head else []
    body = [
        _row("td", row, looks, spot)
        for row, spot in zip(table.rows, spots or [""] * len(table.rows), strict=True)
    ]
    title = f'<p style="{room}; text-align: left">{escape(table.title)}</p>' if table.title else ""
    return f'{title}<table style="{room}; {_TABLE}">{"".join([*head, *body])}</table>'


def _look(side: str, cells: Sequence[str]) -> str:
    """Align a column; only numbers are never broken."""
    if side == "<":
        return "left"
    return (
        "right"
        if any("," in cell and "(" in cell for cell in cells)
        else "right; white-space: nowrap"
    )


def _row(tag: str, cells: Sequence[str], looks: Sequence[str], spot: str = "") -> str:
    spots = [spot, *[""] * len(cells)]
    entries = (
        f'<{tag} style="{_CELL}{look}">{mark}{escape(cell.strip())}</{tag}>'
        for mark, cell, look in zip(spots, cells, looks, strict=False)
    )
    return f"<tr>{''.join(entries)}</tr>"
