"""Runs that go on: from where they stopped with what they remember, and beside those of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import Array, Whole, columns
from ..errors import ConfigurationError
from ..given.boxes import Box
from ..given.names import hint
from ..given.numbers import read_whole
from ..given.options import EPOCHS, TOL, Options
from ..given.stepping import checked_rates, read_method
from ..given.types import Count, MethodLike, Number
from ..memory import check_paths
from ..methods import Automatic, Method
from ..methods.wrapped import Wrapped
from ..problem import Problem
from ..results.result import Result
from ..results.runs import Evidence, Runs, Settings
from ..results.standing import Standing, fresh
from ..status import Kind, Status
from .control import Control, State
from .descent import Batch, Later, descend
from .gather import runs_of
from .interruption import completed, interruptible, reached
from .wrap import standing_of, wrap_together

_OPEN = (Status.SLOW, Status.OSCILLATING, Status.STOPPED)
_AROUND = ("schedule", "clip_value", "clip_norm", "noise", "seed")
_TURNS = 6  # times that a run may go on along an edge of the domain, or leave one


@interruptible
def resume(
    result: Result,
    status: Status | str | Sequence[Status | str] | None,
    epochs: Count | None,
    method: MethodLike | None,
    lr: Number | None,
    workers: Count | None,
    callback: Callable[[State], object] | None,
    progress: bool,
    time_limit: Number | None,
) -> Result:
    """Let some of the runs go on; see `Result.resume`."""
    control = Control(callback, progress, time_limit)
    with control.watching():
        rows = np.flatnonzero(np.isin(result.runs.status, _statuses(status)))
        standing, chosen, picked = _standing(result, method, lr)
        most = result.settings.epochs or EPOCHS
        more = most if epochs is None else read_whole("epochs", epochs, 1)
        options = _options(result, chosen, more, workers, picked)
        if not len(rows):
            return result
        every, n_vars = options.history, len(result.problem.names)
        if every and options.tol == 0.0:
            check_paths(every, every, len(rows), n_vars, more)
        with np.errstate(all="ignore"):  # a value that is not finite is a verdict, no warning
            mine = options.take(rows)
            batch, halted = reached(_gone_on, result.problem, standing, rows, mine)
            whole, late = completed(_put_together, result, standing, rows, batch, options)
        return control.given(whole, halted or late)


def join(first: Result, second: Result) -> Result:
    """Put the runs of two results together; see `Result.join`."""
    _check_alike(first, second)
    one, other = (_standing(r, None, None, anew=True)[0] for r in (first, second))
    known = one.method if one.method is not None else other.method
    if isinstance(known, Wrapped):  # what it has of each run is of one result only
        known = None
    chosen = known if known is not None else Automatic()
    one, other = (_as_of(s, chosen) for s in (one, other))
    count, fewer = len(first.runs), second.runs.parent < 0
    later = replace(second.runs, parent=np.where(fewer, -1, second.runs.parent + count))
    runs = _joined_runs(first.runs, later)
    tables = zip(*(_arrays(s).items() for s in (one, other)), strict=True)
    stacked = {name: np.concatenate([mine, its]) for (name, mine), (_, its) in tables}
    histories = [r.history for r in (first, second)]
    history = None if None in histories else [*(histories[0] or []), *(histories[1] or [])]
    options = replace(_options(first, chosen, 1, None), history=first.history_every)
    with np.errstate(all="ignore"):
        standing = Standing(**stacked, method=known)
        settings = _common(first, second)
        return wrap_together(first.problem, runs, standing, settings, history, options)


def _statuses(given: Any) -> list[int]:
    """Read which runs go on; by default those that were on their way."""
    if given is None:
        return list(_OPEN)
    several = [given] if isinstance(given, str | Status) else given
    try:
        return [_status(one) for one in several]
    except TypeError:
        raise ConfigurationError("status", given, _takes(given)) from None


def _status(given: Any) -> Status:
    if isinstance(given, str) and given.upper() in Status.__members__:
        return Status[given.upper()]
    if isinstance(given, Status) or (type(given) is int and given in list(Status)):
        return Status(given)
    raise ConfigurationError("status", given, _takes(given))


def _takes(given: object) -> str:
    names = list(Status.__members__)
    return f"a status or several out of {', '.join(names)}{hint(given, names)}"


def _standing(
    result: Result, method: MethodLike | None, lr: Number | None, anew: bool = False
) -> tuple[Standing, Method, str | None]:
    """Tell where runs stand as the method sees it that they go on with, and why it was picked."""
    if result.settings.elsewhere:
        takes = "runs; points that were judged are starts of symgd.minimize(x0=result.runs.x)"
        raise ConfigurationError("the result", "points that came from elsewhere", takes)
    if method is None and lr is not None:
        raise ConfigurationError("lr", lr, "nothing without a method beside it")
    chosen, picked = None, None
    if method is not None:
        chosen, picked = read_method(result.problem, method, lr)
    standing = result.standing or _unknown(result)
    if chosen is None and standing.method is not None:
        chosen = standing.method.started(standing.begun)
    if chosen is None and not anew:
        takes = "a method: what the runs remember is not known, so they begin with a new one"
        raise ConfigurationError("method", None, takes)
    if chosen is None:
        return standing, Automatic(), None
    named = standing.method is None and chosen.name == result.settings.method
    kept = named and standing.memory.shape[1] == len(_first(chosen, standing))
    return (standing if kept else _as_of(standing, chosen)), chosen, picked


def _unknown(result: Result) -> Standing:
    """Tell what is known of runs from a file of an older version: where they ended."""
    runs, none = result.runs, np.zeros(len(result.runs), dtype=np.int64)
    kinds = np.where(runs.success, runs.kind, Kind.UNKNOWN)
    return Standing(runs.x0, runs.x, runs.x, kinds, none, none, np.zeros((len(runs), 0)), None)


def _as_of(standing: Standing, method: Method) -> Standing:
    """Let runs of another method begin anew with this one, where they are."""
    if _alike(standing.method, method):
        return standing
    memory = np.tile(_first(method, standing), (len(standing.x), 1))
    return replace(standing, steps=np.zeros_like(standing.steps), memory=memory)


def _alike(one: Method | None, other: Method) -> bool:
    """Tell whether what one method remembers means the same to another."""
    return type(one) is type(other) and one is not None and one.text == other.text


def _first(method: Method, standing: Standing) -> Array:
    """Give what a run remembers before its first step, of as many numbers as any."""
    n_vars = standing.x.shape[1]
    return fresh(method, n_vars, np.ones(n_vars))


def _options(
    result: Result,
    method: Method,
    epochs: int,
    workers: Count | None,
    picked: str | None = None,
) -> Options:
    """Give the options of a result's runs, which go on with a method for so many epochs."""
    settings, same = result.settings, result.settings.method == method.name
    tol = settings.tol if same or settings.tol or method.fixed else TOL
    return Options(
        x0=result.runs.x,
        several=True,
        box=Box(*np.array(settings.bounds, dtype=float).T),
        width=np.array(settings.width),
        method=method,
        epochs=epochs,
        tol=tol,
        polish=settings.polish if same else not method.fixed,
        escape=settings.escape,
        workers=None if workers is None else read_whole("workers", workers, 1),
        history=result.history_every if result.history is not None else 0,
        sampling=None,
        until=None,
        picked=settings.picked if same else picked,
        **_around(result, method, epochs),
    )


