"""A rule's step written down: called once on values whose operators write text.

The text holds the numbers that the step refers to, so nothing else decides what it computes. It is
what becomes part of a kernel, and the key of that kernel.
"""

from __future__ import annotations

import linecache
import math
import operator
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from ..errors import ConfigurationError
from ..memos import memo
from .functions import FUNCTIONS, UFUNCS

_MADE_OF = (
    f"made of + - * / // **, abs, numbers and numpy's {', '.join(UFUNCS)}: no if, for which there "
    "is numpy.where"
)
_STEP = f"a step {_MADE_OF}; it gives (x, *slots), or x alone where it remembers nothing"
_RATE = f"a function of the epoch {_MADE_OF}"
_OPERATORS = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.floor_divide: operator.floordiv,
    np.power: operator.pow,
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
    np.equal: operator.eq,
    np.not_equal: operator.ne,
}  # what NumPy makes of an operator whose left side is its own number


class _Named:
    """What is not known yet, and the lines that are written so far."""

    __slots__ = ("_lines", "_name")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, lines: list[str], name: str) -> None:
        self._lines, self._name = lines, name

    def _write(self, expression: str) -> Recorded:
        return Recorded(self._lines, self._line(expression))

    def _line(self, expression: str) -> str:
        name = f"t{len(self._lines)}"
        self._lines.append(f"{name} = {expression}")
        return name

    def __bool__(self) -> bool:
        raise TypeError("the values of many runs are true and false at once")

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **more: Any) -> Any:
        if method != "__call__" or more:
            return NotImplemented
        if ufunc in _OPERATORS:
            left, right = (a if isinstance(a, _Named) else float(a) for a in args)
            return _OPERATORS[ufunc](left, right)
        name: str = ufunc.__name__
        if UFUNCS.get(name) is not ufunc:
            raise TypeError(f"numpy.{name} is none of these")
        return self._write(f"{name}({', '.join(map(_shown, args))})")

    def __array_function__(self, function: Any, types: Any, args: Any, more: Any) -> Any:
        if function is not np.where or len(args) != 3 or more:
            raise TypeError(f"numpy.{function.__name__} is none of these")
        condition, x, y = args
        if not isinstance(condition, Condition):
            raise TypeError("numpy.where asks for a comparison")
        return self._write(f"where({condition._name}, {_shown(x)}, {_shown(y)})")


class Condition(_Named):
    """A comparison of such numbers."""

    __slots__ = ()

    def __and__(self, other: Any) -> Condition:
        return self._with("&", other)

    def __or__(self, other: Any) -> Condition:
        return self._with("|", other)

    def __invert__(self) -> Condition:
        return Condition(self._lines, self._line(f"~{self._name}"))

    def _with(self, sign: str, other: Any) -> Condition:
        if not isinstance(other, Condition):
            raise TypeError(f"{sign} stands between two comparisons")
        return Condition(self._lines, self._line(f"{self._name} {sign} {other._name}"))


class Recorded(_Named):
    """A number of a step that is not known yet; its operators write lines of source."""

    __slots__ = ()

    def _binary(self, operator: str, left: Any, right: Any) -> Recorded:
        return self._write(f"{_shown(left)} {operator} {_shown(right)}")

    def __add__(self, other: Any) -> Recorded:
        return self._binary("+", self, other)

    def __radd__(self, other: Any) -> Recorded:
        return self._binary("+", other, self)

    def __sub__(self, other: Any) -> Recorded:
        return self._binary("-", self, other)

    def __rsub__(self, other: Any) -> Recorded:
        return self._binary("-", other, self)

    def __mul__(self, other: Any) -> Recorded:
        return self._binary("*", self, other)

    def __rmul__(self, other: Any) -> Recorded:
        return self._binary("*", other, self)

    def __truediv__(self, other: Any) -> Recorded:
        return self._binary("/", self, other)

    def __rtruediv__(self, other: Any) -> Recorded:
        return self._binary("/", other, self)

    def __floordiv__(self, other: Any) -> Recorded:
        return self._binary("//", self, other)

    def __rfloordiv__(self, other: Any) -> Recorded:
        return self._binary("//", other, self)

    def __pow__(self, other: Any) -> Recorded:
        if not isinstance(other, _Named) and float(other) == 0.5:
            return self._write(f"sqrt({self._name})")  # an instruction of the processor
        return self._binary("**", self, other)

    def __rpow__(self, other: Any) -> Recorded:
        return self._binary("**", other, self)

    def __neg__(self) -> Recorded:
        return self._write(f"-{self._name}")

    def __pos__(self) -> Recorded:
        return self

    def __abs__(self) -> Recorded:
        return self._write(f"abs({self._name})")

    def _compared(self, sign: str, other: Any) -> Condition:
        return Condition(self._lines, self._line(f"{self._name} {sign} {_shown(other)}"))

    def __lt__(self, other: Any) -> Any:
        return self._compared("<", other)

    def __le__(self, other: Any) -> Any:
        return self._compared("<=", other)

    def __gt__(self, other: Any) -> Any:
        return self._compared(">", other)

    def __ge__(self, other: Any) -> Any:
        return self._compared(">=", other)

    def __eq__(self, other: Any) -> Any:
        return self._compared("==", other)

    def __ne__(self, other: Any) -> Any:
        return self._compared("!=", other)


