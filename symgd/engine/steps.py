"""What one lane does in one step: the automatic step, and the fixed steps of a rule.

These functions run on values that stand for a lane's numbers (see `lane`), or on arrays of them
(see `slow`), so they hold no branch: a lane that has ended, or whose step is refused, selects what
it had before. Everything is loaded first and stored last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from .kernel.layout import Shape, returns
from .kernel.stops import Stop
from .numbers import vmath
from .numbers.intrinsics import Truth
from .numbers.lane import INF, Number, State, elementary, select
from .rules import Rule

_SLACK = 4 * 2.0**-52  # rounding of f that Armijo's rule allows for, relative to f
_ARMIJO = 1e-4  # share of the predicted fall that a step has to bring
_LEASH = 500.0  # first steps that one step may be as long as, besides |x| itself
_LONGEST = 1.7e308  # an infinite length would never shrink
_PATIENCE = 20.0  # accepted steps, more than others, that gain nothing beyond rounding

_clip = elementary(vmath.clip)
_larger = elementary(vmath.larger)
_projected = elementary(vmath.projected)
_smaller = elementary(vmath.smaller)


@dataclass(frozen=True)
class Values:
    """f, its gradient and where they are defined, at one point; None for what is not asked."""

    value: Number | None
    gradient: Sequence[Number]
    defined: Number | None


Evaluate = Callable[..., Values]


def running(w: State) -> Truth:
    """Tell whether a lane has not ended."""
    return w["code"] == 0.0


def automatic(evaluate: Evaluate, shape: Shape) -> Callable[..., None]:
    """Make the automatic step of a lane: try a step, accept it if f falls, choose the next.

    Armijo's rule allows for the rounding of f, else a lane at the rounding floor would never
    stop. Accepted steps set the next length by the two formulas of Barzilai and Borwein in turn.
    The first evaluation is a step of length zero from a value of infinity.

    Parameters
    ----------
    evaluate : callable
        f and its gradient.
    shape : Shape
        The formula's.

    Returns
    -------
    callable
        Takes the step in a lane's `State`, whatever the number of steps before it.

    References
    ----------
    J. Barzilai and J. M. Borwein, "Two-Point Step Size Gradient Methods", IMA Journal of
    Numerical Analysis 8, 141-148 (1988), doi:10.1093/imanum/8.1.141.

    L. Armijo, "Minimization of functions having Lipschitz continuous first partial
    derivatives", Pacific Journal of Mathematics 16, 1-3 (1966), doi:10.2140/pjm.1966.16.1.
    """

    def advance(w: State, done: Number) -> None:
        x, g, t = w.all("x"), w.all("g"), w["t"]
        ahead = _kept_inside(w, [a - t * b for a, b in zip(x, g, strict=True)], shape)
        new = _lifted(evaluate(*ahead, *w.all("param")), w["nit"])
        trial = _Trial(w, x, g, ahead, new, _steepest(w, ahead, new.gradient, shape))
        trial.store(w)

    return advance


class _Trial:
    """A tried step, whether it is good, and what follows from it."""

    def __init__(
        self, w: State, x: list[Number], g: list[Number], ahead: list[Number], new: Values,
        size: Number,
    ) -> None:  # fmt: skip
        assert new.value is not None
        self.x, self.g, self.ahead, self.new, self.size = x, g, ahead, new, size
        self.f, self.value = w["f"], new.value
        self.step = [b - a for a, b in zip(x, ahead, strict=True)]
        self.slope = _dot(g, self.step)
        self.live, self.first = w["code"] == 0.0, w["nfev"] == 0.0
        self.slack = select(self.first, 0.0, _SLACK * abs(self.f))
        self.finite = _usable(new) & (self.value < INF)
        self.bottomless = self.value == -INF
        target = self.f + _ARMIJO * self.slope + self.slack
        self.good = self.finite & (self.value <= target) & ~self.bottomless

    def store(self, w: State) -> None:
        """Write down where the lane is now."""
        nit, nfev, stall, limit, tol = (w[n] for n in ("nit", "nfev", "stall", "limit", "tol"))
        t, code = w["t"], w["code"]
        next_t = select(self.good, self._longer(w, t, nit), self._shorter(t))
        accept = self.live & self.good
        nit = select(accept & ~self.first, nit + 1.0, nit)
        idle = self.f - self.value <= self.slack
        counted = select(idle, stall + 1.0, _larger(stall - 1.0, 0.0))
        stall = select(self.good, counted, stall)
        stop = select(nit >= limit, float(Stop.EPOCHS), 0.0)
        stop = select(self._stuck(stall), float(Stop.FLOOR), stop)
        stop = select(self.good & (self.size <= tol), float(Stop.TOLERANCE), stop)
        stop = select(self.first & ~self.good, float(Stop.NONFINITE), stop)
        stop = select(self.bottomless, float(Stop.BOTTOMLESS), stop)
        w.put("x", _chosen(accept, self.ahead, self.x))
        w.put("g", _chosen(accept, self.new.gradient, self.g))
        w["f"] = select(accept, self.value, self.f)
        w["t"] = select(self.live, next_t, t)
        w["nit"], w["stall"] = nit, stall
        w["nfev"] = select(self.live, nfev + 1.0, nfev)
        w["code"] = select(self.live, stop, code)

    def _longer(self, w: State, t: Number, nit: Number) -> Number:
        """Give the length after a good step.

        Changes of the gradient are taken in units of its size: their squares would underflow.
        """
        inverse = 1.0 / self.size
        pairs = zip(self.new.gradient, self.g, strict=True)
        change = [(a - b) * inverse for a, b in pairs]
        curved = _dot(self.step, change)
        barzilai, borwein = _dot(self.step, self.step) / curved, curved / _dot(change, change)
        even = (nit // 2.0) * 2.0 == nit
        spectral = select(even, barzilai, borwein) * inverse
        length = _smaller(100.0 * t, select(curved > 0.0, spectral, 4.0 * t))
        scale = w["scale"]
        leash = (_LEASH * scale + _sizes(self.ahead)) * inverse
        return select(self.first, scale * inverse, _smaller(length, leash))

    def _shorter(self, t: Number) -> Number:
        """Give the length after a bad step: the lowest point of a parabola, within limits."""
        t = _smaller(t, _LONGEST)
        parabola = 0.5 * self.slope * t / (self.slope - (self.value - self.f))
        return select(self.finite, _clip(parabola, 0.1 * t, 0.5 * t), 0.1 * t)

    def _stuck(self, stall: Number) -> Truth:
        """Tell whether no step can lower f by more than its rounding."""
        still = ~(_sizes(self.step) > 0.0)
        unresolved = still | (~self.good & (-self.slope <= self.slack))
        return (~self.first & unresolved) | (stall > _PATIENCE)


class Fixed:
    """The fixed steps of a rule, each lane at its own rate; methods are functions of a lane.

    Several steps may be taken between `save` and `settle` if no lane is `ending` among them.

    Parameters
    ----------
    evaluate : callable
        The gradient.
    shape : Shape
        The formula's.
    rule : type of Rule
        Its step function becomes part of the kernel.
    """

    def __init__(self, evaluate: Evaluate, shape: Shape, rule: type[Rule]) -> None:
        self._evaluate, self._shape, self._rule = evaluate, shape, rule
        self._watched, self._remembers = returns(shape, rule), rule.slots > 0

    def save(self, w: State) -> None:
        """Remember where the lane is."""
        w.put("oldx", w.all("x"))
        w.put("oldslot", w.all("slot"))
        if self._watched:
            w["defined"] = 1.0
        if self._remembers:
            w["steepest"] = INF

    def restore(self, w: State) -> None:
        """Go back to where `save` was."""
        w.put("x", w.all("oldx"))
        w.put("slot", w.all("oldslot"))

    def advance(self, w: State, done: Number) -> None:
        """Take one step, after so many since `save`."""
        new = _lifted(self._evaluate(*w.all("x"), *w.all("param")), w["nit"])
        x, slots = _ruled(w, self._rule, new.gradient, w["nit"] + done + 1.0)
        if self._watched:
            w["defined"] = select(_usable(new), w["defined"], 0.0)
        if self._remembers:
            here = _steepest(w, w.all("x"), new.gradient, self._shape)
            w["steepest"] = _smaller(w["steepest"], here)
        w.put("g", new.gradient)
        w.put("slot", slots)
        w.put("x", _kept_inside(w, x, self._shape))

    def short(self, w: State, turn: Number) -> Truth:
        """Tell whether fewer than so many steps are left."""
        return (w["code"] == 0.0) & (w["limit"] - w["nit"] < turn)

    def ending(self, w: State) -> Truth:
        """Tell whether the lane should have ended at one of the steps since `save`."""
        # Without memory, a lane whose gradient vanished has not moved since.
        last = _steepest(w, w.all("x"), w.all("g"), self._shape)
        slope = w["steepest"] if self._remembers else last
        return (w["code"] == 0.0) & ~((slope > 0.0) & self._finite(w))

    def settle(self, w: State, steps: Number) -> None:
        """Count the steps since `save`, and end the lane where it has to."""
        x, old, g, slots, kept = (w.all(n) for n in ("x", "oldx", "g", "slot", "oldslot"))
        code, nit, nfev, limit, tol = (w[n] for n in ("code", "nit", "nfev", "limit", "tol"))
        live, finite = code == 0.0, self._finite(w)
        # After several steps `old` is not where the gradient belongs, and `ending` has looked.
        arrived = (steps == 1.0) & (_steepest(w, old, g, self._shape) <= tol)
        go = live & finite & ~arrived
        counted = select(go, nit + steps, nit)
        stop = select(counted >= limit, float(Stop.EPOCHS), 0.0)
        stop = select(arrived, float(Stop.TOLERANCE), stop)
        stop = select(finite, stop, float(Stop.NONFINITE))
        w.put("x", _chosen(go, x, old))
        w.put("slot", _chosen(go, slots, kept))
        w["nit"] = counted
        w["nfev"] = select(live, nfev + steps, nfev)
        w["code"] = select(live, stop, code)

    def _finite(self, w: State) -> Truth:
        """Tell whether all has been finite and defined since `save`."""
        finite = _sizes(w.all("g")) + _sizes(w.all("x")) < INF
        return finite & (w["defined"] == 1.0) if self._watched else finite


def _lifted(values: Values, like: Number) -> Values:
    """Make numbers of the lane out of constants: the gradient of x is 1.0."""

    def lift(value: Number | float) -> Number:
        return 0.0 * like + value if isinstance(value, float) else value

    value, defined = values.value, values.defined
    return Values(
        None if value is None else lift(value),
        [lift(g) for g in values.gradient],
        None if defined is None else lift(defined),
    )


def _ruled(
    w: State, rule: type[Rule], gradient: Sequence[Number], epoch: Number
) -> tuple[list[Number], list[Number]]:
    """Take the rule's step for each variable; gives x and the slots."""
    x, slots, settings = w.all("x"), w.all("slot"), w.all("setting")
    n = len(x)
    moved = [rule.step(x[i], gradient[i], epoch, *slots[i::n], *settings) for i in range(n)]
    kept = [moved[i][1 + k] for k in range(rule.slots) for i in range(n)]
    return [m[0] for m in moved], kept


