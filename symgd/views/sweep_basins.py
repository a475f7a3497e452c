"""Which starts of a sweep lead to which minimum, and where that changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..arrays import Array, Whole
from ..status import SUCCESSES, Kind, Status
from .axes import cells
from .document import Document, Paragraph, Table, lines
from .numbers import number, point, several
from .sets import spot

if TYPE_CHECKING:
    from ..results.runs import Minimum
    from .data import Sweep


_MOST = 20  # segments that are listed, or minima
_BESIDE = 1e-6  # share of the starts' range within which a border belongs to a start
_DIGITS = 7  # of a border
_NOTHING = 1e-9  # share of the region that is as good as 0
_BLURRED = 8  # times curvature times the square of the last digit of x
_FAILED = -1  # minus the code of its status, for a run that leads to no minimum
_UNKNOWN = [_FAILED - status for status in (Status.SLOW, Status.STOPPED)]


class _Segment(NamedTuple):
    """Neighbouring starts that share one fate, or a gap in which it changes more often."""

    low: float
    high: float
    rows: Whole
    changes: int = 0  # inside a gap


def basins(sweep: Sweep) -> Document:
    """Tell where the runs lead; nothing where no minimum is known."""
    if sweep.dims == ("x0",) and len(sweep.problem.names) == 1:
        return _line(sweep)
    if not sweep.minima or np.size(sweep.status) == 1:
        return []
    reached = np.unique(sweep.minimum[np.asarray(sweep.minimum) >= 0])
    if not cells(sweep) and len(reached) == 1:
        return _only(sweep, int(reached[0]))
    return _shares(sweep)


def _only(sweep: Sweep, which: int) -> Document:
    """Name the minimum that all runs from one start lead to."""
    arrived = np.isin(sweep.status, SUCCESSES).any()
    some = "Every run that arrives ends at" if arrived else "Where the runs lead is known to be"
    return [Paragraph(f"{some} {_minimum(sweep, which)}.")]


def _line(sweep: Sweep) -> Document:
    """List the segments of a line of starts."""
    segments = _segments(sweep)
    if len(segments) > _MOST:
        times = sum(len(segment.rows) > 0 for segment in segments) - 1
        changes = f"Between neighbouring starts this changes {times:,} times."
        return [*_shares(sweep), *lines([changes])] if sweep.minima else []
    places = _places(segments[-1].high - segments[0].low)
    rows = [(f"{_interval(s, places)}:", _fate(sweep, s)) for s in segments]
    return [Table("Which starts lead where:", rows, "<<", indent=2, gap=1, wrapped=True)]


def _segments(sweep: Sweep) -> list[_Segment]:
    """Give the runs of equal outcomes along the line, and what lies between them."""
    order = np.argsort(sweep.coords["x0"], kind="stable")
    x0 = sweep.coords["x0"][order]
    outcome = np.where(sweep.minimum >= 0, sweep.minimum, _FAILED - sweep.status)[order]
    first = (np.flatnonzero(np.diff(outcome)) + 1).tolist()
    segments: list[_Segment] = []
    low = float(x0[0])
    for rows, i in zip(np.split(order, first), [*first, len(x0)], strict=True):
        if i == len(x0):
            return [*segments, _Segment(low, float(x0[-1]), rows)]
        known = not np.isin(outcome[i - 1 : i + 1], _UNKNOWN).any()
        between = _between(sweep.borders, x0[i - 1], x0[i]) if known else [x0[i - 1], x0[i]]
        segments.append(_Segment(low, between[0], rows))
        if known and len(between) > 1:
            segments.append(_Segment(between[0], between[-1], np.arange(0), len(between) - 2))
        low = between[-1]
    return segments


def _between(borders: Array, left: float, right: float) -> list[float]:
    """Give the borders between two starts, or these where none is known.

    Of two borders around a single start the second one is left out of `borders`.
    """
    beside = _BESIDE * (right - left)
    inside: list[float] = borders[(borders > left) & (borders < right)].tolist()
    touching: list[float] = borders[np.abs(borders - left) <= beside].tolist()
    return inside or touching or [left, right]


def _places(extent: float) -> int:
    """Give how many decimals a border has that is known to a share of the range of the starts."""
    if not 0 < extent < math.inf:
        return _DIGITS
    return max(0, _DIGITS - math.ceil(math.log10(extent)))


def _interval(segment: _Segment, places: int) -> str:
    low, high = (number(round(v, places), _DIGITS) for v in (segment.low, segment.high))
    return f"x0 = {low}" if low == high else f"x0 from {low} to {high}"


def _fate(sweep: Sweep, segment: _Segment) -> str:
    """Tell what becomes of the runs of a segment."""
    rows = segment.rows
    if not len(rows):
        more = f", and changes {several(segment.changes, 'more time')}" if segment.changes else ""
        return f"leads elsewhere{more} [no start]"
    starts = several(len(rows), "start")
    which, status = int(sweep.minimum[rows[0]]), Status(int(sweep.status[rows[0]]))
    if which < 0:
        return f"{_failure(status, sweep.kind[rows[0]])} [{starts}]"
    missing = int((~np.isin(sweep.status[rows], SUCCESSES)).sum())
    few = "none" if missing == len(rows) else f"{missing:,} not"
    return f"{_minimum(sweep, which)} [{starts}{f', {few} there yet' if missing else ''}]"


def _failure(status: Status, kind: int) -> str:
    if status is Status.STALLED_AT_START and kind == Kind.MAXIMUM:
        return "never moves: it starts on a maximum"
    if status is Status.SLOW:
        return "still descending, where to is not known"
    return status.phrase()


def _minimum(sweep: Sweep, which: int) -> str:
    minimum, names = sweep.minima[which], sweep.problem.names
    if minimum.dimension > 0:
        return f"{spot(minimum, names)} (f = {number(_height(minimum), 6)})"
    x = np.where(np.abs(minimum.x) > _NOTHING * np.array(sweep.settings.width), minimum.x, 0.0)
    place = point(names, x.tolist()) if len(names) > 1 else f"{names[0]} = {number(x[0], 6)}"
    return f"{place} (f = {number(_height(minimum), 6)})"


def _height(minimum: Minimum) -> float:
    """Give f, or 0 where the last digits of x decide on all of it."""
    blur = np.finfo(float).eps * float(np.abs(minimum.x).max())
    steepest = float(np.nan_to_num(np.abs(minimum.eigenvalues)).max())
    nothing = math.sqrt(_BLURRED) * math.sqrt(steepest) * blur
    return 0.0 if math.sqrt(abs(minimum.fun)) <= nothing else minimum.fun


def _shares(sweep: Sweep) -> Document:
    """List the minima with the share of the runs that lead to each."""
    member = np.ravel(sweep.minimum)
    counts = np.bincount(member[member >= 0], minlength=len(sweep.minima)).tolist()
    found = [i for i, count in enumerate(counts) if count]
    rows = [_row(counts[i], len(member), _minimum(sweep, i)) for i in found[:_MOST]]
    rest = sum(counts[i] for i in found[_MOST:])
    lost = int((member < 0).sum())
    if rest:
        others = several(len(found) - _MOST, "other minimum", "other minima")
        rows.append(_row(rest, len(member), others))
    if lost:
        rows.append(_row(lost, len(member), "to no minimum that is known"))
    word = "starts" if sweep.dims == ("x0",) else "runs"
    return [Table(f"Where the {word} lead:", rows, ">><", indent=2)]


def _row(count: int, whole: int, end: str) -> Sequence[str]:
    return f"{count:,}", f"{100 * count / whole:5.1f} %", end
