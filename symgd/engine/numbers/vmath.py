"""Elementary functions without branches, which vectorise when inlined.

Every function takes and returns float64 scalars and is straight-line code: both sides of
a choice are evaluated and one is selected.  A loop over lanes that calls them becomes
vector code, which one call of a mathematical library would prevent.

The tables come from ``benchmarks/minimax.py``; ``docs/accuracy.md`` lists the measured
errors.  An infinity or a nan goes in and comes out as in NumPy; the sign of a zero result
is not kept.  Functions that share a reduction (sine and cosine of one angle) also share its
code, since the optimiser merges equal computations.

An indicator (`less`, `logical_and`, ...) is 1.0 or 0.0, and nan when an operand is nan.
"""

from __future__ import annotations

import math

from . import bessel
from .coefficients import (
    ASIN,
    ATAN,
    COS,
    COSH,
    ERF,
    ERFC,
    ERFC_CENTRE,
    EXP,
    LOG,
    LOG_TAIL,
    RECIPROCAL_CBRT,
    SIN,
    SINH,
    TAN,
)
from .intrinsics import (
    Bits,
    Float,
    Truth,
    copysign,
    fabs,
    floor,
    fma,
    from_bits,
    horner,
    ldexp,
    root,
    select,
    to_bits,
    two_chains,
    unordered,
)

#: Largest size of an angle; beyond it sin, cos and tan give nan.
ANGLE_LIMIT = 2.0**40

_INF = math.inf
_NAN = math.nan

# Adding this rounds a float below 2**51 to a whole number, and leaves it in the low bits.
_ROUNDER = 1.5 * 2.0**52
_EXPONENT = 52  # place of the exponent in the bits of a float
_ONE_OCTAVE = 1 << _EXPONENT
_BIAS = 1023 << _EXPONENT
_TWO_52 = (1023 + 52) << _EXPONENT  # bits of 2**52
_ROOT_HALF = 0x3FE6A09E667F3BCD  # bits of sqrt(1/2)
_SMALLEST_NORMAL = 2.0**-1022

# pi/2 and log(2) as unevaluated sums: each part is what the ones before leave, rounded.
_HALF_PI = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)
_LN2 = (0.6931471805599453, 2.3190468138462996e-17)
_TWO_OVER_PI = 0.6366197723675814
_LOG2_E = (1.4426950408889634, 2.0355273740931033e-17)
_LOG10_E = (0.4342944819032518, 1.098319650216765e-17)
_LOG10_2 = (0.3010299956639812, -2.8037281277851704e-18)
_TWO_THIRDS = (0.6666666666666666, 3.700743415417188e-17)
_HALF_LOG_TWO_PI = 0.9189385332046728
_FAR = 8  # from where on Stirling's series holds
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)
_STIRLING = tuple(b / (2 * k * (2 * k - 1)) for k, b in enumerate(_BERNOULLI, 1))
_SINC_TERMS = 13
_BESSEL_TERMS = 12
_CBRT_2 = 1.2599210498948732


def _ordered_sum(x: Float | float, y: Float) -> tuple[Float, Float]:
    """Return rounded x + y and its rounding error, for x = 0 or y not larger than x."""
    total = x + y
    return total, (x - total) + y


def _sum(x: Float, y: Float | float) -> tuple[Float, Float]:
    """Return rounded x + y and its rounding error."""
    total = x + y
    part = total - x
    return total, (x - (total - part)) + (y - part)


def _product(x: Float, y: Float | float) -> tuple[Float, Float]:
    """Return rounded x * y and its rounding error."""
    product = x * y
    return product, fma(x, y, -product)


def _quotient(
    top: Float, top_rest: Float | float, bottom: Float, bottom_rest: Float
) -> tuple[Float, Float]:
    """Return the quotient of two sums of two floats, as such a sum."""
    inverse = 1.0 / bottom
    ratio = top * inverse
    return ratio, (fma(-ratio, bottom, top) + fma(-ratio, bottom_rest, top_rest)) * inverse


