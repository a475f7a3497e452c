"""What is said about runs holds: it is checked by numbers, and by doing what it advises."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

import symgd
from symgd import RateWarning, Status

SMOOTH = [
    "x**2",
    "cos(2*pi*x) + x**2",
    "x**4 - 3*x**2 + x",
    "-1/(x**2 + 0.01)",
    "-exp(-x**2)",
    "exp(x) + exp(-3*x)",
    "log(1 + x**2)",
    "sin(x) + x/5",
    "x**3 - 3*x",
    "1e-6*(x - 2)**2",
    "1e6*(x - 2)**2",
    "(1 - x)**2 + 100*(y - x**2)**2",
    "x**2 + 50*y**2",
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    "-exp(-x**2 - y**2) + x**2/100",
    "x**2 - y**2 + y**4/50",
    "(x - 1)**4 + y**2",
]
KINKED = [
    "abs(x)",
    "abs(x - 1) + x**2/9",
    "abs(x)**0.3",
    "log(1e-9 + abs(x))",
    "max(x, 0)",
    "sqrt(x**2 + y**2)",
    "abs(x) + 3*abs(y - 1)",
    "sqrt(x**2 + y**2) + (x - 3)**2",
    "abs(x**2 - 1)",
]
DECAYS = ["exp(-x) + y**2", "1/(1 + x**2) + y**2", "3 + exp(-x - y) + (x - y)**2", "1/(1 + exp(x))"]
PARTIAL = ["log(x)**2", "x*log(x)", "sqrt(x) - x/5", "log(x)**2 - sqrt(3 - x)", "1/x + x"]
RATES = (1e-3, 0.02, 0.3, 5.0)
SLOPE = r"bound (\w+) = \S+ its slope is (-?\S+?)[;,.]?(?: |$)"
BOUNDS = [(0.0, 3.0), (-1.0, 0.5), (-3.0, -0.5)]


def quiet(expr, x0, **given):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RateWarning)
        return symgd.minimize(expr, x0, **given)


def calls():
    """Give formulas with starts and settings, the same in each session."""
    rng = np.random.default_rng(7)
    for expr in SMOOTH + KINKED + PARTIAL + DECAYS:
        n = len(symgd.Problem(expr).names)
        starts = np.vstack([rng.uniform(-3, 3, (3, n)), np.zeros((1, n))])
        yield expr, starts, {}
        for lr in RATES:
            yield expr, starts, {"lr": lr, "epochs": 60}
        for bounds in BOUNDS:
            yield expr, np.clip(starts, *bounds), {"bounds": [bounds] * n}


CALLS = list(calls())


class Told:
    """One run, what is said about it, and f."""

    def __init__(self, expr, starts, given, run, result):
        self.expr, self.given = expr, given
        self.x0, self.x = result.runs.x0[run], result.runs.x[run]
        self.text = " ".join(result.explain(run).partition("It ")[2].split())
        self.fun, self.problem = result.problem.fun, result.problem
        self.width = np.array(result.settings.width)
        self.status, self.nit = Status(int(result.runs.status[run])), int(result.runs.nit[run])
        self.line = f"{expr}, {self.x0.tolist()}, {given}: {self.text}"

    def f(self, x):
        with np.errstate(all="ignore"):
            return float(np.ravel(self.fun(np.atleast_2d(x)))[0])

    def slopes(self, x):
        with np.errstate(all="ignore"):
            return np.ravel(self.problem.grad(np.atleast_2d(x)))

    def again(self, x0=None, **changed):
        result = quiet(self.expr, self.x0 if x0 is None else x0, **{**self.given, **changed})
        return result, self.f(result.runs.x[0])

    def number(self, pattern):
        return float(re.search(pattern, self.text).group(1).replace(",", ""))

    def around(self):
        """Values of f around the end, inside the bounds."""
        rng = np.random.default_rng(0)
        n = len(self.x)
        ways = rng.normal(size=(200, n))
        ways /= np.linalg.norm(ways, axis=1)[:, None]
        far = self.width * 10.0 ** rng.uniform(-7, -4, (200, 1))
        low, high = np.array(self.given.get("bounds", [(-np.inf, np.inf)] * n)).T
        points = np.clip(self.x + far * ways, low, high)
        with np.errstate(all="ignore"):
            return np.ravel(self.fun(points))


def gradient_vanishes(told):
    """Say whether the gradient at the end brings next to nothing over the way of the run."""
    way = np.fmax(np.abs(told.x - told.x0), 1e-3 * told.width)
    change = float(np.abs(told.slopes(told.x)) @ way)
    level = abs(told.f(told.x)) + abs(told.f(told.x0) - told.f(told.x))
    return change <= 1e-3 * level


def no_lower_around(told):
    here = told.f(told.x)
    values = told.around()
    return not (values < here - 1e-12 * abs(here) - 1e-300).any()


def started_beside(told):
    return bool((np.abs(told.x - told.x0) <= 2e-3 * np.abs(told.x) + 1e-8).all())


def a_larger_rate_is_better(told):
    result, f = told.again(lr=2 * told.given["lr"])
    return result.success or f < told.f(told.x)


def a_smaller_rate_is_better(told):
    result, f = told.again(lr=told.given["lr"] / 2)
    return result.success or f < told.f(told.x)


def that_rate_settles(told):
    result, f = told.again(lr=told.number(r"lower lr to at most (\S+?)[;,.]?(?: |$)"))
    calm = result.status not in (Status.DIVERGED, Status.OSCILLATING, Status.OUT_OF_DOMAIN)
    return calm and f <= told.f(told.x0) + 1e-12


def more_epochs_do(told):
    more = told.number(r"about ([\d,]+) more epoch")
    if more > 1e6:
        return True  # it would take too long to see
    result, _ = told.again(epochs=int(told.nit + 1.2 * more + 5))
    return result.success


def more_epochs_go_on(told):
    _, f = told.again(epochs=4 * told.given.get("epochs", 10_000))
    return f <= told.f(told.x)


def f_only_falls(told):
    result, f = told.again(epochs=10 * told.given.get("epochs", 10_000))
    return not result.success and f <= told.f(told.x)


def f_only_approaches(told):
    limit = told.number(r"goes on falling towards (\S+), which")
    _, f = told.again(epochs=10 * told.given.get("epochs", 10_000))
    return limit <= f * (1 + 1e-3) and f_only_falls(told)


def it_rose(told):
    after = told.f(told.x)
    return np.isnan(after) or after > told.f(told.x0)


def it_falls_outside(told):
    """Say whether f is lower right beyond each bound that is named, with the slope inside."""
    for name, slope in re.findall(SLOPE, told.text):
        place = told.problem.names.index(name)
        way = np.zeros(len(told.x))
        low = told.given["bounds"][place][0]
        inward = 1.0 if told.x[place] == low else -1.0
        near = []
        for size in (1e-7, 1e-12):
            way[place] = inward * size
            near.append((told.f(told.x + way) - told.f(told.x)) / way[place])
        inside = near[1]
        if not np.isclose(
            near, float(slope.replace("infinity", "inf")), rtol=1e-2, atol=1e-3
        ).any():
            return False
        if "falls only outside" in told.text and not told.f(told.x - way) < told.f(told.x):
            return False
        if inward * inside <= 0:
            return False
    return True


def f_is_lower_from_there(told):
    place = re.search(r"start at (?:\(?[\w, .]+\)?) = \(?([^)]*)\)?$", told.text.rstrip("."))
    x0 = [float(v) for v in place.group(1).split(",")]
    _, f = told.again(x0=x0)
    return f < told.f(told.x)


def larger_steps_change_x(told):
    result, _ = told.again(lr=1e6 * told.given["lr"])
    return bool((result.runs.x[0] != told.x).any())


def it_settles_without_a_rate(told):
    result = quiet(told.expr, told.x0)
    return result.success or result.fun < told.f(told.x)


def it_started_outside(told):
    return not np.isfinite(told.f(told.x0))


CLAIMS = {
    "where the gradient vanishes": None,  # of a trap: see below
    "the gradient is only": gradient_vanishes,
    "rises on every side": no_lower_around,
    "no lower point was found around": no_lower_around,
    "started beside": started_beside,
    "a larger lr": a_larger_rate_is_better,
    "a smaller lr": a_smaller_rate_is_better,
    "lower lr to at most": that_rate_settles,
    "more epochs would do": more_epochs_do,
    "allow more epochs": more_epochs_go_on,
    "f goes on falling, as": f_only_falls,
    "which it only approaches": f_only_approaches,
    "f rose from": it_rose,
    "its slope is": it_falls_outside,
    "start at": f_is_lower_from_there,
    "leave lr out": it_settles_without_a_rate,
    "raise lr": larger_steps_change_x,
    "start inside the domain": it_started_outside,
    "reached a minimum": no_lower_around,
    "a saddle": gradient_vanishes,
    "a maximum": gradient_vanishes,
}


def trap_holds(told):
    """Say whether the gradient is next to nothing at the trap that is named."""
    place = re.search(r"away from \(?[\w, .]+\)? = \(?([^);]*?)\)?, an? ", told.text).group(1)
    trap = np.array([float(v) for v in place.split(",")])
    return float(np.abs(told.slopes(trap)).max()) <= 1e-2 * float(np.abs(told.slopes(told.x)).max())


CLAIMS["where the gradient vanishes"] = trap_holds


def refuted(told):
    return [claim for claim, holds in CLAIMS.items() if claim in told.text and not holds(told)]


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_nothing_that_is_said_is_refuted(number):
    expr, starts, given = CALLS[number]
    result = quiet(expr, starts, **given)
    runs = [Told(expr, starts, given, run, result) for run in range(len(starts))]
    wrong = [(claims, told.line) for told in runs if (claims := refuted(told))]
    assert not wrong, wrong
