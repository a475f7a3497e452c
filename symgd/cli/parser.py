"""The commands and their options as tables, and the parser made of them."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ..errors import printable
from ..given.names import nearest
from ..version import __version__
from . import explore
from .output import write

_DESCRIPTION = "Gradient descent on a formula, with a verdict on every run."
_STATUS = "exit status: 0 if a run reached a verified minimum, 1 if none did, 2 for bad input."

_EXAMPLES = """
examples:
  symgd minimize "cos(2*pi*x) + x**2"
  symgd sweep "sin(x)*exp(-x**2/20)" --x0 0 --lr log:1e-3:10:50
  symgd plot "cos(2*pi*x) + x**2" --out curve.svg
  symgd judge "cos(2*pi*x) + x**2" points.csv

symgd COMMAND --help tells the options of a command.
"""
_VALUES = """
values of --lr, --epochs, --param, and of --x0 for one variable:
  3          one number, the same for all runs
  1,2,5      these numbers
  0:1:11     11 numbers from 0 to 1, evenly spaced (--epochs: rounded)
  log:1:8:4  4 numbers from 1 to 8, each the same multiple of the one before
"""

# What each command does, and its examples.
_COMMANDS = {
    "minimize": (
        "find the minima of a formula",
        """
examples:
  symgd minimize "cos(2*pi*x) + x**2"
  symgd minimize "cos(2*pi*x) + x**2" --x0 0 --lr 0.01 --epochs 100 --explain
  symgd minimize "(a - x)**2 + 100*(y - x**2)**2" --param a=1 --x0 -1.2,1 --plot ends.png
""",
    ),
    "maximize": (
        "find the maxima of a formula",
        """
examples:
  symgd maximize "sin(x)*exp(-x**2/20)"
  symgd maximize "x*y*(6 - x - y)" --bounds 0:6 --explain
""",
    ),
    "sweep": (
        "try ranges of starts, rates, epochs or parameters",
        f"""{_VALUES}
Each option with several numbers is an axis; the axes come in the order of the options.

examples:
  symgd sweep "cos(2*pi*x) + x**2" --x0 -2:2:101
  symgd sweep "sin(x)*exp(-x**2/20)" --x0 0 --lr 1e-10:0.1:50 --epochs 10:500:40 --plot map.png
  symgd sweep "a*x**2 + y**2" --param a=1,10,100 --x0 1,1 --lr log:1e-3:1:30 --csv > runs.csv
""",
    ),
    "plot": (
        "save a picture of a formula with its minima and runs, or of a sweep",
        f"""{_VALUES}
With a range, or several rates, epochs or values of a parameter, the picture is that of
symgd sweep.

examples:
  symgd plot "cos(2*pi*x) + x**2"
  symgd plot "cos(2*pi*x) + x**2" --x0 -2:2:101 --out starts.svg
  symgd plot "sin(x)*exp(-x**2/20)" --x0 0 --lr 1e-10:0.1:50 --epochs 10:500:40 --out map.pdf
""",
    ),
    "judge": (
        "tell what points are that came from elsewhere",
        """
FILE.csv has a line for each point, and a column for each variable with its name. Where the
searches for them started may stand in columns such as x0[a] and x0[b].

examples:
  symgd judge "cos(2*pi*x) + x**2" points.csv
  symgd judge "(a - x)**2 + 100*(y - x**2)**2" ends.csv --param a=1 --explain
