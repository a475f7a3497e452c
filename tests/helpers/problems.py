"""The table of test problems: each with a start and an answer known from elsewhere.

MGH: J. J. Moré, B. S. Garbow and K. E. Hillstrom, "Testing Unconstrained Optimization Software",
ACM Transactions on Mathematical Software 7, 17-41 (1981), doi:10.1145/355934.355936.

JY: M. Jamil and X.-S. Yang, "A literature survey of benchmark functions for global optimisation
problems", International Journal of Mathematical Modelling and Numerical Optimisation 4, 150-194
(2013), doi:10.1504/IJMMNO.2013.055204.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
NOTEBOOK = "the teaching notebooks, tests/data/seeds.json"
LONGEST = 200  # characters of a published formula that tests have time to compile


@dataclass(frozen=True)
class Known:
    """A function with a known answer.

    `fun` is the lowest value inside `box`, and `minima` are points that reach it.  `lr` is a
    fixed rate with which plain gradient descent goes from `start` to one of `ends`, which are
    the minima unless said otherwise.
    """

    name: str
    expr: str
    start: tuple[float, ...]
    lr: float
    box: tuple[float, float]
    fun: float
    minima: tuple[tuple[float, ...], ...]
    source: str
    weak: bool = False  # the Hessian is singular at the minimum
    ends: tuple[tuple[float, ...], ...] = ()

    @property
    def arrivals(self) -> tuple[tuple[float, ...], ...]:
        """Where a run from `start` may end."""
        return self.ends or self.minima


@dataclass(frozen=True)
class Published:
    """A function of problems.json."""

    name: str
    expr: str
    variables: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    fun: float


COSINE = "cos(2*pi*x) + x**2"
DECAYING = "sin(x)*exp(-0.05*x**2)"
CUBIC = "x**3 - 6*x**2 + 11*x - 6"
ROSENBROCK = "(1 - x)**2 + 100*(y - x**2)**2"

CLASSICS = (
    Known(
        "cosine", COSINE, (-0.5,), 0.01, (-2, 2), -0.762076545259931,
        ((-0.475802451024221,), (0.475802451024221,)), NOTEBOOK,
    ),
    Known(
        "decaying sine", DECAYING, (1.0,), 0.1, (-6, 6), -0.893875290447842,
        ((-1.428870011214077,),), NOTEBOOK,
    ),
    Known(
        "cubic", CUBIC, (4.0,), 0.1, (1.5, 5), -0.384900179459750,
        ((2.577350269189626,),), NOTEBOOK,
    ),
    Known("parabola", "(x - 3)**2 + 2", (-7.0,), 0.3, (-10, 10), 2.0, ((3.0,),), "by hand"),
    Known(
        "quartic", "(x - 1)**4", (4.0,), 0.005, (-10, 10), 0.0, ((1.0,),), "by hand", weak=True,
    ),
    Known(
        "sphere", "a**2 + b**2 + c**2 + d**2 + e1**2", (1.0, -2.0, 3.0, -4.0, 5.0), 0.3, (-9, 9),
        0.0, ((0.0, 0.0, 0.0, 0.0, 0.0),), "JY 137",
    ),
    Known("Rosenbrock", ROSENBROCK, (-1.2, 1.0), 1e-3, (-3, 3), 0.0, ((1.0, 1.0),), "MGH 1"),
    Known(
        "Freudenstein and Roth",
        "(-13 + x + ((5 - y)*y - 2)*y)**2 + (-29 + x + ((y + 1)*y - 14)*y)**2",
        (0.5, -2.0), 1e-4, (-15, 15), 0.0, ((5.0, 4.0),), "MGH 2",
        ends=((11.412778986902, -0.896805253274477),),
    ),
    Known(
        "Beale", "(1.5 - x*(1 - y))**2 + (2.25 - x*(1 - y**2))**2 + (2.625 - x*(1 - y**3))**2",
        (1.0, 1.0), 0.01, (-4.5, 4.5), 0.0, ((3.0, 0.5),), "MGH 5",
    ),
    Known(
        "Powell's singular function",
        "(x1 + 10*x2)**2 + 5*(x3 - x4)**2 + (x2 - 2*x3)**4 + 10*(x1 - x4)**4",
        (3.0, -1.0, 0.0, 1.0), 1e-3, (-4, 5), 0.0, ((0.0, 0.0, 0.0, 0.0),), "MGH 13", weak=True,
    ),
    Known(
        "Wood",
        "100*(x2 - x1**2)**2 + (1 - x1)**2 + 90*(x4 - x3**2)**2 + (1 - x3)**2"
        " + 10*(x2 + x4 - 2)**2 + (x2 - x4)**2/10",
        (-3.0, -1.0, -3.0, -1.0), 4e-4, (-4, 4), 0.0, ((1.0, 1.0, 1.0, 1.0),), "MGH 14",
    ),
    Known(
        "Himmelblau", "(x**2 + y - 11)**2 + (x + y**2 - 7)**2", (0.0, 0.0), 0.01, (-6, 6), 0.0,
        (
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        ),
        "D. M. Himmelblau, Applied Nonlinear Programming (1972)",
    ),
    Known(
        "Booth", "(x + 2*y - 7)**2 + (2*x + y - 5)**2", (-8.0, 9.0), 0.1, (-10, 10), 0.0,
        ((1.0, 3.0),), "JY 17",
    ),
    Known(
        "Matyas", "0.26*(x**2 + y**2) - 0.48*x*y", (9.0, -4.0), 0.9, (-10, 10), 0.0,
        ((0.0, 0.0),), "JY 71",
    ),
    Known(
        "six-hump camel", "(4 - 2.1*x**2 + x**4/3)*x**2 + x*y + 4*(y**2 - 1)*y**2", (0.5, 0.5),
        0.02, (-2, 2), -1.031628453489877,
        ((0.089842013100318, -0.712656403020740), (-0.089842013100318, 0.712656403020740)), "JY 30",
        ends=((-0.089842013100318, 0.712656403020740), (0.089842013100318, -0.712656403020740)),
    ),
    Known(
        "Goldstein and Price",
        "(1 + (x + y + 1)**2*(19 - 14*x + 3*x**2 - 14*y + 6*x*y + 3*y**2))"
        "*(30 + (2*x - 3*y)**2*(18 - 32*x + 12*x**2 + 48*y - 36*x*y + 27*y**2))",
        (0.2, -0.8), 1e-4, (-2, 2), 3.0, ((0.0, -1.0),), "JY 55",
    ),
    Known(
        "Rastrigin", "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)", (0.2, -0.3), 1e-3,
        (-5.12, 5.12), 0.0, ((0.0, 0.0),), "JY, section 1",
    ),
    Known(
        "Trid", "(x - 1)**2 + (y - 1)**2 - x*y", (-3.0, 4.0), 0.2, (-4, 4), -2.0, ((2.0, 2.0),),
        "JY 150",
    ),
)  # fmt: skip

# JY 1: the minimum, 0 at the origin, is a kink
ACKLEY = (
    "20 + e - 20*exp(-0.2*sqrt((x**2 + y**2)/2))"
    " - exp((cos(2*pi*x) + cos(2*pi*y))/2)"
)  # fmt: skip


def published() -> list[Published]:
    """Read the smooth functions of problems.json that are short enough."""
    rows = json.loads((DATA / "problems.json").read_text())
    return [
        Published(
            row["name"],
            row["expr"],
            tuple(row["vars"]),
            tuple((lo, hi) for lo, hi in row["bounds"]),
            row["fglob"],
        )
        for row in rows
        if row["class"] == "smooth" and len(row["expr"]) <= LONGEST
    ]
