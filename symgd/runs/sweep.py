"""`sweep`: every argument with several values is an axis, and one kernel takes all the runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from ..arrays import Array, Frozen, Whole
from ..errors import ConfigurationError, Interrupted
from ..given.fixed import Free, without_fixed
from ..given.named import with_settings
from ..given.names import check_keywords
from ..given.numbers import read_axis, read_number, read_whole
from ..given.options import Options, read_options, read_problem
from ..given.stepping import CHANGES
from ..given.types import SweepArguments
from ..memory import free as _free_memory
from ..memory import of_runs
from ..methods import SETTINGS, Method
from ..problem import Problem, Source
from ..results.runs import Minimum
from ..results.sweep import SweepResult
from ..status import Status
from ..watch import answered, pressing
from .borders import Destinations, borders, destinations, followed, further
from .control import Control
from .descent import Batch, descend, record
from .gather import gather, runs_of, settings_of
from .interruption import interruptible, reached

_AXES = ("x0", "lr", "epochs", "params")
_CONTROLS: dict[str, Any] = {"callback": None, "progress": False, "time_limit": None}
_LATE = 0.1  # seconds to find borders when the time of a call has passed


@interruptible
def sweep(expr: Source | Problem, **arguments: Unpack[SweepArguments]) -> SweepResult:
    r"""Run gradient descent over a grid of starts, rates, numbers of epochs and parameters.

    Every argument out of `x0`, `lr`, `epochs`, `params` and settings of the method that has several
    values is an axis of the result, in the order in which they are given; what has one value is
    fixed. Several numbers of epochs cost as much as the largest.

    Parameters
    ----------
    expr : str, sympy.Expr or Problem
        The formula f.
    x0 : array_like, mapping or DataFrame, optional
        Starts, as in `minimize`: one point, or several. By default `starts` points from `sampler`.
    lr : float, sequence of float, Schedule or callable, optional
        Rates of fixed steps, or one schedule for all of them. By default the step is automatic.
    epochs : int or sequence of int, optional
        The most steps a run may take; by default 10,000.
    params : mapping of str to float or to sequence of float, optional
        Values of the formula's other names; each name with several values is an axis.
    beta, beta1, beta2, eps, decay, ... : float or sequence of float, optional
        Settings of the method, where it is given by its name.
    clip_value, clip_norm, noise : float or sequence of float, optional
        As in `minimize`.
    variables, bounds, start_box, starts, sampler, seed, method, tol, polish, workers
    callback, progress, time_limit
        As in `minimize`.

    Returns
    -------
    SweepResult

    Raises
    ------
    ExpressionError
        If the formula cannot be read.
    ConfigurationError
        If any other argument is wrong, or the runs would not fit into memory.

    Examples
    --------
    >>> import symgd
    >>> s = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.5, 1.1], epochs=[1, 10])
    >>> s.dims, s.shape
    (('lr', 'epochs'), (3, 2))
    >>> s.x[:, 0].round(3)
    array([ 0.8,  0. , -1.2])
    >>> [symgd.Status(code).name for code in s.status[:, 1]]
    ['SLOW', 'CONVERGED', 'DIVERGED']
    """
    check_keywords("sweep", arguments, SweepArguments.__annotations__)
    controls: dict[str, Any] = {n: arguments.get(n, unset) for n, unset in _CONTROLS.items()}
    control = Control(**controls)
    with control.watching():
        plan = _plan(expr, arguments)
        with np.errstate(all="ignore"):  # a value that is not finite is a verdict, no warning
            batch, halted = reached(_run, plan)
            try:
                with pressing(_LATE):
                    result = _assembled(plan, batch, halted)
            except KeyboardInterrupt:
                answered()
                result, halted = _assembled(plan, batch, halted=True), True
        return control.given(result, halted)


@dataclass(frozen=True)
class _Plan:
    """What is to be run."""

    problem: Problem
    options: Options
    axes: Mapping[str, Array]  # in the order of the result
    params: tuple[str, ...]  # those that are axes
    settings: tuple[str, ...]  # of the method, in the same way
    fixed: Mapping[str, float]

    @property
    def grid(self) -> tuple[str, ...]:
        """The axes along which runs differ from their start on, parameters first."""
        return (*self.params, *(n for n in self.axes if n in ("x0", *self.settings)))

    def runs(self) -> tuple[Problem, Array, Options]:
        """Give the formula of the runs after one number of epochs, their starts, and how."""
        lengths = [len(self.axes[n]) for n in self.grid]
        places = np.indices(lengths).reshape(len(lengths), math.prod(lengths))
        taken = dict(zip(self.grid, places, strict=True))
        problem = self.problem.over({n: self.axes[n][taken[n]] for n in self.params})
        starts = taken.get("x0", np.zeros(places.shape[1], dtype=int))
        each = {n: self.axes[n][taken[n]] for n in self.settings}
        one = {n: values[0] for n, values in each.items()}
        method = self.options.method.with_settings(**one).take(starts).with_settings(**each)
        options = replace(self.options, method=method)
        return problem, np.asfortranarray(options.x0[starts]), options

    def over_axes(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Give a column of all runs, after one number of epochs and the next, over the axes."""
        names = [*(n for n in ("epochs",) if n in self.axes), *self.grid]
        order = [names.index(n) for n in self.axes]
        values = column.reshape((*(len(self.axes[n]) for n in names), *column.shape[1:]))
        return values.transpose((*order, *range(len(order), values.ndim))).copy(order="C")


