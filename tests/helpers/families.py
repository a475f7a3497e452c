"""Families of problems whose right verdict is known by construction, without asking symgd.

A family is a formula with parameters and a function that draws them, the starts and the settings,
and says what is right.  `Draw` is where the numbers come from: NumPy or Hypothesis.

Units: nearly every formula is ``s*p((x - c)/w)``, so that its scale, its unit and its place are
drawn as well, and what is known about p is known about it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Protocol

import numpy as np
from numpy.polynomial import polynomial
from scipy.optimize import lsq_linear

from symgd import Kind, Problem, Status

Ends = Callable[[np.ndarray], float]  # how far an end is from the right ones, where 1 is too far


class Draw(Protocol):
    """Where numbers come from."""

    def number(self, low: float, high: float) -> float: ...

    def one_of(self, values: Sequence[Any]) -> Any: ...


@dataclass(frozen=True)
class Right:
    """A verdict that is right."""

    status: Status
    kinds: tuple[Kind, ...] = ()  # any, without one
    off: Ends | None = None
    told: tuple[str, ...] = ()  # words of the sentence
    also: Callable[[Any, int], bool] | None = None  # of the result and the run

    def fits(self, result: Any, run: int) -> str:
        """Say what does not fit; nothing where all does."""
        runs = result.runs
        status, kind = Status(int(runs.status[run])), Kind(int(runs.kind[run]))
        if status is not self.status:
            return f"{status.name}, not {self.status.name}"
        if self.kinds and kind not in self.kinds:
            return f"{status.name} {kind.name}, not {[k.name for k in self.kinds]}"
        if self.off and not self.off(runs.x[run]) <= 1.0:
            return f"{status.name} at the wrong place: {self.off(runs.x[run]):.3g} too far"
        words = " ".join(result.explain(run).split()) if self.told else ""
        for part in self.told:
            if part not in words:
                return f"{status.name} without {part!r}: {words}"
        return "" if self.also is None or self.also(result, run) else f"{status.name}: numbers"


@dataclass(frozen=True)
class Case:
    """One problem of a family, with its runs; for each of them one of the verdicts is right."""

    params: Mapping[str, float]
    x0: np.ndarray
    right: tuple[Right, ...]
    how: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """A formula, and how its cases are drawn."""

    name: str
    expr: str
    variables: tuple[str, ...]
    names: tuple[str, ...]
    draw: Callable[[Draw], Case]
    runs: int  # in each case

    @property
    def problem(self) -> Problem:
        return formula(self.expr, self.variables, self.names)


@cache
def formula(expr: str, variables: tuple[str, ...], names: tuple[str, ...]) -> Problem:
    return Problem(expr, variables, dict.fromkeys(names, 1.0))


FAMILIES: dict[str, Family] = {}


def family(expr: str, names: str, variables: str = "x", runs: int = 1):
    """Add a family under the name of the function that draws it."""

    def add(draw: Callable[[Draw], Case]) -> Callable[[Draw], Case]:
        name = draw.__name__
        FAMILIES[name] = Family(name, expr, tuple(variables), tuple(names.split()), draw, runs)
        return draw

    return add


# --- what several families draw


def size(d: Draw, low: float, high: float) -> float:
    """Draw a size: each decade is as likely as another."""
    return 10.0 ** d.number(math.log10(low), math.log10(high))


def place(d: Draw) -> dict[str, float]:
    """Draw the scale, the place and the unit of a formula in one variable.

    Of the place so many digits that it is 0 or no smaller than 1e-12: what is closer to 0 than
    1e-20 of the way of a run counts as 0.
    """
    c = round(d.number(-5, 5), 12)
    return {"s": size(d, 1e-6, 1e6), "c": c, "w": size(d, 1e-2, 1e2)}


def at(p: Mapping[str, float], u: Any) -> np.ndarray:
    """Give the x that belong to values of ``u = (x - c)/w``."""
    return (p["c"] + p["w"] * np.asarray(u, dtype=float)).reshape(-1, 1)


def near(points: Any, tolerance: float) -> Ends:
    """Measure how far an end is from the nearest of some points."""
    rows = np.atleast_2d(np.asarray(points, dtype=float))
    return lambda x: float(np.abs(rows - x).max(axis=1).min() / tolerance)


def near_u(p: Mapping[str, float], u: Any, tolerance: float = 1e-6) -> Ends:
    return near(at(p, u), tolerance * p["w"])


def far_from(ends: Ends) -> Ends:
    return lambda x: 1.0 / max(ends(x), 1e-300)


@dataclass(frozen=True)
class Wells:
    """f with ``f'(u) = lead * product of (u - root)``; roots are minima and maxima in turn."""

    roots: np.ndarray
    lead: float

    @classmethod
    def drawn(cls, d: Draw, count: int, sign: int = 1) -> Wells:
        gaps = [d.number(0.4, 1.6) for _ in range(count)]
        roots = np.cumsum(gaps)
        return cls(roots - roots.mean(), sign * d.number(0.2, 2))

    @cached_property
    def slope(self) -> np.ndarray:
        return self.lead * polynomial.polyfromroots(self.roots)

    def grad(self, u: Any) -> Any:
        return polynomial.polyval(u, self.slope)

    def curvature(self, u: Any) -> Any:
        return polynomial.polyval(u, polynomial.polyder(self.slope))

    @property
    def minima(self) -> np.ndarray:
        return self.roots[self.curvature(self.roots) > 0]

    @property
    def maxima(self) -> np.ndarray:
        return self.roots[self.curvature(self.roots) < 0]

    @property
    def params(self) -> dict[str, float]:
        values = polynomial.polyint(self.slope)[1:]
        return {f"a{k}": float(v) for k, v in enumerate([*values, *[0.0] * 6][:6], 1)}

    def basin(self, i: int) -> tuple[float, float]:
        """Give the maxima on both sides of a minimum, or a place two units beyond it."""
        r = self.minima[i]
        left, right = self.maxima[self.maxima < r], self.maxima[self.maxima > r]
        return max(left, default=r - 2.0), min(right, default=r + 2.0)


WELLS = " + ".join(f"a{k}*((x - c)/w)**{k}" for k in range(1, 7))
WELLS = f"s*({WELLS})"
WELL_NAMES = "s c w a1 a2 a3 a4 a5 a6"


def beside(d: Draw, wells: Wells) -> float:
    """Draw a start in or beside the wells, not within a thousandth of a maximum.

    There, whether a run moves at all is a question of rounding.
    """
    u = d.number(wells.roots[0] - 2, wells.roots[-1] + 2)
    for top in wells.maxima:
        if abs(u - top) < 1e-3:
            u = top + 1e-3
    return u


def loop(f: Wells, u: float, rate: float, share: float) -> int:
    """Descend in plain Python until so small a share of the way is left, and count the steps."""
    end = float(f.minima[np.abs(f.minima - u).argmin()])
    way = abs(u - end)
    slope, steps = f.slope.tolist(), 0
    while abs(u - end) > share * way:
        value = 0.0
        for a in reversed(slope):
            value = value * u + a
        u, steps = u - rate * value, steps + 1
    return steps


