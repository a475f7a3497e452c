"""One sentence for each verdict: what happened with this run's numbers, why, and what to try."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ..status import Kind, Status
from .case import Case, fallen, rate_words, read_case
from .numbers import listed, number, point, several, vector
from .sets import only, shape, values

if TYPE_CHECKING:
    from ..facts.known import Approach, Jump, Known, Unbounded
    from ..results.runs import Minimum
    from .data import Batch, Outcome

_FLAT_REACH = 1e-3  # share of the searched region from which on a flat region is worth telling
_BESIDE = 1e-3  # share of a coordinate: a start as close is beside a point
_AT_START = 1e-9  # share of the searched region: and so is one this close to 0
_LITTLE = 1e-3  # share of the fall of a run that its gradient would bring: it is small
_NOTHING = 1e-6  # share of the fall of a run that is not worth going on for
_MUCH = 0.9  # share of the largest rate: one that was tried is told where it is smaller
_HALF = 0.49  # share of the rate: a smaller one was the largest that settles
_AT_LIMIT = 5e-10  # share of the largest rate within which a rate is that one

Clauses = tuple[str, ...]


def sentence(batch: Outcome, run: int, known: Known) -> str:
    """Tell in one sentence how a run ended, why, and what to try; without its subject.

    Such as "reached a minimum: x = 1, f = 3, after 1 step".
    """
    one = read_case(batch, run, known)
    return "; ".join(clause for clause in CLAUSES.get(one.status, _any_status)(one) if clause)


def no_global_minimum(batch: Batch, known: Known) -> str:
    """Say why f has no global minimum, where its terms or a run show it."""
    if known.unbounded is not None:
        return f"f has no global minimum: {_way_down(batch.problem.names, known.unbounded)}"
    run = fallen(batch)
    if run is None:
        return ""
    one = read_case(batch, run, known)
    return (
        f"f has no global minimum: run {run} started at {one.start} and fell from "
        f"{number(one.fun0)} to {number(one.fun)}"
    )


def _clause(sentence: str) -> str:
    """Make a sentence a clause, but for the name of f."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def advice(status: Status) -> str:
    """Give a status's advice as a clause."""
    return _clause(status.advice)


def _any_status(case: Case) -> Clauses:
    """Tell the meaning of a status that has no story of its own."""
    ended = f"ended at {case.end}{case.height}, after {case.steps}"
    return ended, _clause(case.status.meaning), advice(case.status)


def is_a(case: Case) -> str:
    """Name what the end point is, to follow "is" or "reached"."""
    article = "an" if case.point[0] in "aeiou" else "a"
    return _ODD_KINDS.get(case.kind, f"{article} {case.point}")


_ODD_KINDS = {
    Kind.FLAT: "part of a flat region",
    Kind.NOT_STATIONARY: "no verified minimum",
    Kind.UNKNOWN: "no verified minimum",
}

MINIMUM_NOTES = {
    Kind.WEAK_MINIMUM: (
        "the second derivatives there do not decide, but no lower point was found around it"
    ),
    Kind.KINK_MINIMUM: "f has a kink there and rises on every side of it",
}


def _on_set(case: Case, minimum: Minimum, how: str) -> Clauses:
    """Tell of a set of minima what is determined, and that the run's end is one point of it."""
    known = case.facts.determined
    told = [v for v, varies in zip(case.names, minimum.varies, strict=True) if varies]
    open_ones = f"{listed(told)} {'varies' if len(told) == 1 else 'vary'} over it"
    said = (only(known), values(known)) if known else ("", "")
    return (
        f"{how} a {shape(minimum)}{case.height}, after {case.steps}",
        ", ".join(part for part in said if part) or open_ones,
        f"{case.end} is one point of it",
    )


