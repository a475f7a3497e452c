"""SymPy classes for functions that SymPy itself treats badly.

SymPy's own ``Abs``, ``sign``, ``Max`` and their like evaluate themselves, bring
``DiracDelta`` and complex parts into derivatives, and take minutes for fifty terms.  The
classes here never evaluate, and their derivatives are made of functions of the table.

A comparison is a number: 1 where it holds, 0 where it does not, and nan where one of its
sides is nan.  A nan condition makes ``where`` nan, so no branch hides an undefined value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import sympy
from sympy import S

from . import special


def _passing_nan(compare: np.ufunc) -> Callable[..., Any]:
    def indicator(*args: npt.ArrayLike) -> Any:
        return np.where(np.isnan(reduce(np.maximum, args)), np.nan, compare(*args))

    return staticmethod(indicator)


class Elementary(sympy.Function):  # type: ignore[misc]
    """A real function that stays as it is written: nothing evaluates by itself."""

    spelling = ""
    numeric: ClassVar[Callable[..., Any]]  # the same function of NumPy arrays
    is_real = True

    def total(self, slopes: Sequence[sympy.Expr]) -> sympy.Expr:
        """Give the derivative along which the arguments change by `slopes`."""
        return chain(self, slopes)

    def _eval_derivative(self, symbol: sympy.Symbol) -> sympy.Expr:
        return self.total([a.diff(symbol) for a in self.args])

    def _sympystr(self, printer: Any) -> str:
        return f"{self.spelling}({', '.join(printer._print(a) for a in self.args)})"

    def _latex_name(self) -> str:
        return rf"\operatorname{{{self.spelling}}}"

    def _latex_body(self, printer: Any) -> str:
        arguments = ", ".join(printer._print(a) for a in self.args)
        return rf"{self._latex_name()}\left({arguments}\right)"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = self._latex_body(printer)
        return body if exp is None else rf"\left({body}\right)^{{{exp}}}"

    def _eval_evalf(self, prec: int) -> sympy.Expr | None:
        values = [a._evalf(prec) for a in self.args]
        if not all(v.is_Float or v.is_Rational for v in values):
            return None
        with np.errstate(all="ignore"):
            return sympy.Float(float(self.numeric(*map(float, values))))

    @classmethod
    def _should_evalf(cls, arg: sympy.Expr) -> int:
        return -1  # not even for a decimal argument


class PiecewiseConstant(Elementary):
    """A function that is constant but for jumps."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return S.Zero


class Absolute(Elementary):
    """|u|, with slope 0 at the kink."""

    nargs, spelling, is_nonnegative = 1, "abs", True
    numeric = np.absolute

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return Sign(self.args[0])

    def _eval_power(self, exponent: sympy.Expr) -> sympy.Expr | None:
        even = exponent.is_Integer and exponent.is_even
        return self.args[0] ** exponent if even else None  # smooth, unlike its parts

    def _latex_body(self, printer: Any) -> str:
        return rf"\left|{{{printer._print(self.args[0])}}}\right|"


class Sign(PiecewiseConstant):
    """-1, 0 or 1."""

    nargs, spelling = 1, "sign"
    numeric = np.sign


class UnitStep(PiecewiseConstant):
    """Heaviside's function: 0 below 0, 1/2 at 0, 1 above."""

    nargs, spelling, is_nonnegative = 1, "Heaviside", True
    numeric = staticmethod(lambda u: np.heaviside(u, 0.5))

    def _latex_name(self) -> str:
        return r"\theta"


class Cbrt(Elementary):
    """The real cube root."""

    nargs, spelling = 1, "cbrt"
    numeric = np.cbrt

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return 1 / (3 * self**2)

    def _latex_body(self, printer: Any) -> str:
        return rf"\sqrt[3]{{{printer._print(self.args[0])}}}"


class Hypot(Elementary):
    """sqrt(u^2 + v^2), with slope 0 at the tip of the cone, as |u| has."""

    nargs, spelling, is_nonnegative = 2, "hypot", True
    numeric = np.hypot

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return Where(Less(S.Zero, self), self.args[argindex - 1] / self, S.Zero)


class Atan2(Elementary):
    """The angle of the point (x, y), from its arguments y and x."""

    nargs, spelling = 2, "atan2"
    numeric = np.arctan2

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        y, x = self.args
        return (x, -y)[argindex - 1] / (x**2 + y**2)


class Log1p(Elementary):
    """log(1 + u), to full precision near 0."""

    nargs, spelling = 1, "log1p"
    numeric = np.log1p

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return 1 / (1 + self.args[0])


class Log2(Elementary):
    """The logarithm to base 2."""

    nargs, spelling = 1, "log2"
    numeric = np.log2

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return 1 / (self.args[0] * sympy.log(2))

    def _latex_name(self) -> str:
        return r"\log_{2}"


class Log10(Elementary):
    """The logarithm to base 10."""

    nargs, spelling = 1, "log10"
    numeric = np.log10

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return 1 / (self.args[0] * sympy.log(10))

    def _latex_name(self) -> str:
        return r"\log_{10}"


