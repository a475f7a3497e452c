"""What the words of the command line mean: numbers, lists, axes, points and boxes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from ..errors import ConfigurationError
from ..forgotten import forgotten
from .options import ARGUMENTS, OPTIONS, SETTINGS
from .points import is_file, read_starts
from .schedules import SCHEDULE, read_schedule

Values: TypeAlias = Any  # a number, or a list of several
Box: TypeAlias = Mapping[str, tuple[float | None, float | None]]


def _whole(text: str) -> int:
    """Read a whole number, as 1000 or as 1e3."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
        if not number.is_integer():
            raise
        return int(number)


_MOST = 10_000_000  # values of an axis
_AXIS = "LO:HI:N or log:LO:HI:N, such as 0:1:11 for eleven values"
_SEVERAL = {
    float: "a number, several with commas, LO:HI:N or log:LO:HI:N",
    _whole: "a whole number, several with commas, LO:HI:N or log:LO:HI:N",
}
_RANGE = "LO:HI, or NAME=LO:HI for one variable, such as 0:1 or x=0:1"
_VALUE = "NAME=NUMBER, such as a=3"

_WHOLE = ("seed", "history", "workers")
_CHANGES = ("clip_value", "clip_norm", "noise", *SETTINGS)

# Arguments, and the marks of a word that holds several values, each an axis of a sweep.
_AXES = {"x0": ":", **dict.fromkeys(("lr", "epochs", "params", *_CHANGES), ":,")}


def axes(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find the axes of a sweep among the options; each with what was typed."""
    for name, marks in _AXES.items():
        words = given.get(name, ())
        for word in [words] if isinstance(words, str) else words:
            one = is_file(word) if name == "x0" else "(" in word  # a schedule
            if not one and any(mark in word for mark in marks):
                yield OPTIONS[name], word


def parameters(words: Iterable[str]) -> dict[str, Values]:
    """Read values of parameters."""
    return dict(map(_parameter, words))


def arguments(
    given: Mapping[str, Any], params: Mapping[str, Values], names: Sequence[str]
) -> dict[str, Any]:
    """Read the arguments of `minimize` and `sweep`, in the order in which they were typed.

    Parameters
    ----------
    given : mapping of str to object
        Words of each option.
    params : mapping of str to float or list of float
        The parameters, which are read already.
    names : sequence of str
        Names of the variables.

    Returns
    -------
    dict

    Raises
    ------
    ConfigurationError
        Names the option, what it got, and what it takes.
    """
    readers: dict[str, Callable[[Any], Any]] = {
        "params": lambda _: params,
        "x0": lambda words: _starts(words, names),
        "starts": _count,
        "lr": _rate,
        "epochs": lambda word: _several("--epochs", word, word, _whole),
        "bounds": lambda words: _box("--bounds", words, names),
        "start_box": lambda words: _box("--start-box", words, names),
        **{name: partial(_numbers, name) for name in _CHANGES},
        **{name: partial(_one, name, float, "a number") for name in ("tol", "time_limit")},
        **{name: partial(_one, name, _whole, "a whole number") for name in _WHOLE},
    }
    typed = {name: value for name, value in given.items() if name in ARGUMENTS}
    return {n: readers[n](value) if n in readers else value for n, value in typed.items()}


def _count(word: str) -> int | str:
    """Read a number of starts; what is none may be "until 1%", which is read elsewhere."""
    try:
        return _whole(word)
    except ValueError:
        return word


def _one(name: str, kind: Callable[[str], float], takes: str, word: str) -> float:
    return _number(OPTIONS[name], word, word, takes, kind)


def _rate(word: str) -> Any:
    """Read rates, or a schedule of them."""
    if "(" in word:
        return read_schedule(word)
    if word[:1].isalpha() and not word.startswith("log:"):
        raise ConfigurationError("--lr", word, f"{_SEVERAL[float]}, or {SCHEDULE}")
    return _numbers("lr", word)


def _numbers(name: str, word: str) -> Values:
    return _several(OPTIONS[name], word, word, float)


def _parameter(word: str) -> tuple[str, Values]:
    name, equals, value = word.partition("=")
    if not (name and equals):
        raise ConfigurationError("--param", word, _VALUE)
    return name.strip(), _several("--param", word, value, float)


def _several(option: str, word: str, text: str, kind: Callable[[str], float]) -> Values:
    """Read a number, a list, or an axis; whole numbers of an axis each once."""
    if ":" in text:
        values = _axis(option, word, text)
        return values if kind is float else list(dict.fromkeys(map(round, values)))
    numbers = [_number(option, word, part, _SEVERAL[kind], kind) for part in text.split(",")]
    return numbers if len(numbers) > 1 else numbers[0]


def _axis(option: str, word: str, text: str) -> list[float]:
    from numpy import geomspace, linspace

    parts, log = text.removeprefix("log:").split(":"), text.startswith("log:")
    if len(parts) != 3:
        raise ConfigurationError(option, word, _AXIS)
    low, high = (_number(option, word, part, _AXIS) for part in parts[:2])
    count = _number(option, word, parts[2], _AXIS, _whole)
    if not 1 <= count <= _MOST:
        raise ConfigurationError(option, word, f"LO:HI:N with N from 1 to {_MOST:,}")
    if not math.isfinite(high - low):
        raise ConfigurationError(option, word, "LO:HI:N with finite numbers")
    if log and min(low, high) <= 0:
        raise ConfigurationError(option, word, "log:LO:HI:N with LO and HI above 0")
    spaced: Callable[..., Any] = geomspace if log else linspace
    values: list[float] = spaced(low, high, int(count)).tolist()
    return values


def _number(
    option: str, word: str, text: str, takes: str, kind: Callable[[str], float] = float
) -> float:
    try:
        return kind(text)
    except ValueError:
        raise ConfigurationError(option, word, takes) from None


def _starts(words: Sequence[str], names: Sequence[str]) -> Values:
    """Read one start, or a list of them, or a file; in one variable also an axis."""
    for word in words:
        if is_file(word):
            if len(words) > 1:
                raise ConfigurationError("--x0", word, "a file with all starts, and no other --x0")
            return read_starts(word, names)
    if len(names) > 1:
        points = [_point(word, names) for word in words]
        return points if len(points) > 1 else points[0]
    if len(words) == 1:
        return _several("--x0", words[0], words[0], float)
    return [_number("--x0", w, w, f"one number, {names[0]}, each time it is given") for w in words]


def _point(word: str, names: Sequence[str]) -> list[float]:
    one = forgotten(names)
    ask = f"; all of these are variables here: --param {one}=NUMBER fixes one" if one else ""
    parts, takes = word.split(","), f"{len(names)} numbers with commas: {','.join(names)}{ask}"
    if len(parts) != len(names):
        raise ConfigurationError("--x0", word, takes)
    return [_number("--x0", word, part, takes) for part in parts]


def _box(option: str, words: Iterable[str], names: Sequence[str]) -> Box:
    """Read ranges: those without a name are for every variable, later words win."""
    box: dict[str, tuple[float | None, float | None]] = {}
    for word in words:
        name, equals, sides = word.rpartition("=")
        low, colon, high = sides.partition(":")
        if not colon or (equals and not name):
            raise ConfigurationError(option, word, _RANGE)
        pair = _side(option, word, low), _side(option, word, high)
        box.update({name.strip(): pair} if equals else dict.fromkeys(names, pair))
    return box


def _side(option: str, word: str, side: str) -> float | None:
    return _number(option, word, side, _RANGE) if side.strip() else None