def within(d: Draw, wells: Wells, n: int) -> tuple[float, list[float], float]:
    """Draw starts in the well of one minimum, nearer to it than to any other.

    Gives the minimum, the starts, and the largest curvature between them: with a rate below 1
    over it, no step goes past the minimum.
    """
    i = d.one_of(range(len(wells.minima)))
    r, side = wells.minima[i], d.one_of(wells.basin(i))
    others = np.delete(wells.minima, i)
    reach = min([abs(side - r), *(0.5 * np.abs(others - r))])
    starts = [r + d.number(0.1, 0.8) * math.copysign(reach, side - r) for _ in range(n)]
    between = np.linspace(r, r + 0.8 * math.copysign(reach, side - r), 200)
    return r, starts, float(wells.curvature(between).max() * 1.01)


def turned(d: Draw, n: int = 2) -> np.ndarray:
    """Draw a rotation."""
    basis = np.eye(n)
    for i in range(n):
        for j in range(i):
            angle = d.number(0, 2 * math.pi)
            turn = np.eye(n)
            turn[[i, j], [i, j]] = math.cos(angle)
            turn[i, j], turn[j, i] = -math.sin(angle), math.sin(angle)
            basis = turn @ basis
    return basis


def entries(basis: np.ndarray) -> dict[str, float]:
    return {f"r{i}{j}": float(v) for (i, j), v in np.ndenumerate(basis)}


def point(d: Draw, n: int, side: float = 5.0) -> np.ndarray:
    return np.array([round(d.number(-side, side), 12) for _ in range(n)])


R2 = "r00 r01 r10 r11"
V1, V2 = "(r00*(x - c) + r01*(y - h))", "(r10*(x - c) + r11*(y - h))"

MINIMUM = (Kind.MINIMUM,)
WEAK = (Kind.WEAK_MINIMUM,)
KINK = (Kind.KINK_MINIMUM,)
SADDLE = (Kind.SADDLE,)
MAXIMUM = (Kind.MAXIMUM,)
FLAT = (Kind.FLAT,)
NOWHERE = (Kind.NOT_STATIONARY,)


# --- CONVERGED


@family(WELLS, WELL_NAMES, runs=8)
def wells(d: Draw) -> Case:
    """The automatic step may choose its well, so each is right."""
    p, f = place(d), Wells.drawn(d, d.one_of([1, 3, 5]))
    x0 = at(p, [beside(d, f) for _ in range(8)])
    return Case(p | f.params, x0, (Right(Status.CONVERGED, MINIMUM, near_u(p, f.minima)),))


@family(WELLS, WELL_NAMES, runs=4)
def wells_by_rate(d: Draw) -> Case:
    p, f = place(d), Wells.drawn(d, d.one_of([1, 3, 5]))
    r, u, curvature = within(d, f, 4)
    rate = d.number(0.2, 0.9) / curvature
    steps = max(loop(f, start, rate, 1e-9) for start in u)
    how = {"lr": rate * p["w"] ** 2 / p["s"], "epochs": steps}
    right = Right(Status.CONVERGED, MINIMUM, near_u(p, r))
    return Case(p | f.params, at(p, u), (right,), how)


@family(
    f"s*(({V1}**2 - 1)**2*a + ({V2}**2 - 1)**2*b + k*{V1} + k*{V2}/2)",
    f"s a b k c h {R2}",
    "xy",
    runs=8,
)
def turned_wells(d: Draw) -> Case:
    """A double well in each of two turned coordinates, tilted."""
    basis, centre = turned(d), point(d, 2)
    p = {"s": size(d, 1e-6, 1e6), "a": size(d, 0.1, 10), "b": size(d, 0.1, 10)}
    p |= {"k": d.number(-0.1, 0.1), "c": centre[0], "h": centre[1]} | entries(basis)
    lows = []
    for a, k in ((p["a"], p["k"]), (p["b"], p["k"] / 2)):
        roots = np.sort(polynomial.polyroots([k, -4 * a, 0, 4 * a]).real)
        lows.append((roots[0], roots[2]))
    ends = centre + np.array([(u, v) for u in lows[0] for v in lows[1]]) @ basis
    tops = [p["k"] / (4 * p["a"]), p["k"] / (8 * p["b"])]
    starts = np.array([[away(d, t) for t in tops] for _ in range(8)])
    right = Right(Status.CONVERGED, MINIMUM, near(ends, 1e-6))
    return Case(p, centre + starts @ basis, (right,))


def away(d: Draw, top: float, side: float = 2.0, gap: float = 1e-2) -> float:
    """Draw a coordinate that is not within a small gap of a maximum."""
    u = d.number(-side, side)
    return u + math.copysign(gap, u - top)


@family("s*sin((x - c)/w)", "s c w", runs=8)
def sine(d: Draw) -> Case:
    p = place(d)
    x0 = at(p, [away(d, 0, math.pi - 0.02) - math.pi / 2 for _ in range(8)])
    x0 = x0 + math.pi * p["w"]  # beside a maximum at 3/2 pi, whose sides are -pi/2 and ...
    return Case(p, x0, (Right(Status.CONVERGED, MINIMUM, off_phase(p)),))


def off_phase(p: Mapping[str, float]) -> Ends:
    """Measure how far an end is from a minimum of sin((x - c)/w)."""

    def off(x: np.ndarray) -> float:
        phase = (float(x[0]) - p["c"]) / p["w"] + math.pi / 2
        return abs(math.remainder(phase, 2 * math.pi)) / 1e-6

    return off


@family("s*(sin((x - c)/w) + a*cos(b*(y - h)) + k*sin((x - c)/w)*cos(b*(y - h)))",
        "s c w a b h k", "xy", runs=8)  # fmt: skip
def waves(d: Draw) -> Case:
    """With |k| < 1 and |k| < a each factor has its minima at -1, whatever the other is."""
    p = place(d)
    p |= {"a": d.number(0.5, 2), "b": size(d, 0.1, 10) / p["w"], "h": d.number(-5, 5)}
    p["k"] = d.number(-0.4, 0.4)
    u = [away(d, 0, math.pi - 0.02) + math.pi / 2 for _ in range(8)]
    v = [away(d, 0, math.pi - 0.02) for _ in range(8)]
    x0 = np.column_stack([at(p, u), p["h"] + np.array(v) / p["b"]])

    def off(x: np.ndarray) -> float:
        other = math.remainder(p["b"] * (float(x[1]) - p["h"]) - math.pi, 2 * math.pi)
        return max(off_phase(p)(x), abs(other) / 1e-6)

    return Case(p, x0, (Right(Status.CONVERGED, MINIMUM, off),))


