"""The loops of a kernel: real code, which Numba compiles around what a lane does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...methods.base import Adaptive, Fixed, Method
from .blocks import Block
from .frames import Evaluate, Steps, attempt, running
from .layout import Layout, Shape

Loop = Callable[[Any, int, int, bool], None]

_TURN = 16  # steps between two looks at a whole block
_LEAP = 256  # fixed steps without a look at each, where nothing can end a run in between


def loop(evaluate: Evaluate, method: Method, shape: Shape, layout: Layout) -> Loop:
    """Make the loop of a method.

    Parameters
    ----------
    evaluate : callable
        What the method asks, of numbers of a lane.
    method : Method
        Its settings do not matter.
    shape : Shape
        What the formula asks of the kernel.
    layout : Layout
        The rows of its state.

    Returns
    -------
    callable
        ``run(state, blocks, epochs, leap)``, for Numba to compile.
    """
    block = Block(layout)
    if isinstance(method, Fixed):
        return _stepping(block, Steps(evaluate, method, shape))
    assert isinstance(method, Adaptive)
    return _trying(block, attempt(evaluate, method, shape))


def _trying(block: Block, attempt: Callable[..., None]) -> Loop:
    """Make the loop of an adaptive method."""
    any_runs, advance, most = block.any(running), block.steps(attempt), _TURN

    def run(state: Any, blocks: int, epochs: int, leap: bool) -> None:
        for b in range(blocks):
            left = epochs
            while left > 0 and any_runs(state, b):
                turn = left if left < most else most
                left -= turn
                advance(state, b, turn)

    return run


def _stepping(block: Block, steps: Steps) -> Loop:
    """Make the loop of a fixed method, which leaps where it may."""
    any_runs, any_short = block.any(running), block.any(steps.short)
    any_ending, advance = block.any(steps.ending), block.steps(steps.advance)
    save, restore = block.each(steps.save), block.each(steps.restore)
    settle, longest, short = block.each(steps.settle), _LEAP, _TURN

    def run(state: Any, blocks: int, epochs: int, leap: bool) -> None:
        for b in range(blocks):
            left = epochs
            while left > 0 and any_runs(state, b):
                most = longest if leap else short
                turn = left if left < most else most
                while leap and turn > 1 and any_short(state, b, turn):
                    turn //= 2
                left -= turn
                leaping = leap
                while turn > 0:
                    count = turn if leaping else 1
                    save(state, b)
                    advance(state, b, count)
                    if leaping and any_ending(state, b):
                        restore(state, b)
                        leaping = False
                    else:
                        settle(state, b, count)
                        turn -= count

    return run
