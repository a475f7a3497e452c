"""From f and its gradient to the source of one kernel module.

A kernel advances blocks of lanes. Its module holds the lambdified f and gradient, which run on
the lanes' numbers, and the loop; what a lane does in a step stands in `steps`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..expression.functions import kernel_names
from ..expression.printing import SourcePrinter, share
from ..problem import Symbolic
from .lane import LANES, Layout
from .rules import Rule
from .steps import Shape, automatic_layout, fixed_layout

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

from symgd.engine import steps, vmath
from symgd.engine.jit import kernel
from symgd.engine.lane import elementary, lane

{functions}


def evaluate({arguments}):
{body}


shape = steps.{shape!r}
{loop}"""

_AUTOMATIC = f"""\
on_lanes = lane(steps.automatic_layout(shape))
running = on_lanes(steps.running)
advance = on_lanes(steps.automatic(evaluate, shape))


@kernel
def run(state, epochs, leap):
    for b in range(state.shape[0]):
        left = epochs
        while left > 0:
            lanes = 0
            for j in range({LANES}):
                lanes += running(state, b, j)
            if lanes == 0:
                break
            turn = min(left, {TURN})
            left -= turn
            for _ in range(turn):
                for j in range({LANES}):
                    advance(state, b, j)
"""

_FIXED = f"""\
on_lanes = lane(steps.fixed_layout(shape, RULE))
running = on_lanes(steps.running)
parts = steps.fixed(evaluate, shape, RULE)
save, restore = on_lanes(parts.save), on_lanes(parts.restore)
advance, settle = on_lanes(parts.advance), on_lanes(parts.settle)
short, ending = on_lanes(parts.short), on_lanes(parts.ending)


@kernel
def run(state, epochs, leap):
    for b in range(state.shape[0]):
        left = epochs
        while left > 0:
            lanes = 0
            for j in range({LANES}):
                lanes += running(state, b, j)
            if lanes == 0:
                break
            turn = min(left, {LEAP} if leap else {TURN})
            few = 1
            while leap and few > 0 and turn > 1:
                few = 0
                for j in range({LANES}):
                    few += short(state, b, j, turn)
                if few > 0:
                    turn //= 2
            left -= turn
            leaping = leap and few == 0
            while turn > 0:
                m = turn if leaping else 1
                for j in range({LANES}):
                    save(state, b, j)
                for e in range(m):
                    for j in range({LANES}):
                        advance(state, b, j, e)
                if leaping:
                    ends = 0
                    for j in range({LANES}):
                        ends += ending(state, b, j)
                    if ends > 0:
                        for j in range({LANES}):
                            restore(state, b, j)
                        leaping = False
                        continue
                for j in range({LANES}):
                    settle(state, b, j, m)
                turn -= m
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