@family("s*(a*((x - c)/w)**4 + b*((x - c)/w)**6 + k*((x - c)/w)**8)", "s c w a b k", runs=8)
def powers(d: Draw) -> Case:
    p = place(d) | dict(zip("abk", d.one_of(np.eye(3).tolist()), strict=True))
    u0 = [d.one_of([-1, 1]) * size(d, 0.1, 10) for _ in range(8)]
    closest = 0.05 * min(map(abs, u0))
    return Case(p, at(p, u0), (Right(Status.CONVERGED, WEAK, near_u(p, 0.0, closest)),))


@family(f"s*({V1}**2 + k*{V2}**4)", f"s k c h {R2}", "xy", runs=8)
def flat_floors(d: Draw) -> Case:
    """A quartic floor, or with k = 0 a level one, in a parabolic valley."""
    basis, centre = turned(d), point(d, 2)
    p = {"s": size(d, 1e-6, 1e6), "k": d.one_of([0.0, size(d, 0.1, 10)])}
    p |= {"c": centre[0], "h": centre[1]} | entries(basis)
    starts = np.array([[d.one_of([-1, 1]) * d.number(0.5, 3) for _ in "xy"] for _ in range(8)])

    def off(x: np.ndarray) -> float:
        u, v = basis @ (x - centre)
        return max(abs(u) / 1e-2, abs(v) / 0.1 if p["k"] else 0.0)

    return Case(p, centre + starts @ basis, (Right(Status.CONVERGED, WEAK, off),))


@family("s*(max(a*(x - c)/w, -b*(x - c)/w) + k*((x - c)/w)**2)", "s c w a b k", runs=8)
def kinks(d: Draw) -> Case:
    p = place(d) | {"a": size(d, 0.1, 10), "b": size(d, 0.1, 10), "k": d.number(0, 1)}
    x0 = at(p, [away(d, 0, 10) for _ in range(8)])
    return Case(p, x0, (Right(Status.CONVERGED, KINK, near_u(p, 0.0)),))


@family("s*(a*abs(x - c1) + b*abs(x - c2) + k*abs(x - c3))", "s a b k c1 c2 c3", runs=8)
def medians(d: Draw) -> Case:
    """The lowest point is the weighted median; these weights never balance."""
    weights = np.array(d.one_of([(1, 2, 4), (2, 2, 3), (5, 3, 1), (1, 1, 1), (3, 4, 2)]))
    places = d.number(-5, 0) + np.cumsum([0.0, d.number(0.1, 3), d.number(0.1, 3)])
    order = np.array(d.one_of([(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)]))
    below = np.cumsum(weights)
    median = places[int((below > below[-1] / 2).argmax())]
    p = {"s": size(d, 1e-6, 1e6)} | dict(zip("abk", weights[order].tolist(), strict=True))
    p |= dict(zip(("c1", "c2", "c3"), places[order].tolist(), strict=True))
    x0 = point(d, 8, 10)
    return Case(p, x0, (Right(Status.CONVERGED, KINK, near(median, 1e-6)),))


EDGE = "k*(b*(x - c)/w)"  # u = b (x - c)/w is above 0 where f is defined


def edge(d: Draw) -> dict[str, float]:
    return place(d) | {"b": d.one_of([-1.0, 1.0]), "k": d.number(0, 2)}


def at_edge(d: Draw, furthest: float = 10.0) -> Case:
    p = edge(d)
    x0 = at(p, [p["b"] * size(d, 1e-2, furthest) for _ in range(8)])
    return Case(p, x0, (Right(Status.AT_BOUND, MINIMUM, near_u(p, 0.0)),))


@family(f"s*(sqrt(b*(x - c)/w) + {EDGE})", "s c w b k", runs=8)
def roots(d: Draw) -> Case:
    return at_edge(d)


@family(f"s*((b*(x - c)/w)**q + {EDGE})", "s c w b k q", runs=8)
def fractional_powers(d: Draw) -> Case:
    """Below 0.3, f would change by a thousandth from one double to the next."""
    case = at_edge(d)
    return Case({**case.params, "q": d.number(0.3, 0.9)}, case.x0, case.right)


@family(f"s*(asin(b*(x - c)/w - 1) + {EDGE})", "s c w b k", runs=8)
def arcsines(d: Draw) -> Case:
    return at_edge(d, 1.9)


@family("s*sqrt(1 - ((x - c)/w)**2)", "s c w", runs=8)
def half_circles(d: Draw) -> Case:
    p = place(d)
    x0 = at(p, [away(d, 0, 0.98) for _ in range(8)])
    return Case(p, x0, (Right(Status.AT_BOUND, MINIMUM, near_u(p, [-1.0, 1.0])),))


@family("k - s*exp(-((x - c)/w)**2)", "k s c w", runs=8)
def bells(d: Draw) -> Case:
    p = place(d)
    p["k"] = p["s"] * d.one_of([0.0, 1.0])
    x0 = at(p, [away(d, 0, 1.5) for _ in range(8)])
    return Case(p, x0, (Right(Status.CONVERGED, MINIMUM, near_u(p, 0.0)),))


@family(f"-s*exp(-a*{V1}**2 - b*{V2}**2)", f"s a b c h {R2}", "xy", runs=8)
def turned_bells(d: Draw) -> Case:
    basis, centre = turned(d), point(d, 2)
    p = {"s": size(d, 1e-6, 1e6), "a": size(d, 0.1, 10), "b": size(d, 0.1, 10)}
    p |= {"c": centre[0], "h": centre[1]} | entries(basis)
    scale = 1 / np.sqrt([p["a"], p["b"]])
    starts = np.array([[away(d, 0, 1.2), away(d, 0, 1.2)] for _ in range(8)]) * scale
    right = Right(Status.CONVERGED, MINIMUM, near(centre, 1e-6 * scale.max()))
    return Case(p, centre + starts @ basis, (right,))


U = "(b*(x - c)/w)"


@family(f"s*(a*{U} - k*log({U}) + q/{U})", "s c w a b k q", runs=8)
def barriers(d: Draw) -> Case:
    """The derivative ``a - k/u - q/u**2`` has one root above 0."""
    p = place(d) | {"b": d.one_of([-1.0, 1.0]), "a": size(d, 0.1, 10)}
    p |= {"k": size(d, 0.1, 10), "q": d.one_of([0.0, d.number(0.1, 5)])}
    u = (p["k"] + math.sqrt(p["k"] ** 2 + 4 * p["a"] * p["q"])) / (2 * p["a"])
    x0 = at(p, [p["b"] * u * size(d, 0.05, 20) for _ in range(8)])
    return Case(p, x0, (Right(Status.CONVERGED, MINIMUM, near_u(p, p["b"] * u, 1e-6 * u)),))


# --- AT_BOUND


