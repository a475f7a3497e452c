"""The command ``symgd explore``: its options, and the page that it writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError, SymgdError, printable
from .output import tell

DOES = "write a page on which start, rate and parameters are moved by hand"
EPILOG = """
The page needs no network: a browser computes everything. It takes formulas of
one variable or two.

examples:
  symgd explore "cos(2*pi*x) + x**2" --x0 0 --start-box -2:2 -o page.html
  symgd explore "a*cos(b*x) + x**2" --param a=1 --param b=6
  symgd explore "(x**2 + y - 11)**2 + (x + y**2 - 7)**2" --start-box -5:5

exit status: 0 if the page is written, 2 for bad input or a file that cannot
be written.
"""
OPTIONS: dict[str, dict[str, Any]] = {
    "--variables": {"metavar": "X,Y", "help": "order of the variables (alphabetical)"},
    "--param": {
        "metavar": "NAME=VALUE",
        "action": "append",
        "dest": "params",
        "help": "value of a parameter at first, which gets a slider; to be repeated for each",
    },
    "--start-box": {
        "metavar": "[NAME=]LO:HI",
        "action": "append",
        "help": "what the pictures show at first (-3:3)",
    },
    "--x0": {"metavar": "X", "action": "append", "help": "start at first: 1, or 1,2"},
    "--lr": {"metavar": "RATE", "help": "rate at first (one that suits the curvature)"},
    "--epochs": {"metavar": "N", "help": "steps at first (100)"},
    "--method": {"metavar": "NAME", "help": "gd, momentum, nesterov or adam, at first (gd)"},
    "--out": {
        "metavar": "FILE",
        "default": "explore.html",
        "help": "where to save the page, also as -o (explore.html)",
    },
}
_SUFFIXES = (".html", ".htm")


def write_page(given: Mapping[str, Any]) -> bool:
    """Write the page that the command line asks for; gives True.

    Raises
    ------
    SymgdError
        If a value is wrong, or the file cannot be written.
    """
    from .. import Problem
    from .values import arguments, axes, parameters

    path = given["out"]
    if Path(path).suffix.lower() not in _SUFFIXES:
        takes = f"the name of a file that ends in {' or '.join(_SUFFIXES)}"
        raise ConfigurationError("--out", path or "nothing", takes)
    for option, word in axes(given):
        raise ConfigurationError(option, word, "one number here")
    params = parameters(given.get("params", ()))
    problem = Problem(given["expr"], variables=given.get("variables"), params=params)
    keywords = arguments(given, params, problem.names)
    page = problem.explore(**{name: v for name, v in keywords.items() if name != "params"})
    try:
        page.save(path)
    except OSError as error:
        raise SymgdError(f"{path} cannot be written: {error.strerror or error}") from error
    tell(f"wrote {printable(path)}")
    return True
