"""Results as HTML for notebooks: the words and numbers of the texts, on light or dark ground.

Styles stand on the elements, and every colour that is not an accent is inherited. There is no
script, and what comes from outside is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape, unescape
from itertools import groupby
from typing import TYPE_CHECKING

from . import sweep_text, text
from .numbers import number
from .palette import VERDICT_COLOURS

if TYPE_CHECKING:
    from ..problem import Problem
    from ..results.result import Result
    from ..results.sweep import SweepResult
    from ..status import Status

_LONGEST = 40  # characters of the longest term of a formula that is typeset
_ROOM = "margin: 0.5em 0"
_TABLE = f"{_ROOM}; border-collapse: collapse; font-variant-numeric: tabular-nums"
_CELL = (
    "padding: 0.2em 0.6em; vertical-align: top; background: transparent; "
    "border-bottom: 1px solid rgba(128, 128, 128, 0.35); "
)
_SPOT = (
    "display: inline-block; width: 0.7em; height: 0.7em; border-radius: 0.2em; "
    "margin-right: 0.45em; background: "
)
_WORDS, _NAME, _POINT, _NUMBER = (
    "text-align: left",
    "text-align: left; white-space: nowrap",
    "text-align: right",
    "text-align: right; white-space: nowrap",
)
_LOOKS = {"kind": _WORDS, "meaning": _WORDS, "verdict": _NAME}


def problem(problem: Problem) -> str:
    """Show a formula: typeset, as it was written, and the values of its parameters.

    Parameters
    ----------
    problem : Problem
        What to show.

    Returns
    -------
    str
        One element.
    """
    values = ", ".join(f"{name} = {number(value, 6)}" for name, value in problem.params.items())
    return _block(formula(problem), _paragraph([_code(problem)]), _paragraph([escape(values)]))


def result(result: Result) -> str:
    """Show what `summary` says, with the minima and the verdicts as tables.

    Parameters
    ----------
    result : Result
        What to show.

    Returns
    -------
    str
        One element.
    """
    return _block(formula(result.problem), outcome(result))


def sweep(sweep: SweepResult) -> str:
    """Show what `summary` says, with the minima and the verdicts as tables.

    Parameters
    ----------
    sweep : SweepResult
        What to show.

    Returns
    -------
    str
        One element.
    """
    return _block(formula(sweep.problem), sweep_outcome(sweep))


def formula(problem: Problem) -> str:
    """Typeset a formula, or show its text where a term is too long for a line."""
    typeset = problem.mathml
    terms = re.split(" (?=<math)", typeset)
    if max(len(unescape(re.sub("<[^>]*>", "", term))) for term in terms) > _LONGEST:
        typeset = _code(problem)
    return _paragraph([typeset])


def outcome(result: Result) -> str:
    """Show how the best run ended, the minima, and the verdicts."""
    parts = [prose(text.headline(result))]
    if len(result.runs) > 1:
        parts.append(prose(text.minima_title(result) if result.minima else text.NO_MINIMUM))
        parts.append(minima(result))
    return "".join([*parts, verdicts(result.counts)])


def sweep_outcome(sweep: SweepResult) -> str:
    """Show what the axes of a sweep show, the verdicts, and the minima."""
    return prose(sweep_text.summary(sweep)) + verdicts(sweep.counts) + minima(sweep)


def minima(result: Result | SweepResult) -> str:
    """Show the distinct minima; nothing where there are none."""
    if not result.minima:
        return ""
    rows = text.minima_rows(result.problem.names, result.minima, columns=1)
    return table(rows) + prose(text.left_out(result.minima))


def verdicts(counts: Mapping[Status, int]) -> str:
    """Show how many runs ended in which way, what that means, and what to try."""
    rows = [
        [status.name, f"{runs:,}", f"{status.meaning} {status.advice}".strip()]
        for status, runs in counts.items()
    ]
    colours = [VERDICT_COLOURS[status] for status in counts]
    return table([["verdict", "runs", "meaning"], *rows], colours)


def prose(words: str) -> str:
    """Show a text of paragraphs: broken lines flow again, and aligned ones are a table."""
    parts = []
    for paragraph in words.split("\n\n"):
        for aligned, group in groupby(_flowing(paragraph), key=lambda line: "  " in line.strip()):
            lines = list(group)
            parts.append(_aligned(lines) if aligned else _paragraph(map(_line, lines)))
    return "".join(parts)


def table(rows: Sequence[Sequence[str]], colours: Sequence[str] = ()) -> str:
    """Show rows below their head; each may begin with a spot of colour."""
    head, *body = rows
    looks = [_LOOKS.get(name, _POINT if name.startswith("(") else _NUMBER) for name in head]
    spots = [f'<span style="{_SPOT}{colour}"></span>' for colour in colours] or [""] * len(body)
    lines = [_row("td", row, looks, spot) for row, spot in zip(body, spots, strict=True)]
    return f'<table style="{_TABLE}">{_row("th", head, looks)}{"".join(lines)}</table>'


def _aligned(lines: Iterable[str]) -> str:
    """Show lines of cells that two or more spaces set apart."""
    rows = [re.split("  +", line.strip()) for line in lines]
    looks = [_NUMBER if re.fullmatch(r"[\d,.]+( %)?", cell) else _WORDS for cell in rows[0]]
    body = "".join(_row("td", row, looks) for row in rows)
    return f'<table style="{_TABLE}">{body}</table>'


def _row(tag: str, cells: Sequence[str], looks: Sequence[str], spot: str = "") -> str:
    spots = [spot, *[""] * len(cells)]
    entries = (
        f'<{tag} style="{_CELL}{look}">{mark}{escape(cell)}</{tag}>'
        for mark, cell, look in zip(spots, cells, looks, strict=False)
    )
    return f"<tr>{''.join(entries)}</tr>"


def _flowing(paragraph: str) -> list[str]:
    """Join lines that were only broken at the margin."""
    lines: list[str] = []
    before = ""
    for line in paragraph.splitlines():
        if _goes_on(before, line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
        before = line
    return lines


def _goes_on(before: str, line: str) -> bool:
    """Tell whether a line was broken because its next word, or equation, did not fit."""
    word = re.match(r"\S+( = \S+)*", line.strip())
    alike = before[:1].isspace() == line[:1].isspace()
    return alike and word is not None and len(before) + 1 + len(word[0]) > text.WIDTH


def _line(line: str) -> str:
    indent = "; margin-left: 1.5em" if line.startswith(" ") else ""
    return f'<span style="display: block{indent}">{escape(line.strip())}</span>'


def _paragraph(lines: Iterable[str]) -> str:
    inside = "".join(lines)
    return f'<p style="{_ROOM}; text-align: left">{inside}</p>' if inside else ""


def _code(problem: Problem) -> str:
    style = "background: transparent; color: inherit; overflow-wrap: anywhere"
    return f'<code style="{style}">{escape(problem.text)}</code>'


def _block(*parts: str) -> str:
    return f'<div style="line-height: 1.5; max-width: 60em">{"".join(parts)}</div>'