@family(WELLS, WELL_NAMES)
def slopes(d: Draw) -> Case:
    """Bounds between two neighbouring roots of the derivative, or beyond all of them."""
    p, f = place(d), Wells.drawn(d, d.one_of([1, 2, 3, 4]), d.one_of([-1, 1]))
    stops = [f.roots[0] - 3, *f.roots, f.roots[-1] + 3]
    i = d.one_of(range(len(stops) - 1))
    low, high = stops[i] + 0.1 * (stops[i + 1] - stops[i]), stops[i + 1] - 0.1
    low, high = sorted((low, high))
    u0, slope = low + (high - low) * d.number(0, 1), f.grad((low + high) / 2)
    end, side = (low, "lower") if slope > 0 else (high, "upper")
    bounds = tuple(float(v) for v in at(p, [low, high])[:, 0])
    least = np.abs(f.grad(np.linspace(low, high, 100))).min()
    rate = d.number(0.01, 2) / least
    by_rate = {"lr": rate * p["w"] ** 2 / p["s"], "epochs": int(3 * (high - low) * 100) + 5}
    how = {"bounds": bounds, **d.one_of([{}, by_rate])}
    right = Right(Status.AT_BOUND, MINIMUM, near_u(p, end, 1e-12), (f"{side} bound x =",))
    return Case(p | f.params, np.clip(at(p, u0), *bounds), (right,), how)


@family(WELLS, WELL_NAMES, runs=8)
def bounded_wells(d: Draw) -> Case:
    """A run ends in a minimum inside, or at a bound against which f falls."""
    p, f = place(d), Wells.drawn(d, d.one_of([1, 3, 5]))
    low, high = (r + d.one_of([-1, 1]) * d.number(0.05, 0.15) for r in d.one_of(pairs(f.roots)))
    bounds = tuple(float(v) for v in at(p, [low, high])[:, 0])
    inside = f.minima[(f.minima > low) & (f.minima < high)]
    held = [u for u, sign in ((low, 1), (high, -1)) if sign * f.grad(u) > 0]
    rights = []
    if len(inside):
        rights.append(Right(Status.CONVERGED, MINIMUM, near_u(p, inside)))
    if held:
        rights.append(Right(Status.AT_BOUND, MINIMUM, near_u(p, held, 1e-12)))
    u0 = [low + (high - low) * d.number(0, 1) for _ in range(8)]
    x0 = np.clip(at(p, [clear(u, f.maxima) for u in u0]), *bounds)
    return Case(p | f.params, x0, tuple(rights), {"bounds": bounds})


def pairs(roots: np.ndarray) -> list[tuple[float, float]]:
    ends = [roots[0] - 1, *roots, roots[-1] + 1]
    return [(a, b) for i, a in enumerate(ends) for b in ends[i + 1 :]]


def clear(u: float, tops: np.ndarray) -> float:
    """Move a start that is within a thousandth of a maximum."""
    for top in tops:
        if abs(u - top) < 1e-3:
            return float(top) + 1e-3
    return u


Q3 = [f"g{i}{j}" for i in range(3) for j in range(3)]
ROWS = [" + ".join(f"g{i}{j}*{v}" for j, v in enumerate("xyz")) for i in range(3)]


@family(
    "s*(" + " + ".join(f"({row} - h{i})**2" for i, row in enumerate(ROWS)) + ")",
    " ".join(["s", *Q3, "h0", "h1", "h2"]),
    "xyz",
    runs=4,
)
def boxed_quadratics(d: Draw) -> Case:
    """Least squares in a box; the oracle is SciPy's bounded solver.

    Places where a bound holds with hardly any slope, or is hardly missed, are left out by the
    draw: the solution is pushed off such bounds.
    """
    matrix = turned(d, 3) @ np.diag([size(d, 0.3, 3) for _ in range(3)])
    wanted, slopes = point(d, 3, 3), np.array([d.one_of([-1, 0, 1]) for _ in range(3)])
    # KKT by construction: the gradient is `-force` on the bounds that hold, 0 elsewhere
    force = slopes * np.array([d.number(0.1, 2) for _ in range(3)])
    shift = matrix @ wanted + np.linalg.solve(matrix.T, force) / 2
    low = np.where(slopes < 0, wanted, wanted - d.number(0.1, 4))
    high = np.where(slopes > 0, wanted, wanted + d.number(0.1, 4))
    solved = lsq_linear(matrix, shift, (low, high), tol=1e-14).x
    assert np.abs(solved - wanted).max() < 1e-5
    p = {"s": size(d, 1e-6, 1e6)} | {n: float(v) for n, v in zip(Q3, matrix.ravel(), strict=True)}
    p |= {f"h{i}": float(v) for i, v in enumerate(shift)}
    starts = low + (high - low) * np.array([[d.number(0, 1) for _ in "xyz"] for _ in range(4)])
    status = Status.AT_BOUND if slopes.any() else Status.CONVERGED
    bounds = list(zip(low.tolist(), high.tolist(), strict=True))
    right = Right(status, MINIMUM, near(wanted, 1e-7))
    return Case(p, np.clip(starts, low, high), (right,), {"bounds": bounds})


# --- STALLED_AT_START


def unhurried(d: Draw, p: Mapping[str, float]) -> dict[str, Any]:
    """Draw the automatic step, or some fixed one."""
    lr = size(d, 1e-3, 1) * p["w"] ** 2 / p["s"]
    return d.one_of([{}, {"lr": lr}, {"lr": lr, "epochs": 50}])


@family(WELLS, WELL_NAMES)
def summits(d: Draw) -> Case:
    """The first power that counts decides: below zero a maximum, an odd one an inflection."""
    p, first = place(d), d.one_of([2, 3, 4, 5])
    lead = d.number(0.3, 3) * (-1 if first % 2 == 0 else d.one_of([-1, 1]))
    a = {f"a{k}": d.number(-3, 3) if k > first else 0.0 for k in range(1, 7)} | {f"a{first}": lead}
    kind = SADDLE if first % 2 else MAXIMUM
    right = Right(Status.STALLED_AT_START, kind, near(p["c"], 1e-12))
    return Case(p | a, np.array([[p["c"]]]), (right,), unhurried(d, p))


@family(
    "s*(" + " + ".join(f"q{i}{j}*({a} - {a}0)*({b} - {b}0)" for i, a in enumerate("xyz")
                       for j, b in enumerate("xyz") if j <= i)
    + " + k*(x - x0)*(y - y0)*(z - z0) + k*(x - x0)**3/3)",
    "s k x0 y0 z0 q00 q10 q11 q20 q21 q22", "xyz",
)  # fmt: skip
def passes(d: Draw) -> Case:
    """Quadratic forms whose signature is that of a diagonal matrix, by Sylvester's law."""
    signs = np.array(d.one_of([(-1, -1, -1), (-1, -1, 1), (-1, 1, 1), (1, -1, 1)]))
    lower = np.eye(3)
    for i, j in ((1, 0), (2, 0), (2, 1)):
        lower[i, j] = d.one_of([-1, 0, 1, 2])
    form = lower.T @ np.diag(signs * np.array([d.one_of([1, 2, 3]) for _ in "xyz"])) @ lower
    p = {"s": size(d, 1e-6, 1e6), "k": d.number(-1, 1)}
    centre = {f"{v}0": float(d.one_of(range(-5, 6))) for v in "xyz"}
    q = {f"q{i}{j}": float(form[i, j] * (1 + (i != j))) for i in range(3) for j in range(i + 1)}
    kind = MAXIMUM if (signs < 0).all() else SADDLE
    x0 = np.array([list(centre.values())])
    right = Right(Status.STALLED_AT_START, kind, near(x0, 1e-12))
    return Case(p | centre | q, x0, (right,), unhurried(d, p | {"w": 1.0}))


