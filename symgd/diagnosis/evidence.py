"""What verdicts rest on, found when it is told: curvatures, epochs left, periods, traps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import EPS, Array, Columns, Whole
from ..blas import in_one_thread
from ..engine.kernel.stops import Stop
from ..methods import Fixed
from ..status import SUCCESSES, Kind, Status
from .cycles import cycle
from .heading import UNDER_WAY, Judged, heading
from .kinds import LOWEST
from .local import model
from .newton import refine
from .traps import traps
from .valleys import Trials, curvatures, floors

_PACED = (*SUCCESSES, Status.SLOW, Status.OSCILLATING)
_RESTLESS = (Status.OSCILLATING, Status.OUT_OF_DOMAIN)
_MISSED = (*UNDER_WAY, *_RESTLESS, Status.PLATEAU, Status.DIVERGED, Status.NOT_A_MINIMUM)
_AGAIN = 20_000  # steps: a slow run that took more is not tried at other rates, for time
_LONGER_WAY = 4  # times the steps: after them a run that is merely slow is lower
_OTHERS = (2.0, 0.5)  # times the rate: at which slow runs are tried
_BEYOND = 10.0  # widths of the last steps: Newton steps lead so far to a minimum among them


@dataclass
class Told(Columns):
    """What is told of runs besides their verdicts, one value a run; see `results.runs.Evidence`."""

    fun0: Array
    curvature_low: Array
    curvature_high: Array
    epochs_left: Array
    contraction: Array
    largest_rate: Array
    valley_curvature: Array
    valley_rate: Array
    better_rate: Array
    period: Whole
    trap: Array
    trap_kind: Whole

    @classmethod
    def unknown(cls, n_runs: int, n_vars: int) -> Told:
        """Begin with nothing that could be told."""
        names = ("fun0", "curvature_low", "curvature_high", "epochs_left", "contraction",
                 "largest_rate", "valley_curvature", "valley_rate", "better_rate")  # fmt: skip
        numbers = dict(zip(names, np.full((len(names), n_runs), np.nan), strict=True))
        period, kind = np.full((2, n_runs), [[-1], [Kind.UNKNOWN]], dtype=np.int64)
        trap = np.full((n_runs, n_vars), np.nan)
        return cls(**numbers, period=period, trap=trap, trap_kind=kind)


@in_one_thread
def told(judged: Judged) -> Told:
    """Find what is told of runs; of each it depends on that run alone.

    Parameters
    ----------
    judged : Judged
        The runs.

    Returns
    -------
    Told
    """
    evidence = Told.unknown(*judged.x0.shape)
    judged = replace(judged, verdicts=heading(judged))
    evidence.fun0[:] = judged.problem.values(judged.x0)
    for look in (_at_stationary_points, _at_open_ends, _beside_starts, _at_other_rates):
        look(judged, evidence)
    return evidence


def _at_stationary_points(judged: Judged, told: Told) -> None:
    """Look at the points that runs have reached or were heading for."""
    found = judged.verdicts
    rows = np.flatnonzero(found.smooth)
    if not len(rows):
        return
    mine, spectra = judged.take(rows), _at_targets(judged, rows)
    told.curvature_low[rows], told.curvature_high[rows] = _ends_of(spectra)
    told.contraction[rows], told.largest_rate[rows] = _paces(mine, spectra)
    ahead = LOWEST[found.target_kind[rows]]
    told.epochs_left[rows[ahead]] = _epochs_left(mine.take(ahead), spectra[ahead])


def _at_open_ends(judged: Judged, told: Told) -> None:
    """Look at where runs of fixed steps were when their epochs ended, or at what they circle."""
    found, method = judged.verdicts, judged.how.method
    away = (found.status == Status.DIVERGED) & (judged.ends.stop == Stop.EPOCHS)
    open_ended = np.isin(found.status, UNDER_WAY) | away
    rows = np.flatnonzero(open_ended & (found.kind == Kind.NOT_STATIONARY))
    if not len(rows) or not isinstance(method, Fixed):
        return
    here = judged.take(rows)
    spectra = np.column_stack(_ends_of(model(here.problem, here.ends.x, judged.box).spectrum()))
    turning = np.flatnonzero(here.verdicts.status == Status.OSCILLATING)
    told.period[rows] = 0
    if len(turning):
        told.period[rows[turning]], spectra[turning] = _turning(here.take(turning))
    told.curvature_low[rows], told.curvature_high[rows] = spectra.T
    told.largest_rate[rows] = _paces(here, spectra)[1]


def _beside_starts(judged: Judged, told: Told) -> None:
    """Look for what slow runs started beside."""
    rows = np.flatnonzero(judged.verdicts.status == Status.SLOW)
    its, width = judged.problem.of(rows), judged.how.width
    found = traps(its, judged.x0[rows], judged.verdicts.x[rows], judged.box, width)
    told.trap[rows], told.trap_kind[rows] = found


def _at_other_rates(judged: Judged, told: Told) -> None:
    """Look for the valleys that runs of too large a rate have left, and for better rates."""
    found, method = judged.verdicts, judged.how.method
    moved = np.isin(found.status, _MISSED) & (judged.ends.nit > 0) & np.isfinite(told.fun0)
    rows = np.flatnonzero(moved)
    if not isinstance(method, Fixed) or not len(rows):
        return
    runs = judged.take(rows)
    rose = ~(runs.verdicts.fun <= told.fun0[rows] + 16 * EPS * np.abs(told.fun0[rows]))
    restless = rose | np.isin(runs.verdicts.status, _RESTLESS)
    rate = np.broadcast_to(runs.how.method.rate, len(rows))
    lost = np.flatnonzero(restless | ~LOWEST[runs.verdicts.target_kind])
    high, largest = np.full((2, len(rows)), np.nan)
    if len(lost):
        high[lost], largest[lost] = _valleys(runs.take(lost))
    told.valley_curvature[rows], told.valley_rate[rows] = high, largest
    wild = restless | (rate > largest)
    if not method.adjustable:
        return
    better, mine = np.full(len(rows), np.nan), np.flatnonzero(wild)
    if len(mine):
        most = np.where(rate > largest, largest, rate)[mine]
        better[mine] = _trials(runs.take(mine)).settling(most, runs.ends.nit[mine].astype(float))
    calm = np.flatnonzero(~wild & (runs.verdicts.status == Status.SLOW))
    calm = calm[runs.ends.nit[calm] <= _AGAIN]
    if len(calm):
        better[calm] = _slow_rates(runs.take(calm))
    told.better_rate[rows] = better


def _slow_rates(judged: Judged) -> Array:
    """Give a rate with which slow runs do better; 0 where they rise again, and none settles."""
    ends, rate, its = judged.ends, judged.how.method.rate, _trials(judged)
    rate = np.broadcast_to(rate, len(ends.x)).astype(float)
    better, longer = its.lower(_OTHERS, rate, ends), its.lower((1.0,), rate, ends, _LONGER_WAY)
    back = np.flatnonzero(np.isnan(longer))
    if len(back):
        less = _trials(judged.take(back)).settling(rate[back], ends.nit[back].astype(float))
        better[back] = np.nan_to_num(less, nan=0.0)
    return better


def _trials(judged: Judged) -> Trials:
    method = judged.how.method
    assert isinstance(method, Fixed)
    return Trials(judged.problem, method, judged.x0, judged.box, judged.how.width)


def _valleys(judged: Judged) -> tuple[Array, Array]:
    """Give the largest curvatures at the minima of the valleys in which runs started, and rates.

    These are the largest with which the method settles there; nan where its rate is not larger,
    and where the run has come lower than that minimum.
    """
    problem, box, method = judged.problem, judged.box, judged.how.method
    y = floors(problem, judged.x0, box, judged.how.width, judged.how.workers)
    spectra = curvatures(problem, y, box)
    pace = method.near(spectra)
    if pace is None:
        return np.full(len(y), np.nan), np.full(len(y), np.nan)
    with np.errstate(invalid="ignore"):
        left = ~(judged.verdicts.fun <= problem.values(y)) & (method.rate > pace.largest_rate)
    curved = np.fmax.reduce(spectra, axis=1)
    return np.where(left, curved, np.nan), np.where(left, pace.largest_rate, np.nan)


def _ends_of(spectra: Array) -> tuple[Array, Array]:
    """Give the smallest and the largest eigenvalue that is a number."""
    return np.fmin.reduce(spectra, axis=1), np.fmax.reduce(spectra, axis=1)


def _at_targets(judged: Judged, rows: Whole) -> Array:
    """Give the spectra at the stationary points of runs; once for all that share one."""
    points = judged.verdicts.target[rows]
    cases = judged.problem.of(rows).cases
    keyed = points if cases is None else np.column_stack([points, cases])
    _, first, member = np.unique(keyed, axis=0, return_index=True, return_inverse=True)
    its = judged.problem.of(rows[first])
    return model(its, points[first], judged.box).spectrum()[member.ravel()]


def _epochs_left(judged: Judged, spectra: Array) -> Array:
    """Predict the steps still needed to the minima ahead, where the method's theory tells."""
    x, y = judged.ends.x, judged.verdicts.target
    pace = judged.how.method.near(spectra, judged.ends.nit + 1)
    if pace is None:
        return np.full(len(x), np.nan)
    there = model(judged.problem, y, judged.box)
    with np.errstate(all="ignore"):
        share = judged.how.tol * there.length(y - judged.x0) / there.length(y - x)
        return pace.epochs(share)


