"""One sentence for each verdict: what happened with this run's numbers, why, and what to try."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..status import Kind, Status
from .numbers import listed, number, point, several, vector

if TYPE_CHECKING:
    from ..facts.unbounded import Unbounded
    from ..results.result import Result

_FLAT_REACH = 1e-3  # share of the searched region from which on a flat region is worth telling
_NOTHING = 1e-6  # share of the fall of a run that is not worth going on for
_BOTTOMLESS = -1e30  # f below this, and below its start by as much, has no lower limit


@dataclass(frozen=True)
class Case:
    """One run's numbers; nan or -1 where a number has no meaning."""

    run: int
    status: Status
    kind: Kind
    names: tuple[str, ...]
    x0: list[float]
    x: list[float]
    fun0: float
    fun: float
    grad_norm: float
    nit: int
    lr: float
    curvatures: tuple[float, float]
    epochs_left: float
    period: int
    condition: int
    trap: list[float]
    trap_kind: Kind

    @classmethod
    def of(cls, result: Result, run: int) -> Case:
        """Take one run's numbers out of the columns."""
        runs, evidence = result.runs, result.runs.evidence
        return cls(
            run=run,
            status=Status(int(runs.status[run])),
            kind=Kind(int(runs.kind[run])),
            names=result.problem.names,
            x0=runs.x0[run].tolist(),
            x=runs.x[run].tolist(),
            fun0=float(evidence.fun0[run]),
            fun=float(evidence.fun_last[run]),
            grad_norm=float(runs.grad_norm[run]),
            nit=int(runs.nit[run]),
            lr=float(runs.lr[run]),
            curvatures=(float(evidence.curvature_low[run]), float(evidence.curvature_high[run])),
            epochs_left=float(evidence.epochs_left[run]),
            period=int(evidence.period[run]),
            condition=int(evidence.condition[run]),
            trap=evidence.trap[run].tolist(),
            trap_kind=Kind(int(evidence.trap_kind[run])),
        )

    @property
    def start(self) -> str:
        """Where the run started."""
        return point(self.names, self.x0)

    @property
    def end(self) -> str:
        """Where the run ended."""
        return point(self.names, self.x)

    @property
    def point(self) -> str:
        """What the end point is, in words."""
        if self.kind == Kind.SADDLE and len(self.names) == 1:
            return "inflection point"
        return self.kind.words

    @property
    def height(self) -> str:
        """The value of f at the end, as a continuation of `end`."""
        return f", f = {number(self.fun)}" if math.isfinite(self.fun) else ""

    @property
    def curvature(self) -> str:
        """The second derivatives at the end, where they are known and tell something."""
        low, high = self.curvatures
        known = math.isfinite(low) and math.isfinite(high)
        if not known or self.kind == Kind.KINK_MINIMUM:
            return ""
        if len(self.names) == 1:
            return f"f'' = {number(low)}"
        return f"curvatures from {number(low)} to {number(high)}"

    @property
    def shape(self) -> str:
        """The curvature in brackets."""
        return f" ({self.curvature})" if self.curvature else ""

    @property
    def gradient(self) -> str:
        """The size of the gradient, where it is known."""
        return number(self.grad_norm) if math.isfinite(self.grad_norm) else "not known"

    @property
    def pace(self) -> str:
        """How its steps were chosen."""
        return f"lr = {number(self.lr)}" if math.isfinite(self.lr) else "the automatic step"

    @property
    def steps(self) -> str:
        """How many steps it took."""
        return several(self.nit, "step")

    @property
    def bottomless(self) -> bool:
        """Whether it ran away downwards, and so far that f has no lower limit."""
        return self.status == Status.DIVERGED and self.fun < min(
            _BOTTOMLESS, _BOTTOMLESS * abs(self.fun0)
        )


def sentence(result: Result, run: int) -> str:
    """Tell in one sentence how a run ended, why, and what to try.

    Parameters
    ----------
    result : Result
        All the runs.
    run : int
        Row of the run.

    Returns
    -------
    str
        The sentence without its subject: "reached a minimum: x = 1, f = 3, after 1 step".
    """
    case = Case.of(result, run)
    return "; ".join(clause for clause in _CLAUSES[case.status](result, case) if clause)


