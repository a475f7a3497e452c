"""Schedules in words, such as ``cosine(0.1, 300)``: calls that are read and never run."""

from __future__ import annotations

import ast
import inspect
import warnings
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from ..given.names import hint

if TYPE_CHECKING:
    from ..schedules import Schedule

SCHEDULE = "a schedule such as cosine(0.1, 300)"
_TAKES = f"a number, or {SCHEDULE}"
_LONGEST = 1000  # characters


def read_schedule(word: str) -> Schedule:
    """Read a schedule as Python has it, or in small letters.

    Parameters
    ----------
    word : str
        Such as ``Cosine(0.1, steps=300)`` or ``warm_up(20, cosine(0.1, 300))``.

    Returns
    -------
    Schedule

    Raises
    ------
    ConfigurationError
        If it is none, or one of its numbers is wrong.

    Examples
    --------
    >>> read_schedule("warm_up(20, cosine(0.1, 300))")
    WarmUp(steps=20, then=Cosine(lr=0.1, steps=300, lowest=0.0))
    """
    found = _value(_tree(word), word)
    if not callable(found):
        raise ConfigurationError("--lr", word, _TAKES)
    return found  # type: ignore[no-any-return]


def _tree(word: str) -> ast.expr:
    if len(word) > _LONGEST:
        raise ConfigurationError("--lr", word, f"at most {_LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of words that Python will not know for ever
            return ast.parse(word.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ConfigurationError("--lr", word, _TAKES) from None


def _value(node: ast.expr, word: str) -> Any:
    """Read a schedule, a number with its sign, or a list of such."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=places, keywords=named):
            values = [_value(place, word) for place in places]
            words = {str(one.arg): _value(one.value, word) for one in named}
            return _made(name, values, words)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [_value(part, word) for part in parts]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.Constant(value=int() | float() as number):
            return number
    raise ConfigurationError("--lr", word, _TAKES)


def _made(typed: str, values: list[Any], words: dict[str, Any]) -> Schedule:
    """Make the schedule of that name with these numbers."""
    kind = _kind(typed)
    signature = inspect.signature(kind)
    for word in words:
        if word not in signature.parameters:
            near = get_close_matches(word, signature.parameters, n=1)
            ask = "".join(f"; did you mean {name}?" for name in near)
            raise ConfigurationError("--lr", f"{typed} with {word}", f"{_call(kind)}{ask}")
    try:
        given = signature.bind(*values, **words)
    except TypeError as error:
        raise ConfigurationError("--lr", f"{typed}: {error}", _call(kind)) from None
    try:
        return kind(*given.args, **given.kwargs)
    except ConfigurationError as error:
        argument = f"--lr: {error.argument} of {kind.__name__}"
        raise ConfigurationError(argument, error.got, error.takes) from None


def _kind(typed: str) -> type[Schedule]:
    from .. import schedules

    kinds = {name: getattr(schedules, name) for name in schedules.__all__ if name != "Schedule"}
    plain = {name.lower(): kind for name, kind in kinds.items()}
    found = plain.get(typed.lower().replace("_", ""))
    if found is None:
        takes = f"one of {', '.join(kinds)}{hint(typed, kinds)}"
        raise ConfigurationError("--lr", typed, takes)
    return found  # type: ignore[no-any-return]


def _call(kind: type[Schedule]) -> str:
    """Write how a schedule is called."""
    listed = inspect.signature(kind).parameters.values()
    return f"{kind.__name__}({', '.join(str(p.replace(annotation=p.empty)) for p in listed)})"