""",
    ),
}
_EXPR: dict[str, Any] = {"metavar": "EXPR", "help": 'formula, such as "cos(2*pi*x) + x**2"'}
_POINTS = ("judge",)  # commands that read points from a file

_SEVERAL: dict[str, Any] = {"action": "append"}
_SWITCH: dict[str, Any] = {"action": "store_true"}
_PICTURE = "file.png, .svg or .pdf"

# How the runs are made: heading, then options with what their values are called and what they do.
_RUNS: dict[str, dict[str, dict[str, Any]]] = {
    "the formula": {
        "--variables": {"metavar": "X,Y", "help": "order of the variables (alphabetical)"},
        "--param": {
            **_SEVERAL,
            "metavar": "NAME=VALUE",
            "dest": "params",
            "help": "value of a parameter; to be repeated for each",
        },
        "--bounds": {
            **_SEVERAL,
            "metavar": "[NAME=]LO:HI",
            "help": "keep every variable, or one, in a range; 0: means 0 and above",
        },
    },
    "where runs start": {
        "--x0": {
            **_SEVERAL,
            "metavar": "X",
            "help": "start: 1, or 1,2 for two variables; -2:2:101 for many in one variable; "
            "to be repeated for more",
        },
        "--starts": {
            "metavar": "N",
            "help": 'number of starts if no --x0 is given (256); or "until 1%%": more and more of '
            "them, until minima that were not found hold at most 1 %% of the starts",
        },
        "--start-box": {
            **_SEVERAL,
            "metavar": "[NAME=]LO:HI",
            "help": "where they lie (the bounds, else -10:10)",
        },
        "--sampler": {
            "metavar": "NAME",
            "help": "how they are spread: spread, grid, uniform, sobol, halton or lhs (spread)",
        },
        "--seed": {"metavar": "N", "type": int, "help": "seed of the sampler (0)"},
    },
    "how they descend": {
        "--method": {
            "metavar": "NAME",
            "help": "automatic, faithful, gd (if there is --lr), adam, newton, lbfgs, auto, ...",
        },
        "--lr": {"metavar": "RATE", "help": "fixed step; by default it is chosen automatically"},
        "--clip-value": {
            "metavar": "SIZE",
            "type": float,
            "help": "cut each entry of the gradient to this size before each fixed step",
        },
        "--clip-norm": {
            "metavar": "NORM",
            "type": float,
            "help": "cut the gradient to this norm before each fixed step",
        },
        "--noise": {
            "metavar": "SIZE",
            "type": float,
            "help": "standard deviation of noise that is added to the gradient in each epoch",
        },
        "--epochs": {"metavar": "N", "help": "most steps a run may take (10000)"},
        "--tol": {
            "metavar": "TOL",
            "type": float,
            "help": "largest gradient at which a run stops (1e-8; 0 with --lr and --epochs)",
        },
        "--polish": {
            "action": argparse.BooleanOptionalAction,
            "help": "finish with Newton steps on the exact Hessian (if there is no --lr)",
        },
        "--escape": {**_SWITCH, "help": "go on from a maximum or a saddle, to both sides"},
        "--workers": {"metavar": "N", "type": int, "help": "threads (all cores)"},
        "--progress": {**_SWITCH, "help": "show on standard error how far the runs are"},
        "--time-limit": {
            "metavar": "SECONDS",
            "type": float,
            "help": "stop after so long, verdicts included; what was reached is shown",
        },
    },
}
_TEXTS = {
    "--explain": {**_SWITCH, "help": "explain every verdict as well"},
    "--json": {**_SWITCH, "help": "print the result as JSON instead"},
    "--csv": {**_SWITCH, "help": "print the runs as CSV instead, one a line"},
}
_FILES = {
    "--plot": {"metavar": "FILE", "help": f"save a picture as well: {_PICTURE}"},
    "--report": {"metavar": "FILE", "help": "save a page of texts and pictures as well: file.html"},
    "--out": {
        "metavar": "FILE",
        "default": "symgd.png",
        "help": f"where to save the picture: {_PICTURE} (symgd.png)",
    },
}

# Options that not every command has.
_RUNNING = tuple(name for name in _COMMANDS if name not in _POINTS)
_ONLY = {
    **{name: _RUNNING for rows in (*_RUNS.values(),)[1:] for name in rows},
    "--escape": ("minimize", "maximize", "plot"),
    "--explain": ("minimize", "maximize", *_POINTS),
    "--plot": ("minimize", "maximize", "sweep", *_POINTS),
    "--report": ("minimize", "maximize", "sweep", *_POINTS),
    "--out": ("plot",),
}

_ROWS = {name: more for rows in (*_RUNS.values(), _TEXTS, _FILES) for name, more in rows.items()}
_NAMES = {name: more.get("dest", name[2:].replace("-", "_")) for name, more in _ROWS.items()}
_VALUED = {name for name, more in _ROWS.items() if "metavar" in more}

ARGUMENTS = {_NAMES[name] for rows in _RUNS.values() for name in rows} - {"variables"}
"""Names of the arguments that `minimize` and `sweep` take beside a problem."""


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
    options = {n: option for option, n in _NAMES.items() if command in _ONLY.get(option, _COMMANDS)}
    if command == "explore":
        options = {n: option for option, n in _NAMES.items() if option in explore.OPTIONS}
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
        """End with what is wrong with the options."""
        super().error(printable(message))


def _parser() -> argparse.ArgumentParser:
    plain: dict[str, Any] = {
        "allow_abbrev": False,
        "argument_default": argparse.SUPPRESS,  # keeps the order in which options are typed
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }
    parser = _Parser(
        prog="symgd",
        usage="symgd COMMAND EXPR [OPTION ...]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES + _STATUS,
        **plain,
    )
    parser.add_argument("--version", action="version", version=f"symgd {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for name, (does, epilog) in _COMMANDS.items():
        command = commands.add_parser(
            name,
            help=does,
            usage=f"symgd {name} EXPR{' FILE.csv' * (name in _POINTS)} [OPTION ...]",
            description=f"{does[0].upper()}{does[1:]}.",
            epilog=f"{epilog}\n{_STATUS}",
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
    if command in _POINTS:
        parser.add_argument("file", metavar="FILE.csv", help="the points, one a line")
    for title, rows in _RUNS.items():
        if any(command in _ONLY.get(name, _COMMANDS) for name in rows):
            _add(parser.add_argument_group(title), rows, command)
    output = parser.add_argument_group("what comes out")
    if command != "plot":
        _add(output.add_mutually_exclusive_group(), _TEXTS, command)
    _add(output, _FILES, command)


def _add(group: Any, rows: Mapping[str, Mapping[str, Any]], command: str) -> None:
    for name, more in rows.items():
        if command in _ONLY.get(name, _COMMANDS):
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
        if word in _VALUED:
            value = next(waiting, None)
            options.append(word if value is None else f"{word}={value}")
        elif word == "--":
            formulas += waiting
        elif word.startswith("-") and not word.startswith("--") and word != "-h":
            formulas.append(word)
        else:
            (options if word.startswith("-") or not formulas else formulas).append(word)
    return [*options, "--", *formulas] if formulas else options