def _shown(value: Any) -> str:
    """Write an operand: a name, or a number that is a float wherever it stands."""
    if isinstance(value, Recorded):
        return value._name
    if isinstance(value, Condition):
        raise TypeError("a comparison is no number: choose between two with numpy.where")
    number = float(value)
    if math.isnan(number):
        raise TypeError("nan is no number to compute with")
    text = repr(number).replace("inf", "1e999")
    return f"({text})" if number < 0 else text


@dataclass(frozen=True)
class Program:
    """The step of a rule as source.

    Attributes
    ----------
    text : str
        A function ``step(x, grad, epoch, s0, ..., c0, ...)`` of the slots and the settings; of
        a schedule ``step(epoch, c0, ...)``.
    """

    text: str

    @property
    def scheduled(self) -> bool:
        """Whether it depends on the number of the epoch."""
        return "epoch" in self.text.partition(":")[2]

    @property
    def run(self) -> Callable[..., tuple[Any, ...]]:
        """The step, for numbers, for arrays of them, or for numbers of a lane."""
        return _function(self.text)


@memo
def _function(text: str) -> Callable[..., tuple[Any, ...]]:
    names: dict[str, Any] = dict(FUNCTIONS)
    exec(text, names)  # noqa: S102 - our own source: names of ours and numbers
    function: Callable[..., tuple[Any, ...]] = names["step"]
    return function


def record(
    step: Callable[..., Any],
    name: str,
    slots: int,
    settings: int,
    source: Callable[..., Any] | None = None,
) -> Program:
    """Write down what a rule's step computes.

    Parameters
    ----------
    step : callable
        ``step(x, grad, epoch, *slots, *settings)``.
    name : str
        What the rule is called.
    slots, settings : int
        Their numbers.
    source : callable, optional
        The function whose line is shown in an error; by default the step.

    Returns
    -------
    Program

    Raises
    ------
    ConfigurationError
        If the step does anything else than arithmetic; with the line where it does.

    Examples
    --------
    >>> print(record(lambda x, grad, epoch, lr: (x - lr * grad / epoch,), "decay", 0, 1).text)
    def step(x, grad, epoch, c0):
        t0 = c0 * grad
        t1 = t0 / epoch
        t2 = x - t1
        return t2,
    """
    names = ["x", "grad", "epoch", *(f"s{i}" for i in range(slots))]
    names += [f"c{i}" for i in range(settings)]
    try:
        return _written(lambda *values: _checked(step(*values), slots), names)
    except Exception as error:
        said = _fault(source or step, error, _STEP)
        raise ConfigurationError("method", f"the rule {name!r}", said) from error


def record_rate(
    rate: Callable[..., Any], name: str, numbers: int, source: Callable[..., Any]
) -> Program:
    """Write down what a schedule computes, ``rate(epoch, *numbers)``, in the same way.

    An error shows the line of `source` that cannot be written down.

    Raises
    ------
    ConfigurationError
        If it does anything else than arithmetic; with the line where it does.

    Examples
    --------
    >>> falling = lambda epoch, first: first / epoch
    >>> print(record_rate(falling, "falling", 1, falling).text)
    def step(epoch, c0):
        t0 = c0 / epoch
        return t0,
    """
    names = ["epoch", *(f"c{i}" for i in range(numbers))]
    try:
        return _written(lambda *values: [rate(*values)], names)
    except Exception as error:
        said = _fault(source, error, _RATE)
        raise ConfigurationError("lr", f"the schedule {name}", said) from error


def _written(function: Callable[..., Sequence[Any]], names: Sequence[str]) -> Program:
    lines: list[str] = []
    shown = [_shown(r) for r in function(*(Recorded(lines, n) for n in names))]
    body = [*lines, f"return {', '.join(shown)},"]
    return Program(f"def step({', '.join(names)}):\n" + "\n".join(f"    {b}" for b in body))


def _checked(results: Any, slots: int) -> Sequence[Any]:
    if isinstance(results, Recorded):  # x alone needs no tuple
        results = (results,)
    if not isinstance(results, tuple | list):
        raise TypeError(f"it gives {type(results).__name__} and not a tuple")
    if len(results) != 1 + slots:
        raise TypeError(f"it gives {len(results)} values; x and {slots} slots are {1 + slots}")
    return results


def _fault(step: Callable[..., Any], error: Exception, takes: str) -> str:
    """Tell what a function may be, and on which of its lines it does not keep to that."""
    frames: list[tuple[FrameType, int]] = list(traceback.walk_tb(error.__traceback__))
    theirs = [(f.f_code.co_filename, line) for f, line in frames if f.f_code is _code(step)]
    if not theirs:
        return f"{takes}: {error}"
    file, line = theirs[-1]
    text = linecache.getline(file, line).strip()
    place = f"line {line} of its file" + (f", {text!r}" if text else "")
    return f"{takes}; on {place}: {error}"


def _code(step: Callable[..., Any]) -> Any:
    return getattr(getattr(step, "__func__", step), "__code__", None)
