"""The command ``symgd``: a face of the library for the shell."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import __version__
from .errors import ConfigurationError, SymgdError

if TYPE_CHECKING:
    from .result import Result

_FOUND, _NOT_FOUND, _BAD_INPUT, _INTERRUPTED = 0, 1, 2, 130

_NUMBERS = "numbers with commas between them, such as 1,2"
_RANGE = "LO:HI, or NAME=LO:HI for one variable, such as 0:1 or x=0:1"
_VALUE = "NAME=NUMBER, such as a=3"

_EPILOG = """\
exit status: 0 for a verified minimum, 1 for none, 2 for bad input.

examples:
  symgd minimize "cos(2*pi*x) + x**2"
  symgd minimize "cos(2*pi*x) + x**2" --x0 0 --lr 0.01 --epochs 100
  symgd minimize "(a - x)**2 + 100*(y - x**2)**2" --param a=1 --x0 -1.2,1
"""

# Option, what its value is called, its type, and what it does.
_OPTIONS = (
    ("--starts", "N", int, "number of starting points (256)"),
    ("--sampler", "NAME", str, "how they are placed: spread, grid or uniform (spread)"),
    ("--seed", "N", int, "seed of the random numbers (0)"),
    ("--method", "NAME", str, "descent rule (gd)"),
    ("--lr", "RATE", float, "fixed step; by default it is chosen automatically"),
    ("--epochs", "N", int, "most steps a run may take (10000)"),
    (
        "--tol",
        "TOL",
        float,
        "largest gradient at which a run stops (1e-8; 0 with --lr and --epochs)",
    ),
    ("--workers", "N", int, "threads (all cores)"),
)

# The same for options that may be given several times.
_REPEATED = (
    ("--x0", "X", "start, or several: --x0 1,2 --x0 3,4"),
    ("--param", "NAME=VALUE", "value of a parameter"),
    ("--bounds", "[NAME=]LO:HI", "keep every variable, or one, between two numbers"),
    ("--start-box", "[NAME=]LO:HI", "where starting points are placed"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        Words of the command line after its name; by default those of this process.

    Returns
    -------
    int
        Exit status: 0 for a verified minimum, 1 for none, 2 for bad input, 130 after Ctrl-C.

    Examples
    --------
    >>> main(["minimize", "(x - 1)**2", "--x0", "0"])
    The run reached a minimum: x = 1, f = 0 (f'' = 2), after 2 steps.
    0
    """
    words = _unambiguous(sys.argv[1:] if argv is None else argv)
    options = _parser().parse_args(words)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _tell  # type: ignore[assignment]
            result = _minimize(options)
        _show(_looks(options, result))
    except SymgdError as error:
        print(f"symgd: {error}", file=sys.stderr)
        return _BAD_INPUT
    except KeyboardInterrupt:
        print("symgd: interrupted", file=sys.stderr)
        return _INTERRUPTED
    return _FOUND if result.success else _NOT_FOUND


def _tell(message: Warning | str, *_: Any) -> None:
    print(f"symgd: warning: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    plain: dict[str, Any] = {
        "allow_abbrev": False,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "epilog": _EPILOG,
    }
    parser = argparse.ArgumentParser(
        prog="symgd",
        description="Gradient descent on a formula, with a verdict on every run.",
        **plain,
    )
    parser.add_argument("--version", action="version", version=f"symgd {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    command = commands.add_parser("minimize", help="find minima of a formula", **plain)
    command.add_argument("expr", metavar="EXPR", help='formula, such as "cos(2*pi*x) + x**2"')
    command.add_argument("--variables", metavar="X,Y", help="order of the unknowns")
    for name, metavar, text in _REPEATED:
        command.add_argument(name, metavar=metavar, action="append", help=text)
    for name, metavar, kind, text in _OPTIONS:
        command.add_argument(name, metavar=metavar, type=kind, help=text)
    command.add_argument(
        "--polish",
        action=argparse.BooleanOptionalAction,
        help="finish with Newton steps on the exact second derivatives",
    )
    command.add_argument(
        "--escape", action="store_true", help="go on from a maximum or a saddle, to both sides"
    )
    looks = command.add_mutually_exclusive_group()
    looks.add_argument("--json", action="store_true", help="print the result as JSON")
    looks.add_argument("--explain", action="store_true", help="explain every verdict as well")
    return parser


def _unambiguous(words: Sequence[str]) -> list[str]:
    """Rewrite values that start with a minus so that argparse takes none for an option.

    ``--x0 -1,2`` becomes ``--x0=-1,2``, and a formula such as ``-x**2`` goes behind ``--``.
    """
    valued = {"--variables", *(row[0] for row in _OPTIONS), *(row[0] for row in _REPEATED)}
    options: list[str] = []
    formulas: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if word in valued:
            value = next(waiting, None)
            options.append(word if value is None else f"{word}={value}")
        elif word == "--":
            formulas += waiting
        elif word.startswith("-") and not word.startswith("--") and word != "-h":
            formulas.append(word)
        else:
            options.append(word)
    return [*options, "--", *formulas] if formulas else options


def _minimize(options: argparse.Namespace) -> Result:
    from . import Problem, minimize

    order = options.variables.split(",") if options.variables is not None else None
    values = dict(_assigned("--param", word) for word in options.param or ())
    problem = Problem(options.expr, variables=order, params=values)
    keywords = {name[2:]: getattr(options, name[2:]) for name, *_ in _OPTIONS}
    return minimize(
        problem,
        _points(options.x0),
        bounds=_box("--bounds", options.bounds, problem.names),
        start_box=_box("--start-box", options.start_box, problem.names),
        polish=options.polish,
        escape=options.escape,
        **{name: value for name, value in keywords.items() if value is not None},
    )


def _assigned(option: str, word: str) -> tuple[str, float]:
    name, equals, value = word.partition("=")
    if not (name and equals):
        raise ConfigurationError(option, word, _VALUE)
    return name.strip(), _number(option, word, value, _VALUE)


def _number(option: str, word: str, value: str, takes: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ConfigurationError(option, word, takes) from None


def _points(words: Sequence[str] | None) -> list[Any] | None:
    """Read starts: one point, or a list of them."""
    if words is None:
        return None
    points = [[_number("--x0", w, v, _NUMBERS) for v in w.split(",")] for w in words]
    if all(len(p) == 1 for p in points):
        return [p[0] for p in points]
    return points if len(points) > 1 else points[0]


def _box(
    option: str, words: Iterable[str] | None, names: Sequence[str]
) -> Mapping[str, tuple[float | None, float | None]] | None:
    """Read ranges: those without a name are for every variable, later words win."""
    if words is None:
        return None
    box = {}
    for word in words:
        name, equals, sides = word.rpartition("=")
        lo, colon, hi = sides.partition(":")
        if not colon or (equals and not name):
            raise ConfigurationError(option, word, _RANGE)
        pair = _side(option, word, lo), _side(option, word, hi)
        box.update({name.strip(): pair} if equals else dict.fromkeys(names, pair))
    return box


def _side(option: str, word: str, side: str) -> float | None:
    return _number(option, word, side, _RANGE) if side.strip() else None


def _looks(options: argparse.Namespace, result: Result) -> str:
    if options.json:
        return json.dumps(result.to_dict(), indent=2, allow_nan=False)
    parts = [result.summary(), *([result.explain()] if options.explain else [])]
    return "\n\n".join(parts)


def _show(text: str) -> None:
    """Print, and take it quietly when the reader has closed the pipe."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
