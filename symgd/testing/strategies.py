"""What Hypothesis draws: formulas, problems whose minima are known, starts; and its profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from ..arrays import Array
from ..errors import ConfigurationError, MissingPackageError
from ..given.names import hint, read_names
from ..given.numbers import read_flag, read_number, read_whole
from ..problem import Problem
from .grammar import CONVEX, ROUGH, TOTAL, Grammar, grammar
from .known import KnownProblem
from .shapes import known_problem, shapes

try:
    from hypothesis import HealthCheck, settings
    from hypothesis import strategies as st
except ImportError as error:
    raise MissingPackageError("hypothesis", "testing") from error

Variables: TypeAlias = int | Sequence[str]

_LETTERS = ("x", "y", "z")
_MOST = 20  # variables
_SIZE = 5
_SIDE = 10.0  # half the default box of starts

_EIGHTHS = st.integers(-24, 24).map(lambda n: n / 8)  # numbers that text and doubles hold exactly
_WEIGHTS = st.integers(1, 32).map(lambda n: n / 8)


def register_profile(name: str = "symgd", **changes: Any) -> None:
    """Register a profile of Hypothesis for tests that call symgd: ``settings.load_profile(name)``.

    The first call for a formula compiles, which takes longer than Hypothesis gives an example.
    So there is no deadline, no complaint about slow drawing, and 25 examples a test, not 100.

    Parameters
    ----------
    name : str
        What it will be called.
    **changes
        Settings of Hypothesis that shall be otherwise, as ``derandomize=True``.

    Examples
    --------
    >>> from hypothesis import settings
    >>> from symgd.testing import register_profile
    >>> register_profile("thorough", max_examples=1000)
    >>> settings.get_profile("thorough").max_examples
    1000
    """
    slow = [HealthCheck.too_slow]
    ours = {"deadline": None, "max_examples": 25, "suppress_health_check": slow}
    settings.register_profile(name, settings(**(ours | changes)))


def expressions(
    variables: Variables = 1,
    *,
    size: int = _SIZE,
    functions: Sequence[str] | None = None,
    smooth: bool = False,
    convex: bool = False,
    bounded: bool = False,
) -> st.SearchStrategy[str]:
    """Draw formulas that symgd accepts and that are defined for all real numbers.

    What they are follows from how they are put together; nothing is tried and thrown away. Each
    contains all of the variables.

    Parameters
    ----------
    variables : int or sequence of str
        How many variables, or their names.
    size : int
        How many straight lines a formula is put together from, at most.
    functions : sequence of str, optional
        Functions that may be in it, of sin, cos, tanh, atan, exp, log, sqrt, abs, max and min;
        by default all that the other options allow. A root is taken of ``1 + a**2``, for example.
    smooth : bool
        No kinks: without abs, max and min.
    convex : bool
        Convex functions only.
    bounded : bool
        Bounded from below: f never falls without end.

    Returns
    -------
    SearchStrategy
        Of str.

    Raises
    ------
    ConfigurationError
        If an argument is wrong.
    MissingPackageError
        If Hypothesis is not installed.

    Examples
    --------
    >>> import symgd
    >>> from hypothesis import given
    >>> from symgd.testing import expressions
    >>> @given(expressions(2, convex=True, bounded=True))
    ... def test_reading(text):
    ...     assert symgd.Problem(text).names == ("x", "y")
    >>> test_reading()
    """
    names = _names(variables)
    count = read_whole("size", size, 1, 50)
    flags = {"smooth": smooth, "convex": convex, "bounded": bounded}
    read = {name: read_flag(name, value) for name, value in flags.items()}
    chosen = _functions(functions, read["smooth"], read["convex"])
    rules = grammar(chosen, read["convex"], read["bounded"])
    return _formulas(names, rules, count)


def problems(
    variables: Variables | None = None, *, convex: bool = False, smooth: bool = True
) -> st.SearchStrategy[KnownProblem]:
    """Draw problems whose minima are known by construction.

    f is a sum of shapes along slanted coordinates: bowls, dents in a plain, double wells and,
    where `smooth` is False, kinks. All of its local minima are in ``minima`` and have the value
    ``fun``.

    Parameters
    ----------
    variables : int or sequence of str, optional
        How many variables, or their names; by default one to three.
    convex : bool
        Convex functions only, which have one minimum.
    smooth : bool
        No kinks. Without, fixed steps may never settle.

    Returns
    -------
    SearchStrategy
        Of `KnownProblem`.

    Raises
    ------
    ConfigurationError
        If an argument is wrong.

    Examples
    --------
    >>> from hypothesis import given
    >>> from symgd.testing import assert_minimum, problems
    >>> @given(problems(2))
    ... def test_minima(known):
    ...     assert_minimum(known.problem, known.minima)
    """
    convex, smooth = read_flag("convex", convex), read_flag("smooth", smooth)
    if variables is None:
        return st.integers(1, 3).flatmap(lambda n: _problems(_names(n), convex, smooth))
    return _problems(_names(variables), convex, smooth)


def starts(
    variables: Variables | Problem | KnownProblem = 1, low: float = -_SIDE, high: float = _SIDE
) -> st.SearchStrategy[Array]:
    """Draw a start ``(n_vars,)`` between two numbers.

    Parameters
    ----------
    variables : int, sequence of str, Problem or KnownProblem
        What it is a start for.
    low, high : float
        The least and the largest number.

    Returns
    -------
    SearchStrategy
        Of ndarray.

    Examples
    --------
    >>> from hypothesis import given
    >>> from symgd.testing import starts
    >>> @given(starts(2, 0, 1))
    ... def test_shape(x0):
    ...     assert x0.shape == (2,) and (x0 <= 1).all()
    >>> test_shape()
    """
    return batches(variables, low, high, most=1).map(lambda batch: batch[0])


def batches(
    variables: Variables | Problem | KnownProblem = 1,
    low: float = -_SIDE,
    high: float = _SIDE,
    *,
    most: int = 20,
) -> st.SearchStrategy[Array]:
    """Draw several starts, ``(n_runs, n_vars)``.

    Parameters
    ----------
    variables, low, high : optional
        As `starts` takes them.
    most : int
        The largest number of starts; there is always one.

    Returns
    -------
    SearchStrategy
        Of ndarray.

    Examples
    --------
    >>> from hypothesis import given
    >>> from symgd.testing import batches
    >>> @given(batches(2, most=5))
    ... def test_shape(x0):
    ...     assert 1 <= len(x0) <= 5 and x0.shape[1] == 2
    >>> test_shape()
    """
    n = len(_names_of(variables))
    lowest = read_number("low", low, "a finite number")
    highest = read_number("high", high, f"a number that is not below {lowest:g}", least=lowest)
    one = st.tuples(*[st.floats(lowest, highest)] * n)
    rows = st.lists(one, min_size=1, max_size=read_whole("most", most, 1))
    return rows.map(lambda points: np.array(points, dtype=float))


def _names_of(variables: Variables | Problem | KnownProblem) -> tuple[str, ...]:
    if isinstance(variables, KnownProblem):
        return variables.variables
    return variables.names if isinstance(variables, Problem) else _names(variables)


def _names(variables: Variables) -> tuple[str, ...]:
    """Read names, or make as many as are asked for: x, y, z, or x1, x2, ..."""
    if isinstance(variables, int | float | np.integer | np.floating):
        n = read_whole("variables", variables, 1, _MOST)
        return _LETTERS[:n] if n <= len(_LETTERS) else tuple(f"x{i}" for i in range(1, n + 1))
    names = read_names(variables) or _LETTERS[:1]
    return Problem(" + ".join(names), variables=names).names  # refuses what is no name


def _functions(functions: Sequence[str] | None, smooth: bool, convex: bool) -> tuple[str, ...]:
    known = [name for name in TOTAL if not convex or name in CONVEX]
    known = [name for name in known if not smooth or name not in ROUGH]
    ours = f"a list out of {', '.join(known)}"
    if isinstance(functions, str):
        raise ConfigurationError("functions", functions, f"{ours}; did you mean [{functions!r}]?")
    for name in functions or ():
        if name not in known:
            raise ConfigurationError("functions", name, ours + hint(name, known))
    return tuple(known if functions is None else functions)


@st.composite
def _formulas(draw: st.DrawFn, names: tuple[str, ...], rules: Grammar, size: int) -> str:
    """Put pieces together by the rules, and add the variables that are missing."""
    lines = st.sampled_from(rules.leaves).flatmap(lambda form: _lines(names).map(form.format))
    text = draw(st.recursive(lines, lambda inner: _larger(rules.nodes, inner), max_leaves=size))
    if rules.top != ("{0}",):
        text = draw(st.sampled_from(rules.top)).format(text, draw(lines))
    words = _words(text)
    return " + ".join([text, *(rules.rest.format(n) for n in names if n not in words)])


def _larger(forms: Sequence[str], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(str.format, st.sampled_from(forms), inner, inner)


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() or c == "_" else " " for c in text).split())


@st.composite
def _lines(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    """Draw a straight line, such as ``2*x - 0.5`` or ``x + 1.25*y``."""
    first, second = draw(st.sampled_from(names)), draw(st.sampled_from([*names, ""]))
    slope, shift = draw(_WEIGHTS), draw(_EIGHTHS)
    line = first if slope == 1 else f"{slope:g}*{first}"
    line += f" + {second}" if second not in ("", first) else ""
    return f"{line} {'-' if shift < 0 else '+'} {abs(shift):g}" if shift else line


@st.composite
def _problems(draw: st.DrawFn, names: tuple[str, ...], convex: bool, smooth: bool) -> KnownProblem:
    n = len(names)
    below = n * (n - 1) // 2

    def several(one: st.SearchStrategy[Any], count: int) -> list[Any]:
        return draw(st.lists(one, min_size=count, max_size=count))

    return known_problem(
        names,
        centre=several(_EIGHTHS, n),
        skew=several(st.integers(-8, 8).map(lambda k: k / 8), below),
        weights=several(_WEIGHTS, n),
        chosen=several(st.sampled_from(shapes(convex, smooth)), n),
        fun=draw(_EIGHTHS),
    )