def _usable(values: Values) -> Truth:
    """Tell whether the gradient is finite and the formula is defined."""
    finite = _sizes(values.gradient) < INF
    return finite if values.defined is None else finite & (values.defined == 1.0)


def _kept_inside(w: State, points: list[Number], shape: Shape) -> list[Number]:
    if not shape.bounded:
        return points
    sides = zip(points, w.all("lower"), w.all("upper"), strict=True)
    return [_clip(p, lower, upper) for p, lower, upper in sides]


def _steepest(w: State, x: list[Number], g: Sequence[Number], shape: Shape) -> Number:
    """Give the largest entry of the projected gradient, in size."""
    entries = list(g)
    if shape.bounded:
        sides = zip(x, g, w.all("lower"), w.all("upper"), strict=True)
        entries = [_projected(*side) for side in sides]
    return reduce(_larger, [abs(e) for e in entries])


def _chosen(condition: Truth, new: Sequence[Number], old: Sequence[Number]) -> list[Number]:
    return [select(condition, a, b) for a, b in zip(new, old, strict=True)]


def _dot(a: Sequence[Number], b: Sequence[Number]) -> Number:
    return reduce(add, [x * y for x, y in zip(a, b, strict=True)])


def _sizes(values: Sequence[Number]) -> Number:
    return reduce(add, [abs(v) for v in values])
