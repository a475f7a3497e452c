"""The exceptions of symgd: raised for bad input, before any work is done."""

from __future__ import annotations

import pickle
from typing import Any

_SHOWN = 60  # characters of the user's line that an error shows


class SymgdError(Exception):
    """Base class of every error that symgd raises on purpose."""

    def __str__(self) -> str:
        return printable(self._text())

    def _text(self) -> str:
        """Give the message, in which words of strangers may stand."""
        return super().__str__()


def printable(text: str) -> str:
    """Replace what a terminal would obey and not show."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


class ExpressionError(SymgdError, ValueError):
    """A formula could not be read, or holds something that symgd does not accept.

    Parameters
    ----------
    message : str
        What is wrong and what to write instead.
    text : str
        The formula as the user gave it.
    column : int
        Where in `text` the error lies, counted from 1; 0 for the formula as a whole.
    """

    def __init__(self, message: str, text: str = "", column: int = 0) -> None:
        self.message = message
        self.text = text
        self.column = column
        super().__init__(message, text, column)

    def _text(self) -> str:
        if not self.column:
            return self.message
        start = max(0, min(self.column - 1 - _SHOWN // 2, len(self.text) - _SHOWN))
        window = self.text[start : start + _SHOWN]
        shown = "".join(c if " " <= c <= "~" else "?" for c in window)
        caret = " " * (self.column - 1 - start) + "^"
        return f"{self.message} (column {self.column})\n  {shown}\n  {caret}"


class ConfigurationError(SymgdError, ValueError):
    """An argument other than the formula has a value that symgd does not accept.

    Parameters
    ----------
    argument : str
        Name of the argument.
    got : object
        The value that was given.
    takes : str
        What the argument takes.
    """

    def __init__(self, argument: str, got: object, takes: str) -> None:
        self.argument = argument
        self.got = got
        self.takes = takes
        super().__init__(argument, got, takes)

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            pickle.dumps(self.got)
        except Exception:  # whatever a stranger's value raises
            return type(self), (self.argument, repr(self.got), self.takes)
        return type(self), (self.argument, self.got, self.takes)

    def _text(self) -> str:
        got = self.got if isinstance(self.got, str) else " ".join(repr(self.got).split())
        shown = got if len(got) <= _SHOWN else got[: _SHOWN - 3] + "..."
        return f"{self.argument}: got {shown}; takes {self.takes}"


class MissingPackageError(SymgdError, ImportError):
    """A package that only some functions need is not installed.

    Parameters
    ----------
    package : str
        Its name.
    extra : str
        The extra of symgd that brings it.
    """

    def __init__(self, package: str, extra: str) -> None:
        self.package = package
        self.extra = extra
        super().__init__(package, extra)

    def _text(self) -> str:
        return f"this needs {self.package}: python -m pip install 'symgd[{self.extra}]'"


class LimitError(SymgdError):
    """A limit of time or memory was reached where nothing could be given back.

    Parameters
    ----------
    stage : str
        What was done then, such as ``"differentiating"``.
    limit : str
        The limit.
    """

    def __init__(self, stage: str, limit: str) -> None:
        self.stage = stage
        self.limit = limit
        super().__init__(stage, limit)

    def _text(self) -> str:
        return f"{self.stage} came to the limit: {self.limit}"


class Interrupted(KeyboardInterrupt):
    """Ctrl-C came while runs were on their way.

    Whoever does not catch it is ended by it, as by any `KeyboardInterrupt`; nothing is lost.

    Attributes
    ----------
    result : Result, SweepResult or None
        What was reached; runs that were on their way have the status ``STOPPED``. None where no
        run had begun.
    """

    def __init__(self, result: Any = None) -> None:
        self.result = result
        super().__init__(result)

    def __str__(self) -> str:
        reached = (
            "what was reached is its result" if self.result is not None else "no run had begun"
        )
        return f"interrupted: {reached}"


class RateWarning(UserWarning):
    """A fixed rate is too large for fixed steps to settle at a minimum near the starts."""
