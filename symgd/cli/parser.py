"""The parser of the command line, made of the tables of commands and options."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ..errors import printable
from ..given.names import hint, nearest
from ..version import __version__
from . import explore
from .options import (
    COMMANDS,
    DESCRIPTION,
    EXAMPLES,
    FILES,
    OPTIONS,
    POINTS,
    RUNS,
    STATUS,
    TEXTS,
    VALUED,
    has,
)
from .output import write

_EXPR: dict[str, Any] = {"metavar": "EXPR", "help": 'formula, such as "cos(2*pi*x) + x**2"'}


def parsed(words: Sequence[str]) -> Mapping[str, Any]:
    """Read the words of a command line.

    Parameters
    ----------
    words : sequence of str
        All but the command's own name.

    Returns
    -------
    mapping of str to object
        ``command``, ``expr``, and what was typed, in its order; a value that may be an axis is
        text still.

    Raises
    ------
    SystemExit
        After ``--help`` and ``--version``, and for an option that does not exist.
    """
    parser = _parser()
    if words[:1] == ["explore"]:
        words = ["--out" if word == "-o" else word for word in words]
    read, unknown = parser.parse_known_args(_unambiguous(words))
    given = vars(read)
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{_hint(unknown, **given)}")
    if "variables" in given:
        given["variables"] = given["variables"].split(",")
    return given


def _hint(unknown: Sequence[str], command: str, **_: object) -> str:
    """Ask for the option of a command that is nearest to one that does not exist."""
    options = {name: option for name, option in OPTIONS.items() if has(command, option)}
    if command == "explore":
        options = {n: option for n, option in OPTIONS.items() if option in explore.OPTIONS}
    typed = next((word for word in unknown if word.startswith("--")), "")
    near = nearest(typed.partition("=")[0], options)
    return f"; did you mean {options[near]}?" if near else ""


class _Parser(argparse.ArgumentParser):
    def format_help(self) -> str:
        """Give the help; that of the command itself ends with the functions of formulas."""
        text = super().format_help()
        if self.prog != "symgd":
            return text
        from ..expression.catalogue import names  # loads SymPy

        return f"{text}\nfunctions of formulas:\n{textwrap.indent(names(), '  ')}\n"

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End after help and versions, once they are written."""
        if not status:
            write("")
        super().exit(status, message)

    def error(self, message: str) -> NoReturn:
        """End with what is wrong with the options, and the nearest command for a wrong one."""
        wrong = re.match("argument COMMAND: invalid choice: '(.*?)'", message)
        super().error(
            printable(message + (hint(wrong[1], [*COMMANDS, "explore"]) if wrong else ""))
        )


def _parser() -> argparse.ArgumentParser:
    plain: dict[str, Any] = {
        "allow_abbrev": False,
        "argument_default": argparse.SUPPRESS,  # keeps the order in which options are typed
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }
    parser = _Parser(
        prog="symgd",
        usage="symgd COMMAND EXPR [OPTION ...]",
        description=DESCRIPTION,
        epilog=f"{EXAMPLES}\n{STATUS}",
        **plain,
    )
    parser.add_argument("--version", action="version", version=f"symgd {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True, prog="symgd")
    for name, (does, epilog) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=does,
            usage=f"symgd {name} EXPR{' FILE.csv' * (name in POINTS)} [OPTION ...]",
            description=f"{does[0].upper()}{does[1:]}.",
            epilog=f"{epilog}\n{STATUS}",
            **plain,
        )
        _add_options(command, name)
    page = commands.add_parser(
        "explore",
        help=explore.DOES,
        usage="symgd explore EXPR [OPTION ...]",
        description=f"{explore.DOES[0].upper()}{explore.DOES[1:]}.",
        epilog=explore.EPILOG,
        **plain,
    )
    page.add_argument("expr", **_EXPR)
    for name, more in explore.OPTIONS.items():
        page.add_argument(name, **more)
    return parser


def _add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("expr", **_EXPR)
    if command in POINTS:
        parser.add_argument("file", metavar="FILE.csv", help="the points, one a line")
    for title, rows in RUNS.items():
        if any(has(command, name) for name in rows):
            _add(parser.add_argument_group(title), rows, command)
    output = parser.add_argument_group("what comes out")
    if command != "plot":
        _add(output.add_mutually_exclusive_group(), TEXTS, command)
    _add(output, FILES, command)


def _add(group: Any, rows: Mapping[str, Mapping[str, Any]], command: str) -> None:
    for name, more in rows.items():
        if has(command, name):
            group.add_argument(name, **more)


def _unambiguous(words: Sequence[str]) -> list[str]:
    """Rewrite values that start with a minus so that argparse takes none for an option.

    ``--x0 -1,2`` becomes ``--x0=-1,2``, and a formula such as ``-x**2`` goes behind ``--``, as does
    what follows it and is no option.
    """
    options: list[str] = []
    formulas: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if word in VALUED:
            value = next(waiting, None)
            options.append(word if value is None else f"{word}={value}")
        elif word == "--":
            formulas += waiting
        elif word.startswith("-") and not word.startswith("--") and word != "-h":
            formulas.append(word)
        else:
            (options if word.startswith("-") or not formulas else formulas).append(word)
    return [*options, "--", *formulas] if formulas else options
