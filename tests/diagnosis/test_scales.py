"""Neither a factor of f nor the unit of a variable changes a verdict."""

from __future__ import annotations

import re

import pytest

import symgd
from symgd import Kind, Problem, Status

FORMULAS = [
    "x**2", "cos(2*pi*x) + x**2", "x**4 - 3*x**2 + x", "(x - 1)**4", "x**3", "x**3 - 3*x",
    "abs(x)", "abs(x - 1) + x**2", "abs(x)**0.3", "abs(x)**3", "max(x - 1, -2*x)",
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2", "x**2 + abs(y)**3", "x**2 - y**2",
    "(1 - x)**2 + 100*(y - x**2)**2", "sqrt(x**2 + y**2)", "log(1e-20 + abs(x))", "log(abs(x))",
    "-1/(x**2 + 0.01)", "(x/1e-6 - 1)**2 + (x/1e-6 - 1)**4", "x*log(x)", "sqrt(x) - x/5",
    "x**6 + y**2", "exp(x) + exp(-3*x) + y**4",
]  # fmt: skip


def verdicts(expr, names, unit=1.0):
    result = symgd.minimize(expr, variables=names, start_box=(-10 * unit, 10 * unit), starts=20)
    pairs = zip(result.runs.status, result.runs.kind, strict=True)
    return [(Status(status).name, Kind(kind).name) for status, kind in pairs]


@pytest.mark.parametrize("expr", FORMULAS)
def test_scale(expr):
    names = list(Problem(expr).names)
    right = verdicts(expr, names)
    assert verdicts(f"1e6*({expr})", names) == right
    assert verdicts(f"1e-6*({expr})", names) == right
    larger = re.sub(rf"\b({'|'.join(names)})\b", r"(\1/1000)", expr)
    assert verdicts(larger, names, 1e3) == right


def test_a_narrow_box_beside_a_large_number():
    bounds = (999999.9999, 1000000.0001)
    result = symgd.minimize("(x - 1e6)**2", 1e6, bounds=bounds)
    assert (result.status, result.kind) == (Status.CONVERGED, Kind.MINIMUM)
