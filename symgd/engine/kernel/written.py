"""The loop of what only looks at f, written in LLVM's instructions without Numba.

Verdicts need such loops besides the one that descends, and this takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Callable

import llvmlite.binding as llvm
from llvmlite import ir

from .blocks import VECTORS, Found, lane, loop
from .frames import running
from .layout import LANES, Layout
from .native import ENTRY, machine

_DOUBLE, _INT8, _INT32, _INT64 = ir.DoubleType(), ir.IntType(8), ir.IntType(32), ir.IntType(64)
_PLACE = _INT8.as_pointer()
# As Numba's functions: places for a result and an exception, then state, blocks, epochs, leap.
_FUNCTION = ir.FunctionType(_INT32, [_PLACE, _PLACE, _DOUBLE.as_pointer(), _INT64, _INT64, _INT8])


def instructions(attempt: Callable[..., None], layout: Layout) -> ir.Module:
    """Write a loop over blocks in which each lane attempts steps until all have ended.

    Parameters
    ----------
    attempt : callable
        What a lane does in a step, as `frames.attempt` makes it.
    layout : Layout
        The rows of the state.

    Returns
    -------
    ir.Module
        It has one function.
    """
    module = ir.Module(ENTRY)
    module.triple, module.data_layout = llvm.get_process_triple(), str(machine().target_data)
    function = ir.Function(module, _FUNCTION, ENTRY)
    _, _, state, blocks, epochs, _ = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    with loop(builder, blocks) as block:
        offset = builder.mul(block, _INT64(layout.height * LANES))
        base = builder.gep(state, [offset], inbounds=True)
        left = Found(builder)
        with loop(builder, epochs, going=left.any):
            left.forget()
            with loop(builder, VECTORS) as vector:
                lanes = lane(builder, base, vector, layout)
                attempt(lanes, 0.0)
                left.note(running(lanes))
    builder.ret(_INT32(0))
    return module