def _quarter_turns(x: Float) -> tuple[Bits, Float, Float]:
    """Return the nearest whole number n of quarter turns, as bits and float, and x - n pi/2.

    The rest is exact but for the digits of pi beyond the first 53: it is a multiple of
    ``2**-53`` below 1, whatever the size of n.
    """
    angle = select(fabs(x) <= ANGLE_LIMIT, x, _NAN)
    rounded = fma(angle, _TWO_OVER_PI, _ROUNDER)
    n = rounded - _ROUNDER
    return to_bits(rounded), n, fma(-n, _HALF_PI[0], angle)


def _sine_cosine(n: Float, rest: Float) -> tuple[Float, Float]:
    """Return the sine and cosine of what `_quarter_turns` leaves."""
    r = fma(-n, _HALF_PI[2], fma(-n, _HALF_PI[1], rest))
    s = r * r
    sine = fma(r * s, horner(s, SIN), r)
    cosine = fma(s * s, horner(s, COS), fma(s, -0.5, 1.0))
    return sine, cosine


def sin(x: Float) -> Float:
    """Return the sine."""
    turns, n, rest = _quarter_turns(x)
    sine, cosine = _sine_cosine(n, rest)
    size = to_bits(select(turns.odd(), cosine, sine))
    return from_bits(size ^ ((turns & 2) << 62))


def cos(x: Float) -> Float:
    """Return the cosine."""
    turns, n, rest = _quarter_turns(x)
    sine, cosine = _sine_cosine(n, rest)
    size = to_bits(select(turns.odd(), sine, cosine))
    return from_bits(size ^ (((turns + 1) & 2) << 62))


def tan(x: Float) -> Float:
    """Return the tangent."""
    turns, n, rest = _quarter_turns(x)
    product, product_rest = _product(-n, _HALF_PI[1])
    r, lost = _sum(rest, product)
    lost = fma(-n, _HALF_PI[2], lost + product_rest)
    s = r * r
    high, low = _ordered_sum(r, fma(r * s, two_chains(s, TAN), fma(s, lost, lost)))
    # -1 / (high + low), by one step of Newton from the rounded quotient
    y = -1.0 / high
    return select(turns.odd(), fma(y, fma(y, low, fma(y, high, 1.0)), y), high + low)


def _half_angle(size: Float) -> tuple[Float, Float]:
    """Return asin of `size` up to 1/2, else of sqrt((1 - size)/2), as a sum of two floats."""
    large = size > 0.5
    s = select(large, fma(size, -0.5, 0.5), size * size)
    z = select(large, root(s), size)
    return z, z * s * two_chains(s, ASIN)


def asin(x: Float) -> Float:
    """Return the inverse sine."""
    size = fabs(x)
    z, tail = _half_angle(size)
    folded = fma(z, -2.0, _HALF_PI[0]) + fma(tail, -2.0, _HALF_PI[1])
    return copysign(select(size > 0.5, folded, z + tail), x)


def acos(x: Float) -> Float:
    """Return the inverse cosine."""
    size = fabs(x)
    z, tail = _half_angle(size)
    near_zero = (_HALF_PI[0] - x) - (copysign(tail, x) - _HALF_PI[1])
    obtuse = fma(z, -2.0, 2.0 * _HALF_PI[0]) + fma(tail, -2.0, 2.0 * _HALF_PI[1])
    return select(size > 0.5, select(x > 0.0, 2.0 * (z + tail), obtuse), near_zero)


def atan(x: Float) -> Float:
    """Return the inverse tangent."""
    size = fabs(x)
    large = size > 1.0
    t = select(large, 1.0 / size, size)
    s = t * t
    tail = t * s * horner(s, ATAN)
    return copysign(select(large, (_HALF_PI[0] - t) + (_HALF_PI[1] - tail), t + tail), x)


def atan2(y: Float, x: Float) -> Float:
    """Return the angle of the point (x, y) with the positive x axis, in [-pi, pi]."""
    width, height = fabs(x), fabs(y)
    steep = height > width
    longer, shorter = select(steep, height, width), select(steep, width, height)
    t = select(shorter == longer, select(longer == 0.0, 0.0, 1.0), shorter / longer)
    s = t * t
    tail = t * s * horner(s, ATAN)
    # quarters * pi/2 + side * atan(t)
    right = copysign(1.0, x)
    side = select(steep, -right, right)
    quarters = select(steep, 1.0, 1.0 - right)
    angle = fma(side, t, quarters * _HALF_PI[0]) + fma(side, tail, quarters * _HALF_PI[1])
    return copysign(angle, y)


