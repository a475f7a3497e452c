"""What results say about all of their runs: distinct minima, and how the runs were made."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ..arrays import Array, Mask, Whole
from ..blas import in_one_thread
from ..diagnosis.dimension import Extent, extents, within
from ..diagnosis.evidence import Told, told
from ..diagnosis.heading import Judged
from ..diagnosis.local import every, model, pick
from ..diagnosis.minima import distinct, ranked
from ..diagnosis.rates import rates
from ..facts.rims import Rim, along, on_rims, rims
from ..given.boxes import Box
from ..given.options import Options
from ..methods import Method
from ..problem import Problem
from ..results.runs import Evidence, Minimum, Runs, Settings
from ..status import Kind, Status
from ..watch import during, late, pressing
from .descent import Batch

_LATE = 0.1  # seconds to tell minima apart when the time of a call has passed


@in_one_thread
@during("telling minima apart")
def gather(
    problem: Problem, batch: Batch, options: Options, which: Mask
) -> tuple[tuple[Minimum, ...], Whole]:
    """Give the distinct minima that runs lead to, best first, and the number of each run's.

    Where the time of the call passes, only clear minima are told apart, which are no sets, and the
    runs at others are stopped.

    Parameters
    ----------
    problem : Problem
        f.
    batch : Batch
        Judged runs.
    options : Options
        How they were made.
    which : ndarray
        The runs that count, all of which lead to a verified minimum, ``(n_runs,)``.

    Returns
    -------
    minima : tuple of Minimum
        The minima.
    member : ndarray
        For each run the index of its minimum, -1 for none, ``(n_runs,)``.
    """
    try:
        with pressing(_LATE):
            return _gathered(problem, batch, options, which)
    except KeyboardInterrupt:
        if not late():
            raise
    judged = batch.verdicts
    clear = judged.target_kind == Kind.MINIMUM
    judged.status[which & judged.success & ~clear] = Status.STOPPED
    return _gathered(problem, batch, options, which & clear)


def _gathered(
    problem: Problem, batch: Batch, options: Options, which: Mask
) -> tuple[tuple[Minimum, ...], Whole]:
    judged = batch.verdicts
    rows = np.flatnonzero(which)
    member = np.full(len(judged.x), -1, dtype=np.int64)
    if not len(rows):
        return (), member
    points = pick(judged.target, rows)
    values = judged.fun[rows]
    moved = np.flatnonzero(~every(points == pick(judged.x, rows)))
    values[moved] = problem.values(points[moved])
    spread = np.fmin(_extent(batch.x0, points), 10 * options.width)
    kind = judged.target_kind[rows]
    member[rows] = found = _sets(problem, points, values, kind, spread, options.box)
    groups = _groups(found)
    sets = _extents(problem, points, kind, groups, spread, options.box)
    inside = within(problem, points, kind)
    lowest = np.array([_lowest(values, inside, *each) for each in zip(groups, sets, strict=True)])
    kinds = [Kind(code) for code in judged.target_kind[rows[lowest]].tolist()]
    spectra = model(problem, points[lowest], options.box).spectrum()
    spectra[[k is Kind.KINK_MINIMUM for k in kinds]] = np.nan
    largest, best, contraction = rates(spectra)
    settling = _largest_rates(options.method, spectra)
    minima = [
        Minimum(
            x=points[lowest[i]],
            fun=float(values[lowest[i]]),
            kind=kinds[i],
            eigenvalues=spectra[i],
            lr_max=largest[i],
            lr_best=best[i],
            contraction=contraction[i],
            largest_rate=settling[i],
            count=len(mine),
            share=len(mine) / len(member),
            runs=rows[mine],
            **vars(sets[i]),
        )
        for i, mine in enumerate(groups)
    ]
    return tuple(minima), member


def _groups(labels: Whole) -> list[Whole]:
    """Give the rows with each label, from 0 on."""
    order, last = np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels)).tolist()
    return [order[a:b] for a, b in zip([0, *last], last, strict=False)]


def _sets(problem: Problem, x: Array, fun: Array, kind: Whole, width: Array, box: Box) -> Whole:
    """Tell which minima are one; those on edges of the domain by f along these."""
    labels = np.zeros(len(x), dtype=np.int64)
    count, weak = 0, kind != Kind.MINIMUM
    parts = on_rims(_rims(problem, kind, width), x)
    for rows, held in parts:
        its, others = along(problem, held)
        sides = Box(box.lower[others], box.upper[others])
        mine = x[rows][:, others]
        found = distinct(its, mine, fun[rows], weak[rows], width[others], sides)
        labels[rows] = found + count
        count += found.max(initial=-1) + 1
    return labels if len(parts) == 1 else ranked(labels, x, fun)


def _extents(
    problem: Problem, x: Array, kind: Whole, groups: list[Whole], width: Array, box: Box
) -> list[Extent]:
    """Tell how large sets of minima are; those on edges of the domain along these."""
    first = x[[mine[0] for mine in groups]]
    found: dict[int, Extent] = {}
    for which, held in on_rims(_rims(problem, kind, width), first):
        its, others = along(problem, held)
        sides = Box(box.lower[others], box.upper[others])
        given = [groups[i] for i in which]
        for i, extent in zip(
            which, extents(its, x[:, others], kind, given, width[others], sides), strict=True
        ):
            found[int(i)] = _whole(extent, first[i], others)
    return [found[i] for i in range(len(groups))]


def _rims(problem: Problem, kind: Whole, width: Array) -> list[Rim]:
    """Give the edges of the domain, where sets of minima may lie on them."""
    wanted = problem.symbolic.edges and (kind != Kind.MINIMUM).any() and problem.cases is None
    return rims(problem, np.where(width > 0, width, 1.0)) if wanted else []


def _whole(extent: Extent, point: Array, others: Whole) -> Extent:
    """Put the variables of edges back among the others."""
    lowest, highest, varies = point.copy(), point.copy(), np.zeros(len(point), dtype=np.bool_)
    lowest[others], highest[others] = extent.lowest, extent.highest
    varies[others] = extent.varies
    return Extent(extent.dimension, lowest, highest, varies)


def _lowest(values: Array, inside: Mask, mine: Whole, its: Extent) -> int:
    """Give the minimum that stands for a set: the lowest; of a set one inside, not at its edge."""
    some = mine[inside[mine]]
    chosen = some if its.dimension > 0 and len(some) else mine
    return int(chosen[values[chosen].argmin()])


def _largest_rates(method: Method, spectra: Array) -> list[float]:
    """Give the largest rates with which a method settles at minima, as its theory says."""
    if method.adjustable:
        method = method.with_settings(lr=1.0)
    several = any(np.ndim(value) for value in method.settings.values())
    pace = None if several else method.near(spectra)
    if pace is None:
        return [np.nan] * len(spectra)
    smooth = ~np.isnan(spectra).all(axis=1)
    return np.where(smooth, pace.largest_rate, np.nan).tolist()  # type: ignore[no-any-return]


def _extent(x: Array, y: Array) -> Array:
    """Give the size of the region that two sets of points fill."""
    highest = np.maximum(x.max(axis=0), y.max(axis=0))
    lowest = np.minimum(x.min(axis=0), y.min(axis=0))
    return np.asarray(highest - lowest)


def runs_of(
    problem: Problem, batch: Batch, member: Whole, options: Options, started: bool = True
) -> Runs:
    """Give judged runs as a result shows them; `member` is the number of each run's minimum.

    Where they `started` may not be known.
    """
    judged, rate = batch.verdicts, options.method.last_rate(batch.ends.nit)
    find = partial(_told, batch.judged(problem, options), started)
    return Runs(
        x0=batch.x0 if started else np.full_like(batch.x0, np.nan),
        **{name: getattr(judged, name) for name in ("x", "fun", "grad_norm", "status", "kind")},
        nit=batch.ends.nit,
        lr=np.full(len(member), rate, dtype=float),
        minimum=member,
        parent=batch.parent,
        evidence=Evidence.later(find, fun_last=judged.fun_last, condition=judged.condition),
    )


def _told(judged: Judged, started: bool) -> Told:
    with np.errstate(all="ignore"):
        evidence = told(judged)
    return evidence if started else replace(evidence, fun0=np.full_like(evidence.fun0, np.nan))


def settings_of(options: Options) -> Settings:
    """Tell how runs were made, as a result shows it."""
    rate, sampling = options.method.rate, options.sampling
    return Settings(
        method=options.method.name,
        lr=float(rate) if np.ndim(rate) == 0 and np.isfinite(rate) else None,
        epochs=options.epochs,
        tol=options.tol,
        polish=options.polish,
        escape=options.escape,
        bounds=tuple(zip(options.box.lower.tolist(), options.box.upper.tolist(), strict=True)),
        width=tuple(options.width.tolist()),
        sampler=sampling.name if sampling is not None and sampling.random else None,
        until=options.until,
        outside=sampling.outside(len(options.x0)) if sampling is not None else 0.0,
        schedule=options.schedule,
        clip_value=options.clip_value,
        clip_norm=options.clip_norm,
        noise=options.noise,
        seed=options.seed,
        picked=options.picked,
    )
