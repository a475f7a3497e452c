"""What a step must not cross: the zeros at which a formula ends, has a pole, or bends sharply.

Descent in small steps can neither cross a pole nor leave the part of its domain where it began. A
method that may not either asks for two numbers at each point, which share their parts with f.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import sympy
from sympy import S

from .calculus import upwards
from .classes import Absolute, Cbrt, Expm1, Gamma, LessEqual, Log1p, Sigmoid, Sign, Softplus
from .domain import Condition
from .functions import TABLE

_FACTORED = 12  # terms of a sum up to which its factors are looked for
_DEGREE = 8  # of a polynomial up to which it is factored, or split at its roots
_REAL = 1e-9  # share of a root's size that its imaginary part is of rounding
_INNER: dict[Any, Callable[[sympy.Expr], sympy.Expr]] = {
    **dict.fromkeys((Absolute, Cbrt, Expm1, Log1p, Sign, sympy.Pow, sympy.sinh, sympy.tanh,
                     sympy.asinh, sympy.atan, sympy.asin, sympy.atanh, sympy.erf), lambda u: u),
    sympy.log: lambda u: u - 1,
    sympy.tan: sympy.sin,
}  # what vanishes where a function of it does  # fmt: skip
_NEVER = (sympy.exp, sympy.cosh, sympy.erfc, Sigmoid, Softplus, Gamma)
_SAMPLES = 4  # points at which a pole has to be none
_NEAR = 1e-4  # distance at which they look at it, and a tenth of it
_LEVEL = 1e-6  # change of f, relative to its size, that is none

Values = Callable[..., Sequence[np.ndarray]]


@dataclass(frozen=True)
class Guards:
    """Expressions in the variables of a formula; None for what it has not.

    Attributes
    ----------
    component : sympy.Expr or None
        A number that is the same within one part of the domain, and another one beyond a pole or
        an edge.
    piece : sympy.Expr or None
        The same for the pieces on which f is smooth.
    """

    component: sympy.Expr | None
    piece: sympy.Expr | None

    @property
    def there(self) -> list[sympy.Expr]:
        """Those that the formula has, in this order."""
        return [e for e in (self.component, self.piece) if e is not None]

    def named(self, numbers: Iterable[Any]) -> dict[str, Any]:
        """Give numbers for `there` by their names; None for what is not there."""
        rest = iter(numbers)
        expressions = {f.name: getattr(self, f.name) for f in fields(self)}
        return {n: None if e is None else next(rest) for n, e in expressions.items()}


def guards(
    expr: sympy.Expr,
    variables: Sequence[sympy.Symbol],
    params: Sequence[sympy.Symbol],
    domain: Iterable[Condition],
    fun: Values,
) -> Guards:
    """Find what steps from a point must not cross.

    Parameters
    ----------
    expr : sympy.Expr
        f.
    variables, params : sequence of sympy.Symbol
        Its names.
    domain : iterable of Condition
        Where its text is defined.
    fun : callable
        f of one array a variable and one a parameter, in a list.

    Returns
    -------
    Guards

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> guards(abs(x - 1), [x], [], [], None).component is None
    True
    """
    removable = _Removable(variables, params, fun)
    moving = (z for z in dict.fromkeys(_edges(expr, domain)) if z.has(*variables))
    edges = [z for z in moving if not z.is_nonnegative and not removable(z)]
    kinks = [k for k in kinks_of(expr) if not k.is_nonnegative]
    return Guards(_signature(edges), _signature(kinks))


def kinks_of(expr: sympy.Expr, but: Sequence[Any] = ()) -> list[sympy.Expr]:
    """Give the expressions at whose zeros f has a kink or a jump, `but` those of some functions."""
    kinks = {row.symbol: row.kink for row in TABLE if row.kink is not None}
    kinks = {symbol: kink for symbol, kink in kinks.items() if symbol not in but}
    nodes = sorted(expr.atoms(*kinks), key=sympy.default_sort_key)
    return list(dict.fromkeys(kinks[node.func](*node.args) for node in nodes))


def _signature(zeros: Sequence[sympy.Expr]) -> sympy.Expr | None:
    """Give a number that changes when any of some expressions changes its sign.

    Roots of different primes are independent, so no two sets of them have the same sum.
    """
    weights = [sympy.Float(float(sympy.sqrt(sympy.prime(i + 1)))) for i in range(len(zeros))]
    terms = [w * LessEqual(S.Zero, z) for w, z in zip(weights, zeros, strict=True)]
    return sympy.Add(*terms) if terms else None


def _edges(expr: sympy.Expr, domain: Iterable[Condition]) -> Iterator[sympy.Expr]:
    for condition in domain:
        for edge in condition.edges:
            yield from zeros(edge)
    tangents = (node for node in upwards([expr]) if isinstance(node, sympy.tan))
    yield from (sympy.cos(tangent.args[0]) for tangent in tangents)


def zeros(expr: sympy.Expr) -> Iterator[sympy.Expr]:
    """Give expressions that vanish where one does, and change their signs there if it can be.

    Examples
    --------
    >>> x, y = sympy.symbols("x y", real=True)
    >>> list(zeros(x**2 - y**2)), list(zeros(1 - sympy.cos(2 * x))), list(zeros(x**2 + 1))
    ([x - y, x + y], [sin(x)], [])
    """
    if expr.is_number or expr.is_positive or expr.is_negative or isinstance(expr, _NEVER):
        return
    if expr.is_Mul:
        yield from _zeros_of_product(expr)
    elif expr.is_Add:
        yield from _zeros_of_sum(expr)
    elif expr.is_Pow and not expr.exp.is_positive:
        return
    else:
        inner = _INNER.get(expr.func)
        yield from [expr] if inner is None else zeros(inner(expr.args[0]))


def _zeros_of_product(expr: sympy.Expr) -> Iterator[sympy.Expr]:
    constant, rest = expr.as_coeff_Mul()
    if rest.is_Mul:
        for factor in rest.args:
            yield from zeros(factor)
    else:
        yield from (-zero if constant < 0 else zero for zero in zeros(rest))


def _zeros_of_sum(expr: sympy.Expr) -> Iterator[sympy.Expr]:
    half = _half_angle(expr)
    if half is not None:
        yield half
        return
    if len(expr.args) <= _FACTORED and 1 < _degree(expr) <= _DEGREE:
        exact = expr.xreplace({n: sympy.Rational(str(n)) for n in expr.atoms(sympy.Float)})
        factors = _factors(sympy.fraction(sympy.together(exact))[0])
        if len(factors) > 1 or factors[0][1] > 1:
            for factor, _ in factors:
                yield from _roots(factor) if factor.is_Add else zeros(factor)
            return
    yield from _roots(expr)


def _factors(expr: sympy.Expr) -> list[tuple[sympy.Expr, int]]:
    """Give the factors of a polynomial with their powers; of what is none for SymPy, itself."""
    try:
        found: list[tuple[sympy.Expr, int]] = sympy.factor_list(expr)[1]
    except sympy.PolynomialError:
        return [(expr, 1)]
    return found


def _half_angle(expr: sympy.Expr) -> sympy.Expr | None:
    """Write 1 - cos(u) and its like, which never changes its sign, as the square that it is."""
    constant, rest = expr.as_coeff_Add()
    factor, wave = rest.as_coeff_Mul()
    if not constant or abs(constant) != abs(factor):
        return None
    same = (constant > 0) == (factor > 0)
    if isinstance(wave, sympy.cos):
        return (sympy.cos if same else sympy.sin)(wave.args[0] / 2)
    if isinstance(wave, sympy.sin):
        return sympy.sin(wave.args[0] / 2 + (sympy.pi if same else -sympy.pi) / 4)
    return None


def _degree(expr: sympy.Expr) -> int:
    """Bound the degree of an expression, once it is multiplied out, in what is no sum or product.

    Factoring takes without end where it is large: strangers may send x**997 - 2*y**991.
    """
    degrees: dict[sympy.Expr, int] = {}
    for node in upwards([expr]):
        inner = [degrees[a] for a in node.args]
        if node.is_number:
            degrees[node] = 0
        elif node.is_Add:
            degrees[node] = max(inner)
        elif node.is_Mul:
            degrees[node] = sum(inner)
        elif node.is_Pow and node.exp.is_Integer:
            degrees[node] = abs(int(node.exp)) * inner[0]
        else:
            degrees[node] = 1
    return degrees[expr]


def _roots(factor: sympy.Expr) -> Iterator[sympy.Expr]:
    """Split what has one variable at its real roots; give anything else as it is."""
    symbols = factor.free_symbols
    small = len(symbols) == 1 and 1 < _degree(factor) <= _DEGREE
    if small and factor.is_polynomial(*symbols):
        poly = sympy.Poly(factor, *symbols)
        for root in np.roots([float(c) for c in poly.all_coeffs()]):
            if abs(root.imag) <= _REAL * abs(root):
                yield poly.gen - sympy.Float(root.real)
        return
    if not (factor.is_positive or factor.is_negative):
        yield factor


class _Removable:
    """Tells poles that are none: f goes on through the zero of a denominator, as sin(x)/x does."""

    def __init__(
        self, variables: Sequence[sympy.Symbol], params: Sequence[sympy.Symbol], fun: Values
    ) -> None:
        self._names, self._fun = (*variables, *params), fun
        self._variables = variables

    def __call__(self, zero: sympy.Expr) -> bool:
        for v in self._variables:
            slope = sympy.diff(zero, v) if not zero.atoms(sympy.Function) else S.Zero
            if slope and not slope.has(v):
                return self._passes(v, zero, slope)
        return False

    def _passes(self, v: sympy.Symbol, zero: sympy.Expr, slope: sympy.Expr) -> bool:
        rng = np.random.default_rng(0)
        for _ in range(_SAMPLES):
            point = dict(zip(self._names, rng.uniform(0.3, 1.7, len(self._names)), strict=True))
            step = slope.subs(point)
            if not step:
                return False
            point[v] -= float(zero.subs(point) / step)
            if not self._goes_through(v, point):
                return False
        return True

    def _goes_through(self, v: sympy.Symbol, point: dict[sympy.Symbol, float]) -> bool:
        unit = _NEAR * max(1.0, abs(point[v]))
        at = point[v] + unit * np.array([-1.0, 1.0, -0.1, 0.1])
        with np.errstate(all="ignore"):
            found = self._fun(*(at if n == v else point[n] for n in self._names))[0]
        left, right, nearer_left, nearer_right = np.broadcast_to(found, 4)
        if not np.isfinite(found).all():
            return False
        allowed = _LEVEL * (1 + np.abs(found).min())
        across, nearer = abs(left - right), abs(nearer_left - nearer_right)
        beside = max(abs(left - nearer_left), abs(right - nearer_right))
        return bool(nearer <= across / 2 + allowed and beside <= 2 * across + allowed)