def no_global_minimum(result: Result) -> str:
    """Say why f has no global minimum, where its terms or a run show it."""
    if result.unbounded is not None:
        return f"f has no global minimum: {_way_down(result.problem.names, result.unbounded)}"
    for run in np.flatnonzero(result.runs.status == Status.DIVERGED):
        case = Case.of(result, int(run))
        if case.bottomless or (case.condition >= 0 and case.fun < case.fun0):
            return (
                f"f has no global minimum: run {run} started at {case.start} and fell from "
                f"{number(case.fun0)} to {number(case.fun)}"
            )
    return ""


def advice(status: Status) -> str:
    """Give a status's advice as a clause."""
    return status.advice[:1].lower() + status.advice[1:].rstrip(".")


def _is_a(case: Case) -> str:
    """Name what the end point is, to follow "is" or "reached"."""
    article = "an" if case.point[0] in "aeiou" else "a"
    return _ODD_KINDS.get(case.kind, f"{article} {case.point}")


_ODD_KINDS = {
    Kind.FLAT: "part of a flat region",
    Kind.NOT_STATIONARY: "no verified minimum",
    Kind.UNKNOWN: "no verified minimum",
}

_MINIMUM_NOTES = {
    Kind.WEAK_MINIMUM: (
        "the curvature there is too small to decide, but no lower point was found around it"
    ),
    Kind.KINK_MINIMUM: "f has a kink there and rises on every side of it",
}


def _converged(result: Result, case: Case) -> tuple[str, ...]:
    where = f"{_is_a(case)}: {case.end}{case.height}{case.shape}"
    note = _MINIMUM_NOTES.get(case.kind, "")
    if case.nit == 0 and case.x == case.x0:
        return f"started at {where}, and stayed there", note
    if case.nit == 0:
        return f"started beside {where}", note
    return f"reached {where}, after {case.steps}", note


def _at_bound(result: Result, case: Case) -> tuple[str, ...]:
    how = "reached" if case.nit else "started at" if case.x == case.x0 else "started beside"
    return (
        f"{how} a minimum on a bound: {case.end}{case.height}, after {case.steps}",
        _held_by(result, case) or "f falls only outside the bounds",
        advice(case.status),
    )


def _held_by(result: Result, case: Case) -> str:
    """Name the bounds, with the slopes that hold the run there."""
    slopes = np.atleast_1d(result.problem.grad(np.reshape(case.x, (1, -1)))[0])
    held = []
    for name, x, slope, bounds in zip(
        case.names, case.x, slopes.tolist(), result.settings.bounds, strict=True
    ):
        if x in bounds and slope:
            side = "lower" if x == bounds[0] else "upper"
            held.append(f"at the {side} bound {name} = {number(x)} its slope is {number(slope)}")
    if not held:
        return ""
    return f"f falls only outside the bounds: {listed(held)}"


def _stalled(result: Result, case: Case) -> tuple[str, ...]:
    return (
        f"stalled at its start: {case.end} is {_is_a(case)}{case.shape}",
        _symmetry(result, case) or f"the gradient there is {case.gradient}, so no step moves",
        _way_out(result, case),
    )


def _symmetry(result: Result, case: Case) -> str:
    entries = dict(zip(case.names, case.x0, strict=True))
    even = [name for name in result.even if entries[name] == 0.0]
    if not even:
        return ""
    if len(case.names) == 1:
        return f"f is even in {even[0]}, so every descent from 0 stays at 0"
    zeros = listed([f"{name} = 0" for name in even])
    return f"f is even in {listed(even)}, so every descent from {zeros} keeps that"


def _way_out(result: Result, case: Case) -> str:
    """Say what to try from a maximum or a saddle, or what escape has already done."""
    children = np.flatnonzero(result.runs.parent == case.run)
    if len(children):
        ends = listed(distinct([point(case.names, result.runs.x[c].tolist()) for c in children]))
        rows = listed([str(c) for c in children])
        runs = f"run {rows}, which ends" if len(children) == 1 else f"runs {rows}, which end"
        return f"escape=True continued it in {runs} at {ends}"
    if case.run != result.best or not len(result.beyond):
        return advice(case.status)
    ends = listed(distinct([point(case.names, x.tolist()) for x in result.beyond]))
    return f"{advice(case.status)}, which reaches {ends}"


def distinct(parts: list[str]) -> list[str]:
    """Keep the first of equal parts."""
    return list(dict.fromkeys(parts))


