"""Which rates of a sweep are too large, beside what the curvature allows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Mask
from ..status import AWAY, SUCCESSES, Kind, Status
from .axes import ascending, by_rate_and_epochs, capital, cells, where
from .case import largest_rates, rate_words, two_over
from .document import Document, Paragraph, lines
from .numbers import number, point

if TYPE_CHECKING:
    from .data import Sweep

_WILD = (*AWAY, Status.OSCILLATING)  # what too large a rate does
_LIMITS = 3  # minima whose largest rate is told


def too_large(sweep: Sweep) -> Document:
    """Tell from which rate on runs cycle or run away, beside what theory allows."""
    if "lr" not in sweep.dims:
        return []
    status = by_rate_and_epochs(sweep, sweep.status)[:, -1]
    found = [_wild(sweep, status == code, code) for code in _WILD if (status == code).any()]
    if not found:
        rate = number(ascending(sweep, "lr")[-1])
        found = [f"No rate is too large: up to lr = {rate} no run cycles or runs away."]
    return [Paragraph(found[0]), *lines(found[1:]), *_limits(sweep)]


def _wild(sweep: Sweep, shown: Mask, status: Status) -> str:
    """Tell at which rates runs do something that a smaller rate might prevent."""
    rates, everything, counts = ascending(sweep, "lr"), cells(sweep), shown.sum(axis=1)
    at = capital(where("lr", rates, np.asarray(counts > 0)))
    what = f"{status.phrase(2)} ({status.name})"
    if not everything:
        return f"{at} runs {what}."
    first, most = int(np.argmax(counts > 0)), int(counts.argmax())
    if len(set(counts[counts > 0].tolist())) == 1:
        what = f"{status.phrase(int(counts[most]))} ({status.name})"
        return f"{at} {counts[most]:,} of {everything} {what}."
    if first == most:
        return f"{at} at most {counts[most]:,} of {everything} {what}."
    low, high = number(rates[first]), number(rates[most])
    share = f"{counts[first]:,} of {everything} at lr = {low}, {counts[most]:,} at lr = {high}"
    return f"{at} some runs {what}: {share}."


def _limits(sweep: Sweep) -> Document:
    """Tell the largest rate with which steps settle at the minima that runs lead to."""
    largest, member = largest_rates(sweep), np.ravel(sweep.minimum)
    reached = np.bincount(member[member >= 0], minlength=len(sweep.minima))
    order = np.argsort(-reached, kind="stable")[: min(_LIMITS, int((reached > 0).sum()))].tolist()
    if largest is None or not order:
        return []
    curved = "f''" if len(sweep.problem.names) == 1 else "largest curvature"
    finite = [i for i in order if math.isfinite(largest[i])]
    plain = all(two_over(largest[i], _curvature(sweep, i)) for i in finite)
    up_to = f"lr = 2 / {curved}" if plain else "these rates"
    title = f"In theory fixed steps settle at a minimum only up to {up_to}:"
    limits = [_limit(sweep, i, float(largest[i])) for i in order]
    return [*lines([title]), *lines(limits, indent=2, hanging=2)]


def _curvature(sweep: Sweep, which: int) -> float:
    return 2 / sweep.minima[which].lr_max


def _limit(sweep: Sweep, which: int, largest: float) -> str:
    minimum = sweep.minima[which]
    place = f"at {point(sweep.problem.names, minimum.x.tolist())}"
    if minimum.kind is Kind.KINK_MINIMUM:
        return f"{place}: f has a kink, where fixed steps settle by chance only"
    if not math.isfinite(largest):
        return f"{place}: f does not curve, and no rate is too large"
    theory = f"{place}: lr = {rate_words(largest, _curvature(sweep, which))}"
    arrived = np.isin(sweep.status, SUCCESSES) & (np.asarray(sweep.minimum) == which)
    there, rates = by_rate_and_epochs(sweep, arrived).any(axis=(1, 2)), ascending(sweep, "lr")
    if not there.any():
        return f"{theory} (no run arrived there)"
    limit = float(rates[there].max())
    tried = ", the largest tried" if limit == rates[-1] else ""
    return f"{theory} (runs arrived there up to lr = {number(limit)}{tried})"
