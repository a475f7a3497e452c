"""Which rates of a sweep are too large, beside what the curvature allows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Mask
from ..status import Kind, Status
from .axes import SUCCESSES, along, by_rate_and_epochs, capital, cells, does, where
from .numbers import number, point
from .text import wrapped

if TYPE_CHECKING:
    from ..results.result import Minimum
    from ..results.sweep import SweepResult

_WILD = (Status.DIVERGED, Status.OUT_OF_DOMAIN, Status.OSCILLATING)  # what too large a rate does
_LIMITS = 3  # minima whose largest rate is told


def too_large(sweep: SweepResult) -> str:
    """Tell from which rate on runs cycle or run away, beside what the curvature allows."""
    if "lr" not in sweep.dims:
        return ""
    status = by_rate_and_epochs(sweep, sweep.status)[:, -1]
    told = [_wild(sweep, status == code, code) for code in _WILD if (status == code).any()]
    if not told:
        rate = number(along(sweep, "lr")[-1])
        told = [f"No rate is too large: up to lr = {rate} no run cycles or runs away."]
    return "\n".join([*map(wrapped, told), *_limits(sweep)])


def _wild(sweep: SweepResult, shown: Mask, status: Status) -> str:
    """Tell at which rates runs do something that a smaller rate might prevent."""
    rates, everything, counts = along(sweep, "lr"), cells(sweep), shown.sum(axis=1)
    at = capital(where("lr", rates, np.asarray(counts > 0)))
    what = f"{does(status, 2)} ({status.name})"
    if not everything:
        return f"{at} runs {what}."
    first, most = int(np.argmax(counts > 0)), int(counts.argmax())
    if len(set(counts[counts > 0].tolist())) == 1:
        does_so = does(status, int(counts[most]))
        return f"{at} {counts[most]:,} of {everything} {does_so} ({status.name})."
    if first == most:
        return f"{at} at most {counts[most]:,} of {everything} {what}."
    low, high = number(rates[first]), number(rates[most])
    share = f"{counts[first]:,} of {everything} at lr = {low}, {counts[most]:,} at lr = {high}"
    return f"{at} some runs {what}: {share}."


def _limits(sweep: SweepResult) -> list[str]:
    """Tell the largest rate with which fixed steps settle at the minima that runs lead to."""
    member = np.ravel(sweep.minimum)
    reached = np.bincount(member[member >= 0], minlength=len(sweep.minima))
    order = np.argsort(-reached, kind="stable")[: min(_LIMITS, int((reached > 0).sum()))]
    lines = [_limit(sweep, sweep.minima[i], int(i)) for i in order]
    if not lines:
        return []
    curved = "f''" if len(sweep.problem.names) == 1 else "largest curvature"
    title = f"In theory fixed steps settle at a minimum only up to lr = 2 / {curved}:"
    return [title, *(wrapped(line, "  ", "  ") for line in lines)]


def _limit(sweep: SweepResult, minimum: Minimum, which: int) -> str:
    place = f"at {point(sweep.problem.names, minimum.x.tolist())}"
    if minimum.kind is Kind.KINK_MINIMUM:
        return f"{place}: f has a kink, where fixed steps settle by chance only"
    if not math.isfinite(minimum.lr_max):
        return f"{place}: f does not curve, and no rate is too large"
    theory = f"{place}: lr = 2/{number(2 / minimum.lr_max)} = {number(minimum.lr_max)}"
    arrived = np.isin(sweep.status, SUCCESSES) & (np.asarray(sweep.minimum) == which)
    there, rates = by_rate_and_epochs(sweep, arrived).any(axis=(1, 2)), along(sweep, "lr")
    if not there.any():
        return f"{theory} (no run arrived there)"
    largest = float(rates[there].max())
    tried = ", the largest tried" if largest == rates[-1] else ""
    return f"{theory} (runs arrived there up to lr = {number(largest)}{tried})"
