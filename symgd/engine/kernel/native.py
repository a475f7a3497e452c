"""Machine code: for which processor it is made, and how it becomes a function of this process.

Loading needs LLVM's linker only. Numba, which writes the code (see `jit`), takes most of a second
to start, and a process whose kernels lie on disk never does so.
"""

from __future__ import annotations

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
    """Give the name of this processor, and what it can do."""
    return f"{llvm.get_process_triple()} {llvm.get_host_cpu_name()} {_features()}"


def machine() -> llvm.TargetMachine:
    """Give what turns LLVM's instructions into those of this processor."""
    _start()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=_features(),
        opt=3,
        reloc="pic",
        codemodel="small",  # the linker puts constants beside the code
    )


def _features() -> str:
    return str(llvm.get_host_cpu_features().flatten())


@lru_cache(maxsize=1)
def _linker(generation: int) -> llvm.LLJIT:
    """Give the linker of some kernels, which ends with the last of them.

    A linker keeps 9 kB of every kernel that is gone.
    """
    # The older of LLVM's two linkers, the only one for Windows, may put code and constants of
    # other processors too far apart.
    return llvm.create_lljit_compiler(
        machine(), use_jit_link=sys.platform != "win32", suppress_errors=True
    )


@cache
def _start() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