def _converged(case: Case) -> Clauses:
    if case.minimum is not None and case.minimum.dimension > 0:
        return _on_set(case, case.minimum, _how(case))
    where = f"{is_a(case)}: {case.end}{case.height}{case.shape}"
    note = MINIMUM_NOTES.get(case.kind, "")
    if case.nit == 0 and case.x == case.x0:
        return f"started at {where}, and stayed there", note
    if case.nit == 0:
        return f"{_led(case)} {where}", note
    return f"reached {where}, after {case.steps}", note


def _how(case: Case) -> str:
    return "reached" if case.nit else "started at" if case.x == case.x0 else _led(case)


def _led(case: Case) -> str:
    """Tell how a run came to its end that took no step."""
    pairs = zip(case.x, case.x0, case.width, strict=True)
    if all(abs(a - b) <= (_BESIDE * abs(a) if a else _AT_START * width) for a, b, width in pairs):
        return "started beside"
    return "took no step, but from its start the way leads down to"


def _at_bound(case: Case) -> Clauses:
    how = _how(case)
    held = held_by(case) or "around it f falls nowhere inside the bounds"
    given = any(x in bounds for x, bounds in zip(case.x, case.bounds, strict=True))
    remedy = advice(case.status) if given and any(case.facts.open_sides) else ""
    if case.minimum is not None and case.minimum.dimension > 0:
        return (*_on_set(case, case.minimum, how), held, remedy)
    return (
        f"{how} {on_bound(case)}: {case.end}{case.height}, after {case.steps}",
        held,
        remedy,
    )


def on_bound(case: Case) -> str:
    """Name a minimum on a bound, or on an edge of the domain."""
    edged = case.facts.edges or case.facts.curves
    return f"a minimum on {'the edge of the domain of f' if edged else 'a bound'}"


def held_by(case: Case) -> str:
    """Name the edges of the domain and the bounds, with the slopes that hold the run there."""
    clauses = (_held_by_edges(case), _held_by_bounds(case))
    return "; ".join(clause for clause in clauses if clause)


def _held_by_edges(case: Case) -> str:
    """Tell what needs the variables to stay where they are."""
    ends = [*(words for _, *words in case.facts.edges), *case.facts.curves]
    needs = [f"{text} needs {what}" for text, what in ends]
    return f"f rises from there to the inside: {listed(needs)}" if needs else ""


def _held_by_bounds(case: Case) -> str:
    slopes = list(case.facts.slopes or [0.0] * len(case.x))
    for variable, _, _ in case.facts.edges:
        slopes[variable] = 0.0
    held = []
    for name, x, slope, bounds in zip(case.names, case.x, slopes, case.bounds, strict=True):
        if x in bounds and slope:
            side = "lower" if x == bounds[0] else "upper"
            held.append(f"at the {side} bound {name} = {number(x)} its slope is {number(slope)}")
    if not held:
        return ""
    sides = zip(slopes, case.x, case.facts.open_sides, case.bounds, strict=True)
    outside = all(falls for slope, x, falls, bounds in sides if slope and x in bounds)
    where = "f falls only outside the bounds" if outside else "inside the bounds f rises"
    return f"{where}: {listed(held)}"


def _stalled(case: Case) -> Clauses:
    return (
        f"stalled at its start: {case.end} is {is_a(case)}{case.shape}",
        _symmetry(case) or f"the gradient there is {case.gradient}, so no step moves",
        _way_out(case),
    )


def _symmetry(case: Case) -> str:
    entries = dict(zip(case.names, case.x0, strict=True))
    even = [name for name in case.even if entries[name] == 0.0]
    if not even:
        return ""
    if len(case.names) == 1:
        return f"f is even in {even[0]}, so every descent from 0 stays at 0"
    zeros = listed([f"{name} = 0" for name in even])
    return f"f is even in {listed(even)}, so every descent from {zeros} keeps that"


