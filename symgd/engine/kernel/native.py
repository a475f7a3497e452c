"""Machine code: for which processor it is made, and how it becomes a function of this process.

Loading needs LLVM's linker only. Numba, which writes the code (see `jit`), takes most of a second
to start, and a process whose kernels lie on disk never does so.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from ctypes import CFUNCTYPE, byref, c_bool, c_int32, c_int64, c_void_p
from functools import cache, lru_cache
from itertools import count

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt

ENTRY = "run"

Run = Callable[[npt.NDArray[np.float64], int, bool], None]

# How Numba's functions take arguments: a place for the result, a place for an exception, and
# then their own. A call lets go of the interpreter's lock.
_STATE = np.ctypeslib.ndpointer(np.float64, ndim=3, flags=("C_CONTIGUOUS", "WRITEABLE"))
_Entry = CFUNCTYPE(c_int32, c_void_p, c_void_p, _STATE, c_int64, c_int64, c_bool)

_TOGETHER = 32  # kernels of a linker
_numbers = count()


def load(code: bytes) -> Run:
    """Load an object file that defines `ENTRY` and calls nothing but the C library.

    Parameters
    ----------
    code : bytes
        The object file. One that is damaged in its instructions ends the process when it runs.

    Returns
    -------
    callable
        ``run(state, epochs, leap)``, which works in place on a state of float64
        ``(n_blocks, n_rows, LANES)``. The code stays in memory as long as this function does.

    Raises
    ------
    RuntimeError
        If this is no object file, or it needs what this process has not.
    """
    return _Loaded(code)


class _Loaded:
    """The function of an object file."""

    def __init__(self, code: bytes) -> None:
        library = llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
        number = next(_numbers)
        linker = _linker(number // _TOGETHER)
        self._code = library.export_symbol(ENTRY).link(linker, f"kernel {number}")
        self._entry = _Entry(self._code[ENTRY])

    def __call__(self, state: npt.NDArray[np.float64], epochs: int, leap: bool) -> None:
        self._entry(byref(c_void_p()), byref(c_void_p()), state, len(state), epochs, leap)


def processor() -> str:
    """Give the name of the processor that code is made for, and what it can do."""
    return f"{llvm.get_process_triple()} {' '.join(_processor())}"


@cache
def machine(effort: int = 3) -> llvm.TargetMachine:
    """Give what turns LLVM's instructions into those of the processor."""
    return machine_for(llvm.get_process_triple(), *_processor(), effort)


def machine_for(triple: str, cpu: str, features: str = "", effort: int = 3) -> llvm.TargetMachine:
    """Give the same for any processor."""
    _start()
    # The older of LLVM's two linkers, the only one for Windows, may put code and constants too
    # far apart for short addresses.
    model = "large" if "windows" in triple else "small"
    return llvm.Target.from_triple(triple).create_target_machine(
        cpu=cpu, features=features, opt=effort, reloc="pic", codemodel=model
    )


def _processor() -> tuple[str, str]:
    """Give this processor's name and features, or those that Numba is told by its variables."""
    name, features = (os.environ.get(f"NUMBA_CPU_{what}") for what in ("NAME", "FEATURES"))
    if features is None:
        features = "" if name else str(llvm.get_host_cpu_features().flatten())
    return name or llvm.get_host_cpu_name(), features


@cache
def fuses() -> bool:
    """Tell whether the processor has an instruction for ``a*b + c``; else LLVM writes a call."""
    return not _calls("fma", 3)


@cache
def rounds() -> bool:
    """Tell whether the processor has an instruction for whole numbers below."""
    return not _calls("floor", 1)


@cache
def width() -> int:
    """Give how many doubles the processor computes with at once, or more if it does not fuse.

    LLVM takes larger vectors apart, and may then fuse in one half what it does not in the other:
    a run's bits would depend on its place among others.
    """
    text = _assembly("sqrt", 1, 8)
    if "zmm" in text:
        return 8
    return 4 if "ymm" in text or not fuses() else 2


def _calls(function: str, arguments: int) -> bool:
    return bool(re.search(rf"\b{function}\b", _assembly(function, arguments, 4)))


def _assembly(function: str, arguments: int, count: int) -> str:
    """Give what becomes of a function of vectors of so many doubles."""
    vector = f"<{count} x double>"
    name, takes = f"@llvm.{function}.v{count}f64", ", ".join([vector] * arguments)
    given = ", ".join([f"{vector} %x"] * arguments)
    source = f"define {vector} @run({vector} %x) {{ %y = call {vector} {name}({given}) "
    source += f"ret {vector} %y }} declare {vector} {name}({takes})"
    text: str = machine().emit_assembly(llvm.parse_assembly(source))
    return text


@lru_cache(maxsize=1)
def _linker(generation: int) -> llvm.LLJIT:
    """Give the linker of some kernels, which ends with the last of them.

    A linker keeps 9 kB of every kernel that is gone.
    """
    return llvm.create_lljit_compiler(
        machine(), use_jit_link=sys.platform != "win32", suppress_errors=True
    )


@cache
def _start() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
