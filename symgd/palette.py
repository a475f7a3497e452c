"""The colours of verdicts and of lines, the same in pictures and pages.

They are Okabe and Ito's palette (https://jfly.uni-koeln.de/color/), which people with any colour
vision can tell apart, with a few more. All of them are seen on light and on dark ground.
"""

from __future__ import annotations

from typing import NamedTuple

BLUE, ORANGE, GREEN, SKY = "#0072B2", "#E69F00", "#009E73", "#56B4E9"
VERMILLION, PURPLE, YELLOW = "#D55E00", "#CC79A7", "#F0E442"
OLIVE, WINE, GREY, INK = "#999933", "#882255", "#8C8C8C", "currentColor"


class Ground(NamedTuple):
    """What words are written with, and on."""

    ink: str
    paper: str


LIGHT, DARK = Ground("#1f2328", "#ffffff"), Ground("#e3e6e9", "#15181b")
