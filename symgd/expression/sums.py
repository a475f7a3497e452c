"""Polynomials with fewer operations: common content, partial sums that recur, Horner's scheme.

A factor is only ever taken out of a sum and nothing is multiplied out. So each term still passes
through few roundings, and the error stays at a few units in the last place of the terms. Sums
with other terms than polynomial ones stay as they are. An operation is a product, a sum, or a
product and a sum that the processor fuses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from math import gcd, lcm, prod

import sympy

from .calculus import upwards

_Monomial = tuple[tuple[int, int], ...]  # numbers of factors, each with its power
_Terms = dict[_Monomial, Fraction]
_Product = tuple[Fraction, _Monomial]

_LARGEST = 10**6  # whole coefficients up to this size may be what a content leaves
_ORDINARY = Fraction(10) ** 100  # constants are merged up to this size, else they may overflow
_DIGITS = 30  # of irrational constants
_WIDEST = 32  # terms of a sum in which partial sums are looked for
_DEEPEST = 12  # sums within sums by Horner's scheme: Python reads 200 open brackets


def rewritten(exprs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
    """Rewrite the polynomials in expressions so that they take fewer operations.

    Parameters
    ----------
    exprs : sequence of sympy.Expr
        The expressions, which are computed together.

    Returns
    -------
    list of sympy.Expr
        The same functions, not evaluated by SymPy, which would multiply constants out again.

    Examples
    --------
    >>> x, y = sympy.symbols("x y", real=True)
    >>> rewritten([3 * x**2 - 12 * x + 11])
    [x*(3*x - 12) + 11]
    >>> rewritten([-200 * x * (2 * y - 2 * x**2) + 2 * x, 200 * y - 200 * x**2])
    [-400*x*(-x**2 + y) + 2*x, 200*(-x**2 + y)]
    """
    sums = _Sums(exprs)
    return [sums.write(e) for e in exprs]


@dataclass(eq=False)
class _Sum:
    """Terms of a sum, and which multiples of it occur: alone, or with a constant before them."""

    terms: _Terms
    alone: set[Fraction] = field(default_factory=set)
    multiples: set[Fraction] = field(default_factory=set)

    def unit(self) -> Fraction:
        """Choose the multiple that is computed, and from which the others follow."""
        return min([*sorted(self.multiples), Fraction(1), Fraction(-1)], key=self._price)

    def _price(self, unit: Fraction) -> tuple[int, int, int]:
        rounded = sum(_is_exact(m) and not _is_exact(m / unit) for m in self.multiples)
        operations = _cost({m: c * unit for m, c in self.terms.items()})
        operations += sum(abs(m) != abs(unit) for m in self.alone)
        return rounded, operations, sum(m * unit < 0 for m in self.multiples)


class _Sums:
    """The polynomial sums in expressions: all are read first, and written when asked for."""

    def __init__(self, exprs: Sequence[sympy.Expr]) -> None:
        self._factors: list[sympy.Expr | _Sum] = []
        self._numbers: dict[object, int] = {}
        self._products: dict[sympy.Expr, _Product] = {}
        for node in upwards(exprs):
            self._products[node] = self._read(node)
        for expr in exprs:
            self._notice(expr)
        pool = {i: f for i, f in enumerate(self._factors) if isinstance(f, _Sum)}
        self._units: dict[int, Fraction] = {}
        for i, s in pool.items():
            s.terms = {m: self._in_units(c, m) for m, c in s.terms.items()}
            self._units[i] = unit = s.unit()
            s.terms = {m: c * unit for m, c in s.terms.items()}
        _share(pool)
        self._written: dict[int, sympy.Expr] = {}
        for i in range(len(self._factors)):  # upwards too, so that no recursion is deep
            self._factor(i)

    def write(self, expr: sympy.Expr) -> sympy.Expr:
        coefficient, monomial = self._products[expr]
        return self._product(self._in_units(coefficient, monomial), monomial)

    def _in_units(self, coefficient: Fraction, monomial: _Monomial) -> Fraction:
        return coefficient / prod(self._units.get(i, 1) ** n for i, n in monomial)

    def _read(self, node: sympy.Expr) -> _Product:
        if (value := self._constant(node)) is not None:
            return value, ()
        if node.is_Add:
            return self._read_sum(node)
        if node.is_Mul:
            return self._read_product(node)
        if node.is_Pow and node.base.is_Symbol and node.exp.is_Integer and node.exp > 0:
            return Fraction(1), ((self._number(node.base), int(node.exp)),)
        return self._read_factor(node)

    def _constant(self, node: sympy.Expr) -> Fraction | None:
        if node.is_Symbol or any(self._products[a][1] for a in node.args):
            return None
        value = node if node.is_Rational else node.evalf(_DIGITS)
        return _fraction(value) if value.is_Rational or value.is_Float else None

    def _read_sum(self, node: sympy.Expr) -> _Product:
        terms: _Terms = defaultdict(Fraction)
        for coefficient, monomial in map(self._products.__getitem__, node.args):
            if not all(isinstance(self._factors[i], sympy.Symbol | _Sum) for i, _ in monomial):
                return self._read_factor(node)
            terms[monomial] += coefficient
        for argument in node.args:
            self._notice(argument)
        terms = {m: c for m, c in sorted(terms.items(), reverse=True) if c}
        if len(terms) < 2:
            return next(((c, m) for m, c in terms.items()), (Fraction(0), ()))
        content = _content(terms.values())
        primitive = {m: c / content for m, c in terms.items()}
        return content, ((self._number(tuple(primitive.items()), _Sum(primitive)), 1),)

    def _read_product(self, node: sympy.Expr) -> _Product:
        coefficient, powers = Fraction(1), Counter[int]()
        for argument in node.args:
            constant, monomial = self._products[argument]
            coefficient *= constant
            powers.update(dict(monomial))
        if not 1 / _ORDINARY < abs(coefficient) < _ORDINARY:
            return self._read_factor(node)
        for argument in node.args:
            self._notice(argument, coefficient)
        return coefficient, tuple(sorted(powers.items(), reverse=True))

    def _read_factor(self, node: sympy.Expr) -> _Product:
        for argument in node.args:
            self._notice(argument)
        return Fraction(1), ((self._number(node), 1),)

    def _notice(self, expr: sympy.Expr, coefficient: Fraction | None = None) -> None:
        """Note where a sum occurs, and the coefficient of its product."""
        multiple, monomial = self._products[expr]
        if expr.is_Add and len(monomial) == 1:
            factor = self._factors[monomial[0][0]]
            if isinstance(factor, _Sum):
                factor.multiples.add(multiple)
                if coefficient is None or abs(coefficient) == abs(multiple):
                    factor.alone.add(multiple)

    def _number(self, key: object, factor: sympy.Expr | _Sum | None = None) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self._factors)
            self._factors.append(factor or key)
        return self._numbers[key]

    def _product(self, coefficient: Fraction, monomial: _Monomial) -> sympy.Expr:
        factors = []
        for i, n in monomial:
            base = self._factor(i)
            factors.append(base if n == 1 else sympy.Pow(base, n, evaluate=False))
        if coefficient != 1 or not factors:
            factors.insert(0, sympy.Rational(coefficient.numerator, coefficient.denominator))
        return sympy.Mul(*factors, evaluate=False) if len(factors) > 1 else factors[0]

    def _factor(self, i: int) -> sympy.Expr:
        if i not in self._written:
            factor = self._factors[i]
            is_sum = isinstance(factor, _Sum)
            self._written[i] = self._horner(factor.terms) if is_sum else self._rebuilt(factor)
        return self._written[i]

    def _rebuilt(self, factor: sympy.Expr) -> sympy.Expr:
        if not factor.args:
            return factor
        arguments = [a if a.is_Number else self.write(a) for a in factor.args]
        return factor.func(*arguments, evaluate=False)

    def _horner(self, terms: _Terms, depth: int = 0) -> sympy.Expr:
        """Write a sum, powers of a variable taken out as long as that saves operations."""
        while depth < _DEEPEST and (taken := self._taken_out(terms)):
            power, inside, rest = taken
            nested = self._horner(inside, depth + 1)
            i = self._number(nested)
            self._written[i] = nested
            terms = {**rest, tuple(sorted([power, (i, 1)])): Fraction(1)}
        terms = dict(sorted(terms.items(), key=lambda term: (_multiplicands(term), term[1] < 0)))
        parts = [self._product(c, m) for m, c in terms.items()]
        return sympy.Add(*parts, evaluate=False) if len(parts) > 1 else parts[0]

    def _is_variable(self, i: int) -> bool:
        return isinstance(self._factors[i], sympy.Symbol)

    def _taken_out(self, terms: _Terms) -> tuple[tuple[int, int], _Terms, _Terms] | None:
        """Split off the polynomial terms with the commonest variable, divided by its power."""
        polynomial = [m for m in terms if all(self._is_variable(i) for i, _ in m)]
        ranking = Counter(i for m in polynomial for i, _ in m).most_common(1)
        if not ranking or ranking[0][1] < 2:
            return None
        variable = ranking[0][0]
        chosen = {m: dict(m)[variable] for m in polynomial if variable in dict(m)}
        power = variable, min(chosen.values())
        inside = {_quotient(m, power): terms[m] for m in chosen}
        rest = {m: c for m, c in terms.items() if m not in chosen}
        outside = {**rest, (power, (-1, 1)): Fraction(1)}
        saves = _cost(inside) + _cost(outside) < _cost(terms)
        return (power, inside, rest) if saves else None


def _fraction(number: sympy.Expr) -> Fraction:
    exact = sympy.Rational(number)
    return Fraction(exact.p, exact.q)


def _is_exact(number: Fraction) -> bool:
    return number.denominator.bit_count() == 1


def _share(sums: dict[int, _Sum]) -> None:
    """Replace terms of a sum by the multiple of another sum that they make up."""
    starts: dict[tuple[_Monomial, _Monomial, Fraction], list[int]] = defaultdict(list)
    for i, part in sums.items():
        (m, c), (n, d), *_ = part.terms.items()
        starts[m, n, d / c].append(i)
    for whole in sums.values():
        if 2 < len(whole.terms) <= _WIDEST:
            pairs = combinations(whole.terms.items(), 2)
            found = {i for (m, c), (n, d) in pairs for i in starts.get((m, n, d / c), ())}
            for i in sorted(found, key=lambda i: (-len(sums[i].terms), i)):
                _absorb(whole, i, sums[i])


def _absorb(whole: _Sum, i: int, part: _Sum) -> None:
    first, constant = next(iter(part.terms.items()))
    multiple = whole.terms.get(first, Fraction(0)) / constant
    if not _is_exact(multiple) or any(
        whole.terms.get(m) != multiple * c for m, c in part.terms.items()
    ):
        return
    rest = {m: c for m, c in whole.terms.items() if m not in part.terms}
    terms = {**rest, ((i, 1),): multiple}
    if rest and _cost(terms) < _cost(whole.terms):
        whole.terms = terms


def _content(coefficients: Iterable[Fraction]) -> Fraction:
    """Give the common factor that leaves small whole coefficients, else 1, with a sign."""
    values = list(coefficients)
    above = gcd(*(c.numerator for c in values))
    content = Fraction(above, lcm(*(c.denominator for c in values)))
    if max(map(abs, values)) > _LARGEST * content:
        content = Fraction(1)
    return -content if values[0] < 0 else content


def _quotient(monomial: _Monomial, power: tuple[int, int]) -> _Monomial:
    variable, n = power
    return tuple((i, p - n * (i == variable)) for i, p in monomial if (i, p) != power)


def _multiplicands(term: tuple[_Monomial, Fraction]) -> int:
    """Count what has to be multiplied for a term, with powers by squaring."""
    monomial, coefficient = term
    powers = sum(n.bit_length() + n.bit_count() - 1 for _, n in monomial)
    return powers + (abs(coefficient) != 1)


def _cost(terms: _Terms) -> int:
    """Count the operations of a sum, which starts with a single factor if there is one."""
    counts = [_multiplicands(term) for term in terms.items()]
    return sum(max(1, count - 1) for count in counts) - (min(counts) <= 1)
