"""Machine code: complete in itself, refused when it is none, run without the interpreter's lock."""

from __future__ import annotations

import ctypes
import struct
import sys
import threading

import llvmlite.binding as llvm
import numpy as np
import pytest
from kernels import drive

from symgd.engine.kernel import jit, native, source
from symgd.engine.kernel.layout import LANES
from symgd.methods import Automatic, GradientDescent
from symgd.problem import Problem

# What LLVM may call by itself where a processor has no instruction for it.
C_LIBRARY = {"memset", "memcpy", "fma", "floor"}

ELF = pytest.mark.skipif(sys.platform != "linux", reason="the test reads ELF files")
EVERYTHING = (
    "where(x > 1, tan(x*y), log(x)) + erf(x)*atan2(y, x) + max(x, abs(y))**x + asin(y/9) + cbrt(x)"
    "+ sinh(y)*sqrt(x) + hypot(x, y) + a*expm1(x)"
)


def code_of(expr, bounded=False, method=Automatic(), params=None):  # noqa: B008 - frozen
    kernel = source.kernel(Problem(expr, params=params).symbolic, method, bounded)
    return kernel, jit.machine_code(kernel, "<test>")


def needed(code):
    """Give the names that an ELF file wants from elsewhere."""
    sections = {s.name(): s.data() for s in llvm.ObjectFileRef.from_data(code).sections()}
    symbols = struct.iter_unpack("<IBBHQQ", sections[b".symtab"])  # name, 2 bytes, section, ...
    places = {name for name, _, _, section, *_ in symbols if not section}
    return {sections[b".strtab"][p:].split(b"\0")[0].decode() for p in places} - {""}


def written(text):
    return native.machine().emit_object(llvm.parse_assembly(text))


@ELF
@pytest.mark.parametrize("method", [Automatic(), GradientDescent(0.1)])
@pytest.mark.parametrize("bounded", [False, True])
def test_a_kernel_needs_neither_python_nor_numba(method, bounded):
    _, code = code_of(EVERYTHING, bounded, method, params={"a": 2})
    assert needed(code) <= C_LIBRARY


@ELF
def test_a_function_that_needs_python_would_be_noticed():
    code = written(
        "declare void @PyErr_Clear() define void @run() { call void @PyErr_Clear() ret void }"
    )
    assert needed(code) == {"PyErr_Clear"}


@pytest.mark.parametrize(
    "code",
    [
        b"",
        b"garbage" * 100,
        b"\x7fELF" + bytes(1000),
        written("define void @walk() { ret void }"),
        written("declare void @nowhere() define void @run() { call void @nowhere() ret void }"),
    ],
    ids=["empty", "garbage", "zeros", "without an entry", "needing what is nowhere"],
)
def test_what_cannot_be_linked_is_an_error(code):
    with pytest.raises(RuntimeError):
        native.load(code)


@pytest.mark.parametrize(
    "state",
    [np.zeros((1, 9, 64), dtype=np.float32), np.zeros((9, 64)), np.zeros((2, 9, 128))[:, :, ::2]],
    ids=["type", "shape", "gaps"],
)
def test_a_state_that_the_code_would_misread_is_refused(state):
    run = native.load(written("define void @run() { ret void }"))
    with pytest.raises(ctypes.ArgumentError):
        run(state, 1, False)


def test_python_goes_on_while_a_kernel_runs():
    kernel, code = code_of("cosh(x)", method=GradientDescent(0.1))
    run, rows = native.load(code), kernel.layout.rows
    state = np.zeros((4, kernel.layout.height, LANES))
    state[:, rows["limit"]], state[:, rows["setting"]], state[:, rows["tol"]] = 1e9, 1e-9, -1.0
    state[:, rows["x"]] = 1.0
    thread = threading.Thread(target=run, args=(state, 1_000_000, False))
    thread.start()
    steps = 0
    while thread.is_alive():
        steps += 1
    assert steps > 1000


def test_the_code_lives_as_long_as_its_function():
    ends = drive("cosh(x - 1)", [3.0])
    kernel, code = code_of("cosh(x - 1)")
    run = native.load(code)
    for _ in range(3 * native._TOGETHER):  # linkers come and go
        native.load(code)
    state = np.zeros((1, kernel.layout.height, LANES))
    for name, value in {"x": 3.0, "limit": 1000.0, "f": np.inf, "scale": 1e-2}.items():
        state[:, kernel.layout.rows[name]] = value
    run(state, 1000, False)
    assert (state[0, kernel.layout.rows["x"].start] == ends.x[0, 0]).all()
