import math
import re
from fractions import Fraction
from functools import cache
from inspect import signature

import llvmlite.binding
import mpmath
import numba
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special

from benchmarks.accuracy import callable_by_numba
from symgd.engine.kernel import native
from symgd.engine.numbers import vmath
from symgd.engine.numbers.intrinsics import floor, fma

mp = mpmath.mp.clone()
mp.dps = 60

HUGE = np.finfo(float).max
TINY = 5e-324
LANE_FLAGS = {"contract", "nsz"}

UNARY = [
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "exp",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "sqrt",
    "cbrt",
    "absolute",
    "sign",
    "heaviside",
    "erf",
    "erfc",
    "sigmoid",
    "softplus",
    "gamma",
    "loggamma",
    "floor",
    "rint",
    "logical_not",
]
BINARY = [
    "atan2",
    "hypot",
    "power",
    "minimum",
    "maximum",
    "mod",
    "less",
    "less_equal",
    "equal",
    "not_equal",
    "logical_and",
    "logical_or",
]
ALL = {name: 1 for name in UNARY} | {name: 2 for name in BINARY} | {"where": 3}

# name: oracle, lower and upper end of the range, points where the code changes its ways
ACCURATE = {
    "sin": (mp.sin, -(2.0**40), 2.0**40, ()),
    "cos": (mp.cos, -(2.0**40), 2.0**40, ()),
    "tan": (mp.tan, -(2.0**40), 2.0**40, ()),
    "asin": (mp.asin, -1, 1, (0.5, -0.5)),
    "acos": (mp.acos, -1, 1, (0.5, -0.5)),
    "atan": (mp.atan, -HUGE, HUGE, (math.nextafter(1, 0), -1)),
    "sinh": (mp.sinh, -710.4, 710.4, (0.3466, 1.0397, 18.37)),
    "cosh": (mp.cosh, -710.4, 710.4, (0.3466, 1.0397, 18.37)),
    "tanh": (mp.tanh, -HUGE, HUGE, (0.3466, 1.0397, 18.37)),
    "asinh": (mp.asinh, -HUGE, HUGE, (2.0**28, 1)),
    "acosh": (mp.acosh, 1, HUGE, (2.0**28, 1)),
    "atanh": (mp.atanh, math.nextafter(-1, 0), math.nextafter(1, 0), (0.17, -0.17)),
    "exp": (mp.exp, -745.13, 709.78, (0.3466, -0.3466, -690, -708.4)),
    "expm1": (mp.expm1, -745.13, 709.78, (0.3466, -0.3466, -40)),
    "log": (mp.log, TINY, HUGE, (1, 0.7071, 1.4142)),
    "log1p": (mp.log1p, math.nextafter(-1, 0), HUGE, (-0.2929, 0.4142)),
    "log2": (lambda x: mp.log(x, 2), TINY, HUGE, (1, 0.7071, 1.4142)),
    "log10": (mp.log10, TINY, HUGE, (1, 0.7071, 1.4142)),
    "sqrt": (mp.sqrt, 0, HUGE, (1,)),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), -HUGE, HUGE, (1, 2, 4, -8)),
    "erf": (mp.erf, -HUGE, HUGE, (1, -1, 5.9)),
    "erfc": (mp.erfc, -28, 26.6, (0.5, -0.5, 26.5)),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), -708, HUGE, (-37, 37)),
    "softplus": (lambda x: max(x, mp.mpf(0)) + mp.log1p(mp.exp(-abs(x))), -708, HUGE, (-37, 37)),
    "floor": (mp.floor, -HUGE, HUGE, (3, -7)),
    "rint": (mp.nint, -HUGE, HUGE, (3.5, -2.5)),
}


@cache
def loop(name, flags=frozenset(LANE_FLAGS)):
    """A kernel over blocks of 64 lanes that calls one function."""
    function = callable_by_numba(getattr(vmath, name))

    def one(x, out):
        for block in range(len(out)):
            for lane in range(64):
                out[block, lane] = function(x[block, lane])

    def two(x, y, out):
        for block in range(len(out)):
            for lane in range(64):
                out[block, lane] = function(x[block, lane], y[block, lane])

    def three(x, y, z, out):
        for block in range(len(out)):
            for lane in range(64):
                out[block, lane] = function(x[block, lane], y[block, lane], z[block, lane])

    source = (one, two, three)[ALL[name] - 1]
    kinds = (numba.float64[:, ::1],) * (ALL[name] + 1)
    return numba.njit(kinds, nogil=True, error_model="numpy", fastmath=set(flags))(source)


