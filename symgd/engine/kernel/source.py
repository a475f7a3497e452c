"""From f and its gradient to the source of one kernel module.

A kernel advances blocks of lanes. Its module holds the lambdified f and gradient, which run on
the lanes' numbers, and the loop; what a lane does in a step stands in `steps`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...expression.functions import kernel_names
from ...expression.printing import SourcePrinter, share
from ...problem import Symbolic
from ..rules import Rule
from .layout import Layout, Shape, automatic_layout, fixed_layout

TURN = 16  # steps between two looks at a whole block
LEAP = 256  # fixed steps without a look at each, where nothing can end a run in between


@dataclass(frozen=True)
class Kernel:
    """Source of a kernel module, and how the state that it works on is laid out.

    `rule` is None for the automatic step.
    """

    source: str
    layout: Layout
    rule: type[Rule] | None
    shape: Shape


_MODULE = """\
\"\"\"{title}\"\"\"

from symgd.engine.kernel import layout
from symgd.engine.numbers import vmath
from symgd.engine import steps
from symgd.engine.kernel.blocks import Block
from symgd.engine.numbers.lane import elementary

{functions}


def evaluate({arguments}):
{body}


shape = layout.{shape!r}
{loop}"""

_AUTOMATIC = f"""\
block = Block(layout.automatic_layout(shape))
running = block.any(steps.running)
advance = block.steps(steps.automatic(evaluate, shape))


def run(state, blocks, epochs, leap):
    for b in range(blocks):
        left = epochs
        while left > 0 and running(state, b):
            turn = left if left < {TURN} else {TURN}
            left -= turn
            advance(state, b, turn)
"""

_FIXED = f"""\
block = Block(layout.fixed_layout(shape, RULE))
parts = steps.Fixed(evaluate, shape, RULE)
running, short, ending = block.any(steps.running), block.any(parts.short), block.any(parts.ending)
save, restore, settle = block.each(parts.save), block.each(parts.restore), block.each(parts.settle)
advance = block.steps(parts.advance)


def run(state, blocks, epochs, leap):
    for b in range(blocks):
        left = epochs
        while left > 0 and running(state, b):
            most = {LEAP} if leap else {TURN}
            turn = left if left < most else most
            while leap and turn > 1 and short(state, b, turn):
                turn //= 2
            left -= turn
            leaping = leap
            while turn > 0:
                count = turn if leaping else 1
                save(state, b)
                advance(state, b, count)
                if leaping and ending(state, b):
                    restore(state, b)
                    leaping = False
                else:
                    settle(state, b, count)
                    turn -= count
"""


def _module(symbolic: Symbolic, title: str, shape: Shape, with_value: bool, loop: str) -> str:
    names = [f"v{i}" for i in range(shape.variables)] + [f"p{i}" for i in range(shape.params)]
    body = _body(symbolic, with_value)
    used = sorted(kernel_names() & set(re.findall(r"\b([a-z_0-9]+)\(", body)))
    return _MODULE.format(
        title=f"{title} in {shape.variables} variable{'s' * (shape.variables > 1)}.",
        functions="\n".join(f"{name} = elementary(vmath.{name})" for name in used),
        arguments=", ".join(names),
        body=body,
        shape=shape,
        loop=loop,
    )


def _body(symbolic: Symbolic, with_value: bool) -> str:
    """Source of f when asked for, of its gradient, and of where both are defined."""
    holds = [c.holds for c in symbolic.domain]
    values = [symbolic.expr] if with_value else []
    assignments, outputs = share(symbolic.renamed([*values, *symbolic.gradient, *holds]))
    show = SourcePrinter().doprint
    lines = [f"{name} = {show(expr)}" for name, expr in assignments]
    shown = [show(expr) for expr in outputs]
    split = len(shown) - len(holds)
    gradient = ", ".join(shown[len(values) : split])
    defined = " * ".join(shown[split:]) or None
    value = shown[0] if with_value else None
    lines.append(f"return steps.Values({value}, [{gradient}], {defined})")
    return "\n".join(f"    {line}" for line in lines)


def _shape(symbolic: Symbolic, bounded: bool) -> Shape:
    counts = len(symbolic.variables), len(symbolic.params)
    return Shape(*counts, partial=bool(symbolic.domain), bounded=bounded)


def fixed_kernel(symbolic: Symbolic, rule: type[Rule], bounded: bool) -> Kernel:
    """Make the kernel that takes the fixed steps of a rule.

    Parameters
    ----------
    symbolic : Symbolic
        f and its gradient.
    rule : type of Rule
        Its step function is compiled into the loop; its settings are rows of the state.
    bounded : bool
        Whether every step is clipped to bounds.

    Returns
    -------
    Kernel
    """
    shape = _shape(symbolic, bounded)
    source = _module(symbolic, f"Fixed steps of {rule.name}", shape, False, _FIXED)
    return Kernel(source, fixed_layout(shape, rule), rule, shape)


def automatic_kernel(symbolic: Symbolic, bounded: bool) -> Kernel:
    """Make the kernel that chooses each step by itself and accepts it only if f falls.

    Parameters
    ----------
    symbolic : Symbolic
        f and its gradient.
    bounded : bool
        Whether every step is clipped to bounds.

    Returns
    -------
    Kernel
    """
    shape = _shape(symbolic, bounded)
    source = _module(symbolic, "Automatic steps", shape, True, _AUTOMATIC)
    return Kernel(source, automatic_layout(shape), None, shape)
