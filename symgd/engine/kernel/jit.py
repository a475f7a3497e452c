"""From the source of a kernel to machine code: the only place where Numba compiles."""

from __future__ import annotations

import gc
import linecache
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import llvmlite.binding as llvm
from numba import types
from numba.core.compiler import Flags, compile_extra
from numba.core.cpu_options import FastMathOptions
from numba.core.registry import cpu_target

from .frames import Evaluate
from .loops import loop
from .native import ENTRY, machine
from .source import Kernel

# State, blocks, epochs, leap.
_ARGUMENTS = (types.CPointer(types.float64), types.int64, types.int64, types.boolean)


def machine_code(kernel: Kernel, name: str) -> bytes:
    """Compile a kernel.

    Parameters
    ----------
    kernel : Kernel
        What to compile.
    name : str
        What tracebacks call its module.

    Returns
    -------
    bytes
        An object file for `native.load`.
    """
    with _no_collection():
        evaluate = _evaluate(kernel.source, name)
        run = loop(evaluate, kernel.method, kernel.shape, kernel.layout)
        module = llvm.parse_assembly(_aligned(_instructions(run)))
    (entry,) = (f for f in module.functions if not f.is_declaration)
    entry.name = ENTRY
    code: bytes = machine().emit_object(module)
    return code


def _aligned(instructions: str) -> str:
    """Let vectors that do not fit the registers lie in memory where none is split in two.

    Else the time of a step depends on where the stack happens to begin.
    """
    return re.sub(r"^(define .*\)) \{$", r"\1 alignstack(64) {", instructions, flags=re.MULTILINE)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from looking for garbage among new objects, none of which is any yet."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _evaluate(source: str, name: str) -> Evaluate:
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    module = ModuleType(f"symgd.engine.{name}")
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102 - our own source
    evaluate: Evaluate = module.evaluate
    return evaluate


def _instructions(function: Callable[..., None]) -> str:
    """Have Numba write LLVM's instructions, which it simplifies as it goes.

    The loops are vector code already. So all that Numba would do next, inlining and vectorising
    and making machine code for itself, is left out: it takes longer than what comes before.
    """
    typing, target = cpu_target.typing_context, cpu_target.target_context
    made = compile_extra(typing, target, function, _ARGUMENTS, types.void, _flags(), {})
    return str(made.library.get_llvm_str())


def _flags() -> Flags:
    flags = Flags()
    flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
    # 1/0 is infinite, and no exception leaves a kernel.
    flags.error_model = "numpy"
    # "contract" lets a product and a sum become one fused operation; "nsz" ignores the sign
    # of zero.  "nnan" and "ninf" would turn isfinite into a constant, and "reassoc" would
    # make a lane's bits depend on how the compiler groups its neighbours.
    flags.fastmath = FastMathOptions({"contract", "nsz"})
    return flags