M1, M2 = "(3*x + 4*y - c)", "(3*y - 4*x - h)"  # turned, and exact for whole numbers


@family(
    f"s*(a*({M1}**3 - 3*{M1}*{M2}**2) + b*({M1}**4 - 6*{M1}**2*{M2}**2 + {M2}**4)"
    f" + k*({M2} - {M1}**2)*({M2} - 3*{M1}**2) + q*({M1}**2 + {M2}**2)**2)",
    "s a b k q c h", "xy",
)  # fmt: skip
def monkey_saddles(d: Draw) -> Case:
    """Three valleys, four valleys, or Peano's surface, which rises along every straight line."""
    a, b, k, q = d.one_of([(1, 0, 0, 0), (1, 0, 0, 1), (0, 1, 0, 0), (0, 1, 0, 0.5), (0, 0, 1, 0)])
    x, y = (float(d.one_of(range(-5, 6))) for _ in "xy")
    p = {"s": size(d, 1e-6, 1e6), "a": a, "b": b, "k": k, "q": q}
    p |= {"c": 3 * x + 4 * y, "h": 3 * y - 4 * x}
    right = Right(Status.STALLED_AT_START, SADDLE, near((x, y), 1e-12))
    return Case(p, np.array([[x, y]]), (right,), unhurried(d, p | {"w": 0.1}))


@family("s*(k*((x - c)/w)**2 - a*abs(x - c)/w)", "s c w a k")
def ridges(d: Draw) -> Case:
    p = place(d) | {"a": size(d, 0.1, 10), "k": d.number(-1, 1)}
    right = Right(Status.STALLED_AT_START, MAXIMUM, near(p["c"], 1e-12))
    return Case(p, np.array([[p["c"]]]), (right,), unhurried(d, p))


@family("s*(cos((x - c)/w) + a*cos(b*(y - h)))", "s c w a b h", "xy")
def crests(d: Draw) -> Case:
    p = place(d) | {"a": d.one_of([-1, 1]) * size(d, 0.1, 10), "b": size(d, 0.1, 10)}
    p["h"] = d.number(-5, 5)
    right = Right(Status.STALLED_AT_START, MAXIMUM if p["a"] > 0 else SADDLE)
    return Case(p, np.array([[p["c"], p["h"]]]), (right,), unhurried(d, p))


# --- NOT_A_MINIMUM


@family("s*(a*((x - c)/w)**2 - b*(y - h)**2 + k*(y - h)**4 + q*((x - c)/w)**2*(y - h)**2)",
        "s c w a b h k q", "xy")  # fmt: skip
def stable_manifolds(d: Draw) -> Case:
    """On the line y = h the gradient along y is exactly zero."""
    p = place(d) | {"a": size(d, 0.1, 10), "b": size(d, 0.1, 10), "h": d.number(-5, 5)}
    p |= {"k": d.number(0, 1), "q": d.number(-1, 1)}
    rate = d.number(0.1, 1.9)  # times 2 a is the share of the way that a step takes
    by_rate = {"lr": rate / (2 * p["a"]) * p["w"] ** 2 / p["s"]}
    shrink = abs(1 - rate)
    by_rate["epochs"] = 50 if shrink < 1e-3 else int(math.log(1e-13) / math.log(shrink)) + 5
    u0 = d.one_of([-1, 1]) * d.number(0.1, 10)
    x0 = np.array([[at(p, u0)[0, 0], p["h"]]])
    right = Right(Status.NOT_A_MINIMUM, SADDLE, near((p["c"], p["h"]), 1e-6 * p["w"]))
    return Case(p, x0, (right,), d.one_of([{}, by_rate]))


@family("a*x**4/4 - b*x**2/2", "a b")
def leaps(d: Draw) -> Case:
    """One fixed step from x0 to the maximum at 0, in numbers that are all exact."""
    b, rate = float(d.one_of(range(1, 9))), 2.0 ** d.one_of(range(-4, 3))
    x0 = d.one_of([-1, 1]) * 2.0 ** d.one_of(range(-3, 4))
    p = {"a": (1 / rate + b) / x0**2, "b": b}
    right = Right(Status.NOT_A_MINIMUM, MAXIMUM, near(0.0, 1e-12))
    return Case(p, np.array([[x0]]), (right,), {"lr": rate, "epochs": d.one_of([1, 2, 50])})


CUBIC = "s*(((x - c)/w)**3 + k*((x - c)/w)**5)"
ENDLESS = ("no lowest value", "unbounded below", "fell without end")


def bottomless(result: Any, run: int) -> bool:
    words = " ".join(result.explain(run).split())
    return any(part in words for part in ENDLESS)


@family(CUBIC, "s c w k", runs=8)
def inflections(d: Draw) -> Case:
    """A run from above stops there, or passes and falls without end; both are as it goes."""
    p = place(d) | {"k": d.number(0, 1)}
    stays = Right(Status.NOT_A_MINIMUM, SADDLE, near_u(p, 0.0, 1e-2))
    falls = Right(Status.DIVERGED, also=bottomless)
    return Case(p, at(p, [size(d, 0.1, 10) for _ in range(8)]), (stays, falls))


# --- PLATEAU


@family("k - s*exp(-((x - c)/w)**2)", "k s c w", runs=8)
def far_tails(d: Draw) -> Case:
    """Where the gradient is exactly zero."""
    p = place(d)
    p["k"] = p["s"] * d.one_of([0.0, 1.0])
    x0 = at(p, [d.one_of([-1, 1]) * d.number(28, 60) for _ in range(8)])
    right = Right(Status.PLATEAU, FLAT, near(x0, 1e-12))
    return Case(p, x0, (right,), unhurried(d, p))


@family("k - s*exp(-((x - c)/w)**2)", "k s c w", runs=8)
def tails(d: Draw) -> Case:
    """Between: a run that arrives has arrived, one that gives up is on a plateau.

    Beyond 26 units f is subnormal, and what its slope says is a question of rounding.
    """
    p = place(d)
    p["k"] = p["s"] * d.one_of([0.0, 1.0])
    x0 = at(p, [d.one_of([-1, 1]) * d.number(3, 26) for _ in range(8)])
    there = Right(Status.CONVERGED, MINIMUM, near_u(p, 0.0))
    return Case(p, x0, (there, Right(Status.PLATEAU, FLAT)))


SLIDES = {
    "tanh": "s*tanh((x - c)/w)",
    "erf": "s*erf((x - c)/w)",
    "exp": "s*exp((x - c)/w)",
    "softplus": "s*log(1 + exp((x - c)/w))",
}


def slide(d: Draw) -> Case:
    """f falls towards a limit that it never reaches."""
    p = place(d)
    x0 = at(p, [d.number(-3, 3) for _ in range(40)])
    return Case(p, x0, (Right(Status.PLATEAU, FLAT),))