def _around(result: Result, method: Method, epochs: int) -> dict[str, Any]:
    """Tell what happens to gradients and rates: what did, or nothing around a method anew."""
    standing = result.standing
    before = standing.method if standing is not None else None
    if isinstance(method, Wrapped) and type(before) is type(method) and before.text == method.text:
        return {name: getattr(result.settings, name) for name in _AROUND}
    return dict.fromkeys(_AROUND) | {"schedule": checked_rates(method, epochs)}


def _gone_on(problem: Problem, standing: Standing, rows: Whole, options: Options) -> Batch:
    """Let runs go on; what comes back counts the steps of this method from its first."""
    x, begun = (np.asfortranarray(a[rows]) for a in (standing.x, standing.begun))
    steps, memory = standing.steps[rows], standing.memory[rows].copy()
    memory[steps == 0] = fresh(options.method, x.shape[1], options.width)
    fixed = options.method.fixed
    first = steps if fixed else np.zeros_like(steps)
    later = Later(begun, first + options.epochs, _TURNS, memory, first)
    batch = descend(problem, x, options, later)
    batch.ends.nit[:] += steps - first
    batch.ends.evaluations[:] += standing.evaluations[rows]
    return replace(batch, begun=begun)


def _put_together(
    result: Result, standing: Standing, rows: Whole, batch: Batch, options: Options
) -> Result:
    """Put runs that went on back among the others."""
    nowhere, before = np.full(len(rows), -1), result.runs
    batch = replace(batch, x0=before.x0[rows], parent=before.parent[rows])
    fresh_runs = runs_of(result.problem, batch, nowhere, options.take(rows))
    steps = before.nit[rows] - standing.steps[rows] + batch.ends.nit
    runs = _replaced(before, rows, replace(fresh_runs, nit=steps))
    mine, arrays = _arrays(standing_of(batch, options)), _arrays(standing)
    whole = {name: _with(column, rows, mine[name]) for name, column in arrays.items()}
    history = None if result.history is None else _longer(result.history, rows, batch.paths)
    settings = _after(result, options, len(rows))
    now = Standing(**whole, method=options.method)
    return wrap_together(result.problem, runs, now, settings, history, options)