def values(name, *args, flags=frozenset(LANE_FLAGS)):
    rows = np.broadcast_arrays(*(np.atleast_1d(np.asarray(a, float)) for a in args))
    size = rows[0].size
    blocks = [np.resize(row, (-(-size // 64), 64)) for row in rows]
    out = np.empty_like(blocks[0])
    loop(name, flags)(*blocks, out)
    return out.ravel()[:size]


def ulps(value, exact):
    """Distance of a float from the exact value, in units of the exact one's last place."""
    if value == float(exact) and math.isinf(value):
        return 0.0
    return float(abs(mp.mpf(value) - exact) / mp.mpf(math.ulp(float(exact))))


def all_sizes(rng, low, high, count=600):
    """Floats of uniform bit patterns in a range."""
    signs = rng.choice([-1.0, 1.0], count) if low < 0 else 1.0
    ends = np.array([max(low, 0.0), high]).view(np.int64)
    return signs * rng.integers(ends[0], ends[1], count, endpoint=True).view(float)


def points(low, high, near):
    """Points of all sizes, around given ones, in the middle and at the ends of a range."""
    rng = np.random.default_rng(7)
    centres = rng.choice([1.0, *near], 300)
    around = centres + centres * rng.choice([-1, 1], 300) * 2.0 ** -rng.uniform(1, 53, 300)
    middle = rng.uniform(max(low, -30), min(high, 30), 300)
    specials = np.array([0.0, TINY, -TINY, 2.0**-1022, 1e-310, low, high])
    x = np.concatenate([all_sizes(rng, low, high), around, middle, specials])
    return x[(x >= low) & (x <= high)]


def hard_angles():
    """For each power of two the doubles that come nearest to multiples of pi/2.

    They are numerators of continued fractions of ``2**e / (pi/2)``.
    """
    found = []
    for exponent in range(-52, -13):
        with mpmath.workprec(300):
            unit = mpmath.mpf(2) ** exponent / (mpmath.pi / 2)
            ratio = Fraction(int(mpmath.floor(unit * 2**250)), 2**250)
        before, now, rest = 0, 1, ratio - int(ratio)
        while now < 2**53:
            if now >= 2**40:
                found.append(math.ldexp(now, exponent))
            part = int(1 / rest)
            rest = 1 / rest - part
            before, now = now, part * now + before
    return np.array([x for x in found if x <= 2.0**40])


@pytest.mark.parametrize("name", ACCURATE)
def test_error_is_at_most_two_ulp(name):
    oracle, *where = ACCURATE[name]
    x = points(*where)
    errors = [ulps(y, oracle(mp.mpf(v))) for v, y in zip(x.tolist(), values(name, x), strict=True)]
    assert x.size > 700
    assert max(errors) <= 2, x[np.argmax(errors)]


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_angles_nearest_to_quarter_turns(name):
    x = hard_angles()
    assert x.size > 80
    oracle = getattr(mp, name)
    errors = [ulps(y, oracle(mp.mpf(v))) for v, y in zip(x.tolist(), values(name, x), strict=True)]
    assert max(errors) <= 2, x[np.argmax(errors)]


def like_sizes(rng, x):
    return x * 2.0 ** rng.uniform(-30, 0, x.size) * rng.choice([-1.0, 1.0], x.size)


@pytest.mark.parametrize("name", ["atan2", "hypot"])
def test_error_of_two_arguments_is_at_most_two_ulp(name):
    rng = np.random.default_rng(3)
    x = all_sizes(rng, -(2.0**1022), 2.0**1022)
    for y in (like_sizes(rng, x), rng.permutation(x), x, -x):
        triples = zip(x.tolist(), y.tolist(), values(name, x, y), strict=True)
        assert max(ulps(r, getattr(mp, name)(mp.mpf(a), mp.mpf(b))) for a, b, r in triples) <= 2


def test_error_of_powers_is_at_most_two_ulp():
    rng = np.random.default_rng(5)
    x = all_sizes(rng, TINY, HUGE, 1500)
    x[::2] = 1 + rng.normal(size=750) * 2.0 ** -rng.uniform(3, 52, 750)
    x[::3] = rng.uniform(0.1, 10, 500)
    y = rng.uniform(-745, 709.7, 1500) / np.log(np.where(x == 1, 2, x))
    triples = zip(x.tolist(), y.tolist(), values("power", x, y), strict=True)
    assert max(ulps(r, mp.power(mp.mpf(a), mp.mpf(b))) for a, b, r in triples) <= 2


def of_order(function, order):
    def one(x):
        return function(float(order), x)

    return one


def psi(order):
    return lambda u: mp.psi(order, u)


def spherical(order):
    factor = mp.fac2(2 * order + 1)
    return lambda u: mp.hyp0f1(order + mp.mpf(3) / 2, -u * u / 4) / factor


def bessel(order):
    return lambda u: mp.besselj(order, u)


RISING = np.concatenate([np.geomspace(1e-300, 1e300, 400), np.linspace(0.01, 171, 900)])
SIDES = np.linspace(-40, 40, 801)
DOCUMENTED = {
    "gamma": (vmath.gamma, mp.gamma, RISING[(RISING > 1e-307) & (RISING < 171.6)], 0, 10),
    "loggamma": (vmath.loggamma, mp.loggamma, RISING, 1, 4),
    **{
        f"polygamma of order {n}": (of_order(vmath.polygamma, n), psi(n), RISING[350:500], 1, 6)
        for n in range(4)
    },
    **{
        f"sinc of order {n}": (
            of_order(vmath.sinc, n),
            spherical(n),
            np.linspace(-40, 40, 801),
            1,
            3,
        )
        for n in range(4)
    },
    **{
        f"besselj of order {n}": (of_order(vmath.besselj, n), bessel(n), SIDES, 1, allowed)
        for n, allowed in ((0, 6), (1, 6), (2, 6), (3, 6), (8, 6), (20, 500))
    },
}  # function, oracle, points, least size of a value that an error is compared with, ulps of it


@pytest.mark.parametrize("name", DOCUMENTED)
def test_errors_of_special_functions_are_those_of_the_documentation(name):
    function, oracle, x, least, allowed = DOCUMENTED[name]
    compiled = callable_by_numba(function)

    @numba.njit(error_model="numpy", fastmath=LANE_FLAGS)
    def run(x, out):
        for i in range(x.size):
            out[i] = compiled(x[i])

    found = np.empty_like(x)
    run(x, found)
    for u, value in zip(x.tolist(), found.tolist(), strict=True):
        exact = oracle(mp.mpf(u))
        assert abs(value - exact) <= allowed * math.ulp(max(least, abs(float(exact)))), u


def test_special_functions_beyond_their_domain():
    x = [-1.5, 0.0, math.inf, math.nan, 1e308]
    for name, expected in {
        "gamma": [math.nan, math.inf, math.inf, math.nan, math.inf],
        "loggamma": [math.nan, math.inf, math.inf, math.nan, math.inf],
    }.items():
        np.testing.assert_array_equal(values(name, x), expected)


def test_whole_powers_are_exact():
    x, y = (g.ravel() for g in np.meshgrid(np.arange(-40.0, 41), np.arange(0.0, 9)))
    exact = [float(int(a) ** int(b)) for a, b in zip(x, y, strict=True)]
    np.testing.assert_array_equal(values("power", x, y), exact)


SPECIAL = [0.0, -0.0, TINY, -TINY, 1e-310, 0.5, -0.5, 1.0, -1.0, 1.5, -2.0, 3.0, -3.0, 2.5, 1e300]
SPECIAL += [-1e300, HUGE, -HUGE, 745.2, -745.2, 711.0, -711.0, math.inf, -math.inf, math.nan]
NUMPY_NAMES = {"erf": special.erf, "erfc": special.erfc}
NUMPY_NAMES |= {
    "sigmoid": lambda x: np.where(x < 0, np.exp(x) / (1 + np.exp(x)), special.expit(x)),
    "softplus": lambda x: np.logaddexp(0, x),
}
NUMPY_NAMES |= {"heaviside": lambda x: np.heaviside(x, 0.5)}


@pytest.mark.parametrize(
    "name", [n for n in UNARY if n not in ("logical_not", "gamma", "loggamma")]
)
def test_special_values_are_those_of_numpy(name):
    x = np.array(SPECIAL)
    oracle = NUMPY_NAMES.get(name) or getattr(np, name)
    with np.errstate(all="ignore"):
        expected = oracle(x)
    if name in ("sin", "cos", "tan"):
        expected[abs(x) > vmath.ANGLE_LIMIT] = math.nan
    np.testing.assert_allclose(values(name, x), expected, rtol=1e-15, atol=0)


def test_remainders_are_those_of_numpy():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=2000) * 10.0 ** rng.uniform(-3, 9, 2000), rng.normal(size=2000)
    y[::4], x[::8] = 1.0, np.arange(250) - 100.0
    found, expected = values("mod", x, y), np.mod(x, y)
    np.testing.assert_array_equal(found, expected)
    assert np.isnan(values("mod", [1.0, math.inf, math.nan, 1e30], [0.0, 1.0, 1.0, 1.0])).all()


@pytest.mark.parametrize("name", ["atan2", "hypot", "power", "minimum", "maximum"])
def test_special_values_of_two_arguments_are_those_of_numpy(name):
    x, y = (g.ravel() for g in np.meshgrid(SPECIAL, SPECIAL))
    if name == "atan2":  # the sign of a zero is not kept
        kept = (x != 0) & (y != 0)
        x, y = x[kept], y[kept]
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(x, y)
    np.testing.assert_allclose(values(name, x, y), expected, rtol=1e-15, atol=0)


def test_beyond_the_range_of_angles_is_nan():
    limit = vmath.ANGLE_LIMIT
    x = [limit, -limit, math.nextafter(limit, math.inf), 1e300, -math.inf]
    for name in ("sin", "cos", "tan"):
        assert np.isnan(values(name, x)).tolist() == [False, False, True, True, True]


@pytest.mark.parametrize("name", ["sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "erf"])
def test_odd_functions_are_odd_bit_for_bit(name):
    x = points(*ACCURATE[name][1:])
    assert (values(name, -x) == -values(name, x)).all()


@pytest.mark.parametrize("name", ["cos", "cosh"])
def test_even_functions_are_even_bit_for_bit(name):
    x = points(*ACCURATE[name][1:])
    assert (values(name, -x) == values(name, x)).all()


@settings(deadline=None, max_examples=100)
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_comparisons_are_those_of_python(a, b):
    expected = {"less": a < b, "less_equal": a <= b, "equal": a == b, "not_equal": a != b}
    for name, truth in expected.items():
        assert values(name, a, b) == float(truth)
        assert values(name, a, a) == float("equal" in name and name != "not_equal")


@pytest.mark.parametrize("name", BINARY[6:])
def test_indicators_pass_nan_on(name):
    for other in (0.0, 1.0, math.nan):
        assert np.isnan(values(name, [math.nan, other], [other, math.nan])).all()
    assert np.isnan(values("logical_not", math.nan)).all()


def test_truth_tables():
    a, b = [0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]
    assert values("logical_and", a, b).tolist() == [0, 0, 0, 1]
    assert values("logical_or", a, b).tolist() == [0, 1, 1, 1]
    assert values("logical_not", [0.0, 1.0]).tolist() == [1, 0]


def test_where_takes_one_side_and_passes_a_nan_condition_on():
    found = values(
        "where", [1.0, 0.0, 1.0, 0.0, math.nan], [2, 2, 2, math.nan, 2], [3, math.nan, 3, 3, 3]
    )
    np.testing.assert_array_equal(found, [2, math.nan, 2, 3, math.nan])


@pytest.mark.parametrize("name", ALL)
def test_flags_of_the_kernel_change_no_bit(name):
    rng = np.random.default_rng(1)
    args = [
        np.concatenate([all_sizes(rng, -2, 2), rng.uniform(-9, 9, 600)]) for _ in range(ALL[name])
    ]
    exact = values(name, *args, flags=frozenset())
    np.testing.assert_array_equal(values(name, *args), exact)


def machine_code(kernel):
    """Machine code of a kernel, without what wraps it for Python."""
    (text,) = kernel.inspect_asm().values()
    return text[text.index("\n_ZN") : text.index("\n_ZN7cpython")]


def calls(code):
    return re.findall(r"^\s+(?:call|blr?\s).*", code, re.MULTILINE)  # of x86-64, of ARM


@pytest.mark.skipif(
    not llvmlite.binding.get_host_cpu_features().get("avx2"), reason="looks for AVX2 registers"
)
@pytest.mark.parametrize("name", ALL)
def test_loop_is_vector_code_without_calls(name):
    code = machine_code(loop(name))
    assert not calls(code)
    assert re.search(r"^\s+(v\w+p[sd]\s.*%[yz]mm|vsqrtpd)", code, re.MULTILINE)


def test_calls_would_be_seen():
    kernel = numba.njit("float64(float64)")(lambda x: math.sin(x) + x)
    assert calls(machine_code(kernel))


def multiplications(function):
    text = numba.njit("float64(float64)", error_model="numpy")(function).inspect_llvm()
    (text,) = text.values()
    return text[: text.index("\n}")].count("call double @llvm.fma")


def test_sine_and_cosine_of_one_angle_share_their_code():
    sin, cos = callable_by_numba(vmath.sin), callable_by_numba(vmath.cos)
    alone = multiplications(lambda x: sin(x))
    assert alone > 10
    assert multiplications(lambda x: sin(x) + 2.0 * cos(x)) == alone


def test_a_branch_is_refused():
    @callable_by_numba
    def forked(x):
        return x if x > 0.0 else -x

    with pytest.raises(TypeError, match="use select"):
        numba.njit("float64(float64)")(lambda x: forked(x))


@cache
def without_instructions(function):
    """Give a function of floats as it is written for processors that cannot fuse or round."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "fuses", lambda: False)
        patch.setattr(native, "rounds", lambda: False)
        compiled = callable_by_numba(function)
        if len(signature(function).parameters) == 3:
            return numba.njit("float64(float64, float64, float64)")(
                lambda a, b, c: compiled(a, b, c)
            )
        return numba.njit("float64(float64)", error_model="numpy")(lambda x: compiled(x))


@given(
    a=st.floats(-1e100, 1e100), b=st.floats(-1e100, 1e100), share=st.floats(-2, 2),
    tilt=st.integers(-3, 3),
)  # fmt: skip
def test_a_fused_step_is_rounded_once_also_without_an_instruction(a, b, share, tilt):
    """Against exact fractions; half of the sums cancel all but the error of the product."""
    assume(a == b == 0 or 1e-280 < abs(a * b) < 1e290)
    c = -a * b * (1 + tilt * 2.0**-52) if tilt else share * a * b
    fused = without_instructions(fma)
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    got = Fraction(fused(a, b, c))
    assert abs(got - exact) <= abs(exact) * Fraction(2) ** -53 * Fraction(1001, 1000)


def test_what_is_not_finite_or_tiny_passes_a_fused_step_without_an_instruction():
    fused = without_instructions(fma)
    for a, b, c in [(math.inf, 2, 1), (1e300, 1e300, 1), (3.0, 2.0, -math.inf), (1e305, 2.0, 0.0)]:
        assert fused(a, b, c) == a * b + c
    assert math.isnan(fused(math.nan, 1.0, 1.0))
    assert fused(1e-200, 1e-110, 0.0) == 1e-310


@given(x=st.floats(-1e17, 1e17) | st.integers(-(2**53), 2**53).map(float))
def test_whole_numbers_below_without_an_instruction(x):
    below = without_instructions(floor)
    assert below(x) == math.floor(x)


@pytest.mark.parametrize("name", sorted(ACCURATE))
def test_functions_stay_accurate_without_fused_steps(name):
    oracle, low, high, _ = ACCURATE[name]
    function = without_instructions(getattr(vmath, name))
    sides = np.array([max(low, -700.0), min(high, 700.0)])
    points = np.random.default_rng(0).uniform(*sides, 200)
    small = np.random.default_rng(1).uniform(0.1, 0.9, 50)
    for x in [*points.tolist(), *small.tolist()]:
        if low <= x <= high:
            exact = oracle(mp.mpf(x))
            assert abs(function(x) - exact) <= 3 * math.ulp(float(exact)), x