for _name, _expr in SLIDES.items():
    FAMILIES[f"slide_{_name}"] = Family(f"slide_{_name}", _expr, ("x",), ("s", "c", "w"), slide, 40)


@family("s*Heaviside(x - c) + a*sign(x - h)", "s c a h", runs=8)
def stairs(d: Draw) -> Case:
    p = {"s": size(d, 1e-6, 1e6), "a": size(d, 1e-6, 1e6), "c": d.number(-5, 5)}
    p["h"] = p["c"] + d.number(0.1, 5)
    steps = [d.one_of([-1.0, 0.1, 0.5, 2.0]) for _ in range(8)]
    x0 = at(p | {"w": p["h"] - p["c"]}, steps)
    right = Right(Status.PLATEAU, FLAT, near(x0, 1e-12))
    return Case(p, x0, (right,), unhurried(d, p | {"w": 1.0}))


# --- SLOW


def better(rate: float, values: Any) -> str | None:
    """Say which rate shrinks the error faster: twice, or else half of it; None where it is close.

    An empty text if neither does.
    """
    shrinks = [float(np.abs(1 - share * rate * np.array(values)).max()) for share in (1, 2, 0.5)]
    for shrink, advice in zip(shrinks[1:], ("or a larger lr", "or a smaller lr"), strict=True):
        if abs(math.log(shrink / shrinks[0])) < 0.05 * abs(math.log(shrinks[0])):
            return None
        if shrink < shrinks[0]:
            return advice
    return ""


def paced(shrink: float, left: float, advice: str | None) -> Callable[[Any, int], bool]:
    """Make a test of the pace that the sentence tells, and of the epochs left."""

    def holds(result: Any, run: int) -> bool:
        words = " ".join(result.explain(run).split())
        share = float(words.split("each step leaves ")[1].split(" %")[0])
        told = result.runs.evidence.epochs_left[run]
        right = abs(told - left) <= max(1.0, 0.1 * left)
        right &= abs(share - 100 * shrink) <= 0.01 * share
        return right and (advice is None or (advice in words if advice else " lr." not in words))

    return holds


@family("s*a*((x - c)/w)**2/2", "s c w a", runs=8)
def slow_parabolas(d: Draw) -> Case:
    p = place(d) | {"a": size(d, 0.1, 10)}
    rate = d.one_of([size(d, 1e-3, 0.5), 2 - size(d, 1e-3, 0.5)])
    shrink = abs(1 - rate)
    epochs = math.ceil(d.number(0.3, 6) * math.log(10) / -math.log(shrink))
    left = math.log(1e-8) / math.log(shrink) - epochs
    how = {"lr": rate / p["a"] * p["w"] ** 2 / p["s"], "epochs": epochs}
    right = Right(Status.SLOW, also=paced(shrink, left, better(rate, [1.0])))
    x0 = at(p, [d.one_of([-1, 1]) * d.number(0.1, 10) for _ in range(8)])
    return Case(p, x0, (right,), how)


@family(f"s*(a*{V1}**2 + b*{V2}**2)/2", f"s a b c h {R2}", "xy", runs=8)
def slow_valleys(d: Draw) -> Case:
    """Nearly all of the way is along the direction that shrinks slowest."""
    basis, centre = turned(d), point(d, 2)
    values = np.array([1.0, size(d, 1.5, 100)])
    rate = d.one_of([d.number(0.05, 0.9), d.number(1.2, 1.98)]) / values[1]
    shrinks = np.abs(1 - rate * values)
    slow = int(shrinks.argmax())
    parts = np.full(2, 0.1)
    parts[slow] = 1.0
    energy = lambda n: math.sqrt(float((values * (parts * shrinks**n) ** 2).sum()))  # noqa: E731
    parts = parts / np.sqrt(values)
    epochs = math.ceil(d.number(0.5, 5) * math.log(10) / -math.log(shrinks[slow]))
    left = math.log(1e-8 * energy(0) / energy(epochs)) / math.log(shrinks[slow])
    p = {"s": size(d, 1e-6, 1e6), "a": values[0], "b": values[1]}
    p |= {"c": centre[0], "h": centre[1]} | entries(basis)
    advice = better(rate, values) if epochs >= 10 else None  # the slow part shows late
    right = Right(Status.SLOW, also=paced(shrinks[slow], left, advice))
    how = {"lr": rate / p["s"], "epochs": epochs}
    lengths = np.array([d.one_of([-1, 1]) * d.number(0.1, 10) for _ in range(8)])
    return Case(p, centre + lengths[:, None] * (parts @ basis), (right,), how)


@family(WELLS, WELL_NAMES)
def slow_wells(d: Draw) -> Case:
    p, f = place(d), Wells.drawn(d, d.one_of([1, 3, 5]))
    r, u, curvature = within(d, f, 1)
    rate = d.number(0.05, 0.4) / curvature
    epochs = loop(f, u[0], rate, 1e-4)
    left = loop(f, u[0], rate, 1e-8) - epochs
    shrink = 1 - rate * float(f.curvature(r))
    how = {"lr": rate * p["w"] ** 2 / p["s"], "epochs": epochs}
    right = Right(Status.SLOW, also=paced(shrink, left, "or a larger lr"))
    return Case(p | f.params, at(p, u), (right,), how)


@family("s*(a*(x - c)/w + b*((x - c)/w)**3)", "s c w a b", runs=8)
def slow_slopes(d: Draw) -> Case:
    """A straight line, or an inflection that fixed steps do not reach in time."""
    p = place(d) | dict(zip("ab", d.one_of([(1.0, 0.0), (0.0, 1.0)]), strict=True))
    how = {"lr": size(d, 1e-3, 1e-2) * p["w"] ** 2 / p["s"], "epochs": d.one_of([10, 100, 1000])}
    x0 = at(p, [d.number(1, 3) for _ in range(8)])
    return Case(p, x0, (Right(Status.SLOW, NOWHERE),), how)


# --- OSCILLATING


def turning(period: int, curvature: float) -> Right:
    """Give the verdict on a cycle around a minimum of a known curvature, nan for any."""

    def holds(result: Any, run: int) -> bool:
        evidence = result.runs.evidence
        right = math.isnan(curvature) or math.isclose(
            evidence.curvature_high[run], curvature, rel_tol=1e-6
        )
        return bool(right and evidence.period[run] == period)

    words = f"a cycle of {period} points" if period else "wanders without settling"
    limit = () if math.isnan(curvature) else ("a step is safe up to lr = ",)
    return Right(Status.OSCILLATING, told=(words, *limit), also=holds)


@family("a*(x - c)**2/2", "a c", runs=8)
def bouncing(d: Draw) -> Case:
    """Exactly 2 over the curvature, in numbers that are all exact."""
    p = {"a": 2.0 ** d.one_of(range(-10, 11)), "c": float(d.one_of(range(-5, 6)))}
    x0 = at(p | {"w": 1.0}, [d.one_of([-1, 1]) * d.one_of(range(1, 99)) / 8 for _ in range(8)])
    how = {"lr": 2 / p["a"], "epochs": d.one_of([1, 2, 3, 50, 1001])}
    return Case(p, x0, (turning(2, p["a"]),), how)


