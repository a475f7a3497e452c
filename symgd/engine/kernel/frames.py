"""What every lane does around a method's step: evaluate, clip, count, stop.

These functions run on values that stand for a lane's numbers (see `engine.numbers.lane`), or on
arrays of them (see `engine.drive.slow`), so they hold no branch: a lane that has ended, or whose
step is refused, selects what it had before. Everything is loaded first and stored last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from operator import add
from typing import Any

from ...methods.base import Adaptive, Fixed, Point
from ..numbers.intrinsics import Truth
from ..numbers.lane import (
    INF,
    Number,
    State,
    chosen,
    clip,
    larger,
    projected,
    select,
    size,
    smaller,
)
from .layout import Shape
from .stops import Stop


@dataclass(frozen=True)
class Values:
    """What was asked at one point, and whether it is defined there; None for what was not."""

    gradient: Sequence[Number]
    value: Number | None = None
    hessian: Sequence[Number] | None = None
    defined: Number | None = None
    component: Number | None = None
    piece: Number | None = None
    bend: Number | None = None


Evaluate = Callable[..., Values]


def running(w: State) -> Truth:
    """Tell whether a lane has not ended."""
    return w["code"] == 0.0


def attempt(evaluate: Evaluate, method: Adaptive, shape: Shape) -> Callable[..., None]:
    """Make what a lane does with an adaptive method: evaluate f at its target, and let it decide.

    Parameters
    ----------
    evaluate : callable
        What the method asks.
    method : Adaptive
        Chooses targets, and whether the lane goes there.
    shape : Shape
        The formula's.

    Returns
    -------
    callable
        Does so once in a lane's `State`, whatever the number of times before.
    """
    rows = method.rows(shape.variables)

    def advance(w: State, done: Number) -> None:
        target = _kept_inside(w, method.target(w), shape)
        here = _point(w, target, _lifted(evaluate(*target, *w.all("param")), w["nit"]), shape)
        move = method.step(w, here)
        live, first = running(w), w["nfev"] == 0.0
        accept, x = live & move.good, w.all("x")
        nit, nfev, code = w["nit"], w["nfev"], w["code"]
        counted = select(accept & ~first, nit + 1.0, nit)
        stop = select(counted >= w["limit"], float(Stop.EPOCHS), 0.0)
        stop = select(move.stuck, float(Stop.FLOOR), stop)
        arrived = move.good & (here.slope <= w["tol"])
        arrived = arrived if move.leaves is None else arrived & ~move.leaves
        stop = select(arrived, float(Stop.TOLERANCE), stop)
        stop = select(first & ~move.good, float(Stop.NONFINITE), stop)
        if here.bottomless is not None:
            stop = select(here.bottomless, float(Stop.BOTTOMLESS), stop)
        before = {name: w.all(name) for name in rows}
        w.put("x", chosen(accept, target, x))
        for name, old in before.items():
            w.put(name, chosen(live, move.rows[name], old))
        w["nit"] = counted
        w["nfev"] = select(live, nfev + 1.0, nfev)
        w["code"] = select(live, stop, code)

    return advance


class Steps:
    """The steps of a fixed method, each lane with its own settings.

    Several steps may be taken between `save` and `settle` if no lane is `ending` among them.

    Parameters
    ----------
    evaluate : callable
        The gradient.
    method : Fixed
        Its step becomes part of the kernel.
    shape : Shape
        The formula's.
    """

    def __init__(self, evaluate: Evaluate, method: Fixed, shape: Shape) -> None:
        self._evaluate, self._method, self._shape = evaluate, method, shape
        self._memory = [n for n, count in method.rows(shape.variables).items() if count]
        self._watched = returns(shape, method)
        # With memory, a gradient that is not finite is watched, or leaves an x that is not.
        self._sized = ("x",) if self._memory else ("g", "x")

    def save(self, w: State) -> None:
        """Remember where the lane is."""
        for name in ("x", *self._memory):
            w.put(f"old {name}", w.all(name))
        if self._watched:
            w["defined"] = 1.0
        if self._memory:
            w["steepest"] = INF

    def restore(self, w: State) -> None:
        """Go back to where `save` was."""
        for name in ("x", *self._memory):
            w.put(name, w.all(f"old {name}"))

    def advance(self, w: State, done: Number) -> None:
        """Take one step, after so many since `save`."""
        new = _lifted(self._evaluate(*w.all("x"), *w.all("param")), w["nit"])
        x, rows = self._method.move(w, new.gradient, w["nit"] + done + 1.0)
        if self._watched:
            w["defined"] = select(_usable(new), w["defined"], 0.0)
        if self._memory:
            here = _steepest(w, w.all("x"), new.gradient, self._shape)
            w["steepest"] = smaller(w["steepest"], here)
        else:
            w.put("g", new.gradient)
        for name in self._memory:
            w.put(name, rows[name])
        w.put("x", _kept_inside(w, x, self._shape))

    def short(self, w: State, turn: Number) -> Truth:
        """Tell whether fewer than so many steps are left."""
        return running(w) & (w["limit"] - w["nit"] < turn)

    def ending(self, w: State) -> Truth:
        """Tell whether the lane should have ended at one of the steps since `save`."""
        # Without memory, a lane whose gradient vanished has not moved since.
        return running(w) & ~((self._slope(w, w.all("x")) > 0.0) & self._finite(w))

    def settle(self, w: State, steps: Number) -> None:
        """Count the steps since `save`, and end the lane where it has to."""
        old = {name: w.all(f"old {name}") for name in ("x", *self._memory)}
        new = {name: w.all(name) for name in old}
        code, nit, nfev, limit, tol = (w[n] for n in ("code", "nit", "nfev", "limit", "tol"))
        live, finite = code == 0.0, self._finite(w)
        # After several steps `old` is not where the gradient belongs, and `ending` has looked.
        arrived = (steps == 1.0) & (self._slope(w, old["x"]) <= tol)
        go = live & finite & ~arrived
        counted = select(go, nit + steps, nit)
        stop = select(counted >= limit, float(Stop.EPOCHS), 0.0)
        stop = select(arrived, float(Stop.TOLERANCE), stop)
        stop = select(finite, stop, float(Stop.NONFINITE))
        for name in old:
            w.put(name, chosen(go, new[name], old[name]))
        w["nit"] = counted
        w["nfev"] = select(live, nfev + steps, nfev)
        w["code"] = select(live, stop, code)

    def _slope(self, w: State, x: Sequence[Number]) -> Number:
        """Give the largest entry of the projected gradient at x; with memory the least so far."""
        return w["steepest"] if self._memory else _steepest(w, x, w.all("g"), self._shape)

    def _finite(self, w: State) -> Truth:
        """Tell whether all has been finite and defined since `save`."""
        finite = reduce(add, [size(w.all(name)) for name in self._sized]) < INF
        return finite & (w["defined"] == 1.0) if self._watched else finite


def returns(shape: Shape, method: Fixed) -> bool:
    """Tell whether fixed steps may lead on from a point where f or its gradient is undefined.

    Without a domain, bounds and a method that recovers nothing that is not finite ever becomes
    finite again.
    """
    return shape.partial or shape.bounded or method.recovers


def _point(w: State, x: Sequence[Number], values: Values, shape: Shape) -> Point:
    bottomless = None if values.value is None else values.value == -INF
    if bottomless is not None and values.defined is not None:
        bottomless = bottomless & (values.defined == 1.0)
    return Point(
        x,
        values.gradient,
        values.value,
        values.hessian,
        slope=_steepest(w, x, values.gradient, shape),
        free=_free(w, x, values.gradient, shape),
        usable=_usable(values),
        bottomless=bottomless,
        component=values.component,
        piece=values.piece,
        bend=values.bend,
    )


def _lifted(values: Values, like: Number) -> Values:
    """Make numbers of the lane out of constants: the gradient of x is 1.0."""

    def lift(value: Any) -> Any:
        if isinstance(value, list):
            return [lift(v) for v in value]
        return 0.0 * like + value if isinstance(value, float) else value

    return Values(**{f.name: lift(getattr(values, f.name)) for f in fields(values)})


def _usable(values: Values) -> Truth:
    """Tell whether the derivatives are finite and the formula is defined."""
    finite = size([*values.gradient, *(values.hessian or ())]) < INF
    return finite if values.defined is None else finite & (values.defined == 1.0)


def _kept_inside(w: State, points: Sequence[Number], shape: Shape) -> Sequence[Number]:
    if not shape.bounded:
        return points
    sides = zip(points, w.all("lower"), w.all("upper"), strict=True)
    return [clip(p, lower, upper) for p, lower, upper in sides]


def _steepest(w: State, x: Sequence[Number], g: Sequence[Number], shape: Shape) -> Number:
    """Give the largest entry of the projected gradient, in size."""
    entries = list(g)
    if shape.bounded:
        sides = zip(x, g, w.all("lower"), w.all("upper"), strict=True)
        entries = [projected(*side) for side in sides]
    return reduce(larger, [abs(e) for e in entries])


def _free(w: State, x: Sequence[Number], g: Sequence[Number], shape: Shape) -> Number:
    """Give the largest entry of the gradient, in size, among variables that are free to move."""
    entries = list(g)
    if shape.bounded:
        sides = zip(x, g, w.all("lower"), w.all("upper"), strict=True)
        entries = [
            select((a <= low) & (b > 0.0), 0.0, select((a >= high) & (b < 0.0), 0.0, b))
            for a, b, low, high in sides
        ]
    return reduce(larger, [abs(e) for e in entries])