def _octaves(x: Float, excess: Float | float) -> tuple[Bits, Float, Float, Float]:
    """Return the nearest whole n, as bits and as a float, and r + lost = x - excess - n log(2)."""
    rounded = fma(x, _LOG2_E[0], _ROUNDER)
    n = rounded - _ROUNDER
    exact = fma(-n, _LN2[0], x) - excess
    r = fma(-n, _LN2[1], exact)
    return to_bits(rounded), n, r, fma(-n, _LN2[1], exact - r)


def _within_exp(x: Float) -> Float:
    """Clip x to where exp is neither 0 nor infinite, and a little beyond; nan stays nan."""
    return select(x > 710.0, 710.0, select(x < -746.0, -746.0, x))


def _scaled(mantissa: Float, n: Bits, x: Float) -> Float:
    """Return mantissa * 2**n, in two factors because the outermost n are no exponents."""
    faint = x < -690.0
    return mantissa * select(faint, 2.0**-200, 2.0) * ldexp(select(faint, 2.0**200, 0.5), n)


def _exp_of_two_floats(x: Float, excess: Float | float) -> Float:
    """Return exp(x - excess), nearly rounded."""
    n, _, r, lost = _octaves(_within_exp(x), excess)
    high, low = _ordered_sum(1.0, r)
    return _scaled(high + (low + fma(r * r, horner(r, EXP), lost)), n, x)


def exp(x: Float) -> Float:
    """Return exp(x)."""
    n, _, r, _ = _octaves(_within_exp(x), 0.0)
    return _scaled(1.0 + fma(r * r, horner(r, EXP), r), n, x)


def expm1(x: Float) -> Float:
    """Return exp(x) - 1, accurate near 0."""
    n, n_float, r, lost = _octaves(select(x > 710.0, 710.0, select(x < -40.0, -40.0, x)), 0.0)
    # exp(x) - 1 = 2**n (exp(r) - 1 + base)
    base = select(n_float < 60.0, 1.0 - ldexp(1.0, -n), 1.0)
    high = base + r
    low = (base - high) + r + fma(r * r, horner(r, EXP), lost)
    return (high + low) * 2.0 * ldexp(0.5, n)


def _hyperbolic(size: Float) -> tuple[Bits, Float, Float, Float, Float]:
    """Return n, then sinh and cosh of `size` over 2**(n - 1), each as a sum of two floats.

    With ``size = n log(2) + r`` both are sums of ``cosh r`` and ``sinh r`` with the weights
    ``1 - 4**-n`` and ``1 + 4**-n``, so that nothing cancels.
    """
    n, n_float, r, lost = _octaves(size, 0.0)
    small = select(n_float < 30.0, ldexp(1.0, -(n << 1)), 0.0)
    minus, minus_rest = _ordered_sum(1.0, -small)
    plus, plus_rest = _ordered_sum(1.0, small)
    s = r * r
    even = s * horner(s, COSH)
    odd = fma(r * s, horner(s, SINH), lost)
    sine, cosine = fma(plus, r, minus), fma(minus, r, plus)
    sine_rest = fma(plus, r, minus - sine) + fma(minus, even, fma(plus, odd, minus_rest))
    cosine_rest = fma(minus, r, plus - cosine) + fma(plus, even, fma(minus, odd, plus_rest))
    top, bottom = sine + sine_rest, cosine + cosine_rest
    return n, top, (sine - top) + sine_rest, bottom, (cosine - bottom) + cosine_rest


def sinh(x: Float) -> Float:
    """Return the hyperbolic sine."""
    size = fabs(x)
    n, top, _, _, _ = _hyperbolic(select(size > 711.0, 711.0, size))
    return copysign(top * 2.0 * ldexp(0.25, n), x)


def cosh(x: Float) -> Float:
    """Return the hyperbolic cosine."""
    size = fabs(x)
    n, _, _, bottom, _ = _hyperbolic(select(size > 711.0, 711.0, size))
    return bottom * 2.0 * ldexp(0.25, n)


def tanh(x: Float) -> Float:
    """Return the hyperbolic tangent."""
    size = fabs(x)
    _, top, top_rest, bottom, bottom_rest = _hyperbolic(select(size > 20.0, 20.0, size))
    ratio, rest = _quotient(top, top_rest, bottom, bottom_rest)
    return copysign(ratio + rest, x)