class Expm1(Elementary):
    """exp(u) - 1, to full precision near 0."""

    nargs, spelling = 1, "expm1"
    numeric = np.expm1

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return sympy.exp(self.args[0])


class Sigmoid(Elementary):
    """The logistic function 1/(1 + exp(-u)), to full precision in both tails."""

    nargs, spelling, is_positive = 1, "sigmoid", True

    @staticmethod
    def numeric(u: npt.ArrayLike) -> Any:
        """Compute it without overflow."""
        decay = np.exp(-np.abs(u))
        return np.where(np.less(u, 0), decay, 1.0) / (1.0 + decay)

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return self * Sigmoid(-self.args[0])


class Softplus(Elementary):
    """log(1 + exp(u)), without overflow."""

    nargs, spelling, is_positive = 1, "softplus", True
    numeric = staticmethod(lambda u: np.maximum(u, 0.0) + np.log1p(np.exp(-np.abs(u))))

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return Sigmoid(self.args[0])


class Gamma(Elementary):
    """The gamma function of a positive number."""

    nargs, spelling, is_positive = 1, "gamma", True
    numeric = staticmethod(special.gamma)

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return self * Polygamma(S.Zero, self.args[0])

    def _latex_name(self) -> str:
        return r"\Gamma"


class LogGamma(Elementary):
    """The logarithm of the gamma function of a positive number."""

    nargs, spelling = 1, "loggamma"
    numeric = staticmethod(special.loggamma)

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        return Polygamma(S.Zero, self.args[0])

    def _latex_name(self) -> str:
        return r"\log\Gamma"


class Polygamma(Elementary):
    """The derivative of a whole order of digamma, the slope of log(gamma(u)), for u > 0."""

    nargs, spelling = 2, "polygamma"
    numeric = staticmethod(special.polygamma)

    def fdiff(self, argindex: int = 2) -> sympy.Expr:
        """Give the partial derivative by its second argument."""
        order, u = self.args
        return Polygamma(order + 1, u)

    def _latex_body(self, printer: Any) -> str:
        order, u = map(printer._print, self.args)
        return rf"\psi^{{({order})}}\left({u}\right)"


class Sinc(Elementary):
    """sin(u)/u, or of order n j(u)/u**n with the spherical Bessel function: smooth and even."""

    nargs, spelling = 2, "sinc"
    numeric = staticmethod(special.sinc)

    def fdiff(self, argindex: int = 2) -> sympy.Expr:
        """Give the partial derivative by its second argument."""
        order, u = self.args
        return -u * Sinc(order + 1, u)

    def _sympystr(self, printer: Any) -> str:
        order, u = map(printer._print, self.args)
        return f"sinc({u})" if order == "0" else f"sinc({order}, {u})"

    def _latex_body(self, printer: Any) -> str:
        order, u = map(printer._print, self.args)
        index = "" if order == "0" else f"_{{{order}}}"
        return rf"\operatorname{{sinc}}{index}\left({u}\right)"


class BesselJ(Elementary):
    """The Bessel function of the first kind of a whole order."""

    nargs, spelling = 2, "besselj"
    numeric = staticmethod(special.besselj)

    def fdiff(self, argindex: int = 2) -> sympy.Expr:
        """Give the partial derivative by its second argument."""
        order, u = self.args
        if not order:
            return -BesselJ(S.One, u)
        return (BesselJ(order - 1, u) - BesselJ(order + 1, u)) / 2

    def _latex_body(self, printer: Any) -> str:
        order, u = map(printer._print, self.args)
        return rf"J_{{{order}}}\left({u}\right)"


class Floor(PiecewiseConstant):
    """The largest whole number that is not above u."""

    nargs, spelling = 1, "floor"
    numeric = np.floor

    def _latex_body(self, printer: Any) -> str:
        return rf"\left\lfloor{{{printer._print(self.args[0])}}}\right\rfloor"


class Round(PiecewiseConstant):
    """The nearest whole number; of two as near the even one, as Python and NumPy have it."""

    nargs, spelling = 1, "round"
    numeric = np.rint


