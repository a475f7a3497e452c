"""One run's numbers out of the columns, and what theory says about its steps.

This is the only place where the texts read `runs`, `evidence` and `known`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..facts.known import Known, RunFacts
from ..status import Kind, Status
from .data import Batch, Outcome
from .numbers import number, point, several

if TYPE_CHECKING:
    from ..results.runs import Minimum

_BOTTOMLESS = -1e30  # f below this, and below its start by as much, has no lower limit
_ROUNDING = 1e-12  # share of f: less is no rise
_NOTHING = RunFacts()
AUTOMATIC = ("automatic", "faithful", "gd")  # without a rate: the automatic step


@dataclass(frozen=True)
class Case:
    """One run's numbers; nan or -1 where a number has no meaning.

    Attributes
    ----------
    contraction, largest_rate : float
        By theory the factor by which a step shrinks the error near the minimum ahead, and the
        largest rate that settles there; nan without theory.
    valley_curvature, valley_rate, better_rate : float
        Of a valley that it left because of its rate, the curvature and the largest rate; and a
        rate with which it was tried and does better. Nan for none.
    broken : object
        The condition of the formula's domain that does not hold at its end, or None.
    continuations : dict
        Row and end of each run that `escape` made of this one.
    minimum : Minimum or None
        The one that it leads to.
    facts : RunFacts
        What else is known about it.
    even : tuple of str
        Variables in which f is even.
    bounds, width : tuple
        The bounds of each variable, and the size of the region that was searched.
    scheduled : bool
        Whether its rate changed from step to step.
    noise : float
        Standard deviation of the noise in its gradient.
    epochs : int
        The most steps that it might take.
    """

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
    method: str
    curvatures: tuple[float, float]
    contraction: float
    largest_rate: float
    valley_curvature: float
    valley_rate: float
    better_rate: float
    epochs_left: float
    period: int
    broken: Any
    trap: list[float]
    trap_kind: Kind
    continuations: dict[int, list[float]]
    minimum: Minimum | None
    facts: RunFacts
    even: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    width: tuple[float, ...]
    scheduled: bool = False
    noise: float = 0.0
    epochs: int = 0

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
        return kind_words(self.kind, self.names)

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
        if not math.isfinite(self.lr):
            return "the automatic step" if self.method in AUTOMATIC else self.method
        return f"lr = {number(self.lr)}" + " at the end of its schedule" * self.scheduled

    @property
    def steps(self) -> str:
        """How many steps it took."""
        return several(self.nit, "step")

    @property
    def broke_off(self) -> bool:
        """Whether a rule of the user's own took a step that is not finite, where f is."""
        near = all(abs(v) < -_BOTTOMLESS for v in (self.fun, self.grad_norm, *self.x))
        return self.facts.own_steps and near and self.nit < self.epochs

    @property
    def rose(self) -> bool:
        """Whether f is higher at its end than at its start, by more than rounding."""
        return self.fun > self.fun0 + _ROUNDING * abs(self.fun0)

    @property
    def thrown(self) -> bool:
        """Whether fixed steps were too long to stay in the valley where it started."""
        fixed = math.isfinite(self.lr) and not self.noise  # which lifts a run, too
        return fixed and (self.rose or math.isfinite(self.valley_rate))

    @property
    def bottomless(self) -> bool:
        """Whether it ran away downwards, and so far that f has no lower limit."""
        limit = min(_BOTTOMLESS, _BOTTOMLESS * abs(self.fun0))
        return self.status == Status.DIVERGED and self.fun < limit


def read_case(batch: Outcome, run: int, known: Known) -> Case:
    """Take one run's numbers out of the columns."""
    runs, settings = batch.runs.flat, batch.settings
    evidence = runs.evidence
    condition = int(evidence.condition[run])
    children = np.flatnonzero(runs.parent == run).tolist()
    return Case(
        run=run,
        status=Status(int(runs.status[run])),
        kind=Kind(int(runs.kind[run])),
        names=batch.problem.names,
        x0=runs.x0[run].tolist(),
        x=runs.x[run].tolist(),
        fun0=float(evidence.fun0[run]),
        fun=float(evidence.fun_last[run]),
        grad_norm=float(runs.grad_norm[run]),
        nit=int(runs.nit[run]),
        lr=float(runs.lr[run]),
        method=settings.method,
        curvatures=(float(evidence.curvature_low[run]), float(evidence.curvature_high[run])),
        contraction=float(evidence.contraction[run]),
        largest_rate=float(evidence.largest_rate[run]),
        valley_curvature=float(evidence.valley_curvature[run]),
        valley_rate=float(evidence.valley_rate[run]),
        better_rate=float(evidence.better_rate[run]),
        epochs_left=float(evidence.epochs_left[run]),
        period=int(evidence.period[run]),
        broken=batch.problem.domain[condition] if condition >= 0 else None,
        trap=evidence.trap[run].tolist(),
        trap_kind=Kind(int(evidence.trap_kind[run])),
        continuations={child: runs.x[child].tolist() for child in children},
        minimum=batch.minima[runs.minimum[run]] if runs.minimum[run] >= 0 else None,
        facts=known.runs.get(run, _NOTHING),
        even=known.even,
        bounds=settings.bounds,
        width=settings.width,
        scheduled=settings.schedule is not None,
        noise=_along(batch, "noise", run) or settings.noise or 0.0,
        epochs=int(_along(batch, "epochs", run)) or settings.epochs,
    )


def _along(batch: Outcome, name: str, run: int) -> float:
    """Give the coordinate of a run on an axis; 0 where there is no such axis."""
    if name not in batch.dims:
        return 0.0
    place = np.unravel_index(run, batch.runs.shape)[batch.dims.index(name)]
    return float(batch.coords[name][place])


def contraction(batch: Batch, run: int) -> float:
    """Give the factor by which theory shrinks a run's error a step near its minimum, or nan."""
    reached = int(batch.runs.minimum[run]) >= 0
    return float(batch.runs.evidence.contraction[run]) if reached else math.nan


def largest_rates(outcome: Outcome) -> Array:
    """Give for each minimum the largest rate that settles there; nan without theory."""
    return np.array([minimum.largest_rate for minimum in outcome.minima])


def kind_words(kind: Kind, names: tuple[str, ...]) -> str:
    """Say what a point is: in one variable a saddle is an inflection point."""
    return "inflection point" if kind == Kind.SADDLE and len(names) == 1 else kind.words


def fallen(batch: Batch) -> int | None:
    """Give the first run that fell without end, or None."""
    runs, evidence = batch.runs, batch.runs.evidence
    with np.errstate(over="ignore"):
        limit = np.minimum(_BOTTOMLESS, _BOTTOMLESS * np.abs(evidence.fun0))
    over_the_edge = (evidence.condition >= 0) & (evidence.fun_last < evidence.fun0)
    fell = (evidence.fun_last < limit) | over_the_edge
    rows = np.flatnonzero((runs.status == Status.DIVERGED) & fell)
    return int(rows[0]) if len(rows) else None


def two_over(rate: float, curvature: float) -> bool:
    """Tell whether a rate is 2 divided by a curvature, as for plain descent."""
    return math.isclose(rate * curvature, 2, rel_tol=1e-9)


def rate_words(rate: float, curvature: float) -> str:
    """Write a largest rate, as 2 divided by a curvature where it is that."""
    return f"2/{number(curvature)} = {number(rate)}" if two_over(rate, curvature) else number(rate)
