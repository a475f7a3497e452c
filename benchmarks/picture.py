"""A picture of the table: each measurement a line, each contestant a dot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from .table import Row

_LINE = 0.27  # inches
_OURS = "symgd"


def draw(rows: Sequence[Row], file: Path) -> None:
    """Draw a panel for each part of the table that has peers."""
    parts = {part: list(mine) for part, mine in groupby(rows, lambda row: row.part)}
    lines = [len({row.what for row in mine}) for mine in parts.values()]
    figure = Figure(figsize=(8, _LINE * (sum(lines) + 4 * len(lines))), layout="constrained")
    panels = figure.subplots(len(parts), 1, height_ratios=lines, squeeze=False)[:, 0]
    for axes, (part, mine) in zip(panels, parts.items(), strict=True):
        _panel(axes, part, mine)
    figure.savefig(file, dpi=120)


def _panel(axes: Any, part: str, rows: Sequence[Row]) -> None:
    dots: dict[str, dict[str, float]] = {_OURS: {row.what: row.ours for row in rows}}
    others = {row.what for row in rows}
    for row in rows:
        if row.theirs is not None and row.peer not in others:
            dots.setdefault(row.peer, {})[row.what] = row.theirs
    for name, seconds in dots.items():
        size = 45 if name == _OURS else 22
        axes.scatter(list(seconds.values()), list(seconds), label=name, s=size, zorder=2)
    axes.set(xscale="log", title=part, xlabel="seconds")
    axes.title.set(size="medium", weight="bold")
    axes.invert_yaxis()
    axes.grid(axis="both", alpha=0.3)
    if len(dots) > 1:
        axes.legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1, 0.5))