def _way_out(case: Case) -> str:
    """Say what to try from a maximum or a saddle, or what escape has already done."""
    if case.continuations:
        rows = listed([str(child) for child in case.continuations])
        ends = places(case, case.continuations.values())
        runs = (
            f"run {rows}, which ends" if len(case.continuations) == 1 else f"runs {rows}, which end"
        )
        return f"escape=True continued it in {runs} at {ends}"
    ends = places(case, case.facts.ways_out)
    return f"{advice(case.status)}, which reaches {ends}" if ends else advice(case.status)


def places(case: Case, points: Iterable[Sequence[float]]) -> str:
    """List points, those that read the same once."""
    return listed(list(dict.fromkeys(point(case.names, x) for x in points)))


def _not_a_minimum(case: Case) -> Clauses:
    return (
        f"moved from {case.start} and ended on {is_a(case)}: {case.end}{case.height}{case.shape}",
        f"the gradient there is {case.gradient}, so no step moves it further",
        _way_out(case),
    )


def _plateau(case: Case) -> Clauses:
    if case.thrown:
        return _thrown(case, f"ended on a plateau: {case.end}{case.height}")
    small = case.grad_norm * max(case.width) <= _LITTLE * abs(case.fun0 - case.fun)
    only = "only " if case.grad_norm > 0 and small else ""
    flat = f"the gradient is {only}{case.gradient} because f is flat there{case.shape}"
    if case.facts.approach is not None and not small:
        flat = "f is flat there along a kink"
    return (
        f"ended on a plateau: {case.end}{case.height}",
        f"{flat}, and no minimum is near",
        *around(case),
    )


def around(case: Case, go: str = "start") -> Clauses:
    """Tell how far the flat region reaches, where f falls, and where to `go` from."""
    flat, on = case.facts.plateau, case.facts.approach
    if on is not None:
        return _approached(case.names, on), "set bounds"
    if flat is None or flat.falls is None or flat.lower is None:
        return "f falls nowhere around it, as far as was looked", "check the formula"
    fallen = abs(case.fun0 - case.fun)
    if not flat.gain > (0.0 if math.isnan(fallen) else _NOTHING * fallen):
        return "f goes on falling there, but by next to nothing", "set bounds"
    lower = point(case.names, _rounded(flat.lower))
    way = max(abs(a - b) for a, b in zip(flat.falls, case.x, strict=True))
    if way < _FLAT_REACH * max(case.width):
        return f"f falls slowly from there towards {lower}", f"{go} at {lower}"
    edge = point(case.names, _rounded(flat.falls))
    return f"f falls no sooner than {number(way, 3)} away, beyond {edge}", f"{go} at {lower}"


def _approached(names: Sequence[str], on: Approach) -> str:
    """Tell where f goes on falling, and towards which value."""
    ways = [*zip(names, on.direction, strict=True)]
    growing, falling = [n for n, d in ways if d > 0], [n for n, d in ways if d < 0]
    moves = [
        f"{listed(some)} {verb if len(some) > 1 else verb + 's'}"
        for some, verb in ((growing, "grow"), (falling, "fall"))
        if some
    ]
    value = "" if on.limit is None else f" towards {number(on.limit)}, which it only approaches"
    return f"f goes on falling{value}, as {listed(moves)}"


def _rounded(x: Iterable[float]) -> list[float]:
    return [float(f"{v:.3g}") for v in x]


def _thrown(case: Case, ended: str) -> Clauses:
    """Tell that fixed steps were too long, and up to which rate they are not."""
    where = f"{ended}, after {case.steps} with {case.pace}"
    course = f"f rose from {number(case.fun0)} to {number(case.fun)}" if case.rose else ""
    return where, course, _valley(case), _lower_rate(case)


def _valley(case: Case) -> str:
    """Say which rates are small enough for the valley where a run started."""
    if not math.isfinite(case.valley_rate):
        return ""
    shown = rate_words(case.valley_rate, case.valley_curvature)
    return (
        f"in the valley where it started, of curvature {number(case.valley_curvature)}, "
        f"steps settle up to lr = {shown} only"
    )