def _normal(x: Float) -> tuple[Float, Truth]:
    """Return x, times 2**54 if it is subnormal, and whether it is; x > 0."""
    subnormal = x < _SMALLEST_NORMAL
    return select(subnormal, x * 2.0**54, x), subnormal


def _exponent(bits: Bits) -> Float:
    """Return the exponent of a positive float with these bits, as a float."""
    return from_bits((bits >> _EXPONENT) | _TWO_52) - (2.0**52 + 1023.0)


def _mantissa(x: Float) -> tuple[Float, Float, Bits]:
    """Return k, m and the bits of k with x = 2**k m and m in [sqrt(1/2), sqrt(2)), x > 0."""
    normal, subnormal = _normal(x)
    bits = to_bits(normal)
    octaves = (bits - _ROOT_HALF) & -_ONE_OCTAVE
    k = _exponent(octaves + _BIAS) - select(subnormal, 54.0, 0.0)
    return k, from_bits(bits - octaves), octaves


def _log_defect(f: Float) -> Float:
    """Return f - log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)]."""
    s = f / (2.0 + f)
    z = s * s
    half = 0.5 * f * f
    return half - s * fma(z, horner(z, LOG), half)


def _log_ends(x: Float, y: Float) -> Float:
    """Give y, unless x is no positive finite number."""
    return select(x > 0.0, select(x < _INF, y, x), select(x == 0.0, -_INF, _NAN))


def log(x: Float) -> Float:
    """Return the natural logarithm."""
    k, m, _ = _mantissa(x)
    f = m - 1.0
    return _log_ends(x, fma(k, _LN2[0], f + fma(k, _LN2[1], -_log_defect(f))))


def _log_in_base(x: Float, per_octave: tuple[float, float], per_unit: tuple[float, float]) -> Float:
    """Return the logarithm in the base whose logarithms of 2 and e are given as sums."""
    k, m, _ = _mantissa(x)
    f = m - 1.0
    y, y_rest = _ordered_sum(f, -_log_defect(f))
    part, part_rest = _product(y, per_unit[0])
    whole, whole_rest = _product(k, per_octave[0])
    total, total_rest = _ordered_sum(whole, part)
    small = fma(y, per_unit[1], fma(y_rest, per_unit[0], part_rest))
    return _log_ends(x, total + (total_rest + fma(k, per_octave[1], whole_rest + small)))


def log2(x: Float) -> Float:
    """Return the logarithm to base 2; exact for powers of two."""
    return _log_in_base(x, (1.0, 0.0), _LOG2_E)


def log10(x: Float) -> Float:
    """Return the logarithm to base 10."""
    return _log_in_base(x, _LOG10_2, _LOG10_E)


def _log_sum(x: Float, rest: Float, octaves: Float | float) -> Float:
    """Return log((x + rest) * 2**octaves) for x > 0 and `rest` a few roundings of x at most."""
    k, m, bits = _mantissa(x)
    small = select(x < 2.0**60, rest * from_bits(-bits + _BIAS), 0.0)
    f, lost = _ordered_sum(m - 1.0, small)
    k = k + octaves
    return fma(k, _LN2[0], f + fma(k, _LN2[1], lost - _log_defect(f)))


def log1p(x: Float) -> Float:
    """Return log(1 + x), accurate near 0."""
    total, rest = _sum(x, 1.0)
    return _log_ends(total, _log_sum(total, rest, 0.0))


def _root_of_sum(x: Float, rest: Float) -> tuple[Float, Float]:
    """Return sqrt(x + rest) as a sum of two floats, for x > 0."""
    high = root(x)
    return high, (fma(-high, high, x) + rest) * (0.5 / high)


def asinh(x: Float) -> Float:
    """Return the inverse hyperbolic sine."""
    size = fabs(x)
    large = size > 2.0**28
    square, square_rest = _product(size, size)
    total, total_rest = _sum(square, 1.0)
    high, low = _root_of_sum(total, total_rest + square_rest)
    u, u_rest = _ordered_sum(high, size)
    y = _log_sum(select(large, size, u), select(large, 0.0, u_rest + low), select(large, 1.0, 0.0))
    return copysign(select(size < _INF, y, size), x)


