"""The table of functions: spellings, SymPy class, compiled form, and where each is defined.

Whatever reads, differentiates, prints or compiles a formula looks here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import sympy
from sympy import S
from sympy.logic import boolalg

from ..errors import ExpressionError
from .classes import (
    Absolute,
    Atan2,
    BesselJ,
    BothHold,
    Cbrt,
    EitherHolds,
    Elementary,
    Equal,
    Expm1,
    Fails,
    Floor,
    Gamma,
    Hypot,
    Less,
    LessEqual,
    Log1p,
    Log2,
    Log10,
    LogGamma,
    Maximum,
    Minimum,
    Mod,
    NotEqual,
    Polygamma,
    Round,
    Sigmoid,
    Sign,
    Sinc,
    Softplus,
    UnitStep,
    Where,
    fold,
)

_HALF = sympy.Rational(1, 2)


@dataclass(frozen=True)
class Requirement:
    """What the arguments of a function must fulfil for it to be defined.

    Parameters
    ----------
    words : str
        Template of the texts of the arguments: ``"{0} > 0"``.
    holds : callable
        Indicator of the arguments: 1 where the function is defined.
    argument : callable
        The expression whose sign or size decides.
    edges : callable
        Expressions that are 0 where it ends to be fulfilled.
    """

    words: str
    holds: Callable[..., sympy.Expr]
    argument: Callable[..., sympy.Expr] = lambda u: u
    edges: Callable[..., tuple[sympy.Expr, ...]] = lambda u: (u,)


def _within(relation: type[Elementary]) -> Callable[[sympy.Expr], sympy.Expr]:
    return lambda u: BothHold(relation(S.NegativeOne, u), relation(u, S.One))


def _unit_ends(u: sympy.Expr) -> tuple[sympy.Expr, ...]:
    return 1 + u, 1 - u


POSITIVE = Requirement("{0} > 0", lambda u: Less(S.Zero, u))
NONNEGATIVE = Requirement("{0} >= 0", lambda u: LessEqual(S.Zero, u))
NONZERO = Requirement("{0} != 0", lambda u: NotEqual(u, S.Zero))
_ABOVE_MINUS_ONE = Requirement(
    "{0} > -1", lambda u: Less(S.NegativeOne, u), edges=lambda u: (1 + u,)
)
_AT_LEAST_ONE = Requirement("{0} >= 1", lambda u: LessEqual(S.One, u), edges=lambda u: (u - 1,))
_CLOSED_UNIT = Requirement("-1 <= {0} <= 1", _within(LessEqual), edges=_unit_ends)
_OPEN_UNIT = Requirement("-1 < {0} < 1", _within(Less), edges=_unit_ends)
_NOT_THE_ORIGIN = Requirement(
    "{0} and {1} not both 0",
    lambda y, x: NotEqual(Hypot(y, x), S.Zero),
    Hypot,
    edges=lambda y, x: (Hypot(y, x),),
)


_NOT_BY_ZERO = Requirement(
    "{1} != 0", lambda u, v: NotEqual(v, S.Zero), lambda u, v: v, edges=lambda u, v: (v,)
)


_SECOND_POSITIVE = Requirement(
    "{1} > 0", lambda n, u: Less(S.Zero, u), lambda n, u: u, edges=lambda n, u: (u,)
)


@dataclass(frozen=True)
class Function:
    """A row of the table.

    Parameters
    ----------
    name : str
        Name of the compiled form, which the source printer writes.
    spellings : tuple of str
        How users, SymPy and NumPy write it.
    symbol : type
        SymPy class, or its constructor for roots; it knows the derivative.
    numpy : callable
        The same function of NumPy arrays; a nan goes in and comes out.
    arity : int
        Number of arguments.
    most : int
        Most arguments in a formula, where that differs (``log(x, base)``, ``max(a, b, c)``).
    defined : Requirement, optional
        Where it is defined; None for everywhere.
    kink : callable, optional
        The expression of the arguments at whose zero the function has a kink or a jump.
    parity : str, optional
        ``"even"``, ``"odd"`` or None.
    ordered : bool
        Whether its first argument is its order, a whole number in the formula.
    """

    name: str
    spellings: tuple[str, ...]
    symbol: Any
    numpy: Callable[..., Any]
    arity: int = 1
    most: int = 0
    defined: Requirement | None = None
    kink: Callable[..., sympy.Expr] | None = None
    parity: str | None = None
    ordered: bool = False

    def takes(self, count: int) -> bool:
        """Tell whether a formula may give it so many arguments."""
        return self.arity <= count <= max(self.arity, self.most)

    def at(self, *values: float) -> float:
        """Compute it for numbers; infinite or nan, without a warning, where it has no value."""
        with np.errstate(all="ignore"):
            return float(self.numpy(*values))


def _difference(a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
    return a - b


@dataclass(frozen=True)
class Shorthand:
    """A function that is written with those of the table while it is read.

    Parameters
    ----------
    name : str
        What it is called by the builder, which writes it.
    spellings : tuple of str
        How users, SymPy and NumPy write it.
    meaning : str
        What it is, for a list of functions.
    arity : int
        Number of arguments.
    """

    name: str
    spellings: tuple[str, ...]
    meaning: str
    arity: int = 1
    most: int = 0

    def takes(self, count: int) -> bool:
        """Tell whether a formula may give it so many arguments."""
        return count == self.arity


def _itself(u: sympy.Expr) -> sympy.Expr:
    return u


def _at_whole(u: sympy.Expr) -> sympy.Expr:
    return sympy.sin(sympy.pi * u)


def _at_halves(u: sympy.Expr) -> sympy.Expr:
    return sympy.cos(sympy.pi * u)


def _at_multiples(u: sympy.Expr, v: sympy.Expr) -> sympy.Expr:
    return sympy.sin(sympy.pi * u / v)


_MANY = 10_000
_erf = np.vectorize(math.erf, otypes=[float])
_erfc = np.vectorize(math.erfc, otypes=[float])

TABLE: tuple[Function, ...] = (
    Function("sin", ("sin",), sympy.sin, np.sin, parity="odd"),
    Function("cos", ("cos",), sympy.cos, np.cos, parity="even"),
    Function("tan", ("tan",), sympy.tan, np.tan, parity="odd"),
    Function("asin", ("asin", "arcsin"), sympy.asin, np.arcsin, defined=_CLOSED_UNIT, parity="odd"),
    Function("acos", ("acos", "arccos"), sympy.acos, np.arccos, defined=_CLOSED_UNIT),
    Function("atan", ("atan", "arctan"), sympy.atan, np.arctan, parity="odd"),
    Function("atan2", ("atan2", "arctan2"), Atan2, Atan2.numeric, 2, defined=_NOT_THE_ORIGIN),
    Function("sinh", ("sinh",), sympy.sinh, np.sinh, parity="odd"),
    Function("cosh", ("cosh",), sympy.cosh, np.cosh, parity="even"),
    Function("tanh", ("tanh",), sympy.tanh, np.tanh, parity="odd"),
    Function("asinh", ("asinh", "arcsinh"), sympy.asinh, np.arcsinh, parity="odd"),
    Function("acosh", ("acosh", "arccosh"), sympy.acosh, np.arccosh, defined=_AT_LEAST_ONE),
    Function(
        "atanh", ("atanh", "arctanh"), sympy.atanh, np.arctanh, defined=_OPEN_UNIT, parity="odd"
    ),
    Function("exp", ("exp",), sympy.exp, np.exp),
    Function("expm1", ("expm1",), Expm1, Expm1.numeric),
    Function("log", ("log", "ln"), sympy.log, np.log, most=2, defined=POSITIVE),
    Function("log1p", ("log1p",), Log1p, Log1p.numeric, defined=_ABOVE_MINUS_ONE),
    Function("log2", ("log2",), Log2, Log2.numeric, defined=POSITIVE),
    Function("log10", ("log10",), Log10, Log10.numeric, defined=POSITIVE),
    Function("sqrt", ("sqrt",), sympy.sqrt, np.sqrt, defined=NONNEGATIVE),
    Function("cbrt", ("cbrt",), Cbrt, Cbrt.numeric, kink=_itself, parity="odd"),
    Function("power", ("pow", "Pow", "power"), sympy.Pow, np.float_power, 2),
    Function("hypot", ("hypot",), Hypot, Hypot.numeric, 2, kink=Hypot),
    Function(
        "absolute",
        ("abs", "Abs", "absolute", "fabs"),
        Absolute,
        Absolute.numeric,
        kink=_itself,
        parity="even",
    ),
    Function("sign", ("sign",), Sign, Sign.numeric, kink=_itself, parity="odd"),
    Function(
        "minimum", ("min", "Min", "minimum"), Minimum, Minimum.numeric, 2, _MANY, kink=_difference
    ),
    Function(
        "maximum", ("max", "Max", "maximum"), Maximum, Maximum.numeric, 2, _MANY, kink=_difference
    ),
    Function(
        "heaviside",
        ("Heaviside", "heaviside"),
        UnitStep,
        UnitStep.numeric,
        most=2,
        kink=_itself,
    ),
    Function("erf", ("erf",), sympy.erf, _erf, parity="odd"),
    Function("erfc", ("erfc",), sympy.erfc, _erfc),
    Function("sigmoid", ("sigmoid", "logistic", "expit"), Sigmoid, Sigmoid.numeric),
    Function("softplus", ("softplus",), Softplus, Softplus.numeric),
    Function("gamma", ("gamma",), Gamma, Gamma.numeric, defined=POSITIVE),
    Function(
        "loggamma", ("loggamma", "lgamma", "gammaln"), LogGamma, LogGamma.numeric, defined=POSITIVE
    ),
    Function(
        "polygamma",
        ("polygamma",),
        Polygamma,
        Polygamma.numeric,
        2,
        defined=_SECOND_POSITIVE,
        ordered=True,
    ),
    Function("besselj", ("besselj", "jv"), BesselJ, BesselJ.numeric, 2, ordered=True),
    Function("sinc", (), Sinc, Sinc.numeric, 2, ordered=True),
    Function("floor", ("floor",), Floor, Floor.numeric, kink=_at_whole),
    Function("rint", ("round", "rint"), Round, Round.numeric, kink=_at_halves, parity="odd"),
    Function("mod", ("mod", "Mod"), Mod, Mod.numeric, 2, defined=_NOT_BY_ZERO, kink=_at_multiples),
    Function("where", ("where",), Where, Where.numeric, 3),
    Function("less", ("Lt", "StrictLessThan"), Less, Less.numeric, 2, kink=_difference),
    Function(
        "less_equal",
        ("Le", "LessThan"),
        LessEqual,
        LessEqual.numeric,
        2,
        kink=_difference,
    ),
    Function("equal", ("Eq", "Equality"), Equal, Equal.numeric, 2, kink=_difference),
    Function("not_equal", ("Ne", "Unequality"), NotEqual, NotEqual.numeric, 2, kink=_difference),
    Function("logical_and", ("And",), BothHold, BothHold.numeric, 2, _MANY),
    Function("logical_or", ("Or",), EitherHolds, EitherHolds.numeric, 2, _MANY),
    Function("logical_not", ("Not",), Fails, Fails.numeric),
)
SHORTHANDS = (
    Shorthand("relu", ("relu", "ReLU"), "max(x, 0)"),
    Shorthand("clip", ("clip", "clamp"), "min(max(x, lo), hi)", 3),
    Shorthand("ceil", ("ceil", "ceiling"), "-floor(-x)"),
    Shorthand("short_sinc", ("sinc",), "sin(x)/x, and 1 at 0"),
    Shorthand("j0", ("j0",), "besselj(0, x)"),
    Shorthand("j1", ("j1",), "besselj(1, x)"),
    Shorthand("digamma", ("digamma", "psi"), "polygamma(0, x)"),
    Shorthand("trigamma", ("trigamma",), "polygamma(1, x)"),
    Shorthand("beta", ("beta",), "exp(loggamma(x) + loggamma(y) - loggamma(x + y))", 2),
    Shorthand("sec", ("sec",), "1/cos(x)"),
    Shorthand("csc", ("csc", "cosec"), "1/sin(x)"),
    Shorthand("cot", ("cot",), "cos(x)/sin(x)"),
    Shorthand("sech", ("sech",), "1/cosh(x)"),
    Shorthand("csch", ("csch",), "1/sinh(x)"),
    Shorthand("coth", ("coth",), "1/tanh(x)"),
)
ROWS: tuple[Function | Shorthand, ...] = (*TABLE, *SHORTHANDS)
BY_SPELLING = {spelling: row for row in ROWS for spelling in row.spellings}
BY_CLASS = {row.symbol: row for row in TABLE}
BY_NAME = {row.name: row for row in TABLE}


def kernel_name(symbol: type) -> str:
    """Name of the compiled form of a SymPy class."""
    return BY_CLASS[symbol].name


ALSO_VARIABLES = ("gamma", "beta", "psi", "j0", "j1", "sec", "mod")
"""Functions whose names are also those of variables, wherever no bracket follows."""

INSTRUCTIONS = {
    "acos": 35, "acosh": 75, "asin": 29, "asinh": 72, "atan": 32, "atan2": 43, "atanh": 66,
    "besselj": 192, "cbrt": 61, "cos": 36, "cosh": 63, "erf": 112, "erfc": 119, "exp": 37,
    "expm1": 44, "gamma": 181, "hypot": 22, "log": 40, "log10": 55, "log1p": 56, "log2": 55,
    "loggamma": 221, "mod": 12, "polygamma": 107, "power": 158, "sigmoid": 57, "sin": 35,
    "sinc": 96, "sinh": 64, "softplus": 99, "tan": 49, "tanh": 68,
}  # fmt: skip
"""How many instructions a compiled form takes; those that are not here take a few."""


def kernel_names() -> set[str]:
    """Names of all compiled forms."""
    return set(BY_NAME)


def numpy_functions() -> dict[str, Callable[..., Any]]:
    """NumPy forms by the names of the compiled forms."""
    return {row.name: row.numpy for row in TABLE}


def evaluate(expr: sympy.Expr) -> float:
    """Compute an expression without symbols in double precision; nan if it has no value.

    Examples
    --------
    >>> evaluate(sympy.sqrt(2) + 1)
    2.414213562373095
    """
    if expr.is_Float or expr.is_Rational:
        return to_double(expr)
    if expr in _CONSTANTS:
        return float(expr)
    form = _ARITHMETIC.get(expr.func) or (BY_CLASS[expr.func].at if expr.func in BY_CLASS else None)
    return float(form(*map(evaluate, expr.args))) if form else math.nan


def to_double(number: sympy.Expr) -> float:
    """Round a number to a double; infinite if it is out of range."""
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def fits_double(number: sympy.Expr) -> bool:
    """Tell whether a number rounds to a finite double, and to 0 only if it is 0."""
    value = to_double(number)
    return math.isfinite(value) and (value != 0 or not number)


_CONSTANTS = (sympy.pi, sympy.E)
_ARITHMETIC: dict[Any, Callable[..., float]] = {
    sympy.Add: lambda *terms: sum(terms),
    sympy.Mul: lambda *factors: math.prod(factors),
}


def _many(function: type[Elementary]) -> Callable[..., sympy.Expr]:
    return lambda *args: fold(function, args)


def _step(u: sympy.Expr, middle: sympy.Expr = _HALF) -> sympy.Expr:
    if middle == _HALF:
        return UnitStep(u)
    return Where(Less(S.Zero, u), S.One, Where(Less(u, S.Zero), S.Zero, middle))


_OURS: dict[Any, Callable[..., sympy.Expr]] = {
    sympy.Abs: Absolute,
    sympy.sign: Sign,
    sympy.Heaviside: _step,
    sympy.Max: _many(Maximum),
    sympy.Min: _many(Minimum),
    sympy.atan2: Atan2,
    sympy.floor: Floor,
    sympy.ceiling: lambda u: -Floor(-u),
    sympy.Mod: Mod,
    sympy.cot: lambda u: 1 / sympy.tan(u),  # SymPy's form of -tan(x + pi/2)
    sympy.StrictLessThan: Less,
    sympy.LessThan: LessEqual,
    sympy.StrictGreaterThan: lambda a, b: Less(b, a),
    sympy.GreaterThan: lambda a, b: LessEqual(b, a),
    sympy.Equality: Equal,
    sympy.Unequality: NotEqual,
    boolalg.And: _many(BothHold),
    boolalg.Or: _many(EitherHolds),
    boolalg.Not: Fails,
}
_ALLOWED = {sympy.Add, sympy.Mul, sympy.Pow, *BY_CLASS}
_REFUSED = {
    S.ImaginaryUnit: "the formula takes complex values",
    S.ComplexInfinity: "the formula divides by zero",
    S.Infinity: "the formula is infinite",
    S.NegativeInfinity: "the formula is infinite",
    S.NaN: "the formula has no value",
}


def own(expr: sympy.Expr) -> sympy.Expr:
    """Replace what SymPy itself introduced by functions of the table.

    Parameters
    ----------
    expr : sympy.Expr
        A formula or a derivative.

    Returns
    -------
    sympy.Expr
        The same function, made of sums, products, powers and functions of the table.

    Raises
    ------
    ExpressionError
        If something complex, infinite or unknown remains.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> own(sympy.sqrt(x**2))
    abs(x)
    """
    done: dict[sympy.Basic, sympy.Expr] = {}

    def walk(node: sympy.Basic) -> sympy.Expr:
        if node not in done:
            done[node] = _own_piecewise(node, walk) if node.is_Piecewise else _own_node(node, walk)
        return done[node]

    return walk(expr)


_Walk = Callable[[sympy.Basic], sympy.Expr]


def _own_node(node: sympy.Basic, walk: _Walk) -> sympy.Expr:
    if not node.args:
        return _own_leaf(node)
    args = tuple(walk(a) for a in node.args)
    if node.func in _OURS:
        return _OURS[node.func](*args)
    if node.func not in _ALLOWED:
        raise ExpressionError(f"{node.func.__name__} is no function that symgd can compute")
    if node.is_Pow and args[1].is_Float and float(args[1]).is_integer():
        args = (args[0], sympy.Integer(args[1]))  # x**0.5*x**0.5 is x**1.0
    return node if args == node.args else node.func(*args)


def _own_leaf(node: sympy.Basic) -> sympy.Expr:
    if node in _REFUSED:
        raise ExpressionError(_REFUSED[node])
    if node.is_Float or node.is_Rational:
        if not fits_double(node):
            raise ExpressionError("the formula holds a number beyond the range of doubles")
        return node
    if node.is_Symbol or node in _CONSTANTS:
        return node
    if node in (S.true, S.false):
        return S.One if node else S.Zero
    raise ExpressionError(f"{node} is no number that symgd can compute")


def _own_piecewise(node: sympy.Basic, walk: _Walk) -> sympy.Expr:
    *pairs, (default, last) = node.args
    if last != S.true:
        raise ExpressionError("a Piecewise needs a last pair (value, True)")
    branches = [(walk(condition), walk(value)) for value, condition in pairs]
    return reduce(lambda other, pair: Where(*pair, other), reversed(branches), walk(default))
