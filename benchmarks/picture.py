"""A picture of the table: each measurement a line, each contestant a dot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, NullLocator

from .table import Row

_LINE = 0.22  # inches
_OURS = "symgd"
_MORE = ("black", "gold", "navy", "teal")


def draw(rows: Sequence[Row], file: Path) -> None:
    """Draw a panel for each part of the table."""
    parts = {part: list(mine) for part, mine in groupby(rows, lambda row: row.part)}
    heights = [len({row.what for row in mine}) + 3 for mine in parts.values()]
    columns = [max(heights[i : i + 2]) for i in range(0, len(heights), 2)]
    figure = Figure(figsize=(11, _LINE * sum(columns) + 0.4), layout="constrained")
    panels = figure.subplots(len(columns), 2, height_ratios=columns, squeeze=False).ravel()
    colours = _colours(rows)
    for axes, (part, mine) in zip(panels, parts.items(), strict=False):
        _panel(axes, part, mine, colours)
    for axes in panels[len(parts) :]:
        axes.set_axis_off()
    dots = [panels[0].scatter([], [], color=colour) for colour in colours.values()]
    figure.legend(dots, list(colours), loc="outside lower center", ncols=3, fontsize="small")
    figure.savefig(file, dpi=110)


def _colours(rows: Sequence[Row]) -> dict[str, str]:
    """Give a colour to each contestant; a peer that is another line of the table has its dot."""
    lines = {row.what for row in rows}
    peers = {row.peer: None for row in rows if row.theirs is not None and row.peer not in lines}
    colours = [*(f"C{i}" for i in range(10)), *_MORE]  # Matplotlib's begin again after ten
    return dict(zip([_OURS, *peers], colours, strict=False))


def _panel(axes: Any, part: str, rows: Sequence[Row], colours: dict[str, str]) -> None:
    for row in rows:
        if row.theirs is not None and row.peer in colours:
            axes.scatter(row.theirs, row.what, color=colours[row.peer], s=22, zorder=2)
        axes.scatter(row.ours, row.what, color=colours[_OURS], s=45, zorder=2)
    seconds = [s for row in rows for s in (row.ours, row.theirs) if s]
    decades = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    axes.set(xscale="log", xlim=(10.0 ** decades[0], 10.0 ** decades[1]))
    axes.xaxis.set(
        major_locator=LogLocator(), major_formatter=EngFormatter("s"), minor_locator=NullLocator()
    )
    axes.set_title(part, size="medium", weight="bold")
    axes.invert_yaxis()
    axes.tick_params(labelsize="small")
    axes.grid(alpha=0.3)
