"""Words on points that came from elsewhere, for which there is no start and no step to tell of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..status import Status
from . import sentences
from .case import Case, read_case
from .numbers import number, point
from .sentences import Clauses

if TYPE_CHECKING:
    from ..facts.known import Known
    from .data import Outcome

_FEW, _ALL = 4, 17  # digits of a number
_SAME = 2e-15  # share of a number: less is its own rounding
_MEANINGS = {
    Status.CONVERGED: (
        "The point is a local minimum, verified by the second derivatives.", "",
    ),
    Status.AT_BOUND: (
        "The point is a minimum on a bound, verified: f falls only outside the bounds.",
        Status.AT_BOUND.advice,
    ),
    Status.NOT_A_MINIMUM: (
        "The gradient vanishes there, on a maximum or a saddle.", "Go on beside it.",
    ),
    Status.PLATEAU: (Status.PLATEAU.meaning, "Go on where f changes."),
    Status.OUT_OF_DOMAIN: (
        "f or its gradient is not finite at the point.", "Look inside the domain of f.",
    ),
    Status.NO_PROGRESS: (
        "The point is no verified minimum, and no other stationary point.", "Go on from there.",
    ),
}  # fmt: skip


def noun(outcome: Outcome) -> str:
    """Name what the rows of a result are."""
    return "point" if outcome.settings.elsewhere else "run"


def meaning(outcome: Outcome, status: Status) -> tuple[str, str]:
    """Give the sentence on what a status means, and the one on what to try."""
    usual = status.meaning, status.advice
    return _MEANINGS.get(status, usual) if outcome.settings.elsewhere else usual


def sentence(batch: Outcome, run: int, known: Known) -> str:
    """Tell in one sentence how a run ended, or what a point from elsewhere is; without a subject.

    Such as "is a minimum: x = 1, f = 3".
    """
    if not batch.settings.elsewhere:
        return sentences.sentence(batch, run, known)
    one = read_case(batch, run, known)
    return "; ".join(clause for clause in _CLAUSES[one.status](one) if clause)


def _digits(case: Case) -> int:
    """Give the digits that tell the point from the one that it is compared with."""
    distance, size = _rest(case)[0], max(map(abs, case.x))
    if not distance > _SAME * size:
        return _FEW
    return min(max(math.ceil(math.log10(size / distance)) + 2, _FEW), _ALL) if size > 0 else _FEW


def _end(case: Case, x: Iterable[float] | None = None) -> str:
    return point(case.names, case.x if x is None else x, _digits(case))


def _place(case: Case) -> str:
    return f"{_end(case)}{case.height}"


def _rest(case: Case) -> tuple[float, float, float]:
    """Give the distance, the fall of f, and the rounding of f; nan for what is not known."""
    rest = case.facts.remaining
    if rest is None:
        return math.nan, math.nan, math.nan
    return float(rest.distance), float(rest.fall), float(rest.rounding)


def _is_minimum(case: Case) -> Clauses:
    distance, fall, rounding = _rest(case)
    what, held = sentences.is_a(case), ""
    if case.status is Status.AT_BOUND:
        what, held = sentences.on_bound(case), sentences.held_by(case)
    note, off = sentences.MINIMUM_NOTES.get(case.kind, ""), ""
    if distance > _SAME * max(map(abs, case.x)):
        off = f"the exact one lies {number(distance, 3)} away"
        off += f", where f is lower by {number(fall, 3)}" * (fall > 0)
        if 0 < fall <= rounding:
            what = f"{what} to the rounding of f"
            off += f", no more than its rounding error of {number(rounding, 3)}"
    return f"is {what}: {_place(case)}{case.shape}", note, held, off


def _stationary(case: Case) -> Clauses:
    distance, rest = _rest(case)[0], case.facts.remaining
    beside = ""
    if rest is not None and distance > _SAME * max(map(abs, case.x)):
        beside = f"the exact one is {_end(case, rest.x)}, {number(distance, 3)} away"
    ends = sentences.places(case, case.facts.ways_out)
    return (
        f"is {sentences.is_a(case)}: {_place(case)}{case.shape}",
        f"the gradient there is {case.gradient}",
        beside,
        f"descent from both sides of it reaches {ends}" if ends else "go on beside it",
    )


def _plateau(case: Case) -> Clauses:
    only = "only " if case.grad_norm > 0 else ""
    return (
        f"lies on a plateau: {_place(case)}",
        f"the gradient is {only}{case.gradient} because f is flat there{case.shape}, "
        "and no minimum is near",
        *sentences.around(case, "go on"),
    )


def _outside(case: Case) -> Clauses:
    advice = "look inside the domain of f"
    if case.broken is not None:
        needed = f"{case.broken.text} needs {case.broken.needs}"
        return f"lies outside the domain of f: at {_end(case)}, {needed}", advice
    if math.isfinite(case.fun):
        return f"is {_place(case)}, where the gradient is not finite", advice
    return f"is {_end(case)}, where f is not finite", advice


def _no_minimum(case: Case) -> Clauses:
    distance, fall, rounding = _rest(case)
    rest = case.facts.remaining
    what = f"is no verified minimum: {_place(case)}", f"the gradient there is {case.gradient}"
    if rest is None or rest.leads < 0:
        return *what, "go on from there"
    if not math.isfinite(distance):
        return *what, f"descent from there {Status(int(rest.leads)).phrase()}"
    return (
        *what,
        f"f would still fall by {number(fall, 3)} to the minimum {_end(case, rest.x)}, which "
        f"is {number(distance, 3)} away; that is {_times(fall, rounding)} the rounding error of f",
        "go on from there",
    )


def _times(fall: float, rounding: float) -> str:
    return f"{number(fall / rounding, 1)} times" if rounding > 0 else "above"


_CLAUSES: dict[Status, Callable[[Case], Clauses]] = {
    Status.CONVERGED: _is_minimum,
    Status.AT_BOUND: _is_minimum,
    Status.NOT_A_MINIMUM: _stationary,
    Status.PLATEAU: _plateau,
    Status.OUT_OF_DOMAIN: _outside,
    Status.NO_PROGRESS: _no_minimum,
}