# Windows of the logistic map r u (1 - u) in which every start leads to a cycle of this period;
# R. M. May, Nature 261, 459-467 (1976), doi:10.1038/261459a0.  A little is left off their ends,
# where the pace is slow.
WINDOWS = {
    2: (3.1, 3.4), 3: (3.8300, 3.8405), 4: (3.465, 3.535), 5: (3.7386, 3.7408), 8: (3.547, 3.562),
}  # fmt: skip
WANDERING = (3.65, 3.7, 3.75, 3.8, 3.9, 3.95, 3.99)  # whose Lyapunov exponents are above 0.2
LOGISTIC = "s*(r*((x - c)/w)**3/3 - (r - 1)*((x - c)/w)**2/2)"


def mapped(p: Mapping[str, float], d: Draw, right: Right) -> Case:
    """Make a case of which each step is one of a map of u."""
    how = {"lr": p["w"] ** 2 / p["s"], "epochs": d.one_of([3000, 5001])}
    return Case(p, at(p, [d.number(0.1, 0.9) for _ in range(8)]), (right,), how)


@family(LOGISTIC, "s c w r", runs=8)
def logistic_cycles(d: Draw) -> Case:
    period = d.one_of(sorted(WINDOWS))
    p = place(d) | {"r": d.number(*WINDOWS[period])}
    return mapped(p, d, turning(period, (p["r"] - 1) * p["s"] / p["w"] ** 2))


@family(LOGISTIC, "s c w r", runs=8)
def logistic_chaos(d: Draw) -> Case:
    p = place(d) | {"r": d.one_of(WANDERING)}
    return mapped(p, d, turning(0, math.nan))


@family("s*(((x - c)/w)**4 - 2*((x - c)/w)**2)/4", "s c w", runs=8)
def double_well_cycles(d: Draw) -> Case:
    """``u + k*(u - u**3)``: the minima lose their hold at k = 1, their 2-cycles at sqrt(5) - 1."""
    p = place(d)
    period, span = d.one_of([(2, (1.05, 1.21)), (4, (1.245, 1.28))])
    rate = d.number(*span)
    how = {"lr": rate * p["w"] ** 2 / p["s"], "epochs": 5000}
    x0 = at(p, [d.one_of([-1, 1]) * d.number(0.2, 1.2) for _ in range(8)])
    return Case(p, x0, (turning(period, 2 * p["s"] / p["w"] ** 2),), how)


# --- DIVERGED


TOO_LARGE = ("the step is too large",)


@family(f"s*(a*{V1}**2 + b*{V2}**2)/2", f"s a b c h {R2}", "xy", runs=8)
def overstepped_valleys(d: Draw) -> Case:
    """The steep direction grows by ``|1 - rate|`` a step until f is clearly larger."""
    basis, centre = turned(d), point(d, 2)
    values = np.array([1.0, size(d, 1, 100)])
    rate = d.number(2.02, 10)
    epochs = math.ceil(d.number(1, 30) * math.log(10) / math.log(rate - 1))
    p = {"s": size(d, 1e-6, 1e6), "a": values[0], "b": values[1]}
    p |= {"c": centre[0], "h": centre[1]} | entries(basis)
    starts = np.array([[d.number(-0.5, 0.5), d.one_of([-1, 1]) * d.number(0.5, 5)]
                       for _ in range(8)]) / np.sqrt(values)  # fmt: skip
    how = {"lr": rate / values[1] / p["s"], "epochs": epochs}
    right = Right(Status.DIVERGED, told=TOO_LARGE)
    return Case(p, centre + starts @ basis, (right,), how)


@family("s*(((x - c)/w)**4/4 + k*((x - c)/w)**2/2)", "s c w k", runs=8)
def overstepped_quartics(d: Draw) -> Case:
    """Once ``rate*(u**2 + k) > 2`` it holds for ever, as |u| grows."""
    p = place(d) | {"k": d.number(0, 2)}
    u0 = [d.one_of([-1, 1]) * d.number(0.3, 2) for _ in range(8)]
    rate = d.number(2.05, 20) / (min(np.square(u0)) + p["k"])
    how = {"lr": rate * p["w"] ** 2 / p["s"], "epochs": d.one_of([20, 500])}
    right = Right(Status.DIVERGED, told=TOO_LARGE)
    return Case(p, at(p, u0), (right,), how)


@family(WELLS, WELL_NAMES, runs=8)
def falling_sides(d: Draw) -> Case:
    """Beyond the last root on a side where f falls, every step leads further away."""
    count = d.one_of([1, 2, 3, 4, 5])
    p, f = place(d), Wells.drawn(d, count, -1)
    u0 = [f.roots[-1] + size(d, 0.01, 10) for _ in range(8)]
    right = Right(Status.DIVERGED, also=bottomless)
    return Case(p | f.params, at(p, u0), (right,))


@family(WELLS, WELL_NAMES, runs=8)
def falling_by_rate(d: Draw) -> Case:
    p, f = place(d), Wells.drawn(d, d.one_of([2, 3, 4, 5]), -1)
    u0 = [f.roots[-1] + d.number(0.2, 3) for _ in range(8)]
    rate = d.number(0.1, 1) / -f.grad(f.roots[-1] + 0.2)
    how = {"lr": rate * p["w"] ** 2 / p["s"], "epochs": 5000}
    right = Right(Status.DIVERGED, also=bottomless)
    return Case(p | f.params, at(p, u0), (right,), how)


@family(f"s*(a*{V1}**2 - b*{V2}**2 + k*{V1})", f"s a b k c h {R2}", "xy", runs=8)
def falling_saddles(d: Draw) -> Case:
    basis, centre = turned(d), point(d, 2)
    p = {"s": size(d, 1e-6, 1e6), "a": size(d, 0.1, 10), "b": size(d, 0.1, 10)}
    p |= {"k": d.number(-1, 1), "c": centre[0], "h": centre[1]} | entries(basis)
    starts = np.array([[d.number(-3, 3), away(d, 0, 3)] for _ in range(8)])
    right = Right(Status.DIVERGED, also=bottomless)
    return Case(p, centre + starts @ basis, (right,))


@family(f"s*(a*log({U}) + k*{U}**2)", "s c w a b k", runs=8)
def falling_logarithms(d: Draw) -> Case:
    p = edge(d) | {"a": size(d, 0.1, 10)}
    x0 = at(p, [p["b"] * size(d, 0.05, 10) for _ in range(8)])
    return Case(p, x0, (Right(Status.DIVERGED, also=endless_edge),))


def endless_edge(result: Any, run: int) -> bool:
    words = " ".join(result.explain(run).split())
    return any(part in words for part in (*ENDLESS, "minus infinity"))