class Mod(Elementary):
    """The remainder u - v*floor(u/v), with the sign of v."""

    nargs, spelling = 2, "mod"
    numeric = np.mod

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Give the partial derivative."""
        u, v = self.args
        return S.One if argindex == 1 else -Floor(u / v)


class Where(Elementary):
    """where(condition, a, b): a where the condition is 1, b where it is 0."""

    nargs, spelling = 3, "where"

    @staticmethod
    def numeric(condition: npt.ArrayLike, chosen: npt.ArrayLike, other: npt.ArrayLike) -> Any:
        """Select, and give nan where the condition is nan."""
        return np.where(np.isnan(condition), np.nan, np.where(condition, chosen, other))

    def total(self, slopes: Sequence[sympy.Expr]) -> sympy.Expr:
        """Give the derivative of the branch that is taken."""
        # Not a product with the condition: the branch that is not taken may be nan.
        return choose(self.args[0], *slopes[1:])

    def _latex_body(self, printer: Any) -> str:
        condition, chosen, other = (printer._print(a) for a in self.args)
        return (
            rf"\begin{{cases}} {chosen} & \text{{for}}\: {condition} \\"
            rf" {other} & \text{{otherwise}} \end{{cases}}"
        )


class _Extreme(Elementary):
    nargs = 2

    def _first(self) -> sympy.Expr:
        """Give the condition under which the first argument is taken."""
        raise NotImplementedError

    def total(self, slopes: Sequence[sympy.Expr]) -> sympy.Expr:
        """Give the derivative of the argument that is taken."""
        (a, b), (da, db) = self.args, slopes
        if da == db:
            return da
        tie = choose(self.func(b, a)._first(), db, (da + db) / 2)
        return choose(self._first(), da, tie)

    def _latex_name(self) -> str:
        return rf"\{self.spelling}"


class Maximum(_Extreme):
    """The larger of two; at a tie the slope is the mean of both."""

    spelling = "max"
    numeric = np.maximum

    def _first(self) -> sympy.Expr:
        return Less(self.args[1], self.args[0])


class Minimum(_Extreme):
    """The smaller of two; at a tie the slope is the mean of both."""

    spelling = "min"
    numeric = np.minimum

    def _first(self) -> sympy.Expr:
        return Less(*self.args)


class Indicator(PiecewiseConstant):
    """A condition as a number: 1 where it holds, 0 where it does not."""

    is_nonnegative = True
    glue: tuple[str, str] = ("", "")  # in text and in LaTeX

    def _sympystr(self, printer: Any) -> str:
        return f" {self.glue[0]} ".join(f"({printer._print(a)})" for a in self.args)

    def _latex_body(self, printer: Any) -> str:
        return f" {self.glue[1]} ".join(printer._print(a) for a in self.args)


class _Comparison(Indicator):
    nargs = 2
    turned: tuple[str, str] = ("", "")  # with the sides swapped

    def shown(self) -> tuple[sympy.Expr, tuple[str, str], sympy.Expr]:
        """Give the left side, the sign and the right side, with a number to the right."""
        left, right = self.args
        if left.is_number and not right.is_number:
            return right, self.turned, left
        return left, self.glue, right

    def _sympystr(self, printer: Any) -> str:
        left, glue, right = self.shown()
        return f"{printer._print(left)} {glue[0]} {printer._print(right)}"

    def _latex_body(self, printer: Any) -> str:
        left, glue, right = self.shown()
        return f"{printer._print(left)} {glue[1]} {printer._print(right)}"


class Less(_Comparison):
    """u < v."""

    glue, turned = ("<", "<"), (">", ">")
    numeric = _passing_nan(np.less)


class LessEqual(_Comparison):
    """u <= v."""

    glue, turned = ("<=", r"\leq"), (">=", r"\geq")
    numeric = _passing_nan(np.less_equal)


class Equal(_Comparison):
    """u == v."""

    glue = turned = ("==", "=")
    numeric = _passing_nan(np.equal)


class NotEqual(_Comparison):
    """u != v."""

    glue = turned = ("!=", r"\neq")
    numeric = _passing_nan(np.not_equal)


class BothHold(Indicator):
    """Conjunction of two conditions; nan if either is nan."""

    nargs, glue = 2, ("&", r"\wedge")
    numeric = _passing_nan(np.logical_and)


class EitherHolds(Indicator):
    """Disjunction of two conditions; nan if either is nan."""

    nargs, glue = 2, ("|", r"\vee")
    numeric = _passing_nan(np.logical_or)


class Fails(Indicator):
    """Negation of a condition."""

    nargs = 1
    numeric = _passing_nan(np.logical_not)

    def _sympystr(self, printer: Any) -> str:
        return f"~({printer._print(self.args[0])})"

    def _latex_body(self, printer: Any) -> str:
        return rf"\neg \left({printer._print(self.args[0])}\right)"


def chain(function: sympy.Function, slopes: Sequence[sympy.Expr]) -> sympy.Expr:
    """Apply the chain rule to a function whose arguments change by `slopes`."""
    return sympy.Add(
        *[function.fdiff(i) * slope for i, slope in enumerate(slopes, 1) if slope is not S.Zero]
    )


def choose(condition: sympy.Expr, chosen: sympy.Expr, other: sympy.Expr) -> sympy.Expr:
    """Give ``where(condition, chosen, other)``, or the branch itself if both are the same."""
    return chosen if chosen == other else Where(condition, chosen, other)


def fold(function: type[Elementary], args: Sequence[sympy.Expr]) -> sympy.Expr:
    """Write a function of many arguments as a balanced tree of pairs."""
    if len(args) == 1:
        return args[0]
    middle = len(args) // 2
    return function(fold(function, args[:middle]), fold(function, args[middle:]))
