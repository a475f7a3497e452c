"""A C program of a loop of steps, compiled on the spot with gcc."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import sympy

from .functions import Array, Function
from .timing import medians

FLAGS = ("-O3", "-march=native", "-ffast-math")
_BLOCKS = (8, 16, 32, 64, 256, 1024)  # lanes that are advanced together; 1 a lane at a time


@dataclass(frozen=True)
class Update:
    """What a method does in an epoch, in C.

    Attributes
    ----------
    step : str
        For one variable ``{x}``: statements that set ``{x}_[j]`` from ``{x}``, the gradient ``g``
        and what is remembered.
    slots : mapping of str to str
        What ``{x}_NAME[j]`` remembers, and what it begins with.
    before, epoch : str
        What all lanes share: in the beginning, and computed once an epoch.
    """

    step: str
    slots: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    epoch: str = ""


DESCENT = Update("{x}_[j] = {x} - lr*g;")

_PROGRAM = """\
#include <math.h>

static const double pi = M_PI;

{loops}
"""

# The starts of one variable after those of the other; the number of starts is a multiple of
# the block.
_LOOP = """\
void descend_{block}(double *all, long starts, long epochs, const double *settings) {{
    {settings}
    for (long first = 0; first < starts; first += {block}) {{
        double {arrays};
        for (long j = 0; j < {block}; j++) {{ {load} }}
        {before}
        for (long epoch = 0; epoch < epochs; epoch++) {{
            {epoch}
            for (long j = 0; j < {block}; j++) {{
                const double {locals};
                {shared}
                {step}
            }}
        }}
        for (long j = 0; j < {block}; j++) {{ {store} }}
    }}
}}
"""


def compiler() -> str | None:
    """Give gcc, where there is one."""
    return shutil.which("gcc")


def descent(function: Function, lr: float, epochs: int, starts: Array) -> Callable[[], Array]:
    """Give the classroom loop."""
    return loop(function, DESCENT, {"lr": lr}, epochs, starts)


def loop(
    function: Function, update: Update, settings: Mapping[str, float], epochs: int, starts: Array
) -> Callable[[], Array]:
    """Give the fastest of several loop orders, as a call that makes all steps from all starts."""
    library = _library(source(function, update, [*settings]))
    numbers = (ctypes.c_double * len(settings))(*settings.values())
    orders = {
        str(block): _call(library[f"descend_{block}"], numbers, epochs, starts)
        for block in (1, *_BLOCKS)
    }
    seconds = medians(orders, rounds=3)
    return orders[min(seconds, key=seconds.__getitem__)]


def _call(
    loop: Callable[..., None], settings: ctypes.Array[ctypes.c_double], epochs: int, starts: Array
) -> Callable[[], Array]:
    padding = -len(starts) % max(_BLOCKS)
    rows = np.pad(starts, ((0, padding), (0, 0)), mode="edge").T
    count = rows.shape[1]

    def run() -> Array:
        x = rows.copy()
        pointer = x.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
        loop(pointer, ctypes.c_long(count), ctypes.c_long(epochs), settings)
        return x[:, : len(starts)].T

    return run


def _library(code: str) -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        program, library = Path(folder, "descent.c"), Path(folder, "descent.so")
        program.write_text(code)
        gcc, objects = compiler() or "gcc", program.with_suffix(".o")
        subprocess.run([gcc, *FLAGS, "-fPIC", "-c", str(program), "-o", str(objects)], check=True)
        # Linked without -ffast-math, which would switch off subnormals for the whole process.
        subprocess.run(
            [gcc, "-shared", str(objects), "-o", str(library), "-lmvec", "-lm"], check=True
        )
        return ctypes.CDLL(str(library))


def source(function: Function, update: Update, settings: Sequence[str]) -> str:
    """Write the program: one loop for each size of a block."""
    names = function.variables
    begin = "".join(f" {{0}}_{slot}[j] = {value};" for slot, value in update.slots.items())
    shared, gradient = sympy.cse(function.gradient, symbols=sympy.numbered_symbols("s"))
    numbers = ", ".join(f"{name} = settings[{i}]" for i, name in enumerate(settings))
    parts = {
        "settings": f"const double {numbers};",
        "before": update.before,
        "epoch": update.epoch,
        "load": _each("{0}_[j] = all[{1}*starts + first + j];" + begin, names),
        "locals": ", ".join(f"{name} = {name}_[j]" for name in names),
        "shared": " ".join(f"const double {s} = {sympy.ccode(e)};" for s, e in shared),
        "step": " ".join(
            f"{{ const double g = {sympy.ccode(g)}; {update.step.format(x=name)} }}"
            for name, g in zip(names, gradient, strict=True)
        ),
        "store": _each("all[{1}*starts + first + j] = {0}_[j];", names),
    }
    loops = [
        _LOOP.format(block=block, arrays=_arrays(names, update, block), **parts)
        for block in (1, *_BLOCKS)
    ]
    return _PROGRAM.format(loops="\n".join(loops))


def _arrays(names: Sequence[str], update: Update, block: int) -> str:
    return ", ".join(f"{n}_{slot}[{block}]" for n in names for slot in ("", *update.slots))


def _each(template: str, names: tuple[str, ...]) -> str:
    return " ".join(template.format(name, i) for i, name in enumerate(names))
