"""`sweep`: every argument with several values is an axis, and one kernel takes all the runs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import Parameter, Signature
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from .arguments import as_float
from .borders import borders
from .descent import Batch, descend, record
from .engine.rules import RULES
from .errors import ConfigurationError
from .gather import gather, settings_of
from .options import Options, read_options, whole_number
from .problem import Problem, Source
from .result import Minimum
from .sweep_result import SweepResult

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_PLAIN: dict[str, Any] = {
    "variables": None, "bounds": None, "start_box": None, "starts": 256, "sampler": "spread",
    "seed": 0, "method": "gd", "tol": None, "polish": None, "workers": None,
}  # fmt: skip
_AXES = {"x0": None, "lr": None, "epochs": None, "params": None}
_RUN_BYTES, _ENTRY_BYTES = 400, 60  # memory for one run, and for each of its variables


def sweep(expr: Source | Problem, /, **arguments: Any) -> SweepResult:
    r"""Run gradient descent over a grid of starts, rates, numbers of epochs and parameters.

    Every argument out of `x0`, `lr`, `epochs` and `params` that has several values is an axis of
    the result, in the order in which they are given; what has one value is fixed. Several
    numbers of epochs cost as much as the largest.

    Parameters
    ----------
    expr : str, sympy.Expr or Problem
        The formula f.
    x0 : array_like, optional
        Starts. One variable: a number or shape ``(n,)``; several: ``(n_vars,)`` or
        ``(n, n_vars)``. By default `starts` points from `sampler`.
    lr : float or sequence of float, optional
        Rates of fixed steps. By default the step is automatic.
    epochs : int or sequence of int, optional
        The most steps a run may take; by default 10,000.
    params : mapping of str to float or to sequence of float, optional
        Values of the formula's other names; each name with several values is an axis.
    variables, bounds, start_box, starts, sampler, seed, method, tol, polish, workers
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
    plan = _plan(expr, arguments)
    with np.errstate(all="ignore"):  # a value that is not finite is a verdict, no warning
        parts = [_part(plan, dict(zip(plan.params, values, strict=True))) for values in plan.cases]
        return _assembled(plan, parts)


def _signature() -> Signature:
    """Name the arguments, whose order a plain signature would not tell."""
    first = Parameter("expr", Parameter.POSITIONAL_ONLY)
    named = {**_AXES, **_PLAIN}.items()
    rest = [Parameter(n, Parameter.KEYWORD_ONLY, default=v) for n, v in named]
    return Signature([first, *rest])


sweep.__signature__ = _signature()  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _Plan:
    """What is to be run."""

    problem: Problem
    options: Options
    axes: Mapping[str, Array]  # in the order of the result
    params: tuple[str, ...]  # those that are axes
    fixed: Mapping[str, float]

    @property
    def cases(self) -> list[tuple[float, ...]]:
        """All combinations of the swept parameters."""
        return list(product(*(self.axes[name].tolist() for name in self.params)))

    @property
    def grid(self) -> tuple[str, ...]:
        """The axes along which runs of one case differ from their start on."""
        return tuple(n for n in self.axes if n in ("x0", "lr"))

    def along(self, name: str) -> Whole:
        """Give for each run of a case its place along an axis of the grid."""
        lengths = [len(self.axes[n]) for n in self.grid]
        places = np.indices(lengths).reshape(len(lengths), -1)
        return np.asarray(places[self.grid.index(name)])


def _plan(expr: Source | Problem, arguments: dict[str, Any]) -> _Plan:
    for name, value in arguments.items():
        if name not in _AXES and name not in _PLAIN:
            raise ConfigurationError(name, value, "nothing: sweep has no such argument")
    params = _params(arguments.get("params"))
    swept = {name: values for name, values in params.items() if np.ndim(values)}
    first = {name: float(np.ravel(values)[0]) for name, values in params.items()}
    problem = _problem(expr, arguments.get("variables"), first)
    rates = _rates(arguments.get("lr"))
    counts = _counts(arguments.get("epochs"))
    plain = {name: arguments.get(name, default) for name, default in _PLAIN.items()}
    del plain["variables"]
    options = read_options(
        problem,
        arguments.get("x0"),
        lr=None if rates is None else float(np.ravel(rates)[0]),
        epochs=None if counts is None else int(np.max(counts)),
        escape=False,
        **plain,
    )
    if rates is not None and np.ndim(rates):
        options = replace(options, rule=RULES[plain["method"]](lr=rates))
    found = {"x0": _starts(problem, arguments.get("x0"), options), "lr": rates, "epochs": counts}
    axes: dict[str, Array] = {}
    for name in arguments if "x0" in arguments else ("x0", *arguments):
        several = swept if name == "params" else {name: found.get(name)}
        axes |= {n: np.asarray(v) for n, v in several.items() if v is not None and np.ndim(v)}
    fixed = {n: float(v) for n, v in params.items() if not np.ndim(v)}
    fixed |= {
        n: float(v) for n in ("lr", "epochs") if (v := found[n]) is not None and not np.ndim(v)
    }
    _check_memory(axes, len(problem.names))
    return _Plan(problem, options, axes, tuple(swept), fixed)


def _problem(expr: Source | Problem, variables: Any, params: dict[str, float]) -> Problem:
    if isinstance(expr, Problem):
        return expr.with_params(params) if params else expr
    return Problem(expr, variables=variables, params=params)


