"""A rule's step written down: called once on values whose operators write text.

The text holds the numbers that the step refers to, so nothing else decides what it computes. It is
what becomes part of a kernel, and the key of that kernel.
"""

from __future__ import annotations

import linecache
import math
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

from ..errors import ConfigurationError
from ..memos import memo

_TAKES = (
    "a step made of + - * / // **, abs and numbers, that gives (x, *slots): no if, no comparison, "
    "no function of math or numpy"
)


class Recorded:
    """A number of a step that is not known yet; its operators write lines of source."""

    __slots__ = ("_lines", "_name")
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None  # NumPy leaves the operators to this class

    def __init__(self, lines: list[str], name: str) -> None:
        self._lines, self._name = lines, name

    def _write(self, expression: str) -> Recorded:
        name = f"t{len(self._lines)}"
        self._lines.append(f"{name} = {expression}")
        return Recorded(self._lines, name)

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

    def __pow__(self, other: Any) -> Recorded:
        return self._binary("**", self, other)

    def __rpow__(self, other: Any) -> Recorded:
        return self._binary("**", other, self)

    def __neg__(self) -> Recorded:
        return self._write(f"-{self._name}")

    def __pos__(self) -> Recorded:
        return self

    def __abs__(self) -> Recorded:
        return self._write(f"abs({self._name})")

    def __bool__(self) -> bool:
        raise TypeError("the values of many runs are true and false at once")

    def _compared(self, other: Any) -> Any:
        raise TypeError("values cannot be compared")

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _compared


def _shown(value: Any) -> str:
    """Write an operand: a name, or a number that is a float wherever it stands."""
    if isinstance(value, Recorded):
        return value._name
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
        A function ``step(x, grad, epoch, s0, ..., c0, ...)`` of the slots and the settings.
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
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 - our own source: names of ours and numbers
    function: Callable[..., tuple[Any, ...]] = names["step"]
    return function


def record(step: Callable[..., Any], name: str, slots: int, settings: int) -> Program:
    """Write down what a rule's step computes.

    Parameters
    ----------
    step : callable
        ``step(x, grad, epoch, *slots, *settings)``.
    name : str
        What the rule is called.
    slots, settings : int
        Their numbers.

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
    lines: list[str] = []
    try:
        results = step(*(Recorded(lines, n) for n in names))
        shown = [_shown(r) for r in _checked(results, slots)]
    except Exception as error:
        raise ConfigurationError("method", f"the rule {name!r}", _fault(step, error)) from error
    body = [*lines, f"return {', '.join(shown)},"]
    return Program(f"def step({', '.join(names)}):\n" + "\n".join(f"    {b}" for b in body))


def _checked(results: Any, slots: int) -> Sequence[Any]:
    if not isinstance(results, tuple | list):
        raise TypeError(f"it gives {type(results).__name__} and not a tuple")
    if len(results) != 1 + slots:
        raise TypeError(f"it gives {len(results)} values; x and {slots} slots are {1 + slots}")
    return results


def _fault(step: Callable[..., Any], error: Exception) -> str:
    """Tell what a rule takes, and on which of its lines it does not keep to that."""
    frames: list[tuple[FrameType, int]] = list(traceback.walk_tb(error.__traceback__))
    theirs = [(f.f_code.co_filename, line) for f, line in frames if f.f_code is _code(step)]
    if not theirs:
        return f"{_TAKES}: {error}"
    file, line = theirs[-1]
    text = linecache.getline(file, line).strip()
    place = f"line {line} of its file" + (f", {text!r}" if text else "")
    return f"{_TAKES}; on {place}: {error}"


def _code(step: Callable[..., Any]) -> Any:
    return getattr(getattr(step, "__func__", step), "__code__", None)
