"""Which rates of a sweep are too large, and which rates and numbers of epochs are enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array, Mask, Whole
from ..status import AWAY, SUCCESSES, Kind, Status
from .axes import ascending, by_rate_and_epochs, capital, cells, where
from .case import largest_rates, rate_words, two_over
from .document import Document, Paragraph, lines
from .numbers import number, point, several

if TYPE_CHECKING:
    from .data import Sweep

_WILD = (*AWAY, Status.OSCILLATING)  # what too large a rate does
_LIMITS = 3  # minima whose largest rate is told
_SHOWN = 6  # numbers of epochs that have a line
_SAME = 1e-6  # share of the range of all ends within which an end no longer moves
_EVEN = 1.5  # ratio between largest and smallest product that passes for one number


def too_large(sweep: Sweep) -> Document:
    """Tell from which rate on runs cycle or run away, beside what theory allows."""
    if "lr" not in sweep.dims:
        return []
    status = by_rate_and_epochs(sweep, sweep.status)[:, -1]
    found = [_wild(sweep, status == code, code) for code in _WILD if (status == code).any()]
    if not found and (status == Status.STOPPED).any():
        return _limits(sweep)
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
    kinks = np.array([m.kind is Kind.KINK_MINIMUM for m in sweep.minima], dtype=np.bool_)
    known = np.flatnonzero((reached > 0) & (kinks | ~np.isnan(largest)))
    order = known[np.argsort(-reached[known], kind="stable")][:_LIMITS].tolist()
    if not order:
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


def arrivals(sweep: Sweep) -> Document:
    """Tell which rates and numbers of epochs are enough; nothing without such an axis."""
    success = by_rate_and_epochs(sweep, np.isin(sweep.status, SUCCESSES))
    if not success.any():
        return _none(sweep)
    if "lr" in sweep.dims:
        return _by_rate(sweep, success)
    return _by_epochs(sweep, success[0]) if "epochs" in sweep.dims else []


def _none(sweep: Sweep) -> Document:
    status = by_rate_and_epochs(sweep, sweep.status)[-1, -1]
    if "lr" not in sweep.dims or not (status == Status.SLOW).all():
        return []
    rate, epochs = number(ascending(sweep, "lr")[-1]), several(_counts(sweep)[-1], "epoch")
    largest = f"with the largest, lr = {rate}, and {epochs} runs are still descending"
    return [Paragraph(f"The rates are too small: {largest}.")]


def _counts(sweep: Sweep) -> list[int]:
    if "epochs" in sweep.dims:
        return [int(count) for count in ascending(sweep, "epochs")]
    return [int(sweep.fixed.get("epochs", sweep.settings.epochs))]


def _chosen(counts: list[int]) -> list[int]:
    """Give the places of a few numbers of epochs, the first and the last among them."""
    return sorted({round(i) for i in np.linspace(0, len(counts) - 1, _SHOWN).tolist()})


def _by_epochs(sweep: Sweep, success: Mask) -> Document:
    counts, everything = _counts(sweep), cells(sweep)
    if everything:
        rows = [(several(counts[i], "epoch"), int(success[i].sum())) for i in _chosen(counts)]
        shares = [f"within {epochs}: {k:,} of {everything}" for epochs, k in rows]
        return [Paragraph("How many arrive:"), *lines(shares, indent=2)]
    first = int(success.argmax())
    not_yet = f", and not yet within {counts[first - 1]:,}" if first else ""
    return [Paragraph(f"The run arrives within {several(counts[first], 'epoch')}{not_yet}.")]


def _by_rate(sweep: Sweep, success: Mask) -> Document:
    counts = _counts(sweep)
    gain = lines(_gain(sweep, success[:, -1]))
    if len(counts) == 1:
        enough, beside = _enough(sweep, success[:, 0]), _next_smaller(sweep, success[:, 0])
        within = f"Within {several(counts[0], 'epoch')} runs arrive {enough}{beside}."
        return [Paragraph(within), *gain]
    rates = [
        f"within {several(counts[i], 'epoch')}: {_enough(sweep, success[:, i])}"
        for i in _chosen(counts)
    ]
    trend = lines(_trend(sweep, success))
    title = Paragraph("From which rate on runs arrive:")
    return [title, *lines(rates, indent=2, hanging=2), *trend, *gain]


def _enough(sweep: Sweep, success: Mask) -> str:
    """Tell at which rates runs arrive, for one number of epochs."""
    rates, everything = ascending(sweep, "lr"), cells(sweep)
    arrived = success.sum(axis=1)
    at = where("lr", rates, np.asarray(arrived > 0))
    if not everything or not arrived.any():
        return at
    most = int(arrived.max())
    whole = most == success.shape[1]
    share = f"all {everything}" if whole else f"{most:,} of {everything}"
    best = where("lr", rates, np.asarray(arrived == most))
    if best == at:
        return f"{at} ({share})"
    return f"{at}; {share} {best}" if whole else f"{at}; the most, {share}, {best}"


def _next_smaller(sweep: Sweep, success: Mask) -> str:
    """Name the rate between which and the first that arrives the limit must lie."""
    first = int(success.any(axis=1).argmax())
    if not first or cells(sweep):
        return ""
    return f", and not yet at lr = {number(ascending(sweep, 'lr')[first - 1])}"


def _gain(sweep: Sweep, success: Mask) -> list[str]:
    """Tell from which rate on larger ones gain nothing, with the most epochs."""
    everywhere = success[:, success.any(axis=0)].all(axis=1)
    best: Whole = np.flatnonzero(everywhere)
    if len(best) < 2:
        return []
    if sweep.settings.tol > 0:
        return _fewest_steps(sweep, best)
    ends = by_rate_and_epochs(sweep, sweep.x)[: best[-1] + 1, -1]
    ever = np.repeat(success.any(axis=0), len(sweep.problem.names))
    return _settled(sweep, ends[:, ever], int(best[0]))


def _fewest_steps(sweep: Sweep, best: Whole) -> list[str]:
    rates, steps = (
        ascending(sweep, "lr"),
        by_rate_and_epochs(sweep, sweep.nit)[best, -1].sum(axis=1),
    )
    least = int(steps.argmin())
    rate, count = number(rates[best[least]]), several(int(steps[least]), "step")
    together = " together" if cells(sweep) else ""
    if least == len(best) - 1:
        return [f"The largest of these rates is the quickest: lr = {rate} takes {count}{together}."]
    return [f"Larger rates than lr = {rate} gain nothing: there it takes {count}{together}."]


def _settled(sweep: Sweep, ends: Array, arrived: int) -> list[str]:
    """Compare the ends at all rates up to the largest that arrives with those there."""
    rates, last = ascending(sweep, "lr"), len(ends) - 1
    extent = np.ptp(ends[np.isfinite(ends).all(axis=1)], axis=0).max()
    resting = (np.abs(ends - ends[last]) <= _SAME * extent).all(axis=1)
    first = max(last - int(resting[::-1].argmin()) + 1 if not resting.all() else 0, arrived)
    if not extent or first == last:
        return []
    counts = _counts(sweep)
    epochs = f"With {counts[-1]:,} epochs l" if len(counts) > 1 else "L"
    until = "" if last == len(rates) - 1 else f" up to lr = {number(rates[last])}"
    return [
        f"{epochs}arger rates than lr = {number(rates[first])} gain nothing: from there on{until} "
        "the end moves by less than 1e-6 of the range of all ends."
    ]


def _trend(sweep: Sweep, success: Mask) -> list[str]:
    """Tell how the smallest rate that arrives falls with the number of epochs."""
    everywhere = success[:, :, success.any(axis=(0, 1))].all(axis=2)
    rates, counts = ascending(sweep, "lr"), np.array(_counts(sweep))
    enough = np.flatnonzero(everywhere.any(axis=0))
    if len(enough) < 2:
        return []
    needed = rates[everywhere.argmax(axis=0)[enough]]
    products = needed * counts[enough]
    if products.max() <= _EVEN * products.min():
        low, high = number(products.min(), 2), number(products.max(), 2)
        about = low if low == high else f"{low} to {high}"
        return [
            f"With twice the epochs half the rate is enough: lr * epochs must be about {about}."
        ]
    if needed[-1] >= needed[0]:
        return []
    first, last = several(int(counts[enough[0]]), "epoch"), f"{counts[enough[-1]]:,}"
    return [
        f"The more epochs, the smaller the rate that is enough: lr = {number(needed[0])} with "
        f"{first}, lr = {number(needed[-1])} with {last}."
    ]
