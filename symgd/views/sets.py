"""Sets of minima in words: curves, surfaces, and what only is determined on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .numbers import listed, number, point

if TYPE_CHECKING:
    from ..facts.known import Determined
    from ..results.runs import Minimum

_TOLD = 4  # expressions that are determined: more are counted
_SHORT = 60  # letters of one of them that is shown
_DIGITS = 6  # of a coordinate in a table
_ROUGH = 4  # digits of the ends of a range
_TURNED = "f does not change when all points are moved or turned together"


def shape(minimum: Minimum) -> str:
    """Name what a minimum is: its kind, or what the set of minima looks like.

    A set of as many dimensions as there are variables is a flat piece.
    """
    if minimum.dimension < 1:
        return minimum.kind.words
    if minimum.dimension == len(minimum.x):
        return "flat piece of minima"
    looks = {1: "curve of minima", 2: "surface of minima"}
    return looks.get(minimum.dimension, f"set of minima of dimension {minimum.dimension}")


def spot(minimum: Minimum, names: Sequence[str]) -> str:
    """Tell where a minimum lies: at a point, or that it is no point.

    Examples
    --------
    >>> import symgd
    >>> spot(symgd.minimize("(x - 1)**2").minima[0], ["x"])
    'x = 1'
    >>> spot(symgd.minimize("(x + y - 1)**2").minima[0], ["x", "y"])
    'a curve of minima'
    """
    return point(names, minimum.x) if minimum.dimension < 1 else f"a {shape(minimum)}"


def coordinates(minimum: Minimum) -> list[str]:
    """Write the value of each variable, or its range where it varies over a set."""
    ends = zip(minimum.x, minimum.lowest, minimum.highest, minimum.varies, strict=True)
    return [
        f"{number(low, _ROUGH)} to {number(high, _ROUGH)}"
        if varies and low < high
        else "any"
        if varies
        else number(value, _DIGITS)
        for value, low, high, varies in ends
    ]


def only(known: Determined) -> str:
    """Say what only is determined on a set; nothing where that is not known.

    Examples
    --------
    >>> from symgd.facts.known import Determined
    >>> only(Determined(('x + y',), (1.0,)))
    'only x + y is determined'
    """
    if known.motions:
        return f"only distances are determined: {_TURNED}"
    if not known.parts:
        return ""
    are = "is" if len(known.parts) == 1 else "are"
    names = listed(_names(known), _TOLD)
    return f"{'only ' if known.complete else ''}{names} {are} determined"


def values(known: Determined) -> str:
    """Say what they are: ``x + y = 1``."""
    pairs = zip(_names(known), known.values, strict=True)
    return listed([f"{name} = {number(value)}" for name, value in pairs], _TOLD)


def _names(known: Determined) -> list[str]:
    """Write what is determined; what is too long is a sum or a product of several variables."""
    return [t if len(t) <= _SHORT else f"{t[:_SHORT]}..." for t in known.parts]