def _not_a_minimum(result: Result, case: Case) -> tuple[str, ...]:
    return (
        f"moved from {case.start} and ended on {_is_a(case)}: {case.end}{case.height}{case.shape}",
        f"the gradient there is {case.gradient}, so no step moves it further",
        _way_out(result, case),
    )


def _plateau(result: Result, case: Case) -> tuple[str, ...]:
    only = "only " if case.grad_norm > 0 else ""
    return (
        f"ended on a plateau: {case.end}{case.height}",
        f"the gradient is {only}{case.gradient} because f is flat there{case.shape}, "
        "and no minimum is near",
        *_beyond(result, case),
    )


def _beyond(result: Result, case: Case) -> tuple[str, ...]:
    """Tell how far the flat region reaches, and where f falls."""
    flat = result.plateau(case.run)
    if flat.falls is None or flat.lower is None:
        return "f falls nowhere around it, as far as was looked", "check the formula"
    gain = case.fun - float(np.ravel(result.problem.fun(flat.lower))[0])
    if not gain > _NOTHING * abs(case.fun0 - case.fun):
        return "f goes on falling there, but by next to nothing", "set bounds"
    start = f"start at {point(case.names, _rounded(flat.lower))}"
    way = float(np.abs(flat.falls - case.x).max())
    if way < _FLAT_REACH * max(result.settings.width):
        return f"f falls slowly from there towards {point(case.names, _rounded(flat.lower))}", start
    edge = point(case.names, _rounded(flat.falls))
    return f"f falls no sooner than {number(way, 3)} away, beyond {edge}", start


def _rounded(x: Any) -> list[float]:
    return [float(f"{v:.3g}") for v in x]


def _slow(result: Result, case: Case) -> tuple[str, ...]:
    automatic = not math.isfinite(case.lr)
    rate = "a smaller lr" if case.lr * case.curvatures[1] > 1 else "a larger lr"
    remedy = f"allow more epochs{'' if automatic else f', or take {rate}'}"
    if math.isfinite(case.epochs_left) and case.epochs_left > 0:
        left = several(_two_digits(case.epochs_left), "more epoch")
        remedy = f"about {left} would do{'' if automatic else f', or {rate}'}"
    return (
        f"was still on its way down when the epochs ended: {case.end}{case.height}, "
        f"after {case.steps} with {case.pace}",
        f"the gradient there is still {case.gradient}{_pace(case)}",
        _beside_trap(case),
        remedy,
    )


def _two_digits(value: float) -> int:
    size = int(10 ** max(len(str(int(value))) - 2, 0))
    return round(int(value) / size) * size


def _pace(case: Case) -> str:
    """How fast fixed steps shrink the error, where the curvature ahead is known."""
    low, high = case.curvatures
    factor = max(abs(1 - case.lr * low), abs(1 - case.lr * high))
    if not 0 < factor < 1:
        return ""
    return f", and near the minimum ahead each step leaves {number(100 * factor)} % of the way"


def _beside_trap(case: Case) -> str:
    if case.trap_kind is Kind.UNKNOWN:
        return ""
    away = max(abs(a - b) for a, b in zip(case.x0, case.trap, strict=True))
    if away == 0:
        return ""
    what = f"a {case.trap_kind.words}"
    if case.trap_kind is Kind.SADDLE and len(case.names) == 1:
        what = "an inflection point"
    return (
        f"it started only {number(away)} away from {point(case.names, case.trap)}, {what}, "
        "where the gradient vanishes, so its first steps were tiny"
    )


def _oscillating(result: Result, case: Case) -> tuple[str, ...]:
    course = "wanders without settling"
    if case.period > 1:
        course = f"goes round a cycle of {several(case.period, 'point')}"
    return (
        f"{course}: after {case.steps} with {case.pace} it is at {case.end}{case.height}",
        *_too_large(case),
    )


def _too_large(case: Case) -> tuple[str, str]:
    """Why a rate is too large, and which one is not."""
    high = case.curvatures[1]
    if not case.lr * high > 2.0 - 1e-9:
        return "the step is too large here", advice(Status.OSCILLATING)
    return (
        f"at the curvature {number(high)} a step is safe up to lr = 2/{number(high)} "
        f"= {number(2 / high)}",
        f"take an lr below {number(2 / high)}, or leave lr out",
    )


