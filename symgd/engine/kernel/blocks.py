"""A kernel's loops over the lanes of a block, vector by vector.

What a lane does is a function of its `State` (see `lane`). Each loop here calls it once, with
vectors of lanes for numbers: a kernel is vector code because it is written so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from itertools import count
from typing import Any
from weakref import finalize

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target

from ..numbers.intrinsics import Truth
from ..numbers.lane import VECTOR, WIDTH, Number, State
from .layout import LANES, Layout

_DOUBLE, _INT32, _INT64, _MASK = ir.DoubleType(), ir.IntType(32), ir.IntType(64), ir.IntType(WIDTH)
VECTORS = _INT64(LANES // WIDTH)
_STATE = types.CPointer(types.float64)
_CACHED_ROWS = 48  # rows of a block that stay in the first-level cache


class Block:
    """Makes functions of a lane into functions of a block, which kernels can call.

    Parameters
    ----------
    layout : Layout
        The rows of the state, which kernels know by the address of an array
        ``(n_blocks, n_rows, LANES)``.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def each(self, function: Callable[..., None]) -> Any:
        """Let kernels do something in every lane: ``function(state, block, *numbers)``."""

        def write(builder: ir.IRBuilder, base: ir.Value, *numbers: ir.Value) -> None:
            spread = [_in_all_lanes(builder, n) for n in numbers]
            with loop(builder, VECTORS) as vector:
                function(lane(builder, base, vector, self._layout), *spread)

        return self._intrinsic(function, write, types.float64, types.void)

    def any(self, function: Callable[..., Truth]) -> Any:
        """Let kernels ask whether something holds in any lane, in the same way."""

        def write(builder: ir.IRBuilder, base: ir.Value, *numbers: ir.Value) -> ir.Value:
            spread = [_in_all_lanes(builder, n) for n in numbers]
            found = Found(builder)
            with loop(builder, VECTORS) as vector:
                found.note(function(lane(builder, base, vector, self._layout), *spread))
            return found.any()

        return self._intrinsic(function, write, types.float64, types.boolean)

    def steps(self, function: Callable[..., None]) -> Any:
        """Let kernels take steps in every lane: ``function(state, block, count)``, count > 0.

        `function` gets a lane's state and the number of steps before this one. Lanes whose
        block fits into the first-level cache take each step together, so that their
        computations overlap; else each vector of them takes all its steps on its own.
        """

        def write(builder: ir.IRBuilder, base: ir.Value, count: ir.Value) -> None:
            if self._layout.height <= _CACHED_ROWS:
                with loop(builder, count) as step, loop(builder, VECTORS, unroll=True) as vector:
                    advance(builder, base, step, vector)
            else:
                with loop(builder, VECTORS) as vector, loop(builder, count) as step:
                    advance(builder, base, step, vector)

        def advance(
            builder: ir.IRBuilder, base: ir.Value, step: ir.Value, vector: ir.Value
        ) -> None:
            done = _in_all_lanes(builder, builder.sitofp(step, _DOUBLE))
            function(lane(builder, base, vector, self._layout), done)

        return self._intrinsic(function, write, types.int64, types.void)

    def _intrinsic(self, function: Any, write: Any, argument: Any, result: Any) -> _Intrinsic:
        def source(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            state, block, *numbers = args
            offset = builder.mul(block, _INT64(self._layout.height * LANES))
            value = write(builder, builder.gep(state, [offset], inbounds=True), *numbers)
            return context.get_dummy_value() if value is None else value

        numbers = [argument] * (len(signature(function).parameters) - 1)
        return _Intrinsic(source, result(_STATE, types.int64, *numbers))


class _Intrinsic:
    """A function that kernels can call, for as long as it lives.

    Numba keeps every type that it has seen for ever, and with `numba.extending.intrinsic` what
    the function refers to. Here a type is given to another function when the last one is gone.
    """

    def __init__(self, source: Callable[..., Any], takes: Any) -> None:
        spare = _spare[takes]
        self._numba_type_ = kind = spare.pop() if spare else _IntrinsicType(takes)
        kind.source = source
        finalize(self, kind.release).atexit = False


class _IntrinsicType(types.Callable, types.Dummy):  # type: ignore[misc]
    """What Numba asks about a function: its signature, and who writes its instructions."""

    def __init__(self, takes: Any) -> None:
        self._takes = takes
        self.source: Callable[..., Any] | None = None
        super().__init__(f"intrinsic {next(_numbers)}")
        cpu_target.target_context.insert_func_defn([(self._write, self, takes.args)])

    def _write(self, *args: Any) -> Any:
        assert self.source is not None
        return self.source(*args)

    def release(self) -> None:
        """Forget the function, and wait for another one."""
        self.source = None
        _spare[self._takes].append(self)

    def get_call_type(self, context: Any, args: Any, kws: Any) -> Any:
        """Give the signature."""
        return self._takes

    def get_call_signatures(self) -> Any:
        """Give the signature, for messages."""
        return [self._takes], False

    def get_impl_key(self, sig: Any) -> Any:
        """Give what the definition is kept under."""
        return self


_numbers = count()
_spare: defaultdict[Any, list[_IntrinsicType]] = defaultdict(list)


def lane(builder: ir.IRBuilder, base: ir.Value, vector: ir.Value, layout: Layout) -> State:
    """Give the lanes of a vector of a block, which begins at an address."""
    place = builder.gep(base, [builder.mul(vector, _INT64(WIDTH))], inbounds=True)
    return State(builder, place, layout)


class Found:
    """Whether something holds in any of the lanes that were looked at."""

    def __init__(self, builder: ir.IRBuilder) -> None:
        self._builder = builder
        self._place = cgutils.alloca_once(builder, _MASK)
        self.forget()

    def forget(self) -> None:
        """Look at none."""
        self._builder.store(_MASK(0), self._place)

    def note(self, truth: Truth) -> None:
        """Look at the lanes of a vector."""
        here = self._builder.bitcast(truth.node, _MASK)
        self._builder.store(self._builder.or_(self._builder.load(self._place), here), self._place)

    def any(self) -> ir.Value:
        """Give whether it holds in any."""
        return self._builder.icmp_unsigned("!=", self._builder.load(self._place), _MASK(0))


@contextmanager
def loop(
    builder: ir.IRBuilder,
    count: ir.Value,
    *,
    unroll: bool = False,
    going: Callable[[], ir.Value] | None = None,
) -> Iterator[ir.Value]:
    """Write a loop around what is written inside; gives the index.

    Count is 1 at least. What `going` writes behind the rest may end the loop sooner.
    """
    before = builder.block
    body, after = (builder.append_basic_block(name) for name in ("body", "after"))
    builder.branch(body)
    builder.position_at_end(body)
    index = builder.phi(_INT64)
    index.add_incoming(_INT64(0), before)
    yield index
    following = builder.add(index, _INT64(1))
    again = builder.icmp_signed("<", following, count)
    if going is not None:
        again = builder.and_(again, going())
    index.add_incoming(following, builder.block)
    back = builder.cbranch(again, body, after)
    if not unroll:
        back.set_metadata("llvm.loop", _never_unrolled(builder.module))
    builder.position_at_end(after)


def _never_unrolled(module: ir.Module) -> ir.MDValue:
    """Give the mark of a loop that is run too seldom to be worth the time to unroll it."""
    what = module.add_metadata([ir.MetaDataString(module, "llvm.loop.unroll.disable")])
    mark = module.add_metadata([what])
    mark.operands = (mark, what)  # LLVM asks for a loop's mark to begin with itself
    return mark


def _in_all_lanes(builder: ir.IRBuilder, number: ir.Value) -> Number:
    nothing = ir.Constant(VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, number, _INT32(0))
    everywhere = ir.Constant(ir.VectorType(_INT32, WIDTH), 0)
    return Number(builder, builder.shuffle_vector(first, nothing, everywhere))