def _lower_rate(case: Case) -> str:
    """Advise a smaller rate, with its number where it was tried."""
    if not case.better_rate < case.lr:
        return "lower lr"
    return f"lower lr to at most {number(case.better_rate)}"


def _slow(case: Case) -> Clauses:
    if case.thrown:
        what = "was thrown out of the valley where it started"
        if not math.isfinite(case.valley_rate):
            what = "ended higher than it started"
        return _thrown(case, f"{what}: {case.end}{case.height}")
    remedy = (_more(case),) if case.facts.approach is None else around(case)
    return (
        f"was still on its way down when the epochs ended: {case.end}{case.height}, "
        f"after {case.steps} with {case.pace}",
        f"the gradient there is still {case.gradient}{_pace(case)}",
        _beside_trap(case),
        *remedy,
    )


def _more(case: Case) -> str:
    """Advise what a slow run lacks: epochs, or another rate, as it was tried."""
    better = case.better_rate
    if case.scheduled and case.lr == 0:
        return "its rate is 0 by now, so let lr fall more slowly"
    if better == 0:
        return "fixed steps do not settle where it goes, so leave lr out"
    if better < _HALF * case.lr:
        return _lower_rate(case)
    known = math.isfinite(better)
    rate = "a larger lr" if better > case.lr else "a smaller lr"
    if math.isfinite(case.epochs_left) and case.epochs_left > 0:
        left = several(_two_digits(case.epochs_left), "more epoch")
        return f"about {left} would do{f', or {rate}' if known else ''}"
    return f"allow more epochs{f', or take {rate}' if known else ''}"


def _two_digits(value: float) -> int:
    size = int(10 ** max(len(str(int(value))) - 2, 0))
    return round(int(value) / size) * size


def _pace(case: Case) -> str:
    """How fast steps shrink the error, where theory knows it."""
    if not 0 < case.contraction < 1:
        return ""
    left = number(100 * case.contraction)
    return f", and near the minimum ahead each step leaves {left} % of the way"


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


def _oscillating(case: Case) -> Clauses:
    course = "wanders without settling"
    if case.period > 1:
        course = f"goes round a cycle of {several(case.period, 'point')}"
    where = f"{course}: after {case.steps} with {case.pace} it is at {case.end}{case.height}"
    if case.noise:
        why = f"the noise of {number(case.noise)} in its gradient never lets it rest"
        return where, why, "let lr fall by a schedule, or take polish=True"
    return where, *_too_large(case)


def _too_large(case: Case) -> Clauses:
    """Why a rate is too large, and which one is not."""
    high, largest = case.curvatures[1], case.largest_rate
    if not case.lr > (1 - _AT_LIMIT) * largest:
        why = _valley(case) or "the step is too large here"
        return why, f"{_lower_rate(case)}, or leave it out"
    if case.better_rate < _MUCH * largest:
        largest = case.better_rate
    return (
        f"at the curvature {number(high)} a step is safe up to lr = {rate_words(largest, high)}",
        f"take an lr below {number(largest)}, or leave lr out",
    )


def _diverged(case: Case) -> Clauses:
    away = f"started at {case.start} and ran away within {case.steps}"
    course = f"from {number(case.fun0)} to {number(case.fun)}"
    if case.broken is not None:
        return (
            f"started at {case.start} and fell without end, {course} within {case.steps}",
            f"it ran up to the edge of the domain at {case.end}, where {case.broken.text} "
            f"needs {case.broken.needs}",
            "set bounds, or check the formula",
        )
    if case.broke_off:
        return (
            f"started at {case.start} and broke off after {case.steps}: {case.end}{case.height}",
            f"the next step of the method {case.method!r} is not finite",
            "look for a division by zero in it, or a root or logarithm of what is below 0",
        )
    fall = case.facts.fall
    if fall is not None and case.fun < case.fun0:
        proof = f"f has no lowest value: {_way_down(case.names, fall)}"
        return f"{away}: f fell {course}", proof, "set bounds, or check the formula"
    if case.bottomless:
        cause = f"f is unbounded below along this run: it fell {course}"
    elif case.fun < case.fun0:
        cause = f"f fell all the way, {course}: it has no lowest value in this direction"
    elif case.fun > case.fun0:
        return away, _grew(case, course), _valley(case), _lower_rate(case)
    else:
        cause = f"f overflowed on the way from {number(case.fun0)}, beyond 1.8e308"
        remedy = _lower_rate(case) if case.better_rate < case.lr else advice(case.status)
        return away, cause, _valley(case), remedy
    return away, cause, "set bounds, or check the formula"