@family(f"s*(a*log({U}) + k*{U}**2 + ((y - h)/w)**2)", "s c w a b k h", "xy", runs=8)
def falling_logarithms_of_two(d: Draw) -> Case:
    p = edge(d) | {"a": size(d, 0.1, 10), "h": d.number(-5, 5)}
    x = at(p, [p["b"] * size(d, 0.05, 10) for _ in range(8)])
    x0 = np.column_stack([x, p["h"] + p["w"] * point(d, 8)])
    return Case(p, x0, (Right(Status.DIVERGED, also=endless_edge),))


@family(f"s*(k*{U} - a/{U} - q/{U}**2)", "s c w a b k q", runs=8)
def falling_poles(d: Draw) -> Case:
    p = edge(d) | dict(zip("aq", d.one_of([(1.0, 0.0), (0.0, 1.0), (1.0, 2.0)]), strict=True))
    x0 = at(p, [p["b"] * size(d, 0.05, 3) for _ in range(8)])
    return Case(p, x0, (Right(Status.DIVERGED, also=endless_edge),))


@family("s*max(a*(x - c)/w, b*(x - c)/w)", "s c w a b", runs=4)
def bends(d: Draw) -> Case:
    """A kink at which f only falls less: a run passes it, also one that starts there."""
    p = place(d) | {"a": size(d, 0.1, 1), "b": size(d, 2, 10)}
    x0 = at(p, [0.0, *(size(d, 0.1, 10) for _ in range(3))])
    return Case(p, x0, (Right(Status.DIVERGED, also=bottomless),))


# --- OUT_OF_DOMAIN

# formula, what fails, and from where to where it does
OUTSIDE = {
    "log": ("s*log((x - c)/w)", "needs (x - c)/w > 0", (-10, -1e-3)),
    "sqrt": ("s*sqrt((x - c)/w)", "needs (x - c)/w >= 0", (-10, -1e-3)),
    "log of a square": ("s*log(1 - ((x - c)/w)**2)", "needs 1 - ((x - c)/w)**2 > 0", (1.001, 9)),
    "asin": ("s*asin((x - c)/w)", "needs -1 <= (x - c)/w <= 1", (1.001, 9)),
    "acosh": ("s*acosh((x - c)/w)", "needs (x - c)/w >= 1", (-9, 0.999)),
    "atanh": ("s*atanh((x - c)/w) + x**2", "needs -1 < (x - c)/w < 1", (1.001, 9)),
    "log1p": ("s*log1p((x - c)/w)", "needs (x - c)/w > -1", (-9, -1.001)),
    "power": ("s*((x - c)/w)**1.5", "needs (x - c)/w >= 0", (-9, -1e-3)),
    "hidden": ("s*(exp(log((x - c)/w)) + x**2)", "needs (x - c)/w > 0", (-9, -1e-3)),
    "cancelled": ("s*x**2 + 0*log((x - c)/w)", "needs (x - c)/w > 0", (-9, -1e-3)),
}


def outside(told: str, span: tuple[float, float]) -> Callable[[Draw], Case]:
    def draw(d: Draw) -> Case:
        p = place(d)
        x0 = at(p, [d.number(*span) for _ in range(8)])
        return Case(p, x0, (Right(Status.OUT_OF_DOMAIN, off=near(x0, 1e-12), told=(told,)),))

    return draw


for _name, (_expr, _told, _span) in OUTSIDE.items():
    FAMILIES[f"outside {_name}"] = Family(
        f"outside {_name}", _expr, ("x",), ("s", "c", "w"), outside(_told, _span), 8
    )


@family("s*(a*(x - c)/w - log((x - c)/w))", "s c w a", runs=8)
def stepping_out(d: Draw) -> Case:
    """The first fixed step goes past the edge."""
    p = place(d) | {"a": d.number(1, 10)}
    u0 = np.array([d.number(1.2, 5) for _ in range(8)])
    rate = ((u0 + d.number(0.01, 5)) / (p["a"] - 1 / u0)).max()
    how = {"lr": rate * p["w"] ** 2 / p["s"], "epochs": d.one_of([1, 10, 100])}
    right = Right(Status.OUT_OF_DOMAIN, told=("needs (x - c)/w > 0", "left the domain"))
    return Case(p, at(p, u0), (right,), how)


@family("s*(exp((x - c)/w) + ((x - c)/w)**2)", "s c w", runs=8)
def overflowing(d: Draw) -> Case:
    p = place(d)
    x0 = at(p, [d.number(730, 2000) for _ in range(8)])
    right = Right(Status.OUT_OF_DOMAIN, told=("overflows",))
    return Case(p, x0, (right,), unhurried(d, p))


# --- NO_PROGRESS


@family(f"s*({V1}**2 + a*{V2}**2) + k", f"s k a c h {R2}", "xy", runs=8)
def rounding_floors(d: Draw) -> Case:
    """A constant that drowns all but the first digits of f."""
    basis, centre = turned(d), point(d, 2)
    p = {"s": size(d, 1e-6, 1e6), "a": size(d, 0.1, 10), "c": centre[0], "h": centre[1]}
    p |= {"k": p["s"] * d.one_of([-1, 1]) * size(d, 1e6, 1e12)} | entries(basis)
    starts = np.array([[away(d, 0, 10, 1.0), d.number(-10, 10)] for _ in range(8)])
    there = Right(Status.CONVERGED, MINIMUM, near(centre, 1e-4))
    return Case(p, centre + starts @ basis, (there, Right(Status.NO_PROGRESS)))


@family("s*(a*x + b*x**2/2)", "s a b", runs=8)
def tiny_rates(d: Draw) -> Case:
    p = {"s": size(d, 1e-6, 1e6), "a": d.number(0.1, 3), "b": d.number(0, 3)}
    x0 = point(d, 8, 4.5) + 5.5
    how = {"lr": 1e-18 / p["s"] / (p["a"] + p["b"]), "epochs": d.one_of([1, 100])}
    right = Right(Status.NO_PROGRESS, NOWHERE, near(x0[:, None], 1e-12), ("too small to change x",))
    return Case(p, x0, (right,), how)


@family(f"s*(a*abs({V1}) + b*abs({V2}) + k*({V1}**2 + {V2}**2))", f"s a b k c h {R2}", "xy", runs=8)
def creases(d: Draw) -> Case:
    """Convex, with one minimum, at a corner; descent may get stuck on the way along a crease."""
    basis, centre = turned(d), point(d, 2)
    p = {"s": size(d, 1e-6, 1e6), "a": size(d, 0.1, 10), "b": size(d, 0.1, 10)}
    p |= {"k": d.number(0.01, 1), "c": centre[0], "h": centre[1]} | entries(basis)
    starts = np.array([[away(d, 0, 3), away(d, 0, 3)] for _ in range(8)])
    there, beside = near(centre, 1e-7), near(centre, 1e-9)
    return Case(
        p,
        centre + starts @ basis,
        (
            Right(Status.CONVERGED, KINK, there),
            Right(Status.NO_PROGRESS, NOWHERE, far_from(beside)),
            Right(Status.SLOW, NOWHERE, far_from(beside)),
        ),
    )
