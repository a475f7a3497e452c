"""Where runs lead, and where on a line of starts that changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..arrays import Array, Mask, Whole
from ..diagnosis.case import Verdicts
from ..diagnosis.heading import heading
from ..diagnosis.local import model, total
from ..given.options import Options
from ..problem import Problem
from ..results.runs import Minimum
from ..status import Kind, Status
from .descent import Batch, descend

_FINE = 1e-9  # share of the starts' range to which a border is found
_TOUCHING = 1e-7  # share of it within which two borders are one
_PIECES = 32  # into which the gap between two starts is divided at a time
_SAME = 1e-6  # share of it within which two ends are one minimum
_LOOKS = 64  # points on the way to a minimum at which the slope is looked at
_PATIENCE = (1_000, 10_000)  # steps by which a slow run is followed further
_WORK = 10**9  # such steps of all runs together
_GENTLE = 0.02  # share of the largest safe rate at which steps leap over no hill
_OPEN = (Status.SLOW, Status.STOPPED)
_ANOTHER = -1  # a minimum that no start of the sweep leads to
_FIRST = -2  # of the codes of failures
_LOST = np.array([s if s != Status.OUT_OF_DOMAIN else Status.DIVERGED for s in Status])  # by code
_UNKNOWN = np.array([_FIRST - status for status in _OPEN])


@dataclass(frozen=True)
class Destinations:
    """Where the runs of a batch lead.

    Attributes
    ----------
    batch : Batch
        The judged runs; ``batch.verdicts.target`` is where they lead.
    known : ndarray
        Which of them lead to a verified minimum, ``(n_runs,)``.
    status : ndarray
        What becomes of the others, codes of `Status`.
    """

    batch: Batch
    known: Mask
    status: Whole


def destinations(problem: Problem, batch: Batch, options: Options) -> Destinations:
    """Tell where runs lead: those that have arrived, and those that fall straight to a minimum."""
    batch = replace(batch, verdicts=heading(batch.judged(problem, options)))
    return Destinations(batch, _falling(problem, batch.verdicts), batch.verdicts.status)


def _falling(problem: Problem, judged: Verdicts) -> Mask:
    """Tell which runs have reached their target, or have only a slope between them and it."""
    known = judged.success.copy()
    rows = np.flatnonzero(judged.heading & np.isin(judged.status, _OPEN))
    x, way = judged.x[rows], judged.target[rows] - judged.x[rows]
    downhill = np.ones(len(rows), dtype=bool)
    for share in np.arange(_LOOKS) / _LOOKS:
        downhill &= total(problem.gradients(x + share * way) * way) <= 0
    known[rows] = downhill
    return known


def further(problem: Problem, seen: Destinations, options: Options) -> Options:
    """Tell how slow runs are followed beyond their last epoch.

    A rate that is tiny beside the curvature is raised to one that still leaps over no hill.
    """
    judged = seen.batch.verdicts
    minima = np.unique(judged.target[seen.known & judged.smooth], axis=0)
    steepest = model(problem, minima, options.box).spectrum().max(initial=0.0)
    pace = options.method.near(np.full((1, 1), steepest))
    if pace is None or not options.method.adjustable:
        return options
    if not steepest > 0 or not np.isfinite(pace.largest_rate[0]):
        return options
    raised = max(options.method.rate, _GENTLE * float(pace.largest_rate[0]))
    return replace(options, method=options.method.with_settings(lr=raised))


def followed(problem: Problem, seen: Destinations, options: Options) -> Destinations:
    """Follow those slow runs further whose minimum is not known."""
    judged = seen.batch.verdicts
    x, target, kind = judged.x.copy("F"), judged.target.copy("F"), judged.target_kind.copy()
    known, status = seen.known.copy(), seen.status.copy()
    for epochs in _PATIENCE:
        rows = np.flatnonzero(~known & (status == Status.SLOW))
        if not len(rows):
            break
        how = replace(options, epochs=min(epochs, 1 + _WORK // len(rows)))
        batch = descend(problem, np.asfortranarray(x[rows]), how)
        more = heading(batch.judged(problem, how))
        x[rows], target[rows], kind[rows] = more.x, more.target, more.target_kind
        known[rows], status[rows] = _falling(problem, more), more.status
    verdicts = replace(judged, target=target, target_kind=kind)
    return Destinations(replace(seen.batch, verdicts=verdicts), known, status)


def borders(
    problem: Problem,
    seen: Destinations,
    member: Whole,
    minima: Sequence[Minimum],
    options: Options,
) -> Array:
    """Find between neighbouring starts the points where what becomes of a run changes.

    Where it changes between two starts, 31 points between them show how often.

    Parameters
    ----------
    problem : Problem
        f, of one variable.
    seen : Destinations
        Where the runs lead from their starts.
    member : ndarray
        The number of the minimum that each leads to; -1 for none, ``(n_runs,)``.
    minima : sequence of Minimum
        These minima.
    options : Options
        How the runs were made.

    Returns
    -------
    ndarray
        The borders, ascending; accurate to a billionth of the range of the starts. A border
        beside which runs are too slow to tell where they lead is left out.
    """
    starts, how = seen.batch.x0[:, 0], further(problem, seen, options)
    extent, share = float(np.ptp(starts)), np.arange(1, _PIECES) / _PIECES
    fine = max(_FINE * extent, 4 * np.spacing(np.abs(starts).max()))
    order = np.argsort(starts, kind="stable")
    outcome = np.where(seen.known, member, _FIRST - _LOST[seen.status])[order]
    gaps = _changes(starts[None, order], outcome[None])
    every = True  # change between two starts is looked for, and of each one the place
    while (gaps.width > fine).any():
        between = gaps.points[:, :1] + gaps.width[:, None] * share
        batch = descend(problem, np.asfortranarray(between.reshape(-1, 1)), options)
        runs = followed(problem, destinations(problem, batch, options), how)
        found = _outcomes(runs, minima, extent).reshape(between.shape)
        points = np.hstack([gaps.points[:, :1], between, gaps.points[:, 1:]])
        outcome = np.hstack([gaps.outcome[:, :1], found, gaps.outcome[:, 1:]])
        gaps, every = _changes(points, outcome, every), False
    places = gaps.points.mean(axis=1)
    return np.asarray(places[np.diff(places, prepend=-np.inf) > _TOUCHING * extent])


class _Gaps(NamedTuple):
    """Pairs of points with different outcomes, ``(n, 2)`` each."""

    points: Array
    outcome: Whole

    @property
    def width(self) -> Array:
        """Their distances."""
        return self.points[:, 1] - self.points[:, 0]


def _changes(points: Array, outcome: Whole, every: bool = True) -> _Gaps:
    """Give the neighbours in a row with different outcomes that tell something, or the first."""
    known = ~np.isin(outcome, _UNKNOWN)
    changed = (outcome[:, 1:] != outcome[:, :-1]) & known[:, 1:] & known[:, :-1]
    if not every:
        changed &= changed.cumsum(axis=1) == 1
    row, i = np.nonzero(changed)
    pairs = row[:, None], np.column_stack([i, i + 1])
    return _Gaps(points[pairs], outcome[pairs])


def _outcomes(seen: Destinations, minima: Sequence[Minimum], extent: float) -> Whole:
    """Give for each run the number of its minimum, or below zero a code for its failure."""
    outcome = np.where(seen.known, _ANOTHER, _FIRST - _LOST[seen.status])
    if not minima:
        return outcome
    away = np.abs(seen.batch.verdicts.target - [m.x[0] for m in minima])
    reach = [np.inf if m.kind is Kind.WEAK_MINIMUM else _SAME * extent for m in minima]
    nearest = away.argmin(axis=1)
    near = seen.known & (away.min(axis=1) <= np.array(reach)[nearest])
    return np.where(near, nearest, outcome)