def _starts(problem: Problem, x0: Any, options: Options) -> Array | None:
    one = len(problem.names) == 1
    if x0 is not None and np.ndim(x0) == (0 if one else 1):
        return None
    starts = options.x0[:, 0] if one else np.arange(len(options.x0), dtype=float)
    return np.asarray(starts)


def _params(given: Any) -> dict[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise ConfigurationError("params", given, "a mapping of names to numbers")
    for name in given or {}:
        if name in _AXES:
            raise ConfigurationError("params", name, "a name that is no other axis of the sweep")
    takes = "a finite number, or several"
    return {n: _numbers(f"params[{n!r}]", v, takes, -np.inf) for n, v in (given or {}).items()}


def _rates(given: Any) -> Any:
    takes = "numbers > 0, or None for an automatic step"
    return None if given is None else _numbers("lr", given, takes, np.nextafter(0, 1))


def _counts(given: Any) -> Any:
    if given is None:
        return None
    if not np.ndim(given):
        return whole_number("epochs", given, 1)
    return np.array([whole_number("epochs", v, 1) for v in _listed("epochs", given)])


def _numbers(name: str, given: Any, takes: str, least: float) -> Any:
    """Read a number, or an array of several."""
    listed = _listed(name, given) if np.ndim(given) else [given]
    numbers = [as_float(v) for v in listed]
    for value, number in zip(listed, numbers, strict=True):
        if number is None or not math.isfinite(number) or number < least:
            raise ConfigurationError(name, value, takes)
    return np.array(numbers, dtype=float) if np.ndim(given) else numbers[0]


def _listed(name: str, given: Any) -> Sequence[Any]:
    if np.ndim(given) != 1 or not len(given):
        raise ConfigurationError(name, given, "a number, or a list of at least one")
    return list(given)


def _check_memory(axes: Mapping[str, Array], n_vars: int) -> None:
    shape = [len(values) for values in axes.values()]
    needed = math.prod(shape) * (_RUN_BYTES + n_vars * _ENTRY_BYTES)
    free = _free_memory()
    if needed > free:
        raise ConfigurationError(
            "the sweep",
            f"{' x '.join(map(str, shape))} = {math.prod(shape):,} runs, "
            f"about {needed / 2**30:.3g} GiB",
            f"what fits into memory, of which {free / 2**30:.3g} GiB are free",
        )


def _free_memory() -> float:
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):  # only POSIX systems tell
        return math.inf


def _part(plan: _Plan, values: Mapping[str, float]) -> Batch:
    """Run all starts, rates and numbers of epochs for one choice of the swept parameters."""
    problem = plan.problem.with_params(values) if values else plan.problem
    options = plan.options
    runs = math.prod(len(plan.axes[n]) for n in plan.grid)
    starts = plan.along("x0") if "x0" in plan.axes else np.zeros(runs, dtype=int)
    if "lr" in plan.axes:
        options = options.of(plan.along("lr"))
    x0 = np.asfortranarray(options.x0[starts])
    if "epochs" not in plan.axes:
        return descend(problem, x0, options)
    counts, places = np.unique(plan.axes["epochs"], return_inverse=True)
    batch = record(problem, x0, counts.tolist(), options)
    rows = (places[:, None] * runs + np.arange(runs)).ravel()
    return batch.of(rows)


def _assembled(plan: _Plan, parts: Sequence[Batch]) -> SweepResult:
    """Put the runs of all cases into arrays over the axes."""
    names = [*plan.params, *(n for n in ("epochs",) if n in plan.axes), *plan.grid]
    shape = [len(plan.axes[n]) for n in names]
    order = [names.index(n) for n in plan.axes]
    n_vars = len(plan.problem.names)

    def over_axes(columns: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        joined = np.concatenate(columns)
        if joined.ndim == 1:
            return np.ascontiguousarray(joined.reshape(shape).transpose(order))
        points = joined.reshape(*shape, n_vars).transpose(*order, len(order))
        return np.ascontiguousarray(points[..., 0] if n_vars == 1 else points)

    minima: tuple[Minimum, ...] = ()
    member = np.full(math.prod(shape), -1)
    if not plan.params:
        minima, member = gather(plan.problem, parts[0], plan.options, parts[0].verdicts.heading)
    judged = [part.verdicts for part in parts]
    result = SweepResult(
        problem=plan.problem,
        dims=tuple(plan.axes),
        coords=MappingProxyType(dict(plan.axes)),
        fixed=MappingProxyType(dict(plan.fixed)),
        x0=over_axes([part.x0 for part in parts]),
        x=over_axes([v.x for v in judged]),
        fun=over_axes([v.fun for v in judged]),
        grad_norm=over_axes([v.grad_norm for v in judged]),
        status=over_axes([v.status for v in judged]),
        kind=over_axes([v.kind for v in judged]),
        nit=over_axes([part.nit for part in parts]),
        minimum=over_axes([member]),
        minima=minima,
        borders=np.empty(0),
        settings=settings_of(plan.options),
    )
    if result.dims != ("x0",) or n_vars > 1:
        return result
    found = borders(plan.problem, result.x0, parts[0], minima, plan.options)
    return replace(result, borders=found)
