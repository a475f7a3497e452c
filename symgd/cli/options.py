"""The commands and their options as tables: names, what their values are called, what they do."""

from __future__ import annotations

import argparse
from typing import Any

DESCRIPTION = "Gradient descent on a formula, with a verdict on every run."
STATUS = """\
exit status: 0 if a run reached a verified minimum (maximize: maximum), 1 if
none did, 2 for bad input or a file that cannot be written, 130 after Ctrl-C.
"""

EXAMPLES = """
examples:
  symgd minimize "cos(2*pi*x) + x**2"
  symgd sweep "sin(x)*exp(-x**2/20)" --x0 0 --lr log:1e-3:10:50
  symgd plot "cos(2*pi*x) + x**2" --out curve.svg
  symgd judge "cos(2*pi*x) + x**2" points.csv

symgd COMMAND --help tells the options of a command.
"""
_VALUES = """
values of --lr, --epochs, --param, of settings, and of --x0 for one variable:
  3          one number, the same for all runs
  1,2,5      these numbers
  0:1:11     11 numbers from 0 to 1, evenly spaced (--epochs: rounded)
  log:1:8:4  4 numbers from 1 to 8, each the same multiple of the one before
"""
_SCHEDULES = """
rates that change, for --lr:
  step(0.1, 0.5, 100)             0.1, and a half of it every 100 steps
  exponential(0.1, 0.5, 100)      the same, a little in each step
  inverse_time(0.1, decay=0.01)   0.1 / (1 + 0.01*k) after k steps
  cosine(0.1, 300)                along half a cosine to 0 in 300 steps
  warm_up(20, cosine(0.1, 300))   rises for 20 steps, then goes on so
  piecewise([0.1, 0.01], [300])   0.1 for 300 steps, then 0.01
"""

# What each command does, and its examples.
COMMANDS = {
    "minimize": (
        "find the minima of a formula",
        f"""{_SCHEDULES}
examples:
  symgd minimize "cos(2*pi*x) + x**2"
  symgd minimize "cos(2*pi*x) + x**2" --x0 0 --lr 0.01 --epochs 100 --explain
  symgd minimize "(a - x)**2 + 100*(y - x**2)**2" --param a=1 --x0 -1.2,1 \\
      --plot ends.png
  symgd minimize "x**2 + 4*y**2" --method adam --lr "cosine(0.5, 300)" \\
      --beta1 0.8 --epochs 300 --output runs.csv
""",
    ),
    "maximize": (
        "find the maxima of a formula",
        f"""{_SCHEDULES}
examples:
  symgd maximize "sin(x)*exp(-x**2/20)"
  symgd maximize "x*y*(6 - x - y)" --bounds 0:6 --explain
""",
    ),
    "sweep": (
        "try ranges of starts, rates, epochs, settings or parameters",
        f"""{_VALUES}
Each option with several numbers is an axis; the axes come in the order of the
options. A schedule of rates is no axis.
{_SCHEDULES}
examples:
  symgd sweep "cos(2*pi*x) + x**2" --x0 -2:2:101
  symgd sweep "sin(x)*exp(-x**2/20)" --x0 0 --lr 1e-10:0.1:50 \\
      --epochs 10:500:40 --plot map.png
  symgd sweep "x**2 + 9*y**2" --x0 1,1 --method momentum --lr 0.05 \\
      --beta 0:0.9:10 --tol 1e-8
  symgd sweep "a*x**2 + y**2" --param a=1,10,100 --x0 1,1 \\
      --lr log:1e-3:1:30 --output runs.jsonl
""",
    ),
    "plot": (
        "save a picture of a formula with its minima and runs, or of a sweep",
        f"""{_VALUES}
With a range, or several rates, epochs, settings or values of a parameter, the
picture is that of symgd sweep.
{_SCHEDULES}
examples:
  symgd plot "cos(2*pi*x) + x**2"
  symgd plot "cos(2*pi*x) + x**2" --x0 -2:2:101 --out starts.svg
  symgd plot "sin(x)*exp(-x**2/20)" --x0 0 --lr 1e-10:0.1:50 \\
      --epochs 10:500:40 --out map.pdf
""",
    ),
    "judge": (
        "tell what points are that came from elsewhere",
        """
FILE.csv has a line for each point, and a column for each variable with its
name. Where the searches for them started may stand in columns such as x0[a]
and x0[b].

examples:
  symgd judge "cos(2*pi*x) + x**2" points.csv
  symgd judge "(a - x)**2 + 100*(y - x**2)**2" ends.csv --param a=1 --explain
""",
    ),
}
POINTS = ("judge",)  # commands that read points from a file

_SEVERAL: dict[str, Any] = {"action": "append"}
_SWITCH: dict[str, Any] = {"action": "store_true"}
_PICTURE = "file.png, .svg or .pdf"