def acosh(x: Float) -> Float:
    """Return the inverse hyperbolic cosine."""
    large = x > 2.0**28
    square, square_rest = _product(x, x)
    total, total_rest = _sum(square, -1.0)
    high, low = _root_of_sum(total, total_rest + square_rest)
    u, u_rest = _ordered_sum(x, high)
    ordinary = (x > 1.0) & (x <= 2.0**28)
    y = _log_sum(select(large, x, u), select(ordinary, u_rest + low, 0.0), select(large, 1.0, 0.0))
    return select(x >= 1.0, select(x < _INF, y, x), _NAN)


def atanh(x: Float) -> Float:
    """Return the inverse hyperbolic tangent."""
    size = fabs(x)
    top, top_rest = _ordered_sum(1.0, size)
    bottom, bottom_rest = _ordered_sum(1.0, -size)
    ratio, rest = _quotient(top, top_rest, bottom, bottom_rest)
    y = 0.5 * _log_sum(ratio, rest, 0.0)
    return copysign(select(size < 1.0, y, select(size == 1.0, _INF, _NAN)), x)


def _log_of_two_floats(x: Float) -> tuple[Float, Float]:
    """Return the logarithm of x > 0 as a sum of two floats, right to 2**-64 of it.

    By ``log m = 2 s + 2/3 s**3 + ...`` with ``s = (m - 1) / (m + 1)``, of which the terms
    that are written here carry their rounding errors along.
    """
    k, m, _ = _mantissa(x)
    f = m - 1.0
    s, s_rest = _quotient(f, 0.0, *_ordered_sum(2.0, f))
    z, z_rest = _product(s, s)
    cube, cube_rest = _product(s, z)
    cube_rest = cube_rest + fma(s, z_rest, 3.0 * z * s_rest)
    tail = z * horner(z, LOG_TAIL)
    factor, factor_rest = _ordered_sum(_TWO_THIRDS[0], tail)
    term, term_rest = _product(cube, factor)
    term_rest = term_rest + fma(cube, factor_rest + _TWO_THIRDS[1], cube_rest * factor)
    fraction, fraction_rest = _ordered_sum(2.0 * s, term)
    whole, whole_rest = _product(k, _LN2[0])
    total, total_rest = _ordered_sum(whole, fraction)
    small = fma(2.0, s_rest, term_rest) + fma(k, _LN2[1], whole_rest)
    return _ordered_sum(total, total_rest + (fraction_rest + small))


def power(x: Float, y: Float) -> Float:
    """Return x**y, a real number: nan for negative x unless y is whole."""
    size = fabs(x)
    high, low = _log_of_two_floats(size)
    exponent, rest = _product(y, high)
    finite = fabs(exponent) < 800.0
    usual = _exp_of_two_floats(exponent, select(finite, -fma(y, low, rest), 0.0))
    grows = select(size > 1.0, y, -y) > 0.0
    extreme = select(grows, _INF, 0.0)
    known = select((size == 0.0) | (size == _INF), extreme, usual)
    value = select(unordered(x, y), _NAN, known)
    half = 0.5 * y
    whole, even = floor(y) == y, floor(half) == half
    signed = select(whole & ~even, copysign(value, x), value)
    real = select((x < 0.0) & (size < _INF) & ~whole, _NAN, signed)
    return select((y == 0.0) | (x == 1.0) | ((x == -1.0) & (fabs(y) == _INF)), 1.0, real)


def cbrt(x: Float) -> Float:
    """Return the cube root, which has the sign of x."""
    size = fabs(x)
    normal, subnormal = _normal(size)
    bits = to_bits(normal)
    exponent = _exponent(bits)
    rounded = fma(exponent, 1.0 / 3.0, _ROUNDER)
    left = fma(rounded - _ROUNDER, -3.0, exponent)  # -1, 0 or 1
    mantissa = from_bits((bits & (_ONE_OCTAVE - 1)) | _BIAS)
    m = mantissa * select(left > 0.0, 2.0, select(left < 0.0, 0.5, 1.0))
    factor = select(left > 0.0, 1.0 / _CBRT_2, select(left < 0.0, _CBRT_2, 1.0))
    # inverse: one step of third order; root: one of Newton, with the residual in two floats
    inverse = horner(mantissa, RECIPROCAL_CBRT) * factor
    defect = fma(inverse * inverse * inverse, -m, 1.0)
    inverse = fma(inverse * defect, fma(defect, 2.0 / 9.0, 1.0 / 3.0), inverse)
    y = m * inverse * inverse
    square, square_rest = _product(y, y)
    residual = fma(-square, y, m) - square_rest * y
    y = fma(residual, inverse * inverse * (1.0 / 3.0), y)
    scaled = y * ldexp(select(subnormal, 2.0**-18, 1.0), to_bits(rounded))
    return select((size > 0.0) & (size < _INF), copysign(scaled, x), x)


