"""Functions for NumPy that SymPy made, and that are pickled as their source."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

from .functions import numpy_functions


class Evaluator:
    """A function that `sympy.lambdify` wrote.

    Parameters
    ----------
    source : str
        Its definition, in the names of `numpy_functions`.
    function : callable, optional
        The function itself; by default made from the source.

    Examples
    --------
    >>> double = Evaluator("def double(x): return [2*x]")
    >>> double(3.0)
    [6.0]
    """

    def __init__(self, source: str, function: Callable[..., Any] | None = None) -> None:
        self.source = source
        self.function = function or _defined(source)

    @classmethod
    def lambdified(cls, function: Callable[..., Any]) -> Evaluator:
        """Take a function of SymPy's together with its source, which has no other use then."""
        name = function.__code__.co_filename
        source = "".join(linecache.getlines(name))
        linecache.cache.pop(name, None)
        return cls(source, function)

    def __call__(self, *arguments: Any) -> Any:
        """Evaluate, with one array a variable and one value a parameter."""
        return self.function(*arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.source,)


def _defined(source: str) -> Callable[..., Any]:
    """Run the definition of a function; give what it defines."""
    names: dict[str, Any] = {**numpy_functions()}
    exec(compile(source, "<formula>", "exec"), names)  # noqa: S102 - our own source
    return names[source.split("(")[0].removeprefix("def ")]  # type: ignore[no-any-return]
