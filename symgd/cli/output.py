"""What comes out: text or data on standard output, pictures and pages in files."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..errors import ConfigurationError, SymgdError, printable
from ..files import replacing

if TYPE_CHECKING:
    from ..results.result import Result
    from ..results.sweep import SweepResult

    Outcome: TypeAlias = Result | SweepResult


class _Form(NamedTuple):
    """A kind of file: which suffixes it may have, and how it is written."""

    suffixes: tuple[str, ...]
    write: Callable[[Outcome, str], None]


def check_files(given: Mapping[str, Any]) -> None:
    """Refuse files that could not be written, before any work is done.

    Raises
    ------
    ConfigurationError
        If a file's suffix is not known, or its folder cannot be written to.
    """
    for name, path, form in _wanted(given):
        if path == _STANDARD and name == "output":
            _check_alone(given)
            continue
        if Path(path).suffix.lower() not in form.suffixes:
            takes = f"the name of a file that ends in {' or '.join(form.suffixes)}"
            raise ConfigurationError(f"--{name}", path or "nothing", takes)
        if not _writable(Path(path)):
            takes = "a file in a folder that exists and can be written to"
            raise ConfigurationError(f"--{name}", path, takes)


def show(given: Mapping[str, Any], result: Outcome) -> None:
    """Print the result as it is asked for; the command ``plot`` prints nothing."""
    if given.get("output") == _STANDARD:
        write(_json_lines(result))
    elif given["command"] != "plot":
        asked = [text for name, text in _TEXTS.items() if name in given]
        write((asked or [_summary])[0](result))


def write(text: str) -> None:
    """Write to standard output, and take it quietly when the reader has closed the pipe.

    Raises
    ------
    SymgdError
        If the text cannot be written.
    """
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        print(text, end="", flush=True)
    except OSError as error:
        if sys.stdout is not None:  # what is left of the text goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise _unwritten("standard output", error) from error


def tell(text: str) -> None:
    """Write a line to standard error, if there is one."""
    with suppress(OSError):
        if sys.stderr is not None:
            print(f"symgd: {text}", file=sys.stderr)


def write_runs(given: Mapping[str, Any], result: Outcome) -> None:
    """Write the file of runs that is asked for, and say so on standard error.

    Raises
    ------
    SymgdError
        If it cannot be written.
    """
    if given.get("output", _STANDARD) != _STANDARD:
        _write("output", given["output"], result)


def write_files(given: Mapping[str, Any], result: Outcome) -> None:
    """Write the pictures and pages that are asked for, and say so on standard error.

    Raises
    ------
    SymgdError
        If a file cannot be written, or no picture fits the axes of a sweep.
    """
    for name, path, _ in _wanted(given):
        if name != "output":
            _write(name, path, result)


def _write(name: str, path: str, result: Outcome) -> None:
    try:
        _FILES[name].write(result, path)
    except OSError as error:
        raise _unwritten(path, error) from error
    tell(f"wrote {printable(path)}")


def _check_alone(given: Mapping[str, Any]) -> None:
    """Refuse to print runs where something else is printed."""
    for name in _TEXTS:
        if name in given:
            takes = f"the name of a file beside --{name}, which prints"
            raise ConfigurationError("--output", _STANDARD, takes)


def _unwritten(what: str, error: OSError) -> SymgdError:
    return SymgdError(f"{what} cannot be written: {error.strerror or error}")


def _wanted(given: Mapping[str, Any]) -> Iterator[tuple[str, str, _Form]]:
    return ((name, given[name], form) for name, form in _FILES.items() if name in given)


def _writable(path: Path) -> bool:
    try:
        folder = path.resolve().parent
        return not path.is_dir() and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    except (OSError, RuntimeError):  # a name that is too long, a circle of links
        return False


def _draw(result: Outcome, path: str) -> None:
    from ..plots.choice import save

    save(result, path)


def _report(result: Outcome, path: str) -> None:
    result.report(path)


def _runs(result: Outcome, path: str) -> None:
    text = _csv if path.lower().endswith(".csv") else _json_lines
    with replacing(path) as file:
        file.write(text(result).encode())


def _summary(result: Outcome) -> str:
    return f"{result.summary()}\n"


def _explained(result: Result) -> str:
    return f"{result.summary()}\n\n{result.explain()}\n"


def _json(result: Outcome) -> str:
    return json.dumps(result.to_dict(), indent=2, allow_nan=False) + "\n"


def _csv(result: Outcome) -> str:
    from ..results import tables

    return tables.written(tables.columns(result))


def _json_lines(result: Outcome) -> str:
    from ..results import tables

    return tables.json_lines(tables.columns(result))


_STANDARD = "-"  # standard output, as the name of a file
_PICTURE = _Form((".png", ".svg", ".pdf"), _draw)
_FILES = {
    "output": _Form((".csv", ".jsonl"), _runs),
    "plot": _PICTURE,
    "out": _PICTURE,
    "report": _Form((".html", ".htm"), _report),
}
_TEXTS: dict[str, Callable[[Any], str]] = {"json": _json, "csv": _csv, "explain": _explained}
