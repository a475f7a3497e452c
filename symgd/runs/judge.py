"""`judge`: verdicts on points that came from elsewhere; nothing is moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ..arrays import Array, Mask, Whole
from ..diagnosis.case import Judging, Verdicts
from ..diagnosis.edge import NO_CONDITION
from ..diagnosis.local import every, largest, model, total
from ..diagnosis.rests import tidy
from ..diagnosis.verdict import judge as verdicts_on
from ..engine.drive.lanes import Ends
from ..engine.kernel.stops import Stop
from ..errors import ConfigurationError, Interrupted
from ..facts.cancellation import rounding
from ..given.names import known_keywords
from ..given.options import TOL, Options, read_options, read_problem
from ..given.points import read_points
from ..given.types import Number, Pairs, Points
from ..problem import Problem, Source
from ..results.result import Result
from ..results.runs import ELSEWHERE, Later, Remaining
from ..status import Kind, Status
from .along import Along, Onward, Sent
from .descent import Batch, descend, ways_out
from .gather import gather, runs_of, settings_of
from .interruption import interruptible

_BESIDE = 1e-5  # share of the length scale: a stationary point farther off is another one
_TYPICAL = 1.0  # size of a variable of which nothing else is known
_QUARTER = 0.25  # of a box: what a start is away from a minimum in it
_OPEN = (Status.SLOW, Status.NO_PROGRESS, Status.DIVERGED)
_UNCLEAR = (Status.NO_PROGRESS, Status.PLATEAU)
_STATIONARY = (Status.STALLED_AT_START, Status.NOT_A_MINIMUM, Status.PLATEAU)


@known_keywords
@interruptible
def judge(
    expr: Source | Problem,
    x: Points,
    x0: Points | None = None,
    bounds: Pairs | None = None,
    *,
    variables: Sequence[str] | None = None,
    params: Mapping[str, Number] | None = None,
) -> Result:
    r"""Give the verdicts of `minimize` on points that came from elsewhere.

    The points may be what SciPy or JAX gave, or a loop on paper. None is moved. Each is compared
    with the minimum to which descent from there leads: it is one where a hundred-millionth of the
    length scale is missing, or where the fall of f that is missing is below its rounding error.
    That answers whether "precision loss" ended a search too early.

    Parameters
    ----------
    expr : str, sympy.Expr or Problem
        The formula f.
    x : array_like, mapping or DataFrame
        The points, as `minimize` takes `x0`.
    x0 : array_like, mapping or DataFrame, optional
        Where the searches for them started: one for all, or as many as there are points. How far
        each came is its length scale. By default that is a quarter of the bounds in a variable
        which has two, and else its own size, or 1 if that is larger.
    bounds : tuple, sequence of tuples or mapping, optional
        Bounds of the variables, as `minimize` takes them. No point lies outside them.
    variables : sequence of str, optional
        Order of the unknowns; by default natural order.
    params : mapping of str to float, optional
        Names with fixed values.

    Returns
    -------
    Result
        Of runs of no step: `nit` is 0, and ``runs.x`` are the points. ``runs.x0`` is nan where the
        start is not known. Statuses are CONVERGED, AT_BOUND, NOT_A_MINIMUM, PLATEAU,
        OUT_OF_DOMAIN and NO_PROGRESS, which is any other point; `Result.remaining` has what is
        missing there.

    Raises
    ------
    ExpressionError
        If the formula cannot be read.
    ConfigurationError
        If any other argument is wrong.

    Examples
    --------
    >>> import symgd
    >>> print(symgd.judge("(x - 1)**2 + 3", 0.75).summary())
    The point is no verified minimum: x = 0.75, f = 3.062; the gradient there is 0.5; f would still
    fall by 0.0625 to the minimum x = 1, which is 0.25 away; that is 2e13 times the rounding error
    of f; go on from there.
    >>> symgd.judge("cos(2*pi*x) + x**2", [0.4758024510242211, 0]).runs.status
    array([0, 3])
    """
    problem = read_problem(expr, variables, params)
    options = read_options(problem, None, bounds=bounds, starts=1)
    points = read_points(x, problem.names, options.box, "x")
    several = points.ndim == 2
    points = np.asfortranarray(np.atleast_2d(points))
    starts = None if x0 is None else _starts(x0, problem, options, points)
    options = replace(options, x0=points, several=several, sampling=None)
    with np.errstate(all="ignore"):  # a value that is not finite is a verdict, no warning
        try:
            return _judged(problem, options, starts)
        except Interrupted:  # nothing was reached but what the caller has
            raise KeyboardInterrupt from None


def _starts(x0: Points, problem: Problem, options: Options, points: Array) -> Array:
    starts = np.atleast_2d(read_points(x0, problem.names, options.box))
    if len(starts) not in (1, len(points)):
        takes = f"one point, or {len(points)} as x has"
        raise ConfigurationError("x0", f"{len(starts)} points", takes)
    return np.asfortranarray(np.broadcast_to(starts, points.shape))


def _judged(problem: Problem, options: Options, starts: Array | None) -> Result:
    """Judge the points, and put everything into a result."""
    begun = _beside(options) if starts is None else starts
    verdicts = _verdicts(problem, options, begun)
    remaining = _compared(problem, options, begun, verdicts)
    ends = _ends(options.x0)
    nowhere = np.full(len(begun), -1)
    batch = Batch(begun, begun, ends, nowhere, verdicts)
    minima, member = gather(problem, batch, options, verdicts.success)
    runs = runs_of(problem, batch, member, options, started=starts is not None)
    best = runs.lowest
    end = verdicts.x[[best]]
    leave = partial(ways_out, problem, end, options)
    return Result(
        problem=problem,
        runs=runs,
        minima=minima,
        settings=replace(settings_of(options), method=ELSEWHERE, epochs=0, polish=False),
        best=best,
        jac=problem.gradients(end)[0],
        nfev=0,
        njev=0,
        ways_out=Later(leave) if verdicts.stalled[best] else Later.known(end[:0]),
        remaining=remaining,
    )


def _ends(points: Array) -> Ends:
    """Give points as the ends of runs: no step that lowers f is known."""
    ends = Ends.at(points.T)
    ends.stop[:] = Stop.FLOOR
    return ends


def _beside(options: Options) -> Array:
    """Give a place for each point that is one length scale away, inside the bounds."""
    points, box = options.x0, options.box
    closed = np.isfinite(box.upper - box.lower)
    own = np.maximum(np.abs(points), _TYPICAL)
    scale = np.where(closed, _QUARTER * options.width, own)
    return np.asfortranarray(np.where(points + scale > box.upper, points - scale, points + scale))


def _alike(options: Options, begun: Array) -> Iterator[tuple[Whole, Array]]:
    """Give the points bit by bit, each time with the size of the region that was searched.

    It is that of the starts of `minimize`, doubled until a point is within it and where it began.
    """
    box, width = options.box, options.width
    low = np.where(np.isfinite(box.lower), box.lower, np.minimum(-width / 2, box.upper - width))
    both = np.stack([options.x0, begun])
    outside = np.maximum(low - both, both - (low + width)).max(axis=0)
    power = np.ceil(np.log2(1 + 2 * np.maximum(outside, 0.0) / width))
    sizes, member = np.unique(power, axis=0, return_inverse=True)
    for row, size in enumerate(sizes):
        yield np.flatnonzero(member.ravel() == row), width * np.exp2(size)


def _verdicts(problem: Problem, options: Options, begun: Array) -> Verdicts:
    """Ask all questions about the points, as of runs that halted there; none is moved."""
    found = Verdicts.undecided(*begun.shape)
    for rows, width in _alike(options, begun):
        how = Judging(options.method, TOL, False, width, options.workers)
        mine = Verdicts.undecided(len(rows), begun.shape[1])
        ends = _ends(options.x0[rows])
        found.put(rows, verdicts_on(problem, begun[rows], ends, options.box, how, mine))
    _judge_on_edges(problem, options, begun, found)
    _say_what_points_are(found, begun)
    return found


def _judge_on_edges(problem: Problem, options: Options, begun: Array, found: Verdicts) -> None:
    """Judge points on edges of the domain by f along these, and to the inside."""

    def go(sent: Sent) -> Onward:
        return Onward(_ends(sent.x), _verdicts(sent.problem, sent.options, sent.begun), [])

    points, any_number = options.x0, np.ones(len(begun), dtype=np.int64)
    ends = _ends(points)
    Along(problem, points, begun, ends, found, [], options, any_number, go, moving=False).run()


def _say_what_points_are(found: Verdicts, begun: Array) -> None:
    """Replace the statuses that tell of a way, which nobody knows."""
    reach = np.maximum(np.abs(found.x - begun), np.abs(found.x))
    beside = every(np.abs(found.target - found.x) <= _BESIDE * reach)
    stationary = np.isin(found.status, _STATIONARY)
    finite = np.isfinite(found.fun) & np.isfinite(found.grad_norm)
    elsewhere = (stationary & ~beside) | (np.isin(found.status, _OPEN) & finite)
    found.status[stationary & (found.status != Status.PLATEAU)] = Status.NOT_A_MINIMUM
    found.status[np.isin(found.status, _OPEN)] = Status.OUT_OF_DOMAIN
    found.status[elsewhere], found.kind[elsewhere] = Status.NO_PROGRESS, Kind.NOT_STATIONARY
    found.target[elsewhere], found.target_kind[elsewhere] = found.x[elsewhere], Kind.UNKNOWN
    found.condition[elsewhere], found.smooth[elsewhere] = NO_CONDITION, False


def _compared(problem: Problem, options: Options, begun: Array, found: Verdicts) -> Remaining:
    """Compare points with the minima to which descent leads from there; some have arrived."""
    leads = np.full(len(begun), -1)
    rows = np.flatnonzero(np.isin(found.status, _UNCLEAR))
    if not len(rows):
        return _remaining(problem, options, begun, found, leads)
    onward = descend(problem, np.asfortranarray(found.x[rows]), options).verdicts
    _lead_on(found, rows, onward)
    leads[rows] = np.where(found.status[rows] == Status.PLATEAU, -1, onward.status)
    remaining = _remaining(problem, options, begun, found, leads)
    close = _arrived(found.take(rows), remaining.take(rows), begun[rows], options.tol)
    for name in ("status", "kind", "target_kind", "smooth"):
        getattr(found, name)[rows[close]] = getattr(onward, name)[close]
    return remaining


def _lead_on(found: Verdicts, rows: Whole, onward: Verdicts) -> None:
    """Note the minima to which descent leads from points; what leads there is no plateau."""
    there, rows = onward.success, rows[onward.success]
    found.target[rows], found.target_kind[rows] = onward.target[there], onward.target_kind[there]
    found.status[rows], found.kind[rows] = Status.NO_PROGRESS, Kind.NOT_STATIONARY


def _remaining(
    problem: Problem, options: Options, begun: Array, found: Verdicts, leads: Whole
) -> Remaining:
    """Measure what is missing at points."""
    x, y = found.x, tidy(problem, found.target, begun)
    error = rounding(problem, x)
    fall = found.fun - problem.values(y)
    there = model(problem, y, options.box)
    predicted = 0.5 * there.length(y - x) ** 2  # where the difference is nothing but rounding
    fall = np.where(fall > error, fall, np.fmax(predicted, 0.0))
    known = (leads < 0) | found.heading
    known &= ~np.isin(found.status, (Status.PLATEAU, Status.OUT_OF_DOMAIN))
    return Remaining(
        x=np.where(known[:, None], y, np.nan),
        distance=np.where(known, np.sqrt(total((y - x) ** 2)), np.nan),
        fall=np.where(known & found.heading, fall, np.nan),
        rounding=error,
        leads=leads,
    )


def _arrived(found: Verdicts, remaining: Remaining, begun: Array, tol: float) -> Mask:
    """Tell which points are at their minimum: but for rounding of f, or for next to no way."""
    way = largest(np.abs(found.target - begun))
    level = remaining.fall <= remaining.rounding
    near = largest(np.abs(found.target - found.x)) <= tol * way
    return np.asarray(found.heading & (level | near))