def hypot(x: Float, y: Float) -> Float:
    """Return sqrt(x*x + y*y) without overflow on the way."""
    a, b = fabs(x), fabs(y)
    larger, smaller = select(a > b, a, b), select(a > b, b, a)
    huge, tiny = larger > 2.0**500, larger < 2.0**-500
    scale = select(huge, 2.0**-600, select(tiny, 2.0**600, 1.0))
    back = select(huge, 2.0**600, select(tiny, 2.0**-600, 1.0))
    u, v = larger * scale, smaller * scale
    length = back * root(fma(u, u, v * v))
    return select((a == _INF) | (b == _INF), _INF, length)


def _erfc_tail(x: Float) -> Float:
    """Return erfc(x) for x >= 1/2: exp(-x*x) / (1 + 2 x) times a polynomial."""
    square, square_rest = _product(x, x)
    decay = _exp_of_two_floats(-square, square_rest)
    t = (x - ERFC_CENTRE) / (x + ERFC_CENTRE)
    constant, *slopes = ERFC
    bend = t * two_chains(t, slopes)
    ratio, rest = _quotient(*_ordered_sum(constant, bend), *_sum(2.0 * x, 1.0))
    return fma(decay, ratio, decay * rest)


def erf(x: Float) -> Float:
    """Return the error function."""
    size = fabs(x)
    small = fma(size, two_chains(size * size, ERF), size)
    tail = 1.0 - _erfc_tail(select(size > 28.0, 28.0, size))
    return copysign(select(size < 1.0, small, tail), x)


def erfc(x: Float) -> Float:
    """Return 1 - erf(x), accurate where it is small."""
    size = fabs(x)
    high, low = _ordered_sum(1.0, -x)
    small = high + fma(-x, two_chains(x * x, ERF), low)
    tail = _erfc_tail(select(size > 28.0, 28.0, size))
    return select(size < 0.5, small, select(x > 0.0, tail, 2.0 - tail))


def _far(x: Float, far: int) -> tuple[Float, Float, Truth]:
    """Return x, or x + far as a sum of two floats where x is below that, and whether it is."""
    near = x < float(far)
    total, rest = _sum(x, select(near, float(far), 0.0))
    return total, rest, near


def _stirling(x: Float) -> tuple[Float, Float, Float]:
    """Return log(gamma(x) p) as a sum of two floats, and p: x (x + 1) ... (x + 7) below 8, or 1.

    By Stirling's series, whose rest beyond 8 is below a hundredth of an ulp.
    """
    y, rest, near = _far(x, _FAR)
    high, low = _log_of_two_floats(y)
    inverse = 1.0 / y
    series = inverse * horner(inverse * inverse, _STIRLING)
    product, product_rest = _product(y - 0.5, high)
    small = fma(y - 0.5, low, product_rest) + fma(high - 0.5 * inverse, rest, series)
    total, total_rest = _sum(product, -y)
    total, more = _sum(total, _HALF_LOG_TWO_PI)
    below = x
    for k in range(1, _FAR):
        below = below * (x + float(k))
    return total, total_rest + more + small, select(near, below, 1.0)


def loggamma(x: Float) -> Float:
    """Return log(gamma(x)) for x > 0; its error is absolute beside 1 and 2, where it is 0."""
    high, low, product = _stirling(x)
    above, above_rest = _log_of_two_floats(product)
    total, rest = _sum(high, -above)
    value = select(x < 2.0**1014, total + (rest + (low - above_rest)), _INF)
    return select(x > 0.0, value, select(x == 0.0, _INF, _NAN))


