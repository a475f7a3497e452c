"""Two ways to a number: ours, node by node, and Python's `eval` of a trusted text in mpmath."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import mpmath
import sympy

from symgd.expression.functions import BY_CLASS


def value(expr: sympy.Expr, at: Mapping[str, float]) -> float:
    """Compute an expression in double precision, each distinct node once."""
    done: dict[sympy.Expr, float] = {}

    def walk(node: sympy.Expr) -> float:
        if node not in done:
            done[node] = _node(node, [walk(a) for a in node.args], at)
        return done[node]

    return walk(expr)


def _node(node: sympy.Expr, args: list[float], at: Mapping[str, float]) -> float:
    if node.is_Symbol:
        return at[node.name]
    if not args:
        return float(node)
    if node.is_Add:
        return math.fsum(args) if all(map(math.isfinite, args)) else sum(args)
    return math.prod(args) if node.is_Mul else BY_CLASS[node.func].at(*args)


def _cbrt(u):
    return mpmath.sign(u) * mpmath.cbrt(abs(u))


def _log(u, base=None):
    if u <= 0:
        raise ValueError("outside the domain")
    return mpmath.log(u) if base is None else mpmath.log(u) / mpmath.log(base)


def _choose(condition, a, b):
    return a if condition else b


def _piecewise(*pairs):
    return next(v for v, condition in pairs if condition)


_NAMES = (
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh"),
    *("asinh", "acosh", "atanh", "exp", "expm1", "log10", "sqrt", "hypot", "sign"),
    *("erf", "erfc", "pi", "e"),
)
MEANING = {
    **{name: getattr(mpmath, name) for name in _NAMES},
    **{"E": mpmath.e, "log": _log, "ln": _log, "cbrt": _cbrt, "where": _choose},
    **{"log1p": lambda u: _log(1 + u), "log2": lambda u: _log(u, 2), "pow": mpmath.power},
    **{"abs": abs, "Abs": abs, "min": min, "Min": min, "max": max, "Max": max},
    **{"Heaviside": lambda u: (1 + mpmath.sign(u)) / 2, "Piecewise": _piecewise},
    **{"sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)), "gamma": mpmath.gamma},
    **{"softplus": lambda u: mpmath.log1p(mpmath.exp(u)), "loggamma": mpmath.loggamma},
    **{"floor": mpmath.floor, "round": mpmath.nint},
    "mpf": mpmath.mpf,
}
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")


def exact(text: str, at: Mapping[str, float]) -> mpmath.mpf:
    """Let Python compute a formula that a test wrote, with 50 digits or more."""
    with mpmath.workdps(max(50, mpmath.mp.dps)):
        code = _NUMBER.sub(r"mpf('\1')", text.replace("^", "**"))
        names = {name: mpmath.mpf(x) for name, x in at.items()}
        return eval(code, {"__builtins__": {}}, {**MEANING, **names})  # noqa: S307