def _plan(expr: Source | Problem, given: SweepArguments) -> _Plan:
    params = _params(given.get("params"))
    swept = {name: values for name, values in params.items() if np.ndim(values)}
    first = {name: float(np.ravel(values)[0]) for name, values in params.items()}
    problem = read_problem(expr, given.get("variables"), first)
    free = without_fixed(problem, given.get("x0"), given.get("bounds"), given.get("start_box"))
    problem, given = free.problem, _left(given, free)
    rates, counts = _rates(given.get("lr")), _counts(given.get("epochs"))
    settings = _settings(given, params)
    options = _options(problem, given, {"lr": rates, **settings}, counts)
    found = {"x0": _starts(options), "lr": rates, "epochs": counts, **settings}
    axes: dict[str, Array] = {}
    for name in given if "x0" in given else ("x0", *given):
        values: dict[str, Any] = swept if name == "params" else {name: found.get(name)}
        axes |= {n: np.asarray(v) for n, v in values.items() if np.ndim(v)}
    single = params | {"lr": rates, "epochs": counts} | settings
    known = {n: v for n, v in single.items() if v is not None and not callable(v)}
    fixed = {n: float(v) for n, v in known.items() if not np.ndim(v)}
    _check_memory(axes, len(problem.names))
    varied = tuple(n for n in ("lr", *settings) if n in axes and n not in swept)
    return _Plan(problem, options, axes, tuple(swept), varied, fixed)


def _left(given: SweepArguments, free: Free) -> SweepArguments:
    """Give the arguments for the variables that their bounds leave free."""
    changed = {"x0": free.x0, "bounds": free.bounds, "start_box": free.start_box}
    return {**given, **{n: v for n, v in changed.items() if n in given}}  # type: ignore[typeddict-item]


def _settings(given: SweepArguments, params: Mapping[str, Any]) -> dict[str, Any]:
    """Read settings of the method and changes of gradients: one value each, or several."""
    takes = "a number, or several"
    asked = {n: v for n, v in given.items() if n in SETTINGS and n != "lr" and v is not None}
    for name, value in asked.items():
        if name in params:
            raise ConfigurationError(name, value, "nothing beside a parameter of that name")
    return {n: _numbers(n, v, *CHANGES.get(n, (takes, -np.inf))) for n, v in asked.items()}


def _options(
    problem: Problem, given: SweepArguments, settings: Mapping[str, Any], counts: Any
) -> Options:
    plain: Any = {
        n: v for n, v in given.items() if n not in (*_AXES, *SETTINGS, *_CONTROLS, "variables")
    }
    if isinstance(plain.get("starts"), str):
        takes = "a whole number: a sweep takes as many starts at each place"
        raise ConfigurationError("starts", plain["starts"], f"{takes}; symgd.minimize goes on")
    first = {n: np.ravel(v)[0].item() if np.ndim(v) else v for n, v in settings.items()}
    own = {n: first.pop(n) for n in list(first) if n not in (*CHANGES, "lr")}
    options = read_options(
        problem,
        given.get("x0"),
        epochs=None if counts is None else int(np.max(counts)),
        **plain | first | _method(given.get("method", "gd"), first.get("lr"), own),
    )
    several = {n: v for n, v in settings.items() if np.ndim(v)}
    if not several:
        return options
    method = options.method.with_settings(**several)
    method.check()
    return replace(options, method=method)


def _method(method: Any, rate: Any, own: Mapping[str, float]) -> dict[str, Any]:
    """Give a method by name with settings of its own, in place of its name and its rate."""
    if isinstance(method, Method) and any(np.ndim(v) for v in method.settings.values()):
        raise ConfigurationError("method", method, "a method with one value for each setting")
    return {"method": with_settings(method, rate, own), "lr": None} if own else {}


def _starts(options: Options) -> Array | None:
    """Give the coordinates of several starts: themselves in one variable, else their numbers."""
    x0 = options.x0
    starts = x0[:, 0] if x0.shape[1] == 1 else np.arange(len(x0), dtype=float)
    return starts if options.several else None