def gamma(x: Float) -> Float:
    """Return the gamma function for x > 0."""
    high, low, product = _stirling(select(x > 172.0, 172.0, x))
    value = _exp_of_two_floats(high, -low) / product
    return select(x > 0.0, value, select(x == 0.0, _INF, _NAN))


def polygamma(order: float, x: Float) -> Float:
    """Return the derivative of that order of digamma for x > 0; the order is a constant."""
    n, far = int(order), _FAR + int(order)
    y, _, near = _far(x, far)
    inverse = 1.0 / y
    square = inverse * inverse
    scale = float(math.factorial(max(n - 1, 0)))
    series = [b * math.factorial(2 * k + n - 1) / math.factorial(2 * k) / scale
              for k, b in enumerate(_BERNOULLI, 1)]  # fmt: skip
    tail = fma(square, horner(square, series), 0.5 * max(n, 1) * inverse)
    lead = tail - log(y) if n == 0 else (1.0 + tail)
    for _ in range(n):
        lead = lead * inverse
    total = lead * 1.0
    for k in reversed(range(far)):
        step = 1.0 / (x + float(k))
        term = step
        for _ in range(n):
            term = term * step
        total = total + select(near, term * float(n if n else 1), 0.0)
    signed = total * ((-1.0) ** (n + 1) * scale)
    return select(x > 0.0, signed, select(x == 0.0, math.copysign(_INF, (-1.0) ** (n + 1)), _NAN))


def sinc(order: float, x: Float) -> Float:
    """Return sin(x)/x for order 0; else j(x)/x**n, with the spherical Bessel function of order n.

    The series up to n + 2, beyond it the recurrence upwards, which is stable there.
    """
    n, square = int(order), x * x
    near = square < (n + 2.0) ** 2
    terms = [1.0]
    for k in range(1, _SINC_TERMS + n):
        terms.append(terms[-1] / (-2.0 * k * (2 * n + 2 * k + 1)))
    first = 1.0 / math.prod(range(1, 2 * n + 2, 2))
    series = first * horner(square, terms)
    inverse = 1.0 / select(near, 1.0, square)
    before, now = cos(x), sin(x) / select(x == 0.0, 1.0, x)
    if n == 0:
        return select(x == 0.0, 1.0, select(fabs(x) == _INF, 0.0, now))
    for k in range(n):
        before, now = now, ((2.0 * k + 1.0) * now - before) * inverse
    return select(near, series, select(fabs(x) == _INF, 0.0, now))


def _bessel_pair(size: Float) -> tuple[Float, Float]:
    """Return J0 and J1 of a size: polynomials up to 5, and waves of known amplitudes beyond it."""
    near = size < bessel.EDGE
    t = size * (1.0 / bessel.EDGE)
    t = select(near, t * t, 0.0)
    inner = horner(t, bessel.INNER_0), size * horner(t, bessel.INNER_1)
    inverse = 1.0 / select(near, bessel.EDGE, size)
    z = inverse * inverse * bessel.EDGE**2
    sine, cosine = sin(size), cos(size)
    plus, minus = cosine + sine, sine - cosine  # sqrt(2) times the waves, a quarter of pi later
    scale = root(inverse * (1.0 / math.pi))
    zeroth = horner(z, bessel.COSINE_0) * plus - inverse * horner(z, bessel.SINE_0) * minus
    first = horner(z, bessel.COSINE_1) * minus + inverse * horner(z, bessel.SINE_1) * plus
    return select(near, inner[0], scale * zeroth), select(near, inner[1], scale * first)


def besselj(order: float, x: Float) -> Float:
    """Return the Bessel function of the first kind of a whole order, which is a constant.

    From J0 and J1 by the recurrence upwards where x is above the order; by its series below.
    """
    n, size = int(order), fabs(x)
    before, now = _bessel_pair(size)
    if n == 0:
        return before
    edge = float(max(n, 2))
    near = size < edge
    inverse = 1.0 / select(near, edge, size)
    for k in range(1, n):
        before, now = now, fma(2.0 * k * inverse, now, -before)
    if n > 1:
        half = 0.5 * select(near, size, edge)
        terms = [1.0]
        for k in range(1, _BESSEL_TERMS + n):
            terms.append(-terms[-1] / (k * (n + k)))
        series = horner(half * half, terms) * (1.0 / math.factorial(n))
        for _ in range(n):
            series = series * half
        now = select(near, series, now)
    return copysign(1.0, x) * now if n % 2 else now


