"""Small linear algebra on mpmath's numbers, in lists."""

from __future__ import annotations

import mpmath
from mpmath import libmp, mpf

from .functions import Number

Vector = list[Number]
Matrix = list[list[Number]]

_PAIR = 16  # times the pivot: an off-diagonal entry this large asks for two at once


def dot(a: Vector, b: Vector) -> Number:
    """Multiply two vectors."""
    precision, rounding = mpmath.mp._prec_rounding
    result = libmp.fzero
    for x, y in zip(a, b, strict=True):
        product = libmp.mpf_mul(x._mpf_, y._mpf_, precision, rounding)
        result = libmp.mpf_add(result, product, precision, rounding)
    return mpmath.mp.make_mpf(result)


def quotient(a: Number, b: Number) -> Number:
    """Divide; exact quotients, as beside powers, at once: mpmath takes long to see their zeros.

    Raises
    ------
    ZeroDivisionError
        If the second number is 0.

    Examples
    --------
    >>> quotient(mpf(3), mpf(6))
    mpf('0.5')
    """
    sign, mantissa, exponent, bits = a._mpf_
    sign_b, divisor, exponent_b, bits_b = b._mpf_
    if bits >= bits_b > 0 and not mantissa % divisor:
        sizes = (mantissa // divisor) * (-1 if sign != sign_b else 1), exponent - exponent_b
        return mpmath.mp.make_mpf(libmp.from_man_exp(*sizes, *mpmath.mp._prec_rounding))
    return a / b


def times(matrix: Matrix, vector: Vector) -> Vector:
    """Multiply a matrix by a vector."""
    return [dot(row, vector) for row in matrix]


def largest(vector: Vector) -> Number:
    """Give the largest size of an entry; 0 without one."""
    return max(map(abs, vector), default=mpf(0))


def length(vector: Vector) -> Number:
    """Give the Euclidean length."""
    return mpmath.sqrt(dot(vector, vector))


def conjugate(hessian: Matrix) -> tuple[list[Vector], Vector]:
    """Give directions that do not mix in a quadratic form, and the curvatures along them.

    By LDL' with the largest pivot first; a pair whose mixed term outweighs both pivots by far
    is turned by 45 degrees before. Unlike eigenvectors they do not depend on the scales of the
    variables where these are apart by many powers of ten.

    Parameters
    ----------
    hessian : list of list of mpf
        Symmetric, ``(n, n)``.

    Returns
    -------
    directions : list of list of mpf
        n of them, ``(n, n)``.
    curvatures : list of mpf
        ``(n,)``.

    References
    ----------
    J. R. Bunch and L. Kaufman, "Some Stable Methods for Calculating Inertia and Solving Symmetric
    Linear Systems", Mathematics of Computation 31, 163-179 (1977),
    doi:10.1090/S0025-5718-1977-0428694-0.
    """
    n = len(hessian)
    form = [list(row) for row in hessian]
    basis = [[mpf(i == j) for j in range(n)] for i in range(n)]
    directions, curvatures = [], []
    left = list(range(n))
    while left:
        pivot = max(left, key=lambda i: abs(form[i][i]))
        pairs = ((i, j) for i in left for j in left if i < j)
        pair = max(pairs, key=lambda p: abs(form[p[0]][p[1]]), default=None)
        if pair and abs(form[pair[0]][pair[1]]) > _PAIR * abs(form[pivot][pivot]):
            _turn(form, basis, *pair, left)
            continue
        left.remove(pivot)
        directions.append(basis[pivot])
        curvatures.append(form[pivot][pivot])
        _eliminate(form, basis, pivot, left)
    return directions, curvatures


def _turn(form: Matrix, basis: Matrix, i: int, j: int, left: list[int]) -> None:
    """Replace two directions by half their sum and half their difference."""
    basis[i], basis[j] = (
        [(a + b) / 2 for a, b in zip(basis[i], basis[j], strict=True)],
        [(a - b) / 2 for a, b in zip(basis[i], basis[j], strict=True)],
    )
    for k in left:
        form[i][k], form[j][k] = (form[i][k] + form[j][k]) / 2, (form[i][k] - form[j][k]) / 2
    for k in left:
        form[k][i], form[k][j] = (form[k][i] + form[k][j]) / 2, (form[k][i] - form[k][j]) / 2


def _eliminate(form: Matrix, basis: Matrix, pivot: int, left: list[int]) -> None:
    """Make the other directions conjugate to the pivot's."""
    size = form[pivot][pivot]
    if not size:
        return
    row = list(form[pivot])
    for i in left:
        share = quotient(row[i], size)
        if share:
            basis[i] = [b - share * p for b, p in zip(basis[i], basis[pivot], strict=True)]
            for j in left:
                form[i][j] -= share * row[j]
