"""What elementary functions cost a kernel, and formulas that would cost too much."""

from __future__ import annotations

import inspect
from functools import partial

import pytest
from llvmlite import ir

from symgd import ExpressionError, Problem
from symgd.engine.numbers import vmath
from symgd.engine.numbers.intrinsics import Float
from symgd.engine.numbers.lane import VECTOR
from symgd.expression.functions import BY_NAME, INSTRUCTIONS, kernel_names
from symgd.expression.printing import instructions
from symgd.expression.tokens import Limits


def written(name):
    """Count the instructions that a function of `vmath` writes."""
    function = getattr(vmath, name)
    if BY_NAME[name].ordered:
        function = partial(function, 0.0)
    takes = [VECTOR] * len(inspect.signature(function).parameters)
    body = ir.Function(ir.Module(), ir.FunctionType(ir.VoidType(), takes), name)
    builder = ir.IRBuilder(body.append_basic_block())
    function(*[Float(builder, argument) for argument in body.args])
    return sum(len(block.instructions) for block in body.blocks)


@pytest.mark.parametrize("name", sorted(kernel_names()))
def test_the_table_is_right(name):
    if name in INSTRUCTIONS:
        assert written(name) == pytest.approx(INSTRUCTIONS[name], rel=0.4)  # other processors
    else:
        assert written(name) <= 10


@pytest.mark.parametrize(
    ("expr", "count"),
    [
        ("x*y + x", 2), ("sin(x)", 35), ("exp(x)*y", 38), ("x**(5/2)", 3), ("x**y", 158),
        ("x**1.3", 158), ("sqrt(x)", 1), ("tan(x) + tan(x)**2", 51), ("abs(x)", 4), ("x**7", 4),
    ],
)  # fmt: skip
def test_they_are_counted(expr, count):
    assert instructions([Problem(expr).expr]) == count


def test_what_is_too_large_is_refused_with_the_number():
    terms = (f"erf(x-{i})*erf(y+{i})" for i in range(340))
    with pytest.raises(ExpressionError, match=f"more than {Limits().instructions} instructions"):
        _ = Problem(" + ".join(terms)).gradient