# How the runs are made: heading, then options with what their values are called and what they do.
RUNS: dict[str, dict[str, dict[str, Any]]] = {
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
            "to be repeated for more; or starts.csv, a file whose columns have the names of the "
            "variables",
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
        "--seed": {"metavar": "N", "help": "seed of the sampler and of the noise (0)"},
    },
    "how they descend": {
        "--method": {
            "metavar": "NAME",
            "help": "automatic, or faithful to every ripple (automatic); with --lr: gd, momentum, "
            "nesterov, adagrad, rmsprop, adam, adamw, nadam or rprop (gd); of second order: "
            "newton, bfgs, lbfgs, or auto, which picks one of these",
        },
        "--faithful": {**_SWITCH, "help": "the same as --method faithful"},
        "--lr": {
            "metavar": "RATE",
            "help": "fixed step, or a schedule such as cosine(0.1, 300); by default steps are "
            "chosen automatically",
        },
        "--clip-value": {
            "metavar": "SIZE",
            "help": "cut each entry of the gradient to this size before each fixed step",
        },
        "--clip-norm": {
            "metavar": "NORM",
            "help": "cut the gradient to this norm before each fixed step",
        },
        "--noise": {
            "metavar": "SIZE",
            "help": "standard deviation of noise that is added to the gradient in each epoch",
        },
        "--epochs": {"metavar": "N", "help": "most steps a run may take (10000)"},
        "--tol": {
            "metavar": "TOL",
            "help": "largest gradient at which a run stops (1e-8; 0 with --lr and --epochs)",
        },
        "--polish": {
            "action": argparse.BooleanOptionalAction,
            "help": "finish with Newton steps on the exact Hessian (if there is no --lr)",
        },
        "--escape": {**_SWITCH, "help": "go on from a maximum or a saddle, to both sides"},
        "--history": {
            "metavar": "K",
            "help": "keep every K-th point of each run; pictures show the path",
        },
        "--workers": {"metavar": "N", "help": "threads (all cores)"},
        "--progress": {**_SWITCH, "help": "show on standard error how far the runs are"},
        "--time-limit": {
            "metavar": "SECONDS",
            "help": "stop after so long, verdicts included; what was reached is shown",
        },
    },
    "settings of a method that --method names": {
        "--beta": {"metavar": "B", "help": "momentum, nesterov: share of the last step kept (0.9)"},
        "--beta1": {
            "metavar": "B",
            "help": "adam, adamw, nadam: share of the mean gradient kept (0.9)",
        },
        "--beta2": {
            "metavar": "B",
            "help": "adam, adamw, nadam: share of the mean square kept (0.999)",
        },
        "--decay": {"metavar": "B", "help": "rmsprop: share of the mean square kept (0.9)"},
        "--eps": {
            "metavar": "E",
            "help": "adam, adamw, nadam, rmsprop (1e-8), adagrad (1e-7): what keeps them from a "
            "division by zero",
        },
        "--initial": {"metavar": "S", "help": "adagrad: sum of squares to begin with (0.1)"},
        "--weight-decay": {
            "metavar": "W",
            "help": "adamw: what shrinks x in each step, times lr (1e-4)",
        },
        "--shrink": {"metavar": "F", "help": "rprop: factor where a minimum was passed (0.5)"},
        "--grow": {"metavar": "F", "help": "rprop: factor where none was (1.2)"},
        "--shortest": {"metavar": "L", "help": "rprop: shortest step (1e-6)"},
        "--longest": {"metavar": "L", "help": "rprop: longest step (50)"},
    },
}
TEXTS = {
    "--explain": {**_SWITCH, "help": "explain every verdict as well"},
    "--json": {**_SWITCH, "help": "print the result as JSON instead"},
    "--csv": {**_SWITCH, "help": "print the runs as CSV instead, one a line"},
}
FILES = {
    "--output": {
        "metavar": "FILE",
        "help": "save the runs as well, one a line: file.csv, or file.jsonl for JSON Lines; "
        "- prints JSON Lines instead of the text",
    },
    "--plot": {"metavar": "FILE", "help": f"save a picture as well: {_PICTURE}"},
    "--report": {"metavar": "FILE", "help": "save a page of texts and pictures as well: file.html"},
    "--out": {
        "metavar": "FILE",
        "default": "symgd.png",
        "help": f"where to save the picture: {_PICTURE} (symgd.png)",
    },
}

# Options that not every command has.
_RUNNING = tuple(name for name in COMMANDS if name not in POINTS)
_PRINTING = tuple(name for name in COMMANDS if name != "plot")
_SINGLE = ("minimize", "maximize", "plot")
_ONLY = {
    **{name: _RUNNING for rows in (*RUNS.values(),)[1:] for name in rows},
    **dict.fromkeys(("--escape", "--faithful", "--history"), _SINGLE),
    "--explain": ("minimize", "maximize", *POINTS),
    **dict.fromkeys(("--output", "--plot", "--report"), _PRINTING),
    "--out": ("plot",),
}

_ROWS = {name: more for rows in (*RUNS.values(), TEXTS, FILES) for name, more in rows.items()}
_NAMES = {name: more.get("dest", name[2:].replace("-", "_")) for name, more in _ROWS.items()}
OPTIONS = {name: option for option, name in _NAMES.items()}
"""The option of each argument."""
VALUED = {name for name, more in _ROWS.items() if "metavar" in more}
"""Options that take a value."""
ARGUMENTS = {_NAMES[name] for rows in RUNS.values() for name in rows} - {"variables"}
"""Names of the arguments that `minimize` and `sweep` take beside a problem."""
*_, _own = RUNS.values()
SETTINGS = tuple(_NAMES[name] for name in _own)
"""Names of the arguments that are settings of a method."""


def has(command: str, option: str) -> bool:
    """Tell whether a command has an option."""
    return command in _ONLY.get(option, COMMANDS)