def sigmoid(x: Float) -> Float:
    """Return 1/(1 + exp(-x)), accurate where it is small."""
    size = fabs(x)
    decay = _exp_of_two_floats(-size, 0.0)
    ratio, rest = _quotient(select(x < 0.0, decay, 1.0), 0.0, *_ordered_sum(1.0, decay))
    return ratio + rest


def softplus(x: Float) -> Float:
    """Return log(1 + exp(x)), accurate where it is small."""
    return select(x > 0.0, x, 0.0) + log1p(exp(-fabs(x)))


def rint(x: Float) -> Float:
    """Return the nearest whole number; of two as near the even one."""
    size = fabs(x)
    whole = (size + 2.0**52) - 2.0**52
    return select(size < 2.0**52, copysign(whole, x), x)


def mod(x: Float, y: Float) -> Float:
    """Return x - y*floor(x/y); nan where x/y is beyond 2**52 in size."""
    ratio = x / y
    rest = fma(-floor(ratio), y, x)
    side = copysign(1.0, y)  # of which the remainder is
    inside = select(rest * side < 0.0, rest + y, rest)
    return select(fabs(ratio) < 2.0**52, inside, _NAN)


def sqrt(x: Float) -> Float:
    """Return the square root."""
    return root(x)


def absolute(x: Float) -> Float:
    """Return the size of x."""
    return fabs(x)


def sign(x: Float) -> Float:
    """Return 1, 0 or -1 as x is positive, zero or negative."""
    return select(x > 0.0, 1.0, select(x < 0.0, -1.0, x))


def heaviside(x: Float) -> Float:
    """Return 1, 1/2 or 0 as x is positive, zero or negative."""
    return select(x > 0.0, 1.0, select(x < 0.0, 0.0, x + 0.5))


def minimum(x: Float, y: Float) -> Float:
    """Return the smaller of two numbers; nan when either is nan."""
    return select((x < y) | (x != x), x, y)


def maximum(x: Float, y: Float) -> Float:
    """Return the larger of two numbers; nan when either is nan."""
    return select((x > y) | (x != x), x, y)


def where(condition: Float, x: Float, y: Float) -> Float:
    """Return x where the condition is not 0, y where it is, nan where it is nan."""
    return select(condition != condition, condition, select(condition != 0.0, x, y))


def _indicator(truth: Truth, x: Float, y: Float) -> Float:
    return select(unordered(x, y), _NAN, select(truth, 1.0, 0.0))


def less(x: Float, y: Float) -> Float:
    """Indicate x < y."""
    return _indicator(x < y, x, y)


def less_equal(x: Float, y: Float) -> Float:
    """Indicate x <= y."""
    return _indicator(x <= y, x, y)


def equal(x: Float, y: Float) -> Float:
    """Indicate x == y."""
    return _indicator(x == y, x, y)


def not_equal(x: Float, y: Float) -> Float:
    """Indicate x != y."""
    return _indicator(x != y, x, y)


def logical_and(x: Float, y: Float) -> Float:
    """Indicate that both hold."""
    return _indicator((x != 0.0) & (y != 0.0), x, y)


def logical_or(x: Float, y: Float) -> Float:
    """Indicate that at least one holds."""
    return _indicator((x != 0.0) | (y != 0.0), x, y)


def logical_not(x: Float) -> Float:
    """Indicate that x does not hold."""
    return _indicator(x == 0.0, x, x)


def larger(x: Float, y: Float) -> Float:
    """Larger of two by one comparison; a nan in the second is passed over."""
    return select(y > x, y, x)


def smaller(x: Float, y: Float) -> Float:
    """Smaller of two by one comparison; a nan in the second is passed over."""
    return select(y < x, y, x)


def clip(x: Float, lower: Float, upper: Float) -> Float:
    """Keep a number between two others; nan stays nan."""
    raised = select(x < lower, lower, x)
    return select(raised > upper, upper, raised)


def projected(x: Float, gradient: Float, lower: Float, upper: Float) -> Float:
    """One entry of a gradient, as far as it can be followed inside bounds."""
    ahead = x - gradient
    short = select(ahead < lower, x - lower, gradient)
    return select(ahead > upper, x - upper, short)