def _arrays(standing: Standing) -> dict[str, Any]:
    return {name: value for name, value in vars(standing).items() if name != "method"}


def _with(column: Any, rows: Whole, values: Any) -> Any:
    changed = column.copy()
    changed[rows] = values
    return changed


def _replaced(runs: Runs, rows: Whole, others: Runs) -> Runs:
    """Replace some of the runs by others, whose evidence is found when somebody asks."""

    def find() -> Evidence:
        evidence: Evidence = runs.evidence.each(np.copy)
        evidence.put(rows, others.evidence)
        return evidence

    plain = {
        name: _with(column, rows, getattr(others, name))
        for name, column in columns(runs).items()
        if name != "evidence"
    }
    return Runs(**plain, evidence=Evidence.later(find))


def _joined_runs(first: Runs, second: Runs) -> Runs:
    pairs = [(name, [getattr(r, name) for r in (first, second)]) for name in columns(first)]
    plain = {name: np.concatenate(both) for name, both in pairs if name != "evidence"}

    def find() -> Evidence:
        return Evidence.concatenate([first.evidence, second.evidence])

    return Runs(**plain, evidence=Evidence.later(find))


def _longer(history: list[Array], rows: Whole, paths: list[Array]) -> list[Array]:
    whole = list(history)
    for row, path in zip(rows.tolist(), paths, strict=False):
        whole[row] = np.concatenate([whole[row], path[1:]])
    return whole


def _after(result: Result, options: Options, count: int) -> Settings:
    """Tell how runs were made of which some went on."""
    before, method, rate = result.settings, options.method, options.method.rate
    same = before.method == method.name
    rated = float(rate) if np.isfinite(rate) else None
    every = count == len(result.runs)
    named = method.name if same or every else f"{before.method}, {method.name}"
    return replace(
        before,
        **({name: getattr(options, name) for name in _AROUND} if every else {}),
        method=named,
        lr=rated if before.lr == rated or every else None,
        epochs=before.epochs + options.epochs,
        tol=options.tol,
        polish=options.polish,
        picked=options.picked if named == method.name else None,
    )


def _check_alike(first: Result, second: object) -> None:
    if not isinstance(second, Result):
        raise ConfigurationError("other", second, "a Result")
    if first.settings.maximize != second.settings.maximize:
        raise ConfigurationError("other", "minima and maxima", "both of minima, or both of maxima")
    one, other = first.problem, second.problem
    if (one.expr, one.names, dict(one.params)) != (other.expr, other.names, dict(other.params)):
        takes = f"a result of the same problem, {one.text!r}, with the same parameters"
        raise ConfigurationError("other", f"a result of {other.text!r}", takes)
    if first.settings.bounds != second.settings.bounds:
        takes = f"a result with the same bounds, {first.settings.bounds}"
        raise ConfigurationError("other", f"bounds {second.settings.bounds}", takes)


def _common(first: Result, second: Result) -> Settings:
    """Tell how the runs of two results were made."""
    one, other = first.settings, second.settings
    wider = np.maximum(one.width, other.width).tolist()
    methods = dict.fromkeys((one.method, other.method))
    return replace(
        one,
        method=", ".join(methods),
        lr=one.lr if one.lr == other.lr else None,
        epochs=max(one.epochs, other.epochs),
        tol=max(one.tol, other.tol),
        polish=one.polish or other.polish,
        escape=one.escape or other.escape,
        width=tuple(wider),
        sampler=one.sampler if _chances_are_apart(first, second) else None,
        until=None,
        picked=one.picked if len(methods) == 1 and one.picked == other.picked else None,
    )


def _chances_are_apart(first: Result, second: Result) -> bool:
    """Tell whether one sampler placed all starts, and none of them twice."""
    one, other = first.settings, second.settings
    if one.sampler != other.sampler or one.width != other.width:
        return False
    starts = np.concatenate([r.runs.x0[r.runs.parent < 0] for r in (first, second)])
    return len(np.unique(starts, axis=0)) == len(starts)
