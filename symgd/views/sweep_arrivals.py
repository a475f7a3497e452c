"""Which rates and numbers of epochs of a sweep are enough, and from where on more gain nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arrays import Array, Mask, Whole
from ..status import SUCCESSES, Status
from .axes import ascending, by_rate_and_epochs, cells, where
from .document import Document, Paragraph, lines
from .numbers import number, several

if TYPE_CHECKING:
    from .data import Sweep

_SHOWN = 6  # numbers of epochs that have a line
_SAME = 1e-6  # share of the range of all ends within which an end no longer moves
_EVEN = 1.5  # ratio between largest and smallest product that passes for one number


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
