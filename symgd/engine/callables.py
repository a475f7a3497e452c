"""f, its gradient and its Hessian as functions for code that users compile with Numba."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import signature
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core.errors import TypingError
from numba.extending import intrinsic, overload
from numba.np.arrayobj import make_array

from ..memos import memo
from .numbers import vmath
from .numbers.intrinsics import Float, as_node

_DOUBLE, _INT64 = ir.DoubleType(), ir.IntType(64)


class Jitted(NamedTuple):
    """Functions of one point that Numba has compiled, for Python and for compiled code.

    Each takes an array ``(n_vars,)``, or a number where there is one variable, and gives nan where
    f is not defined, and for sines and cosines of more than ``2**40``.

    Attributes
    ----------
    fun : callable
        f, a float.
    grad : callable
        The gradient, ``(n_vars,)``; of a number the derivative, a float.
    hess : callable or None
        The Hessian, ``(n_vars, n_vars)``; of a number the second derivative, a float. None where
        it is too large to be written out.
    """

    fun: Callable[..., Any]
    grad: Callable[..., Any]
    hess: Callable[..., Any] | None


@memo
def jitted(
    value: str, gradient: str, hessian: str | None, params: tuple[float, ...], n: int
) -> Jitted:
    """Make the functions of a formula.

    Parameters
    ----------
    value, gradient, hessian : str
        Sources of functions of the variables and the parameters, each of which gives a list: of f,
        of the gradient, and of the lower triangle of the Hessian.
    params : tuple of float
        Values of the parameters, which become constants.
    n : int
        Number of variables.

    Returns
    -------
    Jitted
    """
    read = _reader(n)

    def function(source: str, shaped: Callable[..., Any]) -> Callable[..., Any]:
        entry = shaped(*_written(source, params, n), n)

        @njit(nogil=True)
        def evaluate(x: Any) -> Any:
            return entry(read(x))

        return evaluate  # type: ignore[no-any-return]

    return Jitted(
        function(value, _number),
        function(gradient, _vector),
        None if hessian is None else function(hessian, _matrix),
    )


def _written(source: str, params: tuple[float, ...], n: int) -> tuple[Any, Any]:
    """Make what writes a source into compiled code: its first entry, or all into an array."""
    function = _defined(source)

    def entries(context: Any, builder: ir.IRBuilder, kind: Any, x: ir.Value) -> list[ir.Value]:
        nodes = [x]
        if isinstance(kind, types.Array):
            places = _places(builder, _data(context, builder, kind, x), n)
            nodes = [builder.load(place) for place in places]
        fixed = [ir.Constant(_DOUBLE, p) for p in params]
        found = function(*(Float(builder, node) for node in nodes + fixed))
        return [as_node(entry, _DOUBLE) for entry in found]

    def give(context: Any, builder: ir.IRBuilder, takes: Any, args: Any) -> Any:
        return entries(context, builder, takes.args[0], args[0])[0]

    def store(context: Any, builder: ir.IRBuilder, takes: Any, args: Any) -> Any:
        found = entries(context, builder, takes.args[0], args[0])
        places = _places(builder, _data(context, builder, takes.args[1], args[1]), len(found))
        for node, place in zip(found, places, strict=True):
            builder.store(node, place)
        return context.get_dummy_value()

    @intrinsic
    def first(typing: Any, x: Any) -> Any:
        return types.float64(x), give

    @intrinsic
    def fill(typing: Any, x: Any, out: Any) -> Any:
        return types.void(x, out), store

    return first, fill


def _data(context: Any, builder: ir.IRBuilder, kind: Any, array: ir.Value) -> ir.Value:
    """Give the address of the numbers of an array."""
    return make_array(kind)(context, builder, array).data


def _places(builder: ir.IRBuilder, data: ir.Value, count: int) -> list[ir.Value]:
    return [builder.gep(data, [ir.Constant(_INT64, i)], inbounds=True) for i in range(count)]


def _defined(source: str) -> Callable[..., list[Float | float]]:
    names = {
        name: _scalar(function) for name, function in vars(vmath).items() if callable(function)
    }
    exec(compile(source, "<formula>", "exec"), names)  # noqa: S102 - our own source
    return names[source.split("(")[0].removeprefix("def ")]


def _scalar(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give an elementary function that takes numbers beside values; an order stays a number."""

    def apply(*args: Float | float) -> Float:
        orders = int("order" in signature(function).parameters)
        builder = next(a.builder for a in args if isinstance(a, Float))
        floats = [Float(builder, as_node(a, _DOUBLE)) for a in args[orders:]]
        result: Float = function(*args[:orders], *floats)
        return result

    return apply


def _by_types(choose: Callable[..., Any]) -> Any:
    """Make a function for compiled code from one that chooses it by the types of its arguments."""

    def chosen(*args: Any) -> Any:
        """Stand for what is chosen."""

    overload(chosen, strict=False)(choose)
    return chosen


@cache
def _reader(n: int) -> Any:
    """Make what gives a point as a float, or as floats side by side."""
    several = f"an array of {n} numbers" if n > 1 else "a number, or an array of one"
    wrong = f"x: takes {several}"

    def read(x: Any) -> Any:
        if n == 1 and isinstance(x, types.Float | types.Integer):
            return lambda x: np.float64(x)
        real = isinstance(x, types.Array) and isinstance(x.dtype, types.Float | types.Integer)
        if not real or x.ndim != 1:
            raise TypingError(f"x: got {x}; takes {several}")
        there = x.dtype == types.float64 and x.layout == "C"

        def numbers(x: Any) -> Any:
            if len(x) != n:
                raise ValueError(wrong)
            return x if there else x.astype(np.float64)

        return numbers

    return _by_types(read)


def _number(first: Any, fill: Any, n: int) -> Any:
    """Make the function that gives a number."""
    return _by_types(lambda x: lambda x: first(x))


def _vector(first: Any, fill: Any, n: int) -> Any:
    """Make the function that gives an entry for each variable."""

    def entry(x: Any) -> Any:
        if not isinstance(x, types.Array):
            return lambda x: first(x)

        def vector(x: Any) -> Any:
            out = np.empty(n)
            fill(x, out)
            return out

        return vector

    return _by_types(entry)


def _matrix(first: Any, fill: Any, n: int) -> Any:
    """Make the function that gives an entry for each pair of variables, from those with j <= i."""

    def entry(x: Any) -> Any:
        if not isinstance(x, types.Array):
            return lambda x: first(x)

        def matrix(x: Any) -> Any:
            lower, full, k = np.empty(n * (n + 1) // 2), np.empty((n, n)), 0
            fill(x, lower)
            for i in range(n):
                for j in range(i + 1):
                    full[i, j] = full[j, i] = lower[k]
                    k += 1
            return full

        return matrix

    return _by_types(entry)