def _grew(case: Case, course: str) -> str:
    """Tell with which steps f grew."""
    if case.noise:
        return f"with {case.pace} and noise of {number(case.noise)} in its gradient f grew {course}"
    if case.scheduled:
        return f"the rates of its schedule are too large: f grew {course}"
    return f"the step is too large: with {case.pace} f grew {course}"


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


def _out_of_domain(case: Case) -> Clauses:
    when = f"after {case.steps}" if case.nit else "at its start"
    if case.broken is not None:
        how = f"left the domain of f {when}" if case.nit else "started outside the domain of f"
        needed = f"{case.broken.text} needs {case.broken.needs}"
        return f"{how}: at {case.end}, {needed}", _back_inside(case)
    if math.isfinite(case.fun):
        return (
            f"stopped {when}: at {case.end}, f = {number(case.fun)} but it has no finite gradient",
            _back_inside(case) if case.nit else "start beside that point",
        )
    return (
        f"stopped {when}: at {case.end} f or its gradient overflows, "
        "it is larger than any float (1.8e308)",
        "start where f is smaller, or set bounds",
    )


def _back_inside(case: Case) -> str:
    """Advise what keeps a run where f is defined."""
    if case.nit == 0:
        return "start inside the domain of f, or set bounds that stay inside"
    if case.better_rate < case.lr:
        return f"{_lower_rate(case)}, or set bounds that stay inside"
    return "set bounds that stay inside"


def _no_progress(case: Case) -> Clauses:
    what = (
        f"made no more progress after {case.steps}: {case.end}{case.height}, "
        f"gradient {case.gradient}"
    )
    if case.thrown:
        return _thrown(case, f"was thrown where no step changes x: {case.end}{case.height}")
    if case.facts.jump is not None:
        return what, *_at_jump(case, case.facts.jump)
    if math.isfinite(case.lr) and case.kind == Kind.NOT_STATIONARY:
        remedy = "let lr fall more slowly" if case.scheduled else "raise lr"
        return what, f"with {case.pace} its steps are too small to change x", remedy
    value, slope = case.facts.floor or (0.0, 0.0)
    floor = f" (about {number(value, 2)}; the gradient's is about {number(slope, 2)})"
    return (
        what,
        f"no step lowers f by more than its rounding error{floor if value > 0 else ''}, "
        "and this is no verified minimum",
        advice(case.status),
    )


def _at_jump(case: Case, jump: Jump) -> Clauses:
    """Tell what f does at the jump beside the end of a run."""
    where = f"f jumps at {point(case.names, jump.there)}"
    if jump.limit is not None:
        return (
            f"{where}, and is higher there than {number(jump.limit)}, which it only approaches",
            "no point has that value, so this is no minimum",
            "let the lower piece have its border, or set bounds",
        )
    return where, "it is lower right beyond the jump", "start on the other side of it"


def _stopped(case: Case) -> Clauses:
    return (
        f"was interrupted after {case.steps}: {case.end}{case.height}, gradient {case.gradient}",
        advice(case.status),
    )


CLAUSES: dict[Status, Callable[[Case], Clauses]] = {
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