def _paces(judged: Judged, spectra: Array) -> tuple[Array, Array]:
    """Give what a step leaves of the error by the method's theory, and the largest rate."""
    factor, largest = np.full((2, len(spectra)), np.nan)
    found, method = judged.verdicts, judged.how.method
    rows = np.flatnonzero(np.isin(found.status, _PACED) & (found.kind != Kind.KINK_MINIMUM))
    pace = method.take(rows).near(spectra[rows]) if method.fixed and len(rows) else None
    if pace is not None:
        factor[rows], largest[rows] = pace.factor, pace.largest_rate
    return factor, largest


def _turning(judged: Judged) -> tuple[Whole, Array]:
    """Give the periods of runs that cycle, and the curvatures that limit their rate, ``(n, 2)``.

    These are those of the minimum within the cycle, or else along it.
    """
    problem, box, method = judged.problem, judged.box, judged.how.method
    assert isinstance(method, Fixed)
    period, tail = cycle(problem, method, judged.ends, box)
    models = [model(problem, points, box) for points in tail]
    along = np.concatenate([there.spectrum() for there in models], axis=1)
    limits = np.column_stack(_ends_of(along))
    least, most = tail.min(axis=0), tail.max(axis=0)
    reach = _BEYOND * (most - least)
    ahead = [points + there.newton_step() for points, there in zip(tail, models, strict=True)]
    with np.errstate(invalid="ignore"):
        near = [((y >= least - reach) & (y <= most + reach)).all(axis=1) for y in ahead]
    rows = np.flatnonzero(np.any(near, axis=0))  # for which no minimum has been found yet
    for points in (tail.mean(axis=0), *tail):
        newton = refine(problem.of(rows), points[rows], judged.x0[rows], box, judged.how.tol)
        within = (newton.x >= least[rows]) & (newton.x <= most[rows])
        inside = newton.settled & np.asarray(within.all(axis=1))
        there = model(problem.of(rows[inside]), newton.x[inside], box)
        limits[rows[inside]] = np.column_stack(_ends_of(there.spectrum()))
        rows = rows[~inside]
    return period, limits