def _params(given: Any) -> dict[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise ConfigurationError("params", given, "a mapping of names to numbers")
    for name in given or {}:
        if not isinstance(name, str) or name in _AXES:
            raise ConfigurationError("params", name, "a name that is no other axis of the sweep")
    takes = "a finite number, or several"
    return {n: _numbers(f"params[{n!r}]", v, takes) for n, v in (given or {}).items()}


def _rates(given: Any) -> Any:
    takes = "numbers > 0, one schedule, or None for an automatic step"
    if given is None or callable(given):
        return given
    return _numbers("lr", given, takes, np.nextafter(0, 1))


def _numbers(name: str, given: Any, takes: str, least: float = -np.inf) -> Any:
    return read_axis(name, given, lambda value: read_number(name, value, takes, least))


def _counts(given: Any) -> Any:
    read = partial(read_whole, "epochs", least=1)
    return None if given is None else read_axis("epochs", given, read)


def _check_memory(axes: Mapping[str, Array], n_vars: int) -> None:
    shape = [len(values) for values in axes.values()]
    needed = of_runs(math.prod(shape), n_vars)
    free = _free_memory()
    if needed > free:
        raise ConfigurationError(
            "the sweep",
            f"{' x '.join(map(str, shape))} = {math.prod(shape):,} runs, "
            f"about {needed / 2**30:.3g} GiB",
            f"what fits into memory, of which {free / 2**30:.3g} GiB are free",
        )


def _run(plan: _Plan) -> Batch:
    """Run all starts, rates, parameters and numbers of epochs."""
    problem, x0, options = plan.runs()
    if "epochs" not in plan.axes:
        return descend(problem, x0, options)
    counts, places = np.unique(plan.axes["epochs"], return_inverse=True)
    rows = (places[:, None] * len(x0) + np.arange(len(x0))).ravel()
    try:
        batch = record(problem, x0, counts.tolist(), options)
        _go_on(problem, batch, counts.tolist(), options)
    except Interrupted as stopped:
        raise Interrupted(stopped.result.take(rows)) from None
    return batch.take(rows)


def _go_on(problem: Problem, batch: Batch, counts: Sequence[int], options: Options) -> None:
    """Take those runs again by themselves that their tolerance stopped too early."""
    judged, n_runs = batch.verdicts, len(batch.x0) // len(counts)
    for place, count in enumerate(counts):
        rows = np.arange(place * n_runs, (place + 1) * n_runs)
        rows = rows[judged.early[rows] & (batch.ends.nit[rows] < count)]
        if not len(rows):
            continue
        how = replace(options.take(rows - place * n_runs), epochs=count)
        try:
            its = problem.of(rows - place * n_runs)
            again = descend(its, np.asfortranarray(batch.x0[rows]), how)
        except Interrupted:  # what they were before is known
            judged.status[judged.early] = Status.STOPPED
            raise Interrupted(batch) from None
        batch.ends.put(rows, again.ends)
        judged.put(rows, again.verdicts)


def _assembled(plan: _Plan, batch: Batch, halted: bool = False) -> SweepResult:
    """Put the runs into arrays over the axes."""
    each, starts, options = plan.runs()
    every = np.arange(len(batch.x0)) % len(starts)  # after one number of epochs and the next
    each, options = each.of(every), options.take(every)
    member = np.full(len(batch.x0), -1)
    minima: tuple[Minimum, ...] = ()
    found = np.empty(0)
    if not plan.params:
        unfinished = Destinations(batch, batch.verdicts.success, batch.verdicts.status)
        seen = unfinished if halted else destinations(each, batch, options)
        minima, member, found = _destinations(plan, seen, halted)
    runs = runs_of(each, batch, member, options)
    return SweepResult(
        problem=plan.problem,
        runs=runs.each(plan.over_axes),
        minima=minima,
        settings=settings_of(plan.options),
        dims=tuple(plan.axes),
        coords=Frozen(plan.axes),
        fixed=Frozen(plan.fixed),
        borders=found,
    )


def _destinations(
    plan: _Plan, seen: Destinations, halted: bool
) -> tuple[tuple[Minimum, ...], Whole, Array]:
    """Tell which minima runs lead to; along a line of starts also where that changes."""
    problem, options = plan.problem, plan.options
    line = tuple(plan.axes) == ("x0",) and len(problem.names) == 1 and not halted
    line = line and not options.noise  # where a noisy run leads is no matter of its start alone
    if line:
        seen = followed(problem, seen, further(problem, seen, options))
    minima, member = gather(problem, seen.batch, options, seen.known)
    found = borders(problem, seen, member, minima, options) if line else np.empty(0)
    place = np.argsort(plan.over_axes(np.arange(len(member))), axis=None)
    minima = tuple(replace(m, runs=np.sort(place[m.runs])) for m in minima)
    return minima, member, found
