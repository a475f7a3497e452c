"""From the source of a kernel to machine code: the only place where Numba compiles."""

from __future__ import annotations

import gc
import linecache
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core.codegen import CPUCodeLibrary
from numba.core.compiler import Flags, compile_extra
from numba.core.cpu_options import FastMathOptions
from numba.core.registry import cpu_target

from ...expression.functions import INSTRUCTIONS
from ...methods.base import Adaptive
from . import written
from .frames import Evaluate, attempt
from .loops import loop
from .native import ENTRY, machine
from .source import Kernel

_LARGE = 30_000  # instructions: beyond, time goes into compilation, and not into a few steps
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
    large = _size(kernel.source) > _LARGE
    with _no_collection(), _no_log():
        evaluate, method = _evaluate(kernel.source, name), kernel.method
        if not method.descends:
            assert isinstance(method, Adaptive)
            steps = attempt(evaluate, method, kernel.shape)
            module = _parsed(written.instructions(steps, kernel.layout))
        else:
            module = _instructions(loop(evaluate, method, kernel.shape, kernel.layout))
    linecache.cache.pop(name, None)  # nothing runs it again, so no traceback shows it
    (entry,) = (f for f in module.functions if not f.is_declaration)
    entry.name = ENTRY
    entry.add_function_attribute("nounwind")  # else Windows gets tables that its linker refuses
    if not large:
        _simplify(module)
    code: bytes = machine(0 if large else 3).emit_object(module)
    return code


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


@contextmanager
def _no_log() -> Iterator[None]:
    """Keep Numba from logging a thousand lines where the root logger is at DEBUG."""
    log = logging.getLogger("numba")
    level = log.level
    log.setLevel(level or logging.INFO)
    try:
        yield
    finally:
        log.setLevel(level)


def _evaluate(source: str, name: str) -> Evaluate:
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    module = ModuleType(f"symgd.engine.{name}")
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102 - our own source
    evaluate: Evaluate = module.evaluate
    return evaluate


def _instructions(function: Callable[..., None]) -> llvm.ModuleRef:
    """Have Numba write LLVM's instructions; gives a module with one function.

    The loops are vector code already. So all that Numba would do next, inlining and vectorising
    and making machine code for itself, is left out: it takes longer than what comes before.
    """
    typing, target = cpu_target.typing_context, cpu_target.target_context
    library = _Library(target.codegen(), "kernel")
    compile_extra(typing, target, function, _ARGUMENTS, types.void, _flags(), {}, library)
    return library.module


class _Library(CPUCodeLibrary):
    """Takes the instructions of one function from Numba, before it does more with them."""

    def add_ir_module(self, ir_module: ir.Module) -> None:
        """Keep the instructions as `module`."""
        self.module = _parsed(ir_module)


def _size(source: str) -> int:
    """Count the instructions that the elementary functions of a kernel become, once a step."""
    return sum(INSTRUCTIONS.get(name, 0) for name in re.findall(r"\b(\w+)\(", source))


def _parsed(written: ir.Module) -> llvm.ModuleRef:
    """Give a module without what nobody uses."""
    module = llvm.parse_assembly("")
    module.link_in(llvm.parse_assembly(_aligned(str(written))))
    return module


def _simplify(module: llvm.ModuleRef) -> None:
    """Simplify functions; Numba would make new passes for each, which stay in memory for ever."""
    for function in module.functions:
        _simplifier().run(function, _pipelines())


def _aligned(instructions: str) -> str:
    """Let vectors that do not fit the registers lie in memory where none is split in two.

    Else the time of a step depends on where the stack happens to begin.
    """
    return re.sub(r"^(define .*\))$", r"\1 alignstack(64)", instructions, flags=re.MULTILINE)


@cache
def _pipelines() -> llvm.PassBuilder:
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    return llvm.create_pass_builder(machine(), options)


@cache
def _simplifier() -> llvm.FunctionPassManager:
    """Give what merges equal computations and leaves out what nobody uses."""
    return _pipelines().getFunctionPassManager()


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