def _diverged(result: Result, case: Case) -> tuple[str, ...]:
    away = f"started at {case.start} and ran away within {case.steps}"
    course = f"from {number(case.fun0)} to {number(case.fun)}"
    if case.condition >= 0:
        broken = result.problem.domain[case.condition]
        return (
            f"started at {case.start} and fell without end, {course} within {case.steps}",
            f"it ran up to the edge of the domain at {case.end}, where {broken.text} needs "
            f"{broken.needs}",
            "set bounds, or check the formula",
        )
    proof = _proof(result, case)
    if proof and case.fun < case.fun0:
        return f"{away}: f fell {course}", proof, "set bounds, or check the formula"
    if case.bottomless:
        cause = f"f is unbounded below along this run: it fell {course}"
    elif case.fun < case.fun0:
        cause = f"f fell all the way, {course}: it has no lowest value in this direction"
    elif case.fun > case.fun0:
        return away, f"the step is too large: with {case.pace} f grew {course}", "lower lr"
    else:
        cause = f"f overflowed on the way from {number(case.fun0)}, beyond 1.8e308"
        return away, cause, advice(case.status)
    return away, cause, "set bounds, or check the formula"


def _proof(result: Result, case: Case) -> str:
    """Say why f has no lowest value, where its terms show it."""
    fall = result.fall(case.run)
    if fall is None:
        return ""
    return f"f has no lowest value: {_way_down(case.names, fall)}"


def _way_down(names: Sequence[str], fall: Unbounded) -> str:
    """Say along which way f falls without end."""
    if fall.pole:
        return f"it falls to minus infinity at {point(names, fall.start)}"
    largest = max(map(abs, fall.direction))
    shown = vector([number(d / largest) for d in fall.direction])
    way = f"along {vector(names)} = t*{shown}"
    if len(names) == 1:
        way = f"as {names[0]} goes to {'minus ' * (fall.direction[0] < 0)}infinity"
    return f"{way}, {fall.term} outweighs all else and falls without end"


def _out_of_domain(result: Result, case: Case) -> tuple[str, ...]:
    how = (
        f"left the domain of f after {case.steps}"
        if case.nit
        else "started outside the domain of f"
    )
    if case.condition >= 0:
        broken = result.problem.domain[case.condition]
        return f"{how}: at {case.end}, {broken.text} needs {broken.needs}", advice(case.status)
    when = f"after {case.steps}" if case.nit else "at its start"
    if math.isfinite(case.fun):
        return (
            f"stopped {when}: at {case.end}, f = {number(case.fun)} but its gradient is not finite",
            advice(case.status),
        )
    return (
        f"stopped {when}: at {case.end} f or its gradient overflows, "
        "it is larger than any float (1.8e308)",
        "start where f is smaller, or set bounds",
    )


def _no_progress(result: Result, case: Case) -> tuple[str, ...]:
    what = (
        f"made no more progress after {case.steps}: {case.end}{case.height}, "
        f"gradient {case.gradient}"
    )
    if math.isfinite(case.lr) and case.kind == Kind.NOT_STATIONARY:
        return what, f"with {case.pace} its steps are too small to change x", "raise lr"
    value, slope = result.floor(case.run)
    floor = f" (about {number(value, 2)}; the gradient's is about {number(slope, 2)})"
    return (
        what,
        f"no step lowers f by more than its rounding error{floor if value > 0 else ''}, "
        "and this is no verified minimum",
        advice(case.status),
    )


def _stopped(result: Result, case: Case) -> tuple[str, ...]:
    return (
        f"was interrupted after {case.steps}: {case.end}{case.height}, gradient {case.gradient}",
        advice(case.status),
    )


_CLAUSES: dict[Status, Callable[[Result, Case], tuple[str, ...]]] = {
    Status.CONVERGED: _converged,
    Status.AT_BOUND: _at_bound,
    Status.STALLED_AT_START: _stalled,
    Status.NOT_A_MINIMUM: _not_a_minimum,
    Status.PLATEAU: _plateau,
    Status.SLOW: _slow,
    Status.OSCILLATING: _oscillating,
    Status.DIVERGED: _diverged,
    Status.OUT_OF_DOMAIN: _out_of_domain,
    Status.NO_PROGRESS: _no_progress,
    Status.STOPPED: _stopped,
}
